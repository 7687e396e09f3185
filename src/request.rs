//! The parts of a request that verification may look at, borrowed from whatever holds them.

use std::net::IpAddr;

use http::{HeaderMap, HeaderName};

/// A collection of headers that can show all values of a name.
///
/// Implemented for [`http::HeaderMap`] and for arrays, slices and vectors of pairs. Implement it for
/// another framework's map to verify its requests without a copy; report *every* value, since the
/// core refuses a repeated header, and report values as bytes, since they need not be text.
///
/// ```
/// use hooksig::{Headers, http::HeaderName};
///
/// struct Gateway(Vec<(String, String)>);
///
/// impl Headers for Gateway {
///     fn each_value<'h>(&'h self, name: &HeaderName, found: &mut dyn FnMut(&'h [u8])) {
///         for (_, value) in self.0.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name.as_str())) {
///             found(value.as_bytes());
///         }
///     }
/// }
/// ```
pub trait Headers {
    /// Calls `found` with each value of the header `name`, in the order of the request.
    fn each_value<'h>(&'h self, name: &HeaderName, found: &mut dyn FnMut(&'h [u8]));
}

impl Headers for HeaderMap {
    fn each_value<'h>(&'h self, name: &HeaderName, found: &mut dyn FnMut(&'h [u8])) {
        // A look at each name is cheaper than the hash of one, as long as there are few.
        if self.len() <= FEW_HEADERS {
            let named = self.iter().filter(|(known, _)| *known == name);
            named.for_each(|(_, value)| found(value.as_bytes()));
        } else {
            self.get_all(name).iter().for_each(|value| found(value.as_bytes()));
        }
    }
}

/// How many headers are looked through one by one.
const FEW_HEADERS: usize = 16;

impl<N: AsRef<str>, V: AsRef<[u8]>> Headers for [(N, V)] {
    fn each_value<'h>(&'h self, name: &HeaderName, found: &mut dyn FnMut(&'h [u8])) {
        for (key, value) in self {
            if key.as_ref().eq_ignore_ascii_case(name.as_str()) {
                found(value.as_ref());
            }
        }
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>> Headers for Vec<(N, V)> {
    fn each_value<'h>(&'h self, name: &HeaderName, found: &mut dyn FnMut(&'h [u8])) {
        self.as_slice().each_value(name, found);
    }
}

impl<N: AsRef<str>, V: AsRef<[u8]>, const COUNT: usize> Headers for [(N, V); COUNT] {
    fn each_value<'h>(&'h self, name: &HeaderName, found: &mut dyn FnMut(&'h [u8])) {
        self.as_slice().each_value(name, found);
    }
}

impl<H: Headers + ?Sized> Headers for &H {
    fn each_value<'h>(&'h self, name: &HeaderName, found: &mut dyn FnMut(&'h [u8])) {
        (**self).each_value(name, found);
    }
}

/// What a scheme may read of a request: its headers and, for schemes that sign them, its method and
/// target.
///
/// A reference to headers turns into `Parts` by itself, and so does a reference to an
/// [`http::Request`] or its [`http::request::Parts`], which brings method, target and, where there is one,
/// the [`PeerAddr`] along.
///
/// ```
/// use hooksig::Parts;
///
/// let headers = [("x-square-hmacsha256-signature", "…")];
/// let parts = Parts::new(&headers).method("POST").target("/webhooks/square?tenant=1");
/// # let _ = parts;
/// ```
#[derive(Clone, Copy)]
pub struct Parts<'r> {
    pub(crate) headers: &'r dyn Headers,
    pub(crate) method: Option<&'r str>,
    pub(crate) target: Option<&'r str>,
    pub(crate) peer: Option<IpAddr>,
}

/// The address of the connection's other end, as an extension of an [`http::Request`]: how a server tells
/// it to the adapters. Only a server that made the connection knows; never take it from a header.
///
/// ```
/// use hooksig::http::Request;
/// use hooksig::{Parts, PeerAddr};
///
/// let mut request = Request::new(b"{}");
/// request.extensions_mut().insert(PeerAddr("192.0.2.7".parse().unwrap()));
/// let parts = Parts::from(&request); // knows the peer now
/// # let _ = parts;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerAddr(pub IpAddr);

impl<'r> Parts<'r> {
    /// The headers alone.
    #[must_use]
    pub fn new<H: Headers>(headers: &'r H) -> Self {
        Self { headers, method: None, target: None, peer: None }
    }

    /// Adds the method, as the request line has it.
    #[must_use]
    pub fn method(mut self, method: &'r str) -> Self {
        self.method = Some(method);
        self
    }

    /// Adds the target: path and query as the request line has them, starting with `/`.
    ///
    /// Scheme, host and path prefix come from the verifier's configuration, never from the request.
    #[must_use]
    pub fn target(mut self, target: &'r str) -> Self {
        self.target = Some(target);
        self
    }

    /// Adds the address of the connection's other end, for [`Sources`](crate::Sources) and observers.
    ///
    /// ```
    /// use hooksig::{Parts, Secret, Sources, UnixTime, Verifier, providers};
    ///
    /// let verifier = Verifier::builder(providers::GITHUB)
    ///     .key("2026-11", Secret::new("test-secret"))
    ///     .sources(Sources::new(["192.0.2.0/24"])?)
    ///     .build()?;
    /// let headers = [("x-hub-signature-256", "sha256=…")];
    /// let parts = Parts::new(&headers).peer("203.0.113.9".parse().unwrap());
    /// let refusal = verifier.verify_at(parts, b"{}", UnixTime::from_secs(1_763_700_000)).unwrap_err();
    /// assert_eq!(refusal.reason(), "source_refused");
    /// # Ok::<(), hooksig::ConfigError>(())
    /// ```
    #[must_use]
    pub fn peer(mut self, address: IpAddr) -> Self {
        self.peer = Some(address);
        self
    }

    fn of(
        headers: &'r HeaderMap,
        method: &'r http::Method,
        uri: &'r http::Uri,
        extensions: &http::Extensions,
    ) -> Self {
        let target = uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        let peer = extensions.get::<PeerAddr>().map(|PeerAddr(address)| *address);
        Self { peer, ..Self::new(headers).method(method.as_str()).target(target) }
    }
}

impl<'r, H: Headers> From<&'r H> for Parts<'r> {
    fn from(headers: &'r H) -> Self {
        Self::new(headers)
    }
}

impl<'r> From<&'r http::request::Parts> for Parts<'r> {
    fn from(parts: &'r http::request::Parts) -> Self {
        Self::of(&parts.headers, &parts.method, &parts.uri, &parts.extensions)
    }
}

impl<'r, B> From<&'r http::Request<B>> for Parts<'r> {
    fn from(request: &'r http::Request<B>) -> Self {
        Self::of(request.headers(), request.method(), request.uri(), request.extensions())
    }
}

/// Shows neither header values nor the target: they can carry tokens.
impl std::fmt::Debug for Parts<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts").field("method", &self.method).finish_non_exhaustive()
    }
}
