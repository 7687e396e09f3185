//! The command's reader of captured requests: raw HTTP/1.1, HAR, the output of curl. A request that was read
//! is read again from what it says.
#![no_main]

// The command's own modules, which are nobody's API.
#[path = "../../src/bin/hooksig/capture.rs"]
mod capture;
#[path = "../../src/bin/hooksig/options.rs"]
#[allow(dead_code, reason = "the command uses more of it")]
mod options;

use capture::Captured;

type Failure = Box<dyn std::error::Error>;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    match capture::read(bytes) {
        Ok(captured) => check(&captured),
        Err(failure) => assert!(!failure.to_string().is_empty()),
    }
});

fn check(captured: &Captured) {
    let target = captured.target.as_deref().unwrap_or("/");
    assert!(target.starts_with('/'), "a target that is no path");
    // A HAR entry can hold what no request can.
    let is_word = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
    let is_method = captured.method.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-');
    let is_line = |value: &[u8]| !value.contains(&b'\n') && value == value.trim_ascii();
    let is_name = |name: &str| is_word(name) && !name.contains(':');
    let is_header = |(name, value): &(String, Vec<u8>)| is_name(name) && is_line(value);
    if captured.method.is_empty() || !is_method || !is_word(target) || !captured.headers.iter().all(is_header)
    {
        return;
    }
    let mut raw = format!("{} {target} HTTP/1.1\r\n", captured.method).into_bytes();
    let is_length = |name: &str| {
        name.eq_ignore_ascii_case("content-length") || name.eq_ignore_ascii_case("transfer-encoding")
    };
    let headers: Vec<_> = captured.headers.iter().filter(|(name, _)| !is_length(name)).collect();
    for (name, value) in &headers {
        raw.extend_from_slice(&[name.as_bytes(), b": ", value, b"\r\n"].concat());
    }
    raw.extend_from_slice(format!("Content-Length: {}\r\n\r\n", captured.body.len()).as_bytes());
    raw.extend_from_slice(&captured.body);
    let again = capture::read(&raw).unwrap();
    assert_eq!((&again.method, again.target.as_deref()), (&captured.method, Some(target)));
    assert_eq!(again.body, captured.body);
    let (_, kept) = again.headers.split_last().unwrap();
    assert_eq!(kept.iter().collect::<Vec<_>>(), headers);
}
