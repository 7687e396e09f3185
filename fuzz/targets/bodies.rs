//! Any body, signed by the library's own sender for every scheme with a shared secret: what can be signed
//! verifies, says the same in chunks, and is refused once its body ends in something else.
#![no_main]

use std::sync::OnceLock;

use hooksig::Signer;
use hooksig_fuzz::{Input, NOW, Prepared, macs, verdict};

fn senders() -> &'static [(&'static Prepared, Signer)] {
    static SENDERS: OnceLock<Vec<(&'static Prepared, Signer)>> = OnceLock::new();
    SENDERS.get_or_init(|| macs().iter().map(|prepared| (prepared, prepared.signer())).collect())
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let (prepared, signer) = input.one_of(senders());
    let chunks = [input.byte(), input.byte()];
    let name = prepared.scheme.name();
    let Ok(request) = signer.sign(input.rest(), NOW) else {
        return;
    };
    let verifier = &prepared.verifier;
    if let Err(refusal) = verdict(verifier, request.parts(), request.body(), NOW, chunks) {
        // A time that stands in the body is the sender's own, whatever it says; Dialpad's body is a token's claims.
        let has_time = prepared.scheme.timestamp_in_json().is_some() || name == "dialpad";
        let is_dated = has_time && refusal.reason() != "mismatch";
        assert!(is_dated, "{name}: what was signed is refused: {refusal}");
    }
    if prepared.scheme.coverage().body() {
        let forged = [request.body(), b"&forged=1"].concat();
        let verdict = verdict(verifier, request.parts(), &forged, NOW, chunks);
        assert!(verdict.is_err(), "{name}: a body with more behind it verifies");
    }
});
