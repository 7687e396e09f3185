//! A request, a scheme and a key, as they are or as they may have been meant.

use zeroize::Zeroizing;

use super::texts;
use super::{Capture, Desk, Finding, text_of};
use crate::error::ConfigError;
use crate::key::Key;
use crate::public_key::PublicKey;
use crate::request::Parts;
use crate::scheme::Scheme;
use crate::secret::Secret;
use crate::sign::Draft;
use crate::time::{Unit, UnixTime};
use crate::verifier::Verifier;

/// Header names in lower case, and values.
pub(super) type HeaderList = Vec<(String, Vec<u8>)>;

/// Everything that a verification depends on.
#[derive(Clone)]
pub(super) struct Case<'s> {
    pub(super) scheme: Scheme<'s>,
    /// The key's texts, in the desk's order.
    pub(super) keys: Vec<Zeroizing<Vec<u8>>>,
    pub(super) key_ids: Vec<Option<String>>,
    pub(super) method: String,
    /// The public URL up to the request's path, and what the request adds.
    pub(super) base: Option<String>,
    pub(super) target: Option<String>,
    /// The whole URL, where the receiver has registered one; else the two make it up.
    pub(super) registered: Option<String>,
    pub(super) headers: HeaderList,
    pub(super) body: Vec<u8>,
    now: UnixTime,
    timed: bool,
}

/// A change that may put a case right.
pub(super) struct Variant {
    /// What was changed, in words that hold no secret.
    pub(super) note: String,
    pub(super) change: Change,
}

pub(super) enum Change {
    Body(Vec<u8>),
    Keys(Vec<Zeroizing<Vec<u8>>>),
    Headers(HeaderList),
    Scheme(Box<Scheme<'static>>),
    Algorithm(crate::scheme::Algorithm),
    Unit(Unit),
    Method(&'static str),
    Base(String),
    Target(String),
}

impl<'s> Case<'s> {
    pub(super) fn new(desk: &Desk<'s>, capture: &Capture, now: UnixTime) -> Result<Self, ConfigError> {
        if desk.keys.is_empty() {
            return Err(ConfigError::NoKey);
        }
        let texts = desk.keys.iter().map(|key| text_of(key).ok_or_else(|| blank(key)));
        let headers = capture.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone()));
        Ok(Self {
            scheme: desk.scheme,
            keys: texts.collect::<Result<_, _>>()?,
            key_ids: desk.keys.iter().map(|key| key.id.clone()).collect(),
            method: capture.method.clone(),
            base: desk.base.clone().or_else(|| desk.registered.as_deref().map(|url| split(url).0.to_owned())),
            target: capture.target.clone(),
            registered: desk.registered.clone(),
            headers: headers.collect(),
            body: capture.body.clone(),
            now,
            timed: true,
        })
    }

    /// The case with a change made.
    pub(super) fn changed(&self, variant: &Variant) -> Self {
        let mut case = self.clone();
        match &variant.change {
            Change::Body(body) => case.body.clone_from(body),
            Change::Keys(keys) => case.keys.clone_from(keys),
            Change::Headers(headers) => case.headers.clone_from(headers),
            Change::Scheme(scheme) => case.scheme = **scheme,
            Change::Algorithm(algorithm) => case.scheme.definition.algorithm = *algorithm,
            Change::Unit(unit) => {
                if let Some((_, place)) = &mut case.scheme.definition.timestamp {
                    *place = *unit;
                }
            }
            Change::Method(method) => (*method).clone_into(&mut case.method),
            Change::Base(base) => {
                case.base = Some(base.clone());
                case.registered = self.registered.as_deref().map(|url| format!("{base}{}", split(url).1));
            }
            Change::Target(target) => {
                case.target = Some(target.clone());
                case.registered = None;
            }
        }
        case
    }

    /// The case without a look at the time.
    pub(super) fn timeless(&self) -> Self {
        Self { timed: false, ..self.clone() }
    }

    /// The case with a look at the time again.
    pub(super) fn timed(&self) -> Self {
        Self { timed: true, ..self.clone() }
    }

    /// The reason of the refusal, if it is refused; an error where there is no such verifier.
    pub(super) fn verify(&self) -> Result<Result<(), &'static str>, ConfigError> {
        self.verify_at(self.now, &[])
    }

    /// As `verify`, with the windows of the desk's keys.
    pub(super) fn verify_with_windows(
        &self,
        desk: &Desk<'_>,
    ) -> Result<Result<(), &'static str>, ConfigError> {
        self.verify_at(self.now, &desk.keys)
    }

    /// About how many bytes it takes to copy and to verify.
    pub(super) fn size(&self) -> usize {
        self.body.len().saturating_add(size_of_headers(&self.headers))
    }

    /// Whether both are the same request, scheme and keys.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let url = |case: &Self| {
            (case.method.clone(), case.base.clone(), case.target.clone(), case.registered.clone())
        };
        self.scheme == other.scheme
            && self.keys == other.keys
            && url(self) == url(other)
            && (&self.headers, &self.body) == (&other.headers, &other.body)
    }

    /// As `verify`, at another moment and with these keys' windows.
    fn verify_at(&self, now: UnixTime, windows: &[Key]) -> Result<Result<(), &'static str>, ConfigError> {
        let verifier = self.verifier(windows)?;
        let parts = Parts::new(&self.headers).method(&self.method);
        let parts = match &self.target {
            Some(target) => parts.target(target),
            None => parts,
        };
        Ok(verifier.verify_at(parts, self.body.as_slice(), now).map(drop).map_err(|refusal| refusal.reason()))
    }

    fn verifier(&self, windows: &[Key]) -> Result<Verifier, ConfigError> {
        let mut builder = Verifier::builder(self.scheme).max_body(usize::MAX);
        for (index, text) in self.keys.iter().enumerate() {
            let label = format!("key {}", index.saturating_add(1));
            let mut key = if self.scheme.algorithm().is_public_key() {
                Key::public(&label, PublicKey::new(String::from_utf8_lossy(text)))
            } else {
                Key::new(&label, Secret::new(text.to_vec()))
            };
            if let Some(id) = self.key_ids.get(index).cloned().flatten().filter(|_| self.scheme.names_keys())
            {
                key = key.id(&id);
            }
            if let Some(window) = windows.get(index) {
                (key.from, key.until) = (window.from, window.until);
            }
            builder = builder.with_key(key);
        }
        if let (true, Some(url)) = (self.scheme.needs_registered_url(), &self.registered) {
            builder = builder.registered_url(url);
        } else if self.scheme.needs_registered_url() {
            let query = self.scheme.coverage().query();
            let target = self.target.as_deref().unwrap_or("/");
            let target = if query { target } else { target.split('?').next().unwrap_or(target) };
            builder =
                builder.registered_url(&format!("{}{target}", self.base.as_deref().unwrap_or_default()));
        } else if let (true, Some(base)) = (self.scheme.signs_url(), &self.base) {
            builder = builder.public_base(base);
        }
        let has_time = self.scheme.is_timed() || self.scheme.leeway().is_some();
        if !self.timed && has_time {
            builder = builder.dangerous_ignore_timestamp();
        }
        builder.build()
    }

    /// The one value of a header, as text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self.headers.iter().find(|(known, _)| known == name)?;
        str::from_utf8(value).ok()
    }

    /// The headers with another value under a name.
    pub(super) fn with_header(&self, name: &str, value: &str) -> HeaderList {
        let mut headers = self.headers.clone();
        for (_, place) in headers.iter_mut().filter(|(known, _)| known == name) {
            value.as_bytes().clone_into(place);
        }
        headers
    }

    /// A wrong time, where everything else is right.
    pub(super) fn time_finding(&self) -> Option<Finding> {
        let matches = matches!(self.timeless().verify(), Ok(Ok(())));
        matches.then(|| self.time_beside()).flatten()
    }

    /// What the time alone would be refused for.
    pub(super) fn time_beside(&self) -> Option<Finding> {
        let code = match self.verify() {
            Ok(Err("stale")) => "stale",
            Ok(Err("future")) => "clock_skew",
            _ => return None,
        };
        let note = match self.offset(code == "stale") {
            Some(seconds) => format!("by {seconds} s"),
            None => "by how much the request does not say".to_owned(),
        };
        Some(texts::finding(code, &note, true))
    }

    /// A key whose window did not include the request's own time either, where that time lies outside.
    pub(super) fn retired_beside(&self, desk: &Desk<'_>) -> Option<Finding> {
        let behind = self.verify() == Ok(Err("stale"));
        let shift = std::time::Duration::from_secs(self.offset(behind)?);
        let now = if behind { self.now.saturating_sub(shift) } else { self.now.saturating_add(shift) };
        Self { now, ..self.clone() }.retired_finding(desk)
    }

    /// By how many seconds the request's time lies outside: found by looking from other moments.
    fn offset(&self, behind: bool) -> Option<u64> {
        let outside = |seconds: u64| {
            let shift = std::time::Duration::from_secs(seconds);
            let moment = if behind { self.now.saturating_sub(shift) } else { self.now.saturating_add(shift) };
            let verdict = self.verify_at(moment, &[]);
            matches!((verdict, behind), (Ok(Err("stale")), true) | (Ok(Err("future")), false))
        };
        let mut most = 1_u64;
        while outside(most) {
            most = most.checked_mul(2).filter(|most| *most < 1 << 40)?;
        }
        let (mut least, mut most) = (most / 2, most);
        while most.saturating_sub(least) > 1 {
            let middle = least.midpoint(most);
            if outside(middle) { least = middle } else { most = middle }
        }
        Some(most)
    }

    /// A key whose window has ended, or has not begun.
    pub(super) fn retired_finding(&self, desk: &Desk<'_>) -> Option<Finding> {
        let windowed = desk.keys.iter().any(|key| key.from.is_some() || key.until.is_some());
        let refused = matches!(self.verify_at(self.now, &desk.keys), Ok(Err(_)));
        let matches = matches!(self.verify(), Ok(Ok(())));
        (windowed && refused && matches).then(|| texts::finding("key_label_retired", "", true))
    }

    /// A signature that is the beginning of the right one, which the scheme run backwards gives.
    pub(super) fn truncated_finding(&self) -> Option<Finding> {
        let field = self.scheme.signature();
        let given = self.header(field.header())?;
        let entries = given.split(|letter| Some(letter) == field.separator()).map(str::trim);
        let mut texts = entries.filter_map(|entry| entry.strip_prefix(field.prefix()));
        let text = texts.find(|text| text.len() >= MIN_PROOF)?;
        let whole = self.scheme.encoding().width(self.scheme.algorithm().tag_size())?;
        if text.len() >= whole {
            return None;
        }
        let whole_header = given.replacen(text, &self.placeholder(), 1);
        let draft = self.draft(field.header(), &whole_header)?;
        let tags = self.verifier(&[]).ok()?.expected_tags(&draft);
        let own = self.scheme.encoding();
        let cut = tags.iter().any(|tag| own.encode(tag).starts_with(text));
        cut.then(|| {
            texts::finding("truncated_signature", &format!("{} of {whole} characters", text.len()), true)
        })
    }

    fn placeholder(&self) -> String {
        self.scheme.encoding().encode(&vec![0; self.scheme.algorithm().tag_size()])
    }

    /// The request with a placeholder for its signature.
    fn draft(&self, header: &str, value: &str) -> Option<Draft> {
        let headers = self.with_header(header, value);
        let text = |value: Vec<u8>| String::from_utf8(value).ok();
        Some(Draft {
            method: self.method.clone(),
            target: self.target.clone().unwrap_or_else(|| "/".to_owned()),
            headers: headers
                .into_iter()
                .map(|(name, value)| Some((name, text(value)?)))
                .collect::<Option<_>>()?,
            body: self.body.clone(),
            signature_header: None,
        })
    }
}

fn size_of_headers(headers: &HeaderList) -> usize {
    let size = |(name, value): &(String, Vec<u8>)| name.len().saturating_add(value.len()).saturating_add(64);
    headers.iter().map(size).fold(0, usize::saturating_add)
}

/// A URL up to its path, and the rest.
pub(super) fn split(url: &str) -> (&str, &str) {
    let host = url.find("://").map_or(0, |scheme| scheme.saturating_add(3));
    let path = url.get(host..).and_then(|rest| rest.find(['/', '?']));
    url.split_at(path.map_or(url.len(), |path| host.saturating_add(path)))
}

/// The shortest beginning of a signature that proves anything, in characters: four bytes are no accident.
const MIN_PROOF: usize = 8;

fn blank(key: &Key) -> ConfigError {
    ConfigError::BlankSecret { label: key.label.clone() }
}

impl Variant {
    pub(super) fn new(note: &str, change: Change) -> Self {
        Self { note: note.to_owned(), change }
    }

    /// How many bytes it holds.
    pub(super) fn size(&self) -> usize {
        match &self.change {
            Change::Body(body) => body.len(),
            Change::Headers(headers) => size_of_headers(headers),
            _ => 0,
        }
    }
}
