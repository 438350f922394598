//! Usernames, in the one form that is compared, stored and shown.
//!
//! A username is public, and one that looks like another's deceives whoever reads it. So letters are ASCII
//! only and kept in lower case, and of two that look alike (UTS 39, section 4) only the first can be had.

use keyrack_protocol::Code;
use std::fmt;
use unicode_security::confusable_detection::skeleton;

/// The shortest username, in characters.
pub const MIN_LENGTH: usize = 3;
/// The longest username, in characters.
pub const MAX_LENGTH: usize = 30;

/// A username: 3 to 30 of `a-z`, `0-9`, `_`, `.` and `-`, a letter first. It can be mistaken for neither an
/// address nor a phone number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username(String);

/// What would let somebody speak for the application or for whoever runs it, or be taken for a part of it.
const RESERVED: [&str; 60] = [
    "abuse",
    "account",
    "accounts",
    "admin",
    "administrator",
    "admins",
    "all",
    "anonymous",
    "api",
    "auth",
    "billing",
    "bot",
    "contact",
    "daemon",
    "everybody",
    "everyone",
    "guest",
    "help",
    "helpdesk",
    "hostmaster",
    "info",
    "keyrack",
    "legal",
    "login",
    "logout",
    "mail",
    "mailer-daemon",
    "me",
    "mod",
    "moderator",
    "moderators",
    "nobody",
    "noreply",
    "null",
    "official",
    "operator",
    "owner",
    "password",
    "payment",
    "payments",
    "postmaster",
    "privacy",
    "root",
    "security",
    "settings",
    "signin",
    "signout",
    "signup",
    "staff",
    "status",
    "superuser",
    "support",
    "sysadmin",
    "system",
    "team",
    "undefined",
    "user",
    "verified",
    "webmaster",
    "www",
];

impl Username {
    /// Reads a username as a person typed it.
    ///
    /// # Errors
    /// [`Code::InvalidUsername`] when it can be none.
    pub fn parse(text: &str) -> Result<Self, Code> {
        let text = text.trim();
        let fits = (MIN_LENGTH..=MAX_LENGTH).contains(&text.len())
            && text.starts_with(|first: char| first.is_ascii_alphabetic())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b));
        fits.then(|| Self(text.to_ascii_lowercase())).ok_or(Code::InvalidUsername)
    }

    /// Reads a username that somebody wants to have, where the application is called `app_name`.
    ///
    /// # Errors
    /// [`Code::InvalidUsername`] when it can be none, [`Code::UsernameReserved`] when nobody may have it.
    pub fn wanted(text: &str, app_name: &str) -> Result<Self, Code> {
        let username = Self::parse(text)?;
        if username.is_reserved(app_name) { Err(Code::UsernameReserved) } else { Ok(username) }
    }

    /// As it is stored and shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it looks like: equal for usernames that a reader takes for each other, such as `modern` and
    /// `rnodern`, `paul` and `pau1`.
    #[must_use]
    pub fn skeleton(&self) -> String {
        // The tables map a zero to the capital letter.
        skeleton(&self.0).collect::<String>().to_lowercase()
    }

    /// Whether nobody may have it: a word that speaks for the application or its operator, `app_name` among
    /// them, however it is spaced, also with a digit in the place of a letter.
    #[must_use]
    pub fn is_reserved(&self, app_name: &str) -> bool {
        let own = bare(&self.skeleton());
        let app_name = app_name.to_lowercase();
        let words = RESERVED.iter().copied().chain([app_name.as_str()]);
        words.map(|word| bare(&skeleton(word).collect::<String>().to_lowercase())).any(|word| word == own)
    }
}

/// A skeleton without what separates its parts; an `i` is taken for the `l` that a `1` became.
fn bare(skeleton: &str) -> String {
    skeleton.chars().filter(|c| c.is_alphanumeric()).map(|c| if c == 'i' { 'l' } else { c }).collect()
}

impl fmt::Display for Username {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(text: &str) -> String {
        Username::parse(text).map_or_else(|_| format!("refused {text:?}"), |username| username.0)
    }

    fn looks(text: &str) -> String {
        Username::parse(text).unwrap().skeleton()
    }

    #[test]
    fn l05_case_twins_are_the_same_username() {
        for spelling in ["ada.l-1_x", "Ada.L-1_X", " ADA.L-1_X "] {
            assert_eq!(stored(spelling), "ada.l-1_x");
        }
        assert_eq!(stored("ada"), "ada");
        assert_eq!(stored(&"a".repeat(30)), "a".repeat(30));
    }

    #[test]
    fn l05_what_is_no_username_is_refused() {
        let wrong = [
            "",
            "a",
            "ab",
            "v@ex.com",
            "+14155550100",
            "14155550100",
            "1ada",
            "_ada",
            ".ada",
            "-ada",
            "a da",
            "ada\u{200b}",
            "ada\u{202e}",
            "\u{430}da",
            "adа",
            "ａｄａ",
            "ada\u{301}",
            "ada/..",
            "ada\0",
            "ada\nx",
            "\u{212a}ate",
            "ſam",
        ];
        for text in wrong {
            assert_eq!(stored(text), format!("refused {text:?}"));
        }
        for length in [31, 300, 1 << 20] {
            assert_eq!(Username::parse(&"a".repeat(length)), Err(Code::InvalidUsername), "{length}");
        }
    }

    #[test]
    fn l05_usernames_that_look_alike_have_one_skeleton() {
        for (one, other) in [("modern", "rnodern"), ("paul", "pau1"), ("bob", "b0b"), ("Paul", "pauL")] {
            assert_eq!(looks(one), looks(other), "{one} {other}");
        }
        for (one, other) in [("ada", "adb"), ("ada.b", "ada_b"), ("paul", "paui"), ("ada", "ada1")] {
            assert_ne!(looks(one), looks(other), "{one} {other}");
        }
    }

    #[test]
    fn l05_reserved_words_are_reserved_however_they_are_written() {
        let reserved = |text: &str| Username::parse(text).unwrap().is_reserved("Acme & Söhne 24");
        for text in [
            "admin",
            "ADMIN",
            "a.d.m.i.n",
            "adm1n",
            "adrnin",
            "admln",
            "root",
            "r00t",
            "no-reply",
            "support.",
            "www",
            "mailerdaemon",
            "null",
            "undefined",
        ] {
            assert!(reserved(text), "{text}");
        }
        for text in ["ada", "adminton", "rooted", "acme", "ada.admin"] {
            assert!(!reserved(text), "{text}");
        }
        assert!(Username::parse("acme-corp").unwrap().is_reserved("Acme Corp"));
    }
}
