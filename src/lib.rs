//! Verifies that an inbound webhook really came from the provider it claims to come from.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod coverage;
mod encoding;
mod error;
mod field;
mod inline;
mod key_ring;
mod mac;
mod pending;
pub mod providers;
mod request;
mod scheme;
mod secret;
mod sign;
mod time;
mod url;
mod verified;
mod verifier;

pub use http;

pub use coverage::Coverage;
pub use encoding::Encoding;
pub use error::{ConfigError, ErrorKind, VerifyError};
pub use field::Field;
pub use pending::Pending;
pub use request::{Headers, Parts};
pub use scheme::{Algorithm, Draft, Evidence, Part, Scheme, SecretForm, Source};
pub use secret::Secret;
pub use time::{Unit, UnixTime};
pub use verified::{ReplayKey, Verified};
pub use verifier::{Builder, Verifier};
