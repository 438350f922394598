//! What the operations of this feature take, answer and refuse.

use super::http;
use crate::captcha::http::CHALLENGE_TOKEN;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use crate::sign_in::factor;
use crate::user::{password, username};
use keyrack_protocol::{Availability, Code, Session, VerificationPrepared};
use std::sync::LazyLock;

const USERNAME: Field =
    Field::optional("username", "3 to 30 of letters, digits, `_`, `.` and `-`, a letter first.")
        .length(username::MIN_LENGTH, username::MAX_LENGTH)
        .pattern("^ *[A-Za-z][A-Za-z0-9_.-]{2,29} *$");
const ATTEMPT: Field = Field::required("attempt_identifier", "The attempt's id, as the session lists it.");
const KIND: Field =
    Field::required("identifier_type", "The kind of the attempt.").one_of(&["signin", "signup"]);
const AVAILABILITY: &[Field] = &[
    Field::required("identifier", "The username or the address."),
    Field::required("type", "What `identifier` is.").one_of(&["username", "email"]),
];
const SIGN_UP: &[Field] = &[
    Field::required("email", "The address, to which a code will be mailed.").length(1, 254),
    Field::required(
        "password",
        "At least as long as `auth_settings.password.min_length` of the deployment says.",
    )
    .length(8, password::MAX_LENGTH),
    USERNAME,
    Field::optional("phone_number", "With its country's code in front (`+49 151 …`), or as it is dialled at home.").length(0, 40),
    Field::optional("phone_country_code", "Dial code (`+49`) or two letters (`DE`) of a number without.").length(0, 5),
    Field::optional("first_name", "At most 100 characters.").length(0, 100),
    Field::optional("last_name", "At most 100 characters.").length(0, 100),
    Field::optional(
        "invite_token",
        "Of an invitation to this address, to an organization or from the waitlist: lets it sign up where others cannot. \
         The code is mailed all the same, and an invitation to an organization accepted afterwards.",
    )
    .length(0, 200),
    CHALLENGE_TOKEN,
];
const COMPLETE: &[Field] = &[
    Field::required("attempt_id", "The sign-in attempt's id, as the session lists it."),
    Field::optional("first_name", "At most 100 characters.").length(0, 100),
    Field::optional("last_name", "At most 100 characters.").length(0, 100),
    USERNAME,
    Field::optional("phone_number", "With the country's code in front, or with `phone_country_code`.")
        .length(0, 40),
    Field::optional("phone_country_code", "A dial code or two letters.").length(0, 5),
];
static PREPARE: LazyLock<Vec<Field>> = LazyLock::new(|| {
    let how = Field::required("strategy", "How to prove it: what fits the step.");
    [&[ATTEMPT, KIND, how.one_of(&factor::OF_PREPARED)][..], PREPARE_WITH].concat()
});
const PREPARE_WITH: &[Field] = &[
    Field::optional("last_digits", "Of the phone number that a second factor is sent to: the last four.")
        .length(4, 4),
    Field::optional(
        "redirect_uri",
        "Where a link leads back to: an address of one of the deployment's origins.",
    ),
];
static ATTEMPT_IT: LazyLock<Vec<Field>> = LazyLock::new(|| {
    let which = Field::optional("method", "Of which second factor the code is; absent, its form says it.");
    [&[ATTEMPT, KIND][..], ATTEMPT_WITH, &[which.one_of(&factor::OF_SECOND), OTHER_USERNAME, CHALLENGE_TOKEN]]
        .concat()
});
const OTHER_USERNAME: Field =
    Field { about: "In place of the attempt's, when somebody else got that one.", ..USERNAME };
const ATTEMPT_WITH: &[Field] = &[
    Field::optional(
        "codes",
        "At `add_second_factor`: two codes of the new authenticator that follow each other.",
    )
    .list(),
    Field::optional(
        "verification_code",
        "The code that was sent, six digits; or what a second factor gives.",
    )
    .length(1, 4000),
    Field::optional(
        "password",
        "At `verify_password`: in place of a code the password, exactly as it was set.",
    )
    .length(1, password::MAX_LENGTH),
    Field::optional("credential", "In place of a code what a passkey gave, as `toJSON()` writes it.")
        .object(),
];

/// The routes of this feature.
pub fn routes() -> Routes {
    Routes::default()
        .add(availability(), http::identifier_availability)
        .add(sign_up(), http::sign_up)
        .add(prepare(), http::prepare_verification)
        .add(attempt(), http::attempt_verification)
        .add(complete(), http::complete_profile)
        .and(super::waitlist::routes())
}

fn availability() -> Operation {
    let about = "Whether an identifier can be had. `exists` means that nobody can sign up with it: a username that is \
                 taken, looks like one that is, is reserved, or holds a banned keyword. Addresses are told only where `uniform_answers` is off. \
                 A client address may ask 100 times an hour.";
    Operation::get::<Availability>("/auth/identifier-availability", "getIdentifierAvailability", about)
        .takes(AVAILABILITY)
        .of_browser()
        .refuses(&[
            Code::RequiredField,
            Code::AvailabilityHidden,
            Code::InvalidEmail,
            Code::InvalidUsername,
            Code::TooManyAttempts,
        ])
}

fn sign_up() -> Operation {
    let about = "Begin a sign-up. Which of the names are asked for or required, `auth_settings` of the deployment says; \
                 what it has not is ignored. The last of the session's sign-up attempts is the new one; it lives 30 \
                 minutes. With uniform answers a taken address goes on like any other, and no code ever fits.";
    Operation::post::<Session>("/auth/signup", "signUp", about).takes(SIGN_UP).hands_out().refuses(&[
        Code::ChallengeRequired,
        Code::RequiredField,
        Code::InvalidEmail,
        Code::InvalidUsername,
        Code::InvalidName,
        Code::UsernameReserved,
        Code::UsernameExists,
        Code::EmailExists,
        Code::SignupRestricted,
        Code::SignupWaitlistOnly,
        Code::EmailNotAllowed,
        Code::EmailBlocked,
        Code::DisposableEmailBlocked,
        Code::InvalidPhoneNumber,
        Code::CountryRestricted,
        Code::VoipNumberBlocked,
        Code::BannedKeyword,
        Code::PasswordTooShort,
        Code::PasswordTooLong,
        Code::PasswordTooSimple,
        Code::PasswordBreached,
        Code::PasswordNamesYou,
        Code::TooManyAttempts,
        Code::TooManyAccounts,
        Code::TooManyAttempts,
    ])
}

fn prepare() -> Operation {
    let about = "Mail a code. A new one, for 10 minutes; the one before dies. Within a minute of the last one, and \
                 beyond 5 an hour for one address, nothing is mailed and the answer is the same.";
    Operation::post::<VerificationPrepared>("/auth/prepare-verification", "prepareVerification", about)
        .takes(&PREPARE)
        .of_browser()
        .refuses(&[
            Code::RequiredField,
            Code::BadAttempt,
            Code::StrategyRequired,
            Code::LastDigitsWrong,
            Code::UserDisabled,
            Code::InvalidPhoneNumber,
            Code::CountryRestricted,
            Code::VoipNumberBlocked,
        ])
}

fn attempt() -> Operation {
    let about = "Enter the code. The right one moves the attempt to its next step; after the last one the account is signed \
                 in as the active one, and that of a sign-up is made. A code survives five wrong guesses. After \
                 `USERNAME_EXISTS` it is still good: send it again with another `username`.";
    Operation::post::<Session>("/auth/attempt-verification", "attemptVerification", about)
        .takes(&ATTEMPT_IT)
        .hands_out()
        .refuses(&[
            Code::ChallengeRequired,
            Code::RequiredField,
            Code::BadAttempt,
            Code::CodeRequired,
            Code::InvalidCode,
            Code::InvalidCredentials,
            Code::CodeExpired,
            Code::StrategyRequired,
            Code::PasskeysDisabled,
            Code::InvalidPasskey,
            Code::PasskeyRequestExpired,
            Code::PasskeyExists,
            Code::UserDisabled,
            Code::UserAlreadySignedIn,
            Code::InvalidUsername,
            Code::UsernameReserved,
            Code::UsernameExists,
            Code::SignupRestricted,
            Code::SignupWaitlistOnly,
            Code::EmailNotAllowed,
            Code::EmailBlocked,
            Code::DisposableEmailBlocked,
            Code::BannedKeyword,
            Code::EmailExists,
            Code::TooManyAttempts,
            Code::TooManyAccounts,
        ])
}

fn complete() -> Operation {
    let about = "Fill in what a profile lacks. At the step `complete_profile` of a sign-in, all of `missing_fields` at once; \
                 what the account has already is not changed. At `verify_phone`, another `phone_number` in place of the \
                 unproved one; a code is sent to it.";
    Operation::post::<Session>("/auth/complete-profile", "completeProfile", about)
        .takes(COMPLETE)
        .hands_out()
        .refuses(&[
            Code::RequiredField,
            Code::BadAttempt,
            Code::InvalidName,
            Code::InvalidPhoneNumber,
            Code::CountryRestricted,
            Code::VoipNumberBlocked,
            Code::InvalidUsername,
            Code::UsernameReserved,
            Code::UsernameExists,
            Code::BannedKeyword,
            Code::TooManyAttempts,
            Code::UserDisabled,
            Code::UserAlreadySignedIn,
            Code::TooManyAccounts,
        ])
}
