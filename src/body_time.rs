//! The timestamp inside a JSON body, read after the body's signature has matched.

#[cfg(not(feature = "json"))]
pub(crate) use absent::body_timestamp;
#[cfg(feature = "json")]
pub(crate) use present::body_timestamp;

#[cfg(not(feature = "json"))]
mod absent {
    use crate::error::ErrorKind;
    use crate::time::{Stamp, Unit};

    /// Without the feature no scheme has such a timestamp.
    pub(crate) fn body_timestamp(_body: &[u8], _key: &str, _unit: Unit) -> Result<Stamp, ErrorKind> {
        Err(ErrorKind::MissingTimestamp)
    }
}

#[cfg(feature = "json")]
mod present {
    use std::fmt;

    use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

    use crate::error::ErrorKind;
    use crate::time::{Stamp, Unit};

    /// The timestamp under a key of the body's outermost object.
    pub(crate) fn body_timestamp(body: &[u8], key: &str, unit: Unit) -> Result<Stamp, ErrorKind> {
        let mut json = serde_json::Deserializer::from_slice(body);
        let found = json.deserialize_map(Body { key, unit }).map_err(|_| ErrorKind::MalformedTimestamp)?;
        json.end().map_err(|_| ErrorKind::MalformedTimestamp)?;
        match found {
            Found::Nothing => Err(ErrorKind::MissingTimestamp),
            Found::Twice => Err(ErrorKind::AmbiguousTimestamp),
            Found::Once(stamp) => stamp.ok_or(ErrorKind::MalformedTimestamp),
        }
    }

    /// What the object holds under the key; a value that is no timestamp of the unit is none.
    enum Found {
        Nothing,
        Once(Option<Stamp>),
        Twice,
    }

    struct Body<'k> {
        key: &'k str,
        unit: Unit,
    }

    impl<'de> Visitor<'de> for Body<'_> {
        type Value = Found;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Found, M::Error> {
            let mut found = Found::Nothing;
            while let Some(is_key) = map.next_key_seed(Key(self.key))? {
                found = match found {
                    _ if !is_key => {
                        map.next_value::<IgnoredAny>()?;
                        continue;
                    }
                    Found::Nothing => Found::Once(map.next_value_seed(Value(self.unit))?),
                    _ => {
                        map.next_value::<IgnoredAny>()?;
                        Found::Twice
                    }
                };
            }
            Ok(found)
        }
    }

    /// Whether a key is the one that is looked for, escapes resolved.
    struct Key<'k>(&'k str);

    impl<'de> DeserializeSeed<'de> for Key<'_> {
        type Value = bool;

        fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
            deserializer.deserialize_identifier(self)
        }
    }

    impl Visitor<'_> for Key<'_> {
        type Value = bool;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a key")
        }

        fn visit_str<E>(self, key: &str) -> Result<bool, E> {
            Ok(key == self.0)
        }
    }

    /// A number of seconds or milliseconds, or a text of RFC 3339.
    struct Value(Unit);

    impl<'de> DeserializeSeed<'de> for Value {
        type Value = Option<Stamp>;

        fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<Stamp>, D::Error> {
            deserializer.deserialize_any(self)
        }
    }

    impl<'de> Visitor<'de> for Value {
        type Value = Option<Stamp>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a timestamp")
        }

        fn visit_u64<E>(self, number: u64) -> Result<Option<Stamp>, E> {
            Ok(self.0.read_number(number))
        }

        fn visit_str<E>(self, text: &str) -> Result<Option<Stamp>, E> {
            Ok((self.0 == Unit::Rfc3339).then(|| self.0.read(text.as_bytes())).flatten())
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn reads_the_outermost_key_once() {
            let read = |body: &str| {
                body_timestamp(body.as_bytes(), "at", Unit::Millis).map(|stamp| stamp.time.as_millis())
            };
            assert_eq!(read(r#"{"a":{"at":1},"at":1763700000123,"b":[{"at":2}]}"#), Ok(1_763_700_000_123));
            assert_eq!(read(r#" {"\u0061t" : 1763700000123 } "#), Ok(1_763_700_000_123));
            assert_eq!(
                read(r#"{"at":1763700000123,"at":1763700000123}"#),
                Err(ErrorKind::AmbiguousTimestamp)
            );
            for body in ["{}", r#"{"At":1763700000123}"#, r#"{"data":{"at":1763700000123}}"#] {
                assert_eq!(read(body), Err(ErrorKind::MissingTimestamp), "{body}");
            }
            for value in [
                "1763700000",
                "-1",
                "1763700000123.0",
                "1.763700000123e12",
                "\"1763700000123\"",
                "null",
                "[]",
                "{}",
                "true",
            ] {
                assert_eq!(
                    read(&format!(r#"{{"at":{value}}}"#)),
                    Err(ErrorKind::MalformedTimestamp),
                    "{value}"
                );
            }
            for body in [
                "",
                "[]",
                "1",
                "{",
                r#"{"at":1763700000123} x"#,
                r#"{"at":1763700000123"#,
                "\u{ff}",
                &"[".repeat(100_000),
            ] {
                assert_eq!(read(body), Err(ErrorKind::MalformedTimestamp));
            }
        }

        #[test]
        fn reads_rfc_3339_from_a_text() {
            let read = |value: &str| {
                body_timestamp(format!(r#"{{"at":{value}}}"#).as_bytes(), "at", Unit::Rfc3339).is_ok()
            };
            assert!(read(r#""2026-01-01T00:00:00Z""#));
            assert!(!read("1767225600"));
        }
    }
}
