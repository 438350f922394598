//! What a token says of whoever asks for it, of whichever template: by which page, by what was proved with the key that the
//! browser has, and who acts.

use crate::support::{Browser, Keyrack, PASSWORD, Reply};
use crate::token_templates::{claims_of, template};
use keyrack_server::config::{Mode, TokenTemplate};
use keyrack_server::token::{Algorithm, Signer};
use keyrack_server::world::Random;
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::Arc;

const APP: &str = "https://app.example.com";

async fn server() -> Keyrack {
    Keyrack::start_with(|deployment| {
        deployment.mode = Mode::Production;
        deployment.allowed_origins.push(APP.to_owned());
        deployment.impersonation.enabled = true;
        deployment.token_templates = vec![template("crm", json!({ "name": "{{user.first_name}}" }))];
    })
    .await
}

/// What tokens of both templates say that are asked for by a page of this origin.
async fn said(browser: &Browser, origin: Option<&str>) -> Vec<Value> {
    let mut all = Vec::new();
    for name in ["default", "crm"] {
        let request = browser.request(Method::GET, &format!("/session/token?template={name}"));
        let (client, request) = request.build_split();
        let mut request = request.unwrap();
        match origin {
            Some(origin) => drop(request.headers_mut().insert("origin", origin.parse().unwrap())),
            None => drop(request.headers_mut().remove("origin")),
        }
        let answer = Reply::read(client.execute(request).await.unwrap()).await.ok();
        all.push(claims_of(answer["token"].as_str().unwrap()));
    }
    all
}

#[tokio::test]
async fn a_token_names_the_page_that_asked_only_where_that_may_ask() {
    let server = server().await;
    let ada = server.signed_up("ada").await;
    for claims in said(&ada, Some(APP)).await {
        assert_eq!(claims["azp"], APP);
    }
    for origin in [Some("https://evil.example"), Some("null"), None] {
        for claims in said(&ada, origin).await {
            assert_eq!(claims.get("azp"), None, "{origin:?}");
        }
    }
}

#[tokio::test]
async fn a_proof_whose_answer_was_lost_is_in_no_token_of_the_key_from_before() {
    let server = server().await;
    let ada = server.signed_up("ada").await;
    let before = said(&ada, None).await[0]["auth_time"].clone();
    server.advance(20 * 60_000);
    let proof = json!({ "method": "password", "password": PASSWORD });
    let lost = ada.send_and_lose(ada.request(Method::POST, "/session/reauthenticate").json(&proof)).await;
    for claims in said(&ada, None).await {
        assert_eq!(claims["auth_time"], before);
    }
    ada.take(&lost);
    for claims in said(&ada, None).await {
        assert_eq!(claims["auth_time"].as_i64().unwrap(), before.as_i64().unwrap() + 20 * 60);
    }
}

#[tokio::test]
async fn b07_a_token_of_every_template_says_who_acts() {
    let server = server().await;
    let ada = server.signed_up("ada").await;
    let jane = server.browser();
    jane.exchanges(&server.vouching().await.ticket_to_act_as(&ada.user_id().await).await).await.ok();
    for claims in said(&jane, None).await {
        assert_eq!(claims["act"], json!({ "sub": "jane@support" }));
    }
    for claims in said(&ada, None).await {
        assert_eq!(claims.get("act"), None);
    }
}

#[tokio::test]
async fn i08_a_key_that_several_templates_have_is_published_once() {
    let pair = Random::System.new_ec_key().unwrap();
    let key = Arc::new(Signer::new(Algorithm::Es256, Some("own"), &pair).unwrap());
    let of = |name: &str| TokenTemplate {
        key: Some(Arc::clone(&key)),
        also_published: vec![Arc::clone(&key)],
        ..template(name, json!({}))
    };
    let server =
        Keyrack::start_with(|deployment| deployment.token_templates = vec![of("one"), of("two")]).await;
    let keys = server.browser().get("/.well-known/jwks.json").await.json();
    let kids: Vec<&str> =
        keys["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap()).collect();
    assert_eq!((kids.len(), kids.iter().filter(|kid| **kid == "own").count()), (2, 1), "{kids:?}");
}
