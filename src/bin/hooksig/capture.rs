//! Reading captures: raw HTTP/1.1, a HAR entry, the output of `curl -v`.

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
    if let Ok(value) = serde_json::from_slice::<Value>(bytes) {
        return har(&value).ok_or_else(|| "the capture is JSON, and no HAR entry".into());
    }
    if bytes.windows(2).any(|two| two == b"> ") && curl_lines(bytes).next().is_some() {
        return curl(bytes);
    }
    raw(bytes)
}

/// A request line, headers, an empty line and the body, with line ends of either kind.
fn raw(bytes: &[u8]) -> Result<Captured, Failure> {
    let mut rest = bytes;
    let line = next_line(&mut rest).ok_or("the capture is empty")?;
    let line = str::from_utf8(line).map_err(|_| "the capture does not start with a request line")?;
    let mut words = line.split(' ');
    let (method, target, version) = (words.next(), words.next(), words.next());
    let (Some(method), Some(target), Some(version)) = (method, target, version) else {
        return Err("the capture does not start with a request line such as `POST /path HTTP/1.1`".into());
    };
    if !version.starts_with("HTTP/") || words.next().is_some() || !is_token(method) {
        return Err("the capture does not start with a request line such as `POST /path HTTP/1.1`".into());
    }
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
    let mut text: Vec<u8> = Vec::new();
    for line in curl_lines(bytes) {
        text.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
        text.push(b'\n');
    }
    text.push(b'\n');
    // What follows the last marked line, and is no remark of curl's, is the body.
    let last = bytes.split_inclusive(|byte| *byte == b'\n').scan(0, |start, line| {
        let here = *start;
        *start += line.len();
        Some((here, line))
    });
    let end = last.filter(|(_, line)| line.starts_with(b">")).map(|(here, line)| here + line.len()).max();
    let rest = end.and_then(|end| bytes.get(end..)).unwrap_or_default();
    let is_remark =
        |line: &&[u8]| !matches!(line.first(), Some(b'*' | b'<' | b'{' | b'}') if line.get(1) == Some(&b' '));
    let body: Vec<u8> =
        rest.split_inclusive(|byte| *byte == b'\n').filter(is_remark).collect::<Vec<_>>().concat();
    let mut captured = raw(&without_length(&text))?;
    let length = length_of(&text).unwrap_or(body.len());
    captured.body = body.get(..length).map_or(body.clone(), <[u8]>::to_vec);
    Ok(captured)
}

fn length_of(text: &[u8]) -> Option<usize> {
    let text = String::from_utf8_lossy(text).to_ascii_lowercase();
    text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok())
}

fn without_length(text: &[u8]) -> Vec<u8> {
    let is_length = |line: &&[u8]| !line.to_ascii_lowercase().starts_with(b"content-length:");
    text.split_inclusive(|byte| *byte == b'\n').filter(is_length).collect::<Vec<_>>().concat()
}

/// An entry of a HAR file, or the first of a whole one.
fn har(value: &Value) -> Option<Captured> {
    let entry = value.get("log").map_or(Some(value), |log| log.get("entries")?.get(0))?;
    let request = entry.get("request").unwrap_or(entry);
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let headers = request.get("headers")?.as_array()?.iter();
    let headers = headers.map(|header| Some((text(header, "name")?, text(header, "value")?.into_bytes())));
    let data = request.get("postData");
    let body = data.and_then(|data| text(data, "text")).unwrap_or_default();
    Some(Captured {
        method: text(request, "method")?,
        target: text(request, "url").map(|url| path_of(&url)),
        headers: headers.collect::<Option<_>>()?,
        body: body.into_bytes(),
    })
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
        let curl = "* Connected\n> POST /in HTTP/1.1\n> Host: h\n> X-S: v\n> Content-Length: 2\n>\n* upload done\n{}\n< HTTP/1.1 401\n";
        let captured = read(curl.as_bytes()).unwrap();
        assert_eq!((captured.headers.len(), captured.body.as_slice()), (2, &b"{}"[..]));
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
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
