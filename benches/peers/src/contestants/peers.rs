//! Other crates, each set up once and called as its documentation says.

use octocrab::models::webhook_events::verification::WebhookVerifier;
use slack_morphism::signature_verifier::SlackEventSignatureVerifier as SlackMorphism;
use webhook_verify::{Provider, Secret};

use crate::Outcome;
use crate::inputs::Style;
use crate::lineup::Lineup;

/// Below this there is no room for an event that async-stripe-webhook would parse.
const SMALLEST_EVENT: usize = 128;

pub(crate) fn enter(lineup: &mut Lineup<'_>) -> Outcome<()> {
    match lineup.requests.style {
        Style::GitHub => {
            webhook_verify(lineup, Provider::GitHub)?;
            octocrab(lineup)
        }
        Style::Stripe => {
            webhook_verify(lineup, Provider::Stripe)?;
            async_stripe_webhook(lineup)
        }
        Style::StandardWebhooks => {
            webhook_verify(lineup, Provider::StandardWebhooks)?;
            standardwebhooks(lineup)?;
            svix(lineup)
        }
        Style::Slack => {
            webhook_verify(lineup, Provider::Slack)?;
            slack_morphism(lineup)
        }
        // Nobody else verifies it.
        Style::Retell => Ok(()),
    }
}

fn webhook_verify(lineup: &mut Lineup<'_>, provider: Provider) -> Outcome<()> {
    let secret = Secret::new(lineup.requests.key.secret.as_str());
    lineup.enter("webhook-verify", move |request| {
        let options = webhook_verify::VerifyOptions::default();
        webhook_verify::verify(provider, &request.headers, &request.body, &secret, options).is_ok()
    })
}

fn octocrab(lineup: &mut Lineup<'_>) -> Outcome<()> {
    let verifier = WebhookVerifier::new(&lineup.requests.key.secret);
    lineup.enter("octocrab", move |request| {
        request
            .header("x-hub-signature-256")
            .is_some_and(|signature| verifier.verify(signature, &request.body).is_ok())
    })
}

fn async_stripe_webhook(lineup: &mut Lineup<'_>) -> Outcome<()> {
    if lineup.requests.size < SMALLEST_EVENT {
        return Ok(());
    }
    let secret = lineup.requests.key.secret.clone();
    lineup.enter("async-stripe-webhook", move |request| {
        let (Some(signature), Some(body)) = (request.header("stripe-signature"), request.text()) else {
            return false;
        };
        stripe_webhook::Webhook::construct_event(body, signature, &secret).is_ok()
    })
}

fn standardwebhooks(lineup: &mut Lineup<'_>) -> Outcome<()> {
    let webhook = standardwebhooks::Webhook::new(&lineup.requests.key.secret)?;
    lineup.enter("standardwebhooks", move |request| webhook.verify(&request.body, &request.headers).is_ok())
}

fn svix(lineup: &mut Lineup<'_>) -> Outcome<()> {
    let webhook = svix::webhooks::Webhook::new(&lineup.requests.key.secret)?;
    lineup.enter("svix", move |request| webhook.verify(&request.body, &request.headers).is_ok())
}

fn slack_morphism(lineup: &mut Lineup<'_>) -> Outcome<()> {
    let verifier = SlackMorphism::new(&lineup.requests.key.secret.clone().into());
    lineup.enter("slack-morphism", move |request| {
        let hash = request.header(SlackMorphism::SLACK_SIGNED_HASH_HEADER);
        let time = request.header(SlackMorphism::SLACK_SIGNED_TIMESTAMP);
        let (Some(hash), Some(time), Some(body)) = (hash, time, request.text()) else {
            return false;
        };
        verifier.verify(hash, body, time).is_ok()
    })
}
