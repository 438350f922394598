//! One's own password: set, changed, removed.

use crate::support::{Browser, Keyrack, PASSWORD, Reply};
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;
const NEW: &str = "another correct horse";

async fn sets(browser: &Browser, current: Value, new: &str) -> Reply {
    browser.post("/me/update-password", json!({ "current_password": current, "new_password": new })).await
}

#[tokio::test]
async fn c07_a_password_is_changed_by_whoever_knows_it_or_has_just_proved_something_and_by_nobody_else() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    server.advance(10 * MINUTE + 1);
    for (current, code) in [
        (json!(null), (403, "reauthentication_required")),
        (json!(""), (403, "reauthentication_required")),
        (json!("a wrong password"), (401, "INVALID_CREDENTIALS")),
        (json!(NEW), (401, "INVALID_CREDENTIALS")),
        (json!("x".repeat(10_000)), (401, "INVALID_CREDENTIALS")),
    ] {
        assert_eq!(sets(&browser, current, NEW).await.refused(), (code.0, code.1.to_owned()));
    }
    for path in ["/me/remove-password", "/me/account/delete"] {
        for body in [json!({}), json!({ "password": "", "current_password": "" })] {
            let body = if path.ends_with("delete") {
                json!({ "password": body["password"] })
            } else {
                json!({ "current_password": body["current_password"] })
            };
            let reply = browser.post(path, body).await.refused();
            assert_eq!(reply, (403, "reauthentication_required".to_owned()), "{path}");
        }
    }
    // A wrong one is refused also where something was just proved.
    browser.proves_again().await;
    assert_eq!(sets(&browser, json!("a wrong password"), NEW).await.status, 401);
    sets(&browser, json!(null), NEW).await.ok();
    server.advance(10 * MINUTE + 1);
    sets(&browser, json!(NEW), PASSWORD).await.ok();
    assert_eq!(server.browser().sign_in("ada", NEW).await.status, 401);
    server.browser().sign_in("ada", PASSWORD).await.ok();
}

#[tokio::test]
async fn c08_a_new_password_ends_the_other_sign_ins_renews_the_own_key_and_is_told() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let others = [server.signed_in("ada").await, server.signed_in("ada").await];
    let thief = browser.copied();
    let mails = server.mails("ada").await.len();
    let me = sets(&browser, json!(PASSWORD), NEW).await.ok();
    assert_eq!(me["has_password"], true);
    for other in &others {
        assert_eq!(other.session().await["end_reason"], "credentials_changed");
        assert_eq!(other.get("/session/token").await.refused().0, 401);
    }
    assert_eq!(browser.accounts().await, ["ada*"]);
    assert_eq!(thief.accounts().await, [""; 0], "whoever copied the key is out");
    let news = server.mails("ada").await.split_off(mails);
    assert_eq!(news.len(), 1);
    assert!(news[0].mail.text.contains("The password was changed."));
}

#[tokio::test]
async fn a_new_password_is_judged_like_one_of_a_sign_up() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    for (new, code) in [
        ("short", "password_too_short"),
        (&*"x".repeat(129), "password_too_long"),
        ("", "REQUIRED_FIELD"),
        ("password12345678", "password_breached"),
        ("ada@example.com 1815", "password_names_you"),
    ] {
        assert_eq!(sets(&browser, json!(PASSWORD), new).await.refused(), (400, code.to_owned()));
    }
}

#[tokio::test]
async fn the_last_way_in_is_not_removed() {
    let server = Keyrack::start_with(|deployment| {
        (deployment.auth.email_otp, deployment.auth.magic_link) = (false, false);
    })
    .await;
    let browser = server.signed_up("ada").await;
    let body = json!({ "current_password": PASSWORD });
    let refusal = browser.post("/me/remove-password", body).await.refused();
    assert_eq!(refusal, (400, "NO_ALTERNATIVE_AUTH_METHOD".to_owned()));
    server.browser().sign_in("ada", PASSWORD).await.ok();
}

#[tokio::test]
async fn of_two_changes_at_once_by_the_same_password_one_wins_in_each_of_50_rounds() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let mut present = PASSWORD.to_owned();
    for round in 0..50 {
        let other = browser.copied();
        let news = [format!("the first password {round}"), format!("the second password {round}")];
        let (one, two) =
            tokio::join!(sets(&browser, json!(present), &news[0]), sets(&other, json!(present), &news[1]));
        let statuses = [one.status, two.status];
        assert!(statuses == [200, 401] || statuses == [401, 200], "{} {}", one.text, two.text);
        if statuses[1] == 200 {
            browser.hold(other.credential());
        }
        present = news[usize::from(statuses[1] == 200)].clone();
        server.browser().sign_in("ada", &present).await.ok();
    }
}
