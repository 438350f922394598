//! The organizations and workspaces that the active account is a member of, as far as they were read.

use crate::beside::news;
use crate::pages::text;
use keyrack_leptos::client::Client;
use keyrack_leptos::{Error, UseSession};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;

/// A place by what it is called.
#[derive(Clone, Default, PartialEq)]
pub struct Place {
    pub id: String,
    pub name: String,
}

#[derive(Clone, PartialEq)]
pub struct OfOrganization {
    pub id: String,
    pub organization: Place,
}

#[derive(Clone, PartialEq)]
pub struct OfWorkspace {
    pub id: String,
    pub organization_id: String,
    pub workspace: Place,
}

/// All of one account.
#[derive(Clone, PartialEq)]
pub struct Places {
    sign_in: String,
    pub organizations: Vec<OfOrganization>,
    pub workspaces: Vec<OfWorkspace>,
}

impl Places {
    /// Reads them when the page begins, and whenever the session has changed. None while they are not known: those of one
    /// account are never shown under another.
    pub fn follow(hook: UseSession) -> Memo<Option<Places>> {
        let read = RwSignal::new(None::<Places>);
        let news = news(hook, "/me/".to_owned());
        Effect::new(move |_| {
            news();
            let Some(session) = hook.session() else { return };
            let Some(active) = &session.active_signin else { return };
            let (client, sign_in) = (hook.client(), active.id.clone());
            spawn_local(async move {
                if let Ok(places) = read_all(&client, sign_in).await {
                    let _ = read.try_set(Some(places));
                }
            });
        });
        Memo::new(move |_| {
            let active = hook.active_signin()?.id.clone();
            read.get().filter(|places| places.sign_in == active)
        })
    }

    /// The organization of a membership.
    pub fn place_of(&self, membership: &str) -> Option<Place> {
        self.organizations.iter().find(|one| one.id == membership).map(|one| one.organization.clone())
    }
}

async fn read_all(client: &Client, sign_in: String) -> Result<Places, Error> {
    let organizations = read(client, &sign_in, "organization").await?;
    let workspaces = read(client, &sign_in, "workspace").await?;
    let organization =
        |one: &Value| OfOrganization { id: text(one, "id"), organization: place(&one["organization"]) };
    let workspace = |one: &Value| OfWorkspace {
        id: text(one, "id"),
        organization_id: text(one, "organization_id"),
        workspace: place(&one["workspace"]),
    };
    Ok(Places {
        sign_in,
        organizations: organizations.iter().map(organization).collect(),
        workspaces: workspaces.iter().map(workspace).collect(),
    })
}

/// By hand, because what serde adds for it is more than all of this.
fn place(place: &Value) -> Place {
    Place { id: text(place, "id"), name: text(place, "name") }
}

/// In the name of the sign-in, so that the server answers for no other one; and no sign that somebody uses it.
async fn read(client: &Client, sign_in: &str, kind: &str) -> Result<Vec<Value>, Error> {
    match client.read(&format!("/me/{kind}-memberships?scope={sign_in}.-.-&poll=1")).await? {
        Value::Array(memberships) => Ok(memberships),
        _ => Err(Error::network()),
    }
}
