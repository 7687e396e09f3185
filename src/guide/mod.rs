//! The guide: a chapter for each task, with code that is compiled and run by the tests.
//!
//! Examples sign with `Signer` (feature `sign`); what else needs a feature says so in its own documentation.
//!
//! | you want to | chapter |
//! |---|---|
//! | know which scheme a service uses, or write one | [`choosing`] |
//! | verify the bytes that were signed, in axum, actix-web, hyper or anything else | [`raw_bodies`] |
//! | verify behind a proxy, or where the URL is signed | [`proxies`] |
//! | exchange a key and lose no call | [`rotation`] |
//! | handle every event once, although senders retry | [`replay`] |
//! | verify what waited in a queue | [`queues`] |
//! | receive for many customers at one endpoint | [`tenants`] |
//! | verify in Lambda, in Workers, or wherever there is no clock | [`serverless`] |
//! | test a handler with genuine and with forged requests | [`testing`] |
//! | know why a signature does not match | [`debugging`] |
//! | come from another crate | [`migrating`] |

#[doc = include_str!("choosing.md")]
pub mod choosing {}

#[doc = include_str!("raw_bodies.md")]
pub mod raw_bodies {}

#[doc = include_str!("proxies.md")]
pub mod proxies {}

#[doc = include_str!("rotation.md")]
pub mod rotation {}

#[doc = include_str!("replay.md")]
pub mod replay {}

#[doc = include_str!("queues.md")]
pub mod queues {}

#[doc = include_str!("tenants.md")]
pub mod tenants {}

#[doc = include_str!("serverless.md")]
pub mod serverless {}

#[doc = include_str!("testing.md")]
pub mod testing {}

#[doc = include_str!("debugging.md")]
pub mod debugging {}

#[doc = include_str!("migrating.md")]
pub mod migrating {}
