//! Claims in Redis, for more than one process.

use std::fmt;
use std::time::Duration;

use redis::aio::ConnectionLike;
use redis::{FromRedisValue, Script, Value};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::{Held, Owner, Renewal, Store, StoreError, StoreFuture};
use crate::verified::ReplayKey;

/// The value of a key that is done; owners are hexadecimal numbers.
const DONE: &str = "done";

/// How long an answer may take unless [`RedisStore::patience`] says otherwise.
const PATIENCE: Duration = Duration::from_secs(1);

/// Claims in Redis: shared by all processes with one prefix, and kept over restarts.
///
/// The connection is the caller's, made and authenticated as he likes; one that reconnects by itself, such
/// as `redis::aio::ConnectionManager`, is best. A key is `SET … NX PX` for its lease; only its owner
/// releases, renews or commits it, by scripts that run as one. Needs Redis 2.6.12 or later.
///
/// Expiry goes by the server's clock. A server that loses its memory, a replica that is promoted before it
/// has caught up, and one that evicts keys (a `maxmemory-policy` other than `noeviction`) forget claims.
///
/// ```no_run
/// use std::time::Duration;
/// use hooksig::{RedisStore, ReplayGuard};
///
/// # async fn guard() -> Result<(), redis::RedisError> {
/// let connection = redis::Client::open("redis://127.0.0.1/")?.get_connection_manager().await?;
/// let store = RedisStore::new(connection, "hooksig:production:").patience(Duration::from_millis(250));
/// let guard = ReplayGuard::new(store); // for a layer's or a middleware's `replay`
/// # let _ = guard;
/// # Ok(())
/// # }
/// ```
#[cfg_attr(docsrs, doc(cfg(feature = "redis")))]
#[derive(Clone)]
pub struct RedisStore<C> {
    connection: C,
    prefix: String,
    patience: Duration,
}

impl<C> RedisStore<C>
where
    C: ConnectionLike + Clone + Send + Sync + 'static,
{
    /// Keeps claims under keys that start with `prefix`, such as `"hooksig:"`.
    pub fn new(connection: C, prefix: &str) -> Self {
        Self { connection, prefix: prefix.to_owned(), patience: PATIENCE }
    }

    /// How long an answer may take before the request is refused: one second unless this says otherwise.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    fn name(&self, key: &ReplayKey) -> String {
        format!("{}{key}", self.prefix)
    }

    /// Runs a command; whatever goes wrong, the store does not work.
    async fn run<T: FromRedisValue>(
        &self,
        work: impl Future<Output = redis::RedisResult<T>>,
    ) -> Result<T, StoreError> {
        let answer = timeout(self.patience, work).await.map_err(|_| StoreError::Unavailable)?;
        answer.map_err(|_| StoreError::Unavailable)
    }

    async fn try_claim(&self, name: String, owner: Owner, lease: Duration) -> Result<Held, StoreError> {
        let mut connection = self.connection.clone();
        let mut set = redis::cmd("SET");
        set.arg(&name).arg(token(owner)).arg("NX").arg("PX").arg(millis(lease));
        match self.run::<Value>(set.query_async(&mut connection)).await? {
            Value::Okay => return Ok(Held::Nothing),
            Value::Nil => {}
            _ => return Err(StoreError::Unavailable),
        }
        let mut look = redis::pipe();
        look.atomic().get(&name).pttl(&name);
        let (value, ends): (Option<String>, i64) = self.run(look.query_async(&mut connection)).await?;
        match value.as_deref() {
            Some(DONE) => Ok(Held::Done),
            Some(held) if held == token(owner) => Ok(Held::Nothing),
            Some(_) => Ok(Held::Claim(Duration::from_millis(u64::try_from(ends).unwrap_or(0)))),
            // It ended between the two looks: the next delivery finds it free.
            None => Ok(Held::Claim(Duration::ZERO)),
        }
    }

    /// Runs a script on one key and its owner.
    async fn script(&self, text: &str, name: &str, owner: Owner, time: Duration) -> Result<bool, StoreError> {
        let mut connection = self.connection.clone();
        let script = Script::new(text);
        let mut call = script.prepare_invoke();
        call.key(name).arg(token(owner)).arg(DONE).arg(millis(time));
        match self.run::<i64>(call.invoke_async(&mut connection)).await? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(StoreError::Unavailable),
        }
    }
}

/// How often and after which pause a commit that failed is tried again: for as long as the lease lasts,
/// unless that was changed.
const COMMIT_RETRIES: u32 = 50;
const COMMIT_PAUSE: Duration = Duration::from_secs(1);

/// Marks a key as done, unless it is somebody else's or done; one that has run out is nobody's.
const COMMIT: &str = r"
local held = redis.call('GET', KEYS[1])
if held == false or held == ARGV[1] then
    redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
    return 1
end
return 0";

/// Gives a key free, if it is the owner's.
const RELEASE: &str = r"
if redis.call('GET', KEYS[1]) == ARGV[1] then
    return redis.call('DEL', KEYS[1])
end
return 0";

/// Renews a key's lease, if it is the owner's.
const RENEW: &str = r"
if redis.call('GET', KEYS[1]) == ARGV[1] then
    return redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
return 0";

fn token(owner: Owner) -> String {
    format!("{:032x}", owner.number())
}

/// Redis takes no lease of nothing, and none whose end its clock cannot say: ten years have to do.
fn millis(time: Duration) -> u64 {
    const MOST: u64 = 10 * 365 * 86_400_000;
    u64::try_from(time.as_millis()).unwrap_or(MOST).clamp(1, MOST)
}

/// Ends a renewal when it is dropped.
struct Renewing(JoinHandle<()>);

impl Drop for Renewing {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl<C> Store for RedisStore<C>
where
    C: ConnectionLike + Clone + Send + Sync + 'static,
{
    fn claim(&self, key: &ReplayKey, owner: Owner, lease: Duration) -> StoreFuture<'_, Held> {
        Box::pin(self.try_claim(self.name(key), owner, lease))
    }

    /// Goes on by itself when nobody waits for it any more, and comes again when Redis does not work for a
    /// while: what was handled must not be handled again.
    fn commit(&self, key: &ReplayKey, owner: Owner, window: Duration) -> StoreFuture<'_, bool> {
        let (store, name) = (self.clone(), self.name(key));
        Box::pin(async move {
            let (first, answer) = oneshot::channel();
            tokio::spawn(async move {
                let mut committed = store.script(COMMIT, &name, owner, window).await;
                let _ = first.send(committed);
                for _ in 0..COMMIT_RETRIES {
                    if committed.is_ok() {
                        return;
                    }
                    sleep(COMMIT_PAUSE).await;
                    committed = store.script(COMMIT, &name, owner, window).await;
                }
            });
            answer.await.unwrap_or(Err(StoreError::Unavailable))
        })
    }

    fn release(&self, key: &ReplayKey, owner: Owner) -> StoreFuture<'_, ()> {
        let name = self.name(key);
        Box::pin(async move { self.script(RELEASE, &name, owner, Duration::ZERO).await.map(drop) })
    }

    /// Where there is a runtime the release goes on by itself; otherwise the lease ends it.
    fn abandon(&self, key: &ReplayKey, owner: Owner) {
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let (store, name) = (self.clone(), self.name(key));
            runtime.spawn(async move { store.script(RELEASE, &name, owner, Duration::ZERO).await });
        }
    }

    fn renew(&self, key: &ReplayKey, owner: Owner, lease: Duration) -> Option<Renewal> {
        let runtime = tokio::runtime::Handle::try_current().ok()?;
        let (store, name) = (self.clone(), self.name(key));
        let pause = lease.checked_div(3).unwrap_or(lease).max(Duration::from_millis(1));
        let renewing = runtime.spawn(async move {
            loop {
                sleep(pause).await;
                // An error may pass; a lease that is gone does not come back.
                if store.script(RENEW, &name, owner, lease).await == Ok(false) {
                    return;
                }
            }
        });
        Some(Box::new(Renewing(renewing)))
    }
}

impl<C> fmt::Debug for RedisStore<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}
