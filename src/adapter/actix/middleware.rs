//! The middleware for whole scopes.

use std::future::{Ready, ready};
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::{HttpMessage, ResponseError};

use super::{LocalFuture, MaxBody, begin, collect};
use crate::{Verifier, VerifyError};

/// A middleware for whole scopes: lets genuine requests through, with a [`Verified<()>`](crate::Verified) in
/// their extensions, and answers all others itself.
#[derive(Clone, Debug)]
pub struct Verify {
    verifier: Verifier,
    max_body: usize,
}

impl Verify {
    /// Verifies every request of the scope with this verifier.
    #[must_use]
    pub fn new(verifier: Verifier) -> Self {
        Self { verifier, max_body: MaxBody::default().0 }
    }

    /// The most bytes that a body may have: 1 MiB unless this says otherwise.
    #[must_use]
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    async fn verify(&self, request: &mut ServiceRequest) -> Result<(), VerifyError> {
        let pending = begin(request.request(), &self.verifier, self.max_body)?;
        let (proof, body) = collect(request.take_payload(), pending, self.max_body).await?;
        request.set_payload(Payload::from(body));
        request.extensions_mut().insert(proof);
        Ok(())
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
            match verify.verify(&mut request).await {
                Ok(()) => Ok(inner.call(request).await?.map_into_boxed_body()),
                Err(refusal) => Ok(request.into_response(refusal.error_response())),
            }
        })
    }
}
