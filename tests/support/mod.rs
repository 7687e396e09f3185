//! Vector files: loading them, and turning one vector into a verifier and a request.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its own part of this module")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[cfg(all(feature = "axum", feature = "actix", feature = "hyper", feature = "tower"))]
pub mod apps;
pub mod client;
pub mod corpus;
#[cfg(feature = "serde")]
pub mod definition;
#[cfg(feature = "tracing")]
pub mod lines;
pub mod random;
pub mod schemes;
pub mod sender;
#[cfg(all(feature = "ecdsa", feature = "ed25519", feature = "rs256", feature = "sign"))]
pub mod signed;

use std::path::{Path, PathBuf};

use base64::Engine as _;
use hooksig::http::{HeaderMap, HeaderName, HeaderValue};
use hooksig::{
    Algorithm, Builder, ConfigError, Parts, PublicKey, Scheme, Secret, UnixTime, Verifier, providers,
};
use serde_json::Value;

/// A file of vectors for one scheme.
pub struct VectorFile {
    pub path: PathBuf,
    pub scheme: String,
    pub mechanism: String,
    pub definition: Option<Value>,
    pub vectors: Vec<Vector>,
}

/// One request, and what is to become of it.
#[derive(Clone)]
pub struct Vector {
    pub id: String,
    pub accept: bool,
    pub why: String,
    pub now: UnixTime,
    pub method: String,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub secrets: Vec<String>,
    pub body: Vec<u8>,
    pub key_id: Option<String>,
    /// What kind of key the secrets are, where the scheme leaves their algorithm to each key.
    pub secret_kind: Option<String>,
}

/// The project's own vectors.
pub fn default_directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")
}

/// Every `*.json` of a directory, in order.
pub fn load(directory: &Path) -> Vec<VectorFile> {
    paths(directory).into_iter().map(VectorFile::load).collect()
}

/// The paths of a directory's `*.json`, in order.
pub fn paths(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap_or_else(|error| {
        panic!("the vectors' directory {} cannot be read: {error}", directory.display())
    });
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    paths
}

/// The project's own vectors whose scheme is built in or defined beside them.
pub fn own_vectors() -> Vec<VectorFile> {
    load(&default_directory())
}

impl VectorFile {
    pub fn load(path: PathBuf) -> Self {
        let text = std::fs::read_to_string(&path).unwrap();
        let file: Value =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self {
            scheme: text_of(&file["scheme"]),
            mechanism: text_of(&file["mechanism"]),
            definition: file.get("definition").filter(|definition| definition.is_object()).cloned(),
            vectors: file["vectors"].as_array().into_iter().flatten().map(Vector::new).collect(),
            path,
        }
    }

    /// Hands the file's scheme over, built in or made from its definition; `None` when it has neither.
    pub fn with_scheme<T>(&self, then: impl FnOnce(Result<Scheme<'_>, ConfigError>) -> T) -> Option<T> {
        match (&self.definition, providers::by_name(&self.scheme)) {
            #[cfg(feature = "serde")]
            (Some(definition), _) => Some(definition::with_scheme(definition, then)),
            (None, Some(scheme)) => Some(then(Ok(scheme))),
            _ => None,
        }
    }
}

impl VectorFile {
    /// Why the file's own definition is refused, if it is: then every vector is.
    pub fn definition_problem(&self) -> Option<String> {
        self.definition.as_ref()?;
        let made = std::panic::catch_unwind(|| {
            self.with_scheme(|scheme| scheme.err().map(|error| error.to_string()))
        });
        made.ok().flatten().flatten()
    }
}

impl Vector {
    fn new(vector: &Value) -> Self {
        let body = match vector.get("body_base64") {
            Some(body) => base64::engine::general_purpose::STANDARD.decode(text_of(body)).unwrap(),
            None => vector["body"].as_str().unwrap_or_default().as_bytes().to_vec(),
        };
        let headers = vector["headers"].as_object().into_iter().flatten().flat_map(|(name, value)| {
            let values = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
            values.into_iter().map(move |value| (name.clone(), text_of(&value)))
        });
        Self {
            id: text_of(&vector["id"]),
            accept: match text_of(&vector["expect"]).as_str() {
                "accept" => true,
                "reject" => false,
                other => panic!("`expect` is {other:?}"),
            },
            why: vector["why"].as_str().unwrap_or_default().to_owned(),
            now: UnixTime::from_secs(vector["now"].as_u64().expect("`now` is in unix seconds")),
            method: vector["method"].as_str().unwrap_or("POST").to_owned(),
            url: vector["url"].as_str().unwrap_or_default().to_owned(),
            headers: headers.collect(),
            secrets: vector["secrets"].as_array().into_iter().flatten().map(text_of).collect(),
            body,
            key_id: vector["key_id"].as_str().map(str::to_owned),
            secret_kind: vector["secret_kind"].as_str().map(str::to_owned),
        }
    }

    /// A verifier with all of the vector's secrets, as its receiver would set it up.
    pub fn verifier(&self, scheme: &Scheme<'_>) -> Result<Verifier, ConfigError> {
        self.builder(scheme).build()
    }

    pub fn builder<'s>(&self, scheme: &Scheme<'s>) -> Builder<'s> {
        let mut builder = Verifier::builder(*scheme);
        for (index, text) in self.secrets.iter().enumerate() {
            let (label, secret) = (format!("key {index}"), Secret::new(text.as_str()));
            let secret = match self.algorithm() {
                Some(algorithm) => secret.with_algorithm(algorithm),
                None => secret,
            };
            builder = match (scheme.names_keys(), &self.key_id) {
                _ if scheme.algorithm().is_public_key() => {
                    builder.public_key(&label, PublicKey::new(text.as_str()))
                }
                (true, Some(id)) => builder.identified_key(&label, id, secret),
                _ => builder.key(&label, secret),
            };
        }
        if scheme.needs_registered_url() {
            let query = scheme.coverage().query();
            let url = if query { &self.url } else { self.url.split('?').next().unwrap() };
            builder = builder.registered_url(url);
        } else if scheme.signs_url() {
            builder = builder.public_base(self.base_and_target().0);
        }
        builder
    }

    /// The algorithm that the kind of the secrets names, if it does.
    fn algorithm(&self) -> Option<Algorithm> {
        match self.secret_kind.as_deref()? {
            #[cfg(feature = "form")]
            "vonage md5hash" => Some(Algorithm::Md5Hash),
            #[cfg(feature = "form")]
            "vonage md5" => Some(Algorithm::HmacMd5),
            #[cfg(feature = "sha1")]
            "vonage sha1" => Some(Algorithm::HmacSha1),
            "vonage sha256" => Some(Algorithm::HmacSha256),
            "vonage sha512" => Some(Algorithm::HmacSha512),
            _ => None,
        }
    }

    /// The headers, unless an HTTP library would refuse them.
    pub fn header_map(&self) -> Option<HeaderMap> {
        let mut map = HeaderMap::new();
        for (name, value) in &self.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            map.append(name, HeaderValue::from_bytes(value.as_bytes()).ok()?);
        }
        Some(map)
    }

    /// The request around the given headers.
    pub fn parts<'r>(&'r self, headers: &'r HeaderMap) -> Parts<'r> {
        Parts::new(headers).method(&self.method).target(self.base_and_target().1)
    }

    /// Scheme and host; path and query.
    pub fn base_and_target(&self) -> (&str, &str) {
        let host = self.url.find("://").map_or(0, |scheme| scheme + 3);
        let path = self.url[host..].find(['/', '?']).map_or(self.url.len(), |path| host + path);
        let (base, target) = self.url.split_at(path);
        (base, if target.is_empty() { "/" } else { target })
    }

    /// What became of the request: the reason of the refusal, in words that name no secret.
    pub fn verdict(&self, scheme: Result<Scheme<'_>, ConfigError>) -> Result<(), String> {
        let verifier = scheme.and_then(|scheme| self.verifier(&scheme)).map_err(|error| error.to_string())?;
        let headers = self.header_map().ok_or("a header that no HTTP library passes on")?;
        let verified = verifier.verify_at(self.parts(&headers), self.body.as_slice(), self.now);
        verified.map(|_| ()).map_err(|error| error.reason().to_owned())
    }
}

pub fn text_of(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is not a text")).to_owned()
}
