//! A key as its owner describes it.

use crate::public_key::PublicKey;
use crate::secret::Secret;
use crate::time::UnixTime;

/// A key on its way into a verifier: its label, its secret or public key, and when it counts.
///
/// ```
/// use hooksig::{Key, Secret, UnixTime, Verifier, providers};
///
/// let (made, end) = (UnixTime::from_secs(1_763_700_000), UnixTime::from_secs(1_798_761_600));
/// let verifier = Verifier::builder(providers::STRIPE)
///     .with_key(Key::new("2026-11", Secret::new("whsec_test_new")).created(made))
///     .with_key(Key::new("2026-08", Secret::new("whsec_test_old")).until(end))
///     .build()?;
///
/// // Later, while requests are in flight: the new secret from where it is kept, and the leaked one out.
/// let keys = verifier.keys();
/// keys.revoke("2026-08");
/// keys.replace([Key::new("2026-12", Secret::new("whsec_test_newer"))])?;
///
/// // What is flawed changes nothing.
/// assert!(keys.replace([Key::new("2027-01", Secret::new("  "))]).is_err());
/// assert_eq!(keys.report(made)[0].label, "2026-12");
/// # Ok::<(), hooksig::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a key counts once a verifier has it"]
pub struct Key {
    pub(crate) label: String,
    /// The key's id at the provider, where requests name it.
    pub(crate) id: Option<String>,
    pub(crate) text: KeyText,
    pub(crate) created: Option<UnixTime>,
    pub(crate) from: Option<UnixTime>,
    pub(crate) until: Option<UnixTime>,
}

/// A key as it was given.
#[derive(Clone, Debug)]
pub(crate) enum KeyText {
    Secret(Secret),
    Public(PublicKey),
}

impl Key {
    /// A shared secret. The label, 1 to 31 bytes, stands in proofs, reports and logs: the month of the
    /// key's creation, say.
    pub fn new(label: &str, secret: Secret) -> Self {
        Self::of(label, KeyText::Secret(secret))
    }

    /// A provider's public key, for schemes whose [algorithm](crate::Scheme::algorithm) has one.
    ///
    /// ```
    /// use hooksig::{Key, PublicKey, Secret, Verifier, providers};
    ///
    /// let key = PublicKey::new("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
    /// let verifier = |key| Verifier::builder(providers::GITHUB).with_key(key).build();
    /// assert!(verifier(Key::public("2026-11", key)).is_err(), "GitHub has a secret");
    /// assert!(verifier(Key::new("2026-11", Secret::new("test-secret"))).is_ok());
    /// ```
    pub fn public(label: &str, key: PublicKey) -> Self {
        Self::of(label, KeyText::Public(key))
    }

    fn of(label: &str, text: KeyText) -> Self {
        Self { label: label.to_owned(), id: None, text, created: None, from: None, until: None }
    }

    /// The id by which requests name this key, for schemes where they do
    /// ([`Scheme::names_keys`](crate::Scheme::names_keys)).
    ///
    /// ```
    /// use hooksig::{Key, Secret, Verifier, providers};
    ///
    /// let key = || Key::new("2026-11", Secret::new("test-secret"));
    /// let verifier = |key| Verifier::builder(providers::PUSHER).with_key(key).build();
    /// assert!(verifier(key().id("app-key")).is_ok());
    /// assert!(verifier(key()).is_err(), "Pusher's requests name their key");
    /// ```
    pub fn id(mut self, id: &str) -> Self {
        self.id = Some(id.to_owned());
        self
    }

    /// When the key was made, so that its age can be told.
    pub fn created(mut self, moment: UnixTime) -> Self {
        self.created = Some(moment);
        self
    }

    /// The first moment at which the key is accepted.
    ///
    /// ```
    /// use hooksig::{Key, Secret, UnixTime, Verifier, providers};
    ///
    /// let start = UnixTime::from_secs(1_763_700_000);
    /// let key = Key::new("2026-11", Secret::new("test-secret")).from(start);
    /// let verifier = Verifier::builder(providers::GITHUB).with_key(key).build()?;
    /// assert!(!verifier.keys().report(UnixTime::from_secs(1_763_699_999))[0].active);
    /// assert!(verifier.keys().report(start)[0].active);
    /// # Ok::<(), hooksig::ConfigError>(())
    /// ```
    pub fn from(mut self, moment: UnixTime) -> Self {
        self.from = Some(moment);
        self
    }

    /// The last moment at which the key is accepted: for requests whose verification begins by then.
    pub fn until(mut self, moment: UnixTime) -> Self {
        self.until = Some(moment);
        self
    }
}
