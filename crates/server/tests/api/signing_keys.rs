//! Keys that follow one another: nobody who keeps the public keys for as long as they may be kept ever refuses a good token.

use crate::support::{Browser, Keyrack, Operator};
use crate::token_templates::{template, token_of, verifies};
use keyrack_server::config::TokenTemplate;
use keyrack_server::sweep;
use keyrack_server::token::Algorithm;
use keyrack_server::token::rotation::{self, LEAD_MS};
use reqwest::Method;
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

async fn public_keys(browser: &Browser) -> Value {
    browser.get("/.well-known/jwks.json").await.json()
}

fn kids(keys: &Value) -> Vec<String> {
    keys["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

async fn states(server: &Keyrack) -> Vec<String> {
    let listed = Operator(server).get("/signing-keys").await.ok();
    listed["items"].as_array().unwrap().iter().map(|key| key["state"].as_str().unwrap().to_owned()).collect()
}

async fn rotate(server: &Keyrack, body: Value) -> (u16, String) {
    let reply = Operator(server).ask(Method::POST, "/signing-keys/rotate", body).await;
    if reply.status == 200 { (200, String::new()) } else { reply.refused() }
}

#[tokio::test]
async fn i08_across_a_rotation_no_token_fails_at_whoever_keeps_the_keys_for_five_minutes() {
    let server = Keyrack::start_with(|deployment| {
        let long = TokenTemplate { lifetime_ms: 10 * MINUTE, ..template("long", json!({})) };
        deployment.token_templates =
            vec![long, TokenTemplate { algorithm: Algorithm::EdDsa, ..template("ed", json!({})) }];
    })
    .await;
    let browser = server.signed_up("ada").await;
    assert_eq!(rotate(&server, json!({ "lead_ms": 10 * MINUTE })).await.0, 200);
    // Verifiers that fetched the keys at different times, each as old as a copy may be; tokens with the time of their end.
    let mut copies: Vec<(i64, Value)> = Vec::new();
    let mut tokens: Vec<(i64, String)> = Vec::new();
    let (mut signed_by, mut verified) = (std::collections::BTreeSet::new(), 0);
    for _ in 0..90 {
        let now = server.app.world.clock.now_ms();
        sweep::run_once(&server.app).await.unwrap();
        copies.push((now, public_keys(&browser).await));
        copies.retain(|(at, _)| now - at < 5 * MINUTE);
        for name in ["default", "long", "ed"] {
            let answer = browser.get(&format!("/session/token?template={name}")).await.ok();
            let token = answer["token"].as_str().unwrap().to_owned();
            signed_by.insert(jsonwebtoken::decode_header(&token).unwrap().kid.unwrap());
            tokens.push((answer["expires"].as_i64().unwrap(), token));
        }
        tokens.retain(|(until, _)| *until > now);
        for (_, token) in &tokens {
            // Whoever fetches the keys now, and whoever kept them for as long as that may be.
            for (_, copy) in [copies.first().unwrap(), copies.last().unwrap()] {
                assert!(verifies(copy, token), "{now}");
                verified += 1;
            }
        }
        server.advance(20_000);
    }
    assert_eq!(signed_by.len(), 4, "both algorithms changed their key");
    assert!(verified > 3_000, "{verified}");
    // The retired ones are gone when the longest of their tokens, and five minutes, are over.
    server.advance(20 * MINUTE);
    sweep::run_once(&server.app).await.unwrap();
    let keys = public_keys(&browser).await;
    assert_eq!(kids(&keys).len(), 2);
    assert_eq!(server.count("select count(*) from signing_keys where deployment_id = $1").await, 2);
}

#[tokio::test]
async fn the_next_key_is_published_a_day_before_it_signs_and_asked_again_there_is_no_third() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let before = kids(&public_keys(&browser).await);
    assert_eq!(rotate(&server, json!({})).await.0, 200);
    let both = kids(&public_keys(&browser).await);
    assert_eq!((both.len(), &both[0]), (2, &before[0]));
    assert_eq!(rotate(&server, json!({})).await, (409, "rotation_under_way".to_owned()));
    let signs =
        async || jsonwebtoken::decode_header(&token_of(&browser, "default").await).unwrap().kid.unwrap();
    server.advance(LEAD_MS - 1);
    assert_eq!(signs().await, both[0]);
    server.advance(1);
    assert_eq!(signs().await, both[1]);
    assert_eq!(states(&server).await, ["previous", "signing"]);
    for wrong in [
        json!({ "lead_ms": 599_999 }),
        json!({ "lead_ms": 91 * DAY }),
        json!({ "now": true, "lead_ms": 600_000 }),
        json!({ "algorithm": "EdDSA" }),
        json!({ "algorithm": "HS256" }),
        json!({ "algorithm": "none" }),
    ] {
        assert_eq!(rotate(&server, wrong.clone()).await.0, 400, "{wrong}");
    }
    let made = server
        .count("select count(*) from audit where deployment_id = $1 and event = 'signing_key_made'")
        .await;
    assert_eq!(made, 2);
}

#[tokio::test]
async fn a_key_that_has_grown_old_is_followed_without_anybody_asking_unless_that_is_off() {
    for (most, expected) in [(Some(5 * DAY), 2), (None, 1)] {
        let server = Keyrack::start_with(|deployment| deployment.signing_key_max_age_ms = most).await;
        let swept = async || sweep::run_once(&server.app).await.unwrap();
        server.advance(4 * DAY - 1);
        swept().await;
        assert_eq!(states(&server).await, ["signing"]);
        server.advance(1);
        swept().await;
        swept().await;
        assert_eq!(states(&server).await.len(), expected);
        server.advance(DAY);
        swept().await;
        assert_eq!(states(&server).await.last().unwrap(), "signing");
        assert_eq!(states(&server).await.len(), expected);
    }
}

#[tokio::test]
async fn a_key_that_others_may_have_signs_nothing_more_and_is_published_nowhere_on_any_node() {
    let server = Keyrack::start().await;
    let other = server.second_node().await;
    let browser = server.signed_up("ada").await;
    let stolen = token_of(&browser, "default").await;
    assert_eq!(rotate(&server, json!({ "now": true })).await.0, 200);
    let pass = |ms: i64| std::iter::once(&server).chain(&other).for_each(|node| node.advance(ms));
    if let Some(other) = &other {
        rotation::refresh_all(&other.app).await.unwrap();
    }
    // Whoever asks for the keys just before the first token of the new one asks again half a minute later.
    pass(10_000);
    let last_asked = public_keys(&browser).await;
    assert!(verifies(&last_asked, &token_of(&browser, "default").await));
    pass(29_999);
    assert_eq!(states(&server).await, ["signing", "next"]);
    pass(1);
    assert!(verifies(&last_asked, &token_of(&browser, "default").await));
    for node in std::iter::once(&server).chain(&other) {
        let keys = public_keys(&node.browser()).await;
        assert!(kids(&keys).len() == 1 && !verifies(&keys, &stolen));
        assert_eq!(states(node).await, ["withdrawn", "signing"]);
    }
    let keys = public_keys(&browser).await;
    assert!(verifies(&keys, &token_of(&browser, "default").await));
    let withdrawn = "select count(*) from audit where deployment_id = $1 and event = 'signing_key_withdrawn'";
    assert_eq!(server.count(withdrawn).await, 1);
    let server = server.restart().await;
    assert_eq!(public_keys(&server.browser()).await, keys);
}

#[tokio::test]
async fn another_node_signs_with_the_next_key_from_the_same_moment_on() {
    let server = Keyrack::start().await;
    let Some(other) = server.second_node().await else { return };
    let browser = server.signed_up("ada").await;
    assert_eq!(rotate(&server, json!({ "lead_ms": 10 * MINUTE })).await.0, 200);
    rotation::refresh_all(&other.app).await.unwrap();
    assert_eq!(public_keys(&browser).await, public_keys(&other.browser()).await);
    let now = server.app.world.clock.now_ms();
    let (here, there) = (server.app.sites[0].keys.ring(), other.app.sites[0].keys.ring());
    for at in [now, now + 10 * MINUTE - 1, now + 10 * MINUTE, now + 30 * MINUTE] {
        let of = |ring: &keyrack_server::token::ring::Ring| {
            ring.signing(Algorithm::Es256, at).unwrap().signer.kid().unwrap().to_owned()
        };
        assert_eq!(of(&here), of(&there));
    }
    // Both start it at once, and there is one key that follows.
    server.advance(DAY);
    other.advance(DAY);
    let (one, two) = tokio::join!(rotate(&server, json!({})), rotate(&other, json!({})));
    let mut codes = [one.0, two.0];
    codes.sort_unstable();
    assert_eq!(codes, [200, 409]);
}

#[tokio::test]
async fn i08_the_public_keys_may_be_kept_are_known_by_their_tag_and_are_there_for_every_origin() {
    let server = Keyrack::production().await;
    let browser = server.browser();
    for path in ["/.well-known/jwks.json", "/.well-known/openid-configuration"] {
        let ask = |tag: Option<String>| {
            let request = crate::support::client()
                .get(format!("{}{path}", server.base))
                .header("origin", "https://else.example");
            tag.into_iter().fold(request, |request, tag| request.header("if-none-match", tag))
        };
        let first = browser.send(ask(None)).await;
        let header = |name: &str| first.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(header("cache-control").as_deref(), Some("public, max-age=300"));
        assert_eq!(header("access-control-allow-origin").as_deref(), Some("*"));
        assert_eq!((header("access-control-allow-credentials"), header("set-cookie")), (None, None));
        let again = browser.send(ask(header("etag"))).await;
        assert_eq!((again.status, again.text.as_str()), (304, ""));
        rotate(&server, json!({})).await;
        if path.ends_with("jwks.json") {
            assert_eq!(browser.send(ask(header("etag"))).await.status, 200);
        }
    }
}

#[tokio::test]
async fn the_discovery_document_says_what_is_so_and_leads_to_the_keys() {
    let server = Keyrack::start_with(|deployment| {
        deployment.token_templates =
            vec![TokenTemplate { algorithm: Algorithm::Rs256, ..template("rsa", json!({})) }];
    })
    .await;
    let browser = server.signed_up("ada").await;
    let said = browser.get("/.well-known/openid-configuration").await.json();
    assert_eq!((&said["issuer"], &said["response_types_supported"]), (&json!(server.base), &json!([])));
    assert_eq!(said["id_token_signing_alg_values_supported"], json!(["ES256", "RS256"]));
    assert!(said.get("authorization_endpoint").is_none() && said.get("token_endpoint").is_none());
    let path = said["jwks_uri"].as_str().unwrap().strip_prefix(server.base.as_str()).unwrap().to_owned();
    let keys = browser.get(&path).await.json();
    let token = token_of(&browser, "rsa").await;
    assert!(verifies(&keys, &token));
    let claims = crate::token_templates::claims_of(&token);
    for name in said["claims_supported"].as_array().unwrap() {
        assert!(claims.get(name.as_str().unwrap()).is_some(), "{name}");
    }
}

#[tokio::test]
async fn a_backend_reads_which_keys_there_are_and_nothing_secret() {
    let server = Keyrack::start().await;
    rotate(&server, json!({})).await;
    let reply = server.backend(&["config:read"]).await.get("/admin/v1/signing-keys").await;
    let keys = reply.json();
    let kids = kids(&public_keys(&server.browser()).await);
    assert_eq!((&keys["items"][0]["id"], &keys["items"][1]["id"]), (&json!(kids[0]), &json!(kids[1])));
    assert_eq!((&keys["items"][0]["state"], &keys["items"][1]["state"]), (&json!("signing"), &json!("next")));
    assert!(!reply.text.contains("sealed") && !reply.text.contains("\"d\""), "{}", reply.text);
}
