//! Invitations in the middle of a sign-up: they open a closed door for the invited address, and prove nothing.

use crate::support::{Browser, Keyrack, Operator, sign_up_form};
use keyrack_server::config::SignUpMode;
use reqwest::Method;
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

fn form(name: &str, token: &str) -> Value {
    let mut form = sign_up_form(name);
    form["invite_token"] = json!(token);
    form
}

/// Ada has an organization, to which bob, who has no account, is invited; nobody signs up by themselves any more.
async fn closed() -> (Keyrack, Browser, String, String) {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let acme = ada.founds("Acme").await;
    ada.invites(&acme, "bob", json!({ "role_id": "rol_org_admin" })).await;
    let token = server.token("bob").await;
    let server = server
        .restart_with(|config| config.deployments[0].restrictions.sign_up_mode = SignUpMode::Restricted)
        .await;
    let ada = server.signed_in("ada").await;
    (server, ada, acme, token)
}

/// The attempt that a sign-up began.
fn attempt(session: &Value) -> String {
    session["signup_attempts"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn whoever_is_invited_signs_up_where_nobody_else_can_and_accepts_afterwards() {
    let (server, ada, acme, token) = closed().await;
    let bob = server.browser();
    assert_eq!(bob.accepts(&token).await["error_code"], "INVITATION_REQUIRES_SIGNUP");
    let begun = attempt(&bob.post("/auth/signup", form("bob", &token)).await.ok());
    // The sign-up uses nothing up, also when it is begun again.
    let begun_again = attempt(&bob.post("/auth/signup", form("bob", &token)).await.ok());
    assert_ne!(begun, begun_again);
    assert_eq!(bob.accepts(&token).await["error_code"], "INVITATION_REQUIRES_SIGNUP");
    bob.asks_for_code(&begun_again).await.ok();
    bob.enters_code(&begun_again, &server.code("bob").await).await.ok();
    assert_eq!(bob.get("/me/organization-memberships").await.ok(), json!([]));
    let accepted = bob.accepts(&token).await;
    assert_eq!(accepted["organization"]["id"], json!(acme));
    let mine = bob.get("/me/organization-memberships").await.ok();
    assert_eq!(mine[0]["roles"][0]["id"], "rol_org_admin");
    assert_eq!(ada.invitations(&acme).await, Vec::<Value>::new());
    // Used, it opens nothing more.
    let again = server.browser().post("/auth/signup", form("bob", &token)).await;
    assert_eq!(again.refused(), refused(403, "SIGNUP_RESTRICTED"));
}

#[tokio::test]
async fn j04_the_token_opens_the_door_for_its_address_alone() {
    let (server, ada, acme, token) = closed().await;
    let eve = server.browser();
    let flipped = format!("{}{}", &token[..93], if token.ends_with('0') { '1' } else { '0' });
    for (name, sent) in
        [("eve", token.as_str()), ("bob", ""), ("bob", &flipped), ("bob", "org."), ("bobby", &token)]
    {
        let reply = eve.post("/auth/signup", form(name, sent)).await;
        assert_eq!(reply.refused(), refused(403, "SIGNUP_RESTRICTED"), "{name} {sent}");
    }
    let silent = eve.post("/auth/signup", sign_up_form("bob")).await;
    assert_eq!(silent.refused(), refused(403, "SIGNUP_RESTRICTED"));
    // An address that has an account is told of as little as ever.
    ada.invites(&acme, "ada2", json!({})).await;
    let spelled =
        json!({ "email": " BOB@example.com", "password": crate::support::PASSWORD, "invite_token": token });
    eve.post("/auth/signup", spelled).await.ok();
    // Withdrawn between the form and the code, it admits nobody, and the code stays good for nothing else.
    let bob = server.browser();
    let begun = attempt(&bob.post("/auth/signup", form("bob", &token)).await.ok());
    bob.asks_for_code(&begun).await.ok();
    let code = server.code("bob").await;
    let invitations = ada.invitations(&acme).await;
    let of_bob = invitations.iter().find(|one| one["email"] == "bob@example.com").unwrap();
    let path = format!("/organizations/{acme}/invitations/{}", of_bob["id"].as_str().unwrap());
    ada.send(ada.request(Method::DELETE, &path)).await.ok();
    assert_eq!(bob.enters_code(&begun, &code).await.refused(), refused(403, "SIGNUP_RESTRICTED"));
    let users = "select count(*) from users where deployment_id = $1";
    assert_eq!(server.count(users).await, 1);
}

#[tokio::test]
async fn j04_an_expired_token_opens_no_door() {
    let (server, _, _, token) = closed().await;
    server.advance(10 * DAY - 10 * MINUTE);
    let bob = server.browser();
    let begun = attempt(&bob.post("/auth/signup", form("bob", &token)).await.ok());
    server.advance(10 * MINUTE);
    let late = server.browser().post("/auth/signup", form("bob", &token)).await;
    assert_eq!(late.refused(), refused(403, "SIGNUP_RESTRICTED"));
    bob.asks_for_code(&begun).await.ok();
    let code = server.code("bob").await;
    assert_eq!(bob.enters_code(&begun, &code).await.refused(), refused(403, "SIGNUP_RESTRICTED"));
}

/// The token is worth no more at the door than where it is accepted.
#[tokio::test]
async fn j04_no_token_opens_the_door_once_its_inviter_may_not_invite_or_the_place_is_gone() {
    let (server, _, acme, token) = closed().await;
    let (operator, shut) = (Operator(&server), refused(403, "SIGNUP_RESTRICTED"));
    let tries = async |name: &str, token: &str| {
        server.browser().post("/auth/signup", form(name, token)).await.refused()
    };
    let begins = async |name: &str, token: &str| {
        let who = server.browser();
        let begun = attempt(&who.post("/auth/signup", form(name, token)).await.ok());
        who.asks_for_code(&begun).await.ok();
        (who, begun, server.code(name).await)
    };
    let (bob, begun, code) = begins("bob", &token).await;
    operator.post("/users/ada@example.com/disable").await.ok();
    assert_eq!(tries("bob", &token).await, shut);
    assert_eq!(bob.enters_code(&begun, &code).await.refused(), shut);
    // What was refused has cost nothing.
    operator.post("/users/ada@example.com/enable").await.ok();
    bob.enters_code(&begun, &code).await.ok();
    server.signed_in("ada").await.invites(&acme, "cyd", json!({})).await;
    let token = server.token("cyd").await;
    let (cyd, begun, code) = begins("cyd", &token).await;
    operator.ask(Method::DELETE, &format!("/organizations/{acme}"), Value::Null).await.ok();
    assert_eq!(tries("cyd", &token).await, shut);
    assert_eq!(cyd.enters_code(&begun, &code).await.refused(), shut);
    assert_eq!(server.count("select count(*) from users where deployment_id = $1").await, 2);
}

#[tokio::test]
async fn l08_the_token_is_no_proof_of_the_address() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let acme = ada.founds("Acme").await;
    ada.invites(&acme, "bob", json!({})).await;
    // Eve was passed the mail. She signs up as bob, with the token, and does not get the code.
    let (token, eve) = (server.token("bob").await, server.browser());
    let session = eve.post("/auth/signup", form("bob", &token)).await.ok();
    assert_eq!(session["signup_attempts"][0]["current_step"], "verify_email");
    assert_eq!((&session["active_signin"], session["signins"].as_array().unwrap().len()), (&Value::Null, 0));
    assert_eq!(eve.accepts(&token).await["error_code"], "INVITATION_REQUIRES_SIGNUP");
    assert_eq!(eve.enters_code(&attempt(&session), &token[..6]).await.status, 400);
    let users = "select count(*) from users where deployment_id = $1";
    assert_eq!(server.count(users).await, 1);
    // Where everybody signs up the token is not looked at.
    eve.post("/auth/signup", form("eve", "no token at all")).await.ok();
}
