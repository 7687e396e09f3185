//! A verification whose body is still arriving.

use std::fmt;
use std::sync::Arc;

use bytes::Buf;

use crate::error::{ErrorKind, VerifyError};
use crate::key_ring::{Choice, Keys};
use crate::mac::{Comparison, ContentHash, MAX_KEYS, Mac, MacKey, Matched};
use crate::scheme::{Candidates, Claims, MAX_SUFFIX};
use crate::time::{Stamp, UnixTime};
use crate::verified::{MessageId, Proof, Verified};
use crate::verifier::{Decision, Opened, Setup};

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
    /// What the observer is told in the end, if there is one.
    decision: Option<Decision>,
    length: usize,
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

/// What the headers claimed and the proof will repeat.
struct Claimed {
    stamp: Option<Stamp>,
    message_id: Option<MessageId>,
}

struct State {
    setup: Arc<Setup>,
    /// The keys that there were when the request came in.
    keys: Arc<Keys>,
    /// One running computation for each active key, at the key's index.
    macs: [Option<Mac>; MAX_KEYS],
    candidates: Candidates,
    content: Option<ContentHash>,
    suffix: [u8; MAX_SUFFIX],
    suffix_len: usize,
    claims: Claimed,
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
        keys: Arc<Keys>,
        claims: &Claims<'_>,
        choice: Choice<'_>,
        decision: Option<Decision>,
    ) -> Result<Self, ErrorKind> {
        let mut macs = [const { None }; MAX_KEYS];
        for (key, place) in keys.keys().iter().zip(&mut macs) {
            *place = key.mac().filter(|_| choice.includes(key)).map(MacKey::start);
        }
        let mut state = Box::new(State {
            setup: Arc::clone(setup),
            keys,
            macs,
            candidates: claims.candidates.clone(),
            content: setup.names_content().then(ContentHash::default),
            suffix: [0; MAX_SUFFIX],
            suffix_len: 0,
            claims: Claimed {
                stamp: claims.stamp,
                message_id: claims.message_id.and_then(MessageId::of_utf8),
            },
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
        Ok(Self { stage: Stage::Affix(state), decision, length: 0 })
    }

    pub(crate) fn opened(setup: &Arc<Setup>, opened: Opened, decision: Option<Decision>) -> Self {
        let whole = Whole { setup: Arc::clone(setup), opened, body: Vec::new(), too_large: false };
        Self { stage: Stage::Mechanism(Box::new(whole)), decision, length: 0 }
    }

    /// Takes the next chunk of the body.
    pub fn update(&mut self, chunk: &[u8]) {
        self.length = self.length.saturating_add(chunk.len());
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
    ///
    /// ```
    /// use bytes::Buf;
    /// use hooksig::{Secret, UnixTime, Verifier, providers};
    ///
    /// let verifier = Verifier::new(providers::GITHUB, Secret::new("It's a Secret to Everybody"))?;
    /// let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    /// let headers = [("x-hub-signature-256", signature)];
    /// let now = UnixTime::from_secs(1_763_700_000);
    ///
    /// let mut pending = verifier.begin_at(&headers, now).unwrap();
    /// pending.update_buf((&b"Hello, "[..]).chain(&b"World!"[..]));
    /// assert!(pending.finish().is_ok());
    /// # Ok::<(), hooksig::ConfigError>(())
    /// ```
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
        self.conclude(|verdict| verdict)
    }

    /// As [`finish`](Self::finish), for a request of a tenant that nobody knows, so that it takes the same time: does all the
    /// work, and then refuses as [`ErrorKind::UnknownKeyId`] what a decoy's key has signed. The observer is told that.
    ///
    /// ```
    /// use hooksig::{Secret, UnixTime, Verifier, providers};
    ///
    /// let decoy = Verifier::new(providers::GITHUB, Secret::new("It's a Secret to Everybody"))?;
    /// let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    /// let headers = [("x-hub-signature-256", signature)];
    /// let mut pending = decoy.begin_at(&headers, UnixTime::from_secs(1_763_700_000)).unwrap();
    /// pending.update(b"Hello, World!");
    /// assert_eq!(pending.finish_as_decoy().reason(), "unknown_key_id");
    /// # Ok::<(), hooksig::ConfigError>(())
    /// ```
    #[must_use]
    pub fn finish_as_decoy(self) -> VerifyError {
        let reason = ErrorKind::UnknownKeyId;
        let refused = self.conclude(|verdict| verdict.and(Err(reason.into())));
        refused.err().unwrap_or_else(|| reason.into())
    }

    fn conclude(
        self,
        judge: impl FnOnce(Result<Verified<()>, VerifyError>) -> Result<Verified<()>, VerifyError>,
    ) -> Result<Verified<()>, VerifyError> {
        let setup = Arc::clone(self.setup());
        let mut verified = judge(match self.stage {
            Stage::Affix(state) => state.finish(),
            Stage::Mechanism(whole) => whole.finish(),
        });
        if let (Some(reporter), Some(decision)) = (&setup.reporter, &self.decision) {
            reporter.report(&setup, decision, self.length, &mut verified);
        }
        verified
    }

    /// Gives up on a request for a reason that lies in its body: one that is too long for its receiver,
    /// say, or that ended early. The observer is told.
    ///
    /// ```
    /// use hooksig::{ErrorKind, Secret, UnixTime, Verifier, providers};
    ///
    /// let verifier = Verifier::new(providers::GITHUB, Secret::new("test-secret"))?;
    /// let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    /// let headers = [("x-hub-signature-256", signature)];
    /// let pending = verifier.begin_at(&headers, UnixTime::from_secs(1_763_700_000)).unwrap();
    /// let refusal = pending.refuse(ErrorKind::BodyTooLarge);
    /// assert_eq!(refusal.status().as_u16(), 413);
    /// # Ok::<(), hooksig::ConfigError>(())
    /// ```
    pub fn refuse(self, reason: ErrorKind) -> VerifyError {
        let setup = self.setup();
        if let (Some(reporter), Some(decision)) = (&setup.reporter, &self.decision) {
            reporter.report::<()>(setup, decision, self.length, &mut Err(reason.into()));
        }
        reason.into()
    }

    fn setup(&self) -> &Arc<Setup> {
        match &self.stage {
            Stage::Affix(state) => &state.setup,
            Stage::Mechanism(whole) => &whole.setup,
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
        Ok(Verified::new(self.setup.settle(self.opened, &self.body)?, ()))
    }
}

impl State {
    fn finish(mut self: Box<Self>) -> Result<Verified<()>, VerifyError> {
        if self.too_large {
            return Err(ErrorKind::BodyTooLarge.into());
        }
        let matched = self.compare().ok_or(ErrorKind::Mismatch)?;
        let key = self.keys.accept(&matched)?;
        let body = self.kept.get(self.body_start..).unwrap_or_default();
        let stamp = self.setup.stamp_in(body, self.now)?.or(self.claims.stamp);
        let content = self.content.take();
        let name = self.setup.name_of(body, || {
            let mut hash = content.unwrap_or_default();
            hash.update(self.suffix.get(..self.suffix_len).unwrap_or_default());
            hash
        });
        key.note_match(self.now);
        let message_id = self.claims.message_id.as_ref().map(MessageId::as_bytes);
        let statement = self.setup.statement(stamp, message_id, key, self.now);
        Ok(Verified::new(Proof::new(matched, &self.setup.origin, statement, name), ()))
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

    /// Finishes every computation, or verifies the message that was kept.
    fn compare(&mut self) -> Option<Matched> {
        let suffix = self.suffix.get(..self.suffix_len).unwrap_or_default();
        if self.setup.plan.algorithm.is_public_key() {
            let choice = Choice { now: self.now, id: self.key_id.as_deref() };
            let message = [&self.kept, suffix].concat();
            return self.setup.compare_public(&self.candidates, &self.keys, choice, &message);
        }
        let mut comparison = Comparison::new(self.setup.plan.algorithm);
        for (index, mac) in self.macs.iter_mut().enumerate() {
            if let Some(mut mac) = mac.take() {
                mac.update(suffix);
                comparison.take(index, &mac.finish(), self.candidates.iter());
            }
        }
        comparison.verdict()
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
        f.debug_struct("Pending").field("scheme", &self.setup().plan.name).finish_non_exhaustive()
    }
}
