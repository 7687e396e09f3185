//! Voice AI: agents, speech and meetings.

use std::time::Duration;

use super::{ID_TIMESTAMP_BODY, TIMESTAMP_BODY, documented, sdk, standard_webhooks};
use crate::encoding::Encoding::{Base64, Hex};
use crate::field::Field;
use crate::scheme::{Part, Scheme, SecretForm};
use crate::time::Unit;

/// Retell AI: call and agent webhooks, inbound calls, SMS, custom functions.
pub const RETELL: Scheme<'static> = Scheme::hmac_sha256("retell")
    .signature(Field::listed("x-retell-signature", ',', "d="), Hex)
    .timestamp(Field::listed("x-retell-signature", ',', "v="), Unit::Millis)
    .source(sdk("https://docs.retellai.com/features/secure-webhook", "npm retell-sdk 5.66.1"))
    .signs(&[Part::Body, Part::Timestamp]);

/// AssemblyAI: signed webhooks of the Voice Agent API.
pub const ASSEMBLYAI: Scheme<'static> = Scheme::hmac_sha256("assemblyai")
    .signature(Field::listed("x-aai-signature", ',', "v1="), Hex)
    .timestamp(Field::listed("x-aai-signature", ',', "t="), Unit::Seconds)
    .source(documented("https://www.assemblyai.com/docs/voice-agents/voice-agent-api/webhooks"))
    .signs(TIMESTAMP_BODY);

/// ElevenLabs: post-call, speech-to-text and workspace webhooks.
pub const ELEVENLABS: Scheme<'static> = Scheme::hmac_sha256("elevenlabs")
    .signature(Field::listed("elevenlabs-signature", ',', "v0="), Hex)
    .timestamp(Field::listed("elevenlabs-signature", ',', "t="), Unit::Seconds)
    .max_age(Duration::from_secs(1800))
    .source(sdk(
        "https://elevenlabs.io/docs/eleven-agents/workflows/post-call-webhooks",
        "npm elevenlabs 2.73.0",
    ))
    .signs(TIMESTAMP_BODY);

/// Recall.ai: webhooks and callbacks, of old and new workspaces.
pub const RECALL_AI: Scheme<'static> = standard_webhooks(
    "recall-ai",
    sdk("https://docs.recall.ai/docs/authenticating-requests-from-recallai", "npm svix 1.99.1"),
)
.families(["webhook", "svix"])
.signs(ID_TIMESTAMP_BODY);

/// Hume: EVI webhooks.
pub const HUME: Scheme<'static> = Scheme::hmac_sha256("hume")
    .signature(Field::whole("x-hume-ai-webhook-signature"), Hex)
    .timestamp(Field::whole("x-hume-ai-webhook-timestamp"), Unit::Seconds)
    .max_age(Duration::from_secs(180))
    .max_ahead(Duration::from_secs(180))
    .source(documented("https://dev.hume.ai/docs/speech-to-speech-evi/configuration/webhooks"))
    .signs(&[Part::Body, Part::Literal("."), Part::Timestamp]);

/// Ultravox: webhooks.
pub const ULTRAVOX: Scheme<'static> = Scheme::hmac_sha256("ultravox")
    .signature(Field::listed("x-ultravox-webhook-signature", ',', ""), Hex)
    .timestamp(Field::whole("x-ultravox-webhook-timestamp"), Unit::Rfc3339)
    .max_age(Duration::from_secs(60))
    .source(documented("https://docs.ultravox.ai/webhooks/securing-webhooks"))
    .signs(&[Part::Body, Part::Timestamp]);

/// Bland AI: post-call webhooks.
pub const BLAND: Scheme<'static> = Scheme::hmac_sha256("bland")
    .signature(Field::whole("x-webhook-signature"), Hex)
    .source(documented("https://docs.bland.ai/tutorials/webhook-signing"))
    .signs(&[Part::Body]);

/// Daily: webhooks, those of Pipecat Cloud included.
pub const DAILY: Scheme<'static> = Scheme::hmac_sha256("daily")
    .signature(Field::whole("x-webhook-signature"), Base64)
    .timestamp(Field::whole("x-webhook-timestamp"), Unit::SecondsOrMillis)
    .secret(&[SecretForm::Base64])
    .source(documented("https://docs.daily.co/reference/rest-api/webhooks"))
    .signs(TIMESTAMP_BODY);

/// Daily: pinless dial-in.
pub const DAILY_PINLESS: Scheme<'static> = Scheme::hmac_sha256("daily-pinless")
    .signature(Field::whole("x-pinless-signature"), Base64)
    .timestamp(Field::whole("x-pinless-timestamp"), Unit::SecondsOrMillis)
    .secret(&[SecretForm::Base64])
    .source(documented("https://docs.daily.co/reference/rest-api/webhooks"))
    .signs(TIMESTAMP_BODY);
