//! One string of signed bytes has one reading: of all ways to split it into body, timestamp, id,
//! headers, method and URL, exactly one is accepted.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use hooksig::{Part, Scheme, UnixTime};
use proptest::prelude::*;
use support::sender::{self, Message};

const NOW: UnixTime = UnixTime::from_secs(1_763_700_000);

/// All ways to read `content` as the scheme's parts, whatever the texts may be.
fn splits(scheme: &Scheme<'_>, content: &[u8], original: &Message) -> Vec<Message> {
    let mut found = Vec::new();
    let mut blank = original.clone();
    blank.headers.clear();
    split(scheme.parts(), content, blank, &mut found);
    found
}

fn split(parts: &[Part<'_>], rest: &[u8], message: Message, found: &mut Vec<Message>) {
    let Some((part, parts)) = parts.split_first() else {
        if rest.is_empty() {
            found.push(message);
        }
        return;
    };
    let base = sender::URL.split("/in").next().unwrap().as_bytes();
    if let Part::Literal(text) = part {
        if let Some(rest) = rest.strip_prefix(text.as_bytes()) {
            split(parts, rest, message, found);
        }
        return;
    }
    for end in 0..=rest.len() {
        let (value, rest) = rest.split_at(end);
        let mut message = message.clone();
        match part {
            Part::Body => message.body = value.to_vec(),
            Part::Timestamp => message.timestamp = value.to_vec(),
            Part::MessageId => message.id = value.to_vec(),
            Part::Header(_) => message.headers.push(value.to_vec()),
            Part::Method => message.method = value.to_vec(),
            Part::Url | Part::UrlWithoutQuery => match value.strip_prefix(base) {
                Some(target) => message.target = target.to_vec(),
                None => continue,
            },
            other => panic!("{other:?}"),
        }
        split(parts, rest, message, found);
    }
}

fn accepted(scheme: &Scheme<'_>, message: &Message, tag: &[u8]) -> bool {
    let verifier = sender::verifier(scheme);
    let Some(headers) = message.headers(scheme, tag) else {
        return false;
    };
    let Some(parts) = message.parts(&headers) else {
        return false;
    };
    verifier.verify_at(parts, &message.body, NOW).is_ok()
}

/// Tries every other reading of a genuine request's bytes, and says how many there were.
fn check(scheme: &Scheme<'_>, body: &[u8]) -> usize {
    let message = Message::new(scheme, body, NOW);
    let content = message.content(scheme);
    let tag = sender::tag(scheme, &content);
    assert!(accepted(scheme, &message, &tag), "{}: the genuine reading is refused", scheme.name());
    let mut others: Vec<_> = splits(scheme, &content, &message);
    // A target that is signed without its query may carry any.
    others.retain(|other| *other != message && other.content(scheme) == content);
    others.retain(|other| {
        (&other.body, &other.timestamp, &other.id, &other.headers, &other.method)
            != (&message.body, &message.timestamp, &message.id, &message.headers, &message.method)
    });
    for other in &others {
        assert!(!accepted(scheme, other, &tag), "{}: also read as {other:?}", scheme.name());
    }
    others.len()
}

#[test]
fn bodies_that_look_like_what_stands_beside_them() {
    let bodies: &[&[u8]] = &[
        b"",
        b".",
        b"1",
        b"0",
        b"-",
        b"--",
        b"|",
        b"a.1763700000.b",
        b"17637000001763700000000",
        b"2025-11-21T04:40:00Z",
        b"2025-11-21T04:40:00Z2025-11-21T04:40:00.5Z",
        b"--x--1763700000--",
        b":",
        b"00",
        b"https://hooks.example.com/in?tenant=1",
        b"|POST|https://hooks.example.com|",
        b"\r\n",
        b"9",
    ];
    for scheme in support::schemes::all() {
        let tried: usize = bodies.iter().map(|body| check(&scheme, body)).sum();
        let parts = scheme.parts().iter().filter(|part| !matches!(part, Part::Literal(_)));
        assert!(tried > 0 || parts.count() <= 1, "{}: no other reading was tried", scheme.name());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_body_has_one_reading(
        body in proptest::collection::vec(prop_oneof![any::<u8>(), Just(b'.'), Just(b'-'), Just(b'1'), Just(b':')], 0..24),
        index in any::<prop::sample::Index>(),
    ) {
        let schemes = support::schemes::all();
        check(index.get(&schemes), &body);
    }
}
