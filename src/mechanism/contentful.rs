//! Contentful's canonical request: method, escaped path and query, chosen headers, body.
//!
//! Source: npm @contentful/node-apps-toolkit 3.16.1;
//! <https://www.contentful.com/developers/docs/webhooks/request-verification/>.

use http::HeaderName;

use super::escape;
use super::{Claimed, Kind, Profile, Reading, Request, Signed, UrlUse};
use crate::coverage::Coverage;
use crate::encoding::Encoding;
use crate::error::ErrorKind;
use crate::scheme::Algorithm;
use crate::time::Unit;
use crate::url::path_of_request;

pub(super) const PROFILE: Profile = Profile {
    kind: Kind::Canonical,
    coverage: Coverage {
        timestamp: true,
        method: true,
        path: true,
        query: true,
        headers: true,
        body: true,
        ..Coverage::NOTHING
    },
    signed: "the method, the escaped path and query, the headers that x-contentful-signed-headers lists and the \
             body, line by line",
    unsigned: "the host, any other header",
    url: UrlUse::Path,
    ..Profile::PLAIN
};

const SIGNATURE: HeaderName = HeaderName::from_static("x-contentful-signature");
const SIGNED_HEADERS: HeaderName = HeaderName::from_static("x-contentful-signed-headers");
const TIMESTAMP: HeaderName = HeaderName::from_static("x-contentful-timestamp");

/// The most headers that one signature may list; Contentful's own list has five.
const MAX_LISTED: usize = 32;

struct Contentful {
    algorithm: Algorithm,
    signature: Vec<u8>,
    /// Every line before the body.
    head: String,
}

pub(super) fn read_headers(
    algorithm: Algorithm,
    request: &Request<'_>,
    claimed: &mut Claimed,
) -> Result<impl Reading + use<>, ErrorKind> {
    let size = algorithm.tag_size();
    let signature = Encoding::Hex.decode(request.signature(&SIGNATURE)?).filter(|tag| tag.len() == size);
    let signature = signature.ok_or(ErrorKind::MalformedSignature)?;
    let timestamp = request.header(&TIMESTAMP)?.ok_or(ErrorKind::MissingTimestamp)?;
    claimed.stamp = Some(Unit::Millis.read(timestamp).ok_or(ErrorKind::MalformedTimestamp)?);
    let list = request.header(&SIGNED_HEADERS)?.ok_or(ErrorKind::MissingHeader)?;
    let listed = listed(list).ok_or(ErrorKind::MalformedHeader)?;
    let headers = listed.iter().map(|name| header(request, name, &listed));
    let headers = headers.collect::<Result<Vec<_>, _>>()?.join(";");
    let path = escaped(&path_of_request(request.url, request.target()?, true)?.concat());
    let head = format!("{}\n{path}\n{headers}\n", request.method()?);
    Ok(Contentful { algorithm, signature, head })
}

/// The listed names, sorted; none twice, and the list and the timestamp among them.
fn listed(list: &[u8]) -> Option<Vec<HeaderName>> {
    let names = str::from_utf8(list).ok()?.split(',').take(MAX_LISTED.saturating_add(1));
    let name = |name: &str| HeaderName::from_lowercase(name.as_bytes()).ok();
    let mut names = names.map(name).collect::<Option<Vec<_>>>()?;
    let count = names.len();
    names.sort_unstable_by(|one, other| one.as_str().cmp(other.as_str()));
    names.dedup();
    let complete = names.contains(&SIGNED_HEADERS) && names.contains(&TIMESTAMP);
    (complete && names.len() == count && count <= MAX_LISTED).then_some(names)
}

/// `name:value`, the list itself in its sorted form.
fn header(request: &Request<'_>, name: &HeaderName, listed: &[HeaderName]) -> Result<String, ErrorKind> {
    let value = request.printable(name)?.ok_or(ErrorKind::MissingHeader)?.trim();
    if *name == SIGNED_HEADERS {
        let names: Vec<_> = listed.iter().map(HeaderName::as_str).collect();
        return Ok(format!("{name}:{}", names.join(",")));
    }
    // A value must not look like the next header, or bytes could move from one to the other.
    let looks_like = |name: &HeaderName| value.contains(&format!(";{name}:"));
    if listed.iter().any(looks_like) {
        Err(ErrorKind::MalformedHeader)
    } else {
        Ok(format!("{name}:{value}"))
    }
}

/// The query escaped as one component, and then the whole once more.
fn escaped(path: &str) -> String {
    let path = match path.split_once('?') {
        Some((path, query)) if !query.is_empty() => {
            format!("{path}?{}", escape::component(query))
        }
        Some((path, _)) => path.to_owned(),
        None => path.to_owned(),
    };
    escape::uri(&path)
}

impl Reading for Contentful {
    fn read_body(&self, body: &[u8], claimed: &mut Claimed) -> Result<(), ErrorKind> {
        claimed.signed.push(Signed {
            algorithm: Some(self.algorithm),
            contents: vec![[self.head.as_bytes(), body].concat()],
            signatures: vec![self.signature.clone()],
        });
        Ok(())
    }
}
