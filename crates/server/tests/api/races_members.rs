//! Two at once in an organization: one is first.

use crate::organizations::{ADMIN, acme};
use crate::support::Keyrack;
use keyrack_server::config::Deployment;
use serde_json::json;

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn two_administrators_who_remove_each_other_leave_one() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    let path = format!("/organizations/{acme}");
    let (adas, bobs) = (ada.user_id().await, bob.user_id().await);
    let bob_is = ada.membership(&path, "bob").await;
    ada.post(&format!("{path}/members/{bob_is}/roles/{ADMIN}/add"), json!({})).await.ok();
    for round in 0..50 {
        let (his, hers) = (format!("{path}/members/{adas}/remove"), format!("{path}/members/{bobs}/remove"));
        let (removed_ada, removed_bob) = tokio::join!(bob.post(&his, json!({})), ada.post(&hers, json!({})));
        let (winner, loser, gone) = match (removed_ada.status, removed_bob.status) {
            (200, 404) => (&bob, removed_bob, &adas),
            (404, 200) => (&ada, removed_ada, &bobs),
            other => panic!("round {round}: {other:?} {} {}", removed_ada.text, removed_bob.text),
        };
        assert_eq!(loser.refused(), refused(404, "organization_not_found"));
        assert_eq!(
            winner.post(&format!("{path}/leave"), json!({})).await.refused(),
            refused(409, "last_administrator")
        );
        server.join(&acme, gone, &[ADMIN]).await;
    }
    assert_eq!(ada.get(&format!("{path}/members")).await.ok()["meta"]["total"], 2);
}

#[tokio::test]
async fn two_administrators_who_leave_or_step_down_at_once_leave_one() {
    let server = Keyrack::start().await;
    let (ada, bob, acme) = acme(&server).await;
    let path = format!("/organizations/{acme}");
    let (bobs, bob_is) = (ada.membership(&path, "bob").await, bob.user_id().await);
    let adas = ada.membership(&path, "ada").await;
    ada.post(&format!("{path}/members/{bobs}/roles/{ADMIN}/add"), json!({})).await.ok();
    for round in 0..50 {
        let (leave, down) = (format!("{path}/leave"), format!("{path}/members/{adas}/roles/{ADMIN}/remove"));
        let (left, stepped_down) = tokio::join!(bob.post(&leave, json!({})), ada.post(&down, json!({})));
        match (left.status, stepped_down.status) {
            (200, 409) => {
                server.join(&acme, &bob_is, &[ADMIN]).await;
            }
            (409, 200) => {
                bob.post(&format!("{path}/members/{adas}/roles/{ADMIN}/add"), json!({})).await.ok();
            }
            other => panic!("round {round}: {other:?} {} {}", left.text, stepped_down.text),
        }
    }
}

#[tokio::test]
async fn two_who_make_the_last_organization_or_workspace_that_there_may_be_make_one() {
    let server = Keyrack::start_with(|deployment: &mut Deployment| {
        deployment.organizations.max_created_per_user = 1;
        deployment.workspaces.max_per_organization = 1;
    })
    .await;
    for round in 0..25 {
        let ada = server.signed_up(&format!("ada{round}")).await;
        let tab = ada.copied();
        let body = json!({ "name": "Acme" });
        let (one, two) =
            tokio::join!(ada.post("/organizations", body.clone()), tab.post("/organizations", body));
        let mut both = [one, two];
        both.sort_by_key(|reply| reply.status);
        let organization = both[0].ok()["organization"]["id"].clone();
        assert_eq!(both[1].refused(), refused(400, "too_many_organizations"), "round {round}");
        let body = json!({ "name": "Place", "organization_id": organization });
        let (one, two) = tokio::join!(ada.post("/workspaces", body.clone()), tab.post("/workspaces", body));
        let mut both = [one, two];
        both.sort_by_key(|reply| reply.status);
        both[0].ok();
        assert_eq!(both[1].refused(), refused(400, "too_many_workspaces"), "round {round}");
    }
}
