//! Messaging and meetings.

use super::{documented, published, sdk};
use crate::encoding::Encoding::{Base64, Hex};
use crate::field::Field;
use crate::scheme::{Part, Scheme};
use crate::time::Unit;

/// `v0:{timestamp}:{body}`
const V0_TIMESTAMP_BODY: &[Part<'static>] =
    &[Part::Literal("v0:"), Part::Timestamp, Part::Literal(":"), Part::Body];

/// Slack: events, commands and interactions.
pub const SLACK: Scheme<'static> = Scheme::hmac_sha256("slack")
    .signature(Field::prefixed("x-slack-signature", "v0="), Hex)
    .timestamp(Field::whole("x-slack-request-timestamp"), Unit::Seconds)
    .source(published("https://docs.slack.dev/authentication/verifying-requests-from-slack/"))
    .signs(V0_TIMESTAMP_BODY);

/// Zoom: webhooks.
pub const ZOOM: Scheme<'static> = Scheme::hmac_sha256("zoom")
    .signature(Field::prefixed("x-zm-signature", "v0="), Hex)
    .timestamp(Field::whole("x-zm-request-timestamp"), Unit::Seconds)
    .source(sdk("https://developers.zoom.us/docs/api/webhooks/", "npm @zoom/rivet 0.4.0"))
    .signs(V0_TIMESTAMP_BODY);

/// Meta: WhatsApp Cloud API, Messenger, Instagram.
pub const META: Scheme<'static> = Scheme::hmac_sha256("meta")
    .signature(Field::prefixed("x-hub-signature-256", "sha256="), Hex)
    .source(documented("https://developers.facebook.com/docs/graph-api/webhooks/getting-started"))
    .signs(&[Part::Body]);

/// LINE: Messaging API.
pub const LINE: Scheme<'static> = Scheme::hmac_sha256("line")
    .signature(Field::whole("x-line-signature"), Base64)
    .source(sdk(
        "https://developers.line.biz/en/reference/messaging-api/#signature-validation",
        "npm @line/bot-sdk 11.0.0",
    ))
    .signs(&[Part::Body]);
