//! A scheme run backwards: the request that its sender would send.

use crate::key_ring::PreparedKey;
use crate::scheme::{Joint, Layout, Piece, Plan, TimestampPlace};
use crate::time::{Unit, UnixTime};

/// Values for signed headers and ids whose content does not matter; the first that its mark allows is
/// taken.
const FILLERS: [&str; 4] = ["hooksigprobe", "0", "x", "~"];

/// Header names and values.
type HeaderList = Vec<(String, String)>;

/// A genuine request's headers and body, or nothing where the scheme's timestamp cannot be written
/// for this moment.
pub(crate) fn sign(plan: &Plan, key: &PreparedKey, now: UnixTime) -> Option<(HeaderList, String)> {
    let layout = plan.layouts.first()?;
    let timestamp = match plan.unit {
        Some(unit) => Some(unit.write(now)?),
        None => None,
    };
    let content = Content { plan, layout, timestamp: timestamp.as_deref() };
    let body = body(plan, now)?;
    let mut mac = key.mac()?.start();
    layout.before.iter().for_each(|piece| mac.update(content.text(piece).as_bytes()));
    if plan.coverage.body() {
        mac.update(body.as_bytes());
    }
    layout.after.iter().for_each(|piece| mac.update(content.text(piece).as_bytes()));
    let signature = plan.encoding.encode(mac.finish().as_bytes());
    let mut headers = signature_headers(plan, layout, timestamp.as_deref(), &signature);
    headers.extend(layout.expected.iter().map(|(name, value)| (name.to_string(), text(value).to_owned())));
    if let (Some((name, prefix)), Some(id)) = (&layout.key_id, key.id()) {
        headers.push((name.to_string(), format!("{}{}", text(prefix), text(id))));
    }
    headers
        .extend(layout.before.iter().chain(&layout.after).filter_map(|piece| signed_header(layout, piece)));
    Some((headers, body))
}

/// A body that says what the scheme wants to read in it.
fn body(plan: &Plan, now: UnixTime) -> Option<String> {
    let Some((key, unit)) = &plan.json_timestamp else {
        return Some("hooksig self-test".to_owned());
    };
    let timestamp = unit.write(now)?;
    let quote = if *unit == Unit::Rfc3339 { "\"" } else { "" };
    Some(format!("{{{key:?}:{quote}{timestamp}{quote}}}"))
}

/// The headers of signature and timestamp.
fn signature_headers(plan: &Plan, layout: &Layout, timestamp: Option<&str>, signature: &str) -> HeaderList {
    let mut headers = HeaderList::new();
    let mut value = format!("{}{signature}", text(&plan.prefix));
    match (&layout.timestamp, timestamp) {
        (Some(TimestampPlace::Header(name, prefix)), Some(timestamp)) => {
            headers.push((name.to_string(), format!("{}{timestamp}", text(prefix))));
        }
        (Some(TimestampPlace::Beside(prefix)), Some(timestamp)) => {
            let separator = plan.separator.map_or(',', char::from);
            value = format!("{}{timestamp}{separator}{value}", text(prefix));
        }
        _ => {}
    }
    headers.extend(layout.signature.first().map(|name| (name.to_string(), value)));
    headers
}

/// The header of a signed id or value.
fn signed_header(layout: &Layout, piece: &Piece) -> Option<(String, String)> {
    match piece {
        // A signed header whose value is prescribed is there already.
        Piece::Header(name, _) if layout.expected.iter().any(|(expected, _)| expected == name) => None,
        Piece::Header(name, joint) => Some((name.to_string(), filler(joint).to_owned())),
        Piece::MessageId(joint) => {
            let (name, prefix) = layout.message_id.as_ref()?;
            Some((name.to_string(), format!("{}{}", text(prefix), filler(joint))))
        }
        _ => None,
    }
}

struct Content<'c> {
    plan: &'c Plan,
    layout: &'c Layout,
    timestamp: Option<&'c str>,
}

impl Content<'_> {
    fn text(&self, piece: &Piece) -> String {
        match piece {
            Piece::Literal(literal) => text(literal).to_owned(),
            Piece::Timestamp => self.timestamp.unwrap_or_default().to_owned(),
            Piece::MessageId(joint) => filler(joint).to_owned(),
            Piece::Header(name, joint) => {
                let expected = self.layout.expected.iter().find(|(expected, _)| expected == name);
                expected.map_or(filler(joint), |(_, value)| text(value)).to_owned()
            }
            Piece::Method(_) => "POST".to_owned(),
            Piece::Url { query, .. } => self.url(*query).unwrap_or_default(),
        }
    }

    fn url(&self, query: bool) -> Option<String> {
        let url = self.plan.url.as_ref()?;
        let target = url.probe_target();
        let pieces = url.of_request(&target, query).ok()?;
        Some(pieces.concat())
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
