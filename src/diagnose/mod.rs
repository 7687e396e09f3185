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
mod secret;
mod texts;
mod url;

use std::fmt;
use std::net::IpAddr;

use case::{Case, Variant};
use http::HeaderName;
use zeroize::Zeroizing;

use crate::error::ConfigError;
use crate::key::{Key, KeyText};
use crate::request::Parts;
use crate::scheme::{Scheme, SecretForm};
use crate::secret::Secret;
use crate::time::UnixTime;

/// How many verifications a diagnosis may take.
const MAX_ATTEMPTS: usize = 50_000;

/// How many bytes of bodies and headers a diagnosis may write and verify, all attempts together: some seconds' work.
const MAX_BYTES: usize = 1 << 30;

/// The longest body for which two mistakes at once are looked for, in bytes.
const MAX_PAIRED: usize = 1 << 16;

/// From which length on not everything can be tried, in bytes: then the likeliest changes of the body come first.
const LONG: usize = 1 << 22;

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

/// Everything that is tried, the likeliest first.
const TRANSFORMATIONS: &[&[Transformation]] =
    &[secret::TRANSFORMATIONS, header::TRANSFORMATIONS, body::TRANSFORMATIONS, url::TRANSFORMATIONS];

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
        let mut search = Search {
            desk: self,
            attempts: MAX_ATTEMPTS,
            bytes: MAX_BYTES,
            tried: Vec::new(),
            exhausted: false,
        };
        let reason = match case.verify_with_windows(self) {
            Ok(Ok(())) => return Diagnosis::verified(),
            Ok(Err(reason)) => reason,
            Err(error) => match search.after_setup(&case, &error) {
                Some(findings) => return Diagnosis::refused(None, findings, Vec::new()),
                None => return Diagnosis::of_setup(&error),
            },
        };
        let findings = search.run(&case);
        let findings = if findings.is_empty() { search.suspicions(&case, reason) } else { findings };
        Diagnosis::refused(Some(reason), findings, search.tried)
    }
}

/// Everything that is tried, with a place of its own for each.
fn transformations() -> impl Iterator<Item = &'static Transformation> {
    TRANSFORMATIONS.iter().copied().flatten()
}

impl Transformation {
    /// Whether it changes the body, for which it looks at nothing else.
    fn is_of_body(&self) -> bool {
        self.code.starts_with("body_")
    }
}

/// A search for what is wrong.
struct Search<'d, 's> {
    desk: &'d Desk<'s>,
    /// How many verifications are left, and how many bytes of bodies and headers.
    attempts: usize,
    bytes: usize,
    /// What was tried in vain.
    tried: Vec<&'static str>,
    /// Whether something could not be tried.
    exhausted: bool,
}

impl Search<'_, '_> {
    /// One thing, or else two at once.
    fn run(&mut self, case: &Case<'_>) -> Vec<Finding> {
        if let Some(finding) = case.time_finding() {
            return [Some(finding), case.retired_beside(self.desk)].into_iter().flatten().collect();
        }
        if let Some(finding) = case.retired_finding(self.desk) {
            return vec![finding];
        }
        let timeless = case.timeless();
        let (singles, righted) = self.singles(&timeless);
        if let Some(righted) = righted {
            return with_time(singles, &righted);
        }
        let pairs = if case.body.len() <= MAX_PAIRED { self.pairs(&timeless) } else { None };
        if let Some((findings, righted)) = pairs {
            return with_time(findings, &righted);
        }
        case.truncated_finding().into_iter().collect()
    }

    /// Everything that puts the request right by itself, and the first request that it makes.
    fn singles<'c>(&mut self, case: &Case<'c>) -> (Vec<Finding>, Option<Case<'c>>) {
        let mut findings: Vec<Finding> = Vec::new();
        let mut righted: Vec<Case<'c>> = Vec::new();
        let mut transformations: Vec<_> = transformations().collect();
        if case.body.len() > LONG {
            transformations.sort_by_key(|transformation| !transformation.is_of_body());
        }
        for transformation in transformations {
            let variants = self.variants(transformation, case);
            let (matching, all) = self.matching(transformation, case, variants);
            let [variant, also @ ..] = matching.as_slice() else {
                self.tried.extend(all.then_some(transformation.code));
                continue;
            };
            let note =
                also.iter().fold(variant.note.clone(), |note, also| format!("{note} or {}", also.note));
            // The same request put right in another way is the same finding.
            let right = case.changed(variant);
            if !righted.iter().any(|earlier| earlier.is_same(&right)) {
                findings.push(texts::finding(transformation.code, &note, true));
                righted.push(right);
            }
        }
        (findings, righted.into_iter().next())
    }

    /// The first variant that puts the request right, or all where which of them is meant the developer knows; and
    /// whether there were any, and all that it took could be tried.
    fn matching(
        &mut self,
        transformation: &Transformation,
        case: &Case<'_>,
        variants: Vec<Variant>,
    ) -> (Vec<Variant>, bool) {
        let mut matching = Vec::new();
        let some = !variants.is_empty();
        for variant in variants {
            match self.matches(case, &variant) {
                None => return (matching, false),
                Some(false) => {}
                Some(true) => matching.push(variant),
            }
            if !matching.is_empty() && transformation.code != "scheme_other" {
                break;
            }
        }
        (matching, some)
    }

    /// What a transformation makes of a case, which has its price.
    fn variants(&mut self, transformation: &Transformation, case: &Case<'_>) -> Vec<Variant> {
        let variants = (transformation.variants)(self.desk, case);
        let size = variants.iter().fold(0_usize, |size, variant| size.saturating_add(variant.size()));
        self.bytes = self.bytes.saturating_sub(size);
        variants
    }

    /// Whether the request verifies with this change; nothing where the budget does not suffice to say.
    fn matches(&mut self, case: &Case<'_>, variant: &Variant) -> Option<bool> {
        let changed = case.changed(variant);
        let left = (self.attempts.checked_sub(1), self.bytes.checked_sub(changed.size()));
        let (Some(attempts), Some(bytes)) = left else {
            self.exhausted = true;
            return None;
        };
        (self.attempts, self.bytes) = (attempts, bytes);
        Some(matches!(changed.verify(), Ok(Ok(()))))
    }

    /// Two things that put it right together.
    fn pairs<'c>(&mut self, case: &Case<'c>) -> Option<(Vec<Finding>, Case<'c>)> {
        let alone: Vec<_> = transformations().map(|one| (one, self.variants(one, case))).collect();
        for (index, (first, variants)) in alone.iter().enumerate() {
            for changed in variants {
                let half = case.changed(changed);
                for (second, known) in alone.iter().skip(index.saturating_add(1)) {
                    // Bodies are dear to write, and most first changes leave the body as it was.
                    let same = second.is_of_body() && !first.is_of_body();
                    let made = if same { Vec::new() } else { self.variants(second, &half) };
                    for variant in if same { known } else { &made } {
                        if self.matches(&half, variant)? {
                            let pair = [(first.code, &changed.note), (second.code, &variant.note)];
                            let findings = pair.map(|(code, note)| texts::finding(code, note, true));
                            return Some((findings.into(), half.changed(variant)));
                        }
                    }
                }
            }
        }
        None
    }

    /// A set-up that is refused may be one that a transformation puts right: a secret in quotes, say. Not one that is
    /// refused for its keys' windows, which no transformation looks at.
    fn after_setup(&mut self, case: &Case<'_>, _error: &ConfigError) -> Option<Vec<Finding>> {
        let timeless = case.timeless();
        if timeless.verify().is_ok() {
            return None;
        }
        let (found, _) = self.singles(&timeless);
        (!found.is_empty()).then_some(found)
    }

    /// What can be suspected where nothing can be proved.
    fn suspicions(&self, case: &Case<'_>, reason: &'static str) -> Vec<Finding> {
        // A wrong time is refused first, and says nothing of what comes after it.
        let beside = case.time_beside().map(|finding| Finding { proved: false, ..finding });
        let reason = match case.timeless().verify() {
            Ok(Err(timeless)) => timeless,
            _ => reason,
        };
        let mut suspected = body::suspicions(case);
        if suspected.is_empty() && (reason.starts_with("missing_") || reason.starts_with("malformed_")) {
            let names: Vec<_> =
                case.headers.iter().take(40).map(|(name, _)| name.escape_default().to_string()).collect();
            suspected.push(texts::form(reason, &case.scheme.signature().words(), &names.join(", ")));
        } else if suspected.is_empty() {
            suspected.push(texts::unknown(reason, &self.tried, self.exhausted));
        }
        suspected.extend(beside);
        suspected
    }
}

/// What was put right without a look at the time may still have a wrong one.
fn with_time(mut findings: Vec<Finding>, righted: &Case<'_>) -> Vec<Finding> {
    findings.extend(righted.timed().time_beside());
    findings
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
