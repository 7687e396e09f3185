//! An HTTP/1.1 client that can misbehave.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use hooksig::http::HeaderMap;

/// A connection that is opened anew whenever the server closed it.
pub struct Connection {
    port: u16,
    stream: Option<BufReader<TcpStream>>,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Whether the server asked for the body with `100 Continue` first.
    pub continued: bool,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl Connection {
    pub fn new(port: u16) -> Self {
        Self { port, stream: None }
    }

    /// Sends a request with a declared length, or in chunks of the given size.
    pub fn send(
        &mut self,
        method: &str,
        target: &str,
        headers: &HeaderMap,
        body: &[u8],
        chunks: Option<usize>,
    ) -> Answer {
        let framing = match chunks {
            None => format!("content-length: {}\r\n", body.len()),
            Some(_) => "transfer-encoding: chunked\r\n".to_owned(),
        };
        let mut request = head(method, target, headers, &framing);
        match chunks {
            None => request.extend_from_slice(body),
            Some(size) => {
                for chunk in body.chunks(size) {
                    request.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                    request.extend_from_slice(chunk);
                    request.extend_from_slice(b"\r\n");
                }
                // A trailer that nobody signed.
                request.extend_from_slice(b"0\r\nx-trailer: unsigned\r\n\r\n");
            }
        }
        self.exchange(&request)
    }

    /// Sends the body in three pieces with pauses between them.
    pub fn send_slowly(&mut self, method: &str, target: &str, headers: &HeaderMap, body: &[u8]) -> Answer {
        let framing = format!("content-length: {}\r\n", body.len());
        self.write(&head(method, target, headers, &framing));
        for piece in body.chunks(body.len() / 3 + 1) {
            std::thread::sleep(Duration::from_millis(20));
            self.write(piece);
        }
        self.read()
    }

    /// Declares a body and sends none of it.
    pub fn send_head(
        &mut self,
        method: &str,
        target: &str,
        headers: &HeaderMap,
        length: usize,
        expect: bool,
    ) -> Answer {
        let expect = if expect { "expect: 100-continue\r\n" } else { "" };
        self.exchange(&head(method, target, headers, &format!("content-length: {length}\r\n{expect}")))
    }

    /// Waits for `100 Continue` before it sends the body.
    pub fn send_after_continue(
        &mut self,
        method: &str,
        target: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Answer {
        let framing = format!("content-length: {}\r\nexpect: 100-continue\r\n", body.len());
        self.write(&head(method, target, headers, &framing));
        let go_on = self.read_head();
        assert_eq!(go_on.status, 100);
        self.exchange(body)
    }

    /// Sends less than it declared, and hangs up.
    pub fn send_cut_off(
        mut self,
        method: &str,
        target: &str,
        headers: &HeaderMap,
        body: &[u8],
        length: usize,
    ) {
        let mut request = head(method, target, headers, &format!("content-length: {length}\r\n"));
        request.extend_from_slice(body);
        self.write(&request);
        let _ = self.stream.take().unwrap().into_inner().shutdown(std::net::Shutdown::Both);
    }

    fn exchange(&mut self, request: &[u8]) -> Answer {
        self.write(request);
        self.read()
    }

    /// Writes; a server that has answered already need not read on.
    fn write(&mut self, bytes: &[u8]) {
        let stream = self.stream.get_or_insert_with(|| {
            let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            stream.set_nodelay(true).unwrap();
            BufReader::new(stream)
        });
        match stream.get_mut().write_all(bytes) {
            Err(error) if !matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset) => {
                panic!("{error}")
            }
            _ => {}
        }
    }

    fn read(&mut self) -> Answer {
        let mut answer = self.read_head();
        if answer.status == 100 {
            answer = self.read_head();
            answer.continued = true;
        }
        let length = answer.header("content-length").map_or(0, |length| length.parse().unwrap());
        answer.body.resize(length, 0);
        self.stream.as_mut().unwrap().read_exact(&mut answer.body).unwrap();
        // After a refusal the rest of the request may still be on its way: begin anew.
        if answer.status != 200 {
            self.stream = None;
        }
        answer
    }

    fn read_head(&mut self) -> Answer {
        let stream = self.stream.as_mut().unwrap();
        let mut line = || {
            let mut line = String::new();
            stream.read_line(&mut line).unwrap();
            line.trim_end().to_owned()
        };
        let status = line();
        let status =
            status.split(' ').nth(1).unwrap_or_else(|| panic!("no status in {status:?}")).parse().unwrap();
        let mut headers = Vec::new();
        loop {
            match line().split_once(':') {
                Some((name, value)) => headers.push((name.to_ascii_lowercase(), value.trim().to_owned())),
                None => return Answer { status, headers, body: Vec::new(), continued: false },
            }
        }
    }
}

fn head(method: &str, target: &str, headers: &HeaderMap, framing: &str) -> Vec<u8> {
    let mut head = format!("{method} {target} HTTP/1.1\r\nhost: hooks.example.com\r\n{framing}").into_bytes();
    for (name, value) in headers {
        head.extend_from_slice(name.as_str().as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"\r\n");
    head
}
