//! What the adapters for http-body 1 share: collecting a body while it is verified, and the answer to
//! a refused request.

use std::collections::VecDeque;
use std::error::Error;
use std::pin::pin;

use bytes::{Buf, Bytes, BytesMut};
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, Response};
use http_body::Body;
use http_body_util::{BodyExt, LengthLimitError};

use crate::{ErrorKind, Pending, Verified, Verifier, VerifyError};

/// How much of a body that turned out to be too long is still read, in bytes, so that a sender in
/// the middle of writing gets to see the answer.
const DRAIN: usize = 1 << 16;

/// What a body can fail with.
type Cause = Box<dyn Error + Send + Sync>;

/// Frames shorter than this are copied together: a server's frame is a slice of its read buffer, and
/// a kilobyte buffer must not be held for one byte of a body that nobody has authenticated yet.
const SHORT: usize = 4096;

/// How many copied bytes are gathered into one frame.
const GATHERED: usize = 1 << 14;

/// The most frames without data: a body that consists of nothing else would never end.
const MAX_EMPTY: usize = 1000;

/// The frames of a verified body, in order.
#[derive(Debug, Default)]
pub(super) struct Frames {
    frames: VecDeque<Bytes>,
    /// Short frames, gathered; they come after `frames`.
    tail: BytesMut,
    len: usize,
}

/// Verifies a request's body as it arrives and keeps it, up to `limit` bytes. Nothing is polled of the
/// body of a request that is refused for its headers or its declared length.
#[cfg(any(feature = "axum", feature = "hyper"))]
pub(super) async fn verify<B: Body>(
    parts: &http::request::Parts,
    body: B,
    verifier: &Verifier,
    limit: usize,
) -> Result<(Verified<()>, Frames), VerifyError>
where
    B::Error: Into<Cause>,
{
    verify_to_its_end(parts, body, verifier, limit, Pending::finish).await
}

/// As [`verify`], ended by `finish`.
pub(super) async fn verify_to_its_end<B: Body>(
    parts: &http::request::Parts,
    body: B,
    verifier: &Verifier,
    limit: usize,
    finish: impl FnOnce(Pending) -> Result<Verified<()>, VerifyError>,
) -> Result<(Verified<()>, Frames), VerifyError>
where
    B::Error: Into<Cause>,
{
    let mut pending = Some(verifier.begin(parts)?);
    match collect(parts, body, limit, &mut pending).await {
        Ok(frames) => Ok((finish(pending.ok_or(ErrorKind::MissingSignature)?)?, frames)),
        Err(kind) => Err(refuse_body(pending, kind)),
    }
}

/// As [`verify_to_its_end`], for a receiver who wants to see forged requests too: those have no proof. A body that
/// is too long or cannot be read is refused all the same.
#[cfg(feature = "tower")]
pub(super) async fn verify_and_report<B: Body>(
    parts: &http::request::Parts,
    body: B,
    verifier: &Verifier,
    limit: usize,
    finish: impl FnOnce(Pending) -> Result<Verified<()>, VerifyError>,
) -> Result<(Option<Verified<()>>, Frames), VerifyError>
where
    B::Error: Into<Cause>,
{
    let mut pending = verifier.begin(parts).ok();
    match collect(parts, body, limit, &mut pending).await {
        Ok(frames) => Ok((pending.and_then(|pending| finish(pending).ok()), frames)),
        Err(kind) => Err(refuse_body(pending, kind)),
    }
}

fn refuse_body(pending: Option<Pending>, kind: ErrorKind) -> VerifyError {
    pending.map_or_else(|| kind.into(), |pending| pending.refuse(kind))
}

/// Collects a body, and hands each piece to the verification, if there is one.
async fn collect<B: Body>(
    parts: &http::request::Parts,
    body: B,
    limit: usize,
    pending: &mut Option<Pending>,
) -> Result<Frames, ErrorKind>
where
    B::Error: Into<Cause>,
{
    if declared(&parts.headers).is_some_and(|declared| is_over(declared, limit)) {
        return Err(ErrorKind::BodyTooLarge);
    }
    let mut body = pin!(body.map_err(Into::<Cause>::into));
    let mut frames = Frames::default();
    let mut empty = 0_usize;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| unreadable(&*error))?;
        // Trailers are not signed, and so they are dropped.
        let Ok(mut data) = frame.into_data() else {
            continue;
        };
        if !data.has_remaining() {
            empty = empty.saturating_add(1);
            if empty > MAX_EMPTY {
                return Err(ErrorKind::BodyUnreadable);
            }
            continue;
        }
        if data.remaining() > limit.saturating_sub(frames.len) {
            drain(body, data.remaining()).await;
            return Err(ErrorKind::BodyTooLarge);
        }
        let data = data.copy_to_bytes(data.remaining());
        if let Some(pending) = pending {
            pending.update(&data);
        }
        frames.push(data);
    }
    frames.flush();
    Ok(frames)
}

/// The answer to a refused request: a status, an empty body, and for the layers around it the reason
/// in the extensions.
pub(super) fn refuse<B: Default>(refusal: VerifyError) -> Response<B> {
    let mut response = Response::new(B::default());
    *response.status_mut() = refusal.status();
    response.extensions_mut().insert(refusal);
    response
}

/// The declared length of the body.
fn declared(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn is_over(declared: u64, limit: usize) -> bool {
    usize::try_from(declared).map_or(true, |declared| declared > limit)
}

/// Too long, where a limit around the body says so; otherwise unreadable.
fn unreadable(error: &(dyn Error + 'static)) -> ErrorKind {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return ErrorKind::BodyTooLarge;
        }
        cause = error.source();
    }
    ErrorKind::BodyUnreadable
}

/// Reads on and forgets, up to a bound.
async fn drain<B: Body>(mut body: std::pin::Pin<&mut B>, mut read: usize) {
    while read < DRAIN {
        match body.frame().await {
            Some(Ok(frame)) => read = read.saturating_add(frame.data_ref().map_or(1, Buf::remaining).max(1)),
            _ => return,
        }
    }
}

impl Frames {
    fn push(&mut self, frame: Bytes) {
        self.len = self.len.saturating_add(frame.len());
        if frame.len() < SHORT {
            self.tail.extend_from_slice(&frame);
            if self.tail.len() >= GATHERED {
                self.flush();
            }
        } else {
            self.flush();
            self.frames.push_back(frame);
        }
    }

    /// Makes a frame of what was gathered.
    fn flush(&mut self) {
        if !self.tail.is_empty() {
            self.frames.push_back(self.tail.split().freeze());
        }
    }

    #[cfg(feature = "hyper")]
    pub(super) fn pop(&mut self) -> Option<Bytes> {
        let frame = self.frames.pop_front()?;
        self.len = self.len.saturating_sub(frame.len());
        Some(frame)
    }

    #[cfg(feature = "hyper")]
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The body in one piece; copied only if it came in several.
    pub(super) fn into_bytes(mut self) -> Bytes {
        match self.frames.len() {
            0 | 1 => self.frames.pop_front().unwrap_or_default(),
            _ => {
                let mut bytes = BytesMut::with_capacity(self.len);
                self.frames.iter().for_each(|frame| bytes.extend_from_slice(frame));
                bytes.freeze()
            }
        }
    }
}
