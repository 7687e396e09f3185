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
    #[cfg(feature = "ed25519")]
    ("ed25519", Algorithm::Ed25519),
    #[cfg(feature = "ecdsa")]
    ("ecdsa-p256", Algorithm::EcdsaP256),
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
    ("utc-date-time", Unit::DateTime),
];

/// The encodings of a signature; a token has none.
pub(super) const SIGNATURE_ENCODINGS: Words<Encoding> =
    &[("hex", Encoding::Hex), ("base64", Encoding::Base64), ("base64url", Encoding::Base64Url)];

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

/// A part of signed content as a configuration holds it.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub(super) enum Token {
    Body,
    Timestamp,
    MessageId,
    Method,
    Url,
    UrlWithoutQuery,
    Header(String),
    Literal(String),
}

impl Token {
    pub(super) fn part(&self) -> Part<'_> {
        match self {
            Self::Body => Part::Body,
            Self::Timestamp => Part::Timestamp,
            Self::MessageId => Part::MessageId,
            Self::Method => Part::Method,
            Self::Url => Part::Url,
            Self::UrlWithoutQuery => Part::UrlWithoutQuery,
            Self::Header(name) => Part::Header(name),
            Self::Literal(text) => Part::Literal(text),
        }
    }
}

impl From<&Part<'_>> for Token {
    fn from(part: &Part<'_>) -> Self {
        match part {
            Part::Body => Self::Body,
            Part::Timestamp => Self::Timestamp,
            Part::MessageId => Self::MessageId,
            Part::Method => Self::Method,
            Part::Url => Self::Url,
            Part::UrlWithoutQuery => Self::UrlWithoutQuery,
            Part::Header(name) => Self::Header((*name).to_owned()),
            Part::Literal(text) => Self::Literal((*text).to_owned()),
        }
    }
}

/// The parts of a template: `{body}`, `{timestamp}`, `{id}`, `{method}`, `{url}`,
/// `{url-without-query}`, `{header NAME}`, and literal text, in which braces are doubled.
pub(super) fn read_template(template: &str) -> Result<Vec<Token>, ConfigError> {
    let mut tokens = Vec::new();
    let mut literal = String::new();
    let mut rest = template;
    while let Some(first) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("{{").or_else(|| rest.strip_prefix("}}")) {
            literal.push(first);
            rest = after;
        } else if matches!(first, '{' | '}') {
            if !literal.is_empty() {
                tokens.push(Token::Literal(std::mem::take(&mut literal)));
            }
            let (name, after) =
                rest.strip_prefix('{').and_then(|rest| rest.split_once('}')).ok_or_else(unpaired)?;
            tokens.push(placeholder(name)?);
            rest = after;
        } else {
            literal.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
    }
    if !literal.is_empty() {
        tokens.push(Token::Literal(literal));
    }
    Ok(tokens)
}

fn unpaired() -> ConfigError {
    problem("signs", "it has a brace without its partner; double a brace that is signed".to_owned())
}

fn placeholder(name: &str) -> Result<Token, ConfigError> {
    Ok(match name {
        "body" => Token::Body,
        "timestamp" => Token::Timestamp,
        "id" => Token::MessageId,
        "method" => Token::Method,
        "url" => Token::Url,
        "url-without-query" => Token::UrlWithoutQuery,
        _ => {
            Token::Header(name.strip_prefix("header ").ok_or_else(unknown_placeholder)?.to_ascii_lowercase())
        }
    })
}

fn unknown_placeholder() -> ConfigError {
    let names = "{body}, {timestamp}, {id}, {method}, {url}, {url-without-query} or {header NAME}";
    problem("signs", format!("a placeholder is one of {names}"))
}

/// A template as [`read_template`] reads it.
pub(super) fn write_template(tokens: &[Token]) -> String {
    let texts = tokens.iter().map(|token| match token {
        Token::Body => "{body}".to_owned(),
        Token::Timestamp => "{timestamp}".to_owned(),
        Token::MessageId => "{id}".to_owned(),
        Token::Method => "{method}".to_owned(),
        Token::Url => "{url}".to_owned(),
        Token::UrlWithoutQuery => "{url-without-query}".to_owned(),
        Token::Header(name) => format!("{{header {name}}}"),
        Token::Literal(text) => text.replace('{', "{{").replace('}', "}}"),
    });
    texts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_read_as_they_are_written() {
        let template = "v1:{timestamp}|{method}|{url}|{header x-nonce}.{{{body}}}.{id}";
        let tokens = read_template(template).unwrap();
        assert_eq!(write_template(&tokens), template);
        let literal = |text: &str| Token::Literal(text.to_owned());
        assert_eq!(tokens.first(), Some(&literal("v1:")));
        assert!(tokens.contains(&literal(".{")) && tokens.contains(&literal("}.")));
        for flawed in ["{", "}", "{body", "body}", "{Body}", "{ body }", "{}", "{header}", "a}b"] {
            assert!(read_template(flawed).is_err(), "{flawed}");
        }
        assert_eq!(read_template("").unwrap(), []);
        assert_eq!(read_template("{header X-Nonce}").unwrap(), [Token::Header("x-nonce".to_owned())]);
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
