//! What is measured.

mod accept;
mod keys;
mod refuse;
mod stream;

pub(crate) use keys::{SIZES as KEY_SIZES, case as key_case};
pub(crate) use refuse::case as refuse_case;
pub(crate) use stream::CASE as STREAM_CASE;

use crate::Outcome;
use crate::measure::Method;
use crate::results::Results;
use crate::threads;

/// How much is measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    Full,
    /// The sizes that there are promises for.
    Quick,
    /// What guards against regressions: hooksig and the floor alone.
    Gate,
}

impl Scope {
    const ALL: [Self; 3] = [Self::Full, Self::Quick, Self::Gate];

    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Quick => "quick",
            Self::Gate => "gate",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }

    pub(crate) fn sizes(self) -> &'static [usize] {
        match self {
            Self::Full => &[0, 128, 512, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 1 << 20],
            Self::Quick | Self::Gate => &[128, 1 << 10, 4 << 10, 64 << 10],
        }
    }
}

/// Runs all cases of a scope.
///
/// # Errors
///
/// When a contestant gives a wrong verdict.
pub fn run(scope: Scope, method: Method) -> Outcome<Results> {
    let mut results = Results::default();
    accept::run(&mut results, scope, method)?;
    refuse::run(&mut results, method)?;
    if scope != Scope::Gate {
        keys::run(&mut results, method)?;
        stream::run(&mut results, method)?;
        if let Method::Timed(rounds) = method {
            threads::run(&mut results, rounds)?;
        }
    }
    Ok(results)
}
