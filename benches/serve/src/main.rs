//! Requests per second and latency of servers with and without verification, over real TCP on this machine.
//!
//! `cargo run --release --manifest-path benches/serve/Cargo.toml`; `-- --quick` for fewer rounds, `-- --json FILE`
//! for every figure. Senders and servers share the machine's cores, as they share them in both cases that are
//! compared: the differences say something, the absolute figures less.

mod load;
mod options;
mod report;
mod requests;
mod servers;

use std::error::Error;
use std::fs;
use std::process::ExitCode;

use options::Options;
use report::Measured;
use servers::Server;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// A body's size, and how many requests of it are sent in a turn: some tens of milliseconds.
const LOADS: [(usize, usize); 2] = [(1 << 10, 1000), (64 << 10, 300)];

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome<()> {
    let options = Options::parse(std::env::args().skip(1))?;
    let servers = servers::start()?;
    let mut all = Vec::new();
    for (size, count) in LOADS {
        all.extend(measure(&servers, size, count, options.rounds)?);
    }
    print!("{}", report::table(&all));
    if let Some(path) = options.json {
        fs::write(path, report::json(&all))?;
    }
    Ok(())
}

/// Every server has its turn in every round, and another one begins each time. The first round is not counted.
fn measure(servers: &[Server], size: usize, count: usize, rounds: usize) -> Outcome<Vec<Measured>> {
    let mut all: Vec<Measured> = servers.iter().map(|server| Measured::new(server, size)).collect();
    for round in 0..=rounds {
        for turn in 0..servers.len() {
            let place = (turn + round) % servers.len();
            // Signed anew, so that no turn meets the ids of another.
            let requests = requests::make(size, count)?;
            let sample = load::turn(servers[place].address, &requests)?;
            if round > 0 {
                all[place].add(sample);
            }
        }
    }
    Ok(all)
}
