//! The time of one verification at 1 KiB, for a first impression: `cargo bench`.
#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on stops")]

use criterion::{Criterion, criterion_group, criterion_main};
use hmac::{Hmac, KeyInit, Mac};
use hooksig::{Secret, UnixTime, Verifier, providers};
use sha2::Sha256;

const KEY: &str = "test-key";
const NOW: UnixTime = UnixTime::from_secs(1_763_700_000);

fn tag(pieces: &[&[u8]]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).unwrap();
    pieces.iter().for_each(|piece| mac.update(piece));
    hex::encode(mac.finalize().into_bytes())
}

fn verify(criterion: &mut Criterion) {
    let body = vec![b'x'; 1024];
    let github = [("x-hub-signature-256", format!("sha256={}", tag(&[&body])))];
    let stripe = [("stripe-signature", format!("t=1763700000,v1={}", tag(&[b"1763700000.", &body])))];
    for (scheme, headers) in [(providers::GITHUB, github), (providers::STRIPE, stripe)] {
        let headers: http::HeaderMap = headers
            .into_iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        let verifier = Verifier::new(scheme, Secret::new(KEY)).unwrap();
        assert!(verifier.verify_at(&headers, &body, NOW).is_ok());
        criterion.bench_function(&format!("{}/1024", scheme.name()), |bencher| {
            bencher.iter(|| verifier.verify_at(&headers, body.as_slice(), NOW).is_ok());
        });
    }
}

criterion_group!(benches, verify);
criterion_main!(benches);
