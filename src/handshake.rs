//! Answers to the requests with which providers check an endpoint.
//!
//! Each function looks at one request and gives the answer if it is the provider's handshake, and nothing
//! otherwise: then handle the request as usual. Where the provider signs its handshake the function wants
//! the proof, so verify first. What is echoed is bounded and plain, and no answer is a signature that
//! anybody could ask for.
//!
//! ```
//! use hooksig::{Secret, handshake};
//!
//! // Meta asks by GET, unsigned, with the token that you chose.
//! let token = Secret::new("test-token");
//! let query = "hub.mode=subscribe&hub.verify_token=test-token&hub.challenge=1158201444";
//! assert_eq!(handshake::meta(query, &token).unwrap().body(), "1158201444");
//!
//! let forged = query.replace("test-token", "another");
//! assert!(handshake::meta(&forged, &token).is_none());
//! ```

use http::{HeaderMap, HeaderName, HeaderValue, Response, header};

use crate::encoding::Encoding;
use crate::field::only_value;
use crate::json::Json;
use crate::mac::{MacKey, hash, is_same};
use crate::request::Headers;
use crate::scheme::{Algorithm, SecretForm};
use crate::secret::Secret;
use crate::verified::Verified;

/// The longest challenge that is echoed, in bytes.
const MAX_CHALLENGE: usize = 1024;

/// What to answer: always with 200.
///
/// ```
/// use hooksig::handshake;
///
/// let response = handshake::dropbox("challenge=abc123").unwrap().into_response::<String>();
/// assert_eq!((response.status().as_u16(), response.body().as_str()), (200, "abc123"));
/// assert_eq!(response.headers()["x-content-type-options"], "nosniff");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn text(body: String) -> Self {
        Self::new("text/plain; charset=utf-8", body)
    }

    fn json(body: String) -> Self {
        Self::new("application/json", body)
    }

    fn new(content_type: &'static str, body: String) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        // What is echoed must never be taken for a page.
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        Self { headers, body }
    }

    /// The headers of the answer.
    #[must_use]
    pub const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body of the answer.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    /// The answer as a response.
    #[must_use]
    pub fn into_response<B: From<String>>(self) -> Response<B> {
        let mut response = Response::new(B::from(self.body));
        *response.headers_mut() = self.headers;
        response
    }
}

/// Zoom's `endpoint.url_validation`, which it signs: the token and its HMAC under the secret token.
/// <https://developers.zoom.us/docs/api/webhooks/#validate-your-webhook-endpoint>
///
/// ```
/// use hooksig::{Secret, Signer, UnixTime, Verifier, handshake, providers};
///
/// let secret = || Secret::new("test-secret");
/// let now = UnixTime::from_secs(1_763_700_000);
/// let body = br#"{"event":"endpoint.url_validation","payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"}}"#;
/// let request = Signer::new(providers::ZOOM, secret())?.sign(body, now)?;
/// let proof = Verifier::new(providers::ZOOM, secret())?.verify_at(request.parts(), request.body(), now).unwrap();
///
/// let answer = handshake::zoom(&proof, body, &secret()).unwrap();
/// assert!(answer.body().contains("\"encryptedToken\":\"82079ed6"));
/// assert!(handshake::zoom(&proof, b"{\"event\":\"meeting.started\"}", &secret()).is_none());
/// # Ok::<(), hooksig::ConfigError>(())
/// ```
#[must_use]
pub fn zoom<B>(proof: &Verified<B>, body: &[u8], secret: &Secret) -> Option<Answer> {
    let body = signed_json(proof, "zoom", body)?;
    let event = body.get("event")?.text()?;
    let token = challenge(body.get("payload")?.get("plainToken")?.text()?)?;
    // A request's signature is the HMAC of a text that starts with `v0:`; no token may be such a text.
    if event != "endpoint.url_validation" || token.contains(':') {
        return None;
    }
    let keys = secret.keys("zoom", &[SecretForm::Text]).ok()?;
    let mut mac = MacKey::new(Algorithm::HmacSha256, keys.first()?)?.start();
    mac.update(token.as_bytes());
    let encrypted = Encoding::Hex.encode(mac.finish().as_bytes());
    Some(Answer::json(format!("{{\"plainToken\":{},\"encryptedToken\":\"{encrypted}\"}}", quoted(token)?)))
}

/// Slack's `url_verification`, which it signs: the challenge.
/// <https://docs.slack.dev/reference/events/url_verification>
///
/// ```
/// use hooksig::{Secret, Signer, UnixTime, Verifier, handshake, providers};
///
/// let now = UnixTime::from_secs(1_763_700_000);
/// let body = br#"{"type":"url_verification","challenge":"3eZbrw1a"}"#;
/// let request = Signer::new(providers::SLACK, Secret::new("test-secret"))?.sign(body, now)?;
/// let verifier = Verifier::new(providers::SLACK, Secret::new("test-secret"))?;
/// let proof = verifier.verify_at(request.parts(), request.body(), now).unwrap();
/// assert_eq!(handshake::slack(&proof, body).unwrap().body(), "3eZbrw1a");
/// assert!(handshake::discord(&proof, body).is_none(), "the proof is Slack's");
/// # Ok::<(), hooksig::ConfigError>(())
/// ```
#[must_use]
pub fn slack<B>(proof: &Verified<B>, body: &[u8]) -> Option<Answer> {
    let body = signed_json(proof, "slack", body)?;
    let wanted = body.get("type")?.text()? == "url_verification";
    let challenge = challenge(body.get("challenge")?.text()?)?;
    wanted.then(|| Answer::text(challenge.to_owned()))
}

/// Discord's PING, which it signs: a PONG.
/// <https://docs.discord.com/developers/interactions/overview#setting-up-an-endpoint>
///
/// ```
/// use hooksig::{PrivateKey, PublicKey, Signer, UnixTime, Verifier, handshake, providers};
///
/// // The first key pair of RFC 8032; Discord's portal has the public key of an application.
/// let private = PrivateKey::new("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
/// let public = PublicKey::new("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
/// let now = UnixTime::from_secs(1_763_700_000);
/// let request = Signer::with_private_key(providers::DISCORD, &private)?.sign(b"{\"type\":1}", now)?;
/// let verifier = Verifier::with_public_key(providers::DISCORD, public)?;
/// let proof = verifier.verify_at(request.parts(), request.body(), now).unwrap();
/// assert_eq!(handshake::discord(&proof, request.body()).unwrap().body(), "{\"type\":1}");
/// # Ok::<(), hooksig::ConfigError>(())
/// ```
#[must_use]
pub fn discord<B>(proof: &Verified<B>, body: &[u8]) -> Option<Answer> {
    let body = signed_json(proof, "discord", body)?;
    (body.get("type") == Some(&Json::Integer(1))).then(|| Answer::json("{\"type\":1}".to_owned()))
}

/// Twitch's `webhook_callback_verification`, which it signs: the challenge.
/// <https://dev.twitch.tv/docs/eventsub/handling-webhook-events/#responding-to-a-challenge-request>
///
/// ```
/// use hooksig::{Secret, Signer, UnixTime, Verifier, handshake, providers};
///
/// let now = UnixTime::from_secs(1_763_700_000);
/// let body = br#"{"challenge":"pogchamp-kappa"}"#;
/// let request = Signer::new(providers::TWITCH, Secret::new("test-secret"))?.id("msg-1").sign(body, now)?;
/// let verifier = Verifier::new(providers::TWITCH, Secret::new("test-secret"))?;
/// let proof = verifier.verify_at(request.parts(), request.body(), now).unwrap();
/// let answer = |kind| handshake::twitch(&[("twitch-eventsub-message-type", kind)], &proof, body);
/// assert_eq!(answer("webhook_callback_verification").unwrap().body(), "pogchamp-kappa");
/// assert!(answer("notification").is_none());
/// # Ok::<(), hooksig::ConfigError>(())
/// ```
#[must_use]
pub fn twitch<B>(headers: &impl Headers, proof: &Verified<B>, body: &[u8]) -> Option<Answer> {
    const KIND: HeaderName = HeaderName::from_static("twitch-eventsub-message-type");
    let body = signed_json(proof, "twitch", body)?;
    let kind = only_value(headers, &KIND).ok()??;
    let challenge = challenge(body.get("challenge")?.text()?)?;
    (kind == b"webhook_callback_verification").then(|| Answer::text(challenge.to_owned()))
}

/// Meta's `hub.challenge` (WhatsApp, Messenger), a GET without a signature: the challenge, if the verify
/// token is yours. `query` is what follows the question mark.
/// <https://developers.facebook.com/docs/graph-api/webhooks/getting-started>
#[must_use]
pub fn meta(query: &str, verify_token: &Secret) -> Option<Answer> {
    let token = only_parameter(query, "hub.verify_token")?;
    let mode = only_parameter(query, "hub.mode")?;
    let challenge = only_parameter(query, "hub.challenge")?;
    let keys = verify_token.keys("verify_token", &[SecretForm::Text]).ok()?;
    let genuine = keys.iter().any(|key| is_same(&hash(key), &hash(token.as_bytes())));
    (genuine && mode == "subscribe").then_some(())?;
    Some(Answer::text(self::challenge(&challenge)?.to_owned()))
}

/// Dropbox's challenge, a GET without a signature: the challenge. It proves nothing to either side.
/// `query` is what follows the question mark.
/// <https://www.dropbox.com/developers/reference/webhooks>
///
/// ```
/// use hooksig::handshake;
///
/// assert_eq!(handshake::dropbox("challenge=abc123").unwrap().body(), "abc123");
/// assert!(handshake::dropbox("challenge=<script>").is_none());
/// ```
#[must_use]
pub fn dropbox(query: &str) -> Option<Answer> {
    let challenge = only_parameter(query, "challenge")?;
    let plain = challenge.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let challenge = self::challenge(&challenge).filter(|_| plain)?;
    Some(Answer::text(challenge.to_owned()))
}

/// RingCentral's `Validation-Token`, sent without a signature when a subscription is made: the same header.
/// Answer it only while you make one.
/// <https://developers.ringcentral.com/guide/notifications/webhooks/creating-webhooks>
///
/// ```
/// use hooksig::handshake;
///
/// let answer = handshake::ringcentral(&[("Validation-Token", "abc123")]).unwrap();
/// assert_eq!(answer.headers()["validation-token"], "abc123");
/// assert!(handshake::ringcentral(&[("a", "b")]).is_none());
/// ```
#[must_use]
pub fn ringcentral(headers: &impl Headers) -> Option<Answer> {
    echo(headers, HeaderName::from_static("validation-token")).map(|(answer, _)| answer)
}

/// Asana's `X-Hook-Secret`, sent without a signature when a webhook is made: the same header, and the
/// secret with which Asana will sign, to be kept. Answer it only while you make one: whoever sends it
/// first chooses the secret.
/// <https://developers.asana.com/docs/webhooks-guide>
///
/// ```
/// use hooksig::{Verifier, handshake, providers};
///
/// let (answer, secret) = handshake::asana(&[("X-Hook-Secret", "test-secret")]).unwrap();
/// assert_eq!(answer.headers()["x-hook-secret"], "test-secret");
/// let verifier = Verifier::new(providers::ASANA, secret)?;
/// # let _ = verifier;
/// # Ok::<(), hooksig::ConfigError>(())
/// ```
#[must_use]
pub fn asana(headers: &impl Headers) -> Option<(Answer, Secret)> {
    echo(headers, HeaderName::from_static("x-hook-secret"))
}

fn echo(headers: &impl Headers, name: HeaderName) -> Option<(Answer, Secret)> {
    let value = only_value(headers, &name).ok()??;
    let value = challenge(str::from_utf8(value).ok()?)?;
    let mut answer = Answer::text(String::new());
    answer.headers.insert(name, HeaderValue::from_str(value).ok()?);
    Some((answer, Secret::new(value)))
}

/// The body of a request that this scheme's sender signed.
fn signed_json<B>(proof: &Verified<B>, scheme: &str, body: &[u8]) -> Option<Json> {
    let genuine = proof.scheme() == scheme && proof.coverage().body();
    genuine.then(|| Json::parse(body)).flatten()
}

/// A text that may be echoed: visible ASCII, and not long.
fn challenge(text: &str) -> Option<&str> {
    let fits = (1..=MAX_CHALLENGE).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then_some(text)
}

/// A parameter that stands in a query once.
fn only_parameter(query: &str, name: &str) -> Option<String> {
    let mut found = form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == name);
    let (_, value) = found.next()?;
    found.next().is_none().then(|| value.into_owned())
}

fn quoted(text: &str) -> Option<String> {
    serde_json::to_string(text).ok()
}
