//! Message authentication codes: keys, running states and the comparison. The only room that names
//! `hmac`, `sha2`, `sha1`, `md5` and `subtle`.

#[cfg(hooksig_constant_time)]
pub mod constant_time;
mod sha256;

use hmac::{Hmac, KeyInit, Mac as _};
#[cfg(any(feature = "canonical", feature = "form"))]
use md5::Md5;
#[cfg(feature = "sha1")]
use sha1::Sha1;
#[cfg(feature = "jwt")]
use sha2::Sha384;
use sha2::{Digest as _, Sha256, Sha512};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

use crate::encoding::MAX_TAG;
use crate::scheme::Algorithm;

/// The most keys that are tried on one request, which is the most MAC passes over its body. A
/// rotation needs two; the rest is room for a secret that is read in several ways.
pub(crate) const MAX_KEYS: usize = 8;

/// A key whose schedule has been computed once.
pub(crate) struct MacKey {
    algorithm: Algorithm,
    state: State,
}

/// A running computation under one key.
#[derive(Clone)]
pub(crate) struct Mac {
    state: State,
}

#[derive(Clone)]
enum State {
    Sha256(sha256::Running, sha256::Outer),
    #[cfg(feature = "jwt")]
    Sha384(Hmac<Sha384>),
    Sha512(Hmac<Sha512>),
    #[cfg(feature = "sha1")]
    Sha1(Hmac<Sha1>),
    #[cfg(feature = "form")]
    Md5(Hmac<Md5>),
    /// A plain hash, at the end of which comes the secret.
    #[cfg(feature = "form")]
    Md5Hash(Md5, Zeroizing<Vec<u8>>),
    /// The hash of a token, which no content changes.
    Token(Zeroizing<[u8; 32]>),
}

/// The tag that we computed: never encoded, never shown, and without `==`.
pub(crate) struct Tag {
    bytes: [u8; MAX_TAG],
    size: usize,
}

/// The proof that a tag matched; made in this room only, and without it there is no
/// [`Verified`](crate::Verified).
pub(crate) struct Matched {
    /// One bit for each key that matched.
    keys: u64,
}

impl MacKey {
    pub(crate) fn new(algorithm: Algorithm, key: &[u8]) -> Option<Self> {
        let state = match algorithm {
            Algorithm::HmacSha256 => {
                let (running, outer) = sha256::prepare(key);
                State::Sha256(running, outer)
            }
            #[cfg(feature = "jwt")]
            Algorithm::HmacSha384 => State::Sha384(Hmac::new_from_slice(key).ok()?),
            Algorithm::HmacSha512 => State::Sha512(Hmac::new_from_slice(key).ok()?),
            #[cfg(feature = "form")]
            Algorithm::HmacMd5 => State::Md5(Hmac::new_from_slice(key).ok()?),
            #[cfg(feature = "form")]
            Algorithm::Md5Hash => State::Md5Hash(Md5::new(), Zeroizing::new(key.to_vec())),
            #[cfg(feature = "sha1")]
            Algorithm::HmacSha1 => State::Sha1(Hmac::new_from_slice(key).ok()?),
            Algorithm::StaticToken => State::Token(Zeroizing::new(hash(key))),
            #[cfg(any(feature = "ed25519", feature = "ecdsa", feature = "rs256"))]
            _ => return None,
        };
        Some(Self { algorithm, state })
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The same key, for content that begins with these texts.
    pub(crate) fn begun_with(self, texts: &[&[u8]]) -> Self {
        let mut begun = self.start();
        begun.update_all(texts);
        Self { state: begun.state, ..self }
    }

    pub(crate) fn start(&self) -> Mac {
        Mac { state: self.state.clone() }
    }

    /// The tag of a message that is at hand: some texts, the body, some texts.
    pub(crate) fn tag(&self, before: &[&[u8]], body: &[u8], after: &[&[u8]]) -> Tag {
        let State::Sha256(running, outer) = &self.state else {
            return self.tag_of_another(before, body, after);
        };
        let mut running = running.clone();
        before.iter().for_each(|piece| running.update(piece));
        running.update(body);
        after.iter().for_each(|piece| running.update(piece));
        Tag::of(outer.finish(&mut running))
    }

    /// The same for the other algorithms; apart, since what they need would be set up in front of each tag.
    #[inline(never)]
    fn tag_of_another(&self, before: &[&[u8]], body: &[u8], after: &[&[u8]]) -> Tag {
        let mut mac = self.start();
        mac.update_all(before);
        mac.update(body);
        mac.update_all(after);
        mac.finish()
    }
}

impl Mac {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match &mut self.state {
            State::Sha256(running, _) => running.update(bytes),
            #[cfg(feature = "jwt")]
            State::Sha384(mac) => mac.update(bytes),
            State::Sha512(mac) => mac.update(bytes),
            #[cfg(feature = "form")]
            State::Md5(mac) => mac.update(bytes),
            #[cfg(feature = "form")]
            State::Md5Hash(hash, _) => hash.update(bytes),
            #[cfg(feature = "sha1")]
            State::Sha1(mac) => mac.update(bytes),
            State::Token(_) => {}
        }
    }

    pub(crate) fn update_all(&mut self, pieces: &[&[u8]]) {
        pieces.iter().for_each(|piece| self.update(piece));
    }

    pub(crate) fn finish(self) -> Tag {
        match self.state {
            State::Sha256(mut running, outer) => Tag::of(outer.finish(&mut running)),
            #[cfg(feature = "jwt")]
            State::Sha384(mac) => Tag::of(mac.finalize().into_bytes().into()),
            State::Sha512(mac) => Tag::of(mac.finalize().into_bytes().into()),
            #[cfg(feature = "form")]
            State::Md5(mac) => Tag::of(mac.finalize().into_bytes().into()),
            #[cfg(feature = "form")]
            State::Md5Hash(hash, secret) => Tag::of(hash.chain_update(&*secret).finalize().into()),
            #[cfg(feature = "sha1")]
            State::Sha1(mac) => Tag::of(mac.finalize().into_bytes().into()),
            State::Token(hash) => Tag::of(*hash),
        }
    }
}

impl Tag {
    fn of<const SIZE: usize>(bytes: [u8; SIZE]) -> Self {
        let mut tag = Self { bytes: [0; MAX_TAG], size: SIZE };
        if let Some(place) = tag.bytes.get_mut(..SIZE) {
            place.copy_from_slice(&bytes);
        }
        tag
    }

    /// The tag's bytes, for a sender to write down.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.size).unwrap_or_default()
    }

    /// In constant time for the sizes, which are public.
    fn matches(&self, candidate: &[u8]) -> Choice {
        // The size of nearly all tags: all differences are gathered at once before there is a verdict.
        if let (Some(own), Ok(other)) = (self.of_32_bytes(), <&[u8; 32]>::try_from(candidate)) {
            return own.iter().zip(other).fold(0, |all, (own, other)| all | (own ^ other)).ct_eq(&0);
        }
        self.as_bytes().ct_eq(candidate)
    }

    fn of_32_bytes(&self) -> Option<&[u8; 32]> {
        self.bytes.first_chunk().filter(|_| self.size == 32)
    }
}

/// Compares every key's tag with every candidate, whatever has matched already.
pub(crate) struct Comparison {
    rule: Rule,
    /// One bit for each key that matched.
    matched: u64,
}

/// How many candidates a tag has to match.
#[derive(Clone, Copy)]
enum Rule {
    /// One: a sender signs with each of its keys.
    Any,
    /// All: a token is the same wherever it stands.
    Every,
}

impl Comparison {
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        let rule = match algorithm {
            Algorithm::StaticToken => Rule::Every,
            _ => Rule::Any,
        };
        Self { rule, matched: 0 }
    }

    /// Takes the tag of the key with this index.
    pub(crate) fn take<'c>(&mut self, key: usize, tag: &Tag, candidates: impl Iterator<Item = &'c [u8]>) {
        let mut candidates = candidates.map(|candidate| tag.matches(candidate));
        let first = candidates.next().unwrap_or(Choice::from(0));
        let matches = match self.rule {
            Rule::Any => candidates.fold(first, |any, matches| any | matches),
            Rule::Every => candidates.fold(first, |every, matches| every & matches),
        };
        self.note(key, matches);
    }

    /// Remembers whether a key matched.
    fn note(&mut self, key: usize, matches: Choice) {
        self.matched |= u64::conditional_select(&0, &bit(key), matches);
    }

    /// Takes the tags of the key with this index: for each thing that was signed the tags of its spellings, of which one
    /// has to match one of its signatures. Every thing has to match, and there is at least one.
    pub(crate) fn take_signed<'s>(
        &mut self,
        key: usize,
        signed: impl Iterator<Item = (Vec<Tag>, &'s [Vec<u8>])>,
    ) {
        let (mut some, mut every) = (Choice::from(0), Choice::from(1));
        for (tags, signatures) in signed {
            let mut any = Choice::from(0);
            for tag in &tags {
                signatures.iter().for_each(|signature| any |= tag.matches(signature));
            }
            some |= any;
            every &= any;
        }
        self.note(key, some & every);
    }

    /// Takes the verdict of the public key with this index, which is no secret.
    pub(crate) fn take_public(&mut self, key: usize, matches: bool) {
        self.note(key, Choice::from(u8::from(matches)));
    }

    /// The verdict: from here on it is public which keys matched, if any.
    pub(crate) fn verdict(self) -> Option<Matched> {
        let keys = self.matched;
        #[cfg(hooksig_constant_time)]
        let keys = constant_time::released(keys);
        (keys != 0).then_some(Matched { keys })
    }
}

impl Matched {
    /// Whether the key with this index among those of the verifier matched.
    pub(crate) fn includes(&self, key: usize) -> bool {
        self.keys & bit(key) != 0
    }
}

/// The bit of the key with this index, of which there are eight at most.
fn bit(key: usize) -> u64 {
    u32::try_from(key).ok().and_then(|key| 1_u64.checked_shl(key)).unwrap_or(0)
}

/// The hash of a token. Comparing hashes instead of tokens takes the same time wherever they differ
/// and however long they are.
pub(crate) fn hash(token: &[u8]) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// The MD5 of a body, which some senders put into what they sign; the MAC around it is what counts.
#[cfg(feature = "canonical")]
pub(crate) fn md5(body: &[u8]) -> [u8; 16] {
    Md5::digest(body).into()
}

/// Whether two keys or hashes are the same, in constant time for their length.
pub(crate) fn is_same(one: &[u8], other: &[u8]) -> bool {
    one.ct_eq(other).into()
}

/// A running digest of content that is not secret, for replay keys.
#[derive(Clone, Default)]
pub(crate) struct ContentHash {
    state: Sha256,
}

impl ContentHash {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.state.update(bytes);
    }

    /// Adds a field of free length so that no two sequences of fields give the same digest.
    pub(crate) fn update_field(&mut self, bytes: &[u8]) {
        self.update(&(bytes.len() as u64).to_be_bytes());
        self.update(bytes);
    }

    pub(crate) fn finish(self) -> [u8; 32] {
        self.state.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(key: &[u8], content: &[u8]) -> Tag {
        let mut mac = MacKey::new(Algorithm::HmacSha256, key).unwrap().start();
        mac.update(content);
        mac.finish()
    }

    fn matched(candidates: &[&[u8]]) -> Option<u64> {
        matched_by(Algorithm::HmacSha256, candidates)
    }

    fn matched_by(rule_of: Algorithm, candidates: &[&[u8]]) -> Option<u64> {
        let mut comparison = Comparison::new(rule_of);
        for (index, key) in [b"first", b"other"].into_iter().enumerate() {
            comparison.take(index, &tag(key, b"content"), candidates.iter().copied());
        }
        comparison.verdict().map(|matched| matched.keys)
    }

    #[test]
    fn every_key_is_compared_with_every_candidate() {
        let (first, other, none) = (tag(b"first", b"content"), tag(b"other", b"content"), [0; 32]);
        assert_eq!(matched(&[first.as_bytes()]), Some(0b01));
        assert_eq!(matched(&[other.as_bytes()]), Some(0b10));
        assert_eq!(matched(&[&none, other.as_bytes(), &none]), Some(0b10));
        assert_eq!(matched(&[other.as_bytes(), first.as_bytes()]), Some(0b11));
        assert_eq!(matched(&[&none]), None);
        assert_eq!(matched(&[]), None);
    }

    #[test]
    fn a_token_matches_wherever_it_stands_or_not_at_all() {
        let (first, other) = (tag(b"first", b"content"), tag(b"other", b"content"));
        let matched = |candidates: &[&[u8]]| matched_by(Algorithm::StaticToken, candidates);
        assert_eq!(matched(&[other.as_bytes()]), Some(0b10));
        assert_eq!(matched(&[other.as_bytes(), other.as_bytes()]), Some(0b10));
        assert_eq!(matched(&[first.as_bytes(), other.as_bytes()]), None);
        assert_eq!(matched(&[other.as_bytes(), &[0; 32]]), None);
        assert_eq!(matched(&[]), None);
    }

    #[test]
    fn a_part_of_a_tag_does_not_match() {
        let first = tag(b"first", b"content");
        assert_eq!(matched(&[&first.as_bytes()[..31]]), None);
        assert_eq!(matched(&[b""]), None);
        // Half of a longer tag is as long as most.
        let long = MacKey::new(Algorithm::HmacSha512, b"first").unwrap().tag(&[], b"content", &[]);
        let mut comparison = Comparison::new(Algorithm::HmacSha512);
        comparison.take(0, &long, [&long.as_bytes()[..32]].into_iter());
        assert!(comparison.verdict().is_none());
    }

    #[test]
    fn differences_do_not_cancel_out() {
        let mut close = tag(b"first", b"content");
        close.bytes[3] ^= 0x40;
        close.bytes[30] ^= 0x40;
        assert_eq!(matched(&[close.as_bytes()]), None);
    }

    #[test]
    fn a_signature_may_be_there_twice() {
        let first = tag(b"first", b"content");
        assert_eq!(matched(&[first.as_bytes(), first.as_bytes()]), Some(0b01));
    }

    #[test]
    fn of_several_signed_things_every_one_has_to_match() {
        let right = || (vec![tag(b"first", b"content")], [tag(b"first", b"content").as_bytes().to_vec()]);
        let wrong = || (vec![tag(b"first", b"content")], [vec![0; 32]]);
        let matched = |signed: Vec<(Vec<Tag>, [Vec<u8>; 1])>| {
            let signatures: Vec<_> = signed.iter().map(|(_, signatures)| signatures.clone()).collect();
            let tags = signed.into_iter().map(|(tags, _)| tags);
            let mut comparison = Comparison::new(Algorithm::HmacSha256);
            comparison.take_signed(0, tags.zip(signatures.iter().map(<[_; 1]>::as_slice)));
            comparison.verdict().is_some_and(|matched| matched.includes(0) && !matched.includes(1))
        };
        assert!(matched(vec![right()]));
        assert!(matched(vec![right(), right()]));
        assert!(!matched(vec![right(), wrong()]));
        assert!(!matched(vec![wrong(), right()]));
        assert!(!matched(vec![]));
    }
}
