//! Twilio behind a proxy that terminates TLS: the service itself sees plain HTTP and an internal host,
//! and one line says what Twilio knows it as. With axum here; the verifier is the same for every
//! adapter.
//!
//! `TWILIO_AUTH_TOKEN=… PUBLIC_BASE=https://hooks.example.com cargo run --example twilio --features axum,form,tower`

use std::error::Error;

use axum::routing::post;
use axum::{Form, Router};
use hooksig::tower::VerifyLayer;
use hooksig::{Secret, Verified, Verifier, providers};
use serde::Deserialize;
use tokio::net::TcpListener;

#[derive(Deserialize)]
struct Call {
    #[serde(rename = "From")]
    from: String,
}

async fn on_call(_proof: Verified<()>, Form(call): Form<Call>) -> String {
    format!("<Response><Say>Hello, {}</Say></Response>", call.from.trim_start_matches('+'))
}

fn app(public_base: &str) -> Result<Router, hooksig::ConfigError> {
    let verifier = Verifier::builder(providers::TWILIO)
        .key("2026-11", Secret::from_env("TWILIO_AUTH_TOKEN")?)
        // Scheme and host as Twilio calls them. Forwarded headers, which anybody can send, are not read.
        .public_base(public_base)
        .build()?;
    Ok(Router::new().route("/voice", post(on_call)).route_layer(VerifyLayer::new(verifier)))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = std::env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let public_base = std::env::var("PUBLIC_BASE")?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app(&public_base)?).await?;
    Ok(())
}
