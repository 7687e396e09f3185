//! Shows that verification takes the same way whatever the secret is.
//!
//! Memcheck follows bytes that have no value, through every computation, and reports a branch or an address that
//! depends on one. The secrets of the verifiers here are declared to be such bytes before a verifier gets them, so that
//! the prepared keys, the states and the tags become it by computation alone. What is set up once may branch on a
//! secret; from there to the verdict nothing may. The verdict, one number that says which keys matched, is declared
//! public at one point (`Comparison::verdict`), through the only door that the library has for this program.
//!
//! Each case has a control: the same request once more, with a verdict that stays secret. That must be reported, or
//! the secret did not reach the comparison and the case showed nothing. The comparisons in `leaky` must be reported too.
//!
//! A second check counts the instructions of the comparison, by callgrind, for a mismatch at each byte and for none;
//! `.ci/constant-time` runs both.
//!
//! What it does not show:
//!
//! - Valgrind hides the processor's instructions for SHA, so the portable hash is what runs here.
//! - It sees this compiler's code, and not how long an instruction takes. An `==` of two arrays, say, is branch-free
//!   once it is optimised, here and now; so everything is checked without an optimiser as well.
//! - Twilio's `bodySHA256`, and hashes inside web tokens, are compared with hashes of the body: nothing secret.
//! - Public-key signatures have no secret on this side.

#[cfg(not(hooksig_constant_time))]
compile_error!(
    "the library's door is behind RUSTFLAGS=\"--cfg hooksig_constant_time\"; .ci/constant-time sets it"
);

mod count;
mod leaky;
mod paths;
mod valgrind;

use std::hint::black_box;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use hooksig::{Verifier, constant_time};

use crate::paths::{Attempt, NOW, Path};
use crate::valgrind::{errors_in, hide, reveal, unreported};

/// Whether verdicts become public; they do, except in controls.
static RELEASES: AtomicBool = AtomicBool::new(true);

/// Runs the cases and the controls, under memcheck, `optimised` or `unoptimised` as the program is; or what is counted,
/// by its name, under callgrind.
fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("optimised") => check(&leaky::ALL),
        Some("unoptimised") => check(&[&leaky::ALL[..], &[leaky::UNOPTIMISED]].concat()),
        subject => count::run(subject.unwrap_or_default()),
    }
}

fn check(controls: &[(&str, leaky::Comparison)]) -> ExitCode {
    constant_time::release_verdicts_by(release);
    let mut sums = Sums::default();
    println!("{:<46} {:>5} {:>7} {:>16}", "case", "cases", "errors", "controls flagged");
    for size in [16, 20, 32, 48, 64] {
        sums.add(&comparison(size));
    }
    for path in paths::all() {
        sums.add(&Row::of(format!("{}, at once", path.name), &path, at_once));
        sums.add(&Row::of(format!("{}, streamed", path.name), &path, streamed));
    }
    println!("\n{:<46} {:>5} {:>7} {:>16}", "control", "", "", "flagged");
    for (name, compare) in controls {
        sums.add(&control(name, *compare));
    }
    println!(
        "\ncases {} errors {} controls {} flagged {}",
        sums.cases, sums.errors, sums.controls, sums.flagged
    );
    let holds = sums.cases > 0 && sums.errors == 0 && sums.flagged == sums.controls;
    if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn release(keys: u64) -> u64 {
    let mut keys = keys.to_ne_bytes();
    if RELEASES.load(Ordering::Relaxed) {
        reveal(&mut keys);
    }
    u64::from_ne_bytes(keys)
}

/// One line of the table, or the sum of them all.
#[derive(Default)]
struct Row {
    name: String,
    cases: usize,
    errors: usize,
    controls: usize,
    flagged: usize,
}

type Sums = Row;

impl Row {
    fn of(name: String, path: &Path, verify: fn(&Verifier, &Attempt) -> bool) -> Self {
        let verifier = unreported(path.verifier).expect("a verifier");
        let mut row = Self { name, ..Self::default() };
        for attempt in &path.attempts {
            row.take(&attempt.what, || {
                let accepted = verify(&verifier, attempt);
                assert_eq!(accepted, attempt.genuine, "{}: {}", path.name, attempt.what);
            });
        }
        row
    }

    /// Takes a case, and its control.
    fn take(&mut self, what: &str, case: impl Fn()) {
        let errors = errors_in(&case);
        RELEASES.store(false, Ordering::Relaxed);
        let with_a_secret_verdict = errors_in(&case);
        RELEASES.store(true, Ordering::Relaxed);
        if errors > 0 {
            println!("REPORTED {errors} times: {}: {what}", self.name);
        }
        self.cases += 1;
        self.errors += errors;
        self.note_control(what, with_a_secret_verdict);
    }

    fn note_control(&mut self, what: &str, errors: usize) {
        if errors == 0 {
            println!("NOT FLAGGED: the control of {}: {what}", self.name);
        }
        self.controls += 1;
        self.flagged += usize::from(errors > 0);
    }

    fn add(&mut self, row: &Self) {
        let (cases, errors) = if row.cases > 0 {
            (row.cases.to_string(), row.errors.to_string())
        } else {
            (String::new(), String::new())
        };
        println!(
            "{:<46} {cases:>5} {errors:>7} {:>16}",
            row.name,
            format!("{}/{}", row.flagged, row.controls)
        );
        self.cases += row.cases;
        self.errors += row.errors;
        self.controls += row.controls;
        self.flagged += row.flagged;
    }
}

/// The comparison alone, of tags of this size.
fn comparison(size: usize) -> Row {
    let mut row = Row { name: format!("comparison of {size} bytes"), ..Row::default() };
    let tag: Vec<u8> = (0..size).map(|index| index as u8 ^ 0xa5).collect();
    for (what, candidate) in paths::variants(&tag) {
        let mut hidden = tag.clone();
        hide(&mut hidden);
        row.take(what, || {
            let matches = release(constant_time::compare(&hidden, &candidate)) != 0;
            assert_eq!(matches, candidate == tag, "{what}");
        });
    }
    row
}

fn at_once(verifier: &Verifier, attempt: &Attempt) -> bool {
    verifier.verify_at(&attempt.request, attempt.request.body(), NOW).is_ok()
}

fn streamed(verifier: &Verifier, attempt: &Attempt) -> bool {
    let mut pending = verifier.begin_at(&attempt.request, NOW).expect("a readable request");
    // Chunks that end within blocks, at their ends, and beyond them.
    attempt.request.body().as_bytes().chunks(37).for_each(|chunk| pending.update(chunk));
    pending.finish().is_ok()
}

fn control(name: &str, compare: leaky::Comparison) -> Row {
    let mut row = Row { name: name.to_owned(), ..Row::default() };
    let (tag, public) = leaky::tag();
    for (what, candidate) in paths::variants(&public) {
        row.note_control(what, errors_in(|| _ = black_box(compare(&tag, &candidate))));
    }
    row
}
