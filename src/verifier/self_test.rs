//! A probe for each key: signed by the scheme run backwards, then verified like any request.

use super::Verifier;
use crate::error::ConfigError;
use crate::key_ring::{Choice, PreparedKey};
use crate::request::Parts;
use crate::scheme::Algorithm;
use crate::sign::sign;
use crate::time::UnixTime;
use crate::url::PublicUrl;

pub(super) fn run(verifier: &Verifier, now: UnixTime) -> Result<(), ConfigError> {
    let failed =
        |failure: String| ConfigError::SelfTest { scheme: verifier.scheme_name().to_owned(), failure };
    let ring = verifier.setup.ring.snapshot();
    let active = Choice { now: Some(now), id: None };
    if ring.check(active).is_err() {
        return Err(failed("no key is active".to_owned()));
    }
    // A token's text is not kept, and a public key signs nothing: there is nothing to probe with.
    let plan = &verifier.setup.plan;
    if plan.algorithm == Algorithm::StaticToken || plan.algorithm.is_public_key() || plan.rules.is_some() {
        return Ok(());
    }
    for (_, key) in ring.chosen(active) {
        probe(verifier, key, now).map_err(|why| failed(format!("key {:?}: {why}", key.label)))?;
    }
    Ok(())
}

fn probe(verifier: &Verifier, key: &PreparedKey, now: UnixTime) -> Result<(), String> {
    let plan = &verifier.setup.plan;
    let (headers, body) = sign(plan, key, now).ok_or("the scheme has no timestamp for this moment")?;
    let target = plan.url.as_ref().map_or_else(|| "/".to_owned(), PublicUrl::probe_target);
    let parts = Parts::new(&headers).method("POST").target(&target);
    let refused = |error: crate::VerifyError| error.to_string();
    verifier.verify_at(parts, &body, now).map_err(refused)?;
    let mut pending = verifier.begin_at(parts, now).map_err(refused)?;
    pending.update(body.as_bytes());
    pending.finish().map_err(refused)?;
    Ok(())
}
