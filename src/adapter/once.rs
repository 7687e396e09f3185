//! What the adapters share that see a handler's outcome: handling a request once.

#[cfg(any(feature = "hyper", feature = "tower"))]
use std::future::Future;
#[cfg(any(feature = "actix", feature = "hyper", feature = "tower"))]
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

use crate::{Attempt, Claim, Outcome, ReplayGuard, Store, StoreError, Verified, Verifier};

/// A guard, whatever its store.
#[cfg(any(feature = "actix", feature = "hyper", feature = "tower"))]
pub(super) type Guard = ReplayGuard<Arc<dyn Store>>;

/// What became of a genuine request.
#[cfg(any(feature = "hyper", feature = "tower"))]
pub(super) enum Once<R> {
    Handled(R),
    /// It did not get to its handler.
    Answered(Answer),
}

/// The answer to a request that is not handled now.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    /// After how many seconds the provider should come again.
    pub(super) retry_after: Option<u64>,
}

/// How long a provider should wait for a store that does not work.
const STORE_PAUSE: Duration = Duration::from_secs(5);

/// Runs the handler if nobody has handled the request and nobody is just doing it. A response that
/// succeeded commits the claim; any other, an error, a panic and a dropped future release it.
#[cfg(any(feature = "hyper", feature = "tower"))]
pub(super) async fn once<R, E>(
    guard: &Guard,
    verifier: &Verifier,
    proof: &Verified<()>,
    handler: impl Future<Output = Result<R, E>>,
    succeeded: impl Fn(&R) -> bool,
) -> Result<Once<R>, E> {
    let claim = match claim(guard, verifier, proof).await {
        Ok(claim) => claim,
        Err(answer) => return Ok(Once::Answered(answer)),
    };
    let handled = handler.await;
    settle(claim, verifier, proof, handled.as_ref().is_ok_and(succeeded)).await;
    handled.map(Once::Handled)
}

/// Commits or releases a claim when the handler has done its work.
#[cfg(any(feature = "actix", feature = "hyper", feature = "tower"))]
pub(super) async fn settle(
    claim: Claim<Arc<dyn Store>>,
    verifier: &Verifier,
    proof: &Verified<()>,
    succeeded: bool,
) {
    let settled = if succeeded { claim.commit().await } else { claim.release().await.map(|()| true) };
    match settled {
        Ok(true) => {}
        Ok(false) => verifier.tell(proof, Outcome::ClaimLost),
        Err(_) => verifier.tell(proof, Outcome::StoreFailed),
    }
}

/// A claim on the request, or the answer to one that is not handled now.
pub(super) async fn claim<S: Store>(
    guard: &ReplayGuard<S>,
    verifier: &Verifier,
    proof: &Verified<()>,
) -> Result<Claim<S>, Answer> {
    let unavailable =
        |pause| Answer { status: StatusCode::SERVICE_UNAVAILABLE, retry_after: Some(whole_seconds(pause)) };
    let (outcome, answer) = match guard.claim(proof).await {
        Ok(Attempt::New(claim)) => return Ok(claim),
        Ok(Attempt::InProgress { retry_after }) => (Outcome::InProgress, unavailable(retry_after)),
        Ok(Attempt::Done) => {
            (Outcome::Duplicate, Answer { status: guard.acknowledgement(), retry_after: None })
        }
        Err(StoreError::NoKey) => {
            (Outcome::NoReplayKey, Answer { status: StatusCode::INTERNAL_SERVER_ERROR, retry_after: None })
        }
        Err(_) => (Outcome::StoreFailed, unavailable(STORE_PAUSE)),
    };
    verifier.tell(proof, outcome);
    Err(answer)
}

fn whole_seconds(time: Duration) -> u64 {
    time.as_secs().saturating_add(u64::from(time.subsec_nanos() > 0)).max(1)
}

impl Answer {
    #[cfg(feature = "http-body")]
    pub(super) fn response<B: Default>(self) -> http::Response<B> {
        let mut response = http::Response::new(B::default());
        *response.status_mut() = self.status;
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(http::header::RETRY_AFTER, seconds.into());
        }
        response
    }
}
