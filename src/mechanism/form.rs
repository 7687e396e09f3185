//! Form parameters: every pair of them, decoded, and with one reading only.

use form_urlencoded::parse;
use percent_encoding::percent_decode;

use super::{Request, names};
use crate::error::ErrorKind;

/// The most parameters of a form. Carriers send a few dozen; sorting this many takes a few
/// milliseconds, which is what an unauthenticated sender can have.
const MAX_PAIRS: usize = 16_384;

/// A name and its value.
pub(super) type Pair = (String, String);

/// How a body is to be read.
#[derive(Clone, Copy)]
pub(super) enum BodyType {
    Form,
    Other,
}

/// The type of the body, as its one Content-Type says.
pub(super) fn body_type(request: &Request<'_>) -> Result<BodyType, ErrorKind> {
    let Some(value) = request.header(&names::CONTENT_TYPE)? else {
        return Ok(BodyType::Other);
    };
    let value = str::from_utf8(value).map_err(|_| ErrorKind::MalformedHeader)?;
    let mut parts = value.split(';').map(str::trim);
    let is_form =
        parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/x-www-form-urlencoded"));
    if !is_form {
        return Ok(BodyType::Other);
    }
    // A form in another charset would be decoded to other text than its sender signed.
    let mut charsets = parts.filter_map(|part| part.split_once('=')).filter(|(name, _)| is_charset(name));
    if charsets.all(|(_, charset)| is_utf8(charset)) {
        Ok(BodyType::Form)
    } else {
        Err(ErrorKind::MalformedHeader)
    }
}

fn is_charset(name: &str) -> bool {
    name.trim().eq_ignore_ascii_case("charset")
}

fn is_utf8(charset: &str) -> bool {
    let charset = charset.trim().trim_matches('"');
    charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
}

/// The parameters of a form or query, in order, or nothing where they are not UTF-8 or too many.
///
/// A bad escape stands for itself, as in every browser and in the SDKs.
pub(super) fn pairs(text: &[u8]) -> Option<Vec<Pair>> {
    // Separators are ASCII, so the whole is UTF-8 exactly when every name and value is.
    percent_decode(text).decode_utf8().ok()?;
    let pairs = parse(text).map(|(name, value)| (name.into_owned(), value.into_owned()));
    let pairs: Vec<_> = pairs.take(MAX_PAIRS.saturating_add(1)).collect();
    (pairs.len() <= MAX_PAIRS).then_some(pairs)
}

/// The parameters of a body.
pub(super) fn body_pairs(body: &[u8]) -> Result<Vec<Pair>, ErrorKind> {
    pairs(body).ok_or(ErrorKind::MalformedBody)
}

/// The parameters of the request's query.
pub(super) fn query_pairs(request: &Request<'_>) -> Result<Vec<Pair>, ErrorKind> {
    let query = request.query()?.unwrap_or_default();
    pairs(query.as_bytes()).ok_or(ErrorKind::UrlMismatch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_is_kept_and_decoded() {
        let decoded = |text: &str| {
            let pairs = pairs(text.as_bytes()).unwrap();
            pairs.iter().map(|(name, value)| format!("<{name}|{value}>")).collect::<String>()
        };
        assert_eq!(decoded("a=1&a=1&b=+%2B%20"), "<a|1><a|1><b| +  >".replace("  >", " >"));
        assert_eq!(decoded("=x&&y&z=a=b"), "<|x><y|><z|a=b>");
        assert_eq!(decoded("a=%zz%4&b=%"), "<a|%zz%4><b|%>");
        assert_eq!(decoded(""), "");
    }

    #[test]
    fn what_is_not_utf_8_or_without_end_is_refused() {
        assert!(pairs(b"a=%ff").is_none());
        assert!(pairs(b"a=\xe9").is_none());
        assert!(pairs("a=é".as_bytes()).is_some());
        assert!(pairs("a&".repeat(16_384).as_bytes()).is_some());
        assert!(pairs("a&".repeat(16_385).as_bytes()).is_none());
    }
}
