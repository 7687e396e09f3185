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

use base64::Engine as _;
use hooksig::{
    Algorithm, Kind, Mutation, PrivateKey, PublicKey, ReplayGuard, Scheme, Secret, SecretForm, SignedRequest,
    Signer, UnixTime, Verifier, providers,
};
use proptest::prelude::*;
use support::sender;

const NOW: UnixTime = UnixTime::from_secs(1_763_700_000);
const URL: &str = "https://hooks.example.com/in?tenant=1";

/// A 2048-bit key that was made for this test and signs nothing else.
const RSA_KEY: &str = include_str!("keys/test-rsa.pem");
const RSA_PUBLIC_KEY: &str = include_str!("keys/test-rsa.pub.pem");

fn secret(scheme: &Scheme<'_>) -> Secret {
    let secret = sender::secret(scheme);
    if scheme.name() == "vonage-sms" { secret.with_algorithm(Algorithm::HmacSha512) } else { secret }
}

fn signer(scheme: &Scheme<'_>) -> Signer {
    use p256::pkcs8::EncodePrivateKey as _;
    let signer = match scheme.algorithm() {
        Algorithm::Ed25519 => {
            let seed = hex::encode(sender::ed25519_key().to_bytes());
            Signer::with_private_key(*scheme, &PrivateKey::new(seed))
        }
        Algorithm::EcdsaP256 => {
            let der = sender::p256_key().to_pkcs8_der().unwrap();
            let base64 = base64::engine::general_purpose::STANDARD.encode(der.as_bytes());
            let pem = format!("-----BEGIN PRIVATE KEY-----\n{base64}\n-----END PRIVATE KEY-----\n");
            Signer::with_private_key(*scheme, &PrivateKey::new(pem))
        }
        Algorithm::Rs256 => Signer::with_private_key(*scheme, &PrivateKey::new(RSA_KEY)),
        _ => Signer::new(*scheme, secret(scheme)),
    };
    let signer = signer.unwrap().key_id(sender::KEY_ID).id("msg1");
    // A URL that is not signed may be said all the same.
    signer.url(URL).unwrap()
}

fn verifier(scheme: &Scheme<'_>) -> Verifier {
    let verifier = quiet_verifier(scheme);
    verifier.self_test_at(NOW).unwrap_or_else(|error| panic!("{error}"));
    verifier
}

fn quiet_verifier(scheme: &Scheme<'_>) -> Verifier {
    let builder = Verifier::builder(*scheme);
    let builder = if has_replay_keys(scheme) { builder.replay_keys() } else { builder };
    let builder = match scheme.algorithm() {
        Algorithm::Rs256 => builder.public_key("k", PublicKey::new(RSA_PUBLIC_KEY)),
        algorithm if algorithm.is_public_key() => builder.public_key("k", sender::public_key(scheme)),
        _ if scheme.names_keys() => builder.identified_key("k", sender::KEY_ID, secret(scheme)),
        _ => builder.key("k", secret(scheme)),
    };
    let builder = if scheme.needs_registered_url() {
        let query = scheme.coverage().query();
        builder.registered_url(if query { URL } else { URL.split('?').next().unwrap() })
    } else if scheme.signs_url() {
        builder.public_base("https://hooks.example.com")
    } else {
        builder
    };
    builder.build().unwrap()
}

/// Whether what is signed tells one delivery from another.
fn has_replay_keys(scheme: &Scheme<'_>) -> bool {
    scheme.kind() != Kind::Token && !["justcall", "synthflow"].contains(&scheme.name())
}

/// A body of the scheme's kind.
fn body(scheme: &Scheme<'_>) -> &'static [u8] {
    match scheme.name() {
        "adyen" => br#"{"live":"false","notificationItems":[{"NotificationRequestItem":{"pspReference":"p","merchantAccountCode":"M","merchantReference":"a:b","amount":{"value":1,"currency":"EUR"},"eventCode":"AUTHORISATION","success":"true","additionalData":{"x":"y"}}}]}"#,
        "justcall" => br#"{"webhook_url":"https://h.example/?a=b","type":"call.completed","data":{}}"#,
        "synthflow" => br#"{"call":{"call_id":"c-1"}}"#,
        "plivo" | "vonage-sms" => b"From=%2B15005550006&Text=a+b",
        _ => br#"{"event":"call_ended"}"#,
    }
}

fn signed(scheme: &Scheme<'_>) -> SignedRequest {
    signer(scheme).sign(body(scheme), NOW).unwrap_or_else(|error| panic!("{error}"))
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
