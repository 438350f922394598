//! `/admin/waitlist`: who waits, inviting them in their order, and taking them off the list.

use crate::support::{Keyrack, Operator, Running};
use keyrack_server::config::SignUpMode;
use reqwest::Method;
use serde_json::{Value, json};

async fn waiting(names: &[&str]) -> Keyrack {
    let server =
        Keyrack::start_with(|deployment| deployment.restrictions.sign_up_mode = SignUpMode::Waitlist).await;
    for name in names {
        let form = json!({ "email": format!("{name}@example.com"), "first_name": name });
        server.browser().post("/waitlist/join", form).await.ok();
        server.advance(1);
    }
    server
}

fn emails(list: &Value) -> Vec<&str> {
    let items = list.as_array().unwrap_or_else(|| list["items"].as_array().unwrap());
    items.iter().map(|entry| entry["email"].as_str().unwrap().split('@').next().unwrap()).collect()
}

#[tokio::test]
async fn whoever_has_waited_longest_is_invited_first_and_pages_follow_each_other() {
    let server = waiting(&["ada", "bob", "carl", "dora"]).await;
    let operator = Operator(&server);
    assert_eq!(emails(&operator.get("/waitlist").await.ok()), ["ada", "bob", "carl", "dora"]);
    let page = operator.get("/waitlist?limit=3").await.ok();
    assert_eq!(emails(&page), ["ada", "bob", "carl"]);
    let cursor = page["next_cursor"].as_str().unwrap();
    assert_eq!(emails(&operator.get(&format!("/waitlist?limit=3&cursor={cursor}")).await.ok()), ["dora"]);

    let invited = operator.ask(Method::POST, "/waitlist/invite", json!({ "first": 2 })).await.ok();
    assert_eq!(emails(&invited["invited"]), ["ada", "bob"]);
    assert_eq!((server.mails("ada").await.len(), server.mails("carl").await.len()), (1, 0));
    assert_eq!(emails(&operator.get("/waitlist").await.ok()), ["carl", "dora"]);
    let all = operator.get("/waitlist?state=all").await.ok();
    assert_eq!(emails(&all), ["ada", "bob", "carl", "dora"]);
    assert!(all["items"][0]["invited_until"].is_string() && all["items"][2]["invited_at"].is_null());
    // By address also somebody who was invited before.
    let again = json!({ "emails": ["Ada@Example.com", "dora@example.com"] });
    let invited = operator.ask(Method::POST, "/waitlist/invite", again).await.ok();
    assert_eq!(emails(&invited["invited"]), ["ada", "dora"]);
    assert_eq!((server.mails("ada").await.len(), server.mails("dora").await.len()), (2, 1));
    let records = "select count(*) from audit where deployment_id = $1 and event = 'invitation_sent'";
    assert_eq!(server.count(records).await, 4);
}

#[tokio::test]
async fn what_is_not_on_the_list_is_said_and_nobody_is_invited_then() {
    let server = waiting(&["ada"]).await;
    let operator = Operator(&server);
    for (body, code) in [
        (json!({ "emails": ["ada@example.com", "eve@example.com"] }), "waitlist_entry_not_found"),
        (json!({ "emails": ["ada"] }), "invalid_email"),
        (json!({}), "invalid_parameter"),
        (json!({ "emails": ["ada@example.com"], "first": 1 }), "invalid_parameter"),
        (json!({ "first": 0 }), "invalid_parameter"),
        (json!({ "first": 201 }), "invalid_parameter"),
    ] {
        assert_eq!(
            operator.ask(Method::POST, "/waitlist/invite", body.clone()).await.refused().1,
            code,
            "{body}"
        );
    }
    assert_eq!(server.mails("ada").await.len(), 0);
    let removed = operator.ask(Method::DELETE, "/waitlist/ada@example.com", Value::Null).await.ok();
    assert_eq!(removed, json!({ "removed": "ada@example.com" }));
    let again = operator.ask(Method::DELETE, "/waitlist/ada@example.com", Value::Null).await;
    assert_eq!(again.refused(), (404, "waitlist_entry_not_found".to_owned()));
    assert_eq!(emails(&operator.get("/waitlist?state=all").await.ok()), [""; 0]);
}

#[tokio::test]
async fn the_command_shows_the_list_and_says_who_is_not_on_it() {
    let server = Running::dev("warn");
    let listed = server.keyrack("waitlist list");
    assert!(listed.out[0].starts_with("EMAIL ") && listed.out.len() == 1, "{listed:?}");
    assert_eq!(server.json("waitlist list --all")["items"], json!([]));
    for line in ["waitlist invite ada@example.com", "waitlist remove ada@example.com"] {
        assert_eq!(server.refuses(line).0, 4, "{line}");
    }
    let nobody = server.keyrack("waitlist invite --first 5");
    assert_eq!(nobody.out, ["0 invitations are on their way."]);
}
