//! Claims in memory.

use std::fmt;
use std::future::ready;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::ledger::Ledger;
use super::{Held, Owner, Store, StoreError, StoreFuture};
use crate::time::monotonic;
use crate::verified::ReplayKey;

/// Claims in this process's memory: bounded, and by a clock that is never set back. They are forgotten
/// on a restart.
///
/// ```
/// use hooksig::{MemoryStore, ReplayGuard};
///
/// let guard = ReplayGuard::new(MemoryStore::new(100_000)); // as `ReplayGuard::in_memory`
/// # let _ = guard;
/// ```
pub struct MemoryStore {
    ledger: Mutex<Ledger>,
    started: Instant,
}

impl MemoryStore {
    /// Room for `capacity` keys, about 200 bytes each.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { ledger: Mutex::new(Ledger::new(capacity)), started: monotonic() }
    }

    pub(super) fn claim_now(
        &self,
        key: &ReplayKey,
        owner: Owner,
        lease: Duration,
    ) -> Result<Held, StoreError> {
        self.ledger().claim(*key.as_bytes(), owner, self.now(), lease)
    }

    pub(super) fn commit_now(
        &self,
        key: &ReplayKey,
        owner: Owner,
        window: Duration,
    ) -> Result<bool, StoreError> {
        self.ledger().commit(*key.as_bytes(), owner, self.now(), window)
    }

    /// Every change is one call of the ledger, so a panic elsewhere leaves it whole.
    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Duration {
        monotonic().saturating_duration_since(self.started)
    }
}

impl Store for MemoryStore {
    fn claim(&self, key: &ReplayKey, owner: Owner, lease: Duration) -> StoreFuture<'_, Held> {
        Box::pin(ready(self.claim_now(key, owner, lease)))
    }

    fn commit(&self, key: &ReplayKey, owner: Owner, window: Duration) -> StoreFuture<'_, bool> {
        Box::pin(ready(self.commit_now(key, owner, window)))
    }

    fn release(&self, key: &ReplayKey, owner: Owner) -> StoreFuture<'_, ()> {
        self.abandon(key, owner);
        Box::pin(ready(Ok(())))
    }

    fn abandon(&self, key: &ReplayKey, owner: Owner) {
        self.ledger().release(*key.as_bytes(), owner);
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}
