use super::*;
use crate::world::Random;

const MINUTE: i64 = 60_000;

fn key(name: &str, (created_at, signs_at): (i64, i64)) -> Dated {
    let pkcs8 = Random::System.new_ec_key().unwrap();
    let signer = Arc::new(Signer::new(Algorithm::Es256, Some(name), &pkcs8).unwrap());
    Dated { signer, created_at, signs_at, longest_ms: MINUTE, withdrawn_at: None }
}

fn told(ring: &Ring, now: i64) -> Vec<(String, &'static str)> {
    let of = |key: &Dated| (key.signer.kid().unwrap().to_owned(), ring.state(key, now).as_str());
    ring.all().iter().map(of).collect()
}

#[test]
fn a_key_signs_from_its_moment_until_the_next_ones_and_is_published_around_that() {
    let ring = Ring::of(vec![key("b", (10 * MINUTE, 40 * MINUTE)), key("a", (0, 0))]);
    let states = |now: i64| told(&ring, now).into_iter().map(|(_, state)| state).collect::<Vec<_>>();
    for (now, expected) in [
        (-MINUTE, ["signing", "next"]),
        (39 * MINUTE, ["signing", "next"]),
        (40 * MINUTE - 1, ["signing", "next"]),
        (40 * MINUTE, ["previous", "signing"]),
        (41 * MINUTE + APART_MS - 1, ["previous", "signing"]),
        (41 * MINUTE + APART_MS, ["retired", "signing"]),
    ] {
        assert_eq!(states(now), expected, "{now}");
        let published: Vec<&str> = ring.published(now).map(|jwk| jwk.kid.as_str()).collect();
        assert_eq!(published.contains(&"a"), expected[0] != "retired", "{now}");
        assert!(published.contains(&"b"), "{now}");
    }
}

#[test]
fn a_key_that_others_may_have_signs_nothing_and_is_published_nowhere_from_then_on() {
    let mut old = key("a", (0, 0));
    old.withdrawn_at = Some(50 * MINUTE);
    let ring = Ring::of(vec![old, key("b", (50 * MINUTE - 10_000, 50 * MINUTE))]);
    assert_eq!(told(&ring, 50 * MINUTE - 1), [("a".to_owned(), "signing"), ("b".to_owned(), "next")]);
    assert_eq!(told(&ring, 50 * MINUTE), [("a".to_owned(), "withdrawn"), ("b".to_owned(), "signing")]);
    assert_eq!(ring.published(50 * MINUTE).map(|jwk| jwk.kid.as_str()).collect::<Vec<_>>(), ["b"]);
}

#[test]
fn of_three_keys_the_first_goes_when_what_the_second_replaced_is_over() {
    let ring = Ring::of(vec![key("a", (0, 0)), key("b", (0, 10 * MINUTE)), key("c", (0, 17 * MINUTE))]);
    let states = |now: i64| told(&ring, now).into_iter().map(|(_, state)| state).collect::<Vec<_>>();
    assert_eq!(states(17 * MINUTE), ["retired", "previous", "signing"]);
    assert_eq!(states(16 * MINUTE), ["previous", "signing", "next"]);
}

#[test]
fn each_algorithm_has_a_key_of_its_own_or_none() {
    let ring = Ring::of(vec![key("a", (0, 0))]);
    assert!(ring.signing(Algorithm::EdDsa, 0).is_none());
    assert!(Keys::of(ring).signer(Algorithm::EdDsa, 0).is_err());
}

#[test]
fn a_key_that_waited_when_others_were_withdrawn_never_signs_also_when_its_time_comes() {
    let (mut old, mut waited) = (key("a", (0, 0)), key("b", (10 * MINUTE, 100 * MINUTE)));
    (old.withdrawn_at, waited.withdrawn_at) = (Some(50 * MINUTE), Some(50 * MINUTE));
    let ring = Ring::of(vec![old, waited, key("c", (50 * MINUTE, 50 * MINUTE))]);
    let signs =
        |now: i64| ring.signing(Algorithm::Es256, now).and_then(|key| key.signer.kid()).map(str::to_owned);
    assert_eq!(
        [49, 50, 99, 100, 200].map(|minute| signs(minute * MINUTE)),
        ["a", "c", "c", "c", "c"].map(|kid| Some(kid.to_owned()))
    );
    assert_eq!(ring.published(100 * MINUTE).map(|jwk| jwk.kid.as_str()).collect::<Vec<_>>(), ["c"]);
}
