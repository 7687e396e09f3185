//! Schemes from configuration: what can be said, and what is refused with the name of its key.
#![cfg(feature = "serde")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use hooksig::{ConfigError, Scheme, SchemeConfig, providers};

/// A sound configuration, in pieces that a test can replace.
const SOUND: &str = r#"
name = "acme"
algorithm = "hmac-sha256"
signature = { header = "x-signature", separator = ",", prefix = "v1=", encoding = "hex" }
timestamp = { header = "x-time", unit = "seconds", max_age = 300, max_ahead = 60 }
message_id = { header = "x-id" }
secret = ["base64 after whsec_", "text"]
signs = "{id}.{timestamp}.{body}"
"#;

fn read(text: &str) -> SchemeConfig {
    toml::from_str(text).unwrap()
}

/// The error of the sound configuration with one piece replaced.
fn error(piece: &str, replacement: &str) -> String {
    assert!(SOUND.contains(piece), "{piece:?}");
    let config = read(&SOUND.replace(piece, replacement));
    let error = config.scheme().map(|scheme| scheme.explain()).unwrap_err();
    assert!(matches!(error, ConfigError::Config { .. } | ConfigError::Scheme { .. }), "{error:?}");
    // Whatever shows a configuration shows its flaw, and never what was written.
    assert_eq!(format!("{config:?}"), format!("SchemeConfig(Err({error:?}))"));
    let unwritten = serde_json::to_string(&config).unwrap_err();
    assert_eq!(unwritten.to_string(), error.to_string());
    error.to_string()
}

/// What a configuration can say of a scheme.
fn said(scheme: &Scheme<'_>) -> String {
    toml::to_string(&SchemeConfig::from(*scheme)).unwrap()
}

#[test]
fn a_sound_one_says_what_it_says() {
    let config = read(SOUND);
    let scheme = config.scheme().unwrap();
    assert_eq!(scheme.name(), "acme");
    assert_eq!(scheme.max_age().as_secs(), 300);
    assert_eq!(scheme.max_ahead().as_secs(), 60);
    assert_eq!(scheme.secret_forms().len(), 2);
    assert_eq!(scheme.coverage().to_string(), "timestamp, message id, body");
    let json: SchemeConfig = serde_json::from_value(toml::from_str(SOUND).unwrap()).unwrap();
    assert_eq!(json, config);
}

#[test]
fn unknown_keys_are_named_beside_the_known_ones() {
    assert_eq!(
        error("separator =", "seperator ="),
        "configuration key \"signature.seperator\": there is no such key; the keys here are \
         header, or, numbered, separator, groups, prefix, encoding"
    );
    assert!(
        error("max_age", "max-age")
            .starts_with("configuration key \"timestamp.max-age\": there is no such key")
    );
    assert!(
        error("name =", "secret_key = \"test-secret\"\nname =")
            .starts_with("configuration key \"secret_key\"")
    );
    assert!(
        error("{ header = \"x-id\" }", "{ header = \"x-id\", unit = \"x\" }").contains("\"message_id.unit\"")
    );
}

#[test]
fn missing_and_mistyped_keys_are_named() {
    assert!(error("name = \"acme\"\n", "").starts_with("configuration key \"name\": it is missing"));
    assert!(
        error("algorithm = \"hmac-sha256\"\n", "")
            .starts_with("configuration key \"algorithm\": it is missing")
    );
    assert_eq!(error("unit = \"seconds\", ", ""), "configuration key \"timestamp.unit\": it is missing");
    assert_eq!(
        error("max_age = 300", "max_age = \"300\""),
        "configuration key \"timestamp.max_age\": it is a whole number, not negative"
    );
    assert_eq!(
        error("max_age = 300", "max_age = -1"),
        "configuration key \"timestamp.max_age\": it is a whole number, not negative"
    );
    assert_eq!(
        error("max_age = 300", "max_age = 0.5"),
        "configuration key \"timestamp.max_age\": it is a whole number, not negative"
    );
    assert_eq!(
        error("separator = \",\"", "separator = \", \""),
        "configuration key \"signature.separator\": it is one character"
    );
    assert_eq!(
        error("separator = \",\"", "separator = \"\""),
        "configuration key \"signature.separator\": it is one character"
    );
    assert_eq!(error("{ header = \"x-id\" }", "\"x-id\""), "configuration key \"message_id\": it is a table");
    assert_eq!(
        error("unit = \"seconds\"", "unit = \"s\""),
        "configuration key \"timestamp.unit\": it is one of seconds, millis, seconds-or-millis, rfc3339, http-date, utc-date-time"
    );
    assert_eq!(
        error("encoding = \"hex\"", "encoding = \"HEX\""),
        "configuration key \"signature.encoding\": it is one of hex, base64, base64url"
    );
    assert!(
        error("\"hmac-sha256\"", "\"md5\"")
            .starts_with("configuration key \"algorithm\": it is one of hmac-sha256, hmac-sha512")
    );
    assert!(error("\"hmac-sha256\"", "\"none\"").starts_with("configuration key \"algorithm\""));
    assert!(
        error("{body}", "{payload}")
            .starts_with("configuration key \"signs\": a placeholder is one of {body}")
    );
    assert!(
        error("{body}", "{body")
            .starts_with("configuration key \"signs\": it has a brace without its partner")
    );
    let list: SchemeConfig = serde_json::from_str("[1, null, {\"a\": 1.5}]").unwrap();
    assert_eq!(
        list.scheme().unwrap_err().to_string(),
        "configuration key \"the configuration\": it is a table"
    );
    let twice: SchemeConfig =
        serde_json::from_str(r#"{"name": "a", "name": "b", "signature": {"header": "x"}}"#).unwrap();
    assert_eq!(twice.scheme().unwrap_err().to_string(), "configuration key \"name\": it is given twice");
}

#[test]
fn contradictions_and_unsafe_definitions() {
    assert!(error("{timestamp}.", "").contains("the timestamp is not signed"));
    assert!(error("{id}.", "").contains("the message id is not signed"));
    assert!(error(".{body}", "").contains("the body is not signed"));
    assert!(
        error("name = \"acme\"", "name = \"acme\"\ndangerous_unsigned_body = true")
            .contains("the body is signed: drop")
    );
    assert!(error("{id}.{timestamp}", "{id}{timestamp}").contains("can be split in two ways"));
    assert!(error("{body}", "{body}{body}").contains("a part occurs once"));
    assert!(
        error("message_id = { header = \"x-id\" }", "")
            .contains("the message id is signed, but nothing says where")
    );
    assert!(error("max_age = 300", "max_age = 0").contains(
        "configuration key \"timestamp.max_age\": a freshness limit is from one second to one day"
    ));
    assert!(error("max_age = 300", "max_age = 31536000").contains(
        "configuration key \"timestamp.max_age\": a freshness limit is from one second to one day"
    ));
    assert!(
        error("max_ahead = 60", "max_ahead = 0").starts_with("configuration key \"timestamp.max_ahead\"")
    );
    assert!(error("prefix = \"v1=\"", "prefix = \"v1,\"").contains("does not contain the separator"));
    assert!(error("\"x-id\"", "\"x id\"").contains("a header's name is lower case, without spaces"));
    assert!(
        error("header = \"x-time\"", "header = \"x-time\", json = \"at\"")
            .contains("configuration key \"timestamp\"")
    );
    assert!(
        error("header = \"x-time\", ", "").contains("configuration key \"timestamp\": it has a `header`")
    );
    assert!(error("separator = \",\"", "groups = \" \"").contains("configuration key \"signature.groups\""));
    assert!(error("separator = \",\",", "or = \"x-b\", numbered = 3,").contains("not both"));
    assert!(
        error("separator = \",\",", "numbered = 300,").contains("configuration key \"signature.numbered\"")
    );
    assert!(error("separator = \",\",", "numbered = 17,").contains("numbered from 1 to 16"));
    assert!(
        error("encoding = \"hex\"", "encoding = \"verbatim\"")
            .contains("configuration key \"signature.encoding\"")
    );
    assert!(error(", encoding = \"hex\"", "").contains("configuration key \"signature.encoding\""));
    assert!(
        error("name = \"acme\"", "name = \"acme\"\nfamilies = [\"x\"]")
            .contains("configuration key \"families\"")
    );
    assert!(
        error("name = \"acme\"", "name = \"acme\"\nevent_id = \"id\"")
            .contains("a JSON pointer into a signed body")
    );
    assert!(
        error("\"text\"]", "\"text\", \"hex\", \"base64\", \"text without a_\"]")
            .contains("one to four ways")
    );
}

#[test]
fn a_secret_has_no_place_and_is_not_repeated() {
    let secret = "whsec_dGVzdC1zZWNyZXQ=";
    let line = format!("[\"{secret}\"]");
    for told in [
        error("[\"base64 after whsec_\", \"text\"]", &line),
        error("[\"base64 after whsec_\", \"text\"]", &format!("\"{secret}\"")),
        error("name = \"acme\"", &format!("name = \"acme\"\nsigning_secret = \"{secret}\"")),
        error("encoding = \"hex\"", &format!("encoding = \"{secret}\"")),
        error("\"hmac-sha256\"", &format!("\"{secret}\"")),
    ] {
        assert!(told.starts_with("configuration key") && !told.contains("dGVzd"), "{told}");
    }
    // Wherever a text can stand, a secret can be put by mistake; what is then wrong names the key alone.
    let every = |text: &str| {
        [
            error("\"acme\"", &format!("\"{text}\"")),
            error("\"x-signature\"", &format!("\"{text}\"")),
            error("\"v1=\"", &format!("\"{text},\"")),
            error("\"x-time\"", &format!("\"{text}\"")),
            error("header = \"x-time\"", &format!("json = \"{text}\"")),
            error("\"x-id\"", &format!("\"{text}\"")),
            error("{id}.{timestamp}", &format!("{{header {text}}}{{timestamp}}")),
            error("name =", &format!("event_id = \"{text}\"\nname =")),
            error("name =", &format!("families = [\"{text}\", \"b\"]\nname =")),
            error("\"text\"]", &format!("\"base64 after {text}\"]")),
            error("secret =", &format!("expects = {{ \"{text}\" = \"1\" }}\nsecret =")),
        ]
    };
    for told in every("whsec_TESTSECRET/+=") {
        assert!(told.starts_with("configuration key"), "{told}");
        assert!(!told.to_lowercase().contains("testsecret"), "{told}");
    }
}

#[test]
fn a_sound_one_is_shown_by_its_name() {
    assert_eq!(format!("{:?}", read(SOUND)), "SchemeConfig(Ok(\"acme\"))");
}

#[test]
fn what_is_given_twice_is_refused() {
    let twice = error("secret =", "expects = { \"X-A\" = \"1\", \"x-a\" = \"2\" }\nsecret =");
    assert_eq!(twice, "configuration key \"expects\": a header is given twice");
    assert!(error("\"text\"]", "\"text\", \"text\"]").contains("a secret is read in each way once"));
}

#[test]
fn literals_with_braces_stay_in_one_piece() {
    let config = read(&SOUND.replace("{id}.{timestamp}.{body}", "{id}{{.{timestamp}}}.{body}"));
    let literals = config.scheme().unwrap();
    let literals = literals.parts().iter().filter_map(|part| match part {
        hooksig::Part::Literal(text) => Some(*text),
        _ => None,
    });
    assert_eq!(literals.collect::<Vec<_>>(), ["{.", "}."]);
}

#[test]
fn header_names_are_taken_in_lower_case() {
    let config = read(
        &SOUND
            .replace("x-signature", "X-Signature")
            .replace("\"x-id\"", "\"X-Id\"")
            .replace("{body}", "{header X-Nonce}.{body}"),
    );
    let scheme = config.scheme().unwrap();
    assert_eq!(scheme.signature().header(), "x-signature");
    assert_eq!(scheme.message_id().unwrap().header(), "x-id");
    assert!(scheme.parts().contains(&hooksig::Part::Header("x-nonce")));
}

#[test]
fn every_scheme_can_be_printed_and_read_back() {
    for scheme in support::schemes::all() {
        let printed = said(&scheme);
        let config = read(&printed);
        let back = config.scheme().unwrap_or_else(|error| panic!("{}: {error}\n{printed}", scheme.name()));
        assert_eq!(said(&back), printed, "{}", scheme.name());
        // The rules are the same; notes, addresses and sources are not a part of a configuration.
        let rules = |scheme: &Scheme<'_>| {
            let told = scheme.explain();
            let kept = told.lines().filter(|line| {
                !["Note:", "Sent from:", "Source:"].iter().any(|start| line.starts_with(start))
            });
            kept.map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(rules(&back), rules(&scheme));
        let json = serde_json::to_string(&config).unwrap();
        assert_eq!(serde_json::from_str::<SchemeConfig>(&json).unwrap(), config);
    }
    assert!(toml::to_string(&read("name = 1")).is_err(), "a flawed one cannot be printed");
}

#[test]
fn what_is_read_back_gives_the_same_verdicts() {
    let mut checked = 0;
    for file in support::own_vectors() {
        let Some(scheme) = providers::by_name(&file.scheme) else {
            continue;
        };
        let config = read(&said(&scheme));
        for vector in &file.vectors {
            let verdict = vector.verdict(config.scheme());
            assert_eq!(verdict.is_ok(), vector.accept, "{}: {verdict:?}", vector.id);
            assert_eq!(verdict, vector.verdict(Ok(scheme)), "{}", vector.id);
            checked += 1;
        }
    }
    assert!(checked > 500);
}

#[test]
fn a_built_in_scheme_goes_by_its_name() {
    assert_eq!(read("builtin = \"github\"").scheme().unwrap(), providers::GITHUB);
    for (text, key) in [
        ("builtin = \"nobody\"", "builtin"),
        ("builtin = 1", "builtin"),
        ("builtin = \"github\"\nname = \"x\"", "name"),
    ] {
        let error = read(text).scheme().unwrap_err().to_string();
        assert!(error.starts_with(&format!("configuration key {key:?}")), "{error}");
        assert!(!error.contains("nobody"), "{error}");
    }
}

#[test]
fn a_token_needs_no_content() {
    let config = read(
        "name = \"t\"\nalgorithm = \"static-token\"\nsignature = { header = \"x-token\" }\ndangerous_unsigned_body = true",
    );
    assert_eq!(config.scheme().unwrap().coverage().to_string(), "nothing");
    let without = read("name = \"t\"\nalgorithm = \"static-token\"\nsignature = { header = \"x-token\" }");
    assert!(without.scheme().unwrap_err().to_string().contains("the body is not signed"));
}
