//! How long a sender waits after the last frame of a body that was hashed as it arrived.

use std::time::Instant;

use crate::Outcome;
use crate::contestants::ours;
use crate::inputs::Style;
use crate::lineup::{Lineup, Requests};
use crate::measure::{Method, Subject};
use crate::results::{LAST_FRAME, Results, STREAMED};

const SIZE: usize = 1 << 20;
const FRAME: usize = 16 << 10;

pub(crate) const CASE: &str = "stream/1048576";

pub(super) fn run(results: &mut Results, method: Method) -> Outcome<()> {
    let requests = Requests::new(Style::GitHub, SIZE)?;
    let mut lineup = Lineup::new(&requests)?;
    ours::enter(&mut lineup)?;
    let streaming = ours::verifier(Style::GitHub, &[&requests.key])?;
    let (waiting, genuine) = (streaming.clone(), &requests.genuine);
    lineup.enter(STREAMED, move |request| ours::streams(&streaming, request))?;
    lineup.subjects.push(Subject::new(LAST_FRAME, move |round| {
        let request = &genuine[round % genuine.len()];
        let (first, last) = request.body.split_at(SIZE - FRAME);
        let mut pending = waiting.begin(&request.headers)?;
        first.chunks(FRAME).for_each(|frame| pending.update(frame));
        let start = Instant::now();
        pending.update(last);
        pending.finish()?;
        Ok(start.elapsed().as_nanos() as f64)
    }));
    results.add(CASE, method.figures(lineup.subjects)?);
    Ok(())
}
