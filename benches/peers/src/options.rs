//! The command line.

use std::path::PathBuf;

use crate::Outcome;

pub const HELP: &str = "\
Usage: hooksig-peers [OPTIONS]

  --quick          four body sizes instead of eight, and 41 rounds instead of 81
  --builds         also the size that hooksig adds to a program, and its dependencies (runs cargo)
  --json FILE      every figure
  --svg FILE       a plot
  --documents      writes the tables into README.md and COMPARE.md, and the plot beside this program
  --gate           only the limits that guard against regressions, without other crates; 1 when one is passed
  --help           this
";

#[derive(Default, Debug)]
pub struct Options {
    pub help: bool,
    pub quick: bool,
    pub builds: bool,
    pub gate: bool,
    pub json: Option<PathBuf>,
    pub svg: Option<PathBuf>,
    pub documents: bool,
}

impl Options {
    /// # Errors
    ///
    /// When an argument is unknown or lacks its file.
    pub fn parse(mut arguments: impl Iterator<Item = String>) -> Outcome<Self> {
        let mut options = Self::default();
        while let Some(argument) = arguments.next() {
            let mut file = || arguments.next().map(PathBuf::from).ok_or(format!("{argument} needs a file"));
            match argument.as_str() {
                "--help" => options.help = true,
                "--quick" => options.quick = true,
                "--builds" => options.builds = true,
                "--gate" => options.gate = true,
                "--json" => options.json = Some(file()?),
                "--svg" => options.svg = Some(file()?),
                "--documents" => options.documents = true,
                _ => return Err(format!("{argument} is no option; --help lists them").into()),
            }
        }
        Ok(options)
    }
}
