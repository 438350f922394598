//! What every call ends with that does not succeed.

use keyrack_protocol::ErrorEntry;
use std::fmt;

/// Nothing arrived, or something that Keyrack did not write (a captive portal).
pub const NETWORK: &str = "network";
/// No complete answer within 15 seconds, or a token that may have expired when it arrived.
pub const TIMEOUT: &str = "timeout";
/// A token was asked for, and nobody is signed in.
pub const NO_SESSION: &str = "no_session";
/// What was asked for no longer applies, because the session changed meanwhile.
pub const SESSION_CHANGED: &str = "session_changed";
/// The server runs in the other mode than the publishable key is for, so what was done is lost.
pub const WRONG_KEY: &str = "wrong_key";
/// The browser has asked for a passkey, and nobody chose one.
pub const PASSKEY_CANCELLED: &str = "passkey_cancelled";
/// The browser has no passkeys, or none for this page.
pub const PASSKEY_UNAVAILABLE: &str = "passkey_unavailable";
/// The device has a passkey of this account already.
pub const PASSKEY_EXISTS: &str = "passkey_exists";
/// The proof of work that the deployment asks for was not accepted.
pub const CHALLENGE_UNSOLVED: &str = "challenge_unsolved";
/// The store was closed, or where it runs has ended.
pub const CLOSED: &str = "closed";
/// The credential could not be read or kept.
pub const STORAGE: &str = "storage";

/// Why something was not done.
#[derive(Clone, Debug, PartialEq)]
pub struct Error {
    /// Stable, for programs: one of the constants here (then `status` is 0), or the code of the server's first refusal,
    /// `unknown` when it names none.
    pub code: String,
    /// The HTTP status, or 0 when the error arose in the client.
    pub status: u16,
    /// What to do about it, for people.
    pub message: String,
    /// Every refusal that the server gave; a form with several bad fields gets several.
    pub errors: Vec<ErrorEntry>,
    /// Seconds after which a new try makes sense, where the server said so (429, 503).
    pub retry_after: Option<u64>,
}

impl Error {
    /// An error that arose here.
    pub(crate) fn own(code: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        let errors = vec![ErrorEntry { code: code.to_owned(), message: message.clone(), meta: None }];
        Self { code: code.to_owned(), status: 0, message, errors, retry_after: None }
    }

    /// What arrived was nothing, or not Keyrack's.
    #[must_use]
    pub fn network() -> Self {
        Self::own(NETWORK, "The server could not be reached. Try again.")
    }

    pub(crate) fn timeout() -> Self {
        Self::own(TIMEOUT, "The server could not be reached in time. Try again.")
    }

    pub(crate) fn no_session() -> Self {
        Self::own(NO_SESSION, "Nobody is signed in.")
    }

    pub(crate) fn session_changed() -> Self {
        Self::own(SESSION_CHANGED, "The account changed. Try again.")
    }

    pub(crate) fn closed() -> Self {
        Self::own(CLOSED, "The session is no longer followed here.")
    }

    /// Whether the answer was lost, so that nobody here knows if the server did what was asked.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        [NETWORK, TIMEOUT].contains(&self.code.as_str()) || self.status >= 500
    }

    /// Whether the server has decided nothing: it was not reached, it is in trouble, or it is too busy.
    #[must_use]
    pub fn says_nothing(&self) -> bool {
        self.is_lost() || self.status == 429
    }
}

impl fmt::Display for Error {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{} ({})", self.message, self.code)
    }
}

impl std::error::Error for Error {}
