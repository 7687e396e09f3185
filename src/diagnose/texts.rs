//! What findings say.

use super::Finding;

/// Code, what is wrong, what to do.
const TEXTS: &[(&str, &str, &str)] = &[
    (
        "body_reserialized",
        "The body was parsed and written again, in a spelling that is not the sender's",
        "Verify the raw bytes of the body, before any JSON parser or middleware touches them.",
    ),
    (
        "body_trailing_newline",
        "The body has a line end that the sender did not sign",
        "Take the body as it came in; editors, `echo` and templates add line ends.",
    ),
    (
        "body_missing_newline",
        "The body lacks a line end that the sender signed",
        "Take the body as it came in, and trim nothing.",
    ),
    (
        "body_whitespace_trimmed",
        "White space around the body is not as the sender signed it",
        "Take the body as it came in, and trim nothing.",
    ),
    (
        "body_line_endings",
        "The line endings in the body were changed",
        "Take the body as bytes; text mode and version control change line endings.",
    ),
    (
        "body_bom",
        "A byte order mark was added to the body or taken away",
        "Take the body as bytes; some readers of text swallow or write a byte order mark.",
    ),
    (
        "body_charset",
        "The body was decoded and encoded in another charset",
        "Take the body as bytes and never through a text of another charset.",
    ),
    (
        "body_compressed",
        "The body is compressed, or was decompressed, after it was signed",
        "Verify what the sender signed: before a proxy compresses it, or after the server has decompressed it.",
    ),
    (
        "body_form_decoded",
        "The body is a form that was decoded before it was verified",
        "Verify the raw form, as it came in, before a framework decodes it.",
    ),
    (
        "body_empty_consumed",
        "The body is empty, and this scheme signs it: a framework has probably read it already",
        "Read the body once, keep its bytes, and verify those.",
    ),
    (
        "body_base64",
        "The body is base64 of what was signed",
        "Decode the body first: API gateways hand binary bodies on like this, and say so in a flag.",
    ),
    (
        "secret_whitespace",
        "The secret differs from the sender's in white space",
        "Store the secret exactly as the provider shows it.",
    ),
    (
        "secret_quotes",
        "The secret has quotes around it",
        "Take the quotes away; some tools keep those of a .env file or of YAML.",
    ),
    (
        "secret_prefix",
        "The secret has a prefix that the sender does not use, or lacks one",
        "Copy the secret as the provider shows it, and let the scheme read it.",
    ),
    (
        "secret_encoding",
        "The sender reads the secret in another encoding than this scheme",
        "Check the scheme's form of secrets, or decode the secret before it is stored.",
    ),
    (
        "secret_of_other_environment",
        "The request was signed with the secret of another environment",
        "Use the secret of the environment, endpoint or account that sends here.",
    ),
    ("scheme_other", "The request was signed in another scheme", "Verify it with that scheme."),
    (
        "header_other_family",
        "The headers have names of the other family",
        "Use the scheme whose headers these are, and pass all of them on.",
    ),
    (
        "header_case_or_prefix",
        "The signature header has another prefix, case or quotes than the sender's scheme",
        "Pass the header on as it came in.",
    ),
    (
        "signature_encoding",
        "The signature is written in another encoding than the scheme says",
        "Use the encoding that the sender uses, or pass the header on as it came in.",
    ),
    (
        "algorithm_other",
        "The request was signed with another algorithm",
        "Use the scheme with the algorithm that the sender uses.",
    ),
    (
        "timestamp_unit",
        "The timestamp is in another unit than what was signed",
        "Pass the timestamp on as it came in, and declare the unit that the sender uses.",
    ),
    (
        "timestamp_not_signed_text",
        "The timestamp's text is not the one that was signed",
        "Sign and verify the text of the header, never a number that was parsed and written again.",
    ),
    (
        "clock_skew",
        "The request is genuine, and its time lies ahead of this clock",
        "Synchronise the clocks (NTP), or allow a greater `max_ahead`.",
    ),
    (
        "stale",
        "The request is genuine, and too old for this clock",
        "Verify at the time of receipt; a replayed capture is old. Otherwise synchronise the clocks (NTP).",
    ),
    (
        "url_scheme",
        "The sender signed a URL with another scheme",
        "Configure the public base as the sender calls it: a proxy that terminates TLS hides the https.",
    ),
    (
        "url_port",
        "The sender signed a URL with another port",
        "Configure the public base with the port that the sender calls, or without.",
    ),
    (
        "url_host",
        "The sender signed a URL with another host",
        "Configure the public base with the host that the sender calls.",
    ),
    (
        "url_path_prefix",
        "The sender signed a URL with another path prefix",
        "Configure the public base with the prefix that the proxy takes away.",
    ),
    (
        "url_query",
        "The sender signed a URL with another query",
        "Pass the request's target on byte for byte, query included.",
    ),
    ("method_other", "The sender signed another method", "Pass the method on as it came in."),
    (
        "truncated_signature",
        "The signature is too short to be whole",
        "Look for what cuts the header: a log, a column of a database, a limit of a proxy.",
    ),
    (
        "key_label_retired",
        "A key matches whose window has ended or has not begun",
        "Extend the key's window, or have the sender use the new one.",
    ),
];

pub(super) fn finding(code: &'static str, note: &str, proved: bool) -> Finding {
    let text = TEXTS.iter().find(|(known, ..)| *known == code);
    let (message, fix) = text.map_or(("", ""), |(_, message, fix)| (*message, *fix));
    let message = if note.is_empty() { format!("{message}.") } else { format!("{message}: {note}.") };
    Finding { code, message, fix, proved }
}

/// Something that the scheme needs is not there or has the wrong form, and that is all.
pub(super) fn form(reason: &str, header: &str, present: &str) -> Finding {
    Finding {
        code: "unknown",
        message: format!(
            "The request is refused ({reason}): the scheme reads {header}, and the capture has {present}."
        ),
        fix: "Check that the request came from this provider, in this scheme, and that nothing on its way drops \
              or changes headers.",
        proved: false,
    }
}

/// Nothing was found.
pub(super) fn unknown(reason: &str, tried: &[&str], exhausted: bool) -> Finding {
    let tried = if tried.is_empty() { "nothing that could be tried".to_owned() } else { tried.join(", ") };
    let rest = if exhausted { " The rest was not tried: the request is too long for it." } else { "" };
    Finding {
        code: "unknown",
        message: format!("The request is refused ({reason}), and none of this explains it: {tried}.{rest}"),
        fix: "The secret differs, or the body: compare the secret with the provider's, character by character, and \
              capture the request once more as close to the network as can be.",
        proved: false,
    }
}
