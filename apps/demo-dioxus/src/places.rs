//! The organizations and workspaces that the active account is in.

use crate::browser;
use dioxus::prelude::*;
use keyrack_dioxus::use_session;
use serde_json::Value;
use std::rc::Rc;

/// One of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    pub membership: String,
    pub id: String,
    pub name: String,
    /// The organization that it is, or is in.
    pub organization: String,
}

/// Those of one account.
#[derive(Debug, PartialEq)]
pub struct Places {
    sign_in: String,
    pub organizations: Vec<Place>,
    pub workspaces: Vec<Place>,
}

impl Places {
    /// The one that a membership is of.
    pub fn by<'a>(places: &'a [Place], membership: Option<&String>) -> Option<&'a Place> {
        places.iter().find(|place| Some(&place.membership) == membership)
    }
}

/// Those of the account that is active now; none until they are read. They are read again when the session has changed.
pub fn use_places() -> impl Fn() -> Option<Rc<Places>> + Copy {
    let hook = use_session();
    let read = use_resource(move || {
        let active =
            hook.session().and_then(|session| session.active_signin.as_ref().map(|active| active.id.clone()));
        async move {
            let sign_in = active?;
            let list = async |kind: &str| {
                let path = format!("/me/{kind}-memberships?scope={sign_in}.-.-&poll=1");
                for pause in (1..).map(|failures: i32| failures.min(30) * 1_000) {
                    if let Ok(memberships) = hook.client().read::<Vec<Value>>(&path).await {
                        return memberships.iter().filter_map(|membership| place(kind, membership)).collect();
                    }
                    browser::pause(pause).await;
                }
                Vec::new()
            };
            let (organizations, workspaces) = (list("organization").await, list("workspace").await);
            Some(Rc::new(Places { sign_in, organizations, workspaces }))
        }
    });
    move || {
        let active = hook.active_signin()?;
        read().flatten().filter(|places| places.sign_in == active.id)
    }
}

fn place(kind: &str, membership: &Value) -> Option<Place> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    Some(Place {
        membership: text(&membership["id"])?,
        id: text(&membership[kind]["id"])?,
        name: text(&membership[kind]["name"])?,
        organization: text(&membership["organization_id"])?,
    })
}
