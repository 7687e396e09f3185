//! Short texts without an allocation, so that a proof can outlive its request.

use std::fmt;

/// A text of at most `SIZE` bytes.
#[derive(Clone, Copy)]
pub(crate) struct InlineText<const SIZE: usize> {
    bytes: [u8; SIZE],
    len: u16,
}

impl<const SIZE: usize> InlineText<SIZE> {
    /// The text, unless it is too long.
    pub(crate) fn new(text: &str) -> Option<Self> {
        Self::of_utf8(text.as_bytes())
    }

    /// A text whose bytes are known to be UTF-8, unless it is too long.
    pub(crate) fn of_utf8(text: &[u8]) -> Option<Self> {
        let mut bytes = [0; SIZE];
        bytes.get_mut(..text.len())?.copy_from_slice(text);
        Some(Self { bytes, len: u16::try_from(text.len()).ok()? })
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }

    pub(crate) fn as_str(&self) -> &str {
        str::from_utf8(self.as_bytes()).unwrap_or_default()
    }
}

impl<const SIZE: usize> Default for InlineText<SIZE> {
    fn default() -> Self {
        Self { bytes: [0; SIZE], len: 0 }
    }
}

impl<const SIZE: usize> fmt::Debug for InlineText<SIZE> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}
