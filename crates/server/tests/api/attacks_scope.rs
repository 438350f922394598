//! Attacks on the scope that a request names: somebody else's, several, and what is none.

use crate::support::{Browser, Keyrack};
use crate::tabs::{unavailable, within};
use keyrack_server::app;
use keyrack_server::http::operation::Operation;
use reqwest::Method;
use serde_json::json;

/// A request to an operation that acts as an account, its path filled with ids that there are not.
async fn asks(browser: &Browser, operation: &Operation, query: &str) -> (u16, String) {
    let part = |part: &str| match part.starts_with('{') {
        true => "x".to_owned(),
        false => part.to_owned(),
    };
    let path = operation.path.split('/').map(part).collect::<Vec<_>>().join("/");
    let request = browser.request(operation.method.clone(), &format!("{path}?{query}"));
    let request = match operation.method == Method::GET {
        true => request,
        false => request
            .json(&json!({ "name": "x", "sign_in_id": "x", "organization_id": "x", "workspace_id": "x" })),
    };
    browser.send(request).await.refused()
}

/// In every operation that acts as an account, a scope that cannot be is refused before anything else is looked at.
#[tokio::test]
async fn j12_no_operation_takes_a_scope_of_another_session_or_tenant_or_what_is_none() {
    let server = Keyrack::start().await;
    let (ada, eve) = (server.signed_up("ada").await, server.signed_up("eve").await);
    let (adas, eves) = (ada.sign_in_of("ada").await, eve.sign_in_of("eve").await);
    let (acme, hers) = (ada.founds("Acme").await, eve.founds("Hers").await);
    let (place, her_place) = (ada.founds_in(&acme, "Place").await, eve.founds_in(&hers, "Her place").await);
    let membership = ada.get("/me/organization-memberships").await.ok()[0]["id"].as_str().unwrap().to_owned();
    // The same account in another session, and a second account that this credential does not open.
    let elsewhere = server.signed_in("eve").await.sign_in_of("eve").await;
    let behind = eve.copied();
    let unopened = behind.also_signs_in("ada").await;
    let nobodys = |prefix: &str| format!("{prefix}_{}", "0".repeat(26));
    let mut wrong = vec![
        format!("scope={adas}.-.-"),
        format!("scope={elsewhere}.-.-"),
        format!("scope={unopened}.-.-"),
        format!("scope={}.-.-", nobodys("sin")),
        format!("scope={eves}.{acme}.-"),
        format!("scope={eves}.{membership}.-"),
        format!("scope={eves}.{}.-", nobodys("org")),
        format!("scope={eves}.{}.-", nobodys("mem")),
        format!("scope={eves}.{acme}.{place}"),
        format!("scope={eves}.{hers}.{place}"),
        format!("scope={eves}.{acme}.{her_place}"),
        format!("scope={eves}.{hers}.{}", nobodys("wsp")),
        format!("scope={eves}.-.{her_place}"),
        format!("scope={eves}.{her_place}.-"),
        format!("scope={eves}.{hers}.{hers}"),
        format!("scope={eves}.-.-&scope={eves}.-.-"),
        format!("scope={eves}.-.-&scope={adas}.-.-"),
        format!("scope={eves}.-.-&%73cope="),
        format!("scope={eves}.-.-.-"),
        format!("scope={eves}.-"),
        format!("scope={eves}"),
        format!("scope={eves}.-.-%00"),
        format!("scope={eves}%20.-.-"),
        format!("scope={eves}.-.-'%20or%201=1--"),
        format!("scope={eves}.%ff.-"),
        "scope=-.-.-".to_owned(),
        "scope=..".to_owned(),
        "scope=".to_owned(),
        "scope".to_owned(),
        "scope=undefined".to_owned(),
        "scope=null".to_owned(),
    ];
    wrong.push(format!("scope={eves}.{}.-", "0".repeat(4_000)));
    let (before, session) = (server.rows().await, eve.session().await);
    let all = app::operations();
    let acting: Vec<_> = all.iter().filter(|operation| operation.acts()).collect();
    assert!(acting.len() >= 20, "{}", acting.len());
    for operation in acting {
        // Older clients mean something else there by a word.
        let is_word = |part: &str| operation.path.starts_with("/notifications") && !part.contains('.');
        for query in wrong.iter().filter(|query| !query.split('&').any(is_word)) {
            let what = format!("{} {}?{query}", operation.method, operation.path);
            assert_eq!(asks(&eve, operation, query).await, unavailable(), "{what}");
        }
    }
    let mut after = server.rows().await;
    // It is on record, a few times, and that is counted.
    assert_eq!(after["audit"], before["audit"] + 20);
    for table in ["audit", "throttles"] {
        after.insert(table.to_owned(), before[table]);
    }
    assert_eq!(after, before);
    assert_eq!(eve.session().await, session);
    // What is right is taken, also where it stands twice but means the same by the second name.
    for scope in [format!("{eves}.-.-"), format!("{eves}.{hers}.{her_place}")] {
        assert_eq!(eve.claims_in(&scope).await["signin_id"], eves);
    }
}

/// A foreign id and one that there is not are the same to whoever asks, in each part of a scope.
#[tokio::test]
async fn j12_a_scope_tells_nobody_what_there_is() {
    let server = Keyrack::start().await;
    let (ada, eve) = (server.signed_up("ada").await, server.signed_up("eve").await);
    let (adas, eves) = (ada.sign_in_of("ada").await, eve.sign_in_of("eve").await);
    let acme = ada.founds("Acme").await;
    let place = ada.founds_in(&acme, "Place").await;
    let nobodys = |prefix: &str| format!("{prefix}_{}", "0".repeat(26));
    let answer = async |scope: String| {
        let reply = eve.get(&within("/session/token", &scope)).await;
        (reply.status, reply.text)
    };
    for (theirs, nobodys) in [
        (format!("{adas}.-.-"), format!("{}.-.-", nobodys("sin"))),
        (format!("{eves}.{acme}.-"), format!("{eves}.{}.-", nobodys("org"))),
        (format!("{eves}.{acme}.{place}"), format!("{eves}.{}.{}", nobodys("org"), nobodys("wsp"))),
    ] {
        assert_eq!(answer(theirs.clone()).await, answer(nobodys).await, "{theirs}");
    }
}

/// Who is signed in nowhere learns that, and a scope in the body is none.
#[tokio::test]
async fn j12_without_a_session_nobody_acts_in_any_scope() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let (adas, nobody) = (ada.sign_in_of("ada").await, server.browser());
    let token = nobody.get(&within("/session/token", &format!("{adas}.-.-"))).await;
    assert_eq!(token.refused(), (401, "signed_out".to_owned()));
    let switch = within("/session/switch-sign-in", &format!("{adas}.-.-"));
    let switch = nobody.post(&switch, json!({ "sign_in_id": adas })).await;
    assert_eq!(switch.refused(), (401, "signed_out".to_owned()));
}
