//! A receiver for the desk: it prints each delivery, the verdict and, when it is refused, why.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use hooksig::diagnose::Desk;
use hooksig::{Coverage, UnixTime, Verifier};

use crate::Failure;
use crate::capture::Captured;
use crate::commands::{capture, key, parts, told, verifier, with_url};
use crate::options::Listen;

/// The longest head and body that are read, in bytes.
const MAX_HEAD: usize = 1 << 16;
const MAX_BODY: usize = 16 << 20;

/// How long a delivery may take to arrive, and an answer to be taken.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many deliveries may arrive at the same time.
const MAX_AT_ONCE: usize = 32;

/// What deliveries are verified and diagnosed with.
struct Receiver<'s> {
    desk: Mutex<Desk<'s>>,
    verifier: Verifier,
    arriving: AtomicUsize,
}

pub(crate) fn run(listen: &Listen) -> Result<ExitCode, Failure> {
    listen.scheme.with(|scheme| {
        let key = key(scheme, &listen.secret, listen.key_id.as_deref())?;
        let verifier = verifier(scheme, key.clone(), listen.url.as_deref(), None)?;
        let mut desk = Desk::new(scheme).key(key);
        if let Some(url) = &listen.url {
            desk = with_url(desk, scheme, url, None);
        }
        let receiver = Receiver { desk: Mutex::new(desk), verifier, arriving: AtomicUsize::new(0) };
        let listener = TcpListener::bind(("127.0.0.1", listen.port))?;
        println!("listening on http://{}", listener.local_addr()?);
        // A sender that is slow or misbehaves must not hold up the others' deliveries.
        thread::scope(|threads| {
            for stream in listener.incoming().take(listen.count.unwrap_or(usize::MAX)) {
                match stream {
                    Ok(stream) if receiver.arriving.load(Ordering::Relaxed) < MAX_AT_ONCE => {
                        receiver.arriving.fetch_add(1, Ordering::Relaxed);
                        threads.spawn(|| receiver.serve(stream));
                    }
                    Ok(_) => println!("\na delivery was turned away: too many arrive at the same time"),
                    // Out of file descriptors, say: the next one may do.
                    Err(error) => {
                        println!("\n{}", error.kind());
                        thread::sleep(Duration::from_millis(100));
                    }
                }
            }
        });
        Ok(ExitCode::SUCCESS)
    })
}

impl Receiver<'_> {
    fn serve(&self, mut stream: TcpStream) {
        let received = receive(&mut stream);
        let now = UnixTime::now();
        let (status, verdict) = match &received {
            Ok(captured) => {
                let target = captured.target.as_deref().unwrap_or("/");
                let verdict = self.verifier.verify_at(parts(captured).target(target), &captured.body, now);
                let status = match verdict.as_ref().map_err(|refusal| refusal.status().as_u16()) {
                    Ok(_) => "200 OK",
                    Err(401) => "401 Unauthorized",
                    Err(413) => "413 Content Too Large",
                    Err(_) => "500 Internal Server Error",
                };
                (status, verdict.map(|proof| proof.coverage()).ok())
            }
            Err(_) => ("400 Bad Request", None),
        };
        // A sender does not wait for the diagnosis.
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        // Whoever has gone needs no answer.
        let _ = stream.set_write_timeout(Some(PATIENCE)).and_then(|()| stream.write_all(answer.as_bytes()));
        drop(stream);
        let report = match received {
            Ok(captured) => self.report(&captured, verdict, now),
            Err(failure) => format!("no delivery: {failure}\n"),
        };
        // One text in one go: deliveries that arrive together do not mix their lines.
        print!("\n{report}");
        let _ = io::stdout().flush();
        self.arriving.fetch_sub(1, Ordering::Relaxed);
    }

    fn report(&self, captured: &Captured, verified: Option<Coverage>, now: UnixTime) -> String {
        let target = captured.target.as_deref().unwrap_or("/");
        let (method, length) = (&captured.method, captured.body.len());
        let first = format!("{method} {} ({length} bytes)\n", target.escape_default());
        if let Some(coverage) = verified {
            return format!("{first}verified ({coverage})\n");
        }
        // One at a time, since each may take seconds and memory.
        let desk = self.desk.lock().unwrap_or_else(PoisonError::into_inner);
        format!("{first}{}", told(&desk.diagnose(&capture(captured), now)))
    }
}

/// A stream that is read until a deadline, however slowly its bytes trickle in.
struct Timed<'t> {
    stream: &'t TcpStream,
    until: Instant,
}

impl Read for Timed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.stream.set_read_timeout(Some(left))?;
        self.stream.read(buffer)
    }
}

/// One request, up to the limits.
fn receive(stream: &mut TcpStream) -> Result<Captured, Failure> {
    let timed = Timed { stream, until: Instant::now() + PATIENCE };
    let mut reader = BufReader::new(timed).take(MAX_HEAD as u64);
    let mut request = Vec::new();
    loop {
        let start = request.len();
        if reader.read_until(b'\n', &mut request)? == 0 {
            return Err("a request ended within its headers, or they are too long".into());
        }
        if matches!(&request[start..], b"\r\n" | b"\n") {
            break;
        }
    }
    let head = String::from_utf8_lossy(&request).to_ascii_lowercase();
    let field = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let length: u64 = field("content-length:").and_then(|length| length.parse().ok()).unwrap_or(0);
    if length > MAX_BODY as u64 {
        return Err("a body is longer than 16 MiB".into());
    }
    if field("expect:").is_some_and(|what| what.contains("100-continue")) {
        let mut stream = reader.get_ref().get_ref().stream;
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    reader.set_limit(MAX_BODY as u64);
    match field("transfer-encoding:").is_some_and(|coding| coding.contains("chunked")) {
        true => read_chunks(&mut reader, &mut request)?,
        false => {
            reader.set_limit(length);
            reader.read_to_end(&mut request)?;
        }
    }
    // It says which body was cut. A sender sends requests, and no captures of other kinds.
    crate::capture::raw(&request)
}

/// Up to the chunk of nothing, as they come.
fn read_chunks(reader: &mut impl BufRead, request: &mut Vec<u8>) -> Result<(), Failure> {
    loop {
        let start = request.len();
        if reader.read_until(b'\n', request)? == 0 {
            return Err("a request ended within its chunks, or they are too long".into());
        }
        let line = String::from_utf8_lossy(&request[start..]).into_owned();
        let size = u64::from_str_radix(line.split(';').next().unwrap_or_default().trim(), 16);
        match size {
            Ok(0) | Err(_) => return Ok(()),
            // The chunk and the line's end behind it.
            Ok(size) => reader.by_ref().take(size.saturating_add(2)).read_to_end(request)?,
        };
    }
}
