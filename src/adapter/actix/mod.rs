//! An extractor and a middleware for actix-web 4.
//!
//! ```
//! use actix_web::{App, HttpResponse, Responder, web};
//! use hooksig::actix::{Signed, Verify};
//! use hooksig::{Secret, Verified, Verifier, providers};
//!
//! // The verifier comes from the scope's `app_data`.
//! async fn on_call(Signed(web::Json(event)): Signed<web::Json<serde_json::Value>>) -> impl Responder {
//!     HttpResponse::Ok().body(event.to_string())
//! }
//!
//! // Behind a middleware, with the proof.
//! async fn on_push(proof: Verified<()>, body: String) -> impl Responder {
//!     format!("{} signed {} bytes", proof.key(), body.len())
//! }
//!
//! let retell = Verifier::new(providers::RETELL, Secret::new("key_test"))?;
//! let github = Verifier::new(providers::GITHUB, Secret::new("test-secret"))?;
//! let app = App::new()
//!     .service(web::scope("/retell").app_data(retell).route("", web::post().to(on_call)))
//!     .service(web::scope("/github").wrap(Verify::new(github)).route("", web::post().to(on_push)));
//! # let _ = app;
//! # Ok::<(), hooksig::ConfigError>(())
//! ```
//!
//! Both verify the bytes of the body as they came over the wire, up to 1 MiB: put a [`MaxBody`] into the
//! `app_data`, or call [`Verify::max_body`], for providers that send more, such as audio after a call.
//! The limits of the extractors behind them (`web::PayloadConfig`, 256 KiB) are their own, and
//! `Content-Encoding` is not signed: an extractor that decompresses gives the handler what the verified
//! bytes decompress to.

mod middleware;

use std::fmt;
use std::future::{Future, Ready, poll_fn, ready};
use std::pin::Pin;

use actix_web::body::BoxBody;
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::{StatusCode, header};
use actix_web::web::{Bytes, BytesMut};
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, ResponseError};
use futures_core::Stream;
use http::HeaderName;

use super::once::{Answer, claim};
use crate::{Claim, ErrorKind, Headers, Parts, Pending, ReplayGuard, Store, Verified, Verifier, VerifyError};

pub use middleware::{Verify, VerifyService};

type LocalFuture<T> = Pin<Box<dyn Future<Output = T>>>;

impl Headers for header::HeaderMap {
    fn each_value<'h>(&'h self, name: &HeaderName, found: &mut dyn FnMut(&'h [u8])) {
        for value in self.get_all(name.as_str()) {
            found(value.as_bytes());
        }
    }
}

/// Any extractor, behind a verified signature: nothing is parsed before it has matched.
///
/// The verifier is the innermost scope's `app_data`: a [`Verifier`] as it is, not in a `web::Data`.
#[derive(Clone, Copy, Debug)]
pub struct Signed<E>(pub E);

/// The most bytes of a body that [`Signed`] reads: an `app_data`; 1 MiB without one.
///
/// ```
/// use actix_web::web;
/// use hooksig::{Secret, Verifier, actix::MaxBody, providers};
///
/// let verifier = Verifier::new(providers::RETELL, Secret::new("key_test"))?;
/// let scope = web::scope("/retell").app_data(verifier).app_data(MaxBody(16 << 20));
/// # let _ = scope;
/// # Ok::<(), hooksig::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxBody(pub usize);

impl Default for MaxBody {
    fn default() -> Self {
        Self(1 << 20)
    }
}

impl<E: FromRequest + 'static> FromRequest for Signed<E> {
    type Error = actix_web::Error;
    type Future = LocalFuture<Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let MaxBody(limit) = request.app_data::<MaxBody>().copied().unwrap_or_default();
        let begun = match request.app_data::<Verifier>() {
            Some(verifier) => begin(request, verifier, limit).map_err(actix_web::Error::from),
            None => Err(NotVerified.into()),
        };
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let mut pending = Some(begun?);
            let body = collect(payload, &mut pending, limit).await;
            let body = body.map_err(|kind| refuse_body(pending.take(), kind))?;
            let proof = pending.ok_or(NotVerified)?.finish()?;
            request.extensions_mut().insert(proof);
            let mut payload = Payload::from(body);
            E::from_request(&request, &mut payload).await.map(Self).map_err(Into::into)
        })
    }
}

/// What a request says before its body: refuses what can be refused.
fn begin(request: &HttpRequest, verifier: &Verifier, limit: usize) -> Result<Pending, VerifyError> {
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let parts = Parts::new(request.headers()).method(request.method().as_str()).target(target);
    let parts = match request.peer_addr() {
        Some(peer) => parts.peer(peer.ip()),
        None => parts,
    };
    let pending = verifier.begin(parts)?;
    let declared = request.headers().get(header::CONTENT_LENGTH);
    let declared = declared.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| usize::try_from(length).map_or(true, |length| length > limit)) {
        return Err(pending.refuse(ErrorKind::BodyTooLarge));
    }
    Ok(pending)
}

fn refuse_body(pending: Option<Pending>, kind: ErrorKind) -> VerifyError {
    pending.map_or_else(|| kind.into(), |pending| pending.refuse(kind))
}

/// Collects a body as it came over the wire, and hands each piece to the verification, if there is one.
async fn collect(
    mut payload: Payload,
    pending: &mut Option<Pending>,
    limit: usize,
) -> Result<Bytes, ErrorKind> {
    let mut body = BytesMut::new();
    while let Some(chunk) = poll_fn(|context| Pin::new(&mut payload).poll_next(context)).await {
        let chunk = chunk.map_err(|error| match error {
            PayloadError::Overflow => ErrorKind::BodyTooLarge,
            _ => ErrorKind::BodyUnreadable,
        })?;
        if chunk.len() > limit.saturating_sub(body.len()) {
            return Err(ErrorKind::BodyTooLarge);
        }
        if let Some(pending) = pending {
            pending.update(&chunk);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// The proof of a request that [`Verify`] around the handler has verified, or the [`Signed`] that this
/// stands inside: `Signed<(Verified<()>, E)>`. Beside a `Signed` it comes too early. Where nothing has
/// verified, the handler is not reached and the answer is 500: a forgotten middleware cannot fail open.
impl FromRequest for Verified<()> {
    type Error = NotVerified;
    type Future = Ready<Result<Self, NotVerified>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(request.extensions().get::<Self>().cloned().ok_or(NotVerified))
    }
}

/// A claim on a request that [`Verify`] around the handler has verified, or the [`Signed`] that this stands
/// inside: `Signed<(Claim<MemoryStore>, E)>`. The guard is the innermost scope's `app_data`, beside its
/// [`Verifier`]. A duplicate is answered with 200 and one that is being handled with 503, before the
/// handler; the handler commits when it succeeded.
impl<S: Store + 'static> FromRequest for Claim<S> {
    type Error = actix_web::Error;
    type Future = LocalFuture<Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let proof = request.extensions().get::<Verified<()>>().cloned();
        let guard = request.app_data::<ReplayGuard<S>>().cloned();
        let verifier = request.app_data::<Verifier>().cloned();
        Box::pin(async move {
            let (Some(proof), Some(guard), Some(verifier)) = (proof, guard, verifier) else {
                return Err(NotVerified.into());
            };
            claim(&guard, &verifier, &proof).await.map_err(|answer| Unclaimed { answer }.into())
        })
    }
}

/// Why there is no [`Claim`]: the request is not handled now.
#[derive(Debug)]
struct Unclaimed {
    answer: Answer,
}

impl fmt::Display for Unclaimed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the request is not handled now")
    }
}

impl ResponseError for Unclaimed {
    fn error_response(&self) -> HttpResponse<BoxBody> {
        middleware::response_of(self.answer)
    }
}

/// A handler takes a proof or [`Signed`], and the app lacks the middleware or the verifier.
///
/// ```
/// use actix_web::ResponseError as _;
/// use hooksig::actix::NotVerified;
///
/// assert_eq!(NotVerified.error_response().status().as_u16(), 500);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotVerified;

impl fmt::Display for NotVerified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the handler takes a proof, but nothing verified the request")
    }
}

impl ResponseError for NotVerified {
    fn error_response(&self) -> HttpResponse<BoxBody> {
        HttpResponse::InternalServerError().finish()
    }
}

/// The refusal's status, an empty body, and the reason in the response's extensions.
impl ResponseError for VerifyError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status().as_u16()).unwrap_or(StatusCode::UNAUTHORIZED)
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let mut response = HttpResponse::build(self.status_code()).finish();
        response.extensions_mut().insert(*self);
        response
    }
}
