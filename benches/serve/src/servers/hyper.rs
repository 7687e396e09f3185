//! Plain hyper.

use std::net::SocketAddr;

use hooksig::http::{Request, Response, StatusCode};
use hooksig::{Verifier, hyper::verify_request};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::Outcome;

/// The limit of the other servers' adapters.
const MAX_BODY: usize = 1 << 20;

pub(super) async fn serve(verifier: Option<Verifier>) -> Outcome<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let verifier = verifier.clone();
            let service = service_fn(move |request| answer(request, verifier.clone()));
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    Ok(address)
}

async fn answer(
    request: Request<Incoming>,
    verifier: Option<Verifier>,
) -> Result<Response<Full<Bytes>>, hyper::Error> {
    let body = match verifier {
        Some(verifier) => match verify_request(request, &verifier, MAX_BODY).await {
            Ok((_, request)) => request.into_body(),
            Err(refusal) => return Ok(hooksig::hyper::refuse(refusal)),
        },
        None => request.into_body().collect().await?.to_bytes(),
    };
    let mut response = Response::new(body.len().to_string().into());
    *response.status_mut() = StatusCode::OK;
    Ok(response)
}
