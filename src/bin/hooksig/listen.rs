//! A receiver for the desk: it prints each delivery, the verdict and, when it is refused, why.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use hooksig::diagnose::Desk;
use hooksig::{Parts, Scheme, UnixTime, Verifier};

use crate::Failure;
use crate::capture::Captured;
use crate::commands::{capture, print, verifier};
use crate::options::{Listen, split};

/// The longest head and body that are read, in bytes.
const MAX_HEAD: usize = 1 << 16;
const MAX_BODY: usize = 16 << 20;

pub(crate) fn run(listen: &Listen) -> Result<ExitCode, Failure> {
    listen.scheme.with(|scheme| {
        let url = listen.url.as_deref();
        let verifier = verifier(scheme, &listen.secret, listen.key_id.as_deref(), url)?;
        let listener = TcpListener::bind(("127.0.0.1", listen.port))?;
        println!("listening on http://{}", listener.local_addr()?);
        for count in 1.. {
            let (stream, _) = listener.accept()?;
            // A sender that misbehaves must not end the others' deliveries.
            if let Err(error) = serve(stream, scheme, &verifier, listen) {
                println!("\n{error}");
            }
            if listen.count == Some(count) {
                break;
            }
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn serve(
    mut stream: TcpStream,
    scheme: Scheme<'_>,
    verifier: &Verifier,
    listen: &Listen,
) -> Result<(), Failure> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let captured = receive(&mut stream)?;
    let now = UnixTime::now();
    let target = captured.target.as_deref().unwrap_or("/");
    println!("\n{} {} ({} bytes)", captured.method, escaped(target), captured.body.len());
    let parts = Parts::new(&captured.headers).method(&captured.method).target(target);
    let status = match verifier.verify_at(parts, &captured.body, now) {
        Ok(proof) => {
            println!("verified ({})", proof.coverage());
            "200 OK"
        }
        Err(refusal) => {
            let mut desk = Desk::new(scheme);
            desk = match scheme.algorithm().is_public_key() {
                true => desk
                    .key(hooksig::Key::public("given", hooksig::PublicKey::new(listen.secret.public_key()?))),
                false => desk.key(hooksig::Key::new("given", listen.secret.secret()?)),
            };
            if let Some(url) = &listen.url {
                desk = desk.public_base(&split(url).0);
            }
            print(&desk.diagnose(&capture(&captured), now));
            match refusal.status().as_u16() {
                401 => "401 Unauthorized",
                _ => "500 Internal Server Error",
            }
        }
    };
    write!(stream, "HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")?;
    Ok(())
}

/// One request, up to the limits.
fn receive(stream: &mut TcpStream) -> Result<Captured, Failure> {
    let mut reader = BufReader::new(stream).take(MAX_HEAD as u64);
    let mut head = Vec::new();
    loop {
        let start = head.len();
        if reader.read_until(b'\n', &mut head)? == 0 {
            return Err("a request ended within its headers, or they are too long".into());
        }
        if matches!(&head[start..], b"\r\n" | b"\n") {
            break;
        }
    }
    let text = String::from_utf8_lossy(&head).to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    let length: usize = length.unwrap_or(0);
    if length > MAX_BODY {
        return Err("a body is longer than 16 MiB".into());
    }
    if text.lines().any(|line| line.starts_with("expect:") && line.contains("100-continue")) {
        reader.get_mut().get_mut().write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    reader.set_limit(MAX_BODY as u64);
    if text.lines().any(|line| line.starts_with("transfer-encoding:") && line.contains("chunked")) {
        // Up to the chunk of nothing, and the line after it.
        loop {
            let start = head.len();
            if reader.read_until(b'\n', &mut head)? == 0 {
                break;
            }
            let line = String::from_utf8_lossy(&head[start..]).into_owned();
            let size = usize::from_str_radix(line.split(';').next().unwrap_or_default().trim(), 16);
            match size {
                Ok(0) | Err(_) => break,
                Ok(size) => {
                    let mut chunk = vec![0; size.min(MAX_BODY) + 2];
                    reader.read_exact(&mut chunk)?;
                    head.extend_from_slice(&chunk);
                }
            }
        }
    } else {
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        head.extend_from_slice(&body);
    }
    crate::capture::read(&head)
}

/// What a sender wrote, for a terminal.
fn escaped(text: &str) -> String {
    text.chars().flat_map(char::escape_default).collect()
}
