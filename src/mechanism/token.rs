//! JSON web tokens (RFC 7515, RFC 7519) in the compact form.
//!
//! The algorithm is the scheme's and never the token's choice. The signature is compared first, over
//! the token as it was sent; only then are its claims read, and the hashes in them compared with the
//! body and the URL.

use std::time::Duration;

use http::HeaderName;

use super::{Claimed, Confirmed, Kind, Profile, Reading, Request, Signed, UrlUse};
use crate::coverage::Coverage;
use crate::encoding::Encoding;
use crate::error::ErrorKind;
use crate::field::only_value_within;
use crate::json::Json;
use crate::mac::{hash, is_same};
use crate::scheme::Algorithm;
use crate::time::{Stamp, Unit, UnixTime};
use crate::verified::MessageId;

/// The longest token in a header, in bytes. One with a kilobyte of claims and an RSA signature takes
/// about two thousand; the rest is what common servers accept in a header.
const MAX_TOKEN: usize = 8192;

/// Which tokens a scheme accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TokenRules {
    pub(crate) place: Place,
    /// The algorithms by the names that tokens give them; the first is the scheme's own.
    pub(crate) algorithms: &'static [(&'static str, Algorithm)],
    pub(crate) further_algorithms: &'static [Algorithm],
    pub(crate) issuer: Issuer,
    /// Claims that have to be there beside those that other rules need.
    pub(crate) required: &'static [&'static str],
    /// Whether `iat` is held to the scheme's limits.
    pub(crate) issued: bool,
    pub(crate) body_hash: Option<HashClaim>,
    /// The claim that holds the hexadecimal SHA-256 of the public URL.
    pub(crate) url_hash: Option<&'static str>,
    /// The claim that holds the public URL.
    pub(crate) url: Option<&'static str>,
    pub(crate) leeway: Duration,
    pub(crate) signed: &'static str,
    pub(crate) unsigned: &'static str,
    pub(crate) coverage: Coverage,
}

/// Where the token stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Header(&'static str, Bearer),
    Body,
}

/// Whether the word `Bearer`, in any case, stands before a token in a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code, reason = "one of them is for a scheme that is behind a feature of its own")]
pub(crate) enum Bearer {
    Absent,
    Required,
    Optional,
}

/// Who has to have issued the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Issuer {
    Anybody,
    Named(&'static str),
    /// The id of the key that matched.
    KeyId,
}

/// The claim that holds the SHA-256 of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HashClaim {
    pub(crate) name: &'static str,
    pub(crate) encoding: Encoding,
    /// Whether it may be missing when the body is empty.
    pub(crate) optional_without_body: bool,
}

impl TokenRules {
    /// A token in a header, signed with HMAC-SHA256, about which nothing else is known: what the others
    /// differ from.
    pub(crate) const HS256: Self = Self {
        place: Place::Header("authorization", Bearer::Absent),
        algorithms: &[("HS256", Algorithm::HmacSha256)],
        further_algorithms: &[],
        issuer: Issuer::Anybody,
        required: &[],
        issued: false,
        body_hash: None,
        url_hash: None,
        url: None,
        leeway: Duration::from_secs(10),
        signed: "the token",
        unsigned: "the method, the URL, any header",
        coverage: Coverage::NOTHING,
    };

    pub(super) const fn profile(self) -> Profile {
        let uses_url = self.url_hash.is_some() || self.url.is_some();
        Profile {
            kind: Kind::Jwt,
            coverage: self.coverage,
            signed: self.signed,
            unsigned: self.unsigned,
            place: match self.place {
                Place::Body => Some("the body, which is the token"),
                Place::Header(..) => None,
            },
            time: if self.issued { Some("the claim iat, in unix seconds (10 digits)") } else { None },
            leeway: Some(self.leeway),
            expires: self.coverage.timestamp && !self.issued,
            url: if uses_url { UrlUse::Whole } else { UrlUse::Unused },
            names_keys: match self.issuer {
                Issuer::KeyId => Some("the claim iss"),
                _ => None,
            },
            further_algorithms: self.further_algorithms,
            ..Profile::PLAIN
        }
    }
}

/// A token in three parts, its signature decoded and its claims not yet looked at.
struct Token {
    algorithm: Algorithm,
    signing_input: Vec<u8>,
    claims: Vec<u8>,
    signature: Vec<u8>,
}

struct TokenReading {
    rules: TokenRules,
    /// The claims of a token that stood in a header.
    claims: Option<Vec<u8>>,
    url: Option<String>,
}

pub(super) fn read_headers(
    rules: TokenRules,
    request: &Request<'_>,
    claimed: &mut Claimed,
) -> Result<impl Reading + use<>, ErrorKind> {
    let uses_url = rules.url_hash.is_some() || rules.url.is_some();
    let url = if uses_url { Some(request.public_url()?.concat()) } else { None };
    let claims = match rules.place {
        Place::Body => None,
        Place::Header(name, bearer) => {
            let name = HeaderName::from_static(name);
            let value = only_value_within(request.parts.headers, &name, MAX_TOKEN)?;
            let text = without_bearer(value.ok_or(ErrorKind::MissingSignature)?, bearer);
            let token = Token::read(rules, text.ok_or(ErrorKind::MalformedSignature)?)?;
            Some(token.claim(claimed))
        }
    };
    Ok(TokenReading { rules, claims, url })
}

fn without_bearer(value: &[u8], bearer: Bearer) -> Option<&[u8]> {
    let word = value.split_at_checked(7).filter(|(word, _)| word.eq_ignore_ascii_case(b"bearer "));
    match (word, bearer) {
        (Some((_, token)), Bearer::Required | Bearer::Optional) => Some(token),
        (None, Bearer::Absent | Bearer::Optional) => Some(value),
        _ => None,
    }
}

impl Token {
    fn read(rules: TokenRules, text: &[u8]) -> Result<Self, ErrorKind> {
        let parts: Vec<_> = text.splitn(4, |byte| *byte == b'.').collect();
        let [header, claims, signature] = parts.as_slice() else {
            return Err(ErrorKind::MalformedSignature);
        };
        // A token that is the body may be long, its header may not.
        if header.len() > MAX_TOKEN {
            return Err(ErrorKind::MalformedSignature);
        }
        let decode = |part: &[u8]| Encoding::Base64Url.decode(part).filter(|bytes| !bytes.is_empty());
        let decode = |part| decode(part).ok_or(ErrorKind::MalformedSignature);
        let header_length = header.len().saturating_add(1).saturating_add(claims.len());
        Ok(Self {
            algorithm: algorithm(rules, &decode(header)?)?,
            signing_input: text.get(..header_length).unwrap_or_default().to_vec(),
            claims: decode(claims)?,
            signature: decode(signature)?,
        })
    }

    /// Says what was signed, and hands over the claims for later.
    fn claim(self, claimed: &mut Claimed) -> Vec<u8> {
        claimed.signed.push(Signed {
            algorithm: Some(self.algorithm),
            contents: vec![self.signing_input],
            signatures: vec![self.signature],
        });
        self.claims
    }
}

/// The algorithm that the token names, if it is one of the scheme's.
fn algorithm(rules: TokenRules, header: &[u8]) -> Result<Algorithm, ErrorKind> {
    let header = Json::parse(header).ok_or(ErrorKind::MalformedSignature)?;
    let name = header.get("alg").and_then(Json::text).ok_or(ErrorKind::UnsupportedAlgorithm)?;
    // RFC 7515, section 4.1.11: extensions that have to be understood; we understand none.
    if header.get("crit").is_some() {
        return Err(ErrorKind::UnsupportedAlgorithm);
    }
    let known = rules.algorithms.iter().find(|(known, _)| *known == name);
    known.map(|(_, algorithm)| *algorithm).ok_or(ErrorKind::UnsupportedAlgorithm)
}

impl Reading for TokenReading {
    fn read_body(&self, body: &[u8], claimed: &mut Claimed) -> Result<(), ErrorKind> {
        if self.rules.place == Place::Body {
            Token::read(self.rules, body)?.claim(claimed);
        }
        Ok(())
    }

    fn confirm(&self, body: &[u8], key_id: Option<&[u8]>) -> Result<Confirmed, ErrorKind> {
        let claims = match &self.claims {
            Some(claims) => Json::parse(claims),
            None => Json::parse(&Token::read(self.rules, body)?.claims),
        };
        let claims = Claims { claims: claims.filter(|json| matches!(json, Json::Object(_))) };
        claims.check_present(self.rules)?;
        claims.check_issuer(self.rules.issuer, key_id)?;
        if let Some(rule) = self.rules.body_hash {
            claims.check_body(rule, body)?;
        }
        if let (Some(name), Some(url)) = (self.rules.url_hash, &self.url) {
            let expected = claims.text(name)?;
            let expected = Encoding::Hex.decode(expected.as_bytes());
            same_or(expected, url.as_bytes(), ErrorKind::ClaimMismatch)?;
        }
        if let (Some(name), Some(url)) = (self.rules.url, &self.url)
            && claims.text(name)? != url
        {
            return Err(ErrorKind::ClaimMismatch);
        }
        Ok(Confirmed {
            stamp: if self.rules.issued { claims.stamp("iat")? } else { None },
            message_id: claims.message_id(self.rules.coverage.message_id)?,
            not_before: claims.time("nbf")?,
            expires: claims.time("exp")?,
        })
    }
}

/// The claims of a token whose signature has matched.
struct Claims {
    /// Nothing where they are no object.
    claims: Option<Json>,
}

impl Claims {
    fn get(&self, name: &str) -> Option<&Json> {
        self.claims.as_ref()?.get(name)
    }

    fn text(&self, name: &str) -> Result<&str, ErrorKind> {
        let claim = self.get(name).ok_or(ErrorKind::MissingClaim)?;
        claim.text().ok_or(ErrorKind::ClaimMismatch)
    }

    fn check_present(&self, rules: TokenRules) -> Result<(), ErrorKind> {
        if self.claims.is_none() {
            return Err(ErrorKind::MalformedSignature);
        }
        let issued = if rules.issued { Some("iat") } else { None };
        let mut required = rules.required.iter().copied().chain(issued);
        if required.all(|name| self.get(name).is_some()) { Ok(()) } else { Err(ErrorKind::MissingClaim) }
    }

    fn check_issuer(&self, issuer: Issuer, key_id: Option<&[u8]>) -> Result<(), ErrorKind> {
        let same = match issuer {
            Issuer::Anybody => true,
            Issuer::Named(name) => self.text("iss")? == name,
            Issuer::KeyId => Some(self.text("iss")?.as_bytes()) == key_id,
        };
        if same { Ok(()) } else { Err(ErrorKind::ClaimMismatch) }
    }

    fn check_body(&self, rule: HashClaim, body: &[u8]) -> Result<(), ErrorKind> {
        if self.get(rule.name).is_none() && rule.optional_without_body && body.is_empty() {
            return Ok(());
        }
        let expected = self.text(rule.name)?;
        same_or(rule.encoding.decode(expected.as_bytes()), body, ErrorKind::BodyMismatch)
    }

    /// A moment in whole seconds (RFC 7519, section 2, without the fraction that nobody sends).
    fn time(&self, name: &str) -> Result<Option<UnixTime>, ErrorKind> {
        match self.get(name) {
            None => Ok(None),
            Some(Json::Integer(secs)) => {
                let secs = u64::try_from(*secs).map_err(|_| ErrorKind::MalformedTimestamp)?;
                Ok(Some(UnixTime::from_secs(secs)))
            }
            Some(_) => Err(ErrorKind::MalformedTimestamp),
        }
    }

    fn stamp(&self, name: &str) -> Result<Option<Stamp>, ErrorKind> {
        let Some(time) = self.time(name)? else {
            return Ok(None);
        };
        Unit::Seconds.read_number(time.as_secs()).map(Some).ok_or(ErrorKind::MalformedTimestamp)
    }

    /// The token's own id, where it has one that is fit to name a message.
    fn message_id(&self, needed: bool) -> Result<Option<MessageId>, ErrorKind> {
        let id = self.get("jti").and_then(Json::text);
        let visible = |id: &&str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_graphic());
        let id = id.filter(visible).and_then(MessageId::new);
        if needed && id.is_none() { Err(ErrorKind::MalformedId) } else { Ok(id) }
    }
}

/// Refuses unless the hash is that of the content.
fn same_or(expected: Option<Vec<u8>>, content: &[u8], error: ErrorKind) -> Result<(), ErrorKind> {
    if expected.is_some_and(|expected| is_same(&expected, &hash(content))) { Ok(()) } else { Err(error) }
}
