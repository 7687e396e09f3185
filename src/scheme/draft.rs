//! A scheme that is being written.

use std::time::Duration;

use super::check::{Flaw, check};
use super::{Algorithm, Definition, MAX_EXPECTED, MAX_FORMS, MAX_PARTS, Part, Scheme, SecretForm, Source};
use crate::encoding::Encoding;
use crate::error::ConfigError;
use crate::field::Field;
use crate::mechanism::Rules;
use crate::time::Unit;

/// A scheme that is being written; it cannot verify anything until
/// [`signs`](Self::signs) or [`try_signs`](Self::try_signs) has checked and finished it.
///
/// ```
/// use std::time::Duration;
/// use hooksig::{Encoding, Evidence, Field, Part, Scheme, SecretForm, Source, Unit};
///
/// const ACME: Scheme = Scheme::hmac_sha512("acme")
///     .signature(Field::listed("acme-signature", ' ', "v1,"), Encoding::Base64)
///     .timestamp(Field::whole("acme-timestamp"), Unit::Seconds)
///     .message_id(Field::whole("acme-id"))
///     .families(["acme", "webhook"]) // `acme-id` or `webhook-id`, never mixed
///     .key_id(Field::whole("acme-key"))
///     .expects("acme-version", "2")
///     .secret(&[SecretForm::Base64After("whsec_"), SecretForm::Base64])
///     .max_age(Duration::from_secs(120))
///     .max_ahead(Duration::from_secs(30))
///     .event_id("/data/id")
///     .addresses(&["192.0.2.0/24"])
///     .source(Source { page: "https://acme.example", checked: "2026-11-21", evidence: Evidence::Documentation })
///     .note("One secret for each endpoint.")
///     .signs(&[Part::MessageId, Part::Literal("."), Part::Timestamp, Part::Literal("."), Part::Body]);
///
/// assert!(ACME.names_keys());
/// assert_eq!(ACME.expected_headers(), [("acme-version", "2")]);
///
/// // Without a mark between them nobody could say where the id ends and the body begins.
/// let draft = Scheme::hmac_sha256("acme")
///     .signature(Field::whole("acme-signature"), Encoding::Hex)
///     .message_id(Field::whole("acme-id"));
/// assert!(draft.try_signs(&[Part::MessageId, Part::Body]).is_err());
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use = "a draft becomes a scheme by `signs` or `try_signs`"]
pub struct Draft<'a> {
    definition: Definition<'a>,
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
                rules: None,
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

    /// How the signature is written, where a mechanism says where it stands.
    #[allow(dead_code, reason = "which schemes need it depends on the features")]
    pub(crate) const fn encoded(mut self, encoding: Encoding) -> Self {
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
    ///
    /// ```
    /// use hooksig::{Encoding, Field, Part, Scheme, Secret, Signer, Unit, UnixTime, Verifier};
    ///
    /// const ACME: Scheme = Scheme::hmac_sha256("acme")
    ///     .signature(Field::whole("acme-signature"), Encoding::Hex)
    ///     .timestamp_in_json("sent_at", Unit::Millis)
    ///     .signs(&[Part::Body]);
    ///
    /// let verifier = Verifier::new(ACME, Secret::new("test-secret"))?;
    /// let now = UnixTime::from_secs(1_763_700_000);
    /// let request = Signer::new(ACME, Secret::new("test-secret"))?.sign(b"{}", now)?; // which puts the time in
    /// let later = UnixTime::from_secs(1_763_700_301);
    /// assert!(verifier.verify_at(request.parts(), request.body(), now).is_ok());
    /// assert_eq!(verifier.verify_at(request.parts(), request.body(), later).unwrap_err().reason(), "stale");
    /// # Ok::<(), hooksig::ConfigError>(())
    /// ```
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
    #[expect(clippy::indexing_slicing, reason = "compared with the size one line above")]
    pub const fn expects(mut self, header: &'a str, value: &'a str) -> Self {
        if self.definition.expected_count < MAX_EXPECTED {
            self.definition.expected[self.definition.expected_count] = (header, value);
        }
        self.definition.expected_count = self.definition.expected_count.saturating_add(1);
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
    #[expect(
        clippy::arithmetic_side_effects,
        clippy::indexing_slicing,
        reason = "`index` stays below both sizes"
    )]
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

    /// Finishes a scheme whose content a mechanism makes; the mechanism's tests take the place of the
    /// check.
    #[allow(dead_code, reason = "without a mechanism's feature no scheme has one")]
    pub(crate) const fn follows(mut self, rules: Rules) -> Scheme<'a> {
        self.definition.rules = Some(rules);
        self.definition.part_count = 0;
        Scheme { definition: self.definition }
    }

    #[expect(
        clippy::arithmetic_side_effects,
        clippy::indexing_slicing,
        reason = "`index` stays below both sizes"
    )]
    const fn finish(mut self, parts: &[Part<'a>]) -> Result<Scheme<'a>, Flaw<'a>> {
        self.definition.part_count = parts.len();
        let mut index = 0;
        while index < parts.len() && index < MAX_PARTS {
            self.definition.parts[index] = parts[index];
            index += 1;
        }
        match check(&self.definition) {
            Some(flaw) => Err(flaw),
            None => Ok(Scheme { definition: self.definition }),
        }
    }
}
