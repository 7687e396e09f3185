//! Arbitrary headers, bodies, targets and clocks: every scheme answers, and none of them with a yes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use hooksig::http::header::CONTENT_TYPE;
use hooksig::http::{HeaderMap, HeaderName, HeaderValue};
use hooksig::{Kind, Part, Parts, Scheme, UnixTime, providers};
use proptest::prelude::*;
use support::sender;

fn value() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"v1=".to_vec()),
        Just(b"t=".to_vec()),
        Just(b"v1,".to_vec()),
        Just(b"sha256=".to_vec()),
        Just(b"v=".to_vec()),
        Just(b"d=".to_vec()),
        Just(b",".to_vec()),
        Just(b" ".to_vec()),
        Just(b";".to_vec()),
        Just(b"1763700000".to_vec()),
        Just(b"1763700000000".to_vec()),
        Just(b"2025-11-21T04:40:00Z".to_vec()),
        Just(b"-9223372036854775808".to_vec()),
        Just(b"0".repeat(64)),
        Just(b"application key:".to_vec()),
        Just(b"application/x-www-form-urlencoded; charset=".to_vec()),
        Just(b"x-contentful-signed-headers,x-contentful-timestamp".to_vec()),
        Just(b"algorithm=HMAC_SHA256".to_vec()),
        Just(b"eyJhbGciOiJIUzI1NiJ9.e30.".to_vec()),
        Just(b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..80),
        proptest::collection::vec(b'0'..=b'9', 0..60),
        Just(vec![b'x'; 3000]),
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// Something like JSON, a form or a token.
fn document() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just("{"),
        Just("}"),
        Just("["),
        Just("]"),
        Just("\"signature\":"),
        Just("\"timestamp\":"),
        Just("\"notificationItems\":"),
        Just("\"NotificationRequestItem\":"),
        Just("\"additionalData\":"),
        Just("\"call\":"),
        Just("\"call_id\":"),
        Just("\"a\":"),
        Just("\"\\ud800\""),
        Just("\"1763700000\""),
        Just("1763700000"),
        Just("-1e999"),
        Just("null"),
        Just(","),
        Just("&sig="),
        Just("&timestamp=1763700000"),
        Just("&nonce=%ff"),
        Just("%"),
        Just("eyJhbGciOiJIUzI1NiJ9"),
        Just("."),
        Just("e30"),
    ];
    proptest::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn whatever_comes(
        scheme in any::<prop::sample::Index>(),
        values in proptest::collection::vec((any::<prop::sample::Index>(), value()), 0..8),
        body in proptest::collection::vec(any::<u8>(), 0..200),
        method in ".{0,8}",
        target in ".{0,40}",
        with_parts in any::<bool>(),
        secs in any::<u64>(),
        nanos in 0..1_000_000_000_u64,
    ) {
        let schemes = support::schemes::all();
        let scheme = scheme.get(&schemes);
        let names = support::sender::headers_read(scheme);
        let mut headers = HeaderMap::new();
        for (name, value) in &values {
            let name = HeaderName::from_bytes(name.get(&names).as_bytes()).unwrap();
            if let Ok(value) = HeaderValue::from_bytes(value) {
                headers.append(name, value);
            }
        }
        let now = UnixTime::from_secs(secs).saturating_add(std::time::Duration::from_nanos(nanos));
        let parts = Parts::new(&headers);
        let parts = if with_parts { parts.method(&method).target(&target) } else { parts };
        let verifier = sender::verifier(scheme);
        prop_assert!(verifier.verify_at(parts, &body, now).is_err());
        prop_assert!(verifier.verify_at(parts, &body, UnixTime::from_secs(1_763_700_000)).is_err());
    }

    /// The same for every built-in scheme, with the headers of a genuine request and bodies that look like
    /// what forms, tokens and signed fields are read from.
    #[test]
    fn whatever_comes_to_a_mechanism(
        scheme in any::<prop::sample::Index>(),
        values in proptest::collection::vec((any::<prop::sample::Index>(), value()), 0..6),
        kept in any::<bool>(),
        body in prop_oneof![proptest::collection::vec(any::<u8>(), 0..200), document()],
        method in prop_oneof![Just("POST".to_owned()), Just("GET".to_owned()), ".{0,8}"],
        target in prop_oneof![Just("/in?tenant=1".to_owned()), "/[ -~]{0,40}", ".{0,40}"],
    ) {
        let scheme = scheme.get(providers::ALL);
        let now = UnixTime::from_secs(1_763_700_000);
        let genuine = support::signed::signed(scheme, now);
        let names: Vec<_> = genuine.headers().keys().cloned().chain([CONTENT_TYPE]).collect();
        let mut headers = if kept { genuine.headers().clone() } else { HeaderMap::new() };
        for (name, value) in &values {
            if let Ok(value) = HeaderValue::from_bytes(value) {
                headers.insert(name.get(&names).clone(), value);
            }
        }
        let parts = Parts::new(&headers).method(&method).target(&target);
        let verifier = support::signed::quiet_verifier(scheme);
        let whole = verifier.verify_at(parts, &body, now).map(drop);
        let streamed = verifier.begin_at(parts, now).and_then(|mut pending| {
            body.chunks(9).for_each(|chunk| pending.update(chunk));
            pending.finish().map(drop)
        });
        prop_assert_eq!(whole, streamed);
        // A token's body is its sender's word, and a form may be signed without parameters.
        let coverage = scheme.coverage();
        if coverage.body() && body != genuine.body() && scheme.kind() != Kind::Form {
            prop_assert!(whole.is_err(), "{}", scheme.name());
        }
    }

    #[test]
    fn definitions_of_any_kind(
        name in ".{0,10}", header in "[a-zA-Z -]{0,12}", prefix in ".{0,4}", separator in proptest::option::of(any::<char>()),
        literals in proptest::collection::vec((".{0,3}", any::<u8>()), 0..16),
    ) {
        use hooksig::{Encoding, Field, Unit};
        let field = match separator {
            Some(separator) => Field::listed(&header, separator, &prefix),
            None => Field::prefixed(&header, &prefix),
        };
        let parts: Vec<_> = literals.iter().map(|(text, kind)| match kind % 8 {
            0 => Part::Body, 1 => Part::Timestamp, 2 => Part::MessageId, 3 => Part::Header(text),
            4 => Part::Method, 5 => Part::Url, 6 => Part::UrlWithoutQuery, _ => Part::Literal(text),
        }).collect();
        let draft = Scheme::hmac_sha256(&name).signature(field, Encoding::Hex).timestamp(field, Unit::Seconds);
        if let Ok(scheme) = draft.try_signs(&parts) {
            prop_assert!(scheme.coverage().timestamp());
            prop_assert!(!scheme.explain().is_empty());
        }
    }
}
