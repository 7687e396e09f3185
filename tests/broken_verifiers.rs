//! The corpus bites: hooksig passes it, and twelve verifiers that are each broken in one place do not.
//!
//! They are one verifier of this test's own, written plainly and without a look at the library. Whole, it
//! passes every case like hooksig itself; so what it fails with a flaw, it fails for the flaw.
#![cfg(all(
    feature = "canonical",
    feature = "ecdsa",
    feature = "ed25519",
    feature = "fields",
    feature = "form",
    feature = "rs256",
    feature = "serde"
))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::cell::RefCell;
use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use hooksig::http::HeaderMap;
use hooksig::{Algorithm, Encoding, Kind, Part, Scheme, SecretForm, Unit, UnixTime, providers};
use support::corpus::{self, Endpoint, Hooksig, Received, Subject, UNSIGNED_IDS};
use support::{Vector, sender};

/// What can be wrong with a verifier of webhooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flaw {
    /// A stub that was never replaced.
    AlwaysTrue,
    /// `zip` ends with the shorter of the two, so an empty signature matches.
    ZipCompare,
    /// Only the first eight bytes are compared.
    PrefixCompare,
    /// Where SHA-256 does not match, SHA-1 may.
    Sha1Fallback,
    /// The timestamp is read like any number.
    LenientTimestamp,
    /// The timestamp is signed, but nobody looks how old it is.
    NoTimestamp,
    /// Of a repeated header the first counts.
    FirstHeaderOnly,
    /// What was handled is remembered by the text of its signature.
    HeaderTextReplayKey,
    /// The secret may be unset.
    EmptySecret,
    /// The timestamp has digits only, but any number of them.
    LeadingZeros,
    /// A claim is never given back.
    ClaimWithoutRelease,
    /// What was handled is remembered by an id that nobody signed.
    UnsignedIdAsKey,
}

const FLAWS: [Flaw; 12] = [
    Flaw::AlwaysTrue,
    Flaw::ZipCompare,
    Flaw::PrefixCompare,
    Flaw::Sha1Fallback,
    Flaw::LenientTimestamp,
    Flaw::NoTimestamp,
    Flaw::FirstHeaderOnly,
    Flaw::HeaderTextReplayKey,
    Flaw::EmptySecret,
    Flaw::LeadingZeros,
    Flaw::ClaimWithoutRelease,
    Flaw::UnsignedIdAsKey,
];

#[test]
fn the_corpus_kills_every_broken_verifier() {
    let files = support::own_vectors();
    let real = corpus::run(&Hooksig, &files);
    println!("hooksig: {} cases, {} of them genuine requests", real.cases, real.genuine);
    assert!(real.refused.is_empty(), "hooksig refuses {:#?}", real.refused);
    assert!(real.wrong.is_empty(), "hooksig fails {:#?}", real.wrong);

    let whole = corpus::run(&Plain { flaw: None }, &files);
    assert!(whole.refused.is_empty(), "without a flaw it refuses {:#?}", whole.refused);
    assert!(whole.wrong.is_empty(), "without a flaw it fails {:#?}", whole.wrong);
    assert_eq!((whole.cases, whole.genuine), (real.cases, real.genuine), "both run through the same cases");

    let broken = |flaw| corpus::run(&Plain { flaw: Some(flaw) }, &files);
    // A thread for each, since all of them take a while.
    let reports = std::thread::scope(|scope| {
        let threads = FLAWS.map(|flaw| scope.spawn(move || broken(flaw)));
        threads.map(|thread| thread.join().unwrap())
    });
    let mut killed = 0;
    for (flaw, report) in FLAWS.iter().zip(reports) {
        assert!(report.refused.is_empty(), "{flaw:?} refuses genuine requests: {:#?}", report.refused);
        assert_eq!(report.genuine, real.genuine, "{flaw:?}");
        match report.wrong.first() {
            Some(first) => {
                println!("{flaw:?}: killed by {} cases, first by {first}", report.wrong.len());
                killed += 1;
            }
            None => println!("{flaw:?}: SURVIVES"),
        }
    }
    println!("broken verifiers killed: {killed} of {}", FLAWS.len());
    assert_eq!(killed, FLAWS.len());
}

#[test]
fn the_plain_verifier_is_the_one_that_runs() {
    let plain = providers::ALL.iter().filter(|scheme| is_plain(scheme)).count();
    assert!(plain > 40, "{plain} schemes are plain enough for it");
    let with_id = providers::ALL.iter().filter(|scheme| is_plain(scheme) && scheme.message_id().is_some());
    assert!(with_id.count() > 2);
}

// ---- A verifier of its own, whole or with one flaw

/// One MAC over texts in a row, in one header or list. Other schemes are left to hooksig.
struct Plain {
    flaw: Option<Flaw>,
}

struct PlainEndpoint<'s> {
    flaw: Option<Flaw>,
    scheme: Scheme<'s>,
    keys: Vec<Vec<u8>>,
    /// What was claimed, and whether it is done.
    claims: RefCell<HashMap<Vec<u8>, bool>>,
}

/// What a request says.
struct Reading {
    signatures: Vec<Vec<u8>>,
    content: Vec<u8>,
    /// Under what to remember it.
    replay_key: Vec<u8>,
}

fn is_plain(scheme: &Scheme<'_>) -> bool {
    let mac = [Algorithm::HmacSha1, Algorithm::HmacSha256, Algorithm::HmacSha512];
    let field = scheme.signature();
    let number = |unit| matches!(unit, Unit::Seconds | Unit::Millis);
    scheme.kind() == Kind::Affix
        && mac.contains(&scheme.algorithm())
        && scheme
            .parts()
            .iter()
            .all(|part| matches!(part, Part::Body | Part::Timestamp | Part::MessageId | Part::Literal(_)))
        && scheme.coverage().body()
        && field.group_separator().is_none()
        && field.last_number().is_none()
        && field.further_headers().next().is_none()
        && scheme.families().is_none()
        && scheme.key_id().is_none()
        && scheme.expected_headers().is_empty()
        && scheme.timestamp_in_json().is_none()
        && scheme.timestamp().is_none_or(|(_, unit)| number(unit))
}

impl Subject for Plain {
    fn set_up<'s>(&self, scheme: Scheme<'s>, receiver: &Vector) -> Result<Box<dyn Endpoint + 's>, String> {
        if !is_plain(&scheme) {
            return Hooksig.set_up(scheme, receiver);
        }
        let mut keys = Vec::new();
        for secret in &receiver.secrets {
            let mut of_this: Vec<_> =
                scheme.secret_forms().iter().filter_map(|form| key(*form, secret)).collect();
            let blank = is_blank(secret.as_bytes()) || of_this.iter().any(|key| is_blank(key));
            if self.flaw == Some(Flaw::EmptySecret) && blank {
                of_this = vec![Vec::new()];
            } else if blank || of_this.is_empty() {
                return Err("the secret is blank or no secret".to_owned());
            }
            keys.extend(of_this);
        }
        Ok(Box::new(PlainEndpoint { flaw: self.flaw, scheme, keys, claims: RefCell::default() }))
    }
}

fn is_blank(text: &[u8]) -> bool {
    text.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0)
}

fn key(form: SecretForm<'_>, secret: &str) -> Option<Vec<u8>> {
    let base64 = |text: &str| STANDARD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text)).ok();
    match form {
        SecretForm::Text => Some(secret.as_bytes().to_vec()),
        SecretForm::TextWithout(prefix) => (!secret.starts_with(prefix)).then(|| secret.as_bytes().to_vec()),
        SecretForm::Base64 => base64(secret),
        SecretForm::Base64After(prefix) => base64(secret.strip_prefix(prefix)?),
        SecretForm::Hex => hex::decode(secret).ok(),
        other => panic!("{other:?} is new"),
    }
}

impl Endpoint for PlainEndpoint<'_> {
    fn verdict(&self, request: &Vector) -> Result<(), String> {
        self.verify(request).map(drop)
    }

    fn receive(&self, request: &Vector, handler: &mut dyn FnMut() -> bool) -> Received {
        let Ok(key) = self.verify(request) else {
            return Received::Refused;
        };
        match self.claims.borrow().get(&key) {
            Some(true) => return Received::Done,
            Some(false) => return Received::Busy,
            None => {}
        }
        self.claims.borrow_mut().insert(key.clone(), false);
        if handler() {
            self.claims.borrow_mut().insert(key, true);
            return Received::Handled;
        }
        if self.flaw != Some(Flaw::ClaimWithoutRelease) {
            self.claims.borrow_mut().remove(&key);
        }
        Received::Failed
    }
}

impl PlainEndpoint<'_> {
    fn has(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }

    /// What a genuine request is to be remembered under.
    fn verify(&self, request: &Vector) -> Result<Vec<u8>, String> {
        let reading = self.read(request);
        if self.has(Flaw::AlwaysTrue) {
            return Ok(reading.map_or_else(|_| request.body.clone(), |reading| reading.replay_key));
        }
        let reading = reading?;
        let any = reading
            .signatures
            .iter()
            .any(|signature| self.keys.iter().any(|key| self.matches(key, &reading.content, signature)));
        if any { Ok(reading.replay_key) } else { Err("mismatch".to_owned()) }
    }

    fn matches(&self, key: &[u8], content: &[u8], signature: &[u8]) -> bool {
        let tag = sender::tag_by(key, self.scheme.algorithm(), content);
        if self.has(Flaw::ZipCompare) {
            return tag.iter().zip(signature).all(|(one, other)| one == other);
        }
        if self.has(Flaw::PrefixCompare) {
            return tag.len() == signature.len() && tag[..8] == signature[..8];
        }
        let fallback = || sender::tag_by(key, Algorithm::HmacSha1, content) == signature;
        tag == signature || (self.has(Flaw::Sha1Fallback) && fallback())
    }

    fn read(&self, request: &Vector) -> Result<Reading, String> {
        let headers = request.header_map().ok_or("not HTTP")?;
        let field = self.scheme.signature();
        let value = self.only(&headers, field.header())?;
        let list: Vec<&str> = match field.separator() {
            None => vec![value],
            Some(separator) => {
                let entries = value.split(separator).map(|entry| entry.trim_matches(' '));
                entries.filter(|entry| !entry.is_empty()).collect()
            }
        };
        let timestamp = self.timestamp(&headers, &list, request.now)?;
        let beside =
            self.scheme.timestamp().map(|(field, _)| field).filter(|time| time.header() == field.header());
        let is_timestamp = |entry: &str| beside.is_some_and(|time| entry.starts_with(time.prefix()));
        let marked: Vec<_> = list
            .iter()
            .filter(|entry| !is_timestamp(entry))
            .filter_map(|entry| entry.strip_prefix(field.prefix()))
            .collect();
        if list.len() > 32 || marked.len() > 16 {
            return Err("too many signatures".to_owned());
        }
        let id = match self.scheme.message_id() {
            None => "",
            Some(field) => {
                self.only(&headers, field.header())?.strip_prefix(field.prefix()).ok_or("no id")?
            }
        };
        let content = self.content(request, timestamp, id)?;
        let mut replay_key = if id.is_empty() { content.clone() } else { id.as_bytes().to_vec() };
        if self.has(Flaw::HeaderTextReplayKey) {
            replay_key = value.as_bytes().to_vec();
        }
        if self.has(Flaw::UnsignedIdAsKey) {
            let id = UNSIGNED_IDS.iter().find_map(|name| headers.get(*name));
            replay_key = id.map_or(replay_key, |id| id.as_bytes().to_vec());
        }
        Ok(Reading {
            signatures: marked.iter().filter_map(|text| self.decode(text)).collect(),
            content,
            replay_key,
        })
    }

    /// The value of a header that occurs once.
    fn only<'h>(&self, headers: &'h HeaderMap, name: &str) -> Result<&'h str, String> {
        let mut values = headers.get_all(name).iter();
        let value = values.next().ok_or_else(|| format!("no {name}"))?;
        if values.next().is_some() && !self.has(Flaw::FirstHeaderOnly) {
            return Err(format!("{name} occurs twice"));
        }
        let value = str::from_utf8(value.as_bytes()).map_err(|_| format!("{name} is no text"))?;
        if value.len() > 2048 { Err(format!("{name} is long")) } else { Ok(value) }
    }

    /// The text of the timestamp, if the scheme has one, once it has been found to be fresh.
    fn timestamp<'h>(
        &self,
        headers: &'h HeaderMap,
        list: &[&'h str],
        now: UnixTime,
    ) -> Result<&'h str, String> {
        let Some((field, unit)) = self.scheme.timestamp() else {
            return Ok("");
        };
        let text = if field.header() == self.scheme.signature().header() {
            let mut marked = list.iter().filter_map(|entry| entry.strip_prefix(field.prefix()));
            let text = marked.next().ok_or("no timestamp")?;
            if marked.next().is_some() {
                return Err("two timestamps".to_owned());
            }
            text
        } else {
            self.only(headers, field.header())?.strip_prefix(field.prefix()).ok_or("no timestamp")?
        };
        let millis = self.read_timestamp(text, unit).ok_or("malformed timestamp")?;
        // Who counts whole seconds cannot be held to fractions of ours.
        let now = if unit == Unit::Seconds { now.as_secs() * 1000 } else { now.as_millis() };
        let limit = if millis < now { self.scheme.max_age() } else { self.scheme.max_ahead() };
        let fresh = u128::from(millis.abs_diff(now)) <= limit.as_millis();
        if fresh || self.has(Flaw::NoTimestamp) { Ok(text) } else { Err("stale or future".to_owned()) }
    }

    /// The timestamp in milliseconds.
    fn read_timestamp(&self, text: &str, unit: Unit) -> Option<u64> {
        let (width, factor) = if unit == Unit::Seconds { (10, 1000) } else { (13, 1) };
        if self.has(Flaw::LenientTimestamp) {
            let number = text.trim().parse::<f64>().ok().filter(|number| *number >= 0.0)?;
            return Some((number as u64).saturating_mul(factor));
        }
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let canonical = text.len() == width && !text.starts_with('0');
        if !digits || !(canonical || self.has(Flaw::LeadingZeros)) {
            return None;
        }
        Some(text.parse::<u64>().ok()?.saturating_mul(factor))
    }

    fn content(&self, request: &Vector, timestamp: &str, id: &str) -> Result<Vec<u8>, String> {
        let parts = self.scheme.parts();
        let mut content = Vec::new();
        for (place, part) in parts.iter().enumerate() {
            match part {
                Part::Body => content.extend(&request.body),
                Part::Timestamp => content.extend(timestamp.as_bytes()),
                Part::Literal(text) => content.extend(text.as_bytes()),
                Part::MessageId => {
                    let beside =
                        [place.checked_sub(1).and_then(|place| parts.get(place)), parts.get(place + 1)];
                    let marked = |part: &Option<&Part<'_>>| matches!(part, Some(Part::Literal(mark)) if id.contains(mark));
                    let visible =
                        (1..=256).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
                    if !visible || beside.iter().any(marked) {
                        return Err("malformed id".to_owned());
                    }
                    content.extend(id.as_bytes());
                }
                other => panic!("{other:?} is not plain"),
            }
        }
        Ok(content)
    }

    /// A signature's bytes, however many they are.
    fn decode(&self, text: &str) -> Option<Vec<u8>> {
        match self.scheme.encoding() {
            Encoding::Hex => hex::decode(text).ok(),
            Encoding::Base64 => STANDARD.decode(text).ok(),
            _ => URL_SAFE_NO_PAD.decode(text).ok(),
        }
    }
}
