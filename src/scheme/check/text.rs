//! Text in constants, where `str` cannot be compared.

pub(super) const fn is_header_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    let mut index = 0;
    while index < bytes.len() {
        if !matches!(bytes[index], b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_') {
            return false;
        }
        index += 1;
    }
    !bytes.is_empty() && bytes.len() <= 128
}

pub(super) const fn visible(text: &str, space: bool) -> bool {
    let bytes = text.as_bytes();
    let mut index = 0;
    while index < bytes.len() {
        if !(bytes[index].is_ascii_graphic() || (space && bytes[index] == b' ')) {
            return false;
        }
        index += 1;
    }
    true
}

pub(super) const fn same(one: &str, other: &str) -> bool {
    one.len() == other.len() && starts_with(one, other)
}

pub(super) const fn starts_with(text: &str, beginning: &str) -> bool {
    let (text, beginning) = (text.as_bytes(), beginning.as_bytes());
    if beginning.len() > text.len() {
        return false;
    }
    let mut index = 0;
    while index < beginning.len() {
        if text[index] != beginning[index] {
            return false;
        }
        index += 1;
    }
    true
}

pub(super) const fn ends_with_space(text: &str) -> bool {
    !text.is_empty() && text.as_bytes()[text.len() - 1] == b' '
}
