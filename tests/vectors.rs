//! Every vector of a directory against the scheme that its file names: the project's own vectors, or
//! those of the directory in `HOOKSIG_VECTORS`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::path::PathBuf;

use support::VectorFile;

/// Whether every scheme can be there; otherwise those whose feature is off are skipped.
const COMPLETE: bool = cfg!(all(
    feature = "canonical",
    feature = "ecdsa",
    feature = "ed25519",
    feature = "fields",
    feature = "form",
    feature = "rs256",
    feature = "serde"
));

#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
    skipped: usize,
}

#[test]
fn vectors() {
    let given = std::env::var_os("HOOKSIG_VECTORS").map(PathBuf::from);
    let own = given.is_none();
    let directory = given.unwrap_or_else(support::default_directory);
    let mut tally = Tally::default();
    for path in support::paths(&directory) {
        match guarded(|| VectorFile::load(path.clone())) {
            Ok(file) => check(&file, own, &mut tally),
            Err(panic) => {
                println!("{}: cannot be read: {panic}", path.display());
                tally.failed += 1;
            }
        }
    }
    println!("{} passed, {} failed, {} skipped", tally.passed, tally.failed, tally.skipped);
    assert_eq!(tally.failed, 0, "vectors disagree");
    let seen = tally.passed + tally.skipped;
    assert!(seen > 0, "{} holds no vector", directory.display());
}

/// A panic is a failure of its vector and not the end of the run.
fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
    })
}

fn check(file: &VectorFile, own: bool, tally: &mut Tally) {
    if let Some(problem) = file.definition_problem() {
        println!("{}: the definition is refused: {problem}", file.path.display());
    }
    for vector in &file.vectors {
        let expected = if vector.accept { "accept" } else { "reject" };
        let verdict = guarded(|| file.with_scheme(|scheme| vector.verdict(scheme)));
        let verdict = match verdict {
            Ok(verdict) => verdict,
            Err(panic) => {
                println!("{}: expected {expected}, got a panic ({panic}); {}", vector.id, vector.why);
                tally.failed += 1;
                continue;
            }
        };
        let Some(verdict) = verdict else {
            if own && COMPLETE {
                println!("{}: the scheme {:?} is unknown", vector.id, file.scheme);
                tally.failed += 1;
            } else {
                tally.skipped += 1;
            }
            continue;
        };
        if verdict.is_ok() == vector.accept {
            tally.passed += 1;
            continue;
        }
        tally.failed += 1;
        let (got, reason) = match verdict {
            Ok(()) => ("accept", String::new()),
            Err(reason) => ("reject", reason),
        };
        println!("{}: expected {expected}, got {got} ({reason}); {}", vector.id, vector.why);
    }
}
