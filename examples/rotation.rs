//! Retell's single webhook key, exchanged without losing a call.
//!
//! `cargo run --example rotation --features sign`
//!
//! Retell signs with the one key that carries the webhook badge, and moving the badge takes effect at once.
//! So the receiver knows both keys before it is moved. The exit code says whether every line is as it should be.

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use hooksig::{Key, Secret, Signer, UnixTime, Verifier, providers};

const DAY: Duration = Duration::from_secs(86_400);

fn old() -> Secret {
    Secret::new("key_test_of_august")
}

fn new() -> Secret {
    Secret::new("key_test_of_november")
}

/// A call that Retell signs with this key: the label that it matched, or the reason for which it was refused.
fn call(verifier: &Verifier, key: Secret, now: UnixTime) -> Result<String, Box<dyn Error>> {
    let request = Signer::new(providers::RETELL, key)?.sign(br#"{"event":"call_ended"}"#, now)?;
    let verdict = verifier.verify_at(request.parts(), request.body(), now);
    Ok(verdict.map_or_else(|refusal| refusal.reason().to_owned(), |event| event.key().to_owned()))
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let start = UnixTime::from_secs(1_763_700_000);
    let day = |count: u32| start.saturating_add(DAY * count);
    let august = Key::new("2026-08", old()).created(day(0));
    let verifier = Verifier::builder(providers::RETELL).with_key(august.clone()).build()?;
    let keys = verifier.keys();
    let mut as_expected = true;
    let mut show = |what: &str, seen: String, expected: &str| {
        println!("{what:<52} {seen}");
        as_expected &= seen == expected;
    };

    show("day 91, signed with the old key", call(&verifier, old(), day(91))?, "2026-08");
    show("the key is older than 90 days", keys.report(day(91))[0].aged.to_string(), "true");
    show("a new key that nobody told the receiver about", call(&verifier, new(), day(91))?, "mismatch");

    // Both keys first, the newest in front; then the badge is moved.
    keys.replace([Key::new("2026-11", new()).created(day(91)), august.until(day(93))])?;
    verifier.self_test_at(day(91))?;
    show("both keys known, the badge moved", call(&verifier, new(), day(91))?, "2026-11");
    show("a retry of a call from before", call(&verifier, old(), day(91))?, "2026-08");
    let unused = keys.report(day(92))[1].last_match.is_some_and(|last| last < day(92));
    show("day 92, nothing has matched the old key today", unused.to_string(), "true");
    show("day 94, the old key has retired", call(&verifier, old(), day(94))?, "mismatch");

    // A leak does not wait for a window.
    keys.revoke("2026-11");
    show("revoked, and no key is left", call(&verifier, new(), day(94))?, "no_active_key");
    Ok(if as_expected { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
