//! Two errors for two moments: [`VerifyError`] refuses a request, [`ConfigError`] refuses a set-up.

mod config;
mod request;

pub use config::ConfigError;
pub use request::{ErrorKind, VerifyError};
