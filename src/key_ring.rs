//! The keys of a verifier: labelled, and active for as long as their window says.

use zeroize::Zeroizing;

use crate::error::{ConfigError, ErrorKind};
use crate::inline::InlineText;
use crate::mac::{MAX_KEYS, MacKey, is_same};
use crate::public_key::{PublicKey, VerifyingKey};
use crate::scheme::{Algorithm, Definition};
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
    /// The same secret for the further algorithms among which a request may choose.
    further: Vec<MacKey>,
    id: Option<Box<[u8]>>,
    until: Option<UnixTime>,
}

impl KeyRing {
    pub(crate) fn new(secrets: &[LabelledSecret], definition: &Definition<'_>) -> Result<Self, ConfigError> {
        if secrets.is_empty() {
            return Err(ConfigError::NoKey);
        }
        let mut keys: Vec<Key> = Vec::new();
        let mut known: Vec<(&str, Zeroizing<Vec<u8>>)> = Vec::new();
        for (index, given) in secrets.iter().enumerate() {
            let label = &given.label;
            let taken = secrets.iter().take(index).any(|earlier| earlier.label == *label);
            if taken {
                return Err(ConfigError::DuplicateLabel { label: label.clone() });
            }
            if given.until.is_some_and(|until| until > LAST_RETIREMENT) {
                return Err(ConfigError::Retirement { label: label.clone() });
            }
            let secret = match &given.key {
                KeyText::Secret(secret) => secret,
                KeyText::Public(key) => {
                    keys.push(given.public_key(key, definition)?);
                    continue;
                }
            };
            for key in given.secret_keys(secret, definition)? {
                // The same key under two labels means that a rotation did not happen.
                let twin = known.iter().find(|(other, twin)| other != label && is_same(twin, &key));
                if let Some((other, _)) = twin {
                    return Err(ConfigError::DuplicateSecret {
                        labels: [(*other).to_owned(), label.clone()],
                    });
                }
                keys.push(given.mac_key(secret, &key, definition)?);
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

impl LabelledSecret {
    fn public_key(&self, key: &PublicKey, definition: &Definition<'_>) -> Result<Key, ConfigError> {
        if !definition.algorithm.is_public_key() {
            return Err(self.kind_needed("a secret"));
        }
        let key = key.parse(&self.label, definition.algorithm, definition.forms())?;
        self.key_of(KeyMaterial::Public(key), Vec::new())
    }

    /// The keys that the secret is in the scheme's forms.
    fn secret_keys(
        &self,
        secret: &Secret,
        definition: &Definition<'_>,
    ) -> Result<Vec<Zeroizing<Vec<u8>>>, ConfigError> {
        if definition.algorithm.is_public_key() {
            return Err(self.kind_needed("a public key"));
        }
        if secret.is_key_file() {
            return Err(self.kind_needed("a shared secret, not a key file"));
        }
        secret.keys(&self.label, definition.forms())
    }

    fn mac_key(&self, secret: &Secret, key: &[u8], definition: &Definition<'_>) -> Result<Key, ConfigError> {
        let algorithm = self.algorithm(secret, definition)?;
        let prepared = |algorithm| {
            let prepared = match (MacKey::new(algorithm, key), definition.profile()) {
                (Some(mac), Some(profile)) if profile.secret_first => Some(mac.begun_with(&[key, b"|"])),
                (prepared, _) => prepared,
            };
            prepared.ok_or_else(|| self.kind_needed("a secret for another algorithm"))
        };
        let chooses = definition.profile().filter(|profile| !profile.keys_choose);
        let further = chooses.map_or(&[][..], |profile| profile.further_algorithms);
        let further = further.iter().map(|further| prepared(*further)).collect::<Result<Vec<_>, _>>()?;
        self.key_of(KeyMaterial::Mac(prepared(algorithm)?), further)
    }

    /// The scheme's algorithm, or the key's own where the scheme leaves it to the key.
    fn algorithm(&self, secret: &Secret, definition: &Definition<'_>) -> Result<Algorithm, ConfigError> {
        let refused = |why| Err(ConfigError::KeyAlgorithm { label: self.label.clone(), why });
        match (definition.profile().filter(|profile| profile.keys_choose), secret.algorithm()) {
            (None, None) => Ok(definition.algorithm),
            (None, Some(algorithm)) if algorithm == definition.algorithm => Ok(algorithm),
            (None, Some(_)) => refused("this scheme has another of its own"),
            (Some(profile), Some(algorithm)) if profile.further_algorithms.contains(&algorithm) => {
                Ok(algorithm)
            }
            (Some(_), Some(_)) => refused("this scheme's senders do not use it"),
            (Some(_), None) => refused("it depends on the account: say it with `Secret::with_algorithm`"),
        }
    }

    fn key_of(&self, material: KeyMaterial, further: Vec<MacKey>) -> Result<Key, ConfigError> {
        let id = self.id.as_deref().map(|id| id.as_bytes().into());
        Ok(Key { label: label_of(&self.label)?, material, further, id, until: self.until })
    }

    fn kind_needed(&self, expected: &'static str) -> ConfigError {
        ConfigError::KeyKind { label: self.label.clone(), expected }
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

    /// The key's MAC for an algorithm, or its own.
    pub(crate) fn mac_for(&self, algorithm: Option<Algorithm>) -> Option<&MacKey> {
        let mut macs = self.mac().into_iter().chain(&self.further);
        macs.find(|mac| algorithm.is_none_or(|algorithm| mac.algorithm() == algorithm))
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
