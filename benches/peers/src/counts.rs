//! The allocations that the other program counted.

use std::env;
use std::ffi::OsString;
use std::process::Command;

use crate::Outcome;
use crate::cases::Scope;
use crate::results::Results;

/// Prints a line for each subject that was counted.
pub fn print(results: &Results) {
    for row in &results.rows {
        if let Some(count) = row.allocations {
            println!("{}\t{}\t{count}", row.case, row.subject);
        }
    }
}

/// Has the allocations counted, and puts them next to the times.
///
/// # Errors
///
/// When the other program cannot be built or fails.
pub fn take(results: &mut Results, scope: Scope) -> Outcome<()> {
    let output = Command::new(cargo())
        .args(["run", "--release", "--quiet", "--bin", "allocations", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .args(if cfg!(feature = "peers") { None } else { Some("--no-default-features") })
        .args(["--", scope.name()])
        .output()?;
    if !output.status.success() {
        return Err(format!("allocations: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    for line in String::from_utf8(output.stdout)?.lines() {
        let mut words = line.split('\t');
        let (Some(case), Some(subject), Some(count)) = (words.next(), words.next(), words.next()) else {
            return Err(format!("allocations: {line}").into());
        };
        let count = count.parse()?;
        let row = results.rows.iter_mut().find(|row| row.case == case && row.subject == subject);
        if let Some(row) = row {
            row.allocations = Some(count);
        }
    }
    Ok(())
}

pub(crate) fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}
