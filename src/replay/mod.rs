//! Handling a request once: a claim before its handler runs, a commit when that succeeded, a release
//! when it did not.

mod claim;
mod ledger;
mod memory;
#[cfg(feature = "redis")]
mod redis;

use std::fmt;
use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

pub use claim::{Attempt, Claim};
pub use memory::MemoryStore;
#[cfg(feature = "redis")]
pub use redis::RedisStore;

use crate::verified::{ReplayKey, Verified};

/// How long a handler may run before its claim can be taken over, unless it is renewed.
const DEFAULT_LEASE: Duration = Duration::from_secs(60);

/// How long a request without an end of its own is remembered: most providers stop retrying by then.
const DEFAULT_WINDOW: Duration = Duration::from_secs(86_400);

/// What is added to the time in which a request could come again, since clocks are not one.
const SLACK: Duration = Duration::from_secs(60);

/// Lets each request, or each event, be handled once.
///
/// A claim is made after the signature has matched. It is committed when the handler succeeded and
/// released when it did not, was cancelled or panicked, so that the provider's retry is handled. What
/// counts as the same says [`Verified::replay_key`]: the same signed request, or the same event however
/// often it is signed (`Builder::event_ids`). A scheme without signed ids needs
/// [`Builder::replay_keys`](crate::Builder::replay_keys) for it.
///
/// The layers and middlewares of this crate do all of it in one line. By hand:
///
/// ```
/// use hooksig::{Attempt, ReplayGuard, Secret, UnixTime, Verifier, providers};
///
/// let verifier = Verifier::builder(providers::GITHUB)
///     .key("default", Secret::new("It's a Secret to Everybody"))
///     .replay_keys()
///     .build()?;
/// let guard = ReplayGuard::in_memory(100_000);
/// let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
/// let receive = || {
///     let proof = verifier.verify(&[("x-hub-signature-256", signature)], "Hello, World!").unwrap();
///     guard.claim_now(&proof).unwrap()
/// };
///
/// let Attempt::New(claim) = receive() else { panic!("the first one is new") };
/// assert!(matches!(receive(), Attempt::InProgress { .. }), "a retry meanwhile has to wait");
/// drop(claim); // the handler failed, or panicked
///
/// let Attempt::New(claim) = receive() else { panic!("so the retry is handled") };
/// assert!(claim.commit_now()?);
/// assert!(matches!(receive(), Attempt::Done));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// In memory everything is forgotten on a restart, and each process has its own memory: what was handled
/// just before can be handled again. `RedisStore` (feature `redis`) is shared and outlives the process.
pub struct ReplayGuard<S = MemoryStore> {
    store: Arc<S>,
    lease: Duration,
    window: Duration,
    acknowledge: StatusCode,
}

/// Where claims are kept.
///
/// Each call is atomic: of several claims of one key at once exactly one is new.
///
/// ```
/// use std::collections::HashMap;
/// use std::future::ready;
/// use std::sync::{Mutex, MutexGuard, PoisonError};
/// use std::time::{Duration, Instant};
/// use hooksig::{Attempt, Held, Owner, ReplayGuard, ReplayKey, Secret, Store, StoreFuture, UnixTime, Verifier, providers};
///
/// /// A table as a database would hold it: who holds a key, nobody once it is done, and until when.
/// #[derive(Default)]
/// struct Table(Mutex<HashMap<ReplayKey, (Option<Owner>, Instant)>>);
///
/// impl Table {
///     /// The rows that still count: each method is one transaction.
///     fn rows(&self) -> MutexGuard<'_, HashMap<ReplayKey, (Option<Owner>, Instant)>> {
///         let mut rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
///         rows.retain(|_, (_, ends)| *ends > Instant::now());
///         rows
///     }
/// }
///
/// impl Store for Table {
///     fn claim(&self, key: &ReplayKey, owner: Owner, lease: Duration) -> StoreFuture<'_, Held> {
///         let mut rows = self.rows();
///         let held = match rows.get(key) {
///             Some((Some(_), ends)) => Held::Claim(ends.saturating_duration_since(Instant::now())),
///             Some((None, _)) => Held::Done,
///             None => Held::Nothing,
///         };
///         if held == Held::Nothing {
///             rows.insert(*key, (Some(owner), Instant::now() + lease));
///         }
///         Box::pin(ready(Ok(held)))
///     }
///
///     fn commit(&self, key: &ReplayKey, owner: Owner, window: Duration) -> StoreFuture<'_, bool> {
///         let mut rows = self.rows();
///         let free = rows.get(key).is_none_or(|(holder, _)| *holder == Some(owner));
///         if free {
///             rows.insert(*key, (None, Instant::now() + window));
///         }
///         Box::pin(ready(Ok(free)))
///     }
///
///     fn release(&self, key: &ReplayKey, owner: Owner) -> StoreFuture<'_, ()> {
///         self.abandon(key, owner);
///         Box::pin(ready(Ok(())))
///     }
///
///     fn abandon(&self, key: &ReplayKey, owner: Owner) {
///         let mut rows = self.rows();
///         if rows.get(key).is_some_and(|(holder, _)| *holder == Some(owner)) {
///             rows.remove(key);
///         }
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let verifier =
///     Verifier::builder(providers::GITHUB).key("default", Secret::new("It's a Secret to Everybody")).replay_keys().build()?;
/// let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
/// let headers = [("x-hub-signature-256", signature)];
/// let proof = verifier.verify_at(&headers, "Hello, World!", UnixTime::from_secs(1_763_700_000))?;
///
/// let guard = ReplayGuard::new(Table::default());
/// let Attempt::New(claim) = guard.claim(&proof).await? else { panic!("the first one is new") };
/// assert!(matches!(guard.claim(&proof).await?, Attempt::InProgress { .. }));
/// claim.release().await?;
/// let Attempt::New(claim) = guard.claim(&proof).await? else { panic!("released, so new again") };
/// assert!(claim.commit().await?);
/// assert!(matches!(guard.claim(&proof).await?, Attempt::Done));
/// # Ok(())
/// # }
/// ```
pub trait Store: Send + Sync {
    /// Claims a key for `lease`, unless somebody else holds it or it is done.
    fn claim(&self, key: &ReplayKey, owner: Owner, lease: Duration) -> StoreFuture<'_, Held>;

    /// Marks a key as done for `window`, unless somebody else holds it or it is done. A lease that ran out
    /// without anybody taking the key over does no harm.
    fn commit(&self, key: &ReplayKey, owner: Owner, window: Duration) -> StoreFuture<'_, bool>;

    /// Gives a key free, if this owner holds it.
    fn release(&self, key: &ReplayKey, owner: Owner) -> StoreFuture<'_, ()>;

    /// Gives a key free as far as that is possible without waiting: for claims that are dropped.
    fn abandon(&self, key: &ReplayKey, owner: Owner);

    /// Renews a lease for as long as the value that it gives lives, where a handler could outlast it and
    /// nobody else would know.
    fn renew(&self, _key: &ReplayKey, _owner: Owner, _lease: Duration) -> Option<Renewal> {
        None
    }
}

/// Renews a lease until it is dropped.
pub type Renewal = Box<dyn Send + Sync>;

/// What a store does.
pub type StoreFuture<'s, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 's>>;

/// What a store holds under a key that was to be claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// Nothing: the claim is made.
    Nothing,
    /// Somebody else's claim, whose lease ends after this time.
    Claim(Duration),
    /// The mark of a request that is done.
    Done,
}

/// Who holds a claim: a number that no other claim has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner(u128);

/// Why a store could not do what it was asked.
///
/// ```
/// use hooksig::{ReplayGuard, Secret, StoreError, UnixTime, Verifier, providers};
///
/// // GitHub signs no id, and nobody asked for `replay_keys`.
/// let verifier = Verifier::new(providers::GITHUB, Secret::new("It's a Secret to Everybody"))?;
/// let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
/// let headers = [("x-hub-signature-256", signature)];
/// let proof = verifier.verify_at(&headers, "Hello, World!", UnixTime::from_secs(1_763_700_000)).unwrap();
/// assert_eq!(ReplayGuard::in_memory(10).claim_now(&proof).unwrap_err(), StoreError::NoKey);
/// # Ok::<(), hooksig::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// It holds as many keys as it can, and none of them has expired.
    #[error("the replay store is full")]
    Full,
    /// It cannot be reached, did not answer in time, or answered something that it should not.
    #[error("the replay store does not work")]
    Unavailable,
    /// The proof has no replay key: the verifier was built without
    /// [`replay_keys`](crate::Builder::replay_keys), and its scheme signs no message id.
    #[error("the proof has no replay key: build its verifier with `replay_keys` or `event_ids`")]
    NoKey,
}

impl ReplayGuard<MemoryStore> {
    /// Keeps up to `capacity` keys in memory. When they are used up and none has expired, requests are
    /// refused: an entry is never given up early, or whoever filled the store could replay.
    #[must_use]
    pub fn in_memory(capacity: usize) -> Self {
        Self::new(MemoryStore::new(capacity))
    }

    /// Claims the request, or says that this has been done.
    ///
    /// # Errors
    ///
    /// [`StoreError::Full`] and [`StoreError::NoKey`]: refuse the request with a 503 or 500.
    pub fn claim_now<B>(&self, proof: &Verified<B>) -> Result<Attempt<MemoryStore>, StoreError> {
        let (key, owner) = (proof.replay_key().ok_or(StoreError::NoKey)?, Owner::new());
        let held = self.store.claim_now(&key, owner, self.lease)?;
        let mut claim = Claim::new(Arc::clone(&self.store), key, owner, self.window_of(proof));
        if held != Held::Nothing {
            claim.disarm();
        }
        Ok(self.attempt(held, claim))
    }
}

impl<S: Store> ReplayGuard<S> {
    /// Keeps claims in this store.
    #[must_use]
    pub fn new(store: S) -> Self {
        let store = Arc::new(store);
        Self { store, lease: DEFAULT_LEASE, window: DEFAULT_WINDOW, acknowledge: StatusCode::OK }
    }

    /// How long a claim is held without a word from its holder: one minute unless this says otherwise.
    /// Longer than a handler takes, since another retry may then take it over. Redis renews it from a task
    /// of its own while the handler runs, unless the handler blocks the runtime's only thread.
    ///
    /// ```
    /// use std::time::Duration;
    /// use hooksig::{ReplayGuard, http::StatusCode};
    ///
    /// let guard = ReplayGuard::in_memory(100_000)
    ///     .lease(Duration::from_secs(300)) // handlers that take minutes
    ///     .window(Duration::from_secs(7 * 86_400)) // a provider that retries for a week
    ///     .acknowledge(StatusCode::NO_CONTENT);
    /// assert_eq!(guard.acknowledgement(), StatusCode::NO_CONTENT);
    /// let _one_type_for_every_store = guard.erased();
    /// ```
    #[must_use]
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease.max(Duration::from_millis(1));
        self
    }

    /// How long a request that never grows too old, or one that has an id, is remembered: 24 hours unless
    /// this says otherwise, which is about as long as providers retry. Other requests are remembered until
    /// their timestamps are too old for any clock.
    #[must_use]
    pub fn window(mut self, window: Duration) -> Self {
        self.window = window;
        self
    }

    /// With which status a layer answers a request that was handled before: 200 unless this says
    /// otherwise, so that the provider stops sending it.
    #[must_use]
    pub fn acknowledge(mut self, status: StatusCode) -> Self {
        self.acknowledge = status;
        self
    }

    /// The status for a request that was handled before.
    #[must_use]
    pub fn acknowledgement(&self) -> StatusCode {
        self.acknowledge
    }

    /// The same guard without its store's type.
    #[must_use]
    pub fn erased(self) -> ReplayGuard<Arc<dyn Store>>
    where
        S: 'static,
    {
        let store: Arc<dyn Store> = self.store;
        ReplayGuard {
            store: Arc::new(store),
            lease: self.lease,
            window: self.window,
            acknowledge: self.acknowledge,
        }
    }

    fn attempt(&self, held: Held, claim: Claim<S>) -> Attempt<S> {
        match held {
            Held::Claim(ends) => Attempt::InProgress { retry_after: ends },
            Held::Done => Attempt::Done,
            Held::Nothing => Attempt::New(claim.renewed(self.lease)),
        }
    }

    /// How long this request has to be remembered: as long as it could come again.
    fn window_of<B>(&self, proof: &Verified<B>) -> Duration {
        let window = match proof.to_remember() {
            // A retry that is signed anew has the same id, and can come long after.
            Some(time) if proof.is_named_by_id() => self.window.max(time.saturating_add(SLACK)),
            Some(time) => time.saturating_add(SLACK),
            None => self.window,
        };
        // A handler that outlives its lease must not outlive the mark of whoever took it over.
        window.max(self.lease)
    }
}

impl<S: Store + ?Sized> Store for Arc<S> {
    fn claim(&self, key: &ReplayKey, owner: Owner, lease: Duration) -> StoreFuture<'_, Held> {
        (**self).claim(key, owner, lease)
    }

    fn commit(&self, key: &ReplayKey, owner: Owner, window: Duration) -> StoreFuture<'_, bool> {
        (**self).commit(key, owner, window)
    }

    fn release(&self, key: &ReplayKey, owner: Owner) -> StoreFuture<'_, ()> {
        (**self).release(key, owner)
    }

    fn abandon(&self, key: &ReplayKey, owner: Owner) {
        (**self).abandon(key, owner);
    }

    fn renew(&self, key: &ReplayKey, owner: Owner, lease: Duration) -> Option<Renewal> {
        (**self).renew(key, owner, lease)
    }
}

impl<S> Clone for ReplayGuard<S> {
    fn clone(&self) -> Self {
        Self { store: Arc::clone(&self.store), ..*self }
    }
}

impl<S> fmt::Debug for ReplayGuard<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplayGuard")
            .field("lease", &self.lease)
            .field("window", &self.window)
            .finish_non_exhaustive()
    }
}

impl Owner {
    /// A number of its own: two hashes under the keys that the standard library draws at random for each
    /// thread, and changes with each use.
    fn new() -> Self {
        let half = || u128::from(RandomState::new().hash_one(std::process::id()));
        Self(half() << 64 | half())
    }

    /// The number, for a store to write down.
    #[must_use]
    pub const fn number(self) -> u128 {
        self.0
    }
}
