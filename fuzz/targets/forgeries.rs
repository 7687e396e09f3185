//! Genuine requests of every scheme with a shared secret, bent: where one still verifies, nothing that is
//! signed has changed.
#![no_main]

use hooksig_fuzz::{Input, forgery, macs, verdict};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let prepared = input.one_of(macs());
    let chunks = [input.byte(), input.byte()];
    forgery(prepared, &mut input, |bent| {
        verdict(&prepared.verifier, bent.parts(), &bent.body, bent.now, chunks)
    });
});
