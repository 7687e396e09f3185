//! Twilio and those who sign like it: the URL, then the sorted parameters of a form.
//!
//! Source: <https://www.twilio.com/docs/usage/webhooks/webhooks-security>. Names and values are joined
//! without a mark between them, so a signature does not fix where one ends and the next begins, nor
//! where the URL ends: that is theirs, and the same in their own SDKs. A full URL that is registered
//! with the verifier at least fixes the URL.

use http::HeaderName;

use super::form::{BodyType, Pair, body_pairs, body_type};
use super::{Claimed, Kind, Profile, Reading, Request, Signed, UrlUse};
use crate::coverage::Coverage;
use crate::encoding::Encoding;
use crate::error::ErrorKind;
use crate::mac::{hash, is_same};
use crate::scheme::Algorithm;
use crate::url::other_port;

pub(super) const PROFILE: Profile = Profile {
    kind: Kind::Form,
    coverage: Coverage { path: true, url: true, query: true, body: true, ..Coverage::NOTHING },
    signed: "the public URL, then the form's parameters sorted by name, each name followed by its value; of \
             a body that is not a form the SHA-256, in the query parameter bodySHA256",
    unsigned: "the method, any header; of a form: the order and escapes of its parameters, that one is repeated, \
               where a name or value ends",
    url: UrlUse::Whole,
    ..Profile::PLAIN
};

/// What tells one of this family from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TwilioRules {
    /// The header of the signature, and another that may stand instead of it.
    pub(crate) signature: &'static str,
    pub(crate) or: Option<&'static str>,
    /// A header that has to name the algorithm, and how it does.
    pub(crate) settings: Option<(&'static str, &'static str)>,
}

/// The parameter of the query that holds the hash of a body that is not a form.
const BODY_HASH: &str = "bodySHA256";

struct Twilio {
    algorithm: Algorithm,
    signature: Vec<u8>,
    urls: Vec<String>,
    body_hash: Option<Vec<u8>>,
    /// Matters only when there is a body.
    body_type: Result<BodyType, ErrorKind>,
}

pub(super) fn read_headers(
    rules: TwilioRules,
    algorithm: Algorithm,
    request: &Request<'_>,
) -> Result<impl Reading + use<>, ErrorKind> {
    let signature = signature(rules, request)?;
    check_settings(rules, request)?;
    let size = algorithm.tag_size();
    let signature = Encoding::Base64.decode(signature).filter(|tag| tag.len() == size);
    let url = request.public_url()?.concat();
    Ok(Twilio {
        algorithm,
        signature: signature.ok_or(ErrorKind::MalformedSignature)?,
        urls: other_port(&url).into_iter().chain([url]).rev().collect(),
        body_hash: body_hash(request.query()?.unwrap_or_default())?,
        body_type: body_type(request),
    })
}

/// The one signature; two headers that both have one contradict each other.
fn signature<'r>(rules: TwilioRules, request: &Request<'r>) -> Result<&'r [u8], ErrorKind> {
    let first = request.header(&HeaderName::from_static(rules.signature))?;
    let other = match rules.or {
        Some(name) => request.header(&HeaderName::from_static(name))?,
        None => None,
    };
    match (first, other) {
        (Some(_), Some(_)) => Err(ErrorKind::DuplicateHeader),
        (first, other) => first.or(other).ok_or(ErrorKind::MissingSignature),
    }
}

/// The header is the sender's word: it has to name the algorithm that the scheme uses anyway.
fn check_settings(rules: TwilioRules, request: &Request<'_>) -> Result<(), ErrorKind> {
    let Some((name, expected)) = rules.settings else {
        return Ok(());
    };
    let settings = request.header(&HeaderName::from_static(name))?.ok_or(ErrorKind::MissingHeader)?;
    let settings = str::from_utf8(settings).map_err(|_| ErrorKind::MalformedHeader)?;
    let pairs = settings.split(',').filter_map(|entry| entry.split_once('='));
    let pairs = pairs.map(|(name, value)| (name.trim(), value.trim()));
    let mut named = pairs.filter(|(name, _)| name.eq_ignore_ascii_case("algorithm"));
    match (named.next(), named.next()) {
        (Some((_, algorithm)), None) if algorithm == expected => Ok(()),
        _ => Err(ErrorKind::UnsupportedAlgorithm),
    }
}

/// The hash in the query, which is signed as it stands and may hold anything beside it.
fn body_hash(query: &str) -> Result<Option<Vec<u8>>, ErrorKind> {
    let pairs = form_urlencoded::parse(query.as_bytes());
    let mut found = pairs.filter(|(name, _)| name == BODY_HASH).map(|(_, value)| value);
    match (found.next(), found.next()) {
        (None, _) => Ok(None),
        (Some(hash), None) => Encoding::Hex.decode(hash.as_bytes()).map(Some).ok_or(ErrorKind::BodyMismatch),
        (Some(_), Some(_)) => Err(ErrorKind::UrlMismatch),
    }
}

impl Reading for Twilio {
    fn read_body(&self, body: &[u8], claimed: &mut Claimed) -> Result<(), ErrorKind> {
        // Wherever the hash stands it counts, or a request with JSON could lose its body.
        let same = self.body_hash.as_ref().is_none_or(|expected| is_same(expected, &hash(body)));
        if !same {
            return Err(ErrorKind::BodyMismatch);
        }
        let parameters = match (body, self.body_type) {
            ([], _) => String::new(),
            (_, Err(error)) => return Err(error),
            (_, Ok(BodyType::Form)) => parameters(body_pairs(body)?),
            (_, Ok(BodyType::Other)) if self.body_hash.is_some() => String::new(),
            (_, Ok(BodyType::Other)) => return Err(ErrorKind::MissingBodyHash),
        };
        claimed.signed.push(Signed {
            algorithm: Some(self.algorithm),
            contents: self.urls.iter().map(|url| format!("{url}{parameters}").into_bytes()).collect(),
            signatures: vec![self.signature.clone()],
        });
        Ok(())
    }
}

/// Names and values in a row: sorted by name, the values of one name sorted and without repetition.
fn parameters(mut pairs: Vec<Pair>) -> String {
    pairs.sort_unstable();
    pairs.dedup();
    pairs.iter().flat_map(|(name, value)| [name.as_str(), value]).collect()
}
