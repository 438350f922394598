//! How long a revocation is told: until no token lives any more that it is about, whatever the file says by now.

use crate::support::Keyrack;
use crate::token_templates::{claims_of, template, token_of, with};
use keyrack_server::config::TokenTemplate;
use serde_json::json;

const HOUR: i64 = 3_600_000;
/// What clocks may be apart, beside a token's life.
const APART: i64 = 6 * 60_000;

fn long() -> TokenTemplate {
    TokenTemplate { lifetime_ms: HOUR, ..template("reports", json!({ "a": 1 })) }
}

#[tokio::test]
async fn shortening_a_templates_life_shortens_nothing_that_is_told_of_tokens_that_live() {
    let server = with(vec![long()]).await;
    let ada = server.signed_up("ada").await;
    let sign_in = ada.sign_in_id().await;
    let rev = claims_of(&token_of(&ada, "reports").await)["rev"].as_i64().unwrap();
    ada.post("/session/sign-out", json!({})).await.ok();
    server.advance(10 * 60_000);

    let server = server.restart_with(|config| config.deployments[0].token_templates.clear()).await;
    let told =
        async |server: &Keyrack| server.backend(&["revocations:read"]).await.follows_from(None).await.1;
    let first = told(&server).await;
    assert_eq!(first.window_ms, HOUR + APART, "the token of before lives for fifty minutes more");
    assert!(first.told.get(&sign_in).is_some_and(|told| *told > rev), "{first:?}");
    // A further start knows it as well, also one after that time in which nobody minted anything.
    server.advance(20 * 60_000);
    let server = server.restart().await;
    assert!(told(&server).await.told.contains_key(&sign_in));
    // Other nodes may have gone on for a while with the file of before.
    server.advance(HOUR - 20 * 60_000);
    assert_eq!(told(&server).await.window_ms, HOUR + APART);
    server.advance(HOUR);
    let later = told(&server).await;
    assert_eq!((later.window_ms, later.told.len()), (60_000 + APART, 0), "{later:?}");
    let server = server.restart().await;
    assert_eq!(told(&server).await.window_ms, 60_000 + APART);
}
