//! The command line.

use std::path::PathBuf;

use crate::Outcome;

pub(crate) struct Options {
    pub(crate) rounds: usize,
    pub(crate) json: Option<PathBuf>,
}

impl Options {
    pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Outcome<Self> {
        let mut options = Self { rounds: 21, json: None };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--quick" => options.rounds = 5,
                "--json" => options.json = Some(arguments.next().ok_or("--json needs a file")?.into()),
                _ => return Err(format!("{argument} is neither --quick nor --json FILE").into()),
            }
        }
        Ok(options)
    }
}
