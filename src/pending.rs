//! A verification whose body is still arriving.

use std::fmt;
use std::sync::Arc;

use bytes::Buf;

use crate::error::{ErrorKind, VerifyError};
use crate::key_ring::{Choice, Label};
use crate::mac::{Comparison, ContentHash, MAX_KEYS, Mac, MacKey, Matched};
use crate::scheme::{Candidates, Claims, MAX_SUFFIX};
use crate::time::UnixTime;
use crate::verified::{Statement, Verified};
use crate::verifier::{Opened, Setup};

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
    stage: Stage,
}

enum Stage {
    /// One allocation, whatever the request holds: the state has to outlive the headers.
    Affix(Box<State>),
    Mechanism(Box<Whole>),
}

/// The body of a request whose mechanism has to see the whole of it.
struct Whole {
    setup: Arc<Setup>,
    opened: Opened,
    body: Vec<u8>,
    too_large: bool,
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
    /// The body, for schemes that have to see the whole of it; before it what is signed there, where
    /// the message has to be in one piece.
    kept: Vec<u8>,
    body_start: usize,
    key_id: Option<Box<[u8]>>,
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
            *place = key.mac().filter(|_| choice.includes(key)).map(MacKey::start);
        }
        let mut state = Box::new(State {
            setup: Arc::clone(setup),
            macs,
            candidates: claims.candidates.clone(),
            content: setup.start_content_hash(),
            suffix: [0; MAX_SUFFIX],
            suffix_len: 0,
            statement: setup.statement(claims),
            kept: Vec::new(),
            body_start: 0,
            key_id: setup.kept_body().and(choice.id).map(Box::from),
            too_large: false,
            now: choice.now,
        });
        if setup.plan.algorithm.is_public_key() {
            state.kept = claims.before().concat();
            state.body_start = state.kept.len();
        }
        claims.before().iter().for_each(|piece| state.update(piece));
        claims.after().iter().try_for_each(|piece| state.keep(piece))?;
        Ok(Self { stage: Stage::Affix(state) })
    }

    pub(crate) fn opened(setup: &Arc<Setup>, opened: Opened) -> Self {
        let whole = Whole { setup: Arc::clone(setup), opened, body: Vec::new(), too_large: false };
        Self { stage: Stage::Mechanism(Box::new(whole)) }
    }

    /// Takes the next chunk of the body.
    pub fn update(&mut self, chunk: &[u8]) {
        match &mut self.stage {
            Stage::Affix(state) if state.setup.signs_body() => {
                state.keep_body(chunk);
                state.update(chunk);
            }
            Stage::Affix(_) => {}
            Stage::Mechanism(whole) => whole.keep(chunk),
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
        match self.stage {
            Stage::Affix(state) => state.finish(),
            Stage::Mechanism(whole) => whole.finish(),
        }
    }
}

impl Whole {
    fn keep(&mut self, chunk: &[u8]) {
        let limit = self.setup.kept_body().unwrap_or(0);
        if limit.saturating_sub(self.body.len()) < chunk.len() {
            self.too_large = true;
        } else if !self.too_large {
            self.body.extend_from_slice(chunk);
        }
    }

    fn finish(self) -> Result<Verified<()>, VerifyError> {
        if self.too_large {
            return Err(ErrorKind::BodyTooLarge.into());
        }
        Ok(Verified::settled(self.setup.settle(self.opened, &self.body)?, ()))
    }
}

impl State {
    fn finish(self: Box<Self>) -> Result<Verified<()>, VerifyError> {
        let mut state = *self;
        if state.too_large {
            return Err(ErrorKind::BodyTooLarge.into());
        }
        if let Some(content) = &mut state.content {
            content.update(state.suffix.get(..state.suffix_len).unwrap_or_default());
        }
        let (matched, label) = state.compare().ok_or(ErrorKind::Mismatch)?;
        let body = state.kept.get(state.body_start..).unwrap_or_default();
        state.setup.read_body(&mut state.statement, body, state.now)?;
        let content = state.content.map(ContentHash::finish);
        Ok(Verified::new(matched, label, state.statement, content, ()))
    }

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
        let taken = self.kept.len().saturating_sub(self.body_start);
        if limit.saturating_sub(taken) < chunk.len() {
            self.too_large = true;
        } else if !self.too_large {
            self.kept.extend_from_slice(chunk);
        }
    }

    /// Finishes every computation, or verifies the message that was kept; gives the matching key's
    /// label.
    fn compare(&mut self) -> Option<(Matched, Label)> {
        let suffix = self.suffix.get(..self.suffix_len).unwrap_or_default();
        let choice = Choice { now: self.now, id: self.key_id.as_deref() };
        if self.setup.plan.algorithm.is_public_key() {
            let message = [&self.kept, suffix].concat();
            let matched = self.setup.compare_public(&self.candidates, choice, &message)?;
            let label = self.setup.ring.chosen(choice).nth(matched.key())?.label;
            return Some((matched, label));
        }
        let mut comparison = Comparison::new(self.setup.plan.algorithm);
        let mut labels = [None; MAX_KEYS];
        let active = self.setup.ring.keys().iter().zip(&mut self.macs);
        let active = active.filter_map(|(key, mac)| Some((key, mac.take()?)));
        for ((key, mut mac), label) in active.zip(&mut labels) {
            *label = Some(key.label);
            mac.update(suffix);
            comparison.take(&mac.finish(), self.candidates.iter());
        }
        let matched = comparison.verdict()?;
        let label = labels.get(matched.key()).copied().flatten()?;
        Some((matched, label))
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
        let setup = match &self.stage {
            Stage::Affix(state) => &state.setup,
            Stage::Mechanism(whole) => &whole.setup,
        };
        f.debug_struct("Pending").field("scheme", &setup.plan.name).finish_non_exhaustive()
    }
}
