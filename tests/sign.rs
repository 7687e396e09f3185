//! Every scheme run backwards: what is signed verifies, and what is bent is refused with its own reason.
#![cfg(all(
    feature = "canonical",
    feature = "ecdsa",
    feature = "ed25519",
    feature = "fields",
    feature = "form",
    feature = "rs256",
    feature = "sign"
))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use hooksig::http::{HeaderMap, HeaderValue};
use hooksig::{
    Algorithm, ConfigError, Kind, Mutation, Parts, PrivateKey, ReplayGuard, Scheme, Secret, SecretForm,
    SignedRequest, Signer, UnixTime, Verifier, providers,
};
use proptest::prelude::*;
use serde_json::Value;
use support::signed::{body, has_replay_keys, quiet_verifier, secret, signer};

const NOW: UnixTime = UnixTime::from_secs(1_763_700_000);

fn verifier(scheme: &Scheme<'_>) -> Verifier {
    let verifier = quiet_verifier(scheme);
    verifier.self_test_at(NOW).unwrap_or_else(|error| panic!("{error}"));
    verifier
}

fn signed(scheme: &Scheme<'_>) -> SignedRequest {
    support::signed::signed(scheme, NOW)
}

fn reason(verifier: &Verifier, request: &SignedRequest) -> &'static str {
    let whole = verifier.verify_at(request.parts(), request.body(), NOW);
    let whole = whole.map_or_else(|refusal| refusal.reason(), |_| "accepted");
    let streamed = verifier.begin_at(request.parts(), NOW).and_then(|mut pending| {
        request.body().chunks(5).for_each(|chunk| pending.update(chunk));
        pending.finish()
    });
    assert_eq!(streamed.map_or_else(|refusal| refusal.reason(), |_| "accepted"), whole);
    whole
}

#[test]
fn a_signed_request_says_how_and_where_it_goes() {
    let github = || Signer::new(providers::GITHUB, Secret::new("test-key")).unwrap();
    let request = github().sign(b"{}", NOW).unwrap();
    assert_eq!((request.method(), request.target()), ("POST", "/"));
    let put =
        github().method("PUT").url("https://hooks.example.com/in?a=1").unwrap().sign(b"{}", NOW).unwrap();
    assert_eq!((put.method(), put.target()), ("PUT", "/in?a=1"));
}

#[test]
fn what_every_scheme_signs_verifies() {
    for scheme in support::schemes::all().iter().chain(providers::ALL) {
        let (request, verifier) = (signed(scheme), verifier(scheme));
        assert_eq!(reason(&verifier, &request), "accepted", "{}", scheme.name());
        let proof = verifier.verify_at(request.parts(), request.body(), NOW).unwrap();
        if scheme.message_id().is_some() {
            assert_eq!(proof.message_id(), Some("msg1"), "{}", scheme.name());
        }
        if let Some(timestamp) = proof.timestamp() {
            assert_eq!(timestamp, NOW, "{}", scheme.name());
        }
        // The empty body, where the scheme has such.
        if scheme.kind() == Kind::Affix && scheme.timestamp_in_json().is_none() {
            let empty = signer(scheme).sign(b"", NOW).unwrap();
            assert_eq!(reason(&verifier, &empty), "accepted", "{}", scheme.name());
        }
    }
}

#[test]
fn every_mutation_is_refused_with_its_reason() {
    let mut tried = std::collections::BTreeMap::<String, usize>::new();
    for scheme in support::schemes::all().iter().chain(providers::ALL) {
        let (request, verifier) = (signed(scheme), verifier(scheme));
        for mutation in Mutation::ALL {
            let Some(bad) = request.mutated(*mutation) else {
                let missing = match mutation {
                    Mutation::Stale | Mutation::Future => !scheme.is_timed() && !scheme.expires(),
                    Mutation::Forged => !scheme.coverage().body(),
                    Mutation::Unsigned | Mutation::Duplicated => scheme.signature().header().is_empty(),
                    _ => false,
                };
                assert!(missing, "{} has no {mutation:?}", scheme.name());
                continue;
            };
            *tried.entry(format!("{mutation:?}")).or_default() += 1;
            let expected: &[_] = match mutation {
                Mutation::Stale => &["stale"],
                Mutation::Future => &["future"],
                // A hash of the body stands in a token or a query, and a token may be the body.
                Mutation::Forged => &["mismatch", "body_mismatch", "malformed_signature"],
                Mutation::WrongSignature => &["mismatch"],
                Mutation::Unsigned => &["missing_signature"],
                Mutation::Duplicated => &["duplicate_header"],
                Mutation::Replayed => &["accepted"],
                other => panic!("{other:?}"),
            };
            let got = reason(&verifier, &bad);
            assert!(expected.contains(&got), "{} {mutation:?}: {got}", scheme.name());
        }
        if !has_replay_keys(scheme) {
            let refused = Verifier::builder(*scheme).key("k", secret(scheme)).replay_keys().build();
            assert!(refused.unwrap_err().to_string().contains("too little"), "{}", scheme.name());
            continue;
        }
        let guard = ReplayGuard::in_memory(2);
        let again = request.mutated(Mutation::Replayed).unwrap();
        for (request, new) in [(&request, true), (&again, false)] {
            let proof = verifier.verify_at(request.parts(), request.body(), NOW).unwrap();
            match guard.claim_now(&proof).unwrap() {
                hooksig::Attempt::New(claim) if new => assert!(claim.commit_now().unwrap()),
                hooksig::Attempt::Done => assert!(!new),
                other => panic!("{}: {other:?}", scheme.name()),
            }
        }
    }
    assert_eq!(tried.len(), Mutation::ALL.len());
    assert!(tried.values().all(|count| *count > 40), "{tried:?}");
}

#[test]
fn a_signed_request_fits_the_services_that_it_tests() {
    let request: hooksig::http::Request<Vec<u8>> = signed(&providers::TWILIO).to_request().unwrap();
    assert_eq!((request.method().as_str(), request.uri().path()), ("POST", "/in"));
    assert!(request.uri().query().unwrap().contains("bodySHA256="));
    let verifier = verifier(&providers::TWILIO);
    assert!(verifier.verify_at(&request, request.body(), NOW).is_ok());
}

#[test]
fn what_cannot_be_signed_is_said() {
    let fails = |signer: Result<Signer, hooksig::ConfigError>, body: &[u8], now| {
        signer.unwrap().sign(body, now).unwrap_err().to_string()
    };
    let square = || Signer::new(providers::SQUARE, Secret::new("test-key"));
    assert!(fails(square(), b"{}", NOW).contains("no_url"));
    let livekit = || Signer::new(providers::LIVEKIT, Secret::new("test-key"));
    assert!(fails(livekit(), b"{}", NOW).contains("cannot say"));
    let stripe = || Signer::new(providers::STRIPE, Secret::new("test-key"));
    assert!(fails(stripe(), b"{}", UnixTime::from_secs(1)).contains("cannot say"));
    let standard = Signer::new(providers::STANDARD_WEBHOOKS, Secret::new("whsec_dGVzdC1rZXk="))
        .map(|signer| signer.id("a b"));
    assert!(fails(standard, b"{}", NOW).contains("malformed_id"));
    let dotted = Signer::new(providers::STANDARD_WEBHOOKS, Secret::new("whsec_dGVzdC1rZXk="))
        .map(|signer| signer.id("a.b"));
    assert!(fails(dotted, b"{}", NOW).contains("malformed_id"));
    assert!(
        fails(Signer::new(providers::MAILGUN, Secret::new("test-key")), b"a=b", NOW).contains("cannot say")
    );
    assert!(Signer::new(providers::TELNYX, Secret::new("test-key")).is_err(), "a secret signs no Ed25519");
    for text in ["", "test-key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"] {
        for scheme in [providers::TELNYX, providers::SENDGRID, providers::GONG, providers::GITHUB] {
            assert!(Signer::with_private_key(scheme, &PrivateKey::new(text)).is_err());
        }
    }
    let shown = format!("{:?} {:?}", signed(&providers::GITHUB), PrivateKey::new("test-key"));
    assert!(!shown.contains("sha256=") && !shown.contains("test-key"), "{shown}");
    assert!(matches!(providers::GITHUB.secret_forms()[0], SecretForm::Text));
}

/// Every text that differs from this one in a single bit.
fn flipped(text: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..text.len() * 8).map(|bit| {
        let mut flipped = text.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        flipped
    })
}

/// The signed fields of a JSON body, wherever in it they stand.
fn fields(body: &[u8], names: &[&str]) -> Option<Vec<Option<Value>>> {
    fn find(value: &Value, pointer: &str) -> Option<Value> {
        let inside = || match value {
            Value::Object(members) => members.values().find_map(|member| find(member, pointer)),
            Value::Array(items) => items.iter().find_map(|item| find(item, pointer)),
            _ => None,
        };
        value.pointer(pointer).cloned().or_else(inside)
    }
    let body: Value = serde_json::from_slice(body).ok()?;
    Some(names.iter().map(|name| find(&body, &format!("/{}", name.replace('.', "/")))).collect())
}

/// Headers that the senders of forms and of signed fields do not sign.
const UNSIGNED: [&str; 2] = ["content-type", "x-twilio-webhooks-signature-settings"];

/// Each bit of what is signed, and of the signature, by itself. Letters may change their case where that
/// means nothing: in hexadecimal digits, in the escapes of a form, in the word before a signature.
#[test]
fn no_single_bit_of_what_is_signed_can_change() {
    let mut tried = 0;
    for scheme in support::schemes::all().iter().chain(providers::ALL) {
        let (request, verifier, coverage) = (signed(scheme), quiet_verifier(scheme), scheme.coverage());
        let (name, form) = (scheme.name(), scheme.kind() == Kind::Form);
        let accepts = |method: &str, headers: &HeaderMap, target: &str, body: &[u8]| {
            let parts = Parts::new(headers).method(method).target(target);
            verifier.verify_at(parts, body, NOW).is_ok()
        };
        let (method, headers, target) = (request.method(), request.headers(), request.target());
        assert!(accepts(method, headers, target, request.body()), "{name}");
        let covered = fields(request.body(), coverage.body_fields());
        for body in flipped(request.body()) {
            tried += 1;
            let accepted = accepts(method, headers, target, &body);
            let same = match coverage.body() {
                true => form && body.eq_ignore_ascii_case(request.body()),
                false => {
                    fields(&body, coverage.body_fields()) == covered || coverage.body_fields().is_empty()
                }
            };
            assert!(same || !accepted, "{name}: {:?}", String::from_utf8_lossy(&body));
        }
        for (header, value) in headers {
            if (form || scheme.kind() == Kind::Fields) && UNSIGNED.contains(&header.as_str()) {
                continue;
            }
            for flipped in flipped(value.as_bytes()) {
                let Ok(changed) = HeaderValue::from_bytes(&flipped) else { continue };
                let mut headers = headers.clone();
                headers.insert(header, changed);
                tried += 1;
                let accepted = accepts(method, &headers, target, request.body());
                let same = flipped.eq_ignore_ascii_case(value.as_bytes());
                assert!(same || !accepted, "{name}: {header}: {:?}", String::from_utf8_lossy(&flipped));
            }
        }
        let signed = match (coverage.path(), coverage.query()) {
            (_, true) => target.len(),
            (true, false) => target.find('?').unwrap(),
            (false, false) => 0,
        };
        for flipped in flipped(&target.as_bytes()[..signed]) {
            let Ok(start) = String::from_utf8(flipped) else { continue };
            tried += 1;
            let target = format!("{start}{}", &target[signed..]);
            assert!(!accepts(method, headers, &target, request.body()), "{name}: {target}");
        }
        let changed = coverage.method() && accepts("PATCH", headers, target, request.body());
        assert!(!changed, "{name}: the method");
    }
    assert!(tried > 100_000, "{tried}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    /// Any body, any id, any moment: what the scheme signs, it accepts, and says what it was.
    #[test]
    fn whatever_a_scheme_signs_verifies(
        scheme in any::<prop::sample::Index>(),
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        id in "[0-9A-Za-z]{1,40}",
        secs in 1_000_000_000..9_999_999_999_u64,
        chunk in 1..100_usize,
    ) {
        let schemes = [support::schemes::all(), providers::ALL.to_vec()].concat();
        let (scheme, now) = (scheme.get(&schemes), UnixTime::from_secs(secs));
        let any_body = scheme.timestamp_in_json().is_none()
            && matches!(scheme.kind(), Kind::Affix | Kind::Token | Kind::Canonical);
        let body = if any_body { &bytes[..] } else { body(scheme) };
        let request = signer(scheme).id(&id).sign(body, now).unwrap();
        let verifier = quiet_verifier(scheme);
        let proof = verifier.verify_at(request.parts(), request.body(), now).unwrap();
        prop_assert!(proof.timestamp().is_none_or(|timestamp| timestamp == now), "{}", scheme.name());
        if scheme.message_id().is_some() {
            prop_assert_eq!(proof.message_id(), Some(id.as_str()));
        }
        let mut pending = verifier.begin_at(request.parts(), now).unwrap();
        request.body().chunks(chunk).for_each(|chunk| pending.update(chunk));
        prop_assert!(pending.finish().is_ok(), "{}", scheme.name());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]
    /// Genuine requests of every scheme with some bytes changed: no panic, one verdict, and no body but
    /// the one that was signed.
    #[test]
    fn bent_requests_of_every_scheme(
        scheme in any::<prop::sample::Index>(),
        place in 0..3_usize,
        index in any::<prop::sample::Index>(),
        bytes in proptest::collection::vec(prop_oneof![any::<u8>(), Just(b'.'), Just(b','), Just(b'"'), Just(b'%'), Just(b'&'), Just(b'=')], 0..6),
        cut in 0..4_usize,
    ) {
        let scheme = scheme.get(providers::ALL);
        let request = signed(scheme);
        let splice = |old: &[u8]| {
            let start = index.index(old.len() + 1);
            let end = (start + cut).min(old.len());
            [&old[..start], &bytes, &old[end..]].concat()
        };
        let (mut headers, mut target, mut body) =
            (request.headers().clone(), request.target().to_owned(), request.body().to_vec());
        match place {
            0 => body = splice(&body),
            1 => target = String::from_utf8_lossy(&splice(target.as_bytes())).into_owned(),
            _ => {
                let names: Vec<_> = headers.keys().cloned().collect();
                if let Some(name) = names.get(index.index(names.len().max(1))) {
                    let value = splice(headers[name].as_bytes());
                    if let Ok(value) = hooksig::http::HeaderValue::from_bytes(&value) {
                        headers.insert(name, value);
                    }
                }
            }
        }
        let verifier = quiet_verifier(scheme);
        let parts = hooksig::Parts::new(&headers).method(request.method()).target(&target);
        let whole = verifier.verify_at(parts, &body, NOW).map(drop);
        let streamed = verifier.begin_at(parts, NOW).and_then(|mut pending| {
            body.chunks(3).for_each(|chunk| pending.update(chunk));
            pending.finish().map(drop)
        });
        prop_assert_eq!(whole, streamed);
        // Of a form the parameters are signed and not their spelling.
        let exact = scheme.coverage().body() && scheme.kind() != Kind::Form;
        if exact && body != request.body() {
            prop_assert!(whole.is_err(), "{}: another body is accepted", scheme.name());
        }
    }
}

#[test]
fn the_claims_of_a_token_are_an_object() {
    let signer = Signer::new(providers::DIALPAD, Secret::new("test-secret")).unwrap();
    let now = UnixTime::from_secs(1_763_700_000);
    assert!(signer.sign(b"{\"state\":\"hangup\"}", now).is_ok());
    for body in [&b""[..], b"[]", b"1", b"{}.", b"e30.e30.e30"] {
        assert!(matches!(signer.sign(body, now), Err(ConfigError::Unsignable { .. })), "{body:?}");
    }
}

#[cfg(feature = "json")]
#[test]
fn a_body_has_one_time_and_keeps_its_own() {
    let now = UnixTime::from_secs(1_763_700_000);
    let secret = || Secret::new("test-secret");
    let signer = Signer::new(providers::LINEAR, secret()).unwrap();
    let verifier = Verifier::new(providers::LINEAR, secret()).unwrap();
    let dated = |body: &str| {
        let request = signer.sign(body.as_bytes(), now).unwrap();
        let proof = verifier.verify_at(request.parts(), request.body(), now).unwrap();
        assert_eq!(proof.timestamp().unwrap(), now, "{body}");
        request
    };
    // A time elsewhere is not the body's.
    for body in ["{}", " { \"a\" : 1 }", "{\"a\":{\"webhookTimestamp\":1}}", "{\"a\":\"webhookTimestamp\"}"] {
        let request = dated(body);
        let stale = request.mutated(Mutation::Stale).unwrap();
        let refusal = verifier.verify_at(stale.parts(), stale.body(), now).unwrap_err();
        assert_eq!(refusal.reason(), "stale", "{body}");
    }
    let own = dated("{\"webhookTimestamp\":1763700000000}");
    assert!(own.mutated(Mutation::Stale).is_none() && own.mutated(Mutation::Future).is_none());
    for body in [
        "",
        "x",
        "[]",
        "{not json",
        "{\"webhookTimestamp\":\"now\"}",
        "{\"webhookTimestamp\":1,\"webhookTimestamp\":1}",
    ] {
        assert!(matches!(signer.sign(body.as_bytes(), now), Err(ConfigError::Unsignable { .. })), "{body}");
    }
}

#[test]
fn a_body_may_look_like_what_stands_where_the_signature_will() {
    let now = UnixTime::from_secs(1_763_700_000);
    let zeros = "0".repeat(64);
    let secret = || Secret::new("test-secret").with_algorithm(Algorithm::HmacSha256);
    let sender = Signer::new(providers::VONAGE_SMS, secret()).unwrap();
    let receiver = Verifier::new(providers::VONAGE_SMS, secret()).unwrap();
    for body in [format!("text={zeros}"), format!("text={zeros}{}", "01".repeat(32))] {
        let request = sender.sign(body.as_bytes(), now).unwrap();
        receiver.verify_at(request.parts(), request.body(), now).unwrap();
    }
    let sender = Signer::new(providers::MAILGUN, Secret::new("test-secret")).unwrap();
    let receiver = Verifier::new(providers::MAILGUN, Secret::new("test-secret")).unwrap();
    let request = sender.sign(format!("{{\"a\":\"{zeros}\"}}").as_bytes(), now).unwrap();
    receiver.verify_at(request.parts(), request.body(), now).unwrap();
}
