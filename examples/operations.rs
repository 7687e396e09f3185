//! A rotation, a replay guard and an audit log together, behind axum.
//!
//! `WEBHOOK_SECRET_FILE=… cargo run --example operations --features axum,redis,serde,tower`
//!
//! Claims are kept in memory, or in Redis where `REDIS_URL` is set. `POST /-/reload` reads the secret file
//! again and keeps the key before it for an hour; `GET /-/keys` tells which keys are in use; the audit log
//! goes to the standard output.

use std::error::Error;
use std::fs;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use hooksig::tower::VerifyLayer;
use hooksig::{
    AuditLog, Counters, Key, KeyRing, RedisStore, ReplayGuard, Secret, UnixTime, Verified, Verifier,
    providers,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// How long the key before the newest one is still accepted.
const OVERLAP: Duration = Duration::from_secs(3600);

/// What the routes for operators need. Keep those routes from the public.
#[derive(Clone)]
struct Operations {
    keys: KeyRing,
    counters: Arc<Counters>,
    file: String,
    newest: Arc<Mutex<Key>>,
}

async fn on_event(proof: Verified<()>, Json(event): Json<Value>) -> (StatusCode, Json<Value>) {
    // Anything but 2xx gives the delivery free for the provider's retry.
    let status = if event["fail"] == true { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK };
    (status, Json(json!({ "key": proof.key() })))
}

async fn reload(State(operations): State<Operations>) -> Result<String, (StatusCode, String)> {
    let failed = |error: hooksig::ConfigError| (StatusCode::CONFLICT, error.to_string());
    let now = UnixTime::now();
    let newest = key_of_file(&operations.file, now).map_err(failed)?;
    let mut before = operations.newest.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let retiring = before.clone().until(now.saturating_add(OVERLAP));
    // What is flawed changes nothing: the keys stay as they are.
    operations.keys.replace([newest.clone(), retiring]).map_err(failed)?;
    *before = newest;
    Ok("reloaded".to_owned())
}

async fn keys(State(operations): State<Operations>) -> Json<Value> {
    let keys = operations.keys.report(UnixTime::now());
    let keys: Vec<_> = keys
        .iter()
        .map(|key| json!({ "label": key.label, "active": key.active, "in_use": key.matched }))
        .collect();
    let counts = operations.counters.snapshot();
    let counts: Vec<_> =
        counts.iter().map(|count| json!({ "reason": count.reason, "count": count.count })).collect();
    Json(json!({ "keys": keys, "counts": counts }))
}

/// The key in the secret file, labelled by the moment at which it was read.
fn key_of_file(file: &str, now: UnixTime) -> Result<Key, hooksig::ConfigError> {
    Ok(Key::new(&format!("file-{}", now.as_millis()), Secret::from_file(file)?).created(now))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::var("WEBHOOK_SECRET_FILE")?;
    fs::metadata(&file)?;
    let newest = key_of_file(&file, UnixTime::now())?;
    let counters = Arc::new(Counters::default());
    let verifier = Verifier::builder(providers::GITHUB)
        .with_key(newest.clone())
        .label("github")
        .replay_keys()
        .observer((AuditLog::new(std::io::stdout()), Arc::clone(&counters)))
        .build()?;
    verifier.self_test()?;

    let operations =
        Operations { keys: verifier.keys(), counters, file, newest: Arc::new(Mutex::new(newest)) };
    let layer = VerifyLayer::new(verifier);
    let layer = match std::env::var("REDIS_URL") {
        Ok(url) => {
            let connection = redis::Client::open(url)?.get_connection_manager().await?;
            layer.replay(ReplayGuard::new(RedisStore::new(connection, "hooksig:github:")))
        }
        Err(_) => layer.replay(ReplayGuard::in_memory(100_000)),
    };
    let app = Router::new().route("/github", post(on_event)).route_layer(layer).merge(
        Router::new().route("/-/reload", post(reload)).route("/-/keys", get(keys)).with_state(operations),
    );

    let port = std::env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    eprintln!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}
