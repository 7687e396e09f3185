//! Any headers, target, body and moment, for every scheme with a shared secret: nothing verifies.
#![no_main]

use hooksig::{Kind, Parts, UnixTime};
use hooksig_fuzz::{Input, NOW, SECRET, macs, verdict};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let prepared = input.one_of(macs());
    let chunks = [input.byte(), input.byte()];
    let now = match input.byte() {
        0..128 => NOW,
        odd => UnixTime::from_secs(u64::from(odd) << (odd % 64)),
    };
    let target = str::from_utf8(input.text()).unwrap_or("/");
    // One byte more than the headers of any genuine request need.
    let count = usize::from(input.byte() % 12);
    let mut headers: [(&str, &[u8]); 12] = [("", b""); 12];
    for header in &mut headers[..count] {
        *header = (input.one_of::<String>(&prepared.names), input.text());
    }
    // Who knows a token may say it.
    let is_known = |(_, value): &(&str, &[u8])| value.ends_with(SECRET);
    if prepared.scheme.kind() == Kind::Token && headers.iter().any(is_known) {
        return;
    }
    let headers = &headers[..count];
    let parts = Parts::new(&headers).method("POST").target(target);
    let verdict = verdict(&prepared.verifier, parts, input.rest(), now, chunks);
    assert!(verdict.is_err(), "{}: a request of nobody's verifies", prepared.scheme.name());
});
