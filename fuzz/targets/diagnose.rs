//! Genuine requests, bent and then diagnosed: the desk agrees with the verifier, and says no secret.
#![no_main]

use hooksig::Kind;
use hooksig::diagnose::{Capture, Desk};
use hooksig_fuzz::{Input, SECRET, bend, macs};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let prepared = input.one_of(macs());
    let is_plain = !prepared.scheme.names_keys() && prepared.scheme.name() != "vonage-sms";
    if !is_plain || prepared.scheme.kind() == Kind::Token || prepared.scheme.signs_url() {
        return;
    }
    let bent = bend(prepared, &mut input);
    let secret = prepared.secret();
    let capture =
        Capture::new(bent.headers.clone(), bent.body.clone()).method(&bent.method).target(&bent.target);
    let diagnosis = Desk::new(prepared.scheme).secret(secret).diagnose(&capture, bent.now);
    let verdict = prepared.verifier.verify_at(bent.parts(), &bent.body, bent.now);
    assert_eq!(diagnosis.is_verified(), verdict.is_ok(), "{}", prepared.scheme.name());
    let (text, secret) = (format!("{diagnosis:?}"), str::from_utf8(SECRET).unwrap());
    assert!(!text.contains(secret), "{}: a diagnosis says the secret", prepared.scheme.name());
});
