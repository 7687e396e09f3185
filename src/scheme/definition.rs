//! What both a draft and a scheme hold.

use std::time::Duration;

use super::{Algorithm, Part, SecretForm, Source};
use crate::encoding::Encoding;
use crate::field::Field;
use crate::mechanism::{Profile, Rules};
use crate::time::{Freshness, Unit};

/// The most parts that signed content can have.
pub(crate) const MAX_PARTS: usize = 12;

/// The most ways in which a scheme can read a secret.
pub(crate) const MAX_FORMS: usize = 4;

/// The most headers whose values a scheme prescribes.
pub(crate) const MAX_EXPECTED: usize = 4;

/// The tolerance of a scheme whose provider documents none.
const DEFAULT_AGE: Duration = Duration::from_secs(300);

/// The longest default lead of a sender's clock, however old its requests may be.
const DEFAULT_AHEAD: Duration = Duration::from_secs(300);

/// What both a draft and a scheme hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Definition<'a> {
    pub(crate) name: &'a str,
    pub(crate) algorithm: Algorithm,
    pub(crate) signature: Option<Field<'a>>,
    pub(crate) encoding: Encoding,
    pub(crate) timestamp: Option<(Field<'a>, Unit)>,
    /// A timestamp in the body: the key of a JSON object.
    pub(crate) json_timestamp: Option<(&'a str, Unit)>,
    pub(crate) message_id: Option<Field<'a>>,
    pub(crate) key_id: Option<Field<'a>>,
    pub(crate) event_id: Option<&'a str>,
    pub(crate) addresses: &'a [&'a str],
    pub(crate) max_age: Option<Duration>,
    pub(crate) max_ahead: Option<Duration>,
    pub(crate) families: Option<[&'a str; 2]>,
    pub(crate) unsigned_body: bool,
    pub(crate) source: Option<Source<'a>>,
    pub(crate) note: &'a str,
    /// The rules of a scheme that does not sign a row of parts.
    pub(crate) rules: Option<Rules>,
    pub(super) expected: [(&'a str, &'a str); MAX_EXPECTED],
    pub(super) expected_count: usize,
    pub(super) forms: [SecretForm<'a>; MAX_FORMS],
    pub(super) form_count: usize,
    pub(super) parts: [Part<'a>; MAX_PARTS],
    pub(super) part_count: usize,
}

impl<'a> Definition<'a> {
    pub(crate) fn parts(&self) -> &[Part<'a>] {
        self.parts.get(..self.part_count).unwrap_or_default()
    }

    pub(crate) fn forms(&self) -> &[SecretForm<'a>] {
        self.forms.get(..self.form_count).unwrap_or_default()
    }

    pub(crate) fn expected(&self) -> &[(&'a str, &'a str)] {
        self.expected.get(..self.expected_count).unwrap_or_default()
    }

    /// What the scheme's mechanism says of itself, if it has one.
    pub(crate) const fn profile(&self) -> Option<Profile> {
        match self.rules {
            Some(rules) => Some(rules.profile()),
            None => None,
        }
    }

    pub(crate) fn freshness(&self) -> Freshness {
        let max_age = self.max_age.unwrap_or(DEFAULT_AGE);
        let max_ahead = self.max_ahead.unwrap_or_else(|| max_age.min(DEFAULT_AHEAD));
        Freshness { max_age, max_ahead }
    }
}
