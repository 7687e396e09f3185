//! Plivo's signature V3: the URL with its query sorted, the sorted parameters of a form, the nonce.
//!
//! Source: npm plivo 4.79.0, `v3Security.js`; <https://www.plivo.com/docs/voice/concepts/signature-validation>.
//! Parameters are signed decoded and, in the form, without a mark between name and value, so a
//! signature does not fix where one ends: that is theirs.

use http::HeaderName;

use super::form::{BodyType, Pair, body_pairs, body_type, query_pairs};
use super::{Claimed, Kind, Profile, Reading, Request, Signed, UrlUse};
use crate::coverage::Coverage;
use crate::encoding::Encoding;
use crate::error::ErrorKind;
use crate::field::{MAX_ENTRIES, entries};
use crate::scheme::{Algorithm, MAX_CANDIDATES, MAX_ID};
use crate::verified::MessageId;

pub(super) const PROFILE: Profile = Profile {
    kind: Kind::Form,
    coverage: Coverage {
        message_id: true,
        path: true,
        url: true,
        query: true,
        body: true,
        ..Coverage::NOTHING
    },
    signed: "the public URL with its query's parameters sorted, then the form's parameters sorted by name, each \
             name followed by its value, then the nonce",
    unsigned: "the method, any other header; of query and form: the order and escapes of parameters, where a name \
               or value ends, whether it stands in the query or in the form",
    url: UrlUse::Whole,
    ..Profile::PLAIN
};

const SIGNATURE: HeaderName = HeaderName::from_static("x-plivo-signature-v3");
const NONCE: HeaderName = HeaderName::from_static("x-plivo-signature-v3-nonce");

struct Plivo {
    algorithm: Algorithm,
    signatures: Vec<Vec<u8>>,
    post: bool,
    /// The URL up to its query.
    url: String,
    /// The query's parameters, sorted.
    query: String,
    nonce: String,
    /// Matters only when there is a body.
    body_type: Result<BodyType, ErrorKind>,
}

pub(super) fn read_headers(
    algorithm: Algorithm,
    request: &Request<'_>,
    claimed: &mut Claimed,
) -> Result<impl Reading + use<>, ErrorKind> {
    let signatures = signatures(request.signature(&SIGNATURE)?, algorithm.tag_size())?;
    let nonce = request.header(&NONCE)?.ok_or(ErrorKind::MissingId)?;
    let nonce = nonce_text(nonce).ok_or(ErrorKind::MalformedId)?;
    claimed.message_id = MessageId::new(nonce);
    let post = match request.method()? {
        "GET" => false,
        "POST" => true,
        _ => return Err(ErrorKind::UnsupportedMethod),
    };
    let url = request.public_url()?.concat();
    let url = url.split_once('?').map_or(url.as_str(), |(url, _)| url).to_owned();
    Ok(Plivo {
        algorithm,
        signatures,
        post,
        url,
        query: joined(query_pairs(request)?, "=", "&"),
        nonce: nonce.to_owned(),
        body_type: body_type(request),
    })
}

/// The signatures of the list that can be decoded.
fn signatures(list: &[u8], size: usize) -> Result<Vec<Vec<u8>>, ErrorKind> {
    let listed = || entries(list, Some(b','));
    match listed().take(MAX_ENTRIES).count() {
        0 => return Err(ErrorKind::MissingSignature),
        count if count > MAX_CANDIDATES => return Err(ErrorKind::TooManySignatures),
        _ => {}
    }
    let decoded = listed().filter_map(|text| Encoding::Base64.decode(text));
    let decoded: Vec<_> = decoded.filter(|tag| tag.len() == size).collect();
    if decoded.is_empty() { Err(ErrorKind::MalformedSignature) } else { Ok(decoded) }
}

/// A nonce: visible ASCII without the dot that stands before it.
fn nonce_text(nonce: &[u8]) -> Option<&str> {
    let fits = (1..=MAX_ID).contains(&nonce.len())
        && nonce.iter().all(|byte| byte.is_ascii_graphic() && *byte != b'.');
    fits.then(|| str::from_utf8(nonce).ok()).flatten()
}

/// Parameters sorted by name and value, none left out.
fn joined(mut pairs: Vec<Pair>, within: &str, between: &str) -> String {
    pairs.sort_unstable();
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}{within}{value}")).collect();
    pairs.join(between)
}

impl Reading for Plivo {
    fn read_body(&self, body: &[u8], claimed: &mut Claimed) -> Result<(), ErrorKind> {
        let parameters = match (body, self.body_type) {
            ([], _) => Vec::new(),
            (_, Err(error)) => return Err(error),
            (_, Ok(BodyType::Form)) if self.post => body_pairs(body)?,
            _ => return Err(ErrorKind::MalformedBody),
        };
        let (url, query, nonce) = (&self.url, &self.query, &self.nonce);
        let form = joined(parameters.clone(), "", "");
        let content = match (query.is_empty(), parameters.is_empty()) {
            (true, true) => format!("{url}.{nonce}"),
            (false, true) => format!("{url}?{query}.{nonce}"),
            (true, false) => format!("{url}?{form}.{nonce}"),
            (false, false) => format!("{url}?{query}.{form}.{nonce}"),
        };
        claimed.signed.push(Signed {
            algorithm: Some(self.algorithm),
            contents: vec![content.into_bytes()],
            signatures: self.signatures.clone(),
        });
        Ok(())
    }
}
