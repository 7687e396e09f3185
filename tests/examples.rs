//! The examples' own programs, started as a user starts them and driven over sockets.
#![cfg(all(
    feature = "axum",
    feature = "actix",
    feature = "form",
    feature = "hyper",
    feature = "redis",
    feature = "serde",
    feature = "tower"
))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use hooksig::http::HeaderMap;
use hooksig::{Scheme, UnixTime, providers};
use support::client::Connection;
use support::sender;

/// A running example; it is stopped when the test is done with it.
struct Running {
    child: Child,
    port: u16,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn start(example: &str) -> Running {
    start_with(example, &[])
}

fn start_with(example: &str, settings: &[(&str, &str)]) -> Running {
    let program = program(example);
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let key = str::from_utf8(sender::KEY).unwrap();
    let child = Command::new(&program)
        .env("PORT", port.to_string())
        .env("RETELL_API_KEY", key)
        .env("STRIPE_WEBHOOK_SECRET", key)
        .env("GITHUB_WEBHOOK_SECRET", key)
        .envs(settings.iter().copied())
        .env("TWILIO_AUTH_TOKEN", "12345")
        .env("PUBLIC_BASE", "https://mycompany.com")
        .stdout(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    let running = Running { child, port };
    let patience = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < patience, "{example} does not listen");
        std::thread::sleep(Duration::from_millis(20));
    }
    running
}

/// Cargo builds the examples beside the tests: target/<profile>/examples and …/deps.
fn program(example: &str) -> PathBuf {
    let mut program: PathBuf = std::env::current_exe().unwrap();
    program.pop();
    program.pop();
    program.push("examples");
    program.push(format!("{example}{}", std::env::consts::EXE_SUFFIX));
    program
}

fn post(port: u16, path: &str, headers: &HeaderMap, body: &[u8]) -> (u16, String) {
    let mut headers = headers.clone();
    headers.insert("content-type", "application/json".parse().unwrap());
    let answer = Connection::new(port).send("POST", path, &headers, body, None);
    (answer.status, String::from_utf8(answer.body).unwrap())
}

fn drive(example: &str) {
    let running = start(example);
    let routes: [(&str, Scheme<'_>); 3] =
        [("/retell", providers::RETELL), ("/stripe", providers::STRIPE), ("/github", providers::GITHUB)];
    for (path, scheme) in routes {
        let body = br#"{"event":"call_ended","type":"x"}"#;
        let (_, headers) = sender::genuine(&scheme, body, UnixTime::now());
        let (status, answer) = post(running.port, path, &headers, body);
        assert_eq!(
            (status, answer.as_str()),
            (200, r#"{"event":"call_ended","key":"default"}"#),
            "{example} {path}"
        );
        let (status, answer) = post(running.port, path, &headers, b"{\"event\":\"forged\"}");
        assert_eq!((status, answer.as_str()), (401, ""), "{example} {path}");
        let (status, _) = post(running.port, path, &HeaderMap::new(), body);
        assert_eq!(status, 401, "{example} {path}");
        let (status, _) = post(running.port, "/forgotten", &headers, body);
        assert_eq!(status, 500, "{example}: nothing verifies this route");
        let long = vec![b' '; (1 << 20) + 1];
        let (_, headers) = sender::genuine(&scheme, &long, UnixTime::now());
        assert_eq!(post(running.port, path, &headers, &long), (413, String::new()), "{example} {path}");
    }
}

#[test]
fn axum() {
    drive("axum");
}

#[test]
fn actix() {
    drive("actix");
}

#[test]
fn hyper() {
    drive("hyper");
}

/// The request that Twilio's documentation signs, as it comes out of a proxy.
#[test]
fn twilio() {
    let running = start("twilio");
    let mut headers = HeaderMap::new();
    headers.insert("content-type", "application/x-www-form-urlencoded".parse().unwrap());
    headers.insert("x-forwarded-proto", "https".parse().unwrap());
    headers.insert("x-twilio-signature", "9T79rcu4FO1icCOVssDnGSJBJlE=".parse().unwrap());
    let body =
        b"CallSid=CA1234567890ABCDE&Caller=%2B14158675310&Digits=1234&From=%2B14158675310&To=%2B18005551212";
    let send = |body: &[u8]| {
        let answer = Connection::new(running.port).send("POST", "/voice?foo=1&bar=2", &headers, body, None);
        (answer.status, String::from_utf8(answer.body).unwrap())
    };
    assert_eq!(send(body), (200, "<Response><Say>Hello, 14158675310</Say></Response>".to_owned()));
    assert_eq!(send(&body[1..]), (401, String::new()));
}

/// A rotation by file, a retry and a replay, and the audit log that comes of it.
#[test]
fn operations() {
    let file = std::env::temp_dir().join(format!("hooksig-operations-{}", std::process::id()));
    std::fs::write(&file, str::from_utf8(sender::KEY).unwrap()).unwrap();
    let running = start_with("operations", &[("WEBHOOK_SECRET_FILE", file.to_str().unwrap())]);
    let send = |body: &[u8]| {
        let (_, headers) = sender::genuine(&providers::GITHUB, body, UnixTime::now());
        post(running.port, "/github", &headers, body)
    };
    let body = br#"{"event":"push"}"#;
    let (status, first) = send(body);
    assert_eq!((status, first.contains("file-")), (200, true));
    assert_eq!(send(body), (200, String::new()), "a replay is acknowledged and not handled");
    assert_eq!(send(br#"{"fail":true}"#).0, 500);
    assert_eq!(send(br#"{"fail":true}"#).0, 500, "its retry is handled");
    assert_eq!(post(running.port, "/github", &HeaderMap::new(), body).0, 401);
    std::fs::write(&file, "").unwrap();
    assert_eq!(
        post(running.port, "/-/reload", &HeaderMap::new(), b"").0,
        409,
        "an empty file changes nothing"
    );
    std::fs::write(&file, "another-test-key").unwrap();
    assert_eq!(post(running.port, "/-/reload", &HeaderMap::new(), b""), (200, "reloaded".to_owned()));
    assert_eq!(send(br#"{"event":"after"}"#).0, 200, "the key before it still counts");
    std::fs::remove_file(&file).unwrap();
    let answer = Connection::new(running.port).send("GET", "/-/keys", &HeaderMap::new(), b"", None);
    let report: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(report["keys"].as_array().unwrap().len(), 2);
    assert_eq!(report["keys"][1]["in_use"], true);
    let counts = report["counts"].to_string();
    assert!(counts.contains("duplicate") && counts.contains("missing_signature"), "{counts}");
}

#[test]
fn without_a_secret_none_starts() {
    for example in ["axum", "actix", "hyper"] {
        let output =
            Command::new(program(example)).env_remove("RETELL_API_KEY").env("PORT", "0").output().unwrap();
        assert!(!output.status.success());
        assert!(String::from_utf8_lossy(&output.stderr).contains("RETELL_API_KEY"), "{example}");
    }
}

/// Runs an example that ends by itself, and gives what it prints.
fn finished(example: &str) -> String {
    let output = Command::new(program(example)).output().unwrap_or_else(|error| panic!("{example}: {error}"));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{example} says:\n{said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// Each shows something that is accepted and something that is refused; its exit code says that all is as it
/// says itself, and these lines that it says the right thing.
#[test]
fn those_that_end_by_themselves() {
    for (example, shown) in [
        ("quickstart", ["signed now", "stale"]),
        ("rotation", ["a retry of a call from before", "no_active_key"]),
        ("queue", ["handled before", "stale"]),
        ("tenants", ["200 acme", "401"]),
        ("custom_scheme", ["Replayed         accepted", "refused: configuration key \"signature.prefiks\""]),
        ("testing", ["Replayed         204", "WrongSignature   401"]),
        ("replay", ["a retry of what was handled                200     2 times", "401     2 times"]),
        ("serverless", ["200 accepted", "401 missing_signature"]),
    ] {
        let said = finished(example);
        for line in shown {
            assert!(said.contains(line), "{example} does not say {line:?}:\n{said}");
        }
    }
}

/// The command in an example's first lines is the one that runs it: its name, and the features that the
/// manifest asks for.
#[test]
fn each_says_how_to_run_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest: toml::Value =
        toml::from_str(&std::fs::read_to_string(root.join("Cargo.toml")).unwrap()).unwrap();
    let features_of = |name: &str| {
        let examples = manifest["example"].as_array().unwrap();
        let example = examples.iter().find(|example| example["name"].as_str() == Some(name))?;
        let features = example["required-features"].as_array().unwrap().iter();
        Some(features.map(|feature| feature.as_str().unwrap()).collect::<Vec<_>>().join(","))
    };
    let mut seen = 0;
    for entry in std::fs::read_dir(root.join("examples")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let command = match features_of(name) {
            Some(features) => format!("cargo run --example {name} --features {features}`"),
            None => format!("cargo run --example {name}`"),
        };
        let text = std::fs::read_to_string(&path).unwrap();
        let head: String = text.lines().take_while(|line| line.starts_with("//!")).collect();
        assert!(head.contains(&command), "{name} does not start with {command}");
        seen += 1;
    }
    assert!(seen >= 13);
}
