//! Why a set-up is refused.

/// Why a scheme, a secret or a verifier could not be set up.
///
/// Meant for the developer who reads it at start-up: it names the scheme, the variable or the label
/// concerned, and never the secret.
///
/// ```
/// use hooksig::{Secret, Verifier, providers};
///
/// let error = Verifier::new(providers::STRIPE, Secret::new("  ")).unwrap_err();
/// assert_eq!(error.to_string(), "the secret of key \"default\" is blank");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The secret is empty, consists of white space, or decodes to nothing.
    #[error("the secret of key {label:?} is blank")]
    BlankSecret {
        /// The key's label.
        label: String,
    },
    /// The secret cannot be read in any way that the scheme provides for.
    #[error("the secret of key {label:?} is not {expected}")]
    UnreadableSecret {
        /// The key's label.
        label: String,
        /// The forms that the scheme reads, in words.
        expected: String,
    },
    /// The environment variable is not set.
    #[error("the environment variable {name} is not set")]
    UnsetVariable {
        /// The variable's name.
        name: String,
    },
    /// The environment variable or the file holds nothing but white space.
    #[error("the secret in {place} is blank")]
    BlankSource {
        /// The variable or file, in words.
        place: String,
    },
    /// The environment variable is not Unicode.
    #[error("the environment variable {name} is not valid Unicode")]
    VariableNotUnicode {
        /// The variable's name.
        name: String,
    },
    /// The secret file cannot be read.
    #[error("the secret file {path} cannot be read: {why}")]
    SecretFile {
        /// The path as given.
        path: String,
        /// The operating system's reason.
        why: String,
    },
    /// The scheme contradicts itself or cannot be verified safely.
    #[error("scheme {scheme:?}: {flaw}{}", located(.at))]
    Scheme {
        /// The scheme's name.
        scheme: String,
        /// What is wrong and what would be right.
        flaw: &'static str,
        /// The header, prefix or part concerned, where there is one.
        at: Option<String>,
    },
    /// A key of a configuration is unknown, missing, or has a value that it cannot have.
    #[error("configuration key {key:?}: {problem}")]
    Config {
        /// The key, with the tables that it stands in.
        key: String,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// The verifier was given no key.
    #[error("the verifier has no key")]
    NoKey,
    /// More keys than a verifier tries.
    #[error("the verifier has {count} keys; at most {limit} can be active at once")]
    TooManyKeys {
        /// How many there are, every reading of a secret counted.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// Two keys carry the same label.
    #[error("two keys are labelled {label:?}")]
    DuplicateLabel {
        /// The label.
        label: String,
    },
    /// The scheme's sender names its key, and this one has no id.
    #[error(
        "requests of scheme {scheme:?} name their key: give the id of key {label:?} with `identified_key`"
    )]
    KeyIdNeeded {
        /// The scheme's name.
        scheme: String,
        /// The key's label.
        label: String,
    },
    /// A key was given an id although the scheme's sender names none, or it is unusable.
    #[error("the id of key {label:?} is of no use: {why}")]
    KeyId {
        /// The key's label.
        label: String,
        /// Why not.
        why: &'static str,
    },
    /// The public key cannot be read, or is weak.
    #[error("the public key {label:?} is not {expected}")]
    UnreadablePublicKey {
        /// The key's label.
        label: String,
        /// The forms that the scheme reads, in words.
        expected: String,
    },
    /// The scheme leaves the algorithm to each key, and this key does not say one that it can have; or
    /// the scheme has one of its own, and the key says another.
    #[error("the algorithm of key {label:?}: {why}")]
    KeyAlgorithm {
        /// The key's label.
        label: String,
        /// What would be right.
        why: &'static str,
    },
    /// A secret was given where the scheme needs a public key, or the reverse.
    #[error("the key {label:?} has to be {expected} for this scheme")]
    KeyKind {
        /// The key's label.
        label: String,
        /// The kind that the scheme needs.
        expected: &'static str,
    },
    /// Two keys are the same one, so that retiring one of them would change nothing.
    #[error("the keys {:?} and {:?} are one and the same", .labels[0], .labels[1])]
    DuplicateSecret {
        /// Both labels.
        labels: [String; 2],
    },
    /// A key retires in no year that anybody plans for: the moment was given in another unit.
    #[error("the key {label:?} retires after the year 9999: was its moment given in milliseconds?")]
    Retirement {
        /// The key's label.
        label: String,
    },
    /// A key's window ends before it begins.
    #[error("the window of key {label:?} ends before it begins")]
    EmptyWindow {
        /// The key's label.
        label: String,
    },
    /// A label is empty or too long.
    #[error("the label {label:?} is not 1 to {limit} bytes long")]
    LabelLength {
        /// The label.
        label: String,
        /// The longest label in bytes.
        limit: usize,
    },
    /// A freshness limit is zero or longer than a day.
    #[error("{name} is {given:?}; it can be from one second to one day, in whole seconds")]
    FreshnessLimit {
        /// The limit's name.
        name: &'static str,
        /// What was given.
        given: std::time::Duration,
    },
    /// A freshness limit was set although the scheme has no timestamp.
    #[error("{name} is set, but the scheme {scheme:?} signs no timestamp")]
    Untimed {
        /// The limit's name.
        name: &'static str,
        /// The scheme's name.
        scheme: String,
    },
    /// The scheme signs the URL and none was configured.
    #[error("the scheme {scheme:?} signs the URL: configure {configure}")]
    UrlNeeded {
        /// The scheme's name.
        scheme: String,
        /// What to configure.
        configure: &'static str,
    },
    /// A URL was configured although the scheme signs none, so that it would protect nothing.
    #[error("a public URL is set, but the scheme {scheme:?} signs none")]
    UrlUnused {
        /// The scheme's name.
        scheme: String,
    },
    /// The configured public URL is not usable.
    #[error("the public URL {url:?} {flaw}")]
    Url {
        /// The URL as given, without user, password and query.
        url: String,
        /// What is wrong with it.
        flaw: &'static str,
    },
    /// An address or block of addresses cannot be read, or there is none.
    #[error("{given:?} is neither an address nor a block of addresses, such as \"192.0.2.0/24\"")]
    Source {
        /// What was given.
        given: String,
    },
    /// Event ids were asked for, and nothing says where they stand.
    #[error("{scheme:?} has no known place for event ids: name it with `event_id_at`")]
    EventIdNeeded {
        /// The scheme's name.
        scheme: String,
    },
    /// Replay keys or event ids were asked for, and what the scheme signs cannot tell one delivery from
    /// another.
    #[error("{scheme:?} signs too little to tell one delivery from another: no replay key can be had of it")]
    NothingIdentifies {
        /// The scheme's name.
        scheme: String,
    },
    /// A request cannot be signed in this scheme.
    #[error("scheme {scheme:?} cannot sign this request: {why}")]
    Unsignable {
        /// The scheme's name.
        scheme: String,
        /// Why not: in words, or the reason for which a verifier would refuse it.
        why: &'static str,
    },
    /// The verifier's self-test failed.
    #[error("self-test of scheme {scheme:?}: {failure}")]
    SelfTest {
        /// The scheme's name.
        scheme: String,
        /// What did not hold.
        failure: String,
    },
}

fn located(at: &Option<String>) -> String {
    at.as_ref().map(|at| format!(" (at {at:?})")).unwrap_or_default()
}
