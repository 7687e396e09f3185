//! Adyen's notifications: eight fields of each item, signed inside the item.
//!
//! Source: npm @adyen/api-library 32.1.0, `hmacValidator.js`;
//! <https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures>.

use super::{Claimed, Kind, Profile, Reading, Signed};
use crate::coverage::Coverage;
use crate::encoding::Encoding;
use crate::error::ErrorKind;
use crate::json::Json;
use crate::scheme::Algorithm;

pub(super) const PROFILE: Profile = Profile {
    kind: Kind::Fields,
    coverage: Coverage {
        body_fields: &[
            "pspReference",
            "originalReference",
            "merchantAccountCode",
            "merchantReference",
            "amount.value",
            "amount.currency",
            "eventCode",
            "success",
        ],
        ..Coverage::NOTHING
    },
    signed: "of every notification item pspReference, originalReference, merchantAccountCode, merchantReference, \
             amount.value, amount.currency, eventCode and success, joined by colons",
    unsigned: "EVERY OTHER FIELD OF THE BODY (reason, paymentMethod, eventDate, additionalData …), which items are \
               sent together, the method, the URL, any header",
    place: Some("additionalData.hmacSignature of each notification item"),
    ..Profile::PLAIN
};

pub(super) struct Adyen {
    pub(super) algorithm: Algorithm,
}

impl Reading for Adyen {
    fn read_body(&self, body: &[u8], claimed: &mut Claimed) -> Result<(), ErrorKind> {
        let body = Json::parse(body).ok_or(ErrorKind::MalformedBody)?;
        let Some(Json::List(items)) = body.get("notificationItems") else {
            return Err(ErrorKind::MissingSignature);
        };
        if items.is_empty() {
            return Err(ErrorKind::MissingSignature);
        }
        for item in items {
            claimed.signed.push(self.signed(item)?);
        }
        // The same item twice would be handled twice.
        let mut contents: Vec<_> = claimed.signed.iter().map(|signed| &signed.contents).collect();
        contents.sort_unstable();
        if contents.windows(2).any(|two| matches!(two, [one, other] if one == other)) {
            return Err(ErrorKind::MalformedBody);
        }
        Ok(())
    }
}

impl Adyen {
    fn signed(&self, item: &Json) -> Result<Signed, ErrorKind> {
        let item = item.get("NotificationRequestItem").ok_or(ErrorKind::MalformedBody)?;
        let signature = item.get("additionalData").and_then(|data| data.get("hmacSignature"));
        let signature = signature.and_then(Json::text).ok_or(ErrorKind::MissingSignature)?;
        let size = self.algorithm.tag_size();
        let signature = Encoding::Base64.decode(signature.as_bytes()).filter(|tag| tag.len() == size);
        let signature = signature.ok_or(ErrorKind::MalformedSignature)?;
        let content = content(item).ok_or(ErrorKind::MalformedBody)?;
        Ok(Signed {
            algorithm: Some(self.algorithm),
            contents: vec![content.into_bytes()],
            signatures: vec![signature],
        })
    }
}

/// The eight fields joined by colons. Only the merchant's own reference may hold one, so that there is
/// one way to take the text apart.
fn content(item: &Json) -> Option<String> {
    let amount = item.get("amount")?;
    let plain = |value: Option<&Json>| text(value).filter(|text| !text.contains(':'));
    let fields = [
        plain(item.get("pspReference"))?,
        plain(item.get("originalReference"))?,
        plain(item.get("merchantAccountCode"))?,
        text(item.get("merchantReference"))?,
        plain(amount.get("value"))?,
        plain(amount.get("currency"))?,
        plain(item.get("eventCode"))?,
        plain(item.get("success"))?,
    ];
    Some(fields.join(":"))
}

/// A field as it is signed; one that is missing is signed as an empty text.
fn text(value: Option<&Json>) -> Option<String> {
    match value {
        None | Some(Json::Null) => Some(String::new()),
        Some(Json::Text(text)) => Some(text.clone()),
        Some(Json::Integer(number)) => Some(number.to_string()),
        Some(Json::Bool(flag)) => Some(flag.to_string()),
        Some(Json::OtherNumber | Json::List(_) | Json::Object(_)) => None,
    }
}
