//! Public keys, parsed at set-up, and the private keys of test senders (feature `sign`). The only room that names the
//! curve crates and `rsa`.

#[cfg(feature = "ecdsa")]
use p256::ecdsa::signature::Verifier as _;
#[cfg(feature = "ecdsa")]
use p256::pkcs8::DecodePublicKey as _;

use crate::encoding::secret_from_base64;
use crate::error::{ConfigError, ErrorKind};
use crate::scheme::{Algorithm, SecretForm};
use crate::secret::read;

/// The most verifications for one request: each signature under each key. Every one of them hashes the whole body, since
/// an Ed25519 signature takes part in its own hash; a MAC has one pass for each key.
const MAX_VERIFICATIONS: usize = 16;

/// Refuses, before the body is read, what would have it hashed too often.
pub(crate) fn check_effort(signatures: usize, keys: usize) -> Result<(), ErrorKind> {
    let verifications = signatures.saturating_mul(keys);
    if verifications > MAX_VERIFICATIONS { Err(ErrorKind::TooManySignatures) } else { Ok(()) }
}

/// A provider's public key, as its dashboard or documentation shows it: base64, hexadecimal, or PEM.
///
/// It is no secret: it can be printed, and there is no need for an environment variable.
///
/// ```
/// use hooksig::PublicKey;
///
/// let key = PublicKey::new("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
/// assert_eq!(format!("{key:?}"), "PublicKey(\"11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\")");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    text: String,
}

impl PublicKey {
    /// A key from its text. It is parsed when a verifier is built.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }

    /// The text, as it was given.
    #[cfg(feature = "diagnose")]
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The key in the form of the scheme, or in PEM or base64 of an SPKI structure; weak and
    /// malformed ones are refused.
    pub(crate) fn parse(
        &self,
        label: &str,
        algorithm: Algorithm,
        forms: &[SecretForm<'_>],
    ) -> Result<VerifyingKey, ConfigError> {
        let text = self.text.trim();
        let refused = || {
            let expected: Vec<_> = forms.iter().map(SecretForm::words).collect();
            let expected = format!("{} of a sound {} key, or PEM", expected.join(", nor "), algorithm.name());
            ConfigError::UnreadablePublicKey { label: label.to_owned(), expected }
        };
        let of_form = forms.iter().find_map(|form| read(*form, text.as_bytes()));
        let der = || pem_body(text).and_then(|base64| secret_from_base64(base64.as_bytes()));
        let bytes = of_form.or_else(der).ok_or_else(refused)?;
        VerifyingKey::new(algorithm, &bytes).ok_or_else(refused)
    }
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("PublicKey").field(&self.text).finish()
    }
}

impl From<&str> for PublicKey {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

/// The base64 between the lines of a PEM file with a public key (RFC 7468, section 13).
fn pem_body(text: &str) -> Option<String> {
    let body = text.strip_prefix("-----BEGIN PUBLIC KEY-----")?;
    let body = body.strip_suffix("-----END PUBLIC KEY-----")?;
    Some(body.split_ascii_whitespace().collect())
}

/// A key that was found sound.
pub(crate) enum VerifyingKey {
    #[cfg(feature = "ed25519")]
    Ed25519(ed25519_dalek::VerifyingKey),
    #[cfg(feature = "ecdsa")]
    P256(p256::ecdsa::VerifyingKey),
    #[cfg(feature = "rs256")]
    Rsa(rsa::RsaPublicKey),
}

impl VerifyingKey {
    /// The key that these bytes are: raw, or an SPKI structure in DER.
    fn new(algorithm: Algorithm, bytes: &[u8]) -> Option<Self> {
        match algorithm {
            #[cfg(feature = "ed25519")]
            Algorithm::Ed25519 => {
                use ed25519_dalek::pkcs8::DecodePublicKey as _;
                let key = match <&[u8; 32]>::try_from(bytes) {
                    Ok(raw) => ed25519_dalek::VerifyingKey::from_bytes(raw).ok()?,
                    Err(_) => ed25519_dalek::VerifyingKey::from_public_key_der(bytes).ok()?,
                };
                // A point has one encoding; the curve crate also takes those that overflow the field.
                let canonical = key.to_edwards().compress().to_bytes() == key.to_bytes();
                (canonical && !key.is_weak()).then_some(Self::Ed25519(key))
            }
            #[cfg(feature = "ecdsa")]
            Algorithm::EcdsaP256 => {
                p256::ecdsa::VerifyingKey::from_public_key_der(bytes).ok().map(Self::P256)
            }
            #[cfg(feature = "rs256")]
            Algorithm::Rs256 => {
                use rsa::pkcs8::DecodePublicKey as _;
                rsa::RsaPublicKey::from_public_key_der(bytes).ok().filter(is_sound).map(Self::Rsa)
            }
            _ => {
                let _ = bytes;
                None
            }
        }
    }

    /// Tells this key from others, however it was written.
    pub(crate) fn fingerprint(&self) -> [u8; 32] {
        match self {
            #[cfg(feature = "ed25519")]
            Self::Ed25519(key) => crate::mac::hash(key.as_bytes()),
            #[cfg(feature = "ecdsa")]
            Self::P256(key) => crate::mac::hash(key.to_sec1_point(true).as_bytes()),
            #[cfg(feature = "rs256")]
            Self::Rsa(key) => {
                use rsa::traits::PublicKeyParts as _;
                let mut hash = crate::mac::ContentHash::default();
                [key.n(), key.e()].iter().for_each(|number| hash.update_field(&number.to_bytes_be()));
                hash.finish()
            }
            #[cfg(not(any(feature = "ed25519", feature = "ecdsa", feature = "rs256")))]
            _ => [0; 32],
        }
    }

    /// Whether this is a signature of the message under this key.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            // Strict: canonical S, no small-order R or key (RFC 8032 leaves both to the verifier).
            #[cfg(feature = "ed25519")]
            Self::Ed25519(key) => ed25519_dalek::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify_strict(message, &signature).is_ok()),
            // Strict DER, r and s in range; either s of the two is fine, since nothing hangs on which.
            #[cfg(feature = "ecdsa")]
            Self::P256(key) => p256::ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
            // The digest's own name is part of what is signed, so no other hash can pass for it.
            #[cfg(feature = "rs256")]
            Self::Rsa(key) => {
                let padding = rsa::Pkcs1v15Sign {
                    hash_len: Some(32),
                    prefix: Box::from(SHA256_DIGEST_INFO.as_slice()),
                };
                key.verify(padding, &crate::mac::hash(message), signature).is_ok()
            }
            #[cfg(not(any(feature = "ed25519", feature = "ecdsa", feature = "rs256")))]
            _ => {
                let _ = (message, signature);
                false
            }
        }
    }
}

/// What stands before a SHA-256 in a PKCS #1 v1.5 signature (RFC 8017, section 9.2, note 1).
#[cfg(feature = "rs256")]
const SHA256_DIGEST_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
    0x04, 0x20,
];

/// At least 2048 bits (NIST SP 800-131A), odd, and with an exponent that no padding attack has profited
/// from.
#[cfg(feature = "rs256")]
fn is_sound(key: &rsa::RsaPublicKey) -> bool {
    use rsa::traits::PublicKeyParts as _;
    let is_odd = |number: &rsa::BigUint| number.to_bytes_le().first().is_some_and(|byte| byte & 1 == 1);
    let least_exponent = rsa::BigUint::from(65_537_u32);
    key.n().bits() >= 2048 && is_odd(key.n()) && is_odd(key.e()) && *key.e() >= least_exponent
}

/// A private key, for senders.
#[cfg(feature = "sign")]
pub(crate) enum SigningKey {
    #[cfg(feature = "ed25519")]
    Ed25519(ed25519_dalek::SigningKey),
    #[cfg(feature = "ecdsa")]
    P256(p256::ecdsa::SigningKey),
    #[cfg(feature = "rs256")]
    Rsa(Box<rsa::RsaPrivateKey>),
}

#[cfg(feature = "sign")]
impl SigningKey {
    /// The key that this text is: PKCS #8 in PEM, or the seed of Ed25519 in base64 or hexadecimal.
    pub(crate) fn new(algorithm: Algorithm, text: &[u8]) -> Option<Self> {
        let text = str::from_utf8(text).ok()?.trim();
        let body = text.strip_prefix("-----BEGIN PRIVATE KEY-----");
        let body = body.and_then(|body| body.strip_suffix("-----END PRIVATE KEY-----"));
        let base64 =
            body.map(|body| zeroize::Zeroizing::new(body.split_ascii_whitespace().collect::<String>()));
        let der = base64.and_then(|base64| secret_from_base64(base64.as_bytes()));
        match (algorithm, der) {
            #[cfg(feature = "ed25519")]
            (Algorithm::Ed25519, Some(der)) => {
                use ed25519_dalek::pkcs8::DecodePrivateKey as _;
                ed25519_dalek::SigningKey::from_pkcs8_der(&der).ok().map(Self::Ed25519)
            }
            #[cfg(feature = "ed25519")]
            (Algorithm::Ed25519, None) => {
                let seed = crate::encoding::secret_from_hex(text.as_bytes());
                let seed = seed.or_else(|| secret_from_base64(text.as_bytes()))?;
                Some(Self::Ed25519(ed25519_dalek::SigningKey::from_bytes(seed.as_slice().try_into().ok()?)))
            }
            #[cfg(feature = "ecdsa")]
            (Algorithm::EcdsaP256, Some(der)) => {
                use p256::pkcs8::DecodePrivateKey as _;
                p256::ecdsa::SigningKey::from_pkcs8_der(&der).ok().map(Self::P256)
            }
            #[cfg(feature = "rs256")]
            (Algorithm::Rs256, Some(der)) => {
                use rsa::pkcs8::DecodePrivateKey as _;
                rsa::RsaPrivateKey::from_pkcs8_der(&der).ok().map(Box::new).map(Self::Rsa)
            }
            _ => None,
        }
    }

    /// Signs a message. RSA is not blinded here, so its time can tell about the key: it is for tests.
    pub(crate) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        match self {
            #[cfg(feature = "ed25519")]
            Self::Ed25519(key) => {
                use ed25519_dalek::Signer as _;
                Some(key.sign(message).to_vec())
            }
            #[cfg(feature = "ecdsa")]
            Self::P256(key) => {
                use p256::ecdsa::signature::Signer as _;
                let signature: p256::ecdsa::Signature = key.sign(message);
                Some(signature.to_der().as_bytes().to_vec())
            }
            #[cfg(feature = "rs256")]
            Self::Rsa(key) => {
                let padding = rsa::Pkcs1v15Sign {
                    hash_len: Some(32),
                    prefix: Box::from(SHA256_DIGEST_INFO.as_slice()),
                };
                key.sign(padding, &crate::mac::hash(message)).ok()
            }
            #[cfg(not(any(feature = "ed25519", feature = "ecdsa", feature = "rs256")))]
            _ => {
                let _ = message;
                None
            }
        }
    }
}
