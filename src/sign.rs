//! A scheme run backwards: the headers that its sender would send.

use crate::key_ring::Key;
use crate::scheme::{Layout, Piece, Plan, TimestampPlace};
use crate::time::{Unit, UnixTime};

/// The value of every signed header and id whose content does not matter.
const FILLER: &str = "hooksigprobe";

/// Header names and values.
type HeaderList = Vec<(String, String)>;

/// A genuine request's headers and body, or nothing where the scheme's timestamp cannot be written
/// for this moment.
pub(crate) fn sign(plan: &Plan, key: &Key, now: UnixTime) -> Option<(HeaderList, String)> {
    let layout = plan.layouts.first()?;
    let timestamp = match plan.unit {
        Some(unit) => Some(unit.write(now)?),
        None => None,
    };
    let body = body(plan, now)?;
    let mut mac = key.mac.start();
    let content = Content { plan, timestamp: timestamp.as_deref() };
    layout.before.iter().for_each(|piece| mac.update(content.text(piece).as_bytes()));
    if plan.coverage.body() {
        mac.update(body.as_bytes());
    }
    layout.after.iter().for_each(|piece| mac.update(content.text(piece).as_bytes()));
    let signature = plan.encoding.encode(mac.finish().as_bytes());
    let mut headers = headers(plan, layout, timestamp.as_deref(), &signature);
    if let (Some((name, prefix)), Some(id)) = (&layout.key_id, key.id()) {
        headers.push((name.to_string(), format!("{}{}", text(prefix), text(id))));
    }
    Some((headers, body))
}

/// A body that says what the scheme wants to read in it.
fn body(plan: &Plan, now: UnixTime) -> Option<String> {
    let Some((key, unit)) = &plan.json_timestamp else {
        return Some(FILLER.to_owned());
    };
    let timestamp = unit.write(now)?;
    let quote = if *unit == Unit::Rfc3339 { "\"" } else { "" };
    Some(format!("{{{key:?}:{quote}{timestamp}{quote}}}"))
}

fn headers(plan: &Plan, layout: &Layout, timestamp: Option<&str>, signature: &str) -> HeaderList {
    let mut headers: HeaderList =
        layout.expected.iter().map(|(name, value)| (name.to_string(), text(value).to_owned())).collect();
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
    let id = layout
        .message_id
        .iter()
        .map(|(name, prefix)| (name.to_string(), format!("{}{FILLER}", text(prefix))));
    headers.extend(id);
    for piece in layout.before.iter().chain(&layout.after) {
        if let Piece::Header(name, _) = piece {
            headers.push((name.to_string(), FILLER.to_owned()));
        }
    }
    headers
}

struct Content<'c> {
    plan: &'c Plan,
    timestamp: Option<&'c str>,
}

impl Content<'_> {
    fn text(&self, piece: &Piece) -> String {
        match piece {
            Piece::Literal(literal) => text(literal).to_owned(),
            Piece::Timestamp => self.timestamp.unwrap_or_default().to_owned(),
            Piece::MessageId(_) | Piece::Header(..) => FILLER.to_owned(),
            Piece::Method(_) => "POST".to_owned(),
            Piece::Url { query, .. } => self.url(*query).unwrap_or_default(),
        }
    }

    fn url(&self, query: bool) -> Option<String> {
        let url = self.plan.url.as_ref()?;
        let pieces = url.of_request(url.probe_target(), query).ok()?;
        Some(pieces.iter().map(|piece| text(piece)).collect())
    }
}

/// Configured texts are UTF-8.
fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap_or_default()
}
