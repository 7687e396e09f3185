//! Web tokens with any header and claims, signed by another implementation of HMAC: what verifies is an
//! object within its time, and a signature that is right is never called wrong.
#![no_main]

use std::sync::OnceLock;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use hooksig::{Algorithm, Kind, Parts};
use hooksig_fuzz::{Input, NOW, Prepared, SECRET, mac, macs, verdict};
use serde_json::Value;

const HEADER: &[u8] = br#"{"alg":"HS256","typ":"JWT"}"#;

/// A scheme, and where its tokens stand: behind a text in a header, or in the body.
struct Place {
    prepared: &'static Prepared,
    header: Option<(&'static str, &'static str)>,
}

fn places() -> &'static [Place] {
    static PLACES: OnceLock<Vec<Place>> = OnceLock::new();
    PLACES.get_or_init(|| {
        let tokens = macs().iter().filter(|prepared| prepared.scheme.kind() == Kind::Jwt);
        tokens.map(|prepared| Place { prepared, header: place(prepared) }).collect()
    })
}

fn place(prepared: &'static Prepared) -> Option<(&'static str, &'static str)> {
    prepared.genuine[0].request.headers().iter().find_map(|(name, value)| {
        let value = value.to_str().ok()?;
        let is_token = value.split('.').count() == 3;
        is_token.then(|| (name.as_str(), if value.starts_with("Bearer ") { "Bearer " } else { "" }))
    })
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let Place { prepared, header } = input.one_of(places());
    let flags = input.byte();
    let token_header = if flags & 1 != 0 { input.text() } else { HEADER };
    let claims = input.text();
    let signed = format!("{}.{}", BASE64.encode(token_header), BASE64.encode(claims));
    let tag = mac(Algorithm::HmacSha256, SECRET, signed.as_bytes()).unwrap();
    let token = format!("{signed}.{}", BASE64.encode(tag));
    let mut headers: Vec<(&str, String)> = Vec::new();
    let body = match header {
        Some((name, prefix)) => {
            headers.push((name, format!("{prefix}{token}")));
            input.rest()
        }
        None => token.as_bytes(),
    };
    let parts = Parts::new(&headers).method("POST").target("/in?tenant=1");
    match verdict(&prepared.verifier, parts, body, NOW, [flags >> 1, 200]) {
        Ok(_) => {
            let claims: Value = serde_json::from_slice(claims).unwrap();
            let leeway = prepared.scheme.leeway().unwrap().as_secs();
            let time = |name: &str| claims.get(name).and_then(Value::as_f64);
            assert!(claims.is_object(), "claims that are no object");
            assert!(time("exp").is_none_or(|exp| exp + leeway as f64 >= NOW.as_secs() as f64), "expired");
            assert!(
                time("nbf").is_none_or(|nbf| nbf - leeway as f64 <= NOW.as_secs() as f64),
                "not yet valid"
            );
        }
        Err(refusal) => {
            let is_plain = flags & 1 == 0;
            assert!(!is_plain || refusal.reason() != "mismatch", "{}", prepared.scheme.name());
            assert!(!is_plain || refusal.reason() != "unsupported_algorithm", "{}", prepared.scheme.name());
        }
    }
});
