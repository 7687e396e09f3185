//! Describing: a scheme to values.

use super::table::{Place, Signature, Table, Timestamp};
use super::words::{self, Token};
use crate::field::Field;
use crate::scheme::Scheme;

impl Table {
    pub(super) fn describe(scheme: &Scheme<'_>) -> Self {
        let expects = scheme.expected_headers().iter();
        let parts = scheme.parts();
        Self {
            name: scheme.name().to_owned(),
            algorithm: words::write(words::ALGORITHMS, &scheme.algorithm()),
            signs: parts.iter().map(Token::from).collect(),
            secret: scheme.secret_forms().iter().map(words::write_form).collect(),
            event_id: scheme.event_id().map(str::to_owned),
            families: scheme.families().map(|families| families.map(str::to_owned)),
            dangerous_unsigned_body: !scheme.coverage().body(),
            signature: Signature::describe(scheme),
            timestamp: Timestamp::describe(scheme),
            message_id: scheme.message_id().map(Place::describe),
            key_id: scheme.key_id().map(Place::describe),
            expects: expects.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        }
    }
}

impl Signature {
    fn describe(scheme: &Scheme<'_>) -> Self {
        let field = scheme.signature();
        Self {
            header: field.header.to_owned(),
            or: field.further_headers().map(str::to_owned).collect(),
            numbered: field.last_number(),
            separator: field.separator,
            groups: field.groups,
            prefix: non_empty(field.prefix),
            encoding: words::write(words::ENCODINGS, &scheme.encoding()),
        }
    }
}

impl Timestamp {
    fn describe(scheme: &Scheme<'_>) -> Option<Self> {
        let (header, json, prefix, unit) = match (scheme.timestamp(), scheme.timestamp_in_json()) {
            (Some((field, unit)), _) => (Some(field.header.to_owned()), None, non_empty(field.prefix), unit),
            (None, Some((key, unit))) => (None, Some(key.to_owned()), None, unit),
            (None, None) => return None,
        };
        let unit = words::write(words::UNITS, &unit);
        let (max_age, max_ahead) = (Some(scheme.max_age().as_secs()), Some(scheme.max_ahead().as_secs()));
        Some(Self { header, json, prefix, unit, max_age, max_ahead })
    }
}

impl Place {
    fn describe(field: Field<'_>) -> Self {
        Self { header: field.header.to_owned(), prefix: non_empty(field.prefix) }
    }
}

fn non_empty(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
