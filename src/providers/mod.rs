//! The built-in schemes, and recipes for services whose users choose a part of theirs.
//!
//! A scheme without a timestamp is accepted for as long as its key is valid, however old the request
//! is: keep a record of what was handled ([`Verified::replay_key`](crate::Verified::replay_key)). A
//! *token* is no signature: it says who is calling and nothing about the body.
//!
//! For a service that is not in this list, write a [`Scheme`], or have its users describe it in a
//! configuration file (`SchemeConfig`, feature `serde`).
//!
#![cfg_attr(
    all(
        feature = "canonical",
        feature = "ecdsa",
        feature = "ed25519",
        feature = "fields",
        feature = "form",
        feature = "rs256"
    ),
    doc = include_str!("table.md")
)]
#![cfg_attr(
    not(all(
        feature = "canonical",
        feature = "ecdsa",
        feature = "ed25519",
        feature = "fields",
        feature = "form",
        feature = "rs256"
    )),
    doc = "The list is complete with all features."
)]

mod ai;
mod carriers;
mod commerce;
mod developer;
mod messaging;
mod productivity;
mod telephony;
mod voice;

pub use ai::*;
#[cfg(any(feature = "canonical", feature = "fields", feature = "form", feature = "jwt"))]
pub use carriers::*;
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

/// Every built-in scheme, family by family.
pub static ALL: &[Scheme<'static>] = &JOINED;

/// The tables of the families, in the order of the documentation.
const TABLES: &[&[Scheme<'static>]] = &[
    voice::TABLE,
    ai::TABLE,
    carriers::TABLE,
    telephony::TABLE,
    messaging::TABLE,
    commerce::TABLE,
    developer::TABLE,
    productivity::TABLE,
];

static JOINED: [Scheme<'static>; count(TABLES)] = join(TABLES);

#[expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "it runs when the crate is compiled"
)]
const fn count(tables: &[&[Scheme<'static>]]) -> usize {
    let (mut count, mut table) = (0, 0);
    while table < tables.len() {
        count += tables[table].len();
        table += 1;
    }
    count
}

#[expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "it runs when the crate is compiled"
)]
const fn join<const COUNT: usize>(tables: &[&[Scheme<'static>]]) -> [Scheme<'static>; COUNT] {
    let mut joined = [tables[0][0]; COUNT];
    let (mut place, mut table) = (0, 0);
    while table < tables.len() {
        let mut row = 0;
        while row < tables[table].len() {
            joined[place] = tables[table][row];
            place += 1;
            row += 1;
        }
        table += 1;
    }
    joined
}

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
