//! Handshakes: answered when they are genuine, and never an oracle.
#![cfg(all(feature = "handshake", feature = "ed25519"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use hooksig::handshake::{self, Answer};
use hooksig::{Scheme, Secret, UnixTime, Verified, providers};
use support::sender;

const NOW: UnixTime = UnixTime::from_secs(1_763_700_000);

/// The proof of a body that this scheme's sender signed.
fn proof(scheme: &Scheme<'_>, body: &str) -> Verified<()> {
    let (message, headers) = sender::genuine(scheme, body.as_bytes(), NOW);
    let parts = message.parts(&headers).unwrap();
    sender::verifier(scheme).verify_at(parts, body, NOW).unwrap().split().1
}

fn body(answer: Option<Answer>) -> Option<String> {
    answer.map(|answer| {
        assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
        answer.body().to_owned()
    })
}

#[test]
fn zoom_gets_its_token_and_the_hmac_of_it() {
    // The example of Zoom's documentation has no secret; this one was computed with Python's hmac.
    let secret = Secret::new("test-secret");
    let ask = |event: &str, token: &str| {
        let body = format!(r#"{{"payload":{{"plainToken":"{token}"}},"event":"{event}"}}"#);
        handshake::zoom(&proof(&providers::ZOOM, &body), body.as_bytes(), &secret)
    };
    assert_eq!(
        body(ask("endpoint.url_validation", "qgg8vlvZRS6UYooatFL8Aw")).unwrap(),
        r#"{"plainToken":"qgg8vlvZRS6UYooatFL8Aw","encryptedToken":"82079ed66225fed153e0854735aa9702e1d67137a69c96a00957941f942b8de7"}"#
    );
    assert_eq!(ask("meeting.started", "qgg8vlvZRS6UYooatFL8Aw"), None);
    // Signing this would be signing a request.
    assert_eq!(ask("endpoint.url_validation", "v0:1763700000:{}"), None);
    assert_eq!(ask("endpoint.url_validation", ""), None);
    assert_eq!(ask("endpoint.url_validation", &"x".repeat(2000)), None);
}

#[test]
fn signed_handshakes_want_a_proof_of_their_own_provider() {
    let slack = r#"{"type":"url_verification","challenge":"3eZbrw1aB"}"#;
    let ask = |scheme: &Scheme<'_>| handshake::slack(&proof(scheme, slack), slack.as_bytes());
    assert_eq!(body(ask(&providers::SLACK)).unwrap(), "3eZbrw1aB");
    assert_eq!(ask(&providers::GITHUB), None);
    let event = r#"{"type":"event_callback","challenge":"x"}"#;
    assert_eq!(handshake::slack(&proof(&providers::SLACK, event), event.as_bytes()), None);
    let markup = r#"{"type":"url_verification","challenge":"<script>alert(1)</script> x"}"#;
    assert_eq!(handshake::slack(&proof(&providers::SLACK, markup), markup.as_bytes()), None);

    let ping = |text: &str| handshake::discord(&proof(&providers::DISCORD, text), text.as_bytes());
    assert_eq!(body(ping(r#"{"type":1,"id":"x"}"#)).unwrap(), r#"{"type":1}"#);
    assert_eq!(ping(r#"{"type":2}"#), None);
    assert_eq!(ping(r#"{"type":2,"type":1}"#), None);

    let twitch = r#"{"challenge":"pogchamp-kappa-360noscope-vohiyo","subscription":{}}"#;
    let ask = |kind: &str| {
        let headers = [("Twitch-Eventsub-Message-Type", kind)];
        handshake::twitch(&headers, &proof(&providers::TWITCH, twitch), twitch.as_bytes())
    };
    assert_eq!(body(ask("webhook_callback_verification")).unwrap(), "pogchamp-kappa-360noscope-vohiyo");
    assert_eq!(ask("notification"), None);
}

#[test]
fn meta_is_answered_for_the_right_token_alone() {
    let token = Secret::new("test-token");
    let ask = |query: &str| body(handshake::meta(query, &token));
    let good = "hub.mode=subscribe&hub.verify_token=test-token&hub.challenge=42";
    assert_eq!(ask(good).unwrap(), "42");
    for query in [
        "",
        "hub.mode=subscribe&hub.challenge=42",
        "hub.mode=subscribe&hub.verify_token=&hub.challenge=42",
        "hub.mode=subscribe&hub.verify_token=test-toke&hub.challenge=42",
        "hub.mode=unsubscribe&hub.verify_token=test-token&hub.challenge=42",
        "hub.mode=subscribe&hub.verify_token=test-token&hub.verify_token=test-token&hub.challenge=42",
        "hub.mode=subscribe&hub.verify_token=test-token",
        "hub.mode=subscribe&hub.verify_token=test-token&hub.challenge=%3Cb%3E+x",
    ] {
        assert_eq!(ask(query), None, "{query}");
    }
    assert_eq!(
        handshake::meta(&good.replace("test-token", ""), &Secret::new("")),
        None,
        "a blank token is none"
    );
}

#[test]
fn unsigned_echoes_are_bounded_and_plain() {
    assert_eq!(body(handshake::dropbox("challenge=abc_DEF-1")).unwrap(), "abc_DEF-1");
    for query in ["", "challenge=", "challenge=a&challenge=b", "challenge=%3Cscript%3E", "challenge=a%0d%0ab"]
    {
        assert_eq!(handshake::dropbox(query), None, "{query}");
    }
    let token = |value: &str| handshake::ringcentral(&[("Validation-Token", value)]);
    assert_eq!(token("abc").unwrap().headers()["validation-token"], "abc");
    assert_eq!(token("a\r\nSet-Cookie: x"), None);
    assert_eq!(handshake::ringcentral(&[("a", "b")]), None);
    let (answer, secret) = handshake::asana(&[("X-Hook-Secret", "test-secret")]).unwrap();
    assert_eq!(answer.headers()["x-hook-secret"], "test-secret");
    assert!(hooksig::Verifier::new(providers::ASANA, secret).is_ok());
    let twice = [("X-Hook-Secret", "one"), ("X-Hook-Secret", "two")];
    assert!(handshake::asana(&twice).is_none());
}
