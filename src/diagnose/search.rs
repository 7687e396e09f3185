//! The search for what is wrong: one thing by itself, then two at once, within a budget.

use super::case::{Case, Variant};
use super::{Desk, Finding, Transformation, body, header, secret, texts, url};

/// How many verifications a diagnosis may take.
const MAX_ATTEMPTS: usize = 50_000;

/// How many bytes of bodies and headers a diagnosis may write and verify, all attempts together: some seconds' work.
const MAX_BYTES: usize = 1 << 30;

/// The longest body for which two mistakes at once are looked for, in bytes.
const MAX_PAIRED: usize = 1 << 16;

/// From which length on not everything can be tried, in bytes: then the likeliest changes of the body come first.
const LONG: usize = 1 << 22;

/// Everything that is tried, the likeliest first.
const TRANSFORMATIONS: &[&[Transformation]] =
    &[secret::TRANSFORMATIONS, header::TRANSFORMATIONS, body::TRANSFORMATIONS, url::TRANSFORMATIONS];

/// Everything that is tried, with a place of its own for each.
fn transformations() -> impl Iterator<Item = &'static Transformation> {
    TRANSFORMATIONS.iter().copied().flatten()
}

impl Transformation {
    /// Whether it changes the body, for which it looks at nothing else.
    fn is_of_body(&self) -> bool {
        self.code.starts_with("body_")
    }
}

/// A search for what is wrong.
pub(super) struct Search<'d, 's> {
    desk: &'d Desk<'s>,
    /// How many verifications are left, and how many bytes of bodies and headers.
    attempts: usize,
    bytes: usize,
    /// What was tried in vain.
    tried: Vec<&'static str>,
    /// Whether something could not be tried.
    exhausted: bool,
}

impl<'d, 's> Search<'d, 's> {
    pub(super) fn new(desk: &'d Desk<'s>) -> Self {
        Self { desk, attempts: MAX_ATTEMPTS, bytes: MAX_BYTES, tried: Vec::new(), exhausted: false }
    }

    /// The codes of what was tried in vain.
    pub(super) fn tried(self) -> Vec<&'static str> {
        self.tried
    }

    /// One thing, or else two at once.
    pub(super) fn run(&mut self, case: &Case<'_>) -> Vec<Finding> {
        if let Some(finding) = case.time_finding() {
            return [Some(finding), case.retired_beside(self.desk)].into_iter().flatten().collect();
        }
        if let Some(finding) = case.retired_finding(self.desk) {
            return vec![finding];
        }
        let timeless = case.timeless();
        let (singles, righted) = self.singles(&timeless);
        if let Some(righted) = righted {
            return with_time(singles, &righted);
        }
        let pairs = if case.body.len() <= MAX_PAIRED { self.pairs(&timeless) } else { None };
        if let Some((findings, righted)) = pairs {
            return with_time(findings, &righted);
        }
        case.truncated_finding().into_iter().collect()
    }

    /// Everything that puts the request right by itself, and the first request that it makes.
    fn singles<'c>(&mut self, case: &Case<'c>) -> (Vec<Finding>, Option<Case<'c>>) {
        let mut findings: Vec<Finding> = Vec::new();
        let mut righted: Vec<Case<'c>> = Vec::new();
        let mut transformations: Vec<_> = transformations().collect();
        if case.body.len() > LONG {
            transformations.sort_by_key(|transformation| !transformation.is_of_body());
        }
        for transformation in transformations {
            let variants = self.variants(transformation, case);
            let (matching, all) = self.matching(transformation, case, variants);
            let [variant, also @ ..] = matching.as_slice() else {
                self.tried.extend(all.then_some(transformation.code));
                continue;
            };
            let note =
                also.iter().fold(variant.note.clone(), |note, also| format!("{note} or {}", also.note));
            // The same request put right in another way is the same finding.
            let right = case.changed(variant);
            if !righted.iter().any(|earlier| earlier.is_same(&right)) {
                findings.push(texts::finding(transformation.code, &note, true));
                righted.push(right);
            }
        }
        (findings, righted.into_iter().next())
    }

    /// The first variant that puts the request right, or all where which of them is meant the developer knows; and
    /// whether there were any, and all that it took could be tried.
    fn matching(
        &mut self,
        transformation: &Transformation,
        case: &Case<'_>,
        variants: Vec<Variant>,
    ) -> (Vec<Variant>, bool) {
        let mut matching = Vec::new();
        let some = !variants.is_empty();
        for variant in variants {
            match self.matches(case, &variant) {
                None => return (matching, false),
                Some(false) => {}
                Some(true) => matching.push(variant),
            }
            if !matching.is_empty() && transformation.code != "scheme_other" {
                break;
            }
        }
        (matching, some)
    }

    /// What a transformation makes of a case, which has its price.
    fn variants(&mut self, transformation: &Transformation, case: &Case<'_>) -> Vec<Variant> {
        let variants = (transformation.variants)(self.desk, case);
        let size = variants.iter().fold(0_usize, |size, variant| size.saturating_add(variant.size()));
        self.bytes = self.bytes.saturating_sub(size);
        variants
    }

    /// Whether the request verifies with this change; nothing where the budget does not suffice to say.
    fn matches(&mut self, case: &Case<'_>, variant: &Variant) -> Option<bool> {
        let changed = case.changed(variant);
        let left = (self.attempts.checked_sub(1), self.bytes.checked_sub(changed.size()));
        let (Some(attempts), Some(bytes)) = left else {
            self.exhausted = true;
            return None;
        };
        (self.attempts, self.bytes) = (attempts, bytes);
        Some(matches!(changed.verify(), Ok(Ok(()))))
    }

    /// Two things that put it right together.
    fn pairs<'c>(&mut self, case: &Case<'c>) -> Option<(Vec<Finding>, Case<'c>)> {
        let alone: Vec<_> = transformations().map(|one| (one, self.variants(one, case))).collect();
        for (index, (first, variants)) in alone.iter().enumerate() {
            for changed in variants {
                let half = case.changed(changed);
                for (second, known) in alone.iter().skip(index.saturating_add(1)) {
                    // Bodies are dear to write, and most first changes leave the body as it was.
                    let same = second.is_of_body() && !first.is_of_body();
                    let made = if same { Vec::new() } else { self.variants(second, &half) };
                    for variant in if same { known } else { &made } {
                        if self.matches(&half, variant)? {
                            let pair = [(first.code, &changed.note), (second.code, &variant.note)];
                            let findings = pair.map(|(code, note)| texts::finding(code, note, true));
                            return Some((findings.into(), half.changed(variant)));
                        }
                    }
                }
            }
        }
        None
    }

    /// A set-up that is refused may be one that a transformation puts right: a secret in quotes, say. Not one that is
    /// refused for its keys' windows, which no transformation looks at.
    pub(super) fn after_setup(&mut self, case: &Case<'_>) -> Option<Vec<Finding>> {
        let timeless = case.timeless();
        if timeless.verify().is_ok() {
            return None;
        }
        let (found, _) = self.singles(&timeless);
        (!found.is_empty()).then_some(found)
    }

    /// What can be suspected where nothing can be proved.
    pub(super) fn suspicions(&self, case: &Case<'_>, reason: &'static str) -> Vec<Finding> {
        // A wrong time is refused first, and says nothing of what comes after it.
        let beside = case.time_beside().map(|finding| Finding { proved: false, ..finding });
        let reason = match case.timeless().verify() {
            Ok(Err(timeless)) => timeless,
            _ => reason,
        };
        let mut suspected = body::suspicions(case);
        if suspected.is_empty() && (reason.starts_with("missing_") || reason.starts_with("malformed_")) {
            let names: Vec<_> =
                case.headers.iter().take(40).map(|(name, _)| name.escape_default().to_string()).collect();
            suspected.push(texts::form(reason, &case.scheme.signature().words(), &names.join(", ")));
        } else if suspected.is_empty() {
            suspected.push(texts::unknown(reason, &self.tried, self.exhausted));
        }
        suspected.extend(beside);
        suspected
    }
}

/// What was put right without a look at the time may still have a wrong one.
fn with_time(mut findings: Vec<Finding>, righted: &Case<'_>) -> Vec<Finding> {
    findings.extend(righted.timed().time_beside());
    findings
}
