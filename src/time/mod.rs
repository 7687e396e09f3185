//! Time: what a timestamp can look like, and how old or far ahead it may be.

mod calendar;

use std::fmt;
use std::time::{Duration, Instant, SystemTime};

use crate::error::ErrorKind;

/// A moment, as the time since 1970-01-01T00:00:00Z.
///
/// ```
/// use hooksig::UnixTime;
///
/// assert_eq!(UnixTime::from_millis(1_763_700_000_123).as_secs(), 1_763_700_000);
/// assert!(UnixTime::from_secs(1) < UnixTime::from_millis(1_001));
/// ```
///
/// ```
/// use std::time::Duration;
/// use hooksig::UnixTime;
///
/// let moment = UnixTime::from_rfc3339("2025-11-21T04:40:00Z").unwrap();
/// assert_eq!(moment, UnixTime::from_secs(1_763_700_000));
/// assert_eq!(UnixTime::from_rfc3339("2025-11-21 04:40"), None);
/// assert_eq!(UnixTime::since_epoch(Duration::from_secs(1)).as_millis(), 1_000);
/// assert_eq!(moment.saturating_sub(moment.elapsed()), UnixTime::from_secs(0));
/// assert_eq!(moment.saturating_add(Duration::from_secs(60)).as_secs(), 1_763_700_060);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime {
    since_epoch: Duration,
}

impl UnixTime {
    /// The moment `secs` seconds after the epoch.
    #[must_use]
    pub const fn from_secs(secs: u64) -> Self {
        Self::since_epoch(Duration::from_secs(secs))
    }

    /// The moment `millis` milliseconds after the epoch.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self::since_epoch(Duration::from_millis(millis))
    }

    /// The moment that lies `elapsed` after the epoch.
    #[must_use]
    pub const fn since_epoch(elapsed: Duration) -> Self {
        Self { since_epoch: elapsed }
    }

    /// The system clock's moment; the epoch itself where the clock stands before it.
    ///
    /// The only place in this crate that reads a clock.
    ///
    /// # Panics
    ///
    /// Never on platforms that have a clock. Where `SystemTime::now` panics
    /// (`wasm32-unknown-unknown`), pass the time in with
    /// [`Verifier::verify_at`](crate::Verifier::verify_at) instead.
    #[must_use]
    pub fn now() -> Self {
        Self::from(SystemTime::now())
    }

    /// The moment that a text of RFC 3339 names, if it is one: `2026-01-01T00:00:00Z`.
    #[must_use]
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        Unit::Rfc3339.read(text.as_bytes()).map(|stamp| stamp.time)
    }

    /// Whole seconds since the epoch.
    #[must_use]
    pub const fn as_secs(self) -> u64 {
        self.since_epoch.as_secs()
    }

    /// Whole milliseconds since the epoch, saturating in 584 million years.
    #[must_use]
    pub fn as_millis(self) -> u64 {
        u64::try_from(self.since_epoch.as_millis()).unwrap_or(u64::MAX)
    }

    /// The time since the epoch.
    #[must_use]
    pub const fn elapsed(self) -> Duration {
        self.since_epoch
    }

    /// The moment `later` after this one, saturating at the end of time.
    #[must_use]
    pub const fn saturating_add(self, later: Duration) -> Self {
        Self::since_epoch(self.since_epoch.saturating_add(later))
    }

    /// The moment `earlier` before this one, saturating at the epoch.
    #[must_use]
    pub const fn saturating_sub(self, earlier: Duration) -> Self {
        Self::since_epoch(self.since_epoch.saturating_sub(earlier))
    }
}

/// Where a verification has its time from.
#[derive(Clone, Copy)]
pub(crate) enum Clock {
    /// The system's clock, for a request that just came in.
    System,
    /// A moment that the caller said; no clock is read.
    At(UnixTime),
}

impl Clock {
    pub(crate) fn now(self) -> UnixTime {
        match self {
            Self::System => UnixTime::now(),
            Self::At(now) => now,
        }
    }

    /// Starts to measure a duration, where there is a clock to measure it with.
    pub(crate) fn stopwatch(self) -> Option<Instant> {
        match self {
            Self::System => Some(monotonic()),
            Self::At(_) => None,
        }
    }
}

/// The clock that is never set back.
pub(crate) fn monotonic() -> Instant {
    Instant::now()
}

impl From<SystemTime> for UnixTime {
    fn from(time: SystemTime) -> Self {
        Self::since_epoch(time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default())
    }
}

impl fmt::Debug for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnixTime({:?})", self.since_epoch)
    }
}

/// How a scheme writes its timestamp.
///
/// Only the canonical form of each is read: a number has exactly the digits that today's numbers of
/// that unit have, so that no sign, space, leading zero or other unit passes, and so that a
/// timestamp that touches the body has one end only.
///
/// ```
/// use hooksig::{Unit, providers};
///
/// let (_, unit) = providers::RETELL.timestamp().unwrap();
/// assert_eq!(unit, Unit::Millis);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unit {
    /// Unix seconds: ten digits, the first not 0.
    Seconds,
    /// Unix milliseconds: thirteen digits, the first not 0.
    Millis,
    /// Unix seconds or milliseconds, told apart by their width.
    SecondsOrMillis,
    /// RFC 3339 with its zone: `2026-01-01T00:00:00Z`, up to nine digits of fraction, `Z` or an
    /// offset of hours and minutes.
    Rfc3339,
    /// The fixed-width date of HTTP: `Thu, 01 Jan 2026 00:00:00 GMT`.
    HttpDate,
    /// A date and a time in UTC, as databases write them: `2026-01-01 00:00:00`.
    DateTime,
}

/// A timestamp that was read, with the resolution in which its sender counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) time: UnixTime,
    resolution: Resolution,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Resolution {
    Second,
    Milli,
    Nano,
}

impl Unit {
    /// Reads the canonical form, or nothing.
    pub(crate) fn read(self, text: &[u8]) -> Option<Stamp> {
        match self {
            Self::Seconds => seconds(text),
            Self::Millis => millis(text),
            Self::SecondsOrMillis => seconds(text).or_else(|| millis(text)),
            Self::Rfc3339 => {
                let (time, fraction) = calendar::rfc3339(text)?;
                let resolution = if fraction { Resolution::Nano } else { Resolution::Second };
                Some(Stamp { time, resolution })
            }
            Self::HttpDate => {
                Some(Stamp { time: calendar::http_date(text)?, resolution: Resolution::Second })
            }
            Self::DateTime => {
                Some(Stamp { time: calendar::date_time(text)?, resolution: Resolution::Second })
            }
        }
    }

    /// Reads a number that stands for itself, as in JSON: it has the digits of the canonical form.
    #[cfg(feature = "json")]
    pub(crate) fn read_number(self, number: u64) -> Option<Stamp> {
        let seconds = Stamp { time: UnixTime::from_secs(number), resolution: Resolution::Second };
        let millis = Stamp { time: UnixTime::from_millis(number), resolution: Resolution::Milli };
        match (self, number) {
            (Self::Seconds | Self::SecondsOrMillis, 1_000_000_000..=9_999_999_999) => Some(seconds),
            (Self::Millis | Self::SecondsOrMillis, 1_000_000_000_000..=9_999_999_999_999) => Some(millis),
            _ => None,
        }
    }

    /// Writes the canonical form, or nothing where the moment has none in this unit.
    pub(crate) fn write(self, time: UnixTime) -> Option<String> {
        let text = match self {
            Self::Seconds | Self::SecondsOrMillis => time.as_secs().to_string(),
            Self::Millis => time.as_millis().to_string(),
            Self::Rfc3339 => calendar::write_rfc3339(time)?,
            Self::HttpDate => calendar::write_http_date(time)?,
            Self::DateTime => calendar::write_date_time(time)?,
        };
        self.read(text.as_bytes()).map(|_| text)
    }

    /// The unit in words.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Seconds => "unix seconds (10 digits)",
            Self::Millis => "unix milliseconds (13 digits)",
            Self::SecondsOrMillis => "unix seconds (10 digits) or milliseconds (13 digits)",
            Self::Rfc3339 => "RFC 3339 with its zone",
            Self::HttpDate => "HTTP date",
            Self::DateTime => "date and time in UTC (YYYY-MM-DD HH:MM:SS)",
        }
    }
}

fn seconds(text: &[u8]) -> Option<Stamp> {
    let time = UnixTime::from_secs(number(text, 10)?);
    Some(Stamp { time, resolution: Resolution::Second })
}

fn millis(text: &[u8]) -> Option<Stamp> {
    let time = UnixTime::from_millis(number(text, 13)?);
    Some(Stamp { time, resolution: Resolution::Milli })
}

/// A number of exactly `width` (at most 19) digits that does not start with 0.
fn number(text: &[u8], width: usize) -> Option<u64> {
    if text.len() != width || text.first() == Some(&b'0') {
        return None;
    }
    digits(text)
}

/// A number of at most 19 ASCII digits, which cannot overflow.
fn digits(text: &[u8]) -> Option<u64> {
    let (number, wrong) = text.iter().fold((0_u64, false), |(number, wrong), byte| {
        let digit = byte.wrapping_sub(b'0');
        (number.wrapping_mul(10).wrapping_add(u64::from(digit)), wrong | (digit > 9))
    });
    (!wrong && text.len() <= 19).then_some(number)
}

/// How old and how far ahead a timestamp may be; either limit itself is still accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Freshness {
    pub(crate) max_age: Duration,
    pub(crate) max_ahead: Duration,
}

impl Freshness {
    /// Compares at the sender's resolution: a sender that counts whole seconds is not measured
    /// against our fraction of one.
    pub(crate) fn check(self, stamp: Stamp, now: UnixTime) -> Result<(), ErrorKind> {
        let signed = stamp.time.since_epoch;
        let now = stamp.resolution.floor(now.since_epoch);
        if now.saturating_sub(signed) > self.max_age {
            return Err(ErrorKind::Stale);
        }
        if signed.saturating_sub(now) > self.max_ahead {
            return Err(ErrorKind::Future);
        }
        Ok(())
    }
}

impl Resolution {
    fn floor(self, time: Duration) -> Duration {
        match self {
            Self::Second => Duration::from_secs(time.as_secs()),
            Self::Milli => Duration::new(time.as_secs(), time.subsec_millis().saturating_mul(1_000_000)),
            Self::Nano => time,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Freshness =
        Freshness { max_age: Duration::from_secs(300), max_ahead: Duration::from_secs(60) };

    fn verdict(unit: Unit, text: &str, now_millis: u64) -> Result<(), ErrorKind> {
        LIMITS.check(unit.read(text.as_bytes()).unwrap(), UnixTime::from_millis(now_millis))
    }

    #[test]
    fn limits_hold_to_the_unit_of_the_timestamp() {
        let seconds = "1763700000";
        assert_eq!(verdict(Unit::Seconds, seconds, 1_763_700_300_999), Ok(()));
        assert_eq!(verdict(Unit::Seconds, seconds, 1_763_700_301_000), Err(ErrorKind::Stale));
        assert_eq!(verdict(Unit::Seconds, seconds, 1_763_699_940_000), Ok(()));
        assert_eq!(verdict(Unit::Seconds, seconds, 1_763_699_939_999), Err(ErrorKind::Future));

        let millis = "1763700000000";
        assert_eq!(verdict(Unit::Millis, millis, 1_763_700_300_000), Ok(()));
        assert_eq!(verdict(Unit::Millis, millis, 1_763_700_300_001), Err(ErrorKind::Stale));
        assert_eq!(verdict(Unit::Millis, millis, 1_763_699_939_999), Err(ErrorKind::Future));
    }

    #[test]
    fn a_clock_at_zero_refuses() {
        assert_eq!(verdict(Unit::Seconds, "1763700000", 0), Err(ErrorKind::Future));
    }

    #[test]
    fn only_canonical_numbers_are_read() {
        for text in [
            "",
            "0",
            "1",
            "176370000",
            "01763700000",
            "0763700000",
            "+1763700000",
            "-1763700000",
            " 1763700000",
            "1763700000 ",
            "1763700000.0",
            "176370000a",
            "１７６３７０００００",
            "-9223372036854775808",
            "1763700000000",
            "1_763_70000",
            "99999999999999999999999999999999999999999999999999",
        ] {
            assert_eq!(Unit::Seconds.read(text.as_bytes()), None, "{text:?}");
        }
        assert!(Unit::Millis.read(b"1763700000").is_none());
        assert!(Unit::SecondsOrMillis.read(b"1763700000").is_some());
        assert!(Unit::SecondsOrMillis.read(b"1763700000123").is_some());
        assert!(Unit::SecondsOrMillis.read(b"17637000001").is_none());
    }

    #[test]
    fn what_is_written_is_read_back() {
        let time = UnixTime::from_millis(1_763_700_000_123);
        for unit in [
            Unit::Seconds,
            Unit::Millis,
            Unit::SecondsOrMillis,
            Unit::Rfc3339,
            Unit::HttpDate,
            Unit::DateTime,
        ] {
            let text = unit.write(time).unwrap();
            let read = unit.read(text.as_bytes()).unwrap().time;
            assert_eq!(read.as_secs(), time.as_secs(), "{unit:?} {text}");
        }
        assert_eq!(Unit::Seconds.write(UnixTime::from_secs(7)), None);
    }
}
