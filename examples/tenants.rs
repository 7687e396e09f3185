//! A verifier for each customer behind one route of axum, chosen by the path.
//!
//! `cargo run --example tenants --features axum,sign,tower`
//!
//! Requests go to the app without a socket. The exit code says whether every line is as it should be.

use std::collections::HashMap;
use std::error::Error;
use std::process::ExitCode;

use axum::body::{Body, to_bytes};
use axum::routing::post;
use axum::{Json, Router};
use hooksig::tower::VerifyLayer;
use hooksig::{Secret, Signer, UnixTime, Verified, Verifier, providers};
use serde_json::Value;
use tower::ServiceExt as _;

/// The proof says whose call it is, not the body.
async fn on_call(proof: Verified<()>, Json(event): Json<Value>) -> String {
    format!("{}: {}", proof.label(), event["event"])
}

fn app(secrets: &[(&str, &str)]) -> Result<Router, hooksig::ConfigError> {
    let verifier = |(name, secret): &(&str, &str)| {
        let verifier = Verifier::builder(providers::RETELL).label(name).key("2026-11", Secret::new(*secret));
        Ok(((*name).to_owned(), verifier.build()?))
    };
    let tenants: HashMap<String, Verifier> = secrets.iter().map(verifier).collect::<Result<_, _>>()?;
    // An unknown tenant costs as much time as a known one, and is refused whatever it sends.
    let decoy = Verifier::new(providers::RETELL, Secret::new("a key that is never accepted"))?;
    let layer = VerifyLayer::resolve(decoy, move |parts| {
        tenants.get(parts.uri.path().strip_prefix("/retell/")?).cloned()
    });
    Ok(Router::new().route("/retell/{tenant}", post(on_call)).route_layer(layer))
}

/// What the sender sees of a call that is signed with this secret and sent to this tenant's path.
async fn call(app: &Router, tenant: &str, secret: &str) -> Result<String, Box<dyn Error>> {
    let sender = Signer::new(providers::RETELL, Secret::new(secret))?;
    let sender = sender.url(&format!("https://hooks.example.com/retell/{tenant}"))?;
    let signed = sender.sign(br#"{"event":"call_ended"}"#, UnixTime::now())?;
    let mut request = signed.to_request::<Body>()?;
    request.headers_mut().insert("content-type", "application/json".parse()?);
    let response = app.clone().oneshot(request).await?;
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), 1 << 16).await?;
    Ok(format!("{status} {}", String::from_utf8_lossy(&body)).trim_end().to_owned())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let app = app(&[("acme", "key_test_of_acme"), ("globex", "key_test_of_globex")])?;
    let calls = [
        ("acme's call to acme", "acme", "key_test_of_acme", "200 acme: \"call_ended\""),
        ("globex's call to globex", "globex", "key_test_of_globex", "200 globex: \"call_ended\""),
        ("acme's call to globex", "globex", "key_test_of_acme", "401"),
        ("a call to nobody", "initech", "key_test_of_acme", "401"),
        ("the decoy's own key", "initech", "a key that is never accepted", "401"),
    ];
    let mut as_expected = true;
    for (what, tenant, secret, expected) in calls {
        let seen = call(&app, tenant, secret).await?;
        println!("{what:<26} {seen}");
        as_expected &= seen == expected;
    }
    Ok(if as_expected { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
