//! Invitations to organizations and workspaces: sent, listed, sent anew, withdrawn, accepted.

use crate::organizations::{ADMIN, MEMBER, acme};
use crate::support::{Browser, Keyrack, invitation_form};
use reqwest::Method;
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

fn ids(invitations: &[Value]) -> Vec<&str> {
    invitations.iter().map(|one| one["id"].as_str().unwrap()).collect()
}

/// The ids of the roles that `name` has in an organization.
async fn roles(of: &Browser, organization: &str, name: &str) -> Vec<String> {
    let page = of.get(&format!("/organizations/{organization}/members?search={name}@")).await.ok();
    let roles = page["data"][0]["roles"].as_array().unwrap_or_else(|| panic!("{name}: {page}"));
    roles.iter().map(|role| role["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn an_invitation_is_mailed_and_listed_and_makes_a_member_with_its_role() {
    let server = Keyrack::start().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let acme = ada.founds("Acme").await;
    let invitation = ada.invites(&acme, "bob", json!({ "role_id": ADMIN })).await;
    assert_eq!(invitation["email"], "bob@example.com");
    assert_eq!(invitation["initial_organization_role"]["id"], ADMIN);
    assert_eq!(invitation["inviter"]["user"]["primary_email_address"]["email"], "ada@example.com");
    assert_eq!((&invitation["expired"], &invitation["expiry"]), (&json!(false), &invitation["expires_at"]));
    assert_eq!(
        (&invitation["workspace"], &invitation["initial_workspace_role"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(ada.invitations(&acme).await, std::slice::from_ref(&invitation));

    let mail = server.mails("bob").await.pop().unwrap().mail;
    let token = server.token("bob").await;
    assert_eq!(mail.subject, "ada Test invites you to Acme");
    for part in [&mail.text, &mail.html] {
        assert!(part.contains(&token) && part.contains("10 days") && part.contains("Keyrack"), "{part}");
    }
    assert!(!invitation.to_string().contains(&token[30..]));

    let told = server.browser().validates(&token).await;
    assert_eq!((&told["valid"], &told["email"]), (&json!(true), &json!("bob@example.com")));
    assert_eq!((&told["organization"]["name"], &told["inviter_name"]), (&json!("Acme"), &json!("ada Test")));
    assert_eq!((&told["expires_at"], &told["error_code"]), (&invitation["expires_at"], &Value::Null));

    let accepted = bob.accepts(&token).await;
    assert_eq!(accepted["organization"]["id"], json!(acme));
    assert_eq!(accepted["organization"]["member_count"], 2);
    assert_eq!((&accepted["already_member"], &accepted["requires_signin"]), (&json!(false), &json!(false)));
    assert_eq!(accepted["signin_id"], bob.session().await["active_signin"]["id"]);
    assert_eq!(accepted["session"], bob.session().await);
    let mine = bob.get("/me/organization-memberships").await.ok();
    assert_eq!(bob.stands().await, [mine[0]["id"].clone(), Value::Null]);
    assert_eq!(roles(&bob, &acme, "bob").await, [ADMIN]);
    assert_eq!(ada.invitations(&acme).await, Vec::<Value>::new());
    for event in ["invitation_sent", "invitation_accepted"] {
        assert_eq!(records(&server, event).await, 1, "{event}");
    }
}

/// Records of this event.
async fn records(server: &Keyrack, event: &'static str) -> i64 {
    let sql = format!("select count(*) from audit where deployment_id = $1 and event = '{event}'");
    server.count(crate::support::forever(sql)).await
}

#[tokio::test]
async fn whoever_looks_at_a_token_changes_nothing() {
    let server = Keyrack::start().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let acme = ada.founds("Acme").await;
    ada.invites(&acme, "bob", json!({})).await;
    let token = server.token("bob").await;
    let before = server.rows().await;
    let listed = ada.invitations(&acme).await;
    for browser in [&server.browser(), &bob, &ada] {
        let path = format!("/deployment/invitations/validate?token={token}");
        assert_eq!(browser.get(&path).await.ok(), browser.validates(&token).await);
        for path in [path, format!("/organizations/invitations/accept?token={token}")] {
            let head = browser.send(browser.request(Method::HEAD, &path)).await;
            assert!(head.status == 200 || head.status == 405, "{path}");
        }
        let path = format!("/organizations/invitations/accept?token={token}");
        assert_eq!(browser.get(&path).await.refused(), refused(405, "method_not_allowed"));
    }
    assert_eq!((server.rows().await, ada.invitations(&acme).await), (before, listed));
    assert_eq!(bob.accepts(&token).await["organization"]["id"], json!(acme));
}

#[tokio::test]
async fn one_to_a_workspace_makes_a_member_of_both_and_leaves_roles_that_were_there() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    let cyd = server.signed_up("cyd").await;
    let place = ada.founds_in(&acme, "Place").await;
    let body = json!({ "workspace_id": place, "workspace_role_id": "rol_wsp_admin" });
    let invitation = ada.invites(&acme, "cyd", body.clone()).await;
    assert_eq!(invitation["workspace"]["id"], json!(place));
    assert_eq!(invitation["initial_workspace_role"]["id"], "rol_wsp_admin");
    assert_eq!(invitation["initial_organization_role"]["id"], MEMBER);
    let token = server.token("cyd").await;
    assert_eq!(cyd.validates(&token).await["workspace"]["name"], "Place");
    let accepted = cyd.accepts(&token).await;
    assert_eq!(
        (&accepted["workspace"]["id"], &accepted["organization"]["id"]),
        (&json!(place), &json!(acme))
    );
    assert_eq!(roles(&cyd, &acme, "cyd").await, [MEMBER]);
    assert_eq!(cyd.claims().await["workspace"], json!(place));
    // Bob is in the organization already, and gets nothing new there.
    ada.invites(&acme, "bob", json!({ "workspace_id": place })).await;
    bob.accepts(&server.token("bob").await).await;
    let members = bob.get(&format!("/workspaces/{place}/members")).await.ok();
    let names: Vec<&str> = members["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["user"]["first_name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["ada", "cyd", "bob"]);
    assert_eq!(members["data"][2]["roles"][0]["id"], "rol_wsp_member");
    assert_eq!(roles(&bob, &acme, "bob").await, [MEMBER]);
    let again = ada.post(&format!("/organizations/{acme}/invitations"), invitation_form("bob", body)).await;
    assert_eq!(again.refused(), refused(409, "already_member"));
}

#[tokio::test]
async fn an_address_has_one_open_invitation_of_an_organization() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let (acme, other) = (ada.founds("Acme").await, ada.founds("Other").await);
    let path = format!("/organizations/{acme}/invitations");
    let first = ada.invites(&acme, "bob", json!({})).await;
    for spelling in ["bob@example.com", " BOB@Example.com "] {
        let reply = ada.post(&path, json!({ "email": spelling })).await;
        assert_eq!(reply.refused(), refused(409, "invitation_exists"));
    }
    ada.invites(&other, "bob", json!({})).await;
    let me = ada.post(&path, json!({ "email": "ada@example.com" })).await;
    assert_eq!(me.refused(), refused(409, "already_member"));
    // One that has expired is listed until another one takes its place.
    server.advance(10 * DAY);
    let ada = server.signed_in("ada").await;
    assert_eq!(ada.invitations(&acme).await[0]["expired"], true);
    let second = ada.invites(&acme, "bob", json!({})).await;
    assert_ne!(first["id"], second["id"]);
    assert_eq!(ids(&ada.invitations(&acme).await), [second["id"].as_str().unwrap()]);
}

#[tokio::test]
async fn one_that_is_sent_anew_has_another_token_and_its_whole_time_again() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    server.signed_up("bob").await;
    let acme = ada.founds("Acme").await;
    let invitation = ada.invites(&acme, "bob", json!({})).await;
    let old = server.token("bob").await;
    let resend = format!("/organizations/{acme}/invitations/{}/resend", invitation["id"].as_str().unwrap());
    let early = ada.post(&resend, json!({})).await;
    assert_eq!(early.refused(), refused(429, "too_many_attempts"));
    assert_eq!(early.header("retry-after"), Some("60"));
    server.advance(9 * DAY);
    let (ada, bob) = (server.signed_in("ada").await, server.signed_in("bob").await);
    let renewed = ada.post(&resend, json!({})).await.ok();
    assert_eq!(renewed["id"], invitation["id"]);
    assert!(renewed["expires_at"].as_str() > invitation["expires_at"].as_str());
    let new = server.token("bob").await;
    assert_ne!(old, new);
    assert_eq!(bob.accepts(&old).await["error_code"], "INVITATION_INVALID");
    // Also one that has expired is sent anew.
    server.advance(10 * DAY);
    assert_eq!(bob.validates(&new).await["error_code"], "INVITATION_EXPIRED");
    let ada = server.signed_in("ada").await;
    ada.post(&resend, json!({})).await.ok();
    let bob = server.signed_in("bob").await;
    let accepted = bob.accepts(&server.token("bob").await).await;
    assert_eq!(accepted["organization"]["id"], json!(acme));
    assert_eq!(ada.post(&resend, json!({})).await.refused(), refused(404, "invitation_not_found"));
}

#[tokio::test]
async fn one_that_is_withdrawn_works_no_more() {
    let server = Keyrack::start().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let acme = ada.founds("Acme").await;
    for by_verb in [false, true] {
        let invitation = ada.invites(&acme, "bob", json!({})).await;
        let path = format!("/organizations/{acme}/invitations/{}", invitation["id"].as_str().unwrap());
        let discard = |by_verb: bool| match by_verb {
            true => ada.request(Method::DELETE, &path),
            false => ada.request(Method::POST, &format!("{path}/discard")),
        };
        assert_eq!(ada.send(discard(by_verb)).await.ok()["id"], invitation["id"]);
        assert_eq!(bob.accepts(&server.token("bob").await).await["error_code"], "INVITATION_INVALID");
        assert_eq!(bob.validates(&server.token("bob").await).await["email"], Value::Null);
        assert_eq!(ada.invitations(&acme).await, Vec::<Value>::new());
        assert_eq!(ada.send(discard(!by_verb)).await.refused(), refused(404, "invitation_not_found"));
        let resent = ada.post(&format!("{path}/resend"), json!({})).await;
        assert_eq!(resent.refused(), refused(404, "invitation_not_found"));
    }
    assert_eq!(records(&server, "invitation_withdrawn").await, 2);
}

#[tokio::test]
async fn the_account_with_the_address_accepts_of_several_in_a_browser_and_is_active_then() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let acme = ada.founds("Acme").await;
    ada.invites(&acme, "bob", json!({})).await;
    let token = server.token("bob").await;
    let browser = server.signed_up("bob").await;
    browser.signs_up(&server, "cyd").await;
    browser.signs_up(&server, "dan").await;
    assert_eq!(browser.accounts().await, ["bob", "cyd", "dan*"]);
    let accepted = browser.accepts(&token).await;
    assert_eq!(accepted["signin_id"], json!(browser.sign_in_of("bob").await));
    assert_eq!(browser.accounts().await, ["bob*", "cyd", "dan"]);
    // Asked again, as after a lost answer, it is the same.
    browser
        .post("/session/switch-sign-in", json!({ "sign_in_id": browser.sign_in_of("cyd").await }))
        .await
        .ok();
    let again = browser.accepts(&token).await;
    assert_eq!((&again["organization"], &again["already_member"]), (&accepted["organization"], &json!(true)));
    assert_eq!(browser.accounts().await, ["bob*", "cyd", "dan"]);
    assert_eq!(ada.get(&format!("/organizations/{acme}/members")).await.ok()["meta"]["total"], 2);
}

#[tokio::test]
async fn a_browser_without_the_account_is_told_what_to_do() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    server.signed_up("cyd").await;
    ada.invites(&acme, "cyd", json!({})).await;
    ada.invites(&acme, "new", json!({})).await;
    let nobody = server.browser();
    for (who, name, code) in [
        (&nobody, "cyd", Value::Null),
        (&nobody, "new", json!("INVITATION_REQUIRES_SIGNUP")),
        (&bob, "cyd", json!("INVITATION_EMAIL_MISMATCH")),
        (&bob, "new", json!("INVITATION_EMAIL_MISMATCH")),
    ] {
        let said = who.accepts(&server.token(name).await).await;
        assert_eq!((&said["requires_signin"], &said["error_code"]), (&json!(true), &code), "{name}");
        assert_eq!(said["invited_email"], format!("{name}@example.com"));
        assert_eq!((&said["organization"], &said["session"]), (&Value::Null, &Value::Null));
    }
    let missing = nobody.post("/organizations/invitations/accept", json!({})).await;
    assert_eq!(missing.refused(), refused(400, "REQUIRED_FIELD"));
}

#[tokio::test]
async fn whoever_accepts_is_told_on_all_their_devices_and_once() {
    let server = Keyrack::start().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let elsewhere = server.signed_in("bob").await;
    let acme = ada.founds("Acme").await;
    let lab = ada.founds_in(&acme, "Lab").await;
    let revisions = async || {
        let of = |session: Value| session["revision"].as_i64().unwrap();
        [of(bob.session().await), of(elsewhere.session().await)]
    };
    let mut before = revisions().await;
    // As a new member, then with one more role and a workspace.
    for body in [json!({}), json!({ "role_id": ADMIN, "workspace_id": lab })] {
        server.advance(60_000);
        ada.invites(&acme, "bob", body).await;
        let token = server.token("bob").await;
        assert_eq!(revisions().await, before);
        bob.accepts(&token).await;
        let after = revisions().await;
        assert!(after[0] > before[0] && after[1] > before[1], "{before:?} {after:?}");
        // An answer that was lost is given again, and tells nobody anything.
        bob.accepts(&token).await;
        assert_eq!(revisions().await, after);
        before = after;
    }
}
