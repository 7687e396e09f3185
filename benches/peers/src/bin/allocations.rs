//! Counts the allocations of every subject. The other program starts this one: `cargo run` builds it first.

use std::process::ExitCode;

use hooksig_peers::cases::{self, Scope};
use hooksig_peers::measure::Method;
use hooksig_peers::print_counts;

fn main() -> ExitCode {
    let scope = std::env::args().nth(1).and_then(|name| Scope::named(&name)).unwrap_or(Scope::Quick);
    match cases::run(scope, Method::Counted(|work| allocation_counter::measure(work).count_total)) {
        Ok(results) => {
            print_counts(&results);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
