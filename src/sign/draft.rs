//! Requests on their way to being signed: everything in its place, the signature still a placeholder.

use crate::body_time::body_timestamp;
use crate::encoding::{Encoding, TagText};
use crate::error::ErrorKind;
use crate::request::Parts;
use crate::scheme::{Joint, Layout, Piece, Plan, TimestampPlace};
use crate::time::{Unit, UnixTime};

/// Values for signed headers and ids whose content does not matter; the first that its mark allows is
/// taken.
const FILLERS: [&str; 4] = ["hooksigprobe", "0", "x", "~"];

/// A request that is being signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Draft {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// The header in which the signature stands, if it stands in one.
    pub(crate) signature_header: Option<String>,
}

/// What a sender decides beside the body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish<'w> {
    pub(crate) now: UnixTime,
    /// The message id; one that fits, where nobody chose.
    pub(crate) id: Option<&'w str>,
    pub(crate) key_id: Option<&'w str>,
    pub(crate) method: &'w str,
    pub(crate) target: &'w str,
    /// What stands where the signature will; [`sign`](super::sign) chooses it.
    pub(crate) placeholder: &'w str,
}

impl Draft {
    pub(super) fn new(wish: &Wish<'_>, body: &[u8]) -> Self {
        let (method, target) = (wish.method.to_owned(), wish.target.to_owned());
        Self { method, target, headers: Vec::new(), body: body.to_vec(), signature_header: None }
    }

    pub(super) fn header(&mut self, name: &str, value: impl Into<String>) {
        self.headers.push((name.to_owned(), value.into()));
    }

    pub(crate) fn parts(&self) -> Parts<'_> {
        Parts::new(&self.headers).method(&self.method).target(&self.target)
    }

    /// Puts a signature where the first placeholder stands.
    pub(super) fn fill(&mut self, placeholder: &str, signature: &str) {
        let place = self.headers.iter_mut().find(|(_, value)| value.contains(placeholder));
        if let Some((name, value)) = place {
            *value = value.replacen(placeholder, signature, 1);
            self.signature_header = Some(name.clone());
        } else if let Ok(body) = str::from_utf8(&self.body) {
            self.body = body.replacen(placeholder, signature, 1).into_bytes();
        }
    }
}

/// What stands where a signature will: one of the right form, for nothing, that the body does not hold.
pub(super) fn placeholder(plan: &Plan, body: &[u8]) -> String {
    let encoding = encoding(plan);
    if encoding == Encoding::Verbatim {
        // A token is its own signature, and this one is nobody's.
        return "hooksigplaceholder".to_owned();
    }
    let body = String::from_utf8_lossy(body);
    let mut texts = (0..=u8::MAX).map(|byte| encoding.encode(&vec![byte; plan.algorithm.least_size()]));
    texts.find(|text| !body.contains(text)).unwrap_or_default()
}

/// How signatures are written.
pub(super) fn encoding(plan: &Plan) -> Encoding {
    let encoding = plan.tag_text.map_or(Encoding::Verbatim, TagText::encoding);
    match plan.rules {
        Some(rules) => rules.encoding(encoding),
        None => encoding,
    }
}

/// A request of a scheme of parts, or nothing where its timestamp cannot be written for this moment or
/// finds no place in the body.
pub(super) fn of_parts(plan: &Plan, wish: &Wish<'_>, body: &[u8]) -> Option<Draft> {
    let layout = plan.layouts.first()?;
    let timestamp = match plan.unit {
        Some(unit) => Some(unit.write(wish.now)?),
        None => None,
    };
    let mut draft = Draft::new(wish, body);
    if let Some((key, unit)) = &plan.json_timestamp {
        draft.body = dated(body, key, *unit, wish.now)?;
    }
    signature_headers(plan, layout, timestamp.as_deref(), wish.placeholder, &mut draft);
    for (name, value) in &layout.expected {
        draft.header(name.as_str(), text(value));
    }
    if let Some((name, prefix)) = &layout.key_id {
        draft.header(name.as_str(), format!("{}{}", text(prefix), wish.key_id?));
    }
    for piece in layout.before.iter().chain(&layout.after) {
        if let Some((name, value)) = signed_header(layout, piece, wish.id) {
            draft.header(&name, value);
        }
    }
    Some(draft)
}

/// The body with a timestamp in it, unless it has one: that is the sender's own. Nothing for a body in which its receiver
/// could read none.
fn dated(body: &[u8], key: &str, unit: Unit, now: UnixTime) -> Option<Vec<u8>> {
    match body_timestamp(body, key, unit) {
        Ok(_) => return Some(body.to_vec()),
        Err(ErrorKind::MissingTimestamp) => {}
        Err(_) => return None,
    }
    let text = str::from_utf8(body).ok()?;
    let quote = if unit == Unit::Rfc3339 { "\"" } else { "" };
    let member = format!("{key:?}:{quote}{}{quote}", unit.write(now)?);
    let rest = text.trim_start().strip_prefix('{')?;
    let comma = if rest.trim_start().starts_with('}') { "" } else { "," };
    Some(format!("{{{member}{comma}{rest}").into_bytes())
}

/// The headers of signature and timestamp.
fn signature_headers(
    plan: &Plan,
    layout: &Layout,
    timestamp: Option<&str>,
    placeholder: &str,
    draft: &mut Draft,
) {
    let mut value = format!("{}{placeholder}", text(&plan.prefix));
    match (&layout.timestamp, timestamp) {
        (Some(TimestampPlace::Header(name, prefix)), Some(timestamp)) => {
            draft.header(name.as_str(), format!("{}{timestamp}", text(prefix)));
        }
        (Some(TimestampPlace::Beside(prefix)), Some(timestamp)) => {
            let separator = plan.separator.map_or(',', char::from);
            value = format!("{}{timestamp}{separator}{value}", text(prefix));
        }
        _ => {}
    }
    if let Some(name) = layout.signature.first() {
        draft.header(name.as_str(), value);
    }
}

/// The header of a signed id or value.
fn signed_header(layout: &Layout, piece: &Piece, id: Option<&str>) -> Option<(String, String)> {
    match piece {
        // A signed header whose value is prescribed is there already.
        Piece::Header(name, _) if layout.expected.iter().any(|(expected, _)| expected == name) => None,
        Piece::Header(name, joint) => Some((name.to_string(), filler(joint).to_owned())),
        Piece::MessageId(joint) => {
            let (name, prefix) = layout.message_id.as_ref()?;
            let id = id.unwrap_or_else(|| filler(joint));
            Some((name.to_string(), format!("{}{id}", text(prefix))))
        }
        _ => None,
    }
}

/// A value that can be told from its mark.
fn filler(joint: &Joint) -> &'static str {
    FILLERS.into_iter().find(|filler| joint.separates(filler.as_bytes())).unwrap_or_default()
}

/// Configured texts are UTF-8.
fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap_or_default()
}
