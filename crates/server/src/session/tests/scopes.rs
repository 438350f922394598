//! Where sign-ins stand.

use super::*;
use crate::id::MembershipId;
use crate::membership::Standing;
use crate::session::scope::{in_organization, leave_place, move_to, put_out};

fn standing(place: &str, is_out: bool) -> Standing {
    Standing {
        membership: MembershipId::stored(format!("mem_{place}")),
        place: place.to_owned(),
        gate: 1,
        is_out,
    }
}

fn scope(organization: &str, workspace: Option<&str>) -> Scope {
    Scope {
        organization: standing(organization, false),
        workspace: workspace.map(|place| standing(place, false)),
    }
}

#[test]
fn h23_an_organization_keeps_its_own_workspace_and_leaves_any_other() {
    let now = scope("org_1", Some("wsp_1"));
    let to = |place: &str| in_organization(Some(&now), Some(standing(place, false)));
    assert_eq!(to("org_1"), Some(now.clone()));
    assert_eq!(to("org_2"), Some(scope("org_2", None)));
    assert_eq!(in_organization(Some(&now), None), None);
    assert_eq!(in_organization(None, Some(standing("org_1", false))), Some(scope("org_1", None)));
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
fn a_gate_puts_out_of_what_it_is_the_gate_of_and_of_what_is_inside() {
    let mut made = made(&[10]);
    let mut out = |organization: bool, workspace: Option<bool>| {
        made.loaded.sign_ins[0].scope = Some(Scope {
            organization: standing("org_1", organization),
            workspace: workspace.map(|is_out| standing("wsp_1", is_out)),
        });
        put_out(&made.loaded.sign_ins[0]).map(|moved| moved.to)
    };
    assert_eq!(out(false, None), None);
    assert_eq!(out(false, Some(false)), None);
    assert_eq!(out(true, None), Some(None));
    assert_eq!(out(true, Some(false)), Some(None));
    assert_eq!(out(false, Some(true)), Some(Some(scope("org_1", None))));
    made.loaded.sign_ins[0].scope = None;
    assert_eq!(put_out(&made.loaded.sign_ins[0]), None);
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
    assert_eq!(plan.reason(), ChangeReason::MembershipEnded);
    let plan = leave_place(&made.loaded, &other, "wsp_1");
    assert_eq!(plan.moved[0].to, Some(scope("org_1", None)));
    assert!(leave_place(&made.loaded, &user, "org_2").is_empty());
}

#[test]
fn what_expires_is_not_put_out_as_well() {
    let mut made = made(&[10, 20]);
    for place in 0..2 {
        let organization = standing("org_1", true);
        made.loaded.sign_ins[place].scope = Some(Scope { organization, workspace: None });
    }
    let plan = expire(&made.loaded, MAX_AGE, 15);
    assert_eq!(plan.end.len(), 1);
    let moved: Vec<_> = plan.moved.iter().map(|moved| moved.sign_in.clone()).collect();
    assert_eq!(moved, [made.id(1)]);
}
