//! The proof that a request is genuine.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use crate::coverage::Coverage;
use crate::inline::InlineText;
use crate::key_ring::Label;
use crate::mac::{ContentHash, Matched};
use crate::observe::Event;
use crate::scheme::{MAX_ID, MAX_NAME};
use crate::time::UnixTime;

/// A body, or `()`, that came with a valid signature.
///
/// Only a [`Verifier`](crate::Verifier) makes one, so a function that takes `Verified<Bytes>` cannot
/// be reached with anything unverified. What exactly the sender signed, the body or less, says
/// [`coverage`](Self::coverage).
///
/// ```
/// use hooksig::{Secret, UnixTime, Verified, Verifier, providers};
///
/// fn handle(event: &Verified<&[u8]>) -> usize {
///     event.body().len()
/// }
///
/// let verifier = Verifier::new(providers::GITHUB, Secret::new("It's a Secret to Everybody"))?;
/// let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
/// let headers = [("X-Hub-Signature-256", signature)];
/// let now = UnixTime::from_secs(1_763_700_000);
///
/// let event = verifier.verify_at(&headers, &b"Hello, World!"[..], now).unwrap();
/// assert_eq!(handle(&event), 13);
/// assert_eq!(event.key(), "default");
///
/// let refusal = verifier.verify_at(&headers, &b"Hello, world!"[..], now).unwrap_err();
/// assert_eq!(refusal.reason(), "mismatch");
/// # Ok::<(), hooksig::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Verified<B> {
    body: B,
    proof: Proof,
}

/// Everything of a proof but the body.
#[derive(Clone)]
pub(crate) struct Proof {
    scheme: SchemeName,
    label: Label,
    key: Label,
    key_aged: bool,
    timestamp: Option<UnixTime>,
    message_id: Option<MessageId>,
    /// For how long the same request will be accepted, counted from its verification.
    valid_for: Option<Duration>,
    /// How long a request can be acceptable in all, by whichever clock.
    acceptance: Duration,
    coverage: Coverage,
    replay_domain: [u8; 32],
    name: Name,
    /// What an observer was told beside, for what may become of the request.
    circumstances: Option<Circumstances>,
}

/// What names a request beside a message id in its headers, as a hash.
#[derive(Clone, Copy)]
pub(crate) enum Name {
    None,
    /// The id of its event, where proofs are to name the event.
    Event([u8; 32]),
    /// What was signed, where nothing shorter names it.
    Content([u8; 32]),
}

/// How a request came in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circumstances {
    pub(crate) time: UnixTime,
    pub(crate) source: Option<IpAddr>,
    pub(crate) body_length: usize,
}

/// A message id that outlives its request.
pub(crate) type MessageId = InlineText<MAX_ID>;

/// A scheme's name that outlives its verifier.
pub(crate) type SchemeName = InlineText<MAX_NAME>;

/// What one request says.
pub(crate) struct Statement<'r> {
    pub(crate) timestamp: Option<UnixTime>,
    pub(crate) message_id: Option<&'r [u8]>,
    pub(crate) valid_for: Option<Duration>,
    pub(crate) coverage: Coverage,
    pub(crate) key: Label,
    pub(crate) key_aged: bool,
}

/// Which verifier a proof comes from: what all its proofs say.
pub(crate) struct Origin {
    pub(crate) scheme: SchemeName,
    pub(crate) label: Label,
    pub(crate) coverage: Coverage,
    pub(crate) replay_domain: [u8; 32],
    pub(crate) acceptance: Duration,
}

impl Proof {
    /// The only way to a proof: it takes a match, which only the comparison makes.
    #[inline]
    pub(crate) fn new(_matched: Matched, origin: &Origin, statement: Statement<'_>, name: Name) -> Self {
        Self {
            scheme: origin.scheme,
            label: origin.label,
            key: statement.key,
            key_aged: statement.key_aged,
            timestamp: statement.timestamp,
            message_id: statement.message_id.and_then(MessageId::of_utf8),
            valid_for: statement.valid_for,
            acceptance: origin.acceptance,
            coverage: statement.coverage,
            replay_domain: origin.replay_domain,
            name,
            circumstances: None,
        }
    }

    pub(crate) fn circumstances(&self) -> Option<Circumstances> {
        self.circumstances
    }

    /// Adds what a proof says to an event.
    pub(crate) fn describe<'p>(&'p self, event: &mut Event<'p>) {
        event.scheme = self.scheme.as_str();
        event.endpoint = self.label.as_str();
        event.key = Some(self.key.as_str());
        event.key_aged = self.key_aged;
        event.message_id = self.message_id.as_ref().map(InlineText::as_str);
        event.skew_millis = self.timestamp.map(|timestamp| skew_millis(timestamp, event.time));
    }
}

impl<B> Verified<B> {
    #[inline]
    pub(crate) fn new(proof: Proof, body: B) -> Self {
        Self { body, proof }
    }

    /// The body, byte for byte as it was handed in. It is its sender's only if
    /// [`coverage`](Self::coverage) lists it.
    #[must_use]
    pub const fn body(&self) -> &B {
        &self.body
    }

    /// The body alone; the proof is gone.
    ///
    /// ```
    /// # use hooksig::{Secret, UnixTime, Verifier, providers};
    /// # let verifier = Verifier::builder(providers::STRIPE).key("2026-11", Secret::new("whsec_test")).replay_keys().build()?;
    /// # let signature = "t=1763700000,v1=bbd8f6e0e43f694803e4fa731336472fe7440106a0d96a005d2a2e53a30bc67a";
    /// # let headers = [("stripe-signature", signature)];
    /// # let now = UnixTime::from_secs(1_763_700_010);
    /// let event = verifier.verify_at(&headers, &br#"{"id":"evt_1"}"#[..], now).expect("a genuine request");
    /// assert_eq!(event.into_body(), br#"{"id":"evt_1"}"#);
    /// # Ok::<(), hooksig::ConfigError>(())
    /// ```
    #[must_use]
    pub fn into_body(self) -> B {
        self.body
    }

    /// The body, and the proof without it: for a framework that carries the two apart.
    ///
    /// ```
    /// # use hooksig::{Secret, UnixTime, Verifier, providers};
    /// # let verifier = Verifier::builder(providers::STRIPE).key("2026-11", Secret::new("whsec_test")).replay_keys().build()?;
    /// # let signature = "t=1763700000,v1=bbd8f6e0e43f694803e4fa731336472fe7440106a0d96a005d2a2e53a30bc67a";
    /// # let headers = [("stripe-signature", signature)];
    /// # let now = UnixTime::from_secs(1_763_700_010);
    /// let event = verifier.verify_at(&headers, &br#"{"id":"evt_1"}"#[..], now).expect("a genuine request");
    /// let (body, proof) = event.split();
    /// assert_eq!((body.len(), proof.key()), (14, "2026-11"));
    /// # Ok::<(), hooksig::ConfigError>(())
    /// ```
    #[must_use]
    pub fn split(self) -> (B, Verified<()>) {
        (self.body, Verified { body: (), proof: self.proof })
    }

    /// The name of the scheme by which the request was verified: whose request this is.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.proof.scheme.as_str()
    }

    /// The verifier's own label; `"default"` unless [`Builder::label`](crate::Builder::label) gave it
    /// one.
    #[must_use]
    pub fn label(&self) -> &str {
        self.proof.label.as_str()
    }

    /// The label of the key that matched; `"default"` for [`Verifier::new`](crate::Verifier::new).
    #[must_use]
    pub fn key(&self) -> &str {
        self.proof.key.as_str()
    }

    /// The moment at which the request was signed, if the scheme says it. A token that says only until
    /// when it is valid has none.
    #[must_use]
    pub const fn timestamp(&self) -> Option<UnixTime> {
        self.proof.timestamp
    }

    /// The signed message id, if the scheme has one.
    #[must_use]
    pub fn message_id(&self) -> Option<&str> {
        self.proof.message_id.as_ref().map(InlineText::as_str)
    }

    /// What the sender signed.
    #[must_use]
    pub const fn coverage(&self) -> Coverage {
        self.proof.coverage
    }

    /// For how long the same request would be accepted again, counted from its verification; `None` where
    /// it has no end, as long as the key is valid.
    ///
    /// ```
    /// # use hooksig::{Secret, UnixTime, Verifier, providers};
    /// # let verifier = Verifier::builder(providers::STRIPE).key("2026-11", Secret::new("whsec_test")).replay_keys().build()?;
    /// # let signature = "t=1763700000,v1=bbd8f6e0e43f694803e4fa731336472fe7440106a0d96a005d2a2e53a30bc67a";
    /// # let headers = [("stripe-signature", signature)];
    /// # let now = UnixTime::from_secs(1_763_700_010);
    /// let event = verifier.verify_at(&headers, &br#"{"id":"evt_1"}"#[..], now).expect("a genuine request");
    /// // Stripe's five minutes, of which ten seconds are over.
    /// assert_eq!(event.valid_for().map(|left| left.as_secs()), Some(290));
    /// # Ok::<(), hooksig::ConfigError>(())
    /// ```
    #[must_use]
    pub const fn valid_for(&self) -> Option<Duration> {
        self.proof.valid_for
    }

    /// For how long a request has to be remembered so that it cannot come again unnoticed, whatever clock
    /// it is held to; `None` where it can come again for ever.
    pub(crate) fn to_remember(&self) -> Option<Duration> {
        self.proof.valid_for.map(|valid_for| valid_for.max(self.proof.acceptance))
    }

    /// Whether the replay key is made from an id, which a retry that is signed anew has too.
    pub(crate) fn is_named_by_id(&self) -> bool {
        self.names_event() || self.proof.message_id.is_some()
    }

    /// Whether [`replay_key`](Self::replay_key) names the event rather than this delivery of it:
    /// `Builder::event_ids` was asked for, and the body has one.
    #[must_use]
    pub const fn names_event(&self) -> bool {
        matches!(self.proof.name, Name::Event(_))
    }

    pub(crate) fn came_in(&mut self, circumstances: Circumstances) {
        self.proof.circumstances = Some(circumstances);
    }

    pub(crate) fn proof(&self) -> &Proof {
        &self.proof
    }

    /// The key under which to remember that this request was handled.
    ///
    /// Made from signed material only: the verifier's label and scheme with the event's id in the body, if
    /// `Builder::event_ids` asks for it, else with the signed message id,
    /// or else with a hash of the signed content. The hash costs a second pass over the body, so it
    /// is made only if [`Builder::replay_keys`](crate::Builder::replay_keys) asks for it; without
    /// that, a scheme that signs no message id gives `None`.
    ///
    /// ```
    /// # use hooksig::{Secret, UnixTime, Verifier, providers};
    /// # let verifier = Verifier::builder(providers::STRIPE).key("2026-11", Secret::new("whsec_test")).replay_keys().build()?;
    /// # let signature = "t=1763700000,v1=bbd8f6e0e43f694803e4fa731336472fe7440106a0d96a005d2a2e53a30bc67a";
    /// # let headers = [("stripe-signature", signature)];
    /// # let now = UnixTime::from_secs(1_763_700_010);
    /// let event = verifier.verify_at(&headers, &br#"{"id":"evt_1"}"#[..], now).expect("a genuine request");
    /// let again = verifier.verify_at(&headers, &br#"{"id":"evt_1"}"#[..], now).expect("a genuine request");
    /// assert!(event.replay_key().is_some());
    /// assert_eq!(event.replay_key(), again.replay_key());
    /// # Ok::<(), hooksig::ConfigError>(())
    /// ```
    #[must_use]
    pub fn replay_key(&self) -> Option<ReplayKey> {
        let mut hash = ContentHash::default();
        hash.update(&self.proof.replay_domain);
        match (&self.proof.name, self.message_id()) {
            (Name::Event(event), _) => {
                hash.update(b"event");
                hash.update_field(event);
            }
            (_, Some(id)) => {
                hash.update(b"id");
                hash.update_field(id.as_bytes());
            }
            (Name::Content(content), None) => {
                hash.update(b"content");
                hash.update_field(content);
            }
            (Name::None, None) => return None,
        }
        Some(ReplayKey { bytes: hash.finish() })
    }
}

/// How far a timestamp lies behind our clock, in milliseconds.
fn skew_millis(timestamp: UnixTime, now: UnixTime) -> i64 {
    let millis = |time: UnixTime| i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
    millis(now).saturating_sub(millis(timestamp))
}

/// Shows what the proof says; neither the body nor the key.
impl<B> fmt::Debug for Verified<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("scheme", &self.scheme())
            .field("key", &self.key())
            .field("timestamp", &self.timestamp())
            .field("message_id", &self.message_id())
            .field("coverage", &self.coverage())
            .finish_non_exhaustive()
    }
}

/// A short name for a signed request, the same each time it is replayed: 32 bytes, not secret.
///
/// Two requests have the same key when they are the same signed request, or carry the same signed
/// message id, for one verifier's label and scheme. A rotation of keys, another signature in the
/// list or unsigned headers do not change it. Ids of different tenants stay apart if each tenant's
/// verifier has its own [`Builder::label`](crate::Builder::label).
///
/// ```
/// # use hooksig::{Secret, UnixTime, Verifier, providers};
/// # let verifier = Verifier::builder(providers::STRIPE).key("2026-11", Secret::new("whsec_test")).replay_keys().build()?;
/// # let signature = "t=1763700000,v1=bbd8f6e0e43f694803e4fa731336472fe7440106a0d96a005d2a2e53a30bc67a";
/// # let headers = [("stripe-signature", signature)];
/// # let now = UnixTime::from_secs(1_763_700_010);
/// let event = verifier.verify_at(&headers, &br#"{"id":"evt_1"}"#[..], now).expect("a genuine request");
/// let key = event.replay_key().expect("asked for by `replay_keys`");
/// assert_eq!(key.to_string().len(), 2 * key.as_bytes().len());
/// # Ok::<(), hooksig::ConfigError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReplayKey {
    bytes: [u8; 32],
}

impl ReplayKey {
    /// The key's bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.bytes
    }
}

/// 64 hexadecimal digits.
impl fmt::Display for ReplayKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ReplayKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReplayKey({self})")
    }
}
