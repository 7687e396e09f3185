//! Timestamps of every unit, signed and then read: what is read is what jiff reads, and what jiff writes is
//! read.
#![no_main]

use std::sync::OnceLock;

use hooksig::{Algorithm, Encoding, Field, Part, Scheme, Secret, Unit, UnixTime, Verifier};
use hooksig_fuzz::{Input, NOW, SECRET, mac};
use jiff::civil::DateTime;
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

const UNITS: [Unit; 6] =
    [Unit::Seconds, Unit::Millis, Unit::SecondsOrMillis, Unit::Rfc3339, Unit::HttpDate, Unit::DateTime];

/// A verifier for each unit that takes a moment however old it is.
fn verifiers() -> &'static [(Unit, Verifier)] {
    static VERIFIERS: OnceLock<Vec<(Unit, Verifier)>> = OnceLock::new();
    VERIFIERS.get_or_init(|| {
        let verifier = |unit| {
            let scheme = Scheme::hmac_sha256("timed")
                .signature(Field::whole("x-signature"), Encoding::Hex)
                .timestamp(Field::whole("x-time"), unit)
                .signs(&[Part::Timestamp, Part::Literal("\n"), Part::Body]);
            let builder = Verifier::builder(scheme).key("fuzz", Secret::new(SECRET));
            (unit, builder.dangerous_ignore_timestamp().build().unwrap())
        };
        UNITS.map(verifier).into()
    })
}

/// The moment that the library reads in a timestamp that is signed.
fn read(verifier: &Verifier, text: &[u8]) -> Option<UnixTime> {
    let tag = mac(Algorithm::HmacSha256, SECRET, &[text, b"\n"].concat()).unwrap();
    let signature = hex::encode(tag);
    let headers = [("x-signature", signature.as_bytes()), ("x-time", text)];
    match verifier.verify_at(&headers, b"", NOW) {
        Ok(proof) => Some(proof.timestamp().unwrap()),
        Err(refusal) => {
            assert!(["malformed_timestamp", "header_too_long"].contains(&refusal.reason()), "{refusal}");
            None
        }
    }
}

/// The moment that a text says, by somebody else's reading.
fn meant(unit: Unit, text: &str) -> Option<Timestamp> {
    let number = || text.parse::<i64>().ok();
    match unit {
        Unit::Seconds => Timestamp::from_second(number()?).ok(),
        Unit::Millis => Timestamp::from_millisecond(number()?).ok(),
        Unit::SecondsOrMillis if text.len() == 10 => Timestamp::from_second(number()?).ok(),
        Unit::SecondsOrMillis => Timestamp::from_millisecond(number()?).ok(),
        Unit::Rfc3339 => text.parse().ok(),
        Unit::HttpDate => rfc2822::DateTimeParser::new().parse_timestamp(text).ok(),
        _ => text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp()),
    }
}

/// How somebody else writes this moment, if the unit can.
fn written(unit: Unit, moment: Timestamp) -> Option<String> {
    let seconds = moment.as_second();
    let is_year_of_four_digits = (0..=253_402_300_799).contains(&seconds);
    match unit {
        Unit::Seconds | Unit::SecondsOrMillis => Some(seconds.to_string()).filter(|text| text.len() == 10),
        Unit::Millis => Some(moment.as_millisecond().to_string()).filter(|text| text.len() == 13),
        _ if !is_year_of_four_digits => None,
        Unit::Rfc3339 => Some(moment.to_string()),
        Unit::HttpDate => Some(moment.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()),
        _ => Some(moment.strftime("%Y-%m-%d %H:%M:%S").to_string()),
    }
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let (unit, verifier) = input.one_of(verifiers());
    if let Some(number) = input.rest().strip_prefix(b"\0").and_then(|rest| rest.first_chunk::<8>()) {
        let seconds = i64::from_le_bytes(*number) % 300_000_000_000;
        let Ok(moment) = Timestamp::from_second(seconds) else {
            return;
        };
        if let Some(text) = written(*unit, moment) {
            let time = read(verifier, text.as_bytes());
            assert_eq!(time.map(UnixTime::as_secs), u64::try_from(seconds).ok(), "{unit:?} {text}");
        }
        return;
    }
    let text = input.rest();
    let time = read(verifier, text);
    if let Some(time) = time {
        let text = str::from_utf8(text).unwrap();
        let elapsed = SignedDuration::try_from(time.elapsed()).unwrap();
        let meant = meant(*unit, text).map(|meant| meant.as_duration());
        assert_eq!(meant, Some(elapsed), "{unit:?} {text}");
    }
    if *unit == Unit::Rfc3339 {
        assert_eq!(str::from_utf8(text).ok().and_then(UnixTime::from_rfc3339), time);
    }
});
