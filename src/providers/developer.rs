//! Developer tools, and the layouts that many services share.

use super::{ID_TIMESTAMP_BODY, published, sdk, standard_webhooks, svix};
use crate::encoding::Encoding::Hex;
use crate::field::Field;
use crate::scheme::{Part, Scheme};

/// GitHub: webhooks.
pub const GITHUB: Scheme<'static> = Scheme::hmac_sha256("github")
    .signature(Field::prefixed("x-hub-signature-256", "sha256="), Hex)
    .source(published("https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries"))
    .signs(&[Part::Body]);

/// Standard Webhooks: every sender that follows the specification with a shared secret.
pub const STANDARD_WEBHOOKS: Scheme<'static> = standard_webhooks(
    "standard-webhooks",
    sdk(
        "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md",
        "npm standardwebhooks 1.1.1",
    ),
)
.signs(ID_TIMESTAMP_BODY);

/// Svix: every sender that uses it, with either family of headers.
pub const SVIX: Scheme<'static> =
    svix("svix", sdk("https://docs.svix.com/receiving/verifying-payloads/how-manual", "npm svix 1.99.1"))
        .families(["svix", "webhook"])
        .signs(ID_TIMESTAMP_BODY);
