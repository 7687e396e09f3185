//! The ways to verify a request, each with the requests that are tried on it.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD as BASE64, URL_SAFE_NO_PAD as BASE64_URL};
use hmac::{Hmac, KeyInit, Mac};
use hooksig::http::{HeaderValue, Request};
use hooksig::{
    Algorithm, ConfigError, Encoding, Field, Part, Scheme, Secret, SecretForm, Unit, UnixTime, Verifier,
    providers,
};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::valgrind::hide;

/// One way to verify.
pub struct Path {
    pub name: &'static str,
    /// Makes the verifier, with secrets that are secret.
    pub verifier: fn() -> Result<Verifier, ConfigError>,
    pub attempts: Vec<Attempt>,
}

/// A request: genuine, or with a signature that differs in one place.
pub struct Attempt {
    pub what: String,
    pub genuine: bool,
    pub request: Request<String>,
}

pub const NOW: UnixTime = UnixTime::from_secs(1_763_700_000);

/// The sender's copy of the verifier's secret.
const KEY: &str = "test-secret-of-forty-characters-or-so-on";
const OTHER_KEY: &str = "test-secret-that-is-on-its-way-out";

/// Two blocks and most of a third.
pub const BODY: &str = "{\"id\":\"evt_0001\",\"text\":\"a body that takes several blocks of a hash and ends in the middle \
                        of one, so that the state, which is secret, goes through each way of taking bytes in\"}";
const FORM: &str = "From=%2B15550100&To=%2B15550199";

/// The layout of Standard Webhooks with a secret that is taken as text: base64 is decoded by a table, and what comes
/// out of a table memcheck takes for public. A request goes the same way with either.
const WEBHOOKS: Scheme<'static> = Scheme::hmac_sha256("webhooks")
    .signature(Field::listed("webhook-signature", ' ', "v1,"), Encoding::Base64)
    .timestamp(Field::whole("webhook-timestamp"), Unit::Seconds)
    .message_id(Field::whole("webhook-id"))
    .secret(&[SecretForm::Text])
    .signs(&[Part::MessageId, Part::Literal("."), Part::Timestamp, Part::Literal("."), Part::Body]);

pub fn all() -> Vec<Path> {
    let timed = format!("1763700000.{BODY}");
    vec![
        Path {
            name: "HMAC-SHA256, hex",
            verifier: github,
            attempts: signed(mac::<Hmac<Sha256>>(BODY), github_request),
        },
        Path {
            name: "HMAC-SHA256, hex, timestamp",
            verifier: || Verifier::new(providers::STRIPE, secret(KEY)),
            attempts: signed(mac::<Hmac<Sha256>>(&timed), stripe_request),
        },
        Path {
            name: "HMAC-SHA256, three signatures",
            verifier: || Verifier::new(providers::STRIPE, secret(KEY)),
            attempts: signed(mac::<Hmac<Sha256>>(&timed), |tag| {
                let (own, other) = (hex::encode(tag), hex::encode([0x5a; 32]));
                post("stripe-signature", format!("t=1763700000,v1={other},v1={own},v1={other}"), BODY)
            }),
        },
        Path {
            name: "HMAC-SHA256, two keys",
            verifier: || {
                let until = UnixTime::from_secs(1_763_800_000);
                let keys = Verifier::builder(providers::STRIPE).key("new", secret(OTHER_KEY));
                keys.retiring_key("old", secret(KEY), until).build()
            },
            attempts: signed(mac::<Hmac<Sha256>>(&timed), stripe_request),
        },
        Path {
            name: "HMAC-SHA256, base64, message id",
            verifier: || Verifier::new(WEBHOOKS, secret(KEY)),
            attempts: signed(mac::<Hmac<Sha256>>(&format!("msg_1.{timed}")), |tag| {
                let mut request = post("webhook-signature", format!("v1,{}", BASE64.encode(tag)), BODY);
                request.headers_mut().insert("webhook-id", HeaderValue::from_static("msg_1"));
                request.headers_mut().insert("webhook-timestamp", 1_763_700_000.into());
                request
            }),
        },
        Path {
            name: "HMAC-SHA1, hex",
            verifier: || Verifier::new(providers::VERCEL, secret(KEY)),
            attempts: signed(mac::<Hmac<Sha1>>(BODY), |tag| {
                post("x-vercel-signature", hex::encode(tag), BODY)
            }),
        },
        Path {
            name: "HMAC-SHA512, hex",
            verifier: || Verifier::new(providers::PAYSTACK, secret(KEY)),
            attempts: signed(mac::<Hmac<Sha512>>(BODY), |tag| {
                post("x-paystack-signature", hex::encode(tag), BODY)
            }),
        },
        Path {
            name: "form, HMAC-SHA1, base64",
            verifier: || {
                Verifier::builder(providers::TWILIO)
                    .public_base("https://example.com")
                    .key("default", secret(KEY))
                    .build()
            },
            attempts: signed(mac::<Hmac<Sha1>>("https://example.com/From+15550100To+15550199"), |tag| {
                form("x-twilio-signature", BASE64.encode(tag), FORM.to_owned())
            }),
        },
        Path {
            name: "form, HMAC-MD5, hex",
            verifier: || Verifier::new(providers::VONAGE_SMS, secret(KEY).with_algorithm(Algorithm::HmacMd5)),
            attempts: signed(mac::<Hmac<Md5>>(SMS_CONTENT), sms_request),
        },
        Path {
            name: "form, MD5 of content and secret, hex",
            verifier: || Verifier::new(providers::VONAGE_SMS, secret(KEY).with_algorithm(Algorithm::Md5Hash)),
            attempts: signed(Md5::digest([SMS_CONTENT, KEY].concat()).to_vec(), sms_request),
        },
        Path {
            name: "web token, HS256",
            verifier: || Verifier::new(providers::NETLIFY, secret(KEY)),
            attempts: {
                let claims = format!(r#"{{"iss":"netlify","sha256":"{}"}}"#, sha256(BODY));
                web_token::<Hmac<Sha256>>("x-webhook-signature", "HS256", &claims)
            },
        },
        Path {
            name: "web token, HS384",
            verifier: messagebird,
            attempts: web_token::<Hmac<Sha384>>("messagebird-signature-jwt", "HS384", &bird_claims()),
        },
        Path {
            name: "web token, HS512",
            verifier: messagebird,
            attempts: web_token::<Hmac<Sha512>>("messagebird-signature-jwt", "HS512", &bird_claims()),
        },
        Path {
            name: "token",
            verifier: || Verifier::new(providers::TELEGRAM, secret(KEY)),
            attempts: tokens(|token| post("x-telegram-bot-api-secret-token", token, BODY)),
        },
        Path {
            name: "token in two headers",
            verifier: || Verifier::new(providers::RINGCENTRAL, secret(KEY)),
            attempts: tokens(|token| {
                let mut request = post("verification-token", token, BODY);
                request.headers_mut().insert("validation-token", HeaderValue::from_static(KEY));
                request
            }),
        },
    ]
}

pub fn github() -> Result<Verifier, ConfigError> {
    Verifier::new(providers::GITHUB, secret(KEY))
}

pub fn github_request(tag: &[u8]) -> Request<String> {
    post("x-hub-signature-256", format!("sha256={}", hex::encode(tag)), BODY)
}

fn stripe_request(tag: &[u8]) -> Request<String> {
    post("stripe-signature", format!("t=1763700000,v1={}", hex::encode(tag)), BODY)
}

const SMS_CONTENT: &str = "&msisdn=15550100&timestamp=1763700000";

fn sms_request(tag: &[u8]) -> Request<String> {
    let body = format!("msisdn=15550100&timestamp=1763700000&sig={}", hex::encode(tag));
    form("accept", "*/*".to_owned(), body)
}

fn messagebird() -> Result<Verifier, ConfigError> {
    let verifier = Verifier::builder(providers::MESSAGEBIRD).public_base("https://example.com");
    verifier.key("default", secret(KEY)).build()
}

fn bird_claims() -> String {
    let (url, body) = (sha256("https://example.com/"), sha256(BODY));
    format!(
        r#"{{"iss":"MessageBird","nbf":1763699990,"exp":1763700060,"jti":"token-1","url_hash":"{url}","payload_hash":"{body}"}}"#
    )
}

/// A secret of which memcheck takes every byte for secret, and all that is computed from it.
fn secret(key: &str) -> Secret {
    let mut bytes = key.as_bytes().to_vec();
    hide(&mut bytes);
    Secret::new(bytes)
}

pub fn mac<M: Mac + KeyInit>(content: &str) -> Vec<u8> {
    let mac = <M as KeyInit>::new_from_slice(KEY.as_bytes()).expect("a key of any length");
    mac.chain_update(content).finalize().into_bytes().to_vec()
}

fn sha256(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

/// The tag as it is, and with a mismatch at its first, its middle and its last byte.
pub fn variants(tag: &[u8]) -> [(&'static str, Vec<u8>); 4] {
    let changed = |index| {
        let mut changed = tag.to_vec();
        changed[index] ^= 1;
        changed
    };
    [
        ("valid", tag.to_vec()),
        ("mismatch at the first byte", changed(0)),
        ("mismatch at the middle byte", changed(tag.len() / 2)),
        ("mismatch at the last byte", changed(tag.len() - 1)),
    ]
}

fn signed(tag: Vec<u8>, request: impl Fn(&[u8]) -> Request<String>) -> Vec<Attempt> {
    let attempt = |(what, sent): (&str, Vec<u8>)| Attempt {
        what: what.to_owned(),
        genuine: sent == tag,
        request: request(&sent),
    };
    variants(&tag).into_iter().map(attempt).collect()
}

fn web_token<M: Mac + KeyInit>(header: &'static str, algorithm: &str, claims: &str) -> Vec<Attempt> {
    let head = BASE64_URL.encode(format!(r#"{{"alg":"{algorithm}","typ":"JWT"}}"#));
    let input = format!("{head}.{}", BASE64_URL.encode(claims));
    signed(mac::<M>(&input), |tag| post(header, format!("{input}.{}", BASE64_URL.encode(tag)), BODY))
}

/// A token is compared by its hash, so that its length must not show either.
fn tokens(request: impl Fn(String) -> Request<String>) -> Vec<Attempt> {
    let key = KEY.as_bytes();
    let shorter = ("shorter by a byte", key[..key.len() - 1].to_vec());
    let longer = ("longer by a block", [key, &[b'x'; 64]].concat());
    let attempt = |(what, token): (&str, Vec<u8>)| Attempt {
        what: what.to_owned(),
        genuine: token == key,
        request: request(String::from_utf8(token).expect("ASCII")),
    };
    variants(key).into_iter().chain([shorter, longer]).map(attempt).collect()
}

fn post(header: &'static str, value: String, body: &str) -> Request<String> {
    Request::post("/").header(header, value).body(body.to_owned()).expect("a request")
}

fn form(header: &'static str, value: String, body: String) -> Request<String> {
    let request = Request::post("/").header("content-type", "application/x-www-form-urlencoded");
    request.header(header, value).body(body).expect("a request")
}
