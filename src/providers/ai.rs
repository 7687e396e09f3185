//! AI models and platforms.

use super::{ID_TIMESTAMP_BODY, sdk, standard_webhooks};
use crate::scheme::{Scheme, SecretForm};

/// OpenAI: webhooks, incoming calls of the Realtime API included.
pub const OPENAI: Scheme<'static> =
    standard_webhooks("openai", sdk("https://platform.openai.com/docs/guides/webhooks", "npm openai 6.49.0"))
        .secret(&[SecretForm::Base64After("whsec_"), SecretForm::TextWithout("whsec_")])
        .signs(ID_TIMESTAMP_BODY);
