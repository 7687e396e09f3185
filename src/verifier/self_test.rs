//! A probe for each key: signed by the scheme run backwards, then verified like any request.

use super::Verifier;
use crate::error::ConfigError;
use crate::key_ring::Key;
use crate::request::Parts;
use crate::sign::sign;
use crate::time::UnixTime;

/// What a probe's body says.
const PROBE: &[u8] = b"hooksig self-test";

pub(super) fn run(verifier: &Verifier, now: UnixTime) -> Result<(), ConfigError> {
    let failed =
        |failure: String| ConfigError::SelfTest { scheme: verifier.scheme_name().to_owned(), failure };
    let ring = &verifier.setup.ring;
    if ring.check_active(Some(now)).is_err() {
        return Err(failed("no key is active".to_owned()));
    }
    for key in ring.active(Some(now)) {
        probe(verifier, key, now).map_err(|why| failed(format!("key {:?}: {why}", key.label)))?;
    }
    Ok(())
}

fn probe(verifier: &Verifier, key: &Key, now: UnixTime) -> Result<(), String> {
    let plan = &verifier.setup.plan;
    let signed = sign(plan, &key.mac, PROBE, now).ok_or("the scheme has no timestamp for this moment")?;
    let target = plan.url.as_ref().map_or("/", |url| url.probe_target());
    let parts = Parts::new(&signed).method("POST").target(target);
    let refused = |error: crate::VerifyError| error.to_string();
    verifier.verify_at(parts, PROBE, now).map_err(refused)?;
    let mut pending = verifier.begin_at(parts, now).map_err(refused)?;
    pending.update(PROBE);
    pending.finish().map_err(refused)?;
    Ok(())
}
