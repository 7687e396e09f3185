//! Mistakes in set-up that would weaken verification without a word, and readings that a reviewer
//! found: each has its case here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::time::Duration;

use hooksig::{
    Draft, Encoding, ErrorKind, Field, Part, Parts, Scheme, Secret, SecretForm, Unit, UnixTime, Verifier,
    providers,
};
use support::sender;

const NOW: UnixTime = UnixTime::from_secs(1_763_700_000);

fn acme() -> Draft<'static> {
    Scheme::hmac_sha256("acme").signature(Field::whole("x-sig"), Encoding::Hex)
}

/// The hexadecimal HMAC of the content under the key `key`.
fn tag(key: &[u8], content: &[u8]) -> String {
    use hmac::{KeyInit, Mac};
    let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(key).unwrap();
    mac.update(content);
    hex::encode(mac.finalize().into_bytes())
}

#[test]
fn the_url_that_is_signed_is_the_mark() {
    let parts = [Part::MessageId, Part::UrlWithoutQuery, Part::Body];
    let scheme = acme().message_id(Field::whole("x-id")).try_signs(&parts).unwrap();
    let builder = || Verifier::builder(scheme).key("k", Secret::new("key"));
    let registered = builder().registered_url("https://h.example/in?t=1").build();
    assert!(registered.unwrap_err().to_string().contains("register it without one"));
    let verifier = builder().registered_url("https://h.example/in").build().unwrap();
    let tag = tag(b"key", b"id1https://h.example/inXhttps://h.example/in{\"a\":1}");
    let accepted = |id: &str, body: &str| {
        let headers = [("x-sig", tag.as_str()), ("x-id", id)];
        let parts = Parts::new(&headers).method("POST").target("/in?t=1");
        verifier.verify_at(parts, body, NOW).map(|_| ()).map_err(|error| error.kind())
    };
    assert_eq!(accepted("id1", "Xhttps://h.example/in{\"a\":1}"), Ok(()));
    assert_eq!(accepted("id1https://h.example/inX", "{\"a\":1}"), Err(ErrorKind::MalformedId));
}

#[test]
fn a_base_that_repeats_itself_is_refused() {
    let scheme = acme().try_signs(&[Part::Body, Part::Literal("a/b"), Part::Url]).unwrap();
    let builder = Verifier::builder(scheme).key("k", Secret::new("key"));
    assert!(builder.public_base("https://ha/bhttps://ha").build().is_err());
}

#[test]
fn a_key_of_zero_bytes_is_blank() {
    let zeros = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    for (scheme, secret) in
        [(providers::DAILY, "AAAA"), (providers::DAILY, zeros), (providers::SVIX, "whsec_AAAAAAAA")]
    {
        let error = Verifier::new(scheme, Secret::new(secret)).unwrap_err();
        assert_eq!(error.to_string(), "the secret of key \"default\" is blank");
    }
    let hex = acme().secret(&[SecretForm::Hex]).signs(&[Part::Body]);
    assert!(Verifier::new(hex, Secret::new("0000")).is_err());
    assert!(Verifier::new(hex, Secret::new("0001")).is_ok());
}

#[test]
fn settings_that_would_do_nothing_are_refused() {
    let error =
        |builder: hooksig::Builder<'_>| builder.key("k", Secret::new("key")).build().unwrap_err().to_string();
    let github = || Verifier::builder(providers::GITHUB);
    let unused = "a public URL is set, but the scheme \"github\" signs none";
    assert_eq!(error(github().registered_url("https://h.example/in")), unused);
    assert_eq!(error(github().public_base("https://h.example")), unused);
    assert_eq!(
        error(github().dangerous_ignore_timestamp()),
        "dangerous_ignore_timestamp is set, but the scheme \"github\" signs no timestamp"
    );
    assert_eq!(
        error(github().retiring_key("old", Secret::new("old"), UnixTime::from_secs(1_767_225_600_000))),
        "the key \"old\" retires after the year 9999: was its moment given in milliseconds?"
    );
    assert_eq!(
        error(github().retiring_key("old", Secret::new("key"), UnixTime::from_secs(1_767_225_600))),
        "the keys \"old\" and \"k\" are one and the same"
    );
    let svix = Verifier::builder(providers::SVIX)
        .key("new", Secret::new("whsec_a2V5IQ=="))
        .key("old", Secret::new("a2V5IQ"));
    assert_eq!(svix.build().unwrap_err().to_string(), "the keys \"new\" and \"old\" are one and the same");
}

#[test]
fn words_say_what_holds() {
    let stripe = || Verifier::builder(providers::STRIPE).key("k", Secret::new("key"));
    let ageless = stripe().dangerous_ignore_timestamp().build().unwrap().explain();
    assert!(
        ageless.contains("ANY AGE") && !ageless.contains("600 s") && !ageless.contains("300 s"),
        "{ageless}"
    );
    let long = stripe().max_age(Duration::from_secs(3600)).build().unwrap().explain();
    assert!(long.contains("stays valid for up to 3900 s"), "{long}");
    let url = acme().try_signs(&[Part::Url, Part::Body]).unwrap();
    let url = Verifier::builder(url).key("k", Secret::new("key"));
    let url =
        url.registered_url("https://user:test-password@h.example/in?token=test").build().unwrap().explain();
    assert!(url.contains("URL: https://…@h.example/in?…."), "{url}");
}

#[test]
fn who_narrows_the_age_narrows_the_lead() {
    let verifier = |builder: hooksig::Builder<'_>| builder.key("k", Secret::new("key")).build().unwrap();
    let ahead = |verifier: &Verifier, seconds: u64| {
        let time = NOW.saturating_add(Duration::from_secs(seconds)).as_secs();
        let value = format!("t={time},v1={}", tag(b"key", format!("{time}.b").as_bytes()));
        verifier.verify_at(&[("stripe-signature", value)], "b", NOW).map(|_| ()).map_err(|error| error.kind())
    };
    let narrow = verifier(Verifier::builder(providers::STRIPE).max_age(Duration::from_secs(10)));
    assert_eq!(ahead(&narrow, 10), Ok(()));
    assert_eq!(ahead(&narrow, 11), Err(ErrorKind::Future));
    let wide = verifier(Verifier::builder(providers::STRIPE).max_age(Duration::from_secs(1000)));
    assert_eq!(ahead(&wide, 300), Ok(()));
    assert_eq!(ahead(&wide, 301), Err(ErrorKind::Future));
}

#[test]
fn a_clock_at_the_epoch_revives_no_key() {
    let verifier = Verifier::builder(providers::GITHUB)
        .retiring_key("old", sender::secret(&providers::GITHUB), UnixTime::from_secs(1_700_000_000))
        .build()
        .unwrap();
    let (_, headers) = sender::genuine(&providers::GITHUB, b"{}", NOW);
    let refusal = verifier.verify_at(&headers, b"{}", UnixTime::from_secs(0)).unwrap_err();
    assert_eq!(refusal.kind(), ErrorKind::NoActiveKey);
}

#[test]
fn definitions_that_could_not_work() {
    let further = || Scheme::hmac_sha256("acme").signature(Field::whole("x-sig").or("x-b"), Encoding::Hex);
    let dot = Part::Literal(".");
    let numbered = Scheme::hmac_sha256("acme").signature(Field::whole("x-sig").numbered(2), Encoding::Hex);
    let unmarked = Scheme::hmac_sha256("acme")
        .signature(Field::listed("x-sig", ',', ""), Encoding::Hex)
        .timestamp(Field::listed("x-sig", ',', "d"), Unit::Seconds);
    let spaced = |field: Field<'static>| Scheme::hmac_sha256("acme").signature(field, Encoding::Hex);
    let flawed: [(Draft<'_>, &[Part<'_>]); 10] = [
        (further(), &[Part::Header("x-b"), dot, Part::Body]),
        (further().timestamp(Field::whole("x-b"), Unit::Seconds), &[Part::Timestamp, dot, Part::Body]),
        (further().message_id(Field::whole("x-b")), &[Part::MessageId, dot, Part::Body]),
        (numbered, &[Part::Header("x-sig-2"), dot, Part::Body]),
        (unmarked, &[Part::Timestamp, dot, Part::Body]),
        (spaced(Field::listed("x-sig", ',', " v1=")), &[Part::Body]),
        (spaced(Field::prefixed("x-sig", " v1=")), &[Part::Body]),
        (
            acme().message_id(Field::whole("x-y-sig")).families(["x", "x-y"]),
            &[Part::MessageId, dot, Part::Body],
        ),
        (acme().dangerous_unsigned_body(), &[Part::Literal("v1")]),
        (
            acme(),
            &[
                Part::Body,
                Part::Literal("0123456789012345678901234567890123456789012345678901234567890123456789"),
            ],
        ),
    ];
    for (draft, parts) in flawed {
        assert!(draft.try_signs(parts).is_err(), "{draft:?} signs {parts:?}");
    }
    assert!(spaced(Field::prefixed("x-sig", "sha256 ")).try_signs(&[Part::Body]).is_ok());
}

#[test]
fn the_self_test_finds_values_that_marks_allow() {
    for mark in '!'..='~' {
        let mark = mark.to_string();
        let parts = [Part::MessageId, Part::Literal(&mark), Part::Body];
        let scheme = acme().message_id(Field::whole("x-id")).try_signs(&parts).unwrap();
        Verifier::new(scheme, Secret::new("key")).unwrap().self_test_at(NOW).unwrap();
    }
}

#[test]
fn replay_keys_of_labelled_tenants_never_meet() {
    let scheme = providers::STANDARD_WEBHOOKS;
    let (_, headers) = sender::genuine(&scheme, b"{}", NOW);
    let key = |label: &str| {
        let verifier = sender::builder(&scheme).label(label).build().unwrap();
        verifier.verify_at(&headers, b"{}", NOW).unwrap().replay_key().unwrap()
    };
    assert_ne!(key("tenant-a"), key("tenant-b"));
    assert_eq!(key("tenant-a"), key("tenant-a"));
}

#[test]
fn a_token_in_two_headers_is_right_in_both() {
    let verifier = Verifier::new(providers::RINGCENTRAL, Secret::new("test-token")).unwrap();
    let verdict = |headers: &[(&str, &str)]| {
        let headers = headers.to_vec();
        verifier.verify_at(&headers, "", NOW).map(|_| ()).map_err(|error| error.kind())
    };
    let (verification, validation) = ("verification-token", "validation-token");
    assert_eq!(verdict(&[(verification, "test-token")]), Ok(()));
    assert_eq!(verdict(&[(validation, "test-token")]), Ok(()));
    assert_eq!(verdict(&[(verification, "test-token"), (validation, "test-token")]), Ok(()));
    for wrong in ["", "test-toke", "test-token ", "Test-token"] {
        assert_eq!(
            verdict(&[(verification, "test-token"), (validation, wrong)]),
            Err(ErrorKind::Mismatch),
            "{wrong:?}"
        );
        assert_eq!(
            verdict(&[(verification, wrong), (validation, "test-token")]),
            Err(ErrorKind::Mismatch),
            "{wrong:?}"
        );
    }
    assert_eq!(verdict(&[]), Err(ErrorKind::MissingSignature));
}
