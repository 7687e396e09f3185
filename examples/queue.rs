//! A receiver that only queues, and a consumer that verifies later, against the moment of receipt.
//!
//! `cargo run --example queue --features sign`
//!
//! The exit code says whether every line is as it should be.

use std::error::Error;
use std::process::ExitCode;
use std::sync::mpsc;
use std::time::Duration;

use hooksig::{Attempt, Mutation, ReplayGuard, Secret, Signer, UnixTime, Verifier, providers};

/// What the receiver writes down: its own time, and the request as it came.
struct Delivery {
    received: UnixTime,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

fn consume(
    verifier: &Verifier,
    guard: &ReplayGuard,
    delivery: &Delivery,
) -> Result<&'static str, Box<dyn Error>> {
    let event = match verifier.verify_at(&delivery.headers, &delivery.body, delivery.received) {
        Ok(event) => event,
        Err(refusal) => return Ok(refusal.reason()), // to the dead letters, with this word
    };
    // Queues deliver twice.
    Ok(match guard.claim_now(&event)? {
        Attempt::New(claim) => {
            claim.commit_now()?;
            "handled"
        }
        Attempt::InProgress { .. } => "in progress",
        Attempt::Done => "handled before",
    })
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let secret = || Secret::new("wsec_test");
    let verifier = Verifier::builder(providers::ELEVENLABS).key("2026-11", secret()).replay_keys().build()?;
    let guard = ReplayGuard::in_memory(1_000);
    let signed = UnixTime::from_secs(1_763_700_000);
    let genuine = Signer::new(providers::ELEVENLABS, secret())?.sign(br#"{"type":"call"}"#, signed)?;
    let forged = genuine.mutated(Mutation::Forged).ok_or("the scheme signs the body")?;

    let (queue, deliveries) = mpsc::channel();
    let receive = |request: &hooksig::SignedRequest, after: u64| {
        let headers = request.headers().iter();
        queue.send(Delivery {
            received: signed.saturating_add(Duration::from_secs(after)),
            headers: headers.map(|(name, value)| (name.to_string(), value.as_bytes().to_vec())).collect(),
            body: request.body().to_vec(),
        })
    };
    receive(&genuine, 2)?;
    receive(&genuine, 2)?;
    receive(&forged, 3)?;
    receive(&genuine, 7_200)?;
    drop(queue);

    // Whenever the consumer comes, an hour later or tomorrow, the verdicts are the same.
    let expected = [
        ("received 2 s after it was signed", "handled"),
        ("the same, delivered twice by the queue", "handled before"),
        ("with another body", "mismatch"),
        ("received two hours after it was signed", "stale"),
    ];
    let mut as_expected = true;
    for (delivery, (what, verdict)) in deliveries.iter().zip(expected) {
        let seen = consume(&verifier, &guard, &delivery)?;
        println!("{what:<42} {seen}");
        as_expected &= seen == verdict;
    }
    Ok(if as_expected { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
