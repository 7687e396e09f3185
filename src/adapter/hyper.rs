//! Requests of hyper 1, and of everything else that speaks http 1 and http-body 1.
//!
//! ```
//! use http_body_util::Full;
//! use hooksig::http::{Request, Response};
//! use hooksig::{Verifier, hyper};
//!
//! async fn serve(request: Request<Full<&'static [u8]>>, verifier: &Verifier) -> Response<String> {
//!     match hyper::verify_request(request, verifier, 1 << 20).await {
//!         Ok((_proof, request)) => Response::new(format!("{} genuine bytes", request.body().len())),
//!         Err(refusal) => hyper::refuse(refusal),
//!     }
//! }
//! ```
//!
//! For lambda_http and other runtimes whose requests hold the whole body, call
//! [`Verifier::verify`](crate::Verifier::verify) with the request and its body.

use std::convert::Infallible;
use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};

use super::body::{self, Frames};
use super::once::{Once, once};
use crate::{ReplayGuard, Store, Verified, Verifier, VerifyError};

/// Verifies a request while its body arrives, and hands it on with the body in one piece.
///
/// A request that is unsigned, malformed, stale, or too long by its own word is refused before its
/// body is polled. The proof stands in the request's extensions too. Trailers are not signed, and so
/// they are dropped.
///
/// # Errors
///
/// [`VerifyError`]: those of [`Verifier::verify`](crate::Verifier::verify),
/// [`BodyTooLarge`](crate::ErrorKind::BodyTooLarge) for more than `limit` bytes, and
/// [`BodyUnreadable`](crate::ErrorKind::BodyUnreadable). [`refuse`] makes the answer.
pub async fn verify_request<B: Body>(
    request: Request<B>,
    verifier: &Verifier,
    limit: usize,
) -> Result<(Verified<()>, Request<Bytes>), VerifyError>
where
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let (proof, request) = verify_frames(request, verifier, limit).await?;
    Ok((proof, request.map(|body| body.frames.into_bytes())))
}

/// As [`verify_request`], with the body in the frames in which it came: for long bodies, since
/// nothing is copied. The handler gets them after the signature has matched, never before.
///
/// ```
/// use http_body_util::{BodyExt as _, Full};
/// use hooksig::http::{Request, Response};
/// use hooksig::{Verifier, hyper};
///
/// async fn serve(request: Request<Full<&'static [u8]>>, verifier: &Verifier) -> Response<String> {
///     match hyper::verify_frames(request, verifier, 64 << 20).await {
///         Ok((_proof, request)) => {
///             let mut body = request.into_body(); // a `VerifiedBody`
///             let mut frames = 0;
///             while let Some(Ok(_frame)) = body.frame().await {
///                 frames += 1;
///             }
///             Response::new(format!("{frames} frames"))
///         }
///         Err(refusal) => hyper::refuse(refusal),
///     }
/// }
/// ```
///
/// # Errors
///
/// As [`verify_request`].
pub async fn verify_frames<B: Body>(
    request: Request<B>,
    verifier: &Verifier,
    limit: usize,
) -> Result<(Verified<()>, Request<VerifiedBody>), VerifyError>
where
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let (mut parts, body) = request.into_parts();
    let (proof, frames) = body::verify(&parts, body, verifier, limit).await?;
    parts.extensions.insert(proof.clone());
    Ok((proof, Request::from_parts(parts, VerifiedBody { frames })))
}

/// Runs a handler once for each request, or each event: see [`ReplayGuard`]. A response with a status of 2xx
/// commits it, anything else gives it free for the provider's retry. A duplicate is answered with 200,
/// and one of a request that is being handled with 503 and `Retry-After`.
///
/// ```
/// use http_body_util::Full;
/// use hooksig::http::{Request, Response};
/// use hooksig::{ReplayGuard, Verifier, hyper};
///
/// async fn serve(
///     request: Request<Full<&'static [u8]>>,
///     verifier: &Verifier,
///     guard: &ReplayGuard,
/// ) -> Result<Response<String>, std::io::Error> {
///     match hyper::verify_request(request, verifier, 1 << 20).await {
///         Ok((proof, request)) => hyper::handle_once(guard, verifier, &proof, async {
///             Ok(Response::new(format!("{} genuine bytes", request.body().len())))
///         })
///         .await,
///         Err(refusal) => Ok(hyper::refuse(refusal)),
///     }
/// }
/// ```
///
/// # Errors
///
/// The handler's own.
pub async fn handle_once<S: Store + 'static, R: Default, E>(
    guard: &ReplayGuard<S>,
    verifier: &Verifier,
    proof: &Verified<()>,
    handler: impl Future<Output = Result<Response<R>, E>>,
) -> Result<Response<R>, E> {
    let guard = guard.clone().erased();
    let succeeded = |response: &Response<R>| response.status().is_success();
    match once(&guard, verifier, proof, handler, succeeded).await? {
        Once::Handled(response) => Ok(response),
        Once::Answered(answer) => Ok(answer.response()),
    }
}

/// The answer to a refused request: its [status](VerifyError::status) and an empty body. The reason
/// stands in the response's extensions, for the layers around it.
#[must_use]
pub fn refuse<B: Default>(refusal: VerifyError) -> Response<B> {
    body::refuse(refusal)
}

/// A body whose signature has matched, frame by frame.
#[derive(Debug)]
pub struct VerifiedBody {
    frames: Frames,
}

impl Body for VerifiedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.get_mut().frames.pop().map(|frame| Ok(Frame::data(frame))))
    }

    fn is_end_stream(&self) -> bool {
        self.frames.len() == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.frames.len() as u64)
    }
}
