//! Rounds in which every subject has its turn, so that whatever slows the machine down slows all of them.

use std::hint::black_box;
use std::rc::Rc;
use std::time::Instant;

use crate::Outcome;

/// Rounds that are not counted: caches, branch predictors and the clock frequency settle.
const WARM_UP: usize = 2;

/// How many bytes are hashed in one turn, more or less: enough that the two readings of the clock do not show, and
/// so few that a turn is seldom interrupted.
const BYTES_IN_A_TURN: usize = 1 << 20;

/// How many calls of a subject are counted.
const COUNTED: usize = 16;

/// How often something allocates.
pub type Counter = fn(&dyn Fn()) -> u64;

/// What a case is run for. One program does not do both: an allocator that counts would slow down whoever allocates,
/// and flatter us.
#[derive(Clone, Copy, Debug)]
pub enum Method {
    /// Time, over this many rounds.
    Timed(usize),
    Counted(Counter),
}

/// Something that is measured. A turn is told its number and gives the nanoseconds of one call.
pub(crate) struct Subject<'a> {
    name: String,
    turn: Box<dyn FnMut(usize) -> Outcome<f64> + 'a>,
    once: Option<Box<dyn Fn(usize) + 'a>>,
}

pub(crate) struct Figure {
    pub(crate) name: String,
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) allocations: Option<u64>,
}

impl<'a> Subject<'a> {
    /// A subject with a clock of its own.
    pub(crate) fn new(name: &str, turn: impl FnMut(usize) -> Outcome<f64> + 'a) -> Self {
        Self { name: name.to_owned(), turn: Box::new(turn), once: None }
    }

    /// One call for each item, a share of the items in each turn. Every verdict has to be as expected: the time of
    /// something that went wrong would be worth nothing.
    pub(crate) fn of<T>(
        name: &str,
        items: &'a [T],
        size: usize,
        expected: bool,
        call: impl Fn(&T) -> bool + 'a,
    ) -> Self {
        let share = (BYTES_IN_A_TURN / size.max(1)).clamp(2, 256).min(items.len());
        let shares: Vec<&[T]> = items.chunks_exact(share).collect();
        let call = Rc::new(call);
        let same = Rc::clone(&call);
        let once = move |at: usize| {
            black_box(same(black_box(&items[at % items.len()])));
        };
        let subject = name.to_owned();
        let turn = move |round: usize| {
            let share = shares[round % shares.len()];
            let start = Instant::now();
            let right = share.iter().filter(|item| call(black_box(item)) == expected).count();
            let elapsed = start.elapsed();
            if right != share.len() {
                return Err(format!("{subject} gave a wrong verdict while it was timed").into());
            }
            Ok(elapsed.as_nanos() as f64 / share.len() as f64)
        };
        Self { name: name.to_owned(), turn: Box::new(turn), once: Some(Box::new(once)) }
    }

    /// The most that one call allocates, apart from what the first one in a thread's life does.
    fn allocations(&self, count: Counter) -> Option<u64> {
        let once = self.once.as_ref()?;
        once(0);
        (0..COUNTED).map(|at| count(&|| once(at))).max()
    }
}

impl Method {
    pub(crate) fn figures(self, subjects: Vec<Subject<'_>>) -> Outcome<Vec<Figure>> {
        match self {
            Self::Timed(rounds) => times(rounds, subjects),
            Self::Counted(count) => Ok(subjects.into_iter().map(|subject| counted(count, subject)).collect()),
        }
    }
}

fn counted(count: Counter, subject: Subject<'_>) -> Figure {
    let allocations = subject.allocations(count);
    Figure { name: subject.name, median: f64::NAN, min: f64::NAN, allocations }
}

/// Who begins changes from round to round.
fn times(rounds: usize, mut subjects: Vec<Subject<'_>>) -> Outcome<Vec<Figure>> {
    let mut samples = vec![Vec::with_capacity(rounds); subjects.len()];
    for round in 0..rounds + WARM_UP {
        for turn in 0..subjects.len() {
            let place = (turn + round) % subjects.len();
            let sample = (subjects[place].turn)(round)?;
            if round >= WARM_UP {
                samples[place].push(sample);
            }
        }
    }
    let figures = subjects.into_iter().zip(samples).map(|(subject, samples)| Figure {
        name: subject.name,
        min: samples.iter().copied().fold(f64::INFINITY, f64::min),
        median: median(samples),
        allocations: None,
    });
    Ok(figures.collect())
}

pub(crate) fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples.get(samples.len() / 2).copied().unwrap_or(f64::NAN)
}
