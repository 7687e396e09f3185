//! The pipeline: read, check freshness, one MAC pass for each key, compare.

mod builder;
mod keys;
mod report;
mod self_test;
mod settle;

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

pub use builder::Builder;
pub use keys::KeyRing;
pub(crate) use report::{Decision, Reporter};
pub(crate) use settle::Opened;

use crate::body_time::body_timestamp;
use crate::coverage::Coverage;
use crate::error::{ConfigError, ErrorKind, VerifyError};
#[cfg(feature = "json")]
use crate::json::Json;
use crate::key_ring::{Choice, KeyMaterial, Keys, PreparedKey, SharedKeys};
use crate::mac::{Comparison, ContentHash, Matched};
use crate::observe::Outcome;
use crate::pending::Pending;
use crate::public_key::{PublicKey, check_effort};
use crate::request::Parts;
use crate::scheme::{Candidates, Claims, Plan, Scheme};
use crate::secret::Secret;
use crate::source::Sources;
use crate::time::{Clock, Freshness, Stamp, UnixTime};
use crate::verified::{Name, Origin, Proof, Statement, Verified};

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
    pub(crate) ring: SharedKeys,
    /// The limits on the timestamp; none for an untimed scheme, or when they are ignored.
    freshness: Option<Freshness>,
    /// How far the clocks may differ where a token says from when and until when it is valid.
    leeway: Option<Duration>,
    pub(crate) origin: Origin,
    replay_keys: bool,
    /// Where the event's id stands in the JSON body, if proofs are to name the event.
    event_id: Option<Box<str>>,
    max_body: usize,
    sources: Option<Sources>,
    pub(crate) reporter: Option<Reporter>,
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
        self.verify_with(&parts.into(), body, Clock::System)
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
        self.verify_with(&parts.into(), body, Clock::At(now))
    }

    /// Reads the headers of a request that just came in; its body follows chunk by chunk.
    ///
    /// A request that is unsigned, malformed or stale is refused here, before its body is read.
    ///
    /// # Errors
    ///
    /// As [`verify`](Self::verify), except for a mismatch.
    ///
    /// ```
    /// # use hooksig::{Secret, UnixTime, Verifier, providers};
    /// # let verifier = Verifier::builder(providers::STRIPE).key("2026-11", Secret::new("whsec_test")).max_body(1 << 20).build()?;
    /// # let signature = "t=1763700000,v1=bbd8f6e0e43f694803e4fa731336472fe7440106a0d96a005d2a2e53a30bc67a";
    /// # let headers = [("stripe-signature", signature)];
    /// # let now = UnixTime::from_secs(1_763_700_010);
    /// let mut pending = verifier.begin_at(&headers, now).expect("nothing wrong with the headers");
    /// pending.update(br#"{"id":"#);
    /// pending.update(br#""evt_1"}"#);
    /// assert_eq!(pending.finish().expect("a genuine body").key(), "2026-11");
    ///
    /// // Unsigned: refused before its body is read.
    /// assert_eq!(verifier.begin(&[("x-other", "")]).unwrap_err().reason(), "missing_signature");
    /// # Ok::<(), hooksig::ConfigError>(())
    /// ```
    pub fn begin<'r>(&self, parts: impl Into<Parts<'r>>) -> Result<Pending, VerifyError> {
        self.begin_with(&parts.into(), Clock::System)
    }

    /// As [`begin`](Self::begin), for a request that came in at `now`, without a look at any clock.
    ///
    /// # Errors
    ///
    /// As [`begin`](Self::begin).
    pub fn begin_at<'r>(&self, parts: impl Into<Parts<'r>>, now: UnixTime) -> Result<Pending, VerifyError> {
        self.begin_with(&parts.into(), Clock::At(now))
    }

    fn verify_with<B: AsRef<[u8]>>(
        &self,
        parts: &Parts<'_>,
        body: B,
        clock: Clock,
    ) -> Result<Verified<B>, VerifyError> {
        let setup = &*self.setup;
        let Some(reporter) = &setup.reporter else {
            return setup.verify(parts, body, clock);
        };
        let decision = Decision::begin(setup.sender(parts), clock);
        let length = body.as_ref().len();
        let mut verified = setup.verify(parts, body, clock);
        reporter.report(setup, &decision, length, &mut verified);
        verified
    }

    /// Verifies a probe of our own, streamed and at once: nobody is told, and no key was used.
    fn verify_quietly(&self, parts: Parts<'_>, body: &[u8], now: UnixTime) -> Result<(), VerifyError> {
        let clock = Clock::At(now);
        self.setup.verify(&parts, body, clock)?;
        let mut pending = self.setup.begin(&parts, clock, None)?;
        pending.update(body);
        pending.finish()?;
        Ok(())
    }

    /// The tags of a request under each key, for a developer's desk: never on a request's way, and not public.
    #[cfg(feature = "diagnose")]
    pub(crate) fn expected_tags(&self, draft: &crate::sign::Draft) -> Vec<Vec<u8>> {
        let keys = self.setup.ring.snapshot();
        let signed = crate::sign::contents(&self.setup.plan, draft).unwrap_or_default();
        let tag = |key: &PreparedKey, one: &crate::mechanism::Signed| {
            let mut mac = key.mac_for(one.algorithm)?.start();
            mac.update(one.contents.first()?);
            Some(mac.finish().as_bytes().to_vec())
        };
        keys.keys().iter().flat_map(|key| signed.iter().filter_map(move |one| tag(key, one))).collect()
    }

    fn begin_with(&self, parts: &Parts<'_>, clock: Clock) -> Result<Pending, VerifyError> {
        let setup = &self.setup;
        let Some(reporter) = &setup.reporter else {
            return Ok(setup.begin(parts, clock, None)?);
        };
        let decision = Decision::begin(setup.sender(parts), clock);
        let pending = setup.begin(parts, clock, Some(decision));
        if let Err(kind) = &pending {
            reporter.report::<()>(setup, &decision, 0, &mut Err((*kind).into()));
        }
        Ok(pending?)
    }

    /// The keys, to be exchanged, revoked and reported on while requests are in flight. All clones of
    /// a verifier share them.
    #[must_use]
    pub fn keys(&self) -> KeyRing {
        KeyRing::of(Arc::clone(&self.setup))
    }

    /// Tells the verifier's observer what became of a genuine request afterwards: that it was a
    /// duplicate, say. The adapters do it where a replay guard is at work. The event has the time, source and
    /// body length of the verification, and no duration.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use hooksig::{Counters, Outcome, Secret, UnixTime, Verifier, providers};
    ///
    /// let counters = Arc::new(Counters::default());
    /// let verifier = Verifier::builder(providers::GITHUB)
    ///     .key("2026-11", Secret::new("It's a Secret to Everybody"))
    ///     .observer(Arc::clone(&counters))
    ///     .build()?;
    /// let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    /// let event = verifier.verify(&[("x-hub-signature-256", signature)], b"Hello, World!").unwrap();
    /// // Your own store knows it already.
    /// verifier.tell(&event, Outcome::Duplicate);
    /// # Ok::<(), hooksig::ConfigError>(())
    /// ```
    pub fn tell<B>(&self, proof: &Verified<B>, outcome: Outcome) {
        if let Some(reporter) = &self.setup.reporter {
            reporter.report_claim(proof.proof(), outcome);
        }
    }

    /// The scheme's name.
    ///
    /// ```
    /// use hooksig::{Secret, Verifier, providers};
    ///
    /// assert_eq!(Verifier::new(providers::GITHUB, Secret::new("test-secret"))?.scheme_name(), "github");
    /// # Ok::<(), hooksig::ConfigError>(())
    /// ```
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
    /// there is nothing to sign a probe with (tokens, public keys), only the keys' windows are checked.
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
    fn verify<B: AsRef<[u8]>>(
        &self,
        parts: &Parts<'_>,
        body: B,
        clock: Clock,
    ) -> Result<Verified<B>, VerifyError> {
        self.check_source(parts)?;
        if let Some(rules) = self.plan.rules {
            let proof = self.settle(self.open(rules, parts, clock)?, body.as_ref())?;
            return Ok(Verified::new(proof, body));
        }
        let keys = self.ring.load();
        let mut claims = Claims::new();
        let choice = self.read(parts, &keys, clock, &mut claims)?;
        let signed_body = if self.signs_body() { body.as_ref() } else { &[] };
        let Some(matched) = self.compare(&claims, &keys, choice, signed_body) else {
            // Where no key was compared with, the reason is another.
            keys.check(choice)?;
            return Err(ErrorKind::Mismatch.into());
        };
        let key = keys.accept(&matched)?;
        let stamp = self.stamp_in(signed_body, choice.now)?.or(claims.stamp);
        let name = self.name_of(signed_body, || {
            let mut hash = ContentHash::default();
            claims.before().iter().for_each(|piece| hash.update(piece));
            hash.update(signed_body);
            claims.after().iter().for_each(|piece| hash.update(piece));
            hash
        });
        key.note_match(choice.now);
        let statement = self.statement(stamp, claims.message_id, key, choice.now);
        Ok(Verified::new(Proof::new(matched, &self.origin, statement, name), body))
    }

    fn begin(
        self: &Arc<Self>,
        parts: &Parts<'_>,
        clock: Clock,
        decision: Option<Decision>,
    ) -> Result<Pending, ErrorKind> {
        self.check_source(parts)?;
        if let Some(rules) = self.plan.rules {
            return Ok(Pending::opened(self, self.open(rules, parts, clock)?, decision));
        }
        let keys = self.ring.snapshot();
        let mut claims = Claims::new();
        let choice = self.read(parts, &keys, clock, &mut claims)?;
        keys.check(choice)?;
        Pending::new(self, Arc::clone(&keys), &claims, choice, decision)
    }

    fn check_source(&self, parts: &Parts<'_>) -> Result<(), ErrorKind> {
        self.sources.as_ref().map_or(Ok(()), |sources| sources.check(parts).map(drop))
    }

    /// An address that is accepted, where only some are.
    fn an_accepted_source(&self) -> Option<IpAddr> {
        self.sources.as_ref().map(Sources::an_accepted_one)
    }

    /// The sender's address, as far as it is known.
    fn sender(&self, parts: &Parts<'_>) -> Option<IpAddr> {
        match &self.sources {
            Some(sources) => sources.sender(parts),
            None => parts.peer,
        }
    }

    /// Everything that comes before hashing. Reads the clock after the headers, and only if it
    /// matters; says which keys to compare with.
    fn read<'r>(
        &'r self,
        parts: &Parts<'r>,
        keys: &Keys,
        clock: Clock,
        claims: &mut Claims<'r>,
    ) -> Result<Choice<'r>, ErrorKind> {
        claims.read(&self.plan, parts)?;
        let choice = Choice { now: self.needs_time(keys).then(|| clock.now()), id: claims.key_id };
        if let Some(stamp) = claims.stamp {
            self.check_freshness(stamp, choice.now)?;
        }
        if self.plan.algorithm.is_public_key() {
            check_effort(claims.candidates.iter().count(), keys.chosen(choice).count())?;
        }
        Ok(choice)
    }

    fn needs_time(&self, keys: &Keys) -> bool {
        self.freshness.is_some() || self.leeway.is_some() || keys.is_timed() || self.reporter.is_some()
    }

    /// One MAC pass over the content for each key, and one verification for each public key.
    fn compare(&self, claims: &Claims<'_>, keys: &Keys, choice: Choice<'_>, body: &[u8]) -> Option<Matched> {
        if self.plan.algorithm.is_public_key() {
            // The message is put together for somebody.
            keys.chosen(choice).next()?;
            let message = [claims.before().concat().as_slice(), body, &claims.after().concat()].concat();
            return self.compare_public(&claims.candidates, keys, choice, &message);
        }
        let mut comparison = Comparison::new(self.plan.algorithm);
        for (index, key) in keys.chosen(choice) {
            if let Some(mac) = key.mac() {
                let tag = mac.tag(claims.before(), body, claims.after());
                comparison.take(index, &tag, claims.candidates.iter());
            }
        }
        comparison.verdict()
    }

    /// Verifies every signature with every public key.
    pub(crate) fn compare_public(
        &self,
        candidates: &Candidates,
        keys: &Keys,
        choice: Choice<'_>,
        message: &[u8],
    ) -> Option<Matched> {
        let mut comparison = Comparison::new(self.plan.algorithm);
        for (index, key) in keys.chosen(choice) {
            if let KeyMaterial::Public(key) = &key.material {
                comparison
                    .take_public(index, candidates.iter().any(|signature| key.verifies(message, signature)));
            }
        }
        comparison.verdict()
    }

    /// The timestamp in a body, for a scheme that has it there: only once its signature has matched is it
    /// its sender's.
    pub(crate) fn stamp_in(&self, body: &[u8], now: Option<UnixTime>) -> Result<Option<Stamp>, ErrorKind> {
        let Some((key, unit)) = &self.plan.json_timestamp else {
            return Ok(None);
        };
        let stamp = body_timestamp(body, key, *unit)?;
        self.check_freshness(stamp, now)?;
        Ok(Some(stamp))
    }

    /// What names a request beside its message id, as far as that was asked for.
    pub(crate) fn name_of(&self, body: &[u8], content: impl FnOnce() -> ContentHash) -> Name {
        // As it is for most verifiers.
        if self.event_id.is_none() && !self.names_content() {
            return Name::None;
        }
        let content = || self.names_content().then(|| Name::Content(content().finish()));
        self.event_name(self.plan.coverage, body).or_else(content).unwrap_or(Name::None)
    }

    /// The event's id in a genuine body, if it is asked for and there.
    pub(crate) fn event_name(&self, coverage: Coverage, body: &[u8]) -> Option<Name> {
        let pointer = self.event_id.as_ref().filter(|_| coverage.body())?;
        event_hash(body, pointer).map(Name::Event)
    }

    /// Whether the signed content names requests: that was asked for, and nothing shorter does.
    pub(crate) fn names_content(&self) -> bool {
        self.replay_keys && !self.plan.coverage.message_id()
    }

    /// For how long a request with this timestamp will be accepted from now on.
    fn valid_for(&self, stamp: Stamp, now: Option<UnixTime>) -> Option<Duration> {
        let last = stamp.time.saturating_add(self.freshness?.max_age);
        Some(last.elapsed().saturating_sub(now?.elapsed()))
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
        (!self.plan.streams || self.event_id.is_some()).then_some(self.max_body)
    }

    pub(crate) fn signs_body(&self) -> bool {
        self.plan.coverage.body()
    }

    pub(crate) fn statement<'r>(
        &self,
        stamp: Option<Stamp>,
        message_id: Option<&'r [u8]>,
        key: &PreparedKey,
        now: Option<UnixTime>,
    ) -> Statement<'r> {
        Statement {
            timestamp: stamp.map(|stamp| stamp.time),
            message_id,
            valid_for: stamp.and_then(|stamp| self.valid_for(stamp, now)),
            coverage: self.origin.coverage,
            key: key.label,
            key_aged: self.is_aged(key, now),
        }
    }

    fn is_aged(&self, key: &PreparedKey, now: Option<UnixTime>) -> bool {
        now.is_some_and(|now| key.is_aged(now, self.ring.max_age()))
    }
}

/// The hash of the event's id in a body that is known to be genuine.
#[cfg(feature = "json")]
fn event_hash(body: &[u8], pointer: &str) -> Option<[u8; 32]> {
    let body = Json::parse(body)?;
    let mut hash = ContentHash::default();
    match body.at(pointer)? {
        Json::Text(id) if !id.is_empty() => hash.update_field(id.as_bytes()),
        // A number and a text of the same digits are two ids.
        Json::Integer(id) => hash.update(&id.to_be_bytes()),
        _ => return None,
    }
    Some(hash.finish())
}

#[cfg(not(feature = "json"))]
mod absent {
    /// Without the feature nobody can ask for it.
    pub(super) fn event_hash(_body: &[u8], _pointer: &str) -> Option<[u8; 32]> {
        None
    }
}
#[cfg(not(feature = "json"))]
use absent::event_hash;

/// Shows the scheme and the labels of the keys.
impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = self.setup.ring.snapshot();
        let labels: Vec<_> = keys.keys().iter().map(|key| key.label).collect();
        f.debug_struct("Verifier")
            .field("scheme", &self.scheme_name())
            .field("keys", &labels)
            .finish_non_exhaustive()
    }
}
