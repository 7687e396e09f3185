//! The corpus, and one driver that runs any verifier through it: the vectors, and what a file of vectors
//! cannot express, namely set-up, repeated headers, and deliveries that come again.
//!
//! Every case is made from a vector or from a scheme's public description; none knows a vector by name.

use std::time::Duration;

use hooksig::http::HeaderMap;
use hooksig::{
    Algorithm, Attempt, Encoding, Kind, MemoryStore, ReplayGuard, Scheme, Unit, UnixTime, Verifier,
};

use super::sender::{self, Message};
use super::{Vector, VectorFile, schemes};

/// A verifier under test.
pub trait Subject {
    /// An endpoint with the secrets, key ids and URL that the receiver of this request would configure.
    fn set_up<'s>(&self, scheme: Scheme<'s>, receiver: &Vector) -> Result<Box<dyn Endpoint + 's>, String>;
}

/// What receives the deliveries of one sender.
pub trait Endpoint {
    /// Whether the request is genuine, or why not.
    fn verdict(&self, request: &Vector) -> Result<(), String>;

    /// Hands a genuine request to the handler once; the handler says whether it succeeded.
    fn receive(&self, request: &Vector, handler: &mut dyn FnMut() -> bool) -> Received;
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    Refused,
    /// It is genuine, but nothing that is signed tells it from another.
    Nameless,
    /// The same delivery is with the handler at this moment.
    Busy,
    /// It was handled before.
    Done,
    Handled,
    Failed,
}

/// How a verifier fared.
#[derive(Default)]
pub struct Report {
    pub cases: usize,
    /// How many cases were genuine requests.
    pub genuine: usize,
    /// The genuine requests that were refused.
    pub refused: Vec<String>,
    /// All other cases that went wrong.
    pub wrong: Vec<String>,
}

/// Runs a verifier through every case.
pub fn run(subject: &dyn Subject, files: &[VectorFile]) -> Report {
    let mut report = Report::default();
    for file in files {
        file.with_scheme(|scheme| {
            let scheme = scheme.expect("the definitions of the corpus are sound");
            for vector in &file.vectors {
                report.vector(subject, scheme, vector);
            }
            report.one_id_for_all(subject, scheme, &file.vectors);
        });
    }
    for scheme in schemes::all().into_iter().filter(|scheme| is_mac(scheme.algorithm())) {
        for vector in signed(&scheme) {
            report.vector(subject, scheme, &vector);
        }
        report.signed_again(subject, scheme);
    }
    report
}

impl Report {
    fn check(&mut self, right: bool, case: impl FnOnce() -> String) {
        self.cases += 1;
        if !right {
            self.wrong.push(case());
        }
    }

    /// A vector, and what follows from it if it is genuine.
    fn vector(&mut self, subject: &dyn Subject, scheme: Scheme<'_>, vector: &Vector) {
        let endpoint = subject.set_up(scheme, vector);
        let verdict = endpoint.as_ref().map_err(Clone::clone).and_then(|endpoint| endpoint.verdict(vector));
        if !vector.accept {
            return self.check(verdict.is_err(), || format!("{}: {}", vector.id, vector.why));
        }
        self.cases += 1;
        self.genuine += 1;
        if let Err(reason) = verdict {
            return self.refused.push(format!("{}: {reason}", vector.id));
        }
        if let Ok(endpoint) = endpoint {
            self.repeated_headers(&*endpoint, &scheme, vector);
        }
        self.blank_secrets(subject, scheme, vector);
        self.deliveries(subject, scheme, vector);
    }

    /// A header that the scheme reads stands there twice: one of the two is not what was verified.
    fn repeated_headers(&mut self, endpoint: &dyn Endpoint, scheme: &Scheme<'_>, vector: &Vector) {
        let read = sender::headers_read(scheme);
        for (place, (name, value)) in vector.headers.iter().enumerate() {
            if !read.iter().any(|read| read.eq_ignore_ascii_case(name)) {
                continue;
            }
            for (at, again) in [(place, "x"), (place + 1, "x"), (place + 1, value)] {
                let mut twice = vector.clone();
                twice.headers.insert(at, (name.clone(), again.to_owned()));
                self.check(endpoint.verdict(&twice).is_err(), || format!("{}: {name} twice", vector.id));
            }
        }
    }

    /// A secret that is not set is no secret.
    fn blank_secrets(&mut self, subject: &dyn Subject, scheme: Scheme<'_>, vector: &Vector) {
        for blank in ["", " ", "\n", "\t \r\n"] {
            let blank = Vector { secrets: vec![blank.to_owned()], ..vector.clone() };
            let refused = subject.set_up(scheme, &blank).is_err();
            self.check(refused, || format!("{}: set up with a blank secret", vector.id));
        }
    }

    /// One delivery that fails, comes again, is handled, and comes again in every disguise.
    fn deliveries(&mut self, subject: &dyn Subject, scheme: Scheme<'_>, vector: &Vector) {
        let Ok(endpoint) = subject.set_up(scheme, vector) else {
            return self.check(false, || format!("{}: a second set-up", vector.id));
        };
        let first = endpoint.receive(vector, &mut || false);
        if first == Received::Nameless {
            let coverage = scheme.coverage();
            let named = coverage.body() || coverage.message_id();
            return self.check(!named, || format!("{}: has no replay key", vector.id));
        }
        self.check(first == Received::Failed, || format!("{}: handed to a handler that fails", vector.id));
        let mut meanwhile = None;
        let retry = endpoint.receive(vector, &mut || {
            meanwhile = Some(endpoint.receive(vector, &mut || true));
            true
        });
        self.check(retry == Received::Handled, || format!("{}: a retry after a failure", vector.id));
        self.check(meanwhile == Some(Received::Busy), || format!("{}: again meanwhile", vector.id));
        let as_it_was = Vector { why: "as it was".to_owned(), ..vector.clone() };
        let mut replays = vec![as_it_was, with_unsigned_ids(&scheme, vector)];
        replays.extend(respelt(&scheme, vector));
        for again in replays {
            let received = endpoint.receive(&again, &mut || true);
            self.check(received == Received::Done, || format!("{}: replayed {}", vector.id, again.why));
        }
    }

    /// Different deliveries under one unsigned id: it must hide none of them.
    fn one_id_for_all(&mut self, subject: &dyn Subject, scheme: Scheme<'_>, vectors: &[Vector]) {
        let coverage = scheme.coverage();
        if scheme.kind() != Kind::Affix || !coverage.body() || coverage.message_id() {
            return;
        }
        let genuine: Vec<_> = vectors.iter().filter(|vector| vector.accept).collect();
        let alike = |pair: &[&Vector]| pair[0].secrets == pair[1].secrets && pair[0].url == pair[1].url;
        for pair in genuine.windows(2).filter(|pair| alike(pair) && pair[0].body != pair[1].body) {
            let Ok(endpoint) = subject.set_up(scheme, pair[0]) else { continue };
            let received = [pair[0], pair[1]]
                .map(|vector| endpoint.receive(&with_unsigned_ids(&scheme, vector), &mut || true));
            let hidden = received[1] == Received::Done;
            self.check(!hidden, || format!("{}: hidden by {}", pair[1].id, pair[0].id));
        }
    }

    /// A delivery that its sender signs anew: with its other key, or later, or under another id.
    fn signed_again(&mut self, subject: &dyn Subject, scheme: Scheme<'_>) {
        let message = Message::new(&scheme, b"{}", NOW);
        let keys: &[&[u8]] = if scheme.names_keys() { &[sender::KEY] } else { &[OTHER_KEY, sender::KEY] };
        let secrets: Vec<_> = keys.iter().map(|key| sender::secret_text(&scheme, key)).collect();
        let receiver = Vector { secrets, ..vector_of(&scheme, &message, NOW, "") };
        let signed_with = |key: &[u8], message: &Message| {
            let tag = sender::tag_by(key, scheme.algorithm(), &message.content(&scheme));
            Vector { headers: pairs(&message.headers(&scheme, &tag).unwrap()), ..receiver.clone() }
        };
        let mut deliveries: Vec<_> = keys
            .iter()
            .zip([Received::Handled, Received::Done])
            .map(|(key, right)| (signed_with(key, &message), right, "signed with either key"))
            .collect();
        if scheme.message_id().is_some() {
            let other = Message { id: b"msg_2".to_vec(), ..message.clone() };
            deliveries.push((signed_with(keys[0], &other), Received::Handled, "under another id"));
            if scheme.timestamp().is_some_and(|(_, unit)| is_number(unit)) {
                let later = Message::new(&scheme, b"{}", NOW.saturating_add(Duration::from_secs(5)));
                deliveries.push((signed_with(keys[0], &later), Received::Done, "signed again later"));
            }
        }
        let Ok(endpoint) = subject.set_up(scheme, &receiver) else {
            return self.check(false, || format!("{}: set-up with its keys", scheme.name()));
        };
        for (request, right, what) in deliveries {
            let received = endpoint.receive(&request, &mut || true);
            self.check(received == right, || format!("{}: {what}: {received:?}", scheme.name()));
        }
    }
}

fn is_number(unit: Unit) -> bool {
    matches!(unit, Unit::Seconds | Unit::Millis | Unit::SecondsOrMillis)
}

/// The same request with ids that nobody signed: new ones, so that it looks like another delivery.
fn with_unsigned_ids(scheme: &Scheme<'_>, vector: &Vector) -> Vector {
    let read = sender::headers_read(scheme);
    let unread = |name: &&&str| !read.iter().any(|read| read.eq_ignore_ascii_case(name));
    let mut disguised = vector.clone();
    for name in UNSIGNED_IDS.iter().filter(unread) {
        disguised.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        disguised.headers.push(((*name).to_owned(), "another-delivery".to_owned()));
    }
    Vector { why: "with other unsigned ids".to_owned(), ..disguised }
}

/// Where providers put the id of a delivery, mostly without signing it.
pub const UNSIGNED_IDS: [&str; 5] =
    ["x-github-delivery", "x-shopify-webhook-id", "x-razorpay-event-id", "request-id", "idempotency-key"];

/// The same signature in every other spelling that there is.
fn respelt(scheme: &Scheme<'_>, vector: &Vector) -> Vec<Vector> {
    let field = scheme.signature();
    let signature = sender::signature_header(scheme);
    let place = vector.headers.iter().position(|(name, _)| name.eq_ignore_ascii_case(&signature));
    let (Kind::Affix, None, Some(place)) = (scheme.kind(), field.group_separator(), place) else {
        return Vec::new();
    };
    let with = |value: String, why: &str| {
        let mut respelt = vector.clone();
        respelt.headers[place].1 = value;
        Vector { why: why.to_owned(), ..respelt }
    };
    let value = &vector.headers[place].1;
    let mut found = Vec::new();
    if scheme.encoding() == Encoding::Hex {
        let upper = |entry: &str| match entry.strip_prefix(field.prefix()) {
            Some(digits) => format!("{}{}", field.prefix(), digits.to_ascii_uppercase()),
            None => entry.to_owned(),
        };
        let respelt = match field.separator() {
            None => upper(value),
            Some(separator) => {
                let entries: Vec<_> = value.split(separator).map(|entry| upper(entry.trim())).collect();
                entries.join(&separator.to_string())
            }
        };
        found.push(with(respelt, "with its digits in capitals"));
    }
    if let Some(separator) = field.separator() {
        found.push(with(format!("{value}{separator} zz=0"), "with an entry of somebody else's"));
        found.push(with(format!("{separator} {value}"), "with an empty entry"));
    }
    found
}

// ---- Requests that are signed here

const NOW: UnixTime = UnixTime::from_secs(1_763_700_000);
const OTHER_KEY: &[u8; 24] = b"another-test-key........";

fn is_mac(algorithm: Algorithm) -> bool {
    algorithm != Algorithm::StaticToken && !algorithm.is_public_key()
}

/// Genuine requests, and such as a sender that knows no secret, or a lenient reader, would have.
fn signed(scheme: &Scheme<'_>) -> Vec<Vector> {
    [at_the_limits(scheme), bent_tags(scheme), odd_timestamps(scheme)].concat()
}

/// Just young enough and just too old, just early enough and just too early.
fn at_the_limits(scheme: &Scheme<'_>) -> Vec<Vector> {
    let message = Message::new(scheme, b"{}", NOW);
    let at = |now, accept, why: &str| Vector { accept, ..vector_of(scheme, &message, now, why) };
    let mut vectors = vec![at(NOW, true, "signed now")];
    if scheme.is_timed() {
        let second = Duration::from_secs(1);
        let (oldest, earliest) =
            (NOW.saturating_add(scheme.max_age()), NOW.saturating_sub(scheme.max_ahead()));
        vectors.push(at(oldest, true, "as old as may be"));
        vectors.push(at(oldest.saturating_add(second), false, "a second too old"));
        vectors.push(at(earliest, true, "as early as may be"));
        vectors.push(at(earliest.saturating_sub(second), false, "a second too early"));
    }
    vectors
}

/// Signatures that are nearly right.
fn bent_tags(scheme: &Scheme<'_>) -> Vec<Vector> {
    let message = Message::new(scheme, b"{}", NOW);
    let content = message.content(scheme);
    let tag = sender::tag(scheme, &content);
    let mut tags = vec![
        (vec![0; tag.len()], "a signature of zeros".to_owned()),
        ([&tag[..], &[0]].concat(), "a signature with a byte after it".to_owned()),
        (sender::tag_by(b"", scheme.algorithm(), &content), "signed with an empty key".to_owned()),
        (sender::tag_by(OTHER_KEY, scheme.algorithm(), &content), "signed with another key".to_owned()),
    ];
    for length in [0, 1, 2, 4, 8, 16, tag.len() - 1] {
        tags.push((tag[..length].to_vec(), format!("the first {length} bytes of a signature")));
    }
    for place in [0, 1, 7, 8, tag.len() / 2, tag.len() - 1] {
        let mut bent = tag.clone();
        bent[place] ^= 1;
        tags.push((bent, format!("a signature with a wrong bit in byte {place}")));
    }
    #[cfg(feature = "sha1")]
    for other in [Algorithm::HmacSha1, Algorithm::HmacSha256, Algorithm::HmacSha512] {
        if other != scheme.algorithm() {
            let tag = sender::tag_by(sender::KEY, other, &content);
            tags.push((tag, format!("signed with {} instead", other.name())));
        }
    }
    let with_tag = |(tag, why): (Vec<u8>, String)| {
        let headers = pairs(&message.headers(scheme, &tag).unwrap());
        Vector { accept: false, headers, ..vector_of(scheme, &message, NOW, &why) }
    };
    tags.into_iter().map(with_tag).collect()
}

/// Timestamps in spellings that a sender does not use. They are signed as they stand, since bytes that
/// belong to the body can be moved into them where nothing marks their beginning.
fn odd_timestamps(scheme: &Scheme<'_>) -> Vec<Vector> {
    if scheme.timestamp().is_none() {
        return Vec::new();
    }
    let genuine = Message::new(scheme, b"{}", NOW);
    let text = String::from_utf8(genuine.timestamp.clone()).unwrap();
    let odd = [
        format!("0{text}"),
        format!("00{text}"),
        format!("+{text}"),
        format!("-{text}"),
        format!(" {text}"),
        format!("{text} "),
        format!("{text}.0"),
        format!("{text}e0"),
        format!("0x{text}"),
        String::new(),
    ];
    let signed = |timestamp: String| {
        let why = format!("the timestamp {timestamp:?}");
        let message = Message { timestamp: timestamp.into_bytes(), ..genuine.clone() };
        Vector { accept: false, ..vector_of(scheme, &message, NOW, &why) }
    };
    odd.into_iter().map(signed).collect()
}

/// A message of this crate's test sender as a vector.
fn vector_of(scheme: &Scheme<'_>, message: &Message, now: UnixTime, why: &str) -> Vector {
    let tag = sender::tag(scheme, &message.content(scheme));
    Vector {
        id: format!("{}, signed here", scheme.name()),
        accept: true,
        why: why.to_owned(),
        now,
        method: String::from_utf8(message.method.clone()).unwrap(),
        url: sender::URL.to_owned(),
        headers: pairs(&message.headers(scheme, &tag).unwrap()),
        secrets: vec![sender::secret_text(scheme, sender::KEY)],
        body: message.body.clone(),
        key_id: scheme.names_keys().then(|| sender::KEY_ID.to_owned()),
        secret_kind: None,
    }
}

fn pairs(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &hooksig::http::HeaderValue| value.to_str().unwrap().to_owned();
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}

// ---- The real one

/// The library itself.
pub struct Hooksig;

struct Guarded {
    verifier: Verifier,
    guard: ReplayGuard<MemoryStore>,
}

impl Subject for Hooksig {
    fn set_up<'s>(&self, scheme: Scheme<'s>, receiver: &Vector) -> Result<Box<dyn Endpoint + 's>, String> {
        // Where what is signed names no delivery, the builder refuses to make replay keys.
        let verifier = receiver.builder(&scheme).replay_keys().build();
        let verifier = verifier.or_else(|_| receiver.builder(&scheme).build());
        let verifier = verifier.map_err(|error| error.to_string())?;
        Ok(Box::new(Guarded { verifier, guard: ReplayGuard::in_memory(16) }))
    }
}

impl Endpoint for Guarded {
    fn verdict(&self, request: &Vector) -> Result<(), String> {
        let headers = request.header_map().ok_or("a header that no HTTP library passes on")?;
        let verified = self.verifier.verify_at(request.parts(&headers), request.body.as_slice(), request.now);
        verified.map(drop).map_err(|error| error.reason().to_owned())
    }

    fn receive(&self, request: &Vector, handler: &mut dyn FnMut() -> bool) -> Received {
        let Some(headers) = request.header_map() else {
            return Received::Refused;
        };
        let verified = self.verifier.verify_at(request.parts(&headers), request.body.as_slice(), request.now);
        let Ok(proof) = verified else {
            return Received::Refused;
        };
        match self.guard.claim_now(&proof) {
            Err(_) => Received::Nameless,
            Ok(Attempt::InProgress { .. }) => Received::Busy,
            Ok(Attempt::Done) => Received::Done,
            Ok(Attempt::New(claim)) => {
                if handler() {
                    assert!(claim.commit_now().unwrap());
                    Received::Handled
                } else {
                    drop(claim); // releases it
                    Received::Failed
                }
            }
        }
    }
}
