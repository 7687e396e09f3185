//! The figures in the project's documents.

use std::fs;

use crate::Outcome;
use crate::inputs::Style;
use crate::plot;
use crate::results::Results;
use crate::table::{NOTES, short};
use crate::verdicts;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// # Errors
///
/// When a document cannot be read or written, or lacks its marks.
pub fn write(results: &Results) -> Outcome<()> {
    fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/times.svg"), plot::write(results))?;
    let few = short(results, &[Style::GitHub, Style::Stripe, Style::StandardWebhooks]);
    fill("README.md", "performance", &few)?;
    let all = format!("{}\n{NOTES}\n{}", short(results, &Style::ALL), verdicts::table(results));
    fill("COMPARE.md", "peers", &all)
}

/// Replaces what stands between the marks of this name.
fn fill(document: &str, name: &str, text: &str) -> Outcome<()> {
    let path = format!("{ROOT}/{document}");
    let old = fs::read_to_string(&path)?;
    let (begin, end) = (format!("<!-- {name}:begin -->\n"), format!("<!-- {name}:end -->"));
    let marks = old.split_once(&begin).and_then(|(before, rest)| Some((before, rest.split_once(&end)?.1)));
    let (before, after) = marks.ok_or(format!("{document} lacks the marks {name}:begin and {name}:end"))?;
    Ok(fs::write(&path, format!("{before}{begin}\n{text}\n{end}{after}"))?)
}
