//! A scheme that the service's configuration describes, and what becomes of a mistake in it.
//!
//! `cargo run --example custom_scheme --features serde,sign`
//!
//! The exit code says whether every line is as it should be.

use std::error::Error;
use std::process::ExitCode;

use hooksig::{Mutation, SchemeConfig, Secret, Signer, UnixTime, Verifier};

/// As it would stand in the service's configuration file. There is no place for a secret.
const CONFIGURATION: &str = r#"
    name = "acme"
    algorithm = "hmac-sha256"
    signature = { header = "x-acme-signature", prefix = "v1=", encoding = "hex" }
    timestamp = { header = "x-acme-time", unit = "seconds-or-millis", max_age = 120 }
    message_id = { header = "x-acme-id" }
    signs = "{id}.{timestamp}.{body}"
"#;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let config: SchemeConfig = toml::from_str(CONFIGURATION)?;
    let scheme = config.scheme()?;
    println!("{}", scheme.explain());

    let secret = || Secret::new("test-secret-of-acme");
    let verifier = Verifier::new(scheme, secret())?;
    let now = UnixTime::from_secs(1_763_700_000);
    let genuine = Signer::new(scheme, secret())?.id("msg_1").sign(b"{}", now)?;
    let mut as_expected = true;
    for mutation in Mutation::ALL {
        let Some(request) = genuine.mutated(*mutation) else { continue };
        let verdict = verifier.verify_at(request.parts(), request.body(), now);
        let seen = verdict.map_or_else(|refusal| refusal.reason(), |_| "accepted");
        println!("{:<16} {seen}", format!("{mutation:?}"));
        // A verifier alone accepts a request that it has seen: a replay guard does not.
        as_expected &= (seen == "accepted") == (*mutation == Mutation::Replayed);
    }

    // A misspelt key, and a definition that would let anybody renew an old request.
    for (right, wrong) in [("prefix", "prefiks"), ("{id}.{timestamp}.{body}", "{id}.{body}")] {
        let flawed: SchemeConfig = toml::from_str(&CONFIGURATION.replacen(right, wrong, 1))?;
        match flawed.scheme() {
            Ok(_) => as_expected = false,
            Err(error) => println!("refused: {error}"),
        }
    }
    Ok(if as_expected { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
