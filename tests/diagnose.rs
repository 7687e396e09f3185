//! A catalogue of what people get wrong: each made wrong in just that way, and found by its code.
#![cfg(all(feature = "canonical", feature = "diagnose", feature = "form", feature = "sha1"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::io::Write as _;

use hooksig::diagnose::{Capture, Desk, Diagnosis};
use hooksig::{Encoding, Field, Key, Part, Scheme, Secret, Signer, Unit, UnixTime, providers};

const NOW: UnixTime = UnixTime::from_secs(1_763_700_000);
const SECRET: &str = "test-secret-of-24-bytes!";
const BASE: &str = "https://hooks.example.com";
const JSON: &str =
    "{\"event\":\"call_ended\",\"n\":[1,2],\"who\":\"Zo\u{eb}\",\"a\":{\"b\":null,\"url\":\"https://x/y\"}}";

/// A request before anything happened to it.
#[derive(Clone)]
struct Sent {
    scheme: Scheme<'static>,
    secret: Vec<u8>,
    headers: Vec<(String, Vec<u8>)>,
    target: String,
    method: String,
    body: Vec<u8>,
    base: String,
}

fn sent_at(scheme: Scheme<'static>, secret: &[u8], body: &[u8], url: &str, now: UnixTime) -> Sent {
    let signer = Signer::new(scheme, Secret::new(secret)).unwrap().key_id("key-1").url(url).unwrap();
    let request = signer.sign(body, now).unwrap();
    let headers = request.headers().iter().map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()));
    Sent {
        scheme,
        secret: secret.to_vec(),
        headers: headers.collect(),
        target: request.target().to_owned(),
        method: request.method().to_owned(),
        body: request.body().to_vec(),
        base: BASE.to_owned(),
    }
}

fn sent(scheme: Scheme<'static>, body: &[u8]) -> Sent {
    sent_at(scheme, SECRET.as_bytes(), body, &format!("{BASE}/in?b=2&a=x%20y"), NOW)
}

impl Sent {
    fn desk(&self) -> Desk<'static> {
        let desk = Desk::new(self.scheme).key(Key::new("k", Secret::new(self.secret.clone())));
        if self.scheme.signs_url() { desk.public_base(&self.base) } else { desk }
    }

    fn capture(&self) -> Capture {
        Capture::new(self.headers.clone(), self.body.clone()).method(&self.method).target(&self.target)
    }

    fn diagnose(&self) -> Diagnosis {
        self.desk().diagnose(&self.capture(), NOW)
    }

    fn header(&mut self, name: &str) -> &mut Vec<u8> {
        &mut self.headers.iter_mut().find(|(known, _)| known == name).unwrap().1
    }
}

/// Expects a finding among the first, proved.
fn expect(code: &str, sent: &Sent) {
    expect_of(code, sent.scheme.name(), &sent.diagnose());
}

fn expect_of(code: &str, scheme: &str, diagnosis: &Diagnosis) {
    let found = diagnosis.findings().iter().find(|finding| finding.code == code);
    let found = found.unwrap_or_else(|| panic!("{scheme}: {code} is not among {:#?}", diagnosis.findings()));
    assert!(found.proved, "{scheme}: {code} is not proved");
    assert!(!diagnosis.is_verified() && !found.message.is_empty() && !found.fix.is_empty());
}

/// Schemes whose secret is their key as text.
const TEXT: [Scheme<'static>; 4] =
    [providers::GITHUB, providers::STRIPE, providers::RETELL, providers::SLACK];

#[test]
fn a_genuine_request_has_no_findings() {
    for scheme in TEXT {
        let diagnosis = sent(scheme, JSON.as_bytes()).diagnose();
        assert!(diagnosis.is_verified() && diagnosis.findings().is_empty());
    }
}

#[test]
#[cfg(feature = "ed25519")]
fn a_public_key_is_held_to_its_signature() {
    use hooksig::{PrivateKey, PublicKey};
    // The first two key pairs of RFC 8032.
    let seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    let own = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    let other = "PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=";
    let signer = Signer::with_private_key(providers::TELNYX, &PrivateKey::new(seed)).unwrap();
    let request = signer.sign(JSON.as_bytes(), NOW).unwrap();
    let headers = request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    let capture = Capture::new(headers, request.body().to_vec());
    let with = |key: &str| {
        let desk = Desk::new(providers::TELNYX).key(Key::public("k", PublicKey::new(key)));
        desk.diagnose(&capture, NOW)
    };
    assert!(with(own).is_verified() && with(own).findings().is_empty());
    assert!(!with(other).is_verified());
    assert!(with(other).findings().iter().all(|finding| !finding.proved), "{:?}", with(other));
}

#[test]
fn another_secret_is_unknown_and_never_a_false_proof() {
    for scheme in providers::ALL.iter().filter(|scheme| {
        matches!(scheme.kind(), hooksig::Kind::Affix)
            && !scheme.algorithm().is_public_key()
            && scheme.timestamp_in_json().is_none()
            && !scheme.names_keys()
    }) {
        let base64 = "dGVzdC1zZWNyZXQtb2YtMjQtYnl0ZXMh";
        let text = match scheme.secret_forms()[0] {
            hooksig::SecretForm::Base64 => base64.to_owned(),
            hooksig::SecretForm::Base64After(prefix) => format!("{prefix}{base64}"),
            hooksig::SecretForm::Hex => "746573742d736563726574".to_owned(),
            _ => SECRET.to_owned(),
        };
        let mut sent = sent_at(*scheme, text.as_bytes(), b"{\"a\":1}", &format!("{BASE}/in"), NOW);
        sent.secret = text.replace('Q', "R").replace('7', "6").replace("test", "best").into_bytes();
        let diagnosis = sent.diagnose();
        assert!(!diagnosis.is_verified(), "{}", scheme.name());
        assert!(
            diagnosis.findings().iter().all(|finding| !finding.proved),
            "{}: {:?}",
            scheme.name(),
            diagnosis.findings()
        );
        assert_eq!(diagnosis.findings()[0].code, "unknown", "{}", scheme.name());
    }
}

#[test]
fn bodies() {
    let gzip = |body: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    };
    let latin1 = |body: &[u8]| body.iter().map(|byte| char::from(*byte)).collect::<String>().into_bytes();
    let spaced = |body: &[u8]| {
        serde_json::to_string_pretty(&serde_json::from_slice::<serde_json::Value>(body).unwrap()).unwrap()
    };
    type Change<'c> = &'c dyn Fn(&[u8]) -> Vec<u8>;
    let cases: &[(&str, &str, Change<'_>)] = &[
        ("body_reserialized", "{\"a\":{\"b\":1},\"c\":[]}", &|body| spaced(body).into_bytes()),
        ("body_reserialized", "{\"c\": 1, \"a\": \"\\u00e9\"}", &|_| "{\"c\":1,\"a\":\"\u{e9}\"}".into()),
        ("body_reserialized", "{\"a\":1,\"u\":\"https:\\/\\/x\"}", &|_| {
            b"{\"a\":1,\"u\":\"https://x\"}".to_vec()
        }),
        ("body_trailing_newline", JSON, &|body| [body, b"\n"].concat()),
        ("body_missing_newline", "{\"a\":1}\n", &|body| body[..body.len() - 1].to_vec()),
        ("body_whitespace_trimmed", " {\"a\":1}", &|body| body.trim_ascii().to_vec()),
        ("body_line_endings", "{\r\n\"a\":1}\r\n", &|body| {
            String::from_utf8_lossy(body).replace("\r\n", "\n").into_bytes()
        }),
        ("body_bom", JSON, &|body| [b"\xef\xbb\xbf", body].concat()),
        ("body_bom", "\u{feff}{\"a\":1}", &|body| body[3..].to_vec()),
        ("body_charset", JSON, &latin1),
        ("body_compressed", JSON, &gzip),
        ("body_form_decoded", "payload=%7B%22a%22%3A+1%7D", &|_| b"{\"a\": 1}".to_vec()),
        ("body_form_decoded", "text=a+b&user=%40x", &|_| b"text=a b&user=@x".to_vec()),
        ("body_base64", JSON, &|body| {
            use base64::Engine as _;
            base64::engine::general_purpose::STANDARD.encode(body).into_bytes()
        }),
    ];
    for scheme in TEXT {
        for (code, body, change) in cases {
            let mut sent = sent(scheme, body.as_bytes());
            sent.body = change(&sent.body);
            expect(code, &sent);
        }
        let mut consumed = sent(scheme, JSON.as_bytes());
        consumed.body.clear();
        let finding = consumed.diagnose().findings()[0].clone();
        assert_eq!((finding.code, finding.proved), ("body_empty_consumed", false));
        let mut lossy = sent(scheme, b"{\"a\":\"\xff\"}");
        lossy.body = String::from_utf8_lossy(&lossy.body).into_owned().into_bytes();
        let finding = lossy.diagnose().findings()[0].clone();
        assert_eq!((finding.code, finding.proved), ("body_charset", false));
    }
}

#[test]
fn secrets() {
    for scheme in TEXT {
        let with = |secret: &str| {
            let mut sent = sent(scheme, JSON.as_bytes());
            sent.secret = secret.as_bytes().to_vec();
            sent
        };
        expect("secret_whitespace", &with(&format!("{SECRET}\n")));
        expect("secret_whitespace", &with(&format!(" {SECRET}")));
        expect("secret_quotes", &with(&format!("\"{SECRET}\"")));
        expect("secret_quotes", &with(&format!("'{SECRET}'")));
        expect("secret_prefix", &with(&format!("whsec_{SECRET}")));
        let hex: String = SECRET.bytes().map(|byte| format!("{byte:02x}")).collect();
        expect("secret_encoding", &with(&hex));
        let other = with("another-secret").desk().also(Secret::new("a-third-one")).also(Secret::new(SECRET));
        expect_of("secret_of_other_environment", scheme.name(), &other.diagnose(&with("x").capture(), NOW));
    }
    // Base64 that was used as text, and text that was used as base64.
    for scheme in [providers::STANDARD_WEBHOOKS, providers::SVIX, providers::CLERK] {
        let mut sent = sent_at(scheme, b"whsec_dGVzdC1zZWNyZXQ=", JSON.as_bytes(), BASE, NOW);
        sent.secret = b"dGVzdC1zZWNyZXQ=".to_vec();
        assert!(sent.diagnose().is_verified(), "both forms are read");
        sent.secret = b"\"whsec_dGVzdC1zZWNyZXQ=\"".to_vec();
        expect("secret_quotes", &sent);
        sent.secret = b"test-secret".to_vec();
        expect("secret_encoding", &sent);
    }
}

#[test]
fn keys_with_windows() {
    for scheme in TEXT {
        let sent = sent(scheme, JSON.as_bytes());
        let retired = Key::new("old", Secret::new(SECRET)).until(UnixTime::from_secs(1_763_600_000));
        expect_of(
            "key_label_retired",
            scheme.name(),
            &Desk::new(scheme).key(retired).diagnose(&sent.capture(), NOW),
        );
    }
}

#[test]
fn schemes_families_and_algorithms() {
    for (made, taken) in [
        (providers::STRIPE, providers::GITHUB),
        (providers::SLACK, providers::GITHUB),
        (providers::RETELL, providers::STRIPE),
        (providers::GITHUB, providers::SVIX),
    ] {
        let mut sent = sent(made, JSON.as_bytes());
        sent.scheme = taken;
        let diagnosis = sent.diagnose();
        expect_of("scheme_other", taken.name(), &diagnosis);
        let named = diagnosis.findings().iter().any(|finding| finding.message.contains(made.name()));
        assert!(named, "{:?}", diagnosis.findings());
    }
    const fn family(name: &'static str, headers: [&'static str; 3], encoding: Encoding) -> Scheme<'static> {
        Scheme::hmac_sha256(name)
            .signature(Field::listed(headers[0], ' ', "v1,"), encoding)
            .timestamp(Field::whole(headers[1]), Unit::Seconds)
            .message_id(Field::whole(headers[2]))
            .signs(&[Part::MessageId, Part::Literal("."), Part::Timestamp, Part::Literal("."), Part::Body])
    }
    const SVIX: [&str; 3] = ["svix-signature", "svix-timestamp", "svix-id"];
    const WEBHOOK: [&str; 3] = ["webhook-signature", "webhook-timestamp", "webhook-id"];
    const X_SVIX: [&str; 3] = ["x-svix-signature", "x-svix-timestamp", "x-svix-id"];
    for (made, taken) in [
        (family("a", WEBHOOK, Encoding::Hex), family("b", SVIX, Encoding::Hex)),
        (family("a", SVIX, Encoding::Base64), family("b", WEBHOOK, Encoding::Base64)),
        (family("a", X_SVIX, Encoding::Hex), family("b", SVIX, Encoding::Hex)),
    ] {
        let mut sent = sent(made, JSON.as_bytes());
        sent.scheme = taken;
        expect("header_other_family", &sent);
    }
    const SHA256: Scheme<'static> =
        Scheme::hmac_sha256("s256").signature(Field::whole("x-s"), Encoding::Hex).signs(&[Part::Body]);
    const SHA512: Scheme<'static> =
        Scheme::hmac_sha512("s512").signature(Field::whole("x-s"), Encoding::Hex).signs(&[Part::Body]);
    const SHA1: Scheme<'static> =
        Scheme::hmac_sha1("s1").signature(Field::whole("x-s"), Encoding::Hex).signs(&[Part::Body]);
    for (made, taken) in [(SHA512, SHA256), (SHA1, SHA256), (SHA256, SHA512), (SHA256, SHA1)] {
        let mut sent = sent(made, JSON.as_bytes());
        sent.scheme = taken;
        expect("algorithm_other", &sent);
    }
}

#[test]
fn signature_headers() {
    let text = |value: &[u8]| String::from_utf8(value.to_vec()).unwrap();
    for (scheme, header, prefix) in [
        (providers::GITHUB, "x-hub-signature-256", "sha256="),
        (providers::SLACK, "x-slack-signature", "v0="),
        (providers::ZOOM, "x-zm-signature", "v0="),
    ] {
        let bent = |change: &dyn Fn(String) -> String| {
            let mut sent = sent(scheme, JSON.as_bytes());
            let value = change(text(sent.header(header)));
            *sent.header(header) = value.into_bytes();
            sent
        };
        expect("header_case_or_prefix", &bent(&|value| value.replace(prefix, "")));
        expect("header_case_or_prefix", &bent(&|value| value.replace(prefix, &prefix.to_uppercase())));
        expect("header_case_or_prefix", &bent(&|value| format!("\"{value}\"")));
        let base64 = bent(&|value| {
            use base64::Engine as _;
            let tag = hex::decode(value.strip_prefix(prefix).unwrap()).unwrap();
            format!("{prefix}{}", base64::engine::general_purpose::STANDARD.encode(tag))
        });
        expect("signature_encoding", &base64);
        let cut = bent(&|value| value[..value.len() - 9].to_owned()).diagnose();
        assert_eq!(
            (cut.findings()[0].code, cut.findings()[0].proved),
            ("truncated_signature", true),
            "{:?}",
            cut.findings()
        );
        // As short, and nobody's.
        let nonsense = bent(&|_| format!("{prefix}00ff00ff")).diagnose();
        assert_eq!(nonsense.findings()[0].code, "unknown");
    }
}

#[test]
fn times() {
    let text = |value: &[u8]| String::from_utf8(value.to_vec()).unwrap();
    for scheme in [providers::STRIPE, providers::RETELL, providers::SLACK] {
        let old =
            sent_at(scheme, SECRET.as_bytes(), JSON.as_bytes(), BASE, UnixTime::from_secs(1_763_696_400));
        let diagnosis = old.diagnose();
        expect_of("stale", scheme.name(), &diagnosis);
        assert!(diagnosis.findings()[0].message.contains("by 3300 s"), "{:?}", diagnosis.findings());
        let early =
            sent_at(scheme, SECRET.as_bytes(), JSON.as_bytes(), BASE, UnixTime::from_secs(1_763_700_400));
        let diagnosis = early.diagnose();
        expect_of("clock_skew", scheme.name(), &diagnosis);
        assert!(diagnosis.findings()[0].message.contains("by 100 s"), "{:?}", diagnosis.findings());
    }
    for (scheme, header) in [
        (providers::SLACK, "x-slack-request-timestamp"),
        (providers::ZOOM, "x-zm-request-timestamp"),
        (providers::SINCH, "x-sinch-webhook-signature-timestamp"),
    ] {
        let bent = |change: &dyn Fn(String) -> String| {
            let mut sent = sent(scheme, JSON.as_bytes());
            let value = change(text(sent.header(header)));
            *sent.header(header) = value.into_bytes();
            sent
        };
        expect("timestamp_unit", &bent(&|value| format!("{value}000")));
        expect("timestamp_not_signed_text", &bent(&|value| format!("{value}.0")));
        expect("timestamp_not_signed_text", &bent(&|value| format!("0{value}")));
        expect("timestamp_not_signed_text", &bent(&|_| "2025-11-21T04:40:00Z".to_owned()));
    }
}

#[test]
fn urls_and_methods() {
    for scheme in [providers::TWILIO, providers::SIGNALWIRE, providers::PLIVO] {
        let bent = |base: &str| Sent { base: base.to_owned(), ..sent(scheme, b"From=a&To=b") };
        assert!(bent(BASE).diagnose().is_verified());
        expect("url_scheme", &bent("http://hooks.example.com"));
        expect("url_scheme", &bent("wss://hooks.example.com"));
        expect("url_path_prefix", &bent(&format!("{BASE}/api")));
        expect("url_host", &bent("https://www.hooks.example.com"));
        let mut internal = bent("https://internal");
        internal.headers.push(("x-forwarded-host".to_owned(), b"hooks.example.com".to_vec()));
        expect("url_host", &internal);
        let mut unset = internal.clone();
        unset.base = String::new();
        let desk = Desk::new(scheme).secret(Secret::new(SECRET));
        expect_of("url_host", scheme.name(), &desk.diagnose(&unset.capture(), NOW));
        let mut prefixed = bent(BASE);
        prefixed.target = format!("/in{}", prefixed.target);
        expect("url_path_prefix", &prefixed);
        let ported = sent_at(scheme, SECRET.as_bytes(), b"From=a", "https://hooks.example.com:8443/in", NOW);
        expect("url_port", &Sent { base: BASE.to_owned(), ..ported });
    }
    for scheme in [providers::TWILIO, providers::SIGNALWIRE, MATCHED] {
        for target in ["/in?a=x%20y&b=2", "/in?b=2&a=x+y", "/in?b=2&a=x%20y&c=3"] {
            let mut bent = sent(scheme, b"From=a&To=b");
            if target.ends_with("c=3") {
                // The sender's has no query, and a proxy has added one.
                bent = sent_at(scheme, SECRET.as_bytes(), b"From=a&To=b", &format!("{BASE}/in"), NOW);
            }
            bent.target = target.to_owned();
            expect("url_query", &bent);
        }
    }
    for scheme in [MATCHED, providers::CONTENTFUL, METHOD_AND_BODY] {
        let mut bent = sent(scheme, b"{}");
        bent.method = "PUT".to_owned();
        expect("method_other", &bent);
    }
}

/// Method and body.
const METHOD_AND_BODY: Scheme<'static> = Scheme::hmac_sha512("method-and-body")
    .signature(Field::whole("x-method"), Encoding::Base64)
    .signs(&[Part::Method, Part::Literal(":"), Part::Body]);

/// Method, URL and body, with marks between them.
const MATCHED: Scheme<'static> = Scheme::hmac_sha256("matched")
    .signature(Field::whole("x-matched"), Encoding::Hex)
    .signs(&[Part::Method, Part::Literal("|"), Part::Url, Part::Literal("|"), Part::Body]);

#[test]
fn two_mistakes_at_once_are_found_as_two() {
    for scheme in TEXT {
        let mut both = sent(scheme, JSON.as_bytes());
        both.secret = format!("\"{SECRET}\"").into_bytes();
        both.body.push(b'\n');
        let diagnosis = both.diagnose();
        let codes: Vec<_> = diagnosis.findings().iter().map(|finding| finding.code).collect();
        assert_eq!(codes, ["secret_quotes", "body_trailing_newline"], "{}", scheme.name());
        let mut stale =
            sent_at(scheme, SECRET.as_bytes(), JSON.as_bytes(), BASE, UnixTime::from_secs(1_763_600_000));
        stale.body.push(b'\n');
        let diagnosis = stale.diagnose();
        let codes: Vec<_> = diagnosis.findings().iter().map(|finding| finding.code).collect();
        let expected: &[_] =
            if scheme.is_timed() { &["body_trailing_newline", "stale"] } else { &["body_trailing_newline"] };
        assert_eq!(codes, expected, "{}", scheme.name());
    }
    let mut both = Sent { base: "http://hooks.example.com".to_owned(), ..sent(providers::TWILIO, b"From=a") };
    both.secret = format!("{SECRET}\r\n").into_bytes();
    let codes: Vec<_> = both.diagnose().findings().iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["secret_whitespace", "url_scheme"]);
}

/// A window that nobody could have meant is the set-up's fault, and no change of the request's.
#[test]
fn what_a_windows_error_proves_is_the_window() {
    let sent = sent(providers::GITHUB, b"{}");
    let far = UnixTime::from_secs(1_763_700_000_000);
    let desk = Desk::new(sent.scheme).key(Key::new("k", Secret::new(SECRET)).until(far));
    let findings = desk.diagnose(&sent.capture(), NOW).findings().to_vec();
    assert_eq!(findings.iter().map(|finding| finding.code).collect::<Vec<_>>(), ["setup"], "{findings:?}");
}

#[test]
fn a_stale_request_of_a_retired_key_is_both() {
    let sent = sent(providers::STRIPE, b"{}");
    let later = UnixTime::from_secs(1_763_790_000);
    let codes = |until: u64| {
        let key = Key::new("k", Secret::new(SECRET)).until(UnixTime::from_secs(until));
        let diagnosis = Desk::new(sent.scheme).key(key).diagnose(&sent.capture(), later);
        diagnosis.findings().iter().map(|finding| (finding.code, finding.proved)).collect::<Vec<_>>()
    };
    assert_eq!(codes(1_763_600_000), [("stale", true), ("key_label_retired", true)]);
    assert_eq!(codes(1_763_750_000), [("stale", true)], "it was in its window when the request came in");
}

#[test]
fn a_wrong_time_hides_no_wrong_secret() {
    let mut sent = sent(providers::STRIPE, b"{}");
    sent.secret = b"another-secret-of-24-byte".to_vec();
    let diagnosis = sent.desk().diagnose(&sent.capture(), UnixTime::from_secs(1_763_790_000));
    assert_eq!(diagnosis.reason(), Some("stale"));
    let [unknown, stale] = diagnosis.findings() else { panic!("{diagnosis:?}") };
    assert!(unknown.message.contains("(mismatch)") && !unknown.proved, "{unknown:?}");
    assert!(stale.code == "stale" && !stale.proved && stale.message.contains("by "), "{stale:?}");
}

#[test]
fn a_registered_url_is_what_the_receiver_has() {
    let url = "https://hooks.example.com/api/square";
    let sent = sent_at(providers::SQUARE, SECRET.as_bytes(), b"{}", url, NOW);
    let to = |registered: &str, target: &str| {
        let desk = Desk::new(sent.scheme).secret(Secret::new(SECRET)).registered_url(registered);
        desk.diagnose(&sent.capture().target(target), NOW)
    };
    assert!(to(url, "/api/square").is_verified());
    // As a verifier refuses it, and for the reason that it has.
    for (registered, target) in [(url, "/square"), ("https://hooks.example.com/other", "/api/square")] {
        let diagnosis = to(registered, target);
        assert_eq!(diagnosis.reason(), Some("url_mismatch"), "{registered} {target}");
        expect_of("url_path_prefix", sent.scheme.name(), &diagnosis);
    }
    expect_of("url_scheme", sent.scheme.name(), &to(&url.replace("https", "http"), "/api/square"));
}

#[test]
fn a_password_in_a_url_is_not_shown() {
    let sent = sent(providers::TWILIO, b"");
    let base = "http://user:test-password@hooks.example.com";
    let mut with_password =
        sent_at(sent.scheme, SECRET.as_bytes(), b"", &base.replace("http:", "https:"), NOW);
    with_password.base = base.to_owned();
    let diagnosis = with_password.diagnose();
    expect_of("url_scheme", "twilio", &diagnosis);
    assert!(!format!("{diagnosis:?}").contains("test-password"), "{diagnosis:?}");
}

#[test]
fn a_port_is_found_behind_a_password_and_an_address_of_ipv6() {
    for host in ["[2001:db8::1]", "user:pw@hooks.example.com", "hooks.example.com"] {
        let url = format!("https://{host}:8443/in");
        let mut sent = sent_at(providers::TWILIO_SHARED_KEY, SECRET.as_bytes(), b"", &url, NOW);
        for port in [":3000", ""] {
            sent.base = format!("https://{host}{port}");
            expect("url_port", &sent);
        }
    }
}

/// What was not tried is not ruled out, and a body of many megabytes leaves room for its likeliest flaws.
#[test]
fn what_was_not_tried_is_not_ruled_out() {
    let long = "x".repeat(24 << 20);
    let mut sent = sent(providers::GITHUB, long.as_bytes());
    sent.body.push(b'\n');
    expect("body_trailing_newline", &sent);
    sent.secret = b"another-secret-of-24-byte".to_vec();
    let diagnosis = sent.diagnose();
    assert!(!diagnosis.ruled_out().contains(&"scheme_other"), "{:?}", diagnosis.ruled_out());
    assert!(diagnosis.findings()[0].message.contains("was not tried"), "{diagnosis:?}");
}

/// Bodies of which other spellings are many times as long, and headers without end.
#[test]
fn a_hostile_capture_has_its_price() {
    let deep = |length: usize| {
        let (open, close) = ("[".repeat(120), "]".repeat(120));
        format!("{open}1{}{close}", ",1".repeat(length / 2))
    };
    let capture = |headers: usize, body: String| {
        let own = [("x-hub-signature-256".to_owned(), format!("sha256={}", "0".repeat(64)))];
        Capture::new(own.into_iter().chain((0..headers).map(|_| ("a".to_owned(), String::new()))), body)
    };
    let desk = Desk::new(providers::GITHUB).secret(Secret::new(SECRET));
    for (headers, body) in [(0, deep(1 << 16)), (0, deep(1 << 19)), (50_000, "{\"a\":1}".to_owned())] {
        let capture = capture(headers, body);
        let used = allocation_counter::measure(|| assert!(!desk.diagnose(&capture, NOW).is_verified()));
        assert!(used.bytes_max < 64 << 20, "{headers} headers: {} bytes at once", used.bytes_max);
        assert!(used.bytes_total < 2 << 30, "{headers} headers: {} bytes in all", used.bytes_total);
    }
}

#[test]
fn a_set_up_that_is_refused_is_diagnosed() {
    let sent = sent(providers::GITHUB, b"{}");
    let setup = |desk: Desk<'_>| desk.diagnose(&sent.capture(), NOW).findings()[0].clone();
    for desk in [
        Desk::new(providers::GITHUB),
        Desk::new(providers::GITHUB).secret(Secret::new("  ")),
        Desk::new(providers::SVIX).secret(Secret::new("not base64!")),
        Desk::new(providers::SQUARE).secret(Secret::new("test-key")),
    ] {
        let finding = setup(desk);
        assert_eq!(finding.code, "setup", "{finding:?}");
        assert!(!finding.message.contains("not base64!"));
    }
}

#[test]
fn nothing_printed_holds_a_secret_or_a_tag() {
    for scheme in TEXT {
        let mut sent = sent(scheme, JSON.as_bytes());
        sent.secret = format!("'{SECRET}'").into_bytes();
        let shown = format!("{:?} {:?} {:?}", sent.desk(), sent.capture(), sent.diagnose());
        assert!(!shown.contains(SECRET), "{shown}");
        for (name, value) in sent.headers.iter().filter(|(name, _)| name.contains("signature")) {
            assert!(!shown.contains(str::from_utf8(value).unwrap()), "{name}");
        }
    }
}

#[test]
fn a_long_body_is_diagnosed_within_a_budget() {
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(4 << 20));
    let mut sent = sent(providers::GITHUB, long.as_bytes());
    sent.body.push(b'\n');
    expect("body_trailing_newline", &sent);
}
