//! A handler without a framework, tested with genuine requests and with everything that it has to refuse.
//!
//! `cargo run --example testing --features sign`
//!
//! The same lines belong into a `#[test]`. The exit code says whether every line is as it should be.

use std::error::Error;
use std::process::ExitCode;

use hooksig::{Mutation, Parts, Secret, Signer, UnixTime, Verifier, providers};

/// The handler under test: the status that the sender gets.
fn receive(verifier: &Verifier, parts: Parts<'_>, body: &[u8], now: UnixTime) -> u16 {
    match verifier.verify_at(parts, body, now) {
        Ok(event) if event.body().is_empty() => 422,
        Ok(_) => 204,
        Err(refusal) => refusal.status().as_u16(),
    }
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let now = UnixTime::from_secs(1_763_700_000);
    let mut as_expected = true;
    // Providers of different kinds: with a timestamp, without one, and with a message id.
    for scheme in [providers::STRIPE, providers::GITHUB, providers::STANDARD_WEBHOOKS] {
        let secret = || Secret::new("whsec_dGVzdC1zZWNyZXQtb2YtdGhpcy10ZXN0");
        let verifier = Verifier::new(scheme, secret())?;
        let sender = Signer::new(scheme, secret())?.id("msg_1");
        let genuine = sender.sign(br#"{"id":"evt_1"}"#, now)?;
        let empty = sender.sign(b"", now)?;
        println!("{}", scheme.name());
        for mutation in Mutation::ALL {
            let Some(request) = genuine.mutated(*mutation) else {
                println!("  {:<16} cannot be, in this scheme", format!("{mutation:?}"));
                continue;
            };
            let seen = receive(&verifier, request.parts(), request.body(), now);
            let expected = if *mutation == Mutation::Replayed { 204 } else { 401 };
            println!("  {:<16} {seen}", format!("{mutation:?}"));
            as_expected &= seen == expected;
        }
        as_expected &= receive(&verifier, empty.parts(), empty.body(), now) == 422;
    }
    Ok(if as_expected { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
