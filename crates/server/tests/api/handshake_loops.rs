//! Browsers that are sent to and fro: in circles, and because people go from account to account.

use crate::handshake::{APP, VERIFIER, begins, goes, with_an_app};
use serde_json::json;

#[tokio::test]
async fn a_browser_that_goes_round_in_circles_is_told_so_instead_of_being_sent_on() {
    let server = with_an_app().await;
    let ada = server.signed_up("ada").await;
    let to = begins(&server, APP, VERIFIER);
    let mut cookie = String::new();
    for trip in 1..=6 {
        let reply = goes(&server, &ada, &to, &cookie).await;
        assert_eq!(reply.status, 303, "{trip}");
        let set = reply.header("set-cookie").unwrap();
        assert!(set.ends_with("; Max-Age=60; Path=/handshake; HttpOnly; SameSite=Lax"), "{set}");
        cookie = set.split(';').next().unwrap().to_owned();
    }
    let reply = goes(&server, &ada, &to, &cookie).await;
    assert_eq!((reply.status, reply.header("location")), (508, None));
    assert!(
        reply.text.contains("<code>handshake_loop</code>") && reply.text.contains("cookies"),
        "{}",
        reply.text
    );
    assert!(reply.header("content-type").unwrap().starts_with("text/html"));
    // Whoever comes again later is sent on.
    server.advance(15_000);
    assert_eq!(goes(&server, &ada, &to, &cookie).await.status, 303);
}

#[tokio::test]
async fn a_person_who_goes_from_account_to_account_is_not_going_round_in_circles() {
    let server = with_an_app().await;
    let (browser, [ada, bob]) = server.signed_up_two().await;
    let (to, mut cookie) = (begins(&server, APP, VERIFIER), String::new());
    for turn in [&ada, &bob].iter().cycle().take(12) {
        browser.post("/session/switch-sign-in", json!({ "sign_in_id": turn })).await.ok();
        let reply = goes(&server, &browser, &to, &cookie).await;
        assert_eq!(reply.status, 303);
        cookie = reply.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    }
}
