//! Signing by a scheme's public description, with ring: nothing of the library's own hashing or signing.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use hooksig::{Algorithm, Encoding, Field, Part, Scheme};
use ring::hmac;

use crate::prepared::{KEY_ID, Prepared, SECRET, TARGET, URL};

/// The HMAC of this content under this key; nothing for what ring does not know.
pub fn mac(algorithm: Algorithm, key: &[u8], content: &[u8]) -> Option<Vec<u8>> {
    let algorithm = match algorithm {
        Algorithm::HmacSha256 => hmac::HMAC_SHA256,
        Algorithm::HmacSha384 => hmac::HMAC_SHA384,
        Algorithm::HmacSha512 => hmac::HMAC_SHA512,
        Algorithm::HmacSha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        _ => return None,
    };
    Some(hmac::sign(&hmac::Key::new(algorithm, key), content).as_ref().to_vec())
}

/// What a sender writes into a request of parts; every text stands where the scheme wants it.
#[derive(Clone, Copy, Debug)]
pub struct Written<'w> {
    pub timestamp: &'w [u8],
    pub id: &'w [u8],
    /// The value of every further signed header.
    pub header: &'w [u8],
    pub body: &'w [u8],
}

impl Written<'_> {
    /// The headers of the request, the signature last; nothing where ring does not know the algorithm.
    pub fn sign(&self, prepared: &'static Prepared) -> Option<Vec<(&'static str, Vec<u8>)>> {
        let scheme = &prepared.scheme;
        let tag = encoded(scheme.encoding(), &mac(scheme.algorithm(), SECRET, &self.content(scheme))?);
        let mut headers: Vec<(&str, Vec<u8>)> = Vec::with_capacity(8);
        let mut signature = [scheme.signature().prefix().as_bytes(), &tag].concat();
        for (name, value) in scheme.expected_headers() {
            headers.push((name, value.as_bytes().to_vec()));
        }
        if let Some(field) = scheme.key_id() {
            headers.push(prefixed(field, KEY_ID.as_bytes()));
        }
        if let Some((field, _)) = scheme.timestamp() {
            let (name, text) = prefixed(field, self.timestamp);
            match field.separator() {
                Some(separator) => {
                    let separator = u8::try_from(separator).ok()?;
                    signature = [&text, &[separator][..], &signature].concat();
                }
                None => headers.push((name, text)),
            }
        }
        if let Some(field) = scheme.message_id() {
            headers.push(prefixed(field, self.id));
        }
        for part in scheme.parts() {
            if let Part::Header(name) = part
                && headers.iter().all(|(known, _)| known != name)
            {
                headers.push((name, self.header.to_vec()));
            }
        }
        headers.push((&prepared.signature_header, signature));
        Some(headers)
    }

    fn content(&self, scheme: &Scheme<'_>) -> Vec<u8> {
        let expected = |name: &str| {
            let found = scheme.expected_headers().iter().find(|(expected, _)| *expected == name);
            found.map(|(_, value)| value.as_bytes())
        };
        let mut content = Vec::with_capacity(self.body.len() + 256);
        for part in scheme.parts() {
            content.extend_from_slice(match part {
                Part::Body => self.body,
                Part::Timestamp => self.timestamp,
                Part::MessageId => self.id,
                Part::Header(name) => expected(name).unwrap_or(self.header),
                Part::Method => b"POST",
                Part::Url => URL.as_bytes(),
                Part::UrlWithoutQuery => URL.split('?').next().unwrap_or(TARGET).as_bytes(),
                Part::Literal(text) => text.as_bytes(),
                other => panic!("nobody told this sender about {other:?}"),
            });
        }
        content
    }
}

fn prefixed<'s>(field: Field<'s>, text: &[u8]) -> (&'s str, Vec<u8>) {
    (field.header(), [field.prefix().as_bytes(), text].concat())
}

fn encoded(encoding: Encoding, tag: &[u8]) -> Vec<u8> {
    match encoding {
        Encoding::Hex => hex::encode(tag).into_bytes(),
        Encoding::Base64 => BASE64_STANDARD.encode(tag).into_bytes(),
        Encoding::Base64Url => BASE64_URL_SAFE_NO_PAD.encode(tag).into_bytes(),
        other => panic!("nobody told this sender about {other:?}"),
    }
}
