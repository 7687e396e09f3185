//! What makes a definition unsafe or contradictory: one check for constants and for configuration.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "constants have no iterators; this looks at definitions, when they are made, and never at a request"
)]

mod content;
mod fields;
mod names;
mod secret;
mod text;

use std::time::Duration;

use super::Definition;

/// The longest freshness limit: a sender's clock is never wrong by a day.
pub(crate) const MAX_LIMIT: Duration = Duration::from_secs(86_400);

/// The shortest freshness limit.
pub(crate) const MIN_LIMIT: Duration = Duration::from_secs(1);

/// The longest name of a scheme, in bytes.
pub(crate) const MAX_NAME: usize = 64;

/// One thing that is wrong with a definition.
pub(crate) struct Flaw<'a> {
    /// What is wrong and what would be right.
    pub(crate) sentence: &'static str,
    /// The header, prefix or literal concerned; empty where there is none.
    pub(crate) at: &'a str,
}

pub(super) const fn flaw<'a>(sentence: &'static str, at: &'a str) -> Option<Flaw<'a>> {
    Some(Flaw { sentence, at })
}

/// The first flaw of a definition.
pub(super) const fn check<'a>(definition: &Definition<'a>) -> Option<Flaw<'a>> {
    if let Some(flaw) = name(definition.name) {
        return Some(flaw);
    }
    if let Some(flaw) = fields::fields(definition) {
        return Some(flaw);
    }
    if let Some(flaw) = limits(definition) {
        return Some(flaw);
    }
    if let Some(flaw) = secret::secret(definition) {
        return Some(flaw);
    }
    if let Some(flaw) = content::parts(definition) {
        return Some(flaw);
    }
    content::content(definition)
}

const fn name<'a>(name: &'a str) -> Option<Flaw<'a>> {
    if name.is_empty() || name.len() > MAX_NAME {
        return flaw("a scheme's name is 1 to 64 bytes long", name);
    }
    let bytes = name.as_bytes();
    let mut index = 0;
    while index < bytes.len() {
        if !matches!(bytes[index], b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.') {
            return flaw("a scheme's name consists of a to z, 0 to 9, '-', '_' and '.'", name);
        }
        index += 1;
    }
    None
}

const fn limits<'a>(definition: &Definition<'a>) -> Option<Flaw<'a>> {
    const SENTENCE: &str = "a freshness limit is from one second to one day, in whole seconds";
    let timed = definition.timestamp.is_some() || definition.json_timestamp.is_some();
    if !timed && (definition.max_age.is_some() || definition.max_ahead.is_some()) {
        return flaw("a freshness limit needs a timestamp to hold it to: declare `timestamp`", "max_age");
    }
    if let Some(limit) = definition.max_age
        && !is_limit(limit)
    {
        return flaw(SENTENCE, "max_age");
    }
    match definition.max_ahead {
        Some(limit) if !is_limit(limit) => flaw(SENTENCE, "max_ahead"),
        _ => None,
    }
}

pub(crate) const fn is_limit(limit: Duration) -> bool {
    limit.subsec_nanos() == 0
        && limit.as_nanos() >= MIN_LIMIT.as_nanos()
        && limit.as_nanos() <= MAX_LIMIT.as_nanos()
}
