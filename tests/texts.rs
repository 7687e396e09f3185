//! Everything that can be printed: asserted in full, and searched for what must not be in it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use hooksig::http::StatusCode;
use hooksig::{
    AuditLog, ConfigError, Encoding, ErrorKind, Event, Field, Kind, Observer, Part, Parts, Scheme, Secret,
    Unit, UnixTime, Verifier, VerifyError, providers,
};
use support::sender;

const NOW: UnixTime = UnixTime::from_secs(1_763_700_000);

fn refusal(headers: &[(&str, &str)]) -> VerifyError {
    let headers = headers.to_vec();
    sender::verifier(&providers::STRIPE).verify_at(&headers, b"{}", NOW).unwrap_err()
}

#[test]
fn debug_of_every_public_type() {
    let verifier = sender::verifier(&providers::STANDARD_WEBHOOKS);
    let (message, headers) = sender::genuine(&providers::STANDARD_WEBHOOKS, b"{}", NOW);
    let parts = message.parts(&headers).unwrap();
    let proof = verifier.verify_at(parts, b"{}", NOW).unwrap();
    assert_eq!(format!("{verifier:?}"), r#"Verifier { scheme: "standard-webhooks", keys: ["test"], .. }"#);
    assert_eq!(
        format!("{proof:?}"),
        r#"Verified { scheme: "standard-webhooks", key: "test", timestamp: Some(UnixTime(1763700000s)), message_id: Some("msg_1"), coverage: Coverage(timestamp, message id, body), .. }"#
    );
    let replay = proof.replay_key().unwrap();
    assert_eq!(format!("{replay:?}"), format!("ReplayKey({replay})"));
    assert_eq!(replay.to_string().len(), 64);
    assert_eq!(
        format!("{:?}", proof.split()),
        format!("([123, 125], {:?})", verifier.verify_at(parts, b"{}", NOW).unwrap().split().1)
    );
    let pending = verifier.begin_at(parts, NOW).unwrap();
    assert_eq!(format!("{pending:?}"), r#"Pending { scheme: "standard-webhooks", .. }"#);
    assert_eq!(format!("{parts:?}"), r#"Parts { method: Some("POST"), .. }"#);
    assert_eq!(format!("{:?}", Secret::new("test-secret")), "Secret(redacted)");
    let builder = Verifier::builder(providers::GITHUB).key("2026-11", Secret::new("test-secret"));
    assert_eq!(format!("{builder:?}"), r#"Builder { scheme: "github", keys: ["2026-11"], .. }"#);
    let error = refusal(&[]);
    assert_eq!(format!("{error:?}"), "VerifyError { kind: MissingSignature }");
    assert_eq!(error.to_string(), "webhook refused: there is no signature of this scheme");
    let field = Field::listed("x-a", ',', "v1=");
    assert_eq!(
        format!("{field:?}"),
        r#"Field { header: "x-a", separator: Some(','), prefix: "v1=", groups: None, more: None }"#
    );
    assert_eq!(
        format!("{:?} {:?} {:?}", Part::Header("x-b"), Unit::Rfc3339, Encoding::Hex),
        r#"Header("x-b") Rfc3339 Hex"#
    );
    assert!(
        format!("{:?}", providers::GITHUB).starts_with("Scheme { definition: Definition { name: \"github\"")
    );
    assert!(
        format!("{:?}", Scheme::hmac_sha256("draft"))
            .starts_with("Draft { definition: Definition { name: \"draft\"")
    );
}

#[test]
fn every_reason() {
    let table: Vec<_> = ErrorKind::ALL
        .iter()
        .map(|kind| format!("{} {} {kind}", kind.reason(), VerifyError::from(*kind).status().as_u16()))
        .collect();
    assert_eq!(table.join("\n"), include_str!("texts/reasons.txt").trim_end());
}

#[test]
fn one_face_outside() {
    for kind in ErrorKind::ALL {
        let status = VerifyError::from(*kind).status();
        let expected = match kind {
            ErrorKind::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            ErrorKind::BodyUnreadable => StatusCode::BAD_REQUEST,
            ErrorKind::NoUrl | ErrorKind::NoActiveKey => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::UNAUTHORIZED,
        };
        assert_eq!(status, expected);
    }
}

#[test]
fn every_setup_error() {
    let error = |result: Result<Verifier, ConfigError>| result.unwrap_err().to_string();
    let github = || Verifier::builder(providers::GITHUB);
    let key = || Secret::new("test-secret");
    assert_eq!(error(github().build()), "the verifier has no key");
    assert_eq!(error(github().key("a", key()).key("a", key()).build()), "two keys are labelled \"a\"");
    assert_eq!(error(github().key("", key()).build()), "the label \"\" is not 1 to 31 bytes long");
    assert_eq!(
        error(github().key(&"x".repeat(32), key()).build()),
        format!("the label \"{}\" is not 1 to 31 bytes long", "x".repeat(32))
    );
    assert_eq!(error(github().key("a", key()).label("").build()), "the label \"\" is not 1 to 31 bytes long");
    let nine = (0..9).fold(github(), |builder, index| {
        builder.key(&index.to_string(), Secret::new(format!("test-secret-{index}")))
    });
    assert_eq!(error(nine.build()), "the verifier has 9 keys; at most 8 can be active at once");
    assert_eq!(
        error(github().key("a", key()).max_age(Duration::from_secs(60)).build()),
        "max_age is set, but the scheme \"github\" signs no timestamp"
    );
    let stripe = || Verifier::builder(providers::STRIPE).key("a", key());
    assert_eq!(
        error(stripe().max_age(Duration::ZERO).build()),
        "max_age is 0ns; it can be from one second to one day, in whole seconds"
    );
    assert_eq!(
        error(stripe().max_ahead(Duration::from_secs(31_536_000)).build()),
        "max_ahead is 31536000s; it can be from one second to one day, in whole seconds"
    );
    let glued = || Verifier::builder(support::schemes::GLUED).key("a", key());
    assert_eq!(
        error(glued().build()),
        "the scheme \"glued\" signs the URL: configure registered_url, since nothing marks where the URL ends"
    );
    assert!(glued().public_base("https://example.com").build().is_err());
    assert_eq!(
        error(Verifier::builder(support::schemes::BARS).key("a", key()).build()),
        "the scheme \"bars\" signs the URL: configure public_base or registered_url"
    );
    assert_eq!(
        error(glued().registered_url("example.com/x").build()),
        "the public URL \"example.com/x\" does not start with https://, http://, wss:// or ws://"
    );
}

/// Runs the whole corpus and searches everything that was printed for what is nobody's business: errors,
/// `Debug`, log lines, audit records and events.
#[test]
fn nothing_printed_holds_a_secret_a_tag_or_a_body() {
    let lines = support::lines::Lines::leaked();
    let mut searched = 0;
    tracing::subscriber::with_default(lines, || {
        for file in support::own_vectors() {
            file.with_scheme(|scheme| {
                let scheme = scheme.unwrap();
                for vector in &file.vectors {
                    let headers = vector.header_map().unwrap_or_default();
                    let observed = Observed::new(lines);
                    let builder = vector.builder(&scheme).observer(observed.observer());
                    let mut printed = format!("{builder:?}");
                    match builder.build() {
                        Err(error) => printed += &format!("{error} {error:?}"),
                        Ok(verifier) => {
                            printed += &tried(&verifier, vector.parts(&headers), &vector.body, vector.now);
                        }
                    }
                    let (printed, id) = observed.all(printed, scheme.name());
                    let private = vector.secrets.iter().flat_map(|secret| spellings(secret));
                    let values = vector.headers.iter().flat_map(|(_, value)| pieces(value));
                    let mut private: Vec<_> = private.chain(values).chain(extracts(&vector.body)).collect();
                    // What the scheme's own description says is public.
                    let public = format!("{scheme:?} {}", scheme.explain());
                    private.retain(|text| !public.contains(text));
                    searched += search(&printed, &id, &private, &vector.id);
                }
            });
        }
    });
    assert!(searched > 10_000, "{searched}");
}

/// Where a signature is wrong, the right one is known to the verifier alone.
#[test]
fn nothing_printed_holds_the_tag_that_was_expected() {
    let lines = support::lines::Lines::leaked();
    let mut searched = 0;
    tracing::subscriber::with_default(lines, || {
        // A token has no tag, and its text is the secret.
        for scheme in providers::ALL.iter().filter(|scheme| scheme.kind() != Kind::Token) {
            let genuine = support::signed::signed(scheme, NOW);
            let Some(wrong) = genuine.mutated(hooksig::Mutation::WrongSignature) else { continue };
            let observed = Observed::new(lines);
            let verifier = support::signed::builder(scheme).observer(observed.observer()).build().unwrap();
            let printed = tried(&verifier, wrong.parts(), wrong.body(), NOW);
            drop(verifier);
            assert!(printed.contains("Mismatch"), "{}: {printed}", scheme.name());
            let (printed, id) = observed.all(printed, scheme.name());
            let of = |request: &hooksig::SignedRequest| {
                let values = request.headers().values().map(|value| value.to_str().unwrap().to_owned());
                let body = String::from_utf8_lossy(request.body()).into_owned();
                values.chain([body]).flat_map(|text| pieces(&text)).collect::<Vec<_>>()
            };
            // What the two differ in is the signature.
            let (known, mut expected) = (of(&wrong), of(&genuine));
            expected.retain(|piece| !known.contains(piece));
            assert!(!expected.is_empty(), "{} has no signature", scheme.name());
            searched += search(&printed, &id, &expected, scheme.name());
        }
    });
    assert!(searched > 300, "{searched}");
}

/// The search finds what it is there to find.
#[test]
fn the_search_finds_a_leak() {
    let found = |printed: &str, private: &[String]| {
        std::panic::catch_unwind(|| search(printed, "", private, "a leak")).is_err()
    };
    let tag = pieces("sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
    assert!(found("expected 757107EA0EB2509FC211221CCE984B8A37570B6D7586C22C46F4379C8B043E17", &tag));
    assert!(found("expected [117, 113, 7, 234, 14, 178, 80, 159, 194, 17, 34, 28, 206, 152, 75]", &tag));
    let secret = spellings("whsec_dGVzdC1rZXktb2YtMjQtYnl0ZXMtLi4u");
    assert!(found("the key test-key-of-24-bytes-...", &secret));
    assert!(found("the key dGVzdC1rZXktb2YtMjQtYnl0ZXMtLi4u", &secret));
    let body = extracts(br#"{"event":"call_ended","number":"+15005550006","who":"somebody"}"#);
    assert!(found(r#"bad JSON at {"event":"call_ended","number":"+15005550006""#, &body));
    assert!(!found("nothing of it", &[tag, secret, body].concat()));
}

/// Everything that verification can print about one request.
fn tried(verifier: &Verifier, parts: Parts<'_>, body: &[u8], now: UnixTime) -> String {
    let verdict = match verifier.verify_at(parts, body, now) {
        Ok(proof) => format!("{proof:?} {:?}", proof.replay_key()),
        Err(error) => format!("{error} {error:?} {:?}", error.kind()),
    };
    let pending = verifier.begin_at(parts, now);
    let streamed = format!("{pending:?}");
    let finished = pending.and_then(|mut pending| {
        pending.update(body);
        pending.finish()
    });
    format!("{verdict} {streamed} {finished:?} {verifier:?} {parts:?} {}", verifier.explain())
}

/// What observers are told.
struct Observed {
    log: Arc<AuditLog<Vec<u8>>>,
    events: Arc<Mutex<String>>,
    lines: &'static support::lines::Lines,
    id: Arc<Mutex<String>>,
}

impl Observed {
    fn new(lines: &'static support::lines::Lines) -> Self {
        let log = Arc::new(AuditLog::new(Vec::new()));
        Self { log, events: Arc::default(), lines, id: Arc::default() }
    }

    /// Every observer that comes along, and one that prints the event itself.
    fn observer(&self) -> impl Observer + 'static {
        let (events, id) = (Arc::clone(&self.events), Arc::clone(&self.id));
        let events = move |event: &Event<'_>| {
            events.lock().unwrap().push_str(&format!("{event:?}"));
            if let Some(told) = event.message_id {
                told.clone_into(&mut id.lock().unwrap());
            }
        };
        (Arc::clone(&self.log), (hooksig::TracingObserver, events))
    }

    /// All of it with what was printed, and the message id, which may be in it.
    fn all(self, printed: String, name: &str) -> (String, String) {
        let records = Arc::into_inner(self.log).expect("the verifier is gone").into_inner();
        // Our own clock's time, which a body may happen to have too, is no part of it.
        let records = records.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(|line| {
            let mut record: serde_json::Map<_, _> = serde_json::from_slice(line).unwrap();
            assert!(record.remove("timestamp").is_some());
            serde_json::to_string(&record).unwrap()
        });
        let records = records.collect::<String>();
        let lines = self.lines.take().join("\n");
        let events = self.events.lock().unwrap().clone();
        assert_eq!(records.is_empty(), events.is_empty(), "{name}");
        assert_eq!(lines.is_empty(), events.is_empty(), "{name}");
        let id = self.id.lock().unwrap().clone();
        (format!("{printed} {records} {lines} {events}"), id)
    }
}

/// Panics where a private text is in what was printed; says how many texts were searched for.
fn search(printed: &str, id: &str, private: &[String], case: &str) -> usize {
    let without_id = if id.is_empty() { printed.to_owned() } else { printed.replace(id, "…") };
    let folded = without_id.to_ascii_lowercase();
    for text in private {
        assert!(!folded.contains(&text.to_ascii_lowercase()), "{case}: {text:?} in {printed}");
    }
    private.len()
}

/// A secret as it is, without its prefix, and the bytes that it may stand for.
fn spellings(secret: &str) -> Vec<String> {
    let bare = secret.split_once('_').map_or(secret, |(_, rest)| rest);
    let mut found = vec![secret.to_owned(), bare.to_owned()];
    for text in [secret, bare] {
        found.extend(decoded(text).iter().flat_map(|bytes| written(bytes)));
    }
    found.extend(written(secret.as_bytes()));
    found.retain(|text| text.trim().len() > 7);
    found
}

/// The long words of a header's value, and the bytes that they may stand for.
fn pieces(value: &str) -> Vec<String> {
    let words = value.split(|letter: char| !letter.is_ascii_alphanumeric() && !"+/-_".contains(letter));
    let words: Vec<_> = words.filter(|word| word.len() >= 24).collect();
    let bytes = words.iter().flat_map(|word| decoded(word)).flat_map(|bytes| written(&bytes));
    let bytes: Vec<_> = bytes.filter(|text| text.len() >= 24).collect();
    words.iter().map(|word| (*word).to_owned()).chain(bytes).collect()
}

/// Pieces of a body: whatever repeats 35 bytes of it in a row, repeats one of them.
fn extracts(body: &[u8]) -> Vec<String> {
    let whole = String::from_utf8_lossy(body).into_owned();
    let extracts = body.windows(24).step_by(12).map(|piece| String::from_utf8_lossy(piece).into_owned());
    let mut found: Vec<_> = extracts.chain([whole]).collect();
    found.retain(|text| text.trim().len() > 7);
    found
}

/// What a text is in each encoding that it may be written in.
fn decoded(text: &str) -> Vec<Vec<u8>> {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
    let bare = text.trim_end_matches('=');
    let decoded =
        [hex::decode(text).ok(), STANDARD_NO_PAD.decode(bare).ok(), URL_SAFE_NO_PAD.decode(bare).ok()];
    decoded.into_iter().flatten().collect()
}

/// The ways in which bytes get printed: in hexadecimal, as text, and as a list of numbers.
fn written(bytes: &[u8]) -> Vec<String> {
    let head = &bytes[..bytes.len().min(12)];
    let numbers: Vec<_> = head.iter().map(u8::to_string).collect();
    vec![hex::encode(bytes), String::from_utf8_lossy(bytes).into_owned(), numbers.join(", ")]
}
