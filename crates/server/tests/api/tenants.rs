//! The tenant sweep: every name in the OpenAPI document that says what something is about, in paths, queries and bodies,
//! asked with ids of another tenant. Nobody can tell them from ids that there are not, and nothing comes of it. A name
//! that nobody has classed fails the sweep (see [`crate::tenants_names`]): no new operation is forgotten.

use crate::support::{Browser, Keyrack, named};
use crate::tenants_names::{Asked, Meaning, Of, Said};
use keyrack_server::config::Deployment;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What a tenant has, one of each; each member also by the user's id.
type Things = BTreeMap<Of, Vec<String>>;

async fn things(server: &Keyrack, who: &Browser, name: &str) -> Things {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let organization = who.founds("Org").await;
    let workspace = who.founds_in(&organization, "Place").await;
    let user = who.user_id().await;
    let mut all = BTreeMap::from([
        (Of::Organization, vec![organization.clone()]),
        (Of::Workspace, vec![workspace.clone()]),
        (Of::SignIn, vec![who.sign_in_of(name).await]),
        (
            Of::PhoneNumber,
            vec![who.adds_number(if name == "ada" { "+14155552671" } else { "+14155552672" }).await],
        ),
        (
            Of::EmailAddress,
            vec![who.get("/me").await.ok()["primary_email_address_id"].as_str().unwrap().to_owned()],
        ),
        (Of::Attempt, vec![who.begins_sign_up(&format!("{name}.more")).await]),
    ]);
    for (path, role_of, member_of) in [
        (format!("/organizations/{organization}"), Of::Role, Of::Member),
        (format!("/workspaces/{workspace}"), Of::WorkspaceRole, Of::WorkspaceMember),
    ] {
        let role = who.post(&format!("{path}/roles"), json!({ "name": "Own" })).await.ok();
        let page = who.get(&format!("{path}/members")).await.ok();
        all.insert(role_of, vec![text(&role["id"])]);
        all.insert(member_of, vec![text(&page["data"][0]["id"]), user.clone()]);
    }
    server.tells(&user, None, 1).await;
    all.insert(Of::Notification, vec![text(&who.inbox("").await[0]["id"])]);
    let invited = who.invites(&organization, "guest", json!({ "workspace_id": workspace })).await;
    all.insert(Of::Invitation, vec![text(&invited["id"])]);
    let domain = json!({ "domain": "example.com" });
    let domain = who.post(&format!("/organizations/{organization}/domains"), domain).await.ok();
    all.insert(Of::Domain, vec![text(&domain["id"])]);
    all.insert(Of::Authenticator, vec![who.begins_authenticator().await.id]);
    all.insert(Of::Passkey, vec![text(&who.makes_passkey(&mut server.device()).await["id"])]);
    all
}

/// An id of the same time as this one that nobody has.
fn nobodys(id: &str) -> String {
    let last = if id.ends_with('0') { '1' } else { '0' };
    format!("{}{last}", &id[..id.len() - 1])
}

/// Makes an id what it is to be in a request.
type Foreign<'a> = &'a dyn Fn(&str) -> String;

/// Eve, who asks, with what she has and what ada has.
struct Sweep {
    eve: Browser,
    mine: Things,
    adas: Things,
}

impl Sweep {
    /// What is answered for ada's ids, which must be what is answered for nobody's: `fill` says what the names say.
    async fn same(&self, asked: &Asked, fill: &dyn Fn(Foreign<'_>) -> Said) -> (u16, String) {
        let (theirs, other) = (fill(&str::to_owned), fill(&nobodys));
        let said = asked.answer(&self.eve, &theirs).await;
        let nobodys = asked.answer(&self.eve, &other).await;
        assert_eq!(said, nobodys, "{} {}: {theirs:?}", asked.method, asked.path);
        said
    }

    fn own(&self, asked: &Asked) -> Vec<(String, String)> {
        let names = asked.names.iter().filter(|name| name.is_required);
        let own = names.filter_map(|name| match name.means {
            Meaning::Names(of) => Some((name.text.clone(), self.mine[&of][0].clone())),
            _ => None,
        });
        own.collect()
    }

    /// Each set of names that say ada's ids, while the others say eve's own.
    async fn names(&self, asked: &Asked) -> usize {
        let names = asked.that(|means| if let Meaning::Names(of) = means { Some(of) } else { None });
        let ways = names.iter().map(|(_, of)| self.adas[of].len()).max().unwrap_or(0);
        let sets = 1_usize << names.len();
        for (way, set) in (0..ways).flat_map(|way| (1..sets).map(move |set| (way, set))) {
            let of = |things: &Things, of: Of| things[&of][way.min(things[&of].len() - 1)].clone();
            let fill = |foreign: Foreign<'_>| Said {
                names: (names.iter().enumerate())
                    .map(|(bit, (name, kind))| match set & (1 << bit) {
                        0 => (name.clone(), of(&self.mine, *kind)),
                        _ => (name.clone(), foreign(&of(&self.adas, *kind))),
                    })
                    .collect(),
                scope: None,
            };
            let (status, text) = self.same(asked, &fill).await;
            let expected = if names.iter().any(|(_, of)| *of == Of::Attempt) { 400 } else { 404 };
            assert_eq!(status, expected, "{} {} {set:b}: {text}", asked.method, asked.path);
        }
        ways * (sets - 1)
    }

    /// What narrows: by ada's ids eve finds what she finds by nobody's.
    async fn narrows(&self, asked: &Asked) -> usize {
        let names = asked.that(|means| if let Meaning::Narrows(of) = means { Some(of) } else { None });
        for (name, of) in &names {
            let begins = name == "cursor" && [Of::Member, Of::WorkspaceMember].contains(of);
            let fill = |foreign: Foreign<'_>| {
                let id = foreign(&self.adas[of][0]);
                let said = (name.clone(), if begins { format!("{id}0.") } else { id });
                Said { names: [self.own(asked), vec![said]].concat(), scope: None }
            };
            let (status, text) = self.same(asked, &fill).await;
            assert_eq!(status, 200, "{} {} {name}: {text}", asked.method, asked.path);
        }
        names.len()
    }

    /// Every part of a scope, in every operation that acts in one, on what is eve's own.
    async fn scopes(&self, asked: &Asked) -> usize {
        if !asked.names.iter().any(|name| name.means == Meaning::Scope) {
            return 0;
        }
        let of = |things: &Things, of: Of| things[&of][0].clone();
        let (me, mine) = (of(&self.mine, Of::SignIn), of(&self.mine, Of::Organization));
        let organizations = [Of::Organization, Of::Member].map(|kind| of(&self.adas, kind));
        let workspaces = [Of::Workspace, Of::WorkspaceMember].map(|kind| of(&self.adas, kind));
        let mut scopes = vec![["".to_owned(), of(&self.adas, Of::SignIn), ".-.-".to_owned()]];
        for theirs in organizations {
            scopes.push([format!("{me}."), theirs.clone(), ".-".to_owned()]);
            scopes.push([format!("{me}."), theirs, format!(".{}", workspaces[0])]);
        }
        scopes.extend(workspaces.map(|theirs| [format!("{me}.{mine}."), theirs, String::new()]));
        for [before, theirs, behind] in &scopes {
            let fill = |foreign: Foreign<'_>| {
                let scope = Some(format!("{before}{}{behind}", foreign(theirs)));
                Said { names: self.own(asked), scope }
            };
            let (status, text) = self.same(asked, &fill).await;
            assert_eq!(status, 403, "{} {}: {text}", asked.method, asked.path);
        }
        scopes.len()
    }
}

/// How many rows there are, without those that say that somebody tried.
async fn rows(server: &Keyrack) -> BTreeMap<String, i64> {
    let mut rows = server.rows().await;
    rows.retain(|table, _| !["audit", "throttles"].contains(&table.as_str()));
    rows
}

#[tokio::test]
async fn ids_of_another_tenant_are_answered_as_ids_that_there_are_not() {
    let server = Keyrack::start_with(|deployment: &mut Deployment| {
        named(deployment);
        deployment.organizations.roles.own = true;
        deployment.workspaces.roles.own = true;
    })
    .await;
    let (ada, eve) = (server.signed_up("ada").await, server.signed_up("eve").await);
    let (adas, mine) = (things(&server, &ada, "ada").await, things(&server, &eve, "eve").await);
    let sweep = Sweep { eve, mine, adas };
    let document = ada.get("/openapi.json").await.json();
    let (before, session) = (rows(&server).await, ada.session().await);
    let (mut tried, mut operations) = ([0; 3], Vec::new());
    // Backends are tenants by their keys: see `tenants_backends`.
    let of_users =
        document["paths"].as_object().unwrap().iter().filter(|(path, _)| !path.starts_with("/admin/"));
    for (path, methods) in of_users {
        for (method, operation) in methods.as_object().unwrap() {
            let asked = Asked::read(&document, (path, method), operation);
            tried[0] += sweep.names(&asked).await;
            tried[1] += sweep.narrows(&asked).await;
            tried[2] += sweep.scopes(&asked).await;
            operations.push(asked);
        }
    }
    assert_eq!(rows(&server).await, before);
    assert_eq!(ada.session().await, session);
    assert!(tried[0] > 150 && tried[1] > 10 && tried[2] > 300, "{tried:?}");
    // Eve's own ids are good: it was not for them that she was refused.
    for asked in operations.iter().filter(|asked| asked.method == Method::GET && asked.path.contains("_id}"))
    {
        let said = Said { names: sweep.own(asked), scope: None };
        let public = asked.names.iter().any(|name| name.means == Meaning::Public);
        let (status, text) = asked.answer(&sweep.eve, &said).await;
        assert_eq!(status, if public { 404 } else { 200 }, "{}: {text}", asked.path);
    }
}
