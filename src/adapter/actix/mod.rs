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
//! [`Signed`] reads the body through actix's own limit, which is 256 KiB: set `web::PayloadConfig` for
//! providers that send more, such as audio after a call. [`Verify`] has a limit of its own.

mod middleware;

use std::fmt;
use std::future::{Future, Ready, ready};
use std::pin::Pin;

use actix_web::body::BoxBody;
use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, ResponseError, web};
use http::HeaderName;

use crate::{ErrorKind, Headers, Parts, Pending, Verified, Verifier, VerifyError};

pub use middleware::{Verify, VerifyService};

type LocalFuture<T> = Pin<Box<dyn Future<Output = T>>>;

impl Headers for header::HeaderMap {
    fn each_value<'h>(&'h self, name: &HeaderName, found: &mut dyn FnMut(&'h [u8])) {
        for value in self.get_all(name.as_str()) {
            found(value.as_bytes());
        }
    }
}

/// What a request says before its body: refuses what can be refused.
fn begin(request: &HttpRequest, verifier: &Verifier) -> Result<Pending, VerifyError> {
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    verifier.begin(Parts::new(request.headers()).method(request.method().as_str()).target(target))
}

/// Any extractor, behind a verified signature: nothing is parsed before it has matched.
///
/// The verifier is the innermost scope's `app_data`: a [`Verifier`], or a `web::Data<Verifier>`.
#[derive(Clone, Copy, Debug)]
pub struct Signed<E>(pub E);

impl<E: FromRequest + 'static> FromRequest for Signed<E> {
    type Error = actix_web::Error;
    type Future = LocalFuture<Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let begun = match verifier_of(request) {
            Some(verifier) => begin(request, verifier).map_err(actix_web::Error::from),
            None => Err(NotVerified.into()),
        };
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let mut pending = begun?;
            let body =
                Bytes::from_request(&request, &mut payload).await.map_err(|error| refusal_of(&error))?;
            pending.update(&body);
            request.extensions_mut().insert(pending.finish()?);
            let mut payload = Payload::from(body);
            E::from_request(&request, &mut payload).await.map(Self).map_err(Into::into)
        })
    }
}

fn verifier_of(request: &HttpRequest) -> Option<&Verifier> {
    let shared = || request.app_data::<web::Data<Verifier>>().map(|data| data.get_ref());
    request.app_data::<Verifier>().or_else(shared)
}

/// Too long, where actix says so; otherwise unreadable.
fn refusal_of(error: &actix_web::Error) -> VerifyError {
    let too_large = error.as_response_error().status_code() == StatusCode::PAYLOAD_TOO_LARGE;
    if too_large { ErrorKind::BodyTooLarge.into() } else { ErrorKind::BodyUnreadable.into() }
}

/// The proof of a request that [`Verify`] or [`Signed`] has verified. Where neither has, the handler is
/// not reached and the answer is 500: a forgotten middleware cannot fail open.
impl FromRequest for Verified<()> {
    type Error = NotVerified;
    type Future = Ready<Result<Self, NotVerified>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(request.extensions().get::<Self>().cloned().ok_or(NotVerified))
    }
}

/// A handler takes a proof or [`Signed`], and the app lacks the middleware or the verifier.
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
