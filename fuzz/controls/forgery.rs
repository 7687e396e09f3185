//! A receiver that trims bodies before it verifies them, a mistake that people make. It has to be found.
//!
//! Found as: something that is signed has changed, and it verifies
#![no_main]

use hooksig_fuzz::{Input, forgery, macs, verdict};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let prepared = input.one_of(macs());
    let chunks = [input.byte(), input.byte()];
    forgery(prepared, &mut input, |bent| {
        verdict(&prepared.verifier, bent.parts(), bent.body.trim_ascii_end(), bent.now, chunks)
    });
});
