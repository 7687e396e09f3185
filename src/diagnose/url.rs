//! URLs that the receiver knows otherwise than the sender.

use super::case::{Case, Change, Variant, split};
use super::{Desk, Transformation};
use crate::mechanism::{Kind, UrlUse};
use crate::url::PublicUrl;

pub(super) const TRANSFORMATIONS: &[Transformation] = &[
    Transformation { code: "url_scheme", variants: scheme },
    Transformation { code: "url_port", variants: port },
    Transformation { code: "url_host", variants: host },
    Transformation { code: "url_path_prefix", variants: path_prefix },
    Transformation { code: "url_query", variants: query },
    Transformation { code: "method_other", variants: method },
];

/// The base in three parts: scheme, authority and path prefix.
fn base<'c>(case: &'c Case<'_>) -> Option<(&'c str, &'c str, &'c str)> {
    let (scheme, rest) = case.base.as_deref()?.split_once("://")?;
    let path = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(path);
    Some((scheme, authority, path))
}

fn signs_url(case: &Case<'_>) -> bool {
    case.scheme.url_use() == UrlUse::Whole
}

fn bases(case: &Case<'_>, bases: impl IntoIterator<Item = String>) -> Vec<Variant> {
    let differing = bases.into_iter().filter(|base| Some(base) != case.base.as_ref());
    let variant = |base: String| {
        let shown = PublicUrl::base(&base).map_or_else(|_| "another one".to_owned(), |base| base.masked());
        Variant::new(&format!("the sender knows {shown:?}"), Change::Base(base))
    };
    if signs_url(case) { differing.map(variant).collect() } else { Vec::new() }
}

fn scheme(_: &Desk<'_>, case: &Case<'_>) -> Vec<Variant> {
    let Some((_, authority, path)) = base(case) else {
        return Vec::new();
    };
    bases(case, ["https", "http", "wss", "ws"].map(|scheme| format!("{scheme}://{authority}{path}")))
}

fn port(_: &Desk<'_>, case: &Case<'_>) -> Vec<Variant> {
    let Some((scheme, authority, path)) = base(case) else {
        return Vec::new();
    };
    // Neither the colon of a password nor those of an IPv6 address stand before a port.
    let start = authority.rfind(['@', ']']).unwrap_or(0);
    let port = authority.get(start..).and_then(|rest| rest.rfind(':'));
    let host =
        authority.get(..port.map_or(authority.len(), |port| start.saturating_add(port))).unwrap_or(authority);
    let ports = ["", ":443", ":80", ":8443", ":8080", ":3000"];
    bases(case, ports.map(|port| format!("{scheme}://{host}{port}{path}")))
}

/// Hosts that the request itself names, which a verifier never believes and a developer may.
fn host(_: &Desk<'_>, case: &Case<'_>) -> Vec<Variant> {
    let path = base(case).map_or("", |(_, _, path)| path);
    let named = ["x-forwarded-host", "host"].into_iter().filter_map(|name| case.header(name));
    let own = base(case).map(|(_, authority, _)| authority);
    let www = own.map(|host| host.strip_prefix("www.").map_or_else(|| format!("www.{host}"), str::to_owned));
    let hosts: Vec<String> = named.map(str::to_owned).chain(www).filter(|host| is_host(host)).collect();
    let schemes = match base(case) {
        Some((scheme, ..)) => vec![scheme],
        None => vec!["https", "http"],
    };
    let joined =
        hosts.iter().flat_map(|host| schemes.iter().map(move |scheme| format!("{scheme}://{host}{path}")));
    bases(case, joined)
}

fn is_host(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']');
    !text.is_empty() && text.bytes().all(plain)
}

/// A prefix that a proxy has taken away, or that the base has too much.
fn path_prefix(_: &Desk<'_>, case: &Case<'_>) -> Vec<Variant> {
    let Some((scheme, authority, path)) = base(case).filter(|_| case.scheme.signs_url()) else {
        return Vec::new();
    };
    let mut prefixes = vec![String::new()];
    prefixes.extend(case.header("x-forwarded-prefix").map(|prefix| prefix.trim_end_matches('/').to_owned()));
    let known = ["/api", "/webhooks", "/webhook", "/hooks", "/v1", "/prod", "/dev", "/stage", "/default"];
    prefixes.extend(known.map(str::to_owned));
    let mut variants =
        bases(case, prefixes.into_iter().map(|prefix| format!("{scheme}://{authority}{prefix}")));
    let target = case.target.as_deref().unwrap_or("/");
    if let Some(registered) = &case.registered {
        let path = split(registered).1;
        let own = Variant::new("the sender knows the path of the request", Change::Target(target.to_owned()));
        variants.push(own);
        let known =
            Variant::new("the request has another path than the URL", Change::Target(path.to_owned()));
        variants.push(known);
        return variants;
    }
    // The request's own first segment, which the base has already.
    if let Some(rest) = target.strip_prefix(path).filter(|rest| !path.is_empty() && rest.starts_with('/')) {
        variants.push(Variant::new("it stands in base and path", Change::Target(rest.to_owned())));
    }
    if let Some(next) = target.get(1..).and_then(|rest| rest.find('/')) {
        let rest = target.get(next.saturating_add(1)..).unwrap_or(target);
        variants
            .push(Variant::new("the sender's path lacks the first segment", Change::Target(rest.to_owned())));
    }
    variants
}

fn query(_: &Desk<'_>, case: &Case<'_>) -> Vec<Variant> {
    if !case.scheme.signs_url() && case.scheme.kind() == Kind::Affix {
        return Vec::new();
    }
    let Some((path, query)) = case.target.as_deref().and_then(|target| target.split_once('?')) else {
        return Vec::new();
    };
    let mut sorted: Vec<_> = query.split('&').collect();
    sorted.sort_unstable();
    let mut reversed: Vec<_> = query.split('&').collect();
    reversed.reverse();
    let decoded: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
    let mut again = form_urlencoded::Serializer::new(String::new());
    again.extend_pairs(decoded.iter());
    let again = again.finish();
    let plain: Vec<_> = decoded.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let targets = [
        ("the sender's has none", path.to_owned()),
        ("its parameters are sorted otherwise", format!("{path}?{}", sorted.join("&"))),
        ("its parameters are in the reverse order", format!("{path}?{}", reversed.join("&"))),
        ("it is escaped otherwise", format!("{path}?{again}")),
        ("it is escaped otherwise, spaces too", format!("{path}?{}", again.replace('+', "%20"))),
        ("it is not escaped", format!("{path}?{}", plain.join("&"))),
    ];
    let differing = targets.into_iter().filter(|(_, target)| Some(target) != case.target.as_ref());
    differing.map(|(note, target)| Variant::new(note, Change::Target(target))).collect()
}

fn method(_: &Desk<'_>, case: &Case<'_>) -> Vec<Variant> {
    if !case.scheme.coverage().method() {
        return Vec::new();
    }
    let others =
        ["POST", "GET", "PUT", "PATCH", "DELETE"].into_iter().filter(|method| *method != case.method);
    others.map(|method| Variant::new(method, Change::Method(method))).collect()
}
