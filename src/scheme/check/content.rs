//! What is signed, and that it has one reading.

use super::super::join::{self, Mark};
use super::super::{Algorithm, Definition, MAX_PARTS, Part};
use super::names::{header, holds_signature};
use super::text::{same, starts_with, visible};
use super::{Flaw, flaw};
use crate::time::Unit;

/// The longest literal, in bytes.
const MAX_LITERAL: usize = 64;

/// Each part by itself.
pub(super) const fn parts<'a>(definition: &Definition<'a>) -> Option<Flaw<'a>> {
    if matches!(definition.algorithm, Algorithm::StaticToken) {
        if definition.part_count > 0 {
            return flaw("a token signs nothing: give no parts", "");
        }
    } else if definition.part_count == 0 || definition.part_count > MAX_PARTS {
        return flaw("the signed content has 1 to 12 parts", "");
    }
    let mut index = 0;
    while index < definition.part_count {
        let part = definition.parts[index];
        match part {
            Part::Literal(text) if text.is_empty() || text.len() > MAX_LITERAL => {
                return flaw("a literal is 1 to 64 bytes long", "");
            }
            Part::Header(name) => {
                if let Some(flaw) = header(name, definition.families) {
                    return Some(flaw);
                }
                if let Some(flaw) = read_elsewhere(definition, name) {
                    return Some(flaw);
                }
            }
            _ => {}
        }
        let mut other = 0;
        while other < index {
            if is_same_part(definition.parts[other], part) {
                return flaw("a part occurs once in the signed content", part_name(part));
            }
            other += 1;
        }
        index += 1;
    }
    None
}

/// A header that is signed is read once, as one thing.
pub(super) const fn read_elsewhere<'a>(definition: &Definition<'a>, name: &'a str) -> Option<Flaw<'a>> {
    if let Some((timestamp, _)) = definition.timestamp
        && same(name, timestamp.header)
    {
        return flaw("the timestamp's header is signed as the timestamp", name);
    }
    if let Some(id) = definition.message_id
        && same(name, id.header)
    {
        return flaw("the message id's header is signed as the message id", name);
    }
    if let Some(id) = definition.key_id
        && same(name, id.header)
    {
        return flaw("the key id's header chooses the key and cannot be signed", name);
    }
    if let Some(signature) = definition.signature
        && holds_signature(signature, name)
    {
        return flaw("a signature's header cannot be signed", name);
    }
    None
}

/// What is signed, and whether it has one reading.
pub(super) const fn content<'a>(definition: &Definition<'a>) -> Option<Flaw<'a>> {
    if let Some((field, _)) = definition.timestamp
        && !has(definition, Part::Timestamp)
    {
        return flaw(
            "the timestamp is not signed: anyone could renew an old request; add it to the signed content or drop it",
            field.header,
        );
    }
    if definition.timestamp.is_none() && has(definition, Part::Timestamp) {
        return flaw("the timestamp is signed, but nothing says where it stands: declare `timestamp`", "");
    }
    if let Some(field) = definition.message_id
        && !has(definition, Part::MessageId)
    {
        return flaw(
            "the message id is not signed: anyone could change it; add it to the signed content or drop it",
            field.header,
        );
    }
    if definition.message_id.is_none() && has(definition, Part::MessageId) {
        return flaw("the message id is signed, but nothing says where it stands: declare `message_id`", "");
    }
    let body = has(definition, Part::Body);
    if let Some((key, unit)) = definition.json_timestamp {
        if definition.timestamp.is_some() {
            return flaw("a scheme has one timestamp: in a header or in the body", key);
        }
        if key.is_empty() || !visible(key, true) || matches!(unit, Unit::HttpDate | Unit::DateTime) || !body {
            return flaw(
                "a timestamp in the body stands under a key of a signed JSON body, as a number or as RFC 3339",
                key,
            );
        }
    }
    if let Some(pointer) = definition.event_id
        && (!is_pointer(pointer) || !body)
    {
        return flaw("an event's id is a JSON pointer into a signed body, such as `/id`", pointer);
    }
    if !body && !definition.unsigned_body {
        return flaw(
            "the body is not signed: add it to the signed content, or say `dangerous_unsigned_body`",
            "",
        );
    }
    if !matches!(definition.algorithm, Algorithm::StaticToken) && signs_nothing(definition) {
        return flaw("nothing of the request is signed: a literal is the same in all of them", "");
    }
    if body && definition.unsigned_body {
        return flaw("the body is signed: drop `dangerous_unsigned_body`", "");
    }
    if has(definition, Part::Url) && has(definition, Part::UrlWithoutQuery) {
        return flaw("the URL is signed with its query or without it, not both", "");
    }
    let mut index = 0;
    while index < definition.part_count {
        let url = matches!(definition.parts[index], Part::Url | Part::UrlWithoutQuery);
        if !url && matches!(join::mark(definition, index), Mark::Missing) {
            return flaw(
                "the signed content can be split in two ways, so that bytes could move between body and headers: put a literal between this part and the next",
                part_name(definition.parts[index]),
            );
        }
        index += 1;
    }
    None
}

/// Whether a text is a JSON pointer that leads somewhere (RFC 6901, section 3).
pub(super) const fn is_pointer(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut index = 0;
    while index < bytes.len() {
        if bytes[index] == b'~' && (index + 1 >= bytes.len() || !matches!(bytes[index + 1], b'0' | b'1')) {
            return false;
        }
        index += 1;
    }
    starts_with(text, "/") && visible(text, true)
}

pub(super) const fn signs_nothing(definition: &Definition<'_>) -> bool {
    let mut index = 0;
    while index < definition.part_count {
        if !matches!(definition.parts[index], Part::Literal(_)) {
            return false;
        }
        index += 1;
    }
    true
}

pub(super) const fn has(definition: &Definition<'_>, part: Part<'_>) -> bool {
    let mut index = 0;
    while index < definition.part_count {
        if is_same_part(definition.parts[index], part) {
            return true;
        }
        index += 1;
    }
    false
}

/// Whether two parts are the same thing; literals may repeat.
pub(super) const fn is_same_part(one: Part<'_>, other: Part<'_>) -> bool {
    match (one, other) {
        (Part::Body, Part::Body)
        | (Part::Timestamp, Part::Timestamp)
        | (Part::MessageId, Part::MessageId)
        | (Part::Method, Part::Method)
        | (Part::Url, Part::Url)
        | (Part::UrlWithoutQuery, Part::UrlWithoutQuery) => true,
        (Part::Header(one), Part::Header(other)) => same(one, other),
        _ => false,
    }
}

pub(super) const fn part_name<'a>(part: Part<'a>) -> &'a str {
    match part {
        Part::Body => "body",
        Part::Timestamp => "timestamp",
        Part::MessageId => "message id",
        Part::Header(name) => name,
        Part::Method => "method",
        Part::Url | Part::UrlWithoutQuery => "URL",
        Part::Literal(text) => text,
    }
}
