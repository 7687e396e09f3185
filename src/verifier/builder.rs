//! Setting a verifier up.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{Reporter, Setup, Verifier};
use crate::error::ConfigError;
use crate::key::Key;
use crate::key_ring::{KeyRules, SharedKeys, label_of};
use crate::mac::ContentHash;
use crate::mechanism::UrlUse;
use crate::observe::Observer;
use crate::public_key::PublicKey;
use crate::scheme::{Limits, Plan, Scheme, explain, is_limit};
use crate::secret::Secret;
use crate::source::Sources;
use crate::time::{Freshness, UnixTime};
use crate::url::PublicUrl;
use crate::verified::{Origin, SchemeName};

/// What a streaming verification keeps of a body unless the builder says otherwise.
const DEFAULT_MAX_BODY: usize = 1 << 20;

/// How old a key may be before it is reported, unless the builder says otherwise: 90 days.
const DEFAULT_KEY_AGE: Duration = Duration::from_secs(90 * 86_400);

/// Sets a [`Verifier`] up with several keys, other limits, a public URL or a label.
///
/// ```
/// use std::time::Duration;
/// use hooksig::{Secret, UnixTime, Verifier, providers};
///
/// let verifier = Verifier::builder(providers::STRIPE)
///     .key("2026-11", Secret::new("whsec_test_new"))
///     .retiring_key("2026-08", Secret::new("whsec_test_old"), UnixTime::from_secs(1_798_761_600))
///     .max_age(Duration::from_secs(180))
///     .max_ahead(Duration::from_secs(30))
///     .build()?;
/// verifier.self_test_at(UnixTime::from_secs(1_763_700_000))?;
/// # Ok::<(), hooksig::ConfigError>(())
/// ```
#[derive(Clone)]
#[must_use = "a builder makes a verifier by `build`"]
pub struct Builder<'a> {
    scheme: Scheme<'a>,
    keys: Vec<Key>,
    max_key_age: Duration,
    label: String,
    max_age: Option<Duration>,
    max_ahead: Option<Duration>,
    leeway: Option<Duration>,
    ignore_timestamp: bool,
    replay_keys: bool,
    max_body: usize,
    url: Option<(UrlKind, String)>,
    event_ids: bool,
    event_id_at: Option<String>,
    sources: Option<Sources>,
    reporter: Option<Reporter>,
}

#[derive(Clone, Copy)]
enum UrlKind {
    Base,
    Registered,
}

impl<'a> Builder<'a> {
    pub(super) fn new(scheme: Scheme<'a>) -> Self {
        Self {
            scheme,
            keys: Vec::new(),
            max_key_age: DEFAULT_KEY_AGE,
            label: "default".to_owned(),
            max_age: None,
            max_ahead: None,
            leeway: None,
            ignore_timestamp: false,
            replay_keys: false,
            max_body: DEFAULT_MAX_BODY,
            url: None,
            event_ids: false,
            event_id_at: None,
            sources: None,
            reporter: None,
        }
    }

    /// Adds a key. The proof of each request names the label of the key that matched: 1 to 31 bytes,
    /// such as the month of the key's creation.
    pub fn key(self, label: &str, secret: Secret) -> Self {
        self.with_key(Key::new(label, secret))
    }

    /// Adds a key on its way out, accepted up to and including the moment `until`: for requests whose
    /// verification begins by then.
    pub fn retiring_key(self, label: &str, secret: Secret, until: UnixTime) -> Self {
        self.with_key(Key::new(label, secret).until(until))
    }

    /// Adds a key that requests name by its id, for schemes where they do
    /// ([`Scheme::names_keys`]).
    ///
    /// ```
    /// use hooksig::{Encoding, Field, Part, Scheme, Secret, Verifier};
    ///
    /// const ACME: Scheme = Scheme::hmac_sha256("acme")
    ///     .signature(Field::whole("x-acme-signature"), Encoding::Hex)
    ///     .key_id(Field::whole("x-acme-key"))
    ///     .signs(&[Part::Body]);
    ///
    /// let verifier = Verifier::builder(ACME).identified_key("2026-11", "key_1", Secret::new("test-secret")).build()?;
    /// let headers = [("x-acme-signature", "0".repeat(64)), ("x-acme-key", "key_2".to_owned())];
    /// assert_eq!(verifier.verify(&headers, b"{}").unwrap_err().reason(), "unknown_key_id");
    /// # Ok::<(), hooksig::ConfigError>(())
    /// ```
    pub fn identified_key(self, label: &str, id: &str, secret: Secret) -> Self {
        self.with_key(Key::new(label, secret).id(id))
    }

    /// Adds a provider's public key, for schemes whose [algorithm](Scheme::algorithm) has one.
    pub fn public_key(self, label: &str, key: PublicKey) -> Self {
        self.with_key(Key::public(label, key))
    }

    /// Adds a key with everything that there is to say about it.
    pub fn with_key(mut self, key: Key) -> Self {
        self.keys.push(key);
        self
    }

    /// How old a key may be before it is reported as [aged](crate::KeyReport::aged); 90 days unless
    /// this says otherwise. It is never refused for its age.
    ///
    /// ```
    /// use std::time::Duration;
    /// use hooksig::{Key, Secret, UnixTime, Verifier, providers};
    ///
    /// let created = UnixTime::from_secs(1_763_700_000);
    /// let verifier = Verifier::builder(providers::GITHUB)
    ///     .with_key(Key::new("2025-11", Secret::new("test-secret")).created(created))
    ///     .max_key_age(Duration::from_secs(30 * 86_400))
    ///     .build()?;
    /// let in_two_months = created.saturating_add(Duration::from_secs(60 * 86_400));
    /// assert!(verifier.keys().report(in_two_months)[0].aged);
    /// # Ok::<(), hooksig::ConfigError>(())
    /// ```
    pub fn max_key_age(mut self, age: Duration) -> Self {
        self.max_key_age = age;
        self
    }

    /// Names the endpoint or tenant: 1 to 31 bytes. Replay keys of verifiers with different labels
    /// never meet; those of verifiers with the same label and scheme do, whatever their keys are, so
    /// give each tenant its own.
    pub fn label(mut self, label: &str) -> Self {
        label.clone_into(&mut self.label);
        self
    }

    /// How old a request may be instead of what the scheme says: one second to one day, the limit
    /// itself accepted. Lowers [`max_ahead`](Self::max_ahead) with it, unless that is set too.
    pub fn max_age(mut self, limit: Duration) -> Self {
        self.max_age = Some(limit);
        self
    }

    /// How far ahead of our clock a request may be instead of what the scheme says: one second to
    /// one day, the limit itself accepted.
    pub fn max_ahead(mut self, limit: Duration) -> Self {
        self.max_ahead = Some(limit);
        self
    }

    /// How far the sender's clock and ours may differ where a token says itself from when and until
    /// when it is valid, instead of what the scheme says: at most one day, in whole seconds.
    ///
    /// ```
    /// use std::time::Duration;
    /// use hooksig::{ConfigError, Secret, Verifier, providers};
    ///
    /// // GitHub's requests say nothing of when they are valid: a setting that would do nothing is refused.
    /// let builder = Verifier::builder(providers::GITHUB).key("2026-11", Secret::new("test-secret"));
    /// assert!(matches!(builder.leeway(Duration::from_secs(5)).build(), Err(ConfigError::Untimed { .. })));
    /// ```
    pub fn leeway(mut self, limit: Duration) -> Self {
        self.leeway = Some(limit);
        self
    }

    /// The public base of this service, for schemes that sign the URL: scheme, host and path prefix
    /// without a slash at the end, as the provider knows them. Path and query are the request's.
    ///
    /// The request's own idea of its host, and `Forwarded` headers, are the sender's word and are
    /// not looked at.
    pub fn public_base(mut self, url: &str) -> Self {
        self.url = Some((UrlKind::Base, url.to_owned()));
        self
    }

    /// The full URL that is registered at the provider, path and query included; requests for any
    /// other are refused. Where the scheme signs the URL without its query, so is this one, and a
    /// request may have any query. Needed where the URL touches the body without a mark between them (see
    /// [`Scheme::needs_registered_url`]).
    pub fn registered_url(mut self, url: &str) -> Self {
        self.url = Some((UrlKind::Registered, url.to_owned()));
        self
    }

    /// Hashes the signed content of schemes that sign no message id, so that
    /// [`Verified::replay_key`](crate::Verified::replay_key) gives a key. Costs a second pass over the body.
    /// Refused for schemes that sign too little to tell one delivery from another, such as static tokens.
    pub fn replay_keys(mut self) -> Self {
        self.replay_keys = true;
        self
    }

    /// Makes [`Verified::replay_key`](crate::Verified::replay_key) name the event instead of the delivery,
    /// by its id in the JSON body ([`Scheme::event_id`]): the same however often the provider signs a
    /// retry anew, so this is what makes handling an event happen once. A body without such an id is named
    /// as a request. Keeps the body while it streams, up to [`max_body`](Self::max_body).
    #[cfg(feature = "json")]
    #[cfg_attr(docsrs, doc(cfg(feature = "json")))]
    pub fn event_ids(mut self) -> Self {
        self.event_ids = true;
        self
    }

    /// As [`event_ids`](Self::event_ids), with the place of the id as a JSON pointer (RFC 6901) instead of
    /// what the scheme says.
    #[cfg(feature = "json")]
    #[cfg_attr(docsrs, doc(cfg(feature = "json")))]
    pub fn event_id_at(mut self, pointer: &str) -> Self {
        self.event_id_at = Some(pointer.to_owned());
        self.event_ids()
    }

    /// Refuses requests from other addresses than these: a second fence, never a replacement for the
    /// signature.
    pub fn sources(mut self, sources: Sources) -> Self {
        self.sources = Some(sources);
        self
    }

    /// Tells an observer of every decision. Without one nothing is measured.
    pub fn observer(mut self, observer: impl Observer + 'static) -> Self {
        self.reporter = Some(Reporter::new(observer));
        self
    }

    /// How many bytes of a body a streaming verification keeps for a scheme that has to see the whole
    /// of it (see [`Scheme::streams`]); 1 MiB unless this says otherwise. A longer body is refused. Of
    /// schemes of another [kind](Scheme::kind) than [`Kind::Affix`](crate::Kind::Affix), whose bodies
    /// are taken apart, this is the limit however they are verified.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// Accepts requests of any age: whoever captured one can send it again for as long as the key is
    /// valid. For a queue pass the time of receipt to
    /// [`Verifier::verify_at`](crate::Verifier::verify_at) instead.
    ///
    /// ```
    /// # use hooksig::{Secret, UnixTime, Verifier, providers};
    /// # let verifier = Verifier::builder(providers::STRIPE).key("2026-11", Secret::new("whsec_test")).dangerous_ignore_timestamp().build()?;
    /// # let signature = "t=1763700000,v1=bbd8f6e0e43f694803e4fa731336472fe7440106a0d96a005d2a2e53a30bc67a";
    /// # let headers = [("stripe-signature", signature)];
    /// # let now = UnixTime::from_secs(1_763_700_010);
    /// let next_year = UnixTime::from_secs(now.as_secs() + 365 * 86_400);
    /// assert!(verifier.verify_at(&headers, &br#"{"id":"evt_1"}"#[..], next_year).is_ok());
    /// // What was signed is still held to its signature.
    /// assert_eq!(verifier.verify_at(&headers, b"{}", next_year).unwrap_err().reason(), "mismatch");
    /// # Ok::<(), hooksig::ConfigError>(())
    /// ```
    pub fn dangerous_ignore_timestamp(mut self) -> Self {
        self.ignore_timestamp = true;
        self
    }

    /// Checks everything and prepares the keys.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when there is no key or too many, a secret is blank or unreadable, labels
    /// collide, a limit is out of range or pointless, or the URL is missing or unusable.
    pub fn build(self) -> Result<Verifier, ConfigError> {
        let definition = &self.scheme.definition;
        let rules = KeyRules::new(definition, self.scheme.names_keys(), self.max_key_age);
        let ring = SharedKeys::new(rules, &self.keys)?;
        let label = label_of(&self.label)?;
        let freshness = self.freshness()?;
        let leeway = self.token_leeway()?;
        let plan = Plan::new(&self.scheme, self.url()?)?;
        let mut domain = ContentHash::default();
        domain.update_field(b"hooksig replay key 1");
        domain.update_field(label.as_str().as_bytes());
        domain.update_field(plan.name.as_bytes());
        let origin = Origin {
            scheme: SchemeName::new(&plan.name).unwrap_or_default(),
            label,
            coverage: plan.coverage,
            acceptance: acceptance(freshness, leeway),
            replay_domain: domain.finish(),
        };
        let event_id = self.event_id()?;
        if self.replay_keys && !self.scheme.identifies() {
            return Err(ConfigError::NothingIdentifies { scheme: self.scheme.name().to_owned() });
        }
        let explanation = self.explain(freshness, leeway, plan.url.as_ref());
        let setup = Setup {
            plan,
            ring,
            freshness: freshness.filter(|_| !self.ignore_timestamp),
            leeway: leeway.filter(|_| !self.ignore_timestamp),
            origin,
            replay_keys: self.replay_keys || event_id.is_some(),
            event_id,
            sources: self.sources,
            reporter: self.reporter,
            max_body: self.max_body,
            explanation,
        };
        Ok(Verifier { setup: Arc::new(setup) })
    }

    fn freshness(&self) -> Result<Option<Freshness>, ConfigError> {
        if self.ignore_timestamp && !self.scheme.is_timed() && self.scheme.leeway().is_none() {
            let name = "dangerous_ignore_timestamp";
            return Err(ConfigError::Untimed { name, scheme: self.scheme.name().to_owned() });
        }
        let given = [("max_age", self.max_age), ("max_ahead", self.max_ahead)];
        for (name, limit) in given.into_iter().filter_map(|(name, limit)| Some((name, limit?))) {
            if !self.scheme.is_timed() {
                return Err(ConfigError::Untimed { name, scheme: self.scheme.name().to_owned() });
            }
            if !is_limit(limit) {
                return Err(ConfigError::FreshnessLimit { name, given: limit });
            }
        }
        let scheme = self.scheme.definition.freshness();
        Ok(self.scheme.is_timed().then(|| Freshness {
            max_age: self.max_age.unwrap_or(scheme.max_age),
            // Who narrows the age narrows the lead with it, unless it is set by itself.
            max_ahead: self
                .max_ahead
                .unwrap_or(self.max_age.unwrap_or(scheme.max_ahead).min(scheme.max_ahead)),
        }))
    }

    fn event_id(&self) -> Result<Option<Box<str>>, ConfigError> {
        let pointer = self.event_id_at.as_deref().or(self.scheme.event_id());
        match pointer {
            _ if !self.event_ids => Ok(None),
            // An id that nobody signed is its sender's choice.
            _ if !self.scheme.coverage().body() => {
                Err(ConfigError::NothingIdentifies { scheme: self.scheme.name().to_owned() })
            }
            Some(pointer) if pointer.starts_with('/') => Ok(Some(pointer.into())),
            _ => Err(ConfigError::EventIdNeeded { scheme: self.scheme.name().to_owned() }),
        }
    }

    fn token_leeway(&self) -> Result<Option<Duration>, ConfigError> {
        match (self.scheme.leeway(), self.leeway) {
            (None, Some(_)) => {
                Err(ConfigError::Untimed { name: "leeway", scheme: self.scheme.name().to_owned() })
            }
            (Some(_), Some(limit)) if !limit.is_zero() && !is_limit(limit) => {
                Err(ConfigError::FreshnessLimit { name: "leeway", given: limit })
            }
            (scheme, limit) => Ok(limit.or(scheme)),
        }
    }

    fn url(&self) -> Result<Option<PublicUrl>, ConfigError> {
        let url = match &self.url {
            None => None,
            Some((UrlKind::Base, url)) => Some(PublicUrl::base(url)?),
            Some((UrlKind::Registered, url)) => {
                Some(PublicUrl::registered(url, self.scheme.coverage().query())?)
            }
        };
        if url.is_some() && self.scheme.url_use() == UrlUse::Unused {
            return Err(ConfigError::UrlUnused { scheme: self.scheme.name().to_owned() });
        }
        let registered = url.as_ref().is_some_and(PublicUrl::is_registered);
        let configure = if self.scheme.needs_registered_url() && !registered {
            "registered_url, since nothing marks where the URL ends"
        } else if self.scheme.signs_url() && url.is_none() {
            "public_base or registered_url"
        } else {
            return Ok(url);
        };
        Err(ConfigError::UrlNeeded { scheme: self.scheme.name().to_owned(), configure })
    }

    fn explain(
        &self,
        freshness: Option<Freshness>,
        leeway: Option<Duration>,
        url: Option<&PublicUrl>,
    ) -> String {
        let limits = match freshness {
            Some(freshness) if !self.ignore_timestamp => Limits::Within(freshness),
            _ => Limits::AnyAge,
        };
        explain(
            &self.scheme,
            limits,
            leeway.filter(|_| !self.ignore_timestamp),
            url.map(PublicUrl::masked).as_deref(),
        )
    }
}

/// How long a request can be acceptable in all.
fn acceptance(freshness: Option<Freshness>, leeway: Option<Duration>) -> Duration {
    let by_timestamp = freshness.map(|freshness| freshness.max_age.saturating_add(freshness.max_ahead));
    let by_token = leeway.map(|leeway| leeway.saturating_add(leeway));
    by_timestamp.into_iter().chain(by_token).max().unwrap_or_default()
}

/// Shows the scheme and the labels of the keys.
impl fmt::Debug for Builder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let labels: Vec<_> = self.keys.iter().map(|key| &key.label).collect();
        f.debug_struct("Builder")
            .field("scheme", &self.scheme.name())
            .field("keys", &labels)
            .finish_non_exhaustive()
    }
}
