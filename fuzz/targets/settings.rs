//! What somebody sets up: addresses, URLs, secrets, pointers into bodies. Odd ones are refused, and addresses
//! are told apart as the standard library tells them.
#![no_main]

use std::net::IpAddr;
use std::sync::OnceLock;

use hooksig::{ConfigError, Parts, Secret, Sources, Verifier, providers};
use hooksig_fuzz::{Input, NOW, SECRET};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let which = input.byte() % 8;
    let Ok(text) = str::from_utf8(input.rest()) else {
        return;
    };
    match which {
        0..4 => forwarded(text),
        4 => block(text),
        5 => url(text),
        6 => secret(text),
        _ => pointer(text),
    }
});

/// A verifier behind a proxy, which accepts one network.
fn fenced() -> &'static Verifier {
    static FENCED: OnceLock<Verifier> = OnceLock::new();
    FENCED.get_or_init(|| {
        let sources =
            Sources::new(["192.0.2.0/24", "2001:db8::/32"]).unwrap().behind(["10.0.0.0/8"]).unwrap();
        let builder = Verifier::builder(providers::GITHUB).key("fuzz", Secret::new(SECRET));
        builder.sources(sources).build().unwrap()
    })
}

/// `X-Forwarded-For` from a proxy: the last address that is none of ours decides.
fn forwarded(text: &str) {
    let headers = [("x-forwarded-for", text)];
    let parts = Parts::new(&headers).peer(IpAddr::from([10, 0, 0, 1]));
    let refusal = fenced().verify_at(parts, b"", NOW).unwrap_err();
    let hops: Option<Vec<IpAddr>> = text.split(',').map(|hop| hop.trim().parse().ok()).collect();
    let is_proxy = |hop: &&IpAddr| matches!(hop.to_canonical(), IpAddr::V4(hop) if hop.octets()[0] == 10);
    let hops = hops.filter(|hops| hops.len() <= 16).unwrap_or_default();
    let is_allowed = match hops.iter().rev().find(|hop| !is_proxy(hop)).map(IpAddr::to_canonical) {
        Some(IpAddr::V4(hop)) => hop.octets()[..3] == [192, 0, 2],
        Some(IpAddr::V6(hop)) => hop.segments()[..2] == [0x2001, 0xdb8],
        None => false,
    };
    // One that comes from the right network is asked for its signature.
    let reason = if is_allowed { "missing_signature" } else { "source_refused" };
    assert_eq!(refusal.reason(), reason, "{text:?}");
}

fn block(text: &str) {
    if Sources::new([text]).is_ok() {
        let (address, bits) = text.split_once('/').unwrap_or((text, "0"));
        let address: IpAddr = address.parse().unwrap();
        let most = if address.is_ipv4() { 32 } else { 128 };
        assert!(bits.parse::<u8>().unwrap() <= most, "{text:?}");
    }
}

fn url(text: &str) {
    let builder = || Verifier::builder(providers::SQUARE).key("fuzz", Secret::new(SECRET));
    if builder().registered_url(text).build().is_ok() {
        assert!(text.starts_with("https://") || text.contains("://"), "{text:?}");
        assert!(text.bytes().all(|byte| byte.is_ascii_graphic()), "{text:?}");
    }
    let builder = Verifier::builder(providers::TWILIO).key("fuzz", Secret::new(SECRET));
    if builder.public_base(text).build().is_ok() {
        assert!(!text.ends_with('/') && !text.contains(['?', '#', ' ']), "{text:?}");
    }
}

fn secret(text: &str) {
    for scheme in [providers::GITHUB, providers::STANDARD_WEBHOOKS, providers::DAILY] {
        match Verifier::new(scheme, Secret::new(text)) {
            Ok(_) => assert!(!text.trim_ascii().is_empty(), "a blank secret"),
            Err(error) => {
                // What the errors for another secret say is no secret, wherever it came from.
                let others = ["!", ""].map(|other| Verifier::new(scheme, Secret::new(other)));
                let said = |error: &ConfigError| format!("{error} {error:?}").contains(text);
                let is_said = others.iter().any(|other| other.as_ref().is_err_and(said));
                assert!(
                    text.len() < 24 || is_said || !format!("{error} {error:?}").contains(text),
                    "an error repeats a secret"
                );
            }
        }
    }
}

fn pointer(text: &str) {
    let builder = Verifier::builder(providers::GITHUB).key("fuzz", Secret::new(SECRET));
    if builder.event_id_at(text).build().is_ok() {
        assert!(text.starts_with('/'), "{text:?}");
    }
}
