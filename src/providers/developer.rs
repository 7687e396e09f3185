//! Developer tools, and the layouts that many services share.

use std::time::Duration;

use super::{BODY, ID_TIMESTAMP_BODY, TIMESTAMP_BODY, documented, published, sdk, standard_webhooks, svix};
#[cfg(feature = "jwt")]
use crate::coverage::Coverage;
use crate::encoding::Encoding::{Base64, Hex};
use crate::field::Field;
#[cfg(feature = "jwt")]
use crate::mechanism::{Bearer, HashClaim, Issuer, Place, Rules, TokenRules};
use crate::scheme::{Scheme, SecretForm};
use crate::time::Unit;

/// The schemes of this family.
pub(super) const TABLE: &[Scheme<'static>] = &[
    STANDARD_WEBHOOKS,
    #[cfg(feature = "ed25519")]
    STANDARD_WEBHOOKS_V1A,
    SVIX,
    GITLAB,
    GITHUB,
    #[cfg(feature = "sha1")]
    GITHUB_SHA1,
    GITLAB_TOKEN,
    CLERK,
    SUPABASE,
    MUX,
    WORKOS,
    PUSHER,
    HOOKDECK,
    BITBUCKET,
    PAGERDUTY,
    SENTRY,
    #[cfg(feature = "sha1")]
    VERCEL,
    #[cfg(feature = "sha1")]
    SEGMENT,
    HEROKU,
    CIRCLECI,
    LAUNCHDARKLY,
    ABLY,
    #[cfg(feature = "jwt")]
    NETLIFY,
    #[cfg(feature = "canonical")]
    CONTENTFUL,
];

/// Standard Webhooks: symmetric signatures (v1).
pub const STANDARD_WEBHOOKS: Scheme<'static> = standard_webhooks(
    "standard-webhooks",
    sdk(
        "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md",
        "npm standardwebhooks 1.1.1",
    ),
)
.note(
    "The secret is base64 after an optional whsec_. webhook-id is signed and fit for \
     deduplication; during rotation several signatures occur.",
)
.signs(ID_TIMESTAMP_BODY);

/// Svix: webhooks sent through Svix.
pub const SVIX: Scheme<'static> =
    svix("svix", sdk("https://docs.svix.com/receiving/verifying-payloads/how-manual", "npm svix 1.99.1"))
        .families(["svix", "webhook"])
        .note(
            "A sender may use svix-* or webhook-* headers. The secret is base64 after an optional whsec_, \
             and the message id is signed.",
        )
        .signs(ID_TIMESTAMP_BODY);

/// GitLab: webhooks with a signing token.
pub const GITLAB: Scheme<'static> = standard_webhooks(
    "gitlab",
    sdk("https://docs.gitlab.com/user/project/integrations/webhooks/", "npm standardwebhooks 1.1.1"),
)
.note(
    "New in GitLab 19; X-Gitlab-Token is sent as well when both are set. webhook-id is signed and \
     equals the Idempotency-Key.",
)
.signs(ID_TIMESTAMP_BODY);

/// GitHub: repository, organization and app webhooks.
pub const GITHUB: Scheme<'static> = Scheme::hmac_sha256("github")
    .signature(Field::prefixed("x-hub-signature-256", "sha256="), Hex)
    .source(sdk(
        "https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries",
        "npm @octokit/webhooks-methods 6.0.0",
    ))
    .note(
        "X-GitHub-Delivery is the delivery id but is not signed, and nothing is timed. Form-encoded \
         hooks are signed over the raw form.",
    )
    .signs(BODY);

/// GitHub: legacy SHA-1 webhook signatures.
#[cfg(feature = "sha1")]
#[cfg_attr(docsrs, doc(cfg(feature = "sha1")))]
pub const GITHUB_SHA1: Scheme<'static> = Scheme::hmac_sha1("github-sha1")
    .signature(Field::prefixed("x-hub-signature", "sha1="), Hex)
    .source(documented("https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers"))
    .note(
        "Superseded by X-Hub-Signature-256: do not fall back to it where that header is present or \
         expected.",
    )
    .signs(BODY);

/// GitLab: webhooks with a secret token.
pub const GITLAB_TOKEN: Scheme<'static> =
    Scheme::static_token("gitlab-token", Field::whole("x-gitlab-token"))
        .source(documented("https://docs.gitlab.com/user/project/integrations/webhooks/"))
        .note(
            "The token is sent as it is; nothing is signed, the Idempotency-Key and X-Gitlab-Event-UUID \
             headers included.",
        )
        .dangerous_unsigned_body()
        .signs(&[]);

/// Clerk: user and organization webhooks.
pub const CLERK: Scheme<'static> =
    svix("clerk", sdk("https://clerk.com/docs/webhooks/sync-data", "npm @clerk/backend 2.33.8"))
        .families(["svix", "webhook"])
        .note(
            "Sent with svix-* headers: the secret is base64 after whsec_, and svix-id is signed and fit \
             for deduplication.",
        )
        .signs(ID_TIMESTAMP_BODY);

/// Supabase: Auth Hooks.
pub const SUPABASE: Scheme<'static> = standard_webhooks(
    "supabase",
    sdk("https://supabase.com/docs/guides/auth/auth-hooks", "npm standardwebhooks 1.1.1"),
)
.secret(&[
    SecretForm::Base64After("v1,whsec_"),
    SecretForm::Base64After("v1,"),
    SecretForm::Base64After("whsec_"),
    SecretForm::Base64,
])
.note(
    "The secret reads v1,whsec_ followed by base64. Database Webhooks are unsigned and carry only \
     headers that you configure.",
)
.signs(ID_TIMESTAMP_BODY);

/// Mux: video webhooks.
pub const MUX: Scheme<'static> = Scheme::hmac_sha256("mux")
    .signature(Field::listed("mux-signature", ',', "v1="), Hex)
    .timestamp(Field::listed("mux-signature", ',', "t="), Unit::Seconds)
    .source(sdk("https://www.mux.com/docs/core/verify-webhook-signatures", "npm @mux/mux-node 15.3.0"))
    .note("Several v1 values may occur; any may match.")
    .signs(TIMESTAMP_BODY);

/// WorkOS: directory sync and event webhooks.
pub const WORKOS: Scheme<'static> = Scheme::hmac_sha256("workos")
    .signature(Field::listed("workos-signature", ',', "v1="), Hex)
    .timestamp(Field::listed("workos-signature", ',', "t="), Unit::Millis)
    .max_age(Duration::from_secs(180))
    .event_id("/id")
    .source(sdk("https://workos.com/docs/events/data-syncing/webhooks", "npm @workos-inc/node 8.13.0"))
    .note("The timestamp is in milliseconds, with three minutes of tolerance in the provider's SDK.")
    .signs(TIMESTAMP_BODY);

/// Pusher: Channels webhooks.
pub const PUSHER: Scheme<'static> = Scheme::hmac_sha256("pusher")
    .signature(Field::whole("x-pusher-signature"), Hex)
    .key_id(Field::whole("x-pusher-key"))
    .source(sdk("https://pusher.com/docs/channels/server_api/webhooks/#security", "npm pusher 5.3.4"))
    .note(
        "The app key in X-Pusher-Key tells which secret signed. The sending time is time_ms inside \
         the body.",
    )
    .signs(BODY);

/// Hookdeck: forwarded webhook events.
pub const HOOKDECK: Scheme<'static> = Scheme::hmac_sha256("hookdeck")
    .signature(Field::whole("x-hookdeck-signature").or("x-hookdeck-signature-2"), Base64)
    .source(sdk(
        "https://hookdeck.com/docs/guides/how-to-verify-incoming-webhooks",
        "npm @hookdeck/sdk 0.4.0",
    ))
    .note("During rotation a second signature arrives in x-hookdeck-signature-2; either may match.")
    .signs(BODY);

/// Bitbucket Cloud: repository webhooks.
pub const BITBUCKET: Scheme<'static> = Scheme::hmac_sha256("bitbucket")
    .signature(Field::prefixed("x-hub-signature", "sha256="), Hex)
    .source(documented("https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/"))
    .note(
        "The digest is SHA-256 although the header has no -256 in its name. X-Request-UUID is not \
         signed.",
    )
    .signs(BODY);

/// PagerDuty: V3 webhooks.
pub const PAGERDUTY: Scheme<'static> = Scheme::hmac_sha256("pagerduty")
    .signature(Field::listed("x-pagerduty-signature", ',', "v1="), Hex)
    .event_id("/event/id")
    .source(documented("https://developer.pagerduty.com/docs/verifying-webhook-signatures"))
    .note(
        "During rotation several v1= values occur. X-Webhook-Id names the subscription, not the \
         delivery.",
    )
    .signs(BODY);

/// Sentry: integration platform webhooks.
pub const SENTRY: Scheme<'static> = Scheme::hmac_sha256("sentry")
    .signature(Field::whole("sentry-hook-signature"), Hex)
    .source(documented("https://docs.sentry.io/organization/integrations/integration-platform/webhooks/"))
    .note(
        "The key is the integration's client secret; keep the raw bytes. Neither \
         Sentry-Hook-Timestamp nor Request-ID is signed.",
    )
    .signs(BODY);

/// Vercel: deployment and integration webhooks.
#[cfg(feature = "sha1")]
#[cfg_attr(docsrs, doc(cfg(feature = "sha1")))]
pub const VERCEL: Scheme<'static> = Scheme::hmac_sha1("vercel")
    .signature(Field::whole("x-vercel-signature"), Hex)
    .event_id("/id")
    .source(documented("https://vercel.com/docs/webhooks/webhooks-api"))
    .note("SHA-1, keyed with the integration secret.")
    .signs(BODY);

/// Segment: Webhooks destination (Actions).
#[cfg(feature = "sha1")]
#[cfg_attr(docsrs, doc(cfg(feature = "sha1")))]
pub const SEGMENT: Scheme<'static> = Scheme::hmac_sha1("segment")
    .signature(Field::whole("x-signature"), Hex)
    .source(documented("https://segment.com/docs/connections/destinations/catalog/actions-webhook/"))
    .note("With batching, only the first event is signed according to the documentation.")
    .signs(BODY);

/// Heroku: app webhooks.
pub const HEROKU: Scheme<'static> = Scheme::hmac_sha256("heroku")
    .signature(Field::whole("heroku-webhook-hmac-sha256"), Base64)
    .source(documented("https://devcenter.heroku.com/articles/app-webhooks"))
    .signs(BODY);

/// CircleCI: outbound webhooks.
pub const CIRCLECI: Scheme<'static> = Scheme::hmac_sha256("circleci")
    .signature(Field::listed("circleci-signature", ',', "v1="), Hex)
    .source(published("https://circleci.com/docs/guides/integration/outbound-webhooks/"))
    .note("Entries are versioned: a future v2= would be a stronger scheme, not a second v1 key.")
    .signs(BODY);

/// LaunchDarkly: feature flag webhooks.
pub const LAUNCHDARKLY: Scheme<'static> = Scheme::hmac_sha256("launchdarkly")
    .signature(Field::whole("x-ld-signature"), Hex)
    .source(documented("https://launchdarkly.com/docs/home/infrastructure/webhooks"))
    .signs(BODY);

/// Ably: webhook integrations.
pub const ABLY: Scheme<'static> = Scheme::hmac_sha256("ably")
    .signature(Field::whole("x-ably-signature"), Base64)
    .key_id(Field::whole("x-ably-key"))
    .source(documented("https://ably.com/docs/integrations/webhooks"))
    .note("X-Ably-Key names the API key, and the secret is the part of that key after the colon.")
    .signs(BODY);

/// Standard Webhooks: asymmetric signatures (v1a).
#[cfg(feature = "ed25519")]
#[cfg_attr(docsrs, doc(cfg(feature = "ed25519")))]
pub const STANDARD_WEBHOOKS_V1A: Scheme<'static> = Scheme::ed25519("standard-webhooks-v1a")
    .signature(Field::listed("webhook-signature", ' ', "v1a,"), Base64)
    .timestamp(Field::whole("webhook-timestamp"), Unit::Seconds)
    .message_id(Field::whole("webhook-id"))
    .secret(&[SecretForm::Base64After("whpk_")])
    .source(published(
        "https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md",
    ))
    .note(
        "The key is a public key, whpk_ and base64. A sender with one key pair for all endpoints signs \
         for other receivers too: nothing that is signed names yours.",
    )
    .signs(ID_TIMESTAMP_BODY);

/// Netlify: deploy notifications.
#[cfg(feature = "jwt")]
#[cfg_attr(docsrs, doc(cfg(feature = "jwt")))]
pub const NETLIFY: Scheme<'static> = Scheme::hmac_sha256("netlify")
    .signature(Field::whole("x-webhook-signature"), Base64)
    .source(documented("https://docs.netlify.com/deploy/deploy-notifications/"))
    .note("The token holds the hash of the body and no time.")
    .follows(Rules::Token(TokenRules {
        place: Place::Header("x-webhook-signature", Bearer::Absent),
        issuer: Issuer::Named("netlify"),
        body_hash: Some(HashClaim { name: "sha256", encoding: Hex, optional_without_body: false }),
        signed: "the token, with the SHA-256 of the body in its claim sha256",
        unsigned: "the method, the URL, any other header",
        coverage: Coverage { body: true, ..Coverage::NOTHING },
        ..TokenRules::HS256
    }));

/// Contentful: app and webhook request verification.
#[cfg(feature = "canonical")]
#[cfg_attr(docsrs, doc(cfg(feature = "canonical")))]
pub const CONTENTFUL: Scheme<'static> = Scheme::hmac_sha256("contentful")
    .signature(Field::whole("x-contentful-signature"), Hex)
    .timestamp(Field::whole("x-contentful-timestamp"), Unit::Millis)
    .max_age(Duration::from_secs(30))
    .source(sdk(
        "https://www.contentful.com/developers/docs/webhooks/request-verification/",
        "npm @contentful/node-apps-toolkit 3.16.1",
    ))
    .note(
        "The query is escaped twice before it is signed. The list of signed headers has to name itself and the \
         timestamp.",
    )
    .follows(crate::mechanism::Rules::Contentful);
