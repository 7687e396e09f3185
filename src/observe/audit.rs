//! Decisions as lines of JSON.

use std::fmt;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use super::{Event, Observer};
use crate::time::Unit;

/// Writes every decision as one line of JSON to any writer, with the names that an auditor expects.
///
/// Each line is flushed. One that cannot be written does not stop the request; it
/// is counted in [`failures`](Self::failures), which wants an alert.
///
/// ```
/// use std::sync::{Arc, Mutex};
/// use hooksig::{AuditLog, Secret, UnixTime, Verifier, providers};
///
/// let log = Arc::new(AuditLog::new(Vec::new()).mask_addresses());
/// let verifier = Verifier::builder(providers::GITHUB)
///     .key("2026-11", Secret::new("test-secret"))
///     .label("ci")
///     .observer(Arc::clone(&log))
///     .build()?;
/// assert!(verifier.verify_at(&[("a", "b")], "{}", UnixTime::from_secs(1_763_700_000)).is_err());
/// drop(verifier);
///
/// let lines = Arc::into_inner(log).unwrap().into_inner();
/// assert_eq!(
///     String::from_utf8(lines)?,
///     "{\"timestamp\":\"2025-11-21T04:40:00Z\",\"action\":\"webhook.verify\",\"actor\":\"github\",\
///      \"resource\":\"ci\",\"result\":\"failure\",\"reason\":\"missing_signature\",\
///      \"metadata\":{\"body_length\":2}}\n"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
pub struct AuditLog<W> {
    paper: Mutex<Paper<W>>,
    failures: AtomicU64,
    masked: bool,
}

/// A writer, and whether its last line may have been cut off.
struct Paper<W> {
    writer: W,
    torn: bool,
}

#[derive(Serialize)]
struct Line<'e> {
    timestamp: Option<String>,
    action: &'static str,
    /// Who is said to have sent the request: the provider.
    actor: &'e str,
    resource: &'e str,
    result: &'static str,
    reason: &'static str,
    metadata: Metadata<'e>,
}

#[derive(Serialize)]
struct Metadata<'e> {
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'e str>,
    #[serde(skip_serializing_if = "is_false")]
    key_aged: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    skew_millis: Option<i64>,
    body_length: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_micros: Option<u128>,
}

impl<W> AuditLog<W> {
    /// A log that goes to this writer: a file opened for appending, say.
    #[must_use]
    pub fn new(writer: W) -> Self {
        let paper = Paper { writer, torn: false };
        Self { paper: Mutex::new(paper), failures: AtomicU64::new(0), masked: false }
    }

    /// Writes the networks of addresses only: the first 24 bits of IPv4 and the first 48 of IPv6.
    #[must_use]
    pub fn mask_addresses(mut self) -> Self {
        self.masked = true;
        self
    }

    /// How many lines could not be written.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use hooksig::{AuditLog, Secret, Verifier, providers};
    ///
    /// // A disk without room for a line.
    /// let log = Arc::new(AuditLog::new(std::io::Cursor::new([0_u8; 8])));
    /// let verifier = Verifier::builder(providers::GITHUB)
    ///     .key("2026-11", Secret::new("test-secret"))
    ///     .observer(Arc::clone(&log))
    ///     .build()?;
    /// assert!(verifier.verify(&[("a", "b")], "{}").is_err());
    /// assert_eq!(log.failures(), 1, "the request was decided all the same");
    /// # Ok::<(), hooksig::ConfigError>(())
    /// ```
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    /// The writer alone.
    #[must_use]
    pub fn into_inner(self) -> W {
        self.paper.into_inner().unwrap_or_else(PoisonError::into_inner).writer
    }

    fn line<'e>(&self, event: &Event<'e>) -> Line<'e> {
        let source = event.source.map(|address| if self.masked { masked(address) } else { address });
        Line {
            timestamp: Unit::Rfc3339.write(event.time),
            action: event.outcome.action(),
            actor: event.scheme,
            resource: event.endpoint,
            result: if event.outcome.is_success() { "success" } else { "failure" },
            reason: event.outcome.reason(),
            metadata: Metadata {
                key: event.key,
                key_aged: event.key_aged,
                message_id: event.message_id,
                skew_millis: event.skew_millis,
                body_length: event.body_length,
                source: source.map(|address| address.to_string()),
                duration_micros: event.duration.map(|duration| duration.as_micros()),
            },
        }
    }
}

impl<W: Write> Paper<W> {
    fn write(&mut self, line: &[u8]) -> std::io::Result<()> {
        // What was left of a line that could not be written must not spoil this one.
        if self.torn {
            self.writer.write_all(b"\n")?;
        }
        self.torn = true;
        self.writer.write_all(line)?;
        self.torn = false;
        self.writer.flush()
    }
}

fn masked(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => Ipv4Addr::from_bits(address.to_bits() & (u32::MAX << 8)).into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 80)).into(),
    }
}

fn is_false(flag: &bool) -> bool {
    !flag
}

impl<W: Write + Send> Observer for AuditLog<W> {
    fn observe(&self, event: &Event<'_>) {
        let line = serde_json::to_vec(&self.line(event));
        let written = line.map_err(std::io::Error::from).and_then(|mut line| {
            line.push(b'\n');
            self.paper.lock().unwrap_or_else(PoisonError::into_inner).write(&line)
        });
        if written.is_err() {
            self.failures.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Shows neither the writer nor what was written.
impl<W> fmt::Debug for AuditLog<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuditLog").field("failures", &self.failures()).finish_non_exhaustive()
    }
}
