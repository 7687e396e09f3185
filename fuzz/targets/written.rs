//! Requests of schemes of parts with any timestamp, id, header and body, signed by another implementation of
//! HMAC from the scheme's public description: nothing is ever a mismatch, what is plain verifies, and the
//! audit log has one line for each decision.
#![no_main]

use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};

use hooksig::{AuditLog, Kind, Parts, Unit, Verifier};
use hooksig_fuzz::{Input, NOW, Prepared, SECRET, Written, macs, verdict};

/// The end of every body.
const BODY_MARK: &[u8] = b"fuzz-body-that-nobody-logs";

/// What the audit log wrote, in one piece.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

struct Audited {
    schemes: Vec<(&'static Prepared, Verifier)>,
    lines: Lines,
}

fn audited() -> &'static Audited {
    static AUDITED: OnceLock<Audited> = OnceLock::new();
    AUDITED.get_or_init(|| {
        let lines = Lines::default();
        let plain = |prepared: &&Prepared| prepared.scheme.kind() == Kind::Affix;
        let schemes = macs().iter().filter(plain).map(|prepared| {
            let builder = prepared.builder().observer(AuditLog::new(lines.clone()));
            (prepared, builder.build().unwrap())
        });
        Audited { schemes: schemes.collect(), lines: lines.clone() }
    })
}

fn plain_timestamp(unit: Unit) -> &'static [u8] {
    match unit {
        Unit::Seconds | Unit::SecondsOrMillis => b"1763700000",
        Unit::Millis => b"1763700000000",
        Unit::Rfc3339 => b"2025-11-21T04:40:00Z",
        Unit::HttpDate => b"Fri, 21 Nov 2025 04:40:00 GMT",
        Unit::DateTime => b"2025-11-21 04:40:00",
        other => panic!("nobody told this sender about {other:?}"),
    }
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let Audited { schemes, lines } = audited();
    let (prepared, verifier) = input.one_of(schemes);
    let scheme = &prepared.scheme;
    let chunks = [input.byte(), input.byte()];
    let odd = input.byte();
    let mut odd_text = |bit: u8, plain: &'static [u8]| if odd & bit != 0 { input.text() } else { plain };
    let written = Written {
        timestamp: odd_text(1, scheme.timestamp().map_or(b"", |(_, unit)| plain_timestamp(unit))),
        id: odd_text(2, b"msg_1"),
        header: odd_text(4, b"nonce-1"),
        body: &[],
    };
    // The end of a body that is no JSON, by which it would be known in the log.
    let mark = if scheme.timestamp_in_json().is_some() { &b""[..] } else { BODY_MARK };
    let body = [input.rest(), mark].concat();
    let written = Written { body: &body, ..written };
    let Some(headers) = written.sign(prepared) else {
        return;
    };
    let parts = Parts::new(&headers).method("POST").target("/in?tenant=1");
    // Every line has a date, so the log costs more than the verdict.
    let is_audited = odd & 8 != 0;
    let verifier = if is_audited { verifier } else { &prepared.verifier };
    let verdict = verdict(verifier, parts, written.body, NOW, chunks);
    match &verdict {
        Ok(proof) => {
            let id = scheme.message_id().map(|_| written.id);
            assert_eq!(proof.message_id().map(str::as_bytes), id, "{}: another id", scheme.name());
            let is_plain = odd & 1 == 0 && scheme.timestamp().is_some();
            assert!(!is_plain || proof.timestamp() == Some(NOW), "{}: another moment", scheme.name());
        }
        Err(refusal) => {
            let is_plain = odd & 7 == 0 && scheme.timestamp_in_json().is_none();
            assert!(!is_plain, "{}: a genuine request is refused: {refusal}", scheme.name());
            // An odd timestamp in a list can bring entries of its own.
            let mismatch = odd & 1 == 0 && refusal.reason() == "mismatch";
            assert!(!mismatch, "{}: two implementations of HMAC do not agree", scheme.name());
        }
    }
    if !is_audited {
        return;
    }
    let mut lines = lines.0.lock().unwrap();
    let signature = &headers.last().unwrap().1;
    check_lines(&lines, signature, &written);
    lines.clear();
});

/// One line of JSON for each of the two decisions, without secret, signature or body.
fn check_lines(lines: &[u8], signature: &[u8], written: &Written<'_>) {
    let lines = str::from_utf8(lines).unwrap();
    assert_eq!(lines.bytes().filter(|byte| *byte == b'\n').count(), 2, "not a line for each decision");
    for line in lines.lines() {
        assert!(!line.bytes().any(|byte| byte.is_ascii_control()), "a control character in the log");
        assert!(serde_json::from_str::<serde_json::Value>(line).unwrap().is_object());
        for kept in [SECRET, signature, BODY_MARK] {
            let holds = str::from_utf8(kept).is_ok_and(|kept| line.contains(kept));
            // What was sent as the id is there as the id.
            assert!(!holds || written.id.windows(kept.len()).any(|id| id == kept), "the log says too much");
        }
    }
}
