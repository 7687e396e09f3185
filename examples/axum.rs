//! Three providers behind axum, a layer for each route.
//!
//! `RETELL_API_KEY=… STRIPE_WEBHOOK_SECRET=… GITHUB_WEBHOOK_SECRET=… cargo run --example axum --features axum,tower`

use std::error::Error;

use axum::routing::post;
use axum::{Json, Router};
use hooksig::tower::VerifyLayer;
use hooksig::{Secret, Verified, Verifier, providers};
use serde_json::{Value, json};
use tokio::net::TcpListener;

fn app() -> Result<Router, hooksig::ConfigError> {
    let retell = Verifier::new(providers::RETELL, Secret::from_env("RETELL_API_KEY")?)?;
    let stripe = Verifier::new(providers::STRIPE, Secret::from_env("STRIPE_WEBHOOK_SECRET")?)?;
    let github = Verifier::new(providers::GITHUB, Secret::from_env("GITHUB_WEBHOOK_SECRET")?)?;
    let routes = |path: &str, verifier| {
        Router::new().route(path, post(on_event)).route_layer(VerifyLayer::new(verifier))
    };
    Ok(Router::new()
        .merge(routes("/retell", retell))
        .merge(routes("/stripe", stripe))
        .merge(routes("/github", github))
        // No layer: the handler takes a proof, so it is never reached and the answer is 500.
        .route("/forgotten", post(on_event)))
}

async fn on_event(proof: Verified<()>, Json(event): Json<Value>) -> Json<Value> {
    let kind = ["event", "type", "action"].iter().find_map(|name| event.get(name));
    Json(json!({ "event": kind, "key": proof.key() }))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = std::env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app()?).await?;
    Ok(())
}
