//! Keys of one deployment and of how long things live, each seen at work.

use crate::keys::cases;
use crate::recovery::asks;
use crate::support::{Keyrack, PASSWORD, claims, sign_up_form};
use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::Method;
use serde_json::json;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

async fn with(key: &str, value: &str) -> Keyrack {
    Keyrack::from_file(&[(key, value)]).await
}

/// The claims of a token of somebody who has just signed up.
async fn issuer(server: &Keyrack) -> String {
    let token = server.signed_up("ada").await.get("/session/token").await.ok();
    claims(token["token"].as_str().unwrap())["iss"].as_str().unwrap().to_owned()
}

/// The status of a read that is sent with this `Host`.
async fn asked_as(server: &Keyrack, host: &str) -> u16 {
    let browser = server.browser();
    browser.send(browser.request(Method::GET, "/session").header("host", host)).await.status
}

/// A sign-up from a page of this origin.
async fn from_origin(server: &Keyrack, origin: &str) -> crate::support::Reply {
    let request = crate::support::client().post(format!("{}/auth/signup", server.base));
    crate::support::Reply::read(
        request.header("origin", origin).json(&sign_up_form("ada")).send().await.unwrap(),
    )
    .await
}

/// Whether somebody who signed up is still signed in after so long without a word.
async fn is_signed_in_after(server: &Keyrack, ms: i64) -> bool {
    let browser = server.signed_up("ada").await;
    server.advance(ms);
    browser.session().await["active_signin"].is_object()
}

cases! {
    "deployment.lifetimes.invitation": async fn an_invitation_works_so_long() {
        let organizations = ("deployment.organizations.enabled", "true");
        for (keys, is_over) in [(vec![organizations, (KEY, "\"2 hours\"")], true), (vec![organizations], false)] {
            let server = Keyrack::from_file(&keys).await;
            let ada = server.signed_up("ada").await;
            let acme = ada.founds("Acme").await;
            ada.invites(&acme, "bob", json!({})).await;
            let token = server.token("bob").await;
            server.advance(2 * HOUR - 1);
            assert_eq!(server.browser().validates(&token).await["valid"], true);
            server.advance(1);
            assert_eq!(server.browser().validates(&token).await["valid"], !is_over);
            assert_eq!(ada.invitations(&acme).await[0]["expired"], is_over);
        }
    }
    "deployment.ui.forgot_password_page_url": async fn a_link_to_another_password_leads_to_the_applications_own_page() {
        let own = (KEY, "\"https://auth.example.com/again?from=mail\"");
        for (keys, leads) in
            [(vec![own], "https://auth.example.com/again?from=mail&token=rst."), (vec![], "/forgot-password?token=rst.")]
        {
            let server = Keyrack::from_file(&keys).await;
            server.signed_up("ada").await;
            asks(&server.browser(), "ada").await.ok();
            let mail = server.mails("ada").await.pop().unwrap().mail;
            let link = mail.link.clone().unwrap();
            assert!(link.contains(leads) && mail.text.contains(&link), "{link}");
        }
    }
    "deployment.ui.invite_page_url": async fn an_invitation_leads_to_the_applications_own_page() {
        let organizations = ("deployment.organizations.enabled", "true");
        let own = (KEY, "\"https://auth.example.com/join?from=mail\"");
        for (keys, leads) in [
            (vec![organizations, own], "https://auth.example.com/join?from=mail&token=org."),
            (vec![organizations], "/invite?token=org."),
        ] {
            let server = Keyrack::from_file(&keys).await;
            let ada = server.signed_up("ada").await;
            let acme = ada.founds("Acme").await;
            ada.invites(&acme, "bob", json!({})).await;
            let mail = server.mails("bob").await.pop().unwrap().mail;
            let link = mail.link.clone().unwrap();
            assert!(link.contains(leads) && mail.text.contains(&link), "{link}");
        }
    }
    "deployment.ui.magic_link_page_url": async fn a_link_that_signs_in_leads_to_the_applications_own_page() {
        let links = ("deployment.auth.magic_link", "true");
        let own = (KEY, "\"https://auth.example.com/in?from=mail\"");
        for (keys, leads) in [
            (vec![links, own], "https://auth.example.com/in?from=mail&token="),
            (vec![links], "/magic-link?token="),
        ] {
            let server = Keyrack::from_file(&keys).await;
            server.signed_up("ada").await;
            server.advance(60_000);
            let browser = server.browser();
            let attempt = browser.begins_by_mail("magic_link", "ada").await;
            browser.asks_to_sign_in(&attempt, "magic_link").await.ok();
            let link = server.mails("ada").await.pop().unwrap().mail.link.unwrap();
            assert!(link.contains(leads), "{link}");
        }
    }
    "deployment.id": async fn a_deployment_is_published_under_its_id() {
        let id = format!("x{:x}", u64::from_be_bytes(keyrack_server::world::Random::System.bytes()));
        let server = with(KEY, &format!("{id:?}")).await;
        let published = server.browser().get("/deployment").await.ok();
        assert_eq!((&published["id"], &published["project_id"]), (&json!(id), &json!(id)));
    }
    "deployment.mode": async fn the_mode_decides_how_the_credential_travels() {
        for (mode, header, cookie) in [("staging", true, false), ("production", false, true)] {
            let server = with(KEY, &format!("{mode:?}")).await;
            let browser = server.browser();
            let begun = browser.post("/auth/signup", sign_up_form("ada")).await;
            let sent = (begun.header("x-development-session").is_some(), begun.header("set-cookie").is_some());
            assert_eq!(sent, (header, cookie), "{mode}");
            assert_eq!(browser.get("/deployment").await.ok()["mode"], mode);
        }
    }
    "deployment.origin": async fn the_origin_is_the_issuer() {
        let own = Keyrack::from_file(&[]).await;
        assert_eq!(issuer(&own).await, own.base);
        let server = Keyrack::from_file(&[(KEY, "\"https://auth.example.com\""), ("deployment.hosts", "[\"auth.example.com\", \"127.0.0.1\"]")]).await;
        assert_eq!(issuer(&server).await, "https://auth.example.com");
        assert_eq!(server.browser().get("/deployment").await.ok()["frontend_host"], "auth.example.com");
    }
    "deployment.path": async fn the_path_is_part_of_the_issuer_the_key_and_the_pages_addresses() {
        let server = with(KEY, "\"/keyrack\"").await;
        let base = format!("{}/keyrack", server.base);
        assert_eq!(issuer(&server).await, base);
        let published = server.browser().get("/deployment").await.ok();
        let key = published["publishable_key"].as_str().unwrap().strip_prefix("pk_test_").unwrap();
        assert_eq!(STANDARD.decode(key).unwrap(), base.as_bytes());
        assert_eq!(published["ui_settings"]["sign_in_page_url"], format!("{base}/sign-in"));
        assert_eq!(published["ui_settings"]["sign_up_page_url"], format!("{base}/sign-up"));
    }
    "deployment.hosts": async fn only_the_hosts_mean_the_deployment() {
        assert_eq!(asked_as(&Keyrack::from_file(&[]).await, "auth.example.com").await, 404);
        assert_eq!(asked_as(&with(KEY, "[\"127.0.0.1\", \"auth.example.com\"]").await, "auth.example.com").await, 200);
    }
    "deployment.allowed_origins": async fn pages_of_an_allowed_origin_may_act() {
        let production = ("deployment.mode", "\"production\"");
        let app = "http://127.0.0.1:3000";
        let own = Keyrack::from_file(&[production]).await;
        assert_eq!(from_origin(&own, app).await.refused().1, "origin_not_allowed");
        let server = Keyrack::from_file(&[production, (KEY, "[\"http://127.0.0.1:3000\"]")]).await;
        let reply = from_origin(&server, app).await;
        reply.ok();
        assert_eq!(reply.header("access-control-allow-origin"), Some(app));
    }
    "deployment.cookie_domain": async fn the_cookie_goes_to_the_domain() {
        let keys = [
            ("deployment.mode", "\"production\""),
            ("deployment.origin", "\"https://auth.example.com\""),
            ("deployment.hosts", "[\"auth.example.com\", \"127.0.0.1\"]"),
            (KEY, "\"example.com\""),
        ];
        for (count, name, domain) in [(3, "__Host-keyrack=", false), (4, "__session=", true)] {
            let reply = from_origin(&Keyrack::from_file(&keys[..count]).await, "https://auth.example.com").await;
            let cookie = reply.header("set-cookie").unwrap();
            assert!(cookie.starts_with(name) && cookie.contains("Domain=example.com") == domain, "{cookie}");
        }
    }
    "deployment.native_programs": async fn programs_sign_in_by_their_header_where_they_may() {
        let mode = ("deployment.mode", "\"production\"");
        for (keys, status) in [(vec![mode, (KEY, "true")], 200), (vec![mode, (KEY, "false")], 403), (vec![mode], 403)] {
            let server = Keyrack::from_file(&keys).await;
            server.signed_up("ada").await;
            let request = crate::native::program(&server, Method::POST, "/auth/signin", "");
            let request = request.json(&crate::support::sign_in_form("ada", PASSWORD));
            let reply = crate::support::Reply::read(request.send().await.unwrap()).await;
            assert_eq!((reply.status, reply.header("x-keyrack-session").is_some()), (status, status == 200));
        }
    }
    "deployment.native_redirects": async fn a_sign_in_is_handed_over_to_listed_programs() {
        let programs = ("deployment.native_programs", "true");
        for (keys, status) in [
            (vec![programs, (KEY, "[\"com.example.app:/signed-in\"]")], 200),
            (vec![programs, (KEY, "[\"com.example.other:/signed-in\"]")], 400),
            (vec![programs], 400),
            (vec![(KEY, "[\"com.example.app:/signed-in\"]")], 400),
        ] {
            let server = Keyrack::from_file(&keys).await;
            let ada = server.signed_up("ada").await;
            let reply = crate::handover::hands_over(&ada, "com.example.app:/signed-in").await;
            assert_eq!(reply.status, status, "{}", reply.text);
        }
    }
    "deployment.uniform_answers": async fn answers_tell_who_has_an_account_where_that_is_wanted() {
        let server = with(KEY, "false").await;
        server.signed_up("ada").await;
        let reply = server.browser().post("/auth/signup", sign_up_form("ada")).await;
        assert_eq!(reply.refused(), (400, "EMAIL_EXISTS".to_owned()));
        assert_eq!(server.browser().get("/deployment").await.ok()["auth_settings"]["uniform_answers"], false);
        let silent = Keyrack::from_file(&[]).await;
        silent.signed_up("ada").await;
        silent.browser().post("/auth/signup", sign_up_form("ada")).await.ok();
    }
    "deployment.maintenance_mode": async fn in_maintenance_changes_wait_while_reads_and_leaving_go_on() {
        let server = with(KEY, "true").await;
        let browser = server.browser();
        assert_eq!(browser.get("/deployment").await.ok()["maintenance_mode"], true);
        for path in ["/auth/signup", "/auth/signin", "/session/switch-sign-in", "/nowhere"] {
            let reply = browser.post(path, sign_up_form("ada")).await;
            assert_eq!(reply.refused(), (503, "maintenance".to_owned()), "{path}");
            assert_eq!(reply.header("retry-after"), Some("60"));
        }
        browser.get("/session").await.ok();
        browser.post("/session/sign-out", json!({})).await.ok();
        assert_eq!(server.count("select count(*) from sessions where deployment_id = $1").await, 0);
    }
    "deployment.max_accounts_per_session": async fn a_browser_holds_as_many_accounts_as_the_file_says() {
        let server = with(KEY, "1").await;
        server.signed_up("bob").await;
        let browser = server.signed_up("ada").await;
        assert_eq!(browser.sign_in("bob", PASSWORD).await.refused().1, "too_many_accounts");
        let support = &browser.get("/deployment").await.ok()["auth_settings"]["multi_session_support"];
        assert_eq!((&support["enabled"], &support["max_accounts_per_session"]), (&json!(false), &json!(1)));
    }
    "deployment.max_sessions_per_account": async fn an_account_is_signed_in_on_as_many_browsers_as_the_file_says() {
        let server = with(KEY, "1").await;
        let first = server.signed_up("ada").await;
        server.advance(1);
        server.signed_in("ada").await;
        assert_eq!(first.session().await["end_reason"], "evicted_by_cap");
    }
    "deployment.mail_from": async fn mails_come_from_the_sender() {
        let server = with(KEY, "\"Post <post@mail.example.org>\"").await;
        server.signed_up("ada").await;
        assert_eq!(server.mails("ada").await[0].mail.from, "Post <post@mail.example.org>");
        assert_eq!(server.browser().get("/deployment").await.ok()["mail_from_host"], "mail.example.org");
    }
    "deployment.lifetimes.sign_in_max_age": async fn a_sign_in_ends_at_its_age() {
        assert!(is_signed_in_after(&Keyrack::from_file(&[]).await, 2 * HOUR).await);
        assert!(!is_signed_in_after(&with(KEY, "\"1 hour\"").await, 2 * HOUR).await);
    }
    "deployment.lifetimes.sign_in_idle": async fn a_sign_in_ends_unused() {
        let server = with(KEY, "\"1 hour\"").await;
        let browser = server.signed_up("ada").await;
        server.advance(2 * HOUR);
        assert_eq!(browser.session().await["end_reason"], "idle");
        assert!(is_signed_in_after(&Keyrack::from_file(&[]).await, 2 * HOUR).await);
    }
    "deployment.lifetimes.attempt": async fn an_attempt_is_forgotten() {
        for (value, refused) in [("\"2 hours\"", false), ("\"10 minutes\"", true)] {
            let server = with(KEY, value).await;
            let browser = server.browser();
            let attempt = browser.begins_sign_up("ada").await;
            server.advance(HOUR);
            assert_eq!(browser.asks_for_code(&attempt).await.status == 400, refused, "{value}");
        }
    }
    "deployment.lifetimes.code": async fn a_code_expires() {
        for (value, status) in [("\"10 minutes\"", 200), ("\"1 minute\"", 400)] {
            let server = with(KEY, value).await;
            let browser = server.browser();
            let attempt = browser.begins_sign_up("ada").await;
            browser.asks_for_code(&attempt).await.ok();
            let code = server.code("ada").await;
            server.advance(2 * MINUTE);
            let reply = browser.enters_code(&attempt, &code).await;
            assert_eq!(reply.status, status, "{}", reply.text);
            assert!(status == 200 || reply.refused().1 == "verification_code_expired");
        }
    }
    "deployment.lifetimes.token": async fn a_token_lives_as_long_as_the_file_says() {
        let server = with(KEY, "\"5 minutes\"").await;
        let token = server.signed_up("ada").await.get("/session/token").await.ok();
        assert_eq!(token["lifetime_ms"], 5 * MINUTE);
    }
    "deployment.messages.*.*": async fn the_pages_speak_the_deployments_own_words() {
        let server = with("deployment.messages.en.sign_in_title", "\"Come on in\"").await;
        let page = server.browser().get("/sign-in").await;
        let silent = Keyrack::from_file(&[]).await.browser().get("/sign-in").await;
        assert!(page.text.contains("Come on in") && !silent.text.contains("Come on in"), "{}{KEY}", page.text);
    }
}
