//! What was measured, as a table and for machines.

use crate::load::Sample;
use crate::servers::{OFF, Server};

/// One server at one size: a sample of each round.
pub(crate) struct Measured {
    framework: &'static str,
    verification: &'static str,
    size: usize,
    samples: Vec<Sample>,
}

/// A server's figures, and what verification changed. All are medians over rounds, the changes too: what happened in
/// a round happened to both who are compared.
struct Line<'m> {
    measured: &'m Measured,
    per_second: f64,
    p50: f64,
    p99: f64,
    relative: f64,
    added_p50: f64,
    added_p99: f64,
}

impl Measured {
    pub(crate) fn new(server: &Server, size: usize) -> Self {
        let Server { framework, verification, .. } = server;
        Self { framework, verification, size, samples: Vec::new() }
    }

    pub(crate) fn add(&mut self, sample: Sample) {
        self.samples.push(sample);
    }

    fn over_rounds(&self, figure: fn(&Sample) -> f64) -> f64 {
        median(self.samples.iter().map(figure).collect())
    }

    fn against(&self, plain: &Self, compare: fn(&Sample, &Sample) -> f64) -> f64 {
        median(self.samples.iter().zip(&plain.samples).map(|(ours, plain)| compare(ours, plain)).collect())
    }

    fn line(&self, plain: &Self) -> Line<'_> {
        Line {
            measured: self,
            per_second: self.over_rounds(|sample| sample.per_second),
            p50: self.over_rounds(|sample| sample.p50),
            p99: self.over_rounds(|sample| sample.p99),
            relative: self.against(plain, |ours, plain| ours.per_second / plain.per_second),
            added_p50: self.against(plain, |ours, plain| ours.p50 - plain.p50),
            added_p99: self.against(plain, |ours, plain| ours.p99 - plain.p99),
        }
    }
}

fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples.get(samples.len() / 2).copied().unwrap_or(f64::NAN)
}

fn lines(all: &[Measured]) -> Vec<Line<'_>> {
    all.iter().filter_map(|measured| Some(measured.line(plain(all, measured)?))).collect()
}

/// The same without verification.
fn plain<'m>(all: &'m [Measured], measured: &Measured) -> Option<&'m Measured> {
    let same = |one: &&Measured| one.framework == measured.framework && one.size == measured.size;
    all.iter().filter(same).find(|one| one.verification == OFF)
}

const HEAD: &str = "\
| server | verification     | body   | requests/s | of off | p50 µs | p99 µs | added p50 | added p99 |
|--------|------------------|--------|------------|--------|--------|--------|-----------|-----------|
";

pub(crate) fn table(all: &[Measured]) -> String {
    let rows = lines(all).into_iter().map(|line| {
        let Measured { framework, verification, size, .. } = line.measured;
        let name = format!("| {framework:6} | {verification:16} | {:2} KiB |", size >> 10);
        let rate = format!(" {:10.0} | {:5.0}% |", line.per_second, line.relative * 100.0);
        let latency = format!(" {:6.1} | {:6.1} |", line.p50, line.p99);
        format!("{name}{rate}{latency} {:9.1} | {:9.1} |\n", line.added_p50, line.added_p99)
    });
    HEAD.to_owned() + &rows.collect::<String>()
}

/// Names hold nothing that JSON would have to escape.
pub(crate) fn json(all: &[Measured]) -> String {
    let rows = lines(all).into_iter().map(|line| {
        let Measured { framework, verification, size, .. } = line.measured;
        format!(
            "  {{\"server\":\"{framework}\",\"verification\":\"{verification}\",\"body\":{size},\
             \"per_second\":{:.1},\"p50_us\":{:.2},\"p99_us\":{:.2},\"relative\":{:.4},\
             \"added_p50_us\":{:.2},\"added_p99_us\":{:.2}}}",
            line.per_second, line.p50, line.p99, line.relative, line.added_p50, line.added_p99,
        )
    });
    format!("[\n{}\n]\n", rows.collect::<Vec<_>>().join(",\n"))
}
