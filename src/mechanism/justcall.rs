//! JustCall's webhooks: the webhook's URL, the event's type and the time, but not the event.
//!
//! Source: <https://developer.justcall.io/docs/dynamic-webhook-signatures>, whose example verifies. The
//! secret is the MAC's key and the beginning of what is signed.

use http::HeaderName;

use super::escape;
use super::{Claimed, Kind, Profile, Reading, Request, Signed};
use crate::coverage::Coverage;
use crate::encoding::Encoding;
use crate::error::ErrorKind;
use crate::json::Json;
use crate::scheme::Algorithm;
use crate::time::Unit;

pub(super) const PROFILE: Profile = Profile {
    kind: Kind::Fields,
    coverage: Coverage { timestamp: true, body_fields: &["webhook_url", "type"], ..Coverage::NOTHING },
    signed: "the secret, the fields webhook_url (escaped) and type of the JSON body and the timestamp, joined by \
             bars",
    unsigned: "THE EVENT ITSELF and every other field of the body, the method, the URL, any other header",
    identifies: false,
    secret_first: true,
    ..Profile::PLAIN
};

const SIGNATURE: HeaderName = HeaderName::from_static("x-justcall-signature");
const VERSION: HeaderName = HeaderName::from_static("x-justcall-signature-version");
const TIMESTAMP: HeaderName = HeaderName::from_static("x-justcall-request-timestamp");

struct JustCall {
    algorithm: Algorithm,
    signature: Vec<u8>,
    timestamp: String,
}

pub(super) fn read_headers(
    algorithm: Algorithm,
    request: &Request<'_>,
    claimed: &mut Claimed,
) -> Result<impl Reading + use<>, ErrorKind> {
    let size = algorithm.tag_size();
    let signature = Encoding::Hex.decode(request.signature(&SIGNATURE)?).filter(|tag| tag.len() == size);
    let signature = signature.ok_or(ErrorKind::MalformedSignature)?;
    let version = request.header(&VERSION)?.ok_or(ErrorKind::MissingHeader)?;
    if version != b"v1" {
        return Err(ErrorKind::UnsupportedAlgorithm);
    }
    let timestamp = request.header(&TIMESTAMP)?.ok_or(ErrorKind::MissingTimestamp)?;
    claimed.stamp = Some(Unit::DateTime.read(timestamp).ok_or(ErrorKind::MalformedTimestamp)?);
    let timestamp = String::from_utf8_lossy(timestamp).into_owned();
    Ok(JustCall { algorithm, signature, timestamp })
}

impl Reading for JustCall {
    fn read_body(&self, body: &[u8], claimed: &mut Claimed) -> Result<(), ErrorKind> {
        let body = Json::parse(body).ok_or(ErrorKind::MalformedBody)?;
        let field = |name: &str| body.get(name).and_then(Json::text).ok_or(ErrorKind::MalformedBody);
        let url = escape::component(field("webhook_url")?);
        let event = field("type")?;
        // A bar in the type would let the URL's end pass for the type's beginning.
        if event.contains('|') {
            return Err(ErrorKind::MalformedBody);
        }
        claimed.signed.push(Signed {
            algorithm: Some(self.algorithm),
            contents: vec![format!("{url}|{event}|{}", self.timestamp).into_bytes()],
            signatures: vec![self.signature.clone()],
        });
        Ok(())
    }
}
