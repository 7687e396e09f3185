//! What was measured, and what follows from it by division.

use crate::measure::{Figure, median};

pub(crate) const FLOOR: &str = "floor";
pub(crate) const BARE: &str = "hmac";
pub(crate) const OURS: &str = "hooksig";
/// With the time passed in instead of a clock read.
pub(crate) const OURS_AT: &str = "hooksig verify_at";

pub(crate) const TWO_KEYS: &str = "hooksig, two keys";
pub(crate) const STREAMED: &str = "hooksig, streamed";
pub(crate) const LAST_FRAME: &str = "hooksig, after the last frame";
pub(crate) const ACCEPT: &str = "accept";
pub(crate) const STALE: &str = "stale timestamp";
pub(crate) const MISSING: &str = "missing header";
pub(crate) const GARBAGE: &str = "8 KiB garbage header";
pub(crate) const HUNDRED: &str = "100 signatures";
pub(crate) const THREADS_ONE_SHOT: &str = "CPU per call, two threads / one: one-shot";
pub(crate) const THREADS_STREAMED: &str = "CPU per call, two threads / one: streaming";
pub(crate) const THREADS_FLOOR: &str = "CPU per call, two threads / one: floor";
pub(crate) const ADDED_BYTES: &str = "bytes added to an axum program";
pub(crate) const CRATES: &str = "crates in the default tree";
pub(crate) const C_BUILDERS: &str = "crates in the default tree that build C";

/// One subject in one case.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) case: String,
    pub(crate) subject: String,
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) ratio_to_floor: Option<f64>,
    pub(crate) allocations: Option<u64>,
}

/// A figure that is no time.
#[derive(Debug)]
pub(crate) struct Fact {
    pub(crate) name: &'static str,
    pub(crate) value: f64,
}

/// All figures of a run.
#[derive(Default, Debug)]
pub struct Results {
    pub(crate) rows: Vec<Row>,
    pub(crate) facts: Vec<Fact>,
}

impl Results {
    pub(crate) fn add(&mut self, case: &str, figures: Vec<Figure>) {
        let floor = figures.iter().find(|figure| figure.name == FLOOR).map(|floor| floor.median);
        self.rows.extend(figures.into_iter().map(|figure| Row {
            case: case.to_owned(),
            subject: figure.name,
            median: figure.median,
            min: figure.min,
            ratio_to_floor: floor.map(|floor| figure.median / floor),
            allocations: figure.allocations,
        }));
    }

    pub(crate) fn note(&mut self, name: &'static str, value: f64) {
        self.facts.push(Fact { name, value });
    }

    pub(crate) fn fact(&self, name: &str) -> Option<f64> {
        self.facts.iter().find(|fact| fact.name == name).map(|fact| fact.value)
    }

    pub(crate) fn case<'a>(&'a self, case: &'a str) -> impl Iterator<Item = &'a Row> {
        self.rows.iter().filter(move |row| row.case == case)
    }

    pub(crate) fn row(&self, case: &str, subject: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.case == case && row.subject == subject)
    }

    /// Every verification at once of ours, accepted or refused.
    pub(crate) fn one_shot(&self) -> impl Iterator<Item = &Row> {
        let ours = |row: &&Row| {
            row.case.starts_with("refuse/") || [OURS, OURS_AT, TWO_KEYS].contains(&row.subject.as_str())
        };
        self.rows.iter().filter(ours)
    }

    /// The quotient of two medians of one case.
    pub(crate) fn ratio(&self, case: &str, subject: &str, other: &str) -> Option<f64> {
        Some(self.row(case, subject)?.median / self.row(case, other)?.median)
    }

    /// The quotient of the least times of one case: what a machine that is busy with other things had shown without them.
    pub(crate) fn ratio_of_least(&self, case: &str, subject: &str, other: &str) -> Option<f64> {
        Some(self.row(case, subject)?.min / self.row(case, other)?.min)
    }

    /// How far our medians lie above our least times, in the middle over all sizes and styles: 1 on a quiet machine.
    pub(crate) fn unrest(&self) -> f64 {
        let ours = self.rows.iter().filter(|row| row.subject == OURS);
        median(ours.map(|row| row.median / row.min).collect())
    }

    /// The fastest of the other crates in a case.
    pub(crate) fn fastest_peer(&self, case: &str) -> Option<&Row> {
        let ours = [FLOOR, BARE, OURS, OURS_AT];
        let peers = self.rows.iter().filter(|row| row.case == case && !ours.contains(&row.subject.as_str()));
        peers.min_by(|one, other| one.median.total_cmp(&other.median))
    }
}
