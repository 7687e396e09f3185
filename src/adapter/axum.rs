//! Extractors for axum 0.8.
//!
//! ```
//! use axum::{Json, Router, http::StatusCode, routing::post};
//! use hooksig::axum::Signed;
//! use hooksig::{Secret, Verified, Verifier, providers};
//!
//! // The verifier comes from the state; a sub-router for each provider has its own.
//! async fn on_call(Signed(Json(event)): Signed<Json<serde_json::Value>>) -> StatusCode {
//!     println!("genuine: {event}");
//!     StatusCode::OK
//! }
//!
//! // With the proof beside it.
//! async fn on_end(Signed((proof, event)): Signed<(Verified<()>, String)>) -> StatusCode {
//!     println!("{} signed {event}", proof.key());
//!     StatusCode::OK
//! }
//!
//! let verifier = Verifier::new(providers::RETELL, Secret::new("key_test"))?;
//! let app: Router =
//!     Router::new().route("/call", post(on_call)).route("/end", post(on_end)).with_state(verifier);
//! # let _ = app;
//! # Ok::<(), hooksig::ConfigError>(())
//! ```
//!
//! With a replay guard in the state an extractor hands out the claim on the request. A duplicate is
//! answered with 200 and one that is being handled with 503, before the handler; the handler commits when
//! it succeeded, and a claim that is dropped gives the request free for the provider's retry.
//!
//! ```
//! use axum::extract::FromRef;
//! use axum::{Json, Router, http::StatusCode, routing::post};
//! use hooksig::axum::Signed;
//! use hooksig::{Claim, MemoryStore, ReplayGuard, Secret, Verifier, providers};
//!
//! #[derive(Clone, FromRef)]
//! struct Webhooks {
//!     verifier: Verifier,
//!     guard: ReplayGuard,
//! }
//!
//! type Once<E> = Signed<(Claim<MemoryStore>, E)>;
//!
//! async fn on_push(Signed((claim, Json(event))): Once<Json<serde_json::Value>>) -> StatusCode {
//!     println!("the only one: {event}");
//!     match claim.commit().await {
//!         Ok(_) => StatusCode::OK,
//!         Err(_) => StatusCode::SERVICE_UNAVAILABLE,
//!     }
//! }
//!
//! let verifier =
//!     Verifier::builder(providers::GITHUB).key("default", Secret::new("test-secret")).replay_keys().build()?;
//! let state = Webhooks { verifier, guard: ReplayGuard::in_memory(100_000) };
//! let app: Router = Router::new().route("/push", post(on_push)).with_state(state);
//! # let _ = app;
//! # Ok::<(), hooksig::ConfigError>(())
//! ```
//!
//! For a layer around routes see `hooksig::tower` (feature `tower`).

use std::fmt;

use axum_core::RequestExt;
use axum_core::body::Body;
use axum_core::extract::{FromRef, FromRequest, FromRequestParts, Request};
use axum_core::response::{IntoResponse, Response};
use http::StatusCode;
use http::request::Parts;
use http_body::Body as _;

use super::body::{self, refuse};
use super::once::{Answer, claim};
use crate::{Claim, ReplayGuard, Store, Verified, Verifier, VerifyError};

/// Any extractor, behind a verified signature: nothing is parsed before it has matched.
///
/// The body's limit is the app's own (`DefaultBodyLimit`, 2 MB unless changed).
#[derive(Clone, Copy, Debug)]
pub struct Signed<E>(pub E);

impl<S, E> FromRequest<S> for Signed<E>
where
    S: Send + Sync,
    Verifier: FromRef<S>,
    E: FromRequest<S>,
{
    type Rejection = SignedRejection<E::Rejection>;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        // The limit hides in the request's extensions: it is applied to the original request, and
        // kept for the inner extractor.
        let (mut parts, body) = request.with_limited_body().into_parts();
        let verifier = Verifier::from_ref(state);
        // What the app admits; a declared length over it is refused before the body is polled.
        let admitted = body.size_hint().upper().and_then(|upper| usize::try_from(upper).ok());
        let verified = body::verify(&parts, body, &verifier, admitted.unwrap_or(usize::MAX)).await;
        let (proof, frames) = verified.map_err(SignedRejection::Refused)?;
        parts.extensions.insert(proof);
        let request = Request::from_parts(parts, Body::from(frames.into_bytes()));
        E::from_request(request, state).await.map(Self).map_err(SignedRejection::Inner)
    }
}

/// Why [`Signed`] gave nothing.
///
/// ```
/// use axum::{Json, response::IntoResponse as _};
/// use hooksig::axum::{Signed, SignedRejection};
/// use hooksig::{ErrorKind, VerifyError};
///
/// // A handler that wants to see the refusal itself takes a `Result`.
/// async fn on_call(
///     event: Result<Signed<Json<serde_json::Value>>, SignedRejection<axum::extract::rejection::JsonRejection>>,
/// ) -> axum::response::Response {
///     match event {
///         Ok(Signed(Json(event))) => event.to_string().into_response(),
///         Err(rejection) => rejection.into_response(),
///     }
/// }
///
/// let refused = SignedRejection::<String>::Refused(VerifyError::from(ErrorKind::Stale));
/// assert_eq!(refused.into_response().status().as_u16(), 401);
/// # let _ = on_call;
/// ```
#[derive(Clone, Debug)]
pub enum SignedRejection<R> {
    /// The request was refused.
    Refused(VerifyError),
    /// The request is genuine, and the inner extractor rejected it.
    Inner(R),
}

impl<R: IntoResponse> IntoResponse for SignedRejection<R> {
    fn into_response(self) -> Response {
        match self {
            Self::Refused(refusal) => refuse(refusal),
            Self::Inner(rejection) => rejection.into_response(),
        }
    }
}

/// The proof of a request that a layer around the handler has verified, or the [`Signed`] that this
/// stands inside: `Signed<(Verified<()>, E)>`. Beside a `Signed` it comes too early. Where nothing has
/// verified, the handler is not reached and the answer is 500: a forgotten layer cannot fail open.
impl<S: Send + Sync> FromRequestParts<S> for Verified<()> {
    type Rejection = NotVerified;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, NotVerified> {
        parts.extensions.get::<Self>().cloned().ok_or(NotVerified)
    }
}

/// A claim on a request that a layer around the handler has verified, or the [`Signed`] that this stands
/// inside: `Signed<(Claim<MemoryStore>, E)>`. Verifier and guard come from the state.
impl<S, T> FromRequestParts<S> for Claim<T>
where
    S: Send + Sync,
    T: Store + 'static,
    Verifier: FromRef<S>,
    ReplayGuard<T>: FromRef<S>,
{
    type Rejection = Unclaimed;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Unclaimed> {
        let proof = parts.extensions.get::<Verified<()>>().cloned().ok_or(Unclaimed::NotVerified)?;
        let (guard, verifier) = (ReplayGuard::from_ref(state), Verifier::from_ref(state));
        claim(&guard, &verifier, &proof)
            .await
            .map_err(|answer| Unclaimed::Answered { status: answer.status, retry_after: answer.retry_after })
    }
}

/// Why there is no [`Claim`].
///
/// ```
/// use axum::response::IntoResponse as _;
/// use hooksig::axum::Unclaimed;
/// use hooksig::http::StatusCode;
///
/// let busy = Unclaimed::Answered { status: StatusCode::SERVICE_UNAVAILABLE, retry_after: Some(60) };
/// assert_eq!(busy.into_response().headers()["retry-after"], "60");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unclaimed {
    /// Nothing verified the request: 500, as for a proof.
    NotVerified,
    /// The request is not handled now.
    Answered {
        /// 200 for a duplicate; 503 for one that is being handled, and while the store does not work; 500 for
        /// a verifier whose proofs have no replay keys.
        status: StatusCode,
        /// After how many seconds the provider should come again.
        retry_after: Option<u64>,
    },
}

impl IntoResponse for Unclaimed {
    fn into_response(self) -> Response {
        match self {
            Self::NotVerified => NotVerified.into_response(),
            Self::Answered { status, retry_after } => Answer { status, retry_after }.response(),
        }
    }
}

/// A handler takes a proof, and nothing verified the request: the app lacks a layer.
///
/// ```
/// use axum::response::IntoResponse as _;
/// use hooksig::axum::NotVerified;
///
/// assert_eq!(NotVerified.into_response().status().as_u16(), 500);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotVerified;

impl fmt::Display for NotVerified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the handler takes a proof, but no layer verified the request before")
    }
}

impl std::error::Error for NotVerified {}

impl IntoResponse for NotVerified {
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
