//! Genuine requests with one thing wrong, for tests of receivers.

use http::HeaderValue;

use super::SignedRequest;

/// What can be wrong with a request that was genuine.
#[cfg_attr(docsrs, doc(cfg(feature = "sign")))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mutation {
    /// It was signed an hour too early for the scheme's own limits: refused as `stale`. Nothing for schemes that sign no
    /// time, nor where the body came with a time of its own.
    Stale,
    /// It was signed an hour too late: refused as `future`. Nothing where there is no [`Stale`](Self::Stale).
    Future,
    /// Its body was changed after it was signed: refused as `mismatch` or what the scheme calls it. Nothing
    /// for schemes that sign no body.
    Forged,
    /// Its signature was made with another key: refused as `mismatch`.
    WrongSignature,
    /// It has no signature: refused as `missing_signature`.
    Unsigned,
    /// It has its signature header twice: refused as `duplicate_header`.
    Duplicated,
    /// It is the same request, to be sent after the first: accepted by a verifier, and a `duplicate` for a
    /// [`ReplayGuard`](crate::ReplayGuard).
    Replayed,
}

impl Mutation {
    /// Every mutation.
    pub const ALL: &'static [Self] = &[
        Self::Stale,
        Self::Future,
        Self::Forged,
        Self::WrongSignature,
        Self::Unsigned,
        Self::Duplicated,
        Self::Replayed,
    ];

    pub(super) fn of(self, request: &SignedRequest) -> Option<SignedRequest> {
        let mut request = request.clone();
        match self {
            Self::Stale => return request.stale.map(|stale| *stale),
            Self::Future => return request.future.map(|future| *future),
            Self::WrongSignature => return request.wrong.map(|wrong| *wrong),
            Self::Forged if request.signs_body => request.body.extend_from_slice(b"&forged=1"),
            Self::Forged => return None,
            Self::Replayed => {}
            Self::Unsigned => {
                let name = request.signature_header.clone()?;
                request.headers.remove(name);
            }
            Self::Duplicated => {
                let name = request.signature_header.clone()?;
                let value: HeaderValue = request.headers.get(&name)?.clone();
                request.headers.append(name, value);
            }
        }
        Some(request)
    }
}
