//! The one header reader: which header, how its list is separated, which prefix marks the value.

use http::HeaderName;

use crate::error::ErrorKind;
use crate::request::Headers;

/// The longest header value that is read, in bytes. Sixteen hex SHA-256 signatures with their
/// prefixes take 1.1 KiB; the rest is room for a timestamp and for entries of other versions.
pub(crate) const MAX_HEADER: usize = 2048;

/// The most entries that a list may have. Senders give one signature for each of their active keys
/// and versions, a handful at most.
pub(crate) const MAX_ENTRIES: usize = 32;

/// Where a value stands in the request's headers.
///
/// ```
/// use hooksig::Field;
///
/// // x-acme-time: 1763700000
/// const TIME: Field = Field::whole("x-acme-time");
/// // x-hub-signature-256: sha256=9f86d0…
/// const SIGNATURE: Field = Field::prefixed("x-hub-signature-256", "sha256=");
/// // stripe-signature: t=1763700000,v1=9f86d0…,v1=60303a…
/// const LISTED: Field = Field::listed("stripe-signature", ',', "v1=");
/// # let _ = (TIME, SIGNATURE, LISTED);
/// ```
///
/// The header may occur once; a repeated one is refused. A single value is taken as it stands, with
/// nothing trimmed. In a list, entries are trimmed of spaces, empty ones are skipped, and those
/// without the prefix belong to somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    pub(crate) header: &'a str,
    pub(crate) separator: Option<char>,
    pub(crate) prefix: &'a str,
    pub(crate) groups: Option<char>,
    pub(crate) more: More<'a>,
}

/// The most further headers of one signature.
pub(crate) const MAX_FURTHER: usize = 3;

/// Further headers in which signatures may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum More<'a> {
    /// None.
    None,
    /// Up to three more, beside or instead of the first.
    Or([Option<&'a str>; MAX_FURTHER]),
    /// The header's name is a stem, to which `-1`, `-2` … up to this number are added.
    Numbered(u8),
}

impl<'a> Field<'a> {
    /// The whole value of a header. Names are lower case.
    #[must_use]
    pub const fn whole(header: &'a str) -> Self {
        Self::prefixed(header, "")
    }

    /// The value of a header after a prefix that it must have.
    #[must_use]
    pub const fn prefixed(header: &'a str, prefix: &'a str) -> Self {
        Self { header, separator: None, prefix, groups: None, more: More::None }
    }

    /// The entries of a list that start with the prefix; an empty prefix means every entry.
    #[must_use]
    pub const fn listed(header: &'a str, separator: char, prefix: &'a str) -> Self {
        Self { header, separator: Some(separator), prefix, groups: None, more: More::None }
    }

    /// The entries of lists that are themselves entries of a list, as in `t=1,v1=… t=1,v1=…`: groups
    /// stand `between` one separator, entries `within` another. Every group is complete, and all
    /// have the same timestamp.
    ///
    /// ```
    /// use hooksig::Field;
    ///
    /// // x-acme-signature: t=1763700000,v1=9f86d0… t=1763700000,v1=60303a…
    /// const SIGNATURE: Field = Field::grouped("x-acme-signature", ' ', ',', "v1=");
    /// assert_eq!((SIGNATURE.group_separator(), SIGNATURE.separator()), (Some(' '), Some(',')));
    /// ```
    #[must_use]
    pub const fn grouped(header: &'a str, between: char, within: char, prefix: &'a str) -> Self {
        let mut field = Self::listed(header, within, prefix);
        field.groups = Some(between);
        field
    }

    /// Names a further header in which signatures of the same form may stand, beside or instead of
    /// those in the first. Only a scheme's signature can have some, and at most three: a fourth takes
    /// the place of the third.
    ///
    /// ```
    /// use hooksig::Field;
    ///
    /// const SIGNATURE: Field = Field::whole("x-acme-signature").or("x-acme-signature-next");
    /// assert!(SIGNATURE.further_headers().eq(["x-acme-signature-next"]));
    /// ```
    #[must_use]
    pub const fn or(mut self, header: &'a str) -> Self {
        self.more = match self.more {
            More::Or([Some(first), None, _]) => More::Or([Some(first), Some(header), None]),
            More::Or([Some(first), Some(second), _]) => More::Or([Some(first), Some(second), Some(header)]),
            _ => More::Or([Some(header), None, None]),
        };
        self
    }

    /// Says that signatures stand in headers that are numbered from 1 without gaps, up to `last` (at
    /// most 16): the field's header is the stem before `-1`, `-2` … Only a scheme's signature can
    /// have them.
    ///
    /// ```
    /// use hooksig::Field;
    ///
    /// // x-acme-signature-1: 9f86d0…, x-acme-signature-2: 60303a…
    /// const SIGNATURE: Field = Field::whole("x-acme-signature").numbered(4);
    /// assert_eq!(SIGNATURE.last_number(), Some(4));
    /// ```
    #[must_use]
    pub const fn numbered(mut self, last: u8) -> Self {
        self.more = More::Numbered(last);
        self
    }

    /// The header's name.
    #[must_use]
    pub const fn header(&self) -> &'a str {
        self.header
    }

    /// The names of further headers.
    pub fn further_headers(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let further = match self.more {
            More::Or(headers) => headers,
            _ => [None; MAX_FURTHER],
        };
        further.into_iter().flatten()
    }

    /// The last number of numbered headers, if the header's name is a stem.
    #[must_use]
    pub const fn last_number(&self) -> Option<u8> {
        match self.more {
            More::Numbered(last) => Some(last),
            _ => None,
        }
    }

    /// The character between groups of entries, if there are any.
    #[must_use]
    pub const fn group_separator(&self) -> Option<char> {
        self.groups
    }

    /// The character between the entries of a list, if the value is one.
    #[must_use]
    pub const fn separator(&self) -> Option<char> {
        self.separator
    }

    /// The prefix that marks the value.
    #[must_use]
    pub const fn prefix(&self) -> &'a str {
        self.prefix
    }

    /// The names of all headers in which the field's values may stand, in order.
    pub(crate) fn header_names(&self) -> Vec<String> {
        match self.more {
            More::Numbered(last) => (1..=last).map(|number| format!("{}-{number}", self.header)).collect(),
            _ => std::iter::once(self.header).chain(self.further_headers()).map(str::to_owned).collect(),
        }
    }

    /// The field in words.
    pub(crate) fn words(&self) -> String {
        let header = match self.more {
            More::None => format!("the header {}", self.header),
            More::Or(_) => format!("the header {}", self.header_names().join(" or ")),
            More::Numbered(last) => format!("the headers {0}-1 to {0}-{last}", self.header),
        };
        let groups =
            self.groups.map(|groups| format!(" in groups separated by {groups:?}")).unwrap_or_default();
        match (self.separator, self.prefix) {
            (None, "") => header,
            (None, prefix) => format!("{header} after {prefix:?}"),
            (Some(separator), "") => format!("every entry, separated by {separator:?},{groups} of {header}"),
            (Some(separator), prefix) => {
                format!("the entries {prefix:?}, separated by {separator:?}{groups}, of {header}")
            }
        }
    }
}

/// The one value of a header that may occur once.
pub(crate) fn only_value<'h>(
    headers: &'h dyn Headers,
    name: &HeaderName,
) -> Result<Option<&'h [u8]>, ErrorKind> {
    only_value_within(headers, name, MAX_HEADER)
}

/// The one value of a header that may occur once and be `limit` bytes long.
pub(crate) fn only_value_within<'h>(
    headers: &'h dyn Headers,
    name: &HeaderName,
    limit: usize,
) -> Result<Option<&'h [u8]>, ErrorKind> {
    let mut value = None;
    let mut repeated = false;
    headers.each_value(name, &mut |found| {
        repeated |= value.is_some();
        value = Some(found);
    });
    match value {
        _ if repeated => Err(ErrorKind::DuplicateHeader),
        Some(value) if value.len() > limit => Err(ErrorKind::HeaderTooLong),
        value => Ok(value),
    }
}

/// The entries of a list; a single value is its own entry.
pub(crate) fn entries(value: &[u8], separator: Option<u8>) -> Entries<'_> {
    Entries { rest: Some(value), separator }
}

/// See [`entries`].
pub(crate) struct Entries<'v> {
    rest: Option<&'v [u8]>,
    separator: Option<u8>,
}

impl<'v> Iterator for Entries<'v> {
    type Item = &'v [u8];

    fn next(&mut self) -> Option<&'v [u8]> {
        let Some(separator) = self.separator else {
            return self.rest.take();
        };
        while let Some(rest) = self.rest.take() {
            let entry = match position(rest, separator).and_then(|end| rest.split_at_checked(end)) {
                Some((entry, after)) => {
                    self.rest = after.split_first().map(|(_, rest)| rest);
                    trim_spaces(entry)
                }
                None => trim_spaces(rest),
            };
            if !entry.is_empty() {
                return Some(entry);
            }
        }
        None
    }
}

/// Where a byte first stands. Eight bytes are looked at together: an entry is mostly a signature.
pub(crate) fn position(text: &[u8], wanted: u8) -> Option<usize> {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    let (words, rest) = text.as_chunks::<8>();
    for (word, start) in words.iter().zip((0..).step_by(8)) {
        // Zero where the byte stands. Subtracting one borrows into the highest bit of a zero first, and of others
        // only above one.
        let difference = u64::from_le_bytes(*word) ^ ONES.wrapping_mul(u64::from(wanted));
        let found = difference.wrapping_sub(ONES) & !difference & (ONES << 7);
        if found != 0 {
            return Some(first_byte(found).saturating_add(start));
        }
    }
    let position = rest.iter().position(|byte| *byte == wanted)?;
    Some(text.len().saturating_sub(rest.len()).saturating_add(position))
}

/// The index of the lowest byte that is not zero.
fn first_byte(word: u64) -> usize {
    usize::try_from(word.trailing_zeros() / 8).unwrap_or_default()
}

/// What follows a prefix. It has a few bytes, for which a call to compare them costs more than they do.
pub(crate) fn after_prefix<'v>(value: &'v [u8], prefix: &[u8]) -> Option<&'v [u8]> {
    let (start, rest) = value.split_at_checked(prefix.len())?;
    start.iter().zip(prefix).all(|(one, other)| one == other).then_some(rest)
}

fn trim_spaces(mut entry: &[u8]) -> &[u8] {
    while let Some(rest) = entry.strip_prefix(b" ") {
        entry = rest;
    }
    while let Some(rest) = entry.strip_suffix(b" ") {
        entry = rest;
    }
    entry
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(value: &str, separator: Option<u8>) -> Vec<&[u8]> {
        entries(value.as_bytes(), separator).collect()
    }

    #[test]
    fn a_list_is_trimmed_and_a_single_value_is_not() {
        assert_eq!(listed("a, b ,,c", Some(b',')), [&b"a"[..], b"b", b"c"]);
        assert_eq!(listed(" a, b ", None), [&b" a, b "[..]]);
        assert_eq!(listed("", None), [&b""[..]]);
        assert!(listed(" , ", Some(b',')).is_empty());
        let long = format!("{},{}", "a".repeat(40), "b".repeat(16));
        assert_eq!(listed(&long, Some(b',')), [&[b'a'; 40][..], &[b'b'; 16]]);
        // Several separators among the bytes that are looked at together, and nothing but separators.
        let several = format!("a,b,{}", "c".repeat(16));
        assert_eq!(listed(&several, Some(b',')), [&b"a"[..], b"b", &[b'c'; 16]]);
        let nothing = format!("{}a,b", ",".repeat(16));
        assert_eq!(listed(&nothing, Some(b',')), [&b"a"[..], b"b"]);
    }

    #[test]
    fn a_byte_is_found_where_it_first_stands() {
        // Neighbours that differ from it by one, on which borrows could tread.
        for text in [[b'+'; 40], [b'-'; 40], [b','.wrapping_add(0x80); 40], [0; 40]] {
            assert_eq!(position(&text, b','), None);
            for (first, second) in (0..40).flat_map(|first| (first..40).map(move |second| (first, second))) {
                let mut text = text;
                (text[first], text[second]) = (b',', b',');
                assert_eq!(position(&text, b','), Some(first), "{text:?}");
                assert_eq!(position(&text[first..], b','), Some(0));
                assert_eq!(position(&text[..first], b','), None);
            }
        }
    }

    #[test]
    fn a_prefix_is_stripped_or_missed() {
        assert_eq!(after_prefix(b"v1=ab", b"v1="), Some(&b"ab"[..]));
        assert_eq!(after_prefix(b"v1=", b"v1="), Some(&b""[..]));
        assert_eq!(after_prefix(b"v2=ab", b"v1="), None);
        assert_eq!(after_prefix(b"v1", b"v1="), None);
        assert_eq!(after_prefix(b"ab", b""), Some(&b"ab"[..]));
    }
}
