//! A handler that fails, the provider's retry, and a replay: what a guard makes of each, behind axum.
//!
//! `cargo run --example replay --features axum,json,sign,tower`
//!
//! Requests go to the app without a socket. The exit code says whether every line is as it should be.

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::{Router, routing::post};
use hooksig::tower::VerifyLayer;
use hooksig::{
    Mutation, ReplayGuard, Secret, SignedRequest, Signer, UnixTime, Verified, Verifier, providers,
};
use tower::ServiceExt as _;

/// Fails the first time, as a handler does whose database is down.
async fn on_payment(State(runs): State<Arc<AtomicUsize>>, _proof: Verified<()>) -> StatusCode {
    match runs.fetch_add(1, Ordering::SeqCst) {
        0 => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::OK,
    }
}

async fn status(app: &Router, request: &SignedRequest) -> Result<u16, Box<dyn Error>> {
    Ok(app.clone().oneshot(request.to_request::<Body>()?).await?.status().as_u16())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let secret = || Secret::new("whsec_test");
    // Stripe signs each retry anew: the event's id in the body is what stays the same.
    let verifier = Verifier::builder(providers::STRIPE).key("2026-11", secret()).event_ids().build()?;
    let layer = VerifyLayer::new(verifier).replay(ReplayGuard::in_memory(1_000));
    let runs = Arc::new(AtomicUsize::new(0));
    let app = Router::new().route("/", post(on_payment)).route_layer(layer).with_state(Arc::clone(&runs));

    let sender = Signer::new(providers::STRIPE, secret())?;
    let now = UnixTime::now();
    let first = sender.sign(br#"{"id":"evt_1"}"#, now.saturating_sub(Duration::from_secs(20)))?;
    let retry = sender.sign(br#"{"id":"evt_1"}"#, now)?;
    let forged = retry.mutated(Mutation::Forged).ok_or("the scheme signs the body")?;
    let deliveries = [
        ("the first delivery, whose handler fails", &first, 500, 1),
        ("the provider's retry, signed anew", &retry, 200, 2),
        ("a retry of what was handled", &retry, 200, 2),
        ("a replay of the first delivery", &first, 200, 2),
        ("a forged one", &forged, 401, 2),
    ];
    println!("{:<42} status  handler ran", "delivery");
    let mut as_expected = true;
    for (what, request, expected, expected_runs) in deliveries {
        let (seen, ran) = (status(&app, request).await?, runs.load(Ordering::SeqCst));
        println!("{what:<42} {seen:<7} {ran} times");
        as_expected &= (seen, ran) == (expected, expected_runs);
    }
    Ok(if as_expected { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
