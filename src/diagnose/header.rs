//! Headers that were written, renamed or read wrongly, and schemes that are others.

use super::case::{Case, Change, HeaderList, Variant};
use super::{Desk, Transformation};
use crate::encoding::Encoding;
use crate::field::Field;
use crate::providers::ALL;
use crate::scheme::Algorithm;
use crate::time::Unit;

pub(super) const TRANSFORMATIONS: &[Transformation] = &[
    Transformation { code: "scheme_other", variants: other_scheme },
    Transformation { code: "header_other_family", variants: other_family },
    Transformation { code: "header_case_or_prefix", variants: case_or_prefix },
    Transformation { code: "signature_encoding", variants: signature_encoding },
    Transformation { code: "algorithm_other", variants: other_algorithm },
    Transformation { code: "timestamp_unit", variants: timestamp_unit },
    Transformation { code: "timestamp_not_signed_text", variants: timestamp_text },
];

/// Headers that tell how a request came here, beside those of the schemes.
const WAY: [&str; 8] = [
    "host",
    "content-type",
    "content-encoding",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-prefix",
    "x-forwarded-for",
    "forwarded",
];

/// Every header that any built-in scheme reads, and those of the way.
pub(super) fn known_names() -> Vec<String> {
    let mut names: Vec<String> = WAY.iter().map(|name| (*name).to_owned()).collect();
    for scheme in ALL {
        let fields = [scheme.timestamp().map(|(field, _)| field), scheme.message_id(), scheme.key_id()];
        let fields = std::iter::once(scheme.signature()).chain(fields.into_iter().flatten());
        let read = fields.flat_map(|field| field.header_names()).filter(|name| !name.is_empty());
        let signed = scheme.parts().iter().filter_map(|part| match part {
            crate::scheme::Part::Header(name) => Some((*name).to_owned()),
            _ => None,
        });
        let expected = scheme.expected_headers().iter().map(|(name, _)| (*name).to_owned());
        let mut own: Vec<_> = read.chain(signed).chain(expected).collect();
        if let Some([first, second]) = scheme.families() {
            own.extend(own.clone().iter().map(|name| name.replacen(first, second, 1)));
        }
        names.extend(own);
    }
    // What mechanisms read beside the header of their signature.
    names.extend(
        [
            "authorization",
            "x-twilio-signature",
            "x-twilio-webhooks-signature-settings",
            "x-plivo-signature-v3-nonce",
            "x-contentful-signed-headers",
            "x-justcall-signature-version",
            "synthflow-signature",
        ]
        .map(str::to_owned),
    );
    names.sort_unstable();
    names.dedup();
    names
}

fn other_scheme(_: &Desk<'_>, case: &Case<'_>) -> Vec<Variant> {
    let own = case.scheme;
    let fits = |scheme: &&crate::scheme::Scheme<'static>| {
        let header = scheme.signature().header();
        scheme.name() != own.name()
            && scheme.algorithm().is_public_key() == own.algorithm().is_public_key()
            && (header.is_empty() || case.header(header).is_some())
    };
    let variant = |scheme: &crate::scheme::Scheme<'static>| {
        Variant::new(&format!("{:?}", scheme.name()), Change::Scheme(Box::new(*scheme)))
    };
    ALL.iter().filter(fits).map(variant).collect()
}

fn other_family(_: &Desk<'_>, case: &Case<'_>) -> Vec<Variant> {
    let renamed = |from: &str, to: &str| {
        let has = case.headers.iter().any(|(name, _)| name.starts_with(from));
        has.then(|| {
            let headers = case.headers.iter().map(|(name, value)| {
                let name = name.strip_prefix(from).map_or_else(|| name.clone(), |rest| format!("{to}{rest}"));
                (name, value.clone())
            });
            Variant::new(&format!("{from}* for {to}*"), Change::Headers(headers.collect()))
        })
    };
    let families =
        [("svix-", "webhook-"), ("webhook-", "svix-"), ("x-svix-", "svix-"), ("x-webhook-", "webhook-")];
    families.into_iter().filter_map(|(from, to)| renamed(from, to)).collect()
}

/// The headers with each signature changed.
fn with_signatures(case: &Case<'_>, change: impl Fn(&str) -> Option<String>) -> Option<HeaderList> {
    with_entries(case, case.scheme.signature(), change)
}

/// The headers with each value of a field changed, after its prefix.
fn with_entries(
    case: &Case<'_>,
    field: Field<'_>,
    change: impl Fn(&str) -> Option<String>,
) -> Option<HeaderList> {
    let value = case.header(field.header())?;
    let prefix = field.prefix();
    let entry = |entry: &str| {
        let text = entry.trim().strip_prefix(prefix)?;
        change(text).map(|text| format!("{prefix}{text}"))
    };
    let new = match field.separator() {
        None => entry(value)?,
        Some(separator) => {
            let entries = value.split(separator).map(|text| entry(text).unwrap_or_else(|| text.to_owned()));
            entries.collect::<Vec<_>>().join(&separator.to_string())
        }
    };
    (new != value).then(|| case.with_header(field.header(), &new))
}

fn case_or_prefix(_: &Desk<'_>, case: &Case<'_>) -> Vec<Variant> {
    let field = case.scheme.signature();
    let Some(value) = case.header(field.header()) else {
        return Vec::new();
    };
    let prefix = field.prefix();
    let start = value.get(..prefix.len()).filter(|start| start.eq_ignore_ascii_case(prefix));
    let recased = start.and(value.get(prefix.len()..)).map(|rest| format!("{prefix}{rest}"));
    let trimmed = value.trim().trim_matches(['"', '\'']);
    // What stands before the first of `=`, a comma or a space, unless it is padding.
    let after_mark = trimmed.find(['=', ',', ' ']).and_then(|mark| trimmed.get(mark.saturating_add(1)..));
    let after_mark = after_mark.filter(|rest| rest.len() > 8).map(|rest| format!("{prefix}{rest}"));
    let candidates = [
        ("the prefix is written in another case", recased),
        ("the prefix is missing", Some(format!("{prefix}{trimmed}"))),
        ("it is in quotes or among spaces", Some(trimmed.to_owned())),
        ("it has another prefix", after_mark),
    ];
    let differing =
        candidates.into_iter().filter_map(|(note, new)| Some((note, new.filter(|new| new != value)?)));
    differing
        .map(|(note, new)| Variant::new(note, Change::Headers(case.with_header(field.header(), &new))))
        .collect()
}

fn signature_encoding(_: &Desk<'_>, case: &Case<'_>) -> Vec<Variant> {
    let own = case.scheme.encoding();
    if own == Encoding::Verbatim {
        return Vec::new();
    }
    let padded = |text: &str| format!("{text}{}", "=".repeat(text.len().wrapping_neg() % 4));
    let standard = |text: &str| text.trim_end_matches('=').replace('-', "+").replace('_', "/");
    let read = |encoding: Encoding, text: &str| match encoding {
        Encoding::Hex => Encoding::Hex.decode(text.as_bytes()),
        _ => Encoding::Base64.decode(padded(&standard(text)).as_bytes()),
    };
    let variant = |(encoding, note): (Encoding, &str)| {
        let headers = with_signatures(case, |text| read(encoding, text).map(|tag| own.encode(&tag)))?;
        Some(Variant::new(note, Change::Headers(headers)))
    };
    let others = [(Encoding::Hex, "it is hexadecimal"), (Encoding::Base64, "it is base64 of another kind")];
    others.into_iter().filter_map(variant).collect()
}

fn other_algorithm(_: &Desk<'_>, case: &Case<'_>) -> Vec<Variant> {
    let macs = [
        Algorithm::HmacSha256,
        Algorithm::HmacSha512,
        #[cfg(feature = "sha1")]
        Algorithm::HmacSha1,
    ];
    let own = case.scheme.algorithm();
    if !macs.contains(&own) {
        return Vec::new();
    }
    let others = macs.into_iter().filter(|algorithm| *algorithm != own);
    others.map(|algorithm| Variant::new(algorithm.name(), Change::Algorithm(algorithm))).collect()
}

fn timestamp_unit(_: &Desk<'_>, case: &Case<'_>) -> Vec<Variant> {
    let Some((field, unit)) = case.scheme.timestamp() else {
        return Vec::new();
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let longer = with_entries(case, field, |text| digits(text).then(|| format!("{text}000")));
    let shorter = with_entries(case, field, |text| {
        let cut = text.len().checked_sub(3).filter(|_| digits(text))?;
        text.get(..cut).map(str::to_owned)
    });
    let mut variants: Vec<_> = [
        ("the sender signed milliseconds, and the header has seconds", longer),
        ("the sender signed seconds, and the header has milliseconds", shorter),
    ]
    .into_iter()
    .filter_map(|(note, headers)| Some(Variant::new(note, Change::Headers(headers?))))
    .collect();
    let units = [Unit::Seconds, Unit::Millis, Unit::Rfc3339, Unit::HttpDate]
        .into_iter()
        .filter(|other| *other != unit);
    variants
        .extend(units.map(|unit| Variant::new(&format!("it is in {}", unit.words()), Change::Unit(unit))));
    variants
}

/// Another spelling of a moment, if the text has one.
type Spell = fn(&str) -> Option<String>;

/// The text that was signed, where the header has the same moment in another spelling.
fn timestamp_text(_: &Desk<'_>, case: &Case<'_>) -> Vec<Variant> {
    let Some((field, _)) = case.scheme.timestamp() else {
        return Vec::new();
    };
    let spellings: [(&str, Spell); 5] = [
        ("without the spaces around it", |text| Some(text.trim().to_owned())),
        ("without zeros before it", |text| Some(text.trim_start_matches(['0', '+']).to_owned())),
        ("without a fraction", |text| text.split_once('.').map(|(whole, _)| whole.to_owned())),
        ("with Z for its offset", |text| text.strip_suffix("+00:00").map(|moment| format!("{moment}Z"))),
        ("as a number of seconds", |text| {
            let moment = Unit::Rfc3339.read(text.as_bytes()).or_else(|| Unit::HttpDate.read(text.as_bytes()));
            moment.map(|moment| moment.time.as_secs().to_string())
        }),
    ];
    let variant = |(note, spell): (&str, Spell)| {
        Some(Variant::new(note, Change::Headers(with_entries(case, field, spell)?)))
    };
    spellings.into_iter().filter_map(variant).collect()
}
