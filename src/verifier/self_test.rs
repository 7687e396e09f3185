//! A probe for each key: signed by the scheme run backwards, then verified like any request.

use super::Verifier;
use crate::error::ConfigError;
use crate::key_ring::{Choice, PreparedKey};
use crate::scheme::Algorithm;
use crate::sign::{Unsigned, Wish, sign};
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
    let algorithm = verifier.setup.plan.algorithm;
    if algorithm == Algorithm::StaticToken || algorithm.is_public_key() {
        return Ok(());
    }
    for (_, key) in ring.chosen(active) {
        probe(verifier, key, now).map_err(|why| failed(format!("key {:?}: {why}", key.label)))?;
    }
    Ok(())
}

fn probe(verifier: &Verifier, key: &PreparedKey, now: UnixTime) -> Result<(), String> {
    let plan = &verifier.setup.plan;
    let target = plan.url.as_ref().map_or_else(|| "/".to_owned(), PublicUrl::probe_target);
    let key_id = key.id().and_then(|id| str::from_utf8(id).ok());
    let wish = Wish { now, id: None, key_id, method: "POST", target: &target, placeholder: "" };
    let signed = sign(plan, &wish, None, &|algorithm, content| {
        let mut mac = key.mac_for(algorithm)?.start();
        mac.update(content);
        Some(mac.finish().as_bytes().to_vec())
    });
    let request = signed.map_err(|why| match why {
        Unsigned::Refused(kind) => kind.to_string(),
        _ => "the scheme has no timestamp for this moment".to_owned(),
    })?;
    let refused = |error: crate::VerifyError| error.to_string();
    // What the probe needs beside its signature: a place that it comes from.
    let parts = request.parts();
    let parts = match verifier.setup.an_accepted_source() {
        Some(source) => parts.peer(source),
        None => parts,
    };
    key.without_note(|| verifier.verify_quietly(parts, &request.body, now)).map_err(refused)
}
