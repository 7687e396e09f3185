//! A configuration whose keys are known and whose values have the right types.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::ser::Serializer;

use super::words::{self, Token};

/// The whole of it.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) algorithm: String,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "as_template")]
    pub(super) signs: Vec<Token>,
    pub(super) secret: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) event_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) families: Option<[String; 2]>,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) dangerous_unsigned_body: bool,
    pub(super) signature: Signature,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) timestamp: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message_id: Option<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) key_id: Option<Place>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) expects: BTreeMap<String, String>,
}

#[derive(Clone, PartialEq, Eq, Serialize)]
pub(super) struct Signature {
    pub(super) header: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) or: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) numbered: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) separator: Option<char>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) groups: Option<char>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) prefix: Option<String>,
    pub(super) encoding: String,
}

#[derive(Clone, PartialEq, Eq, Serialize)]
pub(super) struct Timestamp {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) header: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) json: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) prefix: Option<String>,
    pub(super) unit: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max_age: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max_ahead: Option<u64>,
}

#[derive(Clone, PartialEq, Eq, Serialize)]
pub(super) struct Place {
    pub(super) header: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) prefix: Option<String>,
}

fn as_template<S: Serializer>(tokens: &[Token], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&words::write_template(tokens))
}

fn is_false(value: &bool) -> bool {
    !value
}
