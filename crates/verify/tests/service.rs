//! A verifier in front of an axum router, beside an issuer that publishes keys, stays away and comes back.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends")]

mod support;

use axum::{Router, routing::get};
use http::StatusCode;
use keyrack_verify::{
    Claims, OptionalClaims, Refusal, RequireFresh, RequirePermission, VerifyLayer, permission,
};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use support::{Issuer, Signer, claims, claims_with};
use tower::ServiceExt;

permission! {
    /// May see the bills.
    ManageBilling = "billing:manage";
    ReadNotes = "notes:read";
}

fn app(layer: VerifyLayer) -> Router {
    let greet = |claims: Claims| async move { claims.user_id().to_owned() };
    let maybe =
        |OptionalClaims(claims): OptionalClaims| async move { claims.map_or("nobody", |_| "somebody") };
    let bill = |RequirePermission(claims, ..): RequirePermission<ManageBilling>| async move {
        claims.organization_id().unwrap_or_default().to_owned()
    };
    let notes = |_: RequirePermission<ReadNotes>| async { "notes" };
    let fresh = |RequireFresh(claims): RequireFresh| async move { claims.methods().join(" ") };
    let fresher = |_: RequireFresh<60>| async { "fresher" };
    Router::new()
        .route("/greet", get(greet))
        .route("/maybe", get(maybe))
        .route("/bill", get(bill))
        .route("/notes", get(notes))
        .route("/fresh", get(fresh))
        .route("/fresher", get(fresher))
        .layer(layer)
}

struct Said {
    status: StatusCode,
    body: String,
    challenge: Option<String>,
    retry: bool,
}

impl Said {
    fn code(&self) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap();
        assert!(body["message"].as_str().unwrap().len() > 10, "{body}");
        body["code"].as_str().unwrap().to_owned()
    }
}

async fn ask(app: &Router, path: &str, token: Option<&str>) -> Said {
    let mut request = http::Request::get(path);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let answer = app.clone().oneshot(request.body(axum::body::Body::empty()).unwrap()).await.unwrap();
    let (head, body) = answer.into_parts();
    let body = axum::body::to_bytes(body, 10_000).await.unwrap();
    let text = |name: &str| head.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    if head.status != StatusCode::OK {
        assert_eq!(text("content-type").as_deref(), Some("application/json"));
        assert_eq!(text("cache-control").as_deref(), Some("no-store"));
    }
    Said {
        status: head.status,
        body: String::from_utf8(body.into()).unwrap(),
        challenge: text("www-authenticate"),
        retry: text("retry-after").is_some(),
    }
}

#[tokio::test]
async fn who_is_calling_is_in_the_signature() {
    let signer = Signer::named("k1");
    let issuer = Issuer::with(&[&signer]).await;
    let app = app(VerifyLayer::new(issuer.verifier()));
    let token = signer.sign(&claims());
    let said = ask(&app, "/greet", Some(&token)).await;
    assert_eq!((said.status, said.body.as_str()), (StatusCode::OK, "usr_1"));
    assert_eq!(ask(&app, "/maybe", Some(&token)).await.body, "somebody");
    assert_eq!(ask(&app, "/maybe", Some("nonsense")).await.body, "nobody");
    assert_eq!(ask(&app, "/maybe", None).await.body, "nobody");
    let said = ask(&app, "/greet", None).await;
    assert_eq!((said.status, said.code()), (StatusCode::UNAUTHORIZED, "token_missing".to_owned()));
    assert_eq!(said.challenge.as_deref(), Some("Bearer"));
    let said = ask(&app, "/greet", Some("nonsense")).await;
    assert_eq!((said.status, said.code()), (StatusCode::UNAUTHORIZED, "token_invalid".to_owned()));
    assert!(said.challenge.unwrap().starts_with(r#"Bearer error="invalid_token""#));
}

#[tokio::test]
async fn a_permission_is_held_or_missing() {
    let signer = Signer::named("k1");
    let issuer = Issuer::with(&[&signer]).await;
    let app = app(VerifyLayer::new(issuer.verifier()));
    let mut all = claims_with("organization", json!("org_1"));
    all["permissions"] = json!({ "organization": ["billing:manage"], "workspace": ["notes:read"] });
    let token = signer.sign(&all);
    assert_eq!(ask(&app, "/bill", Some(&token)).await.body, "org_1");
    assert_eq!(ask(&app, "/notes", Some(&token)).await.body, "notes");
    let said = ask(&app, "/bill", Some(&signer.sign(&claims()))).await;
    assert_eq!((said.status, said.code()), (StatusCode::FORBIDDEN, "permission_missing".to_owned()));
    assert_eq!(said.challenge.as_deref(), Some(r#"Bearer error="insufficient_scope""#));
    assert_eq!(ask(&app, "/bill", None).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_proof_is_fresh_or_asked_for() {
    let signer = Signer::named("k1");
    let issuer = Issuer::with(&[&signer]).await;
    let app = app(VerifyLayer::new(issuer.verifier()));
    let proved = |ago: i64| {
        let mut all = claims_with("auth_time", json!(support::NOW_S - ago));
        all["amr"] = json!(["pwd", "otp"]);
        signer.sign(&all)
    };
    assert_eq!(ask(&app, "/fresh", Some(&proved(600))).await.body, "pwd otp");
    assert_eq!(ask(&app, "/fresher", Some(&proved(60))).await.body, "fresher");
    for (path, max, token) in [
        ("/fresh", 600, proved(601)),
        ("/fresher", 60, proved(61)),
        ("/fresh", 600, proved(-6)),
        ("/fresh", 600, signer.sign(&claims())),
    ] {
        let said = ask(&app, path, Some(&token)).await;
        assert_eq!(
            (said.status, said.code()),
            (StatusCode::UNAUTHORIZED, "reauthentication_required".to_owned())
        );
        let challenge = format!(r#"Bearer error="insufficient_user_authentication", max_age={max}"#);
        assert_eq!(said.challenge, Some(challenge));
    }
}

#[tokio::test]
async fn a_layer_that_requires_a_token_answers_itself() {
    let signer = Signer::named("k1");
    let issuer = Issuer::with(&[&signer]).await;
    let app = app(VerifyLayer::required(issuer.verifier()));
    let said = ask(&app, "/maybe", None).await;
    assert_eq!((said.status, said.code()), (StatusCode::UNAUTHORIZED, "token_missing".to_owned()));
    assert_eq!(ask(&app, "/maybe", Some("nonsense")).await.code(), "token_invalid");
    assert_eq!(ask(&app, "/maybe", Some(&signer.sign(&claims()))).await.body, "somebody");
}

#[tokio::test]
async fn without_the_layer_nobody_is_let_in() {
    let app = Router::new().route("/greet", get(|_: Claims| async { "in" }));
    let said = ask(&app, "/greet", Some("x")).await;
    assert_eq!((said.status, said.code()), (StatusCode::INTERNAL_SERVER_ERROR, "internal".to_owned()));
}

#[tokio::test]
async fn an_unknown_key_asks_the_issuer_once_in_a_while() {
    let (first, second) = (Signer::named("k1"), Signer::named("k2"));
    let issuer = Issuer::with(&[&first]).await;
    let verifier = issuer.verifier();
    assert!(verifier.verify(&first.sign(&claims())).await.is_ok());
    let token = second.sign(&claims());
    issuer.publish(Some(&[&first, &second]));
    for _ in 0..5 {
        assert_eq!(verifier.verify(&token).await.unwrap_err(), Refusal::Invalid);
    }
    assert_eq!(issuer.fetches.load(Ordering::SeqCst), 1);
    issuer.pass(29_999);
    assert_eq!(verifier.verify(&token).await.unwrap_err(), Refusal::Invalid);
    issuer.pass(1);
    assert!(verifier.verify(&token).await.is_ok());
    assert_eq!(issuer.fetches.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn many_first_tokens_at_once_fetch_the_keys_once() {
    let signer = Signer::named("k1");
    let issuer = Issuer::with(&[&signer]).await;
    let verifier = issuer.verifier();
    let token = signer.sign(&claims());
    let all = (0..50).map(|_| {
        let (verifier, token) = (verifier.clone(), token.clone());
        tokio::spawn(async move { verifier.verify(&token).await.is_ok() })
    });
    for one in all.collect::<Vec<_>>() {
        assert!(one.await.unwrap());
    }
    assert_eq!(issuer.fetches.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn keys_are_kept_while_the_issuer_is_away_or_says_nonsense() {
    let signer = Signer::named("k1");
    let issuer = Issuer::with(&[&signer]).await;
    let verifier = issuer.verifier();
    let token = signer.sign(&claims());
    issuer.publish(None);
    assert_eq!(verifier.verify(&token).await.unwrap_err(), Refusal::NoKeys);
    issuer.publish(Some(&[&signer]));
    assert_eq!(verifier.verify(&token).await.unwrap_err(), Refusal::NoKeys, "asked a moment ago");
    assert_eq!(issuer.fetches.load(Ordering::SeqCst), 1);
    let said = ask(&app(VerifyLayer::new(verifier.clone())), "/greet", Some(&token)).await;
    assert_eq!((said.status, said.retry), (StatusCode::SERVICE_UNAVAILABLE, true));
    assert_eq!((said.code(), said.challenge), ("keys_unavailable".to_owned(), None));
    issuer.pass(1_000);
    assert!(verifier.verify(&token).await.is_ok());
    for away in [None, Some(&[][..])] {
        issuer.publish(away);
        issuer.pass(600_000);
        let stranger = Signer::named("k9").sign(&claims());
        assert_eq!(verifier.verify(&stranger).await.unwrap_err(), Refusal::Invalid);
        assert!(verifier.verify(&token).await.is_ok());
    }
}

#[tokio::test]
async fn i08_a_key_that_was_taken_back_is_believed_for_minutes_and_no_longer() {
    let (old, new) = (Signer::named("k1"), Signer::named("k2"));
    let issuer = Issuer::with(&[&old, &new]).await;
    let verifier = issuer.verifier();
    let token = old.sign(&claims());
    assert!(verifier.verify(&token).await.is_ok());
    issuer.publish(Some(&[&new]));
    issuer.pass(299_999);
    assert!(verifier.verify(&token).await.is_ok());
    assert_eq!(issuer.fetches.load(Ordering::SeqCst), 1);
    issuer.pass(1);
    // This one is answered with what is known, and has the rest fetched beside it.
    assert!(verifier.verify(&token).await.is_ok());
    while verifier.verify(&token).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert_eq!(verifier.verify(&token).await.unwrap_err(), Refusal::Invalid);
    assert!(verifier.verify(&new.sign(&claims())).await.is_ok());
}

#[tokio::test]
async fn i02_a_token_that_names_where_its_key_is_makes_nobody_ask_there() {
    let (signer, stranger) = (Signer::named("k1"), Signer::named("k1"));
    let issuer = Issuer::with(&[&signer]).await;
    let other = Issuer::with(&[&stranger]).await;
    let verifier = issuer.verifier();
    for name in ["jku", "x5u"] {
        let token = stranger
            .sign_with(&json!({ "typ": "JWT", "alg": "ES256", "kid": "k1", name: other.url }), &claims());
        assert_eq!(verifier.verify(&token).await.unwrap_err(), Refusal::Invalid, "{name}");
    }
    assert_eq!(other.fetches.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn i02_a_well_signed_token_that_asks_for_more_than_is_understood_is_refused() {
    let signer = Signer::named("k1");
    let verifier = Issuer::with(&[&signer]).await.verifier();
    let header = |more: Value| {
        let mut header = json!({ "typ": "JWT", "alg": "ES256", "kid": "k1" });
        header.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        signer.sign_with(&header, &claims())
    };
    assert!(verifier.verify(&header(json!({}))).await.is_ok());
    for more in
        [json!({ "crit": ["exp"] }), json!({ "crit": null }), json!({ "b64": true }), json!({ "zip": "DEF" })]
    {
        assert_eq!(verifier.verify(&header(more.clone())).await.unwrap_err(), Refusal::Invalid, "{more}");
    }
}

#[tokio::test]
async fn an_answer_that_leads_elsewhere_or_never_ends_gives_no_keys() {
    let signer = Signer::named("k1");
    for page in ["/moved", "/endless"] {
        let issuer = Issuer::with(&[&signer]).await;
        let server = support::odd(page, &issuer.url).await;
        let verifier = issuer.builder().server(server).build().unwrap();
        assert_eq!(verifier.verify(&signer.sign(&claims())).await.unwrap_err(), Refusal::NoKeys, "{page}");
        assert_eq!(issuer.fetches.load(Ordering::SeqCst), 0);
    }
}

#[tokio::test]
async fn an_issuer_that_is_reached_elsewhere_is_still_that_issuer() {
    let signer = Signer::named("k1");
    let issuer = Issuer::with(&[&signer]).await;
    let verifier = issuer.verifier();
    assert!(verifier.verify(&signer.sign(&claims())).await.is_ok());
    assert_eq!(
        verifier.verify(&signer.sign(&claims_with("iss", json!(issuer.url)))).await.unwrap_err(),
        Refusal::WrongIssuer
    );
}
