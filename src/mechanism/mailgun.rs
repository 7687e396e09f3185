//! Mailgun's webhooks: a timestamp and a token, signed inside the body.
//!
//! Source: <https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks>.

use super::{Claimed, Kind, Profile, Reading, Signed};
use crate::coverage::Coverage;
use crate::encoding::Encoding;
use crate::error::ErrorKind;
use crate::json::Json;
use crate::scheme::{Algorithm, MAX_ID};
use crate::time::Unit;
use crate::verified::MessageId;

pub(super) const PROFILE: Profile = Profile {
    kind: Kind::Fields,
    coverage: Coverage {
        timestamp: true,
        message_id: true,
        body_fields: &["signature.timestamp", "signature.token"],
        ..Coverage::NOTHING
    },
    signed: "the fields signature.timestamp and signature.token of the JSON body",
    unsigned: "THE EVENT ITSELF and every other field of the body, the method, the URL, any header",
    place: Some("the field signature.signature of the JSON body"),
    time: Some("the field signature.timestamp of the JSON body, in unix seconds (10 digits)"),
    ..Profile::PLAIN
};

pub(super) struct Mailgun {
    pub(super) algorithm: Algorithm,
}

impl Reading for Mailgun {
    fn read_body(&self, body: &[u8], claimed: &mut Claimed) -> Result<(), ErrorKind> {
        let body = Json::parse(body).ok_or(ErrorKind::MalformedBody)?;
        let fields = body.get("signature").ok_or(ErrorKind::MissingSignature)?;
        let field = |name: &str| fields.get(name).and_then(Json::text);
        let signature = field("signature").ok_or(ErrorKind::MissingSignature)?;
        let size = self.algorithm.tag_size();
        let signature = Encoding::Hex.decode(signature.as_bytes()).filter(|tag| tag.len() == size);
        let signature = signature.ok_or(ErrorKind::MalformedSignature)?;
        let timestamp = field("timestamp").ok_or(ErrorKind::MissingTimestamp)?;
        let stamp = Unit::Seconds.read(timestamp.as_bytes());
        claimed.stamp = Some(stamp.ok_or(ErrorKind::MalformedTimestamp)?);
        let token = field("token").ok_or(ErrorKind::MissingId)?;
        if !is_token(token) {
            return Err(ErrorKind::MalformedId);
        }
        claimed.message_id = MessageId::new(token);
        claimed.signed.push(Signed {
            algorithm: Some(self.algorithm),
            contents: vec![format!("{timestamp}{token}").into_bytes()],
            signatures: vec![signature],
        });
        Ok(())
    }
}

fn is_token(token: &str) -> bool {
    (1..=MAX_ID).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
