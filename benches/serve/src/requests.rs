//! Genuine requests as they go over the wire, each with an id of its own: a replay guard lets no other through.

use std::sync::atomic::{AtomicU64, Ordering};

use hooksig::{Scheme, Secret, Signer, UnixTime, providers};

use crate::Outcome;

pub(crate) const SCHEME: Scheme<'static> = providers::STANDARD_WEBHOOKS;

static NEXT: AtomicU64 = AtomicU64::new(0);

pub(crate) fn secret() -> Secret {
    Secret::new("whsec_YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXowMTIzNDU=")
}

pub(crate) fn other_secret() -> Secret {
    Secret::new("whsec_NTQzMjEwenl4d3Z1dHNycXBvbm1sa2ppaGdmZWRjYmE=")
}

pub(crate) fn make(size: usize, count: usize) -> Outcome<Vec<Vec<u8>>> {
    let body: Vec<u8> = (b'a'..=b'z').cycle().take(size).collect();
    (0..count).map(|_| one(&body)).collect()
}

fn one(body: &[u8]) -> Outcome<Vec<u8>> {
    let id = format!("msg_{:020}", NEXT.fetch_add(1, Ordering::Relaxed));
    let signed = Signer::new(SCHEME, secret())?.id(&id).sign(body, UnixTime::now())?;
    let mut request =
        b"POST /hook HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/octet-stream\r\n".to_vec();
    for (name, value) in signed.headers() {
        request.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    request.extend(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
    request.extend(body);
    Ok(request)
}
