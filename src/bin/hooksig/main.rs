//! The command `hooksig`: rules of providers, verification, signing and diagnosis of captured requests.
//!
//! Exit codes: 0 verified or done, 1 refused, 2 usage or set-up.

mod capture;
mod commands;
mod listen;
mod options;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Verify, sign and diagnose webhook signatures.
#[derive(Debug, Parser)]
#[command(version, about, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the built-in schemes, or tell the rules of one.
    Providers {
        /// The scheme's name.
        name: Option<String>,
    },
    /// Verify a captured request: exit 0 if it is genuine, 1 with the reason if it is not.
    Verify(options::Request),
    /// Print the headers that make a body genuine.
    Sign(options::Sign),
    /// Find out why a captured request does not verify.
    Diagnose(options::Diagnose),
    /// Receive deliveries on a loopback port, and say of each whether it is genuine and if not, why.
    Listen(options::Listen),
}

/// What can go wrong with a command: told on the standard error, exit code 2.
type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Providers { name } => commands::providers(name.as_deref()),
        Command::Verify(request) => commands::verify(&request),
        Command::Sign(sign) => commands::sign(&sign),
        Command::Diagnose(diagnose) => commands::diagnose(&diagnose),
        Command::Listen(listen) => listen::run(&listen),
    };
    outcome.unwrap_or_else(|failure| {
        eprintln!("hooksig: {failure}");
        ExitCode::from(2)
    })
}
