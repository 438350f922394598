//! What a method can be. Each part is `None` in a method that cannot be that.

use crate::app::{App, Site};
use crate::audit::By;
use crate::caller::{Account, Browser, Own};
use crate::config::{Auth, FieldUse};
use crate::db::Tx;
use crate::error::Result;
use crate::http::fields::Fields;
use crate::id::AttemptId;
use crate::session::Proof;
use crate::session::enter::Left;
use crate::sign_in::phone::Number;
use crate::sign_in::prepare::Wanted;
use crate::sign_in::verify::{Taken, Trial, Typed};
use crate::user::User;
use crate::user::email::EmailAddress;
use crate::user::notice::Whence;
use crate::user::username::Username;
use keyrack_protocol::{
    Code, CurrentSessionStep as Step, ReauthenticationPrepared, SignInMethod, SigninAttempt,
    VerificationPrepared,
};
use std::fmt;
use std::future::Future;
use std::pin::Pin;

/// What a method does that takes more than a moment.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// Sends or shows what an attempt waits for.
pub(in crate::sign_in) type Prepare = for<'a> fn(&'a Browser, Asked) -> Later<'a, VerificationPrepared>;

/// Takes in an attempt what was typed, under its locks.
pub(in crate::sign_in) type Take = Box<dyn Fn(&mut Tx<'_>, (&App, &Site), &Trial) -> Taken + Send>;

/// Whether a try at a second factor of an account is right: its name (RFC 8176) if it is.
type Check = fn(&mut Tx<'_>, (&App, &Site), &User, &Tried<'_>) -> Result<Option<&'static str>>;

/// What follows when it was right.
type Used = fn(&mut Tx<'_>, (&App, &Site), &User, (&Whence, i64)) -> Result<()>;

/// A method by which people show who they are.
pub struct Factor {
    /// Its word on the wire.
    pub word: &'static str,
    /// As the first factor of a sign-in.
    pub(in crate::sign_in) first: Option<First>,
    /// As a second factor.
    pub(in crate::sign_in) second: Option<Second>,
    /// As a second factor that is set up on the way in.
    pub(in crate::sign_in) added: Option<Added>,
    /// As a proof of whoever is signed in already.
    pub(in crate::sign_in) again: Option<Again>,
    /// As what proves an address or a number that an account has: the step that waits for that.
    pub(in crate::sign_in) proves: Option<Step>,
}

impl fmt::Debug for Factor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.word)
    }
}

/// What is asked for in an attempt.
pub(in crate::sign_in) struct Asked {
    /// The attempt.
    pub id: AttemptId,
    /// What is shown of it.
    pub shown: Box<SigninAttempt>,
    /// How, and what else was said.
    pub wanted: Wanted,
}

/// A method as the first factor of a sign-in.
pub(in crate::sign_in) struct First {
    /// Its name in an attempt.
    pub method: SignInMethod,
    /// By what people say who they are.
    pub by: Known,
    /// Whether a deployment offers it.
    pub is_offered: fn(&Auth) -> bool,
    /// Begins a sign-in with what a request says.
    pub begin: for<'a> fn(&'a Browser, &'a Fields) -> Later<'a, Left>,
    /// The step that waits for it.
    pub step: Step,
    /// Sends what is typed at that step; none if nothing is sent.
    pub prepare: Option<Prepare>,
    /// Takes what was typed at that step, and notes how it went.
    pub take: for<'a> fn(&'a Browser, AttemptId, (Typed, &'a Fields)) -> Later<'a, Left>,
    /// What it proves (RFC 8176).
    pub name: &'static str,
}

/// By what people say who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sign_in) enum Known {
    /// An address.
    Email,
    /// A phone number, with its country or without.
    Phone,
    /// A username.
    Username,
}

impl Known {
    /// All of them, in the order in which something that was typed is taken for one.
    pub const ALL: [Self; 3] = [Self::Email, Self::Phone, Self::Username];

    /// Whether something that was typed can be one.
    pub fn reads(self, typed: &str) -> bool {
        match self {
            Self::Email => EmailAddress::parse(typed).is_ok(),
            Self::Phone => Number::parse(typed, None).is_ok(),
            Self::Username => Username::parse(typed).is_ok(),
        }
    }
}

/// A method as a second factor.
pub(in crate::sign_in) struct Second {
    /// Its place among those that an account is offered.
    pub place: u8,
    /// Whether an account has it.
    pub is_there: fn(&Site, &User) -> bool,
    /// Whether it is another factor than what was proved already.
    pub is_another: fn(&Proof) -> bool,
    /// Whether it only stands in for another one, and is none by itself.
    pub stands_in: bool,
    /// Whether something that was typed can be of it, where nobody said of which it is.
    pub reads: fn(&str) -> bool,
    /// Sends or shows what it needs; none if nothing.
    pub prepare: Option<Prepare>,
    /// Whether a try is right: its name (RFC 8176) if it is. The caller holds the user's lock and has counted the try.
    pub check: Check,
    /// What follows when it was right, for the account as it was before.
    pub used: Option<Used>,
}

/// A try at a second factor.
#[derive(Clone, Copy, Debug)]
pub struct Tried<'a> {
    /// What asked for it: the id of the attempt that it is made in, or of the sign-in that proves itself again.
    pub owner: &'a str,
    /// What was typed, or what a device gave.
    pub typed: &'a str,
    /// To which number the last code for it went.
    pub sent_to: Option<&'a str>,
    /// Who tries.
    pub by: &'a By,
}

/// A method that is set up on the way in, where a second factor is enforced.
pub(in crate::sign_in) struct Added {
    /// Begins it.
    pub prepare: Prepare,
    /// What will take what was typed, with all that must be done before the transaction.
    pub taking: fn(&Browser, &Typed) -> Result<Take>,
}

/// A method as a proof of whoever is signed in already.
pub(in crate::sign_in) struct Again {
    /// Its word on the wire.
    pub word: &'static str,
    /// Sends or shows what it needs; none if nothing.
    pub prepare: Option<for<'a> fn(&'a Account) -> Later<'a, ReauthenticationPrepared>>,
    /// Proves it with what a request says.
    pub prove: for<'a> fn(&'a Account, &'a Fields) -> Later<'a, Left>,
}

/// What a proof again was found to be: its name (RFC 8176) and whether that can be a second factor; or why it proves nothing,
/// which is counted.
pub(in crate::sign_in) type Judged = std::result::Result<(&'static str, bool), Code>;

/// Judges, in the transaction, what somebody typed to prove it again.
pub(in crate::sign_in) type Judge = fn(&mut Tx<'_>, (&App, &Site), &Own, &str) -> Result<Judged>;

/// Whether a deployment lets people sign in with a username.
pub(in crate::sign_in) fn takes_usernames(auth: &Auth) -> bool {
    auth.username != FieldUse::Off
}
