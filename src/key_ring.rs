//! The keys of a verifier: labelled, active within their windows, exchangeable while requests are in
//! flight.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::{ArcSwap, Guard};

use crate::error::{ConfigError, ErrorKind};
use crate::inline::InlineText;
use crate::key::{Key, KeyText};
use crate::mac::{MAX_KEYS, MacKey, Matched, is_same};
use crate::mechanism::Profile;
use crate::public_key::{PublicKey, VerifyingKey};
use crate::scheme::{Algorithm, Definition, SecretForm};
use crate::secret::Secret;
use crate::time::UnixTime;

/// The longest label in bytes.
pub(crate) const MAX_LABEL: usize = 31;

/// The end of the year 9999: a later end of a window was given in another unit.
const LAST_RETIREMENT: UnixTime = UnixTime::from_secs(253_402_300_799);

/// A label that a proof carries along.
pub(crate) type Label = InlineText<MAX_LABEL>;

/// What a scheme asks of its keys; owned, so that keys can be exchanged later.
pub(crate) struct KeyRules {
    scheme: Box<str>,
    algorithm: Algorithm,
    forms: Vec<OwnedForm>,
    profile: Option<Profile>,
    names_keys: bool,
    max_age: Duration,
}

/// A form of secrets without a lifetime.
enum OwnedForm {
    Plain(SecretForm<'static>),
    TextWithout(Box<str>),
    Base64After(Box<str>),
}

/// The keys of a verifier, to be exchanged as a whole.
pub(crate) struct SharedKeys {
    rules: KeyRules,
    current: ArcSwap<Keys>,
    /// Every key that there ever was, so that one that was revoked stays it. Held while keys change, and
    /// never on a request's way.
    known: Mutex<Vec<(Label, Arc<History>)>>,
}

/// Prepared keys.
pub(crate) struct Keys {
    keys: Vec<PreparedKey>,
    /// Whether there are several, or any has a window.
    timed: bool,
}

/// A key as it is used.
#[allow(clippy::large_enum_variant, reason = "there are eight at most, and nearly all are MAC keys")]
pub(crate) enum KeyMaterial {
    Mac(MacKey),
    Public(VerifyingKey),
}

pub(crate) struct PreparedKey {
    pub(crate) label: Label,
    pub(crate) material: KeyMaterial,
    /// The same secret for the further algorithms among which a request may choose.
    further: Vec<MacKey>,
    id: Option<Box<[u8]>>,
    created: Option<UnixTime>,
    from: Option<UnixTime>,
    until: Option<UnixTime>,
    history: Arc<History>,
}

/// What happened to a key; it outlives an exchange in which the key stays.
struct History {
    /// Tells a secret that stays from another under the same label.
    fingerprint: [u8; 32],
    revoked: AtomicBool,
    /// Unix seconds of the last match; 0 while there is none, 1 where its time is not known.
    last_match: AtomicU64,
}

/// What a key ring says of one key.
///
/// ```
/// use hooksig::{Secret, UnixTime, Verifier, providers};
///
/// let verifier = Verifier::builder(providers::GITHUB)
///     .key("2026-11", Secret::new("It's a Secret to Everybody"))
///     .retiring_key("2026-08", Secret::new("test-secret"), UnixTime::from_secs(1_798_761_600))
///     .build()?;
/// let now = UnixTime::from_secs(1_763_700_000);
/// let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
/// verifier.verify_at(&[("x-hub-signature-256", signature)], "Hello, World!", now).unwrap();
///
/// let report = verifier.keys().report(now);
/// assert_eq!(report[0].last_match, Some(now));
/// assert!(!report[1].matched, "the old key is not in use");
/// # Ok::<(), hooksig::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyReport {
    /// The key's label.
    pub label: String,
    /// Whether a request would be compared with it now.
    pub active: bool,
    /// Whether it was revoked.
    pub revoked: bool,
    /// Whether any request has matched it since this verifier has it. A request that several keys signed
    /// counts for the first of them: put the newest first.
    pub matched: bool,
    /// When a request last matched it: the time that verification went by. Not known for the only key
    /// of a scheme without timestamps, for which no clock is read.
    pub last_match: Option<UnixTime>,
    /// When it was made, if that was said.
    pub created: Option<UnixTime>,
    /// Whether it is older than [`Builder::max_key_age`](crate::Builder::max_key_age).
    pub aged: bool,
    /// From when on it is accepted, if that is limited.
    pub from: Option<UnixTime>,
    /// Until when it is accepted, if that is limited.
    pub until: Option<UnixTime>,
}

impl KeyRules {
    pub(crate) fn new(definition: &Definition<'_>, names_keys: bool, max_age: Duration) -> Self {
        let owned = |form: &SecretForm<'_>| match *form {
            SecretForm::Text => OwnedForm::Plain(SecretForm::Text),
            SecretForm::Base64 => OwnedForm::Plain(SecretForm::Base64),
            SecretForm::Hex => OwnedForm::Plain(SecretForm::Hex),
            SecretForm::TextWithout(prefix) => OwnedForm::TextWithout(prefix.into()),
            SecretForm::Base64After(prefix) => OwnedForm::Base64After(prefix.into()),
        };
        Self {
            scheme: definition.name.into(),
            algorithm: definition.algorithm,
            forms: definition.forms().iter().map(owned).collect(),
            profile: definition.profile(),
            names_keys,
            max_age,
        }
    }

    fn forms(&self) -> Vec<SecretForm<'_>> {
        let form = |form| match form {
            &OwnedForm::Plain(form) => form,
            OwnedForm::TextWithout(prefix) => SecretForm::TextWithout(prefix),
            OwnedForm::Base64After(prefix) => SecretForm::Base64After(prefix),
        };
        self.forms.iter().map(form).collect()
    }

    fn prepare(&self, given: &[Key]) -> Result<Keys, ConfigError> {
        if given.is_empty() {
            return Err(ConfigError::NoKey);
        }
        let mut keys: Vec<PreparedKey> = Vec::new();
        for (index, key) in given.iter().enumerate() {
            let label = &key.label;
            if given.iter().take(index).any(|earlier| earlier.label == *label) {
                return Err(ConfigError::DuplicateLabel { label: label.clone() });
            }
            self.check_window(key)?;
            self.check_id(key)?;
            let prepared = match &key.text {
                KeyText::Public(public) => vec![self.public_key(key, public)?],
                KeyText::Secret(secret) => self.mac_keys(key, secret)?,
            };
            // The same key under two labels means that a rotation did not happen.
            if let Some(twin) = keys.iter().find(|earlier| prepared.iter().any(|key| key.is_same(earlier))) {
                let labels = [twin.label.as_str().to_owned(), label.clone()];
                return Err(ConfigError::DuplicateSecret { labels });
            }
            keys.extend(prepared);
        }
        if keys.len() > MAX_KEYS {
            return Err(ConfigError::TooManyKeys { count: keys.len(), limit: MAX_KEYS });
        }
        let timed = keys.len() > 1 || keys.iter().any(|key| key.until.is_some() || key.from.is_some());
        Ok(Keys { keys, timed })
    }

    fn check_window(&self, key: &Key) -> Result<(), ConfigError> {
        let moments = [key.created, key.from, key.until];
        if moments.into_iter().flatten().any(|moment| moment > LAST_RETIREMENT) {
            return Err(ConfigError::Retirement { label: key.label.clone() });
        }
        match (key.from, key.until) {
            (Some(from), Some(until)) if from > until => {
                Err(ConfigError::EmptyWindow { label: key.label.clone() })
            }
            _ => Ok(()),
        }
    }

    /// Keys have ids exactly when requests name them.
    fn check_id(&self, key: &Key) -> Result<(), ConfigError> {
        let label = key.label.clone();
        match key.id.as_deref() {
            None if self.names_keys => {
                Err(ConfigError::KeyIdNeeded { scheme: self.scheme.to_string(), label })
            }
            Some("") => Err(ConfigError::KeyId { label, why: "it is empty" }),
            Some(_) if !self.names_keys => {
                Err(ConfigError::KeyId { label, why: "requests of this scheme name no key" })
            }
            _ => Ok(()),
        }
    }

    fn public_key(&self, given: &Key, key: &PublicKey) -> Result<PreparedKey, ConfigError> {
        if !self.algorithm.is_public_key() {
            return Err(kind_needed(&given.label, "a secret"));
        }
        let material = key.parse(&given.label, self.algorithm, &self.forms())?;
        let fingerprint = material.fingerprint();
        PreparedKey::new(given, KeyMaterial::Public(material), Vec::new(), fingerprint)
    }

    /// The keys that the secret is in the scheme's forms.
    fn mac_keys(&self, given: &Key, secret: &Secret) -> Result<Vec<PreparedKey>, ConfigError> {
        if self.algorithm.is_public_key() {
            return Err(kind_needed(&given.label, "a public key"));
        }
        if secret.is_key_file() {
            return Err(kind_needed(&given.label, "a shared secret, not a key file"));
        }
        let keys = secret.keys(&given.label, &self.forms())?;
        keys.iter().map(|key| self.mac_key(given, secret, key)).collect()
    }

    fn mac_key(&self, given: &Key, secret: &Secret, key: &[u8]) -> Result<PreparedKey, ConfigError> {
        let algorithm = self.algorithm_of(&given.label, secret)?;
        let prepared = |algorithm| {
            let prepared = match (MacKey::new(algorithm, key), &self.profile) {
                (Some(mac), Some(profile)) if profile.secret_first => Some(mac.begun_with(&[key, b"|"])),
                (prepared, _) => prepared,
            };
            prepared.ok_or_else(|| kind_needed(&given.label, "a secret for another algorithm"))
        };
        let chooses = self.profile.as_ref().filter(|profile| !profile.keys_choose);
        let further = chooses.map_or(&[][..], |profile| profile.further_algorithms);
        let further = further.iter().map(|further| prepared(*further)).collect::<Result<Vec<_>, _>>()?;
        let fingerprint = crate::mac::hash(key);
        PreparedKey::new(given, KeyMaterial::Mac(prepared(algorithm)?), further, fingerprint)
    }

    /// The scheme's algorithm, or the key's own where the scheme leaves it to the key.
    fn algorithm_of(&self, label: &str, secret: &Secret) -> Result<Algorithm, ConfigError> {
        let refused = |why| Err(ConfigError::KeyAlgorithm { label: label.to_owned(), why });
        match (self.profile.as_ref().filter(|profile| profile.keys_choose), secret.algorithm()) {
            (None, None) => Ok(self.algorithm),
            (None, Some(algorithm)) if algorithm == self.algorithm => Ok(algorithm),
            (None, Some(_)) => refused("this scheme has another of its own"),
            (Some(profile), Some(algorithm)) if profile.further_algorithms.contains(&algorithm) => {
                Ok(algorithm)
            }
            (Some(_), Some(_)) => refused("this scheme's senders do not use it"),
            (Some(_), None) => refused("it depends on the account: say it with `Secret::with_algorithm`"),
        }
    }
}

fn kind_needed(label: &str, expected: &'static str) -> ConfigError {
    ConfigError::KeyKind { label: label.to_owned(), expected }
}

impl SharedKeys {
    pub(crate) fn new(rules: KeyRules, keys: &[Key]) -> Result<Self, ConfigError> {
        let keys = rules.prepare(keys)?;
        let known = Mutex::new(keys.histories().collect());
        let current = ArcSwap::from_pointee(keys);
        // The first look in each thread's life registers it, which allocates; for this thread that is now.
        drop(current.load());
        Ok(Self { rules, current, known })
    }

    /// The keys of this moment, for one request: without a lock, and nobody else has to wait.
    pub(crate) fn load(&self) -> Guard<Arc<Keys>> {
        self.current.load()
    }

    /// The keys of this moment, for a request whose body is still to come.
    pub(crate) fn snapshot(&self) -> Arc<Keys> {
        self.current.load_full()
    }

    /// Exchanges the keys; those that there were before keep their histories.
    pub(crate) fn replace(&self, keys: &[Key]) -> Result<(), ConfigError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut keys = self.rules.prepare(keys)?;
        keys.keys.iter_mut().for_each(|key| key.inherit(&known));
        let is_known = |history: &Arc<History>| known.iter().any(|(_, one)| Arc::ptr_eq(one, history));
        let new: Vec<_> = keys.histories().filter(|(_, history)| !is_known(history)).collect();
        known.extend(new);
        self.current.store(Arc::new(keys));
        Ok(())
    }

    /// Whether there is, or was, such a key.
    pub(crate) fn revoke(&self, label: &str) -> bool {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut named = known.iter().filter(|(known, _)| known.as_str() == label).peekable();
        let found = named.peek().is_some();
        named.for_each(|(_, history)| history.revoked.store(true, Ordering::Release));
        found
    }

    pub(crate) fn report(&self, now: UnixTime) -> Vec<KeyReport> {
        let keys = self.snapshot();
        let mut report: Vec<KeyReport> = Vec::new();
        for key in &keys.keys {
            let said = key.report(now, self.rules.max_age);
            // A secret that is read in two ways is one key to its owner.
            match report.iter_mut().find(|earlier| earlier.label == said.label) {
                Some(earlier) => {
                    earlier.matched |= said.matched;
                    earlier.last_match = earlier.last_match.max(said.last_match);
                }
                None => report.push(said),
            }
        }
        report
    }

    pub(crate) fn max_age(&self) -> Duration {
        self.rules.max_age
    }
}

impl Keys {
    pub(crate) fn keys(&self) -> &[PreparedKey] {
        &self.keys
    }

    fn histories(&self) -> impl Iterator<Item = (Label, Arc<History>)> {
        self.keys.iter().map(|key| (key.label, Arc::clone(&key.history)))
    }

    /// Whether the time of a request matters to its keys: to their windows, or, where there are
    /// several, to the question which of them is still in use.
    pub(crate) fn is_timed(&self) -> bool {
        self.timed
    }

    /// The keys that a request is compared with, in their order, with their indices.
    pub(crate) fn chosen(&self, choice: Choice<'_>) -> impl Iterator<Item = (usize, &PreparedKey)> {
        self.keys.iter().enumerate().filter(move |(_, key)| choice.includes(key))
    }

    /// The first key that matched and has not been revoked since the request came in.
    pub(crate) fn accept(&self, matched: &Matched) -> Result<&PreparedKey, ErrorKind> {
        let mut keys = self.keys.iter().enumerate().filter(|(index, _)| matched.includes(*index));
        let key = keys.find(|(_, key)| !key.is_revoked()).map(|(_, key)| key);
        key.ok_or(ErrorKind::Mismatch)
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
    pub(crate) fn includes(&self, key: &PreparedKey) -> bool {
        self.names(key) && key.is_active(self.now)
    }

    fn names(&self, key: &PreparedKey) -> bool {
        self.id.is_none() || self.id == key.id.as_deref()
    }
}

impl PreparedKey {
    fn new(
        given: &Key,
        material: KeyMaterial,
        further: Vec<MacKey>,
        fingerprint: [u8; 32],
    ) -> Result<Self, ConfigError> {
        let history =
            History { fingerprint, revoked: AtomicBool::new(false), last_match: AtomicU64::new(NEVER) };
        Ok(Self {
            label: label_of(&given.label)?,
            material,
            further,
            id: given.id.as_deref().map(|id| id.as_bytes().into()),
            created: given.created,
            from: given.from,
            until: given.until,
            history: Arc::new(history),
        })
    }

    fn is_same(&self, other: &Self) -> bool {
        is_same(&self.history.fingerprint, &other.history.fingerprint)
    }

    /// Takes over the history of the same key under the same label. A revoked one stays revoked: to
    /// accept it again it takes another label, which somebody has to type.
    fn inherit(&mut self, known: &[(Label, Arc<History>)]) {
        let same = known.iter().find(|(label, history)| {
            label.as_str() == self.label.as_str() && is_same(&history.fingerprint, &self.history.fingerprint)
        });
        if let Some((_, history)) = same {
            self.history = Arc::clone(history);
        }
    }

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

    /// A key is accepted from its first moment up to and including its last; without a time it is
    /// not, where it has either.
    fn is_active(&self, now: Option<UnixTime>) -> bool {
        if self.is_revoked() {
            return false;
        }
        match (self.from, self.until, now) {
            (None, None, _) => true,
            // A clock that stands at the epoch, or before it, tells no time.
            (from, until, Some(now)) if now > UnixTime::from_secs(0) => {
                from.is_none_or(|from| now >= from) && until.is_none_or(|until| now <= until)
            }
            _ => false,
        }
    }

    /// Whether it was revoked, perhaps while a request was arriving.
    fn is_revoked(&self) -> bool {
        self.history.revoked.load(Ordering::Acquire)
    }

    /// Whether it was made longer ago than `limit`.
    pub(crate) fn is_aged(&self, now: UnixTime, limit: Duration) -> bool {
        self.created.is_some_and(|created| created.saturating_add(limit) < now)
    }

    /// Remembers that a request matched. Written only when the second has changed, so that threads do
    /// not contend for it.
    pub(crate) fn note_match(&self, now: Option<UnixTime>) {
        let seen = self.history.last_match.load(Ordering::Relaxed);
        let at = now.map_or(UNKNOWN.max(seen), |now| now.as_secs().max(UNKNOWN));
        if at > seen {
            self.history.last_match.fetch_max(at, Ordering::Relaxed);
        }
    }

    /// Does something that is no use of the key.
    pub(crate) fn without_note<T>(&self, probe: impl FnOnce() -> T) -> T {
        let seen = self.history.last_match.load(Ordering::Relaxed);
        let outcome = probe();
        // A request that matched meanwhile is noted again by the next one.
        self.history.last_match.store(seen, Ordering::Relaxed);
        outcome
    }

    fn report(&self, now: UnixTime, max_age: Duration) -> KeyReport {
        let last_match = self.history.last_match.load(Ordering::Relaxed);
        KeyReport {
            label: self.label.as_str().to_owned(),
            active: self.is_active(Some(now)),
            revoked: self.is_revoked(),
            matched: last_match != NEVER,
            last_match: (last_match > UNKNOWN).then(|| UnixTime::from_secs(last_match)),
            created: self.created,
            aged: self.is_aged(now, max_age),
            from: self.from,
            until: self.until,
        }
    }
}

/// No request has matched.
const NEVER: u64 = 0;

/// A request has matched, at a time that nobody said.
const UNKNOWN: u64 = 1;

/// A label as proofs carry it: 1 to 31 bytes.
pub(crate) fn label_of(label: &str) -> Result<Label, ConfigError> {
    let inline = Label::new(label).filter(|_| !label.is_empty());
    inline.ok_or_else(|| ConfigError::LabelLength { label: label.to_owned(), limit: MAX_LABEL })
}
