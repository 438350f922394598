//! The tenant sweep: every operation with an id in its path, made from the list that the OpenAPI document is made of.

use crate::support::{Browser, Keyrack};
use keyrack_server::app;
use keyrack_server::config::Deployment;
use reqwest::Method;
use serde_json::json;

/// What a request with these ids in its path is answered, without what names the request.
async fn answer(browser: &Browser, method: &Method, path: &str) -> (u16, String) {
    let body = json!({ "name": "x", "email": "x@example.com", "domain": "example.com", "join_mode": "none" });
    let reply = browser.send(browser.request(method.clone(), path).json(&body)).await;
    (reply.status, reply.text)
}

/// Makes an organization and a workspace; their ids, then a role's and a membership's of each, then a notification's, an
/// invitation's and a domain's.
async fn ids_of(server: &Keyrack, browser: &Browser) -> Vec<String> {
    let organization = browser.founds("Org").await;
    let workspace = browser.founds_in(&organization, "Place").await;
    let mut of = vec![organization.clone(), workspace.clone()];
    for path in [format!("/organizations/{organization}"), format!("/workspaces/{workspace}")] {
        let role = browser.post(&format!("{path}/roles"), json!({ "name": "Own" })).await.ok();
        let page = browser.get(&format!("{path}/members")).await.ok();
        of.extend([&role["id"], &page["data"][0]["id"]].map(|id| id.as_str().unwrap().to_owned()));
    }
    server.tells(&browser.user_id().await, None, 1).await;
    of.push(browser.inbox("").await[0]["id"].as_str().unwrap().to_owned());
    let invited = browser.invites(&organization, "guest", json!({ "workspace_id": workspace })).await;
    of.push(invited["id"].as_str().unwrap().to_owned());
    let domain = json!({ "domain": "example.com" });
    let domain = browser.post(&format!("/organizations/{organization}/domains"), domain).await.ok();
    of.push(domain["id"].as_str().unwrap().to_owned());
    of
}

/// Every operation with an id in its path, called with ids of another organization: in each place of the path, and in
/// all. Nobody can tell them from ids that there are not.
#[tokio::test]
async fn ids_of_another_tenant_are_answered_as_ids_that_there_are_not() {
    let server = Keyrack::start_with(|deployment: &mut Deployment| {
        deployment.organizations.roles.own = true;
        deployment.workspaces.roles.own = true;
    })
    .await;
    let (ada, eve) = (server.signed_up("ada").await, server.signed_up("eve").await);
    let (adas, mine) = (&ids_of(&server, &ada).await, &ids_of(&server, &eve).await);
    let unknown: Vec<String> = adas.iter().map(|id| format!("{}{}", &id[..4], "0".repeat(26))).collect();
    let before = server.rows().await;
    let mut asked = 0;
    for operation in app::operations().into_iter().filter(|operation| operation.path.contains('{')) {
        let in_workspace = operation.path.starts_with("/workspaces");
        let names = if in_workspace {
            vec![("{workspace_id}", 1), ("{role_id}", 4), ("{membership_id}", 5)]
        } else {
            vec![
                ("{organization_id}", 0),
                ("{role_id}", 2),
                ("{membership_id}", 3),
                ("{invitation_id}", 7),
                ("{domain_id}", 8),
            ]
        };
        let names = names.into_iter().chain([("{notification_id}", 6)]);
        let names: Vec<_> = names.filter(|(name, _)| operation.path.contains(name)).collect();
        // Each set of places that hold another's id; the others hold eve's own.
        for set in 1_u32..1 << names.len() {
            let fill = |of: &[String]| {
                let foreign = |bit: usize| set & (1 << bit) != 0;
                names.iter().enumerate().fold(operation.path.to_owned(), |path, (bit, (name, index))| {
                    path.replace(name, if foreign(bit) { &of[*index] } else { &mine[*index] })
                })
            };
            let (theirs, nobodys) = (fill(adas), fill(&unknown));
            let said = answer(&eve, &operation.method, &theirs).await;
            assert_eq!(
                said,
                answer(&eve, &operation.method, &nobodys).await,
                "{} {theirs}",
                operation.method
            );
            assert_eq!(said.0, 404, "{} {theirs}: {}", operation.method, said.1);
            asked += 1;
        }
    }
    for (path, field, id) in [
        ("/session/switch-organization", "organization_id", &adas[0]),
        ("/session/switch-workspace", "workspace_id", &adas[1]),
        ("/workspaces", "organization_id", &adas[0]),
    ] {
        let of = |id: &str| json!({ "name": "x", field: id });
        let theirs = eve.post(path, of(id)).await;
        let nobodys = eve.post(path, of(&format!("{}{}", &id[..4], "0".repeat(26)))).await;
        assert_eq!((theirs.status, &theirs.text), (404, &nobodys.text), "{path}");
    }
    // What an invitation names in its body, and in the query of the list.
    let invite = format!("/organizations/{}/invitations", mine[0]);
    for (field, id) in [("workspace_id", &adas[1]), ("role_id", &adas[2]), ("workspace_role_id", &adas[4])] {
        let of = |id: &str| {
            let mut body = json!({ "email": "x@example.com", "workspace_id": mine[1] });
            body[field] = json!(id);
            body
        };
        let theirs = eve.post(&invite, of(id)).await;
        let nobodys = eve.post(&invite, of(&format!("{}{}", &id[..4], "0".repeat(26)))).await;
        assert_eq!((theirs.status, &theirs.text), (404, &nobodys.text), "{field}");
    }
    let list = async |id: &str| eve.get(&format!("{invite}?workspace_id={id}")).await.ok();
    assert_eq!(list(&adas[1]).await, list("wsp_00000000000000000000000000").await);
    assert!(asked > 30, "{asked}");
    assert_eq!(server.rows().await, before);
}
