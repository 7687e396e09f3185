//! Secrets: taken in, read as their scheme says, never given out again.

use std::path::Path;
use std::{env, fmt, fs};

use zeroize::Zeroizing;

use crate::encoding::{secret_from_base64, secret_from_hex};
use crate::error::ConfigError;
use crate::scheme::{Algorithm, SecretForm};

/// A signing secret, as the provider's dashboard shows it.
///
/// - It is wiped from memory when it is dropped.
/// - It cannot be printed, compared or read back.
/// - It is not trimmed: white space in a secret is a mistake that should show.
///
/// ```
/// use hooksig::Secret;
///
/// assert_eq!(format!("{:?}", Secret::new("test-secret")), "Secret(redacted)");
/// assert!(Secret::from_env("A_VARIABLE_THAT_NOBODY_SET").is_err());
/// ```
#[derive(Clone)]
pub struct Secret {
    text: Zeroizing<Vec<u8>>,
    algorithm: Option<Algorithm>,
}

impl Secret {
    /// A secret from a secrets manager or a test. A blank one is refused when a verifier is built.
    #[must_use]
    pub fn new(text: impl Into<Vec<u8>>) -> Self {
        Self { text: Zeroizing::new(text.into()), algorithm: None }
    }

    /// Says with which algorithm this secret signs, for the schemes that leave it to an account's
    /// settings: then each key has its own, and a request cannot choose.
    #[cfg_attr(feature = "form", doc = "")]
    #[cfg_attr(feature = "form", doc = "```")]
    #[cfg_attr(feature = "form", doc = "use hooksig::{Algorithm, Secret, Verifier, providers};")]
    #[cfg_attr(feature = "form", doc = "")]
    #[cfg_attr(
        feature = "form",
        doc = "let secret = Secret::new(\"test-secret\").with_algorithm(Algorithm::HmacSha256);"
    )]
    #[cfg_attr(feature = "form", doc = "assert!(Verifier::new(providers::VONAGE_SMS, secret).is_ok());")]
    #[cfg_attr(
        feature = "form",
        doc = "assert!(Verifier::new(providers::VONAGE_SMS, Secret::new(\"test-secret\")).is_err());"
    )]
    #[cfg_attr(feature = "form", doc = "```")]
    #[must_use]
    pub fn with_algorithm(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = Some(algorithm);
        self
    }

    /// The secret in an environment variable, exactly as it stands there.
    ///
    /// # Errors
    ///
    /// [`ConfigError::UnsetVariable`], [`ConfigError::VariableNotUnicode`], or
    /// [`ConfigError::BlankSource`] when it is empty or white space.
    pub fn from_env(name: &str) -> Result<Self, ConfigError> {
        match env::var(name) {
            Ok(text) => Self::new(text).not_blank(|| format!("the environment variable {name}")),
            Err(env::VarError::NotPresent) => Err(ConfigError::UnsetVariable { name: name.to_owned() }),
            Err(env::VarError::NotUnicode(_)) => {
                Err(ConfigError::VariableNotUnicode { name: name.to_owned() })
            }
        }
    }

    /// The secret in a file, such as a container orchestrator mounts. One line end at its end is not
    /// part of the secret; nothing else is trimmed.
    ///
    /// ```
    /// use hooksig::{ConfigError, Secret};
    ///
    /// let path = std::env::temp_dir().join("hooksig-example-secret");
    /// std::fs::write(&path, "test-secret\n")?;
    /// assert!(Secret::from_file(&path).is_ok());
    ///
    /// std::fs::write(&path, "\n")?;
    /// assert!(matches!(Secret::from_file(&path), Err(ConfigError::BlankSource { .. })));
    /// # std::fs::remove_file(&path)?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ConfigError::SecretFile`] when it cannot be read, [`ConfigError::BlankSource`] when it is
    /// empty or white space.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let path = path.as_ref();
        let mut text = fs::read(path).map(Zeroizing::new).map_err(|error| ConfigError::SecretFile {
            path: path.display().to_string(),
            why: error.kind().to_string(),
        })?;
        if text.last() == Some(&b'\n') {
            text.pop();
            if text.last() == Some(&b'\r') {
                text.pop();
            }
        }
        Self { text, algorithm: None }.not_blank(|| format!("the file {}", path.display()))
    }

    fn not_blank(self, place: impl Fn() -> String) -> Result<Self, ConfigError> {
        if is_blank(&self.text) { Err(ConfigError::BlankSource { place: place() }) } else { Ok(self) }
    }

    pub(crate) fn algorithm(&self) -> Option<Algorithm> {
        self.algorithm
    }

    /// Whether this is a key file rather than a shared secret: a public one would be known to everybody.
    pub(crate) fn is_key_file(&self) -> bool {
        self.text.trim_ascii_start().starts_with(b"-----BEGIN ")
    }

    /// The keys that this secret is in the given forms: one for each form that applies.
    pub(crate) fn keys(
        &self,
        label: &str,
        forms: &[SecretForm<'_>],
    ) -> Result<Vec<Zeroizing<Vec<u8>>>, ConfigError> {
        let blank = || ConfigError::BlankSecret { label: label.to_owned() };
        if is_blank(&self.text) {
            return Err(blank());
        }
        let keys: Vec<_> = forms.iter().filter_map(|form| read(*form, &self.text)).collect();
        if keys.is_empty() {
            let expected: Vec<_> = forms.iter().map(SecretForm::words).collect();
            return Err(ConfigError::UnreadableSecret {
                label: label.to_owned(),
                expected: expected.join(", nor "),
            });
        }
        // Zero bytes are what HMAC pads a short key with: such a key is the empty one.
        if keys.iter().any(|key| is_empty(key)) {
            return Err(blank());
        }
        Ok(keys)
    }
}

/// The key that a text is in one form, if it has that form.
pub(crate) fn read(form: SecretForm<'_>, text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    match form {
        SecretForm::Text => Some(Zeroizing::new(text.to_vec())),
        SecretForm::TextWithout(prefix) if text.starts_with(prefix.as_bytes()) => None,
        SecretForm::TextWithout(_) => Some(Zeroizing::new(text.to_vec())),
        SecretForm::Base64 => secret_from_base64(text),
        SecretForm::Base64After(prefix) => secret_from_base64(text.strip_prefix(prefix.as_bytes())?),
        SecretForm::Hex => secret_from_hex(text),
    }
}

/// Nothing that can be seen: white space and zero bytes, byte order marks and joiners of no width, which an unset
/// template, an editor or a cleared buffer leaves.
fn is_blank(text: &[u8]) -> bool {
    let is_unseen = |char: char| matches!(char, '\0' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}');
    str::from_utf8(text).is_ok_and(|text| text.chars().all(|char| char.is_whitespace() || is_unseen(char)))
}

/// A key of which nothing is left, or only what a text that was cut off leaves when it is decoded.
fn is_empty(key: &[u8]) -> bool {
    key.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0)
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}
