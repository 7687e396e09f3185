//! Telling the observer what was decided.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use super::Setup;
use crate::error::ErrorKind;
use crate::observe::{Event, Observer, Outcome};
use crate::time::{Clock, UnixTime, monotonic};
use crate::verified::Proof;

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

    pub(crate) fn report(
        &self,
        setup: &Setup,
        decision: &Decision,
        body_length: usize,
        verdict: Result<&Proof, ErrorKind>,
    ) {
        let outcome = verdict.map_or_else(Outcome::Refused, |_| Outcome::Accepted);
        let mut event = Event {
            outcome,
            time: decision.time,
            scheme: &setup.plan.name,
            endpoint: setup.origin.label.as_str(),
            key: None,
            key_aged: false,
            message_id: None,
            skew_millis: None,
            body_length,
            source: decision.source,
            duration: decision.started.map(|started| monotonic().saturating_duration_since(started)),
        };
        if let Ok(proof) = verdict {
            proof.describe(&mut event);
        }
        self.observer.observe(&event);
    }

    /// Tells what became of a genuine request afterwards.
    pub(crate) fn report_claim(&self, proof: &Proof, outcome: Outcome, time: UnixTime) {
        let mut event = Event {
            outcome,
            time,
            scheme: "",
            endpoint: "",
            key: None,
            key_aged: false,
            message_id: None,
            skew_millis: None,
            body_length: 0,
            source: None,
            duration: None,
        };
        proof.describe(&mut event);
        self.observer.observe(&event);
    }
}

impl fmt::Debug for Reporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reporter")
    }
}
