//! Where sign-ins stand.

use super::*;
use crate::id::MembershipId;
use crate::membership::restriction::{Restriction, Visitor, networks};
use crate::membership::{Gate, Standing};
use crate::session::scope::{admit, as_admitted, in_organization, keep_out, leave_place, move_to, settled};
use std::net::IpAddr;

fn standing(place: &str) -> Standing {
    Standing::in_new(place, &MembershipId::stored(format!("mem_{place}")))
}

fn scope(organization: &str, workspace: Option<&str>) -> Scope {
    Scope { organization: standing(organization), workspace: workspace.map(standing) }
}

fn asks(second_factor: bool, addresses: &[&str]) -> Restriction {
    let by_address = !addresses.is_empty();
    Restriction { second_factor, by_address, addresses: networks(addresses).unwrap() }
}

fn at(address: &str) -> IpAddr {
    address.parse().unwrap()
}

#[test]
fn h23_an_organization_keeps_its_own_workspace_and_leaves_any_other() {
    let now = scope("org_1", Some("wsp_1"));
    let to = |place: &str| in_organization(Some(&now), Some(standing(place)));
    assert_eq!(to("org_1"), Some(now.clone()));
    assert_eq!(to("org_2"), Some(scope("org_2", None)));
    assert_eq!(in_organization(Some(&now), None), None);
    assert_eq!(in_organization(None, Some(standing("org_1"))), Some(scope("org_1", None)));
}

#[test]
fn a_move_to_where_one_stands_changes_nothing_and_another_one_is_a_switch() {
    let mut made = made(&[10, 10]);
    made.loaded.sign_ins[0].scope = Some(scope("org_1", None));
    let sign_in = &made.loaded.sign_ins[0];
    assert!(move_to(sign_in, Some(scope("org_1", None))).is_empty());
    let plan = move_to(sign_in, None);
    assert_eq!((plan.moved[0].sign_in.clone(), plan.moved[0].to.clone()), (made.id(0), None));
    assert_eq!(plan.reason(), ChangeReason::Switched);
    // A gate that has risen and was passed again is another standing.
    let mut again = scope("org_1", None);
    again.organization.gate = 2;
    assert!(!move_to(sign_in, Some(again)).is_empty());
}

#[test]
fn whoever_stands_in_what_is_gone_is_out_and_in_what_is_inside_of_it() {
    let mut made = made(&[10]);
    let mut out = |organization: Gate, workspace: Option<Gate>| {
        let at = |place: &str, now: Gate| Standing { now, ..standing(place) };
        made.loaded.sign_ins[0].scope = Some(Scope {
            organization: at("org_1", organization),
            workspace: workspace.map(|now| at("wsp_1", now)),
        });
        settled(&made.loaded.sign_ins[0], None).map(|moved| (moved.to, moved.reason))
    };
    let ended = ChangeReason::MembershipEnded;
    assert_eq!(out(Gate::Same, None), None);
    assert_eq!(out(Gate::Same, Some(Gate::Same)), None);
    assert_eq!(out(Gate::Gone, None), Some((None, ended)));
    assert_eq!(out(Gate::Gone, Some(Gate::Same)), Some((None, ended)));
    assert_eq!(out(Gate::Same, Some(Gate::Gone)), Some((Some(scope("org_1", None)), ended)));
    made.loaded.sign_ins[0].scope = None;
    assert_eq!(settled(&made.loaded.sign_ins[0], None), None);
}

#[test]
fn whoever_meets_what_is_asked_now_passes_the_risen_gate_and_nobody_else_does() {
    let mut made = made(&[10]);
    let office = asks(false, &["10.0.0.0/8"]);
    let mut seen = |now: Gate, asks: &Restriction, second_factor: Option<i64>, from: Option<&str>| {
        let sign_in = &mut made.loaded.sign_ins[0];
        let organization = Standing { now, asks: asks.clone(), ..standing("org_1") };
        sign_in.scope = Some(Scope { organization, workspace: None });
        sign_in.user.second_factor_at = second_factor;
        sign_in.proof.second_factor_at = second_factor;
        let moved = settled(sign_in, from.map(at));
        moved.map(|moved| (moved.to.map(|to| (to.organization.gate, to.organization.now)), moved.reason))
    };
    let (passed, out) =
        (Some((Some((2, Gate::Same)), ChangeReason::Changed)), Some((None, ChangeReason::ScopeEnded)));
    assert_eq!(seen(Gate::Risen(2), &office, None, Some("10.1.1.1")), passed);
    assert_eq!(seen(Gate::Risen(2), &office, None, Some("192.0.2.1")), out);
    // Where nobody comes, no address is judged; the next request is.
    assert_eq!(seen(Gate::Risen(2), &office, None, None), passed);
    assert_eq!(seen(Gate::Same, &office, None, Some("10.1.1.1")), None);
    assert_eq!(seen(Gate::Same, &office, None, Some("192.0.2.1")), out);
    // A second factor is a fact of the sign-in, from wherever it comes.
    let strict = asks(true, &[]);
    assert_eq!(seen(Gate::Risen(2), &strict, None, None), out);
    assert_eq!(seen(Gate::Risen(2), &strict, Some(0), None), passed);
    assert_eq!(seen(Gate::Same, &strict, None, None), out);
}

#[test]
fn whoever_does_not_meet_what_a_workspace_asks_stays_in_its_organization() {
    let mut made = made(&[10]);
    let inside = Standing { asks: asks(true, &["10.0.0.0/8"]), ..standing("wsp_1") };
    let to = Scope { organization: standing("org_1"), workspace: Some(inside) };
    made.loaded.sign_ins[0].scope = Some(to.clone());
    let sign_in = &made.loaded.sign_ins[0];
    let moved = settled(sign_in, Some(at("10.0.0.1"))).unwrap();
    assert_eq!((moved.to, moved.reason), (Some(scope("org_1", None)), ChangeReason::ScopeEnded));
    let code = |from: &str| admit(sign_in, Some(&to), at(from)).unwrap_err().code();
    assert_eq!(code("10.0.0.1"), Code::WorkspaceRequiresMfa);
    assert_eq!(code("192.0.2.1"), Code::AddressNotAllowed);
    assert!(admit(sign_in, Some(&scope("org_1", None)), at("192.0.2.1")).is_ok());
    assert!(admit(sign_in, None, at("192.0.2.1")).is_ok());
    let outside = Standing { asks: asks(true, &[]), ..standing("org_1") };
    let refused =
        admit(sign_in, Some(&Scope { organization: outside.clone(), ..to.clone() }), at("192.0.2.1"));
    assert_eq!(refused.unwrap_err().code(), Code::OrganizationRequiresMfa);
    // A new sign-in begins where it may.
    let visitor = |second_factor| Visitor { address: Some(at("10.0.0.1")), second_factor };
    assert_eq!(as_admitted(to.clone(), visitor(true)), Some(to.clone()));
    assert_eq!(as_admitted(to.clone(), visitor(false)), Some(scope("org_1", None)));
    assert_eq!(as_admitted(Scope { organization: outside, ..to }, visitor(false)), None);
}

#[test]
fn an_address_puts_out_only_what_its_rack_opens() {
    let mut made = made(&[10, 10]);
    for place in 0..2 {
        let organization = Standing { asks: asks(false, &["10.0.0.0/8"]), ..standing("org_1") };
        made.loaded.sign_ins[place].scope = Some(Scope { organization, workspace: None });
    }
    assert!(made.loaded.asks_for_addresses());
    let out = |opened: &[usize], from: &str| {
        let plan = keep_out(&made.loaded, made.opened(opened), at(from));
        plan.moved.iter().map(|moved| moved.sign_in.clone()).collect::<Vec<_>>()
    };
    assert_eq!(out(&[1], "192.0.2.1"), [made.id(1)]);
    assert_eq!(out(&[0, 1], "192.0.2.1"), [made.id(0), made.id(1)]);
    assert!(out(&[0, 1], "10.0.0.1").is_empty());
}

#[test]
fn whoever_leaves_is_out_with_each_of_their_sign_ins_and_nobody_else_is() {
    let mut made = made(&[10, 10, 10]);
    for place in 0..3 {
        made.loaded.sign_ins[place].scope = Some(scope("org_1", Some("wsp_1")));
    }
    let (user, other) = (made.loaded.sign_ins[0].user.id.clone(), made.loaded.sign_ins[1].user.id.clone());
    made.loaded.sign_ins[2].user.id = user.clone();
    let plan = leave_place(&made.loaded, &user, "org_1");
    let moved: Vec<_> = plan.moved.iter().map(|moved| (moved.sign_in.clone(), moved.to.clone())).collect();
    assert_eq!(moved, [(made.id(0), None), (made.id(2), None)]);
    assert_eq!((plan.reason(), plan.revoke), (ChangeReason::MembershipEnded, Vec::new()));
    let plan = leave_place(&made.loaded, &other, "wsp_1");
    assert_eq!(plan.moved[0].to, Some(scope("org_1", None)));
    // They stand elsewhere; tokens of theirs may speak for it all the same.
    let plan = leave_place(&made.loaded, &user, "org_2");
    assert_eq!((plan.moved.len(), plan.revoke), (0, vec![made.id(0), made.id(2)]));
}

#[test]
fn what_expires_is_not_put_out_as_well() {
    let mut made = made(&[10, 20]);
    for place in 0..2 {
        let organization = Standing { now: Gate::Gone, ..standing("org_1") };
        made.loaded.sign_ins[place].scope = Some(Scope { organization, workspace: None });
    }
    let plan = expire(&made.loaded, MAX_AGE, 15);
    assert_eq!(plan.end.len(), 1);
    let moved: Vec<_> = plan.moved.iter().map(|moved| moved.sign_in.clone()).collect();
    assert_eq!(moved, [made.id(1)]);
}
