//! The gate against regressions: our time over the floor's in one process, and no allocation. The least of many
//! turns is compared, which noise from elsewhere only raises, and of each case the best attempt counts.

use std::process::ExitCode;

use crate::cases::{self, Scope};
use crate::measure::Method;
use crate::promises::{OVER_FLOOR, OverFloor};
use crate::results::{FLOOR, OURS, Results};
use crate::verdicts::plain;
use crate::{Outcome, take_counts};

const ATTEMPTS: usize = 8;
const ROUNDS: usize = 41;

/// # Errors
///
/// When something cannot be measured, or gives a wrong verdict.
pub fn run() -> Outcome<ExitCode> {
    let mut best = OVER_FLOOR.map(|promise| (promise, f64::INFINITY));
    let mut results = Results::default();
    for attempt in 1..=ATTEMPTS {
        results = cases::run(Scope::Gate, Method::Timed(ROUNDS))?;
        for (promise, least) in &mut best {
            *least = least.min(over_floor(&results, promise));
        }
        println!("attempt {attempt}: {} too slow", too_slow(&best));
        if too_slow(&best) == 0 {
            break;
        }
    }
    take_counts(&mut results, Scope::Gate)?;
    let allocating: Vec<_> = results.one_shot().filter(|row| row.allocations != Some(0)).collect();
    for (promise, ratio) in &best {
        let word = if *ratio > promise.gate { "TOO SLOW" } else { "holds" };
        println!("{} / floor: {}, limit {}: {word}", promise.case(), plain(*ratio), plain(promise.gate));
    }
    for row in &allocating {
        println!("{}, {}: ALLOCATES {:?} times", row.case, row.subject, row.allocations);
    }
    let open = too_slow(&best) == 0 && allocating.is_empty();
    Ok(if open { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn over_floor(results: &Results, promise: &OverFloor) -> f64 {
    let (ours, floor) = (results.row(&promise.case(), OURS), results.row(&promise.case(), FLOOR));
    ours.zip(floor).map_or(f64::INFINITY, |(ours, floor)| ours.min / floor.min)
}

fn too_slow(best: &[(OverFloor, f64)]) -> usize {
    best.iter().filter(|(promise, ratio)| *ratio > promise.gate).count()
}
