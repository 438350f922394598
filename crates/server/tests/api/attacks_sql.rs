//! SQL in every text that the API reads (area M), on both engines.

use crate::support::{Browser, Keyrack, PASSWORD, Reply, routes};
use keyrack_server::config::FieldUse;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

/// What changes a statement that was glued together, in the words of both engines.
const INJECTIONS: [&str; 34] = [
    "'",
    "''",
    "\"",
    "`",
    "\\",
    "\\'",
    "';",
    "' --",
    "'/*",
    "%",
    "_",
    "$1",
    "?",
    ":a",
    "{}",
    "' or '1'='1",
    "' or 1=1--",
    "\" or \"\"=\"",
    "') or ('1'='1",
    "1 or 1=1",
    "' and '1'='2",
    "'; drop table users; --",
    "'; delete from sessions where ''='",
    "' union select password_hash from users--",
    "' union all select null,null,null--",
    "'||(select password_hash from users limit 1)||'",
    "' and 1=(select count(*) from sqlite_master)--",
    "' and 1=cast((select version()) as int)--",
    "'; select pg_sleep(30)--",
    "' || pg_sleep(30)--",
    "' and (select 1 from pg_sleep(30)) is not null--",
    "' and randomblob(2000000000) is not null--",
    "'; attach database '/tmp/x' as x--",
    "\u{2019} or 1=1--",
];

/// Every field of every route; what else a request needs is right, so that the field is looked at.
fn fields() -> Vec<(&'static str, &'static str, Value)> {
    let sign_up =
        json!({ "email": "new@example.com", "password": PASSWORD, "first_name": "N", "last_name": "N" });
    let code =
        json!({ "attempt_identifier": "x", "identifier_type": "signup", "verification_code": "123456" });
    let prepare = json!({ "attempt_identifier": "x", "identifier_type": "signup", "strategy": "email_otp" });
    let by_name = json!({ "strategy": "plain_username", "username": "ada", "password": "wrong password" });
    let by_email =
        json!({ "strategy": "plain_email", "email": "ada@example.com", "password": "wrong password" });
    let mut all = Vec::new();
    for (path, form) in [
        ("/auth/signup", sign_up),
        ("/auth/attempt-verification", code),
        ("/auth/prepare-verification", prepare),
        ("/auth/signin", by_name),
        ("/auth/signin", by_email),
        ("/auth/identify", json!({ "identifier": "ada" })),
        ("/session/switch-sign-in", json!({ "sign_in_id": "x" })),
        ("/session/switch-organization", json!({ "organization_id": "x" })),
        ("/session/switch-workspace", json!({ "workspace_id": "x" })),
        ("/workspaces", json!({ "organization_id": "x", "name": "N" })),
        ("/session/sign-out", json!({ "sign_in_id": "x" })),
    ] {
        let names: Vec<String> = form.as_object().unwrap().keys().cloned().collect();
        for name in names {
            all.push((path, &*String::leak(name), form.clone()));
        }
    }
    all
}

async fn prompt(browser: &Browser, request: reqwest::RequestBuilder) -> Reply {
    let answer = tokio::time::timeout(Duration::from_secs(20), browser.send_and_lose(request));
    answer.await.expect("the database slept as it was told")
}

async fn server() -> Keyrack {
    Keyrack::start_with(|deployment| deployment.auth.username = FieldUse::Optional).await
}

#[tokio::test]
async fn m10_sql_in_any_field_is_text_like_any_other() {
    let server = server().await;
    let browser = server.signed_up("ada").await;
    let session = browser.session().await;
    let users = "select count(*) from users where deployment_id = $1";
    for (path, name, form) in fields() {
        for injection in INJECTIONS {
            let mut form = form.clone();
            form[name] = json!(injection);
            let reply = prompt(&browser.copied(), browser.request(Method::POST, path).json(&form)).await;
            assert!(reply.status < 500, "{path} {name} {injection}: {}", reply.text);
            // Only a sign-up takes such a text, as a name; nothing is opened by one.
            let taken = path == "/auth/signup" && ["first_name", "last_name", "password"].contains(&name);
            let harmless = path == "/auth/identify";
            assert!(reply.status >= 400 || taken || harmless, "{path} {name} {injection}: {}", reply.text);
            for secret in ["argon2", "syntax", "sqlite", "SQL", "column"] {
                let told = reply.status >= 400 && reply.text.contains(secret);
                assert!(!told, "{path} {name} {injection}: {}", reply.text);
            }
        }
        // Who guesses has to wait; this is about what is not guessed.
        server.advance(86_400_000 / 24);
        browser.session().await;
    }
    assert_eq!(server.count(users).await, 1);
    let now = browser.session().await;
    assert_eq!(now["active_signin"]["id"], session["active_signin"]["id"]);
    assert_eq!(now["signins"].as_array().unwrap().len(), 1);
    server.rows().await;
}

#[tokio::test]
async fn m10_a_name_that_is_sql_is_kept_to_the_letter() {
    let server = server().await;
    for (round, injection) in INJECTIONS.into_iter().enumerate() {
        let browser = server.browser();
        let form = json!({ "email": format!("n{round}@example.com"), "password": PASSWORD, "first_name": injection });
        let session = browser.post("/auth/signup", form).await.ok();
        let attempt = &session["signup_attempts"][0];
        assert_eq!(attempt["first_name"], injection.trim());
        let attempt = attempt["id"].as_str().unwrap().to_owned();
        browser.asks_for_code(&attempt).await.ok();
        browser.enters_code(&attempt, &server.code(&format!("n{round}")).await).await.ok();
        assert_eq!(browser.get("/me").await.ok()["first_name"], injection.trim());
    }
}

#[tokio::test]
async fn m10_sql_in_queries_headers_and_credentials_is_text_too() {
    let server = server().await;
    let browser = server.signed_up("ada").await;
    let before = browser.session().await;
    let credential = browser.credential().unwrap();
    let (id, rest) = credential.split_once('.').unwrap();
    for injection in INJECTIONS {
        let encoded: String = url::form_urlencoded::byte_serialize(injection.as_bytes()).collect();
        for route in routes().iter().filter(|route| !route.writes() && route.is_public()) {
            let names = [
                "template",
                "poll",
                "identifier",
                "type",
                "sign_in_id",
                "to",
                "q",
                "limit",
                "cursor",
                "sort",
            ];
            let query: String = names.iter().map(|name| format!("{name}={encoded}&")).collect();
            let reply =
                prompt(&browser, browser.request(Method::GET, &format!("{}?{query}", route.path))).await;
            assert!(reply.status < 500, "{route:?} {injection}: {}", reply.text);
        }
        let available = format!("/auth/identifier-availability?type=username&identifier={encoded}");
        assert_eq!(
            prompt(&browser, browser.request(Method::GET, &available)).await.status,
            400,
            "{injection}"
        );
        let minted =
            prompt(&browser, browser.request(Method::GET, &format!("/session/token?template={encoded}")))
                .await;
        assert_eq!(minted.refused().1, "template_not_found", "{injection}");
        server.advance(60_000);
        if !injection.is_ascii() {
            continue;
        }
        for forged in
            [injection.to_owned(), format!("{id}{injection}.{rest}"), format!("{id}.{injection}{rest}")]
        {
            let thief = server.browser();
            thief.hold(Some(forged));
            assert_eq!(
                prompt(&thief, thief.request(Method::GET, "/session")).await.ok()["id"],
                "",
                "{injection}"
            );
        }
        for header in ["user-agent", "x-forwarded-for", "accept-language", "referer", "if-none-match"] {
            let request = browser.request(Method::GET, "/session").header(header, injection);
            assert_eq!(prompt(&browser, request).await.ok()["id"], before["id"], "{header} {injection}");
        }
    }
    assert_eq!(browser.accounts().await, ["ada*"]);
}

#[tokio::test]
async fn m10_a_wildcard_finds_nobody() {
    let server = server().await;
    let browser = server.browser();
    let mut form = crate::support::sign_up_form("ada");
    form["username"] = json!("ada_lovelace");
    let session = browser.post("/auth/signup", form).await.ok();
    let attempt = session["signup_attempts"][0]["id"].as_str().unwrap().to_owned();
    browser.asks_for_code(&attempt).await.ok();
    browser.enters_code(&attempt, &server.code("ada").await).await.ok();
    for wildcard in ["%", "ada%", "ada%lovelace", "___________", "ada?lovelace", "ada*", "[a]da_lovelace"] {
        for form in [
            json!({ "strategy": "plain_username", "username": wildcard, "password": PASSWORD }),
            json!({ "strategy": "plain_email", "email": format!("{wildcard}@example.com"), "password": PASSWORD }),
        ] {
            let reply = server.browser().post("/auth/signin", form).await;
            assert!(reply.refused().0 < 500, "{wildcard}");
        }
        server.advance(86_400_000);
    }
    // An underscore is a letter, not any letter.
    let form = json!({ "strategy": "plain_username", "username": "adaxlovelace", "password": PASSWORD });
    assert_eq!(server.browser().post("/auth/signin", form).await.refused().1, "INVALID_CREDENTIALS");
}
