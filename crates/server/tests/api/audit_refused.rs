//! What nobody asks for by mistake, and is refused, is recorded (N07).

use crate::audit::leaves;
use crate::device::polls;
use crate::handshake::{APP, VERIFIER, begins, code, goes};
use crate::organizations::acme;
use crate::recovery::{NEW, resets};
use crate::support::{Backend, Browser, Keyrack, Operator};
use keyrack_server::config::Mode;
use reqwest::Method;
use serde_json::{Value, json};

pub async fn refusals(server: &Keyrack) -> Vec<Value> {
    Operator(server).get("/audit?event=act_refused&limit=200").await.ok()["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn n07_a_member_who_takes_what_is_not_theirs_is_recorded_with_who_and_where() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    let path = format!("/organizations/{acme}");
    let adas = ada.membership(&path, "ada").await;
    assert_eq!(refusals(&server).await.len(), 0);
    for (call, body) in [
        ("update", json!({ "name": "Mine" })),
        ("delete", json!({})),
        (format!("members/{adas}/remove").as_str(), json!({})),
        (format!("members/{adas}/roles/rol_org_admin/remove").as_str(), json!({})),
    ] {
        let said = bob.post(&format!("{path}/{call}"), body).await;
        assert_eq!(said.status, 403, "{call}: {}", said.text);
    }
    let all = refusals(&server).await;
    let (user, session, sign_in) =
        (bob.user_id().await, bob.session().await["id"].clone(), bob.sign_in_id().await);
    assert_eq!(all.len(), 4, "{all:?}");
    for record in &all {
        assert_eq!(
            (&record["user_id"], &record["session_id"], &record["sign_in_id"], &record["result"]),
            (&json!(user), &session, &json!(sign_in), &json!("refused"))
        );
        assert!(["permission_denied", "role_exceeds_yours"].contains(&record["reason"].as_str().unwrap()));
    }
    // What Ada may do leaves none.
    ada.post(&format!("{path}/update"), json!({ "name": "Ours" })).await.ok();
    assert_eq!(refusals(&server).await.len(), 4);
}

#[tokio::test]
async fn n07_a_page_of_somebody_else_that_changes_something_is_recorded_a_few_times_an_hour() {
    let server = Keyrack::production().await;
    let browser = server.signed_up("ada").await;
    let evil = async || {
        let request =
            crate::support::client().request(Method::POST, format!("{}/session/sign-out", server.base));
        browser.send(request.header("origin", "https://evil.example").json(&json!({}))).await.status
    };
    for _ in 0..25 {
        assert_eq!(evil().await, 403);
    }
    let all = refusals(&server).await;
    assert_eq!(all.len(), 20);
    assert_eq!((&all[0]["reason"], &all[0]["actor"]), (&json!("origin_not_allowed"), &json!("stranger")));
    server.advance(3_600_000);
    assert_eq!(evil().await, 403);
    assert_eq!(refusals(&server).await.len(), 21);
}

/// People in and beside an organization, and what somebody got hold of.
struct Scene {
    server: Keyrack,
    /// Who administrates the organization.
    ada: Browser,
    /// Who is a member.
    bob: Browser,
    /// Who is somewhere else, with an account of her own.
    eve: Browser,
    stranger: Browser,
    backend: Backend,
    /// `/organizations/org_…`, and a workspace in it.
    acme: String,
    place: String,
}

impl Scene {
    async fn set() -> Self {
        let server = Keyrack::start_configured(|config| {
            config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
            let deployment = &mut config.deployments[0];
            deployment.mode = Mode::Production;
            deployment.allowed_origins.push(APP.to_owned());
        })
        .await;
        let (ada, bob, acme) = acme(&server).await;
        let place = format!("/workspaces/{}", ada.founds_in(&acme, "Place").await);
        let (eve, stranger) = (server.signed_up("eve").await, server.browser());
        let backend = server.backend(&["tickets:sign_in", "tickets:impersonate"]).await;
        let acme = format!("/organizations/{acme}");
        Self { server, ada, bob, eve, stranger, backend, acme, place }
    }

    /// What refuses with this reason.
    async fn tries(&self, reason: &str) {
        let Self { server, ada, bob, eve, stranger, acme, place, .. } = self;
        let nobody = |kind: &str| format!("{kind}_{}", "0".repeat(26));
        let of = |browser: &Browser, path: String, body: Value| {
            let browser = browser.copied();
            async move { browser.post(&path, body).await.status }
        };
        let status = match reason {
            "handshake_refused" => {
                goes(server, ada, &begins(server, "https://evil.example/", VERIFIER), "").await.status
            }
            "handshake_loop" => self.goes_in_circles().await,
            "handshake_code_invalid" => self.brings_a_code_again().await,
            "redirect_not_allowed" => {
                let body =
                    json!({ "redirect_uri": "https://evil.example/", "code_challenge": "A".repeat(43) });
                of(ada, "/session/tickets".to_owned(), body).await
            }
            "reset_expired" => resets(stranger, &no_reset(), NEW).await.status,
            "link_not_valid" => {
                let body = json!({ "token": "a".repeat(43), "attempt": nobody("sia"), "here": true });
                of(stranger, "/auth/verify-magic-link".to_owned(), body).await
            }
            "expired_token" => polls(server, &format!("{}.secret", nobody("dvr"))).await.status,
            "BAD_SIGN_IN_ATTEMPT" => {
                let hers = server.browser().begins_by_mail("email_otp", "ada").await;
                eve.enters_code(&hers, "000000").await.status
            }
            "ticket_used" => self.brings_a_ticket_again().await,
            "invitation_refused" => {
                eve.accepts("org.01234567890123456789012345.x").await;
                200
            }
            "api_key_scope" => self.backend.get("/admin/v1/users").await.status,
            "impersonation_disabled" => {
                let order = json!({
                    "kind": "impersonation", "user_id": ada.user_id().await, "actor_id": "eve", "reason": "x"
                });
                self.backend.post("/admin/v1/tickets", order).await.status
            }
            "permission_denied" => of(bob, format!("{acme}/update"), json!({ "name": "Mine" })).await,
            "last_administrator" => of(ada, format!("{acme}/leave"), json!({})).await,
            "scope_not_available" => {
                bob.get(&format!("/session/token?scope={}.-.-", ada.sign_in_id().await)).await.status
            }
            "organization_not_found" => of(eve, format!("{acme}/update"), json!({ "name": "Mine" })).await,
            "workspace_not_found" => of(eve, format!("{place}/update"), json!({ "name": "Mine" })).await,
            "membership_not_found" => {
                of(ada, format!("{acme}/members/{}/remove", nobody("mem")), json!({})).await
            }
            "role_not_found" => {
                let bobs = ada.membership(acme, "bob").await;
                of(ada, format!("{acme}/members/{bobs}/roles/{}/add", nobody("rol")), json!({})).await
            }
            "invitation_not_found" => {
                of(ada, format!("{acme}/invitations/{}/discard", nobody("inv")), json!({})).await
            }
            "domain_not_found" => {
                of(ada, format!("{acme}/domains/{}/delete", nobody("dom")), json!({})).await
            }
            "notification_not_found" => {
                of(eve, format!("/notifications/{}/read", nobody("ntf")), json!({})).await
            }
            "email_address_not_found" => {
                let hers = ada.get("/me").await.ok()["primary_email_address_id"].as_str().unwrap().to_owned();
                of(eve, format!("/me/email-addresses/{hers}/make-primary"), json!({})).await
            }
            "phone_number_not_found" => {
                of(eve, format!("/me/phone-numbers/{}/make-primary", nobody("phn")), json!({})).await
            }
            "passkey_not_found" => of(eve, format!("/me/passkeys/{}/delete", nobody("pky")), json!({})).await,
            "authenticator_not_found" => {
                of(eve, format!("/me/authenticator/{}/delete", nobody("aut")), json!({})).await
            }
            "reauthentication_required" => {
                server.advance(660_000);
                of(eve, "/me/email-addresses".to_owned(), json!({ "email": "x@example.com" })).await
            }
            other => panic!("{other}"),
        };
        assert!(status >= 400 || reason == "invitation_refused", "{reason}: {status}");
    }

    async fn goes_in_circles(&self) -> u16 {
        let (to, mut cookie) = (begins(&self.server, APP, VERIFIER), String::new());
        for _ in 0..6 {
            let reply = goes(&self.server, &self.ada, &to, &cookie).await;
            cookie = reply.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        }
        goes(&self.server, &self.ada, &to, &cookie).await.status
    }

    async fn brings_a_code_again(&self) -> u16 {
        let code = code(&self.server, &self.ada, APP).await;
        let body = json!({ "code": code, "code_verifier": VERIFIER, "origin": APP });
        let ask =
            || crate::support::client().post(format!("{}/handshake/exchange", self.server.base)).json(&body);
        assert_eq!(ask().send().await.unwrap().status(), 200);
        ask().send().await.unwrap().status().as_u16()
    }

    async fn brings_a_ticket_again(&self) -> u16 {
        let ticket = self.backend.ticket_for(&self.bob.user_id().await).await;
        self.server.browser().exchanges(&ticket).await.ok();
        self.server.browser().exchanges(&ticket).await.status
    }
}

/// What looks like the token of a mailed link, and is nobody's.
fn no_reset() -> String {
    format!("rst.{}{}", "0".repeat(26), "a".repeat(64))
}

/// Each with the event that it is recorded as, and who it says that it was.
const REFUSED: [(&str, &str, &str); 27] = [
    ("handshake_refused", "act_refused", "stranger"),
    ("handshake_loop", "act_refused", "stranger"),
    ("handshake_code_invalid", "act_refused", "stranger"),
    ("redirect_not_allowed", "act_refused", "user"),
    ("reset_expired", "act_refused", "stranger"),
    ("link_not_valid", "act_refused", "stranger"),
    ("expired_token", "act_refused", "stranger"),
    ("BAD_SIGN_IN_ATTEMPT", "act_refused", "stranger"),
    ("ticket_used", "ticket_refused", "stranger"),
    ("invitation_refused", "invitation_refused", "stranger"),
    ("api_key_scope", "api_key_refused", "key"),
    ("impersonation_disabled", "impersonation_refused", "key"),
    ("permission_denied", "act_refused", "user"),
    ("last_administrator", "act_refused", "user"),
    ("scope_not_available", "act_refused", "user"),
    ("organization_not_found", "act_refused", "user"),
    ("workspace_not_found", "act_refused", "user"),
    ("membership_not_found", "act_refused", "user"),
    ("role_not_found", "act_refused", "user"),
    ("invitation_not_found", "act_refused", "user"),
    ("domain_not_found", "act_refused", "user"),
    ("notification_not_found", "act_refused", "user"),
    ("email_address_not_found", "act_refused", "user"),
    ("phone_number_not_found", "act_refused", "user"),
    ("passkey_not_found", "act_refused", "user"),
    ("authenticator_not_found", "act_refused", "user"),
    // The last one: nobody is fresh any more.
    ("reauthentication_required", "act_refused", "user"),
];

#[tokio::test]
async fn n07_whoever_tries_what_is_not_theirs_is_on_record_once_at_every_door() {
    let scene = Scene::set().await;
    let mut told = Vec::new();
    for (reason, ..) in REFUSED {
        let left = leaves(&scene.server, || scene.tries(reason)).await;
        let refused = left.into_iter().filter(|(_, result, ..)| result == "refused");
        told.push(refused.map(|(event, _, why, who)| [event, why, who]).collect::<Vec<_>>());
    }
    let expected = REFUSED.map(|(reason, event, actor)| {
        let why = if event == reason { "" } else { reason };
        vec![[event.to_owned(), why.to_owned(), actor.to_owned()]]
    });
    // Of a key its id is told, too.
    for record in told.iter_mut().flatten() {
        record[2].truncate(record[2].find(':').unwrap_or(record[2].len()));
    }
    assert_eq!(told, expected);
}

#[tokio::test]
async fn n07_m08_one_address_fills_no_disk_with_what_it_was_refused_and_hides_nothing_behind_it() {
    let scene = Scene::set().await;
    let noted = async |reason: &str| {
        refusals(&scene.server).await.iter().filter(|record| record["reason"] == reason).count()
    };
    let kinds =
        ["handshake_refused", "reset_expired", "link_not_valid", "expired_token", "organization_not_found"];
    for reason in kinds {
        for _ in 0..25 {
            scene.tries(reason).await;
        }
        assert_eq!(noted(reason).await, 20, "{reason}");
    }
    let rows = "select count(*) from audit where deployment_id = $1";
    let before = scene.server.count(rows).await;
    scene.tries("workspace_not_found").await;
    assert_eq!(scene.server.count(rows).await, before, "a hundred and one");
    // Nobody else is kept from being noted.
    let elsewhere = scene.eve.at("203.0.113.9");
    elsewhere.post(&format!("{}/update", scene.place), json!({ "name": "Mine" })).await.refused();
    assert_eq!(noted("workspace_not_found").await, 1);
    scene.server.advance(3_600_000);
    scene.tries("reset_expired").await;
    assert_eq!(noted("reset_expired").await, 21);
}
