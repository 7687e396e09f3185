//! A scheme in words: for documentation, for the command and for reviews.

use std::time::Duration;

use super::{Evidence, Part, Scheme};
use crate::mechanism::{Profile, UrlUse};
use crate::time::Freshness;

/// What the timestamp is held to.
#[derive(Clone, Copy)]
pub(crate) enum Limits {
    Within(Freshness),
    AnyAge,
}

/// The scheme's rules under these limits and, where it is known, with this URL.
pub(crate) fn explain(
    scheme: &Scheme<'_>,
    limits: Limits,
    leeway: Option<Duration>,
    known_url: Option<&str>,
) -> String {
    let lines = [
        signature(scheme),
        format!("Signed: {}.", signed(scheme)),
        format!("Not signed: {}.", unsigned(scheme)),
        timestamp(scheme, limits, leeway),
        message_id(scheme),
        event_id(scheme),
        key_id(scheme),
        expected(scheme),
        format!(
            "{}: {}.",
            if scheme.algorithm().is_public_key() { "Public key" } else { "Secret" },
            secret(scheme)
        ),
        format!("Replay: {}.", replay(scheme, limits, leeway)),
        url(scheme, known_url),
        addresses(scheme),
        note(scheme),
        source(scheme),
    ];
    let lines: Vec<_> = lines.into_iter().filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

fn signature(scheme: &Scheme<'_>) -> String {
    let algorithm = scheme.algorithm().name();
    if let Some(profile) = scheme.definition.profile() {
        return mechanism_signature(scheme, &profile);
    }
    let encoding = scheme.encoding();
    let place = scheme.signature().words();
    let mut line = match encoding.width(scheme.algorithm().tag_size()) {
        Some(_) if scheme.algorithm().least_size() < scheme.algorithm().tag_size() => {
            format!("Signature: {algorithm} in DER, {}, in {place}.", encoding.words())
        }
        Some(width) => {
            format!("Signature: {algorithm}, {width} characters {}, in {place}.", encoding.words())
        }
        None => format!("Signature: none; {place} repeats a {algorithm}, compared as a whole."),
    };
    if let Some([first, second]) = scheme.families() {
        line.push_str(&format!(
            " All headers may start with {second} instead of {first}; the two are never mixed."
        ));
    }
    line
}

fn mechanism_signature(scheme: &Scheme<'_>, profile: &Profile) -> String {
    let further = profile.further_algorithms.iter().filter(|further| **further != scheme.algorithm());
    let algorithms: Vec<_> = if profile.keys_choose {
        profile.further_algorithms.iter().map(|algorithm| algorithm.name()).collect()
    } else {
        std::iter::once(scheme.algorithm().name()).chain(further.map(|algorithm| algorithm.name())).collect()
    };
    let form = if scheme.leeway().is_some() { "a JSON web token with " } else { "" };
    let chosen = if profile.keys_choose { " as the key says" } else { "" };
    let place = profile.place.map_or_else(|| scheme.signature().words(), str::to_owned);
    let encoding =
        if scheme.leeway().is_some() { String::new() } else { format!(" {},", scheme.encoding().words()) };
    format!("Signature: {form}{}{chosen},{encoding} in {place}.", algorithms.join(" or "))
}

fn signed(scheme: &Scheme<'_>) -> String {
    if let Some(profile) = scheme.definition.profile() {
        return profile.signed.to_owned();
    }
    let parts: Vec<_> = scheme.parts().iter().map(part).collect();
    if parts.is_empty() { "nothing".to_owned() } else { parts.join(", then ") }
}

fn part(part: &Part<'_>) -> String {
    match part {
        Part::Body => "the body".to_owned(),
        Part::Timestamp => "the timestamp".to_owned(),
        Part::MessageId => "the message id".to_owned(),
        Part::Header(name) => format!("the header {name}"),
        Part::Method => "the method".to_owned(),
        Part::Url => "the public URL".to_owned(),
        Part::UrlWithoutQuery => "the public URL without its query".to_owned(),
        Part::Literal(text) => format!("{text:?}"),
    }
}

fn unsigned(scheme: &Scheme<'_>) -> String {
    if let Some(profile) = scheme.definition.profile() {
        return profile.unsigned.to_owned();
    }
    let coverage = scheme.coverage();
    let mut words = Vec::new();
    if !coverage.body() {
        words.push("THE BODY");
    }
    if !coverage.method() {
        words.push("the method");
    }
    match (coverage.url(), coverage.query()) {
        (false, _) => words.push("the URL"),
        (true, false) => words.push("the query"),
        (true, true) => {}
    }
    words.push("any other header");
    words.join(", ")
}

fn timestamp(scheme: &Scheme<'_>, limits: Limits, leeway: Option<Duration>) -> String {
    let in_token = scheme.definition.profile().and_then(|profile| profile.time);
    let accepted = match limits {
        Limits::Within(Freshness { max_age, max_ahead }) => {
            format!("accepted up to {} old and {} ahead", seconds(max_age), seconds(max_ahead))
        }
        Limits::AnyAge => "ANY AGE is accepted".to_owned(),
    };
    let line = match (scheme.timestamp(), scheme.timestamp_in_json(), in_token) {
        (Some((field, unit)), ..) => {
            format!("Timestamp: {}, in {}; {accepted}.", unit.words(), field.words())
        }
        (_, Some((key, unit)), _) => format!(
            "Timestamp: {}, in the JSON body under {key:?}, read after the signature; {accepted}.",
            unit.words()
        ),
        (_, _, Some(words)) => format!("Timestamp: {words}; {accepted}."),
        (None, None, None) if scheme.expires() => String::new(),
        (None, None, None) => "Timestamp: none is signed.".to_owned(),
    };
    let validity = match (scheme.leeway(), leeway) {
        (None, _) => String::new(),
        (Some(_), None) => "Validity: ANY is accepted, whatever the token says.".to_owned(),
        (Some(_), Some(leeway)) if scheme.expires() => format!(
            "Validity: the token has to say until when (exp); where it says from when (nbf), that counts too; {} of leeway.",
            seconds(leeway)
        ),
        (Some(_), Some(leeway)) => format!(
            "Validity: where the token says until when (exp) or from when (nbf), it counts; {} of leeway.",
            seconds(leeway)
        ),
    };
    let lines: Vec<_> = [line, validity].into_iter().filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f64())
}

fn message_id(scheme: &Scheme<'_>) -> String {
    scheme.message_id().map_or_else(String::new, |field| format!("Message id: in {}.", field.words()))
}

fn key_id(scheme: &Scheme<'_>) -> String {
    let in_mechanism = scheme.definition.profile().and_then(|profile| profile.names_keys);
    let place = scheme.key_id().map(|field| field.words()).or(in_mechanism.map(str::to_owned));
    place.map_or_else(String::new, |place| format!("Key: named in {place}."))
}

fn expected(scheme: &Scheme<'_>) -> String {
    let headers =
        scheme.expected_headers().iter().map(|(name, value)| format!("the header {name} is {value:?}"));
    let headers: Vec<_> = headers.collect();
    if headers.is_empty() { String::new() } else { format!("Required: {}.", headers.join(", ")) }
}

fn event_id(scheme: &Scheme<'_>) -> String {
    scheme.event_id().map_or_else(String::new, |pointer| format!("Event id: in the JSON body at {pointer}."))
}

fn addresses(scheme: &Scheme<'_>) -> String {
    let addresses = scheme.addresses();
    if addresses.is_empty() { String::new() } else { format!("Sent from: {}.", addresses.join(", ")) }
}

fn secret(scheme: &Scheme<'_>) -> String {
    let forms: Vec<_> = scheme.secret_forms().iter().map(|form| form.words()).collect();
    let pem = if scheme.algorithm().is_public_key() { ", or PEM" } else { "" };
    format!("{}{pem}", forms.join(", or "))
}

fn replay(scheme: &Scheme<'_>, limits: Limits, leeway: Option<Duration>) -> String {
    match limits {
        _ if scheme.expires() && leeway.is_some() => {
            "a captured request stays valid until its token expires".to_owned()
        }
        Limits::Within(Freshness { max_age, max_ahead }) if scheme.is_timed() => {
            let window = max_age.saturating_add(max_ahead);
            format!("a captured request stays valid for up to {}", seconds(window))
        }
        _ => {
            "a captured request stays valid as long as the key; keep a record of what was handled".to_owned()
        }
    }
}

fn url(scheme: &Scheme<'_>, known: Option<&str>) -> String {
    if scheme.url_use() == UrlUse::Path {
        return match known {
            Some(url) => format!("URL: {url}."),
            None => {
                "URL: only the path is signed; configure a public base if the public path has a prefix that \
                     the request lacks."
                    .to_owned()
            }
        };
    }
    let query = if scheme.coverage().query() { " and query" } else { "; its query is not signed" };
    match (scheme.signs_url(), scheme.needs_registered_url(), known) {
        (false, ..) => String::new(),
        (true, _, Some(url)) => format!("URL: {url}."),
        (true, false, None) => format!("URL: configure the public base; the request adds its path{query}."),
        (true, true, None) => "URL: configure the one that is registered at the provider.".to_owned(),
    }
}

fn note(scheme: &Scheme<'_>) -> String {
    if scheme.note().is_empty() { String::new() } else { format!("Note: {}", scheme.note()) }
}

fn source(scheme: &Scheme<'_>) -> String {
    let Some(source) = scheme.source() else {
        return String::new();
    };
    let evidence = match source.evidence {
        Evidence::Sdk(sdk) => format!("confirmed by {sdk}"),
        Evidence::Published => "confirmed by the provider's published example".to_owned(),
        Evidence::Documentation => "from documentation, not confirmed by a genuine signature".to_owned(),
    };
    format!("Source: {}, checked {}; {evidence}.", source.page, source.checked)
}
