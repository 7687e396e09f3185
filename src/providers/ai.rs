//! AI models and platforms.

use super::{ID_TIMESTAMP_BODY, documented, sdk, standard_webhooks};
use crate::field::Field;
use crate::scheme::{Scheme, SecretForm};

/// The schemes of this family.
pub(super) const TABLE: &[Scheme<'static>] = &[OPENAI, ANTHROPIC, REPLICATE, HUGGINGFACE];

/// OpenAI: API webhooks, including SIP realtime.call.incoming.
pub const OPENAI: Scheme<'static> =
    standard_webhooks("openai", sdk("https://platform.openai.com/docs/guides/webhooks", "npm openai 6.49.0"))
        .secret(&[SecretForm::Base64After("whsec_"), SecretForm::TextWithout("whsec_")])
        .note(
            "A secret that starts with whsec_ is base64 after it; any other is used as text. webhook-id \
             is signed and fit for deduplication.",
        )
        .signs(ID_TIMESTAMP_BODY);

/// Anthropic: Claude Managed Agents webhooks.
pub const ANTHROPIC: Scheme<'static> = standard_webhooks(
    "anthropic",
    sdk("https://platform.claude.com/docs/en/managed-agents/webhooks", "npm @anthropic-ai/sdk 1.11.0"),
)
.note(
    "Standard Webhooks: the secret is base64 after whsec_, and webhook-id is signed and fit for \
     deduplication.",
)
.signs(ID_TIMESTAMP_BODY);

/// Replicate: prediction webhooks.
pub const REPLICATE: Scheme<'static> = standard_webhooks(
    "replicate",
    sdk("https://replicate.com/docs/topics/webhooks/verify-webhook", "npm replicate 1.4.0"),
)
.note(
    "Standard Webhooks with a whsec_ secret; the documentation advises an age check. webhook-id \
     is signed and fit for deduplication.",
)
.signs(ID_TIMESTAMP_BODY);

/// Hugging Face: Hub webhooks.
pub const HUGGINGFACE: Scheme<'static> =
    Scheme::static_token("huggingface", Field::whole("x-webhook-secret"))
        .source(documented("https://huggingface.co/docs/hub/webhooks"))
        .note("The secret is sent as it is; nothing is signed.")
        .dangerous_unsigned_body()
        .signs(&[]);
