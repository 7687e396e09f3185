//! Requests that can be refused without hashing their bodies, next to one that is accepted.

use hooksig::UnixTime;
use hooksig::http::HeaderValue;

use crate::Outcome;
use crate::contestants::ours;
use crate::inputs::{Random, Request, Style};
use crate::lineup::Requests;
use crate::measure::{Method, Subject};
use crate::results::{ACCEPT, GARBAGE, HUNDRED, MISSING, Results, STALE};

const SIZE: usize = 64 << 10;

/// How many turns' worth of calls: a refusal takes as long as some hundred bytes do.
const LIKE: usize = 256;

const STYLES: [Style; 4] = [Style::GitHub, Style::Stripe, Style::Retell, Style::StandardWebhooks];

pub(super) fn run(results: &mut Results, method: Method) -> Outcome<()> {
    for style in STYLES {
        let requests = Requests::new(style, SIZE)?;
        let genuine = &requests.genuine;
        let verifier = ours::verifier(style, &[&requests.key])?;
        let mut random = Random(1);
        let mut refused = vec![
            (MISSING, each(genuine, |request| missing(style, request))?),
            (GARBAGE, each(genuine, |request| garbage(style, request, &mut random))?),
            (HUNDRED, each(genuine, |request| hundred(style, request, &mut random))?),
        ];
        if style.is_timed() {
            refused.push((STALE, stale(&requests)?));
        }
        let accepts = |request: &Request| ours::accepts(&verifier, request);
        let mut subjects = vec![Subject::of(ACCEPT, genuine, SIZE, true, accepts)];
        for (name, requests) in &refused {
            subjects.push(Subject::of(name, requests, LIKE, false, accepts));
        }
        results.add(&case(style), method.figures(subjects)?);
    }
    Ok(())
}

pub(crate) fn case(style: Style) -> String {
    format!("refuse/{}", style.name())
}

fn each(requests: &[Request], mut change: impl FnMut(&mut Request) -> Outcome<()>) -> Outcome<Vec<Request>> {
    let mut changed = requests.to_vec();
    changed.iter_mut().try_for_each(&mut change)?;
    Ok(changed)
}

fn missing(style: Style, request: &mut Request) -> Outcome<()> {
    request.headers.remove(style.signature_header());
    Ok(())
}

/// 8 KiB of letters with marks among them, so that lists find entries to look at.
fn garbage(style: Style, request: &mut Request, random: &mut Random) -> Outcome<()> {
    let mut value = random.text(8 << 10);
    for (letter, mark) in [("A", ","), ("B", "="), ("C", " ")] {
        value = value.replace(letter, mark);
    }
    request.headers.insert(style.signature_header(), HeaderValue::try_from(value)?);
    Ok(())
}

/// A hundred signatures of the right shape, none of them right. GitHub's header holds one, so there it is a list that
/// should not be.
fn hundred(style: Style, request: &mut Request, random: &mut Random) -> Outcome<()> {
    let tags: Vec<_> = (0..100).map(|_| random.tag()).collect();
    let value = style.signature_value(request.time, &tags);
    request.headers.insert(style.signature_header(), HeaderValue::try_from(value)?);
    Ok(())
}

/// Rightly signed, an hour ago.
fn stale(requests: &Requests) -> Outcome<Vec<Request>> {
    let hour = std::time::Duration::from_secs(3600);
    crate::inputs::requests(requests.style, SIZE, &requests.key, UnixTime::now().saturating_sub(hour))
}
