use super::rack::{Key, Rack};
use super::*;
use crate::id::UserId;
use crate::world::World;
use keyrack_protocol::SignupAttemptStep;
use proptest::prelude::*;

mod ends;
mod scopes;

const DAY: i64 = 86_400_000;
const MAX_AGE: i64 = 30 * DAY;

/// A session with sign-ins that expire at these times, and the whole rack of it.
struct Made {
    loaded: Loaded,
    keys: Vec<Key>,
    vault: Vault,
}

fn made(expiries: &[i64]) -> Made {
    let (world, vault) = (World::for_tests(1), Vault::new(&[1; 32]).unwrap());
    let id = SessionId::draw(&world);
    let key = Key::draw(&world, id.as_str());
    let mut keys = vec![key.clone()];
    let sign_ins = expiries.iter().zip(1..).map(|(expires_at, activated_at)| {
        let id = SignInId::draw(&world);
        let key = Key::draw(&world, id.as_str());
        keys.push(key.clone());
        sign_in(&world, id, store::key_hash(&vault, &key), (*expires_at, activated_at))
    });
    let sign_ins: Vec<_> = sign_ins.collect();
    let active = sign_ins.last().map(|sign_in| sign_in.id.clone());
    let key_hash = store::key_hash(&vault, &key);
    let loaded = Loaded {
        id,
        deployment: "dev".to_owned(),
        revision: 1,
        key_hash,
        active,
        end_reason: None,
        valid_until: 0,
        outer_until: MAX_AGE,
        created_at: 0,
        updated_at: 0,
        ended_at: None,
        sign_ins,
        attempts: Vec::new(),
    };
    Made { loaded, keys, vault }
}

fn sign_in(
    world: &World,
    id: SignInId,
    key_hash: String,
    (expires_at, activated_at): (i64, i64),
) -> LiveSignIn {
    let user = User {
        id: UserId::draw(world),
        first_name: String::new(),
        last_name: String::new(),
        username: None,
        has_password: true,
        disabled_at: None,
        deleted_at: None,
        second_factor_at: None,
        created_at: 0,
        updated_at: 0,
        emails: Vec::new(),
        ways: crate::user::ways::Ways::none(),
    };
    LiveSignIn {
        id,
        key_hash,
        proof: crate::session::Proof::by_password(0),
        old: None,
        user,
        bounds: crate::session::Bounds::default(),
        scope: None,
        ip_address: String::new(),
        user_agent: String::new(),
        activated_at,
        last_active_at: 0,
        expires_at,
        created_at: 0,
        updated_at: 0,
    }
}

fn sign_up(id: &AttemptId) -> SignupAttempt {
    SignupAttempt {
        id: id.to_string(),
        session_id: String::new(),
        first_name: String::new(),
        last_name: String::new(),
        email: String::new(),
        username: String::new(),
        phone_number: String::new(),
        phone_country_code: String::new(),
        required_fields: Vec::new(),
        missing_fields: Vec::new(),
        current_step: SignupAttemptStep::VerifyEmail,
        remaining_steps: Vec::new(),
        completed: false,
        expires_at: String::new(),
    }
}

impl Made {
    /// Puts attempts behind the sign-ins that are listed until these times.
    fn with_attempts(mut self, listed: &[i64]) -> Self {
        let world = World::for_tests(2);
        for listed_until in listed {
            let id = AttemptId::draw(&world);
            let key = Key::draw(&world, id.as_str());
            let shown = Shown::SignUp(Box::new(sign_up(&id)));
            let key_hash = store::key_hash(&self.vault, &key);
            self.loaded.attempts.push(LiveAttempt { id, key_hash, listed_until: *listed_until, shown });
            self.keys.push(key);
        }
        self
    }

    /// What a rack opens that has the session's key and those of the things at these places, sign-ins first.
    fn opened(&self, places: &[usize]) -> Opened {
        let rack = Rack::new(self.loaded.id.clone(), self.keys[0].clone());
        let keys = places.iter().map(|place| self.keys[place + 1].clone()).collect();
        self.loaded.opened_by(&rack.renewed(keys, |_| true), &self.vault).expect("its own rack opens it")
    }

    fn id(&self, place: usize) -> SignInId {
        self.loaded.sign_ins[place].id.clone()
    }
}

#[test]
fn a_rack_opens_exactly_what_it_has_keys_for() {
    let made = made(&[MAX_AGE; 3]);
    let opened = made.opened(&[0, 2]);
    assert_eq!([0, 1, 2, 3, 64].map(|place| opened.sign_in(place)), [true, false, true, false, false]);
    assert!(!opened.is_all(&made.loaded));
    assert!(made.opened(&[0, 1, 2]).is_all(&made.loaded));
    let foreign = Key::draw(&World::for_tests(9), made.loaded.id.as_str());
    assert_eq!(made.loaded.opened_by(&Rack::new(made.loaded.id.clone(), foreign), &made.vault), None);
}

#[test]
fn the_last_active_of_the_others_takes_over_from_the_active_one() {
    let mut made = made(&[MAX_AGE; 3]);
    made.loaded.sign_ins[0].activated_at = 9;
    let all = made.opened(&[0, 1, 2]);
    let plan = sign_out_one(&made.loaded, all, made.id(2).as_str()).unwrap();
    assert_eq!(plan.end, [(made.id(2), EndReason::SignedOut)]);
    assert_eq!(plan.active, Some(Some(made.id(0))));
    assert_eq!(plan.end_reason, Some(Some(EndReason::SignedOut)));

    let plan = sign_out_one(&made.loaded, all, made.id(1).as_str()).unwrap();
    assert_eq!((plan.active, plan.end_reason), (None, None), "an inactive one leaves the active one alone");
    let alone = made.opened(&[2]);
    assert_eq!(sign_out_one(&made.loaded, alone, made.id(2).as_str()).unwrap().active, Some(None));
}

#[test]
fn a_switch_to_the_active_account_changes_nothing() {
    let made = made(&[MAX_AGE; 2]);
    let all = made.opened(&[0, 1]);
    assert!(switch_to(&made.loaded, all, made.id(1).as_str()).unwrap().is_empty());
    let plan = switch_to(&made.loaded, all, made.id(0).as_str()).unwrap();
    assert_eq!(plan.active, Some(Some(made.id(0))));
    assert_eq!(plan.activate, Some(made.id(0)));
}

#[test]
fn an_activation_is_later_than_all_before_it_whatever_the_clock_says() {
    let mut made = made(&[MAX_AGE; 2]);
    assert_eq!(made.loaded.next_activation(100), 100);
    made.loaded.sign_ins[0].activated_at = 100;
    assert_eq!(made.loaded.next_activation(100), 101);
    assert_eq!(made.loaded.next_activation(50), 101);
}

proptest! {
    #[test]
    fn what_a_rack_does_not_open_is_never_changed_and_never_shown(
        count in 1usize..6,
        open in proptest::collection::vec(any::<bool>(), 6),
        target in 0usize..6,
        stored in proptest::option::of(0usize..6),
    ) {
        let mut made = made(&vec![MAX_AGE; count]);
        made.loaded.active = stored.filter(|place| *place < count).map(|place| made.id(place));
        let places: Vec<usize> = (0..count).filter(|place| open[*place]).collect();
        let opened = made.opened(&places);
        let mine: Vec<SignInId> = places.iter().map(|place| made.id(*place)).collect();

        let active = made.loaded.active_for(opened).map(|sign_in| sign_in.id.clone());
        prop_assert_eq!(active.is_some(), !mine.is_empty());
        prop_assert!(active.is_none_or(|id| mine.contains(&id)));

        let target = made.loaded.sign_ins[target % count].id.clone();
        let plans = [
            switch_to(&made.loaded, opened, target.as_str()),
            sign_out_one(&made.loaded, opened, target.as_str()),
            Ok(sign_out_all(&made.loaded, opened)),
        ];
        for plan in plans {
            let Ok(plan) = plan else {
                prop_assert!(!mine.contains(&target));
                continue;
            };
            prop_assert!(plan.end.iter().all(|(id, _)| mine.contains(id)));
            prop_assert!(plan.activate.iter().all(|id| mine.contains(id)));
            prop_assert!(plan.active.iter().flatten().all(|id| mine.contains(id)));
            // The owner's active account is moved only by a rack that opens it.
            prop_assert!(plan.active.is_none() || made.loaded.may_activate(opened));
        }
    }

    #[test]
    fn a_sign_out_of_all_ends_exactly_what_the_rack_opens(
        open in proptest::collection::vec(any::<bool>(), 9),
        sign_ins in 0usize..6,
        attempts in 0usize..4,
    ) {
        let made = made(&vec![MAX_AGE; sign_ins]).with_attempts(&vec![DAY; attempts]);
        let places: Vec<usize> = (0..sign_ins + attempts).filter(|place| open[*place]).collect();
        let opened = made.opened(&places);
        let plan = sign_out_all(&made.loaded, opened);
        let mine = places.iter().filter(|place| **place < sign_ins);
        let mine: Vec<_> = mine.map(|place| (made.id(*place), EndReason::SignedOut)).collect();
        prop_assert_eq!(&plan.end, &mine);
        let mine = places.iter().filter(|place| **place >= sign_ins);
        let mine: Vec<_> = mine.map(|place| made.loaded.attempts[place - sign_ins].id.clone()).collect();
        prop_assert_eq!(&plan.end_attempts, &mine);
        for attempt in &made.loaded.attempts {
            let found = made.loaded.visible_attempt(opened, attempt.id.as_str());
            prop_assert_eq!(found.is_ok(), mine.contains(&attempt.id));
        }
    }
}
