//! The words of a configuration, and what they stand for.

use super::tree::problem;
use crate::encoding::Encoding;
use crate::error::ConfigError;
use crate::scheme::{Algorithm, Part, SecretForm};
use crate::time::Unit;

/// Words and what they stand for, in the order in which an error lists them.
type Words<T> = &'static [(&'static str, T)];

pub(super) const ALGORITHMS: Words<Algorithm> = &[
    ("hmac-sha256", Algorithm::HmacSha256),
    ("hmac-sha512", Algorithm::HmacSha512),
    #[cfg(feature = "sha1")]
    ("hmac-sha1", Algorithm::HmacSha1),
    ("static-token", Algorithm::StaticToken),
];

pub(super) const ENCODINGS: Words<Encoding> = &[
    ("hex", Encoding::Hex),
    ("base64", Encoding::Base64),
    ("base64url", Encoding::Base64Url),
    ("verbatim", Encoding::Verbatim),
];

pub(super) const UNITS: Words<Unit> = &[
    ("seconds", Unit::Seconds),
    ("millis", Unit::Millis),
    ("seconds-or-millis", Unit::SecondsOrMillis),
    ("rfc3339", Unit::Rfc3339),
    ("http-date", Unit::HttpDate),
];

/// What a word stands for, or an error that lists the words.
pub(super) fn read<T: Copy>(words: Words<T>, key: &str, word: &str) -> Result<T, ConfigError> {
    let known = || words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
    let found = words.iter().find(|(known, _)| *known == word);
    found.map(|(_, value)| *value).ok_or_else(|| problem(key, format!("it is one of {}", known())))
}

/// The word for a value.
pub(super) fn write<T: PartialEq>(words: Words<T>, value: &T) -> String {
    words.iter().find(|(_, known)| known == value).map(|(word, _)| (*word).to_owned()).unwrap_or_default()
}

/// How a secret is read: `text`, `text without PREFIX`, `base64`, `base64 after PREFIX` or `hex`.
pub(super) fn read_form(text: &str) -> Result<SecretForm<'_>, ConfigError> {
    match text {
        "text" => return Ok(SecretForm::Text),
        "base64" => return Ok(SecretForm::Base64),
        "hex" => return Ok(SecretForm::Hex),
        _ => {}
    }
    let after = text.strip_prefix("base64 after ").map(SecretForm::Base64After);
    let without = || text.strip_prefix("text without ").map(SecretForm::TextWithout);
    after.or_else(without).ok_or_else(|| {
        let forms = "text, text without PREFIX, base64, base64 after PREFIX, hex";
        let advice = "the secret itself does not belong into a configuration file";
        problem("secret", format!("it lists how the secret is read: {forms}; {advice}"))
    })
}

/// A form as [`read_form`] reads it.
pub(super) fn write_form(form: &SecretForm<'_>) -> String {
    match form {
        SecretForm::Text => "text".to_owned(),
        SecretForm::TextWithout(prefix) => format!("text without {prefix}"),
        SecretForm::Base64 => "base64".to_owned(),
        SecretForm::Base64After(prefix) => format!("base64 after {prefix}"),
        SecretForm::Hex => "hex".to_owned(),
    }
}

/// The parts of a template: `{body}`, `{timestamp}`, `{id}`, `{method}`, `{url}`,
/// `{url-without-query}`, `{header NAME}`, and literal text, in which braces are doubled.
pub(super) fn read_template(template: &str) -> Result<Vec<Part<'_>>, ConfigError> {
    let mut parts = Vec::new();
    let mut rest = template;
    while !rest.is_empty() {
        let (part, after) = next_part(rest)?;
        parts.push(part);
        rest = after;
    }
    Ok(parts)
}

fn next_part(text: &str) -> Result<(Part<'_>, &str), ConfigError> {
    let brace = text.find(['{', '}']).unwrap_or(text.len());
    let (literal, rest) = text.split_at(brace);
    for pair in ["{{", "}}"] {
        if let Some(after) = rest.strip_prefix(pair) {
            // The literal up to and including the first of the two braces.
            return Ok((Part::Literal(text.get(..=brace).unwrap_or(literal)), after));
        }
    }
    if !literal.is_empty() {
        return Ok((Part::Literal(literal), rest));
    }
    let unclosed =
        || problem("signs", "it has a brace without its partner; double a brace that is signed".to_owned());
    let (name, after) = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')).ok_or_else(unclosed)?;
    Ok((placeholder(name)?, after))
}

fn placeholder(name: &str) -> Result<Part<'_>, ConfigError> {
    match name {
        "body" => Ok(Part::Body),
        "timestamp" => Ok(Part::Timestamp),
        "id" => Ok(Part::MessageId),
        "method" => Ok(Part::Method),
        "url" => Ok(Part::Url),
        "url-without-query" => Ok(Part::UrlWithoutQuery),
        _ => name.strip_prefix("header ").map(Part::Header).ok_or_else(|| {
            let names = "{body}, {timestamp}, {id}, {method}, {url}, {url-without-query} or {header NAME}";
            problem("signs", format!("a placeholder is one of {names}"))
        }),
    }
}

/// A template as [`read_template`] reads it.
pub(super) fn write_template(parts: &[Part<'_>]) -> String {
    let parts = parts.iter().map(|part| match part {
        Part::Body => "{body}".to_owned(),
        Part::Timestamp => "{timestamp}".to_owned(),
        Part::MessageId => "{id}".to_owned(),
        Part::Header(name) => format!("{{header {name}}}"),
        Part::Method => "{method}".to_owned(),
        Part::Url => "{url}".to_owned(),
        Part::UrlWithoutQuery => "{url-without-query}".to_owned(),
        Part::Literal(text) => text.replace('{', "{{").replace('}', "}}"),
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_read_as_they_are_written() {
        let template = "v1:{timestamp}|{method}|{url}|{header x-nonce}.{{{body}}}.{id}";
        let parts = read_template(template).unwrap();
        assert_eq!(write_template(&parts), template);
        assert_eq!(parts.first(), Some(&Part::Literal("v1:")));
        assert!(parts.contains(&Part::Literal(".{")) && parts.contains(&Part::Literal("}")));
        for flawed in ["{", "}", "{body", "body}", "{Body}", "{ body }", "{}", "{header}", "a}b"] {
            assert!(read_template(flawed).is_err(), "{flawed}");
        }
        assert_eq!(read_template("").unwrap(), []);
    }

    #[test]
    fn forms_are_read_as_they_are_written() {
        for text in ["text", "text without whsec_", "base64", "base64 after v1,whsec_", "hex"] {
            assert_eq!(write_form(&read_form(text).unwrap()), text);
        }
        let error = read_form("whsec_dGVzdA==").unwrap_err().to_string();
        assert!(error.contains("does not belong into a configuration file") && !error.contains("dGVzdA"));
    }
}
