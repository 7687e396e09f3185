//! Options, and what they stand for.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::PathBuf;

use clap::Args;
use hooksig::{Scheme, SchemeConfig, Secret, UnixTime, providers};

use crate::Failure;
use crate::capture::{self, Captured};

/// The longest body or capture that is held in memory, in bytes.
const MAX_INPUT: u64 = 256 << 20;

/// Which scheme.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub(crate) struct SchemeChoice {
    /// A built-in scheme, by its name.
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    /// A scheme of your own, described in TOML or JSON.
    #[arg(long, value_name = "FILE")]
    scheme: Option<PathBuf>,
}

/// Where the secret is. Never on the command line, where everybody sees it.
#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub(crate) struct SecretChoice {
    /// The environment variable that holds the secret, or the public key; to sign, the private key (PKCS #8 in PEM).
    #[arg(long, value_name = "VARIABLE")]
    secret_env: Option<String>,
    /// The file that holds it; `-` for the standard input.
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
}

/// A captured request.
#[derive(Args, Debug)]
pub(crate) struct Request {
    #[command(flatten)]
    pub(crate) scheme: SchemeChoice,
    #[command(flatten)]
    pub(crate) secret: SecretChoice,
    /// The id by which requests name the key, where they do.
    #[arg(long, value_name = "ID")]
    pub(crate) key_id: Option<String>,
    /// The URL as the provider knows it.
    #[arg(long)]
    pub(crate) url: Option<String>,
    /// The method.
    #[arg(long, default_value = "POST")]
    method: String,
    /// A header, as `Name: value`; may be given several times.
    #[arg(long = "header", value_name = "HEADER")]
    headers: Vec<String>,
    /// The file that holds the body; `-` for the standard input. Without one the body is empty.
    #[arg(long, value_name = "FILE", conflicts_with = "request")]
    body_file: Option<PathBuf>,
    /// The file that holds the whole request: raw HTTP/1.1, a HAR entry, or what `curl -v` prints; `-` for
    /// the standard input.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["headers", "method"])]
    request: Option<PathBuf>,
    /// The moment to verify at, in unix seconds or RFC 3339; now unless this says otherwise.
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// A request without its body, and the body to be read piece by piece.
pub(crate) type Opened = (Captured, Box<dyn Read>);

/// A request to diagnose.
#[derive(Args, Debug)]
pub(crate) struct Diagnose {
    #[command(flatten)]
    pub(crate) request: Request,
    /// An environment variable with the secret of another environment; may be given several times.
    #[arg(long, value_name = "VARIABLE")]
    also_secret_env: Vec<String>,
    /// A file with the secret of another environment; may be given several times.
    #[arg(long, value_name = "FILE")]
    also_secret_file: Vec<PathBuf>,
}

/// A request to sign.
#[derive(Args, Debug)]
pub(crate) struct Sign {
    #[command(flatten)]
    pub(crate) scheme: SchemeChoice,
    #[command(flatten)]
    pub(crate) secret: SecretChoice,
    /// The id by which requests name the key, where they do.
    #[arg(long, value_name = "ID")]
    pub(crate) key_id: Option<String>,
    /// The URL to which the request goes, as the provider knows it.
    #[arg(long)]
    pub(crate) url: Option<String>,
    /// The method.
    #[arg(long, default_value = "POST")]
    pub(crate) method: String,
    /// The message id, where the scheme has one.
    #[arg(long)]
    pub(crate) id: Option<String>,
    /// The file that holds the body; `-` for the standard input. Without one the body is empty.
    #[arg(long, value_name = "FILE")]
    body_file: Option<PathBuf>,
    /// The moment to sign at, in unix seconds or RFC 3339; now unless this says otherwise.
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
    /// Print a line for curl.
    #[arg(long, conflicts_with = "send")]
    pub(crate) curl: bool,
    /// Send it to `http://` on the loopback interface, and print the answer.
    #[arg(long, value_name = "URL")]
    pub(crate) send: Option<String>,
}

/// A receiver.
#[derive(Args, Debug)]
pub(crate) struct Listen {
    #[command(flatten)]
    pub(crate) scheme: SchemeChoice,
    #[command(flatten)]
    pub(crate) secret: SecretChoice,
    /// The id by which requests name the key, where they do.
    #[arg(long, value_name = "ID")]
    pub(crate) key_id: Option<String>,
    /// The public base as the provider knows it, such as that of a tunnel; or, for a scheme that needs it, the whole URL.
    #[arg(long)]
    pub(crate) url: Option<String>,
    /// The port; 0 for any that is free.
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,
    /// Stop after this many deliveries.
    #[arg(long, value_name = "COUNT")]
    pub(crate) count: Option<usize>,
}

impl SchemeChoice {
    /// Does something with the scheme, which may borrow from a file.
    pub(crate) fn with<T>(&self, then: impl FnOnce(Scheme<'_>) -> Result<T, Failure>) -> Result<T, Failure> {
        if let Some(name) = &self.provider {
            return then(providers::by_name(name).ok_or_else(|| unknown(name))?);
        }
        let path = self.scheme.as_ref().ok_or("a scheme is needed: --provider or --scheme")?;
        let text = String::from_utf8(read(path)?).map_err(|_| format!("{} is not UTF-8", path.display()))?;
        // What a format's own parser says could quote the file.
        let config: Option<SchemeConfig> = match text.trim_start().starts_with('{') {
            true => serde_json::from_str(&text).ok(),
            false => toml::from_str(&text).ok(),
        };
        let config = config.ok_or_else(|| format!("{} is neither TOML nor JSON", path.display()))?;
        then(config.scheme()?)
    }
}

impl SecretChoice {
    pub(crate) fn secret(&self) -> Result<Secret, Failure> {
        match (&self.secret_env, &self.secret_file) {
            (Some(name), _) => Ok(Secret::from_env(name)?),
            (None, Some(path)) if path.as_os_str() == "-" => {
                let mut text = read(path)?;
                // As `Secret::from_file` does.
                let line = text.strip_suffix(b"\n").map(|line| line.strip_suffix(b"\r").unwrap_or(line));
                let length = line.map_or(text.len(), <[u8]>::len);
                text.truncate(length);
                Ok(Secret::new(text))
            }
            (None, Some(path)) => Ok(Secret::from_file(path)?),
            (None, None) => Err("a secret is needed: --secret-env or --secret-file".into()),
        }
    }

    /// The text of a public key.
    pub(crate) fn public_key(&self) -> Result<String, Failure> {
        match (&self.secret_env, &self.secret_file) {
            (Some(name), _) => Ok(std::env::var(name).map_err(|_| format!("{name} is not set"))?),
            (None, Some(path)) => {
                Ok(String::from_utf8(read(path)?).map_err(|_| "the public key is not text")?)
            }
            (None, None) => Err("a public key is needed: --secret-env or --secret-file".into()),
        }
    }

    fn reads_standard_input(&self) -> bool {
        self.secret_file.as_ref().is_some_and(|path| path.as_os_str() == "-")
    }
}

impl Request {
    pub(crate) fn captured(&self) -> Result<Captured, Failure> {
        self.check_standard_input()?;
        if let Some(path) = &self.request {
            return capture::read(&read(path)?);
        }
        let body = self.body_file.as_ref().map_or(Ok(Vec::new()), read)?;
        Ok(Captured { body, ..self.head()? })
    }

    /// The request with a body that is still to be read, if that has a file of its own.
    pub(crate) fn opened(&self) -> Result<Option<Opened>, Failure> {
        self.check_standard_input()?;
        let Some(path) = &self.body_file else {
            return Ok(None);
        };
        let body: Box<dyn Read> = match path.as_os_str() == "-" {
            true => Box::new(std::io::stdin().lock()),
            false => Box::new(
                std::fs::File::open(path).map_err(|error| format!("{}: {}", path.display(), error.kind()))?,
            ),
        };
        Ok(Some((self.head()?, body)))
    }

    fn check_standard_input(&self) -> Result<(), Failure> {
        let from_input = |path: &Option<PathBuf>| path.as_ref().is_some_and(|path| path.as_os_str() == "-");
        if self.secret.reads_standard_input() && (from_input(&self.body_file) || from_input(&self.request)) {
            return Err("the secret and the request cannot both come from the standard input".into());
        }
        Ok(())
    }

    /// The request that the options describe, without its body.
    fn head(&self) -> Result<Captured, Failure> {
        let headers = self.headers.iter().map(|header| {
            let (name, value) =
                header.split_once(':').ok_or_else(|| format!("{header:?} is no `Name: value`"))?;
            Ok((name.trim().to_owned(), value.trim().as_bytes().to_vec()))
        });
        Ok(Captured {
            method: self.method.clone(),
            target: self.url.as_deref().map(|url| split(url).1),
            headers: headers.collect::<Result<_, String>>()?,
            body: Vec::new(),
        })
    }

    pub(crate) fn now(&self) -> Result<UnixTime, Failure> {
        moment(self.now.as_deref())
    }
}

impl Diagnose {
    /// The secrets of other environments.
    pub(crate) fn others(&self) -> Result<Vec<Secret>, Failure> {
        let from_env = self.also_secret_env.iter().map(|name| Secret::from_env(name));
        let from_file = self.also_secret_file.iter().map(Secret::from_file);
        Ok(from_env.chain(from_file).collect::<Result<_, _>>()?)
    }
}

impl Sign {
    pub(crate) fn body(&self) -> Result<Vec<u8>, Failure> {
        self.body_file.as_ref().map_or(Ok(Vec::new()), read)
    }

    pub(crate) fn now(&self) -> Result<UnixTime, Failure> {
        moment(self.now.as_deref())
    }
}

/// The public base, where the provider knows this URL and the request has this target: all of the URL that stands before
/// the target, which lacks a prefix that a proxy took away; or else the URL itself.
pub(crate) fn base_of(url: &str, target: Option<&str>) -> String {
    let (host, path) = split(url);
    let before = target.and_then(|target| path.strip_suffix(target)).unwrap_or(path.trim_end_matches('/'));
    format!("{host}{before}")
}

/// Base and target of a URL.
pub(crate) fn split(url: &str) -> (String, String) {
    let host = url.find("://").map_or(0, |scheme| scheme + 3);
    let path = url[host..].find(['/', '?']).map_or(url.len(), |path| host + path);
    let (base, target) = url.split_at(path);
    let slash = if target.starts_with('/') { "" } else { "/" };
    (base.to_owned(), format!("{slash}{target}"))
}

fn moment(text: Option<&str>) -> Result<UnixTime, Failure> {
    match text {
        None => Ok(UnixTime::now()),
        Some(text) => match text.parse() {
            Ok(seconds) => Ok(UnixTime::from_secs(seconds)),
            Err(_) => UnixTime::from_rfc3339(text)
                .ok_or_else(|| format!("{text:?} is neither unix seconds nor RFC 3339").into()),
        },
    }
}

/// A file, or the standard input, up to a limit.
fn read(path: &PathBuf) -> Result<Vec<u8>, Failure> {
    let failed = |error: std::io::Error| format!("{}: {}", path.display(), error.kind());
    let mut bytes = Vec::new();
    let limit = MAX_INPUT + 1;
    if path.as_os_str() == "-" {
        std::io::stdin().lock().take(limit).read_to_end(&mut bytes).map_err(failed)?;
    } else {
        std::fs::File::open(path).map_err(failed)?.take(limit).read_to_end(&mut bytes).map_err(failed)?;
    }
    match bytes.len() as u64 > MAX_INPUT {
        true => Err(format!("{} is longer than 256 MiB", path.display()).into()),
        false => Ok(bytes),
    }
}

/// No such scheme, and those that it may have meant.
pub(crate) fn unknown(name: &str) -> String {
    let lower = name.to_lowercase();
    let near: BTreeSet<(usize, &str)> = providers::ALL
        .iter()
        .map(|scheme| {
            let related = scheme.name().contains(&lower) || lower.contains(scheme.name());
            (if related { 0 } else { distance(&lower, scheme.name()) }, scheme.name())
        })
        .filter(|(distance, _)| *distance <= 3)
        .collect();
    let near: Vec<_> = near.into_iter().take(5).map(|(_, name)| name).collect();
    match near.is_empty() {
        true => format!("there is no scheme {name:?}; `hooksig providers` lists them"),
        false => format!("there is no scheme {name:?}; near it: {}", near.join(", ")),
    }
}

/// How many letters have to be changed, added or taken away.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, letter) in one.chars().enumerate() {
        let mut before = row[0];
        row[0] = line + 1;
        for (place, known) in other.iter().enumerate() {
            let change = before + usize::from(letter != *known);
            before = row[place + 1];
            row[place + 1] = change.min(before + 1).min(row[place] + 1);
        }
    }
    row[other.len()]
}
