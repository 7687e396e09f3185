//! Times of verification, for whoever changes the code: `cargo bench` runs all, `cargo bench -- github/1024` some.
//!
//! Groups are `accept` and `accept two keys` (beside the floor and the bare `hmac` crate), `refuse`, and `stream`. How
//! we compare with other crates, and whether our promises hold, is for `benches/peers`, where everything takes turns.
#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on stops")]
#![allow(clippy::indexing_slicing, reason = "as above")]

use std::hint::black_box;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use hmac::{Hmac, KeyInit, Mac};
use hooksig::http::{HeaderMap, HeaderName, HeaderValue};
use hooksig::{Scheme, Secret, UnixTime, Verifier, providers};
use sha2::Sha256;
use sha2::block_api::compress256;

const SIZES: [usize; 8] = [0, 128, 512, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 1 << 20];

/// The frames of a body that arrives in pieces.
const FRAME: usize = 16 << 10;

const KEY: &[u8] = b"test-key-test-key-test-key-test!";
const OTHER_KEY: &[u8] = b"test-key-of-another-deployment!!";

const NOW: UnixTime = UnixTime::from_secs(1_763_700_000);

/// How many requests take turns: a branch predictor learns one that is repeated. Fewer where bodies are large.
fn request_count(size: usize) -> usize {
    ((4 << 20) / size.max(1)).clamp(4, 256)
}

#[derive(Clone, Copy)]
enum Style {
    GitHub,
    Stripe,
    Retell,
    StandardWebhooks,
}

const STYLES: [Style; 4] = [Style::GitHub, Style::Stripe, Style::Retell, Style::StandardWebhooks];

struct Request {
    headers: HeaderMap,
    body: Vec<u8>,
    /// What is signed, in one piece.
    signed: Vec<u8>,
    tag: [u8; 32],
}

impl Style {
    fn scheme(self) -> Scheme<'static> {
        match self {
            Self::GitHub => providers::GITHUB,
            Self::Stripe => providers::STRIPE,
            Self::Retell => providers::RETELL,
            Self::StandardWebhooks => providers::STANDARD_WEBHOOKS,
        }
    }

    fn secret(self, key: &[u8]) -> Secret {
        match self {
            Self::StandardWebhooks => Secret::new(format!("whsec_{}", STANDARD.encode(key))),
            _ => Secret::new(key),
        }
    }

    fn verifier(self, keys: &[&[u8]]) -> Verifier {
        let mut builder = Verifier::builder(self.scheme());
        for (index, key) in keys.iter().enumerate() {
            builder = builder.key(&format!("key {index}"), self.secret(key));
        }
        builder.build().unwrap()
    }

    fn request(self, number: u64, size: usize) -> Request {
        let body: Vec<u8> = (0..size as u64).map(|at| (at * 7 + number * 31 + at * number) as u8).collect();
        let seconds = (NOW.as_secs() - number % 100).to_string();
        let millis = (NOW.as_millis() - number).to_string();
        let id = format!("msg_{:027}", number * 7919);
        let signed = match self {
            Self::GitHub => body.clone(),
            Self::Stripe => [seconds.as_bytes(), b".", &body].concat(),
            Self::Retell => [&body, millis.as_bytes()].concat(),
            Self::StandardWebhooks => [id.as_bytes(), b".", seconds.as_bytes(), b".", &body].concat(),
        };
        let tag: [u8; 32] = mac(KEY).chain_update(&signed).finalize().into_bytes().into();
        let own = match self {
            Self::GitHub => vec![("x-hub-signature-256", format!("sha256={}", hex::encode(tag)))],
            Self::Stripe => vec![("stripe-signature", format!("t={seconds},v1={}", hex::encode(tag)))],
            Self::Retell => vec![("x-retell-signature", format!("v={millis},d={}", hex::encode(tag)))],
            Self::StandardWebhooks => vec![
                ("webhook-id", id),
                ("webhook-timestamp", seconds),
                ("webhook-signature", format!("v1,{}", STANDARD.encode(tag))),
            ],
        };
        let usual = [("host", "hooks.example.com"), ("content-type", "application/json"), ("accept", "*/*")];
        let usual = usual.map(|(name, value)| (name, value.to_owned()));
        let headers = usual
            .into_iter()
            .chain(own)
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::try_from(value).unwrap()));
        Request { headers: headers.collect(), body, signed, tag }
    }

    fn requests(self, size: usize) -> Vec<Request> {
        (0..request_count(size) as u64).map(|number| self.request(number, size)).collect()
    }

    fn id(self, size: usize) -> BenchmarkId {
        BenchmarkId::new(self.scheme().name(), size)
    }
}

fn mac(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).unwrap()
}

/// Calls `verify` with one request after the other.
fn in_turn<T>(requests: &[T], mut verify: impl FnMut(&T)) -> impl FnMut() {
    let mut next = 0;
    move || {
        verify(&requests[next]);
        next = (next + 1) % requests.len();
    }
}

/// The compressions of SHA-256 that an HMAC with a prepared key needs, over messages that are padded already.
fn floor(message: &[[u8; 64]]) -> [u32; 8] {
    let mut state = [1; 8];
    compress256(&mut state, message);
    let mut outer = [0; 64];
    for (place, word) in outer.chunks_exact_mut(4).zip(state) {
        place.copy_from_slice(&word.to_be_bytes());
    }
    let mut state = [2; 8];
    compress256(&mut state, &[outer]);
    state
}

fn blocks(signed: usize) -> Vec<[u8; 64]> {
    vec![[b'x'; 64]; (signed + 9).div_ceil(64)]
}

fn accept(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("accept");
    for style in STYLES {
        for size in SIZES {
            group.throughput(Throughput::Bytes(size as u64));
            let requests = style.requests(size);
            let verifier = style.verifier(&[KEY]);
            let name = style.scheme().name();
            let verify =
                |request: &Request| assert!(verifier.verify_at(&request.headers, &request.body, NOW).is_ok());
            group.bench_function(style.id(size), |bencher| bencher.iter(in_turn(&requests, verify)));

            let prepared = mac(KEY);
            let bare = |request: &Request| {
                let mac = prepared.clone().chain_update(&request.signed);
                assert!(mac.verify(&request.tag.into()).is_ok());
            };
            let id = BenchmarkId::new(format!("{name} hmac"), size);
            group.bench_function(id, |bencher| bencher.iter(in_turn(&requests, bare)));

            let messages: Vec<_> = requests.iter().map(|request| blocks(request.signed.len())).collect();
            let id = BenchmarkId::new(format!("{name} floor"), size);
            let hash = |message: &Vec<[u8; 64]>| {
                black_box(floor(message));
            };
            group.bench_function(id, |bencher| bencher.iter(in_turn(&messages, hash)));
        }
    }
}

/// The second key is the one that matches.
fn accept_with_two_keys(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("accept two keys");
    for style in STYLES {
        for size in SIZES {
            group.throughput(Throughput::Bytes(size as u64));
            let requests = style.requests(size);
            let verifier = style.verifier(&[OTHER_KEY, KEY]);
            let verify =
                |request: &Request| assert!(verifier.verify_at(&request.headers, &request.body, NOW).is_ok());
            group.bench_function(style.id(size), |bencher| bencher.iter(in_turn(&requests, verify)));
        }
    }
}

/// What a request is refused for, how it is made of a genuine one, and when it arrives.
type Refusal = (&'static str, fn(&mut Request, &HeaderName), UnixTime);

const REFUSALS: [Refusal; 8] = [
    ("mismatch", |request, _| request.body.push(b'x'), NOW),
    ("missing_signature", |request, name| drop(request.headers.remove(name)), NOW),
    (
        "duplicate_header",
        |request, name| {
            let value = request.headers[name].clone();
            request.headers.append(name, value);
        },
        NOW,
    ),
    ("header_too_long", |request, name| set(request, name, "a".repeat(8 << 10)), NOW),
    (
        "too_many_signatures",
        |request, name| {
            let value = request.headers[name].to_str().unwrap().to_owned();
            set(
                request,
                name,
                vec![value.clone(); 2000 / value.len()].join(if value.starts_with("v1,") {
                    " "
                } else {
                    ","
                }),
            );
        },
        NOW,
    ),
    (
        "malformed_signature",
        |request, name| {
            let value = request.headers[name].to_str().unwrap().to_owned();
            set(request, name, value[..value.len() - 1].to_owned());
        },
        NOW,
    ),
    ("stale", |_, _| {}, UnixTime::from_secs(NOW.as_secs() + 86_400)),
    ("future", |_, _| {}, UnixTime::from_secs(NOW.as_secs() - 86_400)),
];

fn set(request: &mut Request, name: &HeaderName, value: String) {
    request.headers.insert(name, HeaderValue::try_from(value).unwrap());
}

/// With a body of 64 KiB, whose hash all but a mismatch should be spared. Each is named by the reason that it got.
fn refuse(criterion: &mut Criterion) {
    const SIZE: usize = 64 << 10;
    let mut group = criterion.benchmark_group("refuse");
    for style in STYLES {
        let verifier = style.verifier(&[KEY]);
        let name = HeaderName::from_static(style.scheme().signature().header());
        for (what, change, now) in REFUSALS {
            let mut requests = style.requests(SIZE);
            requests.iter_mut().for_each(|request| change(request, &name));
            let verdict = verifier.verify_at(&requests[0].headers, &requests[0].body, now);
            // A scheme without a timestamp refuses nothing for its age.
            let Err(refusal) = verdict else { continue };
            let refused = |request: &Request| {
                assert!(verifier.verify_at(&request.headers, &request.body, now).is_err())
            };
            let id = BenchmarkId::new(style.scheme().name(), format!("{what}: {}", refusal.reason()));
            group.bench_function(id, |bencher| bencher.iter(in_turn(&requests, refused)));
        }
    }
}

/// A body that arrives in frames: all of it, and what is left to do after its last frame.
fn stream(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("stream");
    for style in STYLES {
        for size in [1 << 10, 64 << 10, 1 << 20] {
            group.throughput(Throughput::Bytes(size as u64));
            let request = style.request(1, size);
            let verifier = style.verifier(&[KEY]);
            let begin = || verifier.begin_at(&request.headers, NOW).unwrap();
            group.bench_function(style.id(size), |bencher| {
                bencher.iter(|| {
                    let mut pending = begin();
                    request.body.chunks(FRAME).for_each(|frame| pending.update(frame));
                    assert!(pending.finish().is_ok());
                });
            });
            let last = request.body.chunks(FRAME).next_back().unwrap();
            let earlier = &request.body[..size - last.len()];
            let id = BenchmarkId::new(format!("{} after the last frame", style.scheme().name()), size);
            group.bench_function(id, |bencher| {
                let until_last = || {
                    let mut pending = begin();
                    pending.update(earlier);
                    pending
                };
                let finish = |mut pending: hooksig::Pending| {
                    pending.update(last);
                    assert!(pending.finish().is_ok());
                };
                bencher.iter_batched(until_last, finish, BatchSize::PerIteration);
            });
        }
    }
}

criterion_group!(benches, accept, accept_with_two_keys, refuse, stream);
criterion_main!(benches);
