//! The command, started as a user starts it.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

const SECRET: &str = "test-secret-of-the-command";

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hooksig"));
    command.args(arguments).env("TEST_SECRET", SECRET).env("OTHER_SECRET", "test-other").env_remove("UNSET");
    command
}

fn run(arguments: &[&str]) -> (i32, String, String) {
    run_with(arguments, b"")
}

fn run_with(arguments: &[&str], input: &[u8]) -> (i32, String, String) {
    let mut child = command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Whoever does not read its input may close it.
    let _ = child.stdin.take().unwrap().write_all(input);
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    (status.code().unwrap(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

/// A file of this test's own, removed when it is dropped.
struct File(PathBuf);

impl File {
    fn new(name: &str, content: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("hooksig-cli-{}-{name}", std::process::id()));
        std::fs::write(&path, content).unwrap();
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// The headers that the command signs for a body.
fn signed(provider: &str, body: &[u8], more: &[&str]) -> Vec<String> {
    let mut arguments =
        vec!["sign", "--provider", provider, "--secret-env", "TEST_SECRET", "--body-file", "-"];
    arguments.extend(more);
    let (code, out, err) = run_with(&arguments, body);
    assert_eq!(code, 0, "{err}");
    out.lines().map(str::to_owned).collect()
}

#[test]
fn providers_are_listed_and_explained() {
    let (code, out, _) = run(&["providers"]);
    assert_eq!(code, 0);
    assert!(out.lines().count() > 110);
    assert!(out.lines().any(|line| line.starts_with("twilio\tform\t")), "plain when piped");
    assert!(!out.contains('\u{1b}'));
    let (code, out, _) = run(&["providers", "retell"]);
    assert_eq!((code, out.contains("Signed: the body, then the timestamp.")), (0, true));
    let (code, _, err) = run(&["providers", "nobody"]);
    assert_eq!((code, err.contains("nobody")), (2, true));
    let (code, _, err) = run(&["providers", "githb"]);
    assert_eq!((code, err.contains("near it: github")), (2, true), "{err}");
}

#[test]
fn what_is_signed_verifies_and_what_is_changed_is_refused() {
    for provider in ["github", "stripe", "retell", "slack", "zoom", "mailgun"] {
        let body = b"{\"event\":\"call_ended\"}";
        let mut lines = signed(provider, body, &[]);
        let mut sent: Vec<u8> = body.to_vec();
        if let Some(blank) = lines.iter().position(String::is_empty) {
            sent = lines[blank + 1..].join("\n").into_bytes();
            lines.truncate(blank);
        }
        let mut arguments =
            vec!["verify", "--provider", provider, "--secret-env", "TEST_SECRET", "--body-file", "-"];
        lines.iter().for_each(|line| arguments.extend(["--header", line]));
        let (code, out, err) = run_with(&arguments, &sent);
        assert_eq!((code, out.starts_with("verified: ")), (0, true), "{provider}: {out}{err}");
        if provider != "mailgun" {
            sent.push(b' ');
            let (code, out, _) = run_with(&arguments, &sent);
            assert_eq!((code, out.starts_with("refused: mismatch")), (1, true), "{provider}: {out}");
            arguments.push("--json");
            let (code, out, _) = run_with(&arguments, &sent);
            let out: serde_json::Value = serde_json::from_str(&out).unwrap();
            assert_eq!((code, &out["verified"], &out["reason"]), (1, &false.into(), &"mismatch".into()));
        }
    }
}

#[test]
fn a_failing_capture_leads_to_its_cause() {
    let header = &signed("github", b"{\"a\":1}", &[])[0];
    let secret = File::new("secret", SECRET.as_bytes());
    for (capture, code) in [
        (
            format!("POST /in HTTP/1.1\r\nHost: h\r\n{header}\r\nContent-Length: 8\r\n\r\n{{\"a\": 1}}"),
            "body_reserialized",
        ),
        (format!("POST /in HTTP/1.1\nHost: h\n{header}\n\n{{\"a\":1}}\n"), "body_trailing_newline"),
    ] {
        let capture = File::new(code, capture.as_bytes());
        let arguments =
            ["diagnose", "--provider", "github", "--secret-file", secret.path(), "--request", capture.path()];
        let (exit, out, err) = run(&arguments);
        assert_eq!(exit, 1, "{err}");
        assert!(out.starts_with("refused: mismatch") && out.contains(&format!("\n{code} (proved)")), "{out}");
        let (exit, out, _) = run(&[&arguments[..], &["--json"]].concat());
        let out: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(
            (exit, &out["findings"][0]["code"], &out["findings"][0]["proved"]),
            (1, &code.into(), &true.into())
        );
        assert!(out["findings"][0]["fix"].is_string() && !out.to_string().contains(SECRET));
    }
    let capture = format!("POST /in HTTP/1.1\n{header}\n\n{{\"a\":1}}");
    let wrong = ["diagnose", "--provider", "github", "--secret-env", "OTHER_SECRET", "--request", "-"];
    let (exit, out, _) = run_with(&wrong, capture.as_bytes());
    assert_eq!((exit, out.contains("\nunknown (not proved)")), (1, true), "{out}");
    let (_, out, _) =
        run_with(&[&wrong[..], &["--also-secret-env", "TEST_SECRET"]].concat(), capture.as_bytes());
    assert!(out.contains("secret_of_other_environment (proved)"), "{out}");
    let (_, out, _) =
        run_with(&[&wrong[..], &["--also-secret-file", secret.path()]].concat(), capture.as_bytes());
    assert!(out.contains("secret_of_other_environment (proved)"), "{out}");
}

#[test]
fn usage_and_set_up_are_told_apart_from_refusals() {
    let empty = File::new("empty", b"\n");
    let scheme = File::new("flawed.toml", b"name = \"x\"\nseperator = \"secret\"\n");
    for (arguments, why) in [
        (vec!["verify", "--provider", "strpe", "--secret-env", "TEST_SECRET"], "near it: stripe"),
        (vec!["verify", "--provider", "github", "--secret-env", "UNSET"], "UNSET is not set"),
        (vec!["verify", "--provider", "github", "--secret-file", empty.path()], "blank"),
        (vec!["verify", "--provider", "github", "--secret-file", "/nowhere/at/all"], "cannot be read"),
        (vec!["verify", "--provider", "twilio", "--secret-env", "TEST_SECRET"], "--url"),
        (
            vec!["verify", "--provider", "github", "--scheme", "x", "--secret-env", "TEST_SECRET"],
            "cannot be used with",
        ),
        (vec!["verify", "--provider", "github"], "--secret-env"),
        (vec!["verify", "--scheme", scheme.path(), "--secret-env", "TEST_SECRET"], "seperator"),
        (
            vec!["verify", "--provider", "github", "--secret-env", "TEST_SECRET", "--header", "x"],
            "Name: value",
        ),
        (vec!["verify", "--provider", "github", "--secret-env", "TEST_SECRET", "--now", "noon"], "RFC 3339"),
        (
            vec![
                "verify",
                "--provider",
                "github",
                "--secret-env",
                "TEST_SECRET",
                "--request",
                "x",
                "--body-file",
                "y",
            ],
            "cannot be used with",
        ),
        (vec!["verify", "--provider", "github", "--secret-file", "-", "--body-file", "-"], "cannot both"),
        (
            vec![
                "sign",
                "--provider",
                "github",
                "--secret-env",
                "TEST_SECRET",
                "--send",
                "http://example.com/",
            ],
            "this machine",
        ),
    ] {
        let (code, out, err) = run(&arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}: {err}");
        assert!(err.contains(why), "{arguments:?}: {err}");
        assert!(!err.contains(SECRET) && !err.contains("\"secret\""), "{err}");
    }
    // A secret as an argument is not even known.
    assert_eq!(run(&["verify", "--provider", "github", "--secret", SECRET]).0, 2);
}

#[test]
fn long_bodies_are_read_piece_by_piece() {
    let body = vec![b'x'; 100 << 20];
    let file = File::new("huge", &body);
    let options = ["--provider", "github", "--secret-env", "TEST_SECRET", "--body-file", file.path()];
    let (code, out, err) = run(&[&["sign"], &options[..]].concat());
    assert_eq!(code, 0, "{err}");
    let header = ["--header", out.trim_end()];
    // 200 MiB of address space hold the command and no such body beside its buffers.
    let verify = |limit: &str| {
        let script = format!("ulimit -v {limit}; exec \"$0\" \"$@\"");
        let mut command = Command::new("sh");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_hooksig"), "verify"]).args(options).args(header);
        command.env("TEST_SECRET", SECRET).output().unwrap()
    };
    let output = verify("80000");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let (code, _, err) = run(&[&["diagnose"], &options[..], &header].concat());
    assert_eq!((code, err.contains("64 MiB")), (2, true), "{err}");
}

#[test]
fn a_blank_secret_is_a_finding_of_a_diagnosis() {
    let empty = File::new("blank", b"\n");
    let (code, out, err) =
        run(&["diagnose", "--provider", "github", "--secret-file", empty.path(), "--json"]);
    let out: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &out["findings"][0]["code"]), (1, &"setup".into()), "{out}{err}");
    assert!(out["findings"][0]["message"].as_str().unwrap().contains("blank"), "{out}");
    assert!(out["ruled_out"].is_array());
}

#[test]
fn what_goes_into_a_line_or_a_request_is_checked() {
    let sign = ["sign", "--provider", "github", "--secret-env", "TEST_SECRET"];
    for (more, why) in [
        (vec!["--curl", "--method", "POST; id"], "no method"),
        (vec!["--curl", "--url", "http://h/a b"], "percent-encode"),
        (vec!["--send", "http://127.0.0.1:1/\r\nx: y"], "percent-encode"),
        (vec!["--send", "http://127.0.0.1:1@example.com/"], "port"),
        (vec!["--send", "http://a@127.0.0.1/"], "this machine"),
        (vec!["--send", "http://127.0.0.1:1#@example.com/"], "fragment"),
        (vec!["--send", "https://127.0.0.1/"], "http://"),
    ] {
        let (code, out, err) = run(&[&sign[..], &more].concat());
        assert_eq!((code, out.as_str(), err.contains(why)), (2, "", true), "{more:?}: {err}");
    }
}

#[test]
fn a_scheme_of_ones_own_comes_from_a_file() {
    let text = "name = \"mine\"\nalgorithm = \"hmac-sha256\"\nsigns = \"{timestamp}.{body}\"\n\
                signature = { header = \"x-sig\", encoding = \"hex\" }\ntimestamp = { header = \"x-time\", unit = \"seconds\" }\n";
    let toml = File::new("scheme.toml", text.as_bytes());
    let value: toml::Value = toml::from_str(text).unwrap();
    let json = File::new("scheme.json", serde_json::to_string(&value).unwrap().as_bytes());
    for file in [&toml, &json] {
        let sign =
            ["sign", "--scheme", file.path(), "--secret-env", "TEST_SECRET", "--now", "2025-11-21T04:40:00Z"];
        let (code, out, err) = run(&sign);
        assert_eq!((code, out.lines().count()), (0, 2), "{err}");
        assert!(out.contains("x-time: 1763700000"));
        let mut verify =
            vec!["verify", "--scheme", file.path(), "--secret-env", "TEST_SECRET", "--now", "1763700300"];
        out.lines().for_each(|line| verify.extend(["--header", line]));
        assert_eq!(run(&verify).0, 0);
        let (code, out, _) = run(&[&verify[..5], &["--now", "1763700301"], &verify[7..]].concat());
        assert_eq!((code, out.starts_with("refused: stale")), (1, true), "{out}");
    }
}

#[test]
fn a_line_for_curl_is_quoted() {
    let arguments =
        ["sign", "--provider", "github", "--secret-env", "TEST_SECRET", "--body-file", "-", "--curl"];
    let url = ["--url", "https://hooks.example.com/in?a=1"];
    let (code, out, _) = run_with(&[&arguments[..], &url].concat(), b"it's");
    assert_eq!(code, 0);
    assert!(
        out.starts_with("curl -X POST 'https://hooks.example.com/in?a=1' -H 'x-hub-signature-256: sha256="),
        "{out}"
    );
    assert!(out.trim_end().ends_with("--data-raw 'it'\\''s'"), "{out}");
}

/// Frameworks refuse JSON that is not called so, before a handler sees it.
#[test]
fn what_is_sent_says_that_it_is_json() {
    let sign = |body: &[u8]| {
        let arguments =
            ["sign", "--provider", "retell", "--secret-env", "TEST_SECRET", "--body-file", "-", "--curl"];
        run_with(&arguments, body).1
    };
    assert!(sign(b"{\"a\":1}").contains(" -H 'content-type: application/json'"));
    assert!(!sign(b"a=1").contains("content-type"));
    let form = [
        "sign",
        "--provider",
        "twilio",
        "--secret-env",
        "TEST_SECRET",
        "--url",
        "https://hooks.example.com/in",
    ];
    let (_, out, err) = run_with(&[&form[..], &["--body-file", "-", "--curl"]].concat(), b"{}");
    assert_eq!(out.matches("content-type").count(), 1, "{out}{err}");
}

/// A proxy may take a prefix off: the URL is the provider's, the target of a capture the receiver's.
#[test]
fn a_url_has_the_path_of_a_request_and_perhaps_a_prefix() {
    let url = "https://hooks.example.com/api/voice?a=1";
    let sign =
        ["sign", "--provider", "twilio", "--secret-env", "TEST_SECRET", "--url", url, "--body-file", "-"];
    let (_, out, _) = run_with(&sign, b"From=1");
    let header = out.lines().find(|line| line.starts_with("x-twilio-signature")).unwrap();
    let capture = |target: &str| {
        format!(
            "POST {target} HTTP/1.1\r\n{header}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 6\r\n\r\nFrom=1"
        )
    };
    for (command, url, target, verified) in [
        ("verify", url, "/api/voice?a=1", true),
        ("verify", url, "/voice?a=1", true),
        ("verify", "https://hooks.example.com", "/api/voice?a=1", true),
        ("verify", "https://hooks.example.com/", "/api/voice?a=1", true),
        ("verify", "https://hooks.example.com/api", "/voice?a=1", true),
        ("verify", "https://hooks.example.com/api/", "/voice?a=1", true),
        ("verify", "https://hooks.example.com/api", "/api/voice?a=1", false),
        ("verify", "https://hooks.example.com", "/voice?a=1", false),
        ("diagnose", url, "/voice?a=1", true),
        ("diagnose", "https://hooks.example.com/api", "/voice?a=1", true),
        ("diagnose", "https://hooks.example.com/api", "/api/voice?a=1", false),
    ] {
        let arguments =
            [command, "--provider", "twilio", "--secret-env", "TEST_SECRET", "--url", url, "--request", "-"];
        let (code, out, err) = run_with(&arguments, capture(target).as_bytes());
        assert_eq!(
            (code, out.starts_with("verified")),
            (i32::from(!verified), verified),
            "{command} {url} {target}: {out}{err}"
        );
    }
}

#[test]
fn a_local_receiver_tells_what_is_wrong() {
    let arguments =
        ["listen", "--provider", "github", "--secret-env", "TEST_SECRET", "--port", "0", "--count", "6"];
    let mut child = command(&arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    let url = line.trim().strip_prefix("listening on ").unwrap().to_owned();
    // Somebody who says nothing holds nobody up.
    let silent = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    // What `sign --send` sends is genuine.
    let send =
        ["sign", "--provider", "github", "--secret-env", "TEST_SECRET", "--body-file", "-", "--send", &url];
    let (code, answer, err) = run_with(&send, b"{\"a\":1}");
    assert_eq!((code, answer.starts_with("HTTP/1.1 200")), (0, true), "{answer}{err}");
    let header = &signed("github", b"{\"a\":1}", &[])[0];
    let exchange = |request: &str| {
        let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        answer
    };
    let changed =
        exchange(&format!("POST /\u{1b}[31m HTTP/1.1\r\n{header}\r\nContent-Length: 8\r\n\r\n{{\"a\": 1}}"));
    assert!(changed.starts_with("HTTP/1.1 401"), "{changed}");
    let chunked = exchange(&format!(
        "POST / HTTP/1.1\r\n{header}\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n{{\"a\":1}}\r\n0\r\n\r\n"
    ));
    assert!(chunked.starts_with("HTTP/1.1 200"), "{chunked}");
    let nonsense = exchange("nonsense\r\n\r\n");
    assert!(nonsense.starts_with("HTTP/1.1 400"), "{nonsense}");
    // A file of captures is not what a sender sends.
    let file = exchange("{\"method\":\"\\u001b[31mPOST\",\"url\":\"/\",\"headers\":[]}\n\r\n");
    assert!(file.starts_with("HTTP/1.1 400"), "{file}");
    drop(silent);
    assert!(child.wait().unwrap().success());
    let mut rest = String::new();
    out.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("verified (body)") && rest.contains("body_reserialized (proved)"), "{rest}");
    assert!(!rest.contains('\u{1b}') && !rest.contains(SECRET), "what a sender wrote is escaped: {rest}");
}
