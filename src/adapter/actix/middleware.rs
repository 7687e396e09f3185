//! The middleware for whole scopes.

use std::future::{Ready, poll_fn, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::error::PayloadError;
use actix_web::http::header;
use actix_web::web::{Bytes, BytesMut};
use actix_web::{HttpMessage, ResponseError};
use futures_core::Stream;

use super::{LocalFuture, begin};
use crate::{ErrorKind, Pending, Verified, Verifier, VerifyError};

/// The most bytes of a body that are read unless [`Verify::max_body`] says otherwise.
const DEFAULT_MAX_BODY: usize = 1 << 20;

/// A middleware for whole scopes: lets genuine requests through, with a [`Verified<()>`](Verified) in
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
        Self { verifier, max_body: DEFAULT_MAX_BODY }
    }

    /// The most bytes that a body may have: 1 MiB unless this says otherwise.
    #[must_use]
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    async fn verify(&self, request: &mut ServiceRequest) -> Result<(), VerifyError> {
        let pending = begin(request.request(), &self.verifier)?;
        let declared = request.headers().get(header::CONTENT_LENGTH);
        let declared = declared.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
        if declared.is_some_and(|length| length > self.max_body) {
            return Err(ErrorKind::BodyTooLarge.into());
        }
        let (proof, body) = collect(request.take_payload(), pending, self.max_body).await?;
        request.set_payload(Payload::from(body));
        request.extensions_mut().insert(proof);
        Ok(())
    }
}

/// Collects a body while it is verified.
async fn collect(
    mut payload: Payload,
    mut pending: Pending,
    limit: usize,
) -> Result<(Verified<()>, Bytes), VerifyError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = poll_fn(|context| Pin::new(&mut payload).poll_next(context)).await {
        let chunk = chunk.map_err(|error| match error {
            PayloadError::Overflow => ErrorKind::BodyTooLarge,
            _ => ErrorKind::BodyUnreadable,
        })?;
        if chunk.len() > limit.saturating_sub(body.len()) {
            return Err(ErrorKind::BodyTooLarge.into());
        }
        pending.update(&chunk);
        body.extend_from_slice(&chunk);
    }
    Ok((pending.finish()?, body.freeze()))
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
