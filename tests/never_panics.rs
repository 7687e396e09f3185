//! Arbitrary headers, bodies, targets and clocks: every scheme answers, and none of them with a yes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use hooksig::http::{HeaderMap, HeaderName, HeaderValue};
use hooksig::{Part, Parts, Scheme, UnixTime};
use proptest::prelude::*;
use support::sender;

/// The headers that a scheme reads, in all of its families.
fn names(scheme: &Scheme<'_>) -> Vec<String> {
    let mut names = vec![sender::signature_header(scheme)];
    names.extend(scheme.key_id().map(|field| field.header().to_owned()));
    names.extend(scheme.expected_headers().iter().map(|(name, _)| (*name).to_owned()));
    names.extend(scheme.signature().further_headers().map(str::to_owned));
    names.extend(scheme.timestamp().map(|(field, _)| field.header().to_owned()));
    names.extend(scheme.message_id().map(|field| field.header().to_owned()));
    names.extend(scheme.parts().iter().filter_map(|part| match part {
        Part::Header(name) => Some((*name).to_owned()),
        _ => None,
    }));
    if let Some([first, second]) = scheme.families() {
        let others: Vec<_> = names.iter().map(|name| name.replacen(first, second, 1)).collect();
        names.extend(others);
    }
    names
}

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
        Just(b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..80),
        proptest::collection::vec(b'0'..=b'9', 0..60),
        Just(vec![b'x'; 3000]),
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
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
        let names = names(scheme);
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
