//! The tables of providers: complete, covered by vectors, and as documented.
#![cfg(all(
    feature = "canonical",
    feature = "ecdsa",
    feature = "ed25519",
    feature = "fields",
    feature = "form",
    feature = "rs256",
    feature = "serde"
))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use hooksig::{Algorithm, Evidence, Scheme, providers};

/// The files of the tables and the families that they hold, in the order of the documentation.
const FAMILIES: [(&str, &str); 8] = [
    ("voice", "Voice AI"),
    ("ai", "AI models and platforms"),
    ("carriers", "Carriers"),
    ("telephony", "Telephony"),
    ("messaging", "Messaging"),
    ("commerce", "Commerce"),
    ("developer", "Developer tools"),
    ("productivity", "Productivity"),
];

/// A constant of a table: its name, what its documentation says, and the scheme's name.
struct Entry {
    constant: String,
    title: String,
    name: String,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/providers")
}

fn entries(family: &str) -> Vec<Entry> {
    let text = std::fs::read_to_string(folder().join(format!("{family}.rs"))).unwrap();
    let mut title = String::new();
    let mut entries = Vec::new();
    for line in text.lines() {
        if let Some(doc) = line.strip_prefix("/// ") {
            title = doc.trim_end_matches('.').to_owned();
        } else if let Some(constant) = line.strip_prefix("pub const ") {
            let constant = constant.split(':').next().unwrap().to_owned();
            let name = constant.to_lowercase().replace('_', "-");
            entries.push(Entry { constant, title: std::mem::take(&mut title), name });
        }
    }
    entries
}

#[test]
fn all_holds_every_constant_of_the_tables() {
    let mut named = 0;
    for (family, _) in FAMILIES {
        for Entry { constant, title, name } in entries(family) {
            let scheme = providers::by_name(&name).unwrap_or_else(|| panic!("ALL lacks {constant}"));
            assert!(
                !title.is_empty() && scheme.source().is_some(),
                "{constant} says what it is and where it is from"
            );
            named += 1;
        }
    }
    assert_eq!(named, providers::ALL.len());
    assert!(named >= 100, "{named}");
    let mut names: Vec<_> = providers::ALL.iter().map(Scheme::name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), named, "names are unique");
}

#[test]
fn every_scheme_has_vectors_of_both_kinds() {
    let files = support::own_vectors();
    for scheme in providers::ALL {
        let file = files.iter().find(|file| file.scheme == scheme.name());
        let file = file.unwrap_or_else(|| panic!("{} has no vectors", scheme.name()));
        assert!(file.vectors.iter().any(|vector| vector.accept), "{}", scheme.name());
        assert!(file.vectors.iter().any(|vector| !vector.accept), "{}", scheme.name());
    }
}

#[test]
fn tokens_cover_nothing_and_say_so() {
    let tokens: Vec<_> =
        providers::ALL.iter().filter(|scheme| scheme.algorithm() == Algorithm::StaticToken).collect();
    assert!(tokens.len() >= 12);
    for scheme in tokens {
        assert_eq!(scheme.coverage().to_string(), "nothing", "{}", scheme.name());
        assert!(scheme.explain().contains("Not signed: THE BODY"), "{}", scheme.name());
    }
}

#[test]
fn texts_are_whole() {
    for scheme in providers::ALL {
        let note = scheme.note();
        assert!(!note.contains("- ") && !note.contains("  "), "{}: {note}", scheme.name());
    }
}

#[test]
fn published_addresses_are_addresses_or_blocks() {
    let mut published = 0;
    for scheme in providers::ALL {
        for block in scheme.addresses() {
            let (address, bits) = block.split_once('/').unwrap_or((block, "32"));
            assert!(address.parse::<std::net::IpAddr>().is_ok(), "{}: {block}", scheme.name());
            assert!(bits.parse::<u8>().is_ok_and(|bits| bits <= 128), "{}: {block}", scheme.name());
            published += 1;
        }
    }
    assert!(published > 30);
}

/// The documentation is made from the tables: `HOOKSIG_WRITE_DOCS=1 cargo test --all-features --test
/// providers` writes it anew.
#[test]
fn the_documentation_is_what_the_tables_say() {
    let path = folder().join("table.md");
    let expected = documentation();
    if std::env::var_os("HOOKSIG_WRITE_DOCS").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(written == expected, "src/providers/table.md is stale: run this test with HOOKSIG_WRITE_DOCS=1");
}

fn documentation() -> String {
    let mut text = String::from("# Overview\n");
    for (family, heading) in FAMILIES {
        write!(text, "\n## {heading}\n\n").unwrap();
        text.push_str("| scheme | for | signature in | fresh for | replayable for | confirmed by |\n|---|---|---|---|---|---|\n");
        for entry in entries(family) {
            let scheme = providers::by_name(&entry.name).unwrap();
            writeln!(text, "{}", row(&entry, &scheme)).unwrap();
        }
    }
    text.push_str("\n# Rules\n\nWhat [`Scheme::explain`](crate::Scheme::explain) says of each.\n");
    for (family, _) in FAMILIES {
        for entry in entries(family) {
            let scheme = providers::by_name(&entry.name).unwrap();
            write!(text, "\n#### {}\n\n{}.\n\n", entry.name, entry.title).unwrap();
            for line in scheme.explain().lines() {
                writeln!(text, "- {}", escaped(line)).unwrap();
            }
        }
    }
    text
}

fn row(entry: &Entry, scheme: &Scheme<'_>) -> String {
    let fresh = match (scheme.is_timed(), scheme.expires()) {
        (true, _) => format!("{} s", scheme.max_age().as_secs()),
        (_, true) => "until it expires".to_owned(),
        _ => "any time".to_owned(),
    };
    let window = (scheme.max_age() + scheme.max_ahead()).as_secs();
    let replay = match (scheme.is_timed(), scheme.expires()) {
        (true, _) => format!("{window} s"),
        (_, true) => "until it expires".to_owned(),
        _ => "the key's life".to_owned(),
    };
    let evidence = match (scheme.source().unwrap().evidence, scheme.algorithm()) {
        (Evidence::Sdk(name), _) => name.to_owned(),
        (Evidence::Published, _) => "a published example".to_owned(),
        (_, Algorithm::StaticToken) => "documentation; *a token, not a signature*".to_owned(),
        _ => "documentation only".to_owned(),
    };
    let place = match (scheme.signature().header(), scheme.coverage().body()) {
        ("", _) => "the body".to_owned(),
        (header, true) => format!("`{header}`"),
        (header, false) if scheme.algorithm() == Algorithm::StaticToken => format!("`{header}`"),
        (header, false) => format!("`{header}`; *the body is not signed as a whole*"),
    };
    format!("| [`{}`] | {} | {place} | {fresh} | {replay} | {evidence} |", entry.constant, entry.title)
}

/// Text that Markdown shows as it is; addresses of pages become links.
fn escaped(line: &str) -> String {
    let words = line.split(' ').map(|word| {
        let bare = word.trim_end_matches([',', '.', ';']);
        match bare.starts_with("https://") {
            true => word.replace(bare, &format!("<{bare}>")),
            false => word.replace('_', "\\_").replace('*', "\\*").replace('<', "\\<").replace('[', "\\["),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}
