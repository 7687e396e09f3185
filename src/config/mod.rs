//! Schemes from configuration.

mod describe;
mod make;
mod read;
mod table;
mod tree;
mod words;
mod written;

use std::fmt;

use serde::de::Deserializer;
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use crate::error::ConfigError;
use crate::scheme::Scheme;
use tree::Node;
use written::Written;

/// A scheme that is described in TOML, JSON or another format that serde reads.
///
/// It says everything that a [`Scheme`] can say, and nothing else: an unknown key, a contradiction or
/// an unsafe definition is a [`ConfigError`] from [`scheme`](Self::scheme) that names the key. There
/// is no key for a secret, and no [`ConfigError`] repeats a value, since somebody may have put one
/// there. (A format's own parser may quote a line that is not even well-formed.)
///
/// ```
/// use hooksig::{SchemeConfig, Secret, Verifier};
///
/// let config: SchemeConfig = toml::from_str(r#"
///     name = "my-vapi"
///     algorithm = "hmac-sha256"
///     signature  = { header = "x-signature", prefix = "sha256=", encoding = "hex" }
///     timestamp  = { header = "x-timestamp", unit = "seconds-or-millis", max_age = 300 }
///     message_id = { header = "x-message-id" }
///     secret = ["base64"]
///     signs = "{id}.{timestamp}.{body}"
/// "#)?;
/// let verifier = Verifier::new(config.scheme()?, Secret::new("dGVzdC1zZWNyZXQ="))?;
/// assert_eq!(verifier.coverage().to_string(), "timestamp, message id, body");
///
/// let flawed: SchemeConfig = toml::from_str(r#"
///     name = "flawed"
///     algorithm = "hmac-sha256"
///     signature = { header = "x-signature", seperator = ",", encoding = "hex" }
///     signs = "{body}"
/// "#)?;
/// assert!(flawed.scheme().unwrap_err().to_string().starts_with("configuration key \"signature.seperator\""));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// | key | value |
/// |---|---|
/// | `name` | a to z, 0 to 9, `-`, `_`, `.` |
/// | `algorithm` | `hmac-sha256`, `hmac-sha512`, `hmac-sha1` (feature `sha1`), `ed25519` and `ecdsa-p256` (features of these names, the latter `ecdsa`), `static-token` |
/// | `signature` | `header`, or a stem with `numbered` (up to 16); `encoding` (`hex`, `base64`, `base64url`); optionally `prefix`, `separator` of a list, `groups` (the separator of lists), `or` (a further header, or up to three) |
/// | `timestamp` | `header` (the signature's own for an entry of its list) or `json` (a key of the body, feature `json`); `unit` (`seconds`, `millis`, `seconds-or-millis`, `rfc3339`, `http-date`, `utc-date-time`); optionally `prefix`, `max_age` and `max_ahead` in seconds |
/// | `message_id`, `key_id` | `header`, optionally `prefix` |
/// | `expects` | a table of headers and the values that they must have |
/// | `families` | two beginnings of header names |
/// | `secret` | a list of `text` (the default), `text without PREFIX`, `base64`, `base64 after PREFIX`, `hex` |
/// | `signs` | `{body}`, `{timestamp}`, `{id}`, `{method}`, `{url}`, `{url-without-query}`, `{header NAME}` and literal text; braces are doubled |
/// | `event_id` | a JSON pointer into the body |
/// | `dangerous_unsigned_body` | `true`, where `signs` lacks the body |
///
/// Names of headers are taken in lower case, however they are written. A built-in scheme is named
/// instead, and then nothing else: `builtin = "twilio"`.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
pub struct SchemeConfig {
    // What was wrong is told by `scheme`, in this crate's words: an error of the format's own parser
    // would quote the line, and with it whatever somebody put there.
    written: Result<Written, ConfigError>,
}

impl SchemeConfig {
    /// The scheme; it borrows from this configuration.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Config`] for a key that is unknown, missing or has a value that it cannot have;
    /// [`ConfigError::Scheme`] for a definition that contradicts itself or cannot be verified safely.
    pub fn scheme(&self) -> Result<Scheme<'_>, ConfigError> {
        self.written.as_ref().map_err(Clone::clone)?.scheme()
    }
}

/// Shows the scheme's name, or what is wrong: a secret may stand wherever a text can.
impl fmt::Debug for SchemeConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.scheme().map(|scheme| scheme.name().to_owned());
        f.debug_tuple("SchemeConfig").field(&name).finish()
    }
}

/// Describes a scheme; where its facts come from, notes and addresses are left out. One whose
/// [kind](Scheme::kind) has no keys here is described by its name.
impl From<Scheme<'_>> for SchemeConfig {
    fn from(scheme: Scheme<'_>) -> Self {
        Self { written: Ok(Written::describe(&scheme)) }
    }
}

impl<'de> Deserialize<'de> for SchemeConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self { written: Written::read(Node::deserialize(deserializer)?) })
    }
}

/// A configuration with a flaw cannot be written: it may hold a secret that was put there by mistake.
impl Serialize for SchemeConfig {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.scheme().map_err(serde::ser::Error::custom)?;
        self.written.as_ref().map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}
