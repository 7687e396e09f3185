//! Bodies that were changed on their way to the verification.

use std::io::Read;

use super::case::{Case, Change, Variant};
use super::{Desk, Finding, Transformation, json, texts};
use crate::encoding::Encoding;

pub(super) const TRANSFORMATIONS: &[Transformation] = &[
    Transformation { code: "body_trailing_newline", variants: trailing_newline },
    Transformation { code: "body_missing_newline", variants: missing_newline },
    Transformation { code: "body_reserialized", variants: reserialized },
    Transformation { code: "body_whitespace_trimmed", variants: whitespace },
    Transformation { code: "body_line_endings", variants: line_endings },
    Transformation { code: "body_bom", variants: bom },
    Transformation { code: "body_charset", variants: charset },
    Transformation { code: "body_compressed", variants: compressed },
    Transformation { code: "body_form_decoded", variants: form_decoded },
    Transformation { code: "body_base64", variants: base64 },
];

/// The most bytes that a compressed body may grow to.
const MAX_INFLATED: u64 = 16 << 20;

const BOM: &[u8] = b"\xef\xbb\xbf";

fn variant(case: &Case<'_>, note: &str, body: Option<Vec<u8>>) -> Option<Variant> {
    let body = body.filter(|body| *body != case.body)?;
    Some(Variant::new(note, Change::Body(body)))
}

fn text<'c>(case: &'c Case<'_>) -> Option<&'c str> {
    str::from_utf8(&case.body).ok()
}

fn trailing_newline(_: &Desk<'_>, case: &Case<'_>) -> Vec<Variant> {
    let without = |end: &[u8]| case.body.strip_suffix(end).map(<[u8]>::to_vec);
    let variants = [
        variant(case, "a line feed", without(b"\n")),
        variant(case, "a carriage return and a line feed", without(b"\r\n")),
    ];
    variants.into_iter().flatten().collect()
}

fn missing_newline(_: &Desk<'_>, case: &Case<'_>) -> Vec<Variant> {
    let with = |end: &[u8]| Some([case.body.as_slice(), end].concat());
    let variants = [
        variant(case, "a line feed", with(b"\n")),
        variant(case, "a carriage return and a line feed", with(b"\r\n")),
    ];
    variants.into_iter().flatten().collect()
}

fn reserialized(_: &Desk<'_>, case: &Case<'_>) -> Vec<Variant> {
    let spellings = text(case).map(json::spellings).unwrap_or_default();
    let variants = spellings.into_iter().map(|(note, text)| variant(case, note, Some(text.into_bytes())));
    variants.flatten().collect()
}

fn whitespace(_: &Desk<'_>, case: &Case<'_>) -> Vec<Variant> {
    let around = |before: &[u8], after: &[u8]| Some([before, &case.body, after].concat());
    let variants = [
        variant(case, "the sender's has none around it", Some(case.body.trim_ascii().to_vec())),
        variant(case, "the sender's has a space before it", around(b" ", b"")),
        variant(case, "the sender's has a space after it", around(b"", b" ")),
        variant(case, "the sender's has a line feed before it", around(b"\n", b"")),
        variant(case, "the sender's has line feeds around it", around(b"\n", b"\n")),
        variant(case, "the sender's has two line feeds after it", around(b"", b"\n\n")),
        variant(case, "the sender's has two spaces after it", around(b"", b"  ")),
        variant(case, "the sender's has a tab after it", around(b"", b"\t")),
    ];
    variants.into_iter().flatten().collect()
}

fn line_endings(_: &Desk<'_>, case: &Case<'_>) -> Vec<Variant> {
    let Some(text) = text(case) else {
        return Vec::new();
    };
    let unix = text.replace("\r\n", "\n");
    let variants = [
        variant(case, "the sender's are line feeds", Some(unix.clone().into_bytes())),
        variant(
            case,
            "the sender's are carriage returns with line feeds",
            Some(unix.replace('\n', "\r\n").into_bytes()),
        ),
    ];
    variants.into_iter().flatten().collect()
}

fn bom(_: &Desk<'_>, case: &Case<'_>) -> Vec<Variant> {
    let variants = [
        variant(case, "the sender's has none", case.body.strip_prefix(BOM).map(<[u8]>::to_vec)),
        variant(case, "the sender's has one", Some([BOM, &case.body].concat())),
    ];
    variants.into_iter().flatten().collect()
}

/// Latin-1 taken for UTF-8, or the reverse.
fn charset(_: &Desk<'_>, case: &Case<'_>) -> Vec<Variant> {
    if case.body.is_ascii() {
        return Vec::new();
    }
    let to_latin1 = |text: &str| text.chars().map(|letter| u8::try_from(u32::from(letter)).ok()).collect();
    let from_latin1: String = case.body.iter().map(|byte| char::from(*byte)).collect();
    let variants = [
        variant(case, "the sender's is Latin-1, or was encoded once less", text(case).and_then(to_latin1)),
        variant(case, "the sender's is UTF-8 of what was taken for Latin-1", Some(from_latin1.into_bytes())),
    ];
    variants.into_iter().flatten().collect()
}

/// Compressed on its way, after it was signed. What was decompressed cannot be compressed again byte for
/// byte, so the reverse is only suspected.
fn compressed(_: &Desk<'_>, case: &Case<'_>) -> Vec<Variant> {
    fn inflated(reader: impl Read) -> Option<Vec<u8>> {
        let mut body = Vec::new();
        reader.take(MAX_INFLATED).read_to_end(&mut body).ok()?;
        (!body.is_empty()).then_some(body)
    }
    let bytes = case.body.as_slice();
    let variants = [
        variant(case, "by gzip", inflated(flate2::read::MultiGzDecoder::new(bytes))),
        variant(case, "by deflate", inflated(flate2::read::ZlibDecoder::new(bytes))),
        variant(case, "by deflate without a header", inflated(flate2::read::DeflateDecoder::new(bytes))),
    ];
    variants.into_iter().flatten().collect()
}

/// The form that a framework has decoded, or of which it has handed on one field.
fn form_decoded(_: &Desk<'_>, case: &Case<'_>) -> Vec<Variant> {
    let Some(text) = text(case) else {
        return Vec::new();
    };
    let field = |name: &str| {
        let value: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
        Some(format!("{name}={value}").into_bytes())
    };
    let pairs = || text.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let encoded = |plus: bool| {
        let encode = |part: &str| {
            let part: String = form_urlencoded::byte_serialize(part.as_bytes()).collect();
            if plus { part } else { part.replace('+', "%20") }
        };
        let pairs: Vec<_> =
            pairs().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        Some(pairs.join("&").into_bytes())
    };
    let mut variants: Vec<_> = ["payload", "data", "body", "event", "json"]
        .into_iter()
        .filter_map(|name| {
            variant(case, &format!("the sender's is a form with this in {name:?}"), field(name))
        })
        .collect();
    if text.contains('=') {
        variants.extend(variant(case, "the sender's is escaped", encoded(true)));
        variants.extend(variant(case, "the sender's is escaped, spaces too", encoded(false)));
    }
    variants
}

fn base64(_: &Desk<'_>, case: &Case<'_>) -> Vec<Variant> {
    let trimmed = case.body.trim_ascii();
    let inner = trimmed.strip_prefix(b"\"").and_then(|inner| inner.strip_suffix(b"\"")).unwrap_or(trimmed);
    let variants = [
        variant(case, "by a gateway, it seems", Encoding::Base64.decode(inner)),
        variant(case, "without padding", Encoding::Base64Url.decode(inner)),
    ];
    variants.into_iter().flatten().collect()
}

/// What can be suspected and not proved.
pub(super) fn suspicions(case: &Case<'_>) -> Vec<Finding> {
    let mut suspicions = Vec::new();
    let signs_body = case.scheme.coverage().body();
    if signs_body && case.body.is_empty() {
        suspicions.push(texts::finding("body_empty_consumed", "", false));
    }
    if text(case).is_some_and(|text| text.contains('\u{fffd}')) {
        suspicions.push(texts::finding(
            "body_charset",
            "it holds U+FFFD, which stands for bytes that are lost",
            false,
        ));
    }
    let encoded = case.header("content-encoding").is_some_and(|encoding| encoding != "identity");
    if signs_body && encoded {
        suspicions.push(texts::finding("body_compressed", "the header content-encoding says it was", false));
    }
    suspicions
}
