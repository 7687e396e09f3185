//! Every adapter over real sockets: the core's verdict, whatever the request and however it arrives.
#![cfg(all(feature = "axum", feature = "actix", feature = "hyper", feature = "tower"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::SystemTime;

use hooksig::http::{HeaderMap, Request, Response, StatusCode};
use hooksig::tower::VerifyLayer;
use hooksig::{Mutation, Parts, Scheme, SignedRequest, UnixTime, Verified, Verifier, VerifyError, providers};
use http_body_util::Full;
use hyper::body::{Bytes, Frame};
use support::apps::{self, Adapter};
use support::client::Connection;
use support::random::Random;
use support::schemes::{BARS, GLUED};
use support::{sender, signed};
use tower::{Layer, ServiceExt, service_fn};

const SCHEMES: [Scheme<'static>; 6] =
    [providers::RETELL, providers::STRIPE, providers::GITHUB, providers::STANDARD_WEBHOOKS, BARS, GLUED];

/// A generated request and what the core says of it.
struct Case {
    scheme: usize,
    method: &'static str,
    target: &'static str,
    headers: HeaderMap,
    body: Vec<u8>,
    chunks: Option<usize>,
    expected: &'static str,
}

impl Case {
    /// A genuine request, or one with something changed.
    fn generate(random: &mut Random) -> Self {
        let now = UnixTime::from(SystemTime::now());
        let scheme = random.below(SCHEMES.len());
        let size = [0, 1, 100, 3000][random.below(4)];
        let body: Vec<u8> = (0..size).map(|_| random.below(256) as u8).collect();
        let age = std::time::Duration::from_secs([0, 0, 0, 4000][random.below(4)]);
        let (message, mut headers) = sender::genuine(&SCHEMES[scheme], &body, now.saturating_sub(age));
        let (mut method, mut target, mut body) = ("POST", "/in?tenant=1", message.body.clone());
        let names: Vec<_> = headers.keys().cloned().collect();
        let name = &names[random.below(names.len())];
        match random.below(12) {
            0 if !body.is_empty() => body[random.below(size)] ^= 1 << random.below(8),
            1 => body.push(b' '),
            2 => drop(headers.remove(name)),
            3 => drop(headers.append(name, headers[name].clone())),
            4 => drop(headers.insert(name, "\u{e4}\u{f6}".parse().unwrap())),
            5 => drop(headers.insert(name, "x".repeat(3000).parse().unwrap())),
            6 => target = "/in?tenant=2",
            7 => method = "PUT",
            _ => {}
        }
        let chunks = (random.below(2) == 0).then(|| 1 + random.below(1500));
        let parts = Parts::new(&headers).method(method).target(target);
        let verdict = sender::verifier(&SCHEMES[scheme]).verify(parts, &body);
        let expected = verdict.map_or_else(|error| error.reason(), |_| "ok");
        Self { scheme, method, target, headers, body, chunks, expected }
    }
}

#[test]
fn the_same_verdict_from_the_core_and_every_adapter() {
    let mut random = Random::new(1);
    let cases: Vec<_> = (0..10_000).map(|_| Case::generate(&mut random)).collect();
    let accepted = cases.iter().filter(|case| case.expected == "ok").count();
    assert!((3000..7000).contains(&accepted), "{accepted}");
    for adapter in Adapter::ALL {
        let ports: Vec<_> =
            SCHEMES.iter().map(|scheme| apps::serve(adapter, sender::verifier(scheme))).collect();
        let mut connections: Vec<_> = ports.iter().map(|port| Connection::new(*port)).collect();
        for (number, case) in cases.iter().enumerate() {
            let connection = &mut connections[case.scheme];
            let answer = connection.send(case.method, case.target, &case.headers, &case.body, case.chunks);
            let reason = answer.header("x-reason").unwrap_or("none");
            assert_eq!(reason, case.expected, "{adapter:?}, case {number}, {}", SCHEMES[case.scheme].name());
            if case.expected == "ok" {
                assert_eq!(answer.status, 200);
                assert_eq!(answer.body, case.body, "the handler gets the body that was sent");
            } else {
                assert_eq!(answer.status, 401, "{reason}");
                assert_eq!(answer.body, b"", "{reason}");
            }
        }
    }
}

#[test]
fn bodies_over_the_limit() {
    for adapter in Adapter::ALL {
        let port = apps::serve(adapter, sender::verifier(&providers::GITHUB));
        let body = vec![b'x'; apps::LIMIT + 1];
        let (_, headers) = sender::genuine(&providers::GITHUB, &body, UnixTime::now());
        for chunks in [None, Some(1 << 14)] {
            let answer = Connection::new(port).send("POST", "/", &headers, &body, chunks);
            let said = (answer.status, answer.header("x-reason").map(str::to_owned), answer.body.len());
            assert_eq!(said, (413, Some("body_too_large".to_owned()), 0), "{adapter:?}, chunks {chunks:?}");
        }
        // Exactly at the limit is not over it.
        let body = vec![b'x'; apps::LIMIT];
        let (_, headers) = sender::genuine(&providers::GITHUB, &body, UnixTime::now());
        for chunks in [None, Some(1 << 14)] {
            let answer = Connection::new(port).send("POST", "/", &headers, &body, chunks);
            assert_eq!(answer.status, 200, "{adapter:?}, chunks {chunks:?}");
            assert_eq!(answer.body.len(), apps::LIMIT);
        }
    }
}

#[test]
fn frames_of_one_byte_and_slow_ones() {
    for adapter in Adapter::ALL {
        let port = apps::serve(adapter, sender::verifier(&providers::STRIPE));
        let (message, headers) = sender::genuine(&providers::STRIPE, &[b'y'; 500], UnixTime::now());
        let answer = Connection::new(port).send("POST", "/", &headers, &message.body, Some(1));
        assert_eq!(answer.status, 200, "{adapter:?}");
        let answer = Connection::new(port).send_slowly("POST", "/", &headers, &message.body);
        assert_eq!(answer.status, 200, "{adapter:?}");
    }
}

#[test]
fn a_refusal_for_the_headers_waits_for_no_body() {
    for adapter in Adapter::ALL {
        let port = apps::serve(adapter, sender::verifier(&providers::STRIPE));
        // A declared body of which not one byte is sent, and one over the limit that is unsigned.
        for length in [10, 10 * apps::LIMIT] {
            let answer = Connection::new(port).send_head("POST", "/", &HeaderMap::new(), length, false);
            assert_eq!(
                (answer.status, answer.header("x-reason")),
                (401, Some("missing_signature")),
                "{adapter:?}"
            );
        }
        // Signed, fresh, and too long by its own word.
        let (_, headers) = sender::genuine(&providers::STRIPE, b"", UnixTime::now());
        let answer = Connection::new(port).send_head("POST", "/", &headers, apps::LIMIT + 1, false);
        assert_eq!((answer.status, answer.header("x-reason")), (413, Some("body_too_large")), "{adapter:?}");
    }
}

#[test]
fn a_client_that_waits_for_continue_is_refused_without_it() {
    for adapter in Adapter::ALL {
        let port = apps::serve(adapter, sender::verifier(&providers::STRIPE));
        let refused = Connection::new(port).send_head("POST", "/", &HeaderMap::new(), 100, true);
        assert_eq!(refused.status, 401, "{adapter:?}");
        // actix asks for every body before it calls a service; the others ask when the body is polled.
        let asks_always = matches!(adapter, Adapter::ActixExtractor | Adapter::ActixMiddleware);
        assert_eq!(refused.continued, asks_always, "{adapter:?}");
        let (message, headers) = sender::genuine(&providers::STRIPE, &[b'z'; 100], UnixTime::now());
        let answer = Connection::new(port).send_after_continue("POST", "/", &headers, &message.body);
        assert_eq!(answer.status, 200, "{adapter:?}");
    }
}

#[test]
fn a_body_that_is_cut_off_reaches_no_handler() {
    for adapter in Adapter::ALL {
        let port = apps::serve(adapter, sender::verifier(&providers::GITHUB));
        let (message, headers) = sender::genuine(&providers::GITHUB, &[b'c'; 400], UnixTime::now());
        let before = apps::handled(port);
        Connection::new(port).send_cut_off("POST", "/", &headers, &message.body[..200], 400);
        // The server goes on, and counts only what reached its handler.
        let answer = Connection::new(port).send("POST", "/", &headers, &message.body, None);
        assert_eq!(answer.status, 200, "{adapter:?}");
        assert_eq!(apps::handled(port), before + 1, "{adapter:?}");
    }
}

#[test]
fn a_signed_body_that_the_handler_cannot_parse_is_the_handlers_matter() {
    for adapter in Adapter::ALL {
        let port = apps::serve_json(adapter, sender::verifier(&providers::GITHUB));
        let post = |body: &[u8], forged: bool| {
            let (_, mut headers) = sender::genuine(&providers::GITHUB, body, UnixTime::now());
            headers.insert("content-type", "application/json".parse().unwrap());
            if forged {
                headers.insert("x-hub-signature-256", format!("sha256={}", "0".repeat(64)).parse().unwrap());
            }
            Connection::new(port).send("POST", "/", &headers, body, None).status
        };
        assert_eq!(post(b"{\"a\":1}", false), 200, "{adapter:?}");
        assert_eq!(post(b"not JSON", false), 400, "{adapter:?}");
        assert_eq!(
            post(b"not JSON", true),
            401,
            "{adapter:?}: nothing is parsed before the signature matched"
        );
    }
}

#[test]
fn a_handler_without_its_layer_answers_500() {
    for adapter in Adapter::ALL {
        let port = apps::serve_forgotten(adapter);
        let (message, headers) = sender::genuine(&providers::GITHUB, b"{}", UnixTime::now());
        let answer = Connection::new(port).send("POST", "/", &headers, &message.body, None);
        assert_eq!(answer.status, 500, "{adapter:?}");
    }
}

#[test]
fn forged_and_genuine_requests_at_once() {
    for adapter in Adapter::ALL {
        let port = apps::serve(adapter, sender::verifier(&providers::GITHUB));
        let workers: Vec<_> = (0..8)
            .map(|worker| {
                std::thread::spawn(move || {
                    let mut connection = Connection::new(port);
                    for number in 0..1250 {
                        let body = format!("{worker}/{number}").into_bytes();
                        let (_, headers) = sender::genuine(&providers::GITHUB, &body, UnixTime::now());
                        let forged = number % 2 == 0;
                        let sent = if forged { b"forged".to_vec() } else { body };
                        let answer = connection.send("POST", "/", &headers, &sent, None);
                        assert_eq!(answer.status, if forged { 401 } else { 200 });
                        assert_eq!(answer.body, if forged { Vec::new() } else { sent });
                    }
                })
            })
            .collect();
        workers.into_iter().for_each(|worker| worker.join().unwrap());
        assert_eq!(apps::handled(port), 8 * 625, "{adapter:?}");
    }
}

// ---- Every scheme, in this process

/// A body in small pieces that counts how often it is polled.
struct Watched {
    polls: Arc<AtomicUsize>,
    pieces: VecDeque<Bytes>,
}

impl Watched {
    fn next(&mut self) -> Option<Bytes> {
        self.polls.fetch_add(1, Ordering::SeqCst);
        self.pieces.pop_front()
    }
}

impl hyper::body::Body for Watched {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.next().map(|piece| Ok(Frame::data(piece))))
    }
}

impl futures_util::Stream for Watched {
    type Item = Result<Bytes, actix_web::error::PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.next().map(Ok))
    }
}

/// What an adapter says of a request, and how often it polled the body.
async fn in_process(adapter: Adapter, verifier: &Verifier, request: &SignedRequest) -> (&'static str, usize) {
    let polls = Arc::new(AtomicUsize::new(0));
    let pieces = request.body().chunks(5).map(Bytes::copy_from_slice).collect();
    let body = Watched { polls: Arc::clone(&polls), pieces };
    let refusal = match adapter {
        Adapter::ActixExtractor | Adapter::ActixMiddleware => {
            through_actix(adapter, verifier, request, body).await
        }
        _ => through_http(adapter, verifier, request.to_request::<Vec<u8>>().unwrap().map(|_| body)).await,
    };
    (refusal.map_or("ok", |refusal| refusal.reason()), polls.load(Ordering::SeqCst))
}

async fn through_http(
    adapter: Adapter,
    verifier: &Verifier,
    request: Request<Watched>,
) -> Option<VerifyError> {
    let refusal_in = |status: StatusCode, extensions: &hooksig::http::Extensions| {
        let refusal = extensions.get::<VerifyError>().copied();
        assert_eq!(refusal.is_none(), status == StatusCode::OK);
        refusal
    };
    match adapter {
        Adapter::Hyper => hooksig::hyper::verify_request(request, verifier, apps::LIMIT).await.err(),
        Adapter::HyperFrames => hooksig::hyper::verify_frames(request, verifier, apps::LIMIT).await.err(),
        Adapter::TowerLayer => {
            let handler =
                service_fn(|_: Request<Full<Bytes>>| async { Ok::<_, Infallible>(Response::new(())) });
            let service = VerifyLayer::new(verifier.clone()).layer(handler);
            let response = service.oneshot(request).await.unwrap();
            refusal_in(response.status(), response.extensions())
        }
        _ => {
            let router = axum::Router::new()
                .fallback(axum::routing::any(|_: hooksig::axum::Signed<Bytes>| async {}))
                .with_state(verifier.clone());
            let response = router.oneshot(request.map(axum::body::Body::new)).await.unwrap();
            refusal_in(response.status(), response.extensions())
        }
    }
}

async fn through_actix(
    adapter: Adapter,
    verifier: &Verifier,
    request: &SignedRequest,
    body: Watched,
) -> Option<VerifyError> {
    use actix_web::{App, dev::Payload, http::Method, test, web};
    use hooksig::actix::{Signed, Verify};
    let method = Method::from_bytes(request.method().as_bytes()).unwrap();
    let mut builder = test::TestRequest::with_uri(request.target()).method(method);
    for (name, value) in request.headers() {
        builder = builder.append_header((name.as_str(), value.as_bytes()));
    }
    let stream: Pin<Box<dyn futures_util::Stream<Item = Result<Bytes, actix_web::error::PayloadError>>>> =
        Box::pin(body);
    let (request, _) = builder.to_request().replace_payload(Payload::Stream { payload: stream });
    let signed = web::resource("/{path:.*}").app_data(verifier.clone());
    let resource = match adapter {
        Adapter::ActixExtractor => App::new().service(signed.to(|_: Signed<web::Bytes>| async { "handled" })),
        _ => {
            let proven = web::resource("/{path:.*}").to(|_: Verified<()>| async { "handled" });
            App::new().service(web::scope("").wrap(Verify::new(verifier.clone())).service(proven))
        }
    };
    let response = test::call_service(&test::init_service(resource).await, request).await;
    let refusal = response.response().extensions().get::<VerifyError>().copied();
    assert_eq!(refusal.is_none(), response.status() == 200);
    refusal
}

#[test]
fn every_scheme_has_the_cores_verdict_in_every_adapter() {
    let runtime = actix_web::rt::System::new();
    let (mut accepted, mut unpolled) = (0, 0);
    for scheme in providers::ALL {
        let verifier = signed::quiet_verifier(scheme);
        let genuine = signed::signed(scheme, UnixTime::now());
        let bent = Mutation::ALL.iter().filter_map(|mutation| genuine.mutated(*mutation));
        for request in std::iter::once(genuine.clone()).chain(bent) {
            let core = verifier.verify(request.parts(), request.body());
            let core = core.map_or_else(|refusal| refusal.reason(), |_| "ok");
            let needs_no_body = verifier.begin(request.parts()).is_err();
            for adapter in Adapter::ALL {
                let (reason, polls) = runtime.block_on(in_process(adapter, &verifier, &request));
                assert_eq!(reason, core, "{} {adapter:?}", scheme.name());
                // What the headers refuse costs nobody a byte of the body.
                assert_eq!(polls == 0, needs_no_body, "{} {adapter:?} {core}: {polls} polls", scheme.name());
                accepted += usize::from(core == "ok");
                unpolled += usize::from(needs_no_body);
            }
        }
    }
    assert!(accepted > 1000 && unpolled > 1000, "{accepted} accepted, {unpolled} without a poll");
}
