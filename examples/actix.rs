//! Three providers behind actix-web, a scope for each.
//!
//! `RETELL_API_KEY=… STRIPE_WEBHOOK_SECRET=… GITHUB_WEBHOOK_SECRET=… cargo run --example actix --features actix`

use std::error::Error;

use actix_web::{App, HttpServer, Responder, web};
use hooksig::actix::Signed;
use hooksig::{Secret, Verified, Verifier, providers};
use serde_json::{Value, json};

type Event = Signed<(Verified<()>, web::Json<Value>)>;

async fn on_event(Signed((proof, web::Json(event))): Event) -> impl Responder {
    answer(&proof, &event)
}

/// Takes a proof although nothing verified the request: never reached, and the answer is 500.
async fn on_forgotten(proof: Verified<()>, event: web::Json<Value>) -> impl Responder {
    answer(&proof, &event)
}

fn answer(proof: &Verified<()>, event: &Value) -> web::Json<Value> {
    let kind = ["event", "type", "action"].iter().find_map(|name| event.get(name));
    web::Json(json!({ "event": kind, "key": proof.key() }))
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = std::env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let retell = Verifier::new(providers::RETELL, Secret::from_env("RETELL_API_KEY")?)?;
    let stripe = Verifier::new(providers::STRIPE, Secret::from_env("STRIPE_WEBHOOK_SECRET")?)?;
    let github = Verifier::new(providers::GITHUB, Secret::from_env("GITHUB_WEBHOOK_SECRET")?)?;
    let server = HttpServer::new(move || {
        let scope = |path: &str, verifier: &Verifier| {
            web::resource(path).app_data(verifier.clone()).route(web::post().to(on_event))
        };
        App::new()
            .service(scope("/retell", &retell))
            .service(scope("/stripe", &stripe))
            .service(scope("/github", &github))
            .route("/forgotten", web::post().to(on_forgotten))
    });
    println!("listening on http://127.0.0.1:{port}");
    server.workers(2).bind(("127.0.0.1", port))?.run().await?;
    Ok(())
}
