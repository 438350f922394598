use super::*;
use crate::config::Organizations;
use proptest::prelude::*;

fn known() -> Roles {
    let mut roles = Organizations::default().roles;
    roles.permissions.push("billing:read".to_owned());
    roles.archived.push("billing:write".to_owned());
    roles
}

fn held(names: &[&str]) -> Permissions {
    Permissions::of(names.iter().copied(), &known())
}

fn texts(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn permissions_are_those_that_the_configuration_knows_each_once() {
    let all = held(&["billing:write", "organization:member", "gone:long", "organization:member"]);
    assert_eq!(all.as_slice(), ["billing:write", "organization:member"]);
    assert_eq!(Permissions::all(&known()).as_slice().len(), 5);
}

#[test]
fn j06_a_role_is_moved_only_by_who_manages_and_has_all_of_it() {
    let kind = Kind::Organization;
    let member = held(&["organization:member", "billing:read"]);
    let manager = held(&["organization:manage", "organization:member"]);
    let admin = Permissions::all(&known());
    for may in [may_give, may_take] {
        assert_eq!(may(&member, kind, &[]), Err(Code::PermissionDenied));
        assert_eq!(may(&manager, kind, &texts(&["organization:member"])), Ok(()));
        for more in ["organization:admin", "billing:read"] {
            assert_eq!(may(&manager, kind, &texts(&[more])), Err(Code::RoleExceedsYours), "{more}");
            assert_eq!(may(&admin, kind, &texts(&[more])), Ok(()), "{more}");
        }
    }
    // An administrator takes what no administrator has, and does not give it.
    let bare = held(&["organization:admin"]);
    assert_eq!(may_take(&bare, kind, &texts(&["billing:write"])), Ok(()));
    assert_eq!(may_give(&bare, kind, &texts(&["billing:write"])), Err(Code::RoleExceedsYours));
}

#[test]
fn j06_a_new_role_allows_nothing_that_its_maker_lacks_and_nothing_archived() {
    let admin = Permissions::all(&known());
    let asked = texts(&["billing:read", "billing:read"]);
    assert_eq!(new_permissions(&asked, &[], &known(), &admin), Ok(texts(&["billing:read"])));
    for wrong in ["billing:write", "no:such", ""] {
        let refused = new_permissions(&texts(&[wrong]), &[], &known(), &admin);
        assert_eq!(refused, Err(Code::UnknownPermission), "{wrong}");
    }
    let less = held(&["organization:admin"]);
    assert_eq!(new_permissions(&asked, &[], &known(), &less), Err(Code::RoleExceedsYours));
    // What a role allows already it may go on allowing.
    let before = texts(&["billing:write", "billing:read"]);
    assert_eq!(new_permissions(&before, &before, &known(), &less), Ok(before.clone()));
}

#[test]
fn metadata_is_small() {
    let of = |length: usize| {
        let mut object = Map::new();
        object.insert("a".to_owned(), Value::String("x".repeat(length)));
        metadata(&object)
    };
    assert_eq!(of(4088).map(|text| text.len()), Ok(4096));
    assert_eq!(of(4089), Err(Code::InvalidMetadata));
}

proptest! {
    #[test]
    fn nobody_gives_what_they_do_not_have(
        mine in proptest::collection::vec(0..5_usize, 0..5),
        theirs in proptest::collection::vec(0..5_usize, 0..5),
    ) {
        let all = Permissions::all(&known());
        let some = |places: &[usize]| -> Vec<String> {
            places.iter().map(|place| all.as_slice()[*place].clone()).collect()
        };
        let (mine, theirs) = (some(&mine), some(&theirs));
        let held = Permissions::of(mine.iter().map(String::as_str), &known());
        if may_give(&held, Kind::Organization, &theirs).is_ok() {
            prop_assert!(theirs.iter().all(|one| mine.contains(one)));
            prop_assert!(held.manage(Kind::Organization));
        }
    }
}

#[test]
fn a_description_keeps_its_lines_and_hides_nothing() {
    assert_eq!(description("  a\nb "), Ok("a\nb".to_owned()));
    assert_eq!(description(&"ä".repeat(1000)), Ok("ä".repeat(1000)));
    for wrong in ["a\u{0}", "a\u{202e}b", &"a".repeat(1001)] {
        assert_eq!(description(wrong), Err(Code::InvalidDescription));
    }
}
