//! Every adapter over real sockets: the core's verdict, whatever the request and however it arrives.
#![cfg(all(feature = "axum", feature = "actix", feature = "hyper", feature = "tower"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::time::SystemTime;

use hooksig::http::HeaderMap;
use hooksig::{Parts, Scheme, UnixTime, providers};
use support::apps::{self, Adapter};
use support::client::Connection;
use support::random::Random;
use support::schemes::{BARS, GLUED};
use support::sender;

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
