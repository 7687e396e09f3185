//! What a forger, a proxy or a broken sender can put into a request, and the reason it is refused for.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use hooksig::ErrorKind::{self, *};
use hooksig::http::HeaderName;
use hooksig::{ConfigError, Encoding, Field, Parts, Secret, UnixTime, Verifier, providers};
use support::schemes::{BARS, COLONS, GLUED, TAIL};
use support::sender;

const NOW: UnixTime = UnixTime::from_secs(1_763_700_000);

/// A body that must not be looked at.
struct Unread;

impl AsRef<[u8]> for Unread {
    fn as_ref(&self) -> &[u8] {
        panic!("the body was read")
    }
}

/// A refusal before any hashing: the body is not read, and a streaming verification does not begin.
fn refused(verifier: &Verifier, headers: &[(&str, Vec<u8>)], now: UnixTime) -> ErrorKind {
    let parts = || Parts::new(&headers).method("POST").target("/in?tenant=1");
    let kind = verifier.verify_at(Parts::new(&headers).method("POST").target("/in?tenant=1"), Unread, now);
    let kind = kind.map(|_| ()).unwrap_err().kind();
    assert_eq!(verifier.begin_at(parts(), now).map(|_| ()).unwrap_err().kind(), kind);
    kind
}

fn github(signature: &[u8]) -> ErrorKind {
    let headers = [("x-hub-signature-256", signature.to_vec())];
    refused(&sender::verifier(&providers::GITHUB), &headers, NOW)
}

fn stripe(value: &str) -> ErrorKind {
    let headers = [("stripe-signature", value.as_bytes().to_vec())];
    refused(&sender::verifier(&providers::STRIPE), &headers, NOW)
}

fn standard(id: &str, timestamp: &str, signature: &str) -> ErrorKind {
    let headers = [
        ("webhook-id", id.as_bytes().to_vec()),
        ("webhook-timestamp", timestamp.as_bytes().to_vec()),
        ("webhook-signature", signature.as_bytes().to_vec()),
    ];
    refused(&sender::verifier(&providers::STANDARD_WEBHOOKS), &headers, NOW)
}

const HEX: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const BASE64: &str = "ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8=";

#[test]
fn signatures_in_a_header_of_their_own() {
    let none: [(&str, Vec<u8>); 0] = [];
    assert_eq!(refused(&sender::verifier(&providers::GITHUB), &none, NOW), MissingSignature);
    let malformed = [
        "",
        "sha256=",
        "sha256",
        HEX,
        &format!("sha1={HEX}"),
        &format!("SHA256={HEX}"),
        &format!(" sha256={HEX}"),
        &format!("sha256={HEX} "),
        &format!("sha256= {HEX}"),
        &format!("sha256={}", &HEX[1..]),
        &format!("sha256={}", &HEX[2..]),
        &format!("sha256={HEX}0"),
        &format!("sha256={HEX}00"),
        &format!("sha256={}g", &HEX[1..]),
        &format!("sha256=0x{}", &HEX[2..]),
        &format!("sha256={HEX},sha256={HEX}"),
        &format!("sha256={}é", &HEX[2..]),
        "\u{0}",
    ];
    for value in malformed {
        assert_eq!(github(value.as_bytes()), MalformedSignature, "{value:?}");
    }
    assert_eq!(github(&[0xff; 71]), MalformedSignature);
    assert_eq!(github(&[b'a'; 2048]), MalformedSignature);
    assert_eq!(github(&[b'a'; 2049]), HeaderTooLong);
}

#[test]
fn repeated_headers_even_equal_ones() {
    let value = format!("sha256={HEX}").into_bytes();
    let twice = [("x-hub-signature-256", value.clone()), ("X-Hub-Signature-256", value)];
    assert_eq!(refused(&sender::verifier(&providers::GITHUB), &twice, NOW), DuplicateHeader);
    for scheme in support::schemes::all() {
        let (message, headers) = sender::genuine(&scheme, b"{}", NOW);
        for (name, value) in &headers {
            let mut repeated = headers.clone();
            repeated.append(name, value.clone());
            let verdict = sender::verifier(&scheme).verify_at(message.parts(&repeated).unwrap(), Unread, NOW);
            assert_eq!(verdict.map(|_| ()).unwrap_err().kind(), DuplicateHeader, "{}: {name}", scheme.name());
        }
    }
}

#[test]
fn lists_of_signatures() {
    let entry = format!("v1={HEX}");
    let list = |count: usize, entry: &str| format!("t=1763700000,{}", vec![entry; count].join(","));
    assert_eq!(stripe("t=1763700000"), MissingSignature);
    assert_eq!(stripe(""), MissingSignature);
    assert_eq!(stripe("garbage"), MissingSignature);
    assert_eq!(stripe(&format!("t=1763700000,v0={HEX}")), MissingSignature);
    assert_eq!(stripe("t=1763700000,v1="), MalformedSignature);
    assert_eq!(stripe("t=1763700000,v1=00,v1=zz"), MalformedSignature);
    assert_eq!(stripe(&entry), MissingTimestamp);
    assert_eq!(stripe(&list(17, &entry)), TooManySignatures);
    assert_eq!(stripe(&list(17, "v1=00")), TooManySignatures);
    assert_eq!(stripe(&list(32, "v9=00")), TooManySignatures);
    let most = format!("{}{}", list(16, &entry), ",v9=00".repeat(15));
    let headers = [("stripe-signature", most.as_str())];
    let verdict = sender::verifier(&providers::STRIPE).verify_at(&headers, b"{}", NOW);
    assert_eq!(verdict.unwrap_err().kind(), Mismatch, "32 entries, 16 of them signatures");
    assert_eq!(stripe(&format!("{most},v9=00")), TooManySignatures);
    assert_eq!(stripe(&list(100, &entry)), HeaderTooLong);
    assert_eq!(stripe(&format!("t=1763700000,t=1763700000,{entry}")), AmbiguousTimestamp);
    assert_eq!(stripe(&format!("t=1763700000,{entry},t=1")), AmbiguousTimestamp);
}

#[test]
fn timestamps() {
    let entry = format!("v1={HEX}");
    for text in [
        "",
        "0",
        "1",
        "+1763700000",
        "-1763700000",
        "1763700000.0",
        "01763700000",
        "1763700000000",
        "１７６３７０００００",
        "-9223372036854775808",
        "9223372036854775807",
        "1763700000abc",
        "176370000a",
        "17637000aa",
        "1e9",
        "0x691fe0a0",
        "soon",
        "11111111111111111111111111111111111111111111111111",
        "1763 700000",
    ] {
        assert_eq!(stripe(&format!("t={text},{entry}")), MalformedTimestamp, "{text}");
        assert_eq!(standard("msg_1", text, &format!("v1,{BASE64}")), MalformedTimestamp, "{text}");
    }
    assert_eq!(standard("msg_1", " 1763700000", &format!("v1,{BASE64}")), MalformedTimestamp);
    assert_eq!(stripe(&format!("t=1763699699,{entry}")), Stale);
    assert_eq!(stripe(&format!("t=1763700301,{entry}")), Future);
    assert_eq!(stripe(&format!("t=9999999999,{entry}")), Future);
    let headers = [("stripe-signature", format!("t=1763700000,{entry}").into_bytes())];
    assert_eq!(refused(&sender::verifier(&providers::STRIPE), &headers, UnixTime::from_secs(0)), Future);
}

#[test]
fn message_ids() {
    let signature = format!("v1,{BASE64}");
    for id in ["", "a.b", "a b", "a\tb", "ä", "msg_1\u{7f}", &"x".repeat(257)] {
        assert_eq!(standard(id, "1763700000", &signature), MalformedId, "{id:?}");
    }
    let verifier = sender::verifier(&providers::STANDARD_WEBHOOKS);
    let with = |missing: &str| {
        let headers = [
            ("webhook-id", b"msg_1".to_vec()),
            ("webhook-timestamp", b"1763700000".to_vec()),
            ("webhook-signature", signature.clone().into_bytes()),
        ];
        let kept: Vec<_> = headers.into_iter().filter(|(name, _)| *name != missing).collect();
        refused(&verifier, &kept, NOW)
    };
    assert_eq!(with("webhook-id"), MissingId);
    assert_eq!(with("webhook-timestamp"), MissingTimestamp);
    assert_eq!(with("webhook-signature"), MissingSignature);
}

#[test]
fn base64_has_one_spelling() {
    for text in [
        BASE64.trim_end_matches('='),
        &BASE64.replace('/', "_"),
        &BASE64.replace("8=", "9="),
        &format!("{BASE64}="),
        &BASE64.replace('=', " "),
        &format!("{BASE64}\u{a0}"),
        &HEX[..44],
        "AAAA",
    ] {
        assert_eq!(standard("msg_1", "1763700000", &format!("v1,{text}")), MalformedSignature, "{text}");
    }
}

#[test]
fn families_are_never_mixed() {
    let verifier = sender::verifier(&providers::SVIX);
    let header = |name: &'static str, value: &str| (name, value.as_bytes().to_vec());
    let signature = format!("v1,{BASE64}");
    let svix = [
        header("svix-id", "msg_1"),
        header("svix-timestamp", "1763700000"),
        header("svix-signature", &signature),
    ];
    let webhook = [
        header("webhook-id", "msg_1"),
        header("webhook-timestamp", "1763700000"),
        header("webhook-signature", &signature),
    ];
    let mixed = |parts: [usize; 3]| -> Vec<_> {
        parts.into_iter().enumerate().map(|(at, which)| [&svix, &webhook][which][at].clone()).collect()
    };
    for (parts, kind) in [
        ([1, 0, 0], MissingId),
        ([0, 1, 0], MissingTimestamp),
        ([0, 0, 1], MissingSignature),
        ([1, 1, 0], MissingTimestamp),
        ([0, 1, 1], MissingSignature),
        ([1, 0, 1], MissingSignature),
    ] {
        assert_eq!(refused(&verifier, &mixed(parts), NOW), kind, "{parts:?}");
    }
}

#[test]
fn signed_headers_methods_and_urls() {
    let (message, headers) = sender::genuine(&TAIL, b"{}", NOW);
    let verifier = sender::verifier(&TAIL);
    let with = |change: &dyn Fn(&mut hooksig::http::HeaderMap)| {
        let mut headers = headers.clone();
        change(&mut headers);
        let verdict = verifier.verify_at(message.parts(&headers).unwrap(), Unread, NOW);
        verdict.map(|_| ()).unwrap_err().kind()
    };
    assert_eq!(with(&|headers| drop(headers.remove("x-tail-nonce"))), MissingHeader);
    for value in ["", "a--b", "-a", "tab\there"] {
        assert_eq!(
            with(&|headers| drop(headers.insert("x-tail-nonce", value.parse().unwrap()))),
            MalformedHeader
        );
    }
    assert_eq!(with(&|headers| drop(headers.insert("x-tail-id", "a--b".parse().unwrap()))), MalformedId);
    let (_, colons) = sender::genuine(&COLONS, b"{}", NOW);
    let mut colons = colons.clone();
    colons.insert("x-colons-id", "a:b".parse().unwrap());
    let verdict = sender::verifier(&COLONS).verify_at(&colons, Unread, NOW);
    assert_eq!(verdict.map(|_| ()).unwrap_err().kind(), MalformedId);

    let (_, headers) = sender::genuine(&BARS, b"{}", NOW);
    let verifier = sender::verifier(&BARS);
    let kind = |parts: Parts<'_>| verifier.verify_at(parts, Unread, NOW).map(|_| ()).unwrap_err().kind();
    assert_eq!(kind(Parts::new(&headers)), NoUrl);
    assert_eq!(kind(Parts::new(&headers).method("POST")), NoUrl);
    assert_eq!(kind(Parts::new(&headers).target("/")), NoUrl);
    for target in ["", "in", "/a|b", "/a b", "/\u{e4}", "/#x", "https://hooks.example.com/in?tenant=1"] {
        assert_eq!(kind(Parts::new(&headers).method("POST").target(target)), UrlMismatch, "{target:?}");
    }
    assert_eq!(kind(Parts::new(&headers).method("PO|ST").target("/")), UrlMismatch);
    let with_body = |parts: Parts<'_>| verifier.verify_at(parts, b"other", NOW).unwrap_err().kind();
    for method in ["", "PO.ST", "P0ST", &"P".repeat(33)] {
        assert_eq!(kind(Parts::new(&headers).method(method).target("/")), UrlMismatch, "{method}");
    }
    for method in ["VERSION-CONTROL", "get", &"P".repeat(32)] {
        assert_eq!(with_body(Parts::new(&headers).method(method).target("/")), Mismatch, "{method}");
    }
    assert_eq!(with_body(Parts::new(&headers).method("POST").target(&"/".repeat(8192))), Mismatch);
    assert_eq!(kind(Parts::new(&headers).method("POST").target(&"/".repeat(8193))), HeaderTooLong);

    let (_, headers) = sender::genuine(&GLUED, b"{}", NOW);
    let verifier = sender::verifier(&GLUED);
    for target in ["/", "/in", "/in?tenant=2", "/in?tenant=1&x"] {
        let parts = Parts::new(&headers).method("POST").target(target);
        assert_eq!(verifier.verify_at(parts, Unread, NOW).map(|_| ()).unwrap_err().kind(), UrlMismatch);
    }
    let (mut message, _) = sender::genuine(&TAIL, b"{}", NOW);
    message.headers = vec![b"x".to_vec()];
    let beside = message.content(&TAIL).len() - message.body.len() - 1;
    for (length, kind) in [(2048 - beside, Mismatch), (2049 - beside, HeaderTooLong)] {
        message.headers = vec![vec![b'x'; length]];
        let headers = message.headers(&TAIL, &[0; 32]).unwrap();
        let verdict = sender::verifier(&TAIL).verify_at(message.parts(&headers).unwrap(), b"{}", NOW);
        assert_eq!(verdict.unwrap_err().kind(), kind, "what follows the body has 2 KiB");
    }
}

#[test]
fn any_change_of_what_is_signed_is_a_mismatch() {
    for scheme in support::schemes::all() {
        let verifier = sender::verifier(&scheme);
        let (message, headers) = sender::genuine(&scheme, b"{\"a\":1}", NOW);
        let genuine = message.body.clone();
        let verdict = |body: &[u8]| {
            let verdict = verifier.verify_at(message.parts(&headers).unwrap(), body, NOW);
            verdict.map(|_| ()).map_err(|error| error.kind())
        };
        assert_eq!(verdict(&genuine), Ok(()), "{}", scheme.name());
        if scheme.coverage().body() {
            for bit in 0..8 {
                let mut body = genuine.clone();
                body[3] ^= 1 << bit;
                assert_eq!(verdict(&body), Err(Mismatch), "{}", scheme.name());
            }
            assert_eq!(verdict(b""), Err(Mismatch), "{}", scheme.name());
        }
        let tag = sender::tag(&scheme, &message.content(&scheme));
        for byte in 0..tag.len() {
            let mut tag = tag.clone();
            tag[byte] ^= 0x80;
            let headers = message.headers(&scheme, &tag).unwrap();
            let verdict = verifier.verify_at(message.parts(&headers).unwrap(), &genuine, NOW);
            assert_eq!(verdict.map(|_| ()).unwrap_err().kind(), Mismatch, "{} byte {byte}", scheme.name());
        }
    }
}

#[test]
fn bodies_of_every_kind_are_accepted() {
    let long = vec![b'x'; 1 << 20];
    for scheme in support::schemes::all() {
        for body in [&b""[..], b"\xff\xfe\x00", b"\r\n", "Zo\u{eb} \u{1f600}".as_bytes(), &long] {
            let (message, headers) = sender::genuine(&scheme, body, NOW);
            let body = message.body.as_slice();
            let verified = sender::verifier(&scheme).verify_at(message.parts(&headers).unwrap(), body, NOW);
            assert_eq!(verified.unwrap().into_body(), body, "{}", scheme.name());
        }
    }
}

#[test]
fn sixteen_signatures_are_compared_and_a_malformed_one_spoils_nothing() {
    let verifier = sender::verifier(&providers::STRIPE);
    let (message, _) = sender::genuine(&providers::STRIPE, b"{}", NOW);
    let genuine = sender::tag(&providers::STRIPE, &message.content(&providers::STRIPE));
    let genuine = format!("v1={}", hex::encode(genuine));
    for place in 0..16 {
        let wrong = format!("v1={HEX}");
        let mut entries = vec![wrong.as_str(); 16];
        entries[(place + 5) % 16] = "v1=spoilt";
        entries[place] = &genuine;
        let value = format!("t=1763700000, {} ,", entries.join(" , "));
        assert!(verifier.verify_at(&[("stripe-signature", value)], b"{}", NOW).is_ok(), "{place}");
    }
}

#[test]
fn secrets_that_cannot_be_keys() {
    let error = |scheme, secret: &str| Verifier::new(scheme, Secret::new(secret)).unwrap_err();
    for blank in ["", " ", "\n", "\t \r\n", "\0\0", "\u{b}", "\u{a0}\u{3000}", "\u{feff}\n", "\u{200b}"] {
        assert!(matches!(error(providers::GITHUB, blank), ConfigError::BlankSecret { .. }), "{blank:?}");
    }
    for empty in ["whsec_", "whsec_=="] {
        let error = error(providers::STANDARD_WEBHOOKS, empty);
        assert!(
            matches!(error, ConfigError::BlankSecret { .. } | ConfigError::UnreadableSecret { .. }),
            "{empty:?}: {error}"
        );
    }
    for unreadable in ["not base64!", "whsec_not base64!", "whsec_whsec_AAAA", "AAAA\n"] {
        assert!(matches!(
            error(providers::STANDARD_WEBHOOKS, unreadable),
            ConfigError::UnreadableSecret { .. }
        ));
    }
    assert_eq!(error(providers::DAILY, "%%%").to_string(), "the secret of key \"default\" is not base64");
    let header = Field::whole("x-hex");
    let hex = hooksig::Scheme::hmac_sha256("hex").signature(header, Encoding::Hex);
    let hex = hex.secret(&[hooksig::SecretForm::Hex]).signs(&[hooksig::Part::Body]);
    assert!(Verifier::new(hex, Secret::new("00ff")).is_ok());
    assert_eq!(error(hex, "00f").to_string(), "the secret of key \"default\" is not hexadecimal");
}

/// A map with few headers is walked, one with many is asked; what is said of it is the same.
#[test]
fn the_number_of_headers_changes_nothing() {
    let (_, genuine) = sender::genuine(&providers::GITHUB, b"{}", NOW);
    let verifier = sender::verifier(&providers::GITHUB);
    for others in 0..40 {
        let mut headers = genuine.clone();
        for number in 0..others {
            headers
                .insert(HeaderName::try_from(format!("x-other-{number}")).unwrap(), "1".try_into().unwrap());
        }
        assert!(verifier.verify_at(&headers, b"{}", NOW).is_ok(), "{others}");
        let signature = headers["x-hub-signature-256"].clone();
        headers.append("x-hub-signature-256", signature);
        let refusal = verifier.verify_at(&headers, Unread, NOW).map(|_| ()).unwrap_err();
        assert_eq!(refusal.kind(), DuplicateHeader, "{others}");
        headers.remove("x-hub-signature-256");
        let refusal = verifier.verify_at(&headers, Unread, NOW).map(|_| ()).unwrap_err();
        assert_eq!(refusal.kind(), MissingSignature, "{others}");
    }
}
