//! `keyrack organization …`

mod args;

use super::client::Client;
use super::table::{minute, properties, table};
use super::{Failure, object, said};
use crate::admin::view::{List, Organization, Unrestricted};
pub use args::{
    Add, Create, Delete, ListOrganizations, Members, OrganizationArgs, OrganizationCommand, Remove, Show,
    TakeRole, Unrestrict, Update,
};
use keyrack_protocol::OrganizationMember;
use reqwest::Method;
use serde_json::{Map, Value, json};

/// Carries out `keyrack organization …`; gives what is to be printed.
///
/// # Errors
/// What failed, in one line, and the exit code for it.
pub async fn run(args: &OrganizationArgs) -> Result<String, Failure> {
    // Before the server is looked for: what cannot be read is the caller's to mend either way.
    let body = body(&args.command)?;
    let client = Client::connect(&args.target)?;
    let json = args.target.json;
    match &args.command {
        OrganizationCommand::List(list) => {
            let query = [("user", list.user.as_deref()), list.paging.limit(), list.paging.cursor()];
            said(json, client.get(&["organizations"], &query).await?, listed)
        }
        OrganizationCommand::Show(show) => {
            let path = ["organizations", show.organization.as_str()];
            said(json, client.get(&path, &[]).await?, |it: Organization| shown(&it))
        }
        OrganizationCommand::Create(_) => {
            let made = client.send(Method::POST, &["organizations"], &body).await?;
            said(json, made, |it: Organization| shown(&it))
        }
        OrganizationCommand::Update(update) => {
            let path = ["organizations", update.organization.as_str()];
            let changed = client.send_because(Method::PATCH, &path, &body, update.because.reason()).await?;
            said(json, changed, |it: Organization| shown(&it))
        }
        OrganizationCommand::Delete(delete) => {
            let path = ["organizations", delete.organization.as_str()];
            let reason = delete.because.reason();
            let deleted = client.send_because(Method::DELETE, &path, &json!({}), reason).await?;
            said(json, deleted, |it: Organization| {
                format!("{} is deleted; it had {}.\n", it.id, members(&it))
            })
        }
        OrganizationCommand::Unrestrict(unrestrict) => {
            let path = ["organizations", unrestrict.id.as_str(), "unrestrict"];
            let reason = unrestrict.because.reason();
            let lifted = client.send_because(Method::POST, &path, &json!({}), reason).await?;
            said(json, lifted, |lifted: Unrestricted| {
                let Unrestricted { id, asked } = lifted;
                if asked {
                    format!("{id} asks nothing of its members any more.\n")
                } else {
                    format!("{id} asked nothing.\n")
                }
            })
        }
        about_members => of_members(&client, json, about_members).await,
    }
}

/// What is said of one that is made or changed.
fn body(command: &OrganizationCommand) -> Result<Map<String, Value>, Failure> {
    let of = |name, slug, description, metadata| {
        let texts = [("name", name), ("slug", slug), ("description", description)];
        object::said(&texts, &[("public_metadata", metadata)])
    };
    match command {
        OrganizationCommand::Create(new) => {
            let mut said = of(&None, &new.slug, &new.description, &new.public_metadata)?;
            said.extend([("name".to_owned(), json!(new.name)), ("owner".to_owned(), json!(new.owner))]);
            Ok(said)
        }
        OrganizationCommand::Update(it) => of(&it.name, &it.slug, &it.description, &it.public_metadata),
        _ => Ok(Map::new()),
    }
}

/// What is about members.
async fn of_members(client: &Client, json: bool, command: &OrganizationCommand) -> Result<String, Failure> {
    match command {
        OrganizationCommand::Members(list) => {
            let path = ["organizations", list.organization.as_str(), "members"];
            let query = [("search", list.search.as_deref()), list.paging.limit(), list.paging.cursor()];
            said(json, client.get(&path, &query).await?, listed_members)
        }
        OrganizationCommand::Add(add) => {
            let path = ["organizations", add.organization.as_str(), "members"];
            let body = json!({ "user": add.user, "role": add.role });
            let added = client.send(Method::POST, &path, &body).await?;
            said(json, added, |organization: Organization| shown(&organization))
        }
        OrganizationCommand::TakeRole(take) => {
            let [organization, user, role] = [&take.organization, &take.user, &take.role];
            let path = ["organizations", organization, "members", user, "roles", role];
            let taken = client.send_because(Method::DELETE, &path, &json!({}), take.because.reason()).await?;
            said(json, taken, |it: OrganizationMember| format!("{} has {}.\n", it.user.id, roles(&it)))
        }
        OrganizationCommand::Remove(remove) => {
            let path = ["organizations", remove.organization.as_str(), "members", remove.user.as_str()];
            let reason = remove.because.reason();
            let removed = client.send_because(Method::DELETE, &path, &json!({}), reason).await?;
            said(json, removed, |it: Value| {
                let of = |name: &str| it.pointer(name).and_then(Value::as_str).unwrap_or_default().to_owned();
                format!("{} is no member of {} any more.\n", of("/user/id"), of("/organization_id"))
            })
        }
        _ => Err(Failure::wrong("not about members")),
    }
}

fn roles(member: &OrganizationMember) -> String {
    let names: Vec<&str> = member.roles.iter().map(|role| role.name.as_str()).collect();
    if names.is_empty() { "no role".to_owned() } else { names.join(", ") }
}

fn listed_members(list: List<OrganizationMember>) -> String {
    let row = |it: &OrganizationMember| {
        let name = format!("{} {}", it.user.first_name, it.user.last_name).trim().to_owned();
        [it.user.id.clone(), name, roles(it), minute(&it.created_at)]
    };
    let rows: Vec<_> = list.items.iter().map(row).collect();
    table(["USER", "NAME", "ROLES", "SINCE (UTC)"], &rows) + &super::more(list.next_cursor.as_deref())
}

fn members(organization: &Organization) -> String {
    match organization.members {
        1 => "1 member".to_owned(),
        count => format!("{count} members"),
    }
}

fn shown(it: &Organization) -> String {
    properties(&[
        ("id", &it.id),
        ("name", &it.name),
        ("slug", &it.slug),
        ("description", &it.description),
        ("public metadata", &object::shown(&it.public_metadata)),
        ("members", &it.members.to_string()),
        ("made (UTC)", &minute(&it.created_at)),
    ])
}

fn listed(list: List<Organization>) -> String {
    let row = |it: &Organization| {
        [it.id.clone(), it.slug.clone(), it.name.clone(), it.members.to_string(), minute(&it.created_at)]
    };
    let rows: Vec<_> = list.items.iter().map(row).collect();
    table(["ORGANIZATION", "SLUG", "NAME", "MEMBERS", "MADE (UTC)"], &rows)
        + &super::more(list.next_cursor.as_deref())
}
