//! The middleware for whole scopes.

use std::future::{Ready, ready};
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpMessage, HttpResponse, ResponseError};

use super::super::once::{Answer, Guard, claim, settle};
use super::{LocalFuture, MaxBody, begin, collect, refuse_body};
use crate::{ErrorKind, Pending, ReplayGuard, Store, Verified, Verifier, VerifyError};

/// A middleware for whole scopes: lets genuine requests through, with a [`Verified<()>`](crate::Verified) in
/// their extensions, and answers all others itself.
///
/// ```
/// use actix_web::{App, web};
/// use hooksig::actix::Verify;
/// use hooksig::{ReplayGuard, Secret, Verified, Verifier, providers};
///
/// async fn on_push(proof: Verified<()>, body: String) -> String {
///     format!("{} signed {} bytes", proof.key(), body.len())
/// }
///
/// let verifier =
///     Verifier::builder(providers::GITHUB).key("2026-11", Secret::new("test-secret")).replay_keys().build()?;
/// let verify = Verify::new(verifier).max_body(4 << 20).replay(ReplayGuard::in_memory(100_000));
/// let app = App::new().service(web::scope("/github").wrap(verify).route("", web::post().to(on_push)));
/// # let _ = app;
/// # Ok::<(), hooksig::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Verify {
    verifier: Verifier,
    max_body: usize,
    guard: Option<Guard>,
    report_only: bool,
}

impl Verify {
    /// Verifies every request of the scope with this verifier.
    #[must_use]
    pub fn new(verifier: Verifier) -> Self {
        Self { verifier, max_body: MaxBody::default().0, guard: None, report_only: false }
    }

    /// The most bytes that a body may have: 1 MiB unless this says otherwise.
    #[must_use]
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// Lets each request, or each event, through to the scope once: see [`ReplayGuard`]. A response with a
    /// status of 2xx commits it, anything else gives it free for the provider's retry. A duplicate is
    /// answered with 200, and one of a request that is being handled with 503 and `Retry-After`; so is
    /// every request while the store does not work.
    ///
    /// A scheme that signs no message id needs [`replay_keys`](crate::Builder::replay_keys) or an event's id: without them
    /// every genuine request is answered with 500, and the observer told `no_replay_key`.
    #[must_use]
    pub fn replay<S: Store + 'static>(mut self, guard: ReplayGuard<S>) -> Self {
        self.guard = Some(guard.erased());
        self
    }

    /// **Lets every request through**, genuine or forged, for as long as a migration needs to see what
    /// would be refused: tell by an [observer](crate::Builder::observer). Only genuine ones have a proof in
    /// their extensions, and a replay guard holds nothing back. A body that is too long or cannot be read is refused all the same.
    ///
    /// ```
    /// use hooksig::{Counters, Secret, Verifier, actix::Verify, providers};
    ///
    /// let counters = std::sync::Arc::new(Counters::default());
    /// let verifier = Verifier::builder(providers::GITHUB)
    ///     .key("2026-11", Secret::new("test-secret"))
    ///     .observer(counters.clone()) // `counters.snapshot()` tells what would be refused
    ///     .build()?;
    /// let verify = Verify::new(verifier).dangerous_report_only();
    /// # let _ = verify;
    /// # Ok::<(), hooksig::ConfigError>(())
    /// ```
    #[must_use]
    pub fn dangerous_report_only(mut self) -> Self {
        self.report_only = true;
        self
    }

    async fn verify(&self, request: &mut ServiceRequest) -> Result<Option<Verified<()>>, VerifyError> {
        let mut pending = match begin(request.request(), &self.verifier, self.max_body) {
            Ok(pending) => Some(pending),
            Err(refusal) if self.report_only && refusal.kind() != ErrorKind::BodyTooLarge => None,
            Err(refusal) => return Err(refusal),
        };
        let body = collect(request.take_payload(), &mut pending, self.max_body).await;
        let body = body.map_err(|kind| refuse_body(pending.take(), kind))?;
        request.set_payload(Payload::from(body));
        match pending.map(Pending::finish) {
            Some(Err(refusal)) if !self.report_only => Err(refusal),
            Some(Ok(proof)) => Ok(Some(proof)),
            _ => Ok(None),
        }
    }
}

impl<S, B> Transform<S, ServiceRequest> for Verify
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = actix_web::Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = actix_web::Error;
    type InitError = ();
    type Transform = VerifyService<S>;
    type Future = Ready<Result<VerifyService<S>, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(VerifyService { inner: Rc::new(inner), verify: self.clone() }))
    }
}

/// The service that [`Verify`] makes.
#[derive(Debug)]
pub struct VerifyService<S> {
    inner: Rc<S>,
    verify: Verify,
}

impl<S, B> Service<ServiceRequest> for VerifyService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = actix_web::Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = actix_web::Error;
    type Future = LocalFuture<Result<Self::Response, actix_web::Error>>;

    fn poll_ready(&self, context: &mut Context<'_>) -> Poll<Result<(), actix_web::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let (inner, verify) = (Rc::clone(&self.inner), self.verify.clone());
        Box::pin(async move {
            let proof = match verify.verify(&mut request).await {
                Ok(proof) => proof,
                Err(refusal) => return Ok(request.into_response(refusal.error_response())),
            };
            // Nothing that came along may pass for a proof.
            request.extensions_mut().remove::<Verified<()>>();
            if let Some(proof) = &proof {
                request.extensions_mut().insert(proof.clone());
            }
            let guard = verify.guard.as_ref().filter(|_| !verify.report_only);
            let (Some(guard), Some(proof)) = (guard, proof) else {
                return Ok(inner.call(request).await?.map_into_boxed_body());
            };
            let claim = match claim(guard, &verify.verifier, &proof).await {
                Ok(claim) => claim,
                Err(answer) => return Ok(request.into_response(response_of(answer))),
            };
            let handled = inner.call(request).await;
            let succeeded = handled.as_ref().is_ok_and(|response| response.status().is_success());
            settle(claim, &verify.verifier, &proof, succeeded).await;
            Ok(handled?.map_into_boxed_body())
        })
    }
}

pub(super) fn response_of(answer: Answer) -> HttpResponse<BoxBody> {
    let status = StatusCode::from_u16(answer.status.as_u16()).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    let mut response = HttpResponse::build(status);
    if let Some(seconds) = answer.retry_after {
        response.insert_header((header::RETRY_AFTER, seconds));
    }
    response.finish()
}
