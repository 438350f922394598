use super::*;

#[test]
fn the_tenth_wrong_password_begins_a_pause_that_doubles_up_to_a_day() {
    let mut counter = Counter::default();
    let mut now = 1_000_000;
    for _ in 0..9 {
        let (verdict, after) = PASSWORD.count(counter, now);
        assert_eq!((verdict, after.blocked_until), (Verdict::Counted, now));
        counter = after;
    }
    for pause in [15_000, 30_000, 60_000, 120_000] {
        counter = PASSWORD.count(counter, now).1;
        assert_eq!(PASSWORD.count(counter, now + pause - 1).0, Verdict::Wait(1));
        now += pause;
    }
    for _ in 0..40 {
        counter = PASSWORD.count(counter, now).1;
        assert!(counter.blocked_until - now <= DAY);
        now = counter.blocked_until;
    }
    assert_eq!(PASSWORD.count(counter, now).1.blocked_until - now, DAY);
}

#[test]
fn a_budget_is_empty_until_its_hour_is_over() {
    let mut counter = Counter::default();
    for minute in 0..5 {
        let (verdict, after) = CODE_MAIL.count(counter, HOUR + minute * 60_000);
        assert_eq!(verdict, Verdict::Counted);
        counter = after;
    }
    assert_eq!(CODE_MAIL.count(counter, HOUR + 5 * 60_000).0, Verdict::Wait(55 * 60_000));
    assert_eq!(CODE_MAIL.count(counter, 2 * HOUR - 1).0, Verdict::Wait(1));
    assert_eq!(CODE_MAIL.count(counter, 2 * HOUR).0, Verdict::Counted);
    assert!(CODE_MAIL.is_full(counter, HOUR + 5 * 60_000));
    assert!(!CODE_MAIL.is_full(Counter { count: 4, ..counter }, HOUR + 5 * 60_000));
}

#[test]
fn clocks_of_nodes_that_differ_make_no_pause_and_none_longer() {
    let (fast, slow) = (1_060_000, 1_000_000);
    let one = PASSWORD.count(Counter::default(), fast).1;
    assert_eq!(PASSWORD.count(one, slow).0, Verdict::Counted, "one wrong password is no reason to wait");
    let tenth = PASSWORD.count(Counter { count: 9, ..one }, fast).1;
    assert_eq!(PASSWORD.count(tenth, slow), (Verdict::Wait(15_000), tenth));
    assert_eq!(PASSWORD.count(tenth, fast + 14_999).0, Verdict::Wait(1));
    // A pause that the slow node began is over sooner for the fast one, the next one only by as much.
    let by_slow = PASSWORD.count(Counter { count: 9, ..one }, slow).1;
    let next = PASSWORD.count(by_slow, fast).1;
    assert_eq!(PASSWORD.count(next, slow).0, Verdict::Wait(30_000));
    let empty = Counter { count: 5, window_started_at: fast, ..one };
    assert_eq!(CODE_MAIL.count(empty, slow).0, Verdict::Wait(HOUR));
}

#[test]
fn what_a_clock_left_that_was_years_ahead_keeps_nobody_out_for_years() {
    let (now, ahead) = (1_000_000, 1_000_000 + 3650 * DAY);
    let blocked = Counter { count: 12, window_started_at: ahead, blocked_until: ahead + 60_000 };
    let (verdict, left) = PASSWORD.count(blocked, now);
    let next = Counter { count: 13, window_started_at: now, blocked_until: now + 120_000 };
    assert_eq!((verdict, left), (Verdict::Counted, next));
    let empty = Counter { count: 5, window_started_at: ahead, blocked_until: ahead };
    let (verdict, left) = CODE_MAIL.count(empty, now);
    assert_eq!(
        (verdict, left),
        (Verdict::Counted, Counter { count: 1, window_started_at: now, blocked_until: now })
    );
    // What a clock within bounds left is kept as it is.
    let near = Counter { count: 5, window_started_at: now + SKEW_MS, blocked_until: now };
    assert_eq!(CODE_MAIL.count(near, now), (Verdict::Wait(HOUR), near));
}
