//! Phone numbers as people type them to sign in: with or without their country.
//!
//! Older forms drop the country and send what is dialled at home. Such digits mean the number of this deployment's that has
//! them behind its country's code; where several have, the one in the deployment's own country.

use crate::app::Site;
use crate::db::Snapshot;
use crate::error::Result;
use crate::id::UserId;
use crate::params;
use crate::user::phone::E164;
use keyrack_protocol::Code;
use phonenumber::metadata::DATABASE;
use std::fmt::Write;
use std::sync::OnceLock;

/// Digits of a number that is dialled at home (ITU-T E.164 has at most 15 with the country's).
const DIGITS: std::ops::RangeInclusive<usize> = 4..=15;

/// A number that was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Number {
    /// With its country.
    Whole(E164),
    /// As it is dialled at home.
    AtHome(String),
}

impl Number {
    /// Reads what was typed; `country` names a country by dial code or by two letters, if anything did.
    ///
    /// # Errors
    /// [`Code::InvalidPhoneNumber`] when it can be no number.
    pub fn parse(text: &str, country: Option<&str>) -> std::result::Result<Self, Code> {
        if text.trim_start().starts_with('+') || country.is_some() {
            return E164::parse(text, country).map(Self::Whole);
        }
        let digits: String =
            text.trim().chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '/' | '(' | ')')).collect();
        let fits = DIGITS.contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
        fits.then_some(Self::AtHome(digits)).ok_or(Code::InvalidPhoneNumber)
    }

    /// What is counted and kept where nobody has it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Whole(number) => number.as_str(),
            Self::AtHome(digits) => digits,
        }
    }

    /// Who has proved it, and the number in full; none if nobody has, or nobody knows which of several is meant.
    ///
    /// # Errors
    /// What the database says.
    pub fn find(&self, on: &mut Snapshot<'_>, site: &Site) -> Result<Option<(UserId, String)>> {
        let mut found = match self {
            Self::Whole(number) => {
                let owner = owner(on, &site.config.id, number.as_str())?;
                owner.map(|owner| (owner, number.as_str().to_owned())).into_iter().collect()
            }
            Self::AtHome(digits) => {
                let behind_trunk = digits.strip_prefix('0').unwrap_or(digits);
                read(on.query(at_home(), params![&site.config.id, digits, behind_trunk])?)?
            }
        };
        if found.len() > 1 {
            let own = site.config.auth.phone_country.as_deref().and_then(dial_code).unwrap_or_default();
            found.retain(|(_, phone)| !own.is_empty() && phone.starts_with(&own));
        }
        Ok(if found.len() == 1 { found.pop() } else { None })
    }
}

/// Who has proved a number in E.164.
///
/// # Errors
/// What the database says.
pub fn owner(on: &mut Snapshot<'_>, deployment: &str, number: &str) -> Result<Option<UserId>> {
    let row = on.query_one(
        "select user_id from phone_numbers
         where deployment_id = $1 and phone = $2 and verified_at is not null order by id limit 1",
        params![deployment, number],
    )?;
    row.map(|row| Ok(UserId::stored(row.cells().text()?))).transpose()
}

fn read(rows: Vec<crate::db::Row>) -> Result<Vec<(UserId, String)>> {
    let one = |row: crate::db::Row| {
        let mut cells = row.cells();
        Ok((UserId::stored(cells.text()?), cells.text()?))
    };
    rows.into_iter().map(one).collect()
}

/// The dial code of a country that two letters name: `+49`.
fn dial_code(letters: &str) -> Option<String> {
    Some(format!("+{}", DATABASE.by_id(letters)?.country_code()))
}

/// Finds digits behind the code of any country: an index finds each number, where no index finds an end.
fn at_home() -> &'static str {
    static SQL: OnceLock<String> = OnceLock::new();
    SQL.get_or_init(|| {
        let codes = (1..=999_u16).filter(|code| DATABASE.by_code(code).is_some());
        let mut all = String::new();
        for code in codes {
            let comma = if all.is_empty() { "" } else { ", " };
            let _ = write!(all, "{comma}'+{code}' || $2, '+{code}' || $3");
        }
        format!(
            "select user_id, phone from phone_numbers where deployment_id = $1 and verified_at is not null
             and phone in ({all}) order by id limit 10"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_a_number_with_its_country_or_as_it_is_dialled_at_home() {
        let whole = |text: &str| Number::parse(text, None).map(|number| number.as_str().to_owned());
        assert_eq!(whole("+49 1511 2345678"), Ok("+4915112345678".to_owned()));
        assert_eq!(Number::parse("01511 2345678", None), Ok(Number::AtHome("015112345678".to_owned())));
        for country in ["+49", "DE", "de"] {
            let number = Number::parse("01511 2345678", Some(country)).unwrap();
            assert_eq!(number.as_str(), "+4915112345678", "{country}");
        }
        for wrong in ["", "12", "1234567890123456", "015x1", "٠١٢٣٤٥٦", "+49", "+999123456789"] {
            assert_eq!(Number::parse(wrong, None), Err(Code::InvalidPhoneNumber), "{wrong}");
        }
        assert_eq!(dial_code("DE"), Some("+49".to_owned()));
        assert!(at_home().contains("'+49' || $2"));
    }
}
