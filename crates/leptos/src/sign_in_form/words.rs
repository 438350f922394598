//! What the form says.

use std::borrow::Cow;

/// What the form says: in English, unless you say otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each default says what it is for")]
pub struct SignInWords {
    pub title: Cow<'static, str>,
    pub email: Cow<'static, str>,
    pub password: Cow<'static, str>,
    pub submit: Cow<'static, str>,
    pub use_code: Cow<'static, str>,
    pub use_password: Cow<'static, str>,
    pub send_code: Cow<'static, str>,
    pub code: Cow<'static, str>,
    pub confirm: Cow<'static, str>,
    pub resend: Cow<'static, str>,
    pub start_over: Cow<'static, str>,
    pub more: Cow<'static, str>,
    pub go_on: Cow<'static, str>,
}

impl Default for SignInWords {
    fn default() -> Self {
        let word = Cow::Borrowed;
        Self {
            title: word("Sign in"),
            email: word("Email address"),
            password: word("Password"),
            submit: word("Sign in"),
            use_code: word("Get a code by mail"),
            use_password: word("Use a password"),
            send_code: word("Send a code"),
            code: word("Code"),
            confirm: word("Confirm"),
            resend: word("Send a new code"),
            start_over: word("Start over"),
            more: word("Your account asks for more than this form has."),
            go_on: word("Go on"),
        }
    }
}
