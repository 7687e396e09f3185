//! The time below which no HMAC-SHA256 of one message can go: the compressions themselves, over a message that is
//! already padded and in one piece, with a key whose blocks are already hashed.

use sha2::block_api::compress256;

use crate::Outcome;
use crate::inputs::{Key, Request};

const BLOCK: usize = 64;
const INITIAL: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// A key after its two blocks.
pub(crate) struct Prepared {
    inner: [u32; 8],
    outer: [u32; 8],
}

/// The blocks of a message that follow the key's, padding included.
pub(crate) struct Message {
    blocks: Vec<[u8; BLOCK]>,
    tag: [u8; 32],
}

impl Prepared {
    pub(crate) fn new(key: &Key) -> Outcome<Self> {
        if key.bytes.len() > BLOCK {
            return Err("the floor takes no key that would have to be hashed".into());
        }
        let after = |pad: u8| {
            let mut block = [pad; BLOCK];
            block.iter_mut().zip(&key.bytes).for_each(|(byte, key)| *byte ^= key);
            let mut state = INITIAL;
            compress256(&mut state, &[block]);
            state
        };
        Ok(Self { inner: after(0x36), outer: after(0x5c) })
    }

    pub(crate) fn accepts(&self, message: &Message) -> bool {
        let mut state = self.inner;
        compress256(&mut state, &message.blocks);
        let mut block = [0; BLOCK];
        block[..32].copy_from_slice(&bytes(state));
        block[32] = 0x80;
        block[BLOCK - 8..].copy_from_slice(&bits(BLOCK + 32));
        let mut state = self.outer;
        compress256(&mut state, &[block]);
        bytes(state) == message.tag
    }
}

impl Message {
    /// The messages of the requests that differ in their bodies: all of them, unless the bodies are large.
    pub(crate) fn all(requests: &[Request]) -> Vec<Self> {
        let again =
            requests.iter().skip(1).position(|one| std::sync::Arc::ptr_eq(&one.body, &requests[0].body));
        let distinct = again.map_or(requests.len(), |at| at + 1);
        requests.iter().take(distinct).map(Self::new).collect()
    }

    fn new(request: &Request) -> Self {
        let mut message = [&request.before, &*request.body, &request.after].concat();
        let signed = message.len();
        message.push(0x80);
        message.resize((message.len() + 8).next_multiple_of(BLOCK) - 8, 0);
        message.extend(bits(BLOCK + signed));
        let (blocks, _) = message.as_chunks();
        Self { blocks: blocks.to_vec(), tag: request.tag }
    }
}

fn bytes(state: [u32; 8]) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.chunks_mut(4).zip(state).for_each(|(place, word)| place.copy_from_slice(&word.to_be_bytes()));
    bytes
}

fn bits(bytes: usize) -> [u8; 8] {
    (bytes as u64 * 8).to_be_bytes()
}
