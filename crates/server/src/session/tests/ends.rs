//! Which end a session tells of.

use super::*;

/// What the store makes of a plan.
fn carry_out(loaded: &mut Loaded, plan: &Plan) {
    loaded.sign_ins.retain(|sign_in| plan.end.iter().all(|(id, _)| *id != sign_in.id));
    loaded.active = plan.active.clone().unwrap_or(loaded.active.take());
    loaded.end_reason = plan.end_reason.unwrap_or(loaded.end_reason);
}

#[test]
fn every_end_of_the_active_one_is_told_also_that_of_who_took_over() {
    use EndReason::*;
    let reasons = [SignedOut, SignedOutElsewhere, Idle, MaxAge, RevokedByAdmin, CredentialsChanged];
    let reasons =
        [&reasons[..], &[UserDisabled, UserDeleted, MembershipEnded, EvictedByCap, Superseded]].concat();
    for (first, second) in
        reasons.iter().flat_map(|first| reasons.iter().map(move |second| (*first, *second)))
    {
        let Made { mut loaded, .. } = made(&[MAX_AGE; 3]);
        let ids: Vec<SignInId> = loaded.sign_ins.iter().map(|sign_in| sign_in.id.clone()).collect();
        let both = vec![(ids[2].clone(), first), (ids[1].clone(), second)];
        assert_eq!(end(&loaded, both).end_reason, Some(Some(second)), "{first:?} and {second:?} at once");
        for (place, reason, told) in [(2, first, first), (0, second, first), (1, second, second)] {
            let plan = end(&loaded, vec![(ids[place].clone(), reason)]);
            carry_out(&mut loaded, &plan);
            assert_eq!(
                (loaded.end_reason, &loaded.active),
                (Some(told), &None),
                "{first:?}, {second:?}, {place}"
            );
        }
    }
}

#[test]
fn a16_what_expires_is_idle_unless_it_has_reached_its_longest_life() {
    let made = made(&[7 * DAY, MAX_AGE, 8 * DAY]);
    assert!(expire(&made.loaded, MAX_AGE, 7 * DAY - 1).is_empty());
    let plan = expire(&made.loaded, MAX_AGE, 7 * DAY);
    assert_eq!((plan.end, plan.active), (vec![(made.id(0), EndReason::Idle)], None));
    let plan = expire(&made.loaded, MAX_AGE, MAX_AGE);
    let reasons: Vec<_> = plan.end.iter().map(|(_, reason)| *reason).collect();
    assert_eq!(
        reasons,
        [EndReason::Idle, EndReason::Idle, EndReason::MaxAge],
        "in the order in which they ended"
    );
    // The active one was idle on the eighth day; its successor lived on to its longest life.
    assert_eq!((plan.active, plan.end_reason), (Some(None), Some(Some(EndReason::MaxAge))));
}

proptest! {
    #[test]
    fn expiry_ends_exactly_what_is_due_for_the_right_reason(
        expiries in proptest::collection::vec(1i64..100, 1..6),
        listed in proptest::collection::vec(1i64..100, 0..4),
        max_age in 1i64..100,
        now in 0i64..120,
    ) {
        let made = made(&expiries).with_attempts(&listed);
        let plan = expire(&made.loaded, max_age, now);
        let reason = |expires_at: i64| if expires_at >= max_age { EndReason::MaxAge } else { EndReason::Idle };
        let mut due: Vec<_> = (0..expiries.len()).filter(|place| expiries[*place] <= now).collect();
        due.sort_by_key(|place| expiries[*place]);
        let due: Vec<_> = due.into_iter().map(|place| (made.id(place), reason(expiries[place]))).collect();
        prop_assert_eq!(&plan.end, &due);
        let lapsed = (0..listed.len()).filter(|place| listed[*place] <= now);
        let lapsed: Vec<_> = lapsed.map(|place| made.loaded.attempts[place].id.clone()).collect();
        prop_assert_eq!(&plan.end_attempts, &lapsed);
        // The last one is active: while it lives no other's end is told.
        let is_told = expiries.last().is_some_and(|expires_at| *expires_at <= now);
        prop_assert_eq!((plan.active.is_some(), plan.end_reason.is_some()), (is_told, is_told));
        // What is told is the same if somebody looks at every moment.
        let mut watched = made.loaded.clone();
        for at in 0..=now {
            let plan = expire(&watched, max_age, at);
            carry_out(&mut watched, &plan);
        }
        prop_assert_eq!(watched.end_reason, plan.end_reason.flatten());
        let first = made.loaded.first_expiry();
        prop_assert_eq!(due.len() + lapsed.len() > 0, first.is_some_and(|first| first <= now));
    }
}
