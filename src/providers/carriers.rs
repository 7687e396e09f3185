//! Carriers whose requests are signed as forms, canonical requests, tokens or single fields.

#[cfg(feature = "jwt")]
use std::time::Duration;

#[cfg(feature = "jwt")]
use super::documented;
#[cfg(feature = "fields")]
use super::published;
#[cfg(any(feature = "canonical", feature = "form", feature = "jwt"))]
use super::sdk;
#[cfg(feature = "jwt")]
use crate::coverage::Coverage;
#[cfg(any(feature = "canonical", feature = "form", feature = "jwt"))]
use crate::encoding::Encoding::Base64;
#[cfg(any(feature = "fields", feature = "form", feature = "jwt"))]
use crate::encoding::Encoding::Hex;
#[cfg(any(feature = "canonical", feature = "fields", feature = "form", feature = "jwt"))]
use crate::field::Field;
#[cfg(any(feature = "canonical", feature = "fields", feature = "form", feature = "jwt"))]
use crate::mechanism::Rules;
#[cfg(feature = "canonical")]
use crate::mechanism::SinchRules;
#[cfg(feature = "form")]
use crate::mechanism::TwilioRules;
#[cfg(feature = "jwt")]
use crate::mechanism::{Bearer, HashClaim, Issuer, Place, TokenRules};
#[cfg(feature = "jwt")]
use crate::scheme::Algorithm;
use crate::scheme::Scheme;
#[cfg(feature = "canonical")]
use crate::scheme::SecretForm;
#[cfg(any(feature = "canonical", feature = "fields"))]
use crate::time::Unit;

/// The schemes of this family.
pub(super) const TABLE: &[Scheme<'static>] = &[
    #[cfg(feature = "form")]
    TWILIO,
    #[cfg(feature = "form")]
    TWILIO_SHARED_KEY,
    #[cfg(feature = "jwt")]
    VONAGE,
    #[cfg(feature = "form")]
    VONAGE_SMS,
    #[cfg(feature = "form")]
    SIGNALWIRE,
    #[cfg(feature = "form")]
    PLIVO,
    #[cfg(feature = "canonical")]
    SINCH_VOICE,
    #[cfg(feature = "canonical")]
    SINCH_VOICE_V2,
    #[cfg(feature = "jwt")]
    MESSAGEBIRD,
    #[cfg(feature = "jwt")]
    DIALPAD,
    #[cfg(feature = "fields")]
    JUSTCALL,
];

/// Twilio: voice, messaging and all other webhooks, WebSocket handshakes included.
#[cfg(feature = "form")]
#[cfg_attr(docsrs, doc(cfg(feature = "form")))]
pub const TWILIO: Scheme<'static> = Scheme::hmac_sha1("twilio")
    .signature(Field::whole("x-twilio-signature"), Base64)
    .source(sdk(TWILIO_PAGE, "npm twilio 6.2.0"))
    .note(
        "The key is the primary Auth Token; a secondary one does not sign until it is promoted. The URL is tried \
         as configured, without its port, and with the default port. Give the public base with the scheme that \
         the caller uses: wss:// for Media Streams and ConversationRelay. Parameters are joined without marks, \
         so bytes can move between a name, its value and the end of the URL: who captured a call whose parameters \
         hold text of his own can send parts of it as a query, even with a body of his own behind bodySHA256. \
         A registered URL rules that out.",
    )
    .follows(Rules::Twilio(TwilioRules { signature: "x-twilio-signature", or: None, settings: None }));

/// Twilio: webhooks signed with a shared key (public beta).
#[cfg(feature = "form")]
#[cfg_attr(docsrs, doc(cfg(feature = "form")))]
pub const TWILIO_SHARED_KEY: Scheme<'static> = Scheme::hmac_sha256("twilio-shared-key")
    .signature(Field::whole("x-twilio-signature"), Base64)
    .source(sdk("https://www.twilio.com/docs/usage/webhooks/webhook-shared-keys", "PyPI twilio 9.13.0"))
    .note(
        "As twilio, but with the shared key's secret and HMAC-SHA256 alone: the header \
         x-twilio-webhooks-signature-settings has to say algorithm=HMAC_SHA256, and cannot choose another. Bytes can move as with twilio.",
    )
    .follows(Rules::Twilio(TwilioRules {
        signature: "x-twilio-signature",
        or: None,
        settings: Some(("x-twilio-webhooks-signature-settings", "HMAC_SHA256")),
    }));

#[cfg(feature = "form")]
const TWILIO_PAGE: &str = "https://www.twilio.com/docs/usage/webhooks/webhooks-security";

/// SignalWire: cXML (compatibility) form webhooks.
#[cfg(feature = "form")]
#[cfg_attr(docsrs, doc(cfg(feature = "form")))]
pub const SIGNALWIRE: Scheme<'static> = Scheme::hmac_sha1("signalwire")
    .signature(Field::whole("x-signalwire-signature").or("x-twilio-signature"), Base64)
    .source(sdk("https://developer.signalwire.com", "npm @signalwire/compatibility-api 3.2.0"))
    .note(
        "As twilio, with the signing key (PSK_…): parameters of one name are sorted and counted once, where the \
         SDK takes them as they come. One of the two headers, never both. SWML and RELAY webhooks share the header \
         name but are another scheme (signalwire-json). Bytes can move as with twilio.",
    )
    .follows(Rules::Twilio(TwilioRules {
        signature: "x-signalwire-signature",
        or: Some("x-twilio-signature"),
        settings: None,
    }));

/// Plivo: voice and messaging callbacks, signature V3.
#[cfg(feature = "form")]
#[cfg_attr(docsrs, doc(cfg(feature = "form")))]
pub const PLIVO: Scheme<'static> = Scheme::hmac_sha256("plivo")
    .signature(Field::listed("x-plivo-signature-v3", ',', ""), Base64)
    .message_id(Field::whole("x-plivo-signature-v3-nonce"))
    .source(sdk("https://www.plivo.com/docs/voice/concepts/signature-validation", "npm plivo 4.79.0"))
    .note(
        "The key is the Auth Token of the account or sub-account. GET and POST only. Parameters are signed \
         decoded and without marks, so bytes can move between a name and its value, and between the query and the form.",
    )
    .follows(Rules::Plivo);

/// Vonage: SMS API callbacks with a `sig` parameter.
#[cfg(feature = "form")]
#[cfg_attr(docsrs, doc(cfg(feature = "form")))]
pub const VONAGE_SMS: Scheme<'static> = Scheme::hmac_sha256("vonage-sms")
    .encoded(Hex)
    .source(sdk("https://developer.vonage.com/en/getting-started/concepts/signing-messages", "npm @vonage/sms 1.21.0"))
    .note(
        "The account's settings choose the algorithm: say it with Secret::with_algorithm. MD5 with the secret \
         at the end (md5hash) is the oldest and weakest; choose HMAC-SHA256 or HMAC-SHA512 there. The provider \
         documents no tolerance; 300 seconds are this crate's. Choose GET or a POST of a form: how JSON is signed \
         is not documented, and it is refused.",
    )
    .follows(Rules::VonageSms);

/// Vonage: Voice, Messages, Verify and other APIs with signed webhooks.
#[cfg(feature = "jwt")]
#[cfg_attr(docsrs, doc(cfg(feature = "jwt")))]
pub const VONAGE: Scheme<'static> = Scheme::hmac_sha256("vonage")
    .signature(Field::prefixed("authorization", "Bearer "), Base64)
    .source(sdk("https://developer.vonage.com/en/getting-started/concepts/webhooks", "npm @vonage/jwt 1.14.0"))
    .note(
        "The key is the account's signature secret. The SDK checks the token but not payload_hash, the hash of \
         the body; this crate checks both. The provider documents no tolerance; 300 seconds are this crate's.",
    )
    .follows(Rules::Token(TokenRules {
        place: Place::Header("authorization", Bearer::Required),
        issued: true,
        body_hash: Some(PAYLOAD_HASH),
        signed: "the token, with the SHA-256 of the body in its claim payload_hash",
        unsigned: "the method, the URL, any other header",
        coverage: Coverage { timestamp: true, body: true, ..Coverage::NOTHING },
        ..TokenRules::HS256
    }));

/// Sinch: Voice and Verification callbacks (application-signed).
#[cfg(feature = "canonical")]
#[cfg_attr(docsrs, doc(cfg(feature = "canonical")))]
pub const SINCH_VOICE: Scheme<'static> = Scheme::hmac_sha256("sinch-voice")
    .signature(Field::prefixed("authorization", "application "), Base64)
    .timestamp(Field::whole("x-timestamp"), Unit::Rfc3339)
    .secret(&[SecretForm::Base64])
    .source(sdk(SINCH_VOICE_PAGE, "npm @sinch/sdk-client 1.5.0"))
    .note(SINCH_VOICE_NOTE)
    .follows(Rules::Sinch(SinchRules { word: "application", hashes_nothing: false }));

/// Sinch: Voice 2.0 webhooks (service-signed).
#[cfg(feature = "canonical")]
#[cfg_attr(docsrs, doc(cfg(feature = "canonical")))]
pub const SINCH_VOICE_V2: Scheme<'static> = Scheme::hmac_sha256("sinch-voice-v2")
    .signature(Field::prefixed("authorization", "service "), Base64)
    .timestamp(Field::whole("x-timestamp"), Unit::Rfc3339)
    .secret(&[SecretForm::Base64])
    .source(sdk(
        "https://developers.sinch.com/docs/voice-2.0/api-reference/voice/webhooks/callwebhook",
        "PyPI sinch 2.3.0",
    ))
    .note(SINCH_VOICE_NOTE)
    .follows(Rules::Sinch(SinchRules { word: "service", hashes_nothing: true }));

#[cfg(feature = "canonical")]
const SINCH_VOICE_PAGE: &str =
    "https://developers.sinch.com/docs/voice/api-reference/authentication/callback-signed-request";

#[cfg(feature = "canonical")]
const SINCH_VOICE_NOTE: &str = "The key's id is the application key or service id. The body is signed by its MD5, \
     the provider's choice. The provider documents no tolerance; 300 seconds are this crate's.";

/// MessageBird: REST webhooks with a signature token.
#[cfg(feature = "jwt")]
#[cfg_attr(docsrs, doc(cfg(feature = "jwt")))]
pub const MESSAGEBIRD: Scheme<'static> = Scheme::hmac_sha256("messagebird")
    .signature(Field::whole("messagebird-signature-jwt"), Base64)
    .source(sdk("https://developers.messagebird.com/api/#verifying-http-requests", "npm messagebird 4.0.1"))
    .note(
        "The key is the account's signing key. The token may name HS256, HS384 or HS512. Bird's newer platform signs \
         otherwise (header MESSAGEBIRD_SIGNATURE), which is not built in.",
    )
    .follows(Rules::Token(TokenRules {
        place: Place::Header("messagebird-signature-jwt", Bearer::Absent),
        algorithms: &[
            ("HS256", Algorithm::HmacSha256),
            ("HS384", Algorithm::HmacSha384),
            ("HS512", Algorithm::HmacSha512),
        ],
        further_algorithms: &[Algorithm::HmacSha384, Algorithm::HmacSha512],
        issuer: Issuer::Named("MessageBird"),
        required: &["exp", "nbf", "jti"],
        body_hash: Some(PAYLOAD_HASH),
        url_hash: Some("url_hash"),
        leeway: Duration::from_secs(5),
        signed: "the token, with the SHA-256 of the public URL and of the body in its claims url_hash and \
                 payload_hash",
        unsigned: "the method, any other header",
        coverage: Coverage {
            timestamp: true,
            message_id: true,
            path: true,
            url: true,
            query: true,
            body: true,
            ..Coverage::NOTHING
        },
        ..TokenRules::HS256
    }));

/// Dialpad: call and SMS event subscriptions.
#[cfg(feature = "jwt")]
#[cfg_attr(docsrs, doc(cfg(feature = "jwt")))]
pub const DIALPAD: Scheme<'static> = Scheme::hmac_sha256("dialpad")
    .source(documented("https://developers.dialpad.com"))
    .note(
        "The whole body is a token, and the event its claims: decode the part between the dots after \
         verification. A subscription without a secret sends plain JSON, which is refused.",
    )
    .follows(Rules::Token(TokenRules {
        place: Place::Body,
        signed: "the token",
        unsigned: "the method, the URL, any header",
        coverage: Coverage { body: true, ..Coverage::NOTHING },
        ..TokenRules::HS256
    }));

/// JustCall: call and SMS webhooks, signature v1.
#[cfg(feature = "fields")]
#[cfg_attr(docsrs, doc(cfg(feature = "fields")))]
pub const JUSTCALL: Scheme<'static> = Scheme::hmac_sha256("justcall")
    .signature(Field::whole("x-justcall-signature"), Hex)
    .timestamp(Field::whole("x-justcall-request-timestamp"), Unit::DateTime)
    .source(published("https://developer.justcall.io/docs/dynamic-webhook-signatures"))
    .note(
        "The event is NOT signed: read the call again through the API before acting on it. The provider \
         documents no tolerance; 300 seconds are this crate's.",
    )
    .follows(Rules::JustCall);

/// The claim with the hash of the body, which may be missing where there is none.
#[cfg(feature = "jwt")]
const PAYLOAD_HASH: HashClaim =
    HashClaim { name: "payload_hash", encoding: Hex, optional_without_body: true };
