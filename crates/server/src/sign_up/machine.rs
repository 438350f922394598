//! What a sign-up waits for, and what moves it on: pure, time as an argument.
//!
//! An account is made when everything is proved that it is made of: until then nobody is kept from anything.

use crate::id::UserId;
use keyrack_protocol::SignupAttemptStep;
use serde::{Deserialize, Serialize};

/// Where an attempt stands, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// The address is to be proved by a mailed code.
    NeedsEmail {
        /// What the account will be made of.
        profile: Profile,
        /// Somebody else has this address: the attempt looks like any other, and no code ever fits.
        decoy: bool,
    },
    /// The address is proved; the phone number is to be, by a code in a text message.
    NeedsPhone {
        /// What the account will be made of.
        profile: Profile,
    },
    /// Everything else is proved; an authenticator is to be set up.
    NeedsAuthenticator {
        /// What the account will be made of.
        profile: Profile,
        /// What one is set up with, if somebody asked for it: the shared secret, sealed.
        #[serde(default)]
        set_up: Option<SetUp>,
    },
    /// The account is there.
    Done {
        /// Its id.
        user: String,
    },
}

/// An authenticator that is being set up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetUp {
    /// The id that it will have.
    pub id: String,
    /// Its secret, sealed for that id.
    pub sealed: String,
}

/// What a person filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The address, normalised.
    pub email: String,
    /// The username, if one was chosen. Nobody is kept from it until the address is proved.
    #[serde(default)]
    pub username: Option<String>,
    /// The phone number in E.164, if one was given.
    #[serde(default)]
    pub phone: Option<String>,
    /// First name, may be `""`.
    pub first_name: String,
    /// Last name, may be `""`.
    pub last_name: String,
    /// The password's PHC string.
    pub password_hash: String,
    /// The invitation by which somebody signs up where others cannot.
    #[serde(default)]
    pub invitation: Option<String>,
}

/// What the deployment asks of an account beside its address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// A second factor before anything else, which an authenticator is.
    pub authenticator: bool,
}

/// Something that was proved, and in which attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fact<'a> {
    /// The attempt.
    pub attempt: &'a str,
    /// What.
    pub proved: Proved,
}

/// An attempt, as the machine sees it.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// Its id.
    pub id: &'a str,
    /// Where it stands.
    pub stage: &'a Stage,
    /// When it ends.
    pub deadline: i64,
}

/// What was proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proved {
    /// The mailed code was right.
    Email,
    /// The code of the text message was right.
    Phone,
    /// The first code of the authenticator was right.
    Authenticator,
}

/// Why a fact moves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misstep {
    /// The attempt's time is over.
    Expired,
    /// The fact is of another attempt.
    Foreign,
    /// It does not wait for that.
    NotOpen,
}

/// The next stage of an attempt after `fact`, at `now`; the account gets the id `user` if nothing else is needed.
///
/// # Errors
/// Why there is none.
pub fn step(
    attempt: Attempt<'_>,
    (fact, user): (Fact<'_>, &UserId),
    needs: Needs,
    now: i64,
) -> Result<Stage, Misstep> {
    if now >= attempt.deadline {
        return Err(Misstep::Expired);
    }
    if fact.attempt != attempt.id {
        return Err(Misstep::Foreign);
    }
    let after = |profile: &Profile, phone: bool, authenticator: bool| match profile {
        profile if phone => Stage::NeedsPhone { profile: profile.clone() },
        profile if authenticator => Stage::NeedsAuthenticator { profile: profile.clone(), set_up: None },
        _ => Stage::Done { user: user.to_string() },
    };
    match (attempt.stage, fact.proved) {
        (Stage::NeedsEmail { decoy: false, profile }, Proved::Email) => {
            Ok(after(profile, profile.phone.is_some(), needs.authenticator))
        }
        (Stage::NeedsPhone { profile }, Proved::Phone) => Ok(after(profile, false, needs.authenticator)),
        (Stage::NeedsAuthenticator { profile, set_up: Some(_) }, Proved::Authenticator) => {
            Ok(after(profile, false, false))
        }
        _ => Err(Misstep::NotOpen),
    }
}

/// What the stage waits for, as it is shown.
#[must_use]
pub fn current_step(stage: &Stage) -> SignupAttemptStep {
    match stage {
        Stage::NeedsEmail { .. } => SignupAttemptStep::VerifyEmail,
        Stage::NeedsPhone { .. } => SignupAttemptStep::VerifyPhone,
        Stage::NeedsAuthenticator { .. } => SignupAttemptStep::VerifyAuthenticator,
        Stage::Done { .. } => SignupAttemptStep::Completed,
    }
}

/// Everything that is left, in order. A decoy waits for the same as any other.
#[must_use]
pub fn remaining(stage: &Stage, needs: Needs) -> Vec<SignupAttemptStep> {
    let phone = match stage {
        Stage::NeedsEmail { profile, .. } => profile.phone.is_some(),
        _ => false,
    };
    let later = [
        (phone, SignupAttemptStep::VerifyPhone),
        (
            needs.authenticator && matches!(stage, Stage::NeedsEmail { .. } | Stage::NeedsPhone { .. }),
            SignupAttemptStep::VerifyAuthenticator,
        ),
    ];
    let now = match current_step(stage) {
        SignupAttemptStep::Completed => return Vec::new(),
        step => step,
    };
    let later = later.into_iter().filter(|(is_needed, _)| *is_needed).map(|(_, step)| step);
    std::iter::once(now).chain(later).collect()
}

/// The same stage with another username.
#[must_use]
pub fn renamed(stage: &Stage, username: &str) -> Stage {
    let mut stage = stage.clone();
    match &mut stage {
        Stage::NeedsEmail { profile, .. }
        | Stage::NeedsPhone { profile }
        | Stage::NeedsAuthenticator { profile, .. } => profile.username = Some(username.to_owned()),
        Stage::Done { .. } => {}
    }
    stage
}

/// What the account will be made of; none when it is made.
#[must_use]
pub fn profile(stage: &Stage) -> Option<&Profile> {
    match stage {
        Stage::NeedsEmail { profile, .. }
        | Stage::NeedsPhone { profile }
        | Stage::NeedsAuthenticator { profile, .. } => Some(profile),
        Stage::Done { .. } => None,
    }
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;
