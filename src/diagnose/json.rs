//! The same JSON in other spellings: spacing, order, escapes, numbers.

use serde_json::Value;

/// The longest text that is written again, in bytes.
const MAX_TEXT: usize = 1 << 19;

/// How many times longer a spelling may be, beside some room: deep nesting makes indentation long.
const MAX_GROWTH: usize = 4;

/// How many bytes all spellings of a text may have: they are held at once.
const MAX_WRITTEN: usize = 1 << 26;

/// A piece of JSON text.
#[derive(Clone, Debug)]
enum Token {
    /// One of `{}[],:`.
    Mark(char),
    /// A text, with its quotes.
    Text(String),
    /// A number, `true`, `false` or `null`.
    Atom(String),
}

/// The spellings of a JSON text in which frameworks and languages write it again.
pub(super) fn spellings(text: &str) -> Vec<(&'static str, String)> {
    if text.len() > MAX_TEXT {
        return Vec::new();
    }
    let Some(tokens) = tokens(text) else {
        return Vec::new();
    };
    if serde_json::from_str::<Value>(text).is_err() {
        return Vec::new();
    }
    let mut spellings = Spellings { text, written: Vec::new(), left: MAX_WRITTEN };
    for (escapes, escape) in ESCAPES {
        let tokens = mapped(&tokens, *escape);
        for (note, layout) in LAYOUTS {
            spellings.write(noted(note, escapes), &tokens, *layout);
        }
    }
    let fewer = |atom: &str| atom.strip_suffix(".0").map(str::to_owned);
    let more = |atom: &str| atom.bytes().all(|byte| byte.is_ascii_digit()).then(|| format!("{atom}.0"));
    let again = [
        ("the sender's keys are sorted", sorted(text).and_then(|text| self::tokens(&text))),
        ("the sender's numbers have no .0", numbers(&tokens, &fewer)),
        ("the sender's numbers have .0", numbers(&tokens, &more)),
    ];
    for (note, tokens) in again.into_iter().filter_map(|(note, tokens)| Some((note, tokens?))) {
        let escaped = mapped(&tokens, |text| Some(ascii(text)));
        for (_, layout) in LAYOUTS {
            spellings.write(note, &tokens, *layout);
            spellings.write(note, &escaped, *layout);
        }
    }
    spellings.written
}

/// Spellings other than the text's own, as long as there is room.
struct Spellings<'t> {
    text: &'t str,
    written: Vec<(&'static str, String)>,
    left: usize,
}

impl Spellings<'_> {
    fn write(&mut self, note: &'static str, tokens: &[Token], layout: Layout) {
        let most = self.text.len().saturating_mul(MAX_GROWTH).saturating_add(1 << 16).min(self.left);
        if let Some(spelling) = written(tokens, layout, most)
            && spelling != self.text
        {
            self.left = self.left.saturating_sub(spelling.len());
            self.written.push((note, spelling));
        }
    }
}

/// A text, quotes included, in another spelling; nothing where it stays what it is.
type Escape = fn(&str) -> Option<String>;

/// How texts are escaped.
const ESCAPES: &[(&str, Escape)] = &[
    ("", |_| None),
    (", the sender's has escapes for what is not ASCII", |text| Some(ascii(text))),
    (", the sender's has no escapes", plain),
    (", the sender's has slashes escaped", |text| Some(slashed(text))),
    (", the sender's has slashes not escaped", |text| Some(text.replace("\\/", "/"))),
    (", the sender's has escapes for <, > and &", |text| {
        let text = text.replace('<', "\\u003c").replace('>', "\\u003e");
        Some(text.replace('&', "\\u0026"))
    }),
    (", the sender's has escapes as PHP writes them", |text| Some(ascii(&slashed(text)))),
];

fn slashed(text: &str) -> String {
    text.replace("\\/", "/").replace('/', "\\/")
}

/// Notes stay few: what matters is that it was written again.
fn noted(note: &'static str, escapes: &'static str) -> &'static str {
    if escapes.is_empty() { note } else { escapes.trim_start_matches(", ") }
}

/// How values are set apart: after a comma, after a colon, and by how much a level is indented.
#[derive(Clone, Copy)]
struct Layout {
    comma: &'static str,
    colon: &'static str,
    indent: Option<&'static str>,
}

const LAYOUTS: &[(&str, Layout)] = &[
    ("the sender's has no spaces", Layout { comma: "", colon: "", indent: None }),
    ("the sender's has spaces after commas and colons", Layout { comma: " ", colon: " ", indent: None }),
    ("the sender's has spaces after colons", Layout { comma: "", colon: " ", indent: None }),
    ("the sender's has spaces after commas", Layout { comma: " ", colon: "", indent: None }),
    ("the sender's is indented by two spaces", Layout { comma: "", colon: " ", indent: Some("  ") }),
    ("the sender's is indented by four spaces", Layout { comma: "", colon: " ", indent: Some("    ") }),
    ("the sender's is indented by tabs", Layout { comma: "", colon: " ", indent: Some("\t") }),
];

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '{' | '}' | '[' | ']' | ',' | ':' => {
                tokens.push(Token::Mark(first));
                1
            }
            '"' => {
                let length = text_length(rest)?;
                tokens.push(Token::Text(rest.get(..length)?.to_owned()));
                length
            }
            _ => {
                let end = |end: char| matches!(end, '}' | ']' | ',' | ':' | '"') || end.is_ascii_whitespace();
                let length = rest.find(end).unwrap_or(rest.len());
                tokens.push(Token::Atom(rest.get(..length)?.to_owned()));
                length
            }
        };
        rest = rest.get(length.max(1)..)?.trim_start();
    }
    Some(tokens)
}

/// How long a text is that starts here, quotes included.
fn text_length(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (place, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(place.saturating_add(1)),
            _ => {}
        }
    }
    None
}

fn mapped(tokens: &[Token], map: Escape) -> Vec<Token> {
    let token = |token: &Token| match token {
        Token::Text(text) => Token::Text(map(text).unwrap_or_else(|| text.clone())),
        other => other.clone(),
    };
    tokens.iter().map(token).collect()
}

/// A text with escapes for everything that is not ASCII.
fn ascii(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            ' '..='~' => escaped.push(letter),
            _ => letter
                .encode_utf16(&mut [0; 2])
                .iter()
                .for_each(|unit| escaped.push_str(&format!("\\u{unit:04x}"))),
        }
    }
    escaped
}

/// A text with the escapes that JSON cannot do without.
fn plain(text: &str) -> Option<String> {
    let value: Value = serde_json::from_str(text).ok()?;
    serde_json::to_string(&value).ok()
}

/// The text, unless it gets longer than anybody would write it.
fn written(tokens: &[Token], layout: Layout, most: usize) -> Option<String> {
    let mut text = String::new();
    let mut depth = 0_usize;
    let line = |text: &mut String, depth: usize| {
        if let Some(indent) = layout.indent {
            text.push('\n');
            text.push_str(&indent.repeat(depth));
        }
    };
    for (index, token) in tokens.iter().enumerate() {
        if text.len() > most {
            return None;
        }
        let before = index.checked_sub(1).and_then(|before| tokens.get(before));
        let after = tokens.get(index.saturating_add(1));
        let opened = matches!(before, Some(Token::Mark('{' | '[')));
        let closes = matches!(after, Some(Token::Mark('}' | ']')));
        match token {
            Token::Mark(mark @ ('{' | '[')) => {
                text.push(*mark);
                depth = depth.saturating_add(1);
                if !closes {
                    line(&mut text, depth);
                }
            }
            Token::Mark(mark @ ('}' | ']')) => {
                depth = depth.saturating_sub(1);
                if !opened {
                    line(&mut text, depth);
                }
                text.push(*mark);
            }
            Token::Mark(',') => {
                text.push(',');
                text.push_str(layout.comma);
                line(&mut text, depth);
            }
            Token::Mark(mark) => {
                text.push(*mark);
                text.push_str(layout.colon);
            }
            Token::Text(token) | Token::Atom(token) => text.push_str(token),
        }
    }
    Some(text)
}

fn sorted(text: &str) -> Option<String> {
    let mut value = serde_json::from_str::<Value>(text).ok()?;
    // Sorted already, unless some crate has serde_json keep the order.
    value.sort_all_objects();
    Some(value.to_string())
}

/// Numbers in another spelling, if there are any.
fn numbers(tokens: &[Token], spell: &dyn Fn(&str) -> Option<String>) -> Option<Vec<Token>> {
    let mut changed = false;
    let token = |token: &Token| match token {
        Token::Atom(atom) => {
            Token::Atom(spell(atom).inspect(|_| changed = true).unwrap_or_else(|| atom.clone()))
        }
        other => other.clone(),
    };
    let tokens = tokens.iter().map(token).collect();
    changed.then_some(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_says_the_same() {
        let text = "{\"b\": [1, 2.0, {}], \"a\":\"\\u00e9/<\u{e9}\",\"c\":[],\"d\":null}";
        let value: Value = serde_json::from_str(text).unwrap();
        let spellings = spellings(text);
        assert!(spellings.len() > 40);
        for (note, spelling) in spellings {
            let read: Value =
                serde_json::from_str(&spelling).unwrap_or_else(|error| panic!("{note}: {error}: {spelling}"));
            if !note.contains(".0") {
                assert_eq!(read, value, "{note}");
            }
        }
        assert!(super::spellings("{\"a\":}").is_empty());
        assert!(super::spellings("a=b").is_empty());
    }
}
