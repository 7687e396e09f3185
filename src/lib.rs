//! Verifies that an inbound webhook really came from the provider it claims to come from.
//!
//! Anyone who knows a webhook's URL can post to it; the signature is the only thing between a forged
//! event and your data. hooksig checks it once and right: over the raw body, in constant time, with
//! the timestamp, for voice AI, telephony, messaging, commerce and developer tools, and for any
//! service whose scheme you can describe in five lines.
//!
//! ```
//! use hooksig::{Secret, UnixTime, Verifier, providers};
//!
//! // Once, at start-up. `Secret::from_env("GITHUB_WEBHOOK_SECRET")?` takes it from the environment.
//! let verifier = Verifier::new(providers::GITHUB, Secret::new("It's a Secret to Everybody"))?;
//! verifier.self_test()?;
//!
//! // On every request, with its headers and its raw body.
//! let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
//! let headers = [("x-hub-signature-256", signature)];
//! let event = verifier.verify(&headers, &b"Hello, World!"[..]).expect("a genuine delivery");
//! assert_eq!(event.body(), b"Hello, World!");
//!
//! // A forged one is refused, with a reason for the operator and an empty 401 for its sender.
//! let refusal = verifier.verify(&headers, &b"Hello, Mallory"[..]).unwrap_err();
//! assert_eq!((refusal.reason(), refusal.status().as_u16()), ("mismatch", 401));
//! # Ok::<(), hooksig::ConfigError>(())
//! ```
//!
//! # How it works
//!
//! ```text
//! request parts ─▶ scheme reads claims ─▶ freshness ─▶ one MAC pass per key ─▶ compare all ─▶ Verified<B>
//! (headers, url?)   (timestamp, id,        (now given)   (prefix ‖ body ‖ suffix)
//!                    candidates)
//! ```
//!
//! - A [`Scheme`] says what a provider signs and where it says so. It is data: the built-in ones in
//!   [`providers`] and your own are the same kind of value.
//! - A [`Verifier`] holds one scheme and its keys. [`Verifier::verify`] takes a whole body;
//!   [`Verifier::begin`] refuses what it can before the body is read, and hashes the rest as it
//!   arrives.
//! - A [`Verified`] is the proof. Nothing else in this crate can make one, and
//!   [`Verified::coverage`] says what the sender signed.
//! - A [`VerifyError`] is the refusal: a stable [reason](VerifyError::reason) for your logs, one
//!   [status](VerifyError::status) for the sender.
//!
//! The [guide](https://docs.rs/hooksig/latest/hooksig/guide/) has a chapter for each task: choosing a
//! scheme, raw bodies in each framework, proxies, key rotation, replay and retries, queues, tenants,
//! serverless, testing, debugging, and migrating from other crates.
//!
//! # What is defended, and what is not
//!
//! A forged, altered, stale or future request is refused; so are repeated headers, lists without end,
//! odd spellings of a timestamp, and bytes that were moved between the body and what is signed beside
//! it. Refusals before the MAC cost no hashing. Comparison takes the same time wherever a signature
//! differs.
//!
//! - **Replay within the window.** A captured request verifies again until its timestamp is too old;
//!   schemes that sign no timestamp (GitHub, Shopify, Meta …) never say no. Put a [`ReplayGuard`] where
//!   handling an event twice does harm.
//! - **What is not signed.** Most schemes sign the body only. The path, the query and every other
//!   header are the sender's word; [`Scheme::explain`] says which.
//! - **The raw body.** Verify the bytes as they came in, before any JSON parser or form decoder.
//! - **Proxies.** Where the URL is signed, its public form is configured
//!   ([`Builder::public_base`]); forwarded headers are never believed.
//! - **Transport, storage and the provider itself** are out of scope.
//!
//! # Features
//!
//! Off by default; each adds API and changes no behaviour.
//!
//! | feature | adds |
//! |---|---|
//! | `actix` | `hooksig::actix`: an extractor and a middleware for actix-web 4 |
//! | `axum` | `hooksig::axum`: extractors for axum 0.8 |
//! | `canonical` | Sinch voice and Contentful, who sign a canonical form of the request |
//! | `cli` | the command `hooksig`; for `cargo install`, not for a library |
//! | `diagnose` | `hooksig::diagnose`: why a captured request does not verify, for developers at their desks |
//! | `ecdsa` | ECDSA P-256 (`Scheme::ecdsa_p256`), and so SendGrid |
//! | `ed25519` | Ed25519 (`Scheme::ed25519`), and so Telnyx, Discord and Standard Webhooks v1a |
//! | `fields` | Adyen, Mailgun, JustCall and Synthflow, who sign some fields of the body |
//! | `form` | Twilio, SignalWire, Plivo and Vonage SMS, who sign the parameters of a form |
//! | `handshake` | `hooksig::handshake`: answers to the requests with which providers check an endpoint |
//! | `hyper` | `hooksig::hyper`: requests of hyper 1 and everything else on http-body 1 |
//! | `json` | timestamps and event ids inside a JSON body (`Draft::timestamp_in_json`, `Builder::event_ids`), and so Linear |
//! | `jwt` | LiveKit, Vonage, MessageBird, Dialpad and Netlify, who sign a JSON web token |
//! | `redis` | `RedisStore`: replay protection for several processes |
//! | `rs256` | Gong, who signs one with RSA |
//! | `serde` | `SchemeConfig`: schemes from TOML, JSON and other formats; `AuditLog`: decisions as lines of JSON |
//! | `sha1` | HMAC-SHA1 (`Scheme::hmac_sha1`), and so the nine built-in schemes that sign with it alone |
//! | `sign` | `Signer`: genuine requests and their mutations, for tests and for senders |
//! | `tower` | `hooksig::tower`: a layer for tower services, axum's routers among them |
//! | `tracing` | `TracingObserver`: decisions as events of the tracing crate |
#![cfg_attr(docsrs, feature(doc_cfg))]
// Nothing here can panic, overflow or cut a number short, whatever comes from the network. Cargo.toml has what
// holds for tests and tools too.
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_sign_loss,
        clippy::get_unwrap,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::unimplemented,
        clippy::unreachable,
    )
)]

mod adapter;
mod body_time;
#[cfg(feature = "serde")]
mod config;
mod coverage;
#[cfg(feature = "diagnose")]
#[cfg_attr(docsrs, doc(cfg(feature = "diagnose")))]
pub mod diagnose;
mod encoding;
mod error;
mod field;
// Documentation only, so it is not compiled; its code shows most of the features.
#[cfg(all(
    doc,
    feature = "actix",
    feature = "axum",
    feature = "diagnose",
    feature = "form",
    feature = "handshake",
    feature = "hyper",
    feature = "serde",
    feature = "sign",
    feature = "tower"
))]
pub mod guide;
#[cfg(feature = "handshake")]
#[cfg_attr(docsrs, doc(cfg(feature = "handshake")))]
pub mod handshake;
mod inline;
#[cfg(feature = "json")]
mod json;
mod key;
mod key_ring;
mod mac;
mod mechanism;
mod observe;
mod pending;
pub mod providers;
mod public_key;
mod replay;
mod request;
mod scheme;
mod secret;
mod sign;
mod source;
mod time;
mod url;
mod verified;
mod verifier;

pub use http;

#[cfg(feature = "actix")]
#[cfg_attr(docsrs, doc(cfg(feature = "actix")))]
pub use adapter::actix;
#[cfg(feature = "axum")]
#[cfg_attr(docsrs, doc(cfg(feature = "axum")))]
pub use adapter::axum;
#[cfg(feature = "hyper")]
#[cfg_attr(docsrs, doc(cfg(feature = "hyper")))]
pub use adapter::hyper;
#[cfg(feature = "tower")]
#[cfg_attr(docsrs, doc(cfg(feature = "tower")))]
pub use adapter::tower;

#[cfg(feature = "serde")]
pub use config::SchemeConfig;
pub use coverage::Coverage;
pub use encoding::Encoding;
pub use error::{ConfigError, ErrorKind, VerifyError};
pub use field::Field;
pub use key::Key;
pub use key_ring::KeyReport;
#[cfg(hooksig_constant_time)]
#[doc(hidden)]
pub use mac::constant_time;
pub use mechanism::Kind;
#[cfg(feature = "serde")]
pub use observe::AuditLog;
#[cfg(feature = "tracing")]
pub use observe::TracingObserver;
pub use observe::{Count, Counters, Event, Observer, Outcome};
pub use pending::Pending;
pub use public_key::PublicKey;
#[cfg(feature = "redis")]
pub use replay::RedisStore;
pub use replay::{
    Attempt, Claim, Held, MemoryStore, Owner, Renewal, ReplayGuard, Store, StoreError, StoreFuture,
};
pub use request::{Headers, Parts, PeerAddr};
pub use scheme::{Algorithm, Draft, Evidence, Part, Scheme, SecretForm, Source};
pub use secret::Secret;
#[cfg(feature = "sign")]
pub use sign::{Mutation, PrivateKey, SignedRequest, Signer};
pub use source::Sources;
pub use time::{Unit, UnixTime};
pub use verified::{ReplayKey, Verified};
pub use verifier::{Builder, KeyRing, Verifier};

// The README shows adapters, so it compiles with all of them.
#[cfg(all(
    doctest,
    feature = "actix",
    feature = "axum",
    feature = "hyper",
    feature = "serde",
    feature = "tower"
))]
#[doc = include_str!("../README.md")]
struct Readme;
