//! Telling the observer what was decided.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use super::Setup;
use crate::error::VerifyError;
use crate::observe::{Event, Observer, Outcome};
use crate::time::{Clock, UnixTime, monotonic};
use crate::verified::{Circumstances, Proof, Verified};

/// Whom to tell.
#[derive(Clone)]
pub(crate) struct Reporter {
    observer: Arc<dyn Observer>,
}

/// What is known of a decision from its beginning on.
#[derive(Clone, Copy)]
pub(crate) struct Decision {
    source: Option<IpAddr>,
    time: UnixTime,
    started: Option<Instant>,
}

impl Decision {
    pub(super) fn begin(source: Option<IpAddr>, clock: Clock) -> Self {
        Self { source, time: clock.now(), started: clock.stopwatch() }
    }
}

impl Reporter {
    pub(super) fn new(observer: impl Observer + 'static) -> Self {
        Self { observer: Arc::new(observer) }
    }

    pub(crate) fn report<B>(
        &self,
        setup: &Setup,
        decision: &Decision,
        body_length: usize,
        verdict: &mut Result<Verified<B>, VerifyError>,
    ) {
        let outcome =
            verdict.as_ref().map_or_else(|error| Outcome::Refused(error.kind()), |_| Outcome::Accepted);
        let circumstances = Circumstances { time: decision.time, source: decision.source, body_length };
        let mut event = event(outcome, circumstances);
        event.scheme = &setup.plan.name;
        event.endpoint = setup.origin.label.as_str();
        event.duration = decision.started.map(|started| monotonic().saturating_duration_since(started));
        if let Ok(verified) = verdict {
            verified.came_in(circumstances);
            verified.proof().describe(&mut event);
        }
        self.observer.observe(&event);
    }

    /// Tells what became of a genuine request afterwards.
    pub(crate) fn report_claim(&self, proof: &Proof, outcome: Outcome) {
        let Some(circumstances) = proof.circumstances() else {
            return;
        };
        let mut event = event(outcome, circumstances);
        proof.describe(&mut event);
        self.observer.observe(&event);
    }
}

fn event<'e>(outcome: Outcome, circumstances: Circumstances) -> Event<'e> {
    Event {
        outcome,
        time: circumstances.time,
        scheme: "",
        endpoint: "",
        key: None,
        key_aged: false,
        message_id: None,
        skew_millis: None,
        body_length: circumstances.body_length,
        source: circumstances.source,
        duration: None,
    }
}
