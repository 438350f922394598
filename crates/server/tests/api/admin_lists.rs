//! What an operator sees: what is live, page by page, and what cannot be asked for (M11, M14).

use crate::support::{Keyrack, Operator};
use http::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn what_is_listed_says_what_is_live_and_on_request_why_the_rest_ended() {
    let server = Keyrack::start().await;
    let operator = Operator(&server);
    let browser = server.signed_up("ada").await;
    server.signed_up("bob").await;
    let list = operator.get("/sessions?user=ada@example.com").await.ok();
    let [session] = list["items"].as_array().unwrap().as_slice() else { panic!("{list}") };
    assert_eq!(session["id"], browser.session().await["id"]);
    let sign_in = &session["sign_ins"][0];
    assert_eq!((&sign_in["email_address"], &sign_in["active"]), (&json!("ada@example.com"), &json!(true)));
    assert_eq!(operator.get("/users/ada@example.com").await.ok()["sign_ins"], 1);

    // What has expired is over, also when nobody has noticed.
    server.advance(8 * 86_400_000);
    let count = async |path: &str| operator.get(path).await.ok()["items"].as_array().unwrap().len();
    assert_eq!(count("/sessions?user=ada@example.com").await, 0);
    assert_eq!(operator.get("/users/ada@example.com").await.ok()["sign_ins"], 0);
    assert_eq!(browser.session().await["end_reason"], "idle");
    let all = operator.get("/sessions?user=ada@example.com&state=all").await.ok();
    assert_eq!(all["items"][0]["sign_ins"][0]["end_reason"], "idle");
    assert_eq!(count("/sessions?state=all").await, 2);
}

#[tokio::test]
async fn m11_pages_are_complete_each_thing_once_also_while_things_come_and_go() {
    let server = Keyrack::start().await;
    let operator = Operator(&server);
    let create = async |name: String| {
        let body = json!({ "email": format!("{name}@example.com") });
        operator.ask(Method::POST, "/users", body).await.ok()["id"].as_str().unwrap().to_owned()
    };
    let mut made = BTreeSet::new();
    for n in 0..7 {
        made.insert(create(format!("person{n}")).await);
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = operator.get(&format!("/users?limit=3{cursor}")).await.ok();
        let ids =
            page["items"].as_array().unwrap().iter().map(|user| user["id"].as_str().unwrap().to_owned());
        seen.extend(ids);
        // New ones stand before what was read.
        create(format!("later{}", seen.len())).await;
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert!(seen.is_sorted_by(|a, b| a > b), "{seen:?}");
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), made);
}

#[tokio::test]
async fn m11_m14_what_cannot_be_is_refused_and_said_so() {
    let server = Keyrack::start().await;
    let operator = Operator(&server);
    server.signed_up("ada").await;
    let session = operator.get("/sessions?limit=1&state=all").await.ok();
    let foreign = operator.get("/users?limit=1").await.ok();
    assert_eq!((&session["next_cursor"], &foreign["next_cursor"]), (&Value::Null, &Value::Null));
    for path in ["/users", "/sessions"] {
        for query in [
            "limit=0",
            "limit=-1",
            "limit=1000000000",
            "limit=ten",
            "limit=%2B1",
            "limit=0x1",
            "limit=01",
            "limit=18446744073709551616",
            "limit=",
            "cursor=",
            "cursor=abc",
            "cursor=dXNyXzE",
            "state=gone",
            "stat=all",
            "limit=1&limit=2",
        ] {
            let reply = operator.get(&format!("{path}?{query}")).await;
            assert_eq!(reply.refused(), refused(400, "invalid_parameter"), "{path}?{query}");
        }
    }
    let big = "a".repeat(20_000);
    assert_eq!(operator.get(&format!("/users?cursor={big}")).await.refused().0, 400);
    for id in ["usr_", "nobody", "1", "%00", "' or 1=1 --", "usr_00000000000000000000000000", "a@b.example"] {
        let id = id.replace(' ', "%20");
        assert_eq!(
            operator.post(&format!("/users/{id}/disable")).await.refused(),
            refused(404, "user_not_found")
        );
        assert_eq!(
            operator.post(&format!("/sessions/{id}/end")).await.refused(),
            refused(404, "session_not_found")
        );
    }
    let bodies = [
        (json!({}), "BAD_REQUEST_BODY"),
        (json!({ "email": 5 }), "BAD_REQUEST_BODY"),
        (json!({ "email": "bob@example.com", "disabled_at": 1 }), "BAD_REQUEST_BODY"),
        (json!({ "email": "bob" }), "invalid_email"),
        (json!({ "email": "bob@example.com", "password": "short" }), "password_too_short"),
        (json!({ "email": "bob@example.com", "first_name": "a\u{0}" }), "invalid_name"),
        (json!({ "email": "bob@example.com", "username": "no" }), "invalid_username"),
        (json!({ "email": "Ada@Example.com" }), "EMAIL_EXISTS"),
    ];
    for (body, code) in bodies {
        let reply = operator.ask(Method::POST, "/users", body.clone()).await;
        assert_eq!(reply.refused(), refused(400, code), "{body}");
    }
    assert_eq!(operator.get("/nowhere").await.refused(), refused(404, "not_found"));
    assert_eq!(
        operator.get("/users/ada@example.com/disable").await.refused(),
        refused(405, "method_not_allowed")
    );
    assert_eq!(operator.get("/users").await.ok()["items"].as_array().unwrap().len(), 1);
}
