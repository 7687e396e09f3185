//! Synthflow's webhooks: the id of the call, and nothing else of the body.
//!
//! Source: <https://docs.synthflow.ai/webhooks-security>.

use http::HeaderName;

use super::{Claimed, Kind, Profile, Reading, Request, Signed};
use crate::coverage::Coverage;
use crate::encoding::Encoding;
use crate::error::ErrorKind;
use crate::json::Json;
use crate::scheme::{Algorithm, MAX_ID};

pub(super) const PROFILE: Profile = Profile {
    kind: Kind::Fields,
    coverage: Coverage { body_fields: &["call.call_id"], ..Coverage::NOTHING },
    signed: "the field call.call_id of the JSON body",
    unsigned: "EVERY OTHER FIELD OF THE BODY (read the call again through the API), the method, the URL, any other \
               header",
    identifies: false,
    ..Profile::PLAIN
};

/// The documentation spells the header as a WSGI server shows it; on the wire it may be the other.
const SIGNATURES: [HeaderName; 2] =
    [HeaderName::from_static("http_synthflow_signature"), HeaderName::from_static("synthflow-signature")];

struct Synthflow {
    algorithm: Algorithm,
    signature: Vec<u8>,
}

pub(super) fn read_headers(
    algorithm: Algorithm,
    request: &Request<'_>,
) -> Result<impl Reading + use<>, ErrorKind> {
    let [one, other] = &SIGNATURES;
    let signature = match (request.header(one)?, request.header(other)?) {
        (Some(_), Some(_)) => return Err(ErrorKind::DuplicateHeader),
        (one, other) => one.or(other).ok_or(ErrorKind::MissingSignature)?,
    };
    let size = algorithm.tag_size();
    let signature = Encoding::Base64.decode(signature).filter(|tag| tag.len() == size);
    Ok(Synthflow { algorithm, signature: signature.ok_or(ErrorKind::MalformedSignature)? })
}

impl Reading for Synthflow {
    fn read_body(&self, body: &[u8], claimed: &mut Claimed) -> Result<(), ErrorKind> {
        let body = Json::parse(body).ok_or(ErrorKind::MalformedBody)?;
        let call_id = body.get("call").and_then(|call| call.get("call_id")).and_then(Json::text);
        let call_id = call_id.ok_or(ErrorKind::MissingId)?;
        let visible = !call_id.is_empty() && call_id.bytes().all(|byte| byte.is_ascii_graphic());
        // The id of the call and not of the message: a call has several.
        if !visible || call_id.len() > MAX_ID {
            return Err(ErrorKind::MalformedId);
        }
        claimed.signed.push(Signed {
            algorithm: Some(self.algorithm),
            contents: vec![call_id.as_bytes().to_vec()],
            signatures: vec![self.signature.clone()],
        });
        Ok(())
    }
}
