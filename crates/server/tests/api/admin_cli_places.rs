//! What backends may do by the API, an operator may by the command line: invitations anew, what organizations and workspaces
//! carry, what a user is told and how, tickets that one program alone can use.

use crate::handshake::VERIFIER;
use crate::support::Running;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use reqwest::StatusCode;
use serde_json::{Value, json};

/// A server where Ada has founded Acme.
fn with_acme(more: &str) -> (Running, String) {
    let server = match more {
        "" => Running::dev_with("warn", "--virtual-clock"),
        more => Running::dev_ending(more),
    };
    server.json("user create --email ada@example.com --no-password");
    let line = "organization create --name Acme --owner ada@example.com --description Makes-things";
    let made = server.json(&format!("{line} --public-metadata {{\"plan\":\"free\"}}"));
    assert_eq!(
        (&made["description"], &made["public_metadata"]),
        (&json!("Makes-things"), &json!({ "plan": "free" }))
    );
    (server, made["id"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn an_organization_and_a_workspace_are_shown_and_carry_what_the_application_keeps_with_them() {
    let (server, acme) = with_acme("[deployment.workspaces]\nenabled = true\n");
    let line = "workspace create --organization acme --name Mill --owner ada@example.com";
    let mill = server.json(&format!("{line} --public-metadata {{\"floor\":2}}"));
    assert_eq!(mill["public_metadata"], json!({ "floor": 2 }));
    let mill = mill["id"].as_str().unwrap();
    for (kind, named, id) in [("organization", "acme", acme.as_str()), ("workspace", mill, mill)] {
        let changed = server
            .json(&format!("{kind} update {named} --public-metadata {{\"plan\":\"pro\"}} --reason paid"));
        assert_eq!(changed["public_metadata"], json!({ "plan": "pro" }), "{kind}");
        let shown = server.json(&format!("{kind} show {named}"));
        assert_eq!((&shown["id"], &shown["public_metadata"]), (&json!(id), &changed["public_metadata"]));
        let text = server.keyrack(&format!("{kind} show {id}")).out.join("\n");
        assert!(text.contains("public metadata  {\"plan\":\"pro\"}") && text.contains("members"), "{text}");
        // What is not said stays.
        server.json(&format!("{kind} update {named} --description Other"));
        assert_eq!(server.json(&format!("{kind} show {id}"))["public_metadata"], json!({ "plan": "pro" }));
        let (exit, said) = server.refuses(&format!("{kind} update {named} --public-metadata [1]"));
        assert!(exit == 2 && said.contains("public_metadata is no object"), "{exit} {said}");
        let much = format!("{{\"a\":\"{}\"}}", "x".repeat(4096));
        let (exit, said) = server.refuses(&format!("{kind} update {named} --public-metadata {much}"));
        assert!(exit == 1 && said.starts_with("invalid_metadata"), "{exit} {said}");
        let nobody = format!("{}_{}", &id[..3], "0".repeat(26));
        assert_eq!(server.refuses(&format!("{kind} show {nobody}")).0, 4);
    }
}

#[tokio::test]
async fn an_invitation_is_mailed_anew_in_the_name_of_whoever_sent_it() {
    let (server, acme) = with_acme("");
    let sent = server.json("invitation create acme carol@example.com --inviter ada@example.com");
    let id = sent["id"].as_str().unwrap();
    let (exit, said) = server.refuses(&format!("invitation resend acme {id}"));
    assert!(exit == 1 && said.starts_with("too_many_attempts"), "once a minute: {exit} {said}");
    server.browser().post("/dev/clock", json!({ "advance_ms": 60_000 })).await;
    let again = server.keyrack(&format!("invitation resend acme {id}"));
    assert!(again.out[0].starts_with(&format!("{id} is mailed to carol@example.com, until ")), "{again:?}");
    let outbox: Value = server.browser().get("/dev/outbox").await.json();
    let mails = outbox.to_string().matches("carol@example.com").count();
    assert!(mails >= 2, "{outbox}");
    let events = server.json("audit list --event invitation_sent");
    assert_eq!(events["items"].as_array().unwrap().len(), 2);
    server.json(&format!("invitation withdraw acme {id}"));
    let (exit, said) = server.refuses(&format!("invitation resend {acme} {id}"));
    assert!(exit == 4 && said.starts_with("invitation_not_found"), "{exit} {said}");
}

#[tokio::test]
async fn a_user_is_told_how_much_it_matters_with_facts_and_as_a_member() {
    let (server, acme) = with_acme("");
    let bob = server.signed_up("bob").await;
    let told = server.json(
        "user tell bob@example.com --title Paid --body Thanks --severity success --metadata {\"order\":\"17\"}",
    );
    assert_eq!((&told["severity"], &told["organization_id"]), (&json!("success"), &Value::Null));
    assert_eq!(bob.inbox("").await[0]["severity"], "success");
    assert!(told.to_string().contains("\"order\":\"17\""), "{told}");
    // In an organization that he is not in, and then is.
    let line = "user tell bob@example.com --title Moved --body Soon --organization acme";
    let (exit, said) = server.refuses(line);
    assert!(said.starts_with("membership_not_found"), "{exit} {said}");
    server.json("organization add acme bob@example.com");
    assert_eq!(server.json(line)["organization_id"], json!(acme));
    server.json("organization remove acme bob@example.com");
    let titles: Vec<Value> = bob.inbox("").await.iter().map(|it| it["title"].clone()).collect();
    assert!(titles.contains(&json!("Paid")) && !titles.contains(&json!("Moved")), "{titles:?}");
    for wrong in ["--metadata {\"a\":1}", "--metadata x", "--severity loud"] {
        let ended = server.keyrack(&format!("user tell bob@example.com --title A --body B {wrong}"));
        assert!(matches!(ended.code, Some(1 | 2)), "{wrong}: {ended:?}");
    }
}

#[tokio::test]
async fn a_ticket_with_a_challenge_is_for_whoever_has_its_verifier() {
    let (server, _) = with_acme("");
    let challenge = BASE64.encode(digest(&SHA256, VERIFIER.as_bytes()));
    let made =
        server.json(&format!("ticket create sign_in --user ada@example.com --code-challenge {challenge}"));
    assert_eq!(server.json("ticket list")["items"][0]["bound"], true);
    let exchange = async |body: Value| {
        let url = format!("{}/session/ticket/exchange", server.base);
        crate::support::client().post(url).json(&body).send().await.unwrap().status()
    };
    let ticket = &made["ticket"];
    assert_eq!(exchange(json!({ "ticket": ticket })).await, StatusCode::BAD_REQUEST);
    let with = json!({ "ticket": ticket, "code_verifier": VERIFIER });
    assert_eq!(exchange(with).await, StatusCode::OK);
    let (exit, said) = server.refuses("ticket create sign_in --user ada@example.com --code-challenge short");
    assert!(exit == 2 && said.starts_with("invalid_parameter"), "{exit} {said}");
}
