//! Why a request does not verify, for developers at their desks.
//!
//! A captured request is tried with everything that people get wrong: one table of transformations, each
//! by itself and then in pairs, within a budget. A finding is proved by the signature that matches once the
//! transformation is made; what can only be suspected says so. Nothing here is on the way of a request, and
//! nothing of it is in a server unless somebody puts it there: a server that explained its refusals would
//! help forgers.
//!
//! ```
//! use hooksig::diagnose::{Capture, Desk};
//! use hooksig::{Secret, Signer, UnixTime, providers};
//!
//! let now = UnixTime::from_secs(1_763_700_000);
//! let request = Signer::new(providers::GITHUB, Secret::new("test-secret"))?.sign(b"{\"a\":1}", now)?;
//!
//! // A framework parsed the body and wrote it again, with a space.
//! let capture = Capture::of(request.parts(), "{\"a\": 1}");
//! let diagnosis = Desk::new(providers::GITHUB).secret(Secret::new("test-secret")).diagnose(&capture, now);
//! assert_eq!(diagnosis.findings()[0].code, "body_reserialized");
//! assert!(diagnosis.findings()[0].proved);
//!
//! // Signed by somebody else: nothing matches, and nothing is made up.
//! let diagnosis = Desk::new(providers::GITHUB).secret(Secret::new("another-secret")).diagnose(&capture, now);
//! assert_eq!(diagnosis.findings()[0].code, "unknown");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod body;
mod case;
mod header;
mod json;
mod search;
mod secret;
mod texts;
mod url;

use std::fmt;
use std::net::IpAddr;

use case::{Case, Variant};
use http::HeaderName;
use search::Search;
use zeroize::Zeroizing;

use crate::error::ConfigError;
use crate::key::{Key, KeyText};
use crate::request::Parts;
use crate::scheme::{Scheme, SecretForm};
use crate::secret::Secret;
use crate::time::UnixTime;

/// A request as somebody captured it.
#[derive(Clone)]
pub struct Capture {
    headers: Vec<(String, Vec<u8>)>,
    method: String,
    target: Option<String>,
    body: Vec<u8>,
    peer: Option<IpAddr>,
}

impl Capture {
    /// A request with these headers, as pairs of name and value.
    #[must_use]
    pub fn new<N: Into<String>, V: Into<Vec<u8>>>(
        headers: impl IntoIterator<Item = (N, V)>,
        body: impl Into<Vec<u8>>,
    ) -> Self {
        let headers = headers.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { headers, method: "POST".to_owned(), target: None, body: body.into(), peer: None }
    }

    /// A request that is at hand. Of its headers those are kept that any built-in scheme reads or that tell
    /// how it came here; use [`new`](Self::new) for a scheme of your own.
    #[must_use]
    pub fn of(parts: Parts<'_>, body: impl Into<Vec<u8>>) -> Self {
        let mut headers = Vec::new();
        for name in header::known_names() {
            if let Ok(name) = HeaderName::from_bytes(name.as_bytes()) {
                parts
                    .headers
                    .each_value(&name, &mut |value| headers.push((name.to_string(), value.to_vec())));
            }
        }
        let mut capture = Self::new(headers, body);
        capture.method = parts.method.unwrap_or("POST").to_owned();
        capture.target = parts.target.map(str::to_owned);
        capture.peer = parts.peer;
        capture
    }

    /// The method; POST unless this says otherwise.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        method.clone_into(&mut self.method);
        self
    }

    /// The target: path and query.
    #[must_use]
    pub fn target(mut self, target: &str) -> Self {
        self.target = Some(target.to_owned());
        self
    }
}

/// Shows neither header values nor the body.
impl fmt::Debug for Capture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Capture")
            .field("method", &self.method)
            .field("headers", &names)
            .finish_non_exhaustive()
    }
}

/// What there is to diagnose with: a scheme, its keys and what else may be tried.
#[derive(Clone, Debug)]
#[must_use = "a desk diagnoses by `diagnose`"]
pub struct Desk<'s> {
    scheme: Scheme<'s>,
    keys: Vec<Key>,
    others: Vec<Secret>,
    base: Option<String>,
    registered: Option<String>,
}

/// What a diagnosis says.
///
/// ```
/// use hooksig::diagnose::{Capture, Desk};
/// use hooksig::{Key, Secret, UnixTime, providers};
///
/// let now = UnixTime::from_secs(1_763_700_000);
/// let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
/// let capture = |body| Capture::new([("X-Hub-Signature-256", signature)], body).method("POST").target("/github");
/// let desk = Desk::new(providers::GITHUB).key(Key::new("2026-11", Secret::new("It's a Secret to Everybody")));
///
/// assert!(desk.diagnose(&capture("Hello, World!"), now).is_verified());
///
/// // A line end that was not sent.
/// let diagnosis = desk.diagnose(&capture("Hello, World!\n"), now);
/// assert_eq!(diagnosis.reason(), Some("mismatch"));
/// let finding = &diagnosis.findings()[0];
/// println!("{}: {} {}", finding.code, finding.message, finding.fix);
/// assert!(finding.proved && !diagnosis.ruled_out().is_empty());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    verified: bool,
    reason: Option<&'static str>,
    findings: Vec<Finding>,
    ruled_out: Vec<&'static str>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// A stable code.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub fix: &'static str,
    /// Whether the signature matches once this is put right.
    pub proved: bool,
}

/// One thing that people get wrong: how to put it right, in each way that there is.
pub(crate) struct Transformation {
    code: &'static str,
    variants: fn(&Desk<'_>, &Case<'_>) -> Vec<Variant>,
}

impl<'s> Desk<'s> {
    /// A desk for requests of this scheme.
    pub fn new(scheme: Scheme<'s>) -> Self {
        Self { scheme, keys: Vec::new(), others: Vec::new(), base: None, registered: None }
    }

    /// Adds the secret that the receiver has.
    pub fn secret(self, secret: Secret) -> Self {
        let label = format!("key {}", self.keys.len().saturating_add(1));
        self.key(Key::new(&label, secret))
    }

    /// Adds a key that the receiver has, with its window.
    pub fn key(mut self, key: Key) -> Self {
        self.keys.push(key);
        self
    }

    /// Adds a secret of another environment, which the request may have been signed with.
    pub fn also(mut self, secret: Secret) -> Self {
        self.others.push(secret);
        self
    }

    /// The public base that the receiver has configured, where the scheme signs the URL.
    pub fn public_base(mut self, base: &str) -> Self {
        self.base = Some(base.to_owned());
        self
    }

    /// The URL that the receiver has registered, where the scheme [needs](Scheme::needs_registered_url) one. Without it the
    /// public base and the request's own target are taken for it.
    pub fn registered_url(mut self, url: &str) -> Self {
        self.registered = Some(url.to_owned());
        self
    }

    /// Finds out why a request does not verify at this moment.
    #[must_use]
    pub fn diagnose(&self, capture: &Capture, now: UnixTime) -> Diagnosis {
        let case = match Case::new(self, capture, now) {
            Ok(case) => case,
            Err(error) => return Diagnosis::of_setup(&error),
        };
        let mut search = Search::new(self);
        let reason = match case.verify_with_windows(self) {
            Ok(Ok(())) => return Diagnosis::verified(),
            Ok(Err(reason)) => reason,
            Err(error) => match search.after_setup(&case) {
                Some(findings) => return Diagnosis::refused(None, findings, Vec::new()),
                None => return Diagnosis::of_setup(&error),
            },
        };
        let findings = search.run(&case);
        let findings = if findings.is_empty() { search.suspicions(&case, reason) } else { findings };
        Diagnosis::refused(Some(reason), findings, search.tried())
    }
}

impl Diagnosis {
    fn verified() -> Self {
        Self { verified: true, reason: None, findings: Vec::new(), ruled_out: Vec::new() }
    }

    fn refused(reason: Option<&'static str>, findings: Vec<Finding>, ruled_out: Vec<&'static str>) -> Self {
        Self { verified: false, reason, findings, ruled_out }
    }

    fn of_setup(error: &ConfigError) -> Self {
        let finding = Finding {
            code: "setup",
            message: format!("The receiver cannot be set up like this: {error}."),
            fix: "Put the setting right; the verifier says the same when it is built.",
            proved: true,
        };
        Self::refused(None, vec![finding], Vec::new())
    }

    /// Whether there is nothing to find: the request verifies.
    #[must_use]
    pub const fn is_verified(&self) -> bool {
        self.verified
    }

    /// The reason for which a verifier refuses the request; none where it cannot be set up.
    #[must_use]
    pub const fn reason(&self) -> Option<&'static str> {
        self.reason
    }

    /// What is wrong, the likeliest first. Where several stand beside each other with proofs of their own, each
    /// by itself makes the request verify, except that two can hold only together: then their messages
    /// follow each other and neither is left out.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The codes of what was tried in vain.
    #[must_use]
    pub fn ruled_out(&self) -> &[&'static str] {
        &self.ruled_out
    }
}

/// The text of a key, for the desk's own use; wiped when it is dropped.
fn text_of(key: &Key) -> Option<Zeroizing<Vec<u8>>> {
    match &key.text {
        KeyText::Secret(secret) => secret_text(secret),
        KeyText::Public(key) => Some(Zeroizing::new(key.text().as_bytes().to_vec())),
    }
}

fn secret_text(secret: &Secret) -> Option<Zeroizing<Vec<u8>>> {
    secret.keys("desk", &[SecretForm::Text]).ok()?.pop()
}
