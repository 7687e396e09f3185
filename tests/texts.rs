//! Everything that can be printed: asserted in full, and searched for what must not be in it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::time::Duration;

use hooksig::http::StatusCode;
use hooksig::{
    ConfigError, Encoding, ErrorKind, Field, Part, Scheme, Secret, Unit, UnixTime, Verifier, VerifyError,
    providers,
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

/// Runs the whole corpus and searches everything that was printed for what is nobody's business.
#[test]
fn nothing_printed_holds_a_secret_a_tag_or_a_body() {
    let mut searched = 0;
    for file in support::own_vectors() {
        file.with_scheme(|scheme| {
            let scheme = scheme.unwrap();
            for vector in &file.vectors {
                let headers = vector.header_map().unwrap_or_default();
                let parts = vector.parts(&headers);
                let printed = match vector.verifier(&scheme) {
                    Err(error) => format!("{error} {error:?}"),
                    Ok(verifier) => {
                        let verdict = match verifier.verify_at(parts, &vector.body, vector.now) {
                            Ok(proof) => format!("{proof:?}"),
                            Err(error) => format!("{error} {error:?}"),
                        };
                        let pending = format!("{:?}", verifier.begin_at(parts, vector.now));
                        format!("{verdict} {pending} {verifier:?} {parts:?} {}", verifier.explain())
                    }
                };
                let secrets = vector.secrets.iter().flat_map(|secret| [secret.clone(), stripped(secret)]);
                let values =
                    vector.headers.iter().map(|(_, value)| value.clone()).filter(|value| value.len() > 40);
                let body = String::from_utf8_lossy(&vector.body).into_owned();
                for private in secrets.chain(values).chain([body]).filter(|text| text.trim().len() > 7) {
                    assert!(!printed.contains(&private), "{}: {private:?} in {printed:?}", vector.id);
                    searched += 1;
                }
            }
        });
    }
    assert!(searched > 500, "{searched}");
}

fn stripped(secret: &str) -> String {
    secret.split_once('_').map_or(secret, |(_, rest)| rest).to_owned()
}
