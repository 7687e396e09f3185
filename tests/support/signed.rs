//! Genuine requests of every scheme, mechanisms too, signed by the library's own signer.

use base64::Engine as _;
use hooksig::{
    Algorithm, Builder, Kind, PrivateKey, PublicKey, Scheme, Secret, SignedRequest, Signer, UnixTime,
    Verifier,
};

use super::sender;

/// Where every request of this signer goes.
pub const URL: &str = "https://hooks.example.com/in?tenant=1";

/// A 2048-bit key that was made for this test and signs nothing else.
const RSA_KEY: &str = include_str!("../keys/test-rsa.pem");
const RSA_PUBLIC_KEY: &str = include_str!("../keys/test-rsa.pub.pem");

/// The secret of the scheme, with its algorithm where a secret has to say that.
pub fn secret(scheme: &Scheme<'_>) -> Secret {
    let secret = sender::secret(scheme);
    if scheme.name() == "vonage-sms" { secret.with_algorithm(Algorithm::HmacSha512) } else { secret }
}

/// The scheme run backwards, under the keys of [`quiet_verifier`].
pub fn signer(scheme: &Scheme<'_>) -> Signer {
    use p256::pkcs8::EncodePrivateKey as _;
    let signer = match scheme.algorithm() {
        Algorithm::Ed25519 => {
            let seed = hex::encode(sender::ed25519_key().to_bytes());
            Signer::with_private_key(*scheme, &PrivateKey::new(seed))
        }
        Algorithm::EcdsaP256 => {
            let der = sender::p256_key().to_pkcs8_der().unwrap();
            let base64 = base64::engine::general_purpose::STANDARD.encode(der.as_bytes());
            let pem = format!("-----BEGIN PRIVATE KEY-----\n{base64}\n-----END PRIVATE KEY-----\n");
            Signer::with_private_key(*scheme, &PrivateKey::new(pem))
        }
        Algorithm::Rs256 => Signer::with_private_key(*scheme, &PrivateKey::new(RSA_KEY)),
        _ => Signer::new(*scheme, secret(scheme)),
    };
    let signer = signer.unwrap().key_id(sender::KEY_ID).id("msg1");
    // A URL that is not signed may be said all the same.
    signer.url(URL).unwrap()
}

/// A verifier of the signer's requests, without a self-test.
pub fn quiet_verifier(scheme: &Scheme<'_>) -> Verifier {
    builder(scheme).build().unwrap()
}

/// Its builder.
pub fn builder<'a>(scheme: &Scheme<'a>) -> Builder<'a> {
    let builder = Verifier::builder(*scheme);
    let builder = if has_replay_keys(scheme) { builder.replay_keys() } else { builder };
    let builder = match scheme.algorithm() {
        Algorithm::Rs256 => builder.public_key("k", PublicKey::new(RSA_PUBLIC_KEY)),
        algorithm if algorithm.is_public_key() => builder.public_key("k", sender::public_key(scheme)),
        _ if scheme.names_keys() => builder.identified_key("k", sender::KEY_ID, secret(scheme)),
        _ => builder.key("k", secret(scheme)),
    };
    if scheme.needs_registered_url() {
        let query = scheme.coverage().query();
        builder.registered_url(if query { URL } else { URL.split('?').next().unwrap() })
    } else if scheme.signs_url() {
        builder.public_base("https://hooks.example.com")
    } else {
        builder
    }
}

/// Whether what is signed tells one delivery from another.
pub fn has_replay_keys(scheme: &Scheme<'_>) -> bool {
    scheme.kind() != Kind::Token && !["justcall", "synthflow"].contains(&scheme.name())
}

/// A body of the scheme's kind.
pub fn body(scheme: &Scheme<'_>) -> &'static [u8] {
    match scheme.name() {
        "adyen" => br#"{"live":"false","notificationItems":[{"NotificationRequestItem":{"pspReference":"p","merchantAccountCode":"M","merchantReference":"a:b","amount":{"value":1,"currency":"EUR"},"eventCode":"AUTHORISATION","success":"true","additionalData":{"x":"y"}}}]}"#,
        "justcall" => br#"{"webhook_url":"https://h.example/?a=b","type":"call.completed","data":{}}"#,
        "synthflow" => br#"{"call":{"call_id":"c-1"}}"#,
        "plivo" | "vonage-sms" => b"From=%2B15005550006&Text=a+b",
        _ => br#"{"event":"call_ended"}"#,
    }
}

/// A genuine request of the scheme, signed at `now`.
pub fn signed(scheme: &Scheme<'_>, now: UnixTime) -> SignedRequest {
    signer(scheme).sign(body(scheme), now).unwrap_or_else(|error| panic!("{error}"))
}
