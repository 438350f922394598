//! What a new password must be.

use super::{MAX_LENGTH, common, names};
use crate::config::{Deployment, PasswordRules};
use crate::error::{Error, Result};
use keyrack_protocol::Code;

/// Checks a new password against a deployment's rules, the names and addresses of whoever it is for (`""` where
/// there is none), and the common and breached ones. It is kept exactly as typed.
///
/// # Errors
/// [`Code::PasswordTooShort`], [`Code::PasswordTooLong`], [`Code::PasswordTooSimple`], [`Code::PasswordNamesYou`] or
/// [`Code::PasswordBreached`].
pub fn check(config: &Deployment, password: &str, of: &[&str]) -> Result<()> {
    let rules = &config.auth.password;
    has_length(rules, password)?;
    has_kinds(rules, password)?;
    let names: Vec<&str> = of.iter().copied().chain([config.app_name.as_str()]).collect();
    if names::is_made_of(password, &names) {
        return Err(Code::PasswordNamesYou.into());
    }
    if common::is_common(password) { Err(Code::PasswordBreached.into()) } else { Ok(()) }
}

fn has_length(rules: &PasswordRules, password: &str) -> Result<()> {
    // Bytes first: a megabyte is refused before it is counted.
    if password.len() > MAX_LENGTH * 4 {
        return Err(Code::PasswordTooLong.into());
    }
    match password.chars().count() {
        short if short < rules.min_length => {
            let says = format!("The password is too short; use at least {} characters.", rules.min_length);
            Err(Error::refused(Code::PasswordTooShort, says))
        }
        long if long > MAX_LENGTH => Err(Code::PasswordTooLong.into()),
        _ => Ok(()),
    }
}

fn has_kinds(rules: &PasswordRules, password: &str) -> Result<()> {
    let has = |kind: fn(char) -> bool| password.chars().any(kind);
    let kinds = [
        (rules.lowercase, has(char::is_lowercase), "a lower-case letter"),
        (rules.uppercase, has(char::is_uppercase), "an upper-case letter"),
        (rules.number, has(char::is_numeric), "a digit"),
        (rules.special, has(|c| !c.is_alphanumeric()), "a character that is neither letter nor digit"),
    ];
    match kinds.iter().find(|(asked, is_there, _)| *asked && !is_there) {
        Some((_, _, kind)) => {
            Err(Error::refused(Code::PasswordTooSimple, format!("The password needs {kind}.")))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Mode;

    fn said(config: &Deployment, password: &str) -> std::result::Result<(), Code> {
        check(config, password, &["Ada", "Lovelace", "ada@example.com"]).map_err(|error| error.code())
    }

    /// So many characters that nobody has used.
    fn varied(length: usize) -> String {
        (0..length).map(|n| char::from(b'!' + u8::try_from(n * n % 89).unwrap())).collect()
    }

    #[test]
    fn c05_a_password_has_15_characters_and_nothing_else_is_asked_of_it() {
        let config = Deployment::built_in(4400, Mode::Staging);
        for (fine, why) in [
            ("fifteen letters", "15 characters"),
            ("\u{0}ne and two and three", "NUL"),
            ("  a space at both ends  ", "spaces"),
            ("🦀 in a 🦊 suit 🦀🐝", "counted in characters, not in bytes"),
            (&varied(64), "64"),
            (&varied(128), "128"),
        ] {
            assert_eq!(said(&config, fine), Ok(()), "{why}");
        }
        assert_eq!(said(&config, "fourteen chars"), Err(Code::PasswordTooShort));
        assert_eq!(said(&config, &varied(129)), Err(Code::PasswordTooLong));
        assert_eq!(said(&config, &"a".repeat(1 << 20)), Err(Code::PasswordTooLong));
        assert_eq!(said(&config, "ada lovelace 1815"), Err(Code::PasswordNamesYou));
        assert_eq!(said(&config, "password12345678"), Err(Code::PasswordBreached));
        let mut mine = Deployment::built_in(4400, Mode::Staging);
        "Analytical".clone_into(&mut mine.app_name);
        assert_eq!(said(&mine, "analytical xkq 82"), Err(Code::PasswordNamesYou));
        assert_eq!(said(&config, "analytical xkq 82"), Ok(()));
    }
}
