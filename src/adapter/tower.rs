//! A layer for tower services, axum's routers among them.
//!
//! ```
//! use axum::{Json, Router, http::StatusCode, routing::post};
//! use hooksig::tower::VerifyLayer;
//! use hooksig::{Secret, Verified, Verifier, providers};
//!
//! async fn on_call(proof: Verified<()>, Json(event): Json<serde_json::Value>) -> StatusCode {
//!     println!("{} signed {event}", proof.key());
//!     StatusCode::OK
//! }
//!
//! let verifier = Verifier::new(providers::RETELL, Secret::new("key_test"))?;
//! let app: Router = Router::new().route("/retell", post(on_call)).route_layer(VerifyLayer::new(verifier));
//! # let _ = app;
//! # Ok::<(), hooksig::ConfigError>(())
//! ```
//!
//! In axum use `route_layer`, not `layer`, so that an unknown path is answered with 404 and not with
//! 401; on the method (`post(on_call).route_layer(…)`) it leaves 405 to axum too. A router's
//! `route_layer` goes around every route added before it: give each provider a sub-router of its own,
//! and `merge` them. Under `nest` a service sees the path without the nest's prefix: where the scheme signs the
//! URL, put the prefix into [`Builder::public_base`](crate::Builder::public_base), and where it needs a
//! registered URL, route it without `nest`.

use std::error::Error;
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::{fmt, mem};

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response, StatusCode};
use http_body::Body;
use http_body_util::Full;
use tower_layer::Layer;
use tower_service::Service;

use super::body;
use super::once::{Guard, Once, once};
use crate::{ErrorKind, PeerAddr, Pending, ReplayGuard, Store, Verified, Verifier, VerifyError};

/// The most bytes of a body that are read unless [`VerifyLayer::max_body`] says otherwise.
const DEFAULT_MAX_BODY: usize = 1 << 20;

/// Lets genuine requests through to the service, with a [`Verified<()>`](crate::Verified) in their
/// extensions, and answers all others itself: the refusal's status, an empty body, and the
/// [`VerifyError`] in the response's extensions.
///
/// The service gets the request with its extensions and the body that was verified, all of it; what
/// of it is signed says [`Verified::coverage`].
///
/// While the body arrives, the inner service is held ready: put time-outs and limits on concurrency
/// around this layer, not inside it, or slow forged requests take the places of genuine ones.
#[derive(Clone)]
pub struct VerifyLayer {
    settings: Arc<Settings>,
}

#[derive(Clone)]
struct Settings {
    verifier: Verifier,
    resolve: Option<Arc<Resolve>>,
    max_body: usize,
    status: Option<Arc<ChooseStatus>>,
    peer: Option<Arc<FindPeer>>,
    guard: Option<Guard>,
    report_only: bool,
}

type Resolve = dyn Fn(&Parts) -> Option<Verifier> + Send + Sync;
type FindPeer = dyn Fn(&Parts) -> Option<IpAddr> + Send + Sync;
type ChooseStatus = dyn Fn(&VerifyError) -> StatusCode + Send + Sync;

impl VerifyLayer {
    /// Verifies every request with this verifier.
    #[must_use]
    pub fn new(verifier: Verifier) -> Self {
        let settings = Settings {
            verifier,
            resolve: None,
            max_body: DEFAULT_MAX_BODY,
            status: None,
            peer: None,
            guard: None,
            report_only: false,
        };
        Self { settings: Arc::new(settings) }
    }

    /// Chooses the verifier for each request, by its path for example.
    ///
    /// A request of an unknown tenant is verified with `decoy` all the same and then refused, so that
    /// a sender cannot tell by answer or time which tenants there are. The decoy should have the
    /// tenants' scheme, as many keys as they have, and [`replay_keys`](crate::Builder::replay_keys) if they do, since each
    /// of these takes a pass over the body; its keys are never accepted. A tenant that cannot be verified now, for want of
    /// an active key, is answered like an unknown one too; its observer is told the reason.
    ///
    /// ```
    /// use hooksig::{Secret, Verifier, providers, tower::VerifyLayer};
    ///
    /// let acme = Verifier::builder(providers::RETELL).label("acme").key("2026-11", Secret::new("key_test")).build()?;
    /// let decoy = Verifier::new(providers::RETELL, Secret::new("a key that is never accepted"))?;
    /// let layer = VerifyLayer::resolve(decoy, move |parts| (parts.uri.path() == "/retell/acme").then(|| acme.clone()));
    /// # let _ = layer;
    /// # Ok::<(), hooksig::ConfigError>(())
    /// ```
    #[must_use]
    pub fn resolve(
        decoy: Verifier,
        resolve: impl Fn(&Parts) -> Option<Verifier> + Send + Sync + 'static,
    ) -> Self {
        Self::new(decoy).with(|settings| settings.resolve = Some(Arc::new(resolve)))
    }

    /// The most bytes that a body may have: 1 MiB unless this says otherwise. The limits of extractors
    /// behind the layer, such as axum's `DefaultBodyLimit` of 2 MB, are their own.
    #[must_use]
    pub fn max_body(self, bytes: usize) -> Self {
        self.with(|settings| settings.max_body = bytes)
    }

    /// Chooses another status for refused requests, such as the one a provider asks for. The body
    /// stays empty.
    ///
    /// ```
    /// use hooksig::http::StatusCode;
    /// use hooksig::{ErrorKind, Secret, Verifier, providers, tower::VerifyLayer};
    ///
    /// // A provider that stops sending after a 413.
    /// let verifier = Verifier::new(providers::RETELL, Secret::new("key_test"))?;
    /// let layer = VerifyLayer::new(verifier).on_reject(|refusal| match refusal.kind() {
    ///     ErrorKind::BodyTooLarge => StatusCode::SERVICE_UNAVAILABLE,
    ///     _ => refusal.status(),
    /// });
    /// # let _ = layer;
    /// # Ok::<(), hooksig::ConfigError>(())
    /// ```
    #[must_use]
    pub fn on_reject(self, status: impl Fn(&VerifyError) -> StatusCode + Send + Sync + 'static) -> Self {
        self.with(|settings| settings.status = Some(Arc::new(status)))
    }

    /// Lets each request, or each event, through to the service once: see [`ReplayGuard`]. A response with
    /// a status of 2xx commits it, anything else gives it free for the provider's retry. A duplicate is
    /// answered with 200, and one of a request that is being handled with 503 and `Retry-After`; so is
    /// every request while the store does not work.
    ///
    /// A scheme that signs no message id needs [`replay_keys`](crate::Builder::replay_keys) or an event's id, as below:
    /// without them every genuine request is answered with 500, and the observer told `no_replay_key`.
    ///
    /// ```
    /// use hooksig::{ReplayGuard, Secret, Verifier, providers, tower::VerifyLayer};
    ///
    /// let verifier =
    ///     Verifier::builder(providers::GITHUB).key("2026-11", Secret::new("test-secret")).replay_keys().build()?;
    /// let layer = VerifyLayer::new(verifier).replay(ReplayGuard::in_memory(100_000));
    /// # let _ = layer;
    /// # Ok::<(), hooksig::ConfigError>(())
    /// ```
    #[must_use]
    pub fn replay<S: Store + 'static>(self, guard: ReplayGuard<S>) -> Self {
        self.with(|settings| settings.guard = Some(guard.erased()))
    }

    /// How to find the address of the connection's other end, for [`Sources`](crate::Sources) and
    /// observers; axum has it in `ConnectInfo<SocketAddr>`. Without this it is the [`PeerAddr`] among the
    /// request's extensions, where there is one.
    ///
    /// ```
    /// use std::net::SocketAddr;
    /// use axum::extract::ConnectInfo;
    /// use hooksig::{Secret, Sources, Verifier, providers, tower::VerifyLayer};
    ///
    /// let sources = Sources::published(&providers::RETELL)?;
    /// let verifier =
    ///     Verifier::builder(providers::RETELL).key("default", Secret::new("key_test")).sources(sources).build()?;
    /// // With `app.into_make_service_with_connect_info::<SocketAddr>()`.
    /// let layer = VerifyLayer::new(verifier)
    ///     .peer(|parts| parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip()));
    /// # let _ = layer;
    /// # Ok::<(), hooksig::ConfigError>(())
    /// ```
    #[must_use]
    pub fn peer(self, find: impl Fn(&Parts) -> Option<IpAddr> + Send + Sync + 'static) -> Self {
        self.with(|settings| settings.peer = Some(Arc::new(find)))
    }

    /// **Lets every request through**, genuine or forged, for as long as a migration needs to see what
    /// would be refused: tell by an [observer](crate::Builder::observer). Only genuine ones have a proof in
    /// their extensions, and a replay guard holds nothing back. A body that is too long or cannot be read is refused all the same.
    ///
    /// ```
    /// use hooksig::{Counters, Secret, Verifier, providers, tower::VerifyLayer};
    ///
    /// let counters = std::sync::Arc::new(Counters::default());
    /// let verifier = Verifier::builder(providers::GITHUB)
    ///     .key("2026-11", Secret::new("test-secret"))
    ///     .observer(counters.clone()) // `counters.snapshot()` tells what would be refused
    ///     .build()?;
    /// let layer = VerifyLayer::new(verifier).dangerous_report_only();
    /// # let _ = layer;
    /// # Ok::<(), hooksig::ConfigError>(())
    /// ```
    #[must_use]
    pub fn dangerous_report_only(self) -> Self {
        self.with(|settings| settings.report_only = true)
    }

    fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(Arc::make_mut(&mut self.settings));
        self
    }
}

impl Settings {
    /// The verifier of a request, and whether its tenant is known.
    fn verifier(&self, parts: &Parts) -> (Verifier, bool) {
        let tenant = self.resolve.as_ref().map(|resolve| resolve(parts));
        let known = !matches!(tenant, Some(None));
        (tenant.flatten().unwrap_or_else(|| self.verifier.clone()), known)
    }

    async fn verify<B>(
        &self,
        parts: &Parts,
        body: B,
        verifier: &Verifier,
        known: bool,
    ) -> Result<(Option<Verified<()>>, Bytes), VerifyError>
    where
        B: Body,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let finish = |pending: Pending| if known { pending.finish() } else { Err(pending.finish_as_decoy()) };
        if self.report_only {
            let reported = body::verify_and_report(parts, body, verifier, self.max_body, finish).await;
            return reported.map(|(proof, frames)| (proof, frames.into_bytes()));
        }
        let verified = body::verify_to_its_end(parts, body, verifier, self.max_body, finish).await;
        // Where tenants are to look alike, faults of the set-up must not tell them apart, nor from a decoy.
        let decoyed = |refusal: VerifyError| match refusal.status().is_server_error() {
            true if self.resolve.is_some() => ErrorKind::UnknownKeyId.into(),
            _ => refusal,
        };
        let (proof, frames) = verified.map_err(decoyed)?;
        Ok((Some(proof), frames.into_bytes()))
    }

    fn refuse<B: Default>(&self, refusal: VerifyError) -> Response<B> {
        let mut response = body::refuse(refusal);
        if let Some(status) = &self.status {
            *response.status_mut() = status(&refusal);
        }
        response
    }
}

impl fmt::Debug for VerifyLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyLayer").field("max_body", &self.settings.max_body).finish_non_exhaustive()
    }
}

impl<S> Layer<S> for VerifyLayer {
    type Service = VerifyService<S>;

    fn layer(&self, inner: S) -> VerifyService<S> {
        VerifyService { inner, settings: Arc::clone(&self.settings) }
    }
}

/// The service that [`VerifyLayer`] makes.
#[derive(Clone)]
pub struct VerifyService<S> {
    inner: S,
    settings: Arc<Settings>,
}

impl<S, B, R> Service<Request<B>> for VerifyService<S>
where
    S: Service<Request<Full<Bytes>>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
    R: Default + Send,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<R>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The clone need not be ready; the service that was asked is the one that is called.
        let clone = self.inner.clone();
        let mut ready = mem::replace(&mut self.inner, clone);
        let settings = Arc::clone(&self.settings);
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            if let Some(peer) = settings.peer.as_ref().and_then(|find| find(&parts)) {
                parts.extensions.insert(PeerAddr(peer));
            }
            let (verifier, known) = settings.verifier(&parts);
            let (proof, body) = match settings.verify(&parts, body, &verifier, known).await {
                Ok(verified) => verified,
                Err(refusal) => return Ok(settings.refuse(refusal)),
            };
            // Nothing that came along may pass for a proof.
            parts.extensions.remove::<Verified<()>>();
            if let Some(proof) = &proof {
                parts.extensions.insert(proof.clone());
            }
            let request = Request::from_parts(parts, Full::new(body));
            match (&settings.guard, proof) {
                (Some(guard), Some(proof)) if !settings.report_only => {
                    let handler = async { ready.call(request).await };
                    let succeeded = |response: &Response<R>| response.status().is_success();
                    match once(guard, &verifier, &proof, handler, succeeded).await? {
                        Once::Handled(response) => Ok(response),
                        Once::Answered(answer) => Ok(answer.response()),
                    }
                }
                _ => ready.call(request).await,
            }
        })
    }
}

impl<S> fmt::Debug for VerifyService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyService").finish_non_exhaustive()
    }
}
