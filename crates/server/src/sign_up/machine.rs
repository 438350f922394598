//! What a sign-up waits for, and what moves it on: pure, time as an argument.

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
    /// The account is there.
    Done {
        /// Its id.
        user: String,
    },
}

/// What a person filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The address, normalised.
    pub email: String,
    /// The username, if one was chosen. Nobody is kept from it until the address is proved.
    #[serde(default)]
    pub username: Option<String>,
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

/// Something that was proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// The mailed code was right; the account gets this id.
    EmailProved {
        /// The new account.
        user: UserId,
    },
}

/// Why a fact moves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misstep {
    /// The attempt's time is over.
    Expired,
    /// It does not wait for that.
    NotOpen,
}

/// The next stage after `fact`, at `now`, of an attempt that ends at `deadline`.
///
/// # Errors
/// Why there is none.
pub fn step(stage: &Stage, fact: &Fact, now: i64, deadline: i64) -> Result<Stage, Misstep> {
    if now >= deadline {
        return Err(Misstep::Expired);
    }
    match (stage, fact) {
        (Stage::NeedsEmail { decoy: false, .. }, Fact::EmailProved { user }) => {
            Ok(Stage::Done { user: user.to_string() })
        }
        _ => Err(Misstep::NotOpen),
    }
}

/// What the stage waits for, as it is shown.
#[must_use]
pub fn current_step(stage: &Stage) -> SignupAttemptStep {
    match stage {
        Stage::NeedsEmail { .. } => SignupAttemptStep::VerifyEmail,
        Stage::Done { .. } => SignupAttemptStep::Completed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::World;

    fn waiting(decoy: bool) -> Stage {
        let text = |text: &str| text.to_owned();
        let profile = Profile {
            email: text("ada@ex.com"),
            username: Some(text("ada")),
            first_name: text("Ada"),
            last_name: text(""),
            password_hash: text("$argon2id$"),
            invitation: None,
        };
        Stage::NeedsEmail { profile, decoy }
    }

    fn proved() -> Fact {
        Fact::EmailProved { user: UserId::draw(&World::for_tests(1)) }
    }

    #[test]
    fn a_proved_address_completes_the_sign_up_until_its_last_millisecond() {
        let fact = proved();
        let Fact::EmailProved { user } = &fact;
        let done = Stage::Done { user: user.to_string() };
        assert_eq!(step(&waiting(false), &fact, 1_799_999, 1_800_000), Ok(done.clone()));
        assert_eq!(step(&waiting(false), &fact, 1_800_000, 1_800_000), Err(Misstep::Expired));
        assert_eq!(step(&done, &fact, 0, 1_800_000), Err(Misstep::NotOpen));
        assert_eq!(current_step(&done), SignupAttemptStep::Completed);
    }

    #[test]
    fn nothing_completes_a_sign_up_for_an_address_that_is_taken() {
        assert_eq!(step(&waiting(true), &proved(), 0, 1_800_000), Err(Misstep::NotOpen));
        assert_eq!(current_step(&waiting(true)), current_step(&waiting(false)));
    }

    #[test]
    fn a_stage_that_an_older_server_kept_has_neither_a_username_nor_an_invitation() {
        let kept = r#"{"stage":"needs_email","profile":{"email":"ada@ex.com","first_name":"","last_name":"",
            "password_hash":"$argon2id$"},"decoy":false}"#;
        let read: Stage = serde_json::from_str(kept).unwrap();
        assert!(matches!(
            read,
            Stage::NeedsEmail { profile: Profile { username: None, invitation: None, .. }, decoy: false }
        ));
    }

    #[test]
    fn a_stage_is_read_back_as_it_was_kept() {
        let kept = serde_json::to_string(&waiting(true)).unwrap();
        assert_eq!(serde_json::from_str::<Stage>(&kept).unwrap(), waiting(true));
    }
}
