//! Productivity: documents, forms, calendars, CRM, recruiting.

use std::time::Duration;

use super::{BODY, TIMESTAMP_BODY, documented, published, sdk};
#[cfg(feature = "rs256")]
use crate::coverage::Coverage;
use crate::encoding::Encoding::{Base64, Base64Url, Hex};
use crate::field::Field;
#[cfg(feature = "rs256")]
use crate::mechanism::{Bearer, HashClaim, Place, Rules, TokenRules};
#[cfg(feature = "rs256")]
use crate::scheme::Algorithm;
use crate::scheme::{Part, Scheme, SecretForm};
use crate::time::Unit;

/// The schemes of this family.
pub(super) const TABLE: &[Scheme<'static>] = &[
    HUBSPOT,
    BOX,
    #[cfg(feature = "json")]
    LINEAR,
    SANITY,
    WEBFLOW,
    NOTION,
    AIRTABLE,
    JIRA,
    CALENDLY,
    TYPEFORM,
    DROPBOX,
    DOCUSIGN,
    #[cfg(feature = "sha1")]
    TRELLO,
    ASANA,
    ASHBY,
    GREENHOUSE,
    CAL_COM,
    #[cfg(feature = "rs256")]
    GONG,
];

const HUBSPOT_PAGE: &str = "https://developers.hubspot.com/docs/apps/developer-platform/build-apps/\
                            authentication/request-validation";

/// HubSpot: app webhooks, request signature v3.
pub const HUBSPOT: Scheme<'static> = Scheme::hmac_sha256("hubspot")
    .signature(Field::whole("x-hubspot-signature-v3"), Base64)
    .timestamp(Field::whole("x-hubspot-request-timestamp"), Unit::Millis)
    .source(sdk(HUBSPOT_PAGE, "npm @hubspot/api-client 13.5.0"))
    .note(
        "Method, full https URL, body and a millisecond timestamp are signed with the app's client \
         secret. According to the documentation some percent escapes of the URI are decoded before \
         signing.",
    )
    .signs(&[Part::Method, Part::Url, Part::Body, Part::Timestamp]);

/// Box: webhooks V2.
pub const BOX: Scheme<'static> = Scheme::hmac_sha256("box")
    .signature(Field::whole("box-signature-primary").or("box-signature-secondary"), Base64)
    .timestamp(Field::whole("box-delivery-timestamp"), Unit::Rfc3339)
    .max_age(Duration::from_secs(600))
    .expects("box-signature-algorithm", "HmacSHA256")
    .expects("box-signature-version", "1")
    .source(sdk("https://developer.box.com/guides/webhooks/v2/signatures-v2", "npm box-node-sdk 10.12.0"))
    .note(
        "Two keys may sign at once, one header each, and either may match. The version and algorithm \
         headers are required; BOX-DELIVERY-ID is not signed.",
    )
    .signs(&[Part::Body, Part::Timestamp]);

/// Linear: issue tracker webhooks.
#[cfg(feature = "json")]
#[cfg_attr(docsrs, doc(cfg(feature = "json")))]
pub const LINEAR: Scheme<'static> = Scheme::hmac_sha256("linear")
    .signature(Field::whole("linear-signature"), Hex)
    .timestamp_in_json("webhookTimestamp", Unit::Millis)
    .max_age(Duration::from_secs(60))
    .source(sdk("https://linear.app/developers/webhooks#securing-webhooks", "npm @linear/sdk 98.0.0"))
    .note(
        "Freshness comes from webhookTimestamp inside the body. The linear-timestamp and \
         Linear-Delivery headers are not signed.",
    )
    .signs(BODY);

/// Sanity: content webhooks.
pub const SANITY: Scheme<'static> = Scheme::hmac_sha256("sanity")
    .signature(Field::listed("sanity-webhook-signature", ',', "v1="), Base64Url)
    .timestamp(Field::listed("sanity-webhook-signature", ',', "t="), Unit::Millis)
    .source(sdk("https://www.sanity.io/docs/webhooks", "npm @sanity/webhook 4.0.4"))
    .note(
        "The digest is base64url without padding, the timestamp in milliseconds. The idempotency-key \
         header is not signed.",
    )
    .signs(TIMESTAMP_BODY);

/// Webflow: site and form webhooks.
pub const WEBFLOW: Scheme<'static> = Scheme::hmac_sha256("webflow")
    .signature(Field::whole("x-webflow-signature"), Hex)
    .timestamp(Field::whole("x-webflow-timestamp"), Unit::Millis)
    .source(sdk("https://developers.webflow.com/data/docs/working-with-webhooks", "npm webflow-api 3.3.4"))
    .note("Webhooks created in the dashboard are unsigned. The signed timestamp is in milliseconds.")
    .signs(&[Part::Timestamp, Part::Literal(":"), Part::Body]);

/// Notion: integration webhooks.
pub const NOTION: Scheme<'static> = Scheme::hmac_sha256("notion")
    .signature(Field::prefixed("x-notion-signature", "sha256="), Hex)
    .source(sdk("https://developers.notion.com/reference/webhooks", "npm @notionhq/client 5.26.0"))
    .note("The key is the verification_token, which arrives once in an unsigned POST.")
    .signs(BODY);

/// Airtable: webhook notifications.
pub const AIRTABLE: Scheme<'static> = Scheme::hmac_sha256("airtable")
    .signature(Field::prefixed("x-airtable-content-mac", "hmac-sha256="), Hex)
    .secret(&[SecretForm::Base64])
    .source(sdk(
        "https://airtable.com/developers/web/api/webhooks-overview",
        "PyPI pyairtable 3.5.0.post1, a community package",
    ))
    .note(
        "The MAC secret is base64 and has to be decoded. A notification carries no data, so fetch the \
         payloads afterwards.",
    )
    .signs(BODY);

/// Jira Cloud: webhooks.
pub const JIRA: Scheme<'static> = Scheme::hmac_sha256("jira")
    .signature(Field::prefixed("x-hub-signature", "sha256="), Hex)
    .source(published("https://developer.atlassian.com/cloud/jira/platform/webhooks/"))
    .note(
        "X-Atlassian-Webhook-Identifier is not signed. Connect apps get a JWT that leaves the body \
         uncovered, which is another scheme.",
    )
    .signs(BODY);

/// Calendly: scheduling webhooks.
pub const CALENDLY: Scheme<'static> = Scheme::hmac_sha256("calendly")
    .signature(Field::listed("calendly-webhook-signature", ',', "v1="), Hex)
    .timestamp(Field::listed("calendly-webhook-signature", ',', "t="), Unit::Seconds)
    .max_age(Duration::from_secs(180))
    .source(documented("https://developer.calendly.com/api-docs/4c305798a61d3-webhook-signatures"))
    .note("The provider's sample allows an age of three minutes.")
    .signs(TIMESTAMP_BODY);

/// Typeform: form response webhooks.
pub const TYPEFORM: Scheme<'static> = Scheme::hmac_sha256("typeform")
    .signature(Field::prefixed("typeform-signature", "sha256="), Base64)
    .source(documented("https://www.typeform.com/developers/webhooks/secure-your-webhooks/"))
    .note("The digest after sha256= is base64, not hex.")
    .signs(BODY);

/// Dropbox: change notification webhooks.
pub const DROPBOX: Scheme<'static> = Scheme::hmac_sha256("dropbox")
    .signature(Field::whole("x-dropbox-signature"), Hex)
    .source(documented("https://www.dropbox.com/developers/reference/webhooks"))
    .note(
        "A GET with ?challenge= must be answered with that value as text/plain with nosniff. The key \
         is the app secret.",
    )
    .signs(BODY);

/// DocuSign: Connect webhooks.
pub const DOCUSIGN: Scheme<'static> = Scheme::hmac_sha256("docusign")
    .signature(Field::whole("x-docusign-signature").numbered(16), Base64)
    .source(documented("https://developers.docusign.com/platform/webhooks/connect/validate/"))
    .note("One numbered header per active key; any of them may match.")
    .signs(BODY);

/// Trello: board and card webhooks.
#[cfg(feature = "sha1")]
#[cfg_attr(docsrs, doc(cfg(feature = "sha1")))]
pub const TRELLO: Scheme<'static> = Scheme::hmac_sha1("trello")
    .signature(Field::whole("x-trello-webhook"), Base64)
    .source(documented("https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/"))
    .note(
        "Creation sends a HEAD that expects 200. The callback URL exactly as registered follows the \
         body, and the key is the OAuth app secret.",
    )
    .signs(&[Part::Body, Part::Url]);

/// Asana: webhooks.
pub const ASANA: Scheme<'static> = Scheme::hmac_sha256("asana")
    .signature(Field::whole("x-hook-signature"), Hex)
    .source(documented("https://developers.asana.com/docs/webhooks-guide"))
    .note("A handshake request carries X-Hook-Secret: echo it once and store it, since it is the key.")
    .signs(BODY);

/// Ashby: recruiting webhooks.
pub const ASHBY: Scheme<'static> = Scheme::hmac_sha256("ashby")
    .signature(Field::prefixed("ashby-signature", "sha256="), Hex)
    .source(documented("https://developers.ashbyhq.com/docs/authenticating-webhooks"))
    .signs(BODY);

/// Greenhouse: recruiting webhooks.
pub const GREENHOUSE: Scheme<'static> = Scheme::hmac_sha256("greenhouse")
    .signature(Field::prefixed("signature", "sha256 "), Hex)
    .source(documented("https://developers.greenhouse.io/webhooks.html"))
    .note(
        "The digest follows the word sha256 and a space, and bodies contain \\u003c escapes, so keep \
         the raw bytes. Greenhouse-Event-ID is not signed.",
    )
    .signs(BODY);

/// Cal.com: booking webhooks.
pub const CAL_COM: Scheme<'static> = Scheme::hmac_sha256("cal-com")
    .signature(Field::whole("x-cal-signature-256"), Hex)
    .source(documented("https://cal.com/docs/developing/guides/automation/webhooks"))
    .note("Without a configured secret the header reads no-secret-provided.")
    .signs(BODY);

/// Gong: automation rule webhooks.
#[cfg(feature = "rs256")]
#[cfg_attr(docsrs, doc(cfg(feature = "rs256")))]
pub const GONG: Scheme<'static> = Scheme::rs256("gong")
    .signature(Field::whole("authorization"), Base64Url)
    .secret(&[SecretForm::Base64])
    .source(documented("https://help.gong.io"))
    .note("The key is the public key of the rule, in PEM as Gong shows it. The token stands bare or after Bearer.")
    .follows(Rules::Token(TokenRules {
        place: Place::Header("authorization", Bearer::Optional),
        algorithms: &[("RS256", Algorithm::Rs256)],
        required: &["exp"],
        body_hash: Some(HashClaim { name: "body_sha256", encoding: Hex, optional_without_body: false }),
        url: Some("webhook_url"),
        signed: "the token, with the public URL in its claim webhook_url and the SHA-256 of the body in \
                 body_sha256",
        unsigned: "the method, any other header",
        coverage: Coverage {
            timestamp: true,
            path: true,
            url: true,
            query: true,
            body: true,
            ..Coverage::NOTHING
        },
        ..TokenRules::HS256
    }));
