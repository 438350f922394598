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

fn fact(proved: Proved) -> Fact<'static> {
    Fact { attempt: "att_1", proved }
}

fn at(stage: &Stage) -> Attempt<'_> {
    Attempt { id: "att_1", stage, deadline: DEADLINE }
}

/// The same stage after somebody has asked for what an authenticator is set up with.
fn set_up(stage: Stage) -> Stage {
    match stage {
        Stage::NeedsAuthenticator { profile, .. } => {
            let set_up = SetUp { id: "aut_1".to_owned(), sealed: "x".to_owned() };
            Stage::NeedsAuthenticator { profile, set_up: Some(set_up) }
        }
        stage => stage,
    }
}

/// What follows one fact after the other, as far as they move anything; what somebody sets up is there.
fn walked(phone: bool, needs: Needs, facts: &[Proved]) -> Stage {
    let user = user();
    facts.iter().fold(begun(phone, false), |stage, proved| {
        let stage = set_up(stage);
        step(at(&stage), (fact(*proved), &user), needs, 0).unwrap_or(stage)
    })
}

#[test]
fn a_proved_address_completes_the_sign_up_until_its_last_millisecond() {
    let (user, stage) = (user(), begun(false, false));
    let done = Stage::Done { user: user.to_string() };
    let at_time = |now| step(at(&stage), (fact(Proved::Email), &user), Needs::default(), now);
    assert_eq!(at_time(DEADLINE - 1), Ok(done.clone()));
    assert_eq!(at_time(DEADLINE), Err(Misstep::Expired));
    assert_eq!(step(at(&done), (fact(Proved::Email), &user), Needs::default(), 0), Err(Misstep::NotOpen));
    assert_eq!(
        (current_step(&done), remaining(&done, Needs::default())),
        (SignupAttemptStep::Completed, vec![])
    );
}

#[test]
fn nothing_moves_a_sign_up_for_an_address_that_is_taken_and_it_shows_the_same() {
    for (phone, authenticator) in [(false, false), (true, false), (false, true), (true, true)] {
        let (decoy, real, needs) = (begun(phone, true), begun(phone, false), Needs { authenticator });
        for proved in [Proved::Email, Proved::Phone, Proved::Authenticator] {
            assert_eq!(step(at(&decoy), (fact(proved), &user()), needs, 0), Err(Misstep::NotOpen));
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
        (&[Proved::Email], vec![VerifyPhone, VerifyAuthenticator]),
        (&[Proved::Email, Proved::Phone], vec![VerifyAuthenticator]),
        (&[Proved::Email, Proved::Phone, Proved::Authenticator], vec![]),
        (&[Proved::Phone, Proved::Authenticator], vec![VerifyEmail, VerifyPhone, VerifyAuthenticator]),
        (&[Proved::Email, Proved::Authenticator], vec![VerifyPhone, VerifyAuthenticator]),
    ] {
        assert_eq!(remaining(&walked(true, needs, facts), needs), left, "{facts:?}");
    }
}

#[test]
fn an_authenticator_that_nobody_set_up_proves_nothing() {
    let stage = Stage::NeedsAuthenticator { profile: filled_in(false), set_up: None };
    let (needs, proved) = (Needs { authenticator: true }, fact(Proved::Authenticator));
    assert_eq!(step(at(&stage), (proved, &user()), needs, 0), Err(Misstep::NotOpen));
}

/// The fact that a stage waits for.
fn wanted(stage: &Stage) -> Option<Proved> {
    match current_step(stage) {
        SignupAttemptStep::VerifyEmail => Some(Proved::Email),
        SignupAttemptStep::VerifyPhone => Some(Proved::Phone),
        SignupAttemptStep::VerifyAuthenticator => Some(Proved::Authenticator),
        SignupAttemptStep::Completed => None,
    }
}

fn any_fact() -> impl Strategy<Value = (Fact<'static>, i64)> {
    let attempt = prop_oneof![4 => Just("att_1"), 1 => Just("att_2")];
    let proved = prop_oneof![Just(Proved::Email), Just(Proved::Phone), Just(Proved::Authenticator)];
    let now = prop_oneof![4 => 0..DEADLINE, 1 => DEADLINE..DEADLINE * 2];
    (attempt, proved, now).prop_map(|(attempt, proved, now)| (Fact { attempt, proved }, now))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn no_facts_make_an_account_without_all_of_them_in_order_in_time_and_in_its_own_attempt(
        phone: bool,
        authenticator: bool,
        decoy in prop_oneof![4 => Just(false), 1 => Just(true)],
        facts in proptest::collection::vec(any_fact(), 0..20),
    ) {
        let (needs, user, mut stage, mut moved_by) = (Needs { authenticator }, user(), begun(phone, decoy), Vec::new());
        for (fact, now) in facts {
            let before = set_up(stage);
            stage = match step(at(&before), (fact, &user), needs, now) {
                Ok(moved) => {
                    prop_assert!(now < DEADLINE, "nothing moves after the end");
                    prop_assert_eq!(fact.attempt, "att_1");
                    prop_assert_eq!(Some(fact.proved), wanted(&before));
                    moved_by.push(fact.proved);
                    moved
                }
                Err(why) => {
                    match why {
                        Misstep::Expired => prop_assert!(now >= DEADLINE),
                        Misstep::Foreign => prop_assert_eq!(fact.attempt, "att_2"),
                        Misstep::NotOpen => prop_assert!(decoy || Some(fact.proved) != wanted(&before)),
                    }
                    before
                }
            };
        }
        let all = [(true, Proved::Email), (phone, Proved::Phone), (authenticator, Proved::Authenticator)];
        let all: Vec<_> = all.into_iter().filter(|(is_wanted, _)| *is_wanted).map(|(_, proved)| proved).collect();
        prop_assert!(all.starts_with(&moved_by));
        prop_assert_eq!(matches!(stage, Stage::Done { .. }), moved_by == all);
        prop_assert!(!decoy || moved_by.is_empty());
    }

    #[test]
    fn no_stage_is_a_dead_end(phone: bool, authenticator: bool) {
        let (needs, user, mut stage) = (Needs { authenticator }, user(), begun(phone, false));
        for left in (0..remaining(&stage, needs).len()).rev() {
            let Some(proved) = wanted(&stage) else { break };
            stage = step(at(&set_up(stage)), (fact(proved), &user), needs, DEADLINE - 1).unwrap();
            prop_assert_eq!(remaining(&stage, needs).len(), left);
        }
        prop_assert!(matches!(stage, Stage::Done { .. }), "{stage:?}");
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
