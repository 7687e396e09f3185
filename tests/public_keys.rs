//! Public keys and their signatures: weak keys, forms, several keys.
#![cfg(all(feature = "ecdsa", feature = "ed25519"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use hooksig::{
    ConfigError, Draft, Encoding, ErrorKind, Field, Key, Part, PublicKey, Scheme, Secret, SecretForm,
    UnixTime, Verifier, providers,
};
use support::sender;

const NOW: UnixTime = UnixTime::from_secs(1_763_700_000);

const ED25519: Scheme<'static> = bare(Scheme::ed25519("bare-ed25519"));
const P256: Scheme<'static> = bare(Scheme::ecdsa_p256("bare-p256"));

const fn bare(draft: Draft<'static>) -> Scheme<'static> {
    let draft = draft.signature(Field::whole("x-signature"), Encoding::Hex);
    draft.secret(&[SecretForm::Hex]).signs(&[Part::Body])
}

#[test]
fn weak_and_malformed_keys_are_refused_at_set_up() {
    let error = |scheme, key: &str| Verifier::with_public_key(scheme, PublicKey::new(key)).unwrap_err();
    let small_order = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    ];
    let malformed = ["", " ", "00", "zz", &"ff".repeat(32), &"02".repeat(31), &"02".repeat(33)];
    for key in small_order.into_iter().chain(malformed) {
        assert!(matches!(error(ED25519, key), ConfigError::UnreadablePublicKey { .. }), "{key}");
        assert!(matches!(error(P256, key), ConfigError::UnreadablePublicKey { .. }), "{key}");
    }
    assert_eq!(
        error(providers::DISCORD, "not hex").to_string(),
        "the public key \"default\" is not hexadecimal of a sound Ed25519 key, or PEM"
    );
    assert!(
        Verifier::with_public_key(providers::STANDARD_WEBHOOKS_V1A, PublicKey::new("whsec_AAAA")).is_err()
    );
}

#[test]
fn a_secret_is_no_public_key_and_the_reverse() {
    let secret =
        Verifier::new(providers::TELNYX, Secret::new("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="));
    assert_eq!(secret.unwrap_err().to_string(), "the key \"default\" has to be a public key for this scheme");
    let public = Verifier::with_public_key(providers::GITHUB, PublicKey::new("test"));
    assert_eq!(public.unwrap_err().to_string(), "the key \"default\" has to be a secret for this scheme");
}

#[test]
fn keys_are_read_from_pem_and_der_too() {
    use p256::pkcs8::EncodePublicKey as _;
    let (_, headers) = sender::genuine(&providers::SENDGRID, b"{}\r\n", NOW);
    let key = sender::p256_key();
    let pem = |base64: String| format!("-----BEGIN PUBLIC KEY-----\n{base64}\n-----END PUBLIC KEY-----\n");
    let der = key.verifying_key().to_public_key_der().unwrap();
    let base64 = String::from_utf8(sender::encode(Encoding::Base64, der.as_bytes())).unwrap();
    for text in [
        pem(base64.clone()),
        base64.clone(),
        format!(" {base64}\n"),
        pem(base64.clone()).replace('\n', "\r\n"),
    ] {
        let verifier = Verifier::with_public_key(providers::SENDGRID, PublicKey::new(text)).unwrap();
        assert!(verifier.verify_at(&headers, b"{}\r\n", NOW).is_ok());
        assert_eq!(verifier.verify_at(&headers, b"{}", NOW).unwrap_err().kind(), ErrorKind::Mismatch);
    }
    assert!(
        Verifier::with_public_key(
            providers::SENDGRID,
            PublicKey::new(pem(base64).replace("PUBLIC", "PRIVATE"))
        )
        .is_err()
    );
}

#[test]
fn several_keys_and_signatures() {
    let scheme = providers::STANDARD_WEBHOOKS_V1A;
    let (message, headers) = sender::genuine(&scheme, b"{}", NOW);
    let other = PublicKey::new("whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=");
    let verifier = Verifier::builder(scheme)
        .public_key("other", other.clone())
        .public_key("test", sender::public_key(&scheme))
        .build()
        .unwrap();
    assert_eq!(verifier.verify_at(&headers, b"{}", NOW).unwrap().key(), "test");
    let genuine = headers["webhook-signature"].to_str().unwrap().to_owned();
    let wrong = format!("v1a,{}", "A".repeat(86) + "==");
    for list in [format!("{wrong} {genuine}"), format!("v1,AAAA {genuine} v1a,spoilt")] {
        let mut headers = headers.clone();
        headers.insert("webhook-signature", list.parse().unwrap());
        assert!(verifier.verify_at(&headers, &message.body, NOW).is_ok(), "{list}");
    }
    let retired = Verifier::builder(scheme)
        .public_key("other", other)
        .with_key(Key::public("test", sender::public_key(&scheme)).until(UnixTime::from_secs(1_763_699_999)))
        .build()
        .unwrap();
    assert_eq!(retired.verify_at(&headers, b"{}", NOW).unwrap_err().kind(), ErrorKind::Mismatch);
    let mut pending = retired.begin_at(&headers, NOW).unwrap();
    pending.update(b"{}");
    assert_eq!(pending.finish().unwrap_err().kind(), ErrorKind::Mismatch);
}

#[test]
fn a_streamed_body_is_kept_up_to_the_limit() {
    let (message, headers) = sender::genuine(&providers::TELNYX, &[b'x'; 100], NOW);
    for (limit, kept) in [(100, true), (99, false)] {
        let verifier = sender::builder(&providers::TELNYX).max_body(limit).build().unwrap();
        let mut pending = verifier.begin_at(&headers, NOW).unwrap();
        message.body.chunks(30).for_each(|chunk| pending.update(chunk));
        let verdict = pending.finish().map(|_| ()).map_err(|error| error.kind());
        assert_eq!(verdict, if kept { Ok(()) } else { Err(ErrorKind::BodyTooLarge) });
    }
    assert!(!providers::TELNYX.streams());
}

#[test]
fn a_revoked_public_key_leaves_others_of_its_label() {
    let scheme = providers::STANDARD_WEBHOOKS_V1A;
    let (_, headers) = sender::genuine(&scheme, b"{}", NOW);
    let other = PublicKey::new("whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=");
    let verifier = Verifier::builder(scheme).public_key("k", other.clone()).build().unwrap();
    assert!(verifier.keys().revoke("k"));
    verifier.keys().replace([Key::public("k", sender::public_key(&scheme))]).unwrap();
    assert!(verifier.verify_at(&headers, b"{}", NOW).is_ok(), "another key");
    verifier.keys().replace([Key::public("k", other)]).unwrap();
    assert_eq!(verifier.verify_at(&headers, b"{}", NOW).unwrap_err().kind(), ErrorKind::NoActiveKey);
}

#[test]
fn signatures_times_keys_are_limited() {
    let scheme = providers::STANDARD_WEBHOOKS_V1A;
    let (_, mut headers) = sender::genuine(&scheme, b"{}", NOW);
    let genuine = headers["webhook-signature"].to_str().unwrap().to_owned();
    let forged = format!("v1a,{}==", "A".repeat(86));
    let other = PublicKey::new("whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=");
    let one = Verifier::with_public_key(scheme, sender::public_key(&scheme)).unwrap();
    let two =
        Verifier::builder(scheme).public_key("other", other).public_key("k", sender::public_key(&scheme));
    let two = two.build().unwrap();
    // Each signature is verified with each key, and each time all of the body is hashed.
    for (verifier, count, accepted) in [(&one, 16, true), (&two, 8, true), (&two, 9, false)] {
        let list = [vec![forged.as_str(); count - 1], vec![&genuine]].concat().join(" ");
        headers.insert("webhook-signature", list.parse().unwrap());
        let whole = verifier.verify_at(&headers, b"{}", NOW).map(drop).map_err(|refusal| refusal.kind());
        let begun = verifier.begin_at(&headers, NOW).map(drop).map_err(|refusal| refusal.kind());
        let expected = if accepted { Ok(()) } else { Err(ErrorKind::TooManySignatures) };
        assert_eq!((whole, begun), (expected, expected), "{count}");
    }
}

/// A key's texts differ in form, line ends and width; the key is the same.
#[test]
fn a_public_key_is_the_same_however_it_is_written() {
    use p256::pkcs8::EncodePublicKey as _;
    let base64 = |bytes: &[u8]| String::from_utf8(sender::encode(Encoding::Base64, bytes)).unwrap();
    let pem = |base64: &str, width: usize, end: &str| {
        let lines = base64.as_bytes().chunks(width).map(|line| str::from_utf8(line).unwrap());
        let lines = lines.collect::<Vec<_>>().join(end);
        format!("-----BEGIN PUBLIC KEY-----{end}{lines}{end}-----END PUBLIC KEY-----{end}")
    };
    let written = |first: &str, spki: &str| {
        [first.to_owned(), spki.to_owned(), pem(spki, 64, "\n"), pem(spki, 64, "\r\n"), pem(spki, 20, "\n")]
    };
    let ed25519 = sender::ed25519_key().verifying_key().to_bytes();
    // RFC 8410: a structure of which the last 32 bytes are the key.
    let spki = [b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00".as_slice(), &ed25519].concat();
    let mut keys = vec![(providers::TELNYX, written(&base64(&ed25519), &base64(&spki)))];
    let p256 = sender::p256_key().verifying_key().to_public_key_der().unwrap();
    let p256 = base64(p256.as_bytes());
    keys.push((providers::SENDGRID, written(&p256, &p256)));
    #[cfg(feature = "rs256")]
    {
        let text = include_str!("keys/test-rsa.pub.pem");
        let lines: String = text.lines().filter(|line| !line.starts_with('-')).collect();
        keys.push((providers::GONG, written(text, &lines)));
    }
    for (scheme, texts) in keys {
        let builder = || {
            let builder = Verifier::builder(scheme);
            if scheme.signs_url() { builder.public_base("https://hooks.example.com") } else { builder }
        };
        let [first, ..] = &texts;
        for other in &texts {
            let twice =
                builder().public_key("old", PublicKey::new(first)).public_key("new", PublicKey::new(other));
            let error = twice.build().unwrap_err();
            assert!(matches!(error, ConfigError::DuplicateSecret { .. }), "{error}");

            let verifier = builder().public_key("k", PublicKey::new(first)).build().unwrap();
            assert!(verifier.keys().revoke("k"));
            verifier.keys().replace([Key::public("k", PublicKey::new(other))]).unwrap();
            assert!(verifier.keys().report(NOW)[0].revoked, "{other}");
        }
    }
}

/// Numbers of the right size; nobody has to know their factors to refuse them.
#[cfg(feature = "rs256")]
#[test]
fn an_rsa_key_is_long_odd_and_has_a_usual_exponent() {
    use rsa::pkcs8::EncodePublicKey as _;
    let parsed = |bits: usize, low: u8, exponent: u32| {
        let mut modulus = vec![0xa5; bits / 8];
        *modulus.last_mut().unwrap() = low;
        let [modulus, exponent] = [rsa::BigUint::from_bytes_be(&modulus), exponent.into()];
        let key = rsa::RsaPublicKey::new_unchecked(modulus, exponent);
        let der = key.to_public_key_der().unwrap();
        let text = String::from_utf8(sender::encode(Encoding::Base64, der.as_bytes())).unwrap();
        let builder = Verifier::builder(providers::GONG).public_base("https://hooks.example.com");
        builder.public_key("k", PublicKey::new(text)).build().is_ok()
    };
    for (bits, exponent) in [(2048, 65_537), (4096, 65_537), (2048, 65_539)] {
        assert!(parsed(bits, 0xa5, exponent), "{bits} {exponent}");
    }
    for (bits, low, exponent) in [
        (2040, 0xa5, 65_537),
        (1024, 0xa5, 65_537),
        (2048, 0xa4, 65_537),
        (2048, 0xa5, 65_538),
        (2048, 0xa5, 65_535),
        (2048, 0xa5, 17),
        (2048, 0xa5, 3),
    ] {
        assert!(!parsed(bits, low, exponent), "{bits} {low:x} {exponent}");
    }
}
