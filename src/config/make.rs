//! Making: values to a scheme.

use std::time::Duration;

use super::table::{Place, Signature, Table, Timestamp};
use super::tree::problem;
use super::words::{self, Token};
use crate::encoding::Encoding;
use crate::error::ConfigError;
use crate::field::{Field, MAX_FURTHER};
use crate::scheme::{Algorithm, Draft, Scheme};
use crate::time::Unit;

impl Table {
    pub(super) fn scheme(&self) -> Result<Scheme<'_>, ConfigError> {
        let algorithm = words::read(words::ALGORITHMS, "algorithm", &self.algorithm)?;
        let mut draft = Draft::new(&self.name, algorithm);
        let (field, encoding) = self.signature.field(algorithm)?;
        draft = draft.signature(field, encoding);
        if let Some(timestamp) = &self.timestamp {
            draft = timestamp.declare(draft, field)?;
        }
        if let Some(place) = &self.message_id {
            draft = draft.message_id(place.field());
        }
        if let Some(place) = &self.key_id {
            draft = draft.key_id(place.field());
        }
        for (header, value) in &self.expects {
            draft = draft.expects(header, value);
        }
        if let Some([first, second]) = &self.families {
            draft = draft.families([first, second]);
        }
        if let Some(pointer) = &self.event_id {
            draft = draft.event_id(pointer);
        }
        if self.dangerous_unsigned_body {
            draft = draft.dangerous_unsigned_body();
        }
        let forms = self.secret.iter().map(|form| words::read_form(form)).collect::<Result<Vec<_>, _>>()?;
        if self.signs.is_empty() && algorithm != Algorithm::StaticToken {
            return Err(problem(
                "signs",
                "it is missing: say what is signed, such as `{timestamp}.{body}`".to_owned(),
            ));
        }
        let parts: Vec<_> = self.signs.iter().map(Token::part).collect();
        draft.secret(&forms).try_signs(&parts).map_err(|error| self.with_key(error))
    }

    /// The error with the key that it concerns instead of the value.
    fn with_key(&self, error: ConfigError) -> ConfigError {
        let ConfigError::Scheme { flaw, at, .. } = error else {
            return error;
        };
        problem(self.key_of(at.as_deref().unwrap_or_default()), flaw.to_owned())
    }

    /// The key under which a value stands.
    fn key_of(&self, value: &str) -> &'static str {
        let prefix = |prefix: &Option<String>| prefix.as_deref() == Some(value);
        let place = |place: &Option<Place>| place.as_ref().is_some_and(|place| place.header == value);
        let timestamp = |is: &dyn Fn(&Timestamp) -> bool| self.timestamp.as_ref().is_some_and(is);
        match value {
            "max_age" => "timestamp.max_age",
            "max_ahead" => "timestamp.max_ahead",
            "" => "the configuration",
            _ if self.name == value => "name",
            _ if self.signature.header == value => "signature.header",
            _ if self.signature.or.iter().any(|header| header == value) => "signature.or",
            _ if prefix(&self.signature.prefix) => "signature.prefix",
            _ if timestamp(&|timestamp| timestamp.header.as_deref() == Some(value)) => "timestamp.header",
            _ if timestamp(&|timestamp| timestamp.json.as_deref() == Some(value)) => "timestamp.json",
            _ if timestamp(&|timestamp| prefix(&timestamp.prefix)) => "timestamp.prefix",
            _ if place(&self.message_id) => "message_id.header",
            _ if place(&self.key_id) => "key_id.header",
            _ if self.expects.contains_key(value) => "expects",
            _ if self.event_id.as_deref() == Some(value) => "event_id",
            _ if self.families.iter().flatten().any(|family| family == value) => "families",
            _ => "signs",
        }
    }
}

impl Signature {
    fn field(&self, algorithm: Algorithm) -> Result<(Field<'_>, Encoding), ConfigError> {
        let prefix = self.prefix.as_deref().unwrap_or_default();
        let mut field = match (self.separator, self.groups) {
            (None, None) => Field::prefixed(&self.header, prefix),
            (Some(separator), None) => Field::listed(&self.header, separator, prefix),
            (Some(separator), Some(groups)) => Field::grouped(&self.header, groups, separator, prefix),
            (None, Some(_)) => {
                let why = "groups are lists: give their `separator` too";
                return Err(problem("signature.groups", why.to_owned()));
            }
        };
        if !self.or.is_empty() && self.numbered.is_some() {
            let why = "signatures stand in numbered headers or in further ones, not both";
            return Err(problem("signature.or", why.to_owned()));
        }
        if self.or.len() > MAX_FURTHER {
            return Err(problem("signature.or", "there are at most three further headers".to_owned()));
        }
        field = self.or.iter().fold(field, |field, header| field.or(header));
        field = self.numbered.map_or(field, |last| field.numbered(last));
        let encodings = match algorithm {
            Algorithm::StaticToken => words::ENCODINGS,
            _ => words::SIGNATURE_ENCODINGS,
        };
        Ok((field, words::read(encodings, "signature.encoding", &self.encoding)?))
    }
}

impl Timestamp {
    fn declare<'a>(&'a self, draft: Draft<'a>, signature: Field<'a>) -> Result<Draft<'a>, ConfigError> {
        let unit = words::read(words::UNITS, "timestamp.unit", &self.unit)?;
        let prefix = self.prefix.as_deref().unwrap_or_default();
        let mut draft = match (&self.header, &self.json) {
            (Some(header), None) if header == signature.header => match signature.separator {
                Some(separator) => draft.timestamp(Field::listed(header, separator, prefix), unit),
                None => draft.timestamp(Field::prefixed(header, prefix), unit),
            },
            (Some(header), None) => draft.timestamp(Field::prefixed(header, prefix), unit),
            (None, Some(key)) => self.declare_in_json(draft, key, unit)?,
            _ => {
                let why = "it has a `header`, or the key of the body under `json`";
                return Err(problem("timestamp", why.to_owned()));
            }
        };
        if let Some(limit) = self.max_age {
            draft = draft.max_age(Duration::from_secs(limit));
        }
        if let Some(limit) = self.max_ahead {
            draft = draft.max_ahead(Duration::from_secs(limit));
        }
        Ok(draft)
    }

    #[cfg(feature = "json")]
    fn declare_in_json<'a>(
        &self,
        draft: Draft<'a>,
        key: &'a str,
        unit: Unit,
    ) -> Result<Draft<'a>, ConfigError> {
        match self.prefix {
            None => Ok(draft.timestamp_in_json(key, unit)),
            Some(_) => Err(problem("timestamp.prefix", "a timestamp in the body has none".to_owned())),
        }
    }

    #[cfg(not(feature = "json"))]
    fn declare_in_json<'a>(&self, _: Draft<'a>, _: &'a str, _: Unit) -> Result<Draft<'a>, ConfigError> {
        let why = "reading a timestamp in the body takes the crate's feature `json`";
        Err(problem("timestamp.json", why.to_owned()))
    }
}

impl Place {
    fn field(&self) -> Field<'_> {
        Field::prefixed(&self.header, self.prefix.as_deref().unwrap_or_default())
    }
}
