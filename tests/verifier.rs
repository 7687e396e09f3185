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
    let only = Verifier::builder(providers::GITHUB).retiring_key("old", old.clone(), until).build().unwrap();
    assert!(only.verify_at(&headers, b"{}", until).is_ok() && only.begin_at(&headers, until).is_ok());
    let late = seconds_after_now(11);
    assert_eq!(only.verify_at(&headers, b"{}", late).unwrap_err().kind(), ErrorKind::NoActiveKey);
    assert_eq!(only.begin_at(&headers, late).unwrap_err().kind(), ErrorKind::NoActiveKey);
    assert!(only.self_test_at(late).unwrap_err().to_string().contains("no key is active"));
    assert!(only.self_test().is_err(), "by the clock of this machine its key has retired long ago");
    let key = hooksig::Key::new("coming", old).from(until);
    let coming = Verifier::builder(providers::GITHUB).with_key(key).build().unwrap();
    assert!(coming.verify_at(&headers, b"{}", until).is_ok());
    assert_eq!(coming.verify_at(&headers, b"{}", NOW).unwrap_err().kind(), ErrorKind::NoActiveKey);
}

#[test]
fn a_verifier_has_eight_keys_at_most() {
    let keys = |count: usize| {
        let add = |builder: hooksig::Builder<'static>, number: usize| {
            builder.key(&format!("k{number}"), Secret::new(format!("test-key-{number}")))
        };
        (0..count).fold(Verifier::builder(providers::GITHUB), add).build()
    };
    assert!(keys(8).is_ok());
    assert_eq!(keys(9).unwrap_err(), hooksig::ConfigError::TooManyKeys { count: 9, limit: 8 });
}

#[test]
fn a_window_has_a_first_and_a_last_moment() {
    let window = |from, until| {
        let key = hooksig::Key::new("k", sender::secret(&providers::GITHUB)).from(from).until(until);
        Verifier::builder(providers::GITHUB).with_key(key).build()
    };
    let (_, headers) = sender::genuine(&providers::GITHUB, b"{}", NOW);
    let moment = window(NOW, NOW).unwrap();
    assert!(moment.verify_at(&headers, b"{}", NOW).is_ok());
    assert!(moment.verify_at(&headers, b"{}", seconds_after_now(1)).is_err());
    assert!(window(NOW, seconds_after_now(1)).is_ok());
    assert!(window(seconds_after_now(1), NOW).is_err());
    // The last second of the year 9999.
    let last = UnixTime::from_secs(253_402_300_799);
    assert_eq!(UnixTime::from_rfc3339("9999-12-31T23:59:59Z"), Some(last));
    assert!(window(NOW, last).is_ok());
    assert!(window(NOW, last.saturating_add(Duration::from_secs(1))).is_err());
}

#[test]
fn a_clock_is_read_where_there_are_keys_to_tell_apart() {
    let (_, headers) = sender::genuine(&providers::GITHUB, b"{}", NOW);
    let one = sender::verifier(&providers::GITHUB);
    one.verify_at(&headers, b"{}", NOW).unwrap();
    let report = one.keys().report(NOW).remove(0);
    assert!(report.matched && report.last_match.is_none(), "one key, no window: nobody asks when");
    let two =
        sender::builder(&providers::GITHUB).key("other", Secret::new("another-test-key")).build().unwrap();
    two.verify_at(&headers, b"{}", NOW).unwrap();
    let matches: Vec<_> = two.keys().report(NOW).iter().map(|key| key.last_match).collect();
    assert_eq!(matches, [Some(NOW), None]);
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

    // The base64 of a text that is no base64 itself, and has no prefix: it has one reading.
    let tag = |key: &[u8], content: &[u8]| {
        use hmac::{Hmac, KeyInit as _, Mac as _};
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key).unwrap();
        mac.update(content);
        sender::encode(hooksig::Encoding::Base64, &mac.finalize().into_bytes())
    };
    let prefixed = "whsec_dGVzdC1rZXktb2YtMjQtYnl0ZXMtISE=";
    let verifier = Verifier::new(providers::OPENAI, Secret::new(prefixed)).unwrap();
    let accepts = |key: &[u8]| {
        let mut headers = headers.clone();
        let content = format!("{}.{}.{{}}", headers["webhook-id"].to_str().unwrap(), NOW.as_secs());
        let signature = format!("v1,{}", String::from_utf8(tag(key, content.as_bytes())).unwrap());
        headers.insert("webhook-signature", signature.parse().unwrap());
        verifier.verify_at(&headers, b"{}", NOW).is_ok()
    };
    assert!(accepts(b"test-key-of-24-bytes-!!"));
    assert!(!accepts(prefixed.as_bytes()), "with its prefix it is base64 and nothing else");
    let report = verifier.keys().report(NOW);
    assert!(report.len() == 1 && report[0].matched);
}

#[test]
fn a_secret_that_is_read_in_two_ways_is_one_key_to_its_owner() {
    const BOTH: Scheme<'static> = Scheme::hmac_sha256("both")
        .signature(hooksig::Field::whole("x-both"), hooksig::Encoding::Hex)
        .secret(&[hooksig::SecretForm::Text, hooksig::SecretForm::Hex])
        .signs(&[hooksig::Part::Body]);
    // HMAC-SHA256 of an empty body under the eight characters, and under the four bytes.
    for key in [&b"00aa11bb"[..], &[0x00, 0xaa, 0x11, 0xbb]] {
        use hmac::{Hmac, KeyInit as _, Mac as _};
        let verifier = Verifier::new(BOTH, Secret::new("00aa11bb")).unwrap();
        let tag = Hmac::<sha2::Sha256>::new_from_slice(key).unwrap().finalize().into_bytes();
        verifier.verify_at(&[("x-both", hex::encode(tag))], b"", NOW).unwrap();
        let report = verifier.keys().report(NOW);
        assert_eq!(report.len(), 1);
        assert!(report[0].matched && report[0].last_match == Some(NOW));
    }
}

#[test]
fn a_base_is_not_enough_where_the_full_url_is_needed() {
    let builder = || Verifier::builder(support::schemes::GLUED).key("k", Secret::new("test-key"));
    let error = builder().public_base("https://hooks.example.com").build().unwrap_err();
    assert!(error.to_string().contains("registered"), "{error}");
    assert!(builder().registered_url("https://hooks.example.com/in").build().is_ok());
}

#[test]
fn a_leeway_that_does_not_count_is_not_explained() {
    let builder = || {
        let key = hooksig::Key::new("k", Secret::new("test-key")).id("api");
        Verifier::builder(providers::LIVEKIT).with_key(key)
    };
    assert!(builder().build().unwrap().explain().contains("s of leeway"));
    let ageless = builder().dangerous_ignore_timestamp().build().unwrap();
    assert!(!ageless.explain().contains("s of leeway"), "{}", ageless.explain());
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
#[cfg(feature = "json")]
fn a_self_test_fails_where_its_probe_is_refused() {
    // Both keep the body for the time or the event's id in it.
    let dated = sender::builder(&providers::LINEAR);
    let named = sender::builder(&providers::GITHUB).event_id_at("/id");
    for builder in [dated, named] {
        let failure = builder.max_body(0).build().unwrap().self_test().unwrap_err().to_string();
        assert!(failure.contains(&ErrorKind::BodyTooLarge.to_string()), "{failure}");
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
