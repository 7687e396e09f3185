//! Reading: what a request claims about itself, before anything is hashed.

use super::join::Joint;
use super::plan::{Layout, Piece, Plan, TimestampPlace};
use crate::encoding::TagBuffer;
use crate::error::ErrorKind;
use crate::field::{MAX_ENTRIES, after_prefix, entries, only_value};
use crate::mac::hash;
use crate::request::{Headers, Parts};
use crate::time::Stamp;

/// The most signatures that are compared. A sender gives one for each of its active keys; Stripe and
/// the Standard Webhooks libraries send at most a handful during a rotation.
pub(crate) const MAX_CANDIDATES: usize = 16;

/// The longest message id in bytes; UUIDs take 36 and the longest ids known about 60.
pub(crate) const MAX_ID: usize = 256;

/// The most signed text that may follow the body, in bytes: what a streaming verification has to
/// keep. A timestamp and a nonce take less than 100; the rest is room for a URL.
pub(crate) const MAX_SUFFIX: usize = 2048;

/// One for each part of a scheme, and one more since a URL is two pieces.
const MAX_PIECES: usize = super::MAX_PARTS + 1;

/// What a request claims: borrowed from it and from the plan, checked for form, not yet believed.
///
/// Filled in place: returning so large a value costs more than reading it.
pub(crate) struct Claims<'r> {
    pub(crate) candidates: Candidates,
    pub(crate) stamp: Option<Stamp>,
    /// Visible ASCII.
    pub(crate) message_id: Option<&'r [u8]>,
    pub(crate) key_id: Option<&'r [u8]>,
    pieces: Pieces<'r>,
    /// How many of the pieces stand before the body.
    before: usize,
}

/// The decoded signatures of a request.
#[derive(Clone)]
pub(crate) struct Candidates {
    first: TagBuffer,
    /// Cleared when there are more, since nearly all requests have one.
    more: Option<[TagBuffer; MAX_CANDIDATES - 1]>,
    sizes: [u8; MAX_CANDIDATES],
    count: usize,
}

/// Pieces of signed content, in order.
struct Pieces<'r> {
    list: [&'r [u8]; MAX_PIECES],
    count: usize,
}

impl<'r> Claims<'r> {
    pub(crate) const fn new() -> Self {
        Self {
            candidates: Candidates { first: [0; _], more: None, sizes: [0; _], count: 0 },
            stamp: None,
            message_id: None,
            key_id: None,
            pieces: Pieces { list: [&[]; MAX_PIECES], count: 0 },
            before: 0,
        }
    }

    /// The signed pieces before the body.
    pub(crate) fn before(&self) -> &[&'r [u8]] {
        self.pieces.as_slice().get(..self.before).unwrap_or_default()
    }

    /// The signed pieces after the body.
    pub(crate) fn after(&self) -> &[&'r [u8]] {
        self.pieces.as_slice().get(self.before..).unwrap_or_default()
    }

    /// Fills the claims, or says what is wrong with the request.
    pub(crate) fn read(&mut self, plan: &'r Plan, parts: &Parts<'r>) -> Result<(), ErrorKind> {
        let layout = plan.layout_of(parts.headers).ok_or(ErrorKind::MissingSignature)?;
        check_expected(layout, parts.headers)?;
        let beside = self.read_signatures(plan, layout, parts.headers)?;
        let timestamp = timestamp(layout, parts.headers, beside)?;
        if let (Some(unit), Some(text)) = (plan.unit, timestamp) {
            self.stamp = Some(unit.read(text).ok_or(ErrorKind::MalformedTimestamp)?);
        }
        self.read_ids(layout, parts.headers)?;
        let content = Content { plan, parts, timestamp, message_id: self.message_id };
        if !layout.before.is_empty() {
            content.gather(&layout.before, &mut self.pieces)?;
            self.before = self.pieces.count;
        }
        if layout.after.is_empty() {
            return Ok(());
        }
        content.gather(&layout.after, &mut self.pieces)?;
        let suffix: usize = self.after().iter().map(|piece| piece.len()).sum();
        if suffix > MAX_SUFFIX { Err(ErrorKind::HeaderTooLong) } else { Ok(()) }
    }

    fn read_ids(&mut self, layout: &Layout, headers: &'r dyn Headers) -> Result<(), ErrorKind> {
        if let Some((name, prefix)) = &layout.message_id {
            let value = only_value(headers, name)?.ok_or(ErrorKind::MissingId)?;
            let id = after_prefix(value, prefix).and_then(message_id);
            self.message_id = Some(id.ok_or(ErrorKind::MalformedId)?);
        }
        if let Some((name, prefix)) = &layout.key_id {
            let value = only_value(headers, name)?.ok_or(ErrorKind::MissingHeader)?;
            self.key_id = Some(after_prefix(value, prefix).ok_or(ErrorKind::UnknownKeyId)?);
        }
        Ok(())
    }

    /// Collects the signatures, and the timestamp where it stands beside them.
    fn read_signatures(
        &mut self,
        plan: &Plan,
        layout: &Layout,
        headers: &'r dyn Headers,
    ) -> Result<Option<&'r [u8]>, ErrorKind> {
        let timestamp_prefix = match &layout.timestamp {
            Some(TimestampPlace::Beside(prefix)) => Some(&**prefix),
            _ => None,
        };
        let mut list = List { plan, timestamp_prefix, timestamp: None, present: false, seen: 0, marked: 0 };
        for name in &layout.signature {
            match only_value(headers, name)? {
                Some(value) => list.read(value, &mut self.candidates)?,
                None if plan.numbered => break,
                None => {}
            }
        }
        match (list.present, list.marked, self.candidates.count) {
            (false, ..) => Err(ErrorKind::MissingSignature),
            // A list without an entry of this scheme; a single value that lacks its prefix is malformed.
            (_, 0, _) if plan.separator.is_some() => Err(ErrorKind::MissingSignature),
            (.., 0) => Err(ErrorKind::MalformedSignature),
            _ => Ok(list.timestamp),
        }
    }
}

/// Refuses unless every prescribed header is there with its value.
fn check_expected(layout: &Layout, headers: &dyn Headers) -> Result<(), ErrorKind> {
    for (name, expected) in &layout.expected {
        let value = only_value(headers, name)?.ok_or(ErrorKind::MissingHeader)?;
        if value != &**expected {
            return Err(ErrorKind::UnsupportedAlgorithm);
        }
    }
    Ok(())
}

/// The timestamp's text, `beside` being the one that stood in the signature's list.
fn timestamp<'r>(
    layout: &Layout,
    headers: &'r dyn Headers,
    beside: Option<&'r [u8]>,
) -> Result<Option<&'r [u8]>, ErrorKind> {
    match &layout.timestamp {
        Some(TimestampPlace::Header(name, prefix)) => {
            let value = only_value(headers, name)?.ok_or(ErrorKind::MissingTimestamp)?;
            after_prefix(value, prefix).map(Some).ok_or(ErrorKind::MalformedTimestamp)
        }
        Some(TimestampPlace::Beside(_)) => beside.map(Some).ok_or(ErrorKind::MissingTimestamp),
        None => Ok(None),
    }
}

/// The entries of the signature headers, while they are walked.
struct List<'p, 'r> {
    plan: &'p Plan,
    timestamp_prefix: Option<&'p [u8]>,
    timestamp: Option<&'r [u8]>,
    present: bool,
    /// Entries so far, in all groups and headers.
    seen: usize,
    marked: usize,
}

impl<'r> List<'_, 'r> {
    fn read(&mut self, value: &'r [u8], candidates: &mut Candidates) -> Result<(), ErrorKind> {
        self.present = true;
        if self.plan.groups.is_none() {
            return self.read_group(value, candidates);
        }
        // Each group is complete by itself, and all say the same time.
        let mut common = None;
        for group in entries(value, self.plan.groups) {
            let marked = self.marked;
            self.read_group(group, candidates)?;
            if self.marked == marked {
                return Err(ErrorKind::MalformedSignature);
            }
            let timestamp = self.timestamp.take().ok_or(ErrorKind::MissingTimestamp)?;
            if common.replace(timestamp).is_some_and(|common| common != timestamp) {
                return Err(ErrorKind::AmbiguousTimestamp);
            }
        }
        self.timestamp = common;
        Ok(())
    }

    fn read_group(&mut self, group: &'r [u8], candidates: &mut Candidates) -> Result<(), ErrorKind> {
        match self.plan.separator {
            None => self.read_entry(group, candidates),
            separator => entries(group, separator).try_for_each(|entry| self.read_entry(entry, candidates)),
        }
    }

    fn read_entry(&mut self, entry: &'r [u8], candidates: &mut Candidates) -> Result<(), ErrorKind> {
        self.seen = self.seen.saturating_add(1);
        if self.seen > MAX_ENTRIES {
            return Err(ErrorKind::TooManySignatures);
        }
        if let Some(text) = self.timestamp_prefix.and_then(|prefix| after_prefix(entry, prefix)) {
            if self.timestamp.replace(text).is_some() {
                return Err(ErrorKind::AmbiguousTimestamp);
            }
        } else if let Some(text) = after_prefix(entry, &self.plan.prefix) {
            self.marked = self.marked.saturating_add(1);
            if self.marked > MAX_CANDIDATES {
                return Err(ErrorKind::TooManySignatures);
            }
            candidates.take(self.plan, text);
        }
        Ok(())
    }
}

impl Plan {
    /// The layout of the family of which the request has any header, the preferred family first: one
    /// family supplies everything, whatever the other says.
    fn layout_of(&self, headers: &dyn Headers) -> Option<&Layout> {
        let [first, others @ ..] = self.layouts.as_slice() else {
            return None;
        };
        if others.is_empty() {
            return Some(first);
        }
        let used = self.layouts.iter().find(|layout| {
            layout.headers().any(|name| {
                let mut found = false;
                headers.each_value(name, &mut |_| found = true);
                found
            })
        });
        Some(used.unwrap_or(first))
    }
}

/// What the pieces of the signed content are made of.
struct Content<'c, 'r> {
    plan: &'r Plan,
    parts: &'c Parts<'r>,
    timestamp: Option<&'r [u8]>,
    message_id: Option<&'r [u8]>,
}

impl<'r> Content<'_, 'r> {
    fn gather(&self, pieces: &'r [Piece], gathered: &mut Pieces<'r>) -> Result<(), ErrorKind> {
        for piece in pieces {
            match piece {
                Piece::Literal(text) => gathered.push(text),
                Piece::Timestamp => gathered.push(self.timestamp.ok_or(ErrorKind::MissingTimestamp)?),
                Piece::MessageId(joint) => {
                    let id = self.message_id.ok_or(ErrorKind::MissingId)?;
                    gathered.push(separated(id, joint).ok_or(ErrorKind::MalformedId)?);
                }
                Piece::Header(name, joint) => {
                    let value = only_value(self.parts.headers, name)?.ok_or(ErrorKind::MissingHeader)?;
                    let value = printable(value).and_then(|value| separated(value, joint));
                    gathered.push(value.ok_or(ErrorKind::MalformedHeader)?);
                }
                Piece::Method(joint) => {
                    let method = self.parts.method.ok_or(ErrorKind::NoUrl)?.as_bytes();
                    let method = token(method).and_then(|method| separated(method, joint));
                    gathered.push(method.ok_or(ErrorKind::UrlMismatch)?);
                }
                Piece::Url { query, joint } => {
                    let url = self.plan.url.as_ref().ok_or(ErrorKind::NoUrl)?;
                    let target = self.parts.target.ok_or(ErrorKind::NoUrl)?;
                    let [base, rest] = url.of_request(target, *query)?;
                    // The base is fixed by configuration: only what the request owns could shift a mark.
                    separated(rest.as_bytes(), joint).ok_or(ErrorKind::UrlMismatch)?;
                    gathered.push(base.as_bytes());
                    gathered.push(rest.as_bytes());
                }
            }
        }
        Ok(())
    }
}

impl<'r> Pieces<'r> {
    fn push(&mut self, piece: &'r [u8]) {
        if let Some(place) = self.list.get_mut(self.count) {
            *place = piece;
            self.count = self.count.saturating_add(1);
        }
    }

    fn as_slice(&self) -> &[&'r [u8]] {
        self.list.get(..self.count).unwrap_or_default()
    }
}

impl Candidates {
    /// Adds a signature, if it can be decoded: a malformed one does not spoil its siblings.
    fn take(&mut self, plan: &Plan, text: &[u8]) {
        let place = place(&mut self.first, &mut self.more, self.count);
        let (Some(tag), Some(size)) = (place, self.sizes.get_mut(self.count)) else {
            return;
        };
        let decoded = match &plan.tag_text {
            None => Some(set_token(text, tag)),
            Some(tag_text) => tag_text.decode(text, tag),
        };
        if let Some(decoded) = decoded.and_then(|decoded| u8::try_from(decoded).ok()) {
            *size = decoded;
            self.count = self.count.saturating_add(1);
        }
    }

    /// The tags or signatures.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.count).filter_map(|index| self.get(index))
    }

    fn get(&self, index: usize) -> Option<&[u8]> {
        let tag = match index.checked_sub(1) {
            None => &self.first,
            Some(index) => self.more.as_ref()?.get(index)?,
        };
        tag.get(..usize::from(*self.sizes.get(index)?))
    }
}

/// The place of the candidate with this index.
fn place<'c>(
    first: &'c mut TagBuffer,
    more: &'c mut Option<[TagBuffer; MAX_CANDIDATES - 1]>,
    index: usize,
) -> Option<&'c mut TagBuffer> {
    match index.checked_sub(1) {
        None => Some(first),
        Some(index) => more.get_or_insert([[0; _]; MAX_CANDIDATES - 1]).get_mut(index),
    }
}

/// A token is compared by its hash, whatever it is: one that is no token must not be passed over
/// where another header holds a genuine one.
fn set_token(token: &[u8], tag: &mut TagBuffer) -> usize {
    let hash = hash(token);
    for (place, byte) in tag.iter_mut().zip(hash) {
        *place = byte;
    }
    hash.len()
}

fn separated<'r>(value: &'r [u8], joint: &Joint) -> Option<&'r [u8]> {
    joint.separates(value).then_some(value)
}

/// A message id: 1 to 256 visible ASCII characters.
fn message_id(value: &[u8]) -> Option<&[u8]> {
    // Without an exit on the way, many bytes are looked at together.
    let visible = |text: &[u8]| text.iter().fold(true, |visible, byte| visible & byte.is_ascii_graphic());
    ((1..=MAX_ID).contains(&value.len()) && visible(value)).then_some(value)
}

/// A signed header's value: printable ASCII, not empty.
fn printable(value: &[u8]) -> Option<&[u8]> {
    let fits = !value.is_empty() && value.iter().all(|byte| matches!(byte, b' '..=b'~'));
    fits.then_some(value)
}

/// A method: letters and hyphens, as those of every registered method.
fn token(value: &[u8]) -> Option<&[u8]> {
    let fits = (1..=32).contains(&value.len())
        && value.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'-');
    fits.then_some(value)
}
