//! `cargo run --release --manifest-path benches/peers/Cargo.toml` prints a verdict on every promise and the times
//! behind it; `-- --help` lists what else there is.

use std::fs;
use std::process::ExitCode;

use hooksig_peers::cases::Scope;
use hooksig_peers::measure::Method;
use hooksig_peers::options::{HELP, Options};
use hooksig_peers::{Outcome, builds, cases, documents, gate, json, plot, table, take_counts, verdicts};

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome<ExitCode> {
    let options = Options::parse(std::env::args().skip(1))?;
    if options.help {
        print!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    }
    if options.gate {
        return gate::run();
    }
    let (scope, rounds) = if options.quick { (Scope::Quick, 41) } else { (Scope::Full, 81) };
    let mut results = cases::run(scope, Method::Timed(rounds))?;
    take_counts(&mut results, scope)?;
    if options.builds {
        builds::run(&mut results)?;
    }
    println!("{}\n{}", verdicts::table(&results), table::times(&results));
    if options.documents {
        documents::write(&results)?;
    }
    let files = [(&options.json, json::write as fn(&_) -> String), (&options.svg, plot::write)];
    for (path, write) in files {
        if let Some(path) = path {
            fs::write(path, write(&results))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
