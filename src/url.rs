//! The public URL: configured by the receiver, joined with what the request line says.

use crate::error::{ConfigError, ErrorKind};

/// The longest request target that is read, in bytes: what common servers accept in a request line.
const MAX_TARGET: usize = 8192;

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

    /// The full URL; the request's path and query must equal its own.
    pub(crate) fn registered(url: &str) -> Result<Self, ConfigError> {
        let path = path_of(url)?;
        Ok(Self { text: url.into(), registered: Some(path) })
    }

    pub(crate) fn is_registered(&self) -> bool {
        self.registered.is_some()
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The URL of a request with this target, in two pieces, with or without its query.
    pub(crate) fn of_request<'u>(&'u self, target: &'u str, query: bool) -> Result<[&'u [u8]; 2], ErrorKind> {
        if target.len() > MAX_TARGET {
            return Err(ErrorKind::HeaderTooLong);
        }
        if !target.starts_with('/') || !target.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#') {
            return Err(ErrorKind::UrlMismatch);
        }
        let target = if query { target } else { without_query(target) };
        let Some(path) = self.registered else {
            return Ok([self.text.as_bytes(), target.as_bytes()]);
        };
        let url = if query { &*self.text } else { without_query(&self.text) };
        let registered = url.get(path..).unwrap_or_default();
        let same = registered == target || (registered.is_empty() && target == "/");
        if same { Ok([url.as_bytes(), b""]) } else { Err(ErrorKind::UrlMismatch) }
    }

    /// A target that this URL accepts, for the self-test.
    pub(crate) fn probe_target(&self) -> &str {
        match self.registered.and_then(|path| self.text.get(path..)) {
            Some("") | None => "/",
            Some(target) => target,
        }
    }
}

fn without_query(text: &str) -> &str {
    text.split_once('?').map_or(text, |(before, _)| before)
}

/// Where the path of a usable URL starts.
fn path_of(url: &str) -> Result<usize, ConfigError> {
    let rest = ["https://", "http://", "wss://", "ws://"].iter().find_map(|scheme| url.strip_prefix(scheme));
    let Some(rest) = rest else {
        return Err(flaw(url, "does not start with https://, http://, wss:// or ws://"));
    };
    if !url.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(flaw(url, "holds a character other than visible ASCII: write it as it is sent, escaped"));
    }
    if url.contains('#') {
        return Err(flaw(url, "has a fragment, which is never sent"));
    }
    let host = rest.find(['/', '?']).unwrap_or(rest.len());
    if host == 0 {
        return Err(flaw(url, "has no host"));
    }
    Ok(url.len() - rest.len() + host)
}

fn flaw(url: &str, flaw: &'static str) -> ConfigError {
    ConfigError::Url { url: url.to_owned(), flaw }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(url: &PublicUrl, target: &str, query: bool) -> Result<String, ErrorKind> {
        let [base, rest] = url.of_request(target, query)?;
        Ok(format!("{}{}", String::from_utf8_lossy(base), String::from_utf8_lossy(rest)))
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
        let url = PublicUrl::registered("https://example.com/square?tenant=1").unwrap();
        assert_eq!(joined(&url, "/square?tenant=1", true).unwrap(), "https://example.com/square?tenant=1");
        assert_eq!(joined(&url, "/square?other=1", false).unwrap(), "https://example.com/square");
        for target in ["/square", "/square?tenant=1/", "/square?tenant=2", "/Square?tenant=1"] {
            assert_eq!(joined(&url, target, true), Err(ErrorKind::UrlMismatch), "{target}");
        }
        let host = PublicUrl::registered("https://example.com").unwrap();
        assert_eq!(joined(&host, "/", true).unwrap(), "https://example.com");
    }

    #[test]
    fn unusable_urls_are_named() {
        for url in
            ["", "example.com", "ftp://example.com", "https://", "https:///x", "https://a b", "https://x/#y"]
        {
            assert!(PublicUrl::registered(url).is_err(), "{url}");
            assert!(PublicUrl::base(url).is_err(), "{url}");
        }
        assert!(PublicUrl::base("https://example.com/").is_err());
        assert!(PublicUrl::base("https://example.com?x=1").is_err());
    }
}
