use super::*;
use proptest::prelude::*;
use std::net::{Ipv4Addr, Ipv6Addr};

fn asks(second_factor: bool, by_address: bool, addresses: &[&str]) -> Restriction {
    Restriction { second_factor, by_address, addresses: networks(addresses).unwrap() }
}

fn from(address: &str, second_factor: bool) -> Visitor {
    Visitor { address: Some(address.parse::<IpAddr>().unwrap().to_canonical()), second_factor }
}

#[test]
fn who_does_not_meet_what_is_asked_is_told_what_it_is() {
    let nobody_asks = asks(false, false, &["10.0.0.0/8"]);
    let office = asks(false, true, &["10.0.0.0/8", "2001:db8::/32", "203.0.113.7"]);
    let strict = asks(true, true, &["10.0.0.0/8"]);
    let factor = asks(true, false, &[]);
    for (asked, visitor, kind) in [
        (&nobody_asks, from("192.0.2.1", false), "none"),
        (&office, from("10.255.0.1", false), "none"),
        (&office, from("11.0.0.0", false), "ip_not_allowed"),
        (&office, from("203.0.113.7", true), "none"),
        (&office, from("203.0.113.8", true), "ip_not_allowed"),
        (&office, from("2001:db8:ffff::1", false), "none"),
        (&office, from("2001:db9::1", false), "ip_not_allowed"),
        (&office, from("::ffff:10.0.0.1", false), "none"),
        (&factor, from("192.0.2.1", false), "mfa_required"),
        (&factor, from("192.0.2.1", true), "none"),
        (&strict, from("10.0.0.1", false), "mfa_required"),
        (&strict, from("192.0.2.1", true), "ip_not_allowed"),
        (&strict, from("192.0.2.1", false), "ip_and_mfa_required"),
        (&strict, from("10.0.0.1", true), "none"),
    ] {
        let view = asked.judge(visitor).view();
        assert_eq!(view.kind, kind, "{asked:?} {visitor:?}");
        assert_eq!(view.message.is_empty(), kind == "none");
    }
    // An empty list lets nobody in; where nobody comes, nobody is judged by address.
    assert!(asks(false, true, &[]).judge(from("127.0.0.1", true)).address);
    let nobody = Visitor { address: None, second_factor: false };
    assert_eq!(strict.judge(nobody), Obstacle { address: false, second_factor: true });
}

#[test]
fn a_refusal_has_the_code_of_what_keeps_one_out() {
    let (address, second_factor) = (true, true);
    let code = |obstacle: Obstacle, kind| obstacle.refuse(kind).unwrap_err().code();
    for kind in [Kind::Organization, Kind::Workspace] {
        assert!(Obstacle::default().refuse(kind).is_ok());
        assert_eq!(code(Obstacle { address, second_factor: false }, kind), Code::AddressNotAllowed);
        assert_eq!(code(Obstacle { address, second_factor }, kind), Code::AddressNotAllowed);
    }
    let missing = Obstacle { address: false, second_factor };
    assert_eq!(code(missing, Kind::Organization), Code::OrganizationRequiresMfa);
    assert_eq!(code(missing, Kind::Workspace), Code::WorkspaceRequiresMfa);
    assert_eq!(missing.and(Obstacle { address, second_factor: false }), Obstacle { address, second_factor });
}

#[test]
fn networks_are_kept_as_short_as_they_are_and_each_once() {
    let listed = asks(
        false,
        true,
        &["203.0.113.7", " 10.1.2.3/8 ", "10.0.0.0/8", "2001:DB8::1", "fd00:1::/16", "::ffff:192.0.2.0/120"],
    );
    assert_eq!(listed.listed(), ["203.0.113.7", "10.0.0.0/8", "2001:db8::1", "fd00::/16", "192.0.2.0/24"]);
    for wrong in
        ["", "x", "10.0.0.0/33", "10.0.0", "fe80::1%eth0", "10.0.0.1-10.0.0.9", "010.0.0.1", "::/129"]
    {
        assert_eq!(networks(&[wrong]).unwrap_err().code(), Code::InvalidAddressRange, "{wrong}");
    }
    let many: Vec<String> = (0..=MOST_ADDRESSES).map(|n| format!("10.0.0.{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(networks(&many[1..]).unwrap().len(), MOST_ADDRESSES);
    assert_eq!(networks(&many).unwrap_err().code(), Code::InvalidAddressRange);
}

#[test]
fn a_list_that_nobody_is_asked_for_changes_nothing() {
    assert!(asks(false, false, &["10.0.0.0/8"]).asks_as(&asks(false, false, &[])));
    assert!(!asks(false, true, &["10.0.0.0/8"]).asks_as(&asks(false, true, &[])));
    assert!(!asks(false, true, &[]).asks_as(&asks(false, false, &[])));
    assert!(!asks(true, false, &[]).asks_as(&asks(false, false, &[])));
}

proptest! {
    #[test]
    fn an_address_is_listed_exactly_when_its_first_bits_are_those_of_a_network(
        (network, address) in (any::<u32>(), any::<u32>()), bits in 0..=32_u32, near in any::<bool>(),
    ) {
        // Half of the addresses share what a network of so many bits fixes.
        let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
        let address = if near { network & mask | address & !mask } else { address };
        let restriction = asks(false, true, &[&format!("{}/{bits}", Ipv4Addr::from(network))]);
        let visitor = Visitor { address: Some(Ipv4Addr::from(address).into()), second_factor: false };
        prop_assert_eq!(!restriction.judge(visitor).address, network & mask == address & mask);
        // The same as IPv6, and never across the families.
        let (six, of) = (u128::from(network) << 96, u128::from(address) << 96);
        let restriction = asks(false, true, &[&format!("{}/{bits}", Ipv6Addr::from(six))]);
        let by_six = Visitor { address: Some(Ipv6Addr::from(of).into()), second_factor: false };
        prop_assert_eq!(!restriction.judge(by_six).address, network & mask == address & mask);
        prop_assert!(restriction.judge(visitor).address);
    }
}
