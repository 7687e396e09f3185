//! JSON with one reading: no name stands twice in an object, and nothing follows the value.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// The most values of one text. Webhooks have hundreds; each takes some fifty bytes here, and an
/// unauthenticated sender should not have more of them.
const MAX_VALUES: usize = 65_536;

/// A value. Numbers other than whole ones within 64 bits are kept apart, since no mechanism signs them.
#[derive(Debug, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Integer(i128),
    OtherNumber,
    Text(String),
    List(Vec<Json>),
    /// Sorted by name.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads a whole text. Deep nesting is refused by the parser, which gives up at 128.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        let left = Cell::new(MAX_VALUES);
        let mut json = serde_json::Deserializer::from_slice(text);
        let value = Reader { left: &left }.deserialize(&mut json).ok()?;
        json.end().ok()?;
        Some(value)
    }

    /// The value under a name of an object.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => {
                let place = members.binary_search_by(|(member, _)| member.as_str().cmp(name)).ok()?;
                members.get(place).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// The value at a JSON pointer (RFC 6901).
    pub(crate) fn at(&self, pointer: &str) -> Option<&Self> {
        let names = pointer.split('/').skip(1).map(|name| name.replace("~1", "/").replace("~0", "~"));
        names.into_iter().try_fold(self, |value: &Self, name| match value {
            Self::List(items) => items.get(name.parse::<usize>().ok()?),
            _ => value.get(&name),
        })
    }

    #[cfg(any(feature = "fields", feature = "handshake", feature = "jwt"))]
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Reads one value, as long as any are left.
#[derive(Clone, Copy)]
struct Reader<'c> {
    left: &'c Cell<usize>,
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        let left = self.left.get().checked_sub(1);
        self.left.set(left.ok_or_else(|| D::Error::custom("there are too many values"))?);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Integer(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Integer(value.into()))
    }

    fn visit_f64<E>(self, _value: f64) -> Result<Json, E> {
        Ok(Json::OtherNumber)
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(Json::Text(value))
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut items: S) -> Result<Json, S::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<M: MapAccess<'de>>(self, mut members: M) -> Result<Json, M::Error> {
        let mut object: Vec<(String, Json)> = Vec::new();
        while let Some(name) = members.next_key()? {
            object.push((name, members.next_value_seed(self)?));
        }
        object.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        if object.windows(2).any(|two| matches!(two, [(one, _), (other, _)] if one == other)) {
            return Err(M::Error::custom("a name stands twice in an object"));
        }
        Ok(Json::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_once_at_every_depth() {
        assert!(Json::parse(br#"{"a":{"b":1},"b":1}"#).is_some());
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"[{"b":{"a":1,"a":2}}]"#,
            "",
            "{",
            "{} {}",
            "{}x",
            "\u{feff}{}",
            &"[".repeat(100_000),
        ] {
            assert_eq!(Json::parse(text.as_bytes()), None, "{text:.40}");
        }
        assert_eq!(Json::parse(b"{\"a\":\"\xff\"}"), None);
    }

    #[test]
    fn values_are_found_by_pointer() {
        let json = Json::parse(br#"{"b":{"c/d":[0,{"~":"x"}]},"a":1}"#).unwrap();
        assert_eq!(json.at("/b/c~1d/1/~0").and_then(Json::text), Some("x"));
        assert_eq!(json.at("/a"), Some(&Json::Integer(1)));
        for pointer in ["/x", "/a/b", "/b/c~1d/2", "/b/c~1d/x", "/b/c"] {
            assert_eq!(json.at(pointer), None, "{pointer}");
        }
    }

    #[test]
    fn there_is_an_end_to_values() {
        let list = |count: usize| format!("[{}0]", "0,".repeat(count.saturating_sub(1)));
        assert!(Json::parse(list(MAX_VALUES - 1).as_bytes()).is_some());
        assert!(Json::parse(list(MAX_VALUES).as_bytes()).is_none());
    }

    #[test]
    fn numbers_that_are_not_whole_are_not_rounded() {
        assert_eq!(Json::parse(b"18446744073709551615"), Some(Json::Integer(u64::MAX.into())));
        assert_eq!(Json::parse(b"-1"), Some(Json::Integer(-1)));
        for text in ["1.0", "1e3", "18446744073709551616", "-0.5"] {
            assert_eq!(Json::parse(text.as_bytes()), Some(Json::OtherNumber), "{text}");
        }
    }
}
