use super::*;
use crate::world::World;

const DAY: i64 = 24 * 3_600_000;

fn domain() -> Domain {
    let world = World::for_tests(1);
    Domain {
        id: DomainId::draw(&world),
        organization: OrganizationId::draw(&world),
        fqdn: "example.com".to_owned(),
        record: format!("{PREFIX}abc"),
        join_mode: DomainJoinMode::Automatic,
        attempts: 1,
        verified_at: Some(0),
        checked_at: Some(0),
        missing_since: None,
        missed: 0,
        created_at: 0,
        updated_at: 0,
    }
}

#[test]
fn the_record_proves_it_word_by_word() {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let domain = domain();
    for proof in ["keyrack-verification=abc", " keyrack-verification=abc ", "\"keyrack-verification=abc\""] {
        assert!(domain.is_proved_by(&texts(&["v=spf1 -all", proof])), "{proof}");
    }
    for other in ["", "abc", "keyrack-verification=ABC", "keyrack-verification=abcd", "keyrack-verification="]
    {
        assert!(!domain.is_proved_by(&texts(&[other])), "{other}");
    }
    assert!(!domain.is_proved_by(&[]));
    assert_eq!(domain.record_name(), "_keyrack-verification.example.com");
}

#[test]
fn it_is_lost_when_the_record_was_missing_for_the_whole_grace_and_often() {
    let rules = config::Domains { grace_ms: 7 * DAY, ..config::Domains::default() };
    let since =
        |missing_since: i64, missed: i64| Domain { missing_since: Some(missing_since), missed, ..domain() };
    assert_eq!(domain().found(true, &rules, 0), Found::Stands);
    assert_eq!(domain().found(false, &rules, 100 * DAY), Found::MissedFirst);
    assert_eq!(since(0, 100).found(false, &rules, 7 * DAY - 1), Found::MissedAgain);
    assert_eq!(since(0, 100).found(false, &rules, 7 * DAY), Found::Lost);
    assert_eq!(since(0, 100).found(true, &rules, 70 * DAY), Found::Stands);
    // The server was away for long: two misses are not often.
    assert_eq!(since(0, 1).found(false, &rules, 70 * DAY), Found::MissedAgain);
    assert_eq!(since(0, 2).found(false, &rules, 70 * DAY), Found::Lost);
}

#[test]
fn it_is_missed_several_times_before_the_grace_is_over() {
    for (check_every_ms, grace_ms) in [(DAY, 7 * DAY), (90 * DAY, DAY), (60_000, 60_000), (90 * DAY, 60_000)]
    {
        let rules = config::Domains { check_every_ms, grace_ms, ..config::Domains::default() };
        assert!(rules.retry_ms() * 3 <= grace_ms && rules.retry_ms() >= 15_000, "{rules:?}");
    }
}

#[test]
fn every_mode_has_a_word_of_its_own() {
    for mode in [DomainJoinMode::Automatic, DomainJoinMode::Suggestion, DomainJoinMode::None] {
        assert_eq!(mode_of(mode_word(mode)), mode);
    }
    assert_eq!(mode_of("?"), DomainJoinMode::None);
}
