//! A sender, for tests and for services that send webhooks themselves.

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue};

use super::{Draft, Mutation, Unsigned, Wish, sign};
use crate::error::ConfigError;
use crate::key::Key;
use crate::key_ring::{Choice, KeyRules, PreparedKey, SharedKeys};
use crate::public_key::SigningKey;
use crate::request::Parts;
use crate::scheme::{Algorithm, Plan, Scheme, SecretForm};
use crate::secret::Secret;
use crate::time::UnixTime;
use crate::url::PublicUrl;

/// Signs requests as a provider does: for tests of a receiver, and for services that send webhooks.
///
/// Made from a scheme and a secret; a [`Verifier`](crate::Verifier) does not give one.
///
/// ```
/// use hooksig::{Secret, Signer, UnixTime, Verifier, providers};
///
/// let now = UnixTime::from_secs(1_763_700_000);
/// let request = Signer::new(providers::STRIPE, Secret::new("whsec_test"))?.sign(b"{}", now)?;
/// assert!(request.headers()["stripe-signature"].to_str()?.starts_with("t=1763700000,v1="));
///
/// let verifier = Verifier::new(providers::STRIPE, Secret::new("whsec_test"))?;
/// assert!(verifier.verify_at(request.parts(), request.body(), now).is_ok());
///
/// // What a receiver has to refuse, one line each.
/// use hooksig::Mutation;
/// for (mutation, reason) in [(Mutation::Stale, "stale"), (Mutation::Forged, "mismatch")] {
///     let bad = request.mutated(mutation).unwrap();
///     assert_eq!(verifier.verify_at(bad.parts(), bad.body(), now).unwrap_err().reason(), reason);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[cfg_attr(docsrs, doc(cfg(feature = "sign")))]
pub struct Signer {
    plan: Plan,
    key: SenderKey,
    timed: bool,
    max_age: std::time::Duration,
    max_ahead: std::time::Duration,
    id: Option<String>,
    key_id: Option<String>,
    method: String,
    target: String,
}

enum SenderKey {
    Mac(Box<SharedKeys>),
    /// A token's text.
    Token(Secret),
    Private(SigningKey),
}

/// A provider's private key, for tests: PKCS #8 in PEM, or for Ed25519 the 32 bytes of the seed in base64
/// or hexadecimal. Wiped when it is dropped, and never printed.
#[cfg_attr(docsrs, doc(cfg(feature = "sign")))]
#[derive(Clone)]
pub struct PrivateKey {
    text: Secret,
}

impl PrivateKey {
    /// A key from its text. It is parsed when a signer is made.
    #[must_use]
    pub fn new(text: impl Into<Vec<u8>>) -> Self {
        Self { text: Secret::new(text) }
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(redacted)")
    }
}

impl Signer {
    /// A sender of this scheme with this secret: POST to `/`, unless more is said.
    ///
    /// # Errors
    ///
    /// As [`Verifier::new`](crate::Verifier::new), except that URL and key id can be said later.
    pub fn new(scheme: Scheme<'_>, secret: Secret) -> Result<Self, ConfigError> {
        let key = if scheme.algorithm() == Algorithm::StaticToken {
            SenderKey::Token(secret)
        } else {
            let rules = KeyRules::new(&scheme.definition, false, std::time::Duration::MAX);
            SenderKey::Mac(Box::new(SharedKeys::new(rules, &[Key::new("sender", secret)])?))
        };
        Self::of(scheme, key)
    }

    /// A sender of a scheme with public keys.
    ///
    /// ```
    /// use hooksig::{PrivateKey, PublicKey, Secret, Signer, UnixTime, Verifier, providers};
    ///
    /// // The first key pair of RFC 8032.
    /// let private = PrivateKey::new("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    /// let public = PublicKey::new("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
    /// let now = UnixTime::from_secs(1_763_700_000);
    ///
    /// let request = Signer::with_private_key(providers::TELNYX, &private)?.sign(b"{}", now)?;
    /// let verifier = Verifier::with_public_key(providers::TELNYX, public)?;
    /// assert!(verifier.verify_at(request.parts(), request.body(), now).is_ok());
    /// assert!(Signer::new(providers::TELNYX, Secret::new("test-secret")).is_err());
    /// # Ok::<(), hooksig::ConfigError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ConfigError::UnreadablePublicKey`] when the key is none of this scheme.
    pub fn with_private_key(scheme: Scheme<'_>, key: &PrivateKey) -> Result<Self, ConfigError> {
        let forms = [SecretForm::Text];
        let text = key.text.keys("sender", &forms)?;
        let read = text.first().and_then(|text| SigningKey::new(scheme.algorithm(), text));
        let read = read.ok_or_else(|| ConfigError::UnreadablePublicKey {
            label: "sender".to_owned(),
            expected: format!("a private key for {}", scheme.algorithm().name()),
        })?;
        Self::of(scheme, SenderKey::Private(read))
    }

    fn of(scheme: Scheme<'_>, key: SenderKey) -> Result<Self, ConfigError> {
        Ok(Self {
            plan: Plan::new(&scheme, None)?,
            key,
            timed: scheme.is_timed() || scheme.expires(),
            max_age: scheme.max_age(),
            max_ahead: scheme.max_ahead(),
            id: None,
            key_id: None,
            method: "POST".to_owned(),
            target: "/".to_owned(),
        })
    }

    /// The URL to which the request goes, as the provider knows it: needed where it is signed.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Url`] when it is unusable.
    pub fn url(mut self, url: &str) -> Result<Self, ConfigError> {
        let host = url.find("://").map_or(0, |scheme| scheme.saturating_add(3));
        let path = url
            .get(host..)
            .and_then(|rest| rest.find(['/', '?']))
            .map_or(url.len(), |path| host.saturating_add(path));
        let (base, target) = url.split_at(path);
        self.plan.url = Some(PublicUrl::base(base)?);
        let slash = if target.starts_with('/') { "" } else { "/" };
        self.target = format!("{slash}{target}");
        Ok(self)
    }

    /// The method of the request.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        method.clone_into(&mut self.method);
        self
    }

    /// The message id, where the scheme has one.
    #[must_use]
    pub fn id(mut self, id: &str) -> Self {
        self.id = Some(id.to_owned());
        self
    }

    /// The id by which requests name their key, where they do.
    ///
    /// ```
    /// use hooksig::{Secret, Signer, UnixTime, providers};
    ///
    /// let signer = || Signer::new(providers::PUSHER, Secret::new("test-secret"));
    /// let now = UnixTime::from_secs(1_763_700_000);
    /// assert_eq!(signer()?.key_id("app-key").sign(b"{}", now)?.headers()["x-pusher-key"], "app-key");
    /// assert!(signer()?.sign(b"{}", now).is_err(), "Pusher's requests name their key");
    /// # Ok::<(), hooksig::ConfigError>(())
    /// ```
    #[must_use]
    pub fn key_id(mut self, id: &str) -> Self {
        self.key_id = Some(id.to_owned());
        self
    }

    /// Signs a request with this body at this moment. Schemes that put something into the body (a signature,
    /// a timestamp, or all of it into a token) change it: send [`SignedRequest::body`].
    ///
    /// # Errors
    ///
    /// [`ConfigError::Unsignable`] when the scheme cannot express it: a body that is not of its kind, a
    /// missing URL or key id, an id that it cannot carry, a moment that its timestamps cannot say.
    pub fn sign(&self, body: &[u8], now: UnixTime) -> Result<SignedRequest, ConfigError> {
        let draft = self.draft(body, now, false)?;
        // The time in a body that came with its own stays what it is.
        let at = |then| self.draft(body, then, false).ok().filter(|other| self.timed && *other != draft);
        let (stale, future) = (at(self.moment_before(now)), at(self.moment_after(now)));
        let request = SignedRequest::new(draft).map(|request| SignedRequest {
            stale: boxed(stale),
            future: boxed(future),
            wrong: boxed(self.draft(body, now, true).ok()),
            signs_body: self.plan.coverage.body(),
            ..request
        });
        request.ok_or_else(|| self.unsignable("its headers cannot be sent"))
    }

    /// A signed draft; with `spoil` the signature is wrong.
    fn draft(&self, body: &[u8], now: UnixTime, spoil: bool) -> Result<Draft, ConfigError> {
        let wish = Wish {
            now,
            id: self.id.as_deref(),
            key_id: self.key_id.as_deref(),
            method: &self.method,
            target: &self.target,
            placeholder: "",
        };
        let key = |algorithm, content: &[u8]| {
            let mut signature = self.signature(algorithm, content)?;
            match signature.last_mut() {
                Some(last) if spoil => *last ^= 1,
                _ => {}
            }
            Some(signature)
        };
        sign(&self.plan, &wish, Some(body), &key).map_err(|why| match why {
            Unsigned::Inexpressible => self.unsignable("this scheme cannot say that"),
            Unsigned::Refused(kind) => self.unsignable(kind.reason()),
            Unsigned::NoKey => self.unsignable("the key signs nothing"),
        })
    }

    fn unsignable(&self, why: &'static str) -> ConfigError {
        ConfigError::Unsignable { scheme: self.plan.name.to_string(), why }
    }

    fn signature(&self, algorithm: Option<Algorithm>, content: &[u8]) -> Option<Vec<u8>> {
        match &self.key {
            SenderKey::Mac(keys) => {
                let keys = keys.snapshot();
                let (_, key) = keys.chosen(Choice { now: None, id: None }).next()?;
                tag(key, algorithm, content)
            }
            SenderKey::Token(secret) => {
                let text = secret.keys("sender", &[SecretForm::Text]).ok()?;
                text.first().map(|text| text.to_vec())
            }
            SenderKey::Private(key) => key.sign(content),
        }
    }

    /// A moment that lies too far back for a receiver with the scheme's own limits.
    fn moment_before(&self, now: UnixTime) -> UnixTime {
        now.saturating_sub(self.max_age.saturating_add(std::time::Duration::from_secs(3600)))
    }

    fn moment_after(&self, now: UnixTime) -> UnixTime {
        now.saturating_add(self.max_ahead.saturating_add(std::time::Duration::from_secs(3600)))
    }
}

/// The tag of content under a key.
pub(super) fn tag(key: &PreparedKey, algorithm: Option<Algorithm>, content: &[u8]) -> Option<Vec<u8>> {
    let mut mac = key.mac_for(algorithm)?.start();
    mac.update(content);
    Some(mac.finish().as_bytes().to_vec())
}

/// A request as its provider would send it.
///
/// ```
/// use hooksig::{Mutation, Secret, Signer, UnixTime, providers};
///
/// let signer = Signer::new(providers::HUBSPOT, Secret::new("test-secret"))?;
/// let signer = signer.method("PUT").url("https://hooks.example.com/hubspot?v=3")?;
/// let request = signer.sign(b"{}", UnixTime::from_secs(1_763_700_000))?;
/// assert_eq!((request.method(), request.target(), request.body()), ("PUT", "/hubspot?v=3", b"{}".as_slice()));
/// assert!(request.headers().contains_key("x-hubspot-signature-v3"));
///
/// let unsigned = request.mutated(Mutation::Unsigned).unwrap();
/// assert!(!unsigned.headers().contains_key("x-hubspot-signature-v3"));
/// let for_the_service = request.to_request::<Vec<u8>>()?;
/// assert_eq!(for_the_service.uri(), "/hubspot?v=3");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[cfg_attr(docsrs, doc(cfg(feature = "sign")))]
#[derive(Clone)]
pub struct SignedRequest {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    pub(super) signature_header: Option<HeaderName>,
    pub(super) signs_body: bool,
    /// The same request, signed too early, too late, and with another key.
    pub(super) stale: Option<Box<SignedRequest>>,
    pub(super) future: Option<Box<SignedRequest>>,
    pub(super) wrong: Option<Box<SignedRequest>>,
}

fn boxed(draft: Option<Draft>) -> Option<Box<SignedRequest>> {
    draft.and_then(SignedRequest::new).map(Box::new)
}

impl SignedRequest {
    fn new(draft: Draft) -> Option<Self> {
        let mut headers = HeaderMap::new();
        for (name, value) in &draft.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            headers.append(name, HeaderValue::from_str(value).ok()?);
        }
        let signature_header =
            draft.signature_header.and_then(|name| HeaderName::from_bytes(name.as_bytes()).ok());
        Some(Self {
            method: draft.method,
            target: draft.target,
            headers,
            body: draft.body,
            signature_header,
            signs_body: false,
            stale: None,
            future: None,
            wrong: None,
        })
    }

    /// The headers that make it genuine.
    #[must_use]
    pub const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body to send.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The method to send it with.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The target to send it to: path and query.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.target
    }

    /// What a verifier may read of it.
    #[must_use]
    pub fn parts(&self) -> Parts<'_> {
        Parts::new(&self.headers).method(&self.method).target(&self.target)
    }

    /// The request for a service under test: `request.to_request::<axum::body::Body>()`.
    ///
    /// # Errors
    ///
    /// [`http::Error`] when the method that was said is none.
    pub fn to_request<B: From<Vec<u8>>>(&self) -> Result<http::Request<B>, http::Error> {
        let mut request = http::Request::builder().method(self.method.as_str()).uri(self.target.as_str());
        if let Some(headers) = request.headers_mut() {
            headers.clone_from(&self.headers);
        }
        request.body(B::from(self.body.clone()))
    }

    /// The same request with something wrong, or nothing where that cannot be wrong with it: a scheme
    /// without a timestamp has no stale requests.
    #[must_use]
    pub fn mutated(&self, mutation: Mutation) -> Option<Self> {
        mutation.of(self)
    }
}

/// Shows the names of headers only: the values are signatures.
impl fmt::Debug for SignedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.keys().collect();
        f.debug_struct("SignedRequest").field("headers", &names).finish_non_exhaustive()
    }
}

/// Shows the scheme.
impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("scheme", &self.plan.name).finish_non_exhaustive()
    }
}
