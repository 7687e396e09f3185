//! Messaging: chat, mail, video meetings, notifications.

use std::time::Duration;

use super::{BODY, ID_TIMESTAMP_BODY, documented, sdk, standard_webhooks, svix};
use crate::encoding::Encoding::{Base64, Hex};
use crate::field::Field;
#[cfg(feature = "ed25519")]
use crate::scheme::SecretForm;
use crate::scheme::{Part, Scheme};
use crate::time::Unit;

/// The schemes of this family.
pub(super) const TABLE: &[Scheme<'static>] = &[
    #[cfg(feature = "ed25519")]
    DISCORD,
    LINE,
    META,
    SLACK,
    ZOOM,
    RESEND,
    LOOPS,
    TWITCH,
    ZENDESK,
    #[cfg(feature = "sha1")]
    INTERCOM,
    #[cfg(feature = "sha1")]
    FRONT_RULE,
    KLAVIYO,
    TELEGRAM,
    #[cfg(feature = "fields")]
    MAILGUN,
];

/// LINE: Messaging API webhooks.
pub const LINE: Scheme<'static> = Scheme::hmac_sha256("line")
    .signature(Field::whole("x-line-signature"), Base64)
    .source(sdk(
        "https://developers.line.biz/en/reference/messaging-api/#signature-validation",
        "npm @line/bot-sdk 11.0.0",
    ))
    .note("The key is the channel secret, used as text.")
    .signs(BODY);

/// Meta: WhatsApp Cloud API and Messenger webhooks.
pub const META: Scheme<'static> = Scheme::hmac_sha256("meta")
    .signature(Field::prefixed("x-hub-signature-256", "sha256="), Hex)
    .source(documented("https://developers.facebook.com/docs/graph-api/webhooks/getting-started"))
    .note("Set-up sends a GET with hub.challenge and hub.verify_token. The key is the app secret.")
    .signs(BODY);

/// Slack: Events API, slash commands, interactivity.
pub const SLACK: Scheme<'static> = Scheme::hmac_sha256("slack")
    .signature(Field::prefixed("x-slack-signature", "v0="), Hex)
    .timestamp(Field::whole("x-slack-request-timestamp"), Unit::Seconds)
    .source(sdk(
        "https://docs.slack.dev/authentication/verifying-requests-from-slack/",
        "npm @slack/bolt 5.1.0",
    ))
    .note("Form bodies are signed as sent, so verify before parsing.")
    .signs(&[Part::Literal("v0:"), Part::Timestamp, Part::Literal(":"), Part::Body]);

/// Zoom: meeting and account event webhooks.
pub const ZOOM: Scheme<'static> = Scheme::hmac_sha256("zoom")
    .signature(Field::prefixed("x-zm-signature", "v0="), Hex)
    .timestamp(Field::whole("x-zm-request-timestamp"), Unit::Seconds)
    .source(sdk("https://developers.zoom.us/docs/api/webhooks/", "npm @zoom/rivet 0.4.0"))
    .note(
        "Answer endpoint.url_validation with plainToken and its hex HMAC. The key is the secret \
         token, used as text.",
    )
    .signs(&[Part::Literal("v0:"), Part::Timestamp, Part::Literal(":"), Part::Body]);

/// Resend: email event webhooks.
pub const RESEND: Scheme<'static> =
    svix("resend", sdk("https://resend.com/docs/webhooks/verify-webhooks-requests", "npm resend 6.38.0"))
        .families(["svix", "webhook"])
        .note(
            "Sent with svix-* headers: the secret is base64 after whsec_, and svix-id is signed and fit \
             for deduplication.",
        )
        .signs(ID_TIMESTAMP_BODY);

/// Loops: email webhooks.
pub const LOOPS: Scheme<'static> =
    standard_webhooks("loops", sdk("https://loops.so/docs/webhooks", "npm standardwebhooks 1.1.1"))
        .note(
            "Standard Webhooks: the secret is base64 after whsec_, and webhook-id is signed and fit for \
             deduplication.",
        )
        .signs(ID_TIMESTAMP_BODY);

/// Twitch: EventSub webhooks.
pub const TWITCH: Scheme<'static> = Scheme::hmac_sha256("twitch")
    .signature(Field::prefixed("twitch-eventsub-message-signature", "sha256="), Hex)
    .timestamp(Field::whole("twitch-eventsub-message-timestamp"), Unit::Rfc3339)
    .max_age(Duration::from_secs(600))
    .message_id(Field::whole("twitch-eventsub-message-id"))
    .source(sdk(
        "https://dev.twitch.tv/docs/eventsub/handling-webhook-events/#verifying-the-event-message",
        "npm @twurple/eventsub-http 8.1.4, a community package",
    ))
    .note(
        "Echo the challenge of webhook_callback_verification requests. The message id is signed and \
         fit for deduplication.",
    )
    .signs(&[Part::MessageId, Part::Timestamp, Part::Body]);

/// Zendesk: support event webhooks.
pub const ZENDESK: Scheme<'static> = Scheme::hmac_sha256("zendesk")
    .signature(Field::whole("x-zendesk-webhook-signature"), Base64)
    .timestamp(Field::whole("x-zendesk-webhook-signature-timestamp"), Unit::Rfc3339)
    .source(documented("https://developer.zendesk.com/documentation/webhooks/verifying/"))
    .note(
        "The secret looks like base64 but is used as text, and an RFC 3339 timestamp precedes the \
         body. The invocation id header is not signed; GET and DELETE webhooks sign an empty body.",
    )
    .signs(&[Part::Timestamp, Part::Body]);

/// Intercom: webhook topics.
#[cfg(feature = "sha1")]
#[cfg_attr(docsrs, doc(cfg(feature = "sha1")))]
pub const INTERCOM: Scheme<'static> = Scheme::hmac_sha1("intercom")
    .signature(Field::prefixed("x-hub-signature", "sha1="), Hex)
    .event_id("/id")
    .source(documented("https://developers.intercom.com/docs/references/webhooks/webhook-models"))
    .note("SHA-1, keyed with the app's client secret.")
    .signs(BODY);

/// Front: rule webhooks.
#[cfg(feature = "sha1")]
#[cfg_attr(docsrs, doc(cfg(feature = "sha1")))]
pub const FRONT_RULE: Scheme<'static> = Scheme::hmac_sha1("front-rule")
    .signature(Field::whole("x-front-signature"), Base64)
    .source(documented("https://dev.frontapp.com/docs/rule-webhooks"))
    .note(
        "The key is the API secret, and the bytes have to be hashed as received. Application webhooks \
         share the header name but use another algorithm and key.",
    )
    .signs(BODY);

/// Klaviyo: system webhooks.
pub const KLAVIYO: Scheme<'static> = Scheme::hmac_sha256("klaviyo")
    .signature(Field::whole("klaviyo-signature"), Hex)
    .timestamp(Field::whole("klaviyo-timestamp"), Unit::HttpDate)
    .source(documented("https://developers.klaviyo.com/en/docs/working_with_system_webhooks"))
    .note(
        "An HTTP date from Klaviyo-Timestamp follows the body. Klaviyo-Webhook-Id names the \
         subscription, and meta.klaviyo_webhook_id in the body has to equal it.",
    )
    .signs(&[Part::Body, Part::Timestamp]);

/// Telegram: Bot API webhooks.
pub const TELEGRAM: Scheme<'static> =
    Scheme::static_token("telegram", Field::whole("x-telegram-bot-api-secret-token"))
        .source(documented("https://core.telegram.org/bots/api#setwebhook"))
        .note(
            "The token has 1 to 256 letters, digits, underscores or hyphens and is sent as it is; nothing \
             is signed.",
        )
        .dangerous_unsigned_body()
        .signs(&[]);

/// Discord: interactions.
#[cfg(feature = "ed25519")]
#[cfg_attr(docsrs, doc(cfg(feature = "ed25519")))]
pub const DISCORD: Scheme<'static> = Scheme::ed25519("discord")
    .signature(Field::whole("x-signature-ed25519"), Hex)
    .timestamp(Field::whole("x-signature-timestamp"), Unit::Seconds)
    .secret(&[SecretForm::Hex])
    .source(sdk(
        "https://discord.com/developers/docs/interactions/overview",
        "npm discord-interactions 4.4.0",
    ))
    .note(
        "The key is the application's public key. Discord probes an endpoint with bad signatures and \
         expects 401. The provider documents no tolerance; 300 seconds are this crate's.",
    )
    .signs(&[Part::Timestamp, Part::Body]);

/// Mailgun: email event webhooks.
#[cfg(feature = "fields")]
#[cfg_attr(docsrs, doc(cfg(feature = "fields")))]
pub const MAILGUN: Scheme<'static> = Scheme::hmac_sha256("mailgun")
    .encoded(Hex)
    .source(documented(
        "https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks",
    ))
    .note(
        "Timestamp and token are signed and the event is NOT: remember each token, and read the event again \
         through the API before acting on it. The provider documents no tolerance; 300 seconds are this \
         crate's.",
    )
    .follows(crate::mechanism::Rules::Mailgun);
