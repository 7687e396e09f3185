//! The verdict on a request, and what holds for every verdict.

use std::fmt::{self, Write};
use std::sync::OnceLock;

use hooksig::{ErrorKind, Parts, UnixTime, Verified, Verifier, VerifyError};

/// Verifies a request as a whole and in chunks of these sizes, which has to come to the same.
pub fn verdict(
    verifier: &Verifier,
    parts: Parts<'_>,
    body: &[u8],
    now: UnixTime,
    chunks: [u8; 2],
) -> Result<Verified<()>, VerifyError> {
    let whole = verifier.verify_at(parts, body, now).map(|proof| proof.split().1);
    let streamed = verifier.begin_at(parts, now).and_then(|mut pending| {
        let (mut rest, mut turn) = (body, 0);
        while !rest.is_empty() {
            // From nothing at all to a few blocks of any hash.
            let size = usize::from(chunks[turn % 2]).min(rest.len());
            let (chunk, behind) = rest.split_at(if turn > 64 { rest.len() } else { size });
            pending.update(chunk);
            (rest, turn) = (behind, turn + 1);
        }
        pending.finish()
    });
    match (&whole, &streamed) {
        (Ok(whole), Ok(streamed)) => assert!(same(whole, streamed), "two proofs of one request differ"),
        (Err(whole), Err(streamed)) => assert_eq!(whole, streamed, "the refusals differ"),
        (whole, streamed) => panic!("at once {:?}, streamed {:?}", whole.is_ok(), streamed.is_ok()),
    }
    if let Err(refusal) = &whole {
        check_text(refusal);
    }
    whole
}

fn same(one: &Verified<()>, other: &Verified<()>) -> bool {
    let said =
        |proof: &Verified<()>| (proof.timestamp(), proof.replay_key(), proof.coverage(), proof.valid_for());
    said(one) == said(other) && one.message_id() == other.message_id() && one.key() == other.key()
}

/// What a refusal prints is one of a closed list of texts, so nothing that came with the request.
fn check_text(refusal: &VerifyError) {
    static TEXTS: OnceLock<Vec<[String; 3]>> = OnceLock::new();
    let texts = TEXTS.get_or_init(|| {
        let texts = |kind: &ErrorKind| {
            let debug = format!("VerifyError {{ kind: {kind:?} }}");
            [format!("webhook refused: {kind}"), debug, kind.reason().to_owned()]
        };
        ErrorKind::ALL.iter().map(texts).collect()
    });
    let known = texts.iter().any(|[display, debug, reason]| {
        says(format_args!("{refusal}"), display)
            && says(format_args!("{refusal:?}"), debug)
            && refusal.reason() == reason
    });
    assert!(known, "a refusal says what is not in the list");
}

/// Whether this prints exactly that text; without a copy.
pub fn says(printed: fmt::Arguments<'_>, text: &str) -> bool {
    struct Rest<'t>(&'t str);
    impl Write for Rest<'_> {
        fn write_str(&mut self, piece: &str) -> fmt::Result {
            self.0 = self.0.strip_prefix(piece).ok_or(fmt::Error)?;
            Ok(())
        }
    }
    let mut rest = Rest(text);
    rest.write_fmt(printed).is_ok() && rest.0.is_empty()
}
