//! Every message that people are sent: its name, what it speaks of, and what must be in it.

/// A message. Its texts are in a folder of its name: `<language>.txt` (subject and text) and `<language>.html` of a
/// mail, `<language>.sms` of a text message.
#[derive(Debug, PartialEq, Eq)]
pub struct Message {
    /// Its name, which is the kind of its row in the outbox.
    pub name: &'static str,
    /// What it may speak of, beside what [`COMMON`] names. Whoever renders it gives all of these.
    pub facts: &'static [&'static str],
    /// Those without which it would be of no use: each is in every form of it.
    pub must: &'static [&'static str],
    /// Whether it is a text message to a phone number.
    pub is_sms: bool,
}

/// What every message may speak of: the application's name, whom it is sent to, and the language that it is written in.
pub const COMMON: [&str; 3] = ["app", "to", "language"];

const CODE: &[&str] = &["code"];
const CODE_FACTS: &[&str] = &["code", "minutes"];
const NOTHING: &[&str] = &[];

const fn mail(name: &'static str, facts: &'static [&'static str], must: &'static [&'static str]) -> Message {
    Message { name, facts, must, is_sms: false }
}

/// The code that proves the address of a sign-up.
pub const SIGN_UP_CODE: Message = mail("sign_up_code", CODE_FACTS, CODE);
/// To the owner of an address with which somebody tried to sign up.
pub const SIGN_UP_NOTE: Message = mail("sign_up_note", NOTHING, NOTHING);
/// The code that signs in.
pub const SIGN_IN_CODE: Message = mail("sign_in_code", CODE_FACTS, CODE);
/// The link that signs in, with a code for another browser; `browser`, `device` (`""` when unknown) and `address` are
/// of whoever asked.
pub const SIGN_IN_LINK: Message =
    mail("sign_in_link", &["link", "code", "minutes", "browser", "device", "address"], &["link", "code"]);
/// To the owner of an account whose second factor somebody guesses at.
pub const SECOND_FACTOR_GUESSED: Message = mail("second_factor_guessed", NOTHING, NOTHING);
/// The code that proves an address of an account.
pub const ADDRESS_CODE: Message = mail("address_code", CODE_FACTS, CODE);
/// To the owner of an address that somebody wanted to add to another account.
pub const ADDRESS_NOTE: Message = mail("address_note", NOTHING, NOTHING);
/// The code that proves once more who acts, before something that matters.
pub const PROOF_CODE: Message = mail("proof_code", CODE_FACTS, CODE);
/// The code and the link that let somebody choose a new password; each works for so many minutes.
pub const PASSWORD_RESET: Message =
    mail("password_reset", &["link", "code", "minutes", "link_minutes"], &["link", "code"]);
/// A way into an account, or what becomes of the account, was changed. `change` is one of [`CHANGES`], `detail` what it
/// was about (an address, a number, a name, a day; may be `""`), `time` when; `browser`, `device` (`""` when unknown)
/// and `address` are of whoever did it.
pub const ACCOUNT_CHANGED: Message =
    mail("account_changed", &["change", "detail", "time", "browser", "device", "address"], NOTHING);
/// Somebody acts as the user: `actor` is who, `reason` why, `time` since when, `until` when it ends at the latest.
pub const ACTED_AS: Message = mail("acted_as", &["actor", "reason", "time", "until"], &["actor", "reason"]);
/// An invitation to an organization or a workspace (`""` when it is to the organization alone). `days` is 0 when
/// `hours` says it better.
pub const INVITATION: Message =
    mail("invitation", &["inviter", "organization", "workspace", "link", "days", "hours"], &["link"]);
/// Somebody who waited may sign up.
pub const WAITLIST_INVITATION: Message = mail("waitlist_invitation", &["link", "days", "hours"], &["link"]);
/// The record of a domain is missing.
pub const DOMAIN_MISSED: Message =
    mail("domain_missed", &["domain", "organization", "record_name", "record", "until"], NOTHING);
/// A domain is not proved any more.
pub const DOMAIN_LOST: Message = mail("domain_lost", &["domain", "organization"], NOTHING);
/// The code that proves a phone number or signs in by it.
pub const PHONE_CODE: Message = Message { name: "phone_code", facts: CODE_FACTS, must: CODE, is_sms: true };

/// Every message.
pub const MESSAGES: [&Message; 16] = [
    &SIGN_UP_CODE,
    &SIGN_UP_NOTE,
    &SIGN_IN_CODE,
    &SIGN_IN_LINK,
    &SECOND_FACTOR_GUESSED,
    &ADDRESS_CODE,
    &ADDRESS_NOTE,
    &PROOF_CODE,
    &PASSWORD_RESET,
    &ACCOUNT_CHANGED,
    &ACTED_AS,
    &INVITATION,
    &WAITLIST_INVITATION,
    &DOMAIN_MISSED,
    &DOMAIN_LOST,
    &PHONE_CODE,
];

/// What [`ACCOUNT_CHANGED`] may say: the value of its `change`.
pub const CHANGES: [&str; 23] = [
    "password_set",
    "password_changed",
    "password_reset",
    "password_removed",
    "username_changed",
    "email_added",
    "email_removed",
    "email_made_primary",
    "phone_added",
    "phone_given",
    "phone_removed",
    "phone_made_primary",
    "phone_taken",
    "authenticator_added",
    "authenticator_removed",
    "backup_codes_made",
    "backup_code_used",
    "passkey_added",
    "passkey_removed",
    "second_factor_policy_changed",
    "deletion_asked",
    "deletion_taken_back",
    "deleted",
];

impl Message {
    /// The forms that it has, as the endings of its files.
    #[must_use]
    pub fn forms(&self) -> &'static [&'static str] {
        if self.is_sms { &["sms"] } else { &["txt", "html"] }
    }

    /// Everything that it may speak of.
    pub fn known(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.facts.iter().chain(COMMON.iter()).copied()
    }
}
