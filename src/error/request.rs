//! Why a request is refused.

use std::fmt;

/// Why a request was refused.
///
/// Carries a reason and nothing that came with the request: no secret, no tag, no body, no header
/// value. Log [`reason`](Self::reason), count it in metrics, and answer the sender with
/// [`status`](Self::status) and an empty body.
///
/// ```
/// use hooksig::{ErrorKind, Secret, UnixTime, Verifier, providers};
///
/// let verifier = Verifier::new(providers::GITHUB, Secret::new("test-secret"))?;
/// let refusal = verifier
///     .verify_at(&http::HeaderMap::new(), b"{}", UnixTime::from_secs(1_763_700_000))
///     .unwrap_err();
///
/// assert_eq!(refusal.kind(), ErrorKind::MissingSignature);
/// assert_eq!(refusal.reason(), "missing_signature");
/// assert_eq!(refusal.status(), http::StatusCode::UNAUTHORIZED);
/// # Ok::<(), hooksig::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifyError {
    kind: ErrorKind,
}

impl VerifyError {
    /// What was wrong, to match on.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The stable code of the kind, for logs and metrics.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        self.kind.reason()
    }

    /// The HTTP status to answer with.
    ///
    /// 401 for everything inauthentic, whatever the reason, so that a sender learns nothing from it;
    /// 413 for a body over the limit; 400 for one that could not be read; 500 where the receiver is at fault, because some senders stop
    /// for good after a 4xx.
    #[must_use]
    pub const fn status(&self) -> http::StatusCode {
        match self.kind {
            ErrorKind::BodyTooLarge => http::StatusCode::PAYLOAD_TOO_LARGE,
            ErrorKind::BodyUnreadable => http::StatusCode::BAD_REQUEST,
            ErrorKind::NoActiveKey | ErrorKind::NoUrl => http::StatusCode::INTERNAL_SERVER_ERROR,
            _ => http::StatusCode::UNAUTHORIZED,
        }
    }
}

impl From<ErrorKind> for VerifyError {
    fn from(kind: ErrorKind) -> Self {
        Self { kind }
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "webhook refused: {}", self.kind)
    }
}

impl std::error::Error for VerifyError {}

/// The closed list of reasons for which a request is refused.
///
/// [`reason`](Self::reason) gives each one's stable code; [`ErrorKind::ALL`] lists them, for a
/// metrics exporter that wants every label to exist from the start.
///
/// ```
/// use hooksig::ErrorKind;
///
/// let codes: Vec<_> = ErrorKind::ALL.iter().map(|kind| kind.reason()).collect();
/// assert!(codes.contains(&"mismatch") && codes.contains(&"duplicate_header"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// There is no signature of this scheme: `missing_signature`.
    MissingSignature,
    /// The timestamp is missing: `missing_timestamp`.
    MissingTimestamp,
    /// The message id is missing: `missing_id`.
    MissingId,
    /// A header that the scheme needs is missing: `missing_header`.
    MissingHeader,
    /// A header that may occur once occurs several times: `duplicate_header`.
    DuplicateHeader,
    /// A header, or the signed text around the body, is longer than any genuine one: `header_too_long`.
    HeaderTooLong,
    /// No signature has the form that the scheme prescribes: `malformed_signature`.
    MalformedSignature,
    /// There are more signatures or entries than any genuine sender gives: `too_many_signatures`.
    TooManySignatures,
    /// The timestamp does not have the canonical form of its unit: `malformed_timestamp`.
    MalformedTimestamp,
    /// There is more than one timestamp: `ambiguous_timestamp`.
    AmbiguousTimestamp,
    /// The timestamp is older than the scheme allows: `stale`.
    Stale,
    /// The timestamp is further ahead than the scheme allows: `future`.
    Future,
    /// The message id is empty, too long, or holds a character that it may not: `malformed_id`.
    MalformedId,
    /// A signed or required header does not have the value that the scheme prescribes: `malformed_header`.
    MalformedHeader,
    /// The request names an algorithm other than the scheme's: `unsupported_algorithm`.
    UnsupportedAlgorithm,
    /// The request names a key that is not configured: `unknown_key_id`.
    UnknownKeyId,
    /// No signature matches any active key: `mismatch`.
    Mismatch,
    /// A body that is not a form came without the hash that would cover it: `missing_body_hash`.
    MissingBodyHash,
    /// The body is not the one whose hash was signed: `body_mismatch`.
    BodyMismatch,
    /// The body is not what this scheme's sender sends, or can be read in two ways: `malformed_body`.
    MalformedBody,
    /// A claim that the scheme needs is missing from a token whose signature is valid: `missing_claim`.
    MissingClaim,
    /// A claim of a token whose signature is valid names another issuer, key or URL: `claim_mismatch`.
    ClaimMismatch,
    /// The scheme's sender does not use this method: `unsupported_method`.
    UnsupportedMethod,
    /// The request comes from another address than those of [`Sources`](crate::Sources), or from one that
    /// nobody said: `source_refused`.
    SourceRefused,
    /// The body is over the limit: `body_too_large`.
    BodyTooLarge,
    /// The body ended early or could not be read: `body_unreadable`.
    BodyUnreadable,
    /// No key is active at this time: `no_active_key`.
    NoActiveKey,
    /// The scheme signs the method or the URL, and the verifier was not given them: `no_url`.
    NoUrl,
    /// The request's target is not the registered URL, or no part of any signed URL: `url_mismatch`.
    UrlMismatch,
}

impl ErrorKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::MissingSignature,
        Self::MissingTimestamp,
        Self::MissingId,
        Self::MissingHeader,
        Self::DuplicateHeader,
        Self::HeaderTooLong,
        Self::MalformedSignature,
        Self::TooManySignatures,
        Self::MalformedTimestamp,
        Self::AmbiguousTimestamp,
        Self::Stale,
        Self::Future,
        Self::MalformedId,
        Self::MalformedHeader,
        Self::UnsupportedAlgorithm,
        Self::UnknownKeyId,
        Self::Mismatch,
        Self::MissingBodyHash,
        Self::BodyMismatch,
        Self::MalformedBody,
        Self::MissingClaim,
        Self::ClaimMismatch,
        Self::UnsupportedMethod,
        Self::SourceRefused,
        Self::BodyTooLarge,
        Self::BodyUnreadable,
        Self::NoActiveKey,
        Self::NoUrl,
        Self::UrlMismatch,
    ];

    /// The stable code: lower-case words joined by underscores. Codes are never renamed.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        self.described().0
    }

    const fn described(self) -> (&'static str, &'static str) {
        match self {
            Self::MissingSignature => ("missing_signature", "there is no signature of this scheme"),
            Self::MissingTimestamp => ("missing_timestamp", "the timestamp is missing"),
            Self::MissingId => ("missing_id", "the message id is missing"),
            Self::MissingHeader => ("missing_header", "a header that the scheme needs is missing"),
            Self::DuplicateHeader => {
                ("duplicate_header", "a header that may occur once occurs several times")
            }
            Self::HeaderTooLong => (
                "header_too_long",
                "a header, or the signed text around the body, is longer than any genuine one",
            ),
            Self::MalformedSignature => {
                ("malformed_signature", "no signature has the form that the scheme prescribes")
            }
            Self::TooManySignatures => {
                ("too_many_signatures", "there are more signatures or entries than any genuine sender gives")
            }
            Self::MalformedTimestamp => {
                ("malformed_timestamp", "the timestamp does not have the canonical form of its unit")
            }
            Self::AmbiguousTimestamp => ("ambiguous_timestamp", "there is more than one timestamp"),
            Self::Stale => ("stale", "the timestamp is older than the scheme allows"),
            Self::Future => ("future", "the timestamp is further ahead than the scheme allows"),
            Self::MalformedId => {
                ("malformed_id", "the message id is empty, too long, or holds a character that it may not")
            }
            Self::MalformedHeader => (
                "malformed_header",
                "a signed or required header does not have the value that the scheme prescribes",
            ),
            Self::UnsupportedAlgorithm => {
                ("unsupported_algorithm", "the request names an algorithm other than the scheme's")
            }
            Self::UnknownKeyId => ("unknown_key_id", "the request names a key that is not configured"),
            Self::Mismatch => ("mismatch", "no signature matches any active key"),
            Self::MissingBodyHash => {
                ("missing_body_hash", "a body that is not a form came without the hash that would cover it")
            }
            Self::BodyMismatch => ("body_mismatch", "the body is not the one whose hash was signed"),
            Self::MalformedBody => (
                "malformed_body",
                "the body is not what this scheme's sender sends, or can be read in two ways",
            ),
            Self::MissingClaim => {
                ("missing_claim", "a claim that the scheme needs is missing from the token")
            }
            Self::ClaimMismatch => {
                ("claim_mismatch", "a claim of the token names another issuer, key or URL")
            }
            Self::UnsupportedMethod => ("unsupported_method", "the scheme's sender does not use this method"),
            Self::SourceRefused => {
                ("source_refused", "the request does not come from an address that is accepted")
            }
            Self::BodyTooLarge => ("body_too_large", "the body is over the limit"),
            Self::BodyUnreadable => ("body_unreadable", "the body ended early or could not be read"),
            Self::NoActiveKey => ("no_active_key", "no key is active at this time"),
            Self::NoUrl => {
                ("no_url", "the scheme signs the method or the URL, and the verifier was not given them")
            }
            Self::UrlMismatch => (
                "url_mismatch",
                "the request's target is not the registered URL, or no part of any signed URL",
            ),
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.described().1)
    }
}
