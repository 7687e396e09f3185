//! The built-in schemes, and recipes for services whose users choose a part of theirs.

mod ai;
mod commerce;
mod developer;
mod messaging;
mod productivity;
mod telephony;
mod voice;

pub use ai::*;
pub use commerce::*;
pub use developer::*;
pub use messaging::*;
pub use productivity::*;
pub use telephony::*;
pub use voice::*;

use crate::encoding::Encoding;
use crate::error::ConfigError;
use crate::field::Field;
use crate::scheme::{Draft, Evidence, Part, Scheme, SecretForm, Source};
use crate::time::Unit;

/// When the providers' pages and SDKs were last checked.
const CHECKED: &str = "2026-11-21";

/// Every built-in scheme, ordered by family as in this module's table.
pub const ALL: &[Scheme<'static>] = &[
    voice::RETELL,
    voice::ASSEMBLYAI,
    voice::ASSEMBLYAI_TOKEN,
    voice::ELEVENLABS,
    voice::VAPI,
    voice::VAPI_SECRET,
    voice::VAPI_BEARER,
    voice::RECALL_AI,
    voice::BLAND,
    voice::DAILY,
    voice::DAILY_PINLESS,
    voice::FIREFLIES,
    voice::HUME,
    voice::ULTRAVOX,
    voice::CARTESIA,
    voice::DEEPGRAM,
    voice::SPEECHMATICS_TOKEN,
    ai::OPENAI,
    ai::ANTHROPIC,
    ai::REPLICATE,
    ai::HUGGINGFACE,
    #[cfg(feature = "sha1")]
    telephony::CALLRAIL,
    telephony::GENESYS,
    #[cfg(feature = "sha1")]
    telephony::SIGNALWIRE_JSON,
    #[cfg(feature = "sha1")]
    telephony::SINCH_NUMBERS,
    telephony::SINCH,
    telephony::PLIVO_V2,
    telephony::BANDWIDTH_TOKEN,
    telephony::RINGCENTRAL,
    messaging::LINE,
    messaging::META,
    messaging::SLACK,
    messaging::ZOOM,
    messaging::RESEND,
    messaging::LOOPS,
    messaging::TWITCH,
    messaging::ZENDESK,
    #[cfg(feature = "sha1")]
    messaging::INTERCOM,
    #[cfg(feature = "sha1")]
    messaging::FRONT_RULE,
    messaging::KLAVIYO,
    messaging::TELEGRAM,
    commerce::POLAR,
    commerce::BIGCOMMERCE,
    commerce::INCREASE,
    commerce::STRIPE,
    commerce::SHOPIFY,
    commerce::PADDLE,
    commerce::SQUARE,
    commerce::RAZORPAY,
    commerce::ADYEN_PLATFORM,
    commerce::COINBASE_COMMERCE,
    commerce::GOCARDLESS,
    commerce::ONFIDO,
    commerce::MODERN_TREASURY,
    commerce::PERSONA,
    commerce::PAYSTACK,
    commerce::FLUTTERWAVE,
    commerce::WOOCOMMERCE,
    commerce::XERO,
    commerce::QUICKBOOKS,
    commerce::MOLLIE,
    commerce::LEMONSQUEEZY,
    commerce::MARQETA,
    commerce::FLUTTERWAVE_V3,
    developer::STANDARD_WEBHOOKS,
    developer::SVIX,
    developer::GITLAB,
    developer::GITHUB,
    #[cfg(feature = "sha1")]
    developer::GITHUB_SHA1,
    developer::GITLAB_TOKEN,
    developer::CLERK,
    developer::SUPABASE,
    developer::MUX,
    developer::WORKOS,
    developer::PUSHER,
    developer::HOOKDECK,
    developer::BITBUCKET,
    developer::PAGERDUTY,
    developer::SENTRY,
    #[cfg(feature = "sha1")]
    developer::VERCEL,
    #[cfg(feature = "sha1")]
    developer::SEGMENT,
    developer::HEROKU,
    developer::CIRCLECI,
    developer::LAUNCHDARKLY,
    developer::ABLY,
    productivity::HUBSPOT,
    productivity::BOX,
    #[cfg(feature = "json")]
    productivity::LINEAR,
    productivity::SANITY,
    productivity::WEBFLOW,
    productivity::NOTION,
    productivity::AIRTABLE,
    productivity::JIRA,
    productivity::CALENDLY,
    productivity::TYPEFORM,
    productivity::DROPBOX,
    productivity::DOCUSIGN,
    #[cfg(feature = "sha1")]
    productivity::TRELLO,
    productivity::ASANA,
    productivity::ASHBY,
    productivity::GREENHOUSE,
    productivity::CAL_COM,
];

/// The built-in scheme of this name.
///
/// ```
/// use hooksig::providers;
///
/// assert_eq!(providers::by_name("stripe"), Some(providers::STRIPE));
/// assert_eq!(providers::by_name("Stripe"), None);
/// ```
#[must_use]
pub fn by_name(name: &str) -> Option<Scheme<'static>> {
    ALL.iter().find(|scheme| scheme.name() == name).copied()
}

/// A service that sends the HMAC-SHA256 of the body in hexadecimal digits, in a header of its own.
///
/// Such requests carry no signed timestamp: whoever captures one can send it again for as long as the
/// secret is valid. Keep a record of what was handled.
///
/// # Errors
///
/// [`ConfigError::Scheme`] when `header` is not the name of a header in lower case.
///
/// ```
/// use hooksig::{Secret, Verifier, providers};
///
/// let scheme = providers::generic_hex("x-webhook-signature")?;
/// let verifier = Verifier::new(scheme, Secret::new("test-secret"))?;
/// assert!(verifier.verify(&[("x-webhook-signature", "00")], b"{}").is_err());
/// # Ok::<(), hooksig::ConfigError>(())
/// ```
pub fn generic_hex(header: &str) -> Result<Scheme<'_>, ConfigError> {
    body_in_hex("generic-hex", header)
}

/// Telepath: call lifecycle webhooks, as far as they are known.
///
/// Telepath documents an HMAC-SHA256 made with the webhook signing secret of its dashboard. The name
/// of the header, its encoding and any timestamp could not be established from public documentation,
/// so nothing is preset: take the header's name from the dashboard or from a delivery. This recipe
/// reads the digest of the body in hexadecimal digits; if a delivery shows another form, write the
/// scheme with [`Scheme::hmac_sha256`].
///
/// - Page: <https://www.telepathvoice.com/docs/guides/webhooks>, checked 2026-11-21.
/// - Confirmed: no. The vectors are computed with a placeholder header.
/// - Replay: no signed timestamp is known; keep a record of what was handled.
///
/// # Errors
///
/// [`ConfigError::Scheme`] when `header` is not the name of a header in lower case.
///
/// ```
/// use hooksig::{Secret, Verifier, providers};
///
/// let header = "x-the-name-from-the-dashboard";
/// let verifier = Verifier::new(providers::telepath(header)?, Secret::new("test-secret"))?;
/// assert!(verifier.verify(&[(header, "00")], b"{}").is_err());
/// # Ok::<(), hooksig::ConfigError>(())
/// ```
pub fn telepath(header: &str) -> Result<Scheme<'_>, ConfigError> {
    body_in_hex("telepath", header)
}

fn body_in_hex<'a>(name: &'a str, header: &'a str) -> Result<Scheme<'a>, ConfigError> {
    Scheme::hmac_sha256(name).signature(Field::whole(header), Encoding::Hex).try_signs(BODY)
}

/// The Standard Webhooks layout under its own name: id, timestamp and body joined by dots, a list of
/// base64 signatures marked `v1,`.
const fn standard_webhooks(name: &'static str, source: Source<'static>) -> Draft<'static> {
    Scheme::hmac_sha256(name)
        .signature(Field::listed("webhook-signature", ' ', "v1,"), Encoding::Base64)
        .timestamp(Field::whole("webhook-timestamp"), Unit::Seconds)
        .message_id(Field::whole("webhook-id"))
        .secret(WHSEC_BASE64)
        .source(source)
}

/// The same layout with Svix's own header names.
const fn svix(name: &'static str, source: Source<'static>) -> Draft<'static> {
    Scheme::hmac_sha256(name)
        .signature(Field::listed("svix-signature", ' ', "v1,"), Encoding::Base64)
        .timestamp(Field::whole("svix-timestamp"), Unit::Seconds)
        .message_id(Field::whole("svix-id"))
        .secret(WHSEC_BASE64)
        .source(source)
}

/// Base64 after an optional `whsec_`.
const WHSEC_BASE64: &[SecretForm<'static>] = &[SecretForm::Base64After("whsec_"), SecretForm::Base64];

/// `{body}`
const BODY: &[Part<'static>] = &[Part::Body];

/// `{id}.{timestamp}.{body}`
const ID_TIMESTAMP_BODY: &[Part<'static>] =
    &[Part::MessageId, Part::Literal("."), Part::Timestamp, Part::Literal("."), Part::Body];

/// `{timestamp}.{body}`
const TIMESTAMP_BODY: &[Part<'static>] = &[Part::Timestamp, Part::Literal("."), Part::Body];

const fn sdk(page: &'static str, sdk: &'static str) -> Source<'static> {
    Source { page, checked: CHECKED, evidence: Evidence::Sdk(sdk) }
}

const fn published(page: &'static str) -> Source<'static> {
    Source { page, checked: CHECKED, evidence: Evidence::Published }
}

const fn documented(page: &'static str) -> Source<'static> {
    Source { page, checked: CHECKED, evidence: Evidence::Documentation }
}
