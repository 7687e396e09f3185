//! Telling an observer what was decided about each request.

#[cfg(feature = "serde")]
mod audit;
mod counters;
#[cfg(feature = "tracing")]
mod tracing;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

#[cfg(feature = "serde")]
pub use audit::AuditLog;
pub use counters::{Count, Counters};
#[cfg(feature = "tracing")]
pub use tracing::TracingObserver;

use crate::error::ErrorKind;
use crate::time::UnixTime;

/// Is told of every decision: see [`Builder::observer`](crate::Builder::observer).
///
/// Called on the request's own way, so it should be quick; a panic in it is the request's. `Arc<O>` and pairs of observers are
/// observers, and so is a function.
///
/// ```
/// use std::sync::{Arc, Mutex};
/// use hooksig::{Event, Outcome, Secret, Verifier, providers};
///
/// let seen = Arc::new(Mutex::new(Vec::new()));
/// let observer = {
///     let seen = Arc::clone(&seen);
///     move |event: &Event<'_>| seen.lock().unwrap().push((event.scheme.to_owned(), event.outcome))
/// };
/// let verifier = Verifier::builder(providers::GITHUB)
///     .key("default", Secret::new("test-secret"))
///     .observer(observer)
///     .build()?;
///
/// assert!(verifier.verify(&[("a", "b")], "{}").is_err());
/// let (scheme, outcome) = seen.lock().unwrap()[0].clone();
/// assert_eq!((scheme.as_str(), outcome.reason()), ("github", "missing_signature"));
/// # Ok::<(), hooksig::ConfigError>(())
/// ```
pub trait Observer: Send + Sync {
    /// Takes one decision.
    fn observe(&self, event: &Event<'_>);
}

/// One decision about one request. Holds nothing secret, and nothing that an unauthenticated sender
/// wrote.
///
/// ```
/// use hooksig::{Event, Secret, UnixTime, Verifier, providers};
///
/// let line = |event: &Event<'_>| {
///     println!("{} {} {} {:?}", event.scheme, event.endpoint, event.outcome.reason(), event.source);
///     assert_eq!((event.key, event.body_length), (None, 2), "nothing of a forged request is repeated");
/// };
/// let verifier =
///     Verifier::builder(providers::GITHUB).key("default", Secret::new("test-secret")).observer(line).build()?;
/// let forged = [("x-hub-signature-256", "sha256=00")];
/// assert!(verifier.verify_at(&forged, "{}", UnixTime::from_secs(1_763_700_000)).is_err());
/// # Ok::<(), hooksig::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Event<'e> {
    /// What was decided.
    pub outcome: Outcome,
    /// When.
    pub time: UnixTime,
    /// The scheme's name.
    pub scheme: &'e str,
    /// The verifier's label: [`Builder::label`](crate::Builder::label).
    pub endpoint: &'e str,
    /// The label of the key that matched.
    pub key: Option<&'e str>,
    /// Whether that key is older than [`Builder::max_key_age`](crate::Builder::max_key_age).
    pub key_aged: bool,
    /// The signed message id of a genuine request.
    pub message_id: Option<&'e str>,
    /// How many milliseconds the signed timestamp of a genuine request lies behind our clock, or, where
    /// it is negative, ahead of it.
    pub skew_millis: Option<i64>,
    /// The body's length in bytes, as far as it was read.
    pub body_length: usize,
    /// The sender's address, where it is known. Behind a proxy it is the proxy's, unless
    /// [`Sources::behind`](crate::Sources::behind) names it.
    pub source: Option<IpAddr>,
    /// How long it took, from the headers to the decision; not known where the time is passed in.
    pub duration: Option<Duration>,
}

/// What was decided about a request.
///
/// ```
/// use hooksig::{ErrorKind, Outcome};
///
/// assert!(Outcome::Accepted.is_success());
/// let refused = Outcome::Refused(ErrorKind::Stale);
/// assert_eq!((refused.action(), refused.reason(), refused.is_success()), ("webhook.verify", "stale", false));
/// assert_eq!((Outcome::Duplicate.action(), Outcome::Duplicate.reason()), ("webhook.claim", "duplicate"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// It is genuine.
    Accepted,
    /// It was refused.
    Refused(ErrorKind),
    /// It is genuine, and was handled before.
    Duplicate,
    /// It is genuine, and is being handled at this moment.
    InProgress,
    /// It is genuine, and the replay guard's store failed or is full.
    StoreFailed,
    /// It was handled, and somebody else had taken its claim over meanwhile.
    ClaimLost,
    /// It is genuine, and has no replay key, so that the replay guard cannot tell it from others: the verifier has to be
    /// built with [`replay_keys`](crate::Builder::replay_keys) or with where the event's id stands.
    NoReplayKey,
}

impl Outcome {
    /// The stable code: `accepted`, the refusal's [reason](ErrorKind::reason), `duplicate`,
    /// `in_progress`, `store_failed`, `claim_lost` or `no_replay_key`.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused(kind) => kind.reason(),
            Self::Duplicate => "duplicate",
            Self::InProgress => "in_progress",
            Self::StoreFailed => "store_failed",
            Self::ClaimLost => "claim_lost",
            Self::NoReplayKey => "no_replay_key",
        }
    }

    /// Whether the request was found genuine. A replay guard may still hold it back, which is a decision of
    /// its own.
    #[must_use]
    pub const fn is_success(self) -> bool {
        matches!(self, Self::Accepted)
    }

    /// What was being done: `webhook.verify`, or `webhook.claim` of a genuine request.
    #[must_use]
    pub const fn action(self) -> &'static str {
        match self {
            Self::Accepted | Self::Refused(_) => "webhook.verify",
            Self::Duplicate | Self::InProgress | Self::StoreFailed | Self::ClaimLost | Self::NoReplayKey => {
                "webhook.claim"
            }
        }
    }
}

impl<F: Fn(&Event<'_>) + Send + Sync> Observer for F {
    fn observe(&self, event: &Event<'_>) {
        self(event);
    }
}

impl<O: Observer + ?Sized> Observer for Arc<O> {
    fn observe(&self, event: &Event<'_>) {
        (**self).observe(event);
    }
}

impl<A: Observer, B: Observer> Observer for (A, B) {
    fn observe(&self, event: &Event<'_>) {
        self.0.observe(event);
        self.1.observe(event);
    }
}
