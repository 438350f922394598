//! Waiting to be let in: the list, what joining it tells, and who may sign up.

use crate::support::{Browser, Keyrack, sign_up_form};
use keyrack_server::config::SignUpMode;
use keyrack_server::world::Mail;
use serde_json::{Value, json};

async fn waiting() -> Keyrack {
    Keyrack::start_with(|deployment| deployment.restrictions.sign_up_mode = SignUpMode::Waitlist).await
}

async fn joins(server: &Keyrack, name: &str) -> Value {
    let form = json!({ "email": format!("{name}@example.com"), "first_name": name, "last_name": "Test" });
    server.browser().post("/waitlist/join", form).await.ok()
}

/// Lets everybody in who is on the list and was not invited; the token of each mail.
async fn invites(server: &Keyrack, name: &str) -> (String, Mail) {
    let (app, site) = (server.app.clone(), server.app.sites[0].clone());
    let deployment = site.config.id.clone();
    let email = format!("{name}@example.com");
    let entry =
        app.db.read(move |on| keyrack_server::waitlist::store::by_email(on, &deployment, &email)).await;
    let by = keyrack_server::audit::By::system(app.world.clock.now_ms());
    let invited =
        keyrack_server::waitlist::invite(&app, &site, vec![entry.unwrap().unwrap()], by).await.unwrap();
    assert_eq!(invited.len(), 1);
    let mail = server.mails(name).await.pop().unwrap().mail;
    let link = mail.link.clone().unwrap();
    (link.split_once("invite_token=").unwrap().1.to_owned(), mail)
}

async fn validates(server: &Keyrack, token: &str) -> Value {
    server.browser().get(&format!("/deployment/invitations/validate?token={token}")).await.ok()
}

async fn signs_up(browser: &Browser, name: &str, token: Option<&str>) -> (u16, String) {
    let mut form = sign_up_form(name);
    if let Some(token) = token {
        form["invite_token"] = json!(token);
    }
    let reply = browser.post("/auth/signup", form).await;
    if reply.status == 200 { (200, String::new()) } else { reply.refused() }
}

fn waits() -> (u16, String) {
    (403, "SIGNUP_WAITLIST_ONLY".to_owned())
}

#[tokio::test]
async fn whoever_waited_and_is_invited_signs_up_and_leaves_the_list() {
    let server = waiting().await;
    let browser = server.browser();
    assert_eq!(browser.get("/deployment").await.ok()["restrictions"]["sign_up_mode"], "waitlist");
    assert_eq!(signs_up(&browser, "ada", None).await, waits());
    let joined = joins(&server, "ada").await;
    let entry = &joined["entry"];
    assert_eq!(
        [&entry["email_address"], &entry["email"], &entry["first_name"]],
        ["ada@example.com", "ada@example.com", "ada"]
    );
    assert!(
        entry["id"].as_str().unwrap().starts_with("wtl_") && !joined["message"].as_str().unwrap().is_empty()
    );
    assert_eq!(signs_up(&browser, "ada", None).await, waits(), "who waits is not let in by it");

    let (token, mail) = invites(&server, "ada").await;
    let base = server.app.sites[0].config.base();
    assert!(mail.link.unwrap().starts_with(&format!("{base}/sign-up?invite_token=app.")));
    let told = validates(&server, &token).await;
    assert_eq!(
        [&told["valid"], &told["email"], &told["first_name"]],
        [&json!(true), &json!("ada@example.com"), &json!("ada")]
    );
    // Looking uses nothing up.
    for _ in 0..3 {
        assert_eq!(validates(&server, &token).await, told);
    }
    assert_eq!(signs_up(&browser, "eve", Some(&token)).await, waits(), "it is for ada's address alone");
    let mut form = sign_up_form("ada");
    form["invite_token"] = json!(token);
    let session = browser.post("/auth/signup", form).await.ok();
    let attempt = session["signup_attempts"][0]["id"].as_str().unwrap();
    assert_eq!(session["signup_attempts"][0]["current_step"], "verify_email", "the token proves nothing");
    browser.asks_for_code(attempt).await.ok();
    browser.enters_code(attempt, &server.code("ada").await).await.ok();
    assert_eq!(browser.accounts().await, ["ada*"]);
    assert_eq!(server.count("select count(*) from waitlist_entries where deployment_id = $1").await, 0);
    assert_eq!(validates(&server, &token).await["error_code"], "INVITATION_INVALID");
}

#[tokio::test]
async fn c16_joining_tells_nobody_who_waits_or_has_an_account() {
    let server = waiting().await;
    let (app, site) = (&server.app, &server.app.sites[0]);
    joins(&server, "ada").await;
    let (token, _) = invites(&server, "ada").await;
    let browser = server.browser();
    let mut form = sign_up_form("ada");
    form["invite_token"] = json!(token);
    let session = browser.post("/auth/signup", form).await.ok();
    let attempt = session["signup_attempts"][0]["id"].as_str().unwrap();
    browser.asks_for_code(attempt).await.ok();
    browser.enters_code(attempt, &server.code("ada").await).await.ok();
    joins(&server, "bob").await;
    server.advance(60_000);
    // ada has an account, bob waits, carl is nobody.
    let mut answers = Vec::new();
    for name in ["ada", "bob", "carl"] {
        let form = json!({ "email": format!("{name}@example.com"), "first_name": "Eve" });
        let mut answer = server.browser().post("/waitlist/join", form).await.ok();
        assert!(answer["entry"]["id"].as_str().unwrap().starts_with("wtl_"));
        answer["entry"]["id"] = json!("");
        answers.push(answer.to_string().replace(name, "somebody"));
    }
    assert_eq!((&answers[0], &answers[1]), (&answers[1], &answers[2]));
    // And a stranger changes nothing of what bob said.
    let deployment = site.config.id.clone();
    let bob =
        app.db.read(move |on| keyrack_server::waitlist::store::by_email(on, &deployment, "bob@example.com"));
    assert_eq!(bob.await.unwrap().unwrap().first_name, "bob");
}

#[tokio::test]
async fn an_invitation_is_over_after_its_time_when_a_newer_one_is_sent_and_when_the_entry_is_gone() {
    let server = waiting().await;
    joins(&server, "ada").await;
    let (first, _) = invites(&server, "ada").await;
    let (second, _) = invites(&server, "ada").await;
    let browser = server.browser();
    assert_eq!(signs_up(&browser, "ada", Some(&first)).await, waits());
    assert_eq!(validates(&server, &first).await["valid"], false);
    server.advance(10 * 24 * 3_600_000 - 1);
    assert_eq!(validates(&server, &second).await["valid"], true);
    // Begun in time, ended too late.
    let late = server.browser();
    let mut form = sign_up_form("ada");
    form["invite_token"] = json!(second);
    let session = late.post("/auth/signup", form).await.ok();
    let attempt = session["signup_attempts"][0]["id"].as_str().unwrap();
    late.asks_for_code(attempt).await.ok();
    let code = server.code("ada").await;
    server.advance(1);
    assert_eq!(late.enters_code(attempt, &code).await.refused(), waits());
    let told = validates(&server, &second).await;
    assert_eq!(
        (&told["error_code"], &told["email"]),
        (&json!("INVITATION_EXPIRED"), &json!("ada@example.com"))
    );
    assert_eq!(signs_up(&browser, "ada", Some(&second)).await, waits());
}

#[tokio::test]
async fn the_list_is_closed_where_there_is_none_and_its_rules_are_those_of_a_sign_up() {
    for mode in [SignUpMode::Public, SignUpMode::Restricted] {
        let server = Keyrack::start_with(|deployment| deployment.restrictions.sign_up_mode = mode).await;
        let refused =
            server.browser().post("/waitlist/join", json!({ "email": "ada@example.com" })).await.refused();
        assert_eq!(refused, (403, "waitlist_closed".to_owned()));
    }
    let server = Keyrack::start_with(|deployment| {
        deployment.restrictions.sign_up_mode = SignUpMode::Waitlist;
        deployment.restrictions.block_disposable_emails = true;
    })
    .await;
    let browser = server.browser();
    for (form, code) in [
        (json!({}), "REQUIRED_FIELD"),
        (json!({ "email": "ada" }), "invalid_email"),
        (json!({ "email": "ada@mailinator.com" }), "DISPOSABLE_EMAIL_BLOCKED"),
        (json!({ "email": "ada@example.com", "first_name": "a\nb" }), "invalid_name"),
    ] {
        assert_eq!(browser.post("/waitlist/join", form).await.refused().1, code);
    }
    // One client fills no list.
    for index in 0..20 {
        browser.post("/waitlist/join", json!({ "email": format!("p{index}@example.com") })).await.ok();
    }
    let over = browser.post("/waitlist/join", json!({ "email": "p20@example.com" })).await;
    assert_eq!((over.refused().1.as_str(), over.header("retry-after")), ("too_many_attempts", Some("3600")));
    assert_eq!(server.count("select count(*) from waitlist_entries where deployment_id = $1").await, 20);
    assert_eq!(browser.credential(), None, "waiting makes no session");
}
