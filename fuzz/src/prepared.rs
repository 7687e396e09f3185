//! Every scheme with a verifier and genuine requests, made once.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hooksig::{
    Algorithm, Builder, Kind, Part, PrivateKey, PublicKey, Scheme, Secret, SecretForm, SignedRequest, Signer,
    UnixTime, Verified, Verifier, providers,
};
use ring::signature::KeyPair as _;

use crate::bend::Bent;
use crate::custom;
use crate::forms::signed_text;

/// When every request was signed, unless an input says otherwise.
pub const NOW: UnixTime = UnixTime::from_secs(1_763_700_000);

/// Where every request goes.
pub const URL: &str = "https://hooks.example.com/in?tenant=1";
pub(crate) const TARGET: &str = "/in?tenant=1";

/// The key of every scheme of these targets; no vector was signed with it.
pub const SECRET: &[u8] = b"fuzz-key-of-24-bytes-...";

/// The id under which requests name it, where they name it.
pub const KEY_ID: &str = "fuzz.key-id";

const ED25519_SEED: [u8; 32] = [7; 32];
const P256_KEY: &str = include_str!("../keys/test-p256.pem");
const P256_PUBLIC_KEY: &str = include_str!("../keys/test-p256.pub.pem");
const RSA_KEY: &str = include_str!("../../tests/keys/test-rsa.pem");
const RSA_PUBLIC_KEY: &str = include_str!("../../tests/keys/test-rsa.pub.pem");

/// A scheme, ready to verify.
#[derive(Debug)]
pub struct Prepared {
    pub scheme: Scheme<'static>,
    pub verifier: Verifier,
    /// The headers that it reads, and a few that it may.
    pub names: Vec<String>,
    /// The header in which signatures stand: the first of several.
    pub signature_header: String,
    pub genuine: Vec<Genuine>,
}

/// A genuine request and the proof of it.
#[derive(Debug)]
pub struct Genuine {
    pub request: SignedRequest,
    pub proof: Verified<()>,
}

/// The schemes with a shared secret, in an order that depends on their names alone.
pub fn macs() -> &'static [Prepared] {
    static TABLE: OnceLock<Vec<Prepared>> = OnceLock::new();
    TABLE.get_or_init(|| table(false))
}

/// The schemes with public keys.
pub fn public_keys() -> &'static [Prepared] {
    static TABLE: OnceLock<Vec<Prepared>> = OnceLock::new();
    TABLE.get_or_init(|| table(true))
}

fn table(public_keys: bool) -> Vec<Prepared> {
    let mut schemes = custom::all();
    schemes.extend(providers::ALL);
    schemes.sort_by_key(Scheme::name);
    schemes.dedup_by_key(|scheme| scheme.name());
    schemes.retain(|scheme| scheme.algorithm().is_public_key() == public_keys);
    // An input picks one by a byte.
    assert!((1..=256).contains(&schemes.len()));
    schemes.into_iter().map(Prepared::new).collect()
}

impl Prepared {
    fn new(scheme: Scheme<'static>) -> Self {
        let has_replay_keys =
            scheme.kind() != Kind::Token && !["justcall", "synthflow"].contains(&scheme.name());
        let builder = builder(&scheme);
        let builder = if has_replay_keys { builder.replay_keys() } else { builder };
        let verifier = builder.build().unwrap();
        let signer = signer(&scheme);
        let bodies = bodies(&scheme);
        let requests = bodies.iter().filter_map(|body| signer.sign(body, NOW).ok());
        let genuine: Vec<_> = requests
            .map(|request| match verifier.verify_at(request.parts(), request.body(), NOW) {
                Ok(proof) => Genuine { proof: proof.split().1, request },
                Err(refusal) => panic!("{}: {refusal}", scheme.name()),
            })
            .collect();
        assert!(!genuine.is_empty(), "{} signs nothing", scheme.name());
        let field = scheme.signature();
        let number = if field.last_number().is_some() { "-1" } else { "" };
        let signature_header = format!("{}{number}", field.header());
        Self { names: names(&scheme, &genuine), scheme, verifier, signature_header, genuine }
    }

    /// A verifier like that of the table, with a few things to be said beside.
    pub fn builder(&self) -> Builder<'static> {
        builder(&self.scheme)
    }

    /// The secret of the verifier.
    pub fn secret(&self) -> Secret {
        secret(&self.scheme)
    }

    /// A sender of this scheme, for bodies of a target's own.
    pub fn signer(&self) -> Signer {
        signer(&self.scheme)
    }

    /// Whether everything that is signed in a request is the same in the bent one.
    pub(crate) fn is_covered(&self, request: &SignedRequest, bent: &Bent) -> bool {
        let coverage = self.scheme.coverage();
        let (path, query) = halves(request.target());
        let (bent_path, bent_query) = halves(&bent.target);
        let value = |name: &str| request.headers().get(name).map(|value| value.as_bytes());
        let mut headers = self.scheme.parts().iter().filter_map(|part| match part {
            Part::Header(name) => Some(*name),
            _ => None,
        });
        // A form is signed in its parameters, which may come in another order and escaped otherwise.
        let name = self.scheme.name();
        let same_body = if self.scheme.kind() == Kind::Form {
            signed_text(name, query, request.body()) == signed_text(name, bent_query, &bent.body)
        } else {
            !coverage.body() || request.body() == bent.body
        };
        // Of Plivo's the query is one more form, and has just been compared.
        let whole_query = coverage.query() && name != "plivo";
        same_body
            && (!coverage.method() || self.is_method(request.method(), &bent.method))
            && (!(coverage.path() || coverage.url()) || path == bent_path)
            && (!whole_query || query == bent_query)
            && headers.all(|name| value(name) == bent.header(name))
    }

    /// Sinch signs the method in capitals, however it is written.
    fn is_method(&self, signed: &str, sent: &str) -> bool {
        match self.scheme.kind() {
            Kind::Canonical => signed.eq_ignore_ascii_case(sent),
            _ => signed == sent,
        }
    }
}

fn halves(target: &str) -> (&str, Option<&str>) {
    target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)))
}

/// A verifier's builder for requests under [`SECRET`].
fn builder(scheme: &Scheme<'static>) -> Builder<'static> {
    let builder = Verifier::builder(*scheme);
    let builder = match scheme.algorithm() {
        algorithm if algorithm.is_public_key() => builder.public_key("fuzz", public_key(scheme)),
        _ if scheme.names_keys() => builder.identified_key("fuzz", KEY_ID, secret(scheme)),
        _ => builder.key("fuzz", secret(scheme)),
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

fn signer(scheme: &Scheme<'static>) -> Signer {
    let signer = match scheme.algorithm() {
        Algorithm::Ed25519 => Signer::with_private_key(*scheme, &PrivateKey::new(hex::encode(ED25519_SEED))),
        Algorithm::EcdsaP256 => Signer::with_private_key(*scheme, &PrivateKey::new(P256_KEY)),
        Algorithm::Rs256 => Signer::with_private_key(*scheme, &PrivateKey::new(RSA_KEY)),
        _ => Signer::new(*scheme, secret(scheme)),
    };
    signer.unwrap().key_id(KEY_ID).id("msg1").url(URL).unwrap()
}

/// The secret under which [`SECRET`] is the scheme's key.
fn secret(scheme: &Scheme<'_>) -> Secret {
    let base64 = || BASE64_STANDARD.encode(SECRET);
    let secret = match scheme.secret_forms().first().unwrap() {
        SecretForm::Text | SecretForm::TextWithout(_) => Secret::new(SECRET),
        SecretForm::Base64 => Secret::new(base64()),
        SecretForm::Base64After(prefix) => Secret::new(format!("{prefix}{}", base64())),
        SecretForm::Hex => Secret::new(hex::encode(SECRET)),
        other => panic!("nobody told this sender about {other:?}"),
    };
    if scheme.name() == "vonage-sms" { secret.with_algorithm(Algorithm::HmacSha512) } else { secret }
}

fn public_key(scheme: &Scheme<'_>) -> PublicKey {
    match scheme.algorithm() {
        Algorithm::EcdsaP256 => PublicKey::new(P256_PUBLIC_KEY),
        Algorithm::Rs256 => PublicKey::new(RSA_PUBLIC_KEY),
        _ => {
            let pair = ring::signature::Ed25519KeyPair::from_seed_unchecked(&ED25519_SEED).unwrap();
            let bytes = pair.public_key().as_ref();
            PublicKey::new(match scheme.secret_forms().first().unwrap() {
                SecretForm::Hex => hex::encode(bytes),
                SecretForm::Base64After(prefix) => format!("{prefix}{}", BASE64_STANDARD.encode(bytes)),
                _ => BASE64_STANDARD.encode(bytes),
            })
        }
    }
}

/// Bodies of the scheme's kind: ordinary, with marks that join parts, and long.
fn bodies(scheme: &Scheme<'_>) -> Vec<Vec<u8>> {
    let long = |before: &str, after: &str| format!("{before}{}{after}", "x".repeat(700)).into_bytes();
    match scheme.name() {
        "adyen" => [("p", "a:b"), ("q", "")].map(|(reference, merchant)| {
            format!(
                r#"{{"live":"false","notificationItems":[{{"NotificationRequestItem":{{"pspReference":"{reference}","merchantAccountCode":"M","merchantReference":"{merchant}","amount":{{"value":1,"currency":"EUR"}},"eventCode":"AUTHORISATION","success":"true","additionalData":{{"x":"y"}}}}}}]}}"#
            ).into_bytes()
        }).into(),
        // A token of an event, and there is none that is empty.
        "dialpad" => vec![br#"{"event":"call_ended"}"#.into(), br#"{"state":"hangup","n":1}"#.into()],
        "justcall" => vec![br#"{"webhook_url":"https://h.example/?a=b","type":"call.completed","data":{}}"#.into()],
        "synthflow" => vec![br#"{"call":{"call_id":"c-1"}}"#.into(), br#"{"call":{"call_id":"c-2"}}"#.into()],
        "plivo" | "vonage-sms" => vec![b"From=%2B15005550006&Text=a+b".into(), b"a=1&b=2&b=3&c=".into()],
        _ => vec![
            br#"{"event":"call_ended"}"#.into(),
            br#"{"a":"1763700000.v1:{}|--msg1","b":[1,2.5e3,null,"\u00e9"]}"#.into(),
            b"CallSid=CA1&From=%2B15005550006&Body=a+b".into(),
            long(r#"{"text":""#, r#""}"#),
            Vec::new(),
        ],
    }
}

/// The headers that a scheme reads, in all of its families.
fn names(scheme: &Scheme<'_>, genuine: &[Genuine]) -> Vec<String> {
    let mut names: BTreeSet<String> = genuine
        .iter()
        .flat_map(|genuine| genuine.request.headers().keys())
        .map(ToString::to_string)
        .collect();
    names.extend(scheme.expected_headers().iter().map(|(name, _)| (*name).to_owned()));
    names.extend(scheme.signature().further_headers().map(str::to_owned));
    names.extend(scheme.key_id().map(|field| field.header().to_owned()));
    names.extend((1..=3).map(|number| format!("{}-{number}", scheme.signature().header())));
    names.extend(["content-type", "content-md5", "x-forwarded-for", "date"].map(str::to_owned));
    if let Some([first, second]) = scheme.families() {
        let others: Vec<_> = names.iter().map(|name| name.replacen(first, second, 1)).collect();
        names.extend(others);
    }
    names.into_iter().collect()
}
