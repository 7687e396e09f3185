//! The handle by which keys are exchanged, revoked and reported on.

use std::fmt;
use std::sync::Arc;

use super::Setup;
use crate::error::ConfigError;
use crate::key::Key;
use crate::key_ring::KeyReport;
use crate::time::UnixTime;

/// A handle on the keys of a [`Verifier`](crate::Verifier) and its clones: see [`Verifier::keys`](crate::Verifier::keys).
///
/// A request is compared with the keys that there were when its verification began, so that an
/// exchange refuses nothing that either the old or the new ones signed; only a revoked key is out at
/// once.
///
/// ```
/// use hooksig::{Key, Secret, UnixTime, Verifier, providers};
///
/// let verifier = Verifier::new(providers::GITHUB, Secret::new("It's a Secret to Everybody"))?;
/// let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
/// let headers = [("x-hub-signature-256", signature)];
/// assert!(verifier.verify(&headers, b"Hello, World!").is_ok());
///
/// // A new key beside the old one, and the old one withdrawn at once.
/// let (old, new) = (Secret::new("It's a Secret to Everybody"), Secret::new("test-secret"));
/// verifier.keys().replace([Key::new("default", old), Key::new("2026-11", new)])?;
/// assert!(verifier.keys().revoke("default"));
/// assert_eq!(verifier.verify(&headers, b"Hello, World!").unwrap_err().reason(), "mismatch");
/// assert_eq!(verifier.keys().report(UnixTime::now()).len(), 2);
/// # Ok::<(), hooksig::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct KeyRing {
    setup: Arc<Setup>,
}

impl KeyRing {
    pub(super) fn of(setup: Arc<Setup>) -> Self {
        Self { setup }
    }

    /// Exchanges all keys for these. A key that stays, label and secret, keeps its history.
    ///
    /// # Errors
    ///
    /// As [`Builder::build`](crate::Builder::build); then nothing changes.
    pub fn replace(&self, keys: impl IntoIterator<Item = Key>) -> Result<(), ConfigError> {
        self.setup.ring.replace(&keys.into_iter().collect::<Vec<_>>())
    }

    /// Accepts the key with this label no longer, not even for a request whose body is arriving, and
    /// whatever time a queue passes. Says whether there is such a key. A verifier whose keys are all
    /// revoked refuses everything, with [`ErrorKind::NoActiveKey`](crate::ErrorKind::NoActiveKey).
    pub fn revoke(&self, label: &str) -> bool {
        self.setup.ring.revoke(label)
    }

    /// What there is to say about each key at the moment `now`: whether it is active, how old, and
    /// whether it is still in use.
    #[must_use]
    pub fn report(&self, now: UnixTime) -> Vec<KeyReport> {
        self.setup.ring.report(now)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = self.setup.ring.snapshot();
        let labels = keys.keys().iter().map(|key| key.label);
        f.debug_list().entries(labels).finish()
    }
}
