//! Counts of decisions, for a metrics exporter to read.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::{Event, Observer, Outcome};
use crate::error::ErrorKind;

/// Counts decisions by scheme, endpoint and reason.
///
/// ```
/// use std::sync::Arc;
/// use hooksig::{Counters, Secret, Verifier, providers};
///
/// let counters = Arc::new(Counters::default());
/// let verifier = Verifier::builder(providers::GITHUB)
///     .key("default", Secret::new("test-secret"))
///     .observer(Arc::clone(&counters))
///     .build()?;
/// assert!(verifier.verify(&[("a", "b")], "{}").is_err());
///
/// let counts = counters.snapshot();
/// assert_eq!((counts[0].scheme.as_str(), counts[0].reason, counts[0].count), ("github", "missing_signature", 1));
/// # Ok::<(), hooksig::ConfigError>(())
/// ```
#[derive(Debug, Default)]
pub struct Counters {
    endpoints: RwLock<BTreeMap<Endpoint, Arc<Row>>>,
}

/// The scheme's name and the verifier's label.
type Endpoint = (String, String);

/// One counter for each outcome.
type Row = [AtomicU64; OUTCOMES];

/// The outcomes that are no refusals.
const PLAIN: [Outcome; 6] = [
    Outcome::Accepted,
    Outcome::Duplicate,
    Outcome::InProgress,
    Outcome::StoreFailed,
    Outcome::ClaimLost,
    Outcome::NoReplayKey,
];

const OUTCOMES: usize = PLAIN.len() + ErrorKind::ALL.len();

/// How often one thing was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Count {
    /// The scheme's name.
    pub scheme: String,
    /// The verifier's label.
    pub endpoint: String,
    /// [`Outcome::reason`].
    pub reason: &'static str,
    /// How often.
    pub count: u64,
}

impl Counters {
    /// All counts that are not zero, in order.
    #[must_use]
    pub fn snapshot(&self) -> Vec<Count> {
        let endpoints = self.endpoints.read().unwrap_or_else(PoisonError::into_inner);
        let outcomes = PLAIN.into_iter().chain(ErrorKind::ALL.iter().map(|kind| Outcome::Refused(*kind)));
        let outcomes: Vec<_> = outcomes.collect();
        let counts = endpoints.iter().flat_map(|((scheme, endpoint), row)| {
            outcomes.iter().zip(row.iter()).map(move |(outcome, count)| Count {
                scheme: scheme.clone(),
                endpoint: endpoint.clone(),
                reason: outcome.reason(),
                count: count.load(Ordering::Relaxed),
            })
        });
        counts.filter(|count| count.count > 0).collect()
    }

    fn row(&self, event: &Event<'_>) -> Arc<Row> {
        let endpoint = (event.scheme.to_owned(), event.endpoint.to_owned());
        let endpoints = self.endpoints.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(row) = endpoints.get(&endpoint) {
            return Arc::clone(row);
        }
        drop(endpoints);
        let mut endpoints = self.endpoints.write().unwrap_or_else(PoisonError::into_inner);
        let row = endpoints.entry(endpoint);
        Arc::clone(row.or_insert_with(|| Arc::new([const { AtomicU64::new(0) }; OUTCOMES])))
    }
}

fn index(outcome: Outcome) -> Option<usize> {
    match outcome {
        Outcome::Refused(kind) => {
            let index = ErrorKind::ALL.iter().position(|known| *known == kind)?;
            Some(PLAIN.len().saturating_add(index))
        }
        plain => PLAIN.iter().position(|known| *known == plain),
    }
}

impl Observer for Counters {
    fn observe(&self, event: &Event<'_>) {
        let row = self.row(event);
        if let Some(count) = index(event.outcome).and_then(|index| row.get(index)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }
}
