//! Text to bytes: the only room that names the hex and base64 crates.
//!
//! A received signature is public, so its decoding need not take constant time; it has one canonical
//! form, so that a sender cannot write one signature in several ways (hex digits of either case
//! excepted).

use base64::Engine;
use base64::alphabet::STANDARD as STANDARD_ALPHABET;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

/// The longest tag in bytes: HMAC-SHA512.
pub(crate) const MAX_TAG: usize = 64;

/// The longest signature in bytes: two integers of 33 bytes in DER.
pub(crate) const MAX_SIGNATURE: usize = 72;

/// A buffer for a tag or signature. Two bytes longer than the longest one, because the base64 crate
/// asks for room to the next multiple of three.
pub(crate) type TagBuffer = [u8; MAX_SIGNATURE + 2];

/// How a signature is written.
///
/// ```
/// use hooksig::{Encoding, Field, Part, Scheme, Secret, UnixTime, Verifier};
///
/// const ACME: Scheme = Scheme::hmac_sha256("acme")
///     .signature(Field::whole("x-acme-signature"), Encoding::Base64)
///     .signs(&[Part::Body]);
///
/// let verifier = Verifier::new(ACME, Secret::new("test-secret"))?;
/// // Hexadecimal where base64 is due: the header is there, and says nothing that could be compared.
/// let headers = [("x-acme-signature", "9f86d081884c7d659a2feaa0c55ad015")];
/// let refusal = verifier.verify_at(&headers, b"{}", UnixTime::from_secs(1_763_700_000)).unwrap_err();
/// assert_eq!(refusal.reason(), "malformed_signature");
/// # Ok::<(), hooksig::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoding {
    /// Hexadecimal digits of either case, two a byte.
    Hex,
    /// The standard base64 alphabet, padded, with canonical trailing bits.
    Base64,
    /// The URL-safe base64 alphabet, unpadded, with canonical trailing bits.
    Base64Url,
    /// Not encoded: the value is a token, compared as it is.
    Verbatim,
}

/// How the tags or signatures of a scheme are written: what a text has to be to be one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TagText {
    encoding: Encoding,
    least_size: usize,
    most_size: usize,
    least_width: usize,
    most_width: usize,
}

impl TagText {
    /// For tags of `least` to `most` bytes; none where they are not encoded.
    pub(crate) fn new(encoding: Encoding, least: usize, most: usize) -> Option<Self> {
        let (least_width, most_width) = (encoding.width(least)?, encoding.width(most)?);
        Some(Self { encoding, least_size: least, most_size: most, least_width, most_width })
    }

    pub(crate) fn encoding(self) -> Encoding {
        self.encoding
    }

    /// Decodes a tag or signature to the front of `tag`, and gives its size, if it is one.
    #[must_use]
    pub(crate) fn decode(&self, text: &[u8], tag: &mut TagBuffer) -> Option<usize> {
        if !(self.least_width..=self.most_width).contains(&text.len()) {
            return None;
        }
        let decoded = match self.encoding {
            Encoding::Hex => decode_hex(text, tag),
            Encoding::Base64 => STANDARD.decode_slice(text, tag).ok(),
            Encoding::Base64Url => URL_SAFE_NO_PAD.decode_slice(text, tag).ok(),
            Encoding::Verbatim => None,
        };
        decoded.filter(|size| (self.least_size..=self.most_size).contains(size))
    }
}

impl Encoding {
    /// The bytes of a tag or signature of any size, if the text is their canonical form.
    #[cfg(any(
        feature = "canonical",
        feature = "diagnose",
        feature = "fields",
        feature = "form",
        feature = "jwt"
    ))]
    pub(crate) fn decode(self, text: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Hex => hex::decode(text).ok(),
            Self::Base64 => STANDARD.decode(text).ok(),
            Self::Base64Url => URL_SAFE_NO_PAD.decode(text).ok(),
            Self::Verbatim => Some(text.to_vec()),
        }
    }

    /// Writes a tag as its sender does.
    pub(crate) fn encode(self, tag: &[u8]) -> String {
        match self {
            Self::Hex => hex::encode(tag),
            Self::Base64 => STANDARD.encode(tag),
            Self::Base64Url => URL_SAFE_NO_PAD.encode(tag),
            Self::Verbatim => String::from_utf8_lossy(tag).into_owned(),
        }
    }

    /// Characters that a tag of `size` bytes takes, where it takes a certain number.
    pub(crate) const fn width(self, size: usize) -> Option<usize> {
        match self {
            Self::Hex => Some(size.saturating_mul(2)),
            Self::Base64 => Some(size.div_ceil(3).saturating_mul(4)),
            Self::Base64Url => Some(size.saturating_mul(4).div_ceil(3)),
            Self::Verbatim => None,
        }
    }

    /// The encoding in words.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Hex => "hexadecimal",
            Self::Base64 => "base64 (padded)",
            Self::Base64Url => "base64url (unpadded)",
            Self::Verbatim => "as it is",
        }
    }
}

/// Decodes without a branch on a digit's value: signatures vary, so such a branch is mispredicted
/// half of the time and costs more than everything else here.
fn decode_hex(text: &[u8], tag: &mut TagBuffer) -> Option<usize> {
    // Runs of a fixed length: a compiler makes operations on the whole run of what is done to each digit.
    let (runs, rest) = text.as_chunks::<32>();
    let (places, _) = tag.as_chunks_mut::<16>();
    let mut wrong = 0;
    for (place, run) in places.iter_mut().zip(runs) {
        wrong |= decode_run(run, place);
    }
    let (pairs, odd) = rest.as_chunks::<2>();
    let places = tag.get_mut(runs.len().saturating_mul(16)..)?;
    for (byte, [high, low]) in places.iter_mut().zip(pairs) {
        let (high, low) = (nibble(*high), nibble(*low));
        wrong |= high | low;
        *byte = (high << 4) | (low & 0x0f);
    }
    (wrong & NOT_A_DIGIT == 0 && odd.is_empty()).then_some(text.len() / 2)
}

/// Decodes a run of digits; what it returns has [`NOT_A_DIGIT`] set if one of them is none.
fn decode_run(run: &[u8; 32], place: &mut [u8; 16]) -> u8 {
    let mut nibbles = [0; 32];
    let mut wrong = 0;
    for (nibble, byte) in nibbles.iter_mut().zip(run) {
        *nibble = self::nibble(*byte);
        wrong |= *nibble;
    }
    // Pairs as words, high digit in the low byte: each word's answer is its low byte.
    let (pairs, _) = nibbles.as_chunks::<2>();
    for (byte, pair) in place.iter_mut().zip(pairs) {
        let pair = u16::from_le_bytes(*pair);
        [*byte, _] = ((pair << 4) | (pair >> 8)).to_le_bytes();
    }
    wrong
}

/// Set in what [`nibble`] returns for a byte that is no hexadecimal digit.
const NOT_A_DIGIT: u8 = 0x80;

/// The value of a digit, by masks.
fn nibble(byte: u8) -> u8 {
    let digit = byte.wrapping_sub(b'0');
    let letter = (byte | 0x20).wrapping_sub(b'a');
    let is_digit = u8::from(digit < 10).wrapping_neg();
    let is_letter = u8::from(letter < 6).wrapping_neg();
    (digit & is_digit) | (letter.wrapping_add(10) & is_letter) | (!(is_digit | is_letter) & NOT_A_DIGIT)
}

/// A secret in hexadecimal digits of either case.
pub(crate) fn secret_from_hex(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    hex::decode(text).ok().map(Zeroizing::new)
}

/// A secret in standard base64, whose padding may be missing: dashboards drop it.
pub(crate) fn secret_from_base64(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &STANDARD_ALPHABET,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    LENIENT.decode(text).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(encoding: Encoding, text: &[u8], size: usize) -> Option<Vec<u8>> {
        let mut tag = [0; MAX_SIGNATURE + 2];
        let decoded = TagText::new(encoding, size, size)?.decode(text, &mut tag)?;
        assert_eq!(decoded, size);
        Some(tag[..size].to_vec())
    }

    #[test]
    fn hex_agrees_with_the_hex_crate_for_every_byte_at_every_position() {
        let genuine = b"00112233445566778899aAbBcCdDeEfF00112233445566778899aAbBcCdDeEfF";
        // Whole runs, and what is left of one.
        for genuine in [&genuine[..], &genuine[8..48]] {
            for position in 0..genuine.len() {
                for byte in 0..=u8::MAX {
                    let mut text = genuine.to_vec();
                    text[position] = byte;
                    let (decoded, expected) =
                        (decoded(Encoding::Hex, &text, text.len() / 2), hex::decode(&text));
                    assert_eq!(decoded, expected.ok(), "{byte} at {position}");
                }
            }
        }
    }

    #[test]
    fn wrong_digits_do_not_cancel_out() {
        for genuine in [[b'7'; 64].as_slice(), &[b'7'; 40]] {
            for position in 1..genuine.len() {
                let mut text = genuine.to_vec();
                text[position - 1..=position].fill(b'g');
                assert_eq!(decoded(Encoding::Hex, &text, text.len() / 2), None, "{position}");
            }
        }
    }

    #[test]
    fn half_a_byte_is_none() {
        let text = TagText::new(Encoding::Hex, 1, 2).unwrap();
        let mut tag = [0; MAX_SIGNATURE + 2];
        assert_eq!(text.decode(b"ab", &mut tag), Some(1));
        assert_eq!(text.decode(b"abc", &mut tag), None);
        assert_eq!(text.decode(b"abcd", &mut tag), Some(2));
    }

    #[test]
    fn a_tag_has_one_length() {
        for encoding in [Encoding::Hex, Encoding::Base64, Encoding::Base64Url] {
            for size in [20, 32, 64, MAX_SIGNATURE] {
                let tag: Vec<u8> = (1..=u8::MAX).cycle().take(size).collect();
                let text = encoding.encode(&tag);
                assert_eq!(Some(text.len()), encoding.width(size));
                assert_eq!(decoded(encoding, text.as_bytes(), size), Some(tag));
                assert_eq!(decoded(encoding, &text.as_bytes()[1..], size), None);
                assert_eq!(decoded(encoding, format!("{text}0").as_bytes(), size), None);
                assert_eq!(decoded(encoding, b"", size), None);
            }
        }
    }

    #[test]
    fn base64_is_canonical() {
        let tag = [0xff; 32];
        let text = Encoding::Base64.encode(&tag);
        assert!(text.ends_with("8="));
        for forged in
            [text.replace("8=", "9="), text.replace('/', "_"), text.replace('=', ""), text.replace('=', " ")]
        {
            assert_eq!(decoded(Encoding::Base64, forged.as_bytes(), 32), None, "{forged}");
        }
        assert_eq!(decoded(Encoding::Base64Url, text.as_bytes(), 32), None);
    }

    #[test]
    fn a_base64_secret_may_lack_its_padding() {
        assert_eq!(secret_from_base64(b"a2V5IQ==").unwrap().as_slice(), b"key!");
        assert_eq!(secret_from_base64(b"a2V5IQ").unwrap().as_slice(), b"key!");
        assert!(secret_from_base64(b"a2V5IQ\n").is_none());
        assert!(secret_from_base64(b"whsec_a2V5").is_none());
    }
}
