//! A scheme run backwards: the headers that its sender would send.

use crate::mac::MacKey;
use crate::scheme::{Layout, Piece, Plan, TimestampPlace};
use crate::time::UnixTime;

/// The value of every signed header and id whose content does not matter.
const FILLER: &str = "hooksigprobe";

/// The headers of a genuine request with this body, or nothing where the scheme's timestamp cannot
/// be written for this moment.
pub(crate) fn sign(plan: &Plan, key: &MacKey, body: &[u8], now: UnixTime) -> Option<Vec<(String, String)>> {
    let layout = plan.layouts.first()?;
    let timestamp = match plan.unit {
        Some(unit) => Some(unit.write(now)?),
        None => None,
    };
    let mut mac = key.start();
    let content = Content { plan, timestamp: timestamp.as_deref() };
    layout.before.iter().for_each(|piece| mac.update(content.text(piece).as_bytes()));
    if plan.coverage.body() {
        mac.update(body);
    }
    layout.after.iter().for_each(|piece| mac.update(content.text(piece).as_bytes()));
    let signature = plan.encoding.encode(mac.finish().as_bytes());
    Some(headers(plan, layout, timestamp.as_deref(), &signature))
}

fn headers(plan: &Plan, layout: &Layout, timestamp: Option<&str>, signature: &str) -> Vec<(String, String)> {
    let mut headers = Vec::new();
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
