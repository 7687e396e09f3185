//! A scheme as a verifier keeps it: owned, with its header names prepared.

use http::HeaderName;

use super::join::{self, Joint, Mark};
use super::{Algorithm, Definition, Part, Scheme, SecretForm};
use crate::coverage::Coverage;
use crate::encoding::TagText;
use crate::error::ConfigError;
use crate::field::Field;
use crate::mechanism::Rules;
use crate::time::Unit;
use crate::url::PublicUrl;

/// Everything that is read of a request and hashed, in order.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) name: Box<str>,
    pub(crate) algorithm: Algorithm,
    /// How a signature is written; none where it is a token that is taken as it is.
    pub(crate) tag_text: Option<TagText>,
    pub(crate) separator: Option<u8>,
    pub(crate) groups: Option<u8>,
    /// Whether the signature headers are numbered, so that the first missing one ends them.
    pub(crate) numbered: bool,
    pub(crate) prefix: Box<[u8]>,
    pub(crate) unit: Option<Unit>,
    pub(crate) json_timestamp: Option<(Box<str>, Unit)>,
    pub(crate) coverage: Coverage,
    pub(crate) url: Option<PublicUrl>,
    pub(crate) rules: Option<Rules>,
    /// Whether the body can be hashed as it arrives.
    pub(crate) streams: bool,
    /// One layout for each family of header names, the preferred one first.
    pub(crate) layouts: Vec<Layout>,
}

/// The headers of one family, and the signed content that is made of them.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) signature: Vec<HeaderName>,
    pub(crate) timestamp: Option<TimestampPlace>,
    pub(crate) message_id: Option<(HeaderName, Box<[u8]>)>,
    pub(crate) key_id: Option<(HeaderName, Box<[u8]>)>,
    pub(crate) expected: Vec<(HeaderName, Box<[u8]>)>,
    pub(crate) before: Vec<Piece>,
    pub(crate) after: Vec<Piece>,
}

#[derive(Debug)]
pub(crate) enum TimestampPlace {
    /// The entries of the signature's list that start with this prefix.
    Beside(Box<[u8]>),
    /// A header of its own, after this prefix.
    Header(HeaderName, Box<[u8]>),
}

/// A piece of the signed content other than the body.
#[derive(Debug)]
pub(crate) enum Piece {
    Literal(Box<[u8]>),
    Timestamp,
    MessageId(Joint),
    Header(HeaderName, Joint),
    Method(Joint),
    Url { query: bool, joint: Joint },
}

impl Plan {
    pub(crate) fn new(scheme: &Scheme<'_>, url: Option<PublicUrl>) -> Result<Self, ConfigError> {
        let definition = &scheme.definition;
        let signature = scheme.signature();
        let layouts = match definition.families {
            None => vec![Layout::new(definition, url.as_ref(), |name| name.to_owned())?],
            Some([first, second]) => vec![
                Layout::new(definition, url.as_ref(), |name| name.to_owned())?,
                Layout::new(definition, url.as_ref(), |name| name.replacen(first, second, 1))?,
            ],
        };
        Ok(Self {
            name: definition.name.into(),
            algorithm: definition.algorithm,
            tag_text: TagText::new(
                definition.encoding,
                definition.algorithm.least_size(),
                definition.algorithm.tag_size(),
            ),
            separator: signature.separator.and_then(|separator| u8::try_from(separator).ok()),
            groups: signature.groups.and_then(|separator| u8::try_from(separator).ok()),
            numbered: signature.last_number().is_some(),
            prefix: signature.prefix.as_bytes().into(),
            unit: definition.timestamp.map(|(_, unit)| unit),
            json_timestamp: definition.json_timestamp.map(|(key, unit)| (key.into(), unit)),
            coverage: scheme.coverage(),
            url,
            rules: definition.rules,
            streams: scheme.streams(),
            layouts,
        })
    }
}

impl Layout {
    fn new(
        definition: &Definition<'_>,
        url: Option<&PublicUrl>,
        family: impl Fn(&str) -> String,
    ) -> Result<Self, ConfigError> {
        let header = |name: &str| {
            HeaderName::from_bytes(family(name).as_bytes()).map_err(|_| ConfigError::Scheme {
                scheme: definition.name.to_owned(),
                flaw: "this is not the name of a header",
                at: Some(name.to_owned()),
            })
        };
        let signature = definition.signature.iter().flat_map(Field::header_names);
        let signature = signature.map(|name| header(&name)).collect::<Result<Vec<_>, _>>()?;
        let timestamp = match definition.timestamp {
            None => None,
            Some((field, _)) if field.separator.is_some() => {
                Some(TimestampPlace::Beside(field.prefix.as_bytes().into()))
            }
            Some((field, _)) => {
                Some(TimestampPlace::Header(header(field.header)?, field.prefix.as_bytes().into()))
            }
        };
        let place = |field: Field<'_>| Ok((header(field.header)?, field.prefix.as_bytes().into()));
        let expect = |(name, value): &(&str, &str)| Ok((header(name)?, value.as_bytes().into()));
        let mut layout = Self {
            signature,
            timestamp,
            message_id: definition.message_id.map(place).transpose()?,
            key_id: definition.key_id.map(place).transpose()?,
            expected: definition.expected().iter().map(expect).collect::<Result<Vec<_>, _>>()?,
            before: Vec::new(),
            after: Vec::new(),
        };
        for (index, part) in definition.parts().iter().enumerate() {
            let joint = joint(definition, index, url);
            let piece = match *part {
                Part::Body => continue,
                Part::Literal(text) => Piece::Literal(text.as_bytes().into()),
                Part::Timestamp => Piece::Timestamp,
                Part::MessageId => Piece::MessageId(joint),
                Part::Header(name) => Piece::Header(header(name)?, joint),
                Part::Method => Piece::Method(joint),
                Part::Url => Piece::Url { query: true, joint },
                Part::UrlWithoutQuery => Piece::Url { query: false, joint },
            };
            if join::before_body(definition, index) {
                layout.before.push(piece);
            } else {
                layout.after.push(piece);
            }
        }
        Ok(layout)
    }

    /// The names of all headers that tell one family from another.
    pub(super) fn headers(&self) -> impl Iterator<Item = &HeaderName> {
        let timestamp = match &self.timestamp {
            Some(TimestampPlace::Header(name, _)) => Some(name),
            _ => None,
        };
        let message_id = self.message_id.as_ref().map(|(name, _)| name);
        self.signature.iter().chain(timestamp).chain(message_id)
    }
}

fn joint(definition: &Definition<'_>, index: usize, url: Option<&PublicUrl>) -> Joint {
    let text: Box<[u8]> = match join::mark(definition, index) {
        Mark::Own | Mark::Missing => return Joint::Free,
        Mark::Colon => return Joint::NoColon,
        Mark::Literal(text) => text.as_bytes().into(),
        Mark::Url => url.map(PublicUrl::text).unwrap_or_default().as_bytes().into(),
    };
    if join::before_body(definition, index) { Joint::EndsBefore(text) } else { Joint::StartsAfter(text) }
}

impl SecretForm<'_> {
    /// The form in words.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Text => "text".to_owned(),
            Self::TextWithout(prefix) => format!("text without {prefix:?} before it"),
            Self::Base64 => "base64".to_owned(),
            Self::Base64After(prefix) => format!("base64 after {prefix:?}"),
            Self::Hex => "hexadecimal".to_owned(),
        }
    }
}
