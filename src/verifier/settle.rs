//! The pipeline of schemes with a mechanism: headers, body, comparison, and what a token says itself.
//! Both endings, one-shot and streaming, go through it.

use std::sync::Arc;
use std::time::Duration;

use super::Setup;
use crate::error::ErrorKind;
use crate::inline::InlineText;
use crate::key_ring::{Choice, KeyMaterial, Keys, PreparedKey};
use crate::mac::{Comparison, ContentHash, MacKey, Matched, Tag};
use crate::mechanism::{Claimed, Confirmed, Reading, Request, Rules, Signed};
use crate::public_key::VerifyingKey;
use crate::request::Parts;
use crate::time::{Clock, Stamp, UnixTime};
use crate::verified::{Name, Proof, Statement};

/// A request whose headers have been read and not refused.
pub(crate) struct Opened {
    reading: Box<dyn Reading>,
    claimed: Claimed,
    keys: Arc<Keys>,
    now: Option<UnixTime>,
}

impl Setup {
    /// Everything that headers can say.
    pub(super) fn open(&self, rules: Rules, parts: &Parts<'_>, clock: Clock) -> Result<Opened, ErrorKind> {
        let request = Request { parts, url: self.plan.url.as_ref() };
        let mut claimed = Claimed::default();
        let reading = rules.read_headers(self.plan.algorithm, &request, &mut claimed)?;
        let keys = self.ring.snapshot();
        let now = self.needs_time(&keys).then(|| clock.now());
        self.check_claimed(&claimed, &keys, now)?;
        Ok(Opened { reading, claimed, keys, now })
    }

    /// Everything that follows, now that the body is there.
    pub(crate) fn settle(&self, opened: Opened, body: &[u8]) -> Result<Proof, ErrorKind> {
        let Opened { reading, mut claimed, keys, now } = opened;
        if body.len() > self.max_body {
            return Err(ErrorKind::BodyTooLarge);
        }
        reading.read_body(body, &mut claimed)?;
        self.check_claimed(&claimed, &keys, now)?;
        let choice = Choice { now, id: claimed.key_id.as_deref() };
        let matched = self.compare_signed(&claimed.signed, &keys, choice).ok_or(ErrorKind::Mismatch)?;
        let key = keys.accept(&matched)?;
        let confirmed = reading.confirm(body, key.id())?;
        self.check_confirmed(&confirmed, now)?;
        let stamp = self.stamp_in(body, now)?.or(confirmed.stamp).or(claimed.stamp);
        let message_id = confirmed.message_id.as_ref().or(claimed.message_id.as_ref());
        let statement = Statement {
            timestamp: stamp.map(|stamp| stamp.time),
            valid_for: self.valid_for_token(stamp, confirmed.expires, now),
            message_id: message_id.map(InlineText::as_bytes),
            coverage: claimed.coverage.unwrap_or(self.origin.coverage),
            key: key.label,
            key_aged: self.is_aged(key, now),
        };
        let named = statement.message_id.is_some();
        let name = self.event_name(statement.coverage, body).or_else(|| self.content_name(&claimed, named));
        key.note_match(now);
        Ok(Proof::new(matched, &self.origin, statement, name.unwrap_or(Name::None)))
    }

    fn check_claimed(&self, claimed: &Claimed, keys: &Keys, now: Option<UnixTime>) -> Result<(), ErrorKind> {
        if let Some(stamp) = claimed.stamp {
            self.check_freshness(stamp, now)?;
        }
        keys.check(Choice { now, id: claimed.key_id.as_deref() })
    }

    /// Compares with each key everything that was signed.
    fn compare_signed(&self, signed: &[Signed], keys: &Keys, choice: Choice<'_>) -> Option<Matched> {
        let mut comparison = Comparison::new(self.plan.algorithm);
        for (index, key) in keys.chosen(choice) {
            match &key.material {
                KeyMaterial::Mac(_) => comparison.take_signed(index, signed.iter().map(|one| tags(key, one))),
                KeyMaterial::Public(key) => comparison.take_public(index, verifies(key, signed)),
            }
        }
        comparison.verdict()
    }

    /// Holds a token to the times that it says itself.
    fn check_confirmed(&self, confirmed: &Confirmed, now: Option<UnixTime>) -> Result<(), ErrorKind> {
        if let Some(stamp) = confirmed.stamp {
            self.check_freshness(stamp, now)?;
        }
        let (Some(leeway), Some(now)) = (self.leeway, now) else {
            return Ok(());
        };
        // A clock that stands at the epoch, or before it, tells no time.
        if now.as_secs() == 0 {
            return Err(ErrorKind::Stale);
        }
        // Tokens count whole seconds, and so does our clock here; either edge is accepted.
        let now = UnixTime::from_secs(now.as_secs());
        if confirmed.expires.is_some_and(|expires| now > expires.saturating_add(leeway)) {
            return Err(ErrorKind::Stale);
        }
        if confirmed.not_before.is_some_and(|start| now.saturating_add(leeway) < start) {
            return Err(ErrorKind::Future);
        }
        Ok(())
    }

    /// For how long this request will be accepted from now on: until its timestamp is too old or its
    /// token expires, whichever comes first.
    fn valid_for_token(
        &self,
        stamp: Option<Stamp>,
        expires: Option<UnixTime>,
        now: Option<UnixTime>,
    ) -> Option<Duration> {
        let by_stamp = stamp.and_then(|stamp| self.valid_for(stamp, now));
        let by_token = match (expires, self.leeway, now) {
            (Some(expires), Some(leeway), Some(now)) => {
                Some(expires.saturating_add(leeway).elapsed().saturating_sub(now.elapsed()))
            }
            _ => None,
        };
        by_stamp.into_iter().chain(by_token).min()
    }

    /// A hash of what was signed, if it was asked for and nothing shorter names the request.
    fn content_name(&self, claimed: &Claimed, named: bool) -> Option<Name> {
        // Things that are signed one by one can be sent in any company: only one alone has a name.
        let [signed] = claimed.signed.as_slice() else {
            return None;
        };
        if !self.replay_keys || named {
            return None;
        }
        let mut hash = ContentHash::default();
        hash.update_field(signed.contents.first()?);
        Some(Name::Content(hash.finish()))
    }
}

/// The tags of every spelling under this key, and the signatures that they are compared with.
fn tags<'s>(key: &PreparedKey, signed: &'s Signed) -> (Vec<Tag>, &'s [Vec<u8>]) {
    let mac = key.mac_for(signed.algorithm);
    let tag = |mac: &MacKey, content: &[u8]| {
        let mut mac = mac.start();
        mac.update(content);
        mac.finish()
    };
    let tags = mac.map(|mac| signed.contents.iter().map(|content| tag(mac, content)).collect());
    (tags.unwrap_or_default(), &signed.signatures)
}

fn verifies(key: &VerifyingKey, signed: &[Signed]) -> bool {
    let verifies = |one: &Signed| {
        let mut signatures = one.signatures.iter();
        signatures.any(|signature| one.contents.iter().any(|content| key.verifies(content, signature)))
    };
    !signed.is_empty() && signed.iter().all(verifies)
}
