//! Which phone numbers codes are sent to. The answer follows from the number and from what the operator decided alone,
//! so it says nothing about accounts.

use super::phone::E164;
use crate::app::Site;
use crate::config::Restrictions;
use crate::error::Result as Answer;
use crate::mail::{self, Message};
use crate::world::Sms;
use keyrack_protocol::Code;
use phonenumber::metadata::DATABASE;
use phonenumber::{PhoneNumber, Type};

/// Whether codes may be sent to a number.
///
/// # Errors
/// `invalid_phone_number` for one that takes no text messages or whose owner earns with each of them;
/// `COUNTRY_RESTRICTED`, `VOIP_NUMBER_BLOCKED`.
pub fn check(rules: &Restrictions, phone: &E164) -> Result<(), Code> {
    let number: PhoneNumber = phone.as_str().parse().map_err(|_| Code::InvalidPhoneNumber)?;
    let kind = number.number_type(&DATABASE);
    let takes_none = [
        Type::PremiumRate,
        Type::SharedCost,
        Type::TollFree,
        Type::Uan,
        Type::Voicemail,
        Type::Emergency,
        Type::ShortCode,
        Type::StandardRate,
        Type::Carrier,
    ];
    if takes_none.contains(&kind) {
        return Err(Code::InvalidPhoneNumber);
    }
    let country = phone.country();
    let allowed = |country: &String| rules.phone_countries.contains(country);
    if !rules.phone_countries.is_empty() && !country.as_ref().is_some_and(allowed) {
        return Err(Code::CountryRestricted);
    }
    if rules.block_voip_numbers && kind == Type::Voip {
        return Err(Code::VoipNumberBlocked);
    }
    Ok(())
}

/// Writes a text message, if codes may be sent to that number: every room that sends one asks here, because what an operator
/// decided may have changed since the number was taken.
///
/// # Errors
/// As [`check`]; else only if it cannot be written.
pub fn sms(
    site: &Site,
    message: &Message,
    (language, to): (&str, &str),
    facts: &[(&str, &str)],
) -> Answer<Sms> {
    check(&site.config.restrictions, &E164::parse(to, None)?)?;
    mail::render_sms(site, message, (language, to), facts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(rules: &Restrictions, number: &str) -> Result<(), Code> {
        E164::parse(number, None).and_then(|phone| check(rules, &phone))
    }

    #[test]
    fn d11_nobody_earns_with_a_code() {
        let rules = Restrictions::default();
        for number in ["+19005551234", "+499001234567", "+449012345678", "+18005551234", "+498001234567"] {
            assert_eq!(said(&rules, number), Err(Code::InvalidPhoneNumber), "{number}");
        }
        for number in ["+14155552671", "+4915112345678", "+447400123456"] {
            assert_eq!(said(&rules, number), Ok(()), "{number}");
        }
    }

    #[test]
    fn a_country_is_told_from_others_with_its_dial_code() {
        let rules = Restrictions { phone_countries: vec!["CA".to_owned()], ..Restrictions::default() };
        assert_eq!(said(&rules, "+14165552671"), Ok(()));
        assert_eq!(said(&rules, "+14155552671"), Err(Code::CountryRestricted));
    }
}
