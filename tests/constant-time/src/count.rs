//! The comparisons whose instructions are counted: for a mismatch at each of 32 bytes, and for none.

use std::hint::black_box;
use std::process::ExitCode;

use hmac::Hmac;
use hooksig::http::Request;
use hooksig::{Verifier, constant_time};
use sha2::Sha256;

use crate::leaky;
use crate::paths::{self, NOW};

const SIZE: usize = 32;

pub fn run(subject: &str) -> ExitCode {
    let own = [0xa5; SIZE];
    match subject {
        "library" => compare_everywhere(&own, |tag, candidate| counted_library(tag, candidate) == 1),
        "slices" => compare_everywhere(&own, counted_slices),
        "early-exit" => compare_everywhere(&own, counted_early_exit),
        "verification" => verify_everywhere(),
        _ => {
            eprintln!("nothing is called {subject}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn compare_everywhere(own: &[u8], counted: fn(&[u8], &[u8]) -> bool) {
    for place in 0..=SIZE {
        let matches = counted(black_box(own), &changed(own, place));
        assert_eq!(matches, place == SIZE, "{place}");
    }
}

/// A whole verification that ends in a refusal; an accepted one has more to do.
fn verify_everywhere() {
    let verifier = paths::github().expect("a verifier");
    let tag = paths::mac::<Hmac<Sha256>>(paths::BODY);
    for place in 0..SIZE {
        assert!(!counted_verification(&verifier, &paths::github_request(&changed(&tag, place))));
    }
}

/// With another value at one place, or as it is where there is no such place.
fn changed(tag: &[u8], place: usize) -> Vec<u8> {
    let mut changed = tag.to_vec();
    if let Some(byte) = changed.get_mut(place) {
        *byte ^= 1;
    }
    changed
}

#[inline(never)]
fn counted_library(tag: &[u8], candidate: &[u8]) -> u64 {
    constant_time::compare(tag, candidate)
}

#[inline(never)]
fn counted_slices(tag: &[u8], candidate: &[u8]) -> bool {
    leaky::slices(tag, candidate)
}

#[inline(never)]
fn counted_early_exit(tag: &[u8], candidate: &[u8]) -> bool {
    leaky::early_exit(tag, candidate)
}

#[inline(never)]
fn counted_verification(verifier: &Verifier, request: &Request<String>) -> bool {
    verifier.verify_at(request, request.body(), NOW).is_ok()
}
