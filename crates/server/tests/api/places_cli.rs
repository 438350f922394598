//! `keyrack workspace …` and `keyrack contact …`, the real binary against the real binary.

use crate::support::Running;
use serde_json::json;

#[tokio::test]
async fn an_operator_decides_about_workspaces_and_contacts_from_the_command_line() {
    let server = Running::dev_ending("[deployment.workspaces]\nenabled = true\n");
    for name in ["ada", "bob"] {
        server.json(&format!("user create --no-password --email {name}@example.com"));
    }
    let acme = server.json("organization create --name Acme --owner ada@example.com");
    server.json("organization add acme bob@example.com");
    let mill = server.json("workspace create --organization acme --name Mill --owner ada@example.com");
    assert_eq!((&mill["organization_id"], &mill["members"]), (&acme["id"], &json!(1)));
    let id = mill["id"].as_str().unwrap();
    let says = |line: &str, expected: &str| {
        let ended = server.keyrack(line);
        assert_eq!(ended.code, Some(0), "{line}: {ended:?}");
        assert!(ended.out.join("\n").contains(expected), "{line}: {ended:?}");
    };
    says(&format!("workspace add {id} bob@example.com --role admin"), " has ");
    says(&format!("workspace members {id} --search bob"), "usr_");
    assert_eq!(server.json("workspace list --user bob@example.com")["items"][0]["id"], mill["id"]);
    says(&format!("workspace take-role {id} bob@example.com admin"), " has no role");
    says(&format!("workspace remove {id} bob@example.com --reason moved"), "is no member of");
    says(&format!("workspace update {id} --name Works --description big"), "Works");
    says("workspace list --organization acme", "Works");
    assert_eq!(server.keyrack(&format!("workspace delete {id}")).code, Some(2), "without --yes");
    says(&format!("workspace delete {id} --yes"), "is deleted");
    assert_eq!(server.keyrack(&format!("workspace members {id}")).code, Some(4));

    says("contact add ada@example.com ada2@example.com --unproved", "is not verified yet");
    let listed = server.json("contact list ada@example.com");
    let second = listed["items"][1]["id"].as_str().unwrap();
    says(&format!("contact verify ada@example.com {second}"), "is verified");
    says(&format!("contact make-primary ada@example.com {second}"), "is the primary one");
    let first = listed["items"][0]["id"].as_str().unwrap();
    says(&format!("contact remove ada2@example.com {first} --reason gone"), "ada@example.com is removed");
    says("contact list ada2@example.com", "the primary one");
    assert_eq!(server.keyrack("contact list ada@example.com").code, Some(4));
}
