//! The tower layer by itself: readiness, tenants, statuses, panics, HTTP/2, cancellation.
#![cfg(all(feature = "axum", feature = "hyper", feature = "tower"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::post;
use hooksig::http::{HeaderMap, Request, Response, StatusCode};
use hooksig::tower::VerifyLayer;
use hooksig::{ErrorKind, Outcome, Secret, UnixTime, Verified, Verifier, VerifyError, providers};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Frame};
use support::sender;
use tower::limit::ConcurrencyLimitLayer;
use tower::{Layer, Service, ServiceExt, service_fn};

fn request(body: &[u8]) -> Request<Full<Bytes>> {
    let (_, headers) = sender::genuine(&providers::GITHUB, body, UnixTime::now());
    let mut request =
        Request::post("/github").extension("kept").body(Full::new(Bytes::copy_from_slice(body))).unwrap();
    request.headers_mut().extend(headers);
    request
}

fn forged(body: &[u8]) -> Request<Full<Bytes>> {
    let mut request = request(body);
    *request.body_mut() = Full::new(Bytes::from_static(b"forged"));
    request
}

fn layer() -> VerifyLayer {
    VerifyLayer::new(sender::verifier(&providers::GITHUB))
}

/// Answers with the body, and asserts that what belongs to the request has arrived.
async fn echo(request: Request<Full<Bytes>>) -> Result<Response<Full<Bytes>>, Infallible> {
    assert_eq!(request.extensions().get::<&str>(), Some(&"kept"));
    assert_eq!(request.extensions().get::<Verified<()>>().unwrap().key(), "test");
    assert_eq!(request.uri().path(), "/github");
    Ok(Response::new(request.into_body()))
}

async fn body_of(response: Response<Full<Bytes>>) -> Bytes {
    response.into_body().collect().await.unwrap().to_bytes()
}

#[tokio::test]
async fn behind_a_limit_the_ready_service_is_called() {
    let service = layer().layer(ConcurrencyLimitLayer::new(1).layer(service_fn(echo)));
    let mut calls = Vec::new();
    for number in 0..20 {
        let mut service = service.clone();
        calls.push(tokio::spawn(async move {
            let body = format!("{number}");
            let ready = ServiceExt::<Request<Full<Bytes>>>::ready(&mut service).await.unwrap();
            let answer = ready.call(request(body.as_bytes())).await.unwrap();
            assert_eq!(body_of(answer).await, body);
        }));
    }
    for call in calls {
        call.await.unwrap();
    }
}

#[tokio::test]
async fn a_refusal_carries_its_reason_in_the_extensions_only() {
    let response = layer().layer(service_fn(echo)).oneshot(forged(b"{}")).await.unwrap();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(response.extensions().get::<VerifyError>().unwrap().kind(), ErrorKind::Mismatch);
    assert!(response.headers().is_empty());
    assert!(body_of(response).await.is_empty());
}

#[tokio::test]
async fn another_status_can_be_chosen() {
    let layer = layer().on_reject(|refusal| match refusal.kind() {
        ErrorKind::Mismatch => StatusCode::from_u16(498).unwrap(),
        _ => refusal.status(),
    });
    let response = layer.clone().layer(service_fn(echo)).oneshot(forged(b"{}")).await.unwrap();
    assert_eq!(response.status().as_u16(), 498);
    let unsigned = Request::post("/github").body(Full::new(Bytes::new())).unwrap();
    let response = layer.layer(service_fn(echo)).oneshot(unsigned).await.unwrap();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn tenants_are_chosen_per_request_and_unknown_ones_get_the_same_answer() {
    let decoy = sender::verifier(&providers::GITHUB);
    let tenant = Verifier::builder(providers::GITHUB).key("test", Secret::new("tenant-key")).build().unwrap();
    let layer = VerifyLayer::resolve(decoy, move |parts| {
        (parts.headers.get("x-tenant")?.as_bytes() == b"a").then(|| tenant.clone())
    });
    let send = |tenant: &'static str, mut request: Request<Full<Bytes>>| {
        request.headers_mut().insert("x-tenant", tenant.parse().unwrap());
        layer.layer(service_fn(echo)).oneshot(request)
    };
    // Signed with the decoy's key: refused for a tenant that has another, and for one that is unknown.
    let wrong = send("a", request(b"{}")).await.unwrap();
    let unknown = send("b", request(b"{}")).await.unwrap();
    let unknown_forged = send("b", forged(b"{}")).await.unwrap();
    for response in [&wrong, &unknown, &unknown_forged] {
        assert_eq!((response.status(), response.headers().len()), (StatusCode::UNAUTHORIZED, 0));
    }
    let kind = |response: &Response<_>| response.extensions().get::<VerifyError>().unwrap().kind();
    assert_eq!(kind(&wrong), ErrorKind::Mismatch);
    assert_eq!(kind(&unknown), ErrorKind::UnknownKeyId);
    let mut signed = request(b"{}");
    let tag = {
        use hmac::{KeyInit, Mac};
        let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(b"tenant-key").unwrap();
        mac.update(b"{}");
        hex::encode(mac.finalize().into_bytes())
    };
    signed.headers_mut().insert("x-hub-signature-256", format!("sha256={tag}").parse().unwrap());
    assert_eq!(send("a", signed).await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn what_a_decoy_matches_was_never_accepted() {
    struct Seen(std::sync::Mutex<Vec<Outcome>>);
    impl hooksig::Observer for Seen {
        fn observe(&self, event: &hooksig::Event<'_>) {
            self.0.lock().unwrap().push(event.outcome);
        }
    }
    let seen = Arc::new(Seen(std::sync::Mutex::default()));
    let decoy = sender::builder(&providers::GITHUB).observer(Arc::clone(&seen)).build().unwrap();
    for layer in [
        VerifyLayer::resolve(decoy.clone(), |_| None),
        VerifyLayer::resolve(decoy.clone(), |_| None).dangerous_report_only(),
    ] {
        let anything =
            |_: Request<Full<Bytes>>| async { Ok::<_, Infallible>(Response::new(Full::<Bytes>::default())) };
        layer.layer(service_fn(anything)).oneshot(request(b"{}")).await.unwrap();
        let told = std::mem::take(&mut *seen.0.lock().unwrap());
        assert_eq!(told, [Outcome::Refused(ErrorKind::UnknownKeyId)]);
    }
}

/// A body that says when it is polled, and may fail.
struct Watched {
    polls: Arc<AtomicUsize>,
    frames: VecDeque<Result<Frame<Bytes>, std::io::Error>>,
}

impl hyper::body::Body for Watched {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        self.polls.fetch_add(1, Ordering::SeqCst);
        Poll::Ready(self.frames.pop_front())
    }
}

/// The verdict on a watched body, and how often it was polled.
async fn watched(
    headers: HeaderMap,
    frames: Vec<Result<Frame<Bytes>, std::io::Error>>,
    limit: usize,
) -> (Result<Bytes, ErrorKind>, usize) {
    let polls = Arc::new(AtomicUsize::new(0));
    let mut request =
        Request::post("/").body(Watched { polls: Arc::clone(&polls), frames: frames.into() }).unwrap();
    *request.headers_mut() = headers;
    let verifier = sender::verifier(&providers::STRIPE);
    let verdict = hooksig::hyper::verify_request(request, &verifier, limit).await;
    let verdict = verdict.map(|(_, request)| request.into_body()).map_err(|error| error.kind());
    (verdict, polls.load(Ordering::SeqCst))
}

#[tokio::test]
async fn refused_for_its_headers_a_request_has_no_body_byte_polled() {
    let data = || vec![Ok(Frame::data(Bytes::from_static(b"{}")))];
    assert_eq!(watched(HeaderMap::new(), data(), 100).await, (Err(ErrorKind::MissingSignature), 0));
    let hour = UnixTime::now().saturating_sub(Duration::from_secs(3600));
    let (_, stale) = sender::genuine(&providers::STRIPE, b"{}", hour);
    assert_eq!(watched(stale, data(), 100).await, (Err(ErrorKind::Stale), 0));
    let (_, mut long) = sender::genuine(&providers::STRIPE, b"{}", UnixTime::now());
    long.insert("content-length", "101".parse().unwrap());
    assert_eq!(watched(long, data(), 100).await, (Err(ErrorKind::BodyTooLarge), 0));
}

#[tokio::test]
async fn frames_trailers_errors_and_endless_bodies() {
    let data = |bytes: &'static [u8]| Ok(Frame::data(Bytes::from_static(bytes)));
    let (_, headers) = sender::genuine(&providers::STRIPE, b"{\"a\":1}", UnixTime::now());
    let pieces = || vec![data(b"{\"a\""), data(b""), data(b":"), data(b"1}")];
    let mut with_trailers = pieces();
    with_trailers.push(Ok(Frame::trailers(HeaderMap::from_iter([(
        "stripe-signature".parse().unwrap(),
        "t=1,v1=00".parse().unwrap(),
    )]))));
    assert_eq!(watched(headers.clone(), with_trailers, 7).await.0, Ok(Bytes::from_static(b"{\"a\":1}")));
    assert_eq!(watched(headers.clone(), pieces(), 6).await.0, Err(ErrorKind::BodyTooLarge));
    let mut cut = pieces();
    cut[2] = Err(std::io::ErrorKind::ConnectionReset.into());
    assert_eq!(watched(headers.clone(), cut, 100).await.0, Err(ErrorKind::BodyUnreadable));
    // A sender without end is read on for a bounded amount, and then left alone.
    let endless = (0..10_000).map(|_| data(&[b'x'; 1024])).collect();
    let (verdict, polls) = watched(headers, endless, 2048).await;
    assert_eq!(verdict, Err(ErrorKind::BodyTooLarge));
    assert!(polls < 100, "{polls}");
}

/// A body of one-byte frames, each a slice of a buffer of its own, as a server's frames are.
struct Slices {
    left: usize,
    buffer: usize,
}

impl hyper::body::Body for Slices {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.left -= 1;
        Poll::Ready(Some(Ok(Frame::data(Bytes::from(vec![b'x'; self.buffer]).slice(..1)))))
    }
}

#[tokio::test]
async fn short_frames_hold_no_buffers() {
    const FRAMES: usize = 10_000;
    const BUFFER: usize = 4096;
    let body = vec![b'x'; FRAMES];
    let mut request = request(&body).map(|_| Slices { left: FRAMES, buffer: BUFFER });
    let verifier = sender::verifier(&providers::GITHUB);
    let mut held = 0;
    for frames in [true, false] {
        let request = std::mem::replace(
            &mut request,
            self::request(&body).map(|_| Slices { left: FRAMES, buffer: BUFFER }),
        );
        let info = allocation_counter::measure(|| {
            let verify = async {
                if frames {
                    let (_, request) =
                        hooksig::hyper::verify_frames(request, &verifier, FRAMES).await.unwrap();
                    assert_eq!(request.into_body().collect().await.unwrap().to_bytes().len(), FRAMES);
                } else {
                    let (_, request) =
                        hooksig::hyper::verify_request(request, &verifier, FRAMES).await.unwrap();
                    assert_eq!(request.body().len(), FRAMES);
                }
            };
            futures_util::FutureExt::now_or_never(verify).expect("nothing has to be waited for");
        });
        held = held.max(info.bytes_max);
    }
    // The body a few times over, and not a buffer for each of its bytes (40 MB).
    assert!(held < 200_000, "{held} bytes were held");
}

#[tokio::test]
async fn frames_without_data_do_not_go_on_forever() {
    let (_, headers) = sender::genuine(&providers::STRIPE, b"", UnixTime::now());
    let empty = |count| (0..count).map(|_| Ok(Frame::data(Bytes::new()))).collect();
    assert_eq!(watched(headers.clone(), empty(1000), 100).await.0, Ok(Bytes::new()));
    assert_eq!(watched(headers.clone(), empty(5000), 100).await, (Err(ErrorKind::BodyUnreadable), 1001));
    let mut frames = vec![Ok(Frame::data(Bytes::from_static(&[b'x'; 101])))];
    frames.extend(empty(100_000));
    let (verdict, polls) = watched(headers, frames, 100).await;
    assert_eq!(verdict, Err(ErrorKind::BodyTooLarge));
    assert!(polls < 70_000, "{polls}");
}

#[tokio::test]
async fn a_decoy_that_cannot_verify_does_not_show() {
    let ended = UnixTime::from_secs(1_700_000_000);
    let decoy = Verifier::builder(providers::GITHUB).retiring_key("ended", Secret::new("decoy-key"), ended);
    let layer = VerifyLayer::resolve(decoy.build().unwrap(), |_| None);
    let response = layer.layer(service_fn(echo)).oneshot(request(b"{}")).await.unwrap();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    // Nor does a tenant that cannot; its observer knows.
    let told = Arc::new(std::sync::Mutex::new(Vec::new()));
    let observer = {
        let told = Arc::clone(&told);
        move |event: &hooksig::Event<'_>| told.lock().unwrap().push(event.outcome.reason())
    };
    let tenant = Verifier::builder(providers::GITHUB).retiring_key("ended", Secret::new("key"), ended);
    let tenant = tenant.observer(observer).build().unwrap();
    let layer = VerifyLayer::resolve(sender::verifier(&providers::GITHUB), move |_| Some(tenant.clone()));
    let response = layer.layer(service_fn(echo)).oneshot(request(b"{}")).await.unwrap();
    assert_eq!((response.status(), response.headers().len()), (StatusCode::UNAUTHORIZED, 0));
    assert_eq!(*told.lock().unwrap(), ["no_active_key"]);
}

#[tokio::test]
async fn a_proof_says_whose_it_is() {
    let handler = |request: Request<Full<Bytes>>| async move {
        let proof = request.extensions().get::<Verified<()>>().unwrap();
        assert_eq!((proof.scheme(), proof.label(), proof.key()), ("github", "orders", "test"));
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
    };
    let verifier = sender::builder(&providers::GITHUB).label("orders").build().unwrap();
    let response =
        VerifyLayer::new(verifier).layer(service_fn(handler)).oneshot(request(b"{}")).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_cancelled_verification_leaves_nothing_behind() {
    struct Never;
    impl hyper::body::Body for Never {
        type Data = Bytes;
        type Error = Infallible;
        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            Poll::Pending
        }
    }
    let mut service = layer().layer(service_fn(echo));
    let (parts, _) = request(b"{}").into_parts();
    let ready = ServiceExt::<Request<Never>>::ready(&mut service).await.unwrap();
    let waiting = ready.call(Request::from_parts(parts, Never));
    assert!(tokio::time::timeout(Duration::from_millis(20), waiting).await.is_err());
    let answer = service.oneshot(request(b"{}")).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
}

async fn axum_server() -> std::net::SocketAddr {
    let panics = || async { panic!("the handler panics") as () };
    let router = Router::new()
        .route("/github", post(|_: Verified<()>, body: Bytes| async { body }))
        .route("/panics", post(panics))
        .route_layer(layer().max_body(1 << 20));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, router).await.unwrap() });
    address
}

#[tokio::test]
async fn over_http_2() {
    use hyper_util::rt::{TokioExecutor, TokioIo};
    let stream = tokio::net::TcpStream::connect(axum_server().await).await.unwrap();
    let (client, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let mut answers = Vec::new();
    for number in 0..50 {
        let body = vec![b'x'; number * 1000];
        let mut request = if number % 2 == 0 { request(&body) } else { forged(&body) };
        *request.uri_mut() = "http://hooks.example.com/github".parse().unwrap();
        let mut client = client.clone();
        answers.push(tokio::spawn(async move { (number, client.send_request(request).await.unwrap()) }));
    }
    for answer in answers {
        let (number, answer) = answer.await.unwrap();
        let expected = if number % 2 == 0 { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
        assert_eq!(answer.status(), expected, "{number}");
        let length = answer.into_body().collect().await.unwrap().to_bytes().len();
        assert_eq!(length, if number % 2 == 0 { number * 1000 } else { 0 });
    }
}

#[tokio::test]
async fn a_handler_that_panics_takes_nothing_with_it() {
    use hyper_util::rt::TokioIo;
    let address = axum_server().await;
    let send = |path: &'static str| async move {
        let stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let (mut client, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let mut request = request(b"{}");
        *request.uri_mut() = path.parse().unwrap();
        client.send_request(request).await.map(|answer| answer.status())
    };
    assert!(send("/panics").await.is_err());
    assert_eq!(send("/github").await.unwrap(), StatusCode::OK);
}

#[tokio::test]
async fn on_a_route_an_unknown_path_is_404_and_a_method_405() {
    let handler = || post(|_: Verified<()>| async {});
    let around_routes: Router = Router::new().route("/github", handler()).route_layer(layer());
    let around_methods: Router = Router::new().route("/github", handler().route_layer(layer()));
    let status = async |router: &Router, method: &str, path: &str| {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        router.clone().oneshot(request).await.unwrap().status()
    };
    for router in [&around_routes, &around_methods] {
        assert_eq!(status(router, "POST", "/github").await, StatusCode::UNAUTHORIZED);
        assert_eq!(status(router, "POST", "/other").await, StatusCode::NOT_FOUND);
    }
    assert_eq!(status(&around_methods, "GET", "/github").await, StatusCode::METHOD_NOT_ALLOWED);
}
