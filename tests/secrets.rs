//! Secrets from the environment and from files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use hooksig::{ConfigError, Secret, UnixTime, Verifier, providers};
use support::sender;

const NOW: UnixTime = UnixTime::from_secs(1_763_700_000);

/// Whether this secret is the test sender's key.
fn is_the_key(secret: Secret) -> bool {
    let verifier = Verifier::new(providers::GITHUB, secret).unwrap();
    let (_, headers) = sender::genuine(&providers::GITHUB, b"{}", NOW);
    verifier.verify_at(&headers, b"{}", NOW).is_ok()
}

#[test]
fn from_a_variable() {
    // Cargo sets this one for every test; no test has to change the environment of its process.
    assert!(Secret::from_env("CARGO_PKG_NAME").is_ok());
    assert_eq!(
        Secret::from_env("HOOKSIG_TEST_UNSET").unwrap_err(),
        ConfigError::UnsetVariable { name: "HOOKSIG_TEST_UNSET".to_owned() }
    );
    assert_eq!(
        Secret::from_env("HOOKSIG_TEST_UNSET").unwrap_err().to_string(),
        "the environment variable HOOKSIG_TEST_UNSET is not set"
    );
    // An empty one, likewise set by Cargo.
    assert_eq!(env!("CARGO_PKG_VERSION_PRE"), "");
    assert_eq!(
        Secret::from_env("CARGO_PKG_VERSION_PRE").unwrap_err().to_string(),
        "the secret in the environment variable CARGO_PKG_VERSION_PRE is blank"
    );
}

#[test]
fn from_a_file() {
    let directory = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path = directory.join("secret");
    let read = |content: &[u8]| {
        std::fs::write(&path, content).unwrap();
        Secret::from_file(&path)
    };
    let key = sender::KEY;
    let with = |end: &[u8]| [&key[..], end].concat();
    assert!(is_the_key(read(key).unwrap()));
    assert!(is_the_key(read(&with(b"\n")).unwrap()));
    assert!(is_the_key(read(&with(b"\r\n")).unwrap()));
    for kept in [&b" "[..], b"\n\n", b" \n", b"\r", b"\t"] {
        assert!(!is_the_key(read(&with(kept)).unwrap()), "{kept:?} is a part of the secret");
    }
    for blank in [&b""[..], b"\n", b" \n", b"\r\n\r\n"] {
        assert!(matches!(read(blank), Err(ConfigError::BlankSource { .. })), "{blank:?}");
    }
    let missing = Secret::from_file(directory.join("no-such-file")).unwrap_err();
    assert!(missing.to_string().ends_with("no-such-file cannot be read: entity not found"), "{missing}");
    assert!(matches!(Secret::from_file(directory), Err(ConfigError::SecretFile { .. })));
}
