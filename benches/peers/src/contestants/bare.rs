//! The `hmac` crate with a prepared key, told everything that a verifier has to find out: what is signed, and the
//! signature as bytes.

use hmac::Mac as _;

use crate::Outcome;
use crate::lineup::Lineup;
use crate::results::BARE;

pub(crate) fn enter(lineup: &mut Lineup<'_>) -> Outcome<()> {
    let prepared = lineup.requests.key.mac()?;
    lineup.enter(BARE, move |request| {
        let mut mac = prepared.clone();
        mac.update(&request.before);
        mac.update(&request.body);
        mac.update(&request.after);
        mac.verify(&request.tag.into()).is_ok()
    })
}
