//! One app for each adapter: it echoes the body of a genuine request, and writes the reason of a
//! refusal into the header `x-reason`, where only a test wants it.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use actix_web::dev::Service as _;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::any;
use hooksig::http::{HeaderValue, Response, StatusCode};
use hooksig::tower::VerifyLayer;
use hooksig::{Verified, Verifier, VerifyError};
use hyper::body::Bytes;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// The longest body that every app takes.
pub const LIMIT: usize = 1 << 18;

#[derive(Clone, Copy, Debug)]
pub enum Adapter {
    TowerLayer,
    AxumExtractor,
    ActixExtractor,
    ActixMiddleware,
    Hyper,
    HyperFrames,
}

impl Adapter {
    pub const ALL: [Self; 6] = [
        Self::TowerLayer,
        Self::AxumExtractor,
        Self::ActixExtractor,
        Self::ActixMiddleware,
        Self::Hyper,
        Self::HyperFrames,
    ];
}

/// What the handler behind the verification does.
#[derive(Clone, Copy)]
enum Handler {
    Echo,
    Json,
    /// Takes a proof although nothing verifies.
    Forgotten,
}

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
});
static HANDLED: LazyLock<Mutex<HashMap<u16, Arc<AtomicUsize>>>> = LazyLock::new(Mutex::default);

/// Starts an app that echoes genuine bodies; gives its port.
pub fn serve(adapter: Adapter, verifier: Verifier) -> u16 {
    start(adapter, Some(verifier), Handler::Echo)
}

/// Starts an app whose handler takes JSON.
pub fn serve_json(adapter: Adapter, verifier: Verifier) -> u16 {
    start(adapter, Some(verifier), Handler::Json)
}

/// Starts an app whose handler takes a proof, and in which nothing verifies.
pub fn serve_forgotten(adapter: Adapter) -> u16 {
    start(adapter, None, Handler::Forgotten)
}

/// How many requests have reached the handler behind this port.
pub fn handled(port: u16) -> usize {
    HANDLED.lock().unwrap()[&port].load(Ordering::SeqCst)
}

fn start(adapter: Adapter, verifier: Option<Verifier>, handler: Handler) -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let count = Arc::new(AtomicUsize::new(0));
    HANDLED.lock().unwrap().insert(port, Arc::clone(&count));
    match adapter {
        Adapter::TowerLayer | Adapter::AxumExtractor => {
            let router = axum_app(adapter, verifier, handler, count);
            RUNTIME.spawn(async {
                axum::serve(TcpListener::from_std(listener).unwrap(), router).await.unwrap()
            });
        }
        Adapter::Hyper | Adapter::HyperFrames => {
            RUNTIME.spawn(hyper_app(listener, adapter, verifier, handler, count));
        }
        Adapter::ActixExtractor | Adapter::ActixMiddleware => {
            std::thread::spawn(move || actix_app(listener, adapter, verifier, handler, &count));
        }
    }
    port
}

fn axum_app(
    adapter: Adapter,
    verifier: Option<Verifier>,
    handler: Handler,
    count: Arc<AtomicUsize>,
) -> Router {
    use axum::Json;
    use hooksig::axum::Signed;
    let echo = |count: Arc<AtomicUsize>, body: Bytes| {
        count.fetch_add(1, Ordering::SeqCst);
        body
    };
    type Value = Json<serde_json::Value>;
    let router = match (adapter, handler, verifier) {
        (_, Handler::Forgotten, _) | (_, _, None) => Router::new()
            .route("/{*path}", any(|_: Verified<()>| async {}))
            .route("/", any(|_: Verified<()>| async {})),
        (Adapter::TowerLayer, Handler::Echo, Some(verifier)) => Router::new()
            .fallback(any(move |_: Verified<()>, body: Bytes| async move { echo(count, body) }))
            .layer(VerifyLayer::new(verifier).max_body(LIMIT)),
        (Adapter::TowerLayer, Handler::Json, Some(verifier)) => {
            Router::new().fallback(any(|_: Value| async {})).layer(VerifyLayer::new(verifier).max_body(LIMIT))
        }
        (_, Handler::Echo, Some(verifier)) => Router::new()
            .fallback(any(move |Signed(body): Signed<Bytes>| async move { echo(count, body) }))
            .with_state(verifier),
        (_, Handler::Json, Some(verifier)) => {
            Router::new().fallback(any(|_: Signed<Value>| async {})).with_state(verifier)
        }
    };
    router
        .layer(DefaultBodyLimit::max(LIMIT))
        .layer(axum::middleware::map_response(async |response| with_reason(response)))
}

/// Writes what the adapter said in the response's extensions where the test can see it.
fn with_reason<B>(mut response: Response<B>) -> Response<B> {
    let reason = response.extensions().get::<VerifyError>().map(VerifyError::reason);
    let reason = reason.or((response.status() == StatusCode::OK).then_some("ok"));
    if let Some(reason) = reason {
        response.headers_mut().insert("x-reason", HeaderValue::from_static(reason));
    }
    response
}

async fn hyper_app(
    listener: std::net::TcpListener,
    adapter: Adapter,
    verifier: Option<Verifier>,
    handler: Handler,
    count: Arc<AtomicUsize>,
) {
    use http_body_util::{BodyExt, Full};
    use hyper::service::service_fn;
    let listener = TcpListener::from_std(listener).unwrap();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let (verifier, count) = (verifier.clone(), Arc::clone(&count));
        let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            let (verifier, count) = (verifier.clone(), Arc::clone(&count));
            async move {
                let status = |status| {
                    let mut response = Response::new(Full::default());
                    *response.status_mut() = status;
                    response
                };
                let Some(verifier) = verifier else {
                    let proof = request.extensions().get::<Verified<()>>();
                    return Ok(status(proof.map_or(StatusCode::INTERNAL_SERVER_ERROR, |_| StatusCode::OK)));
                };
                let verified = match adapter {
                    Adapter::Hyper => {
                        let verified = hooksig::hyper::verify_request(request, &verifier, LIMIT).await;
                        verified.map(|(_, request)| request.into_body())
                    }
                    _ => match hooksig::hyper::verify_frames(request, &verifier, LIMIT).await {
                        Ok((_, request)) => Ok(request.into_body().collect().await.unwrap().to_bytes()),
                        Err(refusal) => Err(refusal),
                    },
                };
                let response = match (verified, handler) {
                    (Ok(body), Handler::Json)
                        if serde_json::from_slice::<serde_json::Value>(&body).is_err() =>
                    {
                        status(StatusCode::BAD_REQUEST)
                    }
                    (Ok(body), _) => {
                        count.fetch_add(1, Ordering::SeqCst);
                        Response::new(Full::new(body))
                    }
                    (Err(refusal), _) => hooksig::hyper::refuse(refusal),
                };
                Ok::<_, Infallible>(with_reason(response))
            }
        });
        let mut server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
        server.http1().timer(TokioTimer::new());
        tokio::spawn(
            async move { server.serve_connection(TokioIo::new(stream), service).await.map_err(drop) },
        );
    }
}

fn actix_app(
    listener: std::net::TcpListener,
    adapter: Adapter,
    verifier: Option<Verifier>,
    handler: Handler,
    count: &Arc<AtomicUsize>,
) {
    use actix_web::{App, HttpResponse, HttpServer, Responder, web};
    use hooksig::actix::{MaxBody, Signed, Verify};
    type Count = web::Data<AtomicUsize>;
    async fn echo(count: Count, body: web::Bytes) -> impl Responder {
        count.fetch_add(1, Ordering::SeqCst);
        HttpResponse::Ok().body(body)
    }
    async fn echo_signed(
        count: Count,
        Signed((_, body)): Signed<(Verified<()>, web::Bytes)>,
    ) -> impl Responder {
        echo(count, body).await
    }
    async fn echo_proven(count: Count, _: Verified<()>, body: web::Bytes) -> impl Responder {
        echo(count, body).await
    }
    async fn json(_: web::Json<serde_json::Value>) -> impl Responder {
        HttpResponse::Ok()
    }
    async fn json_signed(_: Signed<web::Json<serde_json::Value>>) -> impl Responder {
        HttpResponse::Ok()
    }
    let count = web::Data::from(Arc::clone(count));
    let server = HttpServer::new(move || {
        let app = App::new()
            .app_data(count.clone())
            .app_data(web::PayloadConfig::new(LIMIT))
            .app_data(MaxBody(LIMIT))
            .wrap_fn(|request, next| {
                let answer = next.call(request);
                async move {
                    let mut answer = answer.await?;
                    let reason = answer.response().extensions().get::<VerifyError>().map(VerifyError::reason);
                    let reason = reason.or((answer.status() == 200).then_some("ok"));
                    if let Some(reason) = reason {
                        let value = actix_web::http::header::HeaderValue::from_static(reason);
                        answer
                            .headers_mut()
                            .insert(actix_web::http::header::HeaderName::from_static("x-reason"), value);
                    }
                    Ok(answer)
                }
            });
        let middleware = verifier.clone().map(|verifier| Verify::new(verifier).max_body(LIMIT));
        let resource = web::resource("/{path:.*}");
        match (adapter, handler, verifier.clone(), middleware) {
            (Adapter::ActixExtractor, Handler::Echo, Some(verifier), _) => {
                app.service(resource.app_data(verifier).to(echo_signed))
            }
            (Adapter::ActixExtractor, Handler::Json, Some(verifier), _) => {
                app.service(resource.app_data(verifier).to(json_signed))
            }
            (Adapter::ActixExtractor, ..) => app.service(resource.to(echo_signed)),
            (_, Handler::Echo, _, Some(verify)) => {
                app.service(web::scope("").wrap(verify).service(resource.to(echo_proven)))
            }
            (_, Handler::Json, _, Some(verify)) => {
                app.service(web::scope("").wrap(verify).service(resource.to(json)))
            }
            _ => app.service(resource.to(echo_proven)),
        }
    });
    let system = actix_web::rt::System::new();
    system.block_on(server.workers(1).disable_signals().listen(listener).unwrap().run()).unwrap();
}
