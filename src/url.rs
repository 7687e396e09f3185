//! The public URL: configured by the receiver, joined with what the request line says.

use crate::error::{ConfigError, ErrorKind};

/// The longest request target that is read, in bytes: what common servers accept in a request line.
const MAX_TARGET: usize = 8192;

/// The longest public URL, in bytes: it may follow the body, and is then kept with what a streaming
/// verification keeps.
const MAX_URL: usize = 1024;

/// The URL as the sender knows it.
#[derive(Clone, Debug)]
pub(crate) struct PublicUrl {
    text: Box<str>,
    /// Where path and query start, when the whole URL is registered; `None` when only its base is.
    registered: Option<usize>,
}

impl PublicUrl {
    /// Scheme, host and path prefix; the request owns the rest.
    pub(crate) fn base(url: &str) -> Result<Self, ConfigError> {
        path_of(url)?;
        if url.contains('?') {
            return Err(flaw(url, "has a query: a base ends before path and query of the request"));
        }
        if url.ends_with('/') {
            return Err(flaw(url, "ends with a slash: the request's path starts with one"));
        }
        Ok(Self { text: url.into(), registered: None })
    }

    /// The full URL. The request's path must equal its own, and so must the query, where the scheme
    /// signs one; where it does not, there is none to register.
    pub(crate) fn registered(url: &str, query: bool) -> Result<Self, ConfigError> {
        let path = path_of(url)?;
        if !query && url.contains('?') {
            return Err(flaw(url, "has a query, which this scheme does not sign: register it without one"));
        }
        Ok(Self { text: url.into(), registered: Some(path) })
    }

    pub(crate) fn is_registered(&self) -> bool {
        self.registered.is_some()
    }

    /// The text itself: of a registered URL, all that is signed.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The URL without what may be a credential, for people to read.
    pub(crate) fn masked(&self) -> String {
        masked(&self.text)
    }

    /// The URL of a request with this target, in two pieces, with or without its query.
    pub(crate) fn of_request<'u>(&'u self, target: &'u str, query: bool) -> Result<[&'u str; 2], ErrorKind> {
        check_target(target)?;
        let target = if query { target } else { without_query(target) };
        let Some(path) = self.registered else {
            return Ok([&self.text, target]);
        };
        let registered = self.text.get(path..).unwrap_or_default();
        // A URL without a path is requested with the path `/`.
        let same = registered == target
            || (!registered.starts_with('/') && target.strip_prefix('/') == Some(registered));
        if same { Ok([&self.text, ""]) } else { Err(ErrorKind::UrlMismatch) }
    }

    /// The path prefix of a base, or the path of a registered URL.
    #[cfg(feature = "canonical")]
    fn path(&self) -> &str {
        let start = path_of(&self.text).unwrap_or(self.text.len());
        self.text.get(start..).unwrap_or_default()
    }

    /// A target that this URL accepts, for the self-test.
    pub(crate) fn probe_target(&self) -> String {
        let registered = self.registered.and_then(|path| self.text.get(path..)).unwrap_or_default();
        let slash = if registered.starts_with('/') { "" } else { "/" };
        format!("{slash}{registered}")
    }
}

/// Path and query of a request, after the path prefix that the public URL may have, in two pieces.
#[cfg(feature = "canonical")]
pub(crate) fn path_of_request<'u>(
    url: Option<&'u PublicUrl>,
    target: &'u str,
    query: bool,
) -> Result<[&'u str; 2], ErrorKind> {
    let Some(url) = url else {
        check_target(target)?;
        return Ok(["", if query { target } else { without_query(target) }]);
    };
    let [_, rest] = url.of_request(target, query)?;
    match url.path() {
        // A URL without a path is requested with the path `/`.
        path if rest.is_empty() && !path.starts_with('/') => Ok(["/", path]),
        path => Ok([path, rest]),
    }
}

/// The same URL without its port, or with the default port where it has none: how a sender may know a
/// server behind a proxy.
#[cfg(feature = "form")]
pub(crate) fn other_port(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    // Neither the colon of a password nor those of an IPv6 address stand before a port.
    let host = authority.rfind(['@', ']']).unwrap_or(0);
    let port = authority.get(host..)?.rfind(':').map(|colon| host.saturating_add(colon));
    let authority = match (port, scheme) {
        (Some(port), _) => authority.get(..port)?.to_owned(),
        (None, "https" | "wss") => format!("{authority}:443"),
        (None, _) => format!("{authority}:80"),
    };
    Some(format!("{scheme}://{authority}{path}"))
}

/// Refuses what is no path and query as a request line has them.
pub(crate) fn check_target(target: &str) -> Result<(), ErrorKind> {
    if target.len() > MAX_TARGET {
        return Err(ErrorKind::HeaderTooLong);
    }
    let visible = target.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
    if target.starts_with('/') && visible { Ok(()) } else { Err(ErrorKind::UrlMismatch) }
}

fn without_query(text: &str) -> &str {
    text.split_once('?').map_or(text, |(before, _)| before)
}

/// A URL without user, password and query.
fn masked(url: &str) -> String {
    let (url, query) = url.split_once('?').map_or((url, ""), |(url, _)| (url, "?…"));
    let start = url.find("://").map_or(0, |scheme| scheme.saturating_add(3));
    let (scheme, rest) = url.split_at(start);
    let (host, path) = rest.find('/').map_or((rest, ""), |path| rest.split_at(path));
    let host = host.rsplit_once('@').map_or(host.to_owned(), |(_, host)| format!("…@{host}"));
    format!("{scheme}{host}{path}{query}")
}

/// Where the path of a usable URL starts.
fn path_of(url: &str) -> Result<usize, ConfigError> {
    let rest = ["https://", "http://", "wss://", "ws://"].iter().find_map(|scheme| url.strip_prefix(scheme));
    let Some(rest) = rest else {
        return Err(flaw(url, "does not start with https://, http://, wss:// or ws://"));
    };
    if url.len() > MAX_URL {
        return Err(flaw(url, "is longer than 1024 bytes"));
    }
    if !url.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(flaw(url, "holds a character other than visible ASCII: write it as it is sent, escaped"));
    }
    if url.contains('#') {
        return Err(flaw(url, "has a fragment, which is never sent"));
    }
    let host = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(host);
    if path.split('?').next().is_some_and(|path| path.contains("://")) {
        return Err(flaw(url, "holds a second scheme in its path"));
    }
    let authority = authority.parse::<http::uri::Authority>().ok();
    if authority.is_none_or(|authority| authority.host().is_empty()) {
        return Err(flaw(url, "has no host"));
    }
    Ok(url.len().saturating_sub(path.len()))
}

fn flaw(url: &str, flaw: &'static str) -> ConfigError {
    ConfigError::Url { url: masked(url), flaw }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(url: &PublicUrl, target: &str, query: bool) -> Result<String, ErrorKind> {
        let [base, rest] = url.of_request(target, query)?;
        Ok(format!("{base}{rest}"))
    }

    #[test]
    fn the_base_owns_the_host_and_the_request_the_path() {
        let base = PublicUrl::base("https://hooks.example.com/in").unwrap();
        assert_eq!(joined(&base, "/a?b=1", true).unwrap(), "https://hooks.example.com/in/a?b=1");
        assert_eq!(joined(&base, "/a?b=1", false).unwrap(), "https://hooks.example.com/in/a");
        for target in ["", "a", "//\u{e9}", "/a b", "/a#b", "https://other.example/a", "/a\n"] {
            assert_eq!(joined(&base, target, true), Err(ErrorKind::UrlMismatch), "{target:?}");
        }
        assert_eq!(joined(&base, &"/".repeat(8193), true), Err(ErrorKind::HeaderTooLong));
    }

    #[test]
    fn a_registered_url_admits_itself_only() {
        let url = PublicUrl::registered("https://example.com/square?tenant=1", true).unwrap();
        assert_eq!(joined(&url, "/square?tenant=1", true).unwrap(), "https://example.com/square?tenant=1");
        for target in ["/square", "/square?tenant=1/", "/square?tenant=2", "/Square?tenant=1"] {
            assert_eq!(joined(&url, target, true), Err(ErrorKind::UrlMismatch), "{target}");
        }
        let bare = PublicUrl::registered("https://example.com/square", false).unwrap();
        assert_eq!(joined(&bare, "/square?any=1", false).unwrap(), "https://example.com/square");
        assert_eq!(joined(&bare, "/square/?any=1", false), Err(ErrorKind::UrlMismatch));
        assert!(PublicUrl::registered("https://example.com/square?tenant=1", false).is_err());
        for (url, target) in [("https://example.com", "/"), ("https://example.com?t=1", "/?t=1")] {
            let url = PublicUrl::registered(url, true).unwrap();
            assert_eq!(joined(&url, target, true).unwrap(), url.text());
            assert_eq!(url.probe_target(), target);
        }
    }

    #[test]
    fn unusable_urls_are_named_without_their_credentials() {
        let unusable = [
            "",
            "example.com",
            "ftp://example.com",
            "https://",
            "https:///x",
            "https://a b",
            "https://x/#y",
            "https://user@/x",
            "https://h.example/a/https://h.example",
        ];
        for url in unusable {
            assert!(PublicUrl::registered(url, true).is_err(), "{url}");
            assert!(PublicUrl::base(url).is_err(), "{url}");
        }
        assert!(PublicUrl::base("https://example.com/").is_err());
        assert!(PublicUrl::base("https://example.com?x=1").is_err());
        assert!(PublicUrl::base(&format!("https://example.com/{}", "x".repeat(1024))).is_err());
        let error = PublicUrl::base("https://user:test-password@example.com/a?token=test").unwrap_err();
        assert_eq!(
            error.to_string(),
            "the public URL \"https://…@example.com/a?…\" has a query: a base ends before path and query of the request"
        );
    }
}
