//! Genuine requests of every style and size.

use super::Scope;
use crate::Outcome;
use crate::contestants;
use crate::inputs::Style;
use crate::lineup::{Lineup, Requests};
use crate::measure::Method;
use crate::results::Results;

pub(super) fn run(results: &mut Results, scope: Scope, method: Method) -> Outcome<()> {
    for style in Style::ALL {
        for &size in scope.sizes() {
            let requests = Requests::new(style, size)?;
            let mut lineup = Lineup::new(&requests)?;
            contestants::ours::enter(&mut lineup)?;
            if scope != Scope::Gate {
                contestants::bare::enter(&mut lineup)?;
                #[cfg(feature = "peers")]
                contestants::peers::enter(&mut lineup)?;
            }
            results.add(&format!("{}/{size}", style.name()), method.figures(lineup.subjects)?);
        }
    }
    Ok(())
}
