//! Dates as text: RFC 3339 (<https://www.rfc-editor.org/rfc/rfc3339#section-5.6>) and the date of HTTP
//! (<https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7>).

use std::time::Duration;

use super::{UnixTime, digits};

/// Seconds in a day.
const DAY: u64 = 86_400;

/// Reads `YYYY-MM-DDTHH:MM:SS[.f…](Z|±HH:MM)` and says whether it has a fraction.
///
/// Stricter than the RFC, so that one moment of one sender has one spelling: capital `T` and `Z`, at
/// most nine digits of fraction, no leap second, nothing before 1970.
pub(super) fn rfc3339(text: &[u8]) -> Option<(UnixTime, bool)> {
    let (date, rest) = text.split_at_checked(10)?;
    let rest = rest.strip_prefix(b"T")?;
    let (clock, rest) = rest.split_at_checked(8)?;
    let (nanos, zone) = fraction(rest)?;
    let days = days(date)?;
    let local = days.checked_mul(DAY)?.checked_add(seconds_of_day(clock)?)?;
    let secs = match zone.split_first()? {
        (b'Z', []) => local,
        (b'+', offset) => local.checked_sub(seconds_of_offset(offset)?)?,
        (b'-', offset) => local.checked_add(seconds_of_offset(offset)?)?,
        _ => return None,
    };
    let time = UnixTime::since_epoch(Duration::new(secs, nanos.unwrap_or(0)));
    Some((time, nanos.is_some()))
}

/// Writes a moment up to the year 9999 in UTC, with as many digits of fraction as it needs.
pub(super) fn write_rfc3339(time: UnixTime) -> Option<String> {
    let secs = time.as_secs();
    let (year, month, day) = date_of(secs / DAY)?;
    let clock = secs % DAY;
    let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
    let nanos = time.elapsed().subsec_nanos();
    let fraction = format!(".{nanos:09}");
    let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z"))
}

/// Reads `YYYY-MM-DD HH:MM:SS`, which is in UTC.
pub(super) fn date_time(text: &[u8]) -> Option<UnixTime> {
    let (date, clock) = text.split_at_checked(10)?;
    let clock = clock.strip_prefix(b" ").filter(|clock| clock.len() == 8)?;
    Some(UnixTime::from_secs(days(date)?.checked_mul(DAY)?.checked_add(seconds_of_day(clock)?)?))
}

/// Writes the whole second of a moment up to the year 9999.
pub(super) fn write_date_time(time: UnixTime) -> Option<String> {
    let text = write_rfc3339(UnixTime::from_secs(time.as_secs()))?;
    Some(text.replace('T', " ").replace('Z', ""))
}

/// The names of the days, that of the epoch first.
const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];

/// The names of the months.
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Reads `Thu, 01 Jan 2026 00:00:00 GMT`, the day of the week being the right one.
pub(super) fn http_date(text: &[u8]) -> Option<UnixTime> {
    let (day_name, rest) = text.split_at_checked(3)?;
    let (day, rest) = rest.strip_prefix(b", ")?.split_at_checked(2)?;
    let (month_name, rest) = rest.strip_prefix(b" ")?.split_at_checked(3)?;
    let (year, rest) = rest.strip_prefix(b" ")?.split_at_checked(4)?;
    let (clock, zone) = rest.strip_prefix(b" ")?.split_at_checked(8)?;
    let month = MONTHS.iter().zip(1..).find(|(name, _)| name.as_bytes() == month_name)?.1;
    let days = days_to(two_or_more(year)?, month, two_or_more(day)?)?;
    let secs = days.checked_mul(DAY)?.checked_add(seconds_of_day(clock)?)?;
    (zone == b" GMT" && day_of_week(days).as_bytes() == day_name).then(|| UnixTime::from_secs(secs))
}

/// Writes the whole second of a moment up to the year 9999.
pub(super) fn write_http_date(time: UnixTime) -> Option<String> {
    let days = time.as_secs() / DAY;
    let (year, month, day) = date_of(days)?;
    let month = MONTHS.iter().zip(1..).find(|(_, number)| *number == month)?.0;
    let clock = time.as_secs() % DAY;
    let (hour, minute, second) = (clock / 3600, clock / 60 % 60, clock % 60);
    let name = day_of_week(days);
    Some(format!("{name}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT"))
}

fn day_of_week(days: u64) -> &'static str {
    let index = usize::try_from(days % 7).unwrap_or(0);
    DAYS.get(index).copied().unwrap_or_default()
}

/// An optional fraction in nanoseconds, and what follows it.
fn fraction(text: &[u8]) -> Option<(Option<u32>, &[u8])> {
    let Some(text) = text.strip_prefix(b".") else {
        return Some((None, text));
    };
    let width = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, rest) = text.split_at_checked(width)?;
    let scale = 9_u32.checked_sub(u32::try_from(width).ok()?)?;
    let nanos = digits(number)?.checked_mul(10_u64.checked_pow(scale)?)?;
    (width > 0).then_some((Some(u32::try_from(nanos).ok()?), rest))
}

/// Days from the epoch to `YYYY-MM-DD`.
fn days(date: &[u8]) -> Option<u64> {
    let (year, rest) = date.split_at_checked(4)?;
    let (month, rest) = rest.strip_prefix(b"-")?.split_at_checked(2)?;
    let day = rest.strip_prefix(b"-")?;
    days_to(two_or_more(year)?, two_or_more(month)?, two_or_more(day)?)
}

fn seconds_of_day(clock: &[u8]) -> Option<u64> {
    let (minutes, rest) = clock.split_at_checked(5)?;
    let second = two_or_more(rest.strip_prefix(b":")?)?;
    let seconds = seconds_of_offset(minutes)?.checked_add(second)?;
    (second < 60).then_some(seconds)
}

fn seconds_of_offset(text: &[u8]) -> Option<u64> {
    let (hour, rest) = text.split_at_checked(2)?;
    let minute = rest.strip_prefix(b":")?;
    if minute.len() != 2 {
        return None;
    }
    let (hour, minute) = (two_or_more(hour)?, two_or_more(minute)?);
    let seconds = hour.checked_mul(3600)?.checked_add(minute.checked_mul(60)?)?;
    (hour < 24 && minute < 60).then_some(seconds)
}

/// A number in a column of fixed width; an empty column is none.
fn two_or_more(text: &[u8]) -> Option<u64> {
    if text.len() < 2 { None } else { digits(text) }
}

/// Days from the epoch to a date of the Gregorian calendar, 1970 to 9999.
fn days_to(year: u64, month: u64, day: u64) -> Option<u64> {
    if !(1970..=9999).contains(&year) || day < 1 || day > month_length(year, month)? {
        return None;
    }
    let months: u64 = (1..month).filter_map(|month| month_length(year, month)).sum();
    days_to_year(year)?.checked_add(months)?.checked_add(day.checked_sub(1)?)
}

/// The date that lies `days` after the epoch, up to the year 9999.
fn date_of(days: u64) -> Option<(u64, u64, u64)> {
    // Of 400 years, 97 are leap years: this is the year, or one beside it.
    let near = days.checked_mul(400)?.checked_div(400 * 365 + 97)?.checked_add(1970)?;
    let candidates = near.saturating_sub(1)..=near.saturating_add(1).min(9999);
    let year = candidates.rev().find(|year| days_to_year(*year).is_some_and(|start| start <= days))?;
    let month = (1..=12).rev().find(|month| days_to(year, *month, 1).is_some_and(|start| start <= days))?;
    let day = days.checked_sub(days_to(year, month, 1)?)?.checked_add(1)?;
    (day <= month_length(year, month)?).then_some((year, month, day))
}

/// Days from the epoch to the first of January: 365 for each year before it, and the leap days.
fn days_to_year(year: u64) -> Option<u64> {
    /// Days from the year 1 to 1970.
    const EPOCH: u64 = 719_162;
    let years = year.checked_sub(1)?;
    let leap_days = (years / 4).checked_sub(years / 100)?.checked_add(years / 400)?;
    years.checked_mul(365)?.checked_add(leap_days)?.checked_sub(EPOCH)
}

fn month_length(year: u64, month: u64) -> Option<u64> {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        4 | 6 | 9 | 11 => Some(30),
        2 => Some(if is_leap(year) { 29 } else { 28 }),
        _ => None,
    }
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nanos(text: &str) -> Option<u128> {
        rfc3339(text.as_bytes()).map(|(time, _)| time.elapsed().as_nanos())
    }

    #[test]
    fn the_years_end_with_9999() {
        assert_eq!(days_to(1970, 1, 1), Some(0));
        assert_eq!(days_to(9999, 12, 31), Some(2_932_896));
        assert_eq!((days_to(1969, 12, 31), days_to(10_000, 1, 1)), (None, None));
        assert_eq!((days_to(2025, 1, 0), days_to(2025, 1, 32), days_to(2025, 13, 1)), (None, None, None));
    }

    #[test]
    fn reads_what_providers_send() {
        let second = 1_767_225_600_000_000_000;
        assert_eq!(nanos("2026-01-01T00:00:00Z"), Some(second));
        assert_eq!(nanos("2026-01-01T00:00:00.123456789Z"), Some(second + 123_456_789));
        assert_eq!(nanos("2026-01-01T02:00:00.5+02:00"), Some(second + 500_000_000));
        assert_eq!(nanos("2025-12-31T16:00:00-08:00"), Some(second));
        assert_eq!(nanos("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(nanos("2000-02-29T00:00:00Z"), Some(951_782_400_000_000_000));
    }

    #[test]
    fn refuses_every_other_spelling() {
        for text in [
            "",
            "2026-01-01",
            "2026-01-01T00:00:00",
            "2026-01-01t00:00:00z",
            "2026-01-01 00:00:00Z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00.1234567890Z",
            "2026-01-01T00:00:00Z ",
            "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "2026-01-00T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:60:00Z",
            "2026-01-01T00:00:60Z",
            "1969-12-31T23:59:59Z",
            "2026-01-01T00:00:00+0200",
            "2026-01-01T00:00:00+02:0",
            "2026-01-01T00:00:00+24:00",
            "2026-1-01T00:00:00Z",
            "+026-01-01T00:00:00Z",
            "2026-01-01T00:00:00ZZ",
            "1970-01-01T00:00:00+00:01",
        ] {
            assert_eq!(nanos(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_date_is_written_as_it_is_read() {
        for year in 1970..=9999 {
            for date in [(year, 1, 1), (year, 2, 28), (year, 3, 1), (year, 12, 31)] {
                assert_eq!(date_of(days_to(date.0, date.1, date.2).unwrap()), Some(date));
            }
        }
        let last = days_to(9999, 12, 31).unwrap();
        assert_eq!((date_of(0), date_of(last)), (Some((1970, 1, 1)), Some((9999, 12, 31))));
        assert_eq!((date_of(last + 1), date_of(u64::MAX)), (None, None));
    }

    #[test]
    fn reads_the_date_of_http_in_one_spelling() {
        let read = |text: &str| http_date(text.as_bytes()).map(UnixTime::as_secs);
        assert_eq!(read("Thu, 01 Jan 2026 00:00:00 GMT"), Some(1_767_225_600));
        assert_eq!(read("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        for text in [
            "Fri, 01 Jan 2026 00:00:00 GMT",
            "Thu, 1 Jan 2026 00:00:00 GMT",
            "Thu, 01 jan 2026 00:00:00 GMT",
            "Thu, 01 Jan 2026 00:00:00 UTC",
            "Thu, 01 Jan 2026 00:00:00 GMT ",
            "Thu, 01 Jan 2026 24:00:00 GMT",
            "Thursday, 01-Jan-26 00:00:00 GMT",
            "Thu Jan  1 00:00:00 2026",
            "",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
        assert_eq!(
            write_http_date(UnixTime::from_secs(784_111_777)).unwrap(),
            "Sun, 06 Nov 1994 08:49:37 GMT"
        );
    }

    #[test]
    fn writes_what_it_reads() {
        for secs in [0, 951_782_400, 951_868_799, 1_763_700_000, 4_102_444_799] {
            let time = UnixTime::since_epoch(Duration::new(secs, 120_000_000));
            let text = write_rfc3339(time).unwrap();
            assert_eq!(rfc3339(text.as_bytes()), Some((time, true)), "{text}");
        }
        assert_eq!(write_rfc3339(UnixTime::from_secs(1_767_225_600)).unwrap(), "2026-01-01T00:00:00Z");
    }
}
