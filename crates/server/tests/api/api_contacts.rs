//! `/admin/v1/users/{user_id}/contacts` and `/admin/v1/waitlist`: how accounts are reached and who waits, as backends decide.

use crate::support::{Backend, Browser, Keyrack, Operator};
use keyrack_server::config::{Deployment, FieldUse, SignUpMode};
use reqwest::Method;
use serde_json::{Value, json};

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

async fn contacts(browser: &Browser) -> String {
    format!("/admin/v1/users/{}/contacts", browser.user_id().await)
}

async fn writer(server: &Keyrack) -> Backend {
    server.backend(&["users:read", "users:write", "audit:read"]).await
}

/// Kind, value, primary, verified of each.
async fn have(backend: &Backend, path: &str) -> Vec<(String, bool, bool)> {
    let listed = backend.get(path).await.bare();
    let one = |it: &Value| {
        let value = it["value"].as_str().unwrap().to_owned();
        (value, it["is_primary"].as_bool().unwrap(), it["verified"].as_bool().unwrap())
    };
    listed["items"].as_array().unwrap().iter().map(one).collect()
}

fn phones(deployment: &mut Deployment) {
    deployment.auth.phone = FieldUse::Optional;
}

#[tokio::test]
async fn an_address_is_added_verified_made_primary_and_the_old_one_removed() {
    let server = Keyrack::start().await;
    let (ada, backend) = (server.signed_up("ada").await, writer(&server).await);
    let path = contacts(&ada).await;
    let added = backend.post(&path, json!({ "email": "Ada2@Example.com" })).await.bare();
    assert_eq!(
        (&added["kind"], &added["value"], &added["verified"]),
        (&json!("email"), &json!("ada2@example.com"), &json!(false))
    );
    let one = format!("{path}/{}", added["id"].as_str().unwrap());
    let early = backend.post(&format!("{one}/make-primary"), json!({})).await;
    assert_eq!(early.refused().1, "contact_not_verified");
    // A second time it is the same one.
    assert_eq!(backend.post(&path, json!({ "email": "ada2@example.com" })).await.bare()["id"], added["id"]);
    let before = ada.session().await["revision"].as_i64().unwrap();
    let verified = backend.post(&format!("{one}/verify"), json!({ "reason": "they called" })).await.bare();
    assert_eq!((&verified["verified"], &verified["is_primary"]), (&json!(true), &json!(false)));
    assert!(ada.session().await["revision"].as_i64().unwrap() > before);
    backend.post(&format!("{one}/make-primary"), json!({})).await.bare();
    assert_eq!(ada.session().await["active_signin"]["user"]["email_address"], "ada2@example.com");
    assert_eq!(backend.delete(&one).await.refused().1, "primary_not_removable");
    let old = backend.get(&path).await.bare()["items"][0]["id"].as_str().unwrap().to_owned();
    backend.delete(&format!("{path}/{old}")).await.bare();
    assert_eq!(have(&backend, &path).await, [("ada2@example.com".to_owned(), true, true)]);
    assert_eq!(backend.delete(&one).await.refused().1, "NO_ALTERNATIVE_AUTH_METHOD");
    // Whoever has the mailbox is told of each, at the address that is left or goes.
    let told = server.mails("ada").await.iter().filter(|mail| mail.mail.subject.contains("changed")).count();
    assert_eq!(told, 3);
    let records = backend.get("/admin/v1/audit?event=account_changed").await.bare();
    assert_eq!(records["items"].as_array().unwrap().len(), 3);
    assert_eq!(records["items"][2]["note"], "they called");
    // The password opens the account by the new address, and no more by the old one.
    server.browser().sign_in("ada2", crate::support::PASSWORD).await.ok();
    assert_eq!(
        server.browser().sign_in("ada", crate::support::PASSWORD).await.refused().1,
        "INVALID_CREDENTIALS"
    );
}

#[tokio::test]
async fn l08_what_somebody_else_has_proved_a_backend_gives_to_nobody_and_what_is_unproved_it_takes() {
    let server = Keyrack::start_with(phones).await;
    let backend = writer(&server).await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let (adas, bobs) = (contacts(&ada).await, contacts(&bob).await);
    for body in
        [json!({ "email": "bob@example.com" }), json!({ "email": "bob@example.com", "verified": true })]
    {
        assert_eq!(backend.post(&adas, body).await.refused().1, "EMAIL_EXISTS");
    }
    // Bob claims an address that he never proved; a backend vouches that it is Ada's: it is hers, and Bob is out.
    backend.post(&bobs, json!({ "email": "new@example.com" })).await.bare();
    backend.post(&adas, json!({ "email": "new@example.com", "verified": true })).await.bare();
    assert_eq!(have(&backend, &bobs).await, [("bob@example.com".to_owned(), true, true)]);
    assert_eq!(bob.session().await["active_signin"], Value::Null);
    // A number changes hands, as numbers do.
    let number = json!({ "phone_number": "+4915112345678", "verified": true });
    backend.post(&bobs, number.clone()).await.bare();
    let added = backend.post(&adas, number).await.bare();
    assert_eq!((&added["kind"], &added["is_primary"]), (&json!("phone"), &json!(true)));
    assert_eq!(have(&backend, &bobs).await.len(), 1);
}

#[tokio::test]
async fn what_cannot_be_is_refused_of_a_contact() {
    let server = Keyrack::start().await;
    let (ada, backend) = (server.signed_up("ada").await, writer(&server).await);
    let (path, nobody) = (contacts(&ada).await, format!("usr_{}", "0".repeat(26)));
    let bobs = contacts(&server.signed_up("bob").await).await;
    let his = backend.get(&bobs).await.bare()["items"][0]["id"].as_str().unwrap().to_owned();
    for (method, path, body, code) in [
        (Method::POST, path.clone(), json!({}), "invalid_parameter"),
        (
            Method::POST,
            path.clone(),
            json!({ "email": "a@b.example", "phone_number": "+4915112345678" }),
            "invalid_parameter",
        ),
        (Method::POST, path.clone(), json!({ "email": "ada" }), "invalid_email"),
        (Method::POST, path.clone(), json!({ "phone_number": "12" }), "invalid_phone_number"),
        (
            Method::POST,
            format!("/admin/v1/users/{nobody}/contacts"),
            json!({ "email": "a@b.example" }),
            "user_not_found",
        ),
        // One of somebody else looks like none.
        (Method::POST, format!("{path}/{his}/verify"), json!({}), "email_address_not_found"),
        (Method::DELETE, format!("{path}/{his}"), json!({}), "email_address_not_found"),
        (Method::POST, format!("{path}/phn_x/make-primary"), json!({}), "phone_number_not_found"),
    ] {
        let reply = backend.ask(method.clone(), &path, body.clone()).await;
        assert_eq!(reply.refused().1, code, "{method} {path} {body}");
    }
    for index in 0..9 {
        backend.post(&path, json!({ "email": format!("more{index}@example.com") })).await.bare();
    }
    let over = backend.post(&path, json!({ "email": "over@example.com" })).await.refused();
    assert_eq!(over.1, "too_many_contacts");
}

#[tokio::test]
async fn an_operator_decides_about_contacts_on_the_socket() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let operator = Operator(&server);
    let path = "/users/ada@example.com/contacts";
    let new = json!({ "email": "ada2@example.com", "verified": true });
    let added = operator.ask(Method::POST, path, new).await.ok();
    assert_eq!(added["verified"], true);
    let one = format!("{path}/{}", added["id"].as_str().unwrap());
    operator.ask(Method::POST, &format!("{one}/make-primary"), json!({})).await.ok();
    assert_eq!(ada.session().await["active_signin"]["user"]["email_address"], "ada2@example.com");
    let listed = operator.get(path).await.ok();
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
    let old = format!("{path}/{}", listed["items"][0]["id"].as_str().unwrap());
    operator.ask(Method::DELETE, &old, json!({})).await.ok();
    assert_eq!(
        operator.get("/users/ada2@example.com/contacts").await.ok()["items"].as_array().unwrap().len(),
        1
    );
}

#[tokio::test]
async fn whoever_waits_is_listed_let_in_and_refused_by_a_backend() {
    let closed = |deployment: &mut Deployment| deployment.restrictions.sign_up_mode = SignUpMode::Waitlist;
    let server = Keyrack::start_with(closed).await;
    for name in ["ada", "bob", "carl"] {
        let form = json!({ "email": format!("{name}@example.com"), "first_name": name });
        server.browser().post("/waitlist/join", form).await.ok();
        server.advance(1);
    }
    let backend = server.backend(&["waitlist:read", "waitlist:write", "audit:read"]).await;
    let emails = |list: &Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|one| one["email"].as_str().unwrap().to_owned()).collect()
    };
    let page = backend.get("/admin/v1/waitlist?limit=2").await.bare();
    assert_eq!(emails(&page["items"]), ["ada@example.com", "bob@example.com"]);
    let next = page["next_cursor"].as_str().unwrap();
    let rest = backend.look("/admin/v1/waitlist", &[("cursor", next)]).await.bare();
    assert_eq!(emails(&rest["items"]), ["carl@example.com"]);
    let invited = backend.post("/admin/v1/waitlist/invite", json!({ "first": 1 })).await.bare();
    assert_eq!(emails(&invited["invited"]), ["ada@example.com"]);
    let by_name = json!({ "emails": ["Carl@example.com"] });
    backend.post("/admin/v1/waitlist/invite", by_name).await.bare();
    assert_eq!((server.mails("ada").await.len(), server.mails("carl").await.len()), (1, 1));
    let refusal = json!({ "email": "bob@example.com", "reason": "unknown here" });
    backend.post("/admin/v1/waitlist/refuse", refusal.clone()).await.bare();
    assert_eq!(backend.get("/admin/v1/waitlist").await.bare()["items"], json!([]));
    let all = backend.get("/admin/v1/waitlist?state=all").await.bare();
    assert_eq!(emails(&all["items"]), ["ada@example.com", "carl@example.com"]);
    let again = backend.post("/admin/v1/waitlist/refuse", refusal).await;
    assert_eq!(again.refused(), refused(404, "waitlist_entry_not_found"));
    let records = backend.get("/admin/v1/audit?event=waitlist_refused").await.bare();
    assert_eq!(
        (records["items"].as_array().unwrap().len(), &records["items"][0]["note"]),
        (1, &json!("unknown here"))
    );
    for (body, code) in [
        (json!({}), "invalid_parameter"),
        (json!({ "emails": ["carl@example.com"], "first": 1 }), "invalid_parameter"),
        (json!({ "emails": ["eve@example.com"] }), "waitlist_entry_not_found"),
        (json!({ "first": 0 }), "invalid_parameter"),
    ] {
        let reply = backend.post("/admin/v1/waitlist/invite", body.clone()).await;
        assert_eq!(reply.refused().1, code, "{body}");
    }
}
