//! Schemes from any text in TOML or JSON: what is accepted can be explained, described and read back, and
//! no error repeats what stands there.
#![no_main]

use std::fmt;

use hooksig::{Scheme, SchemeConfig};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// A text of the dictionary.
const MISPLACED: &str = "fuzz-secret";

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    let config: Option<SchemeConfig> = match text.trim_start().starts_with('{') {
        true => serde_json::from_str(text).ok(),
        false => toml::from_str(text).ok(),
    };
    let Some(config) = config else {
        return;
    };
    match config.scheme() {
        Ok(scheme) => check(&scheme),
        // What stands for something that somebody put into the wrong place. Names of keys are told.
        Err(error) => {
            let shown = format!("{error} {config:?}");
            assert!(!shown.contains(MISPLACED) || is_name(text), "a value is repeated: {shown}");
            assert!(serde_json::to_string(&config).is_err(), "what is flawed is not written");
        }
    }
});

fn check(scheme: &Scheme<'_>) {
    let described = SchemeConfig::from(*scheme);
    assert_same(scheme, &described);
    let json = serde_json::to_string(&described).unwrap();
    assert_same(scheme, &serde_json::from_str(&json).unwrap());
    let toml = toml::to_string(&described).unwrap();
    assert_same(scheme, &toml::from_str(&toml).unwrap());
}

/// What a scheme says, without what is said about a provider: a configuration holds rules alone.
fn rules(scheme: &Scheme<'_>) -> Vec<String> {
    let explained = scheme.explain();
    let lines = explained.lines().filter(|line| !line.starts_with("Note: ") && !line.starts_with("Source: "));
    lines.map(str::to_owned).collect()
}

/// A scheme that was read back says and describes the same; limits that stood there by default may be written.
fn assert_same(scheme: &Scheme<'_>, again: &SchemeConfig) {
    let again = again.scheme().unwrap();
    assert_eq!(rules(&again), rules(scheme));
    assert_eq!(SchemeConfig::from(again), SchemeConfig::from(*scheme));
}

/// Whether the name of a key holds the misplaced text.
fn is_name(text: &str) -> bool {
    let names = serde_json::from_str(text).ok().or_else(|| toml::from_str(text).ok());
    names.is_some_and(|Misplaced(found)| found)
}

/// Whether any name in a value holds the misplaced text. Takes numbers of any size, as a configuration does.
struct Misplaced(bool);

impl<'de> Deserialize<'de> for Misplaced {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self(false))
    }
}

impl<'de> Visitor<'de> for Misplaced {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Self, A::Error> {
        while let Some((name, Self(within))) = members.next_entry::<String, Self>()? {
            self.0 |= name.contains(MISPLACED) || within;
        }
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Self, A::Error> {
        while let Some(Self(within)) = items.next_element()? {
            self.0 |= within;
        }
        Ok(self)
    }
}
