//! An input, read piece by piece; one that ends early reads as zeros and empty texts.

/// What is left of an input.
#[derive(Clone, Copy, Debug)]
pub struct Input<'i> {
    rest: &'i [u8],
}

impl<'i> Input<'i> {
    pub fn new(bytes: &'i [u8]) -> Self {
        Self { rest: bytes }
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.rest.split_first() else {
            return 0;
        };
        self.rest = rest;
        *first
    }

    /// Two bytes, the low one first.
    pub fn number(&mut self) -> usize {
        usize::from(self.byte()) | usize::from(self.byte()) << 8
    }

    /// One of a slice that is not empty.
    pub fn one_of<'s, T>(&mut self, all: &'s [T]) -> &'s T {
        &all[usize::from(self.byte()) % all.len()]
    }

    /// The bytes before the next 0xFF, which no text has and no mutation has to count for.
    pub fn text(&mut self) -> &'i [u8] {
        let end = self.rest.iter().position(|byte| *byte == 0xFF).unwrap_or(self.rest.len());
        let text = &self.rest[..end];
        self.rest = self.rest.get(end + 1..).unwrap_or_default();
        text
    }

    pub fn rest(self) -> &'i [u8] {
        self.rest
    }
}
