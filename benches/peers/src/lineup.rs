//! The contestants of one case. Nobody is timed who does not accept every genuine request and refuse every other.

use crate::Outcome;
use crate::floor::{Message, Prepared};
use crate::inputs::{self, Key, Request, Style};
use crate::measure::Subject;
use crate::results::FLOOR;

/// The requests that contestants get.
pub(crate) struct Requests {
    pub(crate) style: Style,
    pub(crate) size: usize,
    pub(crate) key: Key,
    pub(crate) genuine: Vec<Request>,
    tampered: Vec<Request>,
    messages: Vec<Message>,
    prepared: Prepared,
}

pub(crate) struct Lineup<'a> {
    pub(crate) requests: &'a Requests,
    pub(crate) subjects: Vec<Subject<'a>>,
}

impl Requests {
    pub(crate) fn new(style: Style, size: usize) -> Outcome<Self> {
        Self::signed_by(style, size, Key::new(style, 0))
    }

    pub(crate) fn signed_by(style: Style, size: usize, key: Key) -> Outcome<Self> {
        let genuine = inputs::requests(style, size, &key, hooksig::UnixTime::now())?;
        // A few of them, since each has a body of its own.
        let tampered = genuine.iter().take(8).map(|one| one.tampered(style)).collect::<Outcome<_>>()?;
        let messages = Message::all(&genuine);
        let prepared = Prepared::new(&key)?;
        Ok(Self { style, size, key, genuine, tampered, messages, prepared })
    }

    /// A pass of the floor, as often as there are requests.
    pub(crate) fn floor(&self) -> bool {
        self.messages.iter().all(|message| self.prepared.accepts(message))
    }
}

impl<'a> Lineup<'a> {
    /// A line-up with the floor in it.
    pub(crate) fn new(requests: &'a Requests) -> Outcome<Self> {
        let accepts = |message: &Message| requests.prepared.accepts(message);
        if !requests.messages.iter().all(accepts) {
            return Err("the floor computes something else than HMAC-SHA256".into());
        }
        let floor = Subject::of(FLOOR, &requests.messages, requests.size, true, accepts);
        Ok(Self { requests, subjects: vec![floor] })
    }

    pub(crate) fn enter(&mut self, name: &str, verify: impl Fn(&Request) -> bool + 'a) -> Outcome<()> {
        let Requests { style, size, genuine, tampered, .. } = self.requests;
        if let Some(at) = genuine.iter().position(|request| !verify(request)) {
            return Err(format!("{name} refuses genuine request {at} of {style:?} at {size} bytes").into());
        }
        if let Some(at) = tampered.iter().position(&verify) {
            return Err(format!("{name} accepts tampered request {at} of {style:?} at {size} bytes").into());
        }
        self.subjects.push(Subject::of(name, genuine, *size, true, verify));
        Ok(())
    }
}
