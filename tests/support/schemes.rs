//! Every built-in scheme, and custom ones that together use every part and every kind of join.

use hooksig::{Encoding, Field, Kind, Part, Scheme, Unit, providers};

/// Method, URL and timestamp in front, joined by bars.
pub const BARS: Scheme<'static> = Scheme::hmac_sha256("bars")
    .signature(Field::whole("x-bars-signature"), Encoding::Base64Url)
    .timestamp(Field::prefixed("x-bars-time", "at "), Unit::SecondsOrMillis)
    .signs(&[
        Part::Literal("v1:"),
        Part::Timestamp,
        Part::Literal("|"),
        Part::Method,
        Part::Literal("|"),
        Part::Url,
        Part::Literal("|"),
        Part::Body,
    ]);

/// Everything behind the body, joined by a mark of two characters.
pub const TAIL: Scheme<'static> = Scheme::hmac_sha256("tail")
    .signature(Field::listed("x-tail-signature", ';', "s="), Encoding::Hex)
    .timestamp(Field::listed("x-tail-signature", ';', "t="), Unit::SecondsOrMillis)
    .message_id(Field::whole("x-tail-id"))
    .signs(&[
        Part::Body,
        Part::Literal("--"),
        Part::MessageId,
        Part::Literal("--"),
        Part::Header("x-tail-nonce"),
        Part::Literal("--"),
        Part::Timestamp,
        Part::Literal("--"),
        Part::UrlWithoutQuery,
    ]);

/// Nothing between method, URL, body and a fixed-width timestamp.
pub const GLUED: Scheme<'static> = Scheme::hmac_sha256("glued")
    .signature(Field::whole("x-glued-signature"), Encoding::Base64)
    .timestamp(Field::whole("x-glued-time"), Unit::Millis)
    .signs(&[Part::Method, Part::Url, Part::Body, Part::Timestamp]);

/// An id that only the colons of the timestamp behind it mark off.
pub const COLONS: Scheme<'static> = Scheme::hmac_sha256("colons")
    .signature(Field::prefixed("x-colons-signature", "sha256="), Encoding::Hex)
    .timestamp(Field::whole("x-colons-time"), Unit::Rfc3339)
    .message_id(Field::whole("x-colons-id"))
    .signs(&[Part::MessageId, Part::Timestamp, Part::Body]);

/// URL and nonce without a body.
pub const BODILESS: Scheme<'static> = Scheme::hmac_sha256("bodiless")
    .signature(Field::whole("x-bodiless-signature"), Encoding::Base64)
    .dangerous_unsigned_body()
    .signs(&[Part::UrlWithoutQuery, Part::Header("x-bodiless-nonce")]);

/// Numbered signature headers, a key id and a required header, with the longest tag.
pub const NUMBERED: Scheme<'static> = Scheme::hmac_sha512("numbered")
    .signature(Field::whole("x-numbered-signature").numbered(3), Encoding::Base64)
    .key_id(Field::whole("x-numbered-key"))
    .expects("x-numbered-version", "2")
    .signs(&[Part::Body]);

/// Groups of timestamps and signatures.
pub const GROUPED: Scheme<'static> = Scheme::hmac_sha256("grouped")
    .signature(Field::grouped("x-grouped-signature", ' ', ',', "v1="), Encoding::Hex)
    .timestamp(Field::listed("x-grouped-signature", ',', "t="), Unit::Seconds)
    .signs(&[Part::Timestamp, Part::Literal("."), Part::Body]);

/// A date of HTTP behind the body.
pub const DATED: Scheme<'static> = Scheme::hmac_sha256("dated")
    .signature(Field::whole("x-dated-signature").or("x-dated-signature-2"), Encoding::Hex)
    .timestamp(Field::whole("x-dated-time"), Unit::HttpDate)
    .signs(&[Part::Body, Part::Timestamp]);

/// A method that only the digits of the timestamp behind it mark off.
pub const DIGITS: Scheme<'static> = Scheme::hmac_sha256("digits")
    .signature(Field::whole("x-digits-signature"), Encoding::Hex)
    .timestamp(Field::whole("x-digits-time"), Unit::Seconds)
    .signs(&[Part::Method, Part::Timestamp, Part::Body]);

/// Every scheme that properties are tried on.
pub fn all() -> Vec<Scheme<'static>> {
    let recipes = [
        providers::generic_hex("x-webhook-signature").unwrap(),
        providers::telepath("x-placeholder-signature").unwrap(),
    ];
    let affix: Vec<_> = providers::ALL
        .iter()
        .copied()
        .filter(|scheme| matches!(scheme.kind(), Kind::Affix | Kind::Token))
        .collect();
    [&affix, &recipes[..], &[BARS, TAIL, GLUED, COLONS, BODILESS, NUMBERED, GROUPED, DATED, DIGITS]].concat()
}
