//! A sender of its own: signs by a scheme's public description with the `hmac` crate, so that the
//! library is not tested with its own signer.

use hmac::{Hmac, KeyInit, Mac};
use hooksig::http::{HeaderMap, HeaderName, HeaderValue};
use hooksig::{
    Algorithm, Builder, Encoding, Field, Part, Parts, PublicKey, Scheme, Secret, SecretForm, Unit, UnixTime,
    Verifier,
};
#[cfg(feature = "sha1")]
use sha1::Sha1;
use sha2::{Sha256, Sha512};

/// Where every request of this sender goes.
pub const URL: &str = "https://hooks.example.com/in?tenant=1";
const TARGET: &str = "/in?tenant=1";

/// The key of every request of this sender.
pub const KEY: &[u8; 24] = b"test-key-of-24-bytes-...";

/// The id under which requests name the key, where they name it.
pub const KEY_ID: &str = "test.key-id";

/// What the sender says; every text stands where the scheme wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub body: Vec<u8>,
    pub timestamp: Vec<u8>,
    pub id: Vec<u8>,
    pub headers: Vec<Vec<u8>>,
    pub method: Vec<u8>,
    pub target: Vec<u8>,
}

impl Message {
    /// A message with this body at `now`.
    pub fn new(scheme: &Scheme<'_>, body: &[u8], now: UnixTime) -> Self {
        let further = scheme.parts().iter().filter(|part| matches!(part, Part::Header(_))).count();
        Self {
            body: dated(scheme, body, now),
            timestamp: scheme.timestamp().map(|(_, unit)| timestamp(unit, now)).unwrap_or_default(),
            id: b"msg_1".to_vec(),
            headers: vec![b"nonce-1".to_vec(); further],
            method: b"POST".to_vec(),
            target: TARGET.into(),
        }
    }

    /// The bytes that are signed.
    pub fn content(&self, scheme: &Scheme<'_>) -> Vec<u8> {
        let mut headers = self.headers.iter();
        let base = URL.strip_suffix(TARGET).unwrap().as_bytes();
        let parts = scheme.parts().iter().map(|part| match part {
            Part::Body => self.body.clone(),
            Part::Timestamp => self.timestamp.clone(),
            Part::MessageId => self.id.clone(),
            Part::Header(_) => headers.next().unwrap().clone(),
            Part::Method => self.method.clone(),
            Part::Url => [base, &self.target].concat(),
            Part::UrlWithoutQuery => [base, self.target.split(|byte| *byte == b'?').next().unwrap()].concat(),
            Part::Literal(text) => text.as_bytes().to_vec(),
            other => panic!("this sender cannot write {other:?}"),
        });
        parts.collect::<Vec<_>>().concat()
    }

    /// The headers, with the given tag for a signature; `None` if no header can carry the texts.
    pub fn headers(&self, scheme: &Scheme<'_>, tag: &[u8]) -> Option<HeaderMap> {
        let mut map = HeaderMap::new();
        for (name, value) in scheme.expected_headers() {
            insert(&mut map, Field::whole(name), value.as_bytes())?;
        }
        if let Some(field) = scheme.key_id() {
            insert(&mut map, field, &[field.prefix().as_bytes(), KEY_ID.as_bytes()].concat())?;
        }
        let mut signature =
            [scheme.signature().prefix().as_bytes(), &encode(scheme.encoding(), tag)].concat();
        if let Some((field, _)) = scheme.timestamp() {
            let text = [field.prefix().as_bytes(), &self.timestamp].concat();
            match field.separator() {
                Some(separator) => {
                    signature = [&text, &[u8::try_from(separator).unwrap()][..], &signature].concat()
                }
                None => insert(&mut map, field, &text)?,
            }
        }
        if let Some(field) = scheme.message_id() {
            insert(&mut map, field, &[field.prefix().as_bytes(), &self.id].concat())?;
        }
        let further = scheme.parts().iter().filter_map(|part| match part {
            Part::Header(name) => Some(*name),
            _ => None,
        });
        for (name, value) in further.zip(&self.headers) {
            insert(&mut map, Field::whole(name), value)?;
        }
        let header = signature_header(scheme);
        insert(&mut map, Field::whole(&header), &signature)?;
        Some(map)
    }

    /// The request around these headers; `None` if method or target are not text.
    pub fn parts<'r>(&'r self, headers: &'r HeaderMap) -> Option<Parts<'r>> {
        let (method, target) = (str::from_utf8(&self.method).ok()?, str::from_utf8(&self.target).ok()?);
        Some(Parts::new(headers).method(method).target(target))
    }
}

fn insert(map: &mut HeaderMap, field: Field<'_>, value: &[u8]) -> Option<()> {
    let name = HeaderName::from_bytes(field.header().as_bytes()).unwrap();
    map.insert(name, HeaderValue::from_bytes(value).ok()?);
    Some(())
}

/// The header in which this sender's signature stands: the first of several.
pub fn signature_header(scheme: &Scheme<'_>) -> String {
    let field = scheme.signature();
    match field.last_number() {
        Some(_) => format!("{}-1", field.header()),
        None => field.header().to_owned(),
    }
}

/// The headers that a scheme reads, in all of its families.
pub fn headers_read(scheme: &Scheme<'_>) -> Vec<String> {
    let mut names = vec![signature_header(scheme)];
    names.extend(scheme.key_id().map(|field| field.header().to_owned()));
    names.extend(scheme.expected_headers().iter().map(|(name, _)| (*name).to_owned()));
    names.extend(scheme.signature().further_headers().map(str::to_owned));
    names.extend(scheme.timestamp().map(|(field, _)| field.header().to_owned()));
    names.extend(scheme.message_id().map(|field| field.header().to_owned()));
    names.extend(scheme.parts().iter().filter_map(|part| match part {
        Part::Header(name) => Some((*name).to_owned()),
        _ => None,
    }));
    if let Some([first, second]) = scheme.families() {
        let others: Vec<_> = names.iter().map(|name| name.replacen(first, second, 1)).collect();
        names.extend(others);
    }
    names
}

/// The body itself, or one that says when it was sent, where the scheme wants to read that there.
fn dated(scheme: &Scheme<'_>, body: &[u8], now: UnixTime) -> Vec<u8> {
    match scheme.timestamp_in_json() {
        None => body.to_vec(),
        Some((key, unit)) => {
            let timestamp = String::from_utf8(timestamp(unit, now)).unwrap();
            format!("{{\"body\":\"{}\",\"{key}\":{timestamp}}}", hex::encode(body)).into_bytes()
        }
    }
}

/// The secret under which [`KEY`] is the scheme's key.
pub fn secret(scheme: &Scheme<'_>) -> Secret {
    Secret::new(secret_text(scheme, KEY))
}

/// What a provider would show for this key.
pub fn secret_text(scheme: &Scheme<'_>, key: &[u8]) -> String {
    let base64 = || String::from_utf8(encode(Encoding::Base64, key)).unwrap();
    match scheme.secret_forms().first().unwrap() {
        SecretForm::Text | SecretForm::TextWithout(_) => String::from_utf8(key.to_vec()).unwrap(),
        SecretForm::Base64 => base64(),
        SecretForm::Base64After(prefix) => format!("{prefix}{}", base64()),
        SecretForm::Hex => hex::encode(key),
        other => panic!("this sender does not know {other:?}"),
    }
}

/// A verifier's builder for this sender's requests.
pub fn builder<'a>(scheme: &Scheme<'a>) -> Builder<'a> {
    let builder = Verifier::builder(*scheme);
    let builder = match scheme.key_id() {
        _ if scheme.algorithm().is_public_key() => builder.public_key("test", public_key(scheme)),
        Some(_) => builder.identified_key("test", KEY_ID, secret(scheme)),
        None => builder.key("test", secret(scheme)),
    };
    if scheme.needs_registered_url() {
        let query = scheme.coverage().query();
        builder.registered_url(if query { URL } else { URL.split('?').next().unwrap() })
    } else if scheme.signs_url() {
        builder.public_base(URL.strip_suffix(TARGET).unwrap())
    } else {
        builder
    }
}

/// A verifier for this sender's requests.
pub fn verifier(scheme: &Scheme<'_>) -> Verifier {
    builder(scheme).build().unwrap()
}

/// The tag of signed bytes under [`KEY`]; of a token, the token.
pub fn tag(scheme: &Scheme<'_>, content: &[u8]) -> Vec<u8> {
    tag_by(KEY, scheme.algorithm(), content)
}

/// The tag of signed bytes under a key of the caller's, where the algorithm is a MAC.
pub fn tag_by(key: &[u8], algorithm: Algorithm, content: &[u8]) -> Vec<u8> {
    match algorithm {
        Algorithm::HmacSha256 => mac(Hmac::<Sha256>::new_from_slice(key).unwrap(), content),
        Algorithm::HmacSha512 => mac(Hmac::<Sha512>::new_from_slice(key).unwrap(), content),
        #[cfg(feature = "sha1")]
        Algorithm::HmacSha1 => mac(Hmac::<Sha1>::new_from_slice(key).unwrap(), content),
        #[cfg(feature = "ed25519")]
        Algorithm::Ed25519 => {
            use ed25519_dalek::Signer as _;
            ed25519_key().sign(content).to_vec()
        }
        #[cfg(feature = "ecdsa")]
        Algorithm::EcdsaP256 => {
            use p256::ecdsa::signature::Signer as _;
            let signature: p256::ecdsa::Signature = p256_key().sign(content);
            signature.to_der().as_bytes().to_vec()
        }
        Algorithm::StaticToken => key.to_vec(),
        other => panic!("this sender cannot compute {other:?}"),
    }
}

/// A seed of private keys: a test's, and nobody's.
#[cfg(any(feature = "ed25519", feature = "ecdsa"))]
const SEED: [u8; 32] = [7; 32];

#[cfg(feature = "ed25519")]
pub fn ed25519_key() -> ed25519_dalek::SigningKey {
    ed25519_dalek::SigningKey::from_bytes(&SEED)
}

#[cfg(feature = "ecdsa")]
pub fn p256_key() -> p256::ecdsa::SigningKey {
    p256::ecdsa::SigningKey::from_slice(&SEED).unwrap()
}

/// The public key of this sender, in the scheme's form.
pub fn public_key(scheme: &Scheme<'_>) -> PublicKey {
    let bytes = match scheme.algorithm() {
        #[cfg(feature = "ed25519")]
        Algorithm::Ed25519 => ed25519_key().verifying_key().to_bytes().to_vec(),
        #[cfg(feature = "ecdsa")]
        Algorithm::EcdsaP256 => {
            use p256::pkcs8::EncodePublicKey as _;
            p256_key().verifying_key().to_public_key_der().unwrap().as_bytes().to_vec()
        }
        other => panic!("{other:?} has no public key"),
    };
    let base64 = || String::from_utf8(encode(Encoding::Base64, &bytes)).unwrap();
    PublicKey::new(match scheme.secret_forms().first().unwrap() {
        SecretForm::Hex => hex::encode(&bytes),
        SecretForm::Base64 => base64(),
        SecretForm::Base64After(prefix) => format!("{prefix}{}", base64()),
        other => panic!("this sender does not know {other:?}"),
    })
}

fn mac<M: Mac>(mut mac: M, content: &[u8]) -> Vec<u8> {
    mac.update(content);
    mac.finalize().into_bytes().to_vec()
}

/// A genuine request: its message and headers.
pub fn genuine(scheme: &Scheme<'_>, body: &[u8], now: UnixTime) -> (Message, HeaderMap) {
    let message = Message::new(scheme, body, now);
    let tag = tag(scheme, &message.content(scheme));
    let headers = message.headers(scheme, &tag).unwrap();
    (message, headers)
}

fn timestamp(unit: Unit, now: UnixTime) -> Vec<u8> {
    match unit {
        Unit::Seconds | Unit::SecondsOrMillis => now.as_secs().to_string().into_bytes(),
        Unit::Millis => now.as_millis().to_string().into_bytes(),
        // The tests' moments are few; their dates are written out here, not computed.
        Unit::Rfc3339 => match now.as_secs() {
            1_763_700_000 => b"2025-11-21T04:40:00Z".to_vec(),
            other => panic!("write {other} as RFC 3339 here"),
        },
        Unit::HttpDate => match now.as_secs() {
            1_763_700_000 => b"Fri, 21 Nov 2025 04:40:00 GMT".to_vec(),
            other => panic!("write {other} as a date of HTTP here"),
        },
        other => panic!("this sender cannot write {other:?}"),
    }
}

pub fn encode(encoding: Encoding, tag: &[u8]) -> Vec<u8> {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    match encoding {
        Encoding::Hex => hex::encode(tag).into_bytes(),
        Encoding::Base64 => STANDARD.encode(tag).into_bytes(),
        Encoding::Base64Url => URL_SAFE_NO_PAD.encode(tag).into_bytes(),
        Encoding::Verbatim => tag.to_vec(),
        other => panic!("this sender cannot write {other:?}"),
    }
}
