//! What is said of organizations, workspaces, roles and permissions.

use super::*;

const NO_ROLE: &str = "error keyrack.toml:11: creator_role \"boss\" is no role; known ones: admin, member; add \
                       [deployment.organizations.roles.boss] or name one of them";

#[test]
fn roles_that_there_are_not_and_permissions_that_nobody_knows_are_errors() {
    with("[deployment.organizations]\ncreator_role = \"boss\"", &[NO_ROLE]);
    with(
        "[deployment.workspaces]\nenabled = true",
        &[
            "error keyrack.toml:11: a workspace is in an organization; set enabled under [deployment.organizations] too",
        ],
    );
    let unknown = "[deployment.organizations.roles.admin]\n[deployment.organizations.roles.member]\n\
                   permissions = [\n  \"billing:read\",\n]";
    with(
        unknown,
        &[
            "error keyrack.toml:13: the role \"member\" has \"billing:read\", which is in no list; add it to permissions \
           under [deployment.organizations]",
        ],
    );
    let both = "[deployment.organizations]\npermissions = [\"a:b\"]\narchived_permissions = [\n  \"a:b\",\n]";
    with(
        both,
        &["error keyrack.toml:13: \"a:b\" is in permissions as well; take it out of one of the lists"],
    );
}

#[test]
fn a_creator_who_could_not_administrate_is_an_error_and_what_nobody_could_give_a_warning() {
    let creator = "[deployment.organizations]\ncreator_role = \"member\"";
    let missing = |severity: &str, permission: &str| {
        let what = match severity {
            "error" => "nobody could administrate what somebody makes",
            _ => "so nobody could ever give it",
        };
        (format!("{severity} keyrack.toml:11: "), permission.to_owned(), what)
    };
    let found = all_of(&format!("{GOOD}{creator}\n"));
    let expected = [
        missing("error", "organization:admin"),
        missing("warning", "organization:admin"),
        missing("warning", "organization:manage"),
    ];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (start, permission, what) in expected {
        let fits =
            |line: &&String| line.starts_with(&start) && line.contains(&permission) && line.contains(what);
        assert!(found.iter().any(|line| fits(&line)), "{start}{permission}: {found:#?}");
    }
    with(
        "[deployment.organizations]\nmember_role = \"admin\"",
        &["warning keyrack.toml:11: everybody who joins gets \"organization:admin\"; name a role with less"],
    );
}

#[test]
fn a_whole_catalogue_with_roles_of_its_own_is_nothing_to_complain_about() {
    with(
        "[deployment.organizations]\nenabled = true\npermissions = [\"billing:read\"]\n\
         archived_permissions = [\"billing:old\"]\ncreator_role = \"owner\"\nmember_role = \"guest\"\n\
         [deployment.organizations.roles.owner]\nname = \"Owner\"\npermissions = [\"organization:admin\", \
         \"organization:manage\", \"organization:member\", \"billing:read\", \"billing:old\"]\n\
         [deployment.organizations.roles.guest]\nname = \"Guest\"\npermissions = [\"organization:member\"]\n\
         [deployment.workspaces]\nenabled = true",
        &[],
    );
    with(
        "[deployment.organizations.roles.A]\nname = \"A\"",
        &[
            "error keyrack.toml:10: \"A\" is not a role's key; use 1 to 20 of a-z, 0-9 and \"-\"",
            "error keyrack.toml:10: creator_role \"admin\" is no role; known ones: A; add \
           [deployment.organizations.roles.admin] or name one of them",
            "error keyrack.toml:10: member_role \"member\" is no role; known ones: A; add \
           [deployment.organizations.roles.member] or name one of them",
        ],
    );
}
