//! What is signed of a request with a form, told from its bytes; nothing of the library's own reading.

use std::collections::BTreeSet;

/// The text that a scheme of forms signs of a query and a body, but for URL, nonce and secret.
pub fn signed_text(scheme: &str, query: Option<&str>, body: &[u8]) -> Vec<u8> {
    let query = sorted(query.unwrap_or_default().as_bytes());
    let form = sorted(body);
    match scheme {
        "plivo" => {
            let query = query.iter().map(|(name, value)| [name, &b"="[..], value].concat());
            let query = query.collect::<Vec<_>>().join(&b'&');
            let parts = [query, in_a_row(&form)];
            parts.iter().filter(|part| !part.is_empty()).map(Vec::as_slice).collect::<Vec<_>>().join(&b'.')
        }
        "vonage-sms" => {
            let signed = form.iter().filter(|(name, _)| name != b"sig");
            let marked = |value: &[u8]| {
                value.iter().map(|byte| if b"&=".contains(byte) { b'_' } else { *byte }).collect::<Vec<_>>()
            };
            signed.flat_map(|(name, value)| [b"&", &name[..], b"=", &marked(value)].concat()).collect()
        }
        // Twilio and who signs as it does: a repetition is not signed.
        _ => in_a_row(&form.into_iter().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>()),
    }
}

type Pair = (Vec<u8>, Vec<u8>);

fn in_a_row(pairs: &[Pair]) -> Vec<u8> {
    pairs.iter().flat_map(|(name, value)| [&name[..], value].concat()).collect()
}

/// The parameters, decoded and sorted; between two marks with nothing between them there is none.
fn sorted(text: &[u8]) -> Vec<Pair> {
    let pairs = text.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
    let mut pairs: Vec<_> = pairs
        .map(|pair| {
            let end = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            (decoded(&pair[..end]), decoded(pair.get(end + 1..).unwrap_or_default()))
        })
        .collect();
    pairs.sort_unstable();
    pairs
}

/// A plus is a space, and an escape that is none stands for itself.
fn decoded(text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        let escaped = after.get(..2).and_then(|digits| hex::decode(digits).ok());
        match (first, escaped) {
            (b'%', Some(bytes)) => {
                decoded.extend(bytes);
                rest = &after[2..];
            }
            (b'+', _) => {
                decoded.push(b' ');
                rest = after;
            }
            _ => {
                decoded.push(*first);
                rest = after;
            }
        }
    }
    decoded
}
