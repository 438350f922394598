//! The tenant sweep of what backends call: with a key of one deployment, every id of another one is answered like an id
//! that there is not, and nothing comes of it. It works from the OpenAPI document, and a name that nobody has classed
//! fails it.

use crate::support::{Backend, Browser, Keyrack};
use keyrack_server::api_key::Scope;
use reqwest::Method;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Names that say nothing of what there is.
const PLAIN: &str = "
    actor_id code_challenge expires_in kind redirect_uri
    description email event external_id metadata first_name last_name limit name password phone_number private_metadata
    public_metadata reason search severity since slug state title body unproved username verified emails first
";

/// What ids are of, by the names that they have.
const IDS: [&str; 9] =
    ["user", "session", "sign_in", "organization", "workspace", "role", "invitation", "contact", "ticket"];

/// What an id in a name is of; none for a name of another kind.
fn kind(path: &str, name: &str) -> Option<&'static str> {
    match name {
        "owner_user_id" | "inviter_user_id" => Some("user"),
        "workspace_role_id" => Some("role"),
        "cursor" if path.ends_with("/members") => None,
        "cursor" if path.ends_with("/invitations") => Some("invitation"),
        "cursor" if path.ends_with("/sign-ins") => Some("sign_in"),
        "cursor" => IDS.iter().copied().find(|kind| path.ends_with(&format!("/{kind}s"))),
        name => IDS.iter().copied().find(|kind| name == format!("{kind}_id")),
    }
}

type Things = BTreeMap<&'static str, String>;

async fn things(server: &Keyrack, name: &str) -> (Browser, Things) {
    let who = server.signed_up(name).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let organization = who.founds("Org").await;
    let workspace = who.founds_in(&organization, "Place").await;
    let path = format!("/organizations/{organization}/roles");
    let role = who.post(&path, json!({ "name": "Own" })).await.ok();
    let invited = who.invites(&organization, "guest", json!({})).await;
    let ticket = async {
        let deployment = server.app.sites[0].config.id.clone();
        let key = server.api_key_of(&deployment, &["tickets:sign_in"]).await;
        let order = json!({ "kind": "sign_in", "user_id": who.user_id().await });
        let made = server.backend_with(key).post("/admin/v1/tickets", order).await.bare();
        text(&made["id"])
    };
    let all = Things::from([
        ("user", who.user_id().await),
        ("session", text(&who.session().await["id"])),
        ("sign_in", who.sign_in_of(name).await),
        ("role", text(&role["id"])),
        ("invitation", text(&invited["id"])),
        ("contact", text(&who.get("/me/email-addresses").await.ok()[0]["id"])),
        ("ticket", ticket.await),
        ("organization", organization),
        ("workspace", workspace),
    ]);
    (who, all)
}

/// The kind of ticket that asks for this.
fn opening(name: &str) -> &'static str {
    match name {
        "sign_in_id" => "handover",
        "invitation_id" => "invitation",
        _ => "sign_in",
    }
}

fn nobodys(id: &str) -> String {
    let last = if id.ends_with('0') { '1' } else { '0' };
    format!("{}{last}", &id[..id.len() - 1])
}

fn schema<'a>(document: &'a Value, of: &'a Value) -> &'a Value {
    match of["$ref"].as_str() {
        Some(at) => document.pointer(at.trim_start_matches('#')).unwrap(),
        None => of,
    }
}

/// The names of an operation, and whether each must be said.
fn names(document: &Value, operation: &Value) -> Vec<(String, bool)> {
    let mut names = Vec::new();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        if parameter["in"] != "header" {
            names.push((parameter["name"].as_str().unwrap().to_owned(), parameter["required"] == true));
        }
    }
    let body = schema(document, &operation["requestBody"]["content"]["application/json"]["schema"]);
    for name in body["properties"].as_object().into_iter().flat_map(Map::keys) {
        let required = body["required"].as_array().is_some_and(|all| all.contains(&json!(name)));
        names.push((name.clone(), required));
    }
    names
}

async fn answer(backend: &Backend, method: &Method, path: &str, said: &[(String, String)]) -> (u16, String) {
    let (mut path, mut rest) = (path.to_owned(), Map::new());
    for (name, text) in said {
        let part = format!("{{{name}}}");
        match path.contains(&part) {
            true => path = path.replace(&part, text),
            false => drop(rest.insert(name.clone(), json!(text))),
        }
    }
    let reply = match method == Method::GET {
        true => {
            let query: Vec<(&str, &str)> =
                rest.iter().map(|(name, text)| (name.as_str(), text.as_str().unwrap())).collect();
            backend.look(&path, &query).await
        }
        false => backend.ask(method.clone(), &path, Value::Object(rest)).await,
    };
    (reply.status, reply.text)
}

#[tokio::test]
async fn j10_a_key_of_another_deployment_finds_its_ids_answered_as_ids_that_there_are_not() {
    let server = Keyrack::start_configured(|config| {
        config.deployments[0].organizations.roles.own = true;
        let mut other = config.deployments[0].clone();
        other.id = format!("{}x", other.id);
        other.hosts = vec!["localhost".to_owned()];
        config.deployments.push(other);
    })
    .await;
    let (ada, adas) = things(&server, "ada").await;
    let scopes: Vec<&str> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
    let other = server.app.sites[1].config.id.clone();
    let key = server.api_key_of(&other, &scopes).await;
    let eve = server.backend_with(key).on("localhost");
    let document = ada.get("/openapi.json").await.json();
    let (before, session) = (server.rows().await, ada.session().await);
    let mut tried = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            if !path.starts_with("/admin/") {
                continue;
            }
            let method: Method = method.to_uppercase().parse().unwrap();
            let all = names(&document, operation);
            for (name, _) in &all {
                let is_plain = PLAIN.split_whitespace().any(|plain| plain == name);
                let is_own_cursor = name == "cursor";
                assert!(
                    is_plain || is_own_cursor || kind(path, name).is_some(),
                    "what does `{name}` of {method} {path} mean? Class it here"
                );
            }
            for (foreign, _) in all.iter().filter(|(name, _)| kind(path, name).is_some()) {
                // A cursor is an id of its list, in base64.
                let fill = |change: &dyn Fn(&str) -> String| {
                    // One of two is required of a contact, and either may be left out.
                    let chosen =
                        |name: &str| path.ends_with("/contacts") && method == Method::POST && name == "email";
                    let wanted =
                        all.iter().filter(|(name, required)| *required || name == foreign || chosen(name));
                    let text = |name: &str| match kind(path, name) {
                        Some(kind) if name == "cursor" => {
                            use base64::Engine;
                            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(change(&adas[kind]))
                        }
                        Some(kind) => change(&adas[kind]),
                        None if name == "email" => "x@example.com".to_owned(),
                        None if name == "kind" => opening(foreign).to_owned(),
                        None => "x".to_owned(),
                    };
                    wanted.map(|(name, _)| (name.clone(), text(name))).collect::<Vec<_>>()
                };
                let said = answer(&eve, &method, path, &fill(&str::to_owned)).await;
                let nothing = answer(&eve, &method, path, &fill(&nobodys)).await;
                assert_eq!(said, nothing, "{method} {path} {foreign}");
                let narrows =
                    foreign == "cursor" || method == Method::GET && !path.contains(foreign.as_str());
                assert_eq!(
                    said.0,
                    if narrows && !path.contains('{') { 200 } else { 404 },
                    "{method} {path}: {}",
                    said.1
                );
                tried += 1;
            }
        }
    }
    assert!(tried > 30, "{tried}");
    let mut after = server.rows().await;
    after.insert("api_keys".to_owned(), before["api_keys"]);
    assert_eq!(after, before);
    assert_eq!(ada.session().await, session);
}
