//! The pieces that few providers need: numbered and grouped signatures, key ids, required headers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use hooksig::http::HeaderMap;
use hooksig::{ConfigError, ErrorKind, Secret, UnixTime, Verifier, providers};
use support::schemes::{DATED, GROUPED, NUMBERED};
use support::sender;

const NOW: UnixTime = UnixTime::from_secs(1_763_700_000);

fn verdict(verifier: &Verifier, headers: &HeaderMap) -> Result<(), ErrorKind> {
    verifier.verify_at(headers, b"{}", NOW).map(|_| ()).map_err(|error| error.kind())
}

#[test]
fn numbered_headers_end_at_the_first_gap() {
    let verifier = sender::verifier(&NUMBERED);
    let (_, genuine) = sender::genuine(&NUMBERED, b"{}", NOW);
    let signature = genuine["x-numbered-signature-1"].clone();
    let wrong = "A".repeat(86) + "==";
    let with = |values: [Option<&str>; 4]| {
        let mut headers = genuine.clone();
        headers.remove("x-numbered-signature-1");
        for (number, value) in (1..).zip(values) {
            let name = format!("x-numbered-signature-{number}");
            let value = value
                .map(|value| if value == "genuine" { signature.clone() } else { wrong.parse().unwrap() });
            value.map(|value| headers.insert(hooksig::http::HeaderName::try_from(name).unwrap(), value));
        }
        verdict(&verifier, &headers)
    };
    let (genuine, wrong) = (Some("genuine"), Some("wrong"));
    assert_eq!(with([genuine, None, None, None]), Ok(()));
    assert_eq!(with([wrong, wrong, genuine, None]), Ok(()));
    assert_eq!(with([wrong, None, genuine, None]), Err(ErrorKind::Mismatch));
    assert_eq!(with([None, genuine, None, None]), Err(ErrorKind::MissingSignature));
    assert_eq!(with([wrong, wrong, wrong, genuine]), Err(ErrorKind::Mismatch), "the fourth is one too many");
}

#[test]
fn a_key_id_chooses_the_key_before_anything_is_hashed() {
    let (_, genuine) = sender::genuine(&NUMBERED, b"{}", NOW);
    let verifier = Verifier::builder(NUMBERED)
        .identified_key("other", "other-id", Secret::new("another-test-key"))
        .identified_key("test", sender::KEY_ID, sender::secret(&NUMBERED))
        .build()
        .unwrap();
    assert_eq!(verifier.verify_at(&genuine, b"{}", NOW).unwrap().key(), "test");
    let with = |id: &str| {
        let mut headers = genuine.clone();
        headers.insert("x-numbered-key", id.parse().unwrap());
        verdict(&verifier, &headers)
    };
    assert_eq!(with("other-id"), Err(ErrorKind::Mismatch));
    for unknown in ["", "zzz", "Test.key-id", "test.key-id "] {
        assert_eq!(with(unknown), Err(ErrorKind::UnknownKeyId), "{unknown:?}");
    }
    let mut headers = genuine.clone();
    headers.remove("x-numbered-key");
    assert_eq!(verdict(&verifier, &headers), Err(ErrorKind::MissingHeader));
    assert_eq!(verifier.begin_at(&headers, NOW).unwrap_err().kind(), ErrorKind::MissingHeader);

    let retired = Verifier::builder(providers::PUSHER).key("a", Secret::new("test-key")).build();
    assert_eq!(
        retired.unwrap_err().to_string(),
        "requests of scheme \"pusher\" name their key: give the id of key \"a\" with `identified_key`"
    );
    let useless =
        Verifier::builder(providers::GITHUB).identified_key("a", "id", Secret::new("test-key")).build();
    assert!(matches!(useless, Err(ConfigError::KeyId { .. })));
    let empty = Verifier::builder(providers::PUSHER).identified_key("a", "", Secret::new("test-key")).build();
    assert!(matches!(empty, Err(ConfigError::KeyId { .. })));
}

#[test]
fn required_headers_are_there_with_their_value() {
    let verifier = sender::verifier(&NUMBERED);
    let (_, genuine) = sender::genuine(&NUMBERED, b"{}", NOW);
    let mut headers = genuine.clone();
    headers.remove("x-numbered-version");
    assert_eq!(verdict(&verifier, &headers), Err(ErrorKind::MissingHeader));
    for value in ["", "1", "2 ", "22"] {
        headers.insert("x-numbered-version", value.parse().unwrap());
        assert_eq!(verdict(&verifier, &headers), Err(ErrorKind::UnsupportedAlgorithm), "{value:?}");
    }
}

#[test]
fn groups_are_complete_and_agree() {
    let verifier = sender::verifier(&GROUPED);
    let (_, genuine) = sender::genuine(&GROUPED, b"{}", NOW);
    let group = genuine["x-grouped-signature"].to_str().unwrap().to_owned();
    let wrong = format!("t=1763700000,v1={}", "0".repeat(64));
    let with = |value: &str| {
        let mut headers = HeaderMap::new();
        headers.insert("x-grouped-signature", value.parse().unwrap());
        verdict(&verifier, &headers)
    };
    assert_eq!(with(&group), Ok(()));
    assert_eq!(with(&format!("{wrong} {group}")), Ok(()));
    assert_eq!(with(&format!("{group}  {wrong}")), Ok(()));
    assert_eq!(with(&wrong), Err(ErrorKind::Mismatch));
    assert_eq!(with(&format!("{group} t=1763700000")), Err(ErrorKind::MalformedSignature));
    assert_eq!(with(&format!("{group} v1={}", "0".repeat(64))), Err(ErrorKind::MissingTimestamp));
    assert_eq!(
        with(&format!("{group} t=1763700001,v1={}", "0".repeat(64))),
        Err(ErrorKind::AmbiguousTimestamp)
    );
    assert_eq!(with(&format!("t=1763700000,{group}")), Err(ErrorKind::AmbiguousTimestamp));
    assert_eq!(with(""), Err(ErrorKind::MissingSignature));
    // The cap on entries is for the whole header.
    let long = format!("{group}{}", ",a=b".repeat(15));
    assert_eq!(with(&long), Ok(()));
    assert_eq!(with(&format!("{long} {long}")), Err(ErrorKind::TooManySignatures));
}

#[test]
fn a_further_header_stands_beside_or_instead() {
    let verifier = sender::verifier(&DATED);
    let (_, genuine) = sender::genuine(&DATED, b"{}", NOW);
    let signature = genuine["x-dated-signature"].clone();
    let wrong: hooksig::http::HeaderValue = "0".repeat(64).parse().unwrap();
    let with = |first: Option<&hooksig::http::HeaderValue>, second: Option<&hooksig::http::HeaderValue>| {
        let mut headers = genuine.clone();
        headers.remove("x-dated-signature");
        first.map(|value| headers.insert("x-dated-signature", value.clone()));
        second.map(|value| headers.insert("x-dated-signature-2", value.clone()));
        verdict(&verifier, &headers)
    };
    assert_eq!(with(Some(&signature), None), Ok(()));
    assert_eq!(with(None, Some(&signature)), Ok(()));
    assert_eq!(with(Some(&wrong), Some(&signature)), Ok(()));
    assert_eq!(with(Some(&"spoilt".parse().unwrap()), Some(&signature)), Ok(()));
    assert_eq!(with(Some(&wrong), Some(&wrong)), Err(ErrorKind::Mismatch));
    assert_eq!(with(None, None), Err(ErrorKind::MissingSignature));
}

#[cfg(feature = "json")]
#[test]
fn a_timestamp_in_the_body_is_read_after_the_signature() {
    let verifier = sender::verifier(&providers::LINEAR);
    let send = |body: &str| {
        let tag = sender::tag(&providers::LINEAR, body.as_bytes());
        let headers = [("linear-signature", hex::encode(tag))];
        let at_once = verifier.verify_at(&headers, body, NOW);
        let mut pending = verifier.begin_at(&headers, NOW).unwrap();
        body.as_bytes().chunks(7).for_each(|chunk| pending.update(chunk));
        let streamed = pending.finish().map(|proof| proof.timestamp());
        assert_eq!(streamed, at_once.as_ref().map(|proof| proof.timestamp()).map_err(|error| *error));
        at_once.map(|proof| proof.timestamp().unwrap().as_millis()).map_err(|error| error.kind())
    };
    assert_eq!(send(r#"{"webhookTimestamp":1763700000123}"#), Ok(1_763_700_000_123));
    assert_eq!(send(r#"{"webhookTimestamp":1763699939999}"#), Err(ErrorKind::Stale));
    assert_eq!(send(r#"{"webhookTimestamp":1763700060001}"#), Err(ErrorKind::Future));
    assert_eq!(send(r#"{"webhookTimestamp":"1763700000123"}"#), Err(ErrorKind::MalformedTimestamp));
    assert_eq!(send("{}"), Err(ErrorKind::MissingTimestamp));
    let forged = [("linear-signature", "0".repeat(64))];
    let refusal = verifier.verify_at(&forged, "not even JSON", NOW).unwrap_err();
    assert_eq!(refusal.kind(), ErrorKind::Mismatch);

    let small = sender::builder(&providers::LINEAR).max_body(10).build().unwrap();
    let mut pending = small.begin_at(&forged, NOW).unwrap();
    pending.update(b"0123456789");
    pending.update(b"0");
    assert_eq!(pending.finish().unwrap_err().kind(), ErrorKind::BodyTooLarge);
    assert!(!providers::LINEAR.streams() && !small.streams());
    assert!(providers::LINEAR.coverage().timestamp(), "it is part of the body");
}

#[test]
fn a_coverage_says_what_is_signed_and_no_more() {
    let of = |scheme: hooksig::Scheme<'_>| {
        let covered = scheme.coverage();
        let all = [
            covered.timestamp(),
            covered.message_id(),
            covered.method(),
            covered.path(),
            covered.url(),
            covered.query(),
            covered.headers(),
            covered.body(),
        ];
        (covered.to_string(), all.map(u8::from))
    };
    let expect = |text: &str, all| (text.to_owned(), all);
    assert_eq!(of(providers::GITHUB), expect("body", [0, 0, 0, 0, 0, 0, 0, 1]));
    assert_eq!(
        of(providers::STANDARD_WEBHOOKS),
        expect("timestamp, message id, body", [1, 1, 0, 0, 0, 0, 0, 1])
    );
    assert_eq!(
        of(support::schemes::BARS),
        expect("timestamp, method, URL, query, body", [1, 0, 1, 1, 1, 1, 0, 1])
    );
    assert_eq!(
        of(support::schemes::TAIL),
        expect("timestamp, message id, URL, headers, body", [1, 1, 0, 1, 1, 0, 1, 1])
    );
    #[cfg(feature = "canonical")]
    assert_eq!(
        of(providers::SINCH_VOICE),
        expect("timestamp, method, path, headers, body", [1, 0, 1, 1, 0, 0, 1, 1])
    );
}

#[test]
fn a_field_says_how_it_is_read() {
    let grouped = GROUPED.signature();
    assert_eq!(
        (grouped.group_separator(), grouped.separator(), grouped.prefix()),
        (Some(' '), Some(','), "v1=")
    );
    let numbered = NUMBERED.signature();
    assert_eq!(
        (numbered.last_number(), numbered.group_separator(), numbered.separator()),
        (Some(3), None, None)
    );
    let dated = DATED.signature();
    assert_eq!((dated.header(), dated.prefix(), dated.last_number()), ("x-dated-signature", "", None));
    assert_eq!(dated.further_headers().collect::<Vec<_>>(), ["x-dated-signature-2"]);
}

#[cfg(all(feature = "canonical", feature = "fields", feature = "form", feature = "rs256"))]
#[test]
fn the_mechanisms_sign_what_their_providers_say() {
    const ADYEN: &str = "pspReference, originalReference, merchantAccountCode, merchantReference, amount.value, \
                         amount.currency, eventCode, success";
    const SINCH: &str = "timestamp, method, path, headers, body";
    const MAILGUN: &str = "timestamp, message id, signature.timestamp, signature.token";
    const URL: &str = "URL, query, body";
    for (name, words, path, url) in [
        ("adyen", ADYEN, false, false),
        ("contentful", "timestamp, method, path, query, headers, body", true, false),
        ("dialpad", "body", false, false),
        ("gong", "timestamp, URL, query, body", true, true),
        ("justcall", "timestamp, webhook_url, type", false, false),
        ("livekit", "timestamp, body", false, false),
        ("mailgun", MAILGUN, false, false),
        ("messagebird", "timestamp, message id, URL, query, body", true, true),
        ("netlify", "body", false, false),
        ("plivo", "message id, URL, query, body", true, true),
        ("signalwire", URL, true, true),
        ("sinch-voice", SINCH, true, false),
        ("sinch-voice-v2", SINCH, true, false),
        ("synthflow", "call.call_id", false, false),
        ("twilio", URL, true, true),
        ("twilio-shared-key", URL, true, true),
        ("vonage", "timestamp, body", false, false),
        ("vonage-sms", "timestamp, body", false, false),
    ] {
        let covered = providers::by_name(name).unwrap().coverage();
        assert_eq!(
            (covered.to_string().as_str(), covered.path(), covered.url()),
            (words, path, url),
            "{name}"
        );
    }
}
