//! The times as a drawing: one panel for each style, both axes logarithmic, and one with what refusals cost. Its
//! colours follow the reader's, light or dark.

use std::fmt::Write as _;

use crate::cases::refuse_case;
use crate::inputs::Style;
use crate::results::{self, BARE, FLOOR, OURS, OURS_AT, Results};
use crate::table::{size_name, time};

const WIDTH: f64 = 480.0;
const HEIGHT: f64 = 330.0;
/// Around the axes: left, right, top, bottom.
const MARGINS: [f64; 4] = [64.0, 16.0, 34.0, 34.0];

/// The ends of the axes: bytes and nanoseconds.
const SIZES: [f64; 2] = [96.0, (1 << 20) as f64 * 1.4];
const TIMES: [f64; 2] = [50.0, 2e7];
const REFUSALS: [f64; 2] = [1.0, 1e5];

const STYLE_SHEET: &str = "\
text { font: 12px system-ui, sans-serif; fill: #1f2328 } .title { font-weight: 600; font-size: 14px }
.end { text-anchor: end } .middle { text-anchor: middle } .ground { fill: #fff } .grid { stroke: #d0d7de }
path { fill: none; stroke-width: 1.5 } .s0 { stroke: #6e7781; stroke-dasharray: 5 4 } .s1 { stroke: #9a6700 }
.s2 { stroke: #0550ae; stroke-width: 3 } .s3 { stroke: #bc4c00 } .s4 { stroke: #8250df } .s5 { stroke: #116329 }
.bar { fill: #0550ae } .accept { fill: #8c959f }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .ground { fill: #0d1117 } .grid { stroke: #30363d }
.s0 { stroke: #8b949e } .s1 { stroke: #d29922 } .s2 { stroke: #58a6ff } .s3 { stroke: #f0883e }
.s4 { stroke: #bc8cff } .s5 { stroke: #3fb950 } .bar { fill: #58a6ff } .accept { fill: #6e7681 } }";

pub fn write(results: &Results) -> String {
    let mut panels: Vec<String> = Style::ALL.iter().map(|&style| lines(results, style)).collect();
    panels.push(bars(results));
    let (width, height) = (WIDTH * 2.0, HEIGHT * panels.len().div_ceil(2) as f64);
    let placed = panels.iter().enumerate().map(|(number, panel)| {
        let (x, y) = (WIDTH * (number % 2) as f64, HEIGHT * (number / 2) as f64);
        format!("<g transform=\"translate({x} {y})\">\n{panel}</g>\n")
    });
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         aria-label=\"Time of one verification over body size, and of refusals\">\n<style>\n{STYLE_SHEET}\n</style>\n\
         <rect class=\"ground\" width=\"{width}\" height=\"{height}\"/>\n{}</svg>\n",
        placed.collect::<String>()
    )
}

/// Where a value lies between the ends of a logarithmic axis, from 0 to 1.
fn share(value: f64, ends: [f64; 2]) -> f64 {
    (value / ends[0]).ln() / (ends[1] / ends[0]).ln()
}

fn across(value: f64, ends: [f64; 2]) -> f64 {
    MARGINS[0] + share(value, ends) * (WIDTH - MARGINS[0] - MARGINS[1])
}

fn down(value: f64, ends: [f64; 2]) -> f64 {
    HEIGHT - MARGINS[3] - share(value, ends) * (HEIGHT - MARGINS[2] - MARGINS[3])
}

fn text(class: &str, x: f64, y: f64, words: &str) -> String {
    format!("<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{words}</text>\n")
}

fn line(class: &str, from: (f64, f64), to: (f64, f64)) -> String {
    format!("<path class=\"{class}\" d=\"M{:.1} {:.1}L{:.1} {:.1}\"/>\n", from.0, from.1, to.0, to.1)
}

fn lines(results: &Results, style: Style) -> String {
    let mut panel = text("title", MARGINS[0], 20.0, &format!("{}: time over body size", style.name()));
    panel.push_str(&grid());
    let mut peers = 0;
    for (number, subject) in subjects(results, style).into_iter().enumerate() {
        let class = match subject.as_str() {
            FLOOR => 0,
            BARE => 1,
            OURS => 2,
            _ => {
                peers += 1;
                2 + peers
            }
        };
        let class = format!("s{class}");
        panel.push_str(&curve(results, style, &subject, &class));
        let (x, y) = (MARGINS[0] + 12.0, MARGINS[2] + 14.0 + 16.0 * number as f64);
        panel.push_str(&line(&class, (x, y - 4.0), (x + 22.0, y - 4.0)));
        panel.push_str(&text("", x + 28.0, y, &subject));
    }
    panel
}

/// The names of those who verified this style, with one line for both of ours: they do not differ at this scale.
fn subjects(results: &Results, style: Style) -> Vec<String> {
    let case = format!("{}/1024", style.name());
    results.case(&case).map(|row| row.subject.clone()).filter(|subject| subject != OURS_AT).collect()
}

fn grid() -> String {
    let mut grid = String::new();
    for nanoseconds in [1e2, 1e3, 1e4, 1e5, 1e6, 1e7] {
        let y = down(nanoseconds, TIMES);
        grid.push_str(&line("grid", (MARGINS[0], y), (WIDTH - MARGINS[1], y)));
        let words = time(nanoseconds).replace(".00", "");
        grid.push_str(&text("end", MARGINS[0] - 6.0, y + 4.0, &words));
    }
    for size in [128, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 1 << 20] {
        let x = across(f64::from(size), SIZES);
        grid.push_str(&line("grid", (x, MARGINS[2]), (x, HEIGHT - MARGINS[3])));
        grid.push_str(&text("middle", x, HEIGHT - MARGINS[3] + 18.0, &size_name(size as usize)));
    }
    grid
}

fn curve(results: &Results, style: Style, subject: &str, class: &str) -> String {
    let mut path = String::new();
    for row in results.rows.iter().filter(|row| row.subject == subject) {
        let size = row.case.strip_prefix(style.name()).and_then(|rest| rest.strip_prefix('/'));
        // An empty body has no place on a logarithmic axis.
        let Some(size) = size.and_then(|size| size.parse::<f64>().ok()).filter(|size| *size > 0.0) else {
            continue;
        };
        let step = if path.is_empty() { 'M' } else { 'L' };
        let _ = write!(path, "{step}{:.1} {:.1}", across(size, SIZES), down(row.median, TIMES));
    }
    format!("<path class=\"{class}\" d=\"{path}\"/>\n")
}

fn bars(results: &Results) -> String {
    let style = Style::Stripe;
    let case = refuse_case(style);
    let title = format!("{}: refusals at 64 KiB, and acceptance", style.name());
    let mut panel = text("title", MARGINS[0], 20.0, &title);
    let names = [results::ACCEPT, results::STALE, results::MISSING, results::GARBAGE, results::HUNDRED];
    let rows = names.iter().filter_map(|name| results.row(&case, name));
    for (number, row) in rows.enumerate() {
        let (x, y) = (MARGINS[0], MARGINS[2] + 14.0 + 50.0 * number as f64);
        let width = share(row.median.max(REFUSALS[0]), REFUSALS) * (WIDTH - MARGINS[0] - MARGINS[1] - 60.0);
        let class = if row.subject == results::ACCEPT { "accept" } else { "bar" };
        panel.push_str(&text("", x, y, &row.subject));
        let _ = writeln!(
            panel,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"18\" rx=\"2\"/>",
            y + 6.0
        );
        panel.push_str(&text("", x + width + 6.0, y + 20.0, &time(row.median)));
    }
    panel.push_str(&text("", MARGINS[0], HEIGHT - 14.0, "logarithmic, from 1 ns"));
    panel
}
