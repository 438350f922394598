//! What one deployment asks of people, and whom it lets in.

use super::passkey::Passkeys;
use super::{SecondFactor, SecondFactorPolicy};
use keyrack_protocol::FieldSetting;
use std::fmt;

/// What a sign-up asks for, and how people sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Auth {
    /// Which sign-in form opens first.
    pub first_factor: FirstFactor,
    /// Whether accounts have a username, which signs in beside the address.
    pub username: FieldUse,
    /// Whether the sign-up asks for a first name.
    pub first_name: FieldUse,
    /// Whether the sign-up asks for a last name.
    pub last_name: FieldUse,
    /// What a new password must be.
    pub password: PasswordRules,
    /// Whether a mailed code signs in.
    pub email_otp: bool,
    /// Whether a mailed link does.
    pub magic_link: bool,
    /// Whether accounts have phone numbers, which a sign-up proves; required, whoever has none is asked for one.
    pub phone: FieldUse,
    /// Whether a code sent to a proved number signs in; numbers are not off then.
    pub phone_otp: bool,
    /// The country, by its two letters, of numbers that are typed without one and that several accounts have.
    pub phone_country: Option<String>,
    /// Which second factors there are, and who needs one.
    pub second_factor: SecondFactor,
    /// Whether people sign in with passkeys.
    pub passkey: Passkeys,
}

/// Which sign-in form opens first. The other one stays available where it can work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstFactor {
    /// Address and password.
    EmailPassword,
    /// Username and password; usernames are not off then.
    UsernamePassword,
    /// Address, and a code that is mailed.
    EmailOtp,
    /// Address, and a link that is mailed.
    MagicLink,
    /// Phone number, and a code that is sent to it.
    PhoneOtp,
}

impl FirstFactor {
    /// The word in the file and on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EmailPassword => "email_password",
            Self::UsernamePassword => "username_password",
            Self::EmailOtp => "email_otp",
            Self::MagicLink => "email_magic_link",
            Self::PhoneOtp => "phone_otp",
        }
    }
}

/// Whether a form has a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldUse {
    /// It is not asked for; what comes in it is ignored.
    Off,
    /// It may stay empty.
    Optional,
    /// It must be filled in.
    Required,
}

impl FieldUse {
    /// As it is published.
    #[must_use]
    pub fn published(self) -> FieldSetting {
        FieldSetting { enabled: self != Self::Off, required: self == Self::Required }
    }
}

/// What a new password must be. Passwords that exist already are not asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordRules {
    /// The fewest characters, 8 to 64: [`Self::ALONE`], or [`Self::WITH_SECOND`], where a file says nothing else.
    pub min_length: usize,
    /// A lower-case letter must be in it.
    pub lowercase: bool,
    /// An upper-case letter must be in it.
    pub uppercase: bool,
    /// A digit must be in it.
    pub number: bool,
    /// Something that is neither a letter nor a digit must be in it.
    pub special: bool,
}

impl PasswordRules {
    /// The fewest characters where a password may be all that a sign-in asks for (NIST SP 800-63B-4).
    pub const ALONE: usize = 15;
    /// The fewest characters where a second factor is always asked for.
    pub const WITH_SECOND: usize = 8;

    /// The fewest characters where a file says nothing else.
    #[must_use]
    pub fn least(policy: SecondFactorPolicy) -> usize {
        if policy == SecondFactorPolicy::Enforced { Self::WITH_SECOND } else { Self::ALONE }
    }
}

impl Default for PasswordRules {
    fn default() -> Self {
        Self { min_length: Self::ALONE, lowercase: false, uppercase: false, number: false, special: false }
    }
}

impl Default for Auth {
    fn default() -> Self {
        Self {
            first_factor: FirstFactor::EmailPassword,
            username: FieldUse::Off,
            first_name: FieldUse::Optional,
            last_name: FieldUse::Optional,
            password: PasswordRules::default(),
            email_otp: false,
            magic_link: false,
            phone: FieldUse::Off,
            phone_otp: false,
            phone_country: None,
            second_factor: SecondFactor::default(),
            passkey: Passkeys::default(),
        }
    }
}

/// Work that a browser does before it may try to sign in or up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// Whether it is asked for.
    pub enabled: bool,
    /// How many numbers are to be found, 1 to 200.
    pub count: u32,
    /// Hexadecimal digits that each hash begins with, 1 to 6: a number takes 16 to this power tries.
    pub difficulty: u32,
}

impl Default for Challenge {
    fn default() -> Self {
        Self { enabled: false, count: 50, difficulty: 4 }
    }
}

/// Who may sign up. Accounts that exist already are not touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restrictions {
    /// Whether people may sign up by themselves.
    pub sign_up_mode: SignUpMode,
    /// Whether the form of the waitlist asks for names.
    pub waitlist_names: bool,
    /// Only these addresses may sign up, unless it is empty.
    pub allowlist: Vec<Listed>,
    /// These addresses may not sign up.
    pub blocklist: Vec<Listed>,
    /// Whether `name+anything@host` is refused.
    pub block_subaddresses: bool,
    /// Whether addresses of throw-away mail services are refused.
    pub block_disposable_emails: bool,
    /// Only phone numbers of these countries are taken, unless it is empty: two capital letters each.
    pub phone_countries: Vec<String>,
    /// Whether numbers of internet telephony are refused.
    pub block_voip_numbers: bool,
    /// What may not be part of a name, a username or an address's local part; in lower case.
    pub banned_keywords: Vec<String>,
}

impl Default for Restrictions {
    fn default() -> Self {
        Self {
            sign_up_mode: SignUpMode::Public,
            waitlist_names: false,
            allowlist: Vec::new(),
            blocklist: Vec::new(),
            block_subaddresses: false,
            block_disposable_emails: false,
            phone_countries: Vec::new(),
            block_voip_numbers: false,
            banned_keywords: Vec::new(),
        }
    }
}

/// Whether people may sign up by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignUpMode {
    /// Everybody whom the lists do not exclude.
    Public,
    /// Nobody: accounts are made by the operator, or by invitation.
    Restricted,
    /// Whoever waited on a list and was invited by the operator.
    Waitlist,
}

impl SignUpMode {
    /// The word in the file and on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Restricted => "restricted",
            Self::Waitlist => "waitlist",
        }
    }
}

/// Some addresses: an entry of the allow list or the block list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listed {
    /// `ada@example.com`: this one.
    Address(String),
    /// `example.com`: all at exactly this domain, in A-label form.
    Domain(String),
    /// `*.example.com`: all at domains below this one, in A-label form.
    Below(String),
}

impl fmt::Display for Listed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(text) | Self::Domain(text) => out.write_str(text),
            Self::Below(domain) => write!(out, "*.{domain}"),
        }
    }
}
