//! Domains as they are claimed: in one form, and only those that can be one organization's.

use super::LABEL;
use super::free::FREE_MAIL;
use crate::config::Listed;
use crate::user::disposable::is_disposable;
use crate::user::email::EmailAddress;
use keyrack_protocol::Code;

/// The longest name in the domain name system, without the dot at its end.
const NAME_MAX: usize = 253;

/// A domain in the form in which those of addresses are compared: lower-cased, in A-labels, with at least two of them,
/// and so that its record's name is not too long.
///
/// # Errors
/// [`Code::InvalidDomain`].
pub fn parse(text: &str) -> Result<String, Code> {
    // Whatever an address could not stand at is no domain here.
    let address = EmailAddress::parse(&format!("a@{}", text.trim())).map_err(|_| Code::InvalidDomain)?;
    let domain = address.as_str().strip_prefix("a@").ok_or(Code::InvalidDomain)?;
    let fits = domain.len() + LABEL.len() < NAME_MAX;
    fits.then(|| domain.to_owned()).ok_or(Code::InvalidDomain)
}

/// Whether a domain can be one organization's: no public suffix (`co.uk`, `github.io`), no provider of mail for
/// everybody, and not among what the operator refuses.
///
/// # Errors
/// [`Code::DomainNotClaimable`].
pub fn claimable(domain: &str, refused: &[Listed]) -> Result<(), Code> {
    let is_suffix = psl::domain(domain.as_bytes()).is_none();
    let is_free = FREE_MAIL.iter().any(|free| domain == *free || is_below(domain, free));
    if is_suffix || is_free || is_disposable(domain) || refused.iter().any(|entry| matches(entry, domain)) {
        return Err(Code::DomainNotClaimable);
    }
    Ok(())
}

/// The domain of a stored address.
#[must_use]
pub fn of_address(email: &str) -> &str {
    email.rsplit_once('@').map_or("", |(_, domain)| domain)
}

fn is_below(domain: &str, above: &str) -> bool {
    domain.strip_suffix(above).is_some_and(|front| front.ends_with('.'))
}

fn matches(entry: &Listed, domain: &str) -> bool {
    match entry {
        Listed::Address(_) => false,
        Listed::Domain(listed) => domain == listed,
        Listed::Below(listed) => is_below(domain, listed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l01_every_spelling_of_a_domain_is_the_same_domain() {
        for spelling in ["example.com", " EXAMPLE.com. ", "ｅｘample.com", "exam\u{ad}ple.com"] {
            assert_eq!(parse(spelling), Ok("example.com".to_owned()), "{spelling}");
        }
        for spelling in ["bücher.example", "BU\u{308}CHER.example", "xn--bcher-kva.example"] {
            assert_eq!(parse(spelling), Ok("xn--bcher-kva.example".to_owned()), "{spelling}");
        }
    }

    #[test]
    fn what_is_no_domain_is_refused() {
        let long = format!("{}.example", ["a".repeat(60).as_str(); 4].join("."));
        for wrong in [
            "",
            "com",
            "localhost",
            "https://example.com",
            "example.com/x",
            "ada@example.com",
            "*.example.com",
            "_dmarc.example.com",
            "127.0.0.1",
            "[::1]",
            "-a.com",
            "a..com",
            "exa mple.com",
            "xn--999999999.com",
            "example.com\0",
            &long,
        ] {
            assert_eq!(parse(wrong), Err(Code::InvalidDomain), "{wrong}");
        }
    }

    #[test]
    fn what_belongs_to_many_is_nobodys() {
        let refused = [Listed::Domain("ours.example".to_owned()), Listed::Below("ours.example".to_owned())];
        for many in [
            "co.uk",
            "github.io",
            "xn--55qx5d.cn",
            "xn--p1ai",
            "gmail.com",
            "mail.gmail.com",
            "outlook.com",
            "qq.com",
            "mailinator.com",
            "ours.example",
            "eu.ours.example",
        ] {
            assert_eq!(claimable(many, &refused), Err(Code::DomainNotClaimable), "{many}");
        }
        for own in ["example.co.uk", "ada.github.io", "eu.example.com", "notgmail.com", "yours.example"] {
            assert_eq!(claimable(own, &refused), Ok(()), "{own}");
        }
    }

    /// What looks alike is another domain, and shows that it is.
    #[test]
    fn j14_a_look_alike_of_a_domain_is_another_domain() {
        // A Cyrillic a.
        let alike = parse("ex\u{430}mple.com").unwrap();
        assert!(alike.starts_with("xn--") && alike != "example.com", "{alike}");
        assert_eq!(of_address("ada@example.com"), "example.com");
    }
}
