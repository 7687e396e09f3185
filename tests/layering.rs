//! The rooms of the library's source and what each may name. The command is a program beside it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut open = vec![root.clone()];
    let mut files = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if path != root.join("bin") {
                    open.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push((name(&root, &path), code(&path)));
            }
        }
    }
    assert!(files.len() > 15);
    files
}

fn name(root: &Path, path: &Path) -> String {
    let path: PathBuf = path.strip_prefix(root).unwrap().into();
    path.to_str().unwrap().replace('\\', "/")
}

/// A file without its comments and its tests.
fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap().to_owned();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The files whose code names any of the words.
fn naming(words: &[&str]) -> Vec<String> {
    let mut names: Vec<_> =
        sources().into_iter().filter(|(_, code)| words.iter().any(|word| code.contains(word))).collect();
    names.sort();
    names.into_iter().map(|(name, _)| name).collect()
}

#[test]
fn only_mac_names_the_hash_crates() {
    assert_eq!(naming(&["hmac::", "md5::", "sha1::", "sha2::", "subtle::"]), ["mac/mod.rs", "mac/sha256.rs"]);
}

#[test]
fn only_encoding_names_the_text_codecs() {
    assert_eq!(naming(&["base64::", "hex::"]), ["encoding.rs"]);
}

#[test]
fn only_public_key_names_the_curve_crates() {
    assert_eq!(naming(&["ed25519_dalek::", "p256::", "rsa::"]), ["public_key.rs"]);
}

#[test]
fn only_time_reads_the_clock() {
    assert_eq!(naming(&["SystemTime::now", "Instant::now"]), ["time/mod.rs"]);
}

#[test]
fn the_core_is_synchronous() {
    let mut asynchronous = naming(&["async ", ".await"]);
    asynchronous.retain(|name| !name.starts_with("adapter/"));
    // A claim waits for its store.
    assert_eq!(asynchronous, ["replay/claim.rs", "replay/redis.rs"]);
}

#[test]
fn adapters_use_the_public_api_alone() {
    let mut imports = 0;
    for (name, code) in sources().iter().filter(|(name, _)| name.starts_with("adapter/")) {
        for used in code.split("crate::").skip(1) {
            // An item of the root starts with a capital letter, or a list of them with a brace.
            let list = used.strip_prefix('{').unwrap_or(used);
            let items = list.split(['}', ';']).next().unwrap().split(',').map(str::trim);
            for item in items.filter(|item| !item.is_empty()) {
                assert!(
                    item.starts_with(|first: char| first.is_ascii_uppercase()),
                    "{name} uses crate::{item}"
                );
                imports += 1;
            }
        }
    }
    assert!(imports > 10);
}

#[test]
fn proofs_and_matches_are_made_in_one_place_each() {
    assert_eq!(naming(&[" Verified {", "Verified { body"]), ["verified.rs"]);
    assert_eq!(naming(&["Matched { key }", "Matched {"]), ["mac/mod.rs"]);
    assert_eq!(naming(&["Verified::new("]), ["pending.rs", "verifier/mod.rs"]);
    assert_eq!(naming(&["Proof::new("]), ["pending.rs", "verifier/mod.rs", "verifier/settle.rs"]);
}

#[test]
fn a_mechanism_can_say_nothing_about_validity() {
    let mut found = 0;
    for (name, code) in sources().iter().filter(|(name, _)| name.starts_with("mechanism/")) {
        for word in ["Matched", "Comparison", "Verified<", "MacKey", "KeyRing", "Secret"] {
            assert!(!code.contains(word), "{name} names {word}");
        }
        found += 1;
    }
    assert!(found > 10);
}

#[test]
fn provider_tables_hold_no_logic() {
    for (name, code) in
        sources().iter().filter(|(name, _)| name.starts_with("providers/") && name != "providers/mod.rs")
    {
        for word in ["fn ", "if ", "match ", "=>"] {
            assert!(!code.contains(word), "{name} holds {word:?}");
        }
    }
}
