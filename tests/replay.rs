//! The replay guard in every adapter that sees a handler's outcome, and with Redis.
#![cfg(all(feature = "actix", feature = "axum", feature = "hyper", feature = "redis", feature = "tower"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::convert::Infallible;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use hooksig::http::{Request, Response, StatusCode};
use hooksig::tower::VerifyLayer;
use hooksig::{
    Attempt, Event, Outcome, PeerAddr, RedisStore, ReplayGuard, Secret, Sources, Store, StoreError, UnixTime,
    Verified, Verifier, providers,
};
use http_body_util::Full;
use redis::aio::{ConnectionManager, ConnectionManagerConfig, MultiplexedConnection};
use tower::{Layer, ServiceExt, service_fn};

/// A runtime of the test's own; its threads end with it.
fn run<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap().block_on(test)
}

fn signature(body: &[u8]) -> String {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"test-key").unwrap();
    mac.update(body);
    let tag: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={tag}")
}

fn request(body: &'static str) -> Request<Full<Bytes>> {
    let request = Request::builder()
        .method("POST")
        .uri("/hook")
        .header("x-hub-signature-256", signature(body.as_bytes()));
    request.body(Full::new(Bytes::from_static(body.as_bytes()))).unwrap()
}

fn builder() -> hooksig::Builder<'static> {
    Verifier::builder(providers::GITHUB).key("k", Secret::new("test-key")).replay_keys()
}

fn proof(body: &str) -> Verified<()> {
    let headers = [("x-hub-signature-256", signature(body.as_bytes()))];
    builder().build().unwrap().verify_at(&headers, body, UnixTime::from_secs(1)).unwrap().split().1
}

/// What an observer saw.
type Seen = Arc<Mutex<Vec<Outcome>>>;

fn observed() -> (Verifier, Seen) {
    let seen = Seen::default();
    let observer = {
        let seen = Arc::clone(&seen);
        move |event: &Event<'_>| seen.lock().unwrap().push(event.outcome)
    };
    (builder().observer(observer).build().unwrap(), seen)
}

// ---- In the adapters

#[test]
fn tower_handles_a_request_once() {
    run(async {
        let (verifier, seen) = observed();
        let runs = Arc::new(AtomicUsize::new(0));
        let works = Arc::new(AtomicBool::new(false));
        let handler = {
            let (runs, works) = (Arc::clone(&runs), Arc::clone(&works));
            service_fn(move |_: Request<Full<Bytes>>| {
                runs.fetch_add(1, Ordering::SeqCst);
                let status = if works.load(Ordering::SeqCst) { 204 } else { 500 };
                async move { Ok::<_, Infallible>(Response::builder().status(status).body(String::new()).unwrap()) }
            })
        };
        let service = VerifyLayer::new(verifier).replay(ReplayGuard::in_memory(100)).layer(handler);
        let send = || async { service.clone().oneshot(request("{}")).await.unwrap().status().as_u16() };
        assert_eq!(send().await, 500);
        works.store(true, Ordering::SeqCst);
        assert_eq!(send().await, 204, "a retry of a delivery that failed goes through");
        assert_eq!(send().await, 200, "a replay is acknowledged");
        assert_eq!(runs.load(Ordering::SeqCst), 2, "and never reaches the handler");
        let other = service.clone().oneshot(request("[]")).await.unwrap().status().as_u16();
        assert_eq!(other, 204, "another delivery is new");
        use Outcome::{Accepted, Duplicate};
        assert_eq!(*seen.lock().unwrap(), [Accepted, Accepted, Accepted, Duplicate, Accepted]);
    });
}

#[test]
fn tower_answers_503_while_a_request_is_handled_and_frees_it_when_that_is_cancelled() {
    run(async {
        let (verifier, seen) = observed();
        let (started, mut starts) = tokio::sync::mpsc::unbounded_channel();
        let release = Arc::new(tokio::sync::Notify::new());
        let handler = {
            let release = Arc::clone(&release);
            service_fn(move |_: Request<Full<Bytes>>| {
                let (started, release) = (started.clone(), Arc::clone(&release));
                async move {
                    started.send(()).unwrap();
                    release.notified().await;
                    Ok::<_, Infallible>(Response::new(String::new()))
                }
            })
        };
        let guard = ReplayGuard::in_memory(100).acknowledge(StatusCode::ALREADY_REPORTED);
        let service = VerifyLayer::new(verifier).replay(guard).layer(handler);
        let first = tokio::spawn(service.clone().oneshot(request("{}")));
        starts.recv().await.unwrap();
        let busy = service.clone().oneshot(request("{}")).await.unwrap();
        assert_eq!(busy.status(), 503);
        let retry_after: u64 = busy.headers()["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=60).contains(&retry_after));
        first.abort();
        assert!(first.await.unwrap_err().is_cancelled());
        let second = tokio::spawn(service.clone().oneshot(request("{}")));
        starts.recv().await.unwrap();
        release.notify_one();
        assert_eq!(second.await.unwrap().unwrap().status(), 200);
        assert_eq!(service.clone().oneshot(request("{}")).await.unwrap().status(), 208);
        assert!(seen.lock().unwrap().contains(&Outcome::InProgress));
    });
}

#[test]
fn a_panic_and_an_error_free_the_request() {
    run(async {
        let turn = Arc::new(AtomicUsize::new(0));
        let handler = {
            let turn = Arc::clone(&turn);
            service_fn(move |_: Request<Full<Bytes>>| {
                let turn = turn.fetch_add(1, Ordering::SeqCst);
                async move {
                    match turn {
                        0 => std::panic::resume_unwind(Box::new("a handler panics")),
                        1 => Err("a handler fails"),
                        _ => Ok(Response::new(String::new())),
                    }
                }
            })
        };
        let layer = VerifyLayer::new(builder().build().unwrap()).replay(ReplayGuard::in_memory(100));
        let service = layer.layer(handler);
        assert!(tokio::spawn(service.clone().oneshot(request("{}"))).await.unwrap_err().is_panic());
        assert_eq!(service.clone().oneshot(request("{}")).await.unwrap_err(), "a handler fails");
        assert_eq!(service.oneshot(request("{}")).await.unwrap().status(), 200);
    });
}

#[test]
fn a_verifier_without_keys_for_it_is_our_fault() {
    run(async {
        let told = Arc::new(Mutex::new(Vec::new()));
        let observer = {
            let told = Arc::clone(&told);
            move |event: &hooksig::Event<'_>| told.lock().unwrap().push(event.outcome)
        };
        let verifier =
            Verifier::builder(providers::GITHUB).key("k", Secret::new("test-key")).observer(observer);
        let verifier = verifier.build().unwrap();
        let handler =
            service_fn(|_: Request<Full<Bytes>>| async { Ok::<_, Infallible>(Response::new(String::new())) });
        let service = VerifyLayer::new(verifier).replay(ReplayGuard::in_memory(1)).layer(handler);
        assert_eq!(service.oneshot(request("{}")).await.unwrap().status(), 500);
        assert_eq!(*told.lock().unwrap(), [Outcome::Accepted, Outcome::NoReplayKey]);
        let full =
            VerifyLayer::new(builder().build().unwrap()).replay(ReplayGuard::in_memory(0)).layer(handler);
        let answer = full.oneshot(request("{}")).await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.headers().contains_key("retry-after")), (503, true));
    });
}

#[test]
fn hyper_handles_a_request_once() {
    run(async {
        let verifier = builder().build().unwrap();
        let guard = ReplayGuard::in_memory(100);
        let runs = AtomicUsize::new(0);
        let send = |status: u16| {
            let (verifier, guard, runs) = (&verifier, &guard, &runs);
            async move {
                let (proof, _) = hooksig::hyper::verify_request(request("{}"), verifier, 100).await.unwrap();
                let handler = async {
                    runs.fetch_add(1, Ordering::SeqCst);
                    Ok::<_, Infallible>(Response::builder().status(status).body(String::new()).unwrap())
                };
                let answer = hooksig::hyper::handle_once(guard, verifier, &proof, handler).await.unwrap();
                answer.status().as_u16()
            }
        };
        assert_eq!([send(503).await, send(201).await, send(201).await], [503, 201, 200]);
        assert_eq!(runs.into_inner(), 2);
    });
}

#[actix_web::test]
async fn actix_handles_a_request_once_and_can_only_report() {
    use actix_web::{App, HttpResponse, test, web};
    use hooksig::actix::Verify;
    let runs = web::Data::new(AtomicUsize::new(0));
    async fn handler(runs: web::Data<AtomicUsize>, request: actix_web::HttpRequest) -> HttpResponse {
        use actix_web::HttpMessage as _;
        let proven = request.extensions().get::<Verified<()>>().is_some();
        match (proven, runs.fetch_add(1, Ordering::SeqCst)) {
            (false, _) => HttpResponse::Accepted().finish(),
            (true, 0) => HttpResponse::InternalServerError().finish(),
            (true, _) => HttpResponse::Ok().finish(),
        }
    }
    let verify = Verify::new(builder().build().unwrap()).replay(ReplayGuard::in_memory(100));
    let lenient = Verify::new(builder().build().unwrap()).dangerous_report_only();
    let scope = |path: &str, verify| web::scope(path).wrap(verify).route("", web::post().to(handler));
    let app =
        App::new().app_data(runs.clone()).service(scope("/once", verify)).service(scope("/report", lenient));
    let app = test::init_service(app).await;
    let send = |path: &'static str, body: &'static str| {
        let header = ("x-hub-signature-256", signature(b"{}"));
        let request =
            test::TestRequest::post().uri(path).insert_header(header).set_payload(body).to_request();
        async { test::call_service(&app, request).await.status().as_u16() }
    };
    assert_eq!(
        [send("/once", "{}").await, send("/once", "{}").await, send("/once", "{}").await],
        [500, 200, 200]
    );
    assert_eq!(runs.load(Ordering::SeqCst), 2);
    assert_eq!(send("/once", "forged").await, 401);
    assert_eq!([send("/report", "{}").await, send("/report", "forged").await], [200, 202]);
}

#[test]
fn extractors_hand_out_a_claim() {
    use axum::Router;
    use axum::extract::FromRef;
    use axum::routing::post;
    use hooksig::axum::Signed;
    use hooksig::{Claim, MemoryStore};

    #[derive(Clone)]
    struct Webhooks(Verifier, ReplayGuard);
    impl FromRef<Webhooks> for Verifier {
        fn from_ref(webhooks: &Webhooks) -> Self {
            webhooks.0.clone()
        }
    }
    impl FromRef<Webhooks> for ReplayGuard {
        fn from_ref(webhooks: &Webhooks) -> Self {
            webhooks.1.clone()
        }
    }
    type Once = Signed<(Claim<MemoryStore>, Bytes)>;
    async fn handle(Signed((claim, body)): Once) -> StatusCode {
        match body.as_ref() {
            b"fail" => StatusCode::BAD_GATEWAY,
            _ if claim.commit().await.unwrap() => StatusCode::CREATED,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
    run(async {
        let state = Webhooks(builder().build().unwrap(), ReplayGuard::in_memory(100));
        let app: Router = Router::new()
            .route("/hook", post(handle))
            .route("/forgotten", post(|_: Claim<MemoryStore>| async {}))
            .with_state(state);
        let send = |request: Request<Full<Bytes>>| {
            let app = app.clone();
            async move { app.oneshot(request.map(axum::body::Body::new)).await.unwrap().status().as_u16() }
        };
        assert_eq!([send(request("{}")).await, send(request("{}")).await], [201, 200]);
        assert_eq!([send(request("fail")).await, send(request("fail")).await], [502, 502]);
        let mut forgotten = request("x");
        *forgotten.uri_mut() = "/forgotten".parse().unwrap();
        assert_eq!(send(forgotten).await, 500);
    });
}

#[actix_web::test]
async fn actix_extractors_hand_out_a_claim() {
    use actix_web::{App, HttpResponse, test, web};
    use hooksig::actix::Signed;
    use hooksig::{Claim, MemoryStore};
    async fn handle(Signed((claim, body)): Signed<(Claim<MemoryStore>, web::Bytes)>) -> HttpResponse {
        match body.as_ref() {
            b"fail" => HttpResponse::BadGateway().finish(),
            _ if claim.commit().await.unwrap() => HttpResponse::Created().finish(),
            _ => HttpResponse::InternalServerError().finish(),
        }
    }
    let app = App::new()
        .app_data(builder().build().unwrap())
        .app_data(ReplayGuard::in_memory(100))
        .route("/hook", web::post().to(handle));
    let app = test::init_service(app).await;
    let send = |body: &'static str| {
        let header = ("x-hub-signature-256", signature(body.as_bytes()));
        let request =
            test::TestRequest::post().uri("/hook").insert_header(header).set_payload(body).to_request();
        async {
            test::try_call_service(&app, request)
                .await
                .map_or_else(
                    |error| error.as_response_error().error_response().status(),
                    |answer| answer.status(),
                )
                .as_u16()
        }
    };
    assert_eq!([send("{}").await, send("{}").await], [201, 200]);
    assert_eq!([send("fail").await, send("fail").await], [502, 502]);
}

#[test]
fn report_only_lets_everything_through_without_a_proof() {
    run(async {
        let (verifier, seen) = observed();
        let handler = service_fn(|request: Request<Full<Bytes>>| async move {
            use http_body_util::BodyExt;
            let proven = request.extensions().get::<Verified<()>>().is_some();
            let body = request.into_body().collect().await.unwrap().to_bytes();
            Ok::<_, Infallible>(Response::new(format!("{proven} {}", body.len())))
        });
        let service = VerifyLayer::new(verifier).max_body(10).dangerous_report_only().layer(handler);
        let send = |request| async { service.clone().oneshot(request).await.unwrap() };
        assert_eq!(send(request("{}")).await.into_body(), "true 2");
        let mut forged = request("{}");
        *forged.body_mut() = Full::new(Bytes::from_static(b"forged"));
        // A proof that somebody put there beforehand is none.
        forged.extensions_mut().insert(proof("x"));
        assert_eq!(send(forged).await.into_body(), "false 6");
        assert_eq!(send(Request::new(Full::new(Bytes::from_static(b"bare")))).await.into_body(), "false 4");
        assert_eq!(send(Request::new(Full::new(Bytes::from_static(b"far too long")))).await.status(), 413);
        use hooksig::ErrorKind::{Mismatch, MissingSignature};
        let expected = [Outcome::Accepted, Outcome::Refused(Mismatch), Outcome::Refused(MissingSignature)];
        assert_eq!(seen.lock().unwrap()[..3], expected);
    });
}

#[test]
fn report_only_is_not_held_back_by_a_guard() {
    run(async {
        let handler =
            service_fn(|_: Request<Full<Bytes>>| async { Ok::<_, Infallible>(Response::new(String::new())) });
        let layer = VerifyLayer::new(builder().build().unwrap()).replay(ReplayGuard::in_memory(0));
        let service = layer.dangerous_report_only().layer(handler);
        for _ in 0..2 {
            assert_eq!(service.clone().oneshot(request("{}")).await.unwrap().status(), 200);
        }
    });
}

#[test]
fn the_peer_comes_from_an_extension_or_a_function() {
    run(async {
        let verifier = || builder().sources(Sources::new(["192.0.2.0/24"]).unwrap()).build().unwrap();
        let handler =
            service_fn(|_: Request<Full<Bytes>>| async { Ok::<_, Infallible>(Response::new(String::new())) });
        let send = |layer: VerifyLayer, peer: Option<&str>| {
            let mut request = request("{}");
            if let Some(peer) = peer {
                request.extensions_mut().insert(PeerAddr(peer.parse().unwrap()));
            }
            async move { layer.layer(handler).oneshot(request).await.unwrap().status().as_u16() }
        };
        assert_eq!(send(VerifyLayer::new(verifier()), Some("192.0.2.7")).await, 200);
        assert_eq!(send(VerifyLayer::new(verifier()), Some("203.0.113.9")).await, 401);
        assert_eq!(send(VerifyLayer::new(verifier()), None).await, 401);
        let found = VerifyLayer::new(verifier()).peer(|_| Some([192, 0, 2, 7].into()));
        assert_eq!(send(found, None).await, 200);
    });
}

// ---- With Redis

/// Debian's redis-server on a free port, without a file.
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut server = Self { child: Self::spawn(port), port };
        server.wait();
        server
    }

    fn spawn(port: u16) -> Child {
        Command::new("redis-server")
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .stdout(Stdio::null())
            .spawn()
            .expect("the Debian package redis-server is needed, as .ci/run installs it")
    }

    fn wait(&mut self) {
        let patience = Instant::now() + Duration::from_secs(20);
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(Instant::now() < patience && self.child.try_wait().unwrap().is_none());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn restart(&mut self) {
        self.child = Self::spawn(self.port);
        self.wait();
    }

    async fn connection(&self) -> MultiplexedConnection {
        let client = redis::Client::open(("127.0.0.1", self.port)).unwrap();
        client.get_multiplexed_async_connection().await.unwrap()
    }

    /// A connection that comes back by itself, soon.
    async fn manager(&self) -> ConnectionManager {
        let client = redis::Client::open(("127.0.0.1", self.port)).unwrap();
        let config = ConnectionManagerConfig::new()
            .set_min_delay(Duration::from_millis(5))
            .set_max_delay(Duration::from_millis(50))
            .set_number_of_retries(2);
        ConnectionManager::new_with_config(client, config).await.unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn redis_holds_commits_and_frees() {
    let server = Server::start();
    run(async {
        let store = RedisStore::new(server.connection().await, "test:");
        let guard = ReplayGuard::new(store.clone());
        let proof = proof("x");
        let Attempt::New(claim) = guard.claim(&proof).await.unwrap() else { panic!("new") };
        let Attempt::InProgress { retry_after } = guard.claim(&proof).await.unwrap() else { panic!("held") };
        assert!(retry_after <= Duration::from_secs(60) && retry_after > Duration::from_secs(50));
        claim.release().await.unwrap();
        let Attempt::New(claim) = guard.claim(&proof).await.unwrap() else { panic!("free again") };
        drop(claim);
        // A dropped claim is freed by a task of its own.
        let claim = loop {
            match guard.claim(&proof).await.unwrap() {
                Attempt::New(claim) => break claim,
                _ => tokio::time::sleep(Duration::from_millis(1)).await,
            }
        };
        assert!(claim.commit().await.unwrap());
        assert!(matches!(guard.claim(&proof).await.unwrap(), Attempt::Done));
        let mut connection = server.connection().await;
        let name = format!("test:{}", proof.replay_key().unwrap());
        let ttl: i64 = redis::cmd("PTTL").arg(&name).query_async(&mut connection).await.unwrap();
        assert!((86_390_000..=86_400_000).contains(&ttl), "{ttl}");
        let other = ReplayGuard::new(RedisStore::new(server.connection().await, "other:"));
        assert!(
            matches!(other.claim(&proof).await.unwrap(), Attempt::New(_)),
            "another prefix, another service"
        );
    });
}

#[test]
fn of_ten_thousand_deliveries_to_redis_one_is_handled() {
    let server = Server::start();
    run(async {
        let connection = server.connection().await;
        let handled = Arc::new(AtomicUsize::new(0));
        let proof = proof("x");
        let tasks: Vec<_> = (0..64)
            .map(|_| {
                let guard = ReplayGuard::new(
                    RedisStore::new(connection.clone(), "t:").patience(Duration::from_secs(30)),
                );
                let (handled, proof) = (Arc::clone(&handled), proof.clone());
                tokio::spawn(async move {
                    for _ in 0..10_000 {
                        if let Attempt::New(claim) = guard.claim(&proof).await.unwrap() {
                            handled.fetch_add(1, Ordering::SeqCst);
                            assert!(claim.commit().await.unwrap());
                        }
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(handled.load(Ordering::SeqCst), 1);
    });
}

#[test]
fn a_lease_in_redis_is_renewed_while_the_handler_runs_and_ends_with_it() {
    let server = Server::start();
    run(async {
        let guard = |lease| {
            let connection = server.connection();
            async move {
                ReplayGuard::new(RedisStore::new(connection.await, "t:")).lease(Duration::from_millis(lease))
            }
        };
        let (guard, proof) = (guard(150).await, proof("x"));
        let Attempt::New(claim) = guard.claim(&proof).await.unwrap() else { panic!("new") };
        tokio::time::sleep(Duration::from_millis(600)).await;
        assert!(matches!(guard.claim(&proof).await.unwrap(), Attempt::InProgress { .. }), "renewed");
        // A process that dies frees nothing: its lease ends.
        std::mem::forget(claim);
        let mut connection = server.connection().await;
        let name = format!("t:{}", proof.replay_key().unwrap());
        let _: () = redis::cmd("SET")
            .arg(&name)
            .arg("somebody")
            .arg("PX")
            .arg(50)
            .query_async(&mut connection)
            .await
            .unwrap();
        tokio::time::sleep(Duration::from_millis(400)).await;
        let Attempt::New(claim) = guard.claim(&proof).await.unwrap() else { panic!("the lease has ended") };
        // Somebody else takes over: neither commit nor release is this owner's any more.
        let _: () = redis::cmd("SET").arg(&name).arg("somebody").query_async(&mut connection).await.unwrap();
        assert!(!claim.commit().await.unwrap());
        let held: String = redis::cmd("GET").arg(&name).query_async(&mut connection).await.unwrap();
        assert_eq!(held, "somebody");
    });
}

#[test]
fn handlers_that_fail_or_outlive_their_lease_lose_nothing_in_redis() {
    let server = Server::start();
    run(async {
        const DELIVERIES: usize = 40;
        let connection = server.connection().await;
        let committed: Arc<Vec<_>> = Arc::new((0..DELIVERIES).map(|_| AtomicUsize::new(0)).collect());
        let proofs: Arc<Vec<_>> =
            Arc::new((0..DELIVERIES).map(|number| proof(&number.to_string())).collect());
        let tasks: Vec<_> = (0..8_usize)
            .map(|worker| {
                let (committed, proofs, connection) =
                    (Arc::clone(&committed), Arc::clone(&proofs), connection.clone());
                tokio::spawn(async move {
                    // Without renewal, so that leases do run out.
                    let store =
                        Unrenewed(RedisStore::new(connection, "t:").patience(Duration::from_secs(30)));
                    let guard = ReplayGuard::new(store).lease(Duration::from_millis(4));
                    let mut turn = worker * 7919;
                    for (proof, committed) in proofs.iter().zip(committed.iter()) {
                        loop {
                            let claim = match guard.claim(proof).await.unwrap() {
                                Attempt::Done => break,
                                Attempt::New(claim) => claim,
                                Attempt::InProgress { .. } => {
                                    tokio::time::sleep(Duration::from_millis(1)).await;
                                    continue;
                                }
                            };
                            turn = turn
                                .wrapping_mul(6_364_136_223_846_793_005)
                                .wrapping_add(1_442_695_040_888_963_407);
                            tokio::time::sleep(Duration::from_millis((turn >> 40) as u64 % 7)).await;
                            match (turn >> 33) % 3 {
                                0 => claim.release().await.unwrap(),
                                1 => drop(claim),
                                _ => {
                                    if claim.commit().await.unwrap() {
                                        committed.fetch_add(1, Ordering::SeqCst);
                                    }
                                }
                            }
                        }
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        let committed: Vec<_> = committed.iter().map(|count| count.load(Ordering::SeqCst)).collect();
        assert_eq!(committed, [1; DELIVERIES], "none lost, none committed twice");
    });
}

/// A store whose leases nobody renews.
struct Unrenewed<S>(S);

impl<S: Store> Store for Unrenewed<S> {
    fn claim(
        &self,
        key: &hooksig::ReplayKey,
        owner: hooksig::Owner,
        lease: Duration,
    ) -> hooksig::StoreFuture<'_, hooksig::Held> {
        self.0.claim(key, owner, lease)
    }
    fn commit(
        &self,
        key: &hooksig::ReplayKey,
        owner: hooksig::Owner,
        window: Duration,
    ) -> hooksig::StoreFuture<'_, bool> {
        self.0.commit(key, owner, window)
    }
    fn release(&self, key: &hooksig::ReplayKey, owner: hooksig::Owner) -> hooksig::StoreFuture<'_, ()> {
        self.0.release(key, owner)
    }
    fn abandon(&self, key: &hooksig::ReplayKey, owner: hooksig::Owner) {
        self.0.abandon(key, owner);
    }
}

#[test]
fn a_redis_that_is_down_or_restarted_refuses_and_comes_back() {
    let mut server = Server::start();
    run(async {
        let store = RedisStore::new(server.manager().await, "t:").patience(Duration::from_millis(300));
        let guard = ReplayGuard::new(store);
        let (verifier, seen) = observed();
        let handler =
            service_fn(|_: Request<Full<Bytes>>| async { Ok::<_, Infallible>(Response::new(String::new())) });
        let service = VerifyLayer::new(verifier).replay(guard.clone()).layer(handler);
        let proof = proof("claimed before");
        let Attempt::New(claim) = guard.claim(&proof).await.unwrap() else { panic!("new") };
        server.kill();
        assert_eq!(
            claim.commit().await.unwrap_err(),
            StoreError::Unavailable,
            "killed between claim and commit"
        );
        let answer = service.clone().oneshot(request("{}")).await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.headers()["retry-after"].to_str().unwrap()), (503, "5"));
        assert!(seen.lock().unwrap().contains(&Outcome::StoreFailed));
        server.restart();
        let patience = Instant::now() + Duration::from_secs(20);
        while service.clone().oneshot(request("{}")).await.unwrap().status() != 200 {
            assert!(Instant::now() < patience, "it does not come back");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // What was committed while the server was gone is done all the same.
        loop {
            match guard.claim(&proof).await.unwrap() {
                Attempt::Done => break,
                _ => assert!(Instant::now() < patience, "the commit does not come back"),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
}

#[test]
fn a_redis_that_is_slow_or_answers_garbage_is_unavailable() {
    run(async {
        for garbage in [false, true] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let port = listener.local_addr().unwrap().port();
            // Polite while the client introduces itself; after that slow, or out of its mind.
            std::thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                let mut buffer = [0; 4096];
                while let Ok(read) = stream.read(&mut buffer) {
                    let text = String::from_utf8_lossy(&buffer[..read]).into_owned();
                    match text.contains("SET\r\n") && text.contains("NX") {
                        false if read > 0 => {
                            let commands = text.matches('*').count().max(1);
                            stream.write_all("+OK\r\n".repeat(commands).as_bytes()).unwrap();
                        }
                        true if garbage => stream.write_all(b"*1\r\n$3\r\nwat\r\n").unwrap(),
                        _ => std::thread::sleep(Duration::from_secs(3)),
                    }
                    if read == 0 {
                        return;
                    }
                }
            });
            let client = redis::Client::open(("127.0.0.1", port)).unwrap();
            let connection = client.get_multiplexed_async_connection().await.unwrap();
            let store = RedisStore::new(connection, "t:").patience(Duration::from_millis(200));
            let started = Instant::now();
            let refused = ReplayGuard::new(store).claim(&proof("x")).await;
            assert_eq!(refused.unwrap_err(), StoreError::Unavailable, "garbage: {garbage}");
            assert!(started.elapsed() < Duration::from_secs(2));
        }
    });
}
