//! axum, with a layer on its route.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use hooksig::Verified;
use hooksig::tower::VerifyLayer;
use tokio::net::TcpListener;

use crate::Outcome;

pub(super) fn router() -> Router {
    Router::new().route("/hook", post(|body: Bytes| async move { body.len().to_string() }))
}

pub(super) fn verified(layer: VerifyLayer) -> Router {
    let handler = async |_proof: Verified<()>, body: Bytes| body.len().to_string();
    Router::new().route("/hook", post(handler)).route_layer(layer)
}

pub(super) async fn serve(router: Router) -> Outcome<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async { axum::serve(listener, router).await });
    Ok(address)
}
