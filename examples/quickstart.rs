//! Genuine and forged Retell deliveries over real HTTP, and what becomes of them.
//!
//! `cargo run --example quickstart`
//!
//! Starts a server on a free loopback port, sends it one delivery after the other over TCP, and
//! prints the status that the sender sees beside the reason that the operator sees. The exit code
//! says whether every line is as it should be.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "an example that cannot go on stops with the reason"
)]

use std::convert::Infallible;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use hmac::{Hmac, KeyInit, Mac};
use hooksig::http::{Request, Response, StatusCode};
use hooksig::{Secret, UnixTime, Verified, Verifier, VerifyError, providers};
use http_body_util::{BodyExt, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use sha2::Sha256;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A delivery that Retell's own SDK accepts; it was signed in November 2025.
const VECTORS: &str = include_str!("../tests/vectors/retell.json");

/// What the operator sees of each request: `ok`, or the reason of the refusal.
type Log = Arc<Mutex<Vec<&'static str>>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let recorded = recorded_delivery();
    let key = recorded["secrets"][0].as_str().unwrap();
    let recorded_at = UnixTime::from_secs(recorded["now"].as_u64().unwrap());
    let verifier = Verifier::new(providers::RETELL, Secret::new(key)).unwrap();
    verifier.self_test().unwrap();

    let log = Log::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve(listener, verifier, recorded_at, Arc::clone(&log)));

    let body = br#"{"event":"call_ended","call":{"call_id":"call_1"}}"#;
    let mut forged = *body;
    forged[45] ^= 1;
    let now = UnixTime::now().as_millis();
    let signed = signature(key, body, now);
    let stale = signature(key, body, now - 301_000);
    let long = vec![b'x'; 1 << 20];
    let recorded_body = recorded["body"].as_str().unwrap().as_bytes();
    let recorded_signature = recorded["headers"]["X-Retell-Signature"].as_str().unwrap();

    let long_signed = signature(key, &long, now);
    let deliveries = [
        Delivery::new("confirmed by Retell's SDK, at its own time", &[recorded_signature], recorded_body)
            .to("/recorded")
            .expect(200, "ok"),
        Delivery::new("signed now", &[&signed], body).expect(200, "ok"),
        Delivery::new("one bit of the body changed", &[&signed], &forged).expect(401, "mismatch"),
        Delivery::new("signed 301 seconds ago", &[&stale], body).expect(401, "stale"),
        Delivery::new("without the header", &[], body).expect(401, "missing_signature"),
        Delivery::new("with the header twice", &[&signed, &signed], body).expect(401, "duplicate_header"),
        Delivery::new("1 MiB in chunks", &[&long_signed], &long).expect(200, "ok"),
    ];
    println!("{:<44} {:<8} reason", "delivery", "status");
    let mut as_expected = true;
    for delivery in deliveries {
        let seen = delivery.send(address).await;
        let logged = log.lock().unwrap().pop().unwrap_or("nothing");
        let right = (seen, logged) == delivery.expected;
        let remark = if right { "" } else { "   <- UNEXPECTED" };
        println!("{:<44} {seen:<8} {logged}{remark}", delivery.name);
        as_expected &= right;
    }
    if as_expected { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The receiver: a plain hyper server around the core.
async fn serve(listener: TcpListener, verifier: Verifier, recorded_at: UnixTime, log: Log) {
    while let Ok((stream, _)) = listener.accept().await {
        let (verifier, log) = (verifier.clone(), Arc::clone(&log));
        let service = service_fn(move |request: Request<Incoming>| {
            let (verifier, log) = (verifier.clone(), Arc::clone(&log));
            async move {
                let now = if request.uri().path() == "/recorded" { recorded_at } else { UnixTime::now() };
                let verdict = receive(request, &verifier, now).await;
                log.lock().unwrap().push(verdict.as_ref().map_or_else(VerifyError::reason, |_| "ok"));
                let status = verdict.map_or_else(|refusal| refusal.status(), |_| StatusCode::OK);
                let mut response = Response::new(Empty::<Bytes>::new());
                *response.status_mut() = status;
                Ok::<_, Infallible>(response)
            }
        });
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

/// Refuses before the body is read where it can, and hashes the frames as they arrive.
async fn receive(
    request: Request<Incoming>,
    verifier: &Verifier,
    now: UnixTime,
) -> Result<Verified<()>, VerifyError> {
    let mut pending = verifier.begin_at(&request, now)?;
    let mut body = request.into_body();
    while let Some(Ok(frame)) = body.frame().await {
        pending.update(frame.data_ref().map_or(&[], |data| data));
    }
    pending.finish()
}

/// The sender: `v=<unix ms>,d=<hex HMAC-SHA256 of body and time>`, as Retell documents it.
fn signature(key: &str, body: &[u8], millis: u64) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(body);
    mac.update(millis.to_string().as_bytes());
    format!("v={millis},d={}", hex::encode(mac.finalize().into_bytes()))
}

/// A request, and what should become of it.
struct Delivery<'d> {
    name: &'d str,
    path: &'d str,
    signatures: Vec<&'d str>,
    body: &'d [u8],
    expected: (u16, &'static str),
}

impl<'d> Delivery<'d> {
    fn new(name: &'d str, signatures: &[&'d str], body: &'d [u8]) -> Self {
        Self { name, path: "/retell", signatures: signatures.to_vec(), body, expected: (0, "") }
    }

    fn to(mut self, path: &'d str) -> Self {
        self.path = path;
        self
    }

    fn expect(mut self, status: u16, reason: &'static str) -> Self {
        self.expected = (status, reason);
        self
    }

    /// Sends the body in chunks of 16 KiB and gives the status of the answer.
    async fn send(&self, address: SocketAddr) -> u16 {
        let mut request = format!("POST {} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n", self.path);
        for signature in &self.signatures {
            request.push_str(&format!("x-retell-signature: {signature}\r\n"));
        }
        request.push_str("transfer-encoding: chunked\r\n\r\n");
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        for chunk in self.body.chunks(1 << 14) {
            stream.write_all(format!("{:x}\r\n", chunk.len()).as_bytes()).await.unwrap();
            stream.write_all(chunk).await.unwrap();
            stream.write_all(b"\r\n").await.unwrap();
        }
        stream.write_all(b"0\r\n\r\n").await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer).split(' ').nth(1).unwrap().parse().unwrap()
    }
}

fn recorded_delivery() -> Value {
    let file: Value = serde_json::from_str(VECTORS).unwrap();
    let confirmed = |vector: &&Value| {
        vector["expect"] == "accept"
            && vector["origin"].as_str().is_some_and(|origin| origin.starts_with("confirmed"))
    };
    file["vectors"].as_array().unwrap().iter().find(confirmed).unwrap().clone()
}
