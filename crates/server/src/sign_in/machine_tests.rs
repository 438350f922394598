use super::*;
use proptest::prelude::*;

const DEADLINE: i64 = 1_800_000;

fn proof(second_factor_at: Option<i64>) -> Proof {
    Proof { methods: "pwd".to_owned(), proved_at: 0, second_factor_at }
}

fn fact(attempt: &str, proved: Proved) -> Fact {
    Fact { attempt: attempt.to_owned(), proved }
}

fn first(user: &str, second_factor_at: Option<i64>) -> Proved {
    Proved::First { user: user.to_owned(), proof: proof(second_factor_at) }
}

fn waiting(user: Option<&str>) -> Stage {
    Stage::First { step: Step::VerifyEmailOtp, user: user.map(str::to_owned) }
}

fn at(stage: &Stage) -> Attempt<'_> {
    Attempt { id: "att_1", stage, deadline: DEADLINE }
}

#[test]
fn a_first_factor_is_enough_where_nothing_else_is_asked_until_the_last_millisecond() {
    let (stage, proved) = (waiting(Some("usr_1")), fact("att_1", first("usr_1", None)));
    let done = Stage::Done { user: "usr_1".to_owned(), proof: proof(None) };
    assert_eq!(step(at(&stage), &proved, Needs::default(), DEADLINE - 1), Ok(done.clone()));
    assert_eq!(step(at(&stage), &proved, Needs::default(), DEADLINE), Err(Misstep::Expired));
    assert_eq!(step(at(&done), &proved, Needs::default(), 0), Err(Misstep::NotOpen));
    assert_eq!(current_step(&done), Step::Completed);
}

#[test]
fn nothing_fits_an_attempt_of_nobody_and_no_other_account_fits_one() {
    for (whose, by) in [(None, "usr_1"), (Some("usr_2"), "usr_1")] {
        let (stage, proved) = (waiting(whose), fact("att_1", first(by, Some(1))));
        assert_eq!(step(at(&stage), &proved, Needs::default(), 0), Err(Misstep::NotOpen));
    }
    assert_eq!(current_step(&waiting(None)), current_step(&waiting(Some("usr_1"))));
}

#[test]
fn everything_that_is_asked_comes_in_order_and_what_was_passed_does_not_come_again() {
    let all =
        Needs { email: true, phone: true, password: true, second_factor: SecondFactor::Prove, profile: true };
    let mut stage = begun("usr_1", &proof(None), all);
    let passed = [
        (Step::VerifyEmail, Proved::Email, Needs { email: false, ..all }),
        (Step::VerifyPassword, Proved::Password, Needs { email: false, ..all }),
        (
            Step::VerifySecondFactor,
            Proved::SecondFactor("otp"),
            Needs { email: false, password: false, ..all },
        ),
        (Step::VerifyPhone, Proved::Phone { is_factor: false }, Needs { phone: false, ..all }),
        // A number came with the profile that is not proved: the next sign-in asks for that.
        (Step::CompleteProfile, Proved::Profile, Needs { phone: true, profile: false, ..all }),
    ];
    for (waits_for, proved, needs) in passed {
        assert_eq!(current_step(&stage), waits_for);
        stage = step(at(&stage), &fact("att_1", proved), needs, 5).unwrap();
    }
    let Stage::Done { proof, .. } = stage else { panic!("{stage:?}") };
    assert_eq!(proof.methods, "pwd mail otp mfa sms");
    assert_eq!((proof.proved_at, proof.second_factor_at), (5, Some(5)));
}

#[test]
fn a_stage_that_waits_for_what_nobody_asks_any_more_is_over() {
    let asked = Needs { second_factor: SecondFactor::Prove, ..Needs::default() };
    let stage = begun("usr_1", &proof(None), asked);
    assert!(is_current(&stage, asked));
    assert!(!is_current(&stage, Needs::default()));
    assert!(!is_current(&stage, Needs { second_factor: SecondFactor::Add, ..Needs::default() }));
}

#[test]
fn what_comes_after_a_second_factor_is_over_when_there_is_one_to_be_proved_since() {
    let phone = Needs { phone: true, profile: true, ..Needs::default() };
    for (needs, is_over) in
        [(phone, true), (Needs { phone: false, ..phone }, true), (Needs { email: true, ..phone }, false)]
    {
        let stage = begun("usr_1", &proof(None), needs);
        assert!(is_current(&stage, needs));
        let since = Needs { second_factor: SecondFactor::Prove, ..needs };
        assert_eq!(is_current(&stage, since), !is_over, "{stage:?}");
    }
}

#[test]
fn a_stage_is_read_back_as_it_was_kept() {
    let asked = Needs { second_factor: SecondFactor::Add, profile: true, ..Needs::default() };
    for stage in [waiting(None), waiting(Some("usr_1")), begun("usr_1", &proof(None), asked)] {
        let kept = serde_json::to_string(&stage).unwrap();
        assert_eq!(serde_json::from_str::<Stage>(&kept).unwrap(), stage);
    }
}

fn any_needs() -> impl Strategy<Value = Needs> {
    let second =
        prop_oneof![Just(SecondFactor::NotAsked), Just(SecondFactor::Prove), Just(SecondFactor::Add)];
    (any::<[bool; 4]>(), second).prop_map(|([email, phone, password, profile], second_factor)| Needs {
        email,
        phone,
        password,
        second_factor,
        profile,
    })
}

fn any_proved() -> impl Strategy<Value = Proved> {
    prop_oneof![
        (prop_oneof![Just("usr_1"), Just("usr_2")], prop_oneof![4 => Just(None), 1 => Just(Some(1))])
            .prop_map(|(user, second)| first(user, second)),
        Just(Proved::Email),
        any::<bool>().prop_map(|is_factor| Proved::Phone { is_factor }),
        Just(Proved::Password),
        Just(Proved::SecondFactor("otp")),
        Just(Proved::NewSecondFactor("otp")),
        Just(Proved::Profile),
    ]
}

fn any_fact() -> impl Strategy<Value = (Fact, i64)> {
    let attempt = prop_oneof![4 => Just("att_1"), 1 => Just("att_2")];
    (attempt, any_proved(), 0..DEADLINE * 2).prop_map(|(attempt, proved, now)| (fact(attempt, proved), now))
}

/// What the account needs once `proved` is true: what was done is not needed any more.
fn after(needs: Needs, proved: &Proved) -> Needs {
    match proved {
        Proved::Email => Needs { email: false, ..needs },
        Proved::Phone { .. } => Needs { phone: false, ..needs },
        Proved::NewSecondFactor(_) => Needs { second_factor: SecondFactor::Prove, ..needs },
        Proved::Profile => Needs { profile: false, ..needs },
        Proved::Password => Needs { password: false, ..needs },
        Proved::First { .. } | Proved::SecondFactor(_) => needs,
    }
}

/// The fact that a step waits for.
fn wanted(step: Step) -> Proved {
    match step {
        Step::VerifyEmail => Proved::Email,
        Step::VerifyPhone => Proved::Phone { is_factor: false },
        Step::VerifyPassword => Proved::Password,
        Step::VerifySecondFactor => Proved::SecondFactor("otp"),
        Step::AddSecondFactor => Proved::NewSecondFactor("otp"),
        Step::CompleteProfile => Proved::Profile,
        _ => first("usr_1", None),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn no_facts_reach_a_sign_in_without_all_that_is_asked(
        asked in any_needs(), facts in proptest::collection::vec(any_fact(), 0..30)
    ) {
        let (mut stage, mut needs) = (waiting(Some("usr_1")), asked);
        let mut true_facts = Vec::new();
        for (fact, now) in facts {
            let before = stage.clone();
            match step(at(&before), &fact, after(needs, &fact.proved), now) {
                Ok(moved) => {
                    prop_assert!(now < DEADLINE, "nothing moves after the end");
                    prop_assert_eq!(fact.attempt.as_str(), "att_1");
                    needs = after(needs, &fact.proved);
                    true_facts.push(fact.proved);
                    stage = moved;
                }
                Err(Misstep::Expired) => prop_assert!(now >= DEADLINE),
                Err(Misstep::Foreign) => prop_assert_eq!(fact.attempt.as_str(), "att_2"),
                Err(Misstep::NotOpen) => {
                    let is_done = matches!(before, Stage::Done { .. });
                    prop_assert!(is_done || fact.proved != wanted(current_step(&before)));
                }
            }
        }
        if let Stage::Done { user, proof } = stage {
            let has = |proved: &Proved| true_facts.contains(proved);
            let by_first = true_facts.iter().any(|it| matches!(it, Proved::First { user, .. } if user == "usr_1"));
            prop_assert!(by_first && user == "usr_1");
            prop_assert!(!asked.email || has(&Proved::Email));
            let as_factor = has(&Proved::Phone { is_factor: true });
            let by_number = as_factor || has(&Proved::Phone { is_factor: false });
            prop_assert!(!asked.phone || by_number);
            prop_assert!(!asked.password || has(&Proved::Password));
            prop_assert!(!asked.profile || has(&Proved::Profile));
            prop_assert!(asked.second_factor == SecondFactor::NotAsked || proof.second_factor_at.is_some());
            let second = as_factor || has(&Proved::SecondFactor("otp")) || has(&Proved::NewSecondFactor("otp"));
            prop_assert!(proof.second_factor_at.is_none() || second || has(&first("usr_1", Some(1))));
        }
    }

    #[test]
    fn no_stage_is_a_dead_end(asked in any_needs()) {
        let (mut stage, mut needs) = (waiting(Some("usr_1")), asked);
        for _ in 0..7 {
            if matches!(stage, Stage::Done { .. }) {
                break;
            }
            prop_assert!(is_current(&stage, needs));
            let proved = wanted(current_step(&stage));
            needs = after(needs, &proved);
            stage = step(at(&stage), &fact("att_1", proved), needs, 0).unwrap();
        }
        prop_assert!(matches!(stage, Stage::Done { .. }), "{stage:?}");
    }
}

#[test]
fn every_step_is_reached() {
    let one = |needs: Needs| current_step(&begun("usr_1", &proof(None), needs));
    let none = Needs::default();
    assert_eq!(one(Needs { email: true, ..none }), Step::VerifyEmail);
    assert_eq!(one(Needs { phone: true, ..none }), Step::VerifyPhone);
    assert_eq!(one(Needs { password: true, ..none }), Step::VerifyPassword);
    assert_eq!(one(Needs { second_factor: SecondFactor::Prove, ..none }), Step::VerifySecondFactor);
    assert_eq!(one(Needs { second_factor: SecondFactor::Add, ..none }), Step::AddSecondFactor);
    assert_eq!(one(Needs { profile: true, ..none }), Step::CompleteProfile);
    assert_eq!(one(none), Step::Completed);
}
