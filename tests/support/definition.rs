//! A scheme from a row of facts: the form in which vector files define a service that is not built in.

use std::time::Duration;

use hooksig::{ConfigError, Draft, Encoding, Field, Part, Scheme, SecretForm, Unit};
use serde_json::Value;

/// Makes the scheme of a row and hands it over; it borrows from the row.
pub fn with_scheme<T>(row: &Value, then: impl FnOnce(Result<Scheme<'_>, ConfigError>) -> T) -> T {
    let content = row["signed_content"].as_str().expect("signed_content");
    let parts: Vec<_> = pieces(content).into_iter().map(|piece| part(row, piece)).collect();
    then(draft(row).try_signs(&parts))
}

fn draft(row: &Value) -> Draft<'_> {
    let text = |name: &str| row[name].as_str();
    assert_eq!(text("algorithm"), Some("hmac-sha256"), "this algorithm is not supported yet");
    let encoding = match text("encoding") {
        Some("hex") => Encoding::Hex,
        Some("base64") => Encoding::Base64,
        Some("base64url") => Encoding::Base64Url,
        other => panic!("encoding {other:?}"),
    };
    let header = text("signature_header").expect("signature_header");
    let separator = text("list_separator").and_then(|separator| separator.chars().next());
    let mut signature = field(header, separator, text("prefix").unwrap_or_default());
    for further in row["further_signature_headers"].as_array().into_iter().flatten() {
        signature = signature.or(further.as_str().expect("a header"));
    }
    let mut draft =
        Scheme::hmac_sha256(text("id").expect("id")).signature(signature, encoding).secret(&secret(row));
    if let Some(timestamp) = row["timestamp"].as_object() {
        let name = timestamp["name"].as_str().expect("a timestamp's name");
        let unit = match timestamp["unit"].as_str() {
            Some("unix seconds") => Unit::Seconds,
            Some("unix milliseconds") => Unit::Millis,
            Some("unix seconds or milliseconds, told apart by width") => Unit::SecondsOrMillis,
            Some("RFC 3339") => Unit::Rfc3339,
            other => panic!("timestamp unit {other:?}"),
        };
        let place = match timestamp["in"].as_str() {
            Some("header") => Field::whole(name),
            // The name of an entry stands without its sign; the row spells it only in the content.
            Some("signature field") => field(header, separator, entry_prefix(name)),
            other => panic!("timestamp in {other:?}"),
        };
        let limit = |name: &str| timestamp[name].as_u64().map(Duration::from_secs);
        draft = draft.timestamp(place, unit);
        draft = limit("max_age_s").map_or(draft, |limit| draft.max_age(limit));
        draft = limit("max_ahead_s").map_or(draft, |limit| draft.max_ahead(limit));
    }
    text("message_id_header").map_or(draft, |header| draft.message_id(Field::whole(header)))
}

fn field<'a>(header: &'a str, separator: Option<char>, prefix: &'a str) -> Field<'a> {
    match separator {
        Some(separator) => Field::listed(header, separator, prefix),
        None => Field::prefixed(header, prefix),
    }
}

/// `t` as it stands in the header: `t=`.
fn entry_prefix(name: &str) -> &'static str {
    Box::leak(format!("{name}=").into_boxed_str())
}

fn secret(row: &Value) -> Vec<SecretForm<'static>> {
    match row["secret"].as_str() {
        Some("text") => vec![SecretForm::Text],
        Some("base64") => vec![SecretForm::Base64],
        Some("hex") => vec![SecretForm::Hex],
        Some("base64 after an optional \"whsec_\"") => {
            vec![SecretForm::Base64After("whsec_"), SecretForm::Base64]
        }
        other => panic!("secret {other:?}"),
    }
}

/// `v0:{timestamp}:{body}` as `v0:`, `{timestamp}`, `:`, `{body}`.
fn pieces(content: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = content;
    while let Some(first) = rest.chars().next() {
        let end = if first == '{' {
            rest.find('}').expect("a closing brace") + 1
        } else {
            rest.find('{').unwrap_or(rest.len())
        };
        let (piece, after) = rest.split_at(end);
        pieces.push(piece);
        rest = after;
    }
    pieces
}

fn part<'a>(row: &'a Value, piece: &'a str) -> Part<'a> {
    let Some(name) = piece.strip_prefix('{').and_then(|piece| piece.strip_suffix('}')) else {
        return Part::Literal(piece);
    };
    match name {
        "body" => Part::Body,
        "url" => Part::Url,
        "urlnoq" => Part::UrlWithoutQuery,
        "method" => Part::Method,
        _ if name.starts_with("field ") => Part::Timestamp,
        _ => match name.strip_prefix("header ").expect("a header") {
            header if row["timestamp"]["name"].as_str() == Some(header) => Part::Timestamp,
            header if row["message_id_header"].as_str() == Some(header) => Part::MessageId,
            header => Part::Header(header),
        },
    }
}
