//! What a sign-in waits for, and what moves it on: pure, time as an argument.
//!
//! A sign-in begins with a first factor. What is still needed after it is said anew at every step, from the account and
//! the deployment as they are then ([`Needs`]); the machine decides only what comes next, and that nothing is done while
//! something is left.

use crate::session::Proof;
use keyrack_protocol::CurrentSessionStep as Step;
use serde::{Deserialize, Serialize};

/// Where an attempt stands, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// The first factor is to be proved.
    First {
        /// How.
        step: Step,
        /// Whose it is; none when nobody has the identifier: the attempt looks like any other, and nothing fits.
        user: Option<String>,
    },
    /// The first factor is proved, something is left.
    Left {
        /// Who proved it.
        user: String,
        /// What was proved so far.
        proof: Proof,
        /// What is left, in order; never empty.
        left: Vec<Step>,
    },
    /// There is a sign-in.
    Done {
        /// Whose.
        user: String,
        /// What was proved for it.
        proof: Proof,
    },
}

/// What is asked of an account beside its first factor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Its address is to be proved.
    pub email: bool,
    /// Its phone number is to be proved.
    pub phone: bool,
    /// Its password is to be proved, in place of a second factor.
    pub password: bool,
    /// Whether a second factor.
    pub second_factor: SecondFactor,
    /// Something is missing in its profile.
    pub profile: bool,
}

/// Whether a second factor is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SecondFactor {
    /// It is not.
    #[default]
    NotAsked,
    /// One that the account has.
    Prove,
    /// The account never had one and must set one up.
    Add,
}

/// Something that was proved, and in which attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The attempt.
    pub attempt: String,
    /// What.
    pub proved: Proved,
}

/// What was proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proved {
    /// The first factor, by this account.
    First {
        /// Whose it is.
        user: String,
        /// What it is worth.
        proof: Proof,
    },
    /// The account's address, by a code.
    Email,
    /// The account's phone number, by a code.
    Phone {
        /// Whether that gave the account its first second factor, which is proved by it.
        is_factor: bool,
    },
    /// The account's password, after another first factor.
    Password,
    /// A second factor, whose name this is (RFC 8176).
    SecondFactor(&'static str),
    /// A new second factor, which the account has from now on.
    NewSecondFactor(&'static str),
    /// Nothing is missing in the profile any more.
    Profile,
}

/// Why a fact moves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misstep {
    /// The attempt's time is over.
    Expired,
    /// The fact is of another attempt.
    Foreign,
    /// The attempt does not wait for that.
    NotOpen,
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

/// What may be left after a first factor, in order. The number comes after the second factor that the account has: it may
/// be replaced there by another one, which may be a second factor from then on.
const ORDER: [Step; 6] = [
    Step::VerifyEmail,
    Step::VerifyPassword,
    Step::VerifySecondFactor,
    Step::VerifyPhone,
    Step::AddSecondFactor,
    Step::CompleteProfile,
];

/// The stage of a sign-in whose first factor was proved at once.
#[must_use]
pub fn begun(user: &str, proof: &Proof, needs: Needs) -> Stage {
    next(user, proof, (needs, None))
}

/// The next stage after `fact`, at `now`; `needs` says what is asked when the fact is true.
///
/// # Errors
/// Why there is none.
pub fn step(attempt: Attempt<'_>, fact: &Fact, needs: Needs, now: i64) -> Result<Stage, Misstep> {
    if now >= attempt.deadline {
        return Err(Misstep::Expired);
    }
    if fact.attempt != attempt.id {
        return Err(Misstep::Foreign);
    }
    match (attempt.stage, &fact.proved) {
        (Stage::First { user: Some(whose), .. }, Proved::First { user, proof }) if whose == user => {
            Ok(next(user, proof, (needs, None)))
        }
        (Stage::Left { user, proof, left }, proved) => {
            let step = *left.first().ok_or(Misstep::NotOpen)?;
            let proof = settled(step, proof, proved, now).ok_or(Misstep::NotOpen)?;
            Ok(next(user, &proof, (needs, Some(step))))
        }
        _ => Err(Misstep::NotOpen),
    }
}

/// Whether the stage still waits for something that is asked: the account may have changed since. What comes after a second
/// factor is not, while there is one to be proved that was not when the stage was reached.
#[must_use]
pub fn is_current(stage: &Stage, needs: Needs) -> bool {
    match stage {
        Stage::First { .. } => true,
        Stage::Left { proof, left, .. } => left.first().is_some_and(|step| {
            let asked = still(proof, (needs, None));
            let is_factor = |one: &Step| matches!(one, Step::VerifyPassword | Step::VerifySecondFactor);
            let factor = asked.iter().position(is_factor);
            let place = asked.iter().position(|one| one == step);
            place.is_some_and(|place| factor.is_none_or(|factor| place <= factor))
        }),
        Stage::Done { .. } => false,
    }
}

/// What the stage waits for, as it is shown.
#[must_use]
pub fn current_step(stage: &Stage) -> Step {
    match stage {
        Stage::First { step, .. } => *step,
        Stage::Left { left, .. } => left.first().copied().unwrap_or(Step::Completed),
        Stage::Done { .. } => Step::Completed,
    }
}

/// What is proved when the step that is waited for is taken like this; none if that is another one.
fn settled(step: Step, proof: &Proof, proved: &Proved, now: i64) -> Option<Proof> {
    match (step, proved) {
        (Step::VerifyEmail, Proved::Email) => Some(proof.and("mail", now)),
        (Step::VerifyPhone, Proved::Phone { is_factor: true }) => Some(proof.and_second_factor("sms", now)),
        (Step::VerifyPhone, Proved::Phone { is_factor: false }) => Some(proof.and("sms", now)),
        (Step::VerifyPassword, Proved::Password) => Some(proof.and("pwd", now)),
        (Step::VerifySecondFactor, Proved::SecondFactor(name))
        | (Step::AddSecondFactor, Proved::NewSecondFactor(name)) => Some(proof.and_second_factor(name, now)),
        (Step::CompleteProfile, Proved::Profile) => Some(proof.clone()),
        _ => None,
    }
}

fn next(user: &str, proof: &Proof, asked: (Needs, Option<Step>)) -> Stage {
    let (user, proof, left) = (user.to_owned(), proof.clone(), still(proof, asked));
    if left.is_empty() { Stage::Done { user, proof } } else { Stage::Left { user, proof, left } }
}

/// What is left after a step. What was passed is not asked for again (a number that a profile was completed with is
/// proved the next time), except a second factor, without which nobody gets in.
fn still(proof: &Proof, (needs, after): (Needs, Option<Step>)) -> Vec<Step> {
    let place = |step: Step| ORDER.iter().position(|one| *one == step);
    let is_ahead = |step: Step| after.is_none_or(|after| place(step) > place(after));
    let lacks_second = proof.second_factor_at.is_none();
    let is_asked = |step: &Step| match step {
        Step::VerifyEmail => needs.email && is_ahead(*step),
        Step::VerifyPhone => needs.phone && is_ahead(*step),
        Step::VerifyPassword => needs.password && is_ahead(*step),
        Step::VerifySecondFactor => needs.second_factor == SecondFactor::Prove && lacks_second,
        Step::AddSecondFactor => needs.second_factor == SecondFactor::Add && lacks_second,
        Step::CompleteProfile => needs.profile && is_ahead(*step),
        _ => false,
    };
    ORDER.into_iter().filter(is_asked).collect()
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;
