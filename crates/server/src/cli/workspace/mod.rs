//! `keyrack workspace …`

mod args;

use super::client::Client;
use super::table::{minute, properties, table};
use super::{Failure, object, said};
use crate::admin::view::{List, Workspace};
pub use args::{
    Add, Create, Delete, ListWorkspaces, Members, Remove, Show, TakeRole, Update, Whom, WorkspaceArgs,
    WorkspaceCommand,
};
use keyrack_protocol::WorkspaceMember;
use reqwest::Method;
use serde_json::{Map, Value, json};

/// Carries out `keyrack workspace …`; gives what is to be printed.
///
/// # Errors
/// What failed, in one line, and the exit code for it.
pub async fn run(args: &WorkspaceArgs) -> Result<String, Failure> {
    // Before the server is looked for: what cannot be read is the caller's to mend either way.
    let body = body(&args.command)?;
    let client = Client::connect(&args.target)?;
    let json = args.target.json;
    match &args.command {
        WorkspaceCommand::List(list) => {
            let organization = ("organization", list.organization.as_deref());
            let user = ("user", list.user.as_deref());
            let query = [organization, user, list.paging.limit(), list.paging.cursor()];
            said(json, client.get(&["workspaces"], &query).await?, listed)
        }
        WorkspaceCommand::Show(show) => {
            let path = ["workspaces", show.workspace.as_str()];
            said(json, client.get(&path, &[]).await?, |it: Workspace| shown(&it))
        }
        WorkspaceCommand::Create(_) => {
            let made = client.send(Method::POST, &["workspaces"], &body).await?;
            said(json, made, |it: Workspace| shown(&it))
        }
        WorkspaceCommand::Update(update) => {
            let path = ["workspaces", update.workspace.as_str()];
            let changed = client.send_because(Method::PATCH, &path, &body, update.because.reason()).await?;
            said(json, changed, |it: Workspace| shown(&it))
        }
        WorkspaceCommand::Delete(delete) => {
            let path = ["workspaces", delete.workspace.as_str()];
            let reason = delete.because.reason();
            let deleted = client.send_because(Method::DELETE, &path, &json!({}), reason).await?;
            said(json, deleted, |it: Workspace| format!("{} is deleted.\n", it.id))
        }
        WorkspaceCommand::Members(list) => {
            let path = ["workspaces", list.workspace.as_str(), "members"];
            let query = [("search", list.search.as_deref()), list.paging.limit(), list.paging.cursor()];
            said(json, client.get(&path, &query).await?, listed_members)
        }
        WorkspaceCommand::Add(add) => {
            let path = ["workspaces", add.workspace.as_str(), "members"];
            let body = json!({ "user": add.user, "role": add.role });
            said(json, client.send(Method::POST, &path, &body).await?, |it: WorkspaceMember| has(&it))
        }
        WorkspaceCommand::TakeRole(take) => {
            let Whom { workspace, user } = &take.whom;
            let path = ["workspaces", workspace, "members", user, "roles", take.role.as_str()];
            let taken = client.send_because(Method::DELETE, &path, &json!({}), take.because.reason()).await?;
            said(json, taken, |it: WorkspaceMember| has(&it))
        }
        WorkspaceCommand::Remove(remove) => {
            let Whom { workspace, user } = &remove.whom;
            let path = ["workspaces", workspace, "members", user];
            let reason = remove.because.reason();
            let removed = client.send_because(Method::DELETE, &path, &json!({}), reason).await?;
            said(json, removed, |it: WorkspaceMember| {
                format!("{} is no member of {} any more.\n", it.user.id, it.workspace_id)
            })
        }
    }
}

/// What is said of one that is made or changed.
fn body(command: &WorkspaceCommand) -> Result<Map<String, Value>, Failure> {
    let of = |name, slug, description, metadata| {
        let texts = [("name", name), ("slug", slug), ("description", description)];
        object::said(&texts, &[("public_metadata", metadata)])
    };
    match command {
        WorkspaceCommand::Create(new) => {
            let mut said = of(&None, &new.slug, &new.description, &new.public_metadata)?;
            said.extend([("name".to_owned(), json!(new.name)), ("owner".to_owned(), json!(new.owner))]);
            said.insert("organization".to_owned(), json!(new.organization));
            Ok(said)
        }
        WorkspaceCommand::Update(it) => of(&it.name, &it.slug, &it.description, &it.public_metadata),
        _ => Ok(Map::new()),
    }
}

fn roles(member: &WorkspaceMember) -> String {
    let names: Vec<&str> = member.roles.iter().map(|role| role.name.as_str()).collect();
    if names.is_empty() { "no role".to_owned() } else { names.join(", ") }
}

fn has(member: &WorkspaceMember) -> String {
    format!("{} has {}.\n", member.user.id, roles(member))
}

fn listed_members(list: List<WorkspaceMember>) -> String {
    let row = |it: &WorkspaceMember| {
        let name = format!("{} {}", it.user.first_name, it.user.last_name).trim().to_owned();
        [it.user.id.clone(), name, roles(it), minute(&it.created_at)]
    };
    let rows: Vec<_> = list.items.iter().map(row).collect();
    table(["USER", "NAME", "ROLES", "SINCE (UTC)"], &rows) + &super::more(list.next_cursor.as_deref())
}

fn shown(it: &Workspace) -> String {
    properties(&[
        ("id", &it.id),
        ("organization", &it.organization_id),
        ("name", &it.name),
        ("slug", &it.slug),
        ("description", &it.description),
        ("public metadata", &object::shown(&it.public_metadata)),
        ("members", &it.members.to_string()),
        ("made (UTC)", &minute(&it.created_at)),
    ])
}

fn listed(list: List<Workspace>) -> String {
    let row = |it: &Workspace| {
        [
            it.id.clone(),
            it.organization_id.clone(),
            it.name.clone(),
            it.members.to_string(),
            minute(&it.created_at),
        ]
    };
    let rows: Vec<_> = list.items.iter().map(row).collect();
    table(["WORKSPACE", "ORGANIZATION", "NAME", "MEMBERS", "MADE (UTC)"], &rows)
        + &super::more(list.next_cursor.as_deref())
}
