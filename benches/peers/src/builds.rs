//! What hooksig brings along: bytes in a program, crates in a tree.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::Outcome;
use crate::counts::cargo;
use crate::results::{ADDED_BYTES, C_BUILDERS, CRATES, Results};

const HERE: &str = env!("CARGO_MANIFEST_DIR");

/// Crates that run a C compiler or a build system for it.
const BUILDERS: [&str; 5] = ["cc", "cmake", "bindgen", "pkg-config", "vcpkg"];

/// # Errors
///
/// When cargo fails.
pub fn run(results: &mut Results) -> Outcome<()> {
    let (without, with) = (size(&[])?, size(&["--features", "guarded"])?);
    results.note(ADDED_BYTES, with as f64 - without as f64);
    let crates = tree("normal")?;
    results.note(CRATES, crates.iter().filter(|one| name(one) != "hooksig").count() as f64);
    let built = tree("normal,build")?;
    results.note(C_BUILDERS, built.iter().filter(|one| BUILDERS.contains(&name(one))).count() as f64);
    Ok(())
}

/// The size of the program in `benches/size`.
fn size(features: &[&str]) -> Outcome<u64> {
    let target = target()?;
    let manifest = format!("{HERE}/../size/Cargo.toml");
    output(
        Command::new(cargo())
            .args(["build", "--release", "--quiet", "--manifest-path", &manifest])
            .args(features)
            .arg("--target-dir")
            .arg(&target),
    )?;
    Ok(fs::metadata(target.join("release/hooksig-size"))?.len())
}

/// Next to this program's own, so that both go with one `cargo clean`.
fn target() -> Outcome<PathBuf> {
    let program = env::current_exe()?;
    Ok(program.ancestors().nth(2).ok_or("no target directory")?.join("size"))
}

/// The names and versions of the crates that a dependency on hooksig without features brings along.
fn tree(edges: &str) -> Outcome<BTreeSet<String>> {
    let manifest = format!("{HERE}/../../Cargo.toml");
    let arguments = ["tree", "--manifest-path", &manifest, "--edges", edges, "--prefix", "none"];
    let text = output(Command::new(cargo()).args(arguments))?;
    Ok(text.lines().map(|line| line.trim_end_matches(" (*)").to_owned()).collect())
}

fn name(one: &str) -> &str {
    one.split_whitespace().next().unwrap_or_default()
}

fn output(command: &mut Command) -> Outcome<String> {
    let output = command.output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
