//! Verification allocates nothing, whatever the request; streaming allocates once, whatever its size.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use hooksig::http::{HeaderMap, HeaderName, HeaderValue};
use hooksig::{Encoding, Field, Key, Part, Parts, Scheme, SecretForm, UnixTime, Verifier, providers};
use support::sender;
use support::signed::{quiet_verifier, signed};

const NOW: UnixTime = UnixTime::from_secs(1_763_700_000);

/// The schemes of the promise: a MAC, and a body that is not read again.
fn schemes() -> impl Iterator<Item = hooksig::Scheme<'static>> {
    let all = support::schemes::all().into_iter();
    all.filter(|scheme| !scheme.algorithm().is_public_key())
}

/// How often `work` allocated, and its result.
fn allocations<T>(work: impl FnOnce() -> T) -> (u64, T) {
    let mut result = None;
    let info = allocation_counter::measure(|| result = Some(work()));
    (info.count_total, result.unwrap())
}

#[test]
fn the_allocator_counts() {
    assert_eq!(allocations(|| std::hint::black_box(Box::new(1))).0, 1);
}

#[test]
fn accepting_allocates_nothing() {
    for scheme in schemes() {
        let verifier = sender::verifier(&scheme);
        for size in [0, 1, 4096, 1 << 20] {
            let body = vec![b'x'; size];
            let (message, headers) = sender::genuine(&scheme, &body, NOW);
            let (parts, body) = (message.parts(&headers).unwrap(), message.body.as_slice());
            let (count, verified) = allocations(|| verifier.verify_at(parts, body, NOW).is_ok());
            assert!(verified, "{}", scheme.name());
            assert_eq!(count, 0, "{} at {size} bytes", scheme.name());
        }
    }
}

#[test]
fn refusing_allocates_nothing() {
    for scheme in schemes() {
        let verifier = sender::verifier(&scheme);
        let (message, genuine) = sender::genuine(&scheme, b"{}", NOW);
        for headers in mutations(&genuine) {
            for now in [NOW, UnixTime::from_secs(0), UnixTime::from_secs(u64::MAX)] {
                let parts = message.parts(&headers).unwrap();
                let (count, _) = allocations(|| verifier.verify_at(parts, b"{ }", now).is_ok());
                assert_eq!(count, 0, "{}: {headers:?}", scheme.name());
                let (count, _) =
                    allocations(|| verifier.verify_at(Parts::new(&headers), b"{ }", now).is_ok());
                assert_eq!(count, 0, "{}: {headers:?}", scheme.name());
            }
        }
    }
}

/// The genuine headers, with each one missing, repeated, garbled, long, or a long list.
fn mutations(genuine: &HeaderMap) -> Vec<HeaderMap> {
    let mut all = vec![genuine.clone(), HeaderMap::new()];
    let values =
        ["", "\u{e4}", &"x".repeat(8192), &"v1=00,".repeat(300), &"v1, ".repeat(500), &"0".repeat(64)];
    for name in genuine.keys() {
        let mut missing = genuine.clone();
        missing.remove(name);
        let mut repeated = genuine.clone();
        repeated.append(name, genuine[name].clone());
        all.extend([missing, repeated]);
        all.extend(values.iter().map(|value| {
            let mut garbled = genuine.clone();
            garbled.insert(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
            garbled
        }));
    }
    all
}

#[test]
fn streaming_allocates_once() {
    for scheme in schemes() {
        let verifier = sender::verifier(&scheme);
        let body = vec![b'x'; 1 << 16];
        let (message, headers) = sender::genuine(&scheme, &body, NOW);
        let (parts, body) = (message.parts(&headers).unwrap(), &message.body);
        let (count, verified) = allocations(|| {
            let mut pending = verifier.begin_at(parts, NOW).unwrap();
            body.chunks(1000).for_each(|chunk| pending.update(chunk));
            pending.finish().is_ok()
        });
        assert!(verified, "{}", scheme.name());
        // A scheme that reads the body afterwards keeps it, in a buffer that grows with it.
        let expected = if scheme.streams() { 1..=1 } else { 2..=20 };
        assert!(expected.contains(&count), "{}: {count}", scheme.name());
    }
}

/// Whatever the mechanism: what the headers refuse costs no memory that the sender could choose. Where the
/// signature stands in the body, the body has to be read, up to the verifier's limit.
#[test]
fn a_refusal_does_not_grow_with_the_request() {
    let mut tried = 0;
    for scheme in providers::ALL.iter().filter(|scheme| !scheme.signature().header().is_empty()) {
        let verifier = quiet_verifier(scheme);
        let genuine = signed(scheme, NOW);
        let signature = support::sender::signature_header(scheme);
        let cost = |size: usize, headers: &HeaderMap, now: UnixTime| {
            let (body, target) = (vec![b'x'; size], format!("/in?tenant=1&x={}", "x".repeat(size)));
            let parts = Parts::new(headers).method("POST").target(&target);
            let mut verdict = None;
            let info = allocation_counter::measure(|| {
                verdict = Some(verifier.verify_at(parts, body.as_slice(), now).is_ok());
            });
            (verdict.unwrap(), info.bytes_total)
        };
        let of = |size: usize| {
            let long = HeaderValue::from_bytes(&vec![b'0'; size]).unwrap();
            let (mut unsigned, mut garbled) = (genuine.headers().clone(), genuine.headers().clone());
            unsigned.remove(signature.as_str());
            unsigned.insert("x-other", long.clone());
            garbled.insert(HeaderName::from_bytes(signature.as_bytes()).unwrap(), long);
            let mut refused = vec![cost(size, &unsigned, NOW), cost(size, &garbled, NOW)];
            if scheme.timestamp().is_some() {
                refused.push(cost(size, genuine.headers(), UnixTime::from_secs(1_863_700_000)));
            }
            refused
        };
        let (small, large) = (of(10_000), of(1_000_000));
        assert_eq!(small, large, "{}", scheme.name());
        assert!(
            large.iter().all(|(accepted, bytes)| !accepted && *bytes < 4096),
            "{}: {large:?}",
            scheme.name()
        );
        tried += 1;
    }
    assert!(tried > 100, "{tried}");
}

/// A public key wants its message in one piece. Nobody makes one for a key that is not there.
#[test]
fn a_message_for_no_key_is_not_put_together() {
    const NAMED: Scheme<'static> = Scheme::ed25519("named")
        .signature(Field::whole("x-signature"), Encoding::Hex)
        .key_id(Field::whole("x-key"))
        .secret(&[SecretForm::Hex])
        .signs(&[Part::Body]);
    let key = Key::public("default", sender::public_key(&NAMED)).id("known");
    let verifier = Verifier::builder(NAMED).with_key(key).build().unwrap();
    let bytes = |id: &str, size: usize| {
        let (headers, body) =
            ([("x-signature", "0".repeat(128)), ("x-key", id.to_owned())], vec![b'x'; size]);
        let mut refusal = None;
        let info = allocation_counter::measure(|| {
            refusal = verifier.verify_at(&headers, body.as_slice(), NOW).err();
        });
        (refusal.unwrap().reason(), info.bytes_total)
    };
    assert_eq!(bytes("unknown", 1_000_000), ("unknown_key_id", 0));
    // That of a known one is: so the measure sees it.
    assert!(bytes("known", 1_000_000).1 >= 1_000_000);
}
