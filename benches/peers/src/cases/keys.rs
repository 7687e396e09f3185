//! What a second active key costs, for requests that are signed with it.

use crate::Outcome;
use crate::contestants::{bare, ours};
use crate::inputs::{Key, Style};
use crate::lineup::{Lineup, Requests};
use crate::measure::Method;
use crate::results::{Results, TWO_KEYS};

pub(crate) const SIZES: [usize; 2] = [1 << 10, 64 << 10];

pub(super) fn run(results: &mut Results, method: Method) -> Outcome<()> {
    let style = Style::GitHub;
    for size in SIZES {
        let (old, new) = (Key::new(style, 1), Key::new(style, 2));
        let requests = Requests::signed_by(style, size, new.clone())?;
        let mut lineup = Lineup::new(&requests)?;
        bare::enter(&mut lineup)?;
        ours::enter(&mut lineup)?;
        let both = ours::verifier(style, &[&old, &new])?;
        lineup.enter(TWO_KEYS, move |request| ours::accepts(&both, request))?;
        results.add(&case(size), method.figures(lineup.subjects)?);
    }
    Ok(())
}

pub(crate) fn case(size: usize) -> String {
    format!("keys/{size}")
}
