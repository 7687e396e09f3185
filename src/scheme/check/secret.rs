//! How the secret is read.

use super::super::{Algorithm, Definition, MAX_FORMS, SecretForm};
use super::text::{same, visible};
use super::{Flaw, flaw};

/// The longest prefix of a secret, in bytes.
const MAX_SECRET_PREFIX: usize = 16;

pub(super) const fn secret<'a>(definition: &Definition<'a>) -> Option<Flaw<'a>> {
    if definition.form_count == 0 || definition.form_count > MAX_FORMS {
        return flaw("a scheme reads its secret in one to four ways", "");
    }
    if matches!(definition.algorithm, Algorithm::StaticToken)
        && !(definition.form_count == 1 && matches!(definition.forms[0], SecretForm::Text))
    {
        return flaw("a token is compared as it is: its secret is read as text", "");
    }
    let mut index = 0;
    while index < definition.form_count {
        if let SecretForm::Base64After(prefix) | SecretForm::TextWithout(prefix) = definition.forms[index]
            && (prefix.is_empty() || prefix.len() > MAX_SECRET_PREFIX || !visible(prefix, false))
        {
            return flaw("a secret's prefix is 1 to 16 visible ASCII characters, such as `whsec_`", "");
        }
        let mut other = 0;
        while other < index {
            if is_same_form(definition.forms[other], definition.forms[index]) {
                return flaw("a secret is read in each way once", "");
            }
            other += 1;
        }
        index += 1;
    }
    None
}

pub(super) const fn is_same_form(one: SecretForm<'_>, other: SecretForm<'_>) -> bool {
    match (one, other) {
        (SecretForm::Text, SecretForm::Text)
        | (SecretForm::Base64, SecretForm::Base64)
        | (SecretForm::Hex, SecretForm::Hex) => true,
        (SecretForm::TextWithout(one), SecretForm::TextWithout(other))
        | (SecretForm::Base64After(one), SecretForm::Base64After(other)) => same(one, other),
        _ => false,
    }
}
