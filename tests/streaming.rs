//! One reading, two endings: the verdict of a request does not depend on how its body arrives.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use hooksig::{Kind, Parts, UnixTime, Verified, Verifier, VerifyError};
use proptest::prelude::*;
use support::{Vector, sender};

/// What two proofs of one request have in common: everything but the body.
fn said<B>(verdict: Result<Verified<B>, VerifyError>) -> Result<String, VerifyError> {
    verdict.map(|proof| format!("{:?} {:?}", proof.replay_key(), proof.split().1))
}

fn streamed<'c>(
    verifier: &Verifier,
    parts: Parts<'_>,
    now: UnixTime,
    chunks: impl Iterator<Item = &'c [u8]>,
) -> Result<Verified<()>, VerifyError> {
    let mut pending = verifier.begin_at(parts, now)?;
    chunks.for_each(|chunk| pending.update_buf(chunk));
    pending.finish()
}

fn for_every_vector(mut then: impl FnMut(&Vector, &Verifier)) {
    let mut checked = 0;
    for file in support::own_vectors() {
        file.with_scheme(|scheme| {
            let scheme = scheme.unwrap();
            for vector in &file.vectors {
                let Ok(verifier) = vector.verifier(&scheme) else {
                    continue;
                };
                then(vector, &verifier);
                checked += 1;
            }
        });
    }
    assert!(checked > 200);
}

#[test]
fn every_vector_at_fixed_chunk_sizes() {
    for_every_vector(|vector, verifier| {
        let Some(headers) = vector.header_map() else {
            return;
        };
        let at_once = said(verifier.verify_at(vector.parts(&headers), &vector.body, vector.now));
        for size in [1, 3, 64, 1000, usize::MAX] {
            let chunks = vector.body.chunks(size);
            let verdict = said(streamed(verifier, vector.parts(&headers), vector.now, chunks));
            assert_eq!(verdict, at_once, "{} in chunks of {size}", vector.id);
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn every_vector_at_any_chunking(cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..12)) {
        for_every_vector(|vector, verifier| {
            let Some(headers) = vector.header_map() else {
                return;
            };
            let at_once = said(verifier.verify_at(vector.parts(&headers), &vector.body, vector.now));
            let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(vector.body.len() + 1)).collect();
            cuts.sort_unstable();
            cuts.push(vector.body.len());
            let starts = std::iter::once(0).chain(cuts.iter().copied());
            let chunks = starts.zip(&cuts).map(|(start, end)| &vector.body[start..*end]);
            assert_eq!(said(streamed(verifier, vector.parts(&headers), vector.now, chunks)), at_once, "{}", vector.id);
        });
    }
}

#[test]
fn replay_keys_agree_and_name_the_signed_content() {
    let now = UnixTime::from_secs(1_763_700_000);
    // A token tells no delivery from another, and so it has none.
    for scheme in support::schemes::all().into_iter().filter(|scheme| scheme.kind() != Kind::Token) {
        let key = |label: &str, body: &[u8], time: UnixTime| {
            let builder = support::sender::builder(&scheme).label(label);
            let verifier = builder.replay_keys().build().unwrap();
            let (message, headers) = support::sender::genuine(&scheme, body, time);
            let (parts, body) = (message.parts(&headers).unwrap(), message.body.as_slice());
            let at_once = verifier.verify_at(parts, body, now).unwrap().replay_key().unwrap();
            let streamed = streamed(&verifier, parts, now, body.chunks(2)).unwrap().replay_key().unwrap();
            assert_eq!(at_once, streamed, "{}", scheme.name());
            at_once
        };
        let first = key("a", b"{}", now);
        assert_eq!(first, key("a", b"{}", now), "{}", scheme.name());
        assert_ne!(first, key("b", b"{}", now), "{}", scheme.name());
        let coverage = scheme.coverage();
        // With a signed id the id alone names the request; without one, every signed byte does.
        let by_content = coverage.body() && !coverage.message_id();
        assert_eq!(first != key("a", b"{ }", now), by_content, "{}", scheme.name());
    }
}

#[test]
fn a_buffer_in_pieces_is_read_to_its_end() {
    use bytes::Buf as _;
    const NOW: UnixTime = UnixTime::from_secs(1_763_700_000);
    let (message, headers) = sender::genuine(&hooksig::providers::GITHUB, b"one two three", NOW);
    let verifier = sender::verifier(&hooksig::providers::GITHUB);
    let (one, rest) = message.body.split_at(4);
    let (two, three) = rest.split_at(4);
    let mut pending = verifier.begin_at(&headers, NOW).unwrap();
    pending.update_buf(one.chain(two).chain(three));
    assert!(pending.finish().is_ok());
    let mut pending = verifier.begin_at(&headers, NOW).unwrap();
    pending.update_buf(one.chain(three));
    assert!(pending.finish().is_err());
}
