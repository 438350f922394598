//! `keyrack organization`, the real binary against the real binary.

use crate::support::Running;
use serde_json::{Value, json};

#[tokio::test]
async fn an_organization_is_made_listed_given_an_administrator_and_deleted() {
    let server = Running::dev("warn");
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let made = server.json("organization create --name Acme --owner ada@example.com");
    let id = made["id"].as_str().unwrap();
    assert_eq!((&made["slug"], &made["members"]), (&json!("acme"), &json!(1)));
    assert_eq!(ada.get("/me/organization-memberships").await.ok()[0]["roles"][0]["id"], "rol_org_admin");
    let other = server.json("organization create --name Other --slug other-one --owner bob@example.com");
    assert_eq!(server.refuses("organization create --name X --slug acme --owner bob@example.com").0, 1);
    let ids = |line: &str| {
        let listed = server.json(line);
        let id = |it: &Value| it["id"].as_str().unwrap().to_owned();
        listed["items"].as_array().unwrap().iter().map(id).collect::<Vec<_>>()
    };
    assert_eq!(ids("organization list"), [other["id"].as_str().unwrap(), id]);
    assert_eq!(ids("organization list --user ada@example.com"), [id]);
    let listed = server.keyrack("organization list");
    assert!(listed.out[0].starts_with("ORGANIZATION ") && listed.out[1].contains("other-one"), "{listed:?}");
    // Without an administrator it gets one by its slug; a second time nothing changes.
    assert_eq!(server.json("organization add acme bob@example.com")["members"], 2);
    server.json("user delete ada@example.com --yes");
    for _ in 0..2 {
        let added = server.keyrack("organization add acme bob@example.com --role admin");
        assert!(added.out.contains(&"members     1".to_owned()), "{added:?}");
    }
    assert_eq!(bob.kinds("").await, ["member_added", "role_given"]);
    let path = format!("/organizations/{id}/update");
    bob.post(&path, json!({ "name": "Bob's" })).await.ok();
    for (line, exit) in [
        ("organization add acme nobody@example.com", 4),
        ("organization add nothing bob@example.com", 4),
        ("organization add acme bob@example.com --role nothing", 4),
        ("organization create --name X --owner nobody@example.com", 4),
        ("organization delete nothing --yes", 4),
    ] {
        assert_eq!(server.refuses(line).0, exit, "{line}");
    }
    let deleted = server.keyrack("organization delete acme --yes");
    assert_eq!(deleted.out, [format!("{id} is deleted; it had 1 member.")]);
    assert_eq!(bob.get(&format!("/organizations/{id}")).await.status, 404);
    assert_eq!(server.refuses(&format!("organization delete {id} --yes")).0, 4);
}

#[tokio::test]
async fn an_organization_asks_nothing_any_more() {
    let server = Running::dev("warn");
    let ada = server.signed_up("ada").await;
    let acme = ada.founds("Acme").await;
    let lift = format!("organization unrestrict {acme}");
    assert_eq!(server.keyrack(&lift).out, [format!("{acme} asked nothing.")]);
    let asks = json!({ "enable_ip_restriction": true, "whitelisted_ips": ["127.0.0.1", "::1"] });
    ada.post(&format!("/organizations/{acme}/update"), asks).await.ok();
    assert_eq!(server.keyrack(&lift).out, [format!("{acme} asks nothing of its members any more.")]);
    let mine = ada.get("/me/organization-memberships").await.ok();
    assert_eq!(mine[0]["organization"]["enable_ip_restriction"], false);
    assert_eq!(server.refuses("organization unrestrict org_x").0, 4);
    assert_eq!(server.keyrack("organization unrestrict").code, Some(2));
}
