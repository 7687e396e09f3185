//! Where requests may come from: a second fence around an endpoint, never a replacement for the
//! signature.

use std::net::IpAddr;
use std::sync::Arc;

use http::HeaderName;

use crate::error::{ConfigError, ErrorKind};
use crate::request::{Headers, Parts};
use crate::scheme::Scheme;

/// The addresses from which requests are accepted.
///
/// The address is that of the connection's other end, which the adapter or the caller has to say
/// ([`Parts::peer`]); where it is not known, every request is refused. Only behind proxies that are
/// named here is `X-Forwarded-For` read, from its right end, where the proxies write; what stands
/// further left is the sender's word.
///
/// Addresses can change and be shared, and a request that comes from the right one proves nothing: this
/// keeps noise out and no forger.
///
/// ```
/// use hooksig::{Parts, Secret, Sources, UnixTime, Verifier, providers};
///
/// let verifier = Verifier::builder(providers::GITHUB)
///     .key("default", Secret::new("It's a Secret to Everybody"))
///     .sources(Sources::new(["192.0.2.0/24", "2001:db8::/32"])?.behind(["10.0.0.0/8"])?)
///     .build()?;
/// let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
/// let now = UnixTime::from_secs(1_763_700_000);
///
/// let headers = [("x-hub-signature-256", signature), ("x-forwarded-for", "203.0.113.9, 192.0.2.7")];
/// let through_the_proxy = Parts::new(&headers).peer("10.1.2.3".parse()?);
/// assert!(verifier.verify_at(through_the_proxy, "Hello, World!", now).is_ok());
///
/// // From elsewhere the same header is anybody's word.
/// let past_the_proxy = Parts::new(&headers).peer("203.0.113.9".parse()?);
/// let refusal = verifier.verify_at(past_the_proxy, "Hello, World!", now).unwrap_err();
/// assert_eq!(refusal.reason(), "source_refused");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Sources {
    allowed: Arc<[Block]>,
    proxies: Arc<[Block]>,
}

/// An address and how many of its bits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Block {
    address: IpAddr,
    bits: u8,
}

/// The most addresses that are read of `X-Forwarded-For`: each trusted proxy adds one.
const MAX_HOPS: usize = 16;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

impl Sources {
    /// These addresses and CIDR blocks, of IPv4 and IPv6.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Source`] for what is none, and when there is none at all.
    pub fn new<'s>(blocks: impl IntoIterator<Item = &'s str>) -> Result<Self, ConfigError> {
        let allowed = read_all(blocks)?;
        if allowed.is_empty() {
            return Err(ConfigError::Source { given: String::new() });
        }
        Ok(Self { allowed, proxies: Arc::new([]) })
    }

    /// The addresses that the scheme's provider publishes: [`Scheme::addresses`].
    ///
    /// # Errors
    ///
    /// [`ConfigError::Source`] when it publishes none.
    pub fn published(scheme: &Scheme<'_>) -> Result<Self, ConfigError> {
        Self::new(scheme.addresses().iter().copied())
    }

    /// The proxies of this service, which write the sender's address into `X-Forwarded-For`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Source`] for what is neither address nor block.
    pub fn behind<'s>(mut self, proxies: impl IntoIterator<Item = &'s str>) -> Result<Self, ConfigError> {
        self.proxies = read_all(proxies)?;
        Ok(self)
    }

    /// One of the accepted addresses, for the self-test.
    pub(crate) fn an_accepted_one(&self) -> IpAddr {
        let unspecified = IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);
        self.allowed.first().map_or(unspecified, |block| block.address)
    }

    /// The sender's address, if it is an accepted one.
    pub(crate) fn check(&self, parts: &Parts<'_>) -> Result<IpAddr, ErrorKind> {
        let sender = self.sender(parts).ok_or(ErrorKind::SourceRefused)?;
        let allowed = self.allowed.iter().any(|block| block.holds(sender));
        if allowed { Ok(sender) } else { Err(ErrorKind::SourceRefused) }
    }

    /// The last address on the way here that is not one of our proxies.
    pub(crate) fn sender(&self, parts: &Parts<'_>) -> Option<IpAddr> {
        let is_proxy = |address: IpAddr| self.proxies.iter().any(|block| block.holds(address));
        let peer = parts.peer?.to_canonical();
        if !is_proxy(peer) {
            return Some(peer);
        }
        let hops = hops(parts.headers)?;
        hops.into_iter().rev().find(|address| !is_proxy(*address))
    }
}

/// All addresses of `X-Forwarded-For`, or nothing where any of them is none.
fn hops(headers: &dyn Headers) -> Option<Vec<IpAddr>> {
    let mut hops = Vec::new();
    let mut readable = true;
    headers.each_value(&FORWARDED_FOR, &mut |value| {
        for hop in value.split(|byte| *byte == b',') {
            let address = str::from_utf8(hop).ok().and_then(|hop| hop.trim().parse::<IpAddr>().ok());
            match address {
                Some(address) if hops.len() < MAX_HOPS => hops.push(address.to_canonical()),
                _ => readable = false,
            }
        }
    });
    readable.then_some(hops)
}

fn read_all<'s>(blocks: impl IntoIterator<Item = &'s str>) -> Result<Arc<[Block]>, ConfigError> {
    let refused = |given: &str| ConfigError::Source { given: given.to_owned() };
    blocks.into_iter().map(|given| Block::read(given).ok_or_else(|| refused(given))).collect()
}

impl Block {
    fn read(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        // Addresses are compared in their plain form: such a block would hold nothing.
        if address.to_canonical() != address {
            return None;
        }
        let most = if address.is_ipv4() { 32 } else { 128 };
        let canonical =
            |bits: &str| bits.bytes().all(|byte| byte.is_ascii_digit()).then(|| bits.parse().ok());
        let bits = bits.map_or(Some(most), |bits| canonical(bits).flatten())?;
        (bits <= most).then_some(Self { address, bits })
    }

    fn holds(self, address: IpAddr) -> bool {
        let (one, other, width) = match (self.address, address) {
            (IpAddr::V4(one), IpAddr::V4(other)) => (one.to_bits().into(), other.to_bits().into(), 32),
            (IpAddr::V6(one), IpAddr::V6(other)) => (one.to_bits(), other.to_bits(), 128_u32),
            _ => return false,
        };
        let differing: u128 = one ^ other;
        differing.checked_shr(width.saturating_sub(self.bits.into())).unwrap_or(0) == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_hold_what_shares_their_bits() {
        let holds = |block: &str, address: &str| Block::read(block).unwrap().holds(address.parse().unwrap());
        for (block, address) in [
            ("192.0.2.7", "192.0.2.7"),
            ("192.0.2.0/24", "192.0.2.255"),
            ("192.0.2.128/25", "192.0.2.200"),
            ("0.0.0.0/0", "203.0.113.9"),
            ("2001:db8::/32", "2001:db8:ffff::1"),
            ("::/0", "::1"),
            ("2001:db8::1/128", "2001:db8::1"),
        ] {
            assert!(holds(block, address), "{block} {address}");
        }
        for (block, address) in [
            ("192.0.2.7", "192.0.2.6"),
            ("192.0.2.0/24", "192.0.3.0"),
            ("192.0.2.128/25", "192.0.2.127"),
            ("0.0.0.0/0", "::1"),
            ("::/0", "192.0.2.1"),
            ("2001:db8::/32", "2001:db9::"),
        ] {
            assert!(!holds(block, address), "{block} {address}");
        }
        for block in [
            "",
            "192.0.2",
            "192.0.2.0/33",
            "192.0.2.0/",
            "192.0.2.0/+8",
            "::/129",
            "::/-1",
            "host",
            "1.2.3.4/8/9",
        ] {
            assert!(Block::read(block).is_none(), "{block}");
        }
    }
}
