//! Comparisons that are not constant in time: controls, each of which has to be found out. They are handed a tag that
//! is computed under a secret key, as the library's is, and the candidate as it was received.

use std::hint::black_box;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::valgrind::{hide, unreported};

pub type Comparison = fn(&[u8], &[u8]) -> bool;

pub const ALL: [(&str, Comparison); 5] = [
    ("== of slices", slices),
    ("== of hexadecimal texts", texts),
    ("eq of iterators", iterators),
    ("hex::encode of the tag, then ==", encoded),
    ("a loop with an early exit", early_exit),
];

/// Found out only where no optimiser makes it branch-free.
pub const UNOPTIMISED: (&str, Comparison) = ("== of arrays", arrays);

/// A tag and a copy of it that anybody may know.
pub fn tag() -> ([u8; 32], [u8; 32]) {
    let tag = |key: &[u8]| -> [u8; 32] {
        let mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
        mac.chain_update("content").finalize().into_bytes().into()
    };
    let mut key = *b"test-secret";
    let public = tag(&key);
    hide(&mut key);
    (unreported(|| tag(&key)), public)
}

#[inline(never)]
pub fn slices(tag: &[u8], candidate: &[u8]) -> bool {
    tag == candidate
}

#[inline(never)]
fn arrays(tag: &[u8], candidate: &[u8]) -> bool {
    let (own, other): (Option<&[u8; 32]>, Option<&[u8; 32]>) = (tag.first_chunk(), candidate.first_chunk());
    own == other
}

#[inline(never)]
fn texts(tag: &[u8], candidate: &[u8]) -> bool {
    // Written without a table, so that it is the comparison that is found out.
    let digit = |nibble: u8| char::from(nibble + b'0' + u8::from(nibble > 9) * 39);
    let text = |bytes: &[u8]| bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect();
    let (own, other): (String, String) = (text(tag), text(candidate));
    own.as_str() == other.as_str()
}

#[inline(never)]
fn iterators(tag: &[u8], candidate: &[u8]) -> bool {
    tag.iter().eq(candidate)
}

#[inline(never)]
fn encoded(tag: &[u8], candidate: &[u8]) -> bool {
    hex::encode(tag) == hex::encode(candidate)
}

#[inline(never)]
pub fn early_exit(tag: &[u8], candidate: &[u8]) -> bool {
    tag.len() == candidate.len() && tag.iter().zip(candidate).all(|(own, other)| black_box(own) == other)
}
