//! Claims and marks in order: a table without a clock and without a lock.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use super::{Held, Owner, StoreError};

/// A key's bytes.
type Key = [u8; 32];

/// The keys that are held, none of them longer than it has to be.
///
/// Moments are counted from whenever its owner began to count.
#[derive(Debug)]
pub(super) struct Ledger {
    entries: HashMap<Key, Entry>,
    /// When each entry ends, the next one first.
    ends: BTreeSet<(Duration, Key)>,
    capacity: usize,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    /// Who claims the key; nobody, when it is done.
    owner: Option<Owner>,
    end: Duration,
}

impl Ledger {
    pub(super) fn new(capacity: usize) -> Self {
        Self { entries: HashMap::new(), ends: BTreeSet::new(), capacity }
    }

    pub(super) fn claim(
        &mut self,
        key: Key,
        owner: Owner,
        now: Duration,
        lease: Duration,
    ) -> Result<Held, StoreError> {
        self.expire(now);
        match self.entries.get(&key) {
            Some(Entry { owner: None, .. }) => Ok(Held::Done),
            Some(Entry { end, .. }) => Ok(Held::Claim(end.saturating_sub(now))),
            None => {
                self.set(key, Entry { owner: Some(owner), end: now.saturating_add(lease) })?;
                Ok(Held::Nothing)
            }
        }
    }

    pub(super) fn commit(
        &mut self,
        key: Key,
        owner: Owner,
        now: Duration,
        window: Duration,
    ) -> Result<bool, StoreError> {
        self.expire(now);
        // A lease that ran out without anybody taking the key over leaves no entry.
        let free = self.entries.get(&key).is_none_or(|entry| entry.owner == Some(owner));
        if free {
            self.set(key, Entry { owner: None, end: now.saturating_add(window) })?;
        }
        Ok(free)
    }

    pub(super) fn release(&mut self, key: Key, owner: Owner) {
        if let Some(entry) = self.entries.get(&key).copied().filter(|entry| entry.owner == Some(owner)) {
            self.entries.remove(&key);
            self.ends.remove(&(entry.end, key));
        }
    }

    fn set(&mut self, key: Key, entry: Entry) -> Result<(), StoreError> {
        let earlier = self.entries.get(&key).copied();
        if earlier.is_none() && self.entries.len() >= self.capacity {
            return Err(StoreError::Full);
        }
        if let Some(earlier) = earlier {
            self.ends.remove(&(earlier.end, key));
        }
        self.entries.insert(key, entry);
        self.ends.insert((entry.end, key));
        Ok(())
    }

    /// Forgets what has ended, and nothing else.
    fn expire(&mut self, now: Duration) {
        while let Some((end, key)) = self.ends.first().copied().filter(|(end, _)| *end <= now) {
            self.ends.remove(&(end, key));
            self.entries.remove(&key);
        }
    }
}

#[cfg(all(test, not(hooksig_loom)))]
mod tests {
    use super::*;

    const fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    const ONE: Owner = Owner(1);
    const TWO: Owner = Owner(2);

    #[test]
    fn a_claim_is_held_done_or_given_free() {
        let mut ledger = Ledger::new(10);
        let key = [1; 32];
        assert_eq!(ledger.claim(key, ONE, secs(0), secs(60)), Ok(Held::Nothing));
        assert_eq!(ledger.claim(key, TWO, secs(1), secs(60)), Ok(Held::Claim(secs(59))));
        ledger.release(key, TWO);
        assert_eq!(
            ledger.claim(key, TWO, secs(2), secs(60)),
            Ok(Held::Claim(secs(58))),
            "not his to release"
        );
        assert_eq!(ledger.commit(key, TWO, secs(2), secs(100)), Ok(false), "not his to commit");
        ledger.release(key, ONE);
        assert_eq!(ledger.claim(key, TWO, secs(3), secs(60)), Ok(Held::Nothing));
        assert_eq!(ledger.commit(key, TWO, secs(4), secs(100)), Ok(true));
        ledger.release(key, TWO);
        assert_eq!(ledger.claim(key, ONE, secs(103), secs(60)), Ok(Held::Done), "done is done");
        assert_eq!(ledger.claim(key, ONE, secs(104), secs(60)), Ok(Held::Nothing), "the window has ended");
    }

    #[test]
    fn a_lease_that_ran_out_is_lost_only_to_somebody_else() {
        let mut ledger = Ledger::new(10);
        assert_eq!(ledger.claim([1; 32], ONE, secs(0), secs(60)), Ok(Held::Nothing));
        assert_eq!(ledger.commit([1; 32], ONE, secs(61), secs(100)), Ok(true), "nobody wanted it");
        assert_eq!(ledger.claim([2; 32], ONE, secs(0), secs(60)), Ok(Held::Nothing));
        assert_eq!(ledger.claim([2; 32], TWO, secs(60), secs(60)), Ok(Held::Nothing), "taken over");
        assert_eq!(ledger.commit([2; 32], ONE, secs(61), secs(100)), Ok(false));
        ledger.release([2; 32], ONE);
        assert_eq!(ledger.commit([2; 32], TWO, secs(62), secs(100)), Ok(true));
        assert_eq!(ledger.commit([2; 32], TWO, secs(63), secs(100)), Ok(false), "once");
    }

    #[test]
    fn what_has_not_ended_is_never_given_up() {
        let mut ledger = Ledger::new(2);
        assert_eq!(ledger.claim([1; 32], ONE, secs(0), secs(10)), Ok(Held::Nothing));
        assert_eq!(ledger.commit([1; 32], ONE, secs(1), secs(100)), Ok(true));
        assert_eq!(ledger.claim([2; 32], ONE, secs(1), secs(10)), Ok(Held::Nothing));
        assert_eq!(ledger.claim([3; 32], ONE, secs(2), secs(10)), Err(StoreError::Full));
        assert_eq!(ledger.claim([1; 32], ONE, secs(2), secs(10)), Ok(Held::Done));
        assert_eq!(ledger.claim([3; 32], ONE, secs(11), secs(10)), Ok(Held::Nothing), "a lease has ended");
        assert_eq!(ledger.claim([1; 32], ONE, secs(12), secs(10)), Ok(Held::Done));
        assert_eq!((ledger.entries.len(), ledger.ends.len()), (2, 2));
    }
}

/// Every interleaving of three threads that claim, fail or succeed, and come again.
///
/// `tests/model` runs it: `RUSTFLAGS="--cfg hooksig_loom" cargo test --release --manifest-path
/// tests/model/Cargo.toml`.
#[cfg(all(test, hooksig_loom))]
mod model {
    use loom::sync::{Arc, Mutex};
    use loom::thread;

    use super::*;

    const KEY: Key = [1; 32];
    const HOUR: Duration = Duration::from_secs(3600);

    #[derive(Default)]
    struct Seen {
        running: usize,
        committed: usize,
    }

    fn worker(ledger: &Mutex<Ledger>, seen: &Mutex<Seen>, owner: Owner, fails: bool) -> Held {
        let held = ledger.lock().unwrap().claim(KEY, owner, Duration::ZERO, HOUR).unwrap();
        if held != Held::Nothing {
            return held;
        }
        let mut handling = seen.lock().unwrap();
        handling.running += 1;
        assert_eq!(handling.running, 1, "two handlers at once");
        assert_eq!(handling.committed, 0, "handled after it was done");
        handling.running -= 1;
        drop(handling);
        if fails {
            ledger.lock().unwrap().release(KEY, owner);
        } else if ledger.lock().unwrap().commit(KEY, owner, Duration::ZERO, HOUR).unwrap() {
            seen.lock().unwrap().committed += 1;
        }
        held
    }

    /// Two whose leases have run out at once, and one who takes over: whatever the order, one commits.
    #[test]
    fn of_owners_that_outlived_their_leases_one_commits() {
        loom::model(|| {
            let ledger = Arc::new(Mutex::new(Ledger::new(1)));
            let committed = Arc::new(Mutex::new(0));
            let second = Duration::from_secs(1);
            let handle = |number: u128, start: Duration| {
                let (ledger, committed) = (Arc::clone(&ledger), Arc::clone(&committed));
                move || {
                    let owner = Owner(number);
                    if ledger.lock().unwrap().claim(KEY, owner, start, second) != Ok(Held::Nothing) {
                        return;
                    }
                    // The handler outlives its lease.
                    let late = start + 2 * second;
                    if ledger.lock().unwrap().commit(KEY, owner, late, HOUR).unwrap() {
                        *committed.lock().unwrap() += 1;
                    }
                }
            };
            let threads = [thread::spawn(handle(1, Duration::ZERO)), thread::spawn(handle(2, second))];
            handle(3, 2 * second)();
            let _ = threads.map(|thread| thread.join().unwrap());
            assert_eq!(*committed.lock().unwrap(), 1);
        });
    }

    #[test]
    fn one_of_three_commits_and_a_failure_gives_way() {
        for failing in 0..4 {
            loom::model(move || {
                let ledger = Arc::new(Mutex::new(Ledger::new(1)));
                let seen = Arc::new(Mutex::new(Seen::default()));
                let spawn = |number: u128| {
                    let (ledger, seen) = (Arc::clone(&ledger), Arc::clone(&seen));
                    thread::spawn(move || worker(&ledger, &seen, Owner(number), number <= failing))
                };
                let threads = [spawn(1), spawn(2)];
                worker(&ledger, &seen, Owner(3), 3 <= failing);
                let _ = threads.map(|thread| thread.join().unwrap());
                // Whoever found it in progress comes again; a failure has given it free.
                let last = worker(&ledger, &seen, Owner(4), false);
                assert!(last == Held::Nothing || last == Held::Done);
                assert_eq!(seen.lock().unwrap().committed, 1);
            });
        }
    }
}
