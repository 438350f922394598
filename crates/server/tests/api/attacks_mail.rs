//! Attacks on mail (area K): markup and addresses in what people fill in, line breaks everywhere.

use crate::support::{Browser, Keyrack, PASSWORD, sign_up_form};
use keyrack_server::config::FieldUse;
use keyrack_server::world::Mail;
use serde_json::{Value, json};

/// What a stranger would like an owner to read and to open.
const BAIT: [&str; 7] = [
    "<a href=\"https://evil.example\">click</a>",
    "<style>*{display:none}</style>evil.example",
    "https://evil.example",
    "evil.com",
    "Ada</p><img src=x onerror=alert(1)>",
    "&lt;script src=//evil.example&gt;",
    "[click](https://evil.example)",
];

/// What no mail may hold, in any of its parts.
const FOREIGN: [&str; 6] = ["evil", "click", "<a ", "<style>", "onerror", "script"];

#[track_caller]
fn holds_nothing_of_it(mail: &Mail, bait: &str) {
    for part in [&mail.subject, &mail.text, &mail.html, &mail.from] {
        for word in FOREIGN {
            assert!(!part.contains(word), "{bait:?}: {word} in {part}");
        }
    }
}

async fn with_usernames() -> Keyrack {
    Keyrack::start_with(|deployment| deployment.auth.username = FieldUse::Optional).await
}

async fn signs_up_as(browser: &Browser, name: &str, bait: &str) -> Value {
    let mut form = sign_up_form(name);
    form["first_name"] = json!(bait);
    form["last_name"] = json!(bait);
    let session = browser.post("/auth/signup", form).await.ok();
    session["signup_attempts"].as_array().unwrap().last().unwrap()["id"].clone()
}

#[tokio::test]
async fn k09_nothing_that_a_stranger_filled_in_is_in_any_mail() {
    let server = with_usernames().await;
    server.signed_up("owner").await;
    for (round, bait) in BAIT.into_iter().enumerate() {
        // The mail with the code, and the note to an owner whose address a stranger types.
        for name in [format!("ada{round}"), "owner".to_owned()] {
            let before = server.mails(&name).await.len();
            let browser = server.browser();
            let attempt = signs_up_as(&browser, &name, bait).await;
            browser.asks_for_code(attempt.as_str().unwrap()).await.ok();
            let mails = server.mails(&name).await;
            assert_eq!(mails.len(), before + 1, "{bait:?}");
            let mail = &mails[before].mail;
            assert_eq!(mail.to, format!("{name}@example.com"));
            holds_nothing_of_it(mail, bait);
        }
        server.advance(3_600_000);
    }
    // A username that is markup or an address is none.
    for bait in BAIT.iter().filter(|bait| **bait != "evil.com") {
        let mut form = sign_up_form("bob");
        form["username"] = json!(bait);
        assert_eq!(server.browser().post("/auth/signup", form).await.refused().1, "invalid_username");
    }
}

#[tokio::test]
async fn k09_the_operators_own_name_is_text_in_a_mail_too() {
    let server = Keyrack::start_with(|deployment| deployment.app_name = "A&B <b>\"C\"</b>".to_owned()).await;
    let browser = server.browser();
    let attempt = browser.begins_sign_up("ada").await;
    browser.asks_for_code(&attempt).await.ok();
    let mail = &server.mails("ada").await[0].mail;
    assert!(mail.html.contains("A&amp;B &lt;b&gt;&quot;C&quot;&lt;/b&gt;"), "{}", mail.html);
    assert!(mail.text.contains("A&B <b>\"C\"</b>"), "{}", mail.text);
}

#[tokio::test]
async fn k10_line_breaks_get_into_no_mail_and_no_header() {
    let server = with_usernames().await;
    let browser = server.browser();
    let breaks = [
        "\r\nBcc: eve@evil.example",
        "\nSubject: hello",
        "\r",
        "\u{2028}x",
        "\u{2029}x",
        "\u{0}",
        "\u{b}",
        "\u{85}x",
    ];
    for hidden in breaks.into_iter().chain(["%0d%0aBcc: eve@evil.example"]) {
        for email in [format!("ada{hidden}@example.com"), format!("ada@example.com{hidden}x")] {
            let mut form = sign_up_form("ada");
            form["email"] = json!(email);
            assert_eq!(browser.post("/auth/signup", form).await.refused().1, "invalid_email", "{hidden:?}");
            let form = json!({ "strategy": "plain_email", "email": email, "password": PASSWORD });
            assert_eq!(browser.post("/auth/signin", form).await.refused().1, "invalid_email", "{hidden:?}");
        }
        let mut form = sign_up_form("ada");
        form["username"] = json!(format!("ada{hidden}x"));
        assert_eq!(browser.post("/auth/signup", form).await.refused().1, "invalid_username", "{hidden:?}");
        if hidden.starts_with('%') {
            continue;
        }
        for name in ["first_name", "last_name"] {
            let mut form = sign_up_form("ada");
            form[name] = json!(format!("Ada{hidden}x"));
            assert_eq!(browser.post("/auth/signup", form).await.refused().1, "invalid_name", "{hidden:?}");
        }
    }
    assert_eq!(server.mails("ada").await.len(), 0);
    for path in [
        "/session/switch-sign-in?sign_in_id=x%0d%0aSet-Cookie:%20a=b",
        "/session/sign-out?sign_in_id=x%0d%0a%0d%0a<html>",
        "/session/x%0d%0aSet-Cookie:%20a=b",
        "/session/token?template=x%0d%0aSet-Cookie:%20a=b",
        "/session?__dev_session__=x%0d%0aSet-Cookie:%20a=b&locale=%0d%0aSet-Cookie:%20a=b",
    ] {
        for reply in [browser.get(path).await, browser.post(path, json!({})).await] {
            assert_eq!(reply.header("set-cookie"), None, "{path}");
            assert!(!format!("{:?}", reply.headers).contains("a=b"), "{path}");
        }
    }
}
