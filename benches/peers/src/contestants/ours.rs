//! hooksig by its public API, as the README shows it.

use hooksig::{ConfigError, Secret, UnixTime, Verifier};

use crate::Outcome;
use crate::inputs::{Key, Request, Style};
use crate::lineup::Lineup;
use crate::results::{OURS, OURS_AT};

pub(crate) fn verifier(style: Style, keys: &[&Key]) -> Result<Verifier, ConfigError> {
    let builder = Verifier::builder(style.scheme());
    let keys = keys.iter().enumerate();
    keys.fold(builder, |builder, (at, key)| {
        builder.key(&format!("key {at}"), Secret::new(key.secret.as_str()))
    })
    .build()
}

pub(crate) fn accepts(verifier: &Verifier, request: &Request) -> bool {
    verifier.verify(&request.headers, &*request.body).is_ok()
}

pub(crate) fn streams(verifier: &Verifier, request: &Request) -> bool {
    let Ok(mut pending) = verifier.begin(&request.headers) else {
        return false;
    };
    pending.update(&request.body);
    pending.finish().is_ok()
}

pub(crate) fn enter(lineup: &mut Lineup<'_>) -> Outcome<()> {
    let requests = lineup.requests;
    let ours = verifier(requests.style, &[&requests.key])?;
    if requests.style.is_timed() {
        let (ours, now) = (ours.clone(), UnixTime::now());
        lineup
            .enter(OURS_AT, move |request| ours.verify_at(&request.headers, &*request.body, now).is_ok())?;
    }
    lineup.enter(OURS, move |request| accepts(&ours, request))
}
