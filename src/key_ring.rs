//! The keys of a verifier: labelled, and active for as long as their window says.

use zeroize::Zeroizing;

use crate::error::{ConfigError, ErrorKind};
use crate::inline::InlineText;
use crate::mac::{MAX_KEYS, MacKey, is_same_key};
use crate::public_key::{PublicKey, VerifyingKey};
use crate::scheme::{Algorithm, SecretForm};
use crate::secret::Secret;
use crate::time::UnixTime;

/// The longest label in bytes.
pub(crate) const MAX_LABEL: usize = 31;

/// The end of the year 9999: a later retirement was given in another unit.
const LAST_RETIREMENT: UnixTime = UnixTime::from_secs(253_402_300_799);

/// A label that a proof carries along.
pub(crate) type Label = InlineText<MAX_LABEL>;

/// A secret on its way into a ring.
#[derive(Clone, Debug)]
pub(crate) struct LabelledSecret {
    pub(crate) label: String,
    /// The key's id at the provider, where requests name it.
    pub(crate) id: Option<String>,
    pub(crate) key: KeyText,
    /// The last moment at which the key is accepted, for a key on its way out.
    pub(crate) until: Option<UnixTime>,
}

/// Prepared keys.
pub(crate) struct KeyRing {
    keys: Vec<Key>,
}

/// A key as it was given.
#[derive(Clone, Debug)]
pub(crate) enum KeyText {
    Secret(Secret),
    Public(PublicKey),
}

/// A key as it is used.
#[allow(clippy::large_enum_variant, reason = "there are eight at most, and nearly all are MAC keys")]
pub(crate) enum KeyMaterial {
    Mac(MacKey),
    Public(VerifyingKey),
}

pub(crate) struct Key {
    pub(crate) label: Label,
    pub(crate) material: KeyMaterial,
    id: Option<Box<[u8]>>,
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
        let mut known: Vec<(&str, Zeroizing<Vec<u8>>)> = Vec::new();
        for (index, LabelledSecret { label, id, key, until }) in secrets.iter().enumerate() {
            let taken = secrets.iter().take(index).any(|earlier| earlier.label == *label);
            if taken {
                return Err(ConfigError::DuplicateLabel { label: label.clone() });
            }
            let inline = label_of(label)?;
            if until.is_some_and(|until| until > LAST_RETIREMENT) {
                return Err(ConfigError::Retirement { label: label.clone() });
            }
            let id: Option<Box<[u8]>> = id.as_deref().map(|id| id.as_bytes().into());
            let mut push =
                |material| keys.push(Key { label: inline, material, id: id.clone(), until: *until });
            let secret = match (key, algorithm.is_public_key()) {
                (KeyText::Secret(secret), false) => secret,
                (KeyText::Public(key), true) => {
                    push(KeyMaterial::Public(key.parse(label, algorithm, forms)?));
                    continue;
                }
                (_, true) => {
                    return Err(ConfigError::KeyKind { label: label.clone(), expected: "a public key" });
                }
                (_, false) => {
                    return Err(ConfigError::KeyKind { label: label.clone(), expected: "a secret" });
                }
            };
            for key in secret.keys(label, forms)? {
                // The same key under two labels means that a rotation did not happen.
                let twin = known.iter().find(|(other, twin)| other != label && is_same_key(twin, &key));
                if let Some((other, _)) = twin {
                    return Err(ConfigError::DuplicateSecret {
                        labels: [(*other).to_owned(), label.clone()],
                    });
                }
                // HMAC takes keys of every length, so there is always one.
                MacKey::new(algorithm, &key).map(KeyMaterial::Mac).into_iter().for_each(&mut push);
                known.push((label, key));
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

    /// The keys that a request is compared with, in their order.
    pub(crate) fn chosen(&self, choice: Choice<'_>) -> impl Iterator<Item = &Key> {
        self.keys.iter().filter(move |key| choice.includes(key))
    }

    /// Refuses when no key is to be compared with.
    pub(crate) fn check(&self, choice: Choice<'_>) -> Result<(), ErrorKind> {
        if self.chosen(choice).next().is_some() {
            return Ok(());
        }
        let known = self.keys.iter().any(|key| choice.names(key));
        Err(if known { ErrorKind::NoActiveKey } else { ErrorKind::UnknownKeyId })
    }
}

/// Which keys a request is compared with.
#[derive(Clone, Copy)]
pub(crate) struct Choice<'r> {
    /// The time, where any key's activity depends on it.
    pub(crate) now: Option<UnixTime>,
    /// The id that the request names, where the scheme has its sender name one.
    pub(crate) id: Option<&'r [u8]>,
}

impl Choice<'_> {
    pub(crate) fn includes(&self, key: &Key) -> bool {
        self.names(key) && key.is_active(self.now)
    }

    fn names(&self, key: &Key) -> bool {
        self.id.is_none() || self.id == key.id.as_deref()
    }
}

impl Key {
    /// The key's MAC, unless it is a public key.
    pub(crate) fn mac(&self) -> Option<&MacKey> {
        match &self.material {
            KeyMaterial::Mac(mac) => Some(mac),
            KeyMaterial::Public(_) => None,
        }
    }

    /// The id under which a sender of this key would name it.
    pub(crate) fn id(&self) -> Option<&[u8]> {
        self.id.as_deref()
    }

    /// A key that retires is accepted up to and including its last moment; without a time it is not.
    fn is_active(&self, now: Option<UnixTime>) -> bool {
        match (self.until, now) {
            (None, _) => true,
            // A clock that stands at the epoch, or before it, tells no time.
            (Some(until), Some(now)) => now > UnixTime::from_secs(0) && now <= until,
            (Some(_), None) => false,
        }
    }
}

/// A label as proofs carry it: 1 to 31 bytes.
pub(crate) fn label_of(label: &str) -> Result<Label, ConfigError> {
    let inline = Label::new(label).filter(|_| !label.is_empty());
    inline.ok_or_else(|| ConfigError::LabelLength { label: label.to_owned(), limit: MAX_LABEL })
}
