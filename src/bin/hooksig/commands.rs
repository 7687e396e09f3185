//! The commands that look at one request.

use std::io::{IsTerminal, Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

use hooksig::diagnose::{Capture, Desk, Diagnosis};
use hooksig::{Evidence, Key, PrivateKey, PublicKey, Scheme, SignedRequest, Signer, Verifier, providers};
use serde_json::json;

use crate::Failure;
use crate::capture::Captured;
use crate::options::{self, SecretChoice, split};

/// Refused.
const REFUSED: u8 = 1;

pub(crate) fn providers(name: Option<&str>) -> Result<ExitCode, Failure> {
    let mut out = std::io::stdout().lock();
    if let Some(name) = name {
        let choice = providers::by_name(name);
        let scheme =
            choice.ok_or_else(|| format!("there is no scheme {name:?}; `hooksig providers` lists them"))?;
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
    let (captured, now) = (request.captured()?, request.now()?);
    request.scheme.with(|scheme| {
        let verifier = verifier(scheme, &request.secret, request.key_id.as_deref(), request.url.as_deref())?;
        let parts = hooksig::Parts::new(&captured.headers).method(&captured.method);
        let parts = match &captured.target {
            Some(target) => parts.target(target),
            None => parts,
        };
        match verifier.verify_at(parts, &captured.body, now) {
            Ok(proof) if request.json => {
                println!("{}", json!({ "verified": true, "coverage": proof.coverage().to_string() }));
                Ok(ExitCode::SUCCESS)
            }
            Ok(proof) => {
                println!("verified: {} ({})", scheme.name(), proof.coverage());
                Ok(ExitCode::SUCCESS)
            }
            Err(refusal) if request.json => {
                println!("{}", json!({ "verified": false, "reason": refusal.reason() }));
                Ok(ExitCode::from(REFUSED))
            }
            Err(refusal) => {
                println!("refused: {} ({})", refusal.reason(), refusal.kind());
                Ok(ExitCode::from(REFUSED))
            }
        }
    })
}

/// A verifier with the one key that was given.
pub(crate) fn verifier(
    scheme: Scheme<'_>,
    secret: &SecretChoice,
    key_id: Option<&str>,
    url: Option<&str>,
) -> Result<Verifier, Failure> {
    let mut builder = Verifier::builder(scheme).max_body(usize::MAX).with_key(key(scheme, secret, key_id)?);
    if scheme.needs_registered_url() {
        builder = builder.registered_url(url.ok_or("this scheme signs the URL: give it with --url")?);
    } else if scheme.signs_url() {
        builder = builder.public_base(&split(url.ok_or("this scheme signs the URL: give it with --url")?).0);
    }
    Ok(builder.build()?)
}

fn key(scheme: Scheme<'_>, secret: &SecretChoice, key_id: Option<&str>) -> Result<Key, Failure> {
    let key = match scheme.algorithm().is_public_key() {
        true => Key::public("given", PublicKey::new(secret.public_key()?)),
        false => Key::new("given", secret.secret()?),
    };
    Ok(match key_id {
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
    if request.body() != body {
        println!("\n{}", str::from_utf8(request.body())?);
    }
    Ok(ExitCode::SUCCESS)
}

/// A line for a shell.
fn curl(url: Option<&str>, request: &SignedRequest) -> Result<String, Failure> {
    let base = url.map_or("http://127.0.0.1:3000".to_owned(), |url| split(url).0);
    let mut line = format!("curl -X {} {}", request.method(), quoted(&format!("{base}{}", request.target())));
    for (name, value) in request.headers() {
        line.push_str(&format!(" -H {}", quoted(&format!("{name}: {}", value.to_str()?))));
    }
    let body = str::from_utf8(request.body()).map_err(|_| "the body is not text; send it with --send")?;
    line.push_str(&format!(" --data-binary {}", quoted(body)));
    Ok(line)
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// Sends a request over plain HTTP to this machine, and prints the answer.
fn send(url: &str, request: &SignedRequest) -> Result<ExitCode, Failure> {
    let (base, _) = split(url);
    let authority = base.strip_prefix("http://").ok_or("--send takes an http:// URL")?;
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    if !["127.0.0.1", "localhost", "[::1]"].contains(&host) {
        return Err(
            "--send goes to this machine alone: 127.0.0.1, localhost or [::1]; use --curl for others".into(),
        );
    }
    let address = if authority.contains("]:") || (!authority.starts_with('[') && authority.contains(':')) {
        authority.to_owned()
    } else {
        format!("{authority}:80")
    };
    let mut stream = TcpStream::connect(&address).map_err(|error| format!("{address}: {}", error.kind()))?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let mut head = format!("{} {} HTTP/1.1\r\nhost: {authority}\r\n", request.method(), request.target());
    for (name, value) in request.headers() {
        head.push_str(&format!("{name}: {}\r\n", value.to_str()?));
    }
    head.push_str(&format!("content-length: {}\r\nconnection: close\r\n\r\n", request.body().len()));
    stream.write_all(head.as_bytes())?;
    stream.write_all(request.body())?;
    let mut answer = Vec::new();
    stream.take(1 << 20).read_to_end(&mut answer)?;
    std::io::stdout().write_all(&answer)?;
    let succeeded = answer.get(9) == Some(&b'2');
    Ok(if succeeded { ExitCode::SUCCESS } else { ExitCode::from(REFUSED) })
}

pub(crate) fn diagnose(diagnose: &options::Diagnose) -> Result<ExitCode, Failure> {
    let request = &diagnose.request;
    let (captured, now, others) = (request.captured()?, request.now()?, diagnose.others()?);
    request.scheme.with(|scheme| {
        let mut desk = Desk::new(scheme).key(key(scheme, &request.secret, request.key_id.as_deref())?);
        if let Some(url) = &request.url {
            desk = desk.public_base(&split(url).0);
        }
        let desk = others.iter().cloned().fold(desk, Desk::also);
        let diagnosis = desk.diagnose(&capture(&captured), now);
        match request.json {
            true => println!("{}", as_json(&diagnosis)),
            false => print(&diagnosis),
        }
        Ok(if diagnosis.is_verified() { ExitCode::SUCCESS } else { ExitCode::from(REFUSED) })
    })
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
    json!({ "verified": diagnosis.is_verified(), "reason": diagnosis.reason(), "findings": findings })
}

/// For people to read.
pub(crate) fn print(diagnosis: &Diagnosis) {
    if diagnosis.is_verified() {
        println!("verified: there is nothing to find");
        return;
    }
    let (bold, plain) = if std::io::stdout().is_terminal() { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
    if let Some(reason) = diagnosis.reason() {
        println!("refused: {reason}");
    }
    for finding in diagnosis.findings() {
        let proved = if finding.proved { "proved" } else { "not proved" };
        println!("\n{bold}{}{plain} ({proved})\n  {}\n  {}", finding.code, finding.message, finding.fix);
    }
}
