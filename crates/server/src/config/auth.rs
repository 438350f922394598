//! How people sign in, and what a sign-up asks for: each key by itself.

use super::settings::{Auth, FieldUse, FirstFactor, PasswordRules};
use super::table::Table;
use super::value::{self, PasswordWord};
use super::{passkey, second_factor};
use phonenumber::country::Id;

/// Reads the table `deployment.auth`.
pub(super) fn read(mut table: Table<'_>) -> Auth {
    use FirstFactor::{EmailOtp, EmailPassword, MagicLink, PhoneOtp, UsernamePassword};
    let forms =
        [EmailPassword, UsernamePassword, EmailOtp, MagicLink, PhoneOtp].map(|form| (form.as_str(), form));
    const USES: [(&str, FieldUse); 3] =
        [("off", FieldUse::Off), ("optional", FieldUse::Optional), ("required", FieldUse::Required)];
    let base = Auth::default();
    let least = table.number("password_min_length", 8..=64);
    let words = table.list("password_requires", value::password_word).unwrap_or_default();
    let second_factor = second_factor::read(table.table("second_factor"));
    let auth = Auth {
        first_factor: table.one_of("first_factor", &forms).unwrap_or(base.first_factor),
        username: table.one_of("username", &USES).unwrap_or(base.username),
        first_name: table.one_of("first_name", &USES).unwrap_or(base.first_name),
        last_name: table.one_of("last_name", &USES).unwrap_or(base.last_name),
        password: PasswordRules {
            min_length: least
                .and_then(|least| usize::try_from(least).ok())
                .unwrap_or_else(|| PasswordRules::least(second_factor.policy)),
            lowercase: words.contains(&PasswordWord::Lowercase),
            uppercase: words.contains(&PasswordWord::Uppercase),
            number: words.contains(&PasswordWord::Number),
            special: words.contains(&PasswordWord::Special),
        },
        email_otp: table.flag("email_otp").unwrap_or(base.email_otp),
        magic_link: table.flag("magic_link").unwrap_or(base.magic_link),
        phone: table.one_of("phone", &USES).unwrap_or(base.phone),
        phone_otp: table.flag("phone_otp").unwrap_or(base.phone_otp),
        phone_country: table.text("phone_country", country),
        second_factor,
        passkey: passkey::read(table.table("passkey")),
    };
    table.finish();
    auth
}

/// A country by its two letters.
fn country(text: &str) -> Result<String, String> {
    match text.parse::<Id>() {
        Ok(id) if text.len() == 2 => Ok(id.as_ref().to_owned()),
        _ => Err(format!("{text:?} is no country; write its two letters, like \"DE\"")),
    }
}
