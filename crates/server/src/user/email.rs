//! Email addresses, in the one form that is compared, stored and mailed to.

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use keyrack_protocol::Code;
use std::fmt;
use unicode_normalization::UnicodeNormalization;

/// An email address in the one form that is compared, stored and mailed to: trimmed, lower-cased, its
/// domain in A-label form (UTS 46).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailAddress(String);

/// The longest local part and address (RFC 5321, sections 4.5.3.1.1 and 4.5.3.1.3).
const LOCAL_MAX: usize = 64;
const ADDRESS_MAX: usize = 254;

impl EmailAddress {
    /// Reads an address as a person typed it.
    ///
    /// The local part must be ASCII: whatever looks like a letter but is another could bring the mail to
    /// another mailbox than the one that was checked.
    ///
    /// # Errors
    /// [`Code::InvalidEmail`] when it is none.
    pub fn parse(text: &str) -> Result<Self, Code> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(Code::InvalidEmail)?;
        let domain: String = domain.nfc().collect();
        let domain = domain.strip_suffix('.').unwrap_or(&domain);
        let domain = Uts46::new()
            .to_ascii(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::Check, DnsLength::Verify)
            .map_err(|_| Code::InvalidEmail)?;
        let address = format!("{}@{domain}", local.to_ascii_lowercase());
        let fits = is_local_part(local) && is_domain(&domain) && address.len() <= ADDRESS_MAX;
        fits.then_some(Self(address)).ok_or(Code::InvalidEmail)
    }

    /// As it is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Shortened for a screen that others may see: `a•••@example.com`.
    #[must_use]
    pub fn masked(&self) -> String {
        let (local, domain) = self.0.split_once('@').unwrap_or((&self.0, ""));
        let first = local.chars().next().unwrap_or('•');
        format!("{first}•••@{domain}")
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// A dot-atom (RFC 5322, section 3.2.3): what every mail server takes without quoting.
fn is_local_part(local: &str) -> bool {
    let atom = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
    };
    local.len() <= LOCAL_MAX && local.split('.').all(atom)
}

/// At least two labels, the last one no number: an address of a host, not of a machine.
fn is_domain(domain: &str) -> bool {
    domain.rsplit_once('.').is_some_and(|(_, last)| !last.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(text: &str) -> String {
        EmailAddress::parse(text).map_or_else(|_| format!("refused {text:?}"), |address| address.0)
    }

    #[test]
    fn l01_every_spelling_of_one_address_is_the_same_address() {
        for spelling in ["v@ex.com", "V@EX.COM", "v@ex.com.", " v@ex.com", "v@ｅｘ.com", "v@e\u{ad}x.com"] {
            assert_eq!(stored(spelling), "v@ex.com");
        }
        assert_eq!(stored("v@bücher.example"), "v@xn--bcher-kva.example");
        assert_eq!(stored("v@BU\u{308}CHER.example"), "v@xn--bcher-kva.example");
        assert_eq!(stored("v@xn--bcher-kva.example"), "v@xn--bcher-kva.example");
        assert_eq!(stored("first.last+tag@ex.com"), "first.last+tag@ex.com");
    }

    #[test]
    fn l01_a_label_that_decodes_to_ascii_or_not_at_all_is_refused() {
        for wrong in ["v@xn--example-.org", "v@xn--ex-.com", "v@xn--999999999.com", "v@xn--a"] {
            assert_eq!(stored(wrong), format!("refused {wrong:?}"));
        }
    }

    #[test]
    fn l02_look_alikes_are_refused_rather_than_mailed_to_somebody_else() {
        let wrong = [
            "v＠ex.com",
            "v\u{fe6b}ex.com",
            "ı@ex.com",
            "\u{212a}@ex.com",
            "ﬁ@ex.com",
            "a\u{ad}b@ex.com",
            "a\u{200b}b@ex.com",
            "\u{202e}a@ex.com",
            "a@b@ex.com",
            "\"e@attacker.com\"@victim.com",
            "a b@ex.com",
            "a@ex.com,b@ex.com",
            "a@ex.com\r\nBcc: b@ex.com",
            "<a@ex.com>",
            "a@[127.0.0.1]",
            "a@127.0.0.1",
            "a@ex",
            "@ex.com",
            "a@",
            "",
            ".a@ex.com",
            "a..b@ex.com",
            "a@-ex.com",
            "a@ex..com",
        ];
        for address in wrong {
            assert_eq!(stored(address), format!("refused {address:?}"));
        }
        assert_eq!(EmailAddress::parse(&format!("{}@ex.com", "a".repeat(65))), Err(Code::InvalidEmail));
    }
}
