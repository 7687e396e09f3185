//! A function as serverless platforms call it: pairs of headers, bytes, and the time passed in.
//!
//! `cargo run --example serverless --features sign`
//!
//! Nothing in `handle` looks at a clock, so it works where there is none. The exit code says whether every
//! line is as it should be.

use std::error::Error;
use std::process::ExitCode;
use std::sync::OnceLock;

use hooksig::{ConfigError, Parts, Secret, Signer, UnixTime, Verifier, providers};

/// What the platform hands over.
struct Invocation {
    headers: Vec<(String, String)>,
    target: String,
    body: Vec<u8>,
    now_millis: u64,
}

/// Made by the first invocation and kept for the others.
static VERIFIER: OnceLock<Result<Verifier, ConfigError>> = OnceLock::new();

fn verifier() -> Result<&'static Verifier, &'static ConfigError> {
    // On a platform this is `Secret::from_env`, or what its store of secrets gives.
    VERIFIER.get_or_init(|| Verifier::new(providers::RETELL, Secret::new("key_test"))).as_ref()
}

/// The status of the answer, and the word for the log.
fn handle(invocation: &Invocation) -> (u16, &'static str) {
    let Ok(verifier) = verifier() else {
        return (500, "not configured");
    };
    let parts = Parts::new(&invocation.headers).method("POST").target(&invocation.target);
    match verifier.verify_at(parts, &invocation.body, UnixTime::from_millis(invocation.now_millis)) {
        Ok(_event) => (200, "accepted"),
        Err(refusal) => (refusal.status().as_u16(), refusal.reason()),
    }
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let now_millis = 1_763_700_000_000;
    let body = br#"{"event":"call_ended"}"#;
    let sender = Signer::new(providers::RETELL, Secret::new("key_test"))?;
    let signed = sender.sign(body, UnixTime::from_millis(now_millis))?;
    let mut headers = Vec::new();
    for (name, value) in signed.headers() {
        headers.push((name.to_string(), value.to_str()?.to_owned()));
    }
    let invocation = |headers: &[(String, String)], body: &[u8], now_millis| Invocation {
        headers: headers.to_vec(),
        target: "/retell".to_owned(),
        body: body.to_vec(),
        now_millis,
    };
    let invocations = [
        ("genuine", invocation(&headers, body, now_millis), (200, "accepted")),
        ("five minutes later", invocation(&headers, body, now_millis + 300_000), (200, "accepted")),
        ("a millisecond more", invocation(&headers, body, now_millis + 300_001), (401, "stale")),
        ("with another body", invocation(&headers, b"{}", now_millis), (401, "mismatch")),
        ("without headers", invocation(&[], body, now_millis), (401, "missing_signature")),
    ];
    let mut as_expected = true;
    for (what, invocation, expected) in invocations {
        let (status, word) = handle(&invocation);
        println!("{what:<22} {status} {word}");
        as_expected &= (status, word) == expected;
    }
    Ok(if as_expected { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
