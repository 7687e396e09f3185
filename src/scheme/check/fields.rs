//! Where signature, timestamp and ids stand, and that they can be told apart.

use super::super::{Algorithm, Definition, MAX_EXPECTED};
use super::names::{MAX_NUMBERED, field, header, holds_signature, marks, repeats};
use super::text::{ends_with_space, same, starts_with, visible};
use super::{Flaw, flaw};
use crate::encoding::Encoding;
use crate::field::{Field, More};

pub(super) const fn fields<'a>(definition: &Definition<'a>) -> Option<Flaw<'a>> {
    let Some(signature) = definition.signature else {
        return flaw("a scheme says where its signature stands: declare `signature`", "");
    };
    if let Some(flaw) = signature_field(definition, signature) {
        return Some(flaw);
    }
    if let Some((timestamp, _)) = definition.timestamp {
        if let Some(flaw) = single(timestamp, definition.families) {
            return Some(flaw);
        }
        if holds_signature(signature, timestamp.header) {
            if let Some(flaw) = shared(timestamp, signature) {
                return Some(flaw);
            }
        } else if timestamp.separator.is_some() {
            return flaw(
                "a timestamp stands in a header of its own or in the signature's list",
                timestamp.header,
            );
        }
    }
    if let Some(id) = definition.message_id
        && let Some(flaw) =
            alone(definition, id, "a message id stands in a header of its own, without a list")
    {
        return Some(flaw);
    }
    if let Some(id) = definition.key_id
        && let Some(flaw) = key_id(definition, id)
    {
        return Some(flaw);
    }
    expected(definition)
}

/// A field that carries one value in a header that nothing else is read from.
pub(super) const fn alone<'a>(
    definition: &Definition<'a>,
    id: Field<'a>,
    sentence: &'static str,
) -> Option<Flaw<'a>> {
    if let Some(flaw) = single(id, definition.families) {
        return Some(flaw);
    }
    if id.separator.is_some() {
        return flaw(sentence, id.header);
    }
    if let Some(signature) = definition.signature
        && holds_signature(signature, id.header)
    {
        return flaw(sentence, id.header);
    }
    if let Some((timestamp, _)) = definition.timestamp
        && same(id.header, timestamp.header)
    {
        return flaw(sentence, id.header);
    }
    None
}

pub(super) const fn key_id<'a>(definition: &Definition<'a>, id: Field<'a>) -> Option<Flaw<'a>> {
    if let Some(message_id) = definition.message_id
        && same(id.header, message_id.header)
    {
        return flaw("key id and message id stand in headers of their own", id.header);
    }
    if let Some(flaw) = alone(definition, id, "a key's id stands in a header of its own, without a list") {
        return Some(flaw);
    }
    None
}

/// The headers that must have a certain value.
pub(super) const fn expected<'a>(definition: &Definition<'a>) -> Option<Flaw<'a>> {
    if definition.expected_count > MAX_EXPECTED {
        return flaw("a scheme expects at most four headers", "");
    }
    let mut index = 0;
    while index < definition.expected_count {
        let (name, value) = definition.expected[index];
        if let Some(flaw) = header(name, definition.families) {
            return Some(flaw);
        }
        if value.is_empty() || !visible(value, true) || starts_with(value, " ") || ends_with_space(value) {
            return flaw("an expected value is visible ASCII, not empty, and has no space at its ends", name);
        }
        if let Some(flaw) = read_as_one_thing(definition, name) {
            return Some(flaw);
        }
        let mut other = 0;
        while other < index {
            if same(definition.expected[other].0, name) {
                return flaw("a header is expected to have one value", name);
            }
            other += 1;
        }
        index += 1;
    }
    None
}

/// A header of a fixed value carries nothing else.
pub(super) const fn read_as_one_thing<'a>(definition: &Definition<'a>, name: &'a str) -> Option<Flaw<'a>> {
    const SENTENCE: &str =
        "a header that is expected to have one value carries neither signature, timestamp nor id";
    if let Some(signature) = definition.signature
        && holds_signature(signature, name)
    {
        return flaw(SENTENCE, name);
    }
    if let Some((timestamp, _)) = definition.timestamp
        && same(name, timestamp.header)
    {
        return flaw(SENTENCE, name);
    }
    if let Some(id) = definition.message_id
        && same(name, id.header)
    {
        return flaw(SENTENCE, name);
    }
    if let Some(id) = definition.key_id
        && same(name, id.header)
    {
        return flaw(SENTENCE, name);
    }
    None
}

/// Where signatures stand: in one header, in two, or in numbered ones.
pub(super) const fn signature_field<'a>(
    definition: &Definition<'a>,
    signature: Field<'a>,
) -> Option<Flaw<'a>> {
    if let Some(flaw) = field(signature, definition.families) {
        return Some(flaw);
    }
    match signature.more {
        More::None => {}
        More::Or(further) => {
            let mut index = 0;
            while index < further.len() {
                if let Some(name) = further[index] {
                    if let Some(flaw) = header(name, definition.families) {
                        return Some(flaw);
                    }
                    if same(name, signature.header) || repeats(further, index) {
                        return flaw("the further signature header is another one than the first", name);
                    }
                }
                index += 1;
            }
        }
        More::Numbered(last) => {
            if last == 0 || last > MAX_NUMBERED {
                return flaw("signature headers are numbered from 1 to 16 at most", signature.header);
            }
        }
    }
    if signature.groups.is_some() {
        let beside = match definition.timestamp {
            Some((timestamp, _)) => same(timestamp.header, signature.header),
            None => false,
        };
        if !beside {
            return flaw(
                "a group holds a timestamp beside its signatures: declare `timestamp`",
                signature.header,
            );
        }
    }
    if matches!(definition.algorithm, Algorithm::StaticToken)
        && (signature.separator.is_some()
            || !signature.prefix.is_empty()
            || !matches!(definition.encoding, Encoding::Verbatim))
    {
        return flaw(
            "a token is the whole value of its header: drop prefix, separator and encoding",
            signature.header,
        );
    }
    if matches!(definition.encoding, Encoding::Verbatim)
        && !matches!(definition.algorithm, Algorithm::StaticToken)
    {
        return flaw("a signature is encoded: only a token is sent as it is", signature.header);
    }
    None
}

/// A field that carries one value.
pub(super) const fn single<'a>(one: Field<'a>, families: Option<[&'a str; 2]>) -> Option<Flaw<'a>> {
    if !matches!(one.more, More::None) {
        return flaw("only a signature can have further headers", one.header);
    }
    if one.groups.is_some() {
        return flaw("only a signature can stand in groups", one.header);
    }
    field(one, families)
}

/// A timestamp in the signature's own header.
pub(super) const fn shared<'a>(timestamp: Field<'a>, signature: Field<'a>) -> Option<Flaw<'a>> {
    let listed = match (timestamp.separator, signature.separator) {
        (Some(one), Some(other)) => one as u32 == other as u32,
        _ => false,
    };
    if !listed {
        return flaw(
            "a timestamp beside the signature in one header needs a list: give both the same separator",
            timestamp.header,
        );
    }
    if timestamp.prefix.is_empty() {
        return flaw("a timestamp in a list needs the prefix that marks it", timestamp.header);
    }
    let alike =
        starts_with(timestamp.prefix, signature.prefix) || starts_with(signature.prefix, timestamp.prefix);
    if alike && !signature.prefix.is_empty() {
        return flaw(
            "the prefixes of timestamp and signature are told apart by their beginnings",
            timestamp.prefix,
        );
    }
    if signature.prefix.is_empty() && !marks(timestamp.prefix) {
        return flaw(
            "beside signatures without a prefix, a timestamp's prefix holds a sign that no signature has, such as =",
            timestamp.prefix,
        );
    }
    if !matches!(signature.more, More::None) {
        return flaw(
            "a scheme with further signature headers has its timestamp in a header of its own",
            timestamp.header,
        );
    }
    None
}
