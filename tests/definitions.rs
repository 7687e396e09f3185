//! What makes a definition unsafe: every finding, at run time. Constants are refused with the same
//! sentences by the compiler (see the examples at `Scheme`).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::time::Duration;

use hooksig::{
    Draft, Encoding, Encoding::Hex, Field, Part, Part::*, Scheme, Secret, SecretForm, Signer, Unit, UnixTime,
    Verifier,
};

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
    let verifier = Verifier::new(version, Secret::new("test-key")).unwrap();
    verifier.self_test_at(UnixTime::from_secs(1_763_700_000)).unwrap();
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

// ---- The last value that fits, and the first that does not

fn token() -> Draft<'static> {
    Scheme::static_token("test", Field::whole("x-token"))
}

#[test]
fn names_literals_and_parts_have_a_length() {
    let named = |length: usize| {
        let name = "x".repeat(length);
        Scheme::hmac_sha256(&name).signature(Field::whole("x-a"), Hex).try_signs(&[Body]).is_ok()
    };
    assert_eq!([0, 1, 64, 65].map(named), [false, true, true, false]);
    let literal = |length: usize| {
        let text = "x".repeat(length);
        signed("x-a").try_signs(&[Literal(&text), Body]).is_ok()
    };
    assert_eq!([0, 1, 64, 65].map(literal), [false, true, true, false]);
    let texts: Vec<_> = (b'a'..=b'z').map(|letter| char::from(letter).to_string()).collect();
    let counted = |count: usize| {
        let literals = texts.iter().take(count - 1).map(|text| Literal(text));
        let parts: Vec<_> = std::iter::once(Body).chain(literals).collect();
        signed("x-a").try_signs(&parts).is_ok()
    };
    assert_eq!([1, 12, 13].map(counted), [true, true, false]);
}

#[test]
fn the_most_parts_and_a_url_in_two_pieces_fit() {
    let texts: Vec<_> = (b'a'..=b'k').map(|letter| format!("{}|", char::from(letter))).collect();
    let literals = texts.iter().map(|text| Literal(text));
    let parts: Vec<_> = literals.chain([Url]).collect();
    assert_eq!(parts.len(), 12);
    let scheme = signed("x-a").dangerous_unsigned_body().try_signs(&parts).unwrap();
    let secret = || Secret::new("test-key");
    let verifier = Verifier::builder(scheme)
        .public_base("https://hooks.example.com")
        .key("k", secret())
        .build()
        .unwrap();
    let signer = Signer::new(scheme, secret()).unwrap().url("https://hooks.example.com/calls").unwrap();
    let now = UnixTime::from_secs(1_763_700_000);
    let request = signer.sign(b"", now).unwrap();
    assert!(verifier.verify_at(request.parts(), b"", now).is_ok());
    // The path is the last piece.
    let refusal = verifier.verify_at(request.parts().target("/numbers"), b"", now).unwrap_err();
    assert_eq!(refusal.reason(), "mismatch");
}

#[test]
fn a_limit_needs_a_timestamp() {
    let minute = Duration::from_secs(60);
    for draft in [signed("x-a").max_age(minute), signed("x-a").max_ahead(minute)] {
        assert!(flaw(draft, &[Body]).starts_with("a freshness limit needs a timestamp"));
    }
    let in_body = signed("x-a").timestamp_in_json("at", Unit::Seconds);
    assert!(in_body.max_age(minute).max_ahead(minute).try_signs(&[Body]).is_ok());
    for limit in [1, 86_400] {
        let limit = Duration::from_secs(limit);
        let draft = timed(Unit::Seconds).max_age(limit).max_ahead(limit);
        assert!(draft.try_signs(&[Timestamp, Body]).is_ok());
    }
}

#[test]
fn a_timestamp_in_the_body_is_a_visible_name_in_signed_json() {
    let within = |key, unit, parts: &[Part<'static>]| {
        let draft = signed("x-a").dangerous_unsigned_body().timestamp_in_json(key, unit);
        let draft = if parts.contains(&Body) { signed("x-a").timestamp_in_json(key, unit) } else { draft };
        draft.try_signs(parts).map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(within("sent at", Unit::Millis, &[Body]), Ok(()));
    assert_eq!(within("at", Unit::Rfc3339, &[Body]), Ok(()));
    for (key, unit, parts) in [
        ("", Unit::Millis, &[Body][..]),
        ("\u{e4}t", Unit::Millis, &[Body]),
        ("at", Unit::HttpDate, &[Body]),
        ("at", Unit::DateTime, &[Body]),
        ("at", Unit::Millis, &[Url]),
    ] {
        let refusal = within(key, unit, parts).unwrap_err();
        assert!(refusal.contains("a timestamp in the body stands under a key"), "{refusal}");
    }
    let twice = timed(Unit::Seconds).timestamp_in_json("at", Unit::Seconds);
    assert!(flaw(twice, &[Timestamp, Body]).starts_with("a scheme has one timestamp"));
}

#[test]
fn an_events_id_is_a_json_pointer() {
    let at = |pointer| signed("x-a").event_id(pointer).try_signs(&[Body]).is_ok();
    for pointer in ["/id", "/data/id", "/a~0b", "/a~1b", "/a~0", "/a b", "/0"] {
        assert!(at(pointer), "{pointer}");
    }
    for pointer in ["", "id", "/a~", "/a~2", "/~~0", "/\u{e4}", "/a\n"] {
        assert!(!at(pointer), "{pointer}");
    }
    let unsigned = signed("x-a").dangerous_unsigned_body().event_id("/id");
    assert!(flaw(unsigned, &[Url]).starts_with("an event's id is a JSON pointer into a signed body"));
}

#[test]
fn expected_headers_are_four_at_most_and_have_a_visible_value() {
    let names = ["x-1", "x-2", "x-3", "x-4", "x-5"];
    let expecting = |count: usize| {
        let draft = names.iter().take(count).fold(signed("x-a"), |draft, name| draft.expects(name, "1"));
        draft.try_signs(&[Body]).is_ok()
    };
    assert_eq!([1, 4, 5].map(expecting), [true, true, false]);
    for value in ["", " ", " 1", "1 ", "\u{e4}", "1\n"] {
        let refusal = flaw(signed("x-a").expects("x-version", value), &[Body]);
        assert!(refusal.starts_with("an expected value is visible ASCII"), "{value:?}: {refusal}");
    }
    assert!(signed("x-a").expects("x-version", "1 2").try_signs(&[Body]).is_ok());
    for twice in [["x-1", "x-1", "x-2"], ["x-1", "x-2", "x-1"], ["x-2", "x-1", "x-1"]] {
        let draft = twice.iter().fold(signed("x-a"), |draft, name| draft.expects(name, "1"));
        assert!(flaw(draft, &[Body]).starts_with("a header is expected to have one value (at"));
    }
}

#[test]
fn a_token_is_the_whole_value_of_its_header() {
    assert!(token().try_signs(&[]).is_err(), "its body is unsigned, and nobody said so");
    assert!(token().dangerous_unsigned_body().try_signs(&[]).is_ok());
    assert_eq!(flaw(token().dangerous_unsigned_body(), &[Url]), "a token signs nothing: give no parts");
    for field in [Field::prefixed("x-token", "Bearer "), Field::listed("x-token", ',', "")] {
        let draft = Scheme::static_token("test", field).dangerous_unsigned_body();
        assert!(flaw(draft, &[]).starts_with("a token is the whole value of its header"));
    }
    let encoded = token().signature(Field::whole("x-token"), Hex).dangerous_unsigned_body();
    assert!(flaw(encoded, &[]).starts_with("a token is the whole value of its header"));
    let bare = Scheme::hmac_sha256("test").signature(Field::whole("x-a"), Encoding::Verbatim);
    assert!(flaw(bare, &[Body]).starts_with("a signature is encoded"));
    for forms in [&[SecretForm::Hex][..], &[SecretForm::Text, SecretForm::Hex]] {
        let refusal = flaw(token().dangerous_unsigned_body().secret(forms), &[]);
        assert_eq!(refusal, "a token is compared as it is: its secret is read as text");
    }
}

#[test]
fn a_timestamp_beside_signatures_can_be_told_from_them() {
    let beside = |signature, timestamp| {
        Scheme::hmac_sha256("test")
            .signature(Field::listed("x-a", ',', signature), Hex)
            .timestamp(Field::listed("x-a", ',', timestamp), Unit::Seconds)
            .try_signs(&[Timestamp, Body])
            .map(|_| ())
            .map_err(|error| error.to_string())
    };
    assert_eq!(beside("v1=", "t"), Ok(()), "the other beginning is mark enough");
    for mark in ["t=", "t:", ".t", "a+b."] {
        assert_eq!(beside("", mark), Ok(()), "{mark}");
    }
    for signature_like in ["t", "T1", "a+", "a/", "a-", "a_"] {
        let refusal = beside("", signature_like).unwrap_err();
        assert!(refusal.contains("holds a sign that no signature has"), "{signature_like}: {refusal}");
    }
    for (signature, timestamp) in [("v1=", "v1=t"), ("v1=t", "v1="), ("t=", "t=")] {
        let refusal = beside(signature, timestamp).unwrap_err();
        assert!(refusal.contains("told apart by their beginnings"), "{signature} {timestamp}: {refusal}");
    }
}

#[test]
fn families_are_two_beginnings() {
    let named = |families| signed("svix-signature").families(families).try_signs(&[Body]).is_ok();
    assert!(named(["svix", "webhook"]) && named(["svix-", "webhook-"]));
    for families in [
        ["Svix", "webhook"],
        ["svix", "Webhook"],
        ["svix", "svi"],
        ["svix", "svix-"],
        ["svix", ""],
        ["", "svix"],
    ] {
        let refusal = flaw(signed("svix-signature").families(families), &[Body]);
        assert!(refusal.starts_with("header families are two beginnings"), "{families:?}: {refusal}");
    }
}

#[test]
fn a_secret_is_read_in_up_to_four_ways_each_once() {
    let read = |forms: &[SecretForm<'static>]| signed("x-a").secret(forms).try_signs(&[Body]).is_ok();
    let four =
        [SecretForm::Base64After("a_"), SecretForm::TextWithout("a_"), SecretForm::Hex, SecretForm::Base64];
    assert!(read(&four) && read(&[SecretForm::Base64After("a_"), SecretForm::Base64After("b_")]));
    for twice in [
        SecretForm::Text,
        SecretForm::Base64,
        SecretForm::Hex,
        SecretForm::Base64After("a_"),
        SecretForm::TextWithout("a_"),
    ] {
        assert_eq!(flaw(signed("x-a").secret(&[twice, twice]), &[Body]), "a secret is read in each way once");
        let apart = [twice, SecretForm::TextWithout("c_"), twice];
        assert_eq!(flaw(signed("x-a").secret(&apart), &[Body]), "a secret is read in each way once");
    }
    let prefix = |length: usize| {
        let prefix = "p".repeat(length);
        let after = signed("x-a").secret(&[SecretForm::Base64After(&prefix)]).try_signs(&[Body]).is_ok();
        let without = signed("x-a").secret(&[SecretForm::TextWithout(&prefix)]).try_signs(&[Body]).is_ok();
        assert_eq!(after, without);
        after
    };
    assert_eq!([0, 1, 16, 17].map(prefix), [false, true, true, false]);
    assert!(!read(&[SecretForm::Base64After("a b")]) && !read(&[SecretForm::TextWithout("\u{e4}")]));
}

#[test]
fn further_headers_are_names_of_their_own() {
    let or = |name| Scheme::hmac_sha256("test").signature(Field::whole("x-a").or(name), Hex);
    assert!(or("x-b").try_signs(&[Body]).is_ok());
    assert!(flaw(or("X-B"), &[Body]).starts_with("a header's name is lower case"));
    for header in ["x-a", "x-b"] {
        let parts = [Header(header), Literal("."), Body];
        assert_eq!(flaw(or("x-b"), &parts), format!("a signature's header cannot be signed (at {header:?})"));
        assert!(or("x-b").expects(header, "1").try_signs(&[Body]).is_err());
        assert!(or("x-b").key_id(Field::whole(header)).try_signs(&[Body]).is_err());
    }
    let numbered = |last| Scheme::hmac_sha256("test").signature(Field::whole("x-a").numbered(last), Hex);
    assert_eq!(
        [0, 1, 16, 17].map(|last| numbered(last).try_signs(&[Body]).is_ok()),
        [false, true, true, false]
    );
    for (header, is_free) in [
        ("x-a-2", false),
        ("x-a-20", false),
        ("x-a-", true),
        ("x-a-2b", true),
        ("x-a2", true),
        ("x-b-2", true),
    ] {
        let parts = [Header(header), Literal("."), Body];
        assert_eq!(numbered(2).try_signs(&parts).is_ok(), is_free, "{header}");
    }
    assert!(numbered(2).key_id(Field::whole("x-key").or("x-other")).try_signs(&[Body]).is_err());
    let beside_time = timed(Unit::Seconds).key_id(Field::whole("x-time"));
    assert!(beside_time.try_signs(&[Timestamp, Body]).is_err());
}
