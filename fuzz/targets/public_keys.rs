//! Any text for a public key, of every algorithm: a key that is accepted is one for other readers too, and
//! none verifies a signature that nobody had to make.
#![no_main]

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hooksig::{PublicKey, Verifier, providers};
use hooksig_fuzz::{Input, NOW};

/// Encodings of the points of small order, the overflowing ones among them, without the sign's bit.
const SMALL_ORDER: [&str; 7] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let which = input.byte();
    let rest = input.rest();
    // As it stands, or the bytes of a key in the text that its scheme wants.
    let text = match which & 4 {
        0 => String::from_utf8_lossy(rest).into_owned(),
        _ if which & 3 == 0 => hex::encode(rest),
        _ => BASE64_STANDARD.encode(rest),
    };
    let key = PublicKey::new(text.as_str());
    match which & 3 {
        0 => {
            let Ok(verifier) = Verifier::with_public_key(providers::DISCORD, key) else {
                return;
            };
            let text = text.trim();
            assert!(!is_small(&text.to_ascii_lowercase()), "a key of small order");
            for r in [SMALL_ORDER[0], SMALL_ORDER[1], SMALL_ORDER[4]] {
                let signature = format!("{r}{}", SMALL_ORDER[0]);
                let headers =
                    [("x-signature-ed25519", signature.as_str()), ("x-signature-timestamp", "1763700000")];
                assert!(verifier.verify_at(&headers, b"{}", NOW).is_err(), "a signature that nobody made");
            }
        }
        1 => {
            let Ok(verifier) = Verifier::with_public_key(providers::TELNYX, key) else {
                return;
            };
            let raw = BASE64_STANDARD.decode(text.trim()).unwrap_or_default();
            assert!(!is_small(&hex::encode(raw)), "a key of small order");
            let zeros = BASE64_STANDARD.encode([0; 64]);
            let headers = [("telnyx-signature-ed25519", zeros.as_str()), ("telnyx-timestamp", "1763700000")];
            assert!(verifier.verify_at(&headers, b"{}", NOW).is_err(), "a signature that nobody made");
        }
        2 => {
            let Ok(verifier) = Verifier::with_public_key(providers::SENDGRID, key) else {
                return;
            };
            // r and s of 1, in DER.
            let ones = BASE64_STANDARD.encode([0x30, 6, 2, 1, 1, 2, 1, 1]);
            let headers = [
                ("x-twilio-email-event-webhook-signature", ones.as_str()),
                ("x-twilio-email-event-webhook-timestamp", "1763700000"),
            ];
            assert!(verifier.verify_at(&headers, b"{}", NOW).is_err(), "a signature that nobody made");
        }
        _ => {
            let builder = Verifier::builder(providers::GONG).public_key("fuzz", key);
            let _ = builder.public_base("https://hooks.example.com").build();
        }
    }
});

/// Whether this is the encoding of a point of small order, with either sign.
fn is_small(encoded: &str) -> bool {
    let Ok(mut bytes) = hex::decode(encoded) else {
        return false;
    };
    if let Some(last) = bytes.last_mut() {
        *last &= 0x7f;
    }
    SMALL_ORDER.contains(&hex::encode(bytes).as_str())
}
