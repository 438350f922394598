//! What the form says.

use std::borrow::Cow;

/// What the form says: in English, unless you say otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each default says what it is for")]
pub struct SignInWords {
    pub title: Cow<'static, str>,
    pub email: Cow<'static, str>,
    pub username: Cow<'static, str>,
    pub email_or_username: Cow<'static, str>,
    pub phone: Cow<'static, str>,
    pub password: Cow<'static, str>,
    pub submit: Cow<'static, str>,
    pub use_code: Cow<'static, str>,
    pub use_link: Cow<'static, str>,
    pub use_phone: Cow<'static, str>,
    pub use_passkey: Cow<'static, str>,
    pub use_password: Cow<'static, str>,
    pub send_code: Cow<'static, str>,
    pub send_link: Cow<'static, str>,
    pub code_sent: Cow<'static, str>,
    pub link_sent: Cow<'static, str>,
    pub second: Cow<'static, str>,
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
            username: word("Username"),
            email_or_username: word("Email address or username"),
            phone: word("Phone number"),
            password: word("Password"),
            submit: word("Sign in"),
            use_code: word("Get a code by mail"),
            use_link: word("Get a link by mail"),
            use_phone: word("Get a code by text message"),
            use_passkey: word("Use a passkey"),
            use_password: word("Use a password"),
            send_code: word("Send a code"),
            send_link: word("Send a link"),
            code_sent: word("A code is on its way to you."),
            link_sent: word(
                "A link is on its way to you. Opened on another device, it shows a code to type in here.",
            ),
            second: word("Type the code that your authenticator app shows, or one of your backup codes."),
            code: word("Code"),
            confirm: word("Confirm"),
            resend: word("Send it again"),
            start_over: word("Start over"),
            more: word("Your account asks for more than this form has."),
            go_on: word("Go on"),
        }
    }
}
