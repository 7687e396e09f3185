//! Schemes: what a provider signs, and where it says so.

mod check;
mod claims;
mod definition;
mod draft;
mod explain;
mod join;
mod part;
mod plan;

use std::time::Duration;

pub(crate) use check::{MAX_NAME, is_limit};
#[cfg(feature = "form")]
pub(crate) use claims::MAX_CANDIDATES;
pub(crate) use claims::{Candidates, Claims, MAX_ID, MAX_SUFFIX};
pub(crate) use definition::{Definition, MAX_EXPECTED, MAX_FORMS, MAX_PARTS};
pub use draft::Draft;
pub(crate) use explain::{Limits, explain};
pub(crate) use join::Joint;
pub use part::{Algorithm, Evidence, Part, SecretForm, Source};
pub(crate) use plan::{Layout, Piece, Plan, TimestampPlace};

use crate::coverage::Coverage;
use crate::encoding::Encoding;
use crate::field::Field;
use crate::mechanism::{Kind, UrlUse};
use crate::time::Unit;

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
/// At run time the same finding is a [`ConfigError`](crate::ConfigError):
///
/// ```
/// use hooksig::{Encoding, Field, Part, Scheme, Unit};
///
/// let header = String::from("x-acme-signature");
/// let draft = Scheme::hmac_sha256("acme").signature(Field::whole(&header), Encoding::Hex);
/// assert!(draft.try_signs(&[Part::Body]).is_ok());
/// assert!(draft.try_signs(&[Part::Literal("v1:")]).is_err());
/// ```
///
/// ```
/// use std::time::Duration;
/// use hooksig::{Algorithm, Encoding, providers};
///
/// // Everything that a scheme says can be asked for.
/// let retell = providers::RETELL;
/// assert_eq!((retell.name(), retell.algorithm(), retell.encoding()), ("retell", Algorithm::HmacSha256, Encoding::Hex));
/// assert_eq!((retell.signature().header(), retell.signature().prefix()), ("x-retell-signature", "d="));
/// assert_eq!((retell.max_age(), retell.max_ahead()), (Duration::from_secs(300), Duration::from_secs(300)));
/// assert_eq!((retell.message_id(), retell.event_id(), retell.key_id()), (None, None, None));
/// assert_eq!((retell.families(), retell.leeway(), retell.timestamp_in_json()), (None, None, None));
/// assert_eq!(retell.addresses(), ["100.20.5.228"]);
/// assert!(retell.streams() && retell.is_timed() && !retell.note().is_empty());
/// assert!(!retell.expires() && !retell.signs_url() && !retell.names_keys());
/// assert!(providers::SQUARE.signs_url() && providers::SQUARE.needs_registered_url());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scheme<'a> {
    pub(crate) definition: Definition<'a>,
}

impl<'a> Scheme<'a> {
    /// Starts a scheme whose signature is an HMAC-SHA256.
    pub const fn hmac_sha256(name: &'a str) -> Draft<'a> {
        Draft::new(name, Algorithm::HmacSha256)
    }

    /// Starts a scheme whose signature is an HMAC-SHA512.
    ///
    /// ```
    /// use hooksig::{Encoding, Field, Part, Scheme};
    ///
    /// const ACME: Scheme =
    ///     Scheme::hmac_sha512("acme").signature(Field::whole("acme-signature"), Encoding::Hex).signs(&[Part::Body]);
    /// assert_eq!(ACME.algorithm().tag_size(), 64);
    /// ```
    pub const fn hmac_sha512(name: &'a str) -> Draft<'a> {
        Draft::new(name, Algorithm::HmacSha512)
    }

    /// Starts a scheme whose signature is an HMAC-SHA1.
    ///
    /// ```
    /// use hooksig::{Encoding, Field, Part, Scheme};
    ///
    /// const ACME: Scheme =
    ///     Scheme::hmac_sha1("acme").signature(Field::whole("acme-signature"), Encoding::Base64).signs(&[Part::Body]);
    /// assert_eq!(ACME.algorithm().tag_size(), 20);
    /// ```
    #[cfg(feature = "sha1")]
    #[cfg_attr(docsrs, doc(cfg(feature = "sha1")))]
    pub const fn hmac_sha1(name: &'a str) -> Draft<'a> {
        Draft::new(name, Algorithm::HmacSha1)
    }

    /// Starts a scheme whose signature is an Ed25519 signature; its key is a
    /// [`PublicKey`](crate::PublicKey).
    ///
    /// ```
    /// use hooksig::{Encoding, Field, Part, PublicKey, Scheme, Secret, Unit, Verifier};
    ///
    /// const ACME: Scheme = Scheme::ed25519("acme")
    ///     .signature(Field::whole("acme-signature"), Encoding::Base64)
    ///     .timestamp(Field::whole("acme-timestamp"), Unit::Seconds)
    ///     .secret(&[hooksig::SecretForm::Base64])
    ///     .signs(&[Part::Timestamp, Part::Literal("."), Part::Body]);
    ///
    /// let key = PublicKey::new("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
    /// assert!(Verifier::with_public_key(ACME, key).is_ok());
    /// assert!(Verifier::new(ACME, Secret::new("test-secret")).is_err());
    /// ```
    #[cfg(feature = "ed25519")]
    #[cfg_attr(docsrs, doc(cfg(feature = "ed25519")))]
    pub const fn ed25519(name: &'a str) -> Draft<'a> {
        Draft::new(name, Algorithm::Ed25519)
    }

    /// Starts a scheme whose signature is an ECDSA P-256 signature in DER; its key is a
    /// [`PublicKey`](crate::PublicKey).
    ///
    /// ```
    /// use hooksig::{PublicKey, Verifier, providers};
    ///
    /// // SendGrid's is one of these. Its key comes from its settings, as base64 of an SPKI structure.
    /// assert!(providers::SENDGRID.algorithm().is_public_key());
    /// assert!(Verifier::with_public_key(providers::SENDGRID, PublicKey::new("not a key")).is_err());
    /// ```
    #[cfg(feature = "ecdsa")]
    #[cfg_attr(docsrs, doc(cfg(feature = "ecdsa")))]
    pub const fn ecdsa_p256(name: &'a str) -> Draft<'a> {
        Draft::new(name, Algorithm::EcdsaP256)
    }

    /// Starts a scheme of tokens that are signed with RSA.
    #[cfg(feature = "rs256")]
    pub(crate) const fn rs256(name: &'a str) -> Draft<'a> {
        Draft::new(name, Algorithm::Rs256)
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

    /// Where the signature stands; a header without a name where it stands in the body.
    #[must_use]
    pub const fn signature(&self) -> Field<'a> {
        match self.definition.signature {
            Some(field) => field,
            // `check` lets no scheme without a signature through; a mechanism may have it elsewhere.
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

    /// The signed content, part by part; empty where the [kind](Self::kind) is another than
    /// [`Kind::Affix`].
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
        match self.definition.profile() {
            Some(profile) => profile.coverage,
            None => Coverage::of(self.parts(), self.definition.json_timestamp.is_some()),
        }
    }

    /// Whether the body can be hashed as it arrives, so that nothing has to be kept for verification.
    /// Otherwise a streaming verification keeps the body up to the verifier's limit.
    #[must_use]
    pub const fn streams(&self) -> bool {
        self.definition.json_timestamp.is_none()
            && !self.definition.algorithm.is_public_key()
            && self.definition.rules.is_none()
    }

    /// How the signature is made, in the broadest terms.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self.definition.profile() {
            Some(profile) => profile.kind,
            None if matches!(self.definition.algorithm, Algorithm::StaticToken) => Kind::Token,
            None => Kind::Affix,
        }
    }

    /// Whether a signed timestamp is held to [`max_age`](Self::max_age) and
    /// [`max_ahead`](Self::max_ahead).
    #[must_use]
    pub const fn is_timed(&self) -> bool {
        let in_token = match self.definition.profile() {
            Some(profile) => profile.time.is_some(),
            None => false,
        };
        self.definition.timestamp.is_some() || self.definition.json_timestamp.is_some() || in_token
    }

    /// How far the clocks may differ where a token says from when and until when it is valid; nothing
    /// for schemes without such tokens.
    #[must_use]
    pub const fn leeway(&self) -> Option<Duration> {
        match self.definition.profile() {
            Some(profile) => profile.leeway,
            None => None,
        }
    }

    /// Whether every request says until when it is valid.
    #[must_use]
    pub const fn expires(&self) -> bool {
        match self.definition.profile() {
            Some(profile) => profile.expires,
            None => false,
        }
    }

    /// Whether requests name their key, so that every key of a verifier needs its id:
    /// [`Builder::identified_key`](crate::Builder::identified_key).
    #[must_use]
    pub const fn names_keys(&self) -> bool {
        let in_mechanism = match self.definition.profile() {
            Some(profile) => profile.names_keys.is_some(),
            None => false,
        };
        self.definition.key_id.is_some() || in_mechanism
    }

    /// How much of the public URL has to be configured.
    pub(crate) fn url_use(&self) -> UrlUse {
        match self.definition.profile() {
            Some(profile) => profile.url,
            None if self.parts().iter().any(|part| matches!(part, Part::Url | Part::UrlWithoutQuery)) => {
                UrlUse::Whole
            }
            None => UrlUse::Unused,
        }
    }

    /// Whether what is signed tells one delivery from another, so that a replay key can be made of it.
    pub(crate) fn identifies(&self) -> bool {
        let coverage = self.coverage();
        match self.definition.profile() {
            Some(profile) => profile.identifies,
            None => coverage.body() || coverage.message_id() || coverage.headers(),
        }
    }

    /// Whether the scheme joins the URL to something else without a mark between them, so that the
    /// verifier has to be told the full URL that is registered at the provider.
    #[must_use]
    pub const fn needs_registered_url(&self) -> bool {
        join::pins_url(&self.definition)
    }

    /// Whether the scheme signs the URL with its host, so that a verifier has to be told what the
    /// public one is.
    #[must_use]
    pub fn signs_url(&self) -> bool {
        self.url_use() == UrlUse::Whole
    }

    /// The rules of this scheme in words, for people who configure, debug or review it.
    ///
    /// ```
    /// let rules = hooksig::providers::RETELL.explain();
    /// assert!(rules.contains("Signed: the body, then the timestamp"));
    /// ```
    #[must_use]
    pub fn explain(&self) -> String {
        explain::explain(self, explain::Limits::Within(self.definition.freshness()), self.leeway(), None)
    }
}
