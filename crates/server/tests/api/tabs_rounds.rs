//! Tabs of one browser in several scopes at the same time: none sees anything of another.

use crate::organizations::MEMBER;
use crate::tabs::{Two, two, within};
use serde_json::{Value, json};

/// Rounds of tabs in two organizations and of two accounts, all of them and a page without a scope at once.
const ROUNDS: usize = 200;

#[tokio::test]
async fn h40_two_tabs_in_two_organizations_and_two_accounts_see_nothing_of_each_other() {
    let Two { server, browser, acme, place, ada, bob } = two().await;
    let other = server.signed_in("ada").await.founds("Other").await;
    server.join(&other, &browser.user_id().await, &[MEMBER]).await;
    let scopes = [
        (format!("{ada}.{acme}.{place}"), [json!(ada), json!(acme), json!(place)]),
        (format!("{ada}.{other}.-"), [json!(ada), json!(other), Value::Null]),
        (format!("{bob}.{acme}.-"), [json!(bob), json!(acme), Value::Null]),
        (format!("{bob}.-.-"), [json!(bob), Value::Null, Value::Null]),
    ];
    let users = [browser.claims_in(&scopes[0].0).await["sub"].clone(), browser.user_id().await.into()];
    for round in 0..ROUNDS {
        // A tab mints, a page that a server renders reads and mints with the same cookie, a switch goes elsewhere and
        // back, and the scope that is kept moves all the time.
        let tab = async |index: usize| {
            let (scope, stands) = &scopes[index];
            let (next, _) = &scopes[(index + round) % scopes.len()];
            let page = browser.copied();
            let user = within("/me", scope);
            let target = json!({ "sign_in_id": next.split('.').next().unwrap() });
            let (claims, session, me, seen) = tokio::join!(
                browser.claims_in(scope),
                page.session(),
                page.get(&user),
                browser.posts_in(scope, "/session/switch-sign-in", target),
            );
            let says = ["signin_id", "organization", "workspace"].map(|claim| claims[claim].clone());
            assert_eq!(says, *stands, "round {round}, {scope}");
            let user = &users[usize::from(stands[0] == *bob)];
            assert_eq!((&claims["sub"], &me.ok()["id"]), (user, user), "round {round}, {scope}");
            assert_eq!(session["signins"].as_array().unwrap().len(), 2);
            assert_eq!(seen.ok()["active_signin"]["id"], *next.split('.').next().unwrap());
        };
        let kept = async || {
            let to = if round % 2 == 0 { &acme } else { &other };
            let id = if round % 3 == 0 { &ada } else { &bob };
            browser.post("/session/switch-sign-in", json!({ "sign_in_id": id })).await.ok();
            let session = browser.switches_organization(to).await;
            assert_eq!(session["active_signin"]["id"], **id);
            assert_eq!(browser.claims().await["organization"], **to);
        };
        tokio::join!(tab(0), tab(1), tab(2), tab(3), kept());
    }
}
