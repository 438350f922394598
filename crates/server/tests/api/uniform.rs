//! What strangers can learn of who has an account: nothing, unless the deployment tells.

use crate::support::{Keyrack, PASSWORD, Reply, sign_up_form};
use keyrack_protocol::Code;
use serde_json::{Value, json};

#[tokio::test]
async fn c16_a_sign_up_with_a_taken_address_goes_on_like_any_other_but_no_code_fits() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    server.advance(3_600_000);
    let (taken, free) = (server.browser(), server.browser());
    let begun = [
        &taken.post("/auth/signup", sign_up_form("ada")).await,
        &free.post("/auth/signup", sign_up_form("bob")).await,
    ]
    .map(Reply::shape);
    assert_eq!(begun[0], begun[1]);

    let (ada, bob) = (pending(&taken.session().await), pending(&free.session().await));
    let asked = [(&taken, &ada), (&free, &bob)];
    let (first, second) =
        (asked[0].0.asks_for_code(asked[0].1).await, asked[1].0.asks_for_code(asked[1].1).await);
    assert_eq!(first.ok()["otp_sent"], second.ok()["otp_sent"]);
    let note = server.mails("ada").await.pop().unwrap().mail;
    assert_eq!(note.code, None);
    assert!(note.subject.starts_with("You already have an account"), "{}", note.subject);

    let wrong = |code: String| if code == "000000" { "000001" } else { "000000" };
    let other = wrong(server.code("bob").await);
    let tries =
        [&taken.enters_code(&ada, other).await, &free.enters_code(&bob, other).await].map(Reply::shape);
    assert_eq!(tries[0], tries[1]);
    assert_eq!(taken.enters_code(&ada, "123456").await.refused().1, "INVALID_CODE");
    assert_eq!(taken.session().await["signins"], json!([]));
}

fn pending(session: &Value) -> String {
    session["signup_attempts"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_owner_of_a_taken_address_is_told_once_an_hour() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    server.advance(3_600_000);
    for (advance, mails) in [(0, 2), (60_000, 2), (3_540_000, 3)] {
        server.advance(advance);
        let stranger = server.browser();
        let attempt = stranger.begins_sign_up("ada").await;
        stranger.asks_for_code(&attempt).await.ok();
        assert_eq!(server.mails("ada").await.len(), mails);
    }
}

#[tokio::test]
async fn a_deployment_that_tells_answers_email_exists() {
    let server = Keyrack::start_with(|deployment| deployment.uniform_answers = false).await;
    server.signed_up("ada").await;
    let browser = server.browser();
    let refusal = browser.post("/auth/signup", sign_up_form("ada")).await.refused();
    assert_eq!(refusal, (400, "EMAIL_EXISTS".to_owned()));
    assert_eq!(browser.credential(), None);
    assert!(server.mails("ada").await.len() == 1);
}

#[tokio::test]
async fn a_disabled_account_is_told_so_only_after_its_password() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let deployment = server.app.sites[0].config.id.clone();
    let disable = move |tx: &mut keyrack_server::db::Tx<'_>| {
        tx.execute(
            "update users set disabled_at = 1 where deployment_id = $1",
            keyrack_server::params![&deployment],
        )
    };
    server.app.db.write(disable).await.unwrap();
    let stranger = server.browser();
    assert_eq!(stranger.sign_in("ada", "not the password").await.refused().1, "INVALID_CREDENTIALS");
    assert_eq!(stranger.sign_in("ada", PASSWORD).await.refused(), (403, "USER_DISABLED".to_owned()));
    assert_eq!(stranger.credential(), None);
    drop(browser);
}

#[test]
fn every_code_is_documented_with_its_status() {
    let docs = include_str!("../../../../docs/API.md");
    for code in Code::ALL {
        let row = format!("| `{}` | {} |", code.as_str(), code.status());
        assert!(docs.contains(&row), "docs/API.md lacks {row}");
    }
}
