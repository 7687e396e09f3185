//! The commands that look at one request.

use std::io::{IsTerminal, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

use hooksig::diagnose::{Capture, Desk, Diagnosis};
use hooksig::{
    ConfigError, Evidence, Key, Parts, Pending, PrivateKey, PublicKey, Scheme, Secret, SignedRequest, Signer,
    Verifier, VerifyError, providers,
};
use serde_json::json;

use crate::Failure;
use crate::capture::Captured;
use crate::options::{self, SecretChoice, base_of, split};

/// Refused.
const REFUSED: u8 = 1;

/// The longest body of which a diagnosis writes other versions, in bytes.
const MAX_DIAGNOSED: usize = 64 << 20;

pub(crate) fn providers(name: Option<&str>) -> Result<ExitCode, Failure> {
    let mut out = std::io::stdout().lock();
    if let Some(name) = name {
        let scheme = providers::by_name(name).ok_or_else(|| options::unknown(name))?;
        writeln!(out, "{}\n{}", scheme.name(), scheme.explain())?;
        return Ok(ExitCode::SUCCESS);
    }
    let is_terminal = out.is_terminal();
    for scheme in providers::ALL {
        let confirmed = match scheme.source().map(|source| source.evidence) {
            Some(Evidence::Sdk(name)) => name,
            Some(Evidence::Published) => "a published example",
            _ => "documentation only",
        };
        let (name, covers) = (scheme.name(), scheme.coverage());
        let line = match is_terminal {
            true => writeln!(out, "{name:<26} {:<12} {confirmed:<40} {covers}", kind(scheme)),
            false => writeln!(out, "{name}\t{}\t{confirmed}\t{covers}", kind(scheme)),
        };
        // Whoever reads only the first lines has had enough.
        if line.is_err() {
            break;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn kind(scheme: &Scheme<'_>) -> String {
    format!("{:?}", scheme.kind()).to_lowercase()
}

pub(crate) fn verify(request: &options::Request) -> Result<ExitCode, Failure> {
    let (now, opened) = (request.now()?, request.opened()?);
    request.scheme.with(|scheme| {
        let key = key(scheme, &request.secret, request.key_id.as_deref())?;
        let verifier = |request_to: &Captured| {
            verifier(scheme, key, request.url.as_deref(), request_to.target.as_deref())
        };
        // A body that is hashed as it is read may be of any length.
        let (verdict, verifier) = match opened.filter(|_| scheme.streams()) {
            Some((head, body)) => {
                let verifier = verifier(&head)?;
                (stream(verifier.begin_at(parts(&head), now), body)?, verifier)
            }
            None => {
                let captured = request.captured()?;
                let verifier = verifier(&captured)?;
                (verifier.verify_at(parts(&captured), &captured.body, now).map(|_| ()), verifier)
            }
        };
        let coverage = verifier.coverage().to_string();
        match (verdict, request.json) {
            (Ok(()), true) => println!("{}", json!({ "verified": true, "coverage": coverage })),
            (Ok(()), false) => println!("verified: {} ({coverage})", scheme.name()),
            (Err(refusal), true) => {
                println!("{}", json!({ "verified": false, "reason": refusal.reason() }));
                return Ok(ExitCode::from(REFUSED));
            }
            (Err(refusal), false) => {
                println!("refused: {} ({})", refusal.reason(), refusal.kind());
                return Ok(ExitCode::from(REFUSED));
            }
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// What the verifier says of a body that is read piece by piece.
fn stream(
    pending: Result<Pending, VerifyError>,
    mut body: impl Read,
) -> Result<Result<(), VerifyError>, Failure> {
    let mut pending = match pending {
        Ok(pending) => pending,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let mut piece = vec![0; 1 << 16];
    loop {
        let length = body.read(&mut piece)?;
        if length == 0 {
            return Ok(pending.finish().map(|_| ()));
        }
        pending.update(&piece[..length]);
    }
}

pub(crate) fn parts(captured: &Captured) -> Parts<'_> {
    let parts = Parts::new(&captured.headers).method(&captured.method);
    match &captured.target {
        Some(target) => parts.target(target),
        None => parts,
    }
}

/// A verifier with the one key that was given, for requests to a URL that arrive with a target.
pub(crate) fn verifier(
    scheme: Scheme<'_>,
    key: Key,
    url: Option<&str>,
    target: Option<&str>,
) -> Result<Verifier, Failure> {
    let mut builder = Verifier::builder(scheme).max_body(usize::MAX).with_key(key);
    if scheme.needs_registered_url() {
        builder = builder.registered_url(url.ok_or("this scheme signs the URL: give it with --url")?);
    } else if scheme.signs_url() {
        let url = url.ok_or("this scheme signs the URL: give it with --url")?;
        builder = builder.public_base(&base_of(url, target));
    }
    Ok(builder.build()?)
}

pub(crate) fn key(scheme: Scheme<'_>, secret: &SecretChoice, id: Option<&str>) -> Result<Key, Failure> {
    let key = match scheme.algorithm().is_public_key() {
        true => Key::public("given", PublicKey::new(secret.public_key()?)),
        false => Key::new("given", secret.secret()?),
    };
    Ok(match id {
        Some(id) => key.id(id),
        None => key,
    })
}

pub(crate) fn sign(sign: &options::Sign) -> Result<ExitCode, Failure> {
    let (body, now) = (sign.body()?, sign.now()?);
    let request = sign.scheme.with(|scheme| {
        let mut signer = match scheme.algorithm().is_public_key() {
            true => Signer::with_private_key(scheme, &PrivateKey::new(sign.secret.public_key()?))?,
            false => Signer::new(scheme, sign.secret.secret()?)?,
        };
        signer = signer.method(&sign.method);
        if let Some(url) = sign.url.as_ref().or(sign.send.as_ref()) {
            signer = signer.url(url)?;
        }
        if let Some(id) = &sign.id {
            signer = signer.id(id);
        }
        if let Some(id) = &sign.key_id {
            signer = signer.key_id(id);
        }
        Ok(signer.sign(&body, now)?)
    })?;
    if let Some(url) = &sign.send {
        return send(url, &request);
    }
    if sign.curl {
        println!("{}", curl(sign.url.as_deref(), &request)?);
        return Ok(ExitCode::SUCCESS);
    }
    for (name, value) in request.headers() {
        println!("{name}: {}", value.to_str()?);
    }
    if sign.url.as_deref().is_some_and(|url| split(url).1 != request.target()) {
        eprintln!("send it to {}", request.target());
    }
    if request.body() != body {
        println!("\n{}", str::from_utf8(request.body())?);
    }
    Ok(ExitCode::SUCCESS)
}

/// A line for a shell.
fn curl(url: Option<&str>, request: &SignedRequest) -> Result<String, Failure> {
    let base = url.map_or("http://127.0.0.1:3000".to_owned(), |url| split(url).0);
    let url = format!("{base}{}", request.target());
    check_visible(&url)?;
    let mut line = format!("curl -X {} {}", token(request.method())?, quoted(&url));
    for (name, value) in request.headers() {
        line.push_str(&format!(" -H {}", quoted(&format!("{name}: {}", value.to_str()?))));
    }
    if let Some(value) = content_type(request) {
        line.push_str(&format!(" -H 'content-type: {value}'"));
    }
    let body = str::from_utf8(request.body()).ok().filter(|body| !body.contains('\0'));
    let body = body.ok_or("the body is not text; send it with --send")?;
    // Unlike --data-binary it reads no file, whatever the body begins with.
    line.push_str(&format!(" --data-raw {}", quoted(body)));
    Ok(line)
}

/// What a JSON body is called, where the scheme calls it nothing: without it frameworks refuse a genuine request.
fn content_type(request: &SignedRequest) -> Option<&'static str> {
    let named = request.headers().contains_key("content-type");
    let is_json = || serde_json::from_slice::<serde::de::IgnoredAny>(request.body()).is_ok();
    (!named && is_json()).then_some("application/json")
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// A method goes into a request line and a shell's line as it is.
fn token(method: &str) -> Result<&str, Failure> {
    let is_token = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_token.then_some(method).ok_or_else(|| format!("{method:?} is no method").into())
}

fn check_visible(url: &str) -> Result<(), Failure> {
    match url.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => Ok(()),
        false => {
            Err("the URL has spaces, control characters or letters beyond ASCII: percent-encode them".into())
        }
    }
}

/// Sends a request over plain HTTP to this machine, and prints the answer.
fn send(url: &str, request: &SignedRequest) -> Result<ExitCode, Failure> {
    check_visible(url)?;
    check_visible(request.target())?;
    let (base, _) = split(url);
    let authority = base.strip_prefix("http://").ok_or("--send takes an http:// URL")?;
    let (host, port) = match authority.rsplit_once(':').filter(|_| !authority.ends_with(']')) {
        Some((host, port)) => (host, port.parse::<u16>().map_err(|_| "the URL's port is no number")?),
        None => (authority, 80),
    };
    if !["127.0.0.1", "localhost", "[::1]"].contains(&host) || url.contains(['#', '\\']) {
        return Err(
            "--send goes to this machine alone: 127.0.0.1, localhost or [::1]; use --curl for others".into(),
        );
    }
    let address = format!("{host}:{port}");
    let mut stream = TcpStream::connect(&address).map_err(|error| format!("{address}: {}", error.kind()))?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let mut head =
        format!("{} {} HTTP/1.1\r\nhost: {authority}\r\n", token(request.method())?, request.target());
    for (name, value) in request.headers() {
        head.push_str(&format!("{name}: {}\r\n", value.to_str()?));
    }
    if let Some(value) = content_type(request) {
        head.push_str(&format!("content-type: {value}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\nconnection: close\r\n\r\n", request.body().len()));
    stream.write_all(head.as_bytes())?;
    stream.write_all(request.body())?;
    let mut answer = Vec::new();
    stream.take(1 << 20).read_to_end(&mut answer)?;
    println!("{}", printable(&String::from_utf8_lossy(&answer)));
    let succeeded = answer.get(9) == Some(&b'2');
    Ok(if succeeded { ExitCode::SUCCESS } else { ExitCode::from(REFUSED) })
}

/// What somebody else wrote, for a terminal: lines stay, what steers a terminal does not.
fn printable(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let escaped = |letter: char| match letter {
        '\n' | '\t' => letter.to_string(),
        letter if letter.is_control() => letter.escape_default().to_string(),
        letter => letter.to_string(),
    };
    text.chars().map(escaped).collect()
}

pub(crate) fn diagnose(diagnose: &options::Diagnose) -> Result<ExitCode, Failure> {
    let request = &diagnose.request;
    let (captured, now, others) = (request.captured()?, request.now()?, diagnose.others()?);
    if captured.body.len() > MAX_DIAGNOSED {
        return Err("a diagnosis looks at bodies of up to 64 MiB; `hooksig verify` takes any".into());
    }
    request.scheme.with(|scheme| {
        // A blank secret is something to diagnose.
        let key = key(scheme, &request.secret, request.key_id.as_deref()).or_else(|failure| match failure
            .downcast_ref::<ConfigError>(
        ) {
            Some(ConfigError::BlankSource { .. }) => Ok(Key::new("given", Secret::new(""))),
            _ => Err(failure),
        })?;
        let mut desk = Desk::new(scheme).key(key);
        if let Some(url) = &request.url {
            desk = with_url(desk, scheme, url, captured.target.as_deref());
        }
        let desk = others.iter().cloned().fold(desk, Desk::also);
        let diagnosis = desk.diagnose(&capture(&captured), now);
        match request.json {
            true => println!("{}", as_json(&diagnosis)),
            false => print!("{}", told(&diagnosis)),
        }
        Ok(if diagnosis.is_verified() { ExitCode::SUCCESS } else { ExitCode::from(REFUSED) })
    })
}

/// A desk whose receiver is set up as `verifier` sets it up.
pub(crate) fn with_url<'s>(desk: Desk<'s>, scheme: Scheme<'_>, url: &str, target: Option<&str>) -> Desk<'s> {
    if scheme.needs_registered_url() {
        desk.registered_url(url)
    } else {
        desk.public_base(&base_of(url, target))
    }
}

pub(crate) fn capture(captured: &Captured) -> Capture {
    let capture = Capture::new(captured.headers.clone(), captured.body.clone()).method(&captured.method);
    match &captured.target {
        Some(target) => capture.target(target),
        None => capture,
    }
}

fn as_json(diagnosis: &Diagnosis) -> serde_json::Value {
    let findings = diagnosis.findings().iter().map(|finding| {
        json!({ "code": finding.code, "message": finding.message, "fix": finding.fix, "proved": finding.proved })
    });
    let findings: Vec<_> = findings.collect();
    json!({
        "verified": diagnosis.is_verified(),
        "reason": diagnosis.reason(),
        "findings": findings,
        "ruled_out": diagnosis.ruled_out(),
    })
}

/// For people to read.
pub(crate) fn told(diagnosis: &Diagnosis) -> String {
    if diagnosis.is_verified() {
        return "verified: there is nothing to find\n".to_owned();
    }
    let (bold, plain) = if std::io::stdout().is_terminal() { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
    let mut text = diagnosis.reason().map_or(String::new(), |reason| format!("refused: {reason}\n"));
    for finding in diagnosis.findings() {
        let proved = if finding.proved { "proved" } else { "not proved" };
        let (code, message, fix) = (finding.code, &finding.message, finding.fix);
        text.push_str(&format!("\n{bold}{code}{plain} ({proved})\n  {message}\n  {fix}\n"));
    }
    text
}
