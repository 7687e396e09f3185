//! Reading: keys to values of the right types. Names of headers are taken in lower case.

use super::table::{Place, Signature, Table, Timestamp};
use super::tree::{Section, problem};
use super::words;
use crate::error::ConfigError;

impl Table {
    pub(super) const KEYS: &[&str] = &[
        "name",
        "algorithm",
        "signature",
        "timestamp",
        "message_id",
        "key_id",
        "expects",
        "families",
        "secret",
        "signs",
        "event_id",
        "dangerous_unsigned_body",
    ];

    pub(super) fn read(mut keys: Section) -> Result<Self, ConfigError> {
        let signature = keys.section("signature", Signature::KEYS)?.map(Signature::read).transpose()?;
        let missing =
            || problem("signature", "it is missing: say in which `header` the signature stands".to_owned());
        Ok(Self {
            name: keys.required("name")?,
            algorithm: keys.required("algorithm")?,
            signs: words::read_template(&keys.text("signs")?.unwrap_or_default())?,
            secret: match keys.one_or_more("secret")? {
                forms if forms.is_empty() => vec!["text".to_owned()],
                forms => forms,
            },
            event_id: keys.text("event_id")?,
            families: keys.texts("families")?.map(two).transpose()?,
            dangerous_unsigned_body: keys.bool("dangerous_unsigned_body")?,
            signature: signature.ok_or_else(missing)?,
            timestamp: keys.section("timestamp", Timestamp::KEYS)?.map(Timestamp::read).transpose()?,
            message_id: keys.section("message_id", Place::KEYS)?.map(Place::read).transpose()?,
            key_id: keys.section("key_id", Place::KEYS)?.map(Place::read).transpose()?,
            expects: keys.headers("expects")?,
        })
    }
}

fn two(families: Vec<String>) -> Result<[String; 2], ConfigError> {
    let families = families.into_iter().map(|family| family.to_ascii_lowercase()).collect::<Vec<_>>();
    families.try_into().map_err(|_| problem("families", "it lists two beginnings of header names".to_owned()))
}

impl Signature {
    pub(super) const KEYS: &[&str] =
        &["header", "or", "numbered", "separator", "groups", "prefix", "encoding"];

    fn read(mut keys: Section) -> Result<Self, ConfigError> {
        let numbered = keys.number("numbered")?;
        let name = keys.name("numbered");
        let numbered = numbered
            .map(|last| u8::try_from(last).map_err(|_| problem(&name, "it is at most 16".to_owned())));
        Ok(Self {
            header: keys.required("header")?.to_ascii_lowercase(),
            or: keys.one_or_more("or")?.into_iter().map(|header| header.to_ascii_lowercase()).collect(),
            numbered: numbered.transpose()?,
            separator: keys.char("separator")?,
            groups: keys.char("groups")?,
            prefix: keys.text("prefix")?,
            encoding: keys.text("encoding")?.unwrap_or_else(|| "verbatim".to_owned()),
        })
    }
}

impl Timestamp {
    pub(super) const KEYS: &[&str] = &["header", "json", "prefix", "unit", "max_age", "max_ahead"];

    fn read(mut keys: Section) -> Result<Self, ConfigError> {
        Ok(Self {
            header: keys.text("header")?.map(|header| header.to_ascii_lowercase()),
            json: keys.text("json")?,
            prefix: keys.text("prefix")?,
            unit: keys.required("unit")?,
            max_age: keys.number("max_age")?,
            max_ahead: keys.number("max_ahead")?,
        })
    }
}

impl Place {
    pub(super) const KEYS: &[&str] = &["header", "prefix"];

    fn read(mut keys: Section) -> Result<Self, ConfigError> {
        Ok(Self { header: keys.required("header")?.to_ascii_lowercase(), prefix: keys.text("prefix")? })
    }
}
