//! What a signature covers.

use std::fmt;

use crate::scheme::Part;

/// What the sender's signature covers; everything else in a request is its sender's word only.
///
/// ```
/// use hooksig::providers;
///
/// let coverage = providers::RETELL.coverage();
/// assert!(coverage.body() && coverage.timestamp());
/// assert_eq!(coverage.to_string(), "timestamp, body");
/// assert_eq!(providers::GITHUB.coverage().to_string(), "body");
/// ```
///
/// ```
/// use hooksig::providers;
///
/// // Square signs the whole URL and the body; no method, no id, no time, no other header.
/// let square = providers::SQUARE.coverage();
/// assert!(square.url() && square.path() && square.query() && square.body());
/// assert!(!square.method() && !square.message_id() && !square.timestamp() && !square.headers());
/// assert!(square.body_fields().is_empty(), "all of the body is signed");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Coverage {
    pub(crate) timestamp: bool,
    pub(crate) message_id: bool,
    pub(crate) method: bool,
    pub(crate) path: bool,
    pub(crate) url: bool,
    pub(crate) query: bool,
    pub(crate) headers: bool,
    pub(crate) body: bool,
    pub(crate) body_fields: &'static [&'static str],
}

impl Coverage {
    pub(crate) const NOTHING: Self = Self {
        timestamp: false,
        message_id: false,
        method: false,
        path: false,
        url: false,
        query: false,
        headers: false,
        body: false,
        body_fields: &[],
    };

    pub(crate) fn of(parts: &[Part<'_>], timestamp_in_body: bool) -> Self {
        let mut coverage = Self { timestamp: timestamp_in_body, ..Self::default() };
        for part in parts {
            match part {
                Part::Timestamp => coverage.timestamp = true,
                Part::MessageId => coverage.message_id = true,
                Part::Method => coverage.method = true,
                Part::Url => (coverage.path, coverage.url, coverage.query) = (true, true, true),
                Part::UrlWithoutQuery => (coverage.path, coverage.url) = (true, true),
                Part::Header(_) => coverage.headers = true,
                Part::Body => coverage.body = true,
                Part::Literal(_) => {}
            }
        }
        coverage
    }

    /// Whether the whole body is signed.
    #[must_use]
    pub const fn body(&self) -> bool {
        self.body
    }

    /// Whether a timestamp is signed. If not, a captured request stays valid for as long as its key.
    #[must_use]
    pub const fn timestamp(&self) -> bool {
        self.timestamp
    }

    /// Whether a message id is signed.
    #[must_use]
    pub const fn message_id(&self) -> bool {
        self.message_id
    }

    /// Whether the method is signed.
    #[must_use]
    pub const fn method(&self) -> bool {
        self.method
    }

    /// Whether the URL's path is signed.
    #[must_use]
    pub const fn path(&self) -> bool {
        self.path
    }

    /// Whether the URL is signed from its scheme to the end of its path.
    #[must_use]
    pub const fn url(&self) -> bool {
        self.url
    }

    /// Whether the URL's query is signed.
    #[must_use]
    pub const fn query(&self) -> bool {
        self.query
    }

    /// Whether headers beside those of timestamp and message id are signed; [`Scheme::parts`] names
    /// them.
    ///
    /// [`Scheme::parts`]: crate::Scheme::parts
    #[must_use]
    pub const fn headers(&self) -> bool {
        self.headers
    }

    /// The fields of the body that are signed, where [`body`](Self::body) as a whole is not.
    #[must_use]
    pub const fn body_fields(&self) -> &'static [&'static str] {
        self.body_fields
    }

    fn words(&self) -> impl Iterator<Item = &'static str> {
        [
            (self.timestamp, "timestamp"),
            (self.message_id, "message id"),
            (self.method, "method"),
            (self.path && !self.url, "path"),
            (self.url, "URL"),
            (self.query, "query"),
            (self.headers, "headers"),
            (self.body, "body"),
        ]
        .into_iter()
        .filter_map(|(covered, word)| covered.then_some(word))
        .chain(self.body_fields.iter().copied())
    }
}

/// The covered things in words, single fields of the body by their names, or `nothing`.
impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = self.words();
        f.write_str(words.next().unwrap_or("nothing"))?;
        words.try_for_each(|word| write!(f, ", {word}"))
    }
}

impl fmt::Debug for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Coverage({self})")
    }
}
