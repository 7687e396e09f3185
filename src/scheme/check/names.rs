//! Names of headers, separators and prefixes.

use super::text::{is_header_name, same, starts_with, visible};
use super::{Flaw, flaw};
use crate::field::{Field, MAX_FURTHER, More};

/// The highest number of a signature header: as many as signatures are compared.
pub(super) const MAX_NUMBERED: u8 = 16;

pub(super) const fn field<'a>(field: Field<'a>, families: Option<[&'a str; 2]>) -> Option<Flaw<'a>> {
    if let Some(flaw) = header(field.header, families) {
        return Some(flaw);
    }
    if !visible(field.prefix, true) || starts_with(field.prefix, " ") {
        return flaw("a prefix is visible ASCII and does not start with a space", field.prefix);
    }
    if let Some(separator) = field.separator
        && let Some(flaw) = separates(separator, field)
    {
        return Some(flaw);
    }
    if let (Some(groups), Some(separator)) = (field.groups, field.separator) {
        if groups as u32 == separator as u32 {
            return flaw("groups and their entries have different separators", field.header);
        }
        return separates(groups, field);
    }
    None
}

/// Whether a separator can be told from what it separates.
pub(super) const fn separates<'a>(separator: char, field: Field<'a>) -> Option<Flaw<'a>> {
    if !matches!(separator, ' ' | ',' | ';' | '|' | '&') {
        return flaw("a list's separator is a space or one of , ; | &", field.header);
    }
    let prefix = field.prefix.as_bytes();
    let mut index = 0;
    while index < prefix.len() {
        if prefix[index] as u32 == separator as u32 {
            return flaw("a prefix does not contain the separator of its list", field.prefix);
        }
        index += 1;
    }
    None
}

/// A header's name, written as the request's map has it, and in the scheme's first family.
pub(super) const fn header<'a>(name: &'a str, families: Option<[&'a str; 2]>) -> Option<Flaw<'a>> {
    if !is_header_name(name) {
        return flaw(
            "a header's name is lower case, without spaces: write it as in `x-webhook-signature`",
            name,
        );
    }
    let Some([first, second]) = families else {
        return None;
    };
    if !is_header_name(first)
        || !is_header_name(second)
        || starts_with(first, second)
        || starts_with(second, first)
    {
        return flaw(
            "header families are two beginnings of header names in lower case, of which neither begins the other",
            first,
        );
    }
    if !starts_with(name, first) {
        return flaw("with `families`, every header is written with the first family's beginning", name);
    }
    None
}

/// Whether a prefix cannot begin an encoded signature.
pub(super) const fn marks(prefix: &str) -> bool {
    let bytes = prefix.as_bytes();
    let mut index = 0;
    while index < bytes.len() {
        if !(bytes[index].is_ascii_alphanumeric() || matches!(bytes[index], b'+' | b'/' | b'-' | b'_')) {
            return true;
        }
        index += 1;
    }
    false
}

/// Whether a header may hold a signature.
pub(super) const fn holds_signature(signature: Field<'_>, name: &str) -> bool {
    match signature.more {
        More::None => same(name, signature.header),
        More::Or(further) => same(name, signature.header) || holds(further, name),
        More::Numbered(_) => is_numbered(name, signature.header),
    }
}

pub(super) const fn holds(further: [Option<&str>; MAX_FURTHER], name: &str) -> bool {
    let mut index = 0;
    while index < further.len() {
        if let Some(other) = further[index]
            && same(name, other)
        {
            return true;
        }
        index += 1;
    }
    false
}

/// Whether an earlier one is the same.
pub(super) const fn repeats(further: [Option<&str>; MAX_FURTHER], index: usize) -> bool {
    let mut other = 0;
    while other < index {
        if let (Some(one), Some(other)) = (further[index], further[other])
            && same(one, other)
        {
            return true;
        }
        other += 1;
    }
    false
}

/// Whether a name is the stem, a hyphen and digits.
pub(super) const fn is_numbered(name: &str, stem: &str) -> bool {
    if !starts_with(name, stem) || name.len() < stem.len() + 2 || name.as_bytes()[stem.len()] != b'-' {
        return false;
    }
    let mut index = stem.len() + 1;
    while index < name.len() {
        if !name.as_bytes()[index].is_ascii_digit() {
            return false;
        }
        index += 1;
    }
    true
}
