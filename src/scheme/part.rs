//! What a scheme is made of beside its fields.

/// The algorithm that makes a signature.
///
/// ```
/// use hooksig::{Algorithm, providers};
///
/// let algorithm = providers::PAYSTACK.algorithm();
/// assert_eq!((algorithm, algorithm.tag_size()), (Algorithm::HmacSha512, 64));
/// assert_eq!(algorithm.name(), "HMAC-SHA512");
/// assert!(!algorithm.is_public_key());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC with SHA-256, 32 bytes.
    HmacSha256,
    /// HMAC with SHA-384, 48 bytes.
    #[cfg(feature = "jwt")]
    HmacSha384,
    /// HMAC with SHA-512, 64 bytes.
    HmacSha512,
    /// HMAC with SHA-1, 20 bytes: still sound as a MAC, but nothing to choose today.
    #[cfg(feature = "sha1")]
    HmacSha1,
    /// HMAC with MD5, 16 bytes: an old choice that some Vonage accounts still have.
    #[cfg(feature = "form")]
    HmacMd5,
    /// The MD5 of the content with the secret after it, 16 bytes: what Vonage calls `md5hash`, its
    /// oldest and weakest choice. Prefer any other in the account's settings.
    #[cfg(feature = "form")]
    Md5Hash,
    /// Ed25519 (RFC 8032), verified strictly.
    #[cfg(feature = "ed25519")]
    Ed25519,
    /// ECDSA over P-256 with SHA-256, its signature in DER.
    #[cfg(feature = "ecdsa")]
    EcdsaP256,
    /// RSA with PKCS #1 v1.5 padding and SHA-256, as in JSON web tokens.
    #[cfg(feature = "rs256")]
    Rs256,
    /// No signature: a shared token that is sent along as it is.
    StaticToken,
}

impl Algorithm {
    /// The size in bytes of what is compared: of the tag or signature, or of a token's hash; of a
    /// signature in DER, and of RSA, the most that it can have.
    #[must_use]
    pub const fn tag_size(self) -> usize {
        match self {
            Self::HmacSha256 | Self::StaticToken => 32,
            #[cfg(feature = "jwt")]
            Self::HmacSha384 => 48,
            Self::HmacSha512 => 64,
            #[cfg(feature = "form")]
            Self::HmacMd5 | Self::Md5Hash => 16,
            #[cfg(feature = "rs256")]
            Self::Rs256 => 512,
            #[cfg(feature = "ed25519")]
            Self::Ed25519 => 64,
            #[cfg(feature = "ecdsa")]
            Self::EcdsaP256 => 72,
            #[cfg(feature = "sha1")]
            Self::HmacSha1 => 20,
        }
    }

    /// Whether the receiver holds the provider's public key instead of a shared secret.
    #[must_use]
    pub const fn is_public_key(self) -> bool {
        match self {
            #[cfg(feature = "ed25519")]
            Self::Ed25519 => true,
            #[cfg(feature = "ecdsa")]
            Self::EcdsaP256 => true,
            #[cfg(feature = "rs256")]
            Self::Rs256 => true,
            _ => false,
        }
    }

    /// The smallest size of a signature; that of most is fixed.
    pub(crate) const fn least_size(self) -> usize {
        match self {
            // A sequence of two integers of one byte each.
            #[cfg(feature = "ecdsa")]
            Self::EcdsaP256 => 8,
            _ => self.tag_size(),
        }
    }

    /// The usual name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::HmacSha256 => "HMAC-SHA256",
            #[cfg(feature = "jwt")]
            Self::HmacSha384 => "HMAC-SHA384",
            Self::HmacSha512 => "HMAC-SHA512",
            #[cfg(feature = "form")]
            Self::HmacMd5 => "HMAC-MD5",
            #[cfg(feature = "form")]
            Self::Md5Hash => "MD5 with the secret at the end",
            #[cfg(feature = "rs256")]
            Self::Rs256 => "RSA PKCS #1 v1.5 with SHA-256",
            #[cfg(feature = "ed25519")]
            Self::Ed25519 => "Ed25519",
            #[cfg(feature = "ecdsa")]
            Self::EcdsaP256 => "ECDSA P-256",
            #[cfg(feature = "sha1")]
            Self::HmacSha1 => "HMAC-SHA1",
            Self::StaticToken => "static token",
        }
    }
}

/// One part of the signed content, in the order in which the sender joins them.
///
/// ```
/// use hooksig::{Part, providers};
///
/// assert_eq!(providers::RETELL.parts(), [Part::Body, Part::Timestamp]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part<'a> {
    /// The body, byte for byte as it was sent.
    Body,
    /// The timestamp as its header writes it, after its prefix.
    Timestamp,
    /// The message id as its header writes it, after its prefix.
    MessageId,
    /// The value of a header.
    Header(&'a str),
    /// The request's method.
    Method,
    /// The public URL with its query.
    Url,
    /// The public URL without its query.
    UrlWithoutQuery,
    /// A fixed text.
    Literal(&'a str),
}

/// How a provider's secret text becomes a key.
///
/// Secrets that look alike are read differently: Stripe's `whsec_…` is used as text, the
/// Standard Webhooks' `whsec_…` is base64 after the prefix. The scheme knows which.
///
/// ```
/// use hooksig::{Secret, SecretForm, Verifier, providers};
///
/// assert_eq!(providers::STRIPE.secret_forms(), [SecretForm::Text]);
/// assert_eq!(providers::DAILY.secret_forms(), [SecretForm::Base64]);
/// assert!(Verifier::new(providers::STRIPE, Secret::new("no base64")).is_ok());
/// assert!(Verifier::new(providers::DAILY, Secret::new("no base64")).is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretForm<'a> {
    /// The text itself is the key.
    Text,
    /// The text itself is the key, unless it starts with this prefix.
    TextWithout(&'a str),
    /// The text is base64; its padding may be missing.
    Base64,
    /// The text is this prefix and base64.
    Base64After(&'a str),
    /// The text is hexadecimal.
    Hex,
}

/// Where the facts of a scheme come from.
///
/// ```
/// use hooksig::{Evidence, providers};
///
/// let source = providers::BLAND.source().unwrap();
/// assert!(source.page.starts_with("https://") && source.checked.len() == 10);
/// assert_eq!(source.evidence, Evidence::Documentation);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source<'a> {
    /// The provider's page.
    pub page: &'a str,
    /// When it was checked, as `YYYY-MM-DD`.
    pub checked: &'a str,
    /// How far the scheme is confirmed.
    pub evidence: Evidence<'a>,
}

/// How far a scheme is confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Evidence<'a> {
    /// The SDK named here, the provider's own unless the name says otherwise, gave the same verdict on
    /// the scheme's vectors.
    Sdk(&'a str),
    /// The provider publishes a signed example, which verifies.
    Published,
    /// The provider's documentation alone; no signature from elsewhere confirms it.
    Documentation,
}
