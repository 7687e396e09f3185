//! A scheme run backwards: the request that its sender would send.
//!
//! A request is written with a placeholder for its signature and read by the scheme's own reading, which
//! says what is signed; that is signed, and put in the placeholder's place. So there is one description
//! of what each scheme signs, and it cannot say different things in the two directions.

mod draft;
mod mechanism;
#[cfg(feature = "sign")]
mod mutate;
#[cfg(feature = "sign")]
mod signer;

pub(crate) use draft::{Draft, Wish};
#[cfg(feature = "sign")]
pub use mutate::Mutation;
#[cfg(feature = "sign")]
pub use signer::{PrivateKey, SignedRequest, Signer};

use crate::error::ErrorKind;
use crate::mechanism::{Claimed, Request, Signed};
use crate::scheme::{Algorithm, Claims, Plan};

/// Signs content: with the algorithm that is asked for, or the key's own.
pub(crate) type Sign<'s> = dyn Fn(Option<Algorithm>, &[u8]) -> Option<Vec<u8>> + 's;

/// Why a request cannot be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code, reason = "the self-test asks only whether")]
pub(crate) enum Unsigned {
    /// The scheme cannot say this: the moment, or this body.
    Inexpressible,
    /// The scheme's own reading refuses what was written.
    Refused(ErrorKind),
    /// The key cannot sign for this scheme.
    NoKey,
}

/// A genuine request with this body, or one of the scheme's own choosing.
pub(crate) fn sign(
    plan: &Plan,
    wish: &Wish<'_>,
    body: Option<&[u8]>,
    key: &Sign<'_>,
) -> Result<Draft, Unsigned> {
    let placeholder = draft::placeholder(plan, body.unwrap_or_default());
    let wish = &Wish { placeholder: &placeholder, ..*wish };
    let draft = match plan.rules {
        None => draft::of_parts(plan, wish, body.unwrap_or_else(|| probe_body(plan))),
        Some(rules) => mechanism::of_rules(rules, plan, wish, body),
    };
    let mut draft = draft.ok_or(Unsigned::Inexpressible)?;
    for signed in contents(plan, &draft).map_err(Unsigned::Refused)? {
        let content = signed.contents.first().ok_or(Unsigned::Inexpressible)?;
        let signature = key(signed.algorithm, content).ok_or(Unsigned::NoKey)?;
        draft.fill(&placeholder, &draft::encoding(plan).encode(&signature));
    }
    Ok(draft)
}

/// A body that says what the scheme wants to read in it.
fn probe_body(plan: &Plan) -> &'static [u8] {
    if plan.json_timestamp.is_some() { b"{}" } else { b"hooksig self-test" }
}

/// What is signed of a request, as its receiver reads it.
pub(crate) fn contents(plan: &Plan, draft: &Draft) -> Result<Vec<Signed>, ErrorKind> {
    let parts = draft.parts();
    let mut claimed = Claimed::default();
    if let Some(rules) = plan.rules {
        let request = Request { parts: &parts, url: plan.url.as_ref() };
        let reading = rules.read_headers(plan.algorithm, &request, &mut claimed)?;
        reading.read_body(&draft.body, &mut claimed)?;
        return Ok(claimed.signed);
    }
    let mut claims = Claims::new();
    claims.read(plan, &parts)?;
    let body = if plan.coverage.body() { draft.body.as_slice() } else { &[] };
    let content = [claims.before().concat().as_slice(), body, &claims.after().concat()].concat();
    Ok(vec![Signed { algorithm: None, contents: vec![content], signatures: Vec::new() }])
}
