//! Any query, headers and signed body, for every handshake: what is answered was asked for, and is plain.
#![no_main]

use std::sync::OnceLock;

use hooksig::handshake::{self, Answer};
use hooksig::{Secret, Verified};
use hooksig_fuzz::{Input, SECRET, macs, public_keys};

struct Signed {
    zoom: &'static Verified<()>,
    slack: &'static Verified<()>,
    twitch: &'static Verified<()>,
    discord: &'static Verified<()>,
    secret: Secret,
}

fn signed() -> &'static Signed {
    static SIGNED: OnceLock<Signed> = OnceLock::new();
    SIGNED.get_or_init(|| {
        let proof = |name: &str| {
            let mut all = macs().iter().chain(public_keys());
            &all.find(|prepared| prepared.scheme.name() == name).unwrap().genuine[0].proof
        };
        Signed {
            zoom: proof("zoom"),
            slack: proof("slack"),
            twitch: proof("twitch"),
            discord: proof("discord"),
            secret: Secret::new(SECRET),
        }
    })
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let signed = signed();
    let which = input.byte() % 8;
    let rest = input.rest();
    let text = || str::from_utf8(rest).ok();
    let kind = [("twitch-eventsub-message-type", &b"webhook_callback_verification"[..])];
    let answer = match which {
        0 => handshake::zoom(signed.zoom, rest, &signed.secret),
        1 => handshake::slack(signed.slack, rest),
        2 => handshake::twitch(&kind, signed.twitch, rest),
        3 => handshake::discord(signed.discord, rest),
        4 => text().and_then(|query| handshake::meta(query, &signed.secret)),
        5 => text().and_then(handshake::dropbox),
        6 => handshake::ringcentral(&[("validation-token", rest)]),
        _ => handshake::asana(&[("x-hook-secret", rest)]).map(|(answer, _)| answer),
    };
    if let Some(answer) = answer {
        check(which, rest, &answer);
    }
});

fn check(which: u8, asked: &[u8], answer: &Answer) {
    let plain = answer.body().bytes().all(|byte| byte.is_ascii_graphic());
    assert!(plain && answer.body().len() <= 8192, "an answer that is not plain");
    match which {
        // Zoom's and Discord's answers are objects, the others' are texts.
        0 | 3 => assert!(serde_json::from_str::<serde_json::Value>(answer.body()).unwrap().is_object()),
        4 => {
            // Escapes make the token longer, never shorter.
            assert!(asked.len() > SECRET.len() + answer.body().len(), "an answer without the token");
        }
        6 => assert_eq!(answer.headers()["validation-token"].as_bytes(), asked),
        7 => assert_eq!(answer.headers()["x-hook-secret"].as_bytes(), asked),
        _ => {}
    }
}
