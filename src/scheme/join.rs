//! How the parts of signed content are told apart again.
//!
//! A signature covers one string of bytes. If those bytes could be split into body, timestamp, id,
//! headers and URL in two ways, whoever holds one signed request could move bytes from one to the
//! other without breaking the signature. So every part that touches another has to say where it
//! ends: parts before the body are read from the front, parts after it from the back, and a part of
//! free length needs a mark on the side that faces the body.

use super::{Definition, Part};
use crate::field::position;
use crate::time::Unit;

/// What marks the end of a part that could have any length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark<'a> {
    /// The part ends by itself (it is fixed, or its grammar has one end), or with the content.
    Own,
    /// The literal beside it, which its value may not contain.
    Literal(&'a str),
    /// The RFC 3339 timestamp that follows: its colons stand at fixed places, so a value without a
    /// colon cannot reach into it.
    Colon,
    /// The registered URL beside it.
    Url,
    /// Nothing: the content has two readings.
    Missing,
}

/// The mark of the part at `index`.
#[expect(clippy::indexing_slicing, reason = "`index` is that of a part")]
pub(super) const fn mark<'a>(definition: &Definition<'a>, index: usize) -> Mark<'a> {
    let part = definition.parts[index];
    let unit = match definition.timestamp {
        Some((_, unit)) => Some(unit),
        None => None,
    };
    let two_widths = matches!(unit, Some(Unit::SecondsOrMillis));
    match part {
        Part::Body | Part::Literal(_) => Mark::Own,
        Part::Timestamp if !two_widths => Mark::Own,
        Part::Timestamp => match beside(definition, index) {
            Mark::Literal(text) if touches_with_digit(text, before_body(definition, index)) => Mark::Missing,
            Mark::Literal(_) | Mark::Own => Mark::Own,
            _ => Mark::Missing,
        },
        _ => beside(definition, index),
    }
}

/// Whether the URL joins another part without a mark, so that only one URL can be accepted.
#[expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "`index` stays below the count of parts"
)]
pub(super) const fn pins_url(definition: &Definition<'_>) -> bool {
    let mut index = 0;
    while index < definition.part_count {
        let url = matches!(definition.parts[index], Part::Url | Part::UrlWithoutQuery);
        match mark(definition, index) {
            Mark::Missing | Mark::Colon | Mark::Url if url => return true,
            Mark::Url => return true,
            _ => {}
        }
        index += 1;
    }
    false
}

/// Whether the part at `index` stands before the body and is therefore read from the front.
#[expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "`earlier` stays below `index`, which is that of a part"
)]
pub(super) const fn before_body(definition: &Definition<'_>, index: usize) -> bool {
    let mut earlier = 0;
    while earlier < index {
        if matches!(definition.parts[earlier], Part::Body) {
            return false;
        }
        earlier += 1;
    }
    true
}

/// The mark that the neighbour on the body's side makes.
#[expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a part has a place, and its neighbour is looked at where there is one"
)]
const fn beside<'a>(definition: &Definition<'a>, index: usize) -> Mark<'a> {
    let forward = before_body(definition, index);
    let neighbour = if forward {
        index + 1
    } else {
        // A part after the body is not the first one.
        index - 1
    };
    if neighbour >= definition.part_count {
        return Mark::Own;
    }
    let is_method = matches!(definition.parts[index], Part::Method);
    match definition.parts[neighbour] {
        Part::Literal(text) => Mark::Literal(text),
        Part::Url | Part::UrlWithoutQuery => Mark::Url,
        // A method has no digit, and every timestamp but a date of HTTP starts with one.
        Part::Timestamp
            if forward && is_method && !matches!(definition.timestamp, Some((_, Unit::HttpDate))) =>
        {
            Mark::Own
        }
        Part::Timestamp if forward && matches!(definition.timestamp, Some((_, Unit::Rfc3339))) => Mark::Colon,
        _ => Mark::Missing,
    }
}

const fn touches_with_digit(literal: &str, literal_follows: bool) -> bool {
    let text = literal.as_bytes();
    match if literal_follows { text.first() } else { text.last() } {
        Some(touching) => touching.is_ascii_digit(),
        None => true,
    }
}

/// A mark as the verifier keeps it: what a value may not hold.
#[derive(Debug)]
pub(crate) enum Joint {
    /// Nothing is ruled out.
    Free,
    /// A colon.
    NoColon,
    /// The text that follows the value.
    EndsBefore(Box<[u8]>),
    /// The text that the value follows.
    StartsAfter(Box<[u8]>),
}

impl Joint {
    /// Whether the value, joined to its mark, can be read in one way only.
    pub(crate) fn separates(&self, value: &[u8]) -> bool {
        match self {
            Self::Free => true,
            Self::NoColon => !value.contains(&b':'),
            Self::EndsBefore(mark) => {
                !holds(value, mark)
                    && !overlaps(mark).any(|part| value.ends_with(mark.get(..part).unwrap_or_default()))
            }
            Self::StartsAfter(mark) => {
                let end = |part: usize| mark.get(mark.len().saturating_sub(part)..).unwrap_or_default();
                !holds(value, mark) && !overlaps(mark).any(|part| value.starts_with(end(part)))
            }
        }
    }
}

fn holds(value: &[u8], mark: &[u8]) -> bool {
    match mark {
        [] => false,
        // The mark of most schemes, and a search that costs a tenth of the other.
        [byte] => position(value, *byte).is_some(),
        _ => value.windows(mark.len()).any(|window| window == mark),
    }
}

/// The lengths of those parts of a mark with which a value beside it could shift it: `a-` before `--`
/// would read as `a` before `--` and a `-`. They are the parts with which the mark overlaps itself.
fn overlaps(mark: &[u8]) -> impl Iterator<Item = usize> {
    (1..mark.len()).filter(|part| mark.get(*part..) == mark.get(..mark.len().saturating_sub(*part)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn before(value: &str, mark: &str) -> bool {
        Joint::EndsBefore(mark.as_bytes().into()).separates(value.as_bytes())
    }

    fn after(value: &str, mark: &str) -> bool {
        Joint::StartsAfter(mark.as_bytes().into()).separates(value.as_bytes())
    }

    #[test]
    fn a_value_holds_no_mark_and_no_part_of_one_that_could_shift_it() {
        assert!(before("msg_1", "."));
        assert!(!before("msg.1", "."));
        assert!(before("a-b", "--"));
        assert!(!before("a-", "--"));
        assert!(before("-a", "--"));
        assert!(!after("-a", "--"));
        assert!(after("a-", "--"));
        assert!(!after("x.y", "."));
        // `xab` and `aba` hold `aba` one place too early; `xa` and `aba` do not.
        assert!(before("xa", "aba") && !before("xab", "aba"));
        assert!(after("ax", "aba") && !after("bax", "aba"));
        assert!(!Joint::NoColon.separates(b"a:b"));
        assert!(Joint::Free.separates(b"anything at all"));
    }
}
