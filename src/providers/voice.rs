//! Voice AI: agents, speech and meeting bots.

use std::time::Duration;

use super::{BODY, ID_TIMESTAMP_BODY, TIMESTAMP_BODY, documented, sdk, standard_webhooks};
#[cfg(feature = "jwt")]
use crate::coverage::Coverage;
use crate::encoding::Encoding::{Base64, Hex};
use crate::field::Field;
#[cfg(feature = "jwt")]
use crate::mechanism::{HashClaim, Issuer, Rules, TokenRules};
use crate::scheme::{Part, Scheme, SecretForm};
use crate::time::Unit;

/// The schemes of this family.
pub(super) const TABLE: &[Scheme<'static>] = &[
    RETELL,
    ASSEMBLYAI,
    ASSEMBLYAI_TOKEN,
    ELEVENLABS,
    VAPI,
    VAPI_SECRET,
    VAPI_BEARER,
    RECALL_AI,
    BLAND,
    DAILY,
    DAILY_PINLESS,
    FIREFLIES,
    HUME,
    ULTRAVOX,
    CARTESIA,
    DEEPGRAM,
    SPEECHMATICS_TOKEN,
    CALLINGBOX,
    #[cfg(feature = "jwt")]
    LIVEKIT,
    #[cfg(feature = "fields")]
    SYNTHFLOW,
];

/// Retell AI: call and agent webhooks, inbound calls, custom functions.
pub const RETELL: Scheme<'static> = Scheme::hmac_sha256("retell")
    .signature(Field::listed("x-retell-signature", ',', "d="), Hex)
    .timestamp(Field::listed("x-retell-signature", ',', "v="), Unit::Millis)
    .source(sdk("https://docs.retellai.com/features/secure-webhook", "npm retell-sdk 5.66.1"))
    .addresses(&["100.20.5.228"])
    .note(
        "The key is the API key that carries the webhook badge; moving the badge takes effect at \
         once, so keep both keys meanwhile. A millisecond timestamp follows the body without a \
         separator.",
    )
    .signs(&[Part::Body, Part::Timestamp]);

/// AssemblyAI: Voice Agent API webhooks (session and call events).
pub const ASSEMBLYAI: Scheme<'static> = Scheme::hmac_sha256("assemblyai")
    .signature(Field::listed("x-aai-signature", ',', "v1="), Hex)
    .timestamp(Field::listed("x-aai-signature", ',', "t="), Unit::Seconds)
    .event_id("/event_id")
    .source(documented("https://www.assemblyai.com/docs/voice-agents/voice-agent-api/webhooks"))
    .note(
        "You choose the secret, 32 to 256 printable ASCII characters, and it is never shown again. \
         Transcript callbacks are not signed this way: see assemblyai-token.",
    )
    .signs(TIMESTAMP_BODY);

/// AssemblyAI: pre-recorded transcript and streaming webhooks.
pub const ASSEMBLYAI_TOKEN: Scheme<'static> =
    Scheme::static_token("assemblyai-token", Field::whole("x-my-webhook-secret"))
        .source(documented("https://assemblyai.com/docs/deployment/webhooks-for-pre-recorded-audio"))
        .addresses(&["44.238.19.20", "54.220.25.36"])
        .note(
            "You choose header name and value per request: this is the header of the documentation's \
             example, for another one use Scheme::static_token. The body holds only an id and a status \
             to fetch by. Answer 2xx within 10 seconds; a 4xx ends the retries.",
        )
        .dangerous_unsigned_body()
        .signs(&[]);

/// ElevenLabs: post-call, speech-to-text and workspace webhooks.
pub const ELEVENLABS: Scheme<'static> = Scheme::hmac_sha256("elevenlabs")
    .signature(Field::listed("elevenlabs-signature", ',', "v0="), Hex)
    .timestamp(Field::listed("elevenlabs-signature", ',', "t="), Unit::Seconds)
    .max_age(Duration::from_secs(1800))
    .source(sdk(
        "https://elevenlabs.io/docs/eleven-agents/workflows/post-call-webhooks",
        "npm @elevenlabs/elevenlabs-js 2.73.0",
    ))
    .addresses(&[
        "34.67.146.145",
        "34.59.11.47",
        "35.204.38.71",
        "34.147.113.54",
        "35.185.187.110",
        "35.247.157.189",
    ])
    .note(
        "The whole wsec_ text is the key. Ten failures disable the endpoint, and HIPAA accounts get \
         no retries.",
    )
    .signs(TIMESTAMP_BODY);

/// Vapi: server URL and tool calls, HMAC credential.
pub const VAPI: Scheme<'static> = Scheme::hmac_sha256("vapi")
    .signature(Field::whole("x-signature"), Hex)
    .timestamp(Field::whole("x-timestamp"), Unit::SecondsOrMillis)
    .source(documented("https://docs.vapi.ai/server-url/server-authentication"))
    .note(
        "Headers, template, algorithm and encoding are chosen in the credential; these are the \
         defaults. A signature is sent only when the URL comes from saved configuration.",
    )
    .signs(TIMESTAMP_BODY);

/// Vapi: server URL, X-Vapi-Secret.
pub const VAPI_SECRET: Scheme<'static> = Scheme::static_token("vapi-secret", Field::whole("x-vapi-secret"))
    .source(documented("https://docs.vapi.ai/server-url/server-authentication"))
    .note("The secret is sent as it is; nothing is signed.")
    .dangerous_unsigned_body()
    .signs(&[]);

/// Vapi: server URL, bearer token.
pub const VAPI_BEARER: Scheme<'static> = Scheme::static_token("vapi-bearer", Field::whole("authorization"))
    .source(documented("https://docs.vapi.ai/server-url/server-authentication"))
    .note(
        "The token is sent as it is; nothing is signed. An Authorization header set on the server \
         itself overrides the credential.",
    )
    .dangerous_unsigned_body()
    .signs(&[]);

/// Recall.ai: meeting bot webhooks and callbacks.
pub const RECALL_AI: Scheme<'static> = standard_webhooks(
    "recall-ai",
    sdk("https://docs.recall.ai/docs/authenticating-requests-from-recallai", "npm svix 1.99.1"),
)
.families(["webhook", "svix"])
.note(
    "Requests stay unsigned until a workspace secret exists, and Desktop SDK real-time webhooks \
     always are. Workspaces older than 2025-12-15 send svix-* headers.",
)
.signs(ID_TIMESTAMP_BODY);

/// Bland AI: post-call webhooks.
pub const BLAND: Scheme<'static> = Scheme::hmac_sha256("bland")
    .signature(Field::whole("x-webhook-signature"), Hex)
    .source(documented("https://docs.bland.ai/tutorials/webhook-signing"))
    .note(
        "Only the body is signed and nothing is timed, so keep a store of events already seen. One \
         secret is active at a time.",
    )
    .signs(BODY);

/// Daily: video and voice call webhooks.
pub const DAILY: Scheme<'static> = Scheme::hmac_sha256("daily")
    .signature(Field::whole("x-webhook-signature"), Base64)
    .timestamp(Field::whole("x-webhook-timestamp"), Unit::SecondsOrMillis)
    .secret(&[SecretForm::Base64])
    .event_id("/id")
    .source(documented("https://docs.daily.co/reference/rest-api/webhooks"))
    .note(
        "The secret is plain base64 without a prefix. The documentation does not state the unit of \
         the timestamp.",
    )
    .signs(TIMESTAMP_BODY);

/// Daily: pinless dial-in webhooks, also Pipecat Cloud.
pub const DAILY_PINLESS: Scheme<'static> = Scheme::hmac_sha256("daily-pinless")
    .signature(Field::whole("x-pinless-signature"), Base64)
    .timestamp(Field::whole("x-pinless-timestamp"), Unit::SecondsOrMillis)
    .secret(&[SecretForm::Base64])
    .source(documented("https://docs.daily.co/reference/rest-api/webhooks"))
    .note(
        "Uses its own headers, x-pinless-signature and x-pinless-timestamp. The secret is plain \
         base64 without a prefix.",
    )
    .signs(TIMESTAMP_BODY);

/// Fireflies.ai: meeting transcript webhooks.
pub const FIREFLIES: Scheme<'static> = Scheme::hmac_sha256("fireflies")
    .signature(Field::prefixed("x-hub-signature", "sha256="), Hex)
    .source(documented("https://docs.fireflies.ai/graphql-api/webhooks"))
    .note("SHA-256 in spite of the older header name; secrets have 16 to 32 characters.")
    .signs(BODY);

/// Hume: EVI voice interface webhooks.
pub const HUME: Scheme<'static> = Scheme::hmac_sha256("hume")
    .signature(Field::whole("x-hume-ai-webhook-signature"), Hex)
    .timestamp(Field::whole("x-hume-ai-webhook-timestamp"), Unit::Seconds)
    .max_age(Duration::from_secs(180))
    .source(documented("https://dev.hume.ai/docs/speech-to-speech-evi/configuration/webhooks"))
    .note(
        "The timestamp comes after the body, joined by a dot. The key is the account's webhook \
         signing key; older documentation named the API key.",
    )
    .signs(&[Part::Body, Part::Literal("."), Part::Timestamp]);

/// Ultravox: voice agent webhooks.
pub const ULTRAVOX: Scheme<'static> = Scheme::hmac_sha256("ultravox")
    .signature(Field::listed("x-ultravox-webhook-signature", ',', ""), Hex)
    .timestamp(Field::whole("x-ultravox-webhook-timestamp"), Unit::Rfc3339)
    .max_age(Duration::from_secs(60))
    .source(documented("https://docs.ultravox.ai/webhooks/securing-webhooks"))
    .note(
        "The ISO 8601 timestamp header is signed exactly as sent, after the body, and the \
         documentation suggests one minute of tolerance. Several signatures may be listed.",
    )
    .signs(&[Part::Body, Part::Timestamp]);

/// Cartesia: Line voice agent webhooks.
pub const CARTESIA: Scheme<'static> = Scheme::static_token("cartesia", Field::whole("x-webhook-secret"))
    .source(documented("https://docs.cartesia.ai/api-reference/agents/webhooks/create"))
    .note("The secret is sent as it is; nothing is signed.")
    .dangerous_unsigned_body()
    .signs(&[]);

/// Deepgram: asynchronous transcription callbacks.
pub const DEEPGRAM: Scheme<'static> = Scheme::static_token("deepgram", Field::whole("dg-token"))
    .source(documented("https://developers.deepgram.com/docs/callback"))
    .note(
        "dg-token holds the identifier of an API key, which is not a secret. Credentials put into the \
         callback URL arrive as Basic authorization instead.",
    )
    .dangerous_unsigned_body()
    .signs(&[]);

/// Speechmatics: batch transcription notifications.
pub const SPEECHMATICS_TOKEN: Scheme<'static> =
    Scheme::static_token("speechmatics-token", Field::whole("authorization"))
        .source(documented("https://docs.speechmatics.com/speech-to-text/batch/notifications"))
        .addresses(&[
            "40.74.41.91",
            "52.236.157.154",
            "40.74.37.0",
            "20.73.209.153",
            "20.73.142.44",
            "20.105.89.153",
            "20.105.89.173",
            "20.105.89.184",
            "20.105.89.98",
            "20.105.88.228",
            "52.149.21.32",
            "52.149.21.10",
            "52.137.102.83",
            "40.64.107.92",
            "40.64.107.99",
            "52.146.58.224",
            "52.146.58.159",
            "52.146.59.242",
            "52.146.59.213",
            "52.146.58.64",
            "20.248.249.20",
            "20.248.249.47",
            "20.248.249.181",
            "20.248.249.119",
            "20.248.249.164",
        ])
        .note(
            "You choose the header and its value per job; nothing is signed. This is the header of the \
             documentation's example: for another one use Scheme::static_token.",
        )
        .dangerous_unsigned_body()
        .signs(&[]);

/// CallingBox: call webhooks.
pub const CALLINGBOX: Scheme<'static> = Scheme::hmac_sha256("callingbox")
    .signature(Field::listed("callingbox-signature", ',', "v1="), Hex)
    .timestamp(Field::listed("callingbox-signature", ',', "t="), Unit::Seconds)
    .source(documented("https://docs.callingbox.io/guides/webhook-security"))
    .note("The secret is used as text, its whsec_ included; during rotation several v1 entries occur.")
    .signs(TIMESTAMP_BODY);

/// LiveKit: room, participant, track and egress webhooks.
#[cfg(feature = "jwt")]
#[cfg_attr(docsrs, doc(cfg(feature = "jwt")))]
pub const LIVEKIT: Scheme<'static> = Scheme::hmac_sha256("livekit")
    .signature(Field::whole("authorization"), Base64)
    .event_id("/id")
    .source(sdk("https://docs.livekit.io/home/server/webhooks/", "npm livekit-server-sdk 2.19.2"))
    .note(
        "The key is the API secret and its id the API key. The header holds the bare token, without a word \
         before it, although SDKs name the header Authorize in one place. Events come as \
         application/webhook+json.",
    )
    .follows(Rules::Token(TokenRules {
        issuer: Issuer::KeyId,
        required: &["exp"],
        body_hash: Some(HashClaim { name: "sha256", encoding: Base64, optional_without_body: false }),
        signed: "the token, with the SHA-256 of the body in its claim sha256",
        unsigned: "the method, the URL, any other header",
        coverage: Coverage { timestamp: true, body: true, ..Coverage::NOTHING },
        ..TokenRules::HS256
    }));

/// Synthflow: post-call webhooks.
#[cfg(feature = "fields")]
#[cfg_attr(docsrs, doc(cfg(feature = "fields")))]
pub const SYNTHFLOW: Scheme<'static> = Scheme::hmac_sha256("synthflow")
    .signature(Field::whole("http_synthflow_signature").or("synthflow-signature"), Base64)
    .source(documented("https://docs.synthflow.ai/webhooks-security"))
    .note(
        "The call's id is signed and NOTHING ELSE of the body: read the call again through the API before \
         acting on it. No replay key can be had of it. The encoding is known from users only. One of the two headers, never \
         both. Inbound webhooks are documented with a body that has no such id, and refused.",
    )
    .follows(crate::mechanism::Rules::Synthflow);
