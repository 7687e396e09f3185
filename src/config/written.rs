//! A configuration: a scheme key by key, or a built-in one by its name.

use serde::Serialize;

use super::table::Table;
use super::tree::{Node, Section, problem};
use crate::error::ConfigError;
use crate::mechanism::Kind;
use crate::providers::by_name;
use crate::scheme::Scheme;

#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(super) enum Written {
    Table(Box<Table>),
    BuiltIn { builtin: String },
}

impl Written {
    pub(super) fn read(node: Node) -> Result<Self, ConfigError> {
        if !node.has("builtin") {
            return Section::new("", node, Table::KEYS).and_then(Table::read).map(Box::new).map(Self::Table);
        }
        let mut keys = Section::new("", node, &["builtin"])?;
        Ok(Self::BuiltIn { builtin: keys.required("builtin")? })
    }

    /// The scheme key by key, unless a mechanism makes its content: then its name has to do.
    pub(super) fn describe(scheme: &Scheme<'_>) -> Self {
        match scheme.kind() {
            Kind::Affix | Kind::Token => Self::Table(Box::new(Table::describe(scheme))),
            #[allow(unreachable_patterns, reason = "without a mechanism's feature there is no other kind")]
            _ => Self::BuiltIn { builtin: scheme.name().to_owned() },
        }
    }

    pub(super) fn scheme(&self) -> Result<Scheme<'_>, ConfigError> {
        match self {
            Self::Table(table) => table.scheme(),
            Self::BuiltIn { builtin } => by_name(builtin).ok_or_else(|| {
                problem("builtin", "there is no such scheme, or its feature is not enabled".to_owned())
            }),
        }
    }
}
