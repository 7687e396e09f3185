//! The door for the constant-time check (`tests/constant-time`): it exists under `--cfg hooksig_constant_time` alone.

use std::iter::once;
use std::sync::OnceLock;

use super::{Comparison, Tag};
use crate::encoding::MAX_TAG;
use crate::scheme::Algorithm;

/// What makes a verdict public.
static RELEASE: OnceLock<fn(u64) -> u64> = OnceLock::new();

/// Has every verdict pass through `release`; until then it depends on the secret.
pub fn release_verdicts_by(release: fn(u64) -> u64) {
    let _ = RELEASE.set(release);
}

pub(super) fn released(keys: u64) -> u64 {
    RELEASE.get().map_or(keys, |release| release(keys))
}

/// Compares a tag with a candidate as a verification does, up to the verdict: 1 if they are the same, else 0.
#[must_use]
pub fn compare(tag: &[u8], candidate: &[u8]) -> u64 {
    let mut own = Tag { bytes: [0; MAX_TAG], size: tag.len() };
    own.bytes.iter_mut().zip(tag).for_each(|(place, byte)| *place = *byte);
    let mut comparison = Comparison::new(Algorithm::HmacSha256);
    comparison.take(0, &own, once(candidate));
    comparison.matched
}
