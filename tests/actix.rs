//! What is actix-web's own: verifiers of scopes, limits, and bytes as they came over the wire.
#![cfg(feature = "actix")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, Responder, web};
use hooksig::actix::{MaxBody, Signed, Verify};
use hooksig::{Scheme, UnixTime, Verified, VerifyError, providers};
use support::sender;

async fn echo(Signed((proof, body)): Signed<(Verified<()>, web::Bytes)>) -> impl Responder {
    format!("{} {}", proof.scheme(), body.len())
}

async fn behind(proof: Verified<()>, body: web::Bytes) -> impl Responder {
    format!("{} {}", proof.scheme(), body.len())
}

fn request(scheme: &Scheme<'_>, path: &str, body: &[u8]) -> TestRequest {
    let (message, headers) = sender::genuine(scheme, body, UnixTime::now());
    let mut request = TestRequest::post().uri(path).set_payload(message.body);
    for (name, value) in &headers {
        request = request.append_header((name.as_str(), value.as_bytes()));
    }
    request
}

#[actix_web::test]
async fn the_nearest_scopes_verifier_is_the_one() {
    let (github, stripe) = (sender::verifier(&providers::GITHUB), sender::verifier(&providers::STRIPE));
    let app = App::new()
        .app_data(github)
        .route("/github", web::post().to(echo))
        .service(web::scope("/stripe").app_data(stripe).route("", web::post().to(echo)));
    let app = init_service(app).await;
    let answer = call_service(&app, request(&providers::GITHUB, "/github", b"{}").to_request()).await;
    assert_eq!(read_body(answer).await, "github 2");
    let answer = call_service(&app, request(&providers::STRIPE, "/stripe", b"{}").to_request()).await;
    assert_eq!(read_body(answer).await, "stripe 2");
    let answer = call_service(&app, request(&providers::GITHUB, "/stripe", b"{}").to_request()).await;
    assert_eq!(answer.status(), 401);
    let reason = answer.response().extensions().get::<VerifyError>().map(VerifyError::reason);
    assert_eq!(reason, Some("missing_signature"));
}

#[actix_web::test]
async fn without_a_verifier_or_a_middleware_the_answer_is_500() {
    let app = App::new().route("/signed", web::post().to(echo)).route("/behind", web::post().to(behind));
    let app = init_service(app).await;
    for path in ["/signed", "/behind"] {
        let answer = call_service(&app, request(&providers::GITHUB, path, b"{}").to_request()).await;
        assert_eq!(answer.status(), 500, "{path}");
        assert_eq!(read_body(answer).await, "", "{path}");
    }
}

#[actix_web::test]
async fn limits_are_a_mebibyte_unless_they_are_set() {
    let verifier = || sender::verifier(&providers::GITHUB);
    let wide = web::PayloadConfig::new(4 << 20);
    let app = App::new()
        .app_data(wide)
        .service(web::resource("/signed").app_data(verifier()).to(echo))
        .service(web::resource("/wide").app_data(verifier()).app_data(MaxBody(2 << 20)).to(echo))
        .service(web::resource("/layer").wrap(Verify::new(verifier())).to(behind))
        .service(web::resource("/wide-layer").wrap(Verify::new(verifier()).max_body(2 << 20)).to(behind));
    let app = init_service(app).await;
    let mebibyte = 1 << 20;
    for (path, size, status) in [
        ("/signed", mebibyte, 200),
        ("/signed", mebibyte + 1, 413),
        ("/wide", 2 * mebibyte, 200),
        ("/wide", 2 * mebibyte + 1, 413),
        ("/layer", mebibyte, 200),
        ("/layer", mebibyte + 1, 413),
        ("/wide-layer", 2 * mebibyte, 200),
        ("/wide-layer", 2 * mebibyte + 1, 413),
    ] {
        let answer =
            call_service(&app, request(&providers::GITHUB, path, &vec![b'x'; size]).to_request()).await;
        assert_eq!(answer.status(), status, "{path} {size}");
    }
}

#[actix_web::test]
async fn the_bytes_of_the_wire_are_verified_whatever_their_encoding() {
    let app = init_service(
        App::new().app_data(sender::verifier(&providers::GITHUB)).route("/", web::post().to(echo)),
    )
    .await;
    // Bytes that say they are compressed; they are verified, and handed on, as they are.
    let request =
        request(&providers::GITHUB, "/", b"\x1f\x8bnot really").append_header(("content-encoding", "gzip"));
    let answer = call_service(&app, request.to_request()).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(read_body(answer).await, "github 12");
}
