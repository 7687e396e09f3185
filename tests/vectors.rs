//! Every vector of a directory against the scheme that its file names: the project's own vectors, or
//! those of the directory in `HOOKSIG_VECTORS`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::path::PathBuf;

use support::VectorFile;

/// Whether every scheme can be there; otherwise those whose feature is off are skipped.
const COMPLETE: bool = cfg!(all(feature = "json", feature = "serde", feature = "sha1"));

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
    for file in support::load(&directory) {
        check(&file, own, &mut tally);
    }
    println!("{} passed, {} failed, {} skipped", tally.passed, tally.failed, tally.skipped);
    assert_eq!(tally.failed, 0, "vectors disagree");
    assert!(tally.passed > 0, "{} holds no vector that could be checked", directory.display());
}

fn check(file: &VectorFile, own: bool, tally: &mut Tally) {
    for vector in &file.vectors {
        let expected = if vector.accept { "accept" } else { "reject" };
        let Some(verdict) = file.with_scheme(|scheme| vector.verdict(scheme)) else {
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
