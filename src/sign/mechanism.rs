//! What the senders of mechanisms write.

use super::draft::{Draft, Wish};
use crate::mechanism::Rules;
use crate::scheme::Plan;

/// A request of a mechanism, or nothing where its rules cannot be followed with this body.
pub(super) fn of_rules(rules: Rules, plan: &Plan, wish: &Wish<'_>, body: Option<&[u8]>) -> Option<Draft> {
    let _ = (plan, wish, body);
    match rules {
        #[cfg(feature = "form")]
        Rules::Twilio(rules) => Some(form::twilio(rules, wish, body.unwrap_or(b"From=%2B15005550006"))),
        #[cfg(feature = "form")]
        Rules::Plivo => Some(form::plivo(wish, body.unwrap_or(b"From=15005550006"))),
        #[cfg(feature = "form")]
        Rules::VonageSms => form::vonage_sms(wish, body.unwrap_or(b"msisdn=15005550006")),
        #[cfg(feature = "canonical")]
        Rules::Sinch(rules) => canonical::sinch(rules, wish, body.unwrap_or(b"{}")),
        #[cfg(feature = "canonical")]
        Rules::Contentful => canonical::contentful(wish, body.unwrap_or(b"{}")),
        #[cfg(feature = "jwt")]
        Rules::Token(rules) => token::token(rules, plan, wish, body.unwrap_or(b"{}")),
        #[cfg(feature = "fields")]
        Rules::Adyen => fields::adyen(wish, body.unwrap_or(fields::ADYEN)),
        #[cfg(feature = "fields")]
        Rules::Mailgun => fields::mailgun(wish, body.unwrap_or(b"{}")),
        #[cfg(feature = "fields")]
        Rules::JustCall => fields::justcall(wish, body.unwrap_or(fields::JUSTCALL)),
        #[cfg(feature = "fields")]
        Rules::Synthflow => Some(fields::synthflow(wish, body.unwrap_or(fields::SYNTHFLOW))),
    }
}

#[cfg(feature = "form")]
mod form {
    use super::{Draft, Wish};
    use crate::encoding::Encoding;
    use crate::mac::hash;
    use crate::mechanism::TwilioRules;
    use crate::time::Unit;

    const FORM: &str = "application/x-www-form-urlencoded";

    /// A body that looks like JSON is sent as JSON, with its hash in the query.
    pub(super) fn twilio(rules: TwilioRules, wish: &Wish<'_>, body: &[u8]) -> Draft {
        let mut draft = Draft::new(wish, body);
        let is_json = matches!(body.trim_ascii_start().first(), Some(b'{' | b'['));
        if is_json {
            let mark = if draft.target.contains('?') { '&' } else { '?' };
            draft.target.push_str(&format!("{mark}bodySHA256={}", Encoding::Hex.encode(&hash(body))));
        }
        if !body.is_empty() {
            draft.header("content-type", if is_json { "application/json" } else { FORM });
        }
        draft.header(rules.signature, wish.placeholder);
        if let Some((name, algorithm)) = rules.settings {
            let key = wish.key_id.unwrap_or("test");
            draft.header(name, format!("key={key},algorithm={algorithm}"));
        }
        draft
    }

    pub(super) fn plivo(wish: &Wish<'_>, body: &[u8]) -> Draft {
        let mut draft = Draft::new(wish, body);
        if !body.is_empty() {
            draft.header("content-type", FORM);
        }
        draft.header("x-plivo-signature-v3-nonce", wish.id.unwrap_or("hooksigprobe"));
        draft.header("x-plivo-signature-v3", wish.placeholder);
        draft
    }

    pub(super) fn vonage_sms(wish: &Wish<'_>, body: &[u8]) -> Option<Draft> {
        let (form, mark) = (str::from_utf8(body).ok()?, if body.is_empty() { "" } else { "&" });
        let (timestamp, nonce) = (Unit::Seconds.write(wish.now)?, wish.id.unwrap_or("hooksigprobe"));
        let form = format!("{form}{mark}timestamp={timestamp}&nonce={nonce}&sig={}", wish.placeholder);
        let mut draft = Draft::new(wish, form.as_bytes());
        draft.header("content-type", FORM);
        Some(draft)
    }
}

#[cfg(feature = "canonical")]
mod canonical {
    use super::{Draft, Wish};
    use crate::mechanism::SinchRules;
    use crate::time::Unit;

    pub(super) fn sinch(rules: SinchRules, wish: &Wish<'_>, body: &[u8]) -> Option<Draft> {
        let mut draft = Draft::new(wish, body);
        draft.header("content-type", "application/json");
        draft.header("x-timestamp", Unit::Rfc3339.write(wish.now)?);
        draft.header("authorization", format!("{} {}:{}", rules.word, wish.key_id?, wish.placeholder));
        Some(draft)
    }

    pub(super) fn contentful(wish: &Wish<'_>, body: &[u8]) -> Option<Draft> {
        let mut draft = Draft::new(wish, body);
        draft.header("content-type", "application/vnd.contentful.management.v1+json");
        draft.header("x-contentful-timestamp", Unit::Millis.write(wish.now)?);
        let listed = "content-type,x-contentful-signed-headers,x-contentful-timestamp";
        draft.header("x-contentful-signed-headers", listed);
        draft.header("x-contentful-signature", wish.placeholder);
        Some(draft)
    }
}

#[cfg(feature = "jwt")]
mod token {
    use serde_json::{Map, Value, json};

    use super::{Draft, Plan, Wish};
    use crate::encoding::Encoding;
    use crate::mac::hash;
    use crate::mechanism::{Bearer, Issuer, Place, TokenRules};

    /// For how long a token is valid, in seconds.
    const VALIDITY: u64 = 60;

    pub(super) fn token(rules: TokenRules, plan: &Plan, wish: &Wish<'_>, body: &[u8]) -> Option<Draft> {
        let (algorithm, _) = rules.algorithms.first()?;
        let header = json!({ "alg": algorithm, "typ": "JWT" });
        let token = |claims: &[u8]| {
            let part = |part: &[u8]| Encoding::Base64Url.encode(part);
            format!("{}.{}.{}", part(header.to_string().as_bytes()), part(claims), wish.placeholder)
        };
        match rules.place {
            // The claims of a token are an object, or nobody accepts it.
            Place::Body => {
                let claims = serde_json::from_slice::<Map<String, Value>>(body);
                claims.is_ok().then(|| Draft::new(wish, token(body).as_bytes()))
            }
            Place::Header(name, bearer) => {
                let word = if bearer == Bearer::Required { "Bearer " } else { "" };
                let claims = claims(rules, plan, wish, body)?.to_string();
                let mut draft = Draft::new(wish, body);
                draft.header(name, format!("{word}{}", token(claims.as_bytes())));
                Some(draft)
            }
        }
    }

    fn claims(rules: TokenRules, plan: &Plan, wish: &Wish<'_>, body: &[u8]) -> Option<Value> {
        let mut claims = Map::new();
        let mut set = |name: &str, value: Value| drop(claims.insert(name.to_owned(), value));
        let now = wish.now.as_secs();
        match rules.issuer {
            Issuer::Anybody => {}
            Issuer::Named(name) => set("iss", json!(name)),
            Issuer::KeyId => set("iss", json!(wish.key_id?)),
        }
        if rules.issued {
            set("iat", json!(now));
        }
        if rules.coverage.timestamp && !rules.issued {
            set("nbf", json!(now));
            set("exp", json!(now.saturating_add(VALIDITY)));
        }
        if rules.issued || rules.coverage.message_id || wish.id.is_some() {
            set("jti", json!(wish.id.unwrap_or("hooksigprobe")));
        }
        if let Some(rule) = rules.body_hash {
            set(rule.name, json!(rule.encoding.encode(&hash(body))));
        }
        let url = || Some(plan.url.as_ref()?.of_request(wish.target, true).ok()?.concat());
        if let Some(name) = rules.url_hash {
            set(name, json!(Encoding::Hex.encode(&hash(url()?.as_bytes()))));
        }
        if let Some(name) = rules.url {
            set(name, json!(url()?));
        }
        Some(Value::Object(claims))
    }
}

#[cfg(feature = "fields")]
mod fields {
    use serde_json::{Value, json};

    use super::{Draft, Wish};
    use crate::time::Unit;

    pub(super) const ADYEN: &[u8] = br#"{"notificationItems":[{"NotificationRequestItem":{"pspReference":"probe","merchantAccountCode":"Probe","merchantReference":"probe","amount":{"value":1,"currency":"EUR"},"eventCode":"AUTHORISATION","success":"true"}}]}"#;
    pub(super) const JUSTCALL: &[u8] = br#"{"webhook_url":"https://hooks.example.com/","type":"probe"}"#;
    pub(super) const SYNTHFLOW: &[u8] = br#"{"call":{"call_id":"probe"}}"#;

    /// The body with a signature in each item.
    pub(super) fn adyen(wish: &Wish<'_>, body: &[u8]) -> Option<Draft> {
        let mut body: Value = serde_json::from_slice(body).ok()?;
        for item in body.get_mut("notificationItems")?.as_array_mut()? {
            let item = item.get_mut("NotificationRequestItem")?.as_object_mut()?;
            let data = item.entry("additionalData").or_insert_with(|| json!({}));
            data.as_object_mut()?.insert("hmacSignature".to_owned(), json!(wish.placeholder));
        }
        Some(Draft::new(wish, body.to_string().as_bytes()))
    }

    /// The body with the signature object in it.
    pub(super) fn mailgun(wish: &Wish<'_>, body: &[u8]) -> Option<Draft> {
        let mut body: Value = serde_json::from_slice(body).ok()?;
        let signature = json!({
            "timestamp": Unit::Seconds.write(wish.now)?,
            "token": wish.id.unwrap_or("hooksigprobe"),
            "signature": wish.placeholder,
        });
        body.as_object_mut()?.insert("signature".to_owned(), signature);
        let mut draft = Draft::new(wish, body.to_string().as_bytes());
        draft.header("content-type", "application/json");
        Some(draft)
    }

    pub(super) fn justcall(wish: &Wish<'_>, body: &[u8]) -> Option<Draft> {
        let mut draft = Draft::new(wish, body);
        draft.header("x-justcall-signature-version", "v1");
        draft.header("x-justcall-request-timestamp", Unit::DateTime.write(wish.now)?);
        draft.header("x-justcall-signature", wish.placeholder);
        Some(draft)
    }

    pub(super) fn synthflow(wish: &Wish<'_>, body: &[u8]) -> Draft {
        let mut draft = Draft::new(wish, body);
        draft.header("synthflow-signature", wish.placeholder);
        draft
    }
}
