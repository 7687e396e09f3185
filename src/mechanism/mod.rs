//! What is signed otherwise than as a MAC over parts joined in a row: forms, canonical requests, web
//! tokens and single fields of the body.
//!
//! A mechanism says what a request claims and what was signed, with which signatures. It cannot say
//! that a signature is valid: that is the pipeline's word, after it has compared. Each is read in
//! three steps, so that a request can be refused as early as possible and nothing is believed too
//! early: its headers, then its body, then, once a signature has matched, what only a signed token
//! can say.

#[cfg(feature = "fields")]
mod adyen;
#[cfg(feature = "canonical")]
mod contentful;
#[cfg(any(feature = "canonical", feature = "fields"))]
mod escape;
#[cfg(feature = "form")]
mod form;
#[cfg(feature = "fields")]
mod justcall;
#[cfg(feature = "fields")]
mod mailgun;
#[cfg(feature = "form")]
mod plivo;
#[cfg(feature = "canonical")]
mod sinch;
#[cfg(feature = "fields")]
mod synthflow;
#[cfg(feature = "jwt")]
mod token;
#[cfg(feature = "form")]
mod twilio;
#[cfg(feature = "form")]
mod vonage_sms;

use std::time::Duration;

use http::HeaderName;

#[cfg(feature = "canonical")]
pub(crate) use sinch::SinchRules;
#[cfg(feature = "jwt")]
pub(crate) use token::{Bearer, HashClaim, Issuer, Place, TokenRules};
#[cfg(feature = "form")]
pub(crate) use twilio::TwilioRules;

use crate::coverage::Coverage;
use crate::encoding::Encoding;
use crate::error::ErrorKind;
use crate::field::only_value;
use crate::request::Parts;
use crate::scheme::Algorithm;
use crate::time::{Stamp, UnixTime};
use crate::url::{PublicUrl, check_target};
use crate::verified::MessageId;

/// The rules of one mechanism, as a scheme's table holds them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "constants, read where they stand")]
pub(crate) enum Rules {
    #[cfg(feature = "form")]
    Twilio(TwilioRules),
    #[cfg(feature = "form")]
    Plivo,
    #[cfg(feature = "form")]
    VonageSms,
    #[cfg(feature = "canonical")]
    Sinch(SinchRules),
    #[cfg(feature = "canonical")]
    Contentful,
    #[cfg(feature = "jwt")]
    Token(TokenRules),
    #[cfg(feature = "fields")]
    Adyen,
    #[cfg(feature = "fields")]
    Mailgun,
    #[cfg(feature = "fields")]
    JustCall,
    #[cfg(feature = "fields")]
    Synthflow,
}

/// What a mechanism says of itself, where a scheme's own data cannot.
pub(crate) struct Profile {
    pub(crate) kind: Kind,
    pub(crate) coverage: Coverage,
    /// What is signed, in words.
    pub(crate) signed: &'static str,
    /// What is not, in words.
    pub(crate) unsigned: &'static str,
    /// Where the signature stands, if not in the scheme's header.
    pub(crate) place: Option<&'static str>,
    /// The timestamp that is held to the scheme's limits, if it is not in a header.
    pub(crate) time: Option<&'static str>,
    /// How far the clocks may differ where a token says from when and until when it is valid.
    pub(crate) leeway: Option<Duration>,
    /// Whether the token has to say until when it is valid.
    pub(crate) expires: bool,
    pub(crate) url: UrlUse,
    /// How requests name their key, if they do.
    pub(crate) names_keys: Option<&'static str>,
    /// Algorithms beside the scheme's own among which a request or a key chooses.
    pub(crate) further_algorithms: &'static [Algorithm],
    /// Whether each key says its algorithm.
    pub(crate) keys_choose: bool,
    /// Whether what is signed tells one delivery from another.
    pub(crate) identifies: bool,
    /// Whether the signed content begins with the secret and a bar.
    pub(crate) secret_first: bool,
}

impl Profile {
    /// A profile that covers nothing and needs nothing: what the others differ from.
    #[allow(dead_code, reason = "without a mechanism's feature there is no profile")]
    const PLAIN: Self = Self {
        kind: Kind::Affix,
        coverage: Coverage::NOTHING,
        signed: "",
        unsigned: "",
        place: None,
        time: None,
        leeway: None,
        expires: false,
        url: UrlUse::Unused,
        names_keys: None,
        further_algorithms: &[],
        keys_choose: false,
        identifies: true,
        secret_first: false,
    };
}

/// How a scheme's signature is made, in the broadest terms.
///
/// ```
/// use hooksig::{Kind, providers};
///
/// assert_eq!(providers::STRIPE.kind(), Kind::Affix);
/// assert_eq!(providers::TELEGRAM.kind(), Kind::Token);
/// assert!(providers::TELEGRAM.parts().is_empty(), "nothing is signed");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// The parts of [`Scheme::parts`](crate::Scheme::parts), joined in a row.
    Affix,
    /// A shared token; nothing is signed.
    Token,
    /// The public URL and the parameters of a form.
    #[cfg(feature = "form")]
    Form,
    /// Lines that are made of the request: its method, path, some headers and its body.
    #[cfg(feature = "canonical")]
    Canonical,
    /// A JSON web token whose claims hold hashes of the rest.
    #[cfg(feature = "jwt")]
    Jwt,
    /// Some fields of a JSON body; the rest of it is not signed.
    #[cfg(feature = "fields")]
    Fields,
}

/// How much of the public URL a mechanism needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code, reason = "which of them occurs depends on the features")]
pub(crate) enum UrlUse {
    Unused,
    /// The path: a base may be configured, where the public path has a prefix of its own.
    Path,
    /// All of it.
    Whole,
}

/// What a request claims: checked for form, not yet believed.
#[derive(Default)]
pub(crate) struct Claimed {
    pub(crate) stamp: Option<Stamp>,
    pub(crate) message_id: Option<MessageId>,
    pub(crate) key_id: Option<Vec<u8>>,
    /// What this request's signature covers, if less than the mechanism's can.
    pub(crate) coverage: Option<Coverage>,
    pub(crate) signed: Vec<Signed>,
}

/// One thing that was signed.
pub(crate) struct Signed {
    /// The algorithm; none where it belongs to the key.
    pub(crate) algorithm: Option<Algorithm>,
    /// The content, in each of the spellings that its sender may have used.
    pub(crate) contents: Vec<Vec<u8>>,
    /// The decoded signatures, one of which has to match.
    pub(crate) signatures: Vec<Vec<u8>>,
}

/// What a signed token says of itself, once its signature has matched.
#[derive(Default)]
pub(crate) struct Confirmed {
    pub(crate) stamp: Option<Stamp>,
    pub(crate) message_id: Option<MessageId>,
    pub(crate) not_before: Option<UnixTime>,
    pub(crate) expires: Option<UnixTime>,
}

/// A request whose headers have been read, and whose body is still to come.
pub(crate) trait Reading: Send + Sync {
    /// Reads the body, and adds to the claims what was signed.
    fn read_body(&self, body: &[u8], claimed: &mut Claimed) -> Result<(), ErrorKind>;

    /// Checks what only a request with a valid signature can say; the key is the one that matched.
    fn confirm(&self, _body: &[u8], _key_id: Option<&[u8]>) -> Result<Confirmed, ErrorKind> {
        Ok(Confirmed::default())
    }
}

/// What a mechanism may look at before the body.
pub(crate) struct Request<'r> {
    #[allow(dead_code, reason = "which mechanism reads what depends on the features")]
    pub(crate) parts: &'r Parts<'r>,
    #[allow(dead_code, reason = "as above")]
    pub(crate) url: Option<&'r PublicUrl>,
}

impl Rules {
    /// Reads the headers.
    pub(crate) fn read_headers(
        self,
        algorithm: Algorithm,
        request: &Request<'_>,
        claimed: &mut Claimed,
    ) -> Result<Box<dyn Reading>, ErrorKind> {
        let _ = (algorithm, request, &claimed);
        match self {
            #[cfg(feature = "form")]
            Self::Twilio(rules) => Ok(Box::new(twilio::read_headers(rules, algorithm, request)?)),
            #[cfg(feature = "form")]
            Self::Plivo => Ok(Box::new(plivo::read_headers(algorithm, request, claimed)?)),
            #[cfg(feature = "form")]
            Self::VonageSms => Ok(Box::new(vonage_sms::read_headers(request)?)),
            #[cfg(feature = "canonical")]
            Self::Sinch(rules) => Ok(Box::new(sinch::read_headers(rules, algorithm, request, claimed)?)),
            #[cfg(feature = "canonical")]
            Self::Contentful => Ok(Box::new(contentful::read_headers(algorithm, request, claimed)?)),
            #[cfg(feature = "jwt")]
            Self::Token(rules) => Ok(Box::new(token::read_headers(rules, request, claimed)?)),
            #[cfg(feature = "fields")]
            Self::Adyen => Ok(Box::new(adyen::Adyen { algorithm })),
            #[cfg(feature = "fields")]
            Self::Mailgun => Ok(Box::new(mailgun::Mailgun { algorithm })),
            #[cfg(feature = "fields")]
            Self::JustCall => Ok(Box::new(justcall::read_headers(algorithm, request, claimed)?)),
            #[cfg(feature = "fields")]
            Self::Synthflow => Ok(Box::new(synthflow::read_headers(algorithm, request)?)),
        }
    }

    /// How signatures are written, the scheme's own encoding unless the mechanism has one.
    pub(crate) const fn encoding(self, own: Encoding) -> Encoding {
        match self {
            #[cfg(feature = "jwt")]
            Self::Token(_) => Encoding::Base64Url,
            #[allow(unreachable_patterns, reason = "which mechanisms there are depends on the features")]
            _ => own,
        }
    }

    pub(crate) const fn profile(self) -> Profile {
        match self {
            #[cfg(feature = "form")]
            Self::Twilio(_) => twilio::PROFILE,
            #[cfg(feature = "form")]
            Self::Plivo => plivo::PROFILE,
            #[cfg(feature = "form")]
            Self::VonageSms => vonage_sms::PROFILE,
            #[cfg(feature = "canonical")]
            Self::Sinch(_) => sinch::PROFILE,
            #[cfg(feature = "canonical")]
            Self::Contentful => contentful::PROFILE,
            #[cfg(feature = "jwt")]
            Self::Token(rules) => rules.profile(),
            #[cfg(feature = "fields")]
            Self::Adyen => adyen::PROFILE,
            #[cfg(feature = "fields")]
            Self::Mailgun => mailgun::PROFILE,
            #[cfg(feature = "fields")]
            Self::JustCall => justcall::PROFILE,
            #[cfg(feature = "fields")]
            Self::Synthflow => synthflow::PROFILE,
        }
    }
}

#[allow(dead_code, reason = "which mechanism reads what depends on the features")]
impl<'r> Request<'r> {
    /// The one value of a header.
    fn header(&self, name: &HeaderName) -> Result<Option<&'r [u8]>, ErrorKind> {
        only_value(self.parts.headers, name)
    }

    /// The value of a header that holds the signature.
    fn signature(&self, name: &HeaderName) -> Result<&'r [u8], ErrorKind> {
        self.header(name)?.ok_or(ErrorKind::MissingSignature)
    }

    /// The value of a signed header as text: printable ASCII, so that it cannot look like another line.
    fn printable(&self, name: &HeaderName) -> Result<Option<&'r str>, ErrorKind> {
        let Some(value) = self.header(name)? else {
            return Ok(None);
        };
        let printable = value.iter().all(|byte| matches!(byte, b' '..=b'~'));
        let text = str::from_utf8(value).ok().filter(|_| printable);
        text.map(Some).ok_or(ErrorKind::MalformedHeader)
    }

    fn method(&self) -> Result<&'r str, ErrorKind> {
        self.parts.method.ok_or(ErrorKind::NoUrl)
    }

    fn target(&self) -> Result<&'r str, ErrorKind> {
        self.parts.target.ok_or(ErrorKind::NoUrl)
    }

    /// The public URL: its configured base, and path and query of the request.
    fn public_url(&self) -> Result<[&'r str; 2], ErrorKind> {
        self.url.ok_or(ErrorKind::NoUrl)?.of_request(self.target()?, true)
    }

    /// What follows the first question mark of the target.
    fn query(&self) -> Result<Option<&'r str>, ErrorKind> {
        let target = self.target()?;
        check_target(target)?;
        Ok(target.split_once('?').map(|(_, query)| query))
    }
}

/// The header names that mechanisms look up.
#[allow(dead_code, reason = "which mechanism reads what depends on the features")]
mod names {
    use http::HeaderName;

    pub(super) const AUTHORIZATION: HeaderName = http::header::AUTHORIZATION;
    pub(super) const CONTENT_TYPE: HeaderName = http::header::CONTENT_TYPE;
}
