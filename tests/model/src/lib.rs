//! The ledger of `src/replay`, with what it needs of its module.
//!
//! `RUSTFLAGS="--cfg hooksig_loom" cargo test --release --manifest-path tests/model/Cargo.toml`
#![allow(dead_code, reason = "the model calls a part of it")]

#[path = "../../../src/replay/ledger.rs"]
mod ledger;

use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Held {
    Nothing,
    Claim(Duration),
    Done,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Owner(u128);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StoreError {
    Full,
}
