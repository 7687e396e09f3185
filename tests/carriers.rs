//! Forms, canonical requests, tokens and signed fields, signed here by their documented rules and then
//! bent in every way that a sender could bend them.
#![cfg(all(feature = "canonical", feature = "fields", feature = "form", feature = "jwt"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use hooksig::{
    Algorithm, Builder, ErrorKind, Parts, Scheme, Secret, UnixTime, Verified, Verifier, VerifyError,
    providers,
};
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

const NOW: u64 = 1_763_700_000;
const SECRET: &str = "test-secret";
const BASE: &str = "https://hooks.example.com";
const FORM: &str = "application/x-www-form-urlencoded";

/// A request as it would come in.
#[derive(Clone)]
struct Request {
    method: &'static str,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    fn new(method: &'static str, target: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { method, target: target.to_owned(), headers: Vec::new(), body: body.into() }
    }

    fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// One-shot and streamed in pieces: the same verdict, or this panics.
    fn verify(&self, verifier: &Verifier) -> Result<Verified<()>, VerifyError> {
        self.verify_at(verifier, NOW)
    }

    fn verify_at(&self, verifier: &Verifier, now: u64) -> Result<Verified<()>, VerifyError> {
        let now = UnixTime::from_secs(now);
        let parts = Parts::new(&self.headers).method(self.method).target(&self.target);
        let whole = verifier.verify_at(parts, &self.body, now).map(|proof| proof.split().1);
        let streamed = verifier.begin_at(parts, now).and_then(|mut pending| {
            self.body.chunks(7).for_each(|chunk| pending.update(chunk));
            pending.finish()
        });
        assert_eq!(format!("{whole:?}"), format!("{streamed:?}"));
        whole
    }

    fn reason(&self, verifier: &Verifier) -> &'static str {
        self.verify(verifier).map_or_else(|refusal| refusal.reason(), |_| "accepted")
    }
}

fn hmac<H: Mac + KeyInit>(key: &str, content: &[u8]) -> Vec<u8> {
    let mut mac = <H as KeyInit>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(content);
    mac.finalize().into_bytes().to_vec()
}

fn sha1(content: &str) -> String {
    STANDARD.encode(hmac::<Hmac<Sha1>>(SECRET, content.as_bytes()))
}

fn sha256(content: &str) -> Vec<u8> {
    hmac::<Hmac<Sha256>>(SECRET, content.as_bytes())
}

fn hex_digest(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn builder(scheme: Scheme<'static>) -> Builder<'static> {
    let builder = Verifier::builder(scheme);
    if scheme.signs_url() { builder.public_base(BASE) } else { builder }
}

fn verifier(scheme: Scheme<'static>) -> Verifier {
    builder(scheme).key("default", Secret::new(SECRET)).build().unwrap()
}

// ---- Twilio and its family

/// A Twilio request whose signature is over the URL and `parameters`.
fn twilio(target: &str, parameters: &str, content_type: &str, body: &str) -> Request {
    let request = Request::new("POST", target, body)
        .header("x-twilio-signature", sha1(&format!("{BASE}{target}{parameters}")));
    if content_type.is_empty() { request } else { request.header("content-type", content_type) }
}

#[test]
fn form_parameters_are_decoded_sorted_and_freed_of_repetition() {
    let twilio_verifier = verifier(providers::TWILIO);
    let cases = [
        ("b=2&a=1", "a1b2"),
        ("a=2&a=1&a=2", "a1a2"),
        ("a=+%2B%20", "a + "),
        ("a=%zz%4", "a%zz%4"),
        ("a=%C3%A9", "aé"),
        ("=x&a", "xa"),
        ("&&a=1&", "a1"),
        ("a=b=c", "ab=c"),
        ("%61=1&b%5B%5D=2", "a1b[]2"),
    ];
    for (body, parameters) in cases {
        assert_eq!(twilio("/voice", parameters, FORM, body).reason(&twilio_verifier), "accepted", "{body}");
        assert_eq!(twilio("/voice", "", FORM, body).reason(&twilio_verifier), "mismatch", "{body}");
    }
    for charset in ["; charset=utf-8", ";charset=\"UTF-8\"", "; boundary=x"] {
        let content_type = format!("Application/X-WWW-Form-Urlencoded{charset}");
        assert_eq!(twilio("/", "a1", &content_type, "a=1").reason(&twilio_verifier), "accepted");
    }
    assert_eq!(
        twilio("/", "a1", &format!("{FORM}; charset=iso-8859-1"), "a=1").reason(&twilio_verifier),
        "malformed_header"
    );
    assert_eq!(twilio("/", "a\u{fffd}", FORM, "a=%ff").reason(&twilio_verifier), "malformed_body");
}

#[test]
fn ten_thousand_pairs_are_read_and_a_hundred_thousand_are_not() {
    let twilio_verifier = verifier(providers::TWILIO);
    let body = |count: usize| (0..count).map(|number| format!("p{number:06}=x&")).collect::<String>();
    let parameters = (0..10_000).map(|number| format!("p{number:06}x")).collect::<String>();
    assert_eq!(twilio("/", &parameters, FORM, &body(10_000)).reason(&twilio_verifier), "accepted");
    assert_eq!(twilio("/", "", FORM, &body(90_000)).reason(&twilio_verifier), "malformed_body");
}

#[test]
fn a_body_that_is_no_form_needs_its_hash_once() {
    let twilio_verifier = verifier(providers::TWILIO);
    let json = r#"{"a":1}"#;
    let hash = hex_digest(json.as_bytes());
    let with = |query: &str| twilio(&format!("/j?{query}"), "", "application/json", json);
    assert_eq!(with(&format!("bodySHA256={hash}")).reason(&twilio_verifier), "accepted");
    assert_eq!(with(&format!("x=1&bodySHA256={}", hash.to_uppercase())).reason(&twilio_verifier), "accepted");
    assert_eq!(
        with(&format!("bodySHA256={hash}&bodySHA256={hash}")).reason(&twilio_verifier),
        "url_mismatch"
    );
    assert_eq!(with(&format!("bodysha256={hash}")).reason(&twilio_verifier), "missing_body_hash");
    assert_eq!(with("bodySHA256=").reason(&twilio_verifier), "body_mismatch");
    assert_eq!(with(&format!("bodySHA256={}", &hash[..62])).reason(&twilio_verifier), "body_mismatch");
    assert_eq!(with("x=1").reason(&twilio_verifier), "missing_body_hash");
    assert_eq!(with(&format!("bodySHA256={}", hex_digest(b"{}"))).reason(&twilio_verifier), "body_mismatch");

    // The hash counts whatever the type of the body, or a request with JSON could lose its body.
    let target = format!("/j?bodySHA256={hash}");
    for content_type in ["application/json", FORM, ""] {
        assert_eq!(twilio(&target, "", content_type, "").reason(&twilio_verifier), "body_mismatch");
        assert_eq!(twilio(&target, "", content_type, "&").reason(&twilio_verifier), "body_mismatch");
    }
    // JSON that says it is a form is signed as one.
    assert_eq!(twilio(&target, "", FORM, json).reason(&twilio_verifier), "mismatch");
    // A form that says it is something else has no hash.
    assert_eq!(twilio("/", "a1", "text/plain", "a=1").reason(&twilio_verifier), "missing_body_hash");
    assert_eq!(twilio("/", "a1", "", "a=1").reason(&twilio_verifier), "missing_body_hash");
}

#[test]
fn two_content_types_are_refused_where_there_is_a_body() {
    let twilio_verifier = verifier(providers::TWILIO);
    let twice = |body| twilio("/", "", FORM, body).header("Content-Type", "application/json");
    assert_eq!(twice("a=1").reason(&twilio_verifier), "duplicate_header");
    assert_eq!(twice("").reason(&twilio_verifier), "accepted");
}

#[test]
fn a_port_may_be_missing_or_added_and_nothing_else_changes() {
    let signed_as = |base: &str, public: &str| {
        let verifier = Verifier::builder(providers::TWILIO).key("k", Secret::new(SECRET)).public_base(public);
        let request =
            Request::new("GET", "/s?x=1", "").header("x-twilio-signature", sha1(&format!("{base}/s?x=1")));
        request.reason(&verifier.build().unwrap())
    };
    for (base, public) in [
        ("https://h.example", "https://h.example"),
        ("https://h.example:443", "https://h.example"),
        ("https://h.example", "https://h.example:8443"),
        ("https://h.example:8443", "https://h.example:8443"),
        ("http://h.example:80", "http://h.example"),
        ("wss://h.example:443", "wss://h.example"),
        ("ws://h.example:80", "ws://h.example"),
        ("https://[::1]:443", "https://[::1]"),
        ("https://[::1]", "https://[::1]:8443"),
        ("https://u:p@h.example", "https://u:p@h.example:1"),
        ("https://h.example:443/in", "https://h.example/in"),
    ] {
        assert_eq!(signed_as(base, public), "accepted", "{base} {public}");
    }
    for (base, public) in [
        ("https://h.example:8443", "https://h.example"),
        ("https://h.example:80", "https://h.example"),
        ("http://h.example", "https://h.example"),
        ("https://h.example", "wss://h.example"),
        ("https://H.example", "https://h.example"),
        ("https://h.example:443", "https://h.example:8443"),
    ] {
        assert_eq!(signed_as(base, public), "mismatch", "{base} {public}");
    }
}

#[test]
fn settings_name_the_one_algorithm_once() {
    let shared = verifier(providers::TWILIO_SHARED_KEY);
    let signature = STANDARD.encode(sha256(&format!("{BASE}/a1")));
    let with = |settings: &[&str]| {
        let request = Request::new("POST", "/", "a=1")
            .header("content-type", FORM)
            .header("x-twilio-signature", signature.as_str());
        let name = "x-twilio-webhooks-signature-settings";
        settings.iter().fold(request, |request, value| request.header(name, *value)).reason(&shared)
    };
    assert_eq!(with(&["key=k,algorithm=HMAC_SHA256"]), "accepted");
    assert_eq!(with(&["algorithm=HMAC_SHA256,key=k"]), "accepted");
    for settings in [
        "key=k",
        "",
        "key=k,algorithm=HMAC_SHA1",
        "key=k,algorithm=hmac_sha256",
        "algorithm=HMAC_SHA256,algorithm=HMAC_SHA256",
        "algorithm=HMAC_SHA256,algorithm=HMAC_SHA1",
    ] {
        assert_eq!(with(&[settings]), "unsupported_algorithm", "{settings}");
    }
    assert_eq!(with(&[]), "missing_header");
    assert_eq!(with(&["algorithm=HMAC_SHA256", "algorithm=HMAC_SHA256"]), "duplicate_header");
}

#[test]
fn signalwire_reads_one_of_two_headers() {
    let signalwire = verifier(providers::SIGNALWIRE);
    let signature = sha1(&format!("{BASE}/a1"));
    let request = Request::new("POST", "/", "a=1").header("content-type", FORM);
    for name in ["x-signalwire-signature", "x-twilio-signature"] {
        assert_eq!(request.clone().header(name, signature.as_str()).reason(&signalwire), "accepted");
    }
    let both = request.clone().header("x-signalwire-signature", signature.as_str());
    let both = both.header("x-twilio-signature", signature.as_str());
    assert_eq!(both.reason(&signalwire), "duplicate_header");
    assert_eq!(request.reason(&signalwire), "missing_signature");
}

// ---- Plivo

fn plivo(method: &'static str, target: &str, body: &str, content: &str, nonce: &str) -> Request {
    let signature = STANDARD.encode(sha256(&format!("{BASE}{content}.{nonce}")));
    Request::new(method, target, body)
        .header("content-type", FORM)
        .header("x-plivo-signature-v3-nonce", nonce)
        .header("x-plivo-signature-v3", signature)
}

#[test]
fn plivo_sorts_query_and_form() {
    let verifier = verifier(providers::PLIVO);
    for (method, target, body, content) in [
        ("GET", "/v", "", "/v"),
        ("GET", "/v?b=2&a=1&a=0", "", "/v?a=0&a=1&b=2"),
        ("GET", "/v?b=%2B", "", "/v?b=+"),
        ("POST", "/v", "", "/v"),
        ("POST", "/v", "b=2&a=1", "/v?a1b2"),
        ("POST", "/v?z=1", "a=1&a=1", "/v?z=1.a1a1"),
        ("POST", "/v?z=1", "", "/v?z=1"),
    ] {
        let request = plivo(method, target, body, content, "n1");
        let proof =
            request.verify(&verifier).unwrap_or_else(|error| panic!("{method} {target} {body}: {error}"));
        assert_eq!(proof.message_id(), Some("n1"));
        assert!(proof.coverage().body() && proof.coverage().query());
    }
    assert_eq!(plivo("GET", "/v", "a=1", "/v", "n1").reason(&verifier), "malformed_body");
    assert_eq!(plivo("PUT", "/v", "a=1", "/v?a1", "n1").reason(&verifier), "unsupported_method");
    assert_eq!(plivo("get", "/v", "", "/v", "n1").reason(&verifier), "unsupported_method");
    for nonce in ["", "a.b", "a b", &"n".repeat(257)] {
        assert_eq!(plivo("GET", "/v", "", "/v", nonce).reason(&verifier), "malformed_id", "{nonce}");
    }
    let twice = plivo("GET", "/v", "", "/v", "n1").header("X-Plivo-Signature-V3-Nonce", "n1");
    assert_eq!(twice.reason(&verifier), "duplicate_header");
    let mut json = plivo("POST", "/v", "{}", "/v", "n1");
    json.headers[0].1 = "application/json".to_owned();
    assert_eq!(json.reason(&verifier), "malformed_body");
    let mut many = plivo("GET", "/v", "", "/v", "n1");
    let signature = many.headers[2].1.clone();
    many.headers[2].1 = [signature.as_str(); 16].join(",");
    assert_eq!(many.reason(&verifier), "accepted");
    many.headers[2].1 = [signature.as_str(); 17].join(",");
    assert_eq!(many.reason(&verifier), "too_many_signatures");
    let typed = plivo("POST", "/v", "b=2&a=1", "/v?a1b2", "n1").header("Content-Type", FORM);
    assert_eq!(typed.reason(&verifier), "duplicate_header");
    many.headers[2].1 = " , ,".to_owned();
    assert_eq!(many.reason(&verifier), "missing_signature");
}

// ---- Vonage SMS

#[test]
fn the_key_chooses_vonages_algorithm() {
    let verifier = |algorithm| {
        Verifier::new(providers::VONAGE_SMS, Secret::new(SECRET).with_algorithm(algorithm)).unwrap()
    };
    let content = format!("&nonce=n&text=a_b_&timestamp={NOW}");
    let digest: String = sha256(&content).iter().map(|byte| format!("{byte:02x}")).collect();
    let form = |extra: &str| {
        let body = format!("text=a%26b%3D&timestamp={NOW}&nonce=n&sig={digest}{extra}");
        Request::new("POST", "/sms?free=1", body).header("content-type", FORM)
    };
    let sha256 = verifier(Algorithm::HmacSha256);
    let proof = form("").verify(&sha256).unwrap();
    assert_eq!((proof.message_id(), proof.timestamp().unwrap().as_secs()), (Some("n"), NOW));
    assert!(proof.coverage().body() && !proof.coverage().query());
    for other in [Algorithm::Md5Hash, Algorithm::HmacMd5, Algorithm::HmacSha1, Algorithm::HmacSha512] {
        assert_eq!(form("").reason(&verifier(other)), "mismatch");
    }
    for extra in ["&text=x", "&sig=00", "&a%3D1=2", "&a%26b=2"] {
        assert_eq!(form(extra).reason(&sha256), "malformed_body", "{extra}");
    }
    assert_eq!(form("&x=1").reason(&sha256), "mismatch");
    assert_eq!(form("").verify_at(&sha256, NOW + 301).unwrap_err().reason(), "stale");
    assert_eq!(form("").verify_at(&sha256, NOW - 301).unwrap_err().reason(), "future");

    let query = format!("/sms?text=a%26b%3D&timestamp={NOW}&nonce=n&sig={digest}");
    let proof = Request::new("GET", &query, "").verify(&sha256).unwrap();
    assert!(proof.coverage().query() && !proof.coverage().body());
    assert_eq!(Request::new("GET", &query, "x").reason(&sha256), "malformed_body");
    // No server hands these on, but whoever calls the core may.
    for (target, reason) in [
        (format!("{query}&a={}", "x".repeat(8192)), "header_too_long"),
        (query.replace("/sms", "sms"), "url_mismatch"),
        (format!("{query}#x"), "url_mismatch"),
    ] {
        let headers = [("", ""); 0];
        let parts = Parts::new(&headers).method("GET").target(&target);
        let refusal = sha256.begin_at(parts, UnixTime::from_secs(NOW)).unwrap_err();
        assert_eq!(refusal.reason(), reason, "{target}");
    }
    assert_eq!(Request::new("PUT", &query, "").reason(&sha256), "unsupported_method");
    for (body, reason) in [
        ("text=x", "missing_signature"),
        ("sig=00", "missing_timestamp"),
        ("sig=0&timestamp=1763700000", "malformed_signature"),
        ("sig=00&timestamp=01763700000", "malformed_timestamp"),
        ("", "missing_signature"),
    ] {
        let request = Request::new("POST", "/sms", body).header("content-type", FORM);
        assert_eq!(request.reason(&sha256), reason, "{body}");
    }
    let error = Verifier::new(providers::VONAGE_SMS, Secret::new(SECRET)).unwrap_err();
    assert!(error.to_string().contains("with_algorithm"), "{error}");
    let secret = || Secret::new(SECRET);
    assert!(Verifier::new(providers::VONAGE_SMS, secret().with_algorithm(Algorithm::HmacSha384)).is_err());
    assert!(Verifier::new(providers::GITHUB, secret().with_algorithm(Algorithm::HmacSha512)).is_err());
    assert!(Verifier::new(providers::GITHUB, secret().with_algorithm(Algorithm::HmacSha256)).is_ok());
}

// ---- Sinch

#[test]
fn sinch_signs_five_lines() {
    let secret = STANDARD.encode(SECRET);
    let verifier = |scheme| {
        let builder = Verifier::builder(scheme).identified_key("k", "key", Secret::new(secret.as_str()));
        builder.build().unwrap()
    };
    let request = |word: &str, method, target: &str, body: &str, md5: &str| {
        let path = target.split('?').next().unwrap();
        let content = format!("POST\n{md5}\napplication/json\nx-timestamp:2025-11-21T04:40:00Z\n{path}");
        Request::new(method, target, body)
            .header("content-type", "application/json")
            .header("x-timestamp", "2025-11-21T04:40:00Z")
            .header("authorization", format!("{word} key:{}", STANDARD.encode(sha256(&content))))
    };
    let empty = "1B2M2Y8AsgTpgAmY7PhCfg==";
    let (one, two) = (verifier(providers::SINCH_VOICE), verifier(providers::SINCH_VOICE_V2));
    assert_eq!(request("application", "POST", "/s", "", "").reason(&one), "accepted");
    assert_eq!(request("APPLICATION", "post", "/s?free=1", "", "").reason(&one), "accepted");
    assert_eq!(request("application", "POST", "/s", "", empty).reason(&one), "mismatch");
    assert_eq!(request("service", "POST", "/s", "", empty).reason(&two), "accepted");
    assert_eq!(request("service", "POST", "/s", "", "").reason(&two), "mismatch");
    assert_eq!(request("service", "POST", "/s", "", "").reason(&one), "malformed_signature");
    let bent = |index: usize, value: &str| {
        let mut request = request("application", "POST", "/s", "", "");
        request.headers[index].1 = value.to_owned();
        request.reason(&one)
    };
    assert_eq!(bent(2, "application other:AAAA"), "malformed_signature");
    let other = format!("application other:{}", STANDARD.encode([0; 32]));
    assert_eq!(bent(2, &other), "unknown_key_id");
    for authorization in ["application", "application  key:AA==", "application key", "applicationkey:x", ""] {
        assert_eq!(bent(2, authorization), "malformed_signature", "{authorization}");
    }
    assert_eq!(bent(1, "2025-11-21 04:40:00Z"), "malformed_timestamp");
    assert_eq!(bent(1, "2025-11-21T04:34:59Z"), "stale");
    let prefixed = Verifier::builder(providers::SINCH_VOICE)
        .identified_key("k", "key", Secret::new(secret.as_str()))
        .public_base("https://hooks.example.com/in")
        .build()
        .unwrap();
    let mut behind = request("application", "POST", "/in/s", "", "");
    behind.target = "/s".to_owned();
    assert_eq!(behind.reason(&prefixed), "accepted");
    let coverage = providers::SINCH_VOICE.coverage();
    assert!(coverage.path() && !coverage.url() && !coverage.query() && coverage.method());
    assert!(
        Verifier::new(providers::SINCH_VOICE, Secret::new(secret.as_str())).is_err(),
        "a key id is needed"
    );
}

// ---- Contentful

fn contentful(listed: &str, canonical: &str, further: &[(&str, &str)]) -> Request {
    let content = format!("POST\n/c?q%253D1%2526r%253D%252525\n{canonical}\n{{}}");
    let signature: String = sha256(&content).iter().map(|byte| format!("{byte:02x}")).collect();
    let request = Request::new("POST", "/c?q=1&r=%25", "{}")
        .header("x-contentful-signature", signature)
        .header("x-contentful-signed-headers", listed)
        .header("x-contentful-timestamp", "1763700000000");
    further.iter().fold(request, |request, (name, value)| request.header(name, *value))
}

#[test]
fn contentful_signs_what_it_lists() {
    let verifier = verifier(providers::CONTENTFUL);
    let names = "x-contentful-signed-headers,x-contentful-timestamp";
    // A question mark without a query is not signed.
    let bare =
        format!("POST\n/c\nx-contentful-signed-headers:{names};x-contentful-timestamp:1763700000000\n{{}}");
    let bare = Request::new("POST", "/c?", "{}")
        .header("x-contentful-signature", hex::encode(sha256(&bare)))
        .header("x-contentful-signed-headers", names)
        .header("x-contentful-timestamp", "1763700000000");
    assert_eq!(bare.reason(&verifier), "accepted");
    let lines = "x-contentful-signed-headers:x-contentful-signed-headers,x-contentful-timestamp;\
                 x-contentful-timestamp:1763700000000";
    assert_eq!(contentful(names, lines, &[]).reason(&verifier), "accepted");
    let unsorted = "x-contentful-timestamp,x-contentful-signed-headers";
    assert_eq!(contentful(unsorted, lines, &[]).reason(&verifier), "accepted");
    let (listed, canonical) = (format!("a,{names}"), format!("a:1 2;{}", lines.replacen(':', ":a,", 1)));
    assert_eq!(contentful(&listed, &canonical, &[("A", " 1 2 ")]).reason(&verifier), "accepted");
    assert_eq!(contentful(&listed, &canonical, &[]).reason(&verifier), "missing_header");
    assert_eq!(
        contentful(&listed, &canonical, &[("a", "1 2"), ("A", "1 2")]).reason(&verifier),
        "duplicate_header"
    );
    let two = format!("a,b,{names}");
    let moved = contentful(&two, "", &[("a", "1;b:2"), ("b", "3")]);
    assert_eq!(moved.reason(&verifier), "malformed_header");
    for listed in [
        "",
        "x-contentful-timestamp",
        "x-contentful-signed-headers",
        "x-contentful-signed-headers,x-contentful-timestamp,x-contentful-timestamp",
        "X-Contentful-Signed-Headers,x-contentful-timestamp",
        "x-contentful-signed-headers, x-contentful-timestamp",
        "x-contentful-signed-headers,x-contentful-timestamp,",
        "x-contentful-signed-headers,x-contentful-timestamp,\u{1f600}",
    ] {
        assert_eq!(contentful(listed, lines, &[]).reason(&verifier), "malformed_header", "{listed}");
    }
    let names: Vec<_> = (0..40).map(|number| format!("h{number}")).collect();
    let long = format!("{},x-contentful-signed-headers,x-contentful-timestamp", names.join(","));
    assert_eq!(contentful(&long, lines, &[]).reason(&verifier), "malformed_header");
    let request = contentful("x-contentful-signed-headers,x-contentful-timestamp", lines, &[]);
    assert_eq!(request.verify_at(&verifier, NOW + 31).unwrap_err().reason(), "stale");
    assert_eq!(request.verify_at(&verifier, NOW - 31).unwrap_err().reason(), "future");
    assert!(request.verify_at(&verifier, NOW + 30).is_ok());
}

// ---- Tokens

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn token(header: &Value, claims: &Value) -> String {
    let input = format!("{}.{}", part(header), part(claims));
    let tag = match header["alg"].as_str() {
        Some("HS384") => hmac::<Hmac<Sha384>>(SECRET, input.as_bytes()),
        Some("HS512") => hmac::<Hmac<Sha512>>(SECRET, input.as_bytes()),
        _ => sha256(&input),
    };
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(tag))
}

fn hs256(claims: &Value) -> String {
    token(&json!({"alg": "HS256", "typ": "JWT"}), claims)
}

fn livekit() -> Verifier {
    Verifier::builder(providers::LIVEKIT).identified_key("k", "api", Secret::new(SECRET)).build().unwrap()
}

fn livekit_claims() -> Value {
    json!({"iss": "api", "exp": NOW, "nbf": NOW, "sha256": STANDARD.encode(Sha256::digest(b"{}"))})
}

fn bearing(token: &str) -> Request {
    Request::new("POST", "/l", "{}").header("authorization", token)
}

#[test]
fn a_token_has_one_form() {
    let verifier = livekit();
    let good = hs256(&livekit_claims());
    assert_eq!(bearing(&good).reason(&verifier), "accepted");
    let (input, signature) = good.rsplit_once('.').unwrap();
    let header = |header: Value| token(&header, &livekit_claims());
    for (bent, reason) in [
        (format!("Bearer {good}"), "malformed_signature"),
        (format!(" {good}"), "malformed_signature"),
        (format!("{good}."), "malformed_signature"),
        (format!("{good}.x"), "malformed_signature"),
        (format!("{input}."), "malformed_signature"),
        (input.to_owned(), "malformed_signature"),
        ("..".to_owned(), "malformed_signature"),
        ("...".to_owned(), "malformed_signature"),
        (String::new(), "malformed_signature"),
        (format!("{input}.{signature}="), "malformed_signature"),
        (format!("{input}.{}", &signature[..42]), "malformed_signature"),
        (good.replace('.', " "), "malformed_signature"),
        ("a".repeat(1 << 20), "header_too_long"),
        (header(json!({"alg": "none"})), "unsupported_algorithm"),
        (header(json!({"alg": "HS512"})), "unsupported_algorithm"),
        (header(json!({"alg": "RS256"})), "unsupported_algorithm"),
        (header(json!({"alg": "hs256"})), "unsupported_algorithm"),
        (header(json!({"alg": null})), "unsupported_algorithm"),
        (header(json!({})), "unsupported_algorithm"),
        (header(json!([])), "unsupported_algorithm"),
        (header(json!({"alg": "HS256", "crit": ["b64"]})), "unsupported_algorithm"),
        (header(json!({"alg": "HS256", "crit": []})), "unsupported_algorithm"),
        (hs256(&json!([])), "malformed_signature"),
        (hs256(&json!("claims")), "malformed_signature"),
    ] {
        assert_eq!(bearing(&bent).reason(&verifier), reason, "{bent:.80}");
    }
    // The same bits in another spelling: the last character of 32 bytes has two that do not count.
    let last = signature.chars().last().unwrap();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let place = alphabet.find(last).unwrap();
    let twin = &alphabet[place + 1..place + 2];
    let respelt = format!("{}{twin}", &good[..good.len() - 1]);
    assert_eq!(bearing(&respelt).reason(&verifier), "malformed_signature");
    let twice = bearing(&good).header("Authorization", good.as_str());
    assert_eq!(twice.reason(&verifier), "duplicate_header");
}

#[test]
fn a_repeated_claim_or_algorithm_is_refused() {
    let sign = |header: &str, claims: &str| {
        let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        bearing(&format!("{input}.{}", URL_SAFE_NO_PAD.encode(sha256(&input)))).reason(&livekit())
    };
    let claims = livekit_claims().to_string();
    assert_eq!(sign(r#"{"alg":"HS256"}"#, &claims), "accepted");
    assert_eq!(sign(r#"{"alg":"none","alg":"HS256"}"#, &claims), "malformed_signature");
    let twice = claims.replacen('{', r#"{"iss":"api","#, 1);
    assert_eq!(sign(r#"{"alg":"HS256"}"#, &twice), "malformed_signature");
}

#[test]
fn claims_count_once_the_signature_has_matched() {
    let verifier = livekit();
    let with = |name: &str, value: Value| {
        let mut claims = livekit_claims();
        claims[name] = value;
        bearing(&hs256(&claims)).reason(&verifier)
    };
    for (name, value, reason) in [
        ("extra", json!([1, {"a": 2}]), "accepted"),
        ("exp", json!(NOW - 10), "accepted"),
        ("exp", json!(NOW - 11), "stale"),
        ("exp", json!(0), "stale"),
        ("exp", json!(-1), "malformed_timestamp"),
        ("exp", json!("1763700000"), "malformed_timestamp"),
        ("exp", json!(1.0), "malformed_timestamp"),
        ("exp", json!(null), "malformed_timestamp"),
        ("exp", json!(u64::MAX), "accepted"),
        ("nbf", json!(NOW + 10), "accepted"),
        ("nbf", json!(NOW + 11), "future"),
        ("nbf", json!(u64::MAX), "future"),
        ("iss", json!("other"), "claim_mismatch"),
        ("iss", json!(1), "claim_mismatch"),
        ("sha256", json!(STANDARD.encode(Sha256::digest(b"{ }"))), "body_mismatch"),
        ("sha256", json!(hex_digest(b"{}")), "body_mismatch"),
        ("sha256", json!(""), "body_mismatch"),
        ("sha256", json!(["x"]), "claim_mismatch"),
    ] {
        assert_eq!(with(name, value.clone()), reason, "{name} {value}");
    }
    for name in ["iss", "exp", "sha256"] {
        let mut claims = livekit_claims();
        claims.as_object_mut().unwrap().remove(name);
        assert_eq!(bearing(&hs256(&claims)).reason(&verifier), "missing_claim", "{name}");
    }
    // With the wrong key none of it is looked at.
    let forged = hs256(&json!({}));
    let other =
        Verifier::builder(providers::LIVEKIT).identified_key("k", "api", Secret::new("other-test-secret"));
    assert_eq!(bearing(&forged).reason(&other.build().unwrap()), "mismatch");
}

#[test]
fn the_leeway_can_be_set_and_the_times_ignored() {
    let at = |builder: Builder<'static>, now| {
        let verifier = builder.identified_key("k", "api", Secret::new(SECRET)).build().unwrap();
        let verdict = bearing(&hs256(&livekit_claims())).verify_at(&verifier, now);
        verdict.map_or_else(|refusal| refusal.reason(), |_| "accepted")
    };
    let builder = || Verifier::builder(providers::LIVEKIT);
    let seconds = std::time::Duration::from_secs;
    assert_eq!(at(builder().leeway(seconds(60)), NOW + 60), "accepted");
    assert_eq!(at(builder().leeway(seconds(0)), NOW + 1), "stale");
    assert_eq!(at(builder().leeway(seconds(0)), NOW), "accepted");
    assert_eq!(at(builder().dangerous_ignore_timestamp(), NOW * 2), "accepted");
    let keyed = || builder().identified_key("k", "api", Secret::new(SECRET));
    assert!(keyed().leeway(seconds(86_401)).build().is_err());
    assert!(keyed().max_age(seconds(60)).build().is_err(), "a token says itself until when");
    assert!(
        Verifier::builder(providers::GITHUB)
            .key("k", Secret::new(SECRET))
            .leeway(seconds(1))
            .build()
            .is_err()
    );
}

#[cfg(feature = "sign")]
#[test]
fn a_signed_token_claims_what_its_provider_claims() {
    let claims = |scheme: Scheme<'static>, name: &str| {
        let signer = hooksig::Signer::new(scheme, Secret::new(SECRET)).unwrap().key_id("api");
        let request = signer.sign(b"{}", hooksig::UnixTime::from_secs(NOW)).unwrap();
        let request = request.to_request::<Vec<u8>>().unwrap();
        let token = request.headers()[name].to_str().unwrap();
        let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
        let claims: Value = serde_json::from_slice(&claims).unwrap();
        let mut names: Vec<_> = claims.as_object().unwrap().keys().cloned().collect();
        names.sort_unstable();
        names.join(" ")
    };
    assert_eq!(claims(providers::LIVEKIT, "authorization"), "exp iss nbf sha256");
    assert_eq!(claims(providers::NETLIFY, "x-webhook-signature"), "iss sha256");
    assert_eq!(claims(providers::VONAGE, "authorization"), "iat jti payload_hash");
}

#[test]
fn a_token_is_valid_for_as_long_as_it_says() {
    let left = |builder: Builder<'static>, now| {
        let verifier = builder.identified_key("k", "api", Secret::new(SECRET)).build().unwrap();
        bearing(&hs256(&livekit_claims()))
            .verify_at(&verifier, now)
            .unwrap()
            .valid_for()
            .map(|left| left.as_secs())
    };
    let builder = || Verifier::builder(providers::LIVEKIT);
    assert_eq!(left(builder(), NOW), Some(10), "its leeway is left");
    assert_eq!(left(builder(), NOW + 10), Some(0));
    assert_eq!(left(builder().leeway(std::time::Duration::from_secs(60)), NOW + 1), Some(59));
    assert_eq!(left(builder().dangerous_ignore_timestamp(), NOW), None);
}

#[test]
fn vonage_wants_bearer_and_the_hash_of_a_body() {
    let verifier = verifier(providers::VONAGE);
    let request = |word: &str, body: &str, claims: Value| {
        Request::new("POST", "/v", body).header("authorization", format!("{word}{}", hs256(&claims)))
    };
    let hash = |body: &str| json!({"iat": NOW, "payload_hash": hex_digest(body.as_bytes()), "jti": "j-1"});
    let proof = request("Bearer ", "{}", hash("{}")).verify(&verifier).unwrap();
    assert_eq!((proof.message_id(), proof.timestamp().unwrap().as_secs()), (Some("j-1"), NOW));
    for (word, body, claims, reason) in [
        ("bEARER ", "{}", hash("{}"), "accepted"),
        ("", "{}", hash("{}"), "malformed_signature"),
        ("Bearer  ", "{}", hash("{}"), "malformed_signature"),
        ("Basic ", "{}", hash("{}"), "malformed_signature"),
        ("Bearer ", "", json!({"iat": NOW}), "accepted"),
        ("Bearer ", "", hash(""), "accepted"),
        ("Bearer ", "", hash("{}"), "body_mismatch"),
        ("Bearer ", "{}", json!({"iat": NOW}), "missing_claim"),
        ("Bearer ", "{}", json!({"payload_hash": hex_digest(b"{}")}), "missing_claim"),
        ("Bearer ", "", json!({"iat": NOW - 300}), "accepted"),
        ("Bearer ", "", json!({"iat": NOW - 301}), "stale"),
        ("Bearer ", "", json!({"iat": NOW + 301}), "future"),
        ("Bearer ", "", json!({"iat": NOW, "exp": NOW - 11}), "stale"),
        ("Bearer ", "", json!({"iat": 1}), "malformed_timestamp"),
    ] {
        assert_eq!(
            request(word, body, claims.clone()).reason(&verifier),
            reason,
            "{word:?} {body:?} {claims}"
        );
    }
}

#[test]
fn messagebird_names_one_of_three_algorithms_and_the_url() {
    let verifier = verifier(providers::MESSAGEBIRD);
    let claims = |url: &str, body: Option<&str>| {
        let mut claims = json!({
            "iss": "MessageBird", "nbf": NOW, "exp": NOW + 60, "jti": "j-1",
            "url_hash": hex_digest(format!("{BASE}{url}").as_bytes()),
        });
        if let Some(body) = body {
            claims["payload_hash"] = json!(hex_digest(body.as_bytes()));
        }
        claims
    };
    let request = |algorithm: &str, body: &str, claims: &Value| {
        let token = token(&json!({"alg": algorithm}), claims);
        Request::new("POST", "/b?x=1", body).header("messagebird-signature-jwt", token).reason(&verifier)
    };
    for algorithm in ["HS256", "HS384", "HS512"] {
        assert_eq!(request(algorithm, "{}", &claims("/b?x=1", Some("{}"))), "accepted");
    }
    assert_eq!(request("HS224", "{}", &claims("/b?x=1", Some("{}"))), "unsupported_algorithm");
    assert_eq!(request("HS256", "{}", &claims("/b", Some("{}"))), "claim_mismatch");
    assert_eq!(request("HS256", "{}", &claims("/b?x=1", None)), "missing_claim");
    assert_eq!(request("HS256", "", &claims("/b?x=1", None)), "accepted");
    assert_eq!(request("HS256", "", &claims("/b?x=1", Some(""))), "accepted");
    assert_eq!(request("HS256", "", &claims("/b?x=1", Some("{}"))), "body_mismatch");
    for name in ["iss", "nbf", "exp", "jti", "url_hash"] {
        let mut claims = claims("/b?x=1", Some("{}"));
        claims.as_object_mut().unwrap().remove(name);
        assert_eq!(request("HS256", "{}", &claims), "missing_claim", "{name}");
    }
    for (exp, reason) in [(NOW - 5, "accepted"), (NOW - 6, "stale")] {
        let mut claims = claims("/b?x=1", Some("{}"));
        claims["exp"] = json!(exp);
        assert_eq!(request("HS256", "{}", &claims), reason);
    }
}

#[test]
fn dialpads_body_is_the_token() {
    let verifier = verifier(providers::DIALPAD);
    let with = |body: String| Request::new("POST", "/d", body).reason(&verifier);
    let good = hs256(&json!({"call_id": 1}));
    assert_eq!(with(good.clone()), "accepted");
    for body in ["{\"call_id\":1}", "", "null"] {
        assert_eq!(with(body.to_owned()), "malformed_signature", "{body}");
    }
    assert_eq!(with(format!("{good}\n")), "malformed_signature");
    assert_eq!(with(token(&json!({"alg": "none"}), &json!({}))), "unsupported_algorithm");
    assert_eq!(with(hs256(&json!({"exp": NOW - 11}))), "stale");
    assert_eq!(with("a".repeat((1 << 20) + 1)), "body_too_large");
    // A header of 8192 characters is the longest.
    for (length, reason) in [(6144, "accepted"), (6145, "malformed_signature")] {
        let bare = json!({"alg": "HS256", "x": ""});
        let filler = "x".repeat(length - bare.to_string().len());
        let header = json!({"alg": "HS256", "x": filler});
        assert_eq!(header.to_string().len(), length);
        assert_eq!(with(token(&header, &json!({"call_id": 1}))), reason, "{length}");
    }
}

#[test]
fn a_key_file_is_no_shared_secret() {
    let pem = "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n";
    for scheme in [providers::DIALPAD, providers::NETLIFY, providers::GITHUB] {
        let error = Verifier::new(scheme, Secret::new(pem)).unwrap_err();
        assert!(error.to_string().contains("not a key file"), "{error}");
    }
    let key = hooksig::PublicKey::new(pem);
    assert!(Verifier::with_public_key(providers::DIALPAD, key).is_err());
}

// ---- Signed fields

fn adyen_item(reference: &str) -> Value {
    let content = format!("p1::Merchant:{reference}:1130:EUR:AUTHORISATION:true");
    json!({"NotificationRequestItem": {
        "pspReference": "p1", "merchantAccountCode": "Merchant", "merchantReference": reference,
        "amount": {"value": 1130, "currency": "EUR"}, "eventCode": "AUTHORISATION", "success": "true",
        "additionalData": {"hmacSignature": STANDARD.encode(sha256(&content))},
    }})
}

#[test]
fn every_adyen_item_verifies_and_there_is_one() {
    let key: String = SECRET.bytes().map(|byte| format!("{byte:02x}")).collect();
    let verifier = Verifier::new(providers::ADYEN, Secret::new(key)).unwrap();
    let reason = |body: &str| Request::new("POST", "/a", body).reason(&verifier);
    let items = |items: &[Value]| json!({ "live": "false", "notificationItems": items }).to_string();
    let (one, two) = (adyen_item("r-1"), adyen_item("a:b"));
    assert_eq!(reason(&items(&[one.clone(), two.clone()])), "accepted");
    let mut bent = two.clone();
    bent["NotificationRequestItem"]["amount"]["value"] = json!(1131);
    assert_eq!(reason(&items(&[one.clone(), bent.clone()])), "mismatch");
    assert_eq!(reason(&items(&[bent, one.clone()])), "mismatch");
    assert_eq!(reason(&items(&[])), "missing_signature");
    assert_eq!(reason("{}"), "missing_signature");
    assert_eq!(reason("[]"), "missing_signature");
    assert_eq!(reason(""), "malformed_body");
    // A colon outside the merchant's reference would let fields change places.
    let mut moved = two;
    moved["NotificationRequestItem"]["merchantAccountCode"] = json!("Merchant:a");
    moved["NotificationRequestItem"]["merchantReference"] = json!("b");
    assert_eq!(reason(&items(&[moved])), "malformed_body");
    let mut fraction = one.clone();
    fraction["NotificationRequestItem"]["amount"]["value"] = json!(1130.0);
    assert_eq!(reason(&items(&[fraction])), "malformed_body");
    for twice in [r#""pspReference":"p2","#, r#""reason":"a","reason":"b","#] {
        let body = items(std::slice::from_ref(&one)).replacen(
            "\"pspReference\"",
            &format!("{twice}\"pspReference\""),
            1,
        );
        assert_eq!(reason(&body), "malformed_body", "{twice}");
    }
    let proof = Request::new("POST", "/a", items(&[one])).verify(&verifier).unwrap();
    assert!(!proof.coverage().body());
    assert!(proof.coverage().to_string().contains("amount.value"));
}

#[test]
fn mailgun_signs_its_timestamp_and_token() {
    let verifier = verifier(providers::MAILGUN);
    let body = |timestamp: &str, token: &str| {
        let digest = sha256(&format!("{timestamp}{token}"));
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        json!({"signature": {"timestamp": timestamp, "token": token, "signature": digest}, "event-data": {}})
    };
    let reason = |body: &Value| Request::new("POST", "/m", body.to_string()).reason(&verifier);
    let proof = Request::new("POST", "/m", body("1763700000", "aB9").to_string()).verify(&verifier).unwrap();
    assert_eq!(proof.message_id(), Some("aB9"));
    assert!(!proof.coverage().body() && proof.coverage().timestamp());
    for (timestamp, token, expected) in [
        ("17637000001", "aB9", "malformed_timestamp"),
        ("1763700000", "", "malformed_id"),
        ("1763700000", "a-b", "malformed_id"),
        ("1763699699", "aB9", "stale"),
        ("1763700301", "aB9", "future"),
    ] {
        assert_eq!(reason(&body(timestamp, token)), expected, "{timestamp} {token}");
    }
    assert_eq!(reason(&body("1763700000", &"a".repeat(256))), "accepted");
    assert_eq!(reason(&body("1763700000", &"a".repeat(257))), "malformed_id");
    for name in ["timestamp", "token", "signature"] {
        let mut bent = body("1763700000", "aB9");
        bent["signature"].as_object_mut().unwrap().remove(name);
        assert!(reason(&bent).starts_with("missing_"), "{name}");
    }
    let form = Request::new("POST", "/m", "timestamp=1763700000&token=aB9").header("content-type", FORM);
    assert_eq!(form.reason(&verifier), "malformed_body");
}

#[test]
fn justcall_signs_url_type_and_time_in_utc() {
    let verifier = verifier(providers::JUSTCALL);
    let request = |event: &str, timestamp: &str| {
        let content = format!("{SECRET}|https%3A%2F%2Fh.example%2Fx%3Fa%3Db'()|{event}|{timestamp}");
        let digest: String = sha256(&content).iter().map(|byte| format!("{byte:02x}")).collect();
        let body = json!({"webhook_url": "https://h.example/x?a=b'()", "type": event, "data": {}});
        Request::new("POST", "/j", body.to_string())
            .header("x-justcall-signature", digest)
            .header("x-justcall-signature-version", "v1")
            .header("x-justcall-request-timestamp", timestamp)
    };
    assert_eq!(request("call.completed", "2025-11-21 04:40:00").reason(&verifier), "accepted");
    assert_eq!(request("call.completed", "2025-11-21 04:34:59").reason(&verifier), "stale");
    assert_eq!(request("call|completed", "2025-11-21 04:40:00").reason(&verifier), "malformed_body");
    for timestamp in
        ["2025-11-21T04:40:00", "2025-11-21 04:40:00Z", "2025-11-21 04:40", "2025-02-30 00:00:00", ""]
    {
        assert_eq!(request("call", timestamp).reason(&verifier), "malformed_timestamp", "{timestamp}");
    }
    let mut version = request("call.completed", "2025-11-21 04:40:00");
    version.headers[1].1 = "v2".to_owned();
    assert_eq!(version.reason(&verifier), "unsupported_algorithm");
    version.headers.remove(1);
    assert_eq!(version.reason(&verifier), "missing_header");
}

#[test]
fn synthflow_signs_the_calls_id_alone() {
    let verifier = verifier(providers::SYNTHFLOW);
    let signature = STANDARD.encode(sha256("call-1"));
    let body = r#"{"call":{"call_id":"call-1"},"status":"x"}"#;
    for name in ["HTTP_SYNTHFLOW_SIGNATURE", "Synthflow-Signature"] {
        let request = Request::new("POST", "/s", body).header(name, signature.as_str());
        let proof = request.verify(&verifier).unwrap();
        assert_eq!((proof.message_id(), proof.coverage().to_string()), (None, "call.call_id".to_owned()));
    }
    let both = Request::new("POST", "/s", body)
        .header("http_synthflow_signature", signature.as_str())
        .header("synthflow-signature", signature.as_str());
    assert_eq!(both.reason(&verifier), "duplicate_header");
    for (body, reason) in [
        ("{}", "missing_id"),
        (r#"{"call_id":"call-1"}"#, "missing_id"),
        (r#"{"call":{"call_id":""}}"#, "malformed_id"),
        (r#"{"call":{"call_id":"call-1","call_id":"call-2"}}"#, "malformed_body"),
        ("", "malformed_body"),
    ] {
        let request = Request::new("POST", "/s", body).header("synthflow-signature", signature.as_str());
        assert_eq!(request.reason(&verifier), reason, "{body}");
    }
    for (length, reason) in [(256, "accepted"), (257, "malformed_id")] {
        let id = "c".repeat(length);
        let request = Request::new("POST", "/s", json!({"call": {"call_id": id}}).to_string())
            .header("synthflow-signature", STANDARD.encode(sha256(&id)));
        assert_eq!(request.reason(&verifier), reason, "{length}");
    }
}

// ---- What a hostile reader of this code found

#[test]
fn what_an_attacker_tried() {
    // Objects without end, before any signature.
    let wide = format!("[{}0]", "{\"\":0},".repeat(100_000));
    assert_eq!(Request::new("POST", "/m", wide).reason(&verifier(providers::MAILGUN)), "malformed_body");
    let header = json!({"alg": "HS256", "x": "x".repeat(9000)});
    let long = Request::new("POST", "/d", token(&header, &json!({})));
    assert_eq!(long.reason(&verifier(providers::DIALPAD)), "malformed_signature");

    // The same signed item twice in one body, and in another order.
    let key: String = SECRET.bytes().map(|byte| format!("{byte:02x}")).collect();
    let adyen = Verifier::builder(providers::ADYEN).key("k", Secret::new(key)).replay_keys().build().unwrap();
    let (one, two) = (adyen_item("r-1"), adyen_item("r-2"));
    let send =
        |items: &[&Value]| Request::new("POST", "/a", json!({ "notificationItems": items }).to_string());
    assert_eq!(send(&[&one, &one]).reason(&adyen), "malformed_body");
    let key = |items: &[&Value]| send(items).verify(&adyen).unwrap().replay_key();
    assert!(key(&[&one]).is_some() && key(&[&one]) != key(&[&two]));
    assert_eq!(key(&[&one, &two]), None, "in company it has no name");

    // A clock that tells no time.
    let expiring =
        bearing(&hs256(&json!({"iss": "api", "exp": NOW, "sha256": STANDARD.encode(Sha256::digest(b"{}"))})));
    assert_eq!(expiring.reason(&livekit()), "accepted");
    assert_eq!(expiring.verify_at(&livekit(), 0).unwrap_err().reason(), "stale");

    // A second algorithm in another spelling.
    let shared = verifier(providers::TWILIO_SHARED_KEY);
    let signature = STANDARD.encode(sha256(&format!("{BASE}/a1")));
    for (settings, expected) in [
        ("key=k, algorithm=HMAC_SHA256", "accepted"),
        ("algorithm=HMAC_SHA256, algorithm=HMAC_SHA1", "unsupported_algorithm"),
        ("algorithm=HMAC_SHA256,algorithm =HMAC_SHA1", "unsupported_algorithm"),
        ("algorithm=HMAC_SHA256,Algorithm=HMAC_SHA1", "unsupported_algorithm"),
    ] {
        let request = Request::new("POST", "/", "a=1")
            .header("content-type", FORM)
            .header("x-twilio-signature", signature.as_str())
            .header("x-twilio-webhooks-signature-settings", settings);
        assert_eq!(request.reason(&shared), expected, "{settings}");
    }

    // One signature, several spellings of a nonce.
    let content = format!("&nonce=a_b&timestamp={NOW}");
    let digest: String = sha256(&content).iter().map(|byte| format!("{byte:02x}")).collect();
    let vonage =
        Verifier::new(providers::VONAGE_SMS, Secret::new(SECRET).with_algorithm(Algorithm::HmacSha256))
            .unwrap();
    for nonce in ["a_b", "a%26b", "a%3Db"] {
        let body = format!("nonce={nonce}&timestamp={NOW}&sig={digest}");
        let proof = Request::new("POST", "/", body).header("content-type", FORM).verify(&vonage).unwrap();
        assert_eq!(proof.message_id(), Some("a_b"));
    }
    let digest = hex::encode(sha256(&format!("&nonce=a b&timestamp={NOW}")));
    let body = format!("nonce=a+b&timestamp={NOW}&sig={digest}");
    let proof = Request::new("POST", "/", body).header("content-type", FORM).verify(&vonage).unwrap();
    assert_eq!(proof.message_id(), None, "what is not visible is no id");

    // A line feed that makes one line two.
    let names = "x-a,x-contentful-signed-headers,x-contentful-timestamp";
    let moved = contentful(names, "", &[("x-a", "u1\n{}")]);
    assert_eq!(moved.reason(&verifier(providers::CONTENTFUL)), "malformed_header");

    // A token without a usable id where the id is promised.
    for jti in [json!(5), json!(""), json!("a b"), json!(null)] {
        let claims = json!({
            "iss": "MessageBird", "nbf": NOW, "exp": NOW + 60, "jti": jti,
            "url_hash": hex_digest(format!("{BASE}/b").as_bytes()),
        });
        let request = Request::new("POST", "/b", "").header("messagebird-signature-jwt", hs256(&claims));
        assert_eq!(request.reason(&verifier(providers::MESSAGEBIRD)), "malformed_id", "{claims}");
    }

    // Charsets in odd places, and bytes that are no text in a query that is signed as it stands.
    let twilio_verifier = verifier(providers::TWILIO);
    for (parameters, expected) in [
        ("; charset=utf-8; charset=iso-8859-1", "malformed_header"),
        ("; charset =iso-8859-1", "malformed_header"),
        ("; charset=utf8", "accepted"),
    ] {
        let content_type = format!("{FORM}{parameters}");
        assert_eq!(
            twilio("/", "a1", &content_type, "a=1").reason(&twilio_verifier),
            expected,
            "{parameters}"
        );
    }
    assert_eq!(twilio("/v?x=%ff", "", "", "").reason(&twilio_verifier), "accepted");
}

#[test]
fn a_registered_url_without_a_path_is_the_root() {
    let secret = STANDARD.encode(SECRET);
    let sinch = Verifier::builder(providers::SINCH_VOICE)
        .identified_key("k", "key", Secret::new(secret))
        .registered_url("https://hooks.example.com")
        .build()
        .unwrap();
    let signed = |path: &str| {
        let content = format!("POST\n\ntext/plain\nx-timestamp:2025-11-21T04:40:00Z\n{path}");
        Request::new("POST", "/", "")
            .header("content-type", "text/plain")
            .header("x-timestamp", "2025-11-21T04:40:00Z")
            .header("authorization", format!("application key:{}", STANDARD.encode(sha256(&content))))
            .reason(&sinch)
    };
    assert_eq!((signed("/"), signed("")), ("accepted", "mismatch"));
    let elsewhere = Request::new("POST", "/x", "")
        .header("content-type", "text/plain")
        .header("x-timestamp", "2025-11-21T04:40:00Z")
        .header("authorization", "application key:AAAA");
    assert_eq!(elsewhere.reason(&sinch), "url_mismatch");
}

#[test]
fn a_url_has_1024_bytes_at_most() {
    let base = |length: usize| {
        let host = "https://hooks.example.com/";
        let url = format!("{host}{}", "p".repeat(length - host.len()));
        Verifier::builder(providers::TWILIO).public_base(&url).key("k", Secret::new(SECRET)).build()
    };
    assert!(base(1024).is_ok());
    assert!(base(1025).unwrap_err().to_string().contains("longer than 1024 bytes"));
}

// ---- What all of them have in common

#[test]
fn replay_keys_follow_what_was_signed() {
    let verifier = builder(providers::TWILIO).key("k", Secret::new(SECRET)).replay_keys().build().unwrap();
    let key = |request: Request| request.verify(&verifier).unwrap().replay_key().unwrap();
    let one = key(twilio("/v", "a1b2", FORM, "a=1&b=2"));
    assert_eq!(one, key(twilio("/v", "a1b2", FORM, "b=2&a=%31")), "the same parameters, written otherwise");
    assert_ne!(one, key(twilio("/v", "a1b3", FORM, "a=1&b=3")));
    assert_ne!(one, key(twilio("/w", "a1b2", FORM, "a=1&b=2")));
    let unasked = twilio("/v", "a1b2", FORM, "a=1&b=2").verify(&self::verifier(providers::TWILIO)).unwrap();
    assert_eq!(unasked.replay_key(), None);
}

#[test]
fn a_body_may_be_as_long_as_the_limit() {
    let body = "a=1&b=2";
    for (limit, reason) in [(body.len(), "accepted"), (body.len() - 1, "body_too_large")] {
        let verifier =
            builder(providers::TWILIO).key("k", Secret::new(SECRET)).max_body(limit).build().unwrap();
        assert_eq!(twilio("/v", "a1b2", FORM, body).reason(&verifier), reason);
    }
}

#[test]
fn a_url_that_was_copied_from_a_delivery_fails_the_self_test() {
    // Twilio appends the hash of each body itself; as a part of the URL it would be that of one body only.
    let url = format!("{BASE}/v?bodySHA256={}", "0".repeat(64));
    let copied = Verifier::builder(providers::TWILIO).key("k", Secret::new(SECRET)).registered_url(&url);
    let failure = copied.build().unwrap().self_test().unwrap_err().to_string();
    assert!(failure.contains(&ErrorKind::BodyMismatch.to_string()), "{failure}");
}

#[test]
fn schemes_that_sign_less_than_the_body_say_so_first() {
    for scheme in providers::ALL.iter().filter(|scheme| !scheme.coverage().body_fields().is_empty()) {
        assert!(!scheme.coverage().body(), "{}", scheme.name());
        let explained = scheme.explain();
        let unsigned = explained.lines().find(|line| line.starts_with("Not signed: ")).unwrap();
        assert!(
            unsigned.contains("EVERY OTHER FIELD") || unsigned.contains("THE EVENT ITSELF"),
            "{unsigned}"
        );
    }
}

#[test]
fn a_url_is_asked_for_where_it_counts() {
    for scheme in [providers::TWILIO, providers::PLIVO, providers::MESSAGEBIRD] {
        assert!(Verifier::new(scheme, Secret::new(SECRET)).is_err(), "{}", scheme.name());
        let headers = [("x-twilio-signature", sha1("")), ("x-plivo-signature-v3", STANDARD.encode([0; 32]))];
        let refusal = verifier(scheme).verify_at(&headers, "", UnixTime::from_secs(NOW)).unwrap_err();
        assert!(["no_url", "missing_id"].contains(&refusal.reason()) || scheme == providers::MESSAGEBIRD);
    }
    let signed = Verifier::builder(providers::VONAGE).key("k", Secret::new(SECRET)).public_base(BASE);
    assert!(signed.build().is_err(), "a URL that nothing signs would protect nothing");
}
