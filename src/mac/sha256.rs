//! HMAC-SHA256 from midstates: the key's two blocks are hashed once, when it is prepared.
//!
//! The `hmac` crate does the same with more copying and wiping for each message; at a kilobyte that is a tenth of the
//! whole. Its answers are the measure of this file, see the tests.

use std::slice::from_ref;

use sha2::block_api::compress256;
use sha2::{Digest as _, Sha256};
use zeroize::{Zeroizing, optimization_barrier};

/// Bytes in a block.
const BLOCK: usize = 64;

/// Bytes of a block that are left for the end of a message, before its length.
const LENGTH_AT: usize = 56;

/// RFC 2104, 2.
const INNER_PAD: u8 = 0x36;
const OUTER_PAD: u8 = 0x5c;

/// FIPS 180-4, 5.3.3.
const INITIAL: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// The state after the outer block of a key; wiped when it is dropped.
#[derive(Clone)]
pub(super) struct Outer {
    state: [u32; 8],
}

/// A running computation, the inner block of a key behind it; wiped when it is dropped.
#[derive(Clone)]
pub(super) struct Running {
    state: [u32; 8],
    /// What does not fill a block yet, and zeros.
    block: [u8; BLOCK],
    filled: usize,
    /// Bytes so far, the key's block included.
    length: u64,
}

/// What every computation of a key starts from, and what it ends with.
pub(super) fn prepare(key: &[u8]) -> (Running, Outer) {
    let mut block = Zeroizing::new([0; BLOCK]);
    match block.get_mut(..key.len()) {
        Some(place) => place.copy_from_slice(key),
        // RFC 2104: a key that is longer than a block is its hash.
        None => {
            let hash = Zeroizing::new(<[u8; 32]>::from(Sha256::digest(key)));
            block.iter_mut().zip(hash.iter()).for_each(|(place, byte)| *place = *byte);
        }
    }
    let after = |block: &[u8; BLOCK]| {
        let mut state = INITIAL;
        compress256(&mut state, from_ref(block));
        state
    };
    block.iter_mut().for_each(|byte| *byte ^= INNER_PAD);
    let inner = after(&block);
    block.iter_mut().for_each(|byte| *byte ^= INNER_PAD ^ OUTER_PAD);
    let outer = after(&block);
    let running = Running { state: inner, block: [0; BLOCK], filled: 0, length: BLOCK as u64 };
    (running, Outer { state: outer })
}

impl Outer {
    /// The tag of everything that a computation of the same key has taken.
    pub(super) fn finish(&self, running: &mut Running) -> [u8; 32] {
        running.pad();
        let mut block = [0; BLOCK];
        set_words(&mut block, &running.state);
        mark(&mut block, 32);
        set_length(&mut block, (BLOCK + 32) as u64);
        let mut state = self.state;
        compress256(&mut state, from_ref(&block));
        let mut tag = [0; 32];
        set_words(&mut tag, &state);
        tag
    }
}

impl Running {
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.length = self.length.wrapping_add(bytes.len() as u64);
        let rest = match self.filled {
            0 => bytes,
            _ => self.fill(bytes),
        };
        // Whole blocks are hashed where they lie.
        let (blocks, tail) = rest.as_chunks::<BLOCK>();
        if !blocks.is_empty() {
            compress256(&mut self.state, blocks);
        }
        if !tail.is_empty() {
            self.fill(tail);
        }
    }

    /// Adds to the block that is not full, and hashes it once it is; gives what is left over.
    fn fill<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let place = self.block.get_mut(self.filled..).unwrap_or_default();
        if let Some((first, rest)) = bytes.split_at_checked(place.len()) {
            place.copy_from_slice(first);
            compress256(&mut self.state, from_ref(&self.block));
            (self.block, self.filled) = ([0; BLOCK], 0);
            return rest;
        }
        if let Some(place) = place.get_mut(..bytes.len()) {
            place.copy_from_slice(bytes);
            self.filled = self.filled.wrapping_add(bytes.len());
        }
        &[]
    }

    /// Hashes the last block, or two: the message ends with a one bit, zeros and its length.
    fn pad(&mut self) {
        mark(&mut self.block, self.filled);
        if self.filled >= LENGTH_AT {
            compress256(&mut self.state, from_ref(&self.block));
            self.block = [0; BLOCK];
        }
        set_length(&mut self.block, self.length);
        compress256(&mut self.state, from_ref(&self.block));
    }
}

/// Marks the end of a message after so many bytes of its last block.
fn mark(block: &mut [u8; BLOCK], filled: usize) {
    if let Some(place) = block.get_mut(filled) {
        *place = 0x80;
    }
}

/// Writes a length in bytes as one in bits.
fn set_length(block: &mut [u8; BLOCK], length: u64) {
    if let Some(place) = block.last_chunk_mut() {
        *place = length.wrapping_mul(8).to_be_bytes();
    }
}

fn set_words(bytes: &mut [u8], words: &[u32; 8]) {
    let (places, _) = bytes.as_chunks_mut::<4>();
    places.iter_mut().zip(words).for_each(|(place, word)| *place = word.to_be_bytes());
}

impl Drop for Outer {
    fn drop(&mut self) {
        self.state = [0; 8];
        // Without it the compiler would leave out what nobody reads.
        optimization_barrier(self);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.state = [0; 8];
        // Some senders have the secret stand before the message.
        self.block = [0; BLOCK];
        optimization_barrier(self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hmac::{Hmac, KeyInit as _, Mac as _};

    fn expected(key: &[u8], message: &[u8]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
        mac.update(message);
        mac.finalize().into_bytes().into()
    }

    fn bytes(length: usize) -> Vec<u8> {
        (0..length).map(|index| (index * 131 % 251) as u8).collect()
    }

    #[test]
    fn agrees_with_the_hmac_crate_for_every_length_of_message() {
        for length in 0..300 {
            let message = bytes(length);
            let (mut running, outer) = prepare(b"test-key");
            running.update(&message);
            assert_eq!(outer.finish(&mut running), expected(b"test-key", &message), "{length}");
        }
    }

    #[test]
    fn agrees_with_the_hmac_crate_for_every_length_of_key() {
        for length in 0..200 {
            let key = bytes(length);
            let (mut running, outer) = prepare(&key);
            running.update(b"message");
            assert_eq!(outer.finish(&mut running), expected(&key, b"message"), "{length}");
        }
    }

    #[test]
    fn agrees_with_the_hmac_crate_wherever_a_message_is_cut() {
        let message = bytes(200);
        let expected = expected(b"test-key", &message);
        let (start, outer) = prepare(b"test-key");
        for first in 0..=message.len() {
            for second in (first..=message.len()).step_by(7) {
                let mut running = start.clone();
                running.update(&message[..first]);
                running.update(&message[first..second]);
                running.update(&message[second..]);
                assert_eq!(outer.finish(&mut running), expected, "{first} {second}");
            }
        }
    }
}
