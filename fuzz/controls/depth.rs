//! A reader with a panic behind a row of characters that chance alone does not write. It has to be found,
//! which takes feedback from the code under test.
//!
//! Found as: the planted fault
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut rest = bytes.iter().copied();
    // One branch for each character, as a parser that is written by hand has them.
    if rest.next() != Some(b't') {
        return;
    }
    if rest.next() != Some(b'=') {
        return;
    }
    if !rest.next().is_some_and(|byte| byte.is_ascii_digit()) {
        return;
    }
    if rest.next() != Some(b';') {
        return;
    }
    if rest.next() != Some(b'v') {
        return;
    }
    if rest.next() != Some(b'1') {
        return;
    }
    assert!(rest.next() != Some(b'='), "the planted fault");
});
