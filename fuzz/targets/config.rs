//! Schemes from any text in TOML or JSON: what is accepted can be explained, described and read back, and
//! no error repeats what stands there.
#![no_main]

use hooksig::{Scheme, SchemeConfig};

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
        // The placeholder of the seeds for what somebody may have put there by mistake.
        Err(error) => assert!(!error.to_string().contains("fuzz-secret"), "an error repeats a value"),
    }
});

fn check(scheme: &Scheme<'_>) {
    assert!(!scheme.explain().is_empty());
    let described = SchemeConfig::from(*scheme);
    assert_eq!(described.scheme().as_ref().map(plain), Ok(plain(scheme)), "described as another scheme");
    let json = serde_json::to_string(&described).unwrap();
    let again: SchemeConfig = serde_json::from_str(&json).unwrap();
    assert_eq!(
        again.scheme().as_ref().map(plain),
        Ok(plain(scheme)),
        "read back from JSON as another scheme"
    );
    let toml = toml::to_string(&described).unwrap();
    let again: SchemeConfig = toml::from_str(&toml).unwrap();
    assert_eq!(
        again.scheme().as_ref().map(plain),
        Ok(plain(scheme)),
        "read back from TOML as another scheme"
    );
}

/// A scheme by what it says of itself.
fn plain(scheme: &Scheme<'_>) -> String {
    format!("{scheme:?} {}", scheme.explain())
}
