//! Vonage's signed SMS callbacks: every parameter but the signature, sorted by name.
//!
//! Source: npm @vonage/sms 1.21.0, `verifySignature`;
//! <https://developer.vonage.com/en/getting-started/concepts/signing-messages>. The account's settings
//! choose the algorithm, so it belongs to the key; the length of a digest proves nothing.

use super::form::{BodyType, Pair, body_pairs, body_type, pairs};
use super::{Claimed, Kind, Profile, Reading, Request, Signed};
use crate::coverage::Coverage;
use crate::encoding::Encoding;
use crate::error::ErrorKind;
use crate::scheme::Algorithm;
use crate::time::Unit;
use crate::verified::MessageId;

pub(super) const PROFILE: Profile = Profile {
    kind: Kind::Form,
    coverage: Coverage { timestamp: true, body: true, ..Coverage::NOTHING },
    signed: "every parameter but sig, sorted by name, each as & name = value: of the form of a POST, or of the \
             query of a GET",
    unsigned: "the method, the URL (of a POST its query too), any header; & and = in values, which are signed as _",
    place: Some("the parameter sig"),
    time: Some("the parameter timestamp, in unix seconds (10 digits)"),
    keys_choose: true,
    further_algorithms: &[
        Algorithm::Md5Hash,
        Algorithm::HmacMd5,
        Algorithm::HmacSha1,
        Algorithm::HmacSha256,
        Algorithm::HmacSha512,
    ],
    ..Profile::PLAIN
};

/// Where the parameters stand.
enum VonageSms {
    Query(String),
    Body(BodyType),
}

pub(super) fn read_headers(request: &Request<'_>) -> Result<impl Reading + use<>, ErrorKind> {
    match request.method()? {
        "GET" => Ok(VonageSms::Query(request.query()?.unwrap_or_default().to_owned())),
        "POST" => Ok(VonageSms::Body(body_type(request)?)),
        _ => Err(ErrorKind::UnsupportedMethod),
    }
}

impl Reading for VonageSms {
    fn read_body(&self, body: &[u8], claimed: &mut Claimed) -> Result<(), ErrorKind> {
        let mut pairs = match (self, body) {
            (Self::Query(query), []) => {
                claimed.coverage = Some(Coverage { query: true, body: false, ..PROFILE.coverage });
                pairs(query.as_bytes()).ok_or(ErrorKind::UrlMismatch)?
            }
            (Self::Body(BodyType::Form), body) => body_pairs(body)?,
            _ => return Err(ErrorKind::MalformedBody),
        };
        pairs.sort_unstable();
        if !has_one_reading(&pairs) {
            return Err(ErrorKind::MalformedBody);
        }
        let value = |name: &str| pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.as_str());
        let signature = value("sig").ok_or(ErrorKind::MissingSignature)?;
        let signature = Encoding::Hex.decode(signature.as_bytes()).ok_or(ErrorKind::MalformedSignature)?;
        let timestamp = value("timestamp").ok_or(ErrorKind::MissingTimestamp)?;
        let stamp = Unit::Seconds.read(timestamp.as_bytes()).ok_or(ErrorKind::MalformedTimestamp)?;
        claimed.stamp = Some(stamp);
        claimed.message_id = value("nonce").map(signed_value).and_then(|nonce| message_id(&nonce));
        claimed.signed.push(Signed {
            algorithm: None,
            contents: vec![content(&pairs).into_bytes()],
            signatures: vec![signature],
        });
        Ok(())
    }
}

/// Of a repeated name some receiver may read the first value and some the last, and a name with a mark
/// in it could swallow its neighbours.
fn has_one_reading(pairs: &[Pair]) -> bool {
    let repeated = pairs.windows(2).any(|two| matches!(two, [one, other] if one.0 == other.0));
    !repeated && !pairs.iter().any(|(name, _)| name.contains(['&', '=']))
}

fn content(pairs: &[Pair]) -> String {
    let signed = pairs.iter().filter(|(name, _)| name != "sig");
    signed.map(|(name, value)| format!("&{name}={}", signed_value(value))).collect()
}

/// A value as it is signed.
fn signed_value(value: &str) -> String {
    value.replace(['&', '='], "_")
}

/// The nonce names the request, if it is one; it need not be there.
fn message_id(nonce: &str) -> Option<MessageId> {
    let visible = !nonce.is_empty() && nonce.bytes().all(|byte| byte.is_ascii_graphic());
    MessageId::new(nonce).filter(|_| visible)
}
