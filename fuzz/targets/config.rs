//! Schemes from any text in TOML or JSON: what is accepted can be explained, described and read back, and
//! no error repeats what stands there.
#![no_main]

use hooksig::{Scheme, SchemeConfig};
use serde_json::Value;

/// A text of the dictionary.
const MISPLACED: &str = "fuzz-secret";

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    let config: Option<SchemeConfig> = match text.trim_start().starts_with('{') {
        true => serde_json::from_str(text).ok(),
        false => toml::from_str(text).ok(),
    };
    let Some(config) = config else {
        return;
    };
    match config.scheme() {
        Ok(scheme) => check(&scheme),
        // What stands for something that somebody put into the wrong place. Names of keys are told.
        Err(error) if error.to_string().contains(MISPLACED) => {
            assert!(is_name(text), "an error repeats a value: {error}");
        }
        Err(_) => {}
    }
});

fn check(scheme: &Scheme<'_>) {
    let described = SchemeConfig::from(*scheme);
    assert_same(scheme, &described);
    let json = serde_json::to_string(&described).unwrap();
    assert_same(scheme, &serde_json::from_str(&json).unwrap());
    let toml = toml::to_string(&described).unwrap();
    assert_same(scheme, &toml::from_str(&toml).unwrap());
}

/// What a scheme says, without what is said about a provider: a configuration holds rules alone.
fn rules(scheme: &Scheme<'_>) -> Vec<String> {
    let explained = scheme.explain();
    let lines = explained.lines().filter(|line| !line.starts_with("Note: ") && !line.starts_with("Source: "));
    lines.map(str::to_owned).collect()
}

/// A scheme that was read back says and describes the same; limits that stood there by default may be written.
fn assert_same(scheme: &Scheme<'_>, again: &SchemeConfig) {
    let again = again.scheme().unwrap();
    assert_eq!(rules(&again), rules(scheme));
    assert_eq!(SchemeConfig::from(again), SchemeConfig::from(*scheme));
}

/// Whether the name of a key holds the misplaced text.
fn is_name(text: &str) -> bool {
    fn holds(value: &Value) -> bool {
        match value {
            Value::Object(members) => {
                members.iter().any(|(name, value)| name.contains(MISPLACED) || holds(value))
            }
            Value::Array(items) => items.iter().any(holds),
            _ => false,
        }
    }
    let value: Option<Value> = serde_json::from_str(text).ok().or_else(|| toml::from_str(text).ok());
    value.is_some_and(|value| holds(&value))
}
