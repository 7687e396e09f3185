//! Writes what the targets begin with, made from the vectors and the table of schemes: `seeds FOLDER` makes
//! `FOLDER/TARGET/…`, so that no thousands of files have to be kept.

// What the instrumented crates call.
use libfuzzer_sys as _;

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use hooksig::{Kind, SchemeConfig, providers};
use hooksig_fuzz::{NOW, Prepared, SECRET, macs, public_keys};
use serde_json::{Value, json};

/// Longer bodies teach nothing and make every execution slow.
const MAX_BODY: usize = 2000;

/// The end of a text in an input.
const END: &[u8] = b"\xff";

fn main() {
    let folder = PathBuf::from(std::env::args_os().nth(1).expect("the folder for the seeds"));
    let seeds = Seeds { folder };
    let vectors = vectors(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors")));
    assert!(vectors.len() > 500, "where are the vectors?");
    for vector in &vectors {
        seeds.of_vector(vector);
    }
    seeds.of_schemes();
    seeds.of_texts();
}

struct Seeds {
    folder: PathBuf,
}

/// A request of `tests/vectors`.
struct Vector {
    scheme: String,
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    secrets: Vec<String>,
    body: Vec<u8>,
}

fn vectors(folder: &Path) -> Vec<Vector> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let files = paths.iter().map(|path| serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap());
    files
        .flat_map(|file: Value| {
            file["vectors"].as_array().unwrap().iter().map(|one| vector(&file, one)).collect::<Vec<_>>()
        })
        .collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn vector(file: &Value, vector: &Value) -> Vector {
    let headers = vector["headers"].as_object().into_iter().flatten().flat_map(|(name, value)| {
        let values = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
        values.into_iter().map(move |value| (name.clone(), text(&value)))
    });
    Vector {
        scheme: text(&file["scheme"]),
        method: vector["method"].as_str().unwrap_or("POST").to_owned(),
        url: text(&vector["url"]),
        headers: headers.collect(),
        secrets: vector["secrets"].as_array().into_iter().flatten().map(text).collect(),
        body: match vector["body_base64"].as_str() {
            Some(body) => BASE64_STANDARD.decode(body).unwrap(),
            None => text(&vector["body"]).into_bytes(),
        },
    }
}

impl Seeds {
    fn write(&self, target: &str, pieces: &[&[u8]]) {
        let folder = self.folder.join(target);
        fs::create_dir_all(&folder).unwrap();
        let seed = pieces.concat();
        let name = hex::encode(ring::digest::digest(&ring::digest::SHA256, &seed).as_ref());
        fs::write(folder.join(&name[..16]), seed).unwrap();
    }

    fn of_vector(&self, vector: &Vector) {
        if vector.body.len() > MAX_BODY {
            return;
        }
        let host = vector.url.find("://").map_or(0, |at| at + 3);
        let target = vector.url[host..].find('/').map_or("/", |at| &vector.url[host + at..]);
        self.captures(vector, target);
        if let Some((index, _)) = find(public_keys(), &vector.scheme) {
            for secret in &vector.secrets {
                self.write("public_keys", &[&[index], secret.as_bytes()]);
            }
        }
        let Some((index, prepared)) = find(macs(), &vector.scheme) else {
            return;
        };
        self.write("bodies", &[&[index, 16, 64], &vector.body]);
        let headers = vector.headers.iter().filter_map(|(name, value)| {
            let name = prepared.names.iter().position(|known| known.eq_ignore_ascii_case(name))?;
            Some([&[u8::try_from(name).unwrap()], value.as_bytes(), END].concat())
        });
        let headers: Vec<_> = headers.take(11).collect();
        let count = u8::try_from(headers.len()).unwrap();
        let head = [&[index, 16, 64, 0], target.as_bytes(), END, &[count]].concat();
        self.write("requests", &[&head, &headers.concat(), &vector.body]);
    }

    fn captures(&self, vector: &Vector, target: &str) {
        let line = format!("{} {target} HTTP/1.1", vector.method);
        let fields: Vec<_> = vector.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let raw = format!("{line}\r\n{}\r\n\r\n", fields.join("\r\n"));
        self.write("captures", &[raw.as_bytes(), &vector.body]);
        let length = vector.body.len();
        let curl = format!(
            "* Connected\n> {line}\n> {}\n> Content-Length: {length}\n>\n< HTTP/1.1 401\n<\n",
            fields.join("\n> ")
        );
        self.write("captures", &[curl.as_bytes(), &vector.body]);
        let chunked = format!("{line}\r\nTransfer-Encoding: chunked\r\n\r\n{length:x}\r\n");
        self.write("captures", &[chunked.as_bytes(), &vector.body, b"\r\n0\r\n\r\n"]);
        let headers: Vec<_> =
            vector.headers.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
        let data = json!({"text": BASE64_STANDARD.encode(&vector.body), "encoding": "base64"});
        let request =
            json!({"method": vector.method, "url": vector.url, "headers": headers, "postData": data});
        let har = json!({"log": {"entries": [{"request": request}]}});
        self.write("captures", &[har.to_string().as_bytes()]);
    }

    fn of_schemes(&self) {
        for (target, table) in
            [("forgeries", macs()), ("public_key_forgeries", public_keys()), ("diagnose", macs())]
        {
            for (index, prepared) in (0..).zip(table) {
                for which in 0..u8::try_from(prepared.genuine.len()).unwrap() {
                    let chunks: &[u8] = if target == "diagnose" { &[] } else { &[16, 64] };
                    self.write(target, &[&[index], chunks, &[which]]);
                }
            }
        }
        let plain = macs().iter().filter(|prepared| prepared.scheme.kind() == Kind::Affix);
        for (index, _) in (0_u8..).zip(plain) {
            for flags in [0, 8] {
                self.write("written", &[&[index, 16, 64, flags], b"{\"event\":\"call_ended\"}"]);
            }
            self.write(
                "written",
                &[&[index, 16, 64, 15], b"1763700000", END, b"msg.1", END, b"nonce.1", END, b"{}"],
            );
        }
        let tokens = macs().iter().filter(|prepared| prepared.scheme.kind() == Kind::Jwt);
        for (index, prepared) in (0_u8..).zip(tokens) {
            for genuine in &prepared.genuine {
                let in_header = genuine.request.headers().values().find_map(|value| claims(value.as_bytes()));
                let (claims, body) = match in_header {
                    Some(claims) => (claims, genuine.request.body()),
                    None => (claims(genuine.request.body()).unwrap(), &b""[..]),
                };
                self.write("tokens", &[&[index, 0], &claims, END, body]);
                let odd = br#"{"alg":"HS512","typ":"JWT","crit":[]}"#;
                self.write("tokens", &[&[index, 1], odd, END, &claims, END, body]);
            }
        }
        for scheme in providers::ALL {
            let described = SchemeConfig::from(*scheme);
            self.write("config", &[toml::to_string(&described).unwrap().as_bytes()]);
            self.write("config", &[serde_json::to_string(&described).unwrap().as_bytes()]);
        }
    }

    fn of_texts(&self) {
        for (unit, text) in [
            (0, "1763700000"),
            (1, "1763700000123"),
            (2, "1763700000"),
            (2, "1763700000123"),
            (3, "2025-11-21T04:40:00Z"),
            (3, "2024-02-29T23:59:59.123456789-08:30"),
            (4, "Fri, 21 Nov 2025 04:40:00 GMT"),
            (5, "2025-11-21 04:40:00"),
        ] {
            self.write("timestamps", &[&[unit], text.as_bytes()]);
            self.write("timestamps", &[&[unit, 0], &NOW.as_secs().to_le_bytes()]);
        }
        let secret = str::from_utf8(SECRET).unwrap();
        let meta = format!("hub.mode=subscribe&hub.verify_token={secret}&hub.challenge=1158201444");
        for (which, text) in [
            (0, r#"{"event":"endpoint.url_validation","payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"}}"#),
            (
                1,
                r#"{"type":"url_verification","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}"#,
            ),
            (2, r#"{"challenge":"pogchamp-kappa-360noscope-vohiyo"}"#),
            (3, r#"{"type":1}"#),
            (4, meta.as_str()),
            (5, "challenge=abc-123_x"),
            (6, "0a1b2c"),
            (7, "b537207f20cbfa02357cf448134da559e8bd39d61597dcd5631b8012eae53e81"),
        ] {
            self.write("handshakes", &[&[which], text.as_bytes()]);
        }
        for (which, text) in [
            (0, "192.0.2.7, 10.0.0.2"),
            (0, "2001:db8::1,::ffff:10.1.2.3"),
            (4, "192.0.2.0/24"),
            (4, "2001:db8::/32"),
            (5, "https://hooks.example.com:8443/in/%2Fa?tenant=1"),
            (5, "wss://hooks.example.com"),
            (6, "whsec_dGVzdC1zZWNyZXQtb2YtMjQtYnl0ZXM"),
            (6, "-----BEGIN PUBLIC KEY-----"),
            (7, "/data/object/id"),
        ] {
            self.write("settings", &[&[which], text.as_bytes()]);
        }
    }
}

/// A scheme of this table and the byte that picks it.
fn find(table: &'static [Prepared], name: &str) -> Option<(u8, &'static Prepared)> {
    (0_u8..).zip(table).find(|(_, prepared)| prepared.scheme.name() == name)
}

/// The claims of a token.
fn claims(text: &[u8]) -> Option<Vec<u8>> {
    let text = str::from_utf8(text).ok()?;
    let mut parts = text.strip_prefix("Bearer ").unwrap_or(text).split('.');
    let (_, claims, _) = (parts.next()?, parts.next()?, parts.next()?);
    BASE64_URL_SAFE_NO_PAD.decode(claims).ok()
}
