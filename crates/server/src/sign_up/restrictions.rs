//! Who may sign up. Every answer follows from what was typed and what the operator decided alone, so that none
//! of them says anything about accounts.

use crate::config::{Listed, Restrictions, SignUpMode, folded};
use crate::user::disposable::is_disposable;
use crate::user::email::EmailAddress;
use keyrack_protocol::Code;

/// Whether people may sign up by themselves at all.
///
/// # Errors
/// `SIGNUP_RESTRICTED`, `SIGNUP_WAITLIST_ONLY`.
pub fn check_mode(rules: &Restrictions) -> Result<(), Code> {
    match rules.sign_up_mode {
        SignUpMode::Public => Ok(()),
        SignUpMode::Restricted => Err(Code::SignupRestricted),
        SignUpMode::Waitlist => Err(Code::SignupWaitlistOnly),
    }
}

/// Whether this address may sign up under these names (username, first and last name; `""` for none), where it may
/// at all.
///
/// # Errors
/// `EMAIL_BLOCKED`, `EMAIL_NOT_ALLOWED`, `DISPOSABLE_EMAIL_BLOCKED`, `BANNED_KEYWORD`.
pub fn check(rules: &Restrictions, email: &EmailAddress, names: &[&str]) -> Result<(), Code> {
    let (local, domain) = email.as_str().rsplit_once('@').unwrap_or_default();
    let (mailbox, tag) = local.split_once('+').map_or((local, None), |(mailbox, tag)| (mailbox, Some(tag)));
    // Whoever is blocked is so under every subaddress.
    let plain = format!("{mailbox}@{domain}");
    let blocked = |entry: &Listed| matches(entry, email.as_str(), domain) || matches(entry, &plain, domain);
    if rules.blocklist.iter().any(blocked) || (rules.block_subaddresses && tag.is_some()) {
        return Err(Code::EmailBlocked);
    }
    let allowed = |entry: &Listed| matches(entry, email.as_str(), domain);
    if !rules.allowlist.is_empty() && !rules.allowlist.iter().any(allowed) {
        return Err(Code::EmailNotAllowed);
    }
    if rules.block_disposable_emails && is_disposable(domain) {
        return Err(Code::DisposableEmailBlocked);
    }
    std::iter::once(&local).chain(names).try_for_each(|name| check_name(rules, name))
}

/// Whether no banned keyword is part of a name.
///
/// # Errors
/// `BANNED_KEYWORD`.
pub fn check_name(rules: &Restrictions, name: &str) -> Result<(), Code> {
    let name = folded(name);
    match rules.banned_keywords.iter().any(|keyword| name.contains(keyword.as_str())) {
        false => Ok(()),
        true => Err(Code::BannedKeyword),
    }
}

fn matches(entry: &Listed, address: &str, domain: &str) -> bool {
    match entry {
        Listed::Address(listed) => listed == address,
        Listed::Domain(listed) => listed == domain,
        Listed::Below(listed) => {
            domain.strip_suffix(listed.as_str()).is_some_and(|front| front.ends_with('.'))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(rules: &Restrictions, email: &str) -> Result<(), Code> {
        check(rules, &EmailAddress::parse(email).unwrap(), &["", "Ada", "Lovelace"])
    }

    fn listed(domain: &str) -> Vec<Listed> {
        vec![
            Listed::Domain(domain.to_owned()),
            Listed::Below(domain.to_owned()),
            Listed::Address("ada@home.org".to_owned()),
        ]
    }

    #[test]
    fn nothing_is_refused_where_nothing_is_said() {
        assert_eq!(said(&Restrictions::default(), "ada+x@mailinator.com"), Ok(()));
    }

    #[test]
    fn an_allowlist_lets_in_what_is_on_it_and_nothing_like_it() {
        let rules = Restrictions { allowlist: listed("example.com"), ..Restrictions::default() };
        for email in ["a@example.com", "A@EXAMPLE.COM", "a@mail.example.com", "ada@home.org"] {
            assert_eq!(said(&rules, email), Ok(()), "{email}");
        }
        for email in [
            "a@evilexample.com",
            "a@example.com.evil.org",
            "bob@home.org",
            "ada+x@home.org",
            "example.com@evil.org",
        ] {
            assert_eq!(said(&rules, email), Err(Code::EmailNotAllowed), "{email}");
        }
    }

    #[test]
    fn a_blocked_mailbox_is_blocked_under_every_subaddress_and_the_blocklist_wins() {
        let rules = Restrictions {
            blocklist: listed("example.com"),
            allowlist: listed("example.com"),
            ..Restrictions::default()
        };
        for email in ["a@example.com", "a@b.example.com", "ada@home.org", "ada+x@home.org"] {
            assert_eq!(said(&rules, email), Err(Code::EmailBlocked), "{email}");
        }
        let rules = Restrictions { blocklist: listed("example.com"), ..Restrictions::default() };
        assert_eq!(said(&rules, "adam@home.org"), Ok(()));
    }

    #[test]
    fn subaddresses_and_throw_away_services_are_refused_when_asked_for() {
        let rules = Restrictions { block_subaddresses: true, ..Restrictions::default() };
        assert_eq!(said(&rules, "a+b@example.com"), Err(Code::EmailBlocked));
        assert_eq!(said(&rules, "ab@example.com"), Ok(()));
        let rules = Restrictions { block_disposable_emails: true, ..Restrictions::default() };
        for email in ["a@mailinator.com", "o'neill@sub.mailinator.com"] {
            assert_eq!(said(&rules, email), Err(Code::DisposableEmailBlocked), "{email}");
        }
        for email in ["a@gmail.com", "o'neill@example.com", "a@xn--bcher-kva.example"] {
            assert_eq!(said(&rules, email), Ok(()), "{email}");
        }
    }

    #[test]
    fn a_banned_keyword_is_found_anywhere_however_it_is_typed() {
        let rules = Restrictions { banned_keywords: vec!["admin".to_owned()], ..Restrictions::default() };
        let email = EmailAddress::parse("a@example.com").unwrap();
        for name in ["admin", "ADMIN", "theadministrator", "ａｄｍｉｎ"] {
            assert_eq!(check(&rules, &email, &[name]), Err(Code::BannedKeyword), "{name}");
        }
        assert_eq!(
            check(&rules, &EmailAddress::parse("x.admin@example.com").unwrap(), &[]),
            Err(Code::BannedKeyword)
        );
        // The domain is not the person's choice.
        assert_eq!(check(&rules, &EmailAddress::parse("x@admin.com").unwrap(), &["Adam", "Minn"]), Ok(()));
    }
}
