//! What makes a definition unsafe or contradictory: one check for constants and for configuration.

use std::time::Duration;

use super::join::{self, Mark};
use super::{Algorithm, Definition, MAX_EXPECTED, MAX_FORMS, MAX_PARTS, Part, SecretForm};
use crate::encoding::Encoding;
use crate::field::{Field, MAX_FURTHER, More};
use crate::time::Unit;

/// The longest freshness limit: a sender's clock is never wrong by a day.
pub(crate) const MAX_LIMIT: Duration = Duration::from_secs(86_400);

/// The shortest freshness limit.
pub(crate) const MIN_LIMIT: Duration = Duration::from_secs(1);

/// The highest number of a signature header: as many as signatures are compared.
const MAX_NUMBERED: u8 = 16;

/// The longest prefix of a secret, in bytes.
const MAX_SECRET_PREFIX: usize = 16;

/// The longest literal, in bytes.
const MAX_LITERAL: usize = 64;

/// The longest name of a scheme, in bytes.
const MAX_NAME: usize = 64;

/// One thing that is wrong with a definition.
pub(super) struct Flaw<'a> {
    /// What is wrong and what would be right.
    pub(super) sentence: &'static str,
    /// The header, prefix or literal concerned; empty where there is none.
    pub(super) at: &'a str,
}

const fn flaw<'a>(sentence: &'static str, at: &'a str) -> Option<Flaw<'a>> {
    Some(Flaw { sentence, at })
}

/// The first flaw of a definition.
pub(super) const fn check<'a>(definition: &Definition<'a>) -> Option<Flaw<'a>> {
    if let Some(flaw) = name(definition.name) {
        return Some(flaw);
    }
    if let Some(flaw) = fields(definition) {
        return Some(flaw);
    }
    if let Some(flaw) = limits(definition) {
        return Some(flaw);
    }
    if let Some(flaw) = secret(definition) {
        return Some(flaw);
    }
    if let Some(flaw) = parts(definition) {
        return Some(flaw);
    }
    content(definition)
}

const fn name<'a>(name: &'a str) -> Option<Flaw<'a>> {
    if name.is_empty() || name.len() > MAX_NAME {
        return flaw("a scheme's name is 1 to 64 bytes long", name);
    }
    let bytes = name.as_bytes();
    let mut index = 0;
    while index < bytes.len() {
        if !matches!(bytes[index], b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.') {
            return flaw("a scheme's name consists of a to z, 0 to 9, '-', '_' and '.'", name);
        }
        index += 1;
    }
    None
}

const fn fields<'a>(definition: &Definition<'a>) -> Option<Flaw<'a>> {
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

const fn key_id<'a>(definition: &Definition<'a>, id: Field<'a>) -> Option<Flaw<'a>> {
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

/// A field that carries one value in a header that nothing else is read from.
const fn alone<'a>(definition: &Definition<'a>, id: Field<'a>, sentence: &'static str) -> Option<Flaw<'a>> {
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

/// Whether a header may hold a signature.
const fn holds_signature(signature: Field<'_>, name: &str) -> bool {
    match signature.more {
        More::None => same(name, signature.header),
        More::Or(further) => same(name, signature.header) || holds(further, name),
        More::Numbered(_) => is_numbered(name, signature.header),
    }
}

const fn holds(further: [Option<&str>; MAX_FURTHER], name: &str) -> bool {
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
const fn repeats(further: [Option<&str>; MAX_FURTHER], index: usize) -> bool {
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
const fn is_numbered(name: &str, stem: &str) -> bool {
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

/// The headers that must have a certain value.
const fn expected<'a>(definition: &Definition<'a>) -> Option<Flaw<'a>> {
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

/// Where signatures stand: in one header, in two, or in numbered ones.
const fn signature_field<'a>(definition: &Definition<'a>, signature: Field<'a>) -> Option<Flaw<'a>> {
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
const fn single<'a>(one: Field<'a>, families: Option<[&'a str; 2]>) -> Option<Flaw<'a>> {
    if !matches!(one.more, More::None) {
        return flaw("only a signature can have further headers", one.header);
    }
    if one.groups.is_some() {
        return flaw("only a signature can stand in groups", one.header);
    }
    field(one, families)
}

/// A timestamp in the signature's own header.
const fn shared<'a>(timestamp: Field<'a>, signature: Field<'a>) -> Option<Flaw<'a>> {
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

const fn field<'a>(field: Field<'a>, families: Option<[&'a str; 2]>) -> Option<Flaw<'a>> {
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
const fn separates<'a>(separator: char, field: Field<'a>) -> Option<Flaw<'a>> {
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
const fn header<'a>(name: &'a str, families: Option<[&'a str; 2]>) -> Option<Flaw<'a>> {
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

const fn limits<'a>(definition: &Definition<'a>) -> Option<Flaw<'a>> {
    const SENTENCE: &str = "a freshness limit is from one second to one day, in whole seconds";
    let timed = definition.timestamp.is_some() || definition.json_timestamp.is_some();
    if !timed && (definition.max_age.is_some() || definition.max_ahead.is_some()) {
        return flaw("a freshness limit needs a timestamp to hold it to: declare `timestamp`", "max_age");
    }
    if let Some(limit) = definition.max_age
        && !is_limit(limit)
    {
        return flaw(SENTENCE, "max_age");
    }
    match definition.max_ahead {
        Some(limit) if !is_limit(limit) => flaw(SENTENCE, "max_ahead"),
        _ => None,
    }
}

pub(crate) const fn is_limit(limit: Duration) -> bool {
    limit.subsec_nanos() == 0
        && limit.as_nanos() >= MIN_LIMIT.as_nanos()
        && limit.as_nanos() <= MAX_LIMIT.as_nanos()
}

const fn secret<'a>(definition: &Definition<'a>) -> Option<Flaw<'a>> {
    if definition.form_count == 0 || definition.form_count > MAX_FORMS {
        return flaw("a scheme reads its secret in one to four ways", "");
    }
    if matches!(definition.algorithm, Algorithm::StaticToken)
        && !(definition.form_count == 1 && matches!(definition.forms[0], SecretForm::Text))
    {
        return flaw("a token is compared as it is: its secret is read as text", "");
    }
    let mut index = 0;
    while index < definition.form_count {
        if let SecretForm::Base64After(prefix) | SecretForm::TextWithout(prefix) = definition.forms[index]
            && (prefix.is_empty() || prefix.len() > MAX_SECRET_PREFIX || !visible(prefix, false))
        {
            return flaw("a secret's prefix is 1 to 16 visible ASCII characters, such as `whsec_`", "");
        }
        let mut other = 0;
        while other < index {
            if is_same_form(definition.forms[other], definition.forms[index]) {
                return flaw("a secret is read in each way once", "");
            }
            other += 1;
        }
        index += 1;
    }
    None
}

const fn is_same_form(one: SecretForm<'_>, other: SecretForm<'_>) -> bool {
    match (one, other) {
        (SecretForm::Text, SecretForm::Text)
        | (SecretForm::Base64, SecretForm::Base64)
        | (SecretForm::Hex, SecretForm::Hex) => true,
        (SecretForm::TextWithout(one), SecretForm::TextWithout(other))
        | (SecretForm::Base64After(one), SecretForm::Base64After(other)) => same(one, other),
        _ => false,
    }
}

/// Each part by itself.
const fn parts<'a>(definition: &Definition<'a>) -> Option<Flaw<'a>> {
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

/// A header of a fixed value carries nothing else.
const fn read_as_one_thing<'a>(definition: &Definition<'a>, name: &'a str) -> Option<Flaw<'a>> {
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

const fn ends_with_space(text: &str) -> bool {
    !text.is_empty() && text.as_bytes()[text.len() - 1] == b' '
}

/// A header that is signed is read once, as one thing.
const fn read_elsewhere<'a>(definition: &Definition<'a>, name: &'a str) -> Option<Flaw<'a>> {
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

/// Whether a prefix cannot begin an encoded signature.
const fn marks(prefix: &str) -> bool {
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

/// What is signed, and whether it has one reading.
const fn content<'a>(definition: &Definition<'a>) -> Option<Flaw<'a>> {
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
        if key.is_empty() || !visible(key, true) || matches!(unit, Unit::HttpDate) || !body {
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
const fn is_pointer(text: &str) -> bool {
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

const fn signs_nothing(definition: &Definition<'_>) -> bool {
    let mut index = 0;
    while index < definition.part_count {
        if !matches!(definition.parts[index], Part::Literal(_)) {
            return false;
        }
        index += 1;
    }
    true
}

const fn has(definition: &Definition<'_>, part: Part<'_>) -> bool {
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
const fn is_same_part(one: Part<'_>, other: Part<'_>) -> bool {
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

const fn part_name<'a>(part: Part<'a>) -> &'a str {
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

const fn is_header_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    let mut index = 0;
    while index < bytes.len() {
        if !matches!(bytes[index], b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_') {
            return false;
        }
        index += 1;
    }
    !bytes.is_empty() && bytes.len() <= 128
}

const fn visible(text: &str, space: bool) -> bool {
    let bytes = text.as_bytes();
    let mut index = 0;
    while index < bytes.len() {
        if !(bytes[index].is_ascii_graphic() || (space && bytes[index] == b' ')) {
            return false;
        }
        index += 1;
    }
    true
}

const fn same(one: &str, other: &str) -> bool {
    one.len() == other.len() && starts_with(one, other)
}

const fn starts_with(text: &str, beginning: &str) -> bool {
    let (text, beginning) = (text.as_bytes(), beginning.as_bytes());
    if beginning.len() > text.len() {
        return false;
    }
    let mut index = 0;
    while index < beginning.len() {
        if text[index] != beginning[index] {
            return false;
        }
        index += 1;
    }
    true
}
