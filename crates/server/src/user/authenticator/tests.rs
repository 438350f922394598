use super::*;

/// The secret of the test vectors of RFC 6238, appendix B.
fn of_the_rfc() -> Secret {
    Secret(*b"12345678901234567890")
}

fn code(secret: &Secret, step: i64) -> String {
    let seconds = u64::try_from(step * 30).unwrap();
    secret.totp().unwrap().generate(seconds).to_string()
}

#[test]
fn codes_are_those_of_the_rfc() {
    // The last six of the eight digits that stand there.
    for (seconds, digits) in [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ] {
        let now = seconds * 1000;
        assert_eq!(step_of(&of_the_rfc(), digits, (0, now)).unwrap(), Some(step_at(now)), "{seconds}");
    }
}

#[test]
fn the_present_step_counts_the_one_before_and_the_one_after_and_no_other() {
    let (secret, now) = (of_the_rfc(), 1_767_225_600_000);
    let present = step_at(now);
    for (by, taken) in [(-3, false), (-2, false), (-1, true), (0, true), (1, true), (2, false), (3, false)] {
        // To the millisecond: the first and the last of the step.
        for now in [now, now + STEP_MS - 1] {
            let typed = code(&secret, present + by);
            let found = step_of(&secret, &typed, (0, now)).unwrap();
            assert_eq!(found, taken.then_some(present + by), "{by}");
        }
    }
}

#[test]
fn no_step_counts_that_is_not_later_than_the_last_that_was_taken() {
    let (secret, now) = (of_the_rfc(), 1_767_225_600_000);
    let present = step_at(now);
    let typed = code(&secret, present);
    assert_eq!(step_of(&secret, &typed, (present - 1, now)).unwrap(), Some(present));
    assert_eq!(step_of(&secret, &typed, (present, now)).unwrap(), None);
    assert_eq!(step_of(&secret, &typed, (present + 1, now)).unwrap(), None);
    let before = code(&secret, present - 1);
    assert_eq!(step_of(&secret, &before, (present, now)).unwrap(), None);
}

#[test]
fn two_codes_confirm_that_follow_each_other() {
    let (secret, now) = (of_the_rfc(), 1_767_225_600_000);
    let present = step_at(now);
    let typed = |first: i64, second: i64| {
        let (first, second) = (code(&secret, present + first), code(&secret, present + second));
        step_of_both(&secret, [&first, &second], now).unwrap().map(|step| step - present)
    };
    assert_eq!(typed(-1, 0), Some(0));
    assert_eq!(typed(0, 1), Some(1));
    assert_eq!(typed(-2, -1), Some(-1));
    for (first, second) in [(0, 0), (0, -1), (-1, 1), (1, 2), (-3, -2)] {
        assert_eq!(typed(first, second), None, "{first} and {second}");
    }
}

#[test]
fn a_code_is_six_digits_however_they_are_grouped() {
    assert_eq!(digits(" 123 456\n").as_deref(), Some("123456"));
    for wrong in ["", "12345", "1234567", "12345a", "+12345", "１２３４５６", "123456 7", "12-3456"] {
        assert_eq!(digits(wrong), None, "{wrong}");
    }
    assert_eq!(digits(&"1".repeat(1_000_000)), None);
}

#[test]
fn a_link_names_the_application_and_the_account() {
    let secret = of_the_rfc();
    let url = secret.url("Ада: & Co.", "ada+x@example.com").unwrap();
    let parsed = url::Url::parse(&url).unwrap();
    assert_eq!((parsed.scheme(), parsed.host_str()), ("otpauth", Some("totp")));
    let pairs: Vec<(String, String)> = parsed.query_pairs().into_owned().collect();
    let pair = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    assert_eq!(pair("secret"), Some("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"));
    assert_eq!(pair("issuer"), Some("Ада  & Co."));
    assert!(parsed.path().ends_with(":ada%2Bx%40example.com"), "{url}");
    assert_eq!(secret.base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    // Names that leave nothing to show are none of the library's.
    assert!(secret.url(":", "a").is_ok());
}

#[test]
fn a_sealed_secret_opens_for_its_authenticator_only_and_shows_nothing() {
    let (vault, world) = (Vault::new(&[7; 32]).unwrap(), World::for_tests(1));
    let secret = Secret::draw(&world);
    let (one, other) = (AuthenticatorId::draw(&world), AuthenticatorId::draw(&world));
    let sealed = secret.seal((&vault, &world), &one).unwrap();
    assert_eq!(Secret::open(&vault, &one, &sealed).unwrap(), secret);
    assert!(Secret::open(&vault, &other, &sealed).is_err());
    assert_eq!(format!("{secret:?}"), "Secret");
}

proptest::proptest! {
    /// However somebody goes on with codes of whatever steps: those that are taken rise, and each is of about then.
    #[test]
    fn no_order_of_tries_takes_a_step_twice_or_an_earlier_one(
        tries in proptest::collection::vec((0_i64..4 * STEP_MS, -4_i64..=4), 1..60)
    ) {
        let (secret, mut now, mut last) = (of_the_rfc(), 1_767_225_600_000, 0);
        for (by, offset) in tries {
            now += by;
            let typed = code(&secret, step_at(now) + offset);
            let Some(step) = step_of(&secret, &typed, (last, now)).unwrap() else { continue };
            proptest::prop_assert!(step > last && (step - step_at(now)).abs() <= 1);
            last = step;
        }
    }

    #[test]
    fn whatever_is_typed_is_six_digits_or_no_code(typed in "\\PC{0,20}|[0-9 ]{4,9}") {
        let plain: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        let is_one = plain.len() == 6 && plain.bytes().all(|digit| digit.is_ascii_digit());
        proptest::prop_assert_eq!(digits(&typed), is_one.then_some(plain));
    }
}
