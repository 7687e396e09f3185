//! Schemes from configuration.

mod tree;
mod words;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::de::Deserializer;
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use crate::encoding::Encoding;
use crate::error::ConfigError;
use crate::field::{Field, MAX_FURTHER};
use crate::scheme::{Algorithm, Draft, Scheme};
use crate::time::Unit;
use tree::{Node, Section, problem};
use words::Token;

/// A scheme that is described in TOML, JSON or another format that serde reads.
///
/// It says everything that a [`Scheme`] can say, and nothing else: an unknown key, a contradiction or
/// an unsafe definition is a [`ConfigError`] from [`scheme`](Self::scheme) that names the key. There
/// is no key for a secret, and no [`ConfigError`] repeats a value, since somebody may have put one
/// there. (A format's own parser may quote a line that is not even well-formed.)
///
/// ```
/// use hooksig::{SchemeConfig, Secret, Verifier};
///
/// let config: SchemeConfig = toml::from_str(r#"
///     name = "my-vapi"
///     algorithm = "hmac-sha256"
///     signature  = { header = "x-signature", prefix = "sha256=", encoding = "hex" }
///     timestamp  = { header = "x-timestamp", unit = "seconds-or-millis", max_age = 300 }
///     message_id = { header = "x-message-id" }
///     secret = ["base64"]
///     signs = "{id}.{timestamp}.{body}"
/// "#)?;
/// let verifier = Verifier::new(config.scheme()?, Secret::new("dGVzdC1zZWNyZXQ="))?;
/// assert_eq!(verifier.coverage().to_string(), "timestamp, message id, body");
///
/// let flawed: SchemeConfig = toml::from_str(r#"
///     name = "flawed"
///     algorithm = "hmac-sha256"
///     signature = { header = "x-signature", seperator = ",", encoding = "hex" }
///     signs = "{body}"
/// "#)?;
/// assert!(flawed.scheme().unwrap_err().to_string().starts_with("configuration key \"signature.seperator\""));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// | key | value |
/// |---|---|
/// | `name` | a to z, 0 to 9, `-`, `_`, `.` |
/// | `algorithm` | `hmac-sha256`, `hmac-sha512`, `hmac-sha1` (feature `sha1`), `static-token` |
/// | `signature` | `header`, or a stem with `numbered` (up to 16); `encoding` (`hex`, `base64`, `base64url`); optionally `prefix`, `separator` of a list, `groups` (the separator of lists), `or` (a further header, or up to three) |
/// | `timestamp` | `header` (the signature's own for an entry of its list) or `json` (a key of the body, feature `json`); `unit` (`seconds`, `millis`, `seconds-or-millis`, `rfc3339`, `http-date`); optionally `prefix`, `max_age` and `max_ahead` in seconds |
/// | `message_id`, `key_id` | `header`, optionally `prefix` |
/// | `expects` | a table of headers and the values that they must have |
/// | `families` | two beginnings of header names |
/// | `secret` | a list of `text` (the default), `text without PREFIX`, `base64`, `base64 after PREFIX`, `hex` |
/// | `signs` | `{body}`, `{timestamp}`, `{id}`, `{method}`, `{url}`, `{url-without-query}`, `{header NAME}` and literal text; braces are doubled |
/// | `event_id` | a JSON pointer into the body |
/// | `dangerous_unsigned_body` | `true`, where `signs` lacks the body |
///
/// Names of headers are taken in lower case, however they are written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
pub struct SchemeConfig {
    // What was wrong is told by `scheme`, in this crate's words: an error of the format's own parser
    // would quote the line, and with it whatever somebody put there.
    table: Result<Table, ConfigError>,
}

impl SchemeConfig {
    /// The scheme; it borrows from this configuration.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Config`] for a key that is unknown, missing or has a value that it cannot have;
    /// [`ConfigError::Scheme`] for a definition that contradicts itself or cannot be verified safely.
    pub fn scheme(&self) -> Result<Scheme<'_>, ConfigError> {
        self.table.as_ref().map_err(Clone::clone)?.scheme()
    }
}

/// Describes a scheme; where its facts come from, notes and addresses are left out.
impl From<Scheme<'_>> for SchemeConfig {
    fn from(scheme: Scheme<'_>) -> Self {
        Self { table: Ok(Table::describe(&scheme)) }
    }
}

impl<'de> Deserialize<'de> for SchemeConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let node = Node::deserialize(deserializer)?;
        Ok(Self { table: Section::new("", node, Table::KEYS).and_then(Table::read) })
    }
}

impl Serialize for SchemeConfig {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.table.as_ref().map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

/// A configuration whose keys are known and whose values have the right types.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Table {
    name: String,
    algorithm: String,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "as_template")]
    signs: Vec<Token>,
    secret: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    families: Option<[String; 2]>,
    #[serde(skip_serializing_if = "is_false")]
    dangerous_unsigned_body: bool,
    signature: Signature,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<Place>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    expects: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Signature {
    header: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    or: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    numbered: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    separator: Option<char>,
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<char>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prefix: Option<String>,
    encoding: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Timestamp {
    #[serde(skip_serializing_if = "Option::is_none")]
    header: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    json: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prefix: Option<String>,
    unit: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_age: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_ahead: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Place {
    header: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    prefix: Option<String>,
}

fn as_template<S: Serializer>(tokens: &[Token], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&words::write_template(tokens))
}

fn is_false(value: &bool) -> bool {
    !value
}

/// Reading: keys to values of the right types. Names of headers are taken in lower case.
impl Table {
    const KEYS: &[&str] = &[
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

    fn read(mut keys: Section) -> Result<Self, ConfigError> {
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
    const KEYS: &[&str] = &["header", "or", "numbered", "separator", "groups", "prefix", "encoding"];

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
    const KEYS: &[&str] = &["header", "json", "prefix", "unit", "max_age", "max_ahead"];

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
    const KEYS: &[&str] = &["header", "prefix"];

    fn read(mut keys: Section) -> Result<Self, ConfigError> {
        Ok(Self { header: keys.required("header")?.to_ascii_lowercase(), prefix: keys.text("prefix")? })
    }
}

/// Making: values to a scheme.
impl Table {
    fn scheme(&self) -> Result<Scheme<'_>, ConfigError> {
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

/// Describing: a scheme to values.
impl Table {
    fn describe(scheme: &Scheme<'_>) -> Self {
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
