//! The organizations and workspaces that the active account is a member of, as far as they were read.

use keyrack_leptos::client::Client;
use keyrack_leptos::{Error, UseSession};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A place by what it is called.
#[derive(Clone, Deserialize, PartialEq)]
pub struct Place {
    pub id: String,
    pub name: String,
}

#[derive(Clone, Deserialize, PartialEq)]
pub struct OfOrganization {
    pub id: String,
    pub organization: Place,
}

#[derive(Clone, Deserialize, PartialEq)]
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
        Effect::new(move |_| {
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
}

async fn read_all(client: &Client, sign_in: String) -> Result<Places, Error> {
    let organizations = read(client, &sign_in, "organization").await?;
    let workspaces = read(client, &sign_in, "workspace").await?;
    Ok(Places { sign_in, organizations, workspaces })
}

/// In the name of the sign-in, so that the server answers for no other one; and no sign that somebody uses it.
async fn read<T: DeserializeOwned>(client: &Client, sign_in: &str, kind: &str) -> Result<Vec<T>, Error> {
    client.read(&format!("/me/{kind}-memberships?scope={sign_in}.-.-&poll=1")).await
}
