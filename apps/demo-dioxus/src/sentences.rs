//! What people are told.

use keyrack_dioxus::Error;
use keyrack_dioxus::protocol::EndReason;

/// What to tell people about an error: the server's sentence, unless that suits a developer better than them.
pub fn sentence(error: &Error) -> String {
    let own = match error.code.as_str() {
        "INVALID_CREDENTIALS" => "Email or password is wrong.",
        "USER_ALREADY_SIGNED_IN" => "This account is signed in here already. Switch to it above.",
        "too_many_accounts" => "This browser holds as many accounts as it may. Sign one out first.",
        "EMAIL_EXISTS" => "This address has an account already. Sign in with it.",
        "invalid_email" => "That is not an email address.",
        "INVALID_CODE" => "That code is wrong. Look at the newest message, or send a new code.",
        "verification_code_expired" => "That code has expired. Send a new one.",
        "CODE_REQUIRED" => "Type the code from the message.",
        "BAD_SIGN_IN_ATTEMPT" => "This sign-up has ended. Begin again.",
        "no_session" => "Nobody is signed in.",
        _ => &error.message,
    };
    own.to_owned()
}

/// Name of the form field that an error is about, if it is about one.
pub fn field_of(error: &Error) -> Option<&'static str> {
    match error.code.as_str() {
        "EMAIL_EXISTS" | "invalid_email" => Some("email"),
        "INVALID_CREDENTIALS"
        | "password_too_short"
        | "password_too_long"
        | "password_breached"
        | "password_names_you" => Some("password"),
        "INVALID_CODE" | "verification_code_expired" | "CODE_REQUIRED" => Some("code"),
        _ => None,
    }
}

/// Why the last sign-in ended, when the person did not end it here.
pub fn ending(reason: Option<EndReason>) -> Option<&'static str> {
    Some(match reason? {
        EndReason::SignedOutElsewhere => "You were signed out in another place.",
        EndReason::Idle => "You were signed out because the account was not used for a while.",
        EndReason::MaxAge => "You were signed out because the sign-in had reached its full age.",
        EndReason::RevokedByAdmin => "An administrator ended your sign-in.",
        EndReason::CredentialsChanged => "You were signed out because your password changed.",
        EndReason::UserDisabled => "Your account was disabled.",
        EndReason::UserDeleted => "Your account was deleted.",
        EndReason::EvictedByCap => {
            "You were signed out because the account was signed in in too many places."
        }
        _ => return None,
    })
}
