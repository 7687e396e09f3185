//! Adapters to frameworks: thin, and over the public API alone.

#[cfg(feature = "actix")]
pub mod actix;
#[cfg(feature = "axum")]
pub mod axum;
#[cfg(feature = "http-body")]
mod body;
#[cfg(feature = "hyper")]
pub mod hyper;
#[cfg(any(feature = "actix", feature = "axum", feature = "hyper", feature = "tower"))]
mod once;
#[cfg(feature = "tower")]
pub mod tower;
