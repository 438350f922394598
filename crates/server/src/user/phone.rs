//! Phone numbers, in the one form that is compared, stored and sent to: E.164.

use keyrack_protocol::Code;
use phonenumber::country::Id;
use phonenumber::{Mode, PhoneNumber, is_valid, parse};
use std::fmt;

/// More characters than these are no number, however it is written.
const WRITTEN_MAX: usize = 40;
/// The longest number (ITU-T E.164, 6.1), with its plus.
const E164_MAX: usize = 16;

/// A phone number that can exist, as `+` and digits: no spaces, no extension, no prefix of a trunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct E164(String);

impl E164 {
    /// Reads a number as a person wrote it: with its country's code in front (`+49 151 …`), or as it is dialled in a
    /// country that `country` names by its dial code (`+49`) or its two letters (`DE`).
    ///
    /// # Errors
    /// [`Code::InvalidPhoneNumber`] when no such number can exist, or it is not certain which is meant.
    pub fn parse(text: &str, country: Option<&str>) -> Result<Self, Code> {
        let digits = plain(text).ok_or(Code::InvalidPhoneNumber)?;
        let number = match (digits.strip_prefix('+'), country.map(str::trim)) {
            (Some(_), _) => parse(None, &digits),
            (None, Some(dial)) if dial.starts_with('+') => {
                let dial = plain(dial).ok_or(Code::InvalidPhoneNumber)?;
                parse(None, format!("{dial}{digits}"))
            }
            (None, Some(letters)) => {
                let id: Id = letters.to_ascii_uppercase().parse().map_err(|_| Code::InvalidPhoneNumber)?;
                parse(Some(id), &digits)
            }
            (None, None) => return Err(Code::InvalidPhoneNumber),
        };
        let number = number.map_err(|_| Code::InvalidPhoneNumber)?;
        let e164 = number.format().mode(Mode::E164).to_string();
        let fits = is_valid(&number) && number.extension().is_none() && e164.len() <= E164_MAX;
        fits.then_some(Self(e164)).ok_or(Code::InvalidPhoneNumber)
    }

    /// As it is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Shortened for a screen that others may see: `+49•••5678`.
    #[must_use]
    pub fn masked(&self) -> String {
        let code = self.0.parse::<PhoneNumber>().map(|number| number.code().value()).unwrap_or_default();
        format!("+{code}{}", ending(&self.0))
    }

    /// The two letters of the country that it is of, where that is certain.
    #[must_use]
    pub fn country(&self) -> Option<String> {
        let number = self.0.parse::<PhoneNumber>().ok()?;
        number.country().id().map(|id| id.as_ref().to_owned())
    }
}

/// The last four digits of a number, for whoever typed it or may not see the rest: `•••5678`. Older clients take these for
/// a resend.
#[must_use]
pub fn ending(number: &str) -> String {
    let last = number.get(number.len().saturating_sub(4)..).unwrap_or_default();
    format!("•••{last}")
}

impl fmt::Display for E164 {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// The digits and the plus in front of what is written, without what separates them; none if anything else is in it.
/// What looks like a digit and is none could reach somebody else than the number that is shown.
fn plain(text: &str) -> Option<String> {
    let text = text.trim();
    if text.len() > WRITTEN_MAX {
        return None;
    }
    let mut plain = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        match c {
            '0'..='9' => plain.push(c),
            '+' if at == 0 => plain.push(c),
            ' ' | '-' | '.' | '(' | ')' | '/' | '\u{a0}' => {}
            _ => return None,
        }
    }
    plain.bytes().any(|byte| byte.is_ascii_digit()).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(text: &str, country: Option<&str>) -> String {
        E164::parse(text, country).map_or_else(|_| "refused".to_owned(), |number| number.0)
    }

    #[test]
    fn l06_every_spelling_of_one_number_is_the_same_number() {
        for (text, country) in [
            ("+1 415 555 2671", None),
            ("+14155552671", Some("+49")),
            (" +1 (415) 555-2671 ", None),
            ("4155552671", Some("+1")),
            ("(415) 555-2671", Some("US")),
            ("415.555.2671", Some("us")),
        ] {
            assert_eq!(stored(text, country), "+14155552671", "{text}");
        }
        for (text, country) in [("0151 12345678", "DE"), ("15112345678", "+49"), ("0151/12345678", "+49")] {
            assert_eq!(stored(text, Some(country)), "+4915112345678", "{text}");
        }
        assert_eq!(stored("06 1234 5678", Some("IT")), "+390612345678");
    }

    #[test]
    fn l06_what_is_no_number_or_not_certainly_one_is_refused() {
        for (text, country) in [
            ("", None),
            ("+", None),
            ("4155552671", None),
            ("0014155552671", None),
            ("+1 415 555 2671 ext. 5", None),
            ("+1 415 555 2671;ext=5", None),
            ("+14155552671x", None),
            ("+1４１５5552671", None),
            ("\u{ff0b}14155552671", None),
            ("+1415555267", None),
            ("+141555526711", None),
            ("+0014155552671", None),
            ("+9991234567", None),
            ("4155552671", Some("XX")),
            ("4155552671", Some("+")),
            ("112", Some("DE")),
            ("+1+4155552671", None),
        ] {
            assert_eq!(stored(text, country), "refused", "{text:?} in {country:?}");
        }
        assert_eq!(stored(&"1".repeat(10_000), Some("+1")), "refused");
    }

    #[test]
    fn a_number_is_masked_and_knows_its_country() {
        let number = E164::parse("+4915112345678", None).unwrap();
        assert_eq!((number.masked(), number.country()), ("+49•••5678".to_owned(), Some("DE".to_owned())));
        assert_eq!(E164::parse("+14165552671", None).unwrap().country(), Some("CA".to_owned()));
    }
}
