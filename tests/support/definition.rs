//! A scheme from a row of facts, the form in which vector files define a service that is not built
//! in: the row becomes a configuration, and the configuration a scheme.

use hooksig::{ConfigError, Scheme, SchemeConfig};
use serde_json::{Map, Value, json};

/// Makes the scheme of a row and hands it over; it borrows from its configuration.
pub fn with_scheme<T>(row: &Value, then: impl FnOnce(Result<Scheme<'_>, ConfigError>) -> T) -> T {
    let config: SchemeConfig = serde_json::from_value(config(row)).expect("every value is a configuration");
    then(config.scheme())
}

/// The configuration of a row.
pub fn config(row: &Value) -> Value {
    let text = |name: &str| row[name].as_str();
    let mut config = Map::new();
    let mut set = |key: &str, value: Value| drop(config.insert(key.to_owned(), value));
    set("name", row["id"].clone());
    set("algorithm", row["algorithm"].clone());
    set("signature", signature(row));
    set("secret", secret(text("secret").unwrap_or("text")));
    if row["timestamp"].is_object() {
        set("timestamp", timestamp(row));
    }
    for (key, from) in [("message_id", "message_id_header"), ("key_id", "key_id_header")] {
        if let Some(header) = text(from) {
            set(key, json!({ "header": header }));
        }
    }
    if row["required_headers"].is_object() {
        set("expects", row["required_headers"].clone());
    }
    if row["families"].is_array() {
        set("families", row["families"].clone());
    }
    let content = text("signed_content").expect("signed_content");
    if !content.contains("{body}") {
        set("dangerous_unsigned_body", json!(true));
    }
    set("signs", json!(signs(row, content)));
    Value::Object(config)
}

fn signature(row: &Value) -> Value {
    let mut signature = Map::new();
    let header = row["signature_header"].as_str().expect("signature_header");
    let further: Vec<_> = row["further_signature_headers"].as_array().into_iter().flatten().collect();
    let further: Vec<_> = further.iter().map(|header| header.as_str().expect("a header")).collect();
    match further.as_slice() {
        [] => drop(signature.insert("header".to_owned(), json!(header))),
        // `x-signature-2 … -16, without gaps` after `x-signature-1`.
        [range] if range.contains('…') || range.contains("...") => {
            let stem = header.strip_suffix("-1").expect("the first number");
            let last: String = range
                .replace("...", "…")
                .split('…')
                .next_back()
                .expect("an end")
                .chars()
                .filter(char::is_ascii_digit)
                .collect();
            signature.insert("header".to_owned(), json!(stem));
            signature.insert("numbered".to_owned(), json!(last.parse::<u8>().expect("a number")));
        }
        further => {
            signature.insert("header".to_owned(), json!(header));
            signature.insert("or".to_owned(), json!(further));
        }
    }
    signature.insert("encoding".to_owned(), row["encoding"].clone());
    for (key, from) in [("separator", "list_separator"), ("prefix", "prefix")] {
        if let Some(text) = row[from].as_str().filter(|text| !text.is_empty()) {
            // `, ` is a comma: entries are trimmed anyway.
            let text = if key == "separator" && text.len() > 1 { text.trim() } else { text };
            signature.insert(key.to_owned(), json!(text));
        }
    }
    if let Some(groups) = row["groups"].as_str() {
        let named = [("spaces", " "), ("semicolons", ";"), ("commas", ","), ("bars", "|")];
        let separator = named.iter().find(|(name, _)| groups.contains(&format!("separated by {name}")));
        signature.insert("groups".to_owned(), json!(separator.expect("a known separator of groups").1));
    }
    Value::Object(signature)
}

fn timestamp(row: &Value) -> Value {
    let facts = &row["timestamp"];
    let name = facts["name"].as_str().expect("a timestamp's name");
    let mut timestamp = match facts["in"].as_str() {
        Some("header") => json!({ "header": name }),
        Some("signature field") => json!({ "header": row["signature_header"], "prefix": format!("{name}=") }),
        Some("JSON body field") => json!({ "json": name }),
        other => panic!("timestamp in {other:?}"),
    };
    let unit = match facts["unit"].as_str() {
        Some("unix seconds") => "seconds",
        Some("unix milliseconds") => "millis",
        Some("unix seconds or milliseconds, told apart by width") => "seconds-or-millis",
        Some("RFC 3339") => "rfc3339",
        Some("HTTP date") => "http-date",
        other => panic!("timestamp unit {other:?}"),
    };
    timestamp["unit"] = json!(unit);
    for (key, from) in [("max_age", "max_age_s"), ("max_ahead", "max_ahead_s")] {
        if facts[from].is_number() {
            timestamp[key] = facts[from].clone();
        }
    }
    timestamp
}

/// `base64 after an optional "a" and an optional "b"`, `base64 after "a"; without that prefix text`,
/// and the like, as a list of forms.
fn secret(facts: &str) -> Value {
    let quoted: Vec<_> = facts.split('"').skip(1).step_by(2).collect();
    let after = |prefix: &str| format!("base64 after {prefix}");
    let forms: Vec<String> = match (facts, quoted.as_slice()) {
        ("text" | "base64" | "hex", _) => vec![facts.to_owned()],
        (_, [prefix]) if facts.ends_with("without that prefix text") => {
            vec![after(prefix), format!("text without {prefix}")]
        }
        (_, prefixes) if facts.starts_with("two readings, both tried: text") => {
            std::iter::once("text".to_owned()).chain(prefixes.iter().map(|prefix| after(prefix))).collect()
        }
        (_, [first, second]) if facts.starts_with("base64 after an optional") => {
            vec![after(&format!("{first}{second}")), after(first), after(second), "base64".to_owned()]
        }
        (_, [prefix]) if facts.starts_with("base64 after an optional") => {
            vec![after(prefix), "base64".to_owned()]
        }
        (_, [prefix]) if facts.starts_with("base64 after ") => vec![after(prefix)],
        other => panic!("secret {other:?}"),
    };
    json!(forms)
}

/// The content with the configuration's placeholders.
fn signs(row: &Value, content: &str) -> String {
    let mut signs = String::new();
    let mut rest = content;
    while let Some((literal, placeholder)) = rest.split_once('{') {
        let (name, after) = placeholder.split_once('}').expect("a closing brace");
        signs.push_str(literal);
        let header = name.strip_prefix("header ");
        let field = name.strip_prefix("field ");
        let same = |one: &str, other: &str| one.eq_ignore_ascii_case(other);
        let is = |facts: &Value| facts.as_str().zip(header).is_some_and(|(one, other)| same(one, other));
        let timestamp = row["timestamp"]["name"].as_str();
        assert!(
            field.is_none() || field == timestamp,
            "only the timestamp can be a signed field of the list"
        );
        signs.push_str(&match name {
            "urlnoq" => "{url-without-query}".to_owned(),
            _ if field.is_some() || is(&row["timestamp"]["name"]) => "{timestamp}".to_owned(),
            _ if is(&row["message_id_header"]) => "{id}".to_owned(),
            _ => format!("{{{name}}}"),
        });
        rest = after;
    }
    signs + rest
}
