//! The smallest axum program, with a guard if the feature says so.

use std::error::Error;

use axum::Router;
use axum::routing::post;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = guard(Router::new().route("/github", post(|| async { "Hello, World!" })))?;
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    Ok(axum::serve(listener, app).await?)
}

#[cfg(feature = "guarded")]
fn guard(router: Router) -> Result<Router, Box<dyn Error>> {
    use hooksig::{Secret, Verifier, providers, tower::VerifyLayer};

    let verifier = Verifier::new(providers::GITHUB, Secret::from_env("GITHUB_WEBHOOK_SECRET")?)?;
    Ok(router.route_layer(VerifyLayer::new(verifier)))
}

#[cfg(not(feature = "guarded"))]
fn guard(router: Router) -> Result<Router, Box<dyn Error>> {
    Ok(router)
}
