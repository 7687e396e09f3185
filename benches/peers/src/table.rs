//! Tables, in Markdown that is aligned, so that it can be read as it is.

use std::fmt;

use crate::cases::Scope;
use crate::inputs::Style;
use crate::results::{FLOOR, Results, Row};
use crate::verdicts::plain;

pub(crate) struct Table {
    title: String,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(title: &str, head: &[&str]) -> Self {
        Self { title: title.to_owned(), rows: vec![head.iter().map(|cell| (*cell).to_owned()).collect()] }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.rows.first().map_or(0, Vec::len);
        let width =
            |column: usize| self.rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns).map(width).collect();
        if !self.title.is_empty() {
            writeln!(f, "**{}**\n", self.title)?;
        }
        for (number, row) in self.rows.iter().enumerate() {
            let cells = row.iter().zip(&widths).map(|(cell, &width)| format!(" {cell:width$} |"));
            writeln!(f, "|{}", cells.collect::<String>())?;
            if number == 0 {
                writeln!(
                    f,
                    "|{}",
                    widths.iter().map(|&width| "-".repeat(width + 2) + "|").collect::<String>()
                )?;
            }
        }
        Ok(())
    }
}

pub(crate) const NOTES: &str = "\
Medians over interleaved rounds; in brackets the ratio to the floor, and how often one call allocates. The floor is
the compressions of SHA-256 alone; hmac is the bare crate with a prepared key, told what is signed and with which tag.
async-stripe-webhook parses the event too. octocrab, async-stripe-webhook and slack-morphism take text, so looking a
header up and checking a body for UTF-8 are in their time. Nobody else verifies Retell's signature. Cargo builds one
hmac for all who share a version, with the features of all: hooksig's wish to wipe its states slows down hmac here, and
a little webhook-verify, async-stripe-webhook and slack-morphism.
";

/// The times of every style, and the refusals.
pub fn times(results: &Results) -> String {
    let mut text = NOTES.to_owned();
    for style in Style::ALL {
        text.push_str(&format!("\n{}", style_table(results, style, Scope::Full.sizes(), style.name())));
    }
    text.push_str(&format!("\n{}", others(results)));
    text
}

/// Who takes how long at three sizes.
pub(crate) fn short(results: &Results, styles: &[Style]) -> String {
    let table = |style: &Style| {
        let title = format!("{}'s scheme", style.service());
        style_table(results, *style, &[128, 1 << 10, 64 << 10], &title).to_string()
    };
    styles.iter().map(table).collect::<Vec<_>>().join("\n")
}

fn style_table(results: &Results, style: Style, sizes: &[usize], title: &str) -> Table {
    let case = |size| format!("{}/{size}", style.name());
    let sizes: Vec<usize> =
        sizes.iter().copied().filter(|&size| results.row(&case(size), FLOOR).is_some()).collect();
    let names: Vec<String> = sizes.iter().map(|&size| size_name(size)).collect();
    let head: Vec<&str> = std::iter::once("").chain(names.iter().map(String::as_str)).collect();
    let mut table = Table::new(title, &head);
    let Some(&size) = sizes.get(sizes.len() / 2) else {
        return table;
    };
    for Row { subject, .. } in results.case(&case(size)) {
        let cell = |&size: &usize| results.row(&case(size), subject).map(cell).unwrap_or_default();
        table.row(std::iter::once(subject.clone()).chain(sizes.iter().map(cell)));
    }
    table
}

fn others(results: &Results) -> Table {
    let mut table = Table::new("other cases", &["case", "subject", "time"]);
    for row in results
        .rows
        .iter()
        .filter(|row| ["refuse/", "keys/", "stream/"].iter().any(|start| row.case.starts_with(start)))
    {
        table.row([row.case.clone(), row.subject.clone(), cell(row)]);
    }
    table
}

fn cell(row: &Row) -> String {
    let time = time(row.median);
    let ratio = row.ratio_to_floor.map(|ratio| format!("{}x", plain(ratio)));
    let allocations = row.allocations.map(|count| format!("{count} allocs"));
    let notes: Vec<String> = ratio.into_iter().chain(allocations).collect();
    format!("{time} ({})", notes.join(", "))
}

pub(crate) fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        short if short < 1e3 => format!("{short:.0} ns"),
        middling if middling < 1e6 => format!("{:.2} µs", middling / 1e3),
        long => format!("{:.2} ms", long / 1e6),
    }
}

pub(crate) fn size_name(size: usize) -> String {
    match size {
        small if small < 1 << 10 => format!("{small} B"),
        middling if middling < 1 << 20 => format!("{} KiB", middling >> 10),
        large => format!("{} MiB", large >> 20),
    }
}
