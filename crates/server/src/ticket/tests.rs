//! The rules of tickets, to the millisecond.

use super::*;

fn ticket() -> Ticket {
    let world = World::for_tests(1);
    Ticket {
        id: TicketId::draw(&world),
        opens: Opens::SignIn(UserId::draw(&world)),
        challenge: String::new(),
        maker: "operator".to_owned(),
        created_at: 0,
        expires_at: 300_000,
        used_at: None,
        revoked_at: None,
        led_to: None,
    }
}

#[test]
fn b05_a_ticket_works_until_its_last_millisecond_and_not_once_it_was_taken_back() {
    let open = ticket();
    assert_eq!(open.worth(Seen::Live, 299_999), Ok(Worth::Live));
    assert_eq!(open.worth(Seen::Live, 300_000), Err(Code::TicketExpired));
    assert_eq!(open.worth(Seen::Expired, 299_999), Err(Code::TicketExpired));
    assert_eq!(open.worth(Seen::Unknown, 0), Err(Code::TicketNotFound));
    let taken_back = Ticket { revoked_at: Some(5), ..ticket() };
    assert_eq!(taken_back.worth(Seen::Live, 6), Err(Code::TicketNotFound));
    assert_eq!(taken_back.worth(Seen::Expired, 6), Err(Code::TicketNotFound));
    assert!(open.is_open(299_999) && !open.is_open(300_000) && !taken_back.is_open(6));
}

#[test]
fn h25_an_answer_is_given_again_for_a_minute_and_a_used_ticket_is_used_for_ever() {
    let used = Ticket { used_at: Some(200_000), ..ticket() };
    assert_eq!(used.worth(Seen::Used, 259_999), Ok(Worth::Again));
    for later in [260_000, 299_999, 300_000, 100_000_000] {
        assert_eq!(used.worth(Seen::Used, later), Err(Code::TicketUsed), "{later}");
    }
    // A clock that was set back opens no second minute.
    assert_eq!(used.worth(Seen::Used, 139_999), Err(Code::TicketUsed));
    assert!(!used.is_open(200_001));
}

#[test]
fn a_ticket_with_a_challenge_is_for_whoever_has_its_verifier_and_one_without_for_nobody_who_has_one() {
    // The example of RFC 7636, appendix B.
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    assert_eq!(challenge_of(verifier), challenge);
    let bound = Ticket { challenge: challenge.to_owned(), ..ticket() };
    assert_eq!(bound.is_for(Some(verifier)), Ok(()));
    for wrong in [None, Some(""), Some("x"), Some(challenge)] {
        assert_eq!(bound.is_for(wrong), Err(Code::TicketElsewhere), "{wrong:?}");
    }
    assert_eq!(ticket().is_for(None), Ok(()));
    for slipped_in in ["", verifier] {
        assert_eq!(ticket().is_for(Some(slipped_in)), Err(Code::TicketElsewhere), "{slipped_in}");
    }
    assert!(is_challenge(challenge));
    for wrong in ["", &challenge[1..], &format!("{challenge}="), &challenge.replace('-', "+")] {
        assert!(!is_challenge(wrong), "{wrong}");
    }
}

#[test]
fn the_life_that_is_asked_for_is_within_a_second_and_the_longest() {
    assert_eq!(life_ms(None, 300_000), Ok(300_000));
    assert_eq!(life_ms(Some(1), 300_000), Ok(1_000));
    assert_eq!(life_ms(Some(300), 300_000), Ok(300_000));
    for wrong in [0, -1, 301, i64::MAX, i64::MIN] {
        assert_eq!(life_ms(Some(wrong), 300_000), Err(Code::InvalidParameter), "{wrong}");
    }
}

#[test]
fn a05_a_ticket_is_read_back_as_it_was_made_and_nothing_else_is_one() {
    let world = World::for_tests(1);
    let held = Held::draw(&world);
    let text = held.to_text();
    assert_eq!(text.len(), 4 + 26 + 64);
    assert_eq!(Held::parse(&text), Some(held.clone()));
    assert_eq!(Held::parse(&format!(" {text}\n")), Some(held.clone()));
    let short = &text[..text.len() - 1];
    let wrong =
        ["", "tkt_", short, &format!("{text}0"), &format!("{short}G"), &text.replacen("tkt", "inv", 1)];
    for text in wrong {
        assert_eq!(Held::parse(text), None, "{text}");
    }
    assert_eq!(Held::parse(&format!("tkt_{}{}", "ä".repeat(13), &text[30..])), None);
    assert!(!format!("{held:?}").contains(&text[30..]));
}

#[test]
fn b03_what_is_kept_of_a_ticket_is_of_its_kind_and_of_itself_alone() {
    let world = World::for_tests(1);
    let vault = Vault::new(&[7; 32]).unwrap();
    let held = Held::draw(&world);
    let moved = Held { id: TicketId::draw(&world), digits: held.digits.clone() };
    let mut hashes: Vec<String> = Kind::ALL.map(|kind| held.hash(&vault, kind)).into();
    hashes.push(moved.hash(&vault, Kind::SignIn));
    let all = hashes.len();
    hashes.sort();
    hashes.dedup();
    assert_eq!(hashes.len(), all);
    for kind in Kind::ALL {
        assert_eq!(Kind::parse(kind.as_str()), Some(kind));
    }
    assert_eq!(Kind::parse("agent_access"), None);
}
