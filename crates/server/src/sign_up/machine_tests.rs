use super::*;
use crate::world::World;
use proptest::prelude::*;

const DEADLINE: i64 = 1_800_000;

fn filled_in(phone: bool) -> Profile {
    let text = |text: &str| text.to_owned();
    Profile {
        email: text("ada@ex.com"),
        username: Some(text("ada")),
        phone: phone.then(|| text("+14155552671")),
        first_name: text("Ada"),
        last_name: text(""),
        password_hash: text("$argon2id$"),
        invitation: None,
    }
}

fn begun(phone: bool, decoy: bool) -> Stage {
    Stage::NeedsEmail { profile: filled_in(phone), decoy }
}

fn user() -> UserId {
    UserId::draw(&World::for_tests(1))
}

/// What follows one fact after the other, as far as they move anything; what somebody sets up is there.
fn walked(phone: bool, needs: Needs, facts: &[Fact]) -> Stage {
    let user = user();
    facts.iter().fold(begun(phone, false), |stage, fact| {
        let stage = match stage {
            Stage::NeedsAuthenticator { profile, .. } => {
                let set_up = SetUp { id: "aut_1".to_owned(), sealed: "x".to_owned() };
                Stage::NeedsAuthenticator { profile, set_up: Some(set_up) }
            }
            stage => stage,
        };
        step(&stage, (*fact, &user), needs, (0, DEADLINE)).unwrap_or(stage)
    })
}

#[test]
fn a_proved_address_completes_the_sign_up_until_its_last_millisecond() {
    let (user, stage) = (user(), begun(false, false));
    let done = Stage::Done { user: user.to_string() };
    let at = |now| step(&stage, (Fact::Email, &user), Needs::default(), (now, DEADLINE));
    assert_eq!(at(DEADLINE - 1), Ok(done.clone()));
    assert_eq!(at(DEADLINE), Err(Misstep::Expired));
    assert_eq!(step(&done, (Fact::Email, &user), Needs::default(), (0, DEADLINE)), Err(Misstep::NotOpen));
    assert_eq!(
        (current_step(&done), remaining(&done, Needs::default())),
        (SignupAttemptStep::Completed, vec![])
    );
}

#[test]
fn nothing_moves_a_sign_up_for_an_address_that_is_taken_and_it_shows_the_same() {
    for (phone, authenticator) in [(false, false), (true, false), (false, true), (true, true)] {
        let (decoy, real, needs) = (begun(phone, true), begun(phone, false), Needs { authenticator });
        for fact in [Fact::Email, Fact::Phone, Fact::Authenticator] {
            assert_eq!(step(&decoy, (fact, &user()), needs, (0, DEADLINE)), Err(Misstep::NotOpen));
        }
        assert_eq!(current_step(&decoy), current_step(&real));
        assert_eq!(remaining(&decoy, needs), remaining(&real, needs));
    }
}

#[test]
fn steps_come_in_their_order_and_each_is_shown_before_it_comes() {
    use SignupAttemptStep::{VerifyAuthenticator, VerifyEmail, VerifyPhone};
    let needs = Needs { authenticator: true };
    for (facts, left) in [
        (&[][..], vec![VerifyEmail, VerifyPhone, VerifyAuthenticator]),
        (&[Fact::Email], vec![VerifyPhone, VerifyAuthenticator]),
        (&[Fact::Email, Fact::Phone], vec![VerifyAuthenticator]),
        (&[Fact::Email, Fact::Phone, Fact::Authenticator], vec![]),
        (&[Fact::Phone, Fact::Authenticator], vec![VerifyEmail, VerifyPhone, VerifyAuthenticator]),
        (&[Fact::Email, Fact::Authenticator], vec![VerifyPhone, VerifyAuthenticator]),
    ] {
        assert_eq!(remaining(&walked(true, needs, facts), needs), left, "{facts:?}");
    }
}

#[test]
fn an_authenticator_that_nobody_set_up_proves_nothing() {
    let stage = Stage::NeedsAuthenticator { profile: filled_in(false), set_up: None };
    let needs = Needs { authenticator: true };
    assert_eq!(step(&stage, (Fact::Authenticator, &user()), needs, (0, DEADLINE)), Err(Misstep::NotOpen));
}

proptest! {
    #[test]
    fn no_sequence_of_facts_makes_an_account_without_all_of_them_in_order(
        phone: bool,
        authenticator: bool,
        picks in proptest::collection::vec(0..3_usize, 0..8),
    ) {
        let facts: Vec<Fact> = picks.iter().map(|pick| [Fact::Email, Fact::Phone, Fact::Authenticator][*pick]).collect();
        let needs = Needs { authenticator };
        let is_done = matches!(walked(phone, needs, &facts), Stage::Done { .. });
        let mut wanted = [(true, Fact::Email), (phone, Fact::Phone), (authenticator, Fact::Authenticator)]
            .into_iter()
            .filter(|(is_wanted, _)| *is_wanted)
            .map(|(_, fact)| fact)
            .peekable();
        for fact in &facts {
            wanted.next_if_eq(fact);
        }
        prop_assert_eq!(is_done, wanted.peek().is_none());
    }
}

#[test]
fn a_stage_that_an_older_server_kept_lacks_what_it_did_not_know() {
    let kept = r#"{"stage":"needs_email","profile":{"email":"ada@ex.com","first_name":"","last_name":"",
        "password_hash":"$argon2id$"},"decoy":false}"#;
    let read: Stage = serde_json::from_str(kept).unwrap();
    let found = profile(&read).unwrap();
    assert_eq!((&found.username, &found.phone, &found.invitation), (&None, &None, &None));
}

#[test]
fn a_stage_is_read_back_as_it_was_kept() {
    let set_up = SetUp { id: "aut_1".to_owned(), sealed: "x".to_owned() };
    for stage in [
        begun(true, true),
        Stage::NeedsPhone { profile: filled_in(true) },
        Stage::NeedsAuthenticator { profile: filled_in(false), set_up: Some(set_up) },
        Stage::Done { user: "usr_1".to_owned() },
    ] {
        let kept = serde_json::to_string(&stage).unwrap();
        assert_eq!(serde_json::from_str::<Stage>(&kept).unwrap(), stage);
    }
}
