//! What the fuzz targets share: requests to bend, verifiers to put them to, and what has to hold.
//!
//! A target says more than "no panic": what verifies has to be what was signed, a body in chunks gets the
//! verdict of the whole body, and no text that is printed holds anything of the request.

mod bend;
mod forms;
mod independent;
mod input;
mod prepared;
mod verdict;

// Schemes of every kind of join, beside the built-in ones.
#[path = "../../tests/support/schemes.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod custom;

pub use bend::{bend, forgery};
pub use independent::{Written, mac};
pub use input::Input;
pub use prepared::{KEY_ID, NOW, Prepared, SECRET, URL, macs, public_keys};
pub use verdict::{says, verdict};
