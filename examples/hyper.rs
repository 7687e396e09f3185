//! Three providers behind plain hyper.
//!
//! `RETELL_API_KEY=… STRIPE_WEBHOOK_SECRET=… GITHUB_WEBHOOK_SECRET=… cargo run --example hyper --features hyper`

use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;

use hooksig::http::{Request, Response, StatusCode};
use hooksig::{Secret, Verified, Verifier, hyper::verify_request, providers};
use hyper::body::{Bytes, Incoming};
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::{Value, json};
use tokio::net::TcpListener;

type Body = http_body_util::Full<Bytes>;

async fn serve(request: Request<Incoming>, verifiers: Arc<[(&str, Verifier)]>) -> Response<Body> {
    let verifier =
        verifiers.iter().find(|(path, _)| *path == request.uri().path()).map(|(_, verifier)| verifier);
    match (verifier, request.uri().path()) {
        (Some(verifier), _) => match verify_request(request, verifier, 1 << 20).await {
            Ok((_, request)) => on_event(&request),
            Err(refusal) => hooksig::hyper::refuse(refusal),
        },
        // Nothing verifies this one, so there is no proof in its extensions.
        (None, "/forgotten") => on_event(&request.map(|_| Bytes::new())),
        (None, _) => status(StatusCode::NOT_FOUND),
    }
}

fn on_event(request: &Request<Bytes>) -> Response<Body> {
    let Some(proof) = request.extensions().get::<Verified<()>>() else {
        return status(StatusCode::INTERNAL_SERVER_ERROR);
    };
    let Ok(event) = serde_json::from_slice::<Value>(request.body()) else {
        return status(StatusCode::UNPROCESSABLE_ENTITY);
    };
    let kind = ["event", "type", "action"].iter().find_map(|name| event.get(name));
    Response::new(Body::from(json!({ "event": kind, "key": proof.key() }).to_string()))
}

fn status(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::default());
    *response.status_mut() = status;
    response
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = std::env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let verifier = |scheme, secret: &str| Verifier::new(scheme, Secret::from_env(secret)?);
    let verifiers: Arc<[_]> = Arc::new([
        ("/retell", verifier(providers::RETELL, "RETELL_API_KEY")?),
        ("/stripe", verifier(providers::STRIPE, "STRIPE_WEBHOOK_SECRET")?),
        ("/github", verifier(providers::GITHUB, "GITHUB_WEBHOOK_SECRET")?),
    ]);
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        let verifiers = Arc::clone(&verifiers);
        let service = service_fn(move |request| {
            let answer = serve(request, Arc::clone(&verifiers));
            async { Ok::<_, Infallible>(answer.await) }
        });
        tokio::spawn(
            http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service),
        );
    }
}
