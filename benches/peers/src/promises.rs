//! What was promised, and what guards it. Ratios of times in one run, so that they hold on any machine.

use crate::inputs::Style;

/// A limit on our time over the floor's.
#[derive(Clone, Copy)]
pub(crate) struct OverFloor {
    pub(crate) style: Style,
    pub(crate) size: usize,
    pub(crate) reach: f64,
    pub(crate) stretch: f64,
    /// The same with the time passed in.
    pub(crate) given: Option<(f64, f64)>,
    /// Where the gate closes: high enough that noise does not close it.
    pub(crate) gate: f64,
}

impl OverFloor {
    pub(crate) fn case(&self) -> String {
        format!("{}/{}", self.style.name(), self.size)
    }
}

const fn untimed(size: usize, reach: f64, stretch: f64, gate: f64) -> OverFloor {
    OverFloor { style: Style::GitHub, size, reach, stretch, given: None, gate }
}

const fn timed(style: Style, reach: f64, stretch: f64, given: Option<(f64, f64)>, gate: f64) -> OverFloor {
    OverFloor { style, size: 1 << 10, reach, stretch, given, gate }
}

pub(crate) const OVER_FLOOR: [OverFloor; 7] = [
    untimed(128, 1.65, 1.40, 2.50),
    untimed(1 << 10, 1.18, 1.10, 1.36),
    untimed(4 << 10, 1.05, 1.03, 1.12),
    untimed(64 << 10, 1.02, 1.01, 1.05),
    timed(Style::Stripe, 1.27, 1.18, Some((1.22, 1.13)), 1.58),
    timed(Style::Retell, 1.27, 1.18, Some((1.22, 1.13)), 1.58),
    timed(Style::StandardWebhooks, 1.40, 1.22, None, 2.00),
];

/// The fastest peer's time over ours: size, reach, stretch.
pub(crate) const OVER_US: [(usize, f64, f64); 2] = [(128, 2.0, 3.0), (1 << 10, 1.35, 1.6)];

/// Of the two official Standard Webhooks crates, over ours.
pub(crate) const OFFICIAL: f64 = 5.0;
pub(crate) const OFFICIAL_SIZES: [usize; 2] = [1 << 10, 64 << 10];

/// A refusal's time over that of an accepted body of 64 KiB.
pub(crate) const REFUSAL: f64 = 0.01;

/// What a second key adds, over the time of one bare MAC pass: one, and as much as two medians of the same differ.
pub(crate) const SECOND_KEY: f64 = 1.05;

/// From the last frame of 16 KiB, over verifying the whole MiB at once.
pub(crate) const AFTER_LAST_FRAME: f64 = 1.0 / 50.0;

/// CPU time per call, two threads over one.
pub(crate) const TWO_THREADS_ONE_SHOT: f64 = 1.02;
pub(crate) const TWO_THREADS_STREAMED: f64 = 1.10;

/// Crates in the default tree, hooksig itself not counted.
pub(crate) const CRATES: f64 = 26.0;
