//! Setting a verifier up, and what its proofs say: keys, windows, limits, self-test, explanations.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::time::{Duration, SystemTime};

use hooksig::{ErrorKind, Scheme, Secret, Unit, UnixTime, Verifier, providers};
use support::sender;

const NOW: UnixTime = UnixTime::from_secs(1_763_700_000);

fn seconds_after_now(seconds: u64) -> UnixTime {
    NOW.saturating_add(Duration::from_secs(seconds))
}

#[test]
fn the_proof_names_the_key_that_matched() {
    let verifier = Verifier::builder(providers::GITHUB)
        .key("new", Secret::new("another-test-key"))
        .key("old", sender::secret(&providers::GITHUB))
        .build()
        .unwrap();
    let (_, headers) = sender::genuine(&providers::GITHUB, b"{}", NOW);
    assert_eq!(verifier.verify_at(&headers, b"{}", NOW).unwrap().key(), "old");
    let mut pending = verifier.begin_at(&headers, NOW).unwrap();
    pending.update(b"{}");
    assert_eq!(pending.finish().unwrap().key(), "old");
}

#[test]
fn a_retiring_key_is_accepted_to_the_end_of_its_window() {
    let until = seconds_after_now(10);
    let old = sender::secret(&providers::GITHUB);
    let verifier = Verifier::builder(providers::GITHUB)
        .retiring_key("old", old.clone(), until)
        .key("new", Secret::new("another-test-key"))
        .build()
        .unwrap();
    let (_, headers) = sender::genuine(&providers::GITHUB, b"{}", NOW);
    let verdict = |now| verifier.verify_at(&headers, b"{}", now).map(|_| ()).map_err(|error| error.kind());
    let streamed = |now| {
        let mut pending = verifier.begin_at(&headers, now).unwrap();
        pending.update(b"{}");
        pending.finish().map(|_| ()).map_err(|error| error.kind())
    };
    for (now, expected) in [
        (NOW, Ok(())),
        (until, Ok(())),
        (seconds_after_now(11), Err(ErrorKind::Mismatch)),
        (UnixTime::from_secs(u64::MAX), Err(ErrorKind::Mismatch)),
    ] {
        assert_eq!(verdict(now), expected);
        assert_eq!(streamed(now), expected);
    }
    let only = Verifier::builder(providers::GITHUB).retiring_key("old", old, until).build().unwrap();
    let late = seconds_after_now(11);
    assert_eq!(only.verify_at(&headers, b"{}", late).unwrap_err().kind(), ErrorKind::NoActiveKey);
    assert_eq!(only.begin_at(&headers, late).unwrap_err().kind(), ErrorKind::NoActiveKey);
    assert!(only.self_test_at(late).unwrap_err().to_string().contains("no key is active"));
}

#[test]
fn limits_can_be_set_apart() {
    let verifier = Verifier::builder(providers::STRIPE)
        .key("test", sender::secret(&providers::STRIPE))
        .max_age(Duration::from_secs(10))
        .max_ahead(Duration::from_secs(5))
        .build()
        .unwrap();
    let (_, headers) = sender::genuine(&providers::STRIPE, b"{}", NOW);
    let verdict = |now| verifier.verify_at(&headers, b"{}", now).map(|_| ()).map_err(|error| error.kind());
    assert_eq!(verdict(seconds_after_now(10)), Ok(()));
    assert_eq!(verdict(seconds_after_now(11)), Err(ErrorKind::Stale));
    assert_eq!(verdict(NOW.saturating_sub(Duration::from_secs(5))), Ok(()));
    assert_eq!(verdict(NOW.saturating_sub(Duration::from_secs(6))), Err(ErrorKind::Future));
    assert!(verifier.explain().contains("accepted up to 10 s old and 5 s ahead."));

    let ageless = Verifier::builder(providers::STRIPE)
        .key("test", sender::secret(&providers::STRIPE))
        .dangerous_ignore_timestamp()
        .build()
        .unwrap();
    assert!(ageless.verify_at(&headers, b"{}", UnixTime::from_secs(u64::MAX)).is_ok());
    assert!(ageless.explain().contains("ANY AGE is accepted."));
}

#[test]
fn the_system_clock_is_read_by_verify_and_begin() {
    let now = UnixTime::from(SystemTime::now());
    let (_, headers) = sender::genuine(&providers::STRIPE, b"{}", now);
    let verifier = sender::verifier(&providers::STRIPE);
    assert_eq!(verifier.verify(&headers, b"{}").unwrap().timestamp().unwrap().as_secs(), now.as_secs());
    assert!(verifier.begin(&headers).is_ok());
    let (_, stale) = sender::genuine(&providers::STRIPE, b"{}", NOW);
    assert_eq!(verifier.verify(&stale, b"{}").unwrap_err().kind(), ErrorKind::Stale);
    assert_eq!(verifier.begin(&stale).unwrap_err().kind(), ErrorKind::Stale);
}

#[test]
fn two_readings_of_a_secret_are_two_keys() {
    let text = sender::secret(
        &Scheme::hmac_sha256("x")
            .signature(hooksig::Field::whole("x"), hooksig::Encoding::Hex)
            .signs(&[hooksig::Part::Body]),
    );
    let verifier = Verifier::new(providers::OPENAI, text).unwrap();
    let (_, headers) = sender::genuine(&providers::OPENAI, b"{}", NOW);
    assert!(verifier.verify_at(&headers, b"{}", NOW).is_ok(), "without its prefix OpenAI's secret is text");
}

#[test]
fn every_scheme_passes_its_self_test() {
    for scheme in support::schemes::all() {
        sender::verifier(&scheme).self_test().unwrap();
        sender::verifier(&scheme).self_test_at(NOW).unwrap();
        let early = sender::verifier(&scheme).self_test_at(UnixTime::from_secs(7));
        let unit =
            scheme.timestamp().map(|(_, unit)| unit).or(scheme.timestamp_in_json().map(|(_, unit)| unit));
        let dated = [Unit::Rfc3339, Unit::HttpDate];
        let numbered = unit.is_some_and(|unit| !dated.contains(&unit));
        // A public key signs nothing, so its self-test has no probe that could be too early.
        let numbered = numbered && !scheme.algorithm().is_public_key();
        assert_eq!(early.is_err(), numbered, "{}", scheme.name());
    }
}

#[test]
fn every_scheme_explains_itself_and_streams() {
    for scheme in support::schemes::all() {
        let rules = scheme.explain();
        let verifier = sender::verifier(&scheme);
        for line in ["Signature: ", "\nSigned: ", "\nNot signed: ", "\nTimestamp: ", "\nReplay: "] {
            assert!(rules.contains(line), "{}: {line:?} in {rules}", scheme.name());
        }
        let shared = rules.lines().filter(|line| verifier.explain().contains(line)).count();
        assert!(shared + 1 >= rules.lines().count(), "{}", scheme.name());
        let read_again = scheme.timestamp_in_json().is_some() || scheme.algorithm().is_public_key();
        assert_eq!(scheme.streams(), !read_again);
        assert_eq!(verifier.streams(), scheme.streams());
        assert_eq!(verifier.coverage(), scheme.coverage());
        assert_eq!(verifier.scheme_name(), scheme.name());
    }
}

#[test]
fn retell_in_words() {
    assert_eq!(
        providers::RETELL.explain(),
        r#"Signature: HMAC-SHA256, 64 characters hexadecimal, in the entries "d=", separated by ',', of the header x-retell-signature.
Signed: the body, then the timestamp.
Not signed: the method, the URL, any other header.
Timestamp: unix milliseconds (13 digits), in the entries "v=", separated by ',', of the header x-retell-signature; accepted up to 300 s old and 300 s ahead.
Secret: text.
Replay: a captured request stays valid for up to 600 s.
Sent from: 100.20.5.228.
Note: The key is the API key that carries the webhook badge; moving the badge takes effect at once, so keep both keys meanwhile. A millisecond timestamp follows the body without a separator.
Source: https://docs.retellai.com/features/secure-webhook, checked 2026-11-21; confirmed by npm retell-sdk 5.66.1."#
    );
}

#[test]
fn built_in_names_are_unique_and_found() {
    for scheme in providers::ALL {
        assert_eq!(providers::by_name(scheme.name()), Some(*scheme));
        assert!(scheme.source().is_some(), "{}", scheme.name());
    }
    let mut names: Vec<_> = providers::ALL.iter().map(Scheme::name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), providers::ALL.len());
    assert_eq!(providers::by_name(""), None);
    assert_eq!(providers::by_name("telepath"), None, "its header is the user's to give");
}
