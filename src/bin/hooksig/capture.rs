//! Reading captures: raw HTTP/1.1, a HAR entry, the output of `curl -v`.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::Value;

use crate::Failure;

/// A request as it was captured.
#[derive(Debug)]
pub(crate) struct Captured {
    pub(crate) method: String,
    pub(crate) target: Option<String>,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

/// Reads a capture of any kind.
pub(crate) fn read(bytes: &[u8]) -> Result<Captured, Failure> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Ok(value) = serde_json::from_slice::<Value>(bytes) {
        return har(&value);
    }
    // A body may hold lines that look like curl's; a request line in front says what the whole is.
    if !starts_with_request_line(bytes) && curl_lines(bytes).next().is_some() {
        return curl(bytes);
    }
    raw(bytes)
}

fn starts_with_request_line(bytes: &[u8]) -> bool {
    next_line(&mut &*bytes).and_then(request_line).is_some()
}

/// Method and target.
fn request_line(line: &[u8]) -> Option<(&str, &str)> {
    let mut words = str::from_utf8(line).ok()?.split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    let is_one = version.starts_with("HTTP/") && words.next().is_none() && is_token(method);
    is_one.then_some((method, target))
}

/// A request line, headers, an empty line and the body, with line ends of either kind.
pub(crate) fn raw(bytes: &[u8]) -> Result<Captured, Failure> {
    let mut rest = bytes;
    let line = next_line(&mut rest).ok_or("the capture is empty")?;
    let (method, target) = request_line(line)
        .ok_or("the capture does not start with a request line such as `POST /path HTTP/1.1`")?;
    let mut headers = Vec::new();
    loop {
        let Some(line) = next_line(&mut rest) else {
            return Err("the capture ends within its headers".into());
        };
        if line.is_empty() {
            break;
        }
        let colon =
            line.iter().position(|byte| *byte == b':').ok_or("a header of the capture has no colon")?;
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        let name = str::from_utf8(name).map_err(|_| "a header of the capture has a name that is not text")?;
        headers.push((name.trim().to_owned(), value.to_vec()));
    }
    let body = body(&headers, rest)?;
    Ok(Captured { method: method.to_owned(), target: Some(path_of(target)), headers, body })
}

/// The body that the headers announce.
fn body(headers: &[(String, Vec<u8>)], rest: &[u8]) -> Result<Vec<u8>, Failure> {
    let value = |name: &str| headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    let text = |name: &str| value(name).and_then(|(_, value)| str::from_utf8(value).ok()).map(str::trim);
    if text("transfer-encoding").is_some_and(|coding| coding.to_ascii_lowercase().ends_with("chunked")) {
        return chunked(rest);
    }
    match text("content-length").map(str::parse::<usize>) {
        None => Ok(rest.to_vec()),
        Some(Err(_)) => Err("the Content-Length of the capture is no number".into()),
        Some(Ok(length)) if length > rest.len() => {
            Err(format!("the capture is cut: its body has {} of {length} bytes", rest.len()).into())
        }
        Some(Ok(length)) => Ok(rest[..length].to_vec()),
    }
}

fn chunked(mut rest: &[u8]) -> Result<Vec<u8>, Failure> {
    let cut = || "the capture is cut within a chunk";
    let mut body = Vec::new();
    loop {
        let line = next_line(&mut rest).ok_or_else(cut)?;
        let size = str::from_utf8(line).ok().and_then(|line| line.split(';').next());
        let size = size.and_then(|size| usize::from_str_radix(size.trim(), 16).ok());
        let size = size.ok_or("the capture has a chunk without a size")?;
        if size == 0 {
            return Ok(body);
        }
        body.extend_from_slice(rest.get(..size).ok_or_else(cut)?);
        rest = &rest[size..];
        next_line(&mut rest).filter(|end| end.is_empty()).ok_or_else(cut)?;
    }
}

/// The next line without its end.
fn next_line<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let line = &rest[..end];
    *rest = &rest[end + 1..];
    Some(line.strip_suffix(b"\r").unwrap_or(line))
}

/// The path and query of a target in any form.
fn path_of(target: &str) -> String {
    match target.starts_with('/') {
        true => target.to_owned(),
        false => crate::options::split(target).1,
    }
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-')
}

/// What curl sent, line by line, after its mark.
fn curl_lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| *byte == b'\n').filter_map(|line| line.strip_prefix(b"> "))
}

/// The headers that `curl -v` prints; the body it does not, so that has to be put behind them by hand.
fn curl(bytes: &[u8]) -> Result<Captured, Failure> {
    let mut head: Vec<u8> = Vec::new();
    for line in curl_lines(bytes) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if !line.to_ascii_lowercase().starts_with(b"content-length:") {
            head.extend_from_slice(line);
            head.push(b'\n');
        }
    }
    head.push(b'\n');
    let mut captured = raw_head(&head)?;
    captured.body = match length_of(bytes) {
        Some(length) => last(after_marks(bytes), length)?.to_vec(),
        None => without_remarks(after_marks(bytes)).to_vec(),
    };
    Ok(captured)
}

/// A request of headers alone.
fn raw_head(head: &[u8]) -> Result<Captured, Failure> {
    let coding = |line: &&[u8]| !line.to_ascii_lowercase().starts_with(b"transfer-encoding:");
    raw(&head.split_inclusive(|byte| *byte == b'\n').filter(coding).collect::<Vec<_>>().concat())
}

fn length_of(bytes: &[u8]) -> Option<usize> {
    curl_lines(bytes).find_map(|line| {
        let line = str::from_utf8(line).ok()?.to_ascii_lowercase();
        line.strip_prefix("content-length:")?.trim().parse().ok()
    })
}

/// What follows the last line that curl marks as sent.
fn after_marks(bytes: &[u8]) -> &[u8] {
    let (mut here, mut end) = (0, 0);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        // The body may have such lines too: the marks end with the headers.
        let text = line.trim_ascii_end();
        here += line.len();
        if line.starts_with(b"> ") || text == b">" {
            end = here;
        }
        if text == b">" {
            break;
        }
    }
    &bytes[end..]
}

/// The last bytes, if there are so many and only remarks of curl's before them.
fn last(rest: &[u8], length: usize) -> Result<&[u8], Failure> {
    let newline = rest.strip_suffix(b"\n");
    let bodies = [Some(rest), newline].into_iter().flatten().filter_map(|rest| {
        let (before, body) = rest.split_at(rest.len().checked_sub(length)?);
        let whole_lines = before.is_empty() || before.ends_with(b"\n");
        // Where it would begin with the answer's headers, the body is cut.
        let of_answer = matches!(body, [b'<', b' ' | b'\r' | b'\n', ..]);
        (whole_lines && !of_answer && without_remarks(before).is_empty()).then_some(body)
    });
    let why = "the capture does not end with the body that its Content-Length announces: put its bytes behind \
               what curl prints, and take care that curl does not print the answer's body (`-o /dev/null`)";
    Ok({ bodies }.next().ok_or(why)?)
}

/// What follows the remarks that curl makes, and the headers of the answer.
fn without_remarks(mut rest: &[u8]) -> &[u8] {
    let is_remark = |line: &[u8]| {
        let of_curl = matches!(line, [b'*' | b'<' | b'{' | b'}', b' ', ..]);
        of_curl || matches!(line.trim_ascii_end(), b"<" | b"")
    };
    while let Some(line) = rest.split_inclusive(|byte| *byte == b'\n').next() {
        if !is_remark(line) {
            break;
        }
        rest = &rest[line.len()..];
    }
    rest
}

/// An entry of a HAR file, or the first of a whole one.
fn har(value: &Value) -> Result<Captured, Failure> {
    har_request(value).ok_or("the capture is JSON, and no HAR entry")?
}

fn har_request(value: &Value) -> Option<Result<Captured, Failure>> {
    let entry = value.get("log").map_or(Some(value), |log| log.get("entries")?.get(0))?;
    let request = entry.get("request").unwrap_or(entry);
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let headers = request.get("headers")?.as_array()?.iter();
    let headers = headers.map(|header| Some((text(header, "name")?, text(header, "value")?.into_bytes())));
    let mut headers: Vec<_> = headers.collect::<Option<_>>()?;
    // Those of HTTP/2 that are no headers: `:method`, `:path`.
    headers.retain(|(name, _)| !name.starts_with(':'));
    let method = text(request, "method").filter(|method| is_token(method))?;
    let target = text(request, "url").map(|url| path_of(&url));
    Some(har_body(request.get("postData")).map(|body| Captured { method, target, headers, body }))
}

fn har_body(data: Option<&Value>) -> Result<Vec<u8>, Failure> {
    let Some(data) = data else {
        return Ok(Vec::new());
    };
    let Some(text) = data.get("text").and_then(Value::as_str) else {
        return Err("the HAR entry has the form's fields and not its text, which was signed".into());
    };
    match data.get("encoding").and_then(Value::as_str) {
        None | Some("") => Ok(text.as_bytes().to_vec()),
        Some("base64") => {
            Ok(BASE64_STANDARD.decode(text).map_err(|_| "the HAR entry's body is no base64")?)
        }
        Some(_) => Err("the HAR entry's body has an encoding other than base64".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captures_of_every_kind() {
        for end in ["\r\n", "\n"] {
            let text = format!(
                "POST /in?a=1 HTTP/1.1{end}Host: h{end}X-S:  v {end}Content-Length: 2{end}{end}{{}}rest"
            );
            let captured = read(text.as_bytes()).unwrap();
            assert_eq!((captured.method.as_str(), captured.target.as_deref()), ("POST", Some("/in?a=1")));
            assert_eq!(captured.headers[1], ("X-S".to_owned(), b"v".to_vec()));
            assert_eq!(captured.body, b"{}");
        }
        let chunks =
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
        assert_eq!(read(chunks.as_bytes()).unwrap().body, b"abcde");
        assert_eq!(read(b"GET / HTTP/1.1\n\n").unwrap().body, b"");
        let har = r#"{"log":{"entries":[{"request":{"method":"POST","url":"https://h/in?a=1","headers":[{"name":"X","value":"y"}],"postData":{"text":"{}"}}}]}}"#;
        let captured = read(har.as_bytes()).unwrap();
        assert_eq!((captured.target.as_deref(), captured.body.as_slice()), (Some("/in?a=1"), &b"{}"[..]));
        let curl = "* Connected\n> POST /in HTTP/1.1\n> Host: h\n> X-S: v\n> Content-Length: 4\n>\n* upload done\n< HTTP/1.1 401\n< \n{ }\n";
        let captured = read(curl.as_bytes()).unwrap();
        assert_eq!((captured.headers.len(), captured.body.as_slice()), (2, &b"{ }\n"[..]));
        // A body that quotes what curl prints is still a body.
        let quoting = "POST / HTTP/1.1\nContent-Length: 6\n\n> a\n> b";
        assert_eq!(read(quoting.as_bytes()).unwrap().body, b"> a\n> ");
        let har = r#"{"request":{"method":"POST","url":"https://h/in","headers":[{"name":":method","value":"POST"},{"name":"X","value":"y"}],"postData":{"text":"AP8=","encoding":"base64"}}}"#;
        let captured = read(format!("\u{feff}{har}").as_bytes()).unwrap();
        assert_eq!((captured.headers.len(), captured.body.as_slice()), (1, &[0, 255][..]));
    }

    #[test]
    fn what_is_no_capture_is_said() {
        for (text, why) in [
            (&b""[..], "empty"),
            (b"\x00\xff\n", "request line"),
            (b"POST /\n\n", "request line"),
            (b"POST / HTTP/1.1\nHost: h", "within its headers"),
            (b"POST / HTTP/1.1\nHost\n\n", "no colon"),
            (b"POST / HTTP/1.1\nContent-Length: 5\n\nabc", "cut"),
            (b"POST / HTTP/1.1\nContent-Length: x\n\n", "no number"),
            (b"POST / HTTP/1.1\nTransfer-Encoding: chunked\n\n5\nab", "cut"),
            (b"POST / HTTP/1.1\nTransfer-Encoding: chunked\n\nzz\n", "without a size"),
            (b"{\"a\":1}", "no HAR entry"),
            (b"{\"method\":\"POST\",\"headers\":[],\"postData\":{\"params\":[]}}", "not its text"),
            (b"{\"method\":\"\\u001b[31mPOST\",\"headers\":[]}", "no HAR entry"),
            (
                b"> POST / HTTP/1.1\n> Content-Length: 5\n>\n< HTTP/1.1 401\n<\nab",
                "does not end with the body",
            ),
            (
                b"> POST / HTTP/1.1\n> Content-Length: 2\n>\n< HTTP/1.1 401\n<\nno, abcd",
                "does not end with the body",
            ),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
