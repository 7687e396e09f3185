//! The proof that a request is genuine.

use std::fmt;

use crate::coverage::Coverage;
use crate::inline::InlineText;
use crate::key_ring::Label;
use crate::mac::{ContentHash, Matched};
use crate::scheme::{MAX_ID, MAX_NAME};
use crate::time::UnixTime;
use crate::verifier::Settled;

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
struct Proof {
    scheme: SchemeName,
    label: Label,
    key: Label,
    timestamp: Option<UnixTime>,
    message_id: Option<MessageId>,
    coverage: Coverage,
    replay_domain: [u8; 32],
    content: Option<[u8; 32]>,
}

/// A message id that outlives its request.
pub(crate) type MessageId = InlineText<MAX_ID>;

/// A scheme's name that outlives its verifier.
pub(crate) type SchemeName = InlineText<MAX_NAME>;

/// What a proof says beside the body; gathered by the pipeline before the signature is believed.
#[derive(Clone)]
pub(crate) struct Statement {
    pub(crate) scheme: SchemeName,
    pub(crate) label: Label,
    pub(crate) timestamp: Option<UnixTime>,
    pub(crate) message_id: Option<MessageId>,
    pub(crate) coverage: Coverage,
    pub(crate) replay_domain: [u8; 32],
}

/// Which verifier a proof comes from.
pub(crate) struct Origin {
    pub(crate) scheme: SchemeName,
    pub(crate) label: Label,
    pub(crate) coverage: Coverage,
    pub(crate) replay_domain: [u8; 32],
}

impl Statement {
    /// What every proof of one verifier says.
    pub(crate) fn of(origin: &Origin) -> Self {
        let Origin { scheme, label, coverage, replay_domain } = *origin;
        Self { scheme, label, timestamp: None, message_id: None, coverage, replay_domain }
    }
}

impl<B> Verified<B> {
    /// The only way to a proof: it takes a match, which only the comparison makes.
    pub(crate) fn new(
        _matched: Matched,
        key: Label,
        statement: Statement,
        content: Option<[u8; 32]>,
        body: B,
    ) -> Self {
        let Statement { scheme, label, timestamp, message_id, coverage, replay_domain } = statement;
        Self {
            body,
            proof: Proof { scheme, label, key, timestamp, message_id, coverage, replay_domain, content },
        }
    }

    /// The same for a scheme with a mechanism.
    pub(crate) fn settled(settled: Settled, body: B) -> Self {
        let Settled { matched, key, statement, content } = settled;
        Self::new(matched, key, statement, content, body)
    }

    /// The body, byte for byte as it was handed in. It is its sender's only if
    /// [`coverage`](Self::coverage) lists it.
    #[must_use]
    pub const fn body(&self) -> &B {
        &self.body
    }

    /// The body alone; the proof is gone.
    #[must_use]
    pub fn into_body(self) -> B {
        self.body
    }

    /// The body, and the proof without it: for a framework that carries the two apart.
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

    /// The signed timestamp, if the scheme has one.
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

    /// The key under which to remember that this request was handled.
    ///
    /// Made from signed material only: the verifier's label and scheme with the signed message id,
    /// or else with a hash of the signed content. The hash costs a second pass over the body, so it
    /// is made only if [`Builder::replay_keys`](crate::Builder::replay_keys) asks for it; without
    /// that, a scheme that signs no message id gives `None`.
    #[must_use]
    pub fn replay_key(&self) -> Option<ReplayKey> {
        let mut hash = ContentHash::default();
        hash.update(&self.proof.replay_domain);
        match (self.message_id(), &self.proof.content) {
            (Some(id), _) => {
                hash.update(b"id");
                hash.update_field(id.as_bytes());
            }
            (None, Some(content)) => {
                hash.update(b"content");
                hash.update_field(content);
            }
            (None, None) => return None,
        }
        Some(ReplayKey { bytes: hash.finish() })
    }
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
