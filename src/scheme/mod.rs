//! Schemes: what a provider signs, and where it says so.

mod check;
mod claims;
mod explain;
mod join;
mod plan;

use std::time::Duration;

pub(crate) use check::is_limit;
pub(crate) use claims::{Candidates, Claims, MAX_ID, MAX_SUFFIX};
pub(crate) use explain::{Limits, explain};
pub(crate) use join::Joint;
pub(crate) use plan::{Layout, Piece, Plan, TimestampPlace};

use crate::coverage::Coverage;
use crate::encoding::Encoding;
use crate::error::ConfigError;
use crate::field::Field;
use crate::time::{Freshness, Unit};
use check::Flaw;

/// The most parts that signed content can have.
pub(crate) const MAX_PARTS: usize = 12;

/// The most ways in which a scheme can read a secret.
const MAX_FORMS: usize = 4;

/// The most headers whose values a scheme prescribes.
const MAX_EXPECTED: usize = 4;

/// The tolerance of a scheme whose provider documents none.
const DEFAULT_AGE: Duration = Duration::from_secs(300);

/// The longest default lead of a sender's clock, however old its requests may be.
const DEFAULT_AHEAD: Duration = Duration::from_secs(300);

/// A complete description of how one provider signs its requests.
///
/// A scheme is a value, so a built-in one (see [`providers`](crate::providers)), one that you write
/// as a constant and one that is made while the program runs are the same thing. It borrows its
/// texts; a [`Verifier`](crate::Verifier) copies what it needs.
///
/// A definition that cannot be verified safely does not compile when it is a constant:
///
/// ```
/// use hooksig::{Encoding, Field, Part, Scheme, Unit};
///
/// const ACME: Scheme = Scheme::hmac_sha256("acme")
///     .signature(Field::prefixed("x-acme-signature", "v1="), Encoding::Hex)
///     .timestamp(Field::whole("x-acme-time"), Unit::Millis)
///     .signs(&[Part::Timestamp, Part::Literal("."), Part::Body]);
///
/// assert!(ACME.coverage().body());
/// ```
///
/// ```compile_fail,E0080
/// # use hooksig::{Encoding, Field, Part, Scheme, Unit};
/// // The timestamp is read but not signed: anyone could renew an old request.
/// const FLAWED: Scheme = Scheme::hmac_sha256("flawed")
///     .signature(Field::whole("x-signature"), Encoding::Hex)
///     .timestamp(Field::whole("x-time"), Unit::Seconds)
///     .signs(&[Part::Body]);
/// ```
///
/// ```compile_fail,E0080
/// # use hooksig::{Encoding, Field, Part, Scheme, Unit};
/// // The body is not signed, and nobody said `.dangerous_unsigned_body()`.
/// const FLAWED: Scheme = Scheme::hmac_sha256("flawed")
///     .signature(Field::whole("x-signature"), Encoding::Hex)
///     .timestamp(Field::whole("x-time"), Unit::Seconds)
///     .signs(&[Part::Timestamp]);
/// ```
///
/// At run time the same finding is a [`ConfigError`]:
///
/// ```
/// use hooksig::{Encoding, Field, Part, Scheme, Unit};
///
/// let header = String::from("x-acme-signature");
/// let draft = Scheme::hmac_sha256("acme").signature(Field::whole(&header), Encoding::Hex);
/// assert!(draft.try_signs(&[Part::Body]).is_ok());
/// assert!(draft.try_signs(&[Part::Literal("v1:")]).is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scheme<'a> {
    pub(crate) definition: Definition<'a>,
}

/// A scheme that is being written; it cannot verify anything until
/// [`signs`](Self::signs) or [`try_signs`](Self::try_signs) has checked and finished it.
#[derive(Clone, Copy, Debug)]
#[must_use = "a draft becomes a scheme by `signs` or `try_signs`"]
pub struct Draft<'a> {
    definition: Definition<'a>,
}

/// What both a draft and a scheme hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Definition<'a> {
    pub(crate) name: &'a str,
    pub(crate) algorithm: Algorithm,
    pub(crate) signature: Option<Field<'a>>,
    pub(crate) encoding: Encoding,
    pub(crate) timestamp: Option<(Field<'a>, Unit)>,
    /// A timestamp in the body: the key of a JSON object.
    pub(crate) json_timestamp: Option<(&'a str, Unit)>,
    pub(crate) message_id: Option<Field<'a>>,
    pub(crate) key_id: Option<Field<'a>>,
    pub(crate) event_id: Option<&'a str>,
    pub(crate) addresses: &'a [&'a str],
    pub(crate) max_age: Option<Duration>,
    pub(crate) max_ahead: Option<Duration>,
    pub(crate) families: Option<[&'a str; 2]>,
    pub(crate) unsigned_body: bool,
    pub(crate) source: Option<Source<'a>>,
    pub(crate) note: &'a str,
    expected: [(&'a str, &'a str); MAX_EXPECTED],
    expected_count: usize,
    forms: [SecretForm<'a>; MAX_FORMS],
    form_count: usize,
    parts: [Part<'a>; MAX_PARTS],
    part_count: usize,
}

/// The algorithm that makes a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC with SHA-256, 32 bytes.
    HmacSha256,
    /// HMAC with SHA-512, 64 bytes.
    HmacSha512,
    /// HMAC with SHA-1, 20 bytes: still sound as a MAC, but nothing to choose today.
    #[cfg(feature = "sha1")]
    HmacSha1,
    /// No signature: a shared token that is sent along as it is.
    StaticToken,
}

impl Algorithm {
    /// The size in bytes of what is compared: of the tag, or of a token's hash.
    #[must_use]
    pub const fn tag_size(self) -> usize {
        match self {
            Self::HmacSha256 | Self::StaticToken => 32,
            Self::HmacSha512 => 64,
            #[cfg(feature = "sha1")]
            Self::HmacSha1 => 20,
        }
    }

    /// The usual name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::HmacSha256 => "HMAC-SHA256",
            Self::HmacSha512 => "HMAC-SHA512",
            #[cfg(feature = "sha1")]
            Self::HmacSha1 => "HMAC-SHA1",
            Self::StaticToken => "static token",
        }
    }
}

/// One part of the signed content, in the order in which the sender joins them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part<'a> {
    /// The body, byte for byte as it was sent.
    Body,
    /// The timestamp as its header writes it, after its prefix.
    Timestamp,
    /// The message id as its header writes it, after its prefix.
    MessageId,
    /// The value of a header.
    Header(&'a str),
    /// The request's method.
    Method,
    /// The public URL with its query.
    Url,
    /// The public URL without its query.
    UrlWithoutQuery,
    /// A fixed text.
    Literal(&'a str),
}

/// How a provider's secret text becomes a key.
///
/// Secrets that look alike are read differently: Stripe's `whsec_…` is used as text, the
/// Standard Webhooks' `whsec_…` is base64 after the prefix. The scheme knows which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretForm<'a> {
    /// The text itself is the key.
    Text,
    /// The text itself is the key, unless it starts with this prefix.
    TextWithout(&'a str),
    /// The text is base64; its padding may be missing.
    Base64,
    /// The text is this prefix and base64.
    Base64After(&'a str),
    /// The text is hexadecimal.
    Hex,
}

/// Where the facts of a scheme come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source<'a> {
    /// The provider's page.
    pub page: &'a str,
    /// When it was checked, as `YYYY-MM-DD`.
    pub checked: &'a str,
    /// How far the scheme is confirmed.
    pub evidence: Evidence<'a>,
}

/// How far a scheme is confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Evidence<'a> {
    /// The SDK named here, the provider's own unless the name says otherwise, gave the same verdict on
    /// the scheme's vectors.
    Sdk(&'a str),
    /// The provider publishes a signed example, which verifies.
    Published,
    /// The provider's documentation alone; no signature from elsewhere confirms it.
    Documentation,
}

impl<'a> Scheme<'a> {
    /// Starts a scheme whose signature is an HMAC-SHA256.
    pub const fn hmac_sha256(name: &'a str) -> Draft<'a> {
        Draft::new(name, Algorithm::HmacSha256)
    }

    /// Starts a scheme whose signature is an HMAC-SHA512.
    pub const fn hmac_sha512(name: &'a str) -> Draft<'a> {
        Draft::new(name, Algorithm::HmacSha512)
    }

    /// Starts a scheme whose signature is an HMAC-SHA1.
    #[cfg(feature = "sha1")]
    #[cfg_attr(docsrs, doc(cfg(feature = "sha1")))]
    pub const fn hmac_sha1(name: &'a str) -> Draft<'a> {
        Draft::new(name, Algorithm::HmacSha1)
    }

    /// A scheme without a signature: the sender repeats a shared token in a header. The whole value
    /// is compared, a word such as `Bearer` included, in a time that says nothing about the token or
    /// its length; where the token stands in two headers, each that is there must hold it.
    ///
    /// Such a token says who is calling, and nothing about what: **the body is not authenticated**,
    /// and whoever sees one request can send any other. Hence the call to
    /// [`dangerous_unsigned_body`](Draft::dangerous_unsigned_body), and an empty
    /// [`coverage`](Self::coverage).
    ///
    /// ```
    /// use hooksig::{Field, Scheme, Secret, Verifier};
    ///
    /// let scheme = Scheme::static_token("acme", Field::whole("x-acme-token"))
    ///     .dangerous_unsigned_body()
    ///     .try_signs(&[])?;
    /// let verifier = Verifier::new(scheme, Secret::new("test-token"))?;
    ///
    /// let proof = verifier.verify(&[("x-acme-token", "test-token")], "any body").unwrap();
    /// assert_eq!(proof.coverage().to_string(), "nothing");
    /// let refusal = verifier.verify(&[("x-acme-token", "test-toke")], "any body").unwrap_err();
    /// assert_eq!(refusal.reason(), "mismatch");
    /// # Ok::<(), hooksig::ConfigError>(())
    /// ```
    pub const fn static_token(name: &'a str, field: Field<'a>) -> Draft<'a> {
        Draft::new(name, Algorithm::StaticToken).signature(field, Encoding::Verbatim)
    }

    /// The scheme's name: lower case, as in [`providers::by_name`](crate::providers::by_name).
    #[must_use]
    pub const fn name(&self) -> &'a str {
        self.definition.name
    }

    /// The algorithm that makes the signature.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.definition.algorithm
    }

    /// Where the signature stands.
    #[must_use]
    pub const fn signature(&self) -> Field<'a> {
        match self.definition.signature {
            Some(field) => field,
            // `check` lets no scheme without a signature through.
            None => Field::whole(""),
        }
    }

    /// How the signature is written.
    #[must_use]
    pub const fn encoding(&self) -> Encoding {
        self.definition.encoding
    }

    /// Where the timestamp stands and how it is written, if there is one.
    #[must_use]
    pub const fn timestamp(&self) -> Option<(Field<'a>, Unit)> {
        self.definition.timestamp
    }

    /// Where the message id stands, if there is one.
    #[must_use]
    pub const fn message_id(&self) -> Option<Field<'a>> {
        self.definition.message_id
    }

    /// The key under which the timestamp stands in a JSON body and how it is written, if it does.
    #[must_use]
    pub const fn timestamp_in_json(&self) -> Option<(&'a str, Unit)> {
        self.definition.json_timestamp
    }

    /// Where the id of the key stands, if the sender names it.
    #[must_use]
    pub const fn key_id(&self) -> Option<Field<'a>> {
        self.definition.key_id
    }

    /// The headers that must have a certain value, with that value.
    #[must_use]
    pub fn expected_headers(&self) -> &[(&'a str, &'a str)] {
        self.definition.expected()
    }

    /// Where the event's id stands in a JSON body, as a JSON pointer (RFC 6901): the same for every
    /// delivery of one event, so what makes handling it happen once.
    #[must_use]
    pub const fn event_id(&self) -> Option<&'a str> {
        self.definition.event_id
    }

    /// The addresses that the provider publishes for its senders, as addresses or CIDR blocks. A
    /// second fence for a firewall, never a replacement for the signature; they change.
    #[must_use]
    pub const fn addresses(&self) -> &'a [&'a str] {
        self.definition.addresses
    }

    /// The two beginnings of header names of which a request uses one throughout, if there are two.
    #[must_use]
    pub const fn families(&self) -> Option<[&'a str; 2]> {
        self.definition.families
    }

    /// The signed content, part by part.
    #[must_use]
    pub fn parts(&self) -> &[Part<'a>] {
        self.definition.parts()
    }

    /// The ways in which a secret is read; every one that applies gives a key.
    #[must_use]
    pub fn secret_forms(&self) -> &[SecretForm<'a>] {
        self.definition.forms()
    }

    /// How old a request may be; the limit itself is accepted.
    #[must_use]
    pub fn max_age(&self) -> Duration {
        self.definition.freshness().max_age
    }

    /// How far ahead of the receiver's clock a request may be; the limit itself is accepted.
    #[must_use]
    pub fn max_ahead(&self) -> Duration {
        self.definition.freshness().max_ahead
    }

    /// Where the facts of this scheme come from.
    #[must_use]
    pub const fn source(&self) -> Option<Source<'a>> {
        self.definition.source
    }

    /// What a receiver should know beside the rules; empty where there is nothing.
    #[must_use]
    pub const fn note(&self) -> &'a str {
        self.definition.note
    }

    /// What the signature covers. Everything else in the request is the sender's word only.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        Coverage::of(self.parts(), self.definition.json_timestamp.is_some())
    }

    /// Whether the body can be hashed as it arrives, so that nothing has to be kept for verification.
    /// Otherwise a streaming verification keeps the body up to the verifier's limit.
    #[must_use]
    pub const fn streams(&self) -> bool {
        self.definition.json_timestamp.is_none()
    }

    /// Whether the signature, a signed timestamp included, has to be fresh.
    pub(crate) const fn is_timed(&self) -> bool {
        self.definition.timestamp.is_some() || self.definition.json_timestamp.is_some()
    }

    /// Whether the scheme joins the URL to something else without a mark between them, so that the
    /// verifier has to be told the full URL that is registered at the provider.
    #[must_use]
    pub const fn needs_registered_url(&self) -> bool {
        join::pins_url(&self.definition)
    }

    /// Whether the scheme signs the URL in any form.
    #[must_use]
    pub fn signs_url(&self) -> bool {
        self.parts().iter().any(|part| matches!(part, Part::Url | Part::UrlWithoutQuery))
    }

    /// The rules of this scheme in words, for people who configure, debug or review it.
    ///
    /// ```
    /// let rules = hooksig::providers::RETELL.explain();
    /// assert!(rules.contains("Signed: the body, then the timestamp"));
    /// ```
    #[must_use]
    pub fn explain(&self) -> String {
        explain::explain(self, explain::Limits::Within(self.definition.freshness()), None)
    }
}

impl<'a> Draft<'a> {
    pub(crate) const fn new(name: &'a str, algorithm: Algorithm) -> Self {
        Self {
            definition: Definition {
                name,
                algorithm,
                signature: None,
                encoding: Encoding::Hex,
                timestamp: None,
                json_timestamp: None,
                message_id: None,
                key_id: None,
                event_id: None,
                addresses: &[],
                max_age: None,
                max_ahead: None,
                families: None,
                unsigned_body: false,
                source: None,
                note: "",
                expected: [("", ""); MAX_EXPECTED],
                expected_count: 0,
                forms: [SecretForm::Text; MAX_FORMS],
                form_count: 1,
                parts: [Part::Body; MAX_PARTS],
                part_count: 0,
            },
        }
    }

    /// Where the signature stands and how it is written.
    pub const fn signature(mut self, field: Field<'a>, encoding: Encoding) -> Self {
        self.definition.signature = Some(field);
        self.definition.encoding = encoding;
        self
    }

    /// Where the timestamp stands and how it is written.
    pub const fn timestamp(mut self, field: Field<'a>, unit: Unit) -> Self {
        self.definition.timestamp = Some((field, unit));
        self
    }

    /// The key of a JSON body under which the timestamp stands, and how it is written: a number of
    /// seconds or milliseconds, or a text of RFC 3339. It is signed with the body, and read after the
    /// signature has matched; a streaming verification keeps the body until then.
    #[cfg(feature = "json")]
    #[cfg_attr(docsrs, doc(cfg(feature = "json")))]
    pub const fn timestamp_in_json(mut self, key: &'a str, unit: Unit) -> Self {
        self.definition.json_timestamp = Some((key, unit));
        self
    }

    /// Where the sender names its key. Only the key with this id is tried, and a request that names
    /// none or another is refused before anything is hashed.
    pub const fn key_id(mut self, field: Field<'a>) -> Self {
        self.definition.key_id = Some(field);
        self
    }

    /// Requires a header to be there with exactly this value, such as a version; at most four.
    pub const fn expects(mut self, header: &'a str, value: &'a str) -> Self {
        if self.definition.expected_count < MAX_EXPECTED {
            self.definition.expected[self.definition.expected_count] = (header, value);
        }
        self.definition.expected_count += 1;
        self
    }

    /// Where the event's id stands in a JSON body, as a JSON pointer (RFC 6901).
    pub const fn event_id(mut self, pointer: &'a str) -> Self {
        self.definition.event_id = Some(pointer);
        self
    }

    /// The addresses that the provider publishes for its senders, as addresses or CIDR blocks.
    pub const fn addresses(mut self, addresses: &'a [&'a str]) -> Self {
        self.definition.addresses = addresses;
        self
    }

    /// Where the message id stands: 1 to 256 visible ASCII characters.
    pub const fn message_id(mut self, field: Field<'a>) -> Self {
        self.definition.message_id = Some(field);
        self
    }

    /// How the secret is read: as text unless this says otherwise. Every form that applies to a
    /// secret gives a key; at most four.
    pub const fn secret(mut self, forms: &[SecretForm<'a>]) -> Self {
        self.definition.form_count = forms.len();
        let mut index = 0;
        while index < forms.len() && index < MAX_FORMS {
            self.definition.forms[index] = forms[index];
            index += 1;
        }
        self
    }

    /// How old a request may be, the provider's documented tolerance: one second to one day, 300
    /// seconds unless this says otherwise.
    pub const fn max_age(mut self, limit: Duration) -> Self {
        self.definition.max_age = Some(limit);
        self
    }

    /// How far ahead of our clock a request may be: one second to one day. Unless this says
    /// otherwise, as far as it may be old, but no more than 300 seconds.
    pub const fn max_ahead(mut self, limit: Duration) -> Self {
        self.definition.max_ahead = Some(limit);
        self
    }

    /// Two beginnings of header names, of which a request uses one throughout: header names that are
    /// written with the first are read with the second when the request has none of the first.
    pub const fn families(mut self, families: [&'a str; 2]) -> Self {
        self.definition.families = Some(families);
        self
    }

    /// Where the facts of this scheme come from.
    pub const fn source(mut self, source: Source<'a>) -> Self {
        self.definition.source = Some(source);
        self
    }

    /// What a receiver should know beside the rules: a sentence or two.
    pub const fn note(mut self, note: &'a str) -> Self {
        self.definition.note = note;
        self
    }

    /// Allows a content without the body. Whoever can replay or redirect such a request can give it
    /// any body: use it only where the provider leaves no choice, and trust only what
    /// [`Scheme::coverage`] lists.
    pub const fn dangerous_unsigned_body(mut self) -> Self {
        self.definition.unsigned_body = true;
        self
    }

    /// Finishes the scheme with the content that is signed, part by part.
    ///
    /// # Panics
    ///
    /// With one sentence, when the definition cannot be verified safely; in a constant this is a
    /// compile error. For definitions that are not constants use [`try_signs`](Self::try_signs).
    #[must_use]
    #[allow(
        clippy::panic,
        reason = "in a constant a panic is a compile error, as in HeaderName::from_static"
    )]
    pub const fn signs(self, parts: &[Part<'a>]) -> Scheme<'a> {
        match self.finish(parts) {
            Ok(scheme) => scheme,
            Err(flaw) => panic!("{}", flaw.sentence),
        }
    }

    /// Finishes the scheme with the content that is signed, part by part.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Scheme`] when the definition cannot be verified safely, with a sentence that
    /// says what would be right.
    pub fn try_signs(self, parts: &[Part<'a>]) -> Result<Scheme<'a>, ConfigError> {
        self.finish(parts).map_err(|flaw| ConfigError::Scheme {
            scheme: self.definition.name.to_owned(),
            flaw: flaw.sentence,
            at: (!flaw.at.is_empty()).then(|| flaw.at.to_owned()),
        })
    }

    const fn finish(mut self, parts: &[Part<'a>]) -> Result<Scheme<'a>, Flaw<'a>> {
        self.definition.part_count = parts.len();
        let mut index = 0;
        while index < parts.len() && index < MAX_PARTS {
            self.definition.parts[index] = parts[index];
            index += 1;
        }
        match check::check(&self.definition) {
            Some(flaw) => Err(flaw),
            None => Ok(Scheme { definition: self.definition }),
        }
    }
}

impl<'a> Definition<'a> {
    pub(crate) fn parts(&self) -> &[Part<'a>] {
        self.parts.get(..self.part_count).unwrap_or_default()
    }

    pub(crate) fn forms(&self) -> &[SecretForm<'a>] {
        self.forms.get(..self.form_count).unwrap_or_default()
    }

    pub(crate) fn expected(&self) -> &[(&'a str, &'a str)] {
        self.expected.get(..self.expected_count).unwrap_or_default()
    }

    pub(crate) fn freshness(&self) -> Freshness {
        let max_age = self.max_age.unwrap_or(DEFAULT_AGE);
        let max_ahead = self.max_ahead.unwrap_or_else(|| max_age.min(DEFAULT_AHEAD));
        Freshness { max_age, max_ahead }
    }
}
