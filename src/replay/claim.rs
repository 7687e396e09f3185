//! A claim on a request, held while its handler runs.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{Held, MemoryStore, Owner, Renewal, ReplayGuard, Store, StoreError};
use crate::verified::{ReplayKey, Verified};

/// What a guard says of a genuine request.
#[derive(Debug)]
pub enum Attempt<S: Store> {
    /// It is new, and claimed: handle it, and commit the claim if that succeeds.
    New(Claim<S>),
    /// It is being handled at this moment: answer 503 with `Retry-After`, so that the provider comes
    /// again in case that fails.
    InProgress {
        /// After this time the claim is gone or done.
        retry_after: Duration,
    },
    /// It was handled before: answer 200, so that the provider stops sending it.
    Done,
}

/// The right to handle a request. Released when it is dropped without a commit, by a panic or a
/// cancelled future as well.
#[must_use = "a claim that is dropped is released"]
pub struct Claim<S: Store> {
    store: Arc<S>,
    key: ReplayKey,
    owner: Owner,
    window: Duration,
    renewal: Option<Renewal>,
    open: bool,
}

impl<S: Store> Claim<S> {
    pub(super) fn new(store: Arc<S>, key: ReplayKey, owner: Owner, window: Duration) -> Self {
        Self { store, key, owner, window, renewal: None, open: true }
    }

    /// Renews the lease from now on, where the store does.
    pub(super) fn renewed(mut self, lease: Duration) -> Self {
        self.renewal = self.store.renew(&self.key, self.owner, lease);
        self
    }

    /// The claim was not made: there is nothing to give free.
    pub(super) fn disarm(&mut self) {
        self.open = false;
    }

    /// The request was handled: it is not handled again. Says `false` where the lease had run out and
    /// somebody else has taken the claim over or finished it.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when that cannot be written down. The claim then stays until its lease ends.
    pub async fn commit(mut self) -> Result<bool, StoreError> {
        self.renewal = None;
        // What comes after an error is for the lease to settle: the request was handled.
        self.open = false;
        self.store.commit(&self.key, self.owner, self.window).await
    }

    /// The request was not handled: the next delivery of it is new.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when that cannot be written down. The claim then stays until its lease ends.
    pub async fn release(mut self) -> Result<(), StoreError> {
        self.renewal = None;
        // Until that is done a dropped future still gives the claim free.
        let released = self.store.release(&self.key, self.owner).await;
        self.open = false;
        released
    }
}

impl Claim<MemoryStore> {
    /// As [`commit`](Self::commit), for code that is not asynchronous.
    ///
    /// # Errors
    ///
    /// [`StoreError::Full`] when the lease had run out and the store has filled up since.
    pub fn commit_now(mut self) -> Result<bool, StoreError> {
        self.open = false;
        self.store.commit_now(&self.key, self.owner, self.window)
    }
}

impl<S: Store> Drop for Claim<S> {
    fn drop(&mut self) {
        self.renewal = None;
        if self.open {
            self.store.abandon(&self.key, self.owner);
        }
    }
}

impl<S: Store> fmt::Debug for Claim<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim").field("key", &self.key).finish_non_exhaustive()
    }
}

impl<S: Store> ReplayGuard<S> {
    /// Claims the request, or says that this has been done.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: refuse the request with a 503, so that the provider comes again, or where there is
    /// [no key](StoreError::NoKey) with a 500.
    pub async fn claim<B>(&self, proof: &Verified<B>) -> Result<Attempt<S>, StoreError> {
        let (key, owner) = (proof.replay_key().ok_or(StoreError::NoKey)?, Owner::new());
        // Armed before the store is asked: an answer that nobody waits for any more, or that comes too
        // late, must not leave a claim behind.
        let mut claim = Claim::new(Arc::clone(&self.store), key, owner, self.window_of(proof));
        let held = self.store.claim(&key, owner, self.lease).await?;
        if held != Held::Nothing {
            claim.disarm();
        }
        Ok(self.attempt(held, claim))
    }
}
