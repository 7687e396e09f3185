//! Telephony: contact centres, and the carriers' schemes that sign parts in a row or use a public key or a token; those
//! that sign forms, canonical requests and web tokens are in `carriers`.

#[cfg(feature = "sha1")]
use super::published;
use super::{BODY, documented, sdk};
use crate::encoding::Encoding::Base64;
#[cfg(feature = "sha1")]
use crate::encoding::Encoding::Hex;
use crate::field::Field;
#[cfg(any(feature = "ecdsa", feature = "ed25519"))]
use crate::scheme::SecretForm;
use crate::scheme::{Part, Scheme};
use crate::time::Unit;

/// The schemes of this family.
pub(super) const TABLE: &[Scheme<'static>] = &[
    #[cfg(feature = "ed25519")]
    TELNYX,
    #[cfg(feature = "ecdsa")]
    SENDGRID,
    #[cfg(feature = "sha1")]
    CALLRAIL,
    GENESYS,
    #[cfg(feature = "sha1")]
    SIGNALWIRE_JSON,
    #[cfg(feature = "sha1")]
    SINCH_NUMBERS,
    SINCH,
    PLIVO_V2,
    BANDWIDTH_TOKEN,
    RINGCENTRAL,
];

/// CallRail: call tracking webhooks.
#[cfg(feature = "sha1")]
#[cfg_attr(docsrs, doc(cfg(feature = "sha1")))]
pub const CALLRAIL: Scheme<'static> = Scheme::hmac_sha1("callrail")
    .signature(Field::whole("signature"), Base64)
    .source(published("https://apidocs.callrail.com/#validating-payloads"))
    .note(
        "CallRail switches an endpoint off when it answers anything but 2xx. The company signing key \
         looks like hex but is used as text.",
    )
    .signs(BODY);

/// Genesys Cloud: Open Messaging outbound webhooks.
pub const GENESYS: Scheme<'static> = Scheme::hmac_sha256("genesys")
    .signature(Field::prefixed("x-hub-signature-256", "sha256="), Base64)
    .source(documented("https://developer.genesys.cloud/commdigital/digital/openmessaging/validate.html"))
    .note("The key is the integration's signature secret token, longer than 15 characters.")
    .signs(BODY);

/// SignalWire: SWML, SWAIG and RELAY JSON webhooks.
#[cfg(feature = "sha1")]
#[cfg_attr(docsrs, doc(cfg(feature = "sha1")))]
pub const SIGNALWIRE_JSON: Scheme<'static> = Scheme::hmac_sha1("signalwire-json")
    .signature(Field::whole("x-signalwire-signature"), Hex)
    .source(sdk("https://developer.signalwire.com", "npm @signalwire/web-api 3.1.7"))
    .note(
        "The public URL stands directly before the body and the digest is hex. cXML form callbacks \
         share the header name but are another scheme (signalwire). The provider's pages disagree about SWAIG \
         functions, which one of them calls unsigned: what comes unsigned is refused.",
    )
    .signs(&[Part::Url, Part::Body]);

/// Sinch: Numbers callbacks.
#[cfg(feature = "sha1")]
#[cfg_attr(docsrs, doc(cfg(feature = "sha1")))]
pub const SINCH_NUMBERS: Scheme<'static> = Scheme::hmac_sha1("sinch-numbers")
    .signature(Field::whole("x-sinch-signature"), Hex)
    .source(sdk("https://www.npmjs.com/package/@sinch/numbers", "npm @sinch/numbers 1.5.0"))
    .note("SHA-1 over the body alone, with nothing timed, unlike other Sinch products.")
    .signs(BODY);

/// Sinch: Conversation, SMS and Fax webhooks.
pub const SINCH: Scheme<'static> = Scheme::hmac_sha256("sinch")
    .signature(Field::whole("x-sinch-webhook-signature"), Base64)
    .timestamp(Field::whole("x-sinch-webhook-signature-timestamp"), Unit::Seconds)
    .source(sdk("https://developers.sinch.com/docs/conversation/callbacks", "npm @sinch/conversation 1.4.0"))
    .note(
        "Nonce and timestamp are signed, after the body. Voice and Numbers callbacks are other \
         schemes.",
    )
    .signs(&[
        Part::Body,
        Part::Literal("."),
        Part::Header("x-sinch-webhook-signature-nonce"),
        Part::Literal("."),
        Part::Timestamp,
    ]);

/// Plivo: SMS callbacks, signature V2.
pub const PLIVO_V2: Scheme<'static> = Scheme::hmac_sha256("plivo-v2")
    .signature(Field::whole("x-plivo-signature-v2"), Base64)
    .dangerous_unsigned_body()
    .source(sdk("https://www.plivo.com/docs/sms/concepts/signature-validation", "npm plivo 4.79.0"))
    .note(
        "Covers the URL without its query and the nonce, but neither the query nor the body. The key \
         is the Auth Token.",
    )
    .signs(&[Part::UrlWithoutQuery, Part::Header("x-plivo-signature-v2-nonce")]);

/// Bandwidth: voice and messaging callbacks.
pub const BANDWIDTH_TOKEN: Scheme<'static> =
    Scheme::static_token("bandwidth-token", Field::whole("authorization"))
        .source(documented("https://dev.bandwidth.com/docs/credentials/"))
        .note("Basic credentials that you configure; nothing in the request is signed.")
        .dangerous_unsigned_body()
        .signs(&[]);

/// RingCentral: event subscription webhooks.
pub const RINGCENTRAL: Scheme<'static> =
    Scheme::static_token("ringcentral", Field::whole("verification-token").or("validation-token"))
        .source(documented("https://developers.ringcentral.com/guide/notifications/webhooks/receiving"))
        .note(
            "The handshake sends Validation-Token, to be echoed: answer it before verifying, since it may carry \
             another Verification-Token too. Event requests are documented under either header name; when both \
             are present both must match.",
        )
        .dangerous_unsigned_body()
        .signs(&[]);

/// Telnyx: API v2 webhooks for calls and messages.
#[cfg(feature = "ed25519")]
#[cfg_attr(docsrs, doc(cfg(feature = "ed25519")))]
pub const TELNYX: Scheme<'static> = Scheme::ed25519("telnyx")
    .signature(Field::whole("telnyx-signature-ed25519"), Base64)
    .timestamp(Field::whole("telnyx-timestamp"), Unit::Seconds)
    .secret(&[SecretForm::Base64])
    .event_id("/data/id")
    .source(sdk(
        "https://developers.telnyx.com/docs/voice/programmable-voice/voice-api-webhooks",
        "npm telnyx 7.24.0",
    ))
    .note("The key is the public key of the portal. Timestamp and body are joined by a bar, not by a dot.")
    .signs(&[Part::Timestamp, Part::Literal("|"), Part::Body]);

/// Twilio SendGrid: Event Webhook and Inbound Parse.
#[cfg(feature = "ecdsa")]
#[cfg_attr(docsrs, doc(cfg(feature = "ecdsa")))]
pub const SENDGRID: Scheme<'static> = Scheme::ecdsa_p256("sendgrid")
    .signature(Field::whole("x-twilio-email-event-webhook-signature"), Base64)
    .timestamp(Field::whole("x-twilio-email-event-webhook-timestamp"), Unit::Seconds)
    .secret(&[SecretForm::Base64])
    .source(sdk(SENDGRID_PAGE, "npm @sendgrid/eventwebhook 8.0.0"))
    .note(
        "The key is the verification key of the settings. The body ends with a line break, which is \
         signed too. The provider documents no tolerance; 300 seconds are this crate's.",
    )
    .signs(&[Part::Timestamp, Part::Body]);

#[cfg(feature = "ecdsa")]
const SENDGRID_PAGE: &str = "https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/\
                             getting-started-event-webhook-security-features";
