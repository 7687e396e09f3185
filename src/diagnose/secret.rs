//! Secrets that were copied, stored or read wrongly, and keys of other places.

use zeroize::Zeroizing;

use super::case::{Case, Change, Variant};
use super::{Desk, Transformation, secret_text};
use crate::encoding::{Encoding, secret_from_base64, secret_from_hex};
use crate::scheme::SecretForm;

pub(super) const TRANSFORMATIONS: &[Transformation] = &[
    Transformation { code: "secret_whitespace", variants: whitespace },
    Transformation { code: "secret_quotes", variants: quotes },
    Transformation { code: "secret_prefix", variants: prefix },
    Transformation { code: "secret_encoding", variants: encoding },
    Transformation { code: "secret_of_other_environment", variants: other_environment },
];

/// What dashboards write before a secret.
const PREFIXES: [&str; 7] = ["whsec_", "v1,whsec_", "polar_whs_", "svix_", "sk_", "whsk_", "key_"];

type Text = Zeroizing<Vec<u8>>;

/// The case with each key's text changed, where the change does anything.
fn each(case: &Case<'_>, note: &str, change: impl Fn(&[u8]) -> Option<Vec<u8>>) -> Option<Variant> {
    let changed: Vec<Option<Text>> = case.keys.iter().map(|key| change(key).map(Zeroizing::new)).collect();
    if changed.iter().all(Option::is_none) {
        return None;
    }
    let pairs = changed.into_iter().zip(&case.keys);
    Some(Variant::new(
        note,
        Change::Keys(pairs.map(|(new, old)| new.unwrap_or_else(|| old.clone())).collect()),
    ))
}

fn differing(new: &[u8], old: &[u8]) -> Option<Vec<u8>> {
    (new != old && !new.is_empty()).then(|| new.to_vec())
}

fn whitespace(_: &Desk<'_>, case: &Case<'_>) -> Vec<Variant> {
    let added = |end: &'static [u8]| move |key: &[u8]| Some([key, end].concat());
    let variants = [
        each(case, "white space around it is not part of it", |key| differing(key.trim_ascii(), key)),
        each(case, "the sender's has a line feed at its end", added(b"\n")),
        each(case, "the sender's has a carriage return and a line feed at its end", added(b"\r\n")),
        each(case, "the sender's has a space at its end", added(b" ")),
    ];
    variants.into_iter().flatten().collect()
}

fn quotes(_: &Desk<'_>, case: &Case<'_>) -> Vec<Variant> {
    let bare = |quote: u8| {
        move |key: &[u8]| {
            let inner = key.trim_ascii().strip_prefix(&[quote])?.strip_suffix(&[quote])?;
            differing(inner, key)
        }
    };
    let quotes = [b'"', b'\'', b'`'];
    quotes
        .into_iter()
        .filter_map(|quote| each(case, "the quotes around it are not part of it", bare(quote)))
        .collect()
}

/// The same decoding, the prefix kept or dropped wrongly.
fn prefix(_: &Desk<'_>, case: &Case<'_>) -> Vec<Variant> {
    let mut variants = Vec::new();
    for prefix in PREFIXES {
        let dropped = |key: &[u8]| key.strip_prefix(prefix.as_bytes()).and_then(|rest| differing(rest, key));
        let added =
            |key: &[u8]| (!key.starts_with(prefix.as_bytes())).then(|| [prefix.as_bytes(), key].concat());
        variants.extend(each(case, &format!("without {prefix:?}"), dropped));
        variants.extend(each(case, &format!("with {prefix:?} before it"), added));
    }
    let after_mark = |key: &[u8]| {
        let mark = key.iter().rposition(|byte| *byte == b'_')?;
        key.get(mark.saturating_add(1)..).and_then(|rest| differing(rest, key))
    };
    variants.extend(each(case, "without what stands before the last underscore", after_mark));
    variants
}

/// Another decoding: the same text, read as the scheme does not read it.
fn encoding(_: &Desk<'_>, case: &Case<'_>) -> Vec<Variant> {
    let text_after = |key: &[u8]| {
        let prefix = PREFIXES.iter().find(|prefix| key.starts_with(prefix.as_bytes()));
        prefix.map_or(key.len(), |prefix| prefix.len())
    };
    let rest = |key: &[u8]| key.get(text_after(key)..).unwrap_or(key).to_vec();
    let keyed = |key: Option<Vec<u8>>| key.and_then(|key| text_for(case, &key));
    let decoded = |bytes: Option<Zeroizing<Vec<u8>>>| bytes.map(|bytes| bytes.to_vec());
    let variants = [
        each(case, "as text", |key| keyed(Some(key.to_vec()))),
        each(case, "as hexadecimal", |key| keyed(decoded(secret_from_hex(key)))),
        each(case, "as base64", |key| keyed(decoded(secret_from_base64(key)))),
        each(case, "as base64url", |key| keyed(Encoding::Base64Url.decode(key))),
        each(case, "as base64 after its prefix", |key| keyed(decoded(secret_from_base64(&rest(key))))),
        each(case, "as hexadecimal after its prefix", |key| keyed(decoded(secret_from_hex(&rest(key))))),
        each(case, "as text after its prefix", |key| keyed(differing(&rest(key), key))),
    ];
    variants.into_iter().flatten().collect()
}

/// The text that the scheme reads as this key.
fn text_for(case: &Case<'_>, key: &[u8]) -> Option<Vec<u8>> {
    let base64 = || Encoding::Base64.encode(key);
    match case.scheme.secret_forms().first()? {
        SecretForm::Text => Some(key.to_vec()),
        SecretForm::TextWithout(prefix) => (!key.starts_with(prefix.as_bytes())).then(|| key.to_vec()),
        SecretForm::Base64 => Some(base64().into_bytes()),
        SecretForm::Base64After(prefix) => Some(format!("{prefix}{}", base64()).into_bytes()),
        SecretForm::Hex => Some(Encoding::Hex.encode(key).into_bytes()),
    }
}

fn other_environment(desk: &Desk<'_>, case: &Case<'_>) -> Vec<Variant> {
    let others = desk.others.iter().enumerate();
    let variant = |(index, secret)| {
        let text = secret_text(secret)?;
        let note = format!("number {} of the others that were given", usize::saturating_add(index, 1));
        Some(Variant::new(&note, Change::Keys(vec![text; case.keys.len().min(1)])))
    };
    others.filter_map(variant).collect()
}
