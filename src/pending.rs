//! A verification whose body is still arriving.

use std::fmt;
use std::sync::Arc;

use bytes::Buf;

use crate::error::{ErrorKind, VerifyError};
use crate::key_ring::Choice;
use crate::mac::{Comparison, ContentHash, MAX_KEYS, Mac};
use crate::scheme::{Candidates, Claims, MAX_SUFFIX};
use crate::time::UnixTime;
use crate::verified::{Statement, Verified};
use crate::verifier::Setup;

/// A request whose headers have been read and found well-formed and fresh, and whose body is hashed
/// as it arrives.
///
/// Made by [`Verifier::begin`](crate::Verifier::begin). Hand it every chunk, in order, and hand
/// nothing on before [`finish`](Self::finish) has given the proof.
///
/// ```
/// use hooksig::{Secret, UnixTime, Verifier, providers};
///
/// let verifier = Verifier::new(providers::GITHUB, Secret::new("It's a Secret to Everybody"))?;
/// let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
/// let headers = [("X-Hub-Signature-256", signature)];
/// let now = UnixTime::from_secs(1_763_700_000);
///
/// let mut pending = verifier.begin_at(&headers, now).unwrap();
/// pending.update(b"Hello, ");
/// pending.update(b"World!");
/// assert!(pending.finish().is_ok());
///
/// // Without a signature there is nothing to wait for.
/// assert_eq!(verifier.begin_at(&[("a", "b")], now).unwrap_err().reason(), "missing_signature");
/// # Ok::<(), hooksig::ConfigError>(())
/// ```
#[must_use = "a pending verification proves nothing until `finish`"]
pub struct Pending {
    // One allocation, whatever the request holds: the state has to outlive the headers.
    state: Box<State>,
}

struct State {
    setup: Arc<Setup>,
    /// One running computation for each active key, at the key's index.
    macs: [Option<Mac>; MAX_KEYS],
    candidates: Candidates,
    content: Option<ContentHash>,
    suffix: [u8; MAX_SUFFIX],
    suffix_len: usize,
    statement: Statement,
    /// The body, for schemes that read it after the signature has matched.
    body: Vec<u8>,
    too_large: bool,
    now: Option<UnixTime>,
}

impl Pending {
    pub(crate) fn new(
        setup: &Arc<Setup>,
        claims: &Claims<'_>,
        choice: Choice<'_>,
    ) -> Result<Self, ErrorKind> {
        let mut macs = [const { None }; MAX_KEYS];
        for (key, place) in setup.ring.keys().iter().zip(&mut macs) {
            *place = choice.includes(key).then(|| key.mac.start());
        }
        let mut state = Box::new(State {
            setup: Arc::clone(setup),
            macs,
            candidates: claims.candidates.clone(),
            content: setup.start_content_hash(),
            suffix: [0; MAX_SUFFIX],
            suffix_len: 0,
            statement: setup.statement(claims),
            body: Vec::new(),
            too_large: false,
            now: choice.now,
        });
        claims.before().iter().for_each(|piece| state.update(piece));
        claims.after().iter().try_for_each(|piece| state.keep(piece))?;
        Ok(Self { state })
    }

    /// Takes the next chunk of the body.
    pub fn update(&mut self, chunk: &[u8]) {
        if self.state.setup.signs_body() {
            self.state.keep_body(chunk);
            self.state.update(chunk);
        }
    }

    /// Takes the next chunk of the body from a buffer such as an HTTP frame's data, which may lie in
    /// several pieces.
    pub fn update_buf(&mut self, mut chunk: impl Buf) {
        while chunk.has_remaining() {
            let piece = chunk.chunk();
            let taken = piece.len();
            self.update(piece);
            chunk.advance(taken);
        }
    }

    /// Compares, when the body is complete.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Mismatch`] when no signature matches any active key. For a scheme that does not
    /// [stream](crate::Scheme::streams) also [`ErrorKind::BodyTooLarge`], and what is wrong with the
    /// timestamp in the body.
    pub fn finish(self) -> Result<Verified<()>, VerifyError> {
        let State {
            setup,
            macs,
            candidates,
            mut content,
            suffix,
            suffix_len,
            mut statement,
            body,
            too_large,
            now,
        } = *self.state;
        if too_large {
            return Err(ErrorKind::BodyTooLarge.into());
        }
        let suffix = suffix.get(..suffix_len).unwrap_or_default();
        if let Some(content) = &mut content {
            content.update(suffix);
        }
        let mut comparison = Comparison::new(setup.plan.algorithm);
        let mut labels = [None; MAX_KEYS];
        let active = setup.ring.keys().iter().zip(macs).filter_map(|(key, mac)| Some((key, mac?)));
        for ((key, mut mac), label) in active.zip(&mut labels) {
            *label = Some(key.label);
            mac.update(suffix);
            comparison.take(&mac.finish(), candidates.iter());
        }
        let matched = comparison.verdict().ok_or(ErrorKind::Mismatch)?;
        let label = labels.get(matched.key()).copied().flatten().ok_or(ErrorKind::Mismatch)?;
        setup.read_body(&mut statement, &body, now)?;
        Ok(Verified::new(matched, label, statement, content.map(ContentHash::finish), ()))
    }
}

impl State {
    fn update(&mut self, bytes: &[u8]) {
        self.macs.iter_mut().flatten().for_each(|mac| mac.update(bytes));
        if let Some(content) = &mut self.content {
            content.update(bytes);
        }
    }

    /// Keeps a chunk of the body, if the scheme has to see it again and the limit allows.
    fn keep_body(&mut self, chunk: &[u8]) {
        let Some(limit) = self.setup.kept_body() else {
            return;
        };
        if limit.saturating_sub(self.body.len()) < chunk.len() {
            self.too_large = true;
        } else if !self.too_large {
            self.body.extend_from_slice(chunk);
        }
    }

    /// Keeps signed text that follows the body.
    fn keep(&mut self, piece: &[u8]) -> Result<(), ErrorKind> {
        let end = self.suffix_len.saturating_add(piece.len());
        let place = self.suffix.get_mut(self.suffix_len..end).ok_or(ErrorKind::HeaderTooLong)?;
        place.copy_from_slice(piece);
        self.suffix_len = end;
        Ok(())
    }
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").field("scheme", &self.state.setup.plan.name).finish_non_exhaustive()
    }
}
