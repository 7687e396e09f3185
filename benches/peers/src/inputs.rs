//! Genuine requests, signed here with nothing but the `hmac` crate, and a few hundred of each kind: a branch
//! predictor learns a request that is repeated, and flatters whoever branches on its bytes.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use hooksig::http::{HeaderMap, HeaderName, HeaderValue};
use hooksig::{Scheme, UnixTime, providers};
use sha2::Sha256;

use crate::Outcome;

/// How many requests rotate.
pub(crate) const REQUESTS: usize = 256;

/// How much memory the bodies of one case may take. Larger bodies are shared by several requests, each with its
/// own signature where the scheme signs more than the body.
const BODY_MEMORY: usize = 4 << 20;

/// Ages stay well inside the five minutes that every scheme here allows, however long a case takes.
const AGES: u64 = 120;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Style {
    GitHub,
    Stripe,
    Retell,
    StandardWebhooks,
    Slack,
}

impl Style {
    pub(crate) const ALL: [Self; 5] =
        [Self::GitHub, Self::Stripe, Self::Retell, Self::StandardWebhooks, Self::Slack];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::GitHub => "github",
            Self::Stripe => "stripe",
            Self::Retell => "retell",
            Self::StandardWebhooks => "standard-webhooks",
            Self::Slack => "slack",
        }
    }

    pub(crate) fn service(self) -> &'static str {
        match self {
            Self::GitHub => "GitHub",
            Self::Stripe => "Stripe",
            Self::Retell => "Retell",
            Self::StandardWebhooks => "Standard Webhooks",
            Self::Slack => "Slack",
        }
    }

    pub(crate) fn scheme(self) -> Scheme<'static> {
        match self {
            Self::GitHub => providers::GITHUB,
            Self::Stripe => providers::STRIPE,
            Self::Retell => providers::RETELL,
            Self::StandardWebhooks => providers::STANDARD_WEBHOOKS,
            Self::Slack => providers::SLACK,
        }
    }

    pub(crate) fn is_timed(self) -> bool {
        self != Self::GitHub
    }

    /// The header with the signature.
    pub(crate) fn signature_header(self) -> HeaderName {
        HeaderName::from_static(match self {
            Self::GitHub => "x-hub-signature-256",
            Self::Stripe => "stripe-signature",
            Self::Retell => "x-retell-signature",
            Self::StandardWebhooks => "webhook-signature",
            Self::Slack => "x-slack-signature",
        })
    }

    /// The value of that header for some signatures of the same content.
    pub(crate) fn signature_value(self, time: UnixTime, tags: &[[u8; 32]]) -> String {
        let listed = |prefix: &str, mark: &str, encode: fn(&[u8; 32]) -> String| {
            tags.iter().map(|tag| format!("{prefix}{}", encode(tag))).collect::<Vec<_>>().join(mark)
        };
        match self {
            Self::GitHub => listed("sha256=", ",", |tag| hex::encode(tag)),
            Self::Stripe => format!("t={},{}", time.as_secs(), listed("v1=", ",", |tag| hex::encode(tag))),
            Self::Retell => format!("v={},{}", time.as_millis(), listed("d=", ",", |tag| hex::encode(tag))),
            Self::StandardWebhooks => listed("v1,", " ", |tag| STANDARD.encode(tag)),
            Self::Slack => listed("v0=", ",", |tag| hex::encode(tag)),
        }
    }

    /// What is signed before and after the body.
    fn around_body(self, id: &str, time: UnixTime) -> (String, String) {
        match self {
            Self::GitHub => (String::new(), String::new()),
            Self::Stripe => (format!("{}.", time.as_secs()), String::new()),
            Self::Retell => (String::new(), time.as_millis().to_string()),
            Self::StandardWebhooks => (format!("{id}.{}.", time.as_secs()), String::new()),
            Self::Slack => (format!("v0:{}:", time.as_secs()), String::new()),
        }
    }

    fn other_headers(self, id: &str, time: UnixTime) -> Vec<(&'static str, String)> {
        match self {
            Self::GitHub | Self::Stripe | Self::Retell => Vec::new(),
            Self::StandardWebhooks => {
                vec![("webhook-id", id.to_owned()), ("webhook-timestamp", time.as_secs().to_string())]
            }
            Self::Slack => vec![("x-slack-request-timestamp", time.as_secs().to_string())],
        }
    }
}

/// A secret as a provider shows it, and the bytes that it stands for.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) secret: String,
    pub(crate) bytes: Vec<u8>,
}

impl Key {
    pub(crate) fn new(style: Style, number: u8) -> Self {
        let bytes = vec![b'a' + number % 26; 32];
        match style {
            Style::StandardWebhooks => Self { secret: format!("whsec_{}", STANDARD.encode(&bytes)), bytes },
            _ => Self { secret: String::from_utf8_lossy(&bytes).into_owned(), bytes },
        }
    }

    pub(crate) fn mac(&self) -> Outcome<Hmac<Sha256>> {
        Ok(Hmac::new_from_slice(&self.bytes)?)
    }
}

#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Arc<[u8]>,
    pub(crate) before: Vec<u8>,
    pub(crate) after: Vec<u8>,
    pub(crate) tag: [u8; 32],
    pub(crate) time: UnixTime,
}

impl Request {
    /// The header as the crates that want text get it.
    #[cfg_attr(not(feature = "peers"), expect(dead_code, reason = "hooksig wants bytes"))]
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as the crates that want text get it.
    #[cfg_attr(not(feature = "peers"), expect(dead_code, reason = "hooksig wants bytes"))]
    pub(crate) fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.body).ok()
    }

    /// The same with a bit changed: of the body, or of the signature where there is no body.
    pub(crate) fn tampered(&self, style: Style) -> Outcome<Self> {
        let mut request = self.clone();
        let mut body = self.body.to_vec();
        match body.last_mut() {
            Some(last) => *last ^= 1,
            None => request.tag[0] ^= 1,
        }
        request.body = body.into();
        let value = style.signature_value(self.time, &[request.tag]);
        request.headers.insert(style.signature_header(), HeaderValue::try_from(value)?);
        Ok(request)
    }
}

/// Requests with bodies of `size` bytes, not older than a few minutes before `now`.
pub(crate) fn requests(style: Style, size: usize, key: &Key, now: UnixTime) -> Outcome<Vec<Request>> {
    let mut random = Random(size as u64 + 1);
    let distinct = (BODY_MEMORY / size.max(1)).clamp(2, REQUESTS);
    let bodies: Vec<Arc<[u8]>> = (0..distinct).map(|_| event(size, &mut random).into()).collect();
    let mac = key.mac()?;
    (0..REQUESTS)
        .map(|number| {
            let age = std::time::Duration::from_millis(random.next() % (AGES * 1000));
            let body = Arc::clone(&bodies[number % distinct]);
            request(style, &mac, body, now.saturating_sub(age), &mut random)
        })
        .collect()
}

fn request(
    style: Style,
    mac: &Hmac<Sha256>,
    body: Arc<[u8]>,
    time: UnixTime,
    random: &mut Random,
) -> Outcome<Request> {
    let id = format!("msg_{}", random.text(27));
    let (before, after) = style.around_body(&id, time);
    let mut mac = mac.clone();
    mac.update(before.as_bytes());
    mac.update(&body);
    mac.update(after.as_bytes());
    let tag: [u8; 32] = mac.finalize().into_bytes().into();
    let mut headers = ordinary_headers(body.len())?;
    for (name, value) in style.other_headers(&id, time) {
        headers.insert(name, HeaderValue::try_from(value)?);
    }
    let value = HeaderValue::try_from(style.signature_value(time, &[tag]))?;
    headers.insert(style.signature_header(), value);
    Ok(Request { headers, body, before: before.into_bytes(), after: after.into_bytes(), tag, time })
}

/// What every delivery brings along, so that headers are looked up among others.
fn ordinary_headers(length: usize) -> Outcome<HeaderMap> {
    let mut headers = HeaderMap::new();
    headers.insert("host", HeaderValue::from_static("hooks.example.com"));
    headers.insert("user-agent", HeaderValue::from_static("Sender/1.0"));
    headers.insert("accept", HeaderValue::from_static("*/*"));
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    headers.insert("content-length", HeaderValue::try_from(length.to_string())?);
    Ok(headers)
}

/// An event as Stripe sends it, since one of the crates parses it; anything where that does not fit.
fn event(size: usize, random: &mut Random) -> Vec<u8> {
    let number = random.text(4);
    let head = format!(
        r#"{{"id":"{number}","object":"event","created":1,"livemode":false,"pending_webhooks":0,"type":"a","data":{{"object":{{"#
    );
    let (open, close) = (r#""t":""#, r#""}}}"#);
    let taken = head.len() + open.len() + close.len();
    match size.checked_sub(taken) {
        Some(free) => format!("{head}{open}{}{close}", random.text(free)).into_bytes(),
        None => random.text(size).into_bytes(),
    }
}

/// SplitMix64: the same requests in every run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Letters and digits.
    pub(crate) fn text(&mut self, length: usize) -> String {
        const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789ab";
        (0..length).map(|_| char::from(LETTERS[(self.next() % 64) as usize])).collect()
    }

    pub(crate) fn tag(&mut self) -> [u8; 32] {
        std::array::from_fn(|_| self.next() as u8)
    }
}
