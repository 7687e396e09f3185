//! What makes a definition unsafe: every finding, at run time. Constants are refused with the same
//! sentences by the compiler (see the examples at `Scheme`).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::time::Duration;

use hooksig::{Draft, Encoding::Hex, Field, Part, Part::*, Scheme, SecretForm, Unit};

fn signed(header: &str) -> Draft<'_> {
    Scheme::hmac_sha256("test").signature(Field::whole(header), Hex)
}

fn timed(unit: Unit) -> Draft<'static> {
    signed("x-signature").timestamp(Field::whole("x-time"), unit)
}

fn identified() -> Draft<'static> {
    signed("x-signature").message_id(Field::whole("x-id"))
}

fn flaw(draft: Draft<'_>, parts: &[Part<'_>]) -> String {
    // Parts and draft live equally long in a scheme; the test's are all constants or outlive it.
    match draft.try_signs(parts) {
        Ok(scheme) => panic!("no flaw was found in {}", scheme.explain()),
        Err(error) => error.to_string().strip_prefix("scheme \"test\": ").unwrap_or_default().to_owned(),
    }
}

#[test]
fn what_has_to_be_signed() {
    assert_eq!(
        flaw(timed(Unit::Seconds), &[Body]),
        "the timestamp is not signed: anyone could renew an old request; add it to the signed content or drop it (at \"x-time\")"
    );
    assert_eq!(
        flaw(identified(), &[Body]),
        "the message id is not signed: anyone could change it; add it to the signed content or drop it (at \"x-id\")"
    );
    assert_eq!(
        flaw(timed(Unit::Seconds), &[Timestamp]),
        "the body is not signed: add it to the signed content, or say `dangerous_unsigned_body`"
    );
    assert!(timed(Unit::Seconds).dangerous_unsigned_body().try_signs(&[Timestamp]).is_ok());
    assert_eq!(
        flaw(signed("x-signature").dangerous_unsigned_body(), &[Body]),
        "the body is signed: drop `dangerous_unsigned_body`"
    );
    assert_eq!(
        flaw(signed("x-signature"), &[Timestamp, Body]),
        "the timestamp is signed, but nothing says where it stands: declare `timestamp`"
    );
    assert_eq!(
        flaw(signed("x-signature"), &[MessageId, Literal("."), Body]),
        "the message id is signed, but nothing says where it stands: declare `message_id`"
    );
    assert_eq!(
        flaw(Scheme::hmac_sha256("test"), &[Body]),
        "a scheme says where its signature stands: declare `signature`"
    );
}

#[test]
fn content_with_two_readings() {
    const SPLIT: &str = "the signed content can be split in two ways, so that bytes could move between body and headers: put a literal between this part and the next";
    for (draft, parts, at) in [
        (identified(), &[MessageId, Body][..], "message id"),
        (identified(), &[Body, MessageId], "message id"),
        (signed("x-signature"), &[Header("x-nonce"), Body], "x-nonce"),
        (signed("x-signature"), &[Body, Literal("."), Header("x-a"), Header("x-b")], "x-b"),
        (signed("x-signature"), &[Method, Body], "method"),
        (timed(Unit::SecondsOrMillis), &[Timestamp, Body], "timestamp"),
        (timed(Unit::SecondsOrMillis), &[Body, Timestamp], "timestamp"),
        (timed(Unit::SecondsOrMillis), &[Timestamp, Literal("0."), Body], "timestamp"),
        (timed(Unit::SecondsOrMillis), &[Body, Literal(".0"), Timestamp], "timestamp"),
        (timed(Unit::Seconds).message_id(Field::whole("x-id")), &[MessageId, Timestamp, Body], "message id"),
    ] {
        assert_eq!(flaw(draft, parts), format!("{SPLIT} (at {at:?})"), "{parts:?}");
    }
    for (draft, parts) in [
        (timed(Unit::Seconds), &[Timestamp, Body][..]),
        (timed(Unit::Millis), &[Body, Timestamp]),
        (timed(Unit::Rfc3339), &[Body, Timestamp]),
        (timed(Unit::SecondsOrMillis), &[Timestamp, Literal(".0"), Body]),
        (timed(Unit::Rfc3339).message_id(Field::whole("x-id")), &[MessageId, Timestamp, Body]),
        (signed("x-signature"), &[Method, Url, Body]),
        (timed(Unit::Millis), &[Method, Timestamp, Body]),
        (signed("x-signature"), &[Literal("v1:"), Body, Literal(":v1")]),
    ] {
        assert!(draft.try_signs(parts).is_ok(), "{parts:?}");
    }
}

#[test]
fn urls_that_touch_something_are_registered() {
    let pinned =
        |parts: &[Part<'static>]| signed("x-signature").try_signs(parts).unwrap().needs_registered_url();
    assert!(pinned(&[Url, Body]));
    assert!(pinned(&[Body, Url]));
    assert!(pinned(&[Method, Url, Literal("|"), Body]));
    assert!(!pinned(&[Method, Literal("|"), Url, Literal("|"), Body]));
    assert!(!pinned(&[Body]));
}

#[test]
fn parts() {
    assert_eq!(flaw(signed("x-signature"), &[]), "the signed content has 1 to 12 parts");
    assert_eq!(flaw(signed("x-signature"), &[Literal("."); 13]), "the signed content has 1 to 12 parts");
    assert_eq!(flaw(signed("x-signature"), &[Literal(""), Body]), "a literal is 1 to 64 bytes long");
    assert_eq!(
        flaw(signed("x-signature"), &[Body, Body]),
        "a part occurs once in the signed content (at \"body\")"
    );
    assert_eq!(
        flaw(signed("x-signature"), &[Header("x-a"), Literal("."), Header("x-a"), Literal("."), Body]),
        "a part occurs once in the signed content (at \"x-a\")"
    );
    assert_eq!(
        flaw(signed("x-signature"), &[Url, Literal("."), UrlWithoutQuery, Literal("."), Body]),
        "the URL is signed with its query or without it, not both"
    );
    assert_eq!(
        flaw(signed("x-signature"), &[Header("x-signature"), Literal("."), Body]),
        "a signature's header cannot be signed (at \"x-signature\")"
    );
    assert_eq!(
        flaw(timed(Unit::Seconds), &[Header("x-time"), Literal("."), Timestamp, Body]),
        "the timestamp's header is signed as the timestamp (at \"x-time\")"
    );
    assert_eq!(
        flaw(identified(), &[Header("x-id"), Literal("."), MessageId, Literal("."), Body]),
        "the message id's header is signed as the message id (at \"x-id\")"
    );
}

#[test]
fn names_of_headers_and_schemes() {
    const NAME: &str = "a header's name is lower case, without spaces: write it as in `x-webhook-signature`";
    for header in ["", "X-Signature", "x signature", "x-signätur", "x:signature", "x-signature\n"] {
        let at = if header.is_empty() { String::new() } else { format!(" (at {header:?})") };
        assert_eq!(flaw(signed(header), &[Body]), format!("{NAME}{at}"));
        assert_eq!(
            flaw(signed("x-a").timestamp(Field::whole(header), Unit::Seconds), &[Timestamp, Body]),
            format!("{NAME}{at}")
        );
        assert_eq!(flaw(signed("x-a").message_id(Field::whole(header)), &[Body]), format!("{NAME}{at}"));
        assert_eq!(flaw(signed("x-a"), &[Header(header), Literal("."), Body]), format!("{NAME}{at}"));
    }
    for name in ["", "Acme", "a b", "ä", &"x".repeat(65)] {
        assert!(
            Scheme::hmac_sha256(name).signature(Field::whole("x-a"), Hex).try_signs(&[Body]).is_err(),
            "{name}"
        );
    }
}

#[test]
fn fields() {
    let listed = |separator, prefix| {
        Scheme::hmac_sha256("test").signature(Field::listed("x-a", separator, prefix), Hex)
    };
    assert_eq!(
        flaw(listed('=', "v1"), &[Body]),
        "a list's separator is a space or one of , ; | & (at \"x-a\")"
    );
    assert_eq!(
        flaw(listed(',', "v1,"), &[Body]),
        "a prefix does not contain the separator of its list (at \"v1,\")"
    );
    assert_eq!(
        flaw(listed(',', "\u{e4}"), &[Body]),
        "a prefix is visible ASCII and does not start with a space (at \"\u{e4}\")"
    );
    let beside = |prefix| listed(',', "v1=").timestamp(Field::listed("x-a", ',', prefix), Unit::Seconds);
    assert_eq!(
        flaw(beside(""), &[Timestamp, Body]),
        "a timestamp in a list needs the prefix that marks it (at \"x-a\")"
    );
    assert_eq!(
        flaw(beside("v1=t"), &[Timestamp, Body]),
        "the prefixes of timestamp and signature are told apart by their beginnings (at \"v1=t\")"
    );
    assert_eq!(
        flaw(listed(',', "v1=").timestamp(Field::whole("x-a"), Unit::Seconds), &[Timestamp, Body]),
        "a timestamp beside the signature in one header needs a list: give both the same separator (at \"x-a\")"
    );
    assert_eq!(
        flaw(
            listed(',', "v1=").timestamp(Field::listed("x-b", ',', "t="), Unit::Seconds),
            &[Timestamp, Body]
        ),
        "a timestamp stands in a header of its own or in the signature's list (at \"x-b\")"
    );
    assert_eq!(
        flaw(signed("x-a").message_id(Field::whole("x-a")), &[MessageId, Literal("."), Body]),
        "a message id stands in a header of its own, without a list (at \"x-a\")"
    );
    assert_eq!(
        flaw(signed("x-a").timestamp(Field::whole("x-t").or("x-u"), Unit::Seconds), &[Timestamp, Body]),
        "only a signature can have further headers (at \"x-t\")"
    );
    let or = Scheme::hmac_sha256("test").signature(Field::whole("x-a").or("x-a"), Hex);
    assert_eq!(flaw(or, &[Body]), "the further signature header is another one than the first (at \"x-a\")");
    assert_eq!(
        flaw(signed("svix-signature").families(["svix", "svix"]), &[Body]),
        "header families are two beginnings of header names in lower case, of which neither begins the other (at \"svix\")"
    );
    assert_eq!(
        flaw(signed("x-signature").families(["svix", "webhook"]), &[Body]),
        "with `families`, every header is written with the first family's beginning (at \"x-signature\")"
    );
}

#[test]
fn limits_and_secrets() {
    for limit in [Duration::ZERO, Duration::from_millis(1500), Duration::from_secs(86_401), Duration::MAX] {
        assert_eq!(
            flaw(timed(Unit::Seconds).max_age(limit), &[Timestamp, Body]),
            "a freshness limit is from one second to one day, in whole seconds (at \"max_age\")"
        );
        assert_eq!(
            flaw(timed(Unit::Seconds).max_ahead(limit), &[Timestamp, Body]),
            "a freshness limit is from one second to one day, in whole seconds (at \"max_ahead\")"
        );
    }
    assert_eq!(flaw(signed("x-a").secret(&[]), &[Body]), "a scheme reads its secret in one to four ways");
    assert_eq!(
        flaw(signed("x-a").secret(&[SecretForm::Text; 5]), &[Body]),
        "a scheme reads its secret in one to four ways"
    );
    assert_eq!(
        flaw(signed("x-a").secret(&[SecretForm::Base64After("")]), &[Body]),
        "a secret's prefix is 1 to 16 visible ASCII characters, such as `whsec_`"
    );
}

#[test]
fn numbered_headers_are_the_stem_and_a_number() {
    let numbered = || Scheme::hmac_sha256("test").signature(Field::whole("x-sig").numbered(4), Hex);
    let timed = numbered().timestamp(Field::whole("x-sig-timestamp"), Unit::Seconds);
    assert!(timed.try_signs(&[Timestamp, Body]).is_ok());
    assert!(numbered().try_signs(&[Header("x-signed"), Literal("."), Body]).is_ok());
    assert!(numbered().try_signs(&[Header("x-sig-2"), Literal("."), Body]).is_err());
    for last in [0, 17] {
        let flawed = Scheme::hmac_sha256("test").signature(Field::whole("x-sig").numbered(last), Hex);
        assert_eq!(
            flaw(flawed, &[Body]),
            "signature headers are numbered from 1 to 16 at most (at \"x-sig\")"
        );
    }
}

#[test]
fn a_header_has_one_task() {
    const EXPECTED: &str =
        "a header that is expected to have one value carries neither signature, timestamp nor id";
    for header in ["x-signature", "x-time", "x-id", "x-key"] {
        let draft = timed(Unit::Seconds).message_id(Field::whole("x-id")).key_id(Field::whole("x-key"));
        let parts = [MessageId, Literal("."), Timestamp, Body];
        assert_eq!(flaw(draft.expects(header, "1"), &parts), format!("{EXPECTED} (at {header:?})"));
    }
    let same = identified().key_id(Field::whole("x-id"));
    assert!(same.try_signs(&[MessageId, Literal("."), Body]).is_err());
    let signed_key = signed("x-signature").key_id(Field::whole("x-key"));
    assert!(signed_key.try_signs(&[Header("x-key"), Literal("."), Body]).is_err());
    // A version may be prescribed and signed.
    let version = signed("x-signature").expects("x-version", "1");
    let version = version.try_signs(&[Header("x-version"), Literal("."), Body]).unwrap();
    let verifier = hooksig::Verifier::new(version, hooksig::Secret::new("test-key")).unwrap();
    verifier.self_test_at(hooksig::UnixTime::from_secs(1_763_700_000)).unwrap();
}

#[test]
fn several_further_headers() {
    let field = Field::whole("x-a").or("x-b").or("x-c").or("x-d");
    let scheme = Scheme::hmac_sha256("test").signature(field, Hex).try_signs(&[Body]).unwrap();
    assert_eq!(scheme.signature().further_headers().collect::<Vec<_>>(), ["x-b", "x-c", "x-d"]);
    let twice = Scheme::hmac_sha256("test").signature(Field::whole("x-a").or("x-b").or("x-b"), Hex);
    assert!(twice.try_signs(&[Body]).is_err());
}

#[test]
fn limits_ahead_follow_the_age() {
    let ahead = |draft: Draft<'_>| draft.try_signs(&[Timestamp, Body]).unwrap().max_ahead().as_secs();
    assert_eq!(ahead(timed(Unit::Seconds)), 300);
    assert_eq!(ahead(timed(Unit::Seconds).max_age(Duration::from_secs(60))), 60);
    assert_eq!(ahead(timed(Unit::Seconds).max_age(Duration::from_secs(1800))), 300);
    assert_eq!(ahead(timed(Unit::Seconds).max_ahead(Duration::from_secs(5))), 5);
}
