//! Every promise with what was measured.

use crate::cases::{STREAM_CASE, key_case, refuse_case};
use crate::inputs::Style;
use crate::promises::{self, OVER_FLOOR};
use crate::results::{self, BARE, FLOOR, LAST_FRAME, OURS, OURS_AT, Results, Row, STREAMED, TWO_KEYS};
use crate::table::Table;

/// Above this the medians say more about the machine than about us. What waits for SHA-256 hardly feels a neighbour on
/// the same core, and everything else does, so a busy machine raises even ratios to the floor.
const QUIET: f64 = 1.1;

/// A promise and its figure; none where nobody measured.
struct Verdict {
    promise: String,
    figure: Option<f64>,
    reach: f64,
    stretch: Option<f64>,
    side: Side,
    note: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    AtMost,
    AtLeast,
    /// Reported, without a limit.
    Report,
}

impl Verdict {
    fn at_most(promise: impl Into<String>, reach: f64, figure: Option<f64>) -> Self {
        let note = String::new();
        Self { promise: promise.into(), figure, reach, stretch: None, side: Side::AtMost, note }
    }

    fn at_least(promise: impl Into<String>, reach: f64, figure: Option<f64>) -> Self {
        Self { side: Side::AtLeast, ..Self::at_most(promise, reach, figure) }
    }

    fn report(promise: impl Into<String>, figure: Option<f64>) -> Self {
        Self { side: Side::Report, ..Self::at_most(promise, f64::NAN, figure) }
    }

    fn stretch(self, stretch: f64) -> Self {
        Self { stretch: Some(stretch), ..self }
    }

    fn note(self, note: impl Into<String>) -> Self {
        Self { note: note.into(), ..self }
    }

    fn meets(&self, figure: f64, limit: f64) -> bool {
        match self.side {
            Side::AtMost => figure <= limit,
            Side::AtLeast => figure >= limit,
            Side::Report => true,
        }
    }

    fn word(&self) -> &'static str {
        let Some(figure) = self.figure else {
            return "not measured";
        };
        match self.stretch {
            _ if self.side == Side::Report => "reported",
            Some(stretch) if self.meets(figure, stretch) => "stretch",
            _ if self.meets(figure, self.reach) => "holds",
            _ => "MISSED",
        }
    }

    fn limit(&self) -> String {
        let stretch = self.stretch.map(|stretch| format!(" ({stretch})")).unwrap_or_default();
        match self.side {
            Side::AtMost => format!("<= {}{stretch}", self.reach),
            Side::AtLeast => format!(">= {}{stretch}", self.reach),
            Side::Report => String::new(),
        }
    }
}

/// One table with every promise.
pub fn table(results: &Results) -> String {
    let mut table = Table::new("Promises", &["promise", "reach (stretch)", "measured", "verdict", "note"]);
    for verdict in all(results) {
        let figure = verdict.figure.map(precise).unwrap_or_default();
        let (limit, word) = (verdict.limit(), verdict.word().to_owned());
        table.row([verdict.promise, limit, figure, word, verdict.note]);
    }
    let unrest = results.unrest();
    let busy = if unrest < QUIET { "quiet" } else { "BUSY: measure again" };
    format!("{table}\nOur medians are {unrest:.2} times our least times; the machine was {busy}.\n")
}

fn all(results: &Results) -> Vec<Verdict> {
    let parts =
        [over_floor, over_us, official, allocations, refusals, second_key, streaming, threads, builds];
    parts.iter().flat_map(|part| part(results)).collect()
}

fn case(style: Style, size: usize) -> String {
    format!("{}/{size}", style.name())
}

/// The same by the least times, where there are some.
fn least(results: &Results, case: &str, subject: &str, other: &str) -> String {
    let ratio = results.ratio_of_least(case, subject, other);
    ratio.map(|ratio| format!("{} by the least times", precise(ratio))).unwrap_or_default()
}

fn over_floor(results: &Results) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for promise in &OVER_FLOOR {
        let case = promise.case();
        let figure = results.ratio(&case, OURS, FLOOR);
        let verdict = Verdict::at_most(format!("{case} / floor"), promise.reach, figure);
        verdicts.push(verdict.stretch(promise.stretch).note(least(results, &case, OURS, FLOOR)));
        if let Some((reach, stretch)) = promise.given {
            let figure = results.ratio(&case, OURS_AT, FLOOR);
            let verdict = Verdict::at_most(format!("{case}, time passed in / floor"), reach, figure);
            verdicts.push(verdict.stretch(stretch).note(least(results, &case, OURS_AT, FLOOR)));
        }
    }
    verdicts
}

fn over_us(results: &Results) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for style in Style::ALL.into_iter().filter(|style| *style != Style::Retell) {
        for (size, reach, stretch) in promises::OVER_US {
            let case = case(style, size);
            let peer = results.fastest_peer(&case);
            let figure = peer.and_then(|peer| results.ratio(&case, &peer.subject, OURS));
            let verdict = Verdict::at_least(format!("{case}: fastest peer / hooksig"), reach, figure);
            let note =
                |peer: &Row| format!("{}, {}", peer.subject, least(results, &case, &peer.subject, OURS));
            verdicts.push(verdict.stretch(stretch).note(peer.map(note).unwrap_or_default()));
        }
    }
    verdicts
}

fn official(results: &Results) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for peer in ["svix", "standardwebhooks"] {
        for size in promises::OFFICIAL_SIZES {
            let case = case(Style::StandardWebhooks, size);
            let figure = results.ratio(&case, peer, OURS);
            let verdict = Verdict::at_least(format!("{case}: {peer} / hooksig"), promises::OFFICIAL, figure);
            verdicts.push(verdict.note(least(results, &case, peer, OURS)));
        }
    }
    verdicts
}

/// The most that any one call allocated. A streamed request's state has to outlive its headers, so it is boxed.
fn allocations(results: &Results) -> Vec<Verdict> {
    let one_shot = results.one_shot().filter_map(|row| Some((row.allocations?, row)));
    let most = one_shot.max_by_key(|(count, _)| *count);
    let note = match most {
        Some((1.., row)) => format!("{}, {}", row.case, row.subject),
        _ => "one-shot, accepted and refused".to_owned(),
    };
    let figure = most.map(|(count, _)| count as f64);
    let streamed = results.row(STREAM_CASE, STREAMED).and_then(|row| row.allocations);
    vec![
        Verdict::at_most("allocations on any HMAC path", 0.0, figure).note(note),
        Verdict::report("allocations of a streamed request", streamed.map(|count| count as f64)),
    ]
}

fn refusals(results: &Results) -> Vec<Verdict> {
    [results::STALE, results::MISSING, results::GARBAGE, results::HUNDRED]
        .into_iter()
        .map(|what| {
            let ratio =
                |style: Style| Some((results.ratio(&refuse_case(style), what, results::ACCEPT)?, style));
            let worst =
                Style::ALL.into_iter().filter_map(ratio).max_by(|one, other| one.0.total_cmp(&other.0));
            let note = worst.map(|(_, style)| format!("worst: {}", style.name())).unwrap_or_default();
            let promise = format!("{what} / accept at 64 KiB");
            Verdict::at_most(promise, promises::REFUSAL, worst.map(|(ratio, _)| ratio)).note(note)
        })
        .collect()
}

fn second_key(results: &Results) -> Vec<Verdict> {
    let verdict = |size| {
        let case = key_case(size);
        let median = |subject| Some(results.row(&case, subject)?.median);
        let added = || Some(median(TWO_KEYS)? - median(OURS)?);
        let over = |subject| Some(added()? / median(subject)?);
        let note = over(FLOOR).map(|passes| format!("{} of the floor's", plain(passes))).unwrap_or_default();
        let promise = format!("second key at {size} bytes / one bare MAC pass");
        Verdict::at_most(promise, promises::SECOND_KEY, over(BARE)).note(note)
    };
    crate::cases::KEY_SIZES.into_iter().map(verdict).collect()
}

fn streaming(results: &Results) -> Vec<Verdict> {
    let figure = results.ratio(STREAM_CASE, LAST_FRAME, OURS);
    let note = figure.map(|figure| format!("1/{:.0}", 1.0 / figure)).unwrap_or_default();
    let promise = "after the last 16 KiB of 1 MiB / buffered";
    vec![Verdict::at_most(promise, promises::AFTER_LAST_FRAME, figure).note(note)]
}

fn threads(results: &Results) -> Vec<Verdict> {
    let floor = results.fact(results::THREADS_FLOOR);
    let note = floor.map(|ratio| format!("the floor, which shares nothing: {}", plain(ratio)));
    let limits = [
        (results::THREADS_ONE_SHOT, promises::TWO_THREADS_ONE_SHOT),
        (results::THREADS_STREAMED, promises::TWO_THREADS_STREAMED),
    ];
    let verdict = |(name, reach)| {
        Verdict::at_most(name, reach, results.fact(name)).note(note.clone().unwrap_or_default())
    };
    limits.into_iter().map(verdict).collect()
}

fn builds(results: &Results) -> Vec<Verdict> {
    let fact = |name| results.fact(name);
    vec![
        Verdict::report(results::ADDED_BYTES, fact(results::ADDED_BYTES)).note("one provider, stripped"),
        Verdict::at_most(results::CRATES, promises::CRATES, fact(results::CRATES))
            .note("hooksig not counted"),
        Verdict::at_most(results::C_BUILDERS, 0.0, fact(results::C_BUILDERS)),
    ]
}

/// As many digits as it takes to tell a limit that is kept from one that is not.
fn precise(figure: f64) -> String {
    match figure {
        whole if whole == whole.trunc() => format!("{whole}"),
        small if small.abs() < 0.1 => format!("{small:.4}"),
        figure => format!("{figure:.3}"),
    }
}

/// As many digits as say something.
pub(crate) fn plain(figure: f64) -> String {
    match figure {
        whole if whole == whole.trunc() => format!("{whole:.0}"),
        small if small.abs() < 0.1 => format!("{small:.4}"),
        large if large.abs() >= 10.0 => format!("{large:.1}"),
        middling => format!("{middling:.2}"),
    }
}
