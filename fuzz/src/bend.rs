//! Genuine requests, bent as an input says: what is signed may not have changed where one still verifies.

use hooksig::{Kind, Parts, UnixTime, Verified, VerifyError};

use crate::input::Input;
use crate::prepared::{NOW, Prepared, SECRET};

/// A request on its way to being forged.
#[derive(Debug)]
pub struct Bent {
    pub headers: Vec<(&'static str, Vec<u8>)>,
    pub method: String,
    pub target: String,
    pub body: Vec<u8>,
    pub now: UnixTime,
}

/// Texts that a forger would try in a header.
const TEXTS: [&[u8]; 16] = [
    b"",
    b" ",
    b",",
    b";",
    b"=",
    b".",
    b"\t",
    b"0",
    b"v1=",
    b"t=",
    b"sha256=",
    b"1763700000",
    b"1763700000000",
    b"Bearer ",
    b"AAAA",
    b"\xc3\xa9",
];

/// The methods and targets that a forger would try.
const METHODS: [&str; 5] = ["POST", "GET", "post", "", "POST "];

/// Takes a genuine request of this scheme and bends it, step by step.
pub fn bend(prepared: &'static Prepared, input: &mut Input<'_>) -> Bent {
    let request = &input.one_of(&prepared.genuine).request;
    let mut bent = Bent {
        headers: request
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_bytes().to_vec()))
            .collect(),
        method: request.method().to_owned(),
        target: request.target().to_owned(),
        body: request.body().to_vec(),
        now: NOW,
    };
    for _ in 0..16 {
        if input.is_empty() {
            break;
        }
        bent.step(prepared, input);
    }
    bent
}

/// Bends a request, lets it be verified, and checks that nothing signed has changed if it still verifies.
pub fn forgery(
    prepared: &'static Prepared,
    input: &mut Input<'_>,
    verify: impl FnOnce(&Bent) -> Result<Verified<()>, VerifyError>,
) {
    let bent = bend(prepared, input);
    let Ok(proof) = verify(&bent) else {
        return;
    };
    let name = prepared.scheme.name();
    if prepared.scheme.kind() == Kind::Token {
        let token = bent.headers.iter().any(|(_, value)| value.ends_with(SECRET));
        assert!(token, "{name}: verified without its token");
        return;
    }
    let is_genuine = prepared.genuine.iter().any(|genuine| {
        let said = |proof: &Verified<()>| (proof.timestamp(), proof.replay_key());
        let same = said(&genuine.proof) == said(&proof) && genuine.proof.message_id() == proof.message_id();
        same && prepared.is_covered(&genuine.request, &bent)
    });
    assert!(is_genuine, "{name}: something that is signed has changed, and it verifies");
}

impl Bent {
    pub fn parts(&self) -> Parts<'_> {
        Parts::new(&self.headers).method(&self.method).target(&self.target)
    }

    /// The value of a header that occurs once.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        let mut values = self.headers.iter().filter(|(known, _)| *known == name);
        let (_, value) = values.next()?;
        values.next().is_none().then_some(value)
    }

    fn step(&mut self, prepared: &'static Prepared, input: &mut Input<'_>) {
        let step = input.byte();
        match step % 16 {
            0 => flip(&mut self.body, input),
            1 => insert(&mut self.body, input),
            2 => remove(&mut self.body, input),
            3 => self.body.truncate(input.number()),
            4 => self.body.extend_from_slice(input.text()),
            5 => self.with_value(input, |value, input| flip(value, input)),
            6 => self.with_value(input, |value, input| insert(value, input)),
            7 => self.with_value(input, |value, input| remove(value, input)),
            8 => self.with_value(input, |value, input| splice(value, input)),
            9 => self.other_headers(prepared, input),
            10 => self.body = input.one_of(&prepared.genuine).request.body().to_vec(),
            11 => self.line(input),
            12 => self.now = NOW.saturating_add(std::time::Duration::from_millis(input.number() as u64 * 20)),
            13 => self.now = NOW.saturating_sub(std::time::Duration::from_millis(input.number() as u64 * 20)),
            // Bytes that wander between a header and the body.
            14 => {
                let Self { headers, body, .. } = self;
                if let (Some((_, value)), false) =
                    (headers.iter_mut().nth(input.byte().into()), body.is_empty())
                {
                    value.push(body.remove(0));
                }
            }
            _ => {
                let Self { headers, body, .. } = self;
                if let Some(last) =
                    headers.iter_mut().nth(input.byte().into()).and_then(|(_, value)| value.pop())
                {
                    body.insert(0, last);
                }
            }
        }
    }

    fn with_value(&mut self, input: &mut Input<'_>, change: impl FnOnce(&mut Vec<u8>, &mut Input<'_>)) {
        let count = self.headers.len().max(1);
        let index = usize::from(input.byte()) % count;
        if let Some((_, value)) = self.headers.get_mut(index) {
            change(value, input);
        }
    }

    /// Adds, repeats or removes a header, or takes one of another genuine request.
    fn other_headers(&mut self, prepared: &'static Prepared, input: &mut Input<'_>) {
        let (what, index) = (input.byte(), usize::from(input.byte()));
        let known = self.headers.get(index % self.headers.len().max(1)).cloned();
        match (what % 4, known) {
            (0, Some(header)) => self.headers.push(header),
            (1, Some((name, _))) => self.headers.retain(|(known, _)| *known != name),
            (2, Some((name, _))) => {
                let other = input.one_of(&prepared.genuine).request.headers().get(name);
                self.headers.retain(|(known, _)| *known != name);
                self.headers.extend(other.map(|value| (name, value.as_bytes().to_vec())));
            }
            _ => {
                let name = &prepared.names[index % prepared.names.len()];
                self.headers.push((name, input.text().to_vec()));
            }
        }
    }

    /// Another request line.
    fn line(&mut self, input: &mut Input<'_>) {
        let (what, text) = (input.byte(), input.text());
        let text = String::from_utf8_lossy(text);
        match what % 4 {
            0 => self.method = (*input.one_of(&METHODS)).to_owned(),
            1 => self.target.push_str(&text),
            2 => self.target = text.into_owned(),
            _ => self.target = self.target.replacen('/', &text, 1),
        }
    }
}

fn place(bytes: &[u8], input: &mut Input<'_>) -> usize {
    input.number() % bytes.len().max(1)
}

fn flip(bytes: &mut [u8], input: &mut Input<'_>) {
    let (place, bit) = (place(bytes, input), input.byte() % 8);
    if let Some(byte) = bytes.get_mut(place) {
        *byte ^= 1 << bit;
    }
}

fn insert(bytes: &mut Vec<u8>, input: &mut Input<'_>) {
    let place = input.number() % (bytes.len() + 1);
    bytes.insert(place, input.byte());
}

fn remove(bytes: &mut Vec<u8>, input: &mut Input<'_>) {
    let place = place(bytes, input);
    if place < bytes.len() {
        bytes.remove(place);
    }
}

/// A text that a forger would try, at the start, at the end or instead of the rest.
fn splice(bytes: &mut Vec<u8>, input: &mut Input<'_>) {
    let text = *input.one_of(&TEXTS);
    let place = match input.byte() % 3 {
        0 => 0,
        1 => bytes.len(),
        _ => place(bytes, input),
    };
    bytes.splice(place..place, text.iter().copied());
}
