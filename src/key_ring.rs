//! The keys of a verifier: labelled, and active for as long as their window says.

use crate::error::{ConfigError, ErrorKind};
use crate::inline::InlineText;
use crate::mac::{MAX_KEYS, MacKey};
use crate::scheme::{Algorithm, SecretForm};
use crate::secret::Secret;
use crate::time::UnixTime;

/// The longest label in bytes.
pub(crate) const MAX_LABEL: usize = 31;

/// A label that a proof carries along.
pub(crate) type Label = InlineText<MAX_LABEL>;

/// A secret on its way into a ring.
#[derive(Clone, Debug)]
pub(crate) struct LabelledSecret {
    pub(crate) label: String,
    pub(crate) secret: Secret,
    /// The last moment at which the key is accepted, for a key on its way out.
    pub(crate) until: Option<UnixTime>,
}

/// Prepared keys.
pub(crate) struct KeyRing {
    keys: Vec<Key>,
}

pub(crate) struct Key {
    pub(crate) label: Label,
    pub(crate) mac: MacKey,
    until: Option<UnixTime>,
}

impl KeyRing {
    pub(crate) fn new(
        secrets: &[LabelledSecret],
        algorithm: Algorithm,
        forms: &[SecretForm<'_>],
    ) -> Result<Self, ConfigError> {
        if secrets.is_empty() {
            return Err(ConfigError::NoKey);
        }
        let mut keys: Vec<Key> = Vec::new();
        for (index, LabelledSecret { label, secret, until }) in secrets.iter().enumerate() {
            let taken = secrets.iter().take(index).any(|earlier| earlier.label == *label);
            if taken {
                return Err(ConfigError::DuplicateLabel { label: label.clone() });
            }
            let inline = label_of(label)?;
            for key in secret.keys(label, forms)? {
                let mac = MacKey::new(algorithm, &key);
                // HMAC takes keys of every length, so there is always one.
                keys.extend(mac.map(|mac| Key { label: inline, mac, until: *until }));
            }
        }
        if keys.len() > MAX_KEYS {
            return Err(ConfigError::TooManyKeys { count: keys.len(), limit: MAX_KEYS });
        }
        Ok(Self { keys })
    }

    pub(crate) fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// Whether any key's activity depends on the time.
    pub(crate) fn is_timed(&self) -> bool {
        self.keys.iter().any(|key| key.until.is_some())
    }

    /// The keys that are active at `now`, in their order.
    pub(crate) fn active(&self, now: Option<UnixTime>) -> impl Iterator<Item = &Key> + Clone {
        self.keys.iter().filter(move |key| key.is_active(now))
    }

    /// Refuses when no key is active at `now`.
    pub(crate) fn check_active(&self, now: Option<UnixTime>) -> Result<(), ErrorKind> {
        match self.active(now).next() {
            Some(_) => Ok(()),
            None => Err(ErrorKind::NoActiveKey),
        }
    }
}

impl Key {
    /// A key that retires is accepted up to and including its last moment; without a time it is not.
    pub(crate) fn is_active(&self, now: Option<UnixTime>) -> bool {
        match (self.until, now) {
            (None, _) => true,
            (Some(until), Some(now)) => now <= until,
            (Some(_), None) => false,
        }
    }
}

/// A label as proofs carry it: 1 to 31 bytes.
pub(crate) fn label_of(label: &str) -> Result<Label, ConfigError> {
    let inline = Label::new(label).filter(|_| !label.is_empty());
    inline.ok_or_else(|| ConfigError::LabelLength { label: label.to_owned(), limit: MAX_LABEL })
}
