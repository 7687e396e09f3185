//! Decisions as events of the `tracing` crate.

use super::{Event, Observer};

/// Writes every decision to `tracing`, under the target `hooksig`: what was accepted at the
/// level of information, everything else and a match of an aged key as warnings.
///
/// ```
/// use hooksig::{Secret, TracingObserver, Verifier, providers};
///
/// let verifier = Verifier::builder(providers::GITHUB)
///     .key("2026-11", Secret::new("test-secret"))
///     .observer(TracingObserver)
///     .build()?;
/// // Told to whatever subscriber there is: `reason = "missing_signature"`, as a warning.
/// assert!(verifier.verify(&[("a", "b")], "{}").is_err());
/// # Ok::<(), hooksig::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(docsrs, doc(cfg(feature = "tracing")))]
pub struct TracingObserver;

/// The same fields at either level; the macro wants its level as a constant.
macro_rules! write_event {
    ($level:ident, $event:expr, $message:expr) => {
        ::tracing::$level!(
            target: "hooksig",
            scheme = $event.scheme,
            endpoint = $event.endpoint,
            reason = $event.outcome.reason(),
            key = $event.key,
            message_id = $event.message_id,
            skew_millis = $event.skew_millis,
            body_length = $event.body_length,
            source = $event.source.map(::tracing::field::display),
            duration_micros = $event.duration.map(|duration| u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)),
            $message
        )
    };
}

impl Observer for TracingObserver {
    fn observe(&self, event: &Event<'_>) {
        match (event.outcome.is_success(), event.key_aged) {
            (true, false) => write_event!(info, event, "webhook accepted"),
            (true, true) => write_event!(warn, event, "webhook accepted with an old key: rotate it"),
            (false, _) => write_event!(warn, event, "webhook not accepted"),
        }
    }
}
