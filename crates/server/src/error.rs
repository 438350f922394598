//! The one error of the server: a stable code for programs, a sentence for people, the cause for the log.

use keyrack_protocol::{Code, ErrorMeta, ReauthenticationMethod};
use std::fmt;

/// Why a request ends without what it asked for.
#[derive(Debug)]
pub struct Error {
    code: Code,
    message: Option<String>,
    retry_after_s: Option<u64>,
    cause: Option<String>,
    meta: Option<Box<ErrorMeta>>,
}

impl Error {
    /// What was asked needs a fresh proof, which the account can give in these ways.
    #[must_use]
    pub fn stale(methods: Vec<ReauthenticationMethod>) -> Self {
        Self { meta: Some(Box::new(ErrorMeta { methods })), ..Self::from(Code::ReauthenticationRequired) }
    }

    /// A refusal whose sentence says more than the code's own, such as which field is missing.
    #[must_use]
    pub fn refused(code: Code, message: impl Into<String>) -> Self {
        Self { message: Some(message.into()), ..Self::from(code) }
    }

    /// Too many tries; `wait_ms` is how long the next one is refused.
    #[must_use]
    pub fn throttled(wait_ms: i64) -> Self {
        let seconds = u64::try_from(wait_ms).unwrap_or(0).div_ceil(1000).max(1);
        Self { retry_after_s: Some(seconds), ..Self::from(Code::TooManyAttempts) }
    }

    /// A fault of this server. `doing` and `cause` go to the log only.
    #[must_use]
    pub fn internal(doing: &str, cause: impl fmt::Display) -> Self {
        Self { cause: Some(format!("{doing}: {cause}")), ..Self::from(Code::Internal) }
    }

    /// Something that this server needs is away or full; it will be tried again by whoever asked.
    #[must_use]
    pub fn unavailable(doing: &str, cause: impl fmt::Display) -> Self {
        Self {
            cause: Some(format!("{doing}: {cause}")),
            retry_after_s: Some(1),
            ..Self::from(Code::Unavailable)
        }
    }

    /// The domain name system did not say what stands at `name`: no fault of this server. The log has the `cause`.
    #[must_use]
    pub fn unanswered(name: &str, cause: impl fmt::Display) -> Self {
        Self {
            cause: Some(format!("ask for {name}: {cause}")),
            retry_after_s: Some(30),
            ..Self::from(Code::DomainLookupFailed)
        }
    }

    /// Everything of something is taken, or this server is about to stop: no fault, and nothing for the log.
    #[must_use]
    pub fn crowded(retry_after_s: u64) -> Self {
        Self { retry_after_s: Some(retry_after_s), ..Self::from(Code::Unavailable) }
    }

    /// The same call is under way already.
    #[must_use]
    pub fn under_way() -> Self {
        Self { retry_after_s: Some(1), ..Self::from(Code::IdempotencyKeyInUse) }
    }

    /// The deployment is in maintenance; nobody knows for how long, so it is asked again once a minute.
    #[must_use]
    pub fn maintenance() -> Self {
        Self { retry_after_s: Some(60), ..Self::from(Code::Maintenance) }
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// What the person can do.
    #[must_use]
    pub fn message(&self) -> &str {
        self.message.as_deref().unwrap_or_else(|| self.code.message())
    }

    /// Seconds after which a new try makes sense.
    #[must_use]
    pub fn retry_after_s(&self) -> Option<u64> {
        self.retry_after_s
    }

    /// What a program needs to go on.
    #[must_use]
    pub fn meta(&self) -> Option<&ErrorMeta> {
        self.meta.as_deref()
    }

    /// What happened, for the log; never sent.
    #[must_use]
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Self { code, message: None, retry_after_s: None, cause: None, meta: None }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Some(cause) => write!(out, "{}: {cause}", self.code.as_str()),
            None => write!(out, "{}: {}", self.code.as_str(), self.message()),
        }
    }
}

impl std::error::Error for Error {}

/// What almost everything here returns.
pub type Result<T> = std::result::Result<T, Error>;
