//! `keyrack key`, `keyrack session explain` and what the command line says of accounts, the real binary against the real
//! binary.

use crate::support::Running;
use serde_json::{Value, json};

#[tokio::test]
async fn a_key_is_made_used_listed_and_revoked() {
    let server = Running::dev("warn");
    let made =
        server.keyrack("key create crm --scope users:read,audit:read --scope users:write --expires 90d");
    assert_eq!(made.code, Some(0), "{made:?}");
    let key = made.out[0].clone();
    assert!(key.starts_with("sk_test_") && made.out.join(" ").contains("not shown again"), "{made:?}");
    let ask = async || {
        let url = format!("{}/admin/v1/users", server.base);
        let answer = crate::support::client().get(url).bearer_auth(&key).send().await.unwrap();
        answer.status().as_u16()
    };
    assert_eq!(ask().await, 200);
    let listed = server.keyrack("key list");
    assert!(
        listed.out[1].contains("crm") && listed.out[1].contains("users:read users:write audit:read"),
        "{listed:?}"
    );
    assert!(!listed.out.join(" ").contains(&key));
    let id = server.json("key list")["items"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(server.keyrack(&format!("key revoke {id}")).out, [format!("{id} (crm) is revoked.")]);
    assert_eq!(ask().await, 401);
    let (exit, said) = server.refuses("key create crm --scope everything");
    assert!(exit == 2 && said.contains("users:read"), "{exit} {said}");
    assert_eq!(server.refuses("key create crm --scope users:read --expires soon").0, 2);
    assert_eq!(server.refuses(&format!("key revoke apk_{}", "0".repeat(26))).0, 4);
    let help = server.keyrack("key create --help").out.join(" ");
    assert!(help.contains("tickets:impersonate") && help.contains("Act as somebody else"), "{help}");
}

#[tokio::test]
async fn a_session_is_explained_by_its_id_or_a_sign_ins() {
    let server = Running::dev("warn");
    let ada = server.signed_up("ada").await;
    let session = ada.session().await["id"].as_str().unwrap().to_owned();
    let sign_in = ada.sign_in_of("ada").await;
    let told = server.keyrack(&format!("session explain {session}"));
    assert!(told.out[0].starts_with(&format!("{session} (revision ")), "{told:?}");
    assert!(told.out[0].contains("ada@example.com is active"), "{told:?}");
    assert!(told.out.iter().any(|line| line.starts_with("TO COME")), "{told:?}");
    server.keyrack(&format!("session end {sign_in} --reason stolen"));
    let told = server.keyrack(&format!("session explain {sign_in}"));
    let ended = told.out.iter().find(|line| line.contains("The sign-in ended")).expect("a line");
    assert!(ended.contains("whoever runs the application ended it. \u{201c}stolen\u{201d}"), "{ended}");
    assert!(ended.contains("operator:") && ended.contains("ada@example.com"), "{ended}");
    assert!(told.out[0].contains("It ended at"), "{told:?}");
    assert_eq!(server.json(&format!("session explain {session}"))["to_come"], json!([]));
    for id in ["ses_1", "usr_1", "nothing"] {
        assert_eq!(server.refuses(&format!("session explain {id}")).0, 4, "{id}");
    }
}

#[tokio::test]
async fn a_user_is_changed_found_exported_and_ended_with_a_reason() {
    let server = Running::dev("warn");
    let ada = server.signed_up("ada").await;
    let id = ada.user_id().await;
    let changed = server.keyrack(&format!(
        "user update {id} --last-name Lovelace --external-id crm/1 --private-metadata {{\"risk\":3}} --reason merged"
    ));
    assert!(changed.out.contains(&"external id       crm/1".to_owned()), "{changed:?}");
    assert!(changed.out.contains(&"private metadata  {\"risk\":3}".to_owned()), "{changed:?}");
    let ids = |line: &str| {
        let listed = server.json(line)["items"].clone();
        listed.as_array().unwrap().iter().map(|user| user["id"].clone()).collect::<Vec<Value>>()
    };
    assert_eq!(ids("user list --search lovel"), [json!(id)]);
    assert_eq!(ids("user list --search crm/1"), [json!(id)]);
    assert!(ids("user list --search nobody").is_empty());
    let export = server.json(&format!("user export {id}"));
    assert_eq!((&export["external_id"], &export["private_metadata"]["risk"]), (&json!("crm/1"), &json!(3)));
    assert_eq!(server.refuses(&format!("user update {id}")).0, 2);
    assert_eq!(server.refuses(&format!("user update {id} --public-metadata 1")).0, 2);
    let made = server.json("user create --no-password --email bob@example.com --external-id crm/2");
    assert_eq!(made["external_id"], "crm/2");
    server.json(&format!("user disable {id} --reason chargeback"));
    let notes = server.json("audit list --event user_disabled")["items"].clone();
    assert_eq!((notes.as_array().unwrap().len(), &notes[0]["note"]), (1, &json!("chargeback")));
    let acme = server.json("organization create --name Acme --owner bob@example.com")["id"].clone();
    let acme = acme.as_str().unwrap();
    let bob = made["id"].as_str().unwrap();
    let removed = server.keyrack("organization remove acme bob@example.com --reason left");
    assert_eq!(removed.out, [format!("{bob} is no member of {acme} any more.")]);
    assert_eq!(server.refuses("organization remove acme bob@example.com").0, 4);
}

#[tokio::test]
async fn members_roles_invitations_and_inboxes_are_reached_from_the_command_line() {
    let server = Running::dev("warn");
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let acme = ada.founds("Acme").await;
    let changed = server.json("organization update acme --name Acme-Inc --description \"\" --reason renamed");
    assert_eq!((&changed["name"], &changed["slug"]), (&json!("Acme-Inc"), &json!("acme")));
    server.json("organization add acme bob@example.com --role admin");
    let members = server.keyrack("organization members acme");
    assert_eq!(members.out.len(), 3, "{members:?}");
    assert_eq!(server.json("organization members acme --search bob")["items"].as_array().unwrap().len(), 1);
    let taken = server.keyrack("organization take-role acme bob@example.com admin");
    assert_eq!(taken.out, [format!("{} has no role.", bob.user_id().await)]);
    assert_eq!(server.keyrack("organization update acme").code, Some(2));

    let sent = server.json("invitation create acme carol@example.com --inviter ada@example.com");
    let id = sent["id"].as_str().unwrap();
    let listed = server.keyrack("invitation list acme");
    assert!(listed.out[1].starts_with(id) && listed.out[1].contains("carol@example.com"), "{listed:?}");
    let (exit, said) = server.refuses("invitation create acme dave@example.com --inviter bob@example.com");
    assert!(exit == 1 && said.starts_with("permission_denied"), "{exit} {said}");
    let withdrawn = server.keyrack(&format!("invitation withdraw acme {id} --reason typo"));
    assert_eq!(withdrawn.out, [format!("{id} to carol@example.com is withdrawn.")]);
    assert_eq!(server.refuses(&format!("invitation withdraw {acme} {id}")).0, 4);

    let told = server.keyrack("user tell bob@example.com --title Hello --body There");
    assert!(told.out[0].starts_with("ntf_"), "{told:?}");
    assert_eq!(bob.inbox("").await[0]["title"], "Hello");
}
