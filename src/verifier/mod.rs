//! The pipeline: read, check freshness, one MAC pass for each key, compare.

mod builder;
mod self_test;
mod settle;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use builder::Builder;
pub(crate) use settle::{Opened, Settled};

use crate::body_time::body_timestamp;
use crate::coverage::Coverage;
use crate::error::{ConfigError, ErrorKind, VerifyError};
use crate::key_ring::{Choice, Key, KeyMaterial, KeyRing};
use crate::mac::{Comparison, ContentHash, Matched};
use crate::pending::Pending;
use crate::public_key::PublicKey;
use crate::request::Parts;
use crate::scheme::{Candidates, Claims, Plan, Scheme};
use crate::secret::Secret;
use crate::time::{Freshness, Stamp, UnixTime};
use crate::verified::{MessageId, Origin, Statement, Verified};

/// Verifies the requests of one provider with one set of keys.
///
/// Parses the secret and prepares everything once; cloning is cheap, and clones share the keys. It
/// goes into application state, maps and layers as it is. A verifier cannot sign and does not give
/// its secret out.
///
/// ```
/// use hooksig::{Secret, UnixTime, Verifier, providers};
///
/// let verifier = Verifier::new(providers::RETELL, Secret::new("key_d5f1c2a9b3e84c7f9a0b1c2d3e4f"))?;
/// let now = UnixTime::from_secs(1_763_700_000);
///
/// let signature = "v=1763700000000,d=3f0276f7df41aac995a168acf0ad50c285a2aad2787fa6e3c44f290159ae9c59";
/// let headers = [("x-retell-signature", signature)];
/// let event = verifier.verify_at(&headers, &b""[..], now).unwrap();
/// assert_eq!(event.timestamp(), Some(now));
///
/// // The same request an hour later is a replay.
/// let later = UnixTime::from_secs(1_763_703_600);
/// let refusal = verifier.verify_at(&headers, &b""[..], later).unwrap_err();
/// assert_eq!(refusal.reason(), "stale");
/// # Ok::<(), hooksig::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Verifier {
    setup: Arc<Setup>,
}

/// What a verifier was set up with; shared by its clones and never written again.
pub(crate) struct Setup {
    pub(crate) plan: Plan,
    pub(crate) ring: KeyRing,
    /// The limits on the timestamp; none for an untimed scheme, or when they are ignored.
    freshness: Option<Freshness>,
    /// How far the clocks may differ where a token says from when and until when it is valid.
    leeway: Option<Duration>,
    origin: Origin,
    replay_keys: bool,
    max_body: usize,
    explanation: String,
}

impl Verifier {
    /// A verifier with one key, labelled `"default"`, and the scheme's own limits.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when the secret is blank or cannot be read as the scheme prescribes, or when
    /// the scheme signs the URL: then use the [builder](Self::builder) and say what it is.
    pub fn new(scheme: Scheme<'_>, secret: Secret) -> Result<Self, ConfigError> {
        Self::builder(scheme).key("default", secret).build()
    }

    /// A verifier with one public key, labelled `"default"`, and the scheme's own limits.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when the key is malformed or weak, or when the scheme has no public keys.
    pub fn with_public_key(scheme: Scheme<'_>, key: PublicKey) -> Result<Self, ConfigError> {
        Self::builder(scheme).public_key("default", key).build()
    }

    /// A verifier with several keys, other limits, a public URL or a label.
    pub fn builder(scheme: Scheme<'_>) -> Builder<'_> {
        Builder::new(scheme)
    }

    /// Verifies a request that just came in.
    ///
    /// `parts` is a reference to the headers, or to an [`http::Request`] or its parts; `body` is
    /// the raw body, before anything has parsed it.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] with the reason for which the request is refused. The body comes back with a
    /// valid signature only.
    pub fn verify<'r, B: AsRef<[u8]>>(
        &self,
        parts: impl Into<Parts<'r>>,
        body: B,
    ) -> Result<Verified<B>, VerifyError> {
        self.verify_with(&parts.into(), body, UnixTime::now)
    }

    /// Verifies a request that came in at `now`, without a look at any clock: for tests, for queues
    /// (pass the time of receipt), and where there is no clock.
    ///
    /// # Errors
    ///
    /// As [`verify`](Self::verify).
    pub fn verify_at<'r, B: AsRef<[u8]>>(
        &self,
        parts: impl Into<Parts<'r>>,
        body: B,
        now: UnixTime,
    ) -> Result<Verified<B>, VerifyError> {
        self.verify_with(&parts.into(), body, || now)
    }

    /// Reads the headers of a request that just came in; its body follows chunk by chunk.
    ///
    /// A request that is unsigned, malformed or stale is refused here, before its body is read.
    ///
    /// # Errors
    ///
    /// As [`verify`](Self::verify), except for a mismatch.
    pub fn begin<'r>(&self, parts: impl Into<Parts<'r>>) -> Result<Pending, VerifyError> {
        self.begin_with(&parts.into(), UnixTime::now)
    }

    /// As [`begin`](Self::begin), for a request that came in at `now`, without a look at any clock.
    ///
    /// # Errors
    ///
    /// As [`begin`](Self::begin).
    pub fn begin_at<'r>(&self, parts: impl Into<Parts<'r>>, now: UnixTime) -> Result<Pending, VerifyError> {
        self.begin_with(&parts.into(), || now)
    }

    fn verify_with<B: AsRef<[u8]>>(
        &self,
        parts: &Parts<'_>,
        body: B,
        clock: impl FnOnce() -> UnixTime,
    ) -> Result<Verified<B>, VerifyError> {
        let setup = &*self.setup;
        if let Some(rules) = setup.plan.rules {
            let settled = setup.settle(setup.open(rules, parts, clock)?, body.as_ref())?;
            return Ok(Verified::settled(settled, body));
        }
        let mut claims = Claims::new();
        let choice = setup.read(parts, clock, &mut claims)?;
        let signed_body = if setup.signs_body() { body.as_ref() } else { &[] };
        let matched = setup.compare(&claims, choice, signed_body).ok_or(ErrorKind::Mismatch)?;
        let key = setup.ring.chosen(choice).nth(matched.key()).ok_or(ErrorKind::Mismatch)?;
        let mut statement = setup.statement(&claims);
        setup.read_body(&mut statement, signed_body, choice.now)?;
        let content = setup.start_content_hash().map(|mut hash| {
            claims.before().iter().for_each(|piece| hash.update(piece));
            hash.update(signed_body);
            claims.after().iter().for_each(|piece| hash.update(piece));
            hash.finish()
        });
        Ok(Verified::new(matched, key.label, statement, content, body))
    }

    fn begin_with(
        &self,
        parts: &Parts<'_>,
        clock: impl FnOnce() -> UnixTime,
    ) -> Result<Pending, VerifyError> {
        if let Some(rules) = self.setup.plan.rules {
            return Ok(Pending::opened(&self.setup, self.setup.open(rules, parts, clock)?));
        }
        let mut claims = Claims::new();
        let choice = self.setup.read(parts, clock, &mut claims)?;
        Ok(Pending::new(&self.setup, &claims, choice)?)
    }

    /// The scheme's name.
    #[must_use]
    pub fn scheme_name(&self) -> &str {
        &self.setup.plan.name
    }

    /// What a proof of this verifier covers.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        self.setup.plan.coverage
    }

    /// Whether the body is hashed as it arrives, so that nothing is kept for verification. Otherwise
    /// [`begin`](Self::begin) leads to a verification that keeps the body, up to
    /// [`Builder::max_body`].
    #[must_use]
    pub fn streams(&self) -> bool {
        self.setup.kept_body().is_none()
    }

    /// The rules of this verifier in words: its scheme's, and what the builder changed.
    #[must_use]
    pub fn explain(&self) -> String {
        self.setup.explanation.clone()
    }

    /// Checks at start-up that requests can be verified now, so that a mistake fails the deployment
    /// and not the first call: signs a probe with each active key and verifies it, streamed and at
    /// once. A retiring key whose window has ended is no failure, so that a restart after it is none. Where
    /// there is nothing to sign a probe with (tokens, public keys, schemes of another
    /// [kind](Scheme::kind) than [`Kind::Affix`](crate::Kind::Affix)), only the keys' windows are checked.
    ///
    /// # Errors
    ///
    /// [`ConfigError::SelfTest`] when no key is active, or when a probe is refused.
    pub fn self_test(&self) -> Result<(), ConfigError> {
        self.self_test_at(UnixTime::now())
    }

    /// As [`self_test`](Self::self_test), for the moment `now`, without a look at any clock.
    ///
    /// # Errors
    ///
    /// As [`self_test`](Self::self_test).
    pub fn self_test_at(&self, now: UnixTime) -> Result<(), ConfigError> {
        self_test::run(self, now)
    }
}

impl Setup {
    /// Everything that comes before hashing. Reads the clock after the headers, and only if it
    /// matters; says which keys to compare with.
    fn read<'r>(
        &'r self,
        parts: &Parts<'r>,
        clock: impl FnOnce() -> UnixTime,
        claims: &mut Claims<'r>,
    ) -> Result<Choice<'r>, ErrorKind> {
        claims.read(&self.plan, parts)?;
        let choice = Choice { now: self.needs_time().then(clock), id: claims.key_id };
        if let Some(stamp) = claims.stamp {
            self.check_freshness(stamp, choice.now)?;
        }
        self.ring.check(choice)?;
        Ok(choice)
    }

    fn needs_time(&self) -> bool {
        self.freshness.is_some() || self.leeway.is_some() || self.ring.is_timed()
    }

    /// One MAC pass over the content for each key, and one verification for each public key.
    fn compare(&self, claims: &Claims<'_>, choice: Choice<'_>, body: &[u8]) -> Option<Matched> {
        if self.plan.algorithm.is_public_key() {
            let message = [claims.before().concat().as_slice(), body, &claims.after().concat()].concat();
            return self.compare_public(&claims.candidates, choice, &message);
        }
        let mut comparison = Comparison::new(self.plan.algorithm);
        for key in self.ring.chosen(choice).filter_map(Key::mac) {
            let mut mac = key.start();
            mac.update_all(claims.before());
            mac.update(body);
            mac.update_all(claims.after());
            comparison.take(&mac.finish(), claims.candidates.iter());
        }
        comparison.verdict()
    }

    /// Verifies every signature with every public key.
    pub(crate) fn compare_public(
        &self,
        candidates: &Candidates,
        choice: Choice<'_>,
        message: &[u8],
    ) -> Option<Matched> {
        let mut comparison = Comparison::new(self.plan.algorithm);
        for key in self.ring.chosen(choice) {
            if let KeyMaterial::Public(key) = &key.material {
                comparison.take_public(candidates.iter().any(|signature| key.verifies(message, signature)));
            }
        }
        comparison.verdict()
    }

    /// What only a body whose signature has matched can say: its timestamp, where it has one.
    pub(crate) fn read_body(
        &self,
        statement: &mut Statement,
        body: &[u8],
        now: Option<UnixTime>,
    ) -> Result<(), ErrorKind> {
        if let Some((key, unit)) = &self.plan.json_timestamp {
            let stamp = body_timestamp(body, key, *unit)?;
            self.check_freshness(stamp, now)?;
            statement.timestamp = Some(stamp.time);
        }
        Ok(())
    }

    fn check_freshness(&self, stamp: Stamp, now: Option<UnixTime>) -> Result<(), ErrorKind> {
        match (self.freshness, now) {
            (Some(freshness), Some(now)) => freshness.check(stamp, now),
            _ => Ok(()),
        }
    }

    /// How much of a body a streaming verification keeps: nothing, where it can be hashed and
    /// forgotten.
    pub(crate) fn kept_body(&self) -> Option<usize> {
        (!self.plan.streams).then_some(self.max_body)
    }

    pub(crate) fn signs_body(&self) -> bool {
        self.plan.coverage.body()
    }

    pub(crate) fn statement(&self, claims: &Claims<'_>) -> Statement {
        Statement {
            timestamp: claims.stamp.map(|stamp| stamp.time),
            message_id: claims.message_id.and_then(MessageId::new),
            ..Statement::of(&self.origin)
        }
    }

    /// A hash of the signed content, if replay keys were asked for and nothing shorter names the
    /// request.
    pub(crate) fn start_content_hash(&self) -> Option<ContentHash> {
        let asked = self.replay_keys && !self.plan.coverage.message_id();
        asked.then(ContentHash::default)
    }
}

/// Shows the scheme and the labels of the keys.
impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let labels: Vec<_> = self.setup.ring.keys().iter().map(|key| key.label).collect();
        f.debug_struct("Verifier")
            .field("scheme", &self.scheme_name())
            .field("keys", &labels)
            .finish_non_exhaustive()
    }
}
