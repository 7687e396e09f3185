//! A configuration as it was written: names and values of any format that serde reads.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::error::ConfigError;

/// A value; which ones a key may have is decided by whoever takes it.
pub(super) enum Node {
    Text(String),
    Number(u64),
    Bool(bool),
    List(Vec<Node>),
    Table(Vec<(String, Node)>),
    /// Null, a fraction, a negative number, a date: nothing that any key has.
    Other,
}

impl Node {
    /// Whether this is a table with the key.
    pub(super) fn has(&self, key: &str) -> bool {
        matches!(self, Self::Table(entries) if entries.iter().any(|(name, _)| name == key))
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Node, E> {
        Ok(Node::Number(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node, E> {
        Ok(u64::try_from(number).map_or(Node::Other, Node::Number))
    }

    fn visit_u128<E>(self, _: u128) -> Result<Node, E> {
        Ok(Node::Other)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Node, E> {
        Ok(Node::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
        Ok(Node::Other)
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Other)
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Other)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        Node::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(node) = seq.next_element()? {
            list.push(node);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut table = Vec::new();
        while let Some(entry) = map.next_entry()? {
            table.push(entry);
        }
        Ok(Node::Table(table))
    }
}

/// A table whose keys are all known, to take their values from.
pub(super) struct Section {
    path: String,
    entries: Vec<(String, Node)>,
}

impl Section {
    /// Refuses a value that is no table, a key that is not known, and one that is given twice.
    pub(super) fn new(path: &str, node: Node, known: &[&str]) -> Result<Self, ConfigError> {
        let Node::Table(entries) = node else {
            let name = if path.is_empty() { "the configuration" } else { path };
            return Err(problem(name, "it is a table".to_owned()));
        };
        let section = Self { path: path.to_owned(), entries };
        for (index, (key, _)) in section.entries.iter().enumerate() {
            if !known.contains(&key.as_str()) {
                let why = format!("there is no such key; the keys here are {}", known.join(", "));
                return Err(problem(&section.name(key), why));
            }
            if section.entries.iter().take(index).any(|(earlier, _)| earlier == key) {
                return Err(problem(&section.name(key), "it is given twice".to_owned()));
            }
        }
        Ok(section)
    }

    /// The full name of a key of this table.
    pub(super) fn name(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    pub(super) fn text(&mut self, key: &'static str) -> Result<Option<String>, ConfigError> {
        self.take(key, "a text", |node| match node {
            Node::Text(text) => Some(text),
            _ => None,
        })
    }

    pub(super) fn required(&mut self, key: &'static str) -> Result<String, ConfigError> {
        let name = self.name(key);
        self.text(key)?.ok_or_else(|| problem(&name, "it is missing".to_owned()))
    }

    pub(super) fn number(&mut self, key: &'static str) -> Result<Option<u64>, ConfigError> {
        self.take(key, "a whole number, not negative", |node| match node {
            Node::Number(number) => Some(number),
            _ => None,
        })
    }

    pub(super) fn bool(&mut self, key: &'static str) -> Result<bool, ConfigError> {
        let value = self.take(key, "true or false", |node| match node {
            Node::Bool(value) => Some(value),
            _ => None,
        })?;
        Ok(value.unwrap_or(false))
    }

    /// A single character.
    pub(super) fn char(&mut self, key: &'static str) -> Result<Option<char>, ConfigError> {
        self.take(key, "one character", |node| match node {
            Node::Text(text) => {
                let mut chars = text.chars();
                chars.next().filter(|_| chars.next().is_none())
            }
            _ => None,
        })
    }

    pub(super) fn texts(&mut self, key: &'static str) -> Result<Option<Vec<String>>, ConfigError> {
        self.take(key, "a list of texts", |node| match node {
            Node::List(list) => list.into_iter().map(Node::into_text).collect(),
            _ => None,
        })
    }

    /// A text, or a list of them.
    pub(super) fn one_or_more(&mut self, key: &'static str) -> Result<Vec<String>, ConfigError> {
        let texts = self.take(key, "a text or a list of texts", |node| match node {
            Node::Text(text) => Some(vec![text]),
            Node::List(list) => list.into_iter().map(Node::into_text).collect(),
            _ => None,
        })?;
        Ok(texts.unwrap_or_default())
    }

    /// A table of texts under names of headers, which are taken in lower case.
    pub(super) fn headers(&mut self, key: &'static str) -> Result<BTreeMap<String, String>, ConfigError> {
        let pairs = self.take(key, "a table of texts", |node| match node {
            Node::Table(table) => table
                .into_iter()
                .map(|(name, node)| Some((name, node.into_text()?)))
                .collect::<Option<Vec<_>>>(),
            _ => None,
        })?;
        let mut headers = BTreeMap::new();
        for (name, value) in pairs.unwrap_or_default() {
            if headers.insert(name.to_ascii_lowercase(), value).is_some() {
                return Err(problem(&self.name(key), "a header is given twice".to_owned()));
            }
        }
        Ok(headers)
    }

    pub(super) fn section(
        &mut self,
        key: &'static str,
        known: &[&str],
    ) -> Result<Option<Section>, ConfigError> {
        let name = self.name(key);
        self.take(key, "a table", Some)?.map(|node| Section::new(&name, node, known)).transpose()
    }

    fn take<T>(
        &mut self,
        key: &'static str,
        expected: &str,
        read: impl FnOnce(Node) -> Option<T>,
    ) -> Result<Option<T>, ConfigError> {
        let Some(index) = self.entries.iter().position(|(name, _)| name == key) else {
            return Ok(None);
        };
        let (_, node) = self.entries.swap_remove(index);
        read(node).map(Some).ok_or_else(|| problem(&self.name(key), format!("it is {expected}")))
    }
}

impl Node {
    fn into_text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// An error that names the key and never its value: somebody may have put a secret there.
pub(super) fn problem(key: &str, problem: String) -> ConfigError {
    ConfigError::Config { key: key.to_owned(), problem }
}
