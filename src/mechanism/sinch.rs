//! Sinch's voice callbacks: five lines, one of them the MD5 of the body.
//!
//! Source: npm @sinch/sdk-client 1.5.0 and PyPI sinch 2.3.0;
//! <https://developers.sinch.com/docs/voice/api-reference/authentication/callback-signed-request>. The
//! MD5 is theirs. Whoever could make two bodies with one MD5 could exchange them, which takes a body
//! that the attacker had a hand in; nothing better is signed.

use http::HeaderName;

use super::{Claimed, Kind, Profile, Reading, Request, Signed, UrlUse, names};
use crate::coverage::Coverage;
use crate::encoding::Encoding;
use crate::error::ErrorKind;
use crate::mac::md5;
use crate::scheme::Algorithm;
use crate::time::Unit;
use crate::url::path_of_request;

pub(super) const PROFILE: Profile = Profile {
    kind: Kind::Canonical,
    coverage: Coverage {
        timestamp: true,
        method: true,
        path: true,
        headers: true,
        body: true,
        ..Coverage::NOTHING
    },
    signed: "the method, the MD5 of the body, the header content-type, the header x-timestamp and the path, line \
             by line",
    unsigned: "the host, the query, any other header",
    url: UrlUse::Path,
    names_keys: Some("the header authorization, before the colon"),
    ..Profile::PLAIN
};

/// What tells one generation from the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SinchRules {
    /// The word before the credentials.
    pub(crate) word: &'static str,
    /// Whether the line of an empty body holds the MD5 of nothing, or is empty itself.
    pub(crate) hashes_nothing: bool,
}

const TIMESTAMP: HeaderName = HeaderName::from_static("x-timestamp");

struct Sinch {
    algorithm: Algorithm,
    signature: Vec<u8>,
    hashes_nothing: bool,
    method: String,
    /// The lines after that of the body.
    rest: String,
}

pub(super) fn read_headers(
    rules: SinchRules,
    algorithm: Algorithm,
    request: &Request<'_>,
    claimed: &mut Claimed,
) -> Result<impl Reading + use<>, ErrorKind> {
    let authorization = request.signature(&names::AUTHORIZATION)?;
    let (key_id, signature) = credentials(rules.word, authorization).ok_or(ErrorKind::MalformedSignature)?;
    let size = algorithm.tag_size();
    let signature = Encoding::Base64.decode(signature.as_bytes()).filter(|tag| tag.len() == size);
    let timestamp = request.header(&TIMESTAMP)?.ok_or(ErrorKind::MissingTimestamp)?;
    claimed.stamp = Some(Unit::Rfc3339.read(timestamp).ok_or(ErrorKind::MalformedTimestamp)?);
    claimed.key_id = Some(key_id.into());
    let content_type = request.printable(&names::CONTENT_TYPE)?.ok_or(ErrorKind::MissingHeader)?;
    let timestamp = str::from_utf8(timestamp).map_err(|_| ErrorKind::MalformedTimestamp)?;
    let path = path_of_request(request.url, request.target()?, false)?.concat();
    let rest = format!("{content_type}\nx-timestamp:{timestamp}\n{path}");
    Ok(Sinch {
        algorithm,
        signature: signature.ok_or(ErrorKind::MalformedSignature)?,
        hashes_nothing: rules.hashes_nothing,
        method: request.method()?.to_ascii_uppercase(),
        rest,
    })
}

/// Key id and signature of `word key:signature`, the word in any case.
fn credentials<'r>(word: &str, authorization: &'r [u8]) -> Option<(&'r str, &'r str)> {
    let (found, credentials) = str::from_utf8(authorization).ok()?.split_once(' ')?;
    let (key_id, signature) = credentials.split_once(':')?;
    let plain = found.eq_ignore_ascii_case(word) && !credentials.contains(' ') && !signature.contains(':');
    plain.then_some((key_id, signature))
}

impl Reading for Sinch {
    fn read_body(&self, body: &[u8], claimed: &mut Claimed) -> Result<(), ErrorKind> {
        let hashed = if body.is_empty() && !self.hashes_nothing {
            String::new()
        } else {
            Encoding::Base64.encode(&md5(body))
        };
        let content = format!("{}\n{hashed}\n{}", self.method, self.rest);
        claimed.signed.push(Signed {
            algorithm: Some(self.algorithm),
            contents: vec![content.into_bytes()],
            signatures: vec![self.signature.clone()],
        });
        Ok(())
    }
}
