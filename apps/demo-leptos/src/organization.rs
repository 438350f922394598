//! The organization that the active account acts in, for its members: who is in it, and who is invited.

use crate::beside::{Actor, Asking, Reading};
use crate::invitations::invitations;
use crate::members::{members, role};
use crate::pages::Known;
use crate::places::{Place, Places};
use crate::ui::{Choice, Said, Tab, Tabs, Wait, said, say, when, word};
use keyrack_leptos::{Error, UseSession, use_session};
use leptos::prelude::*;

/// Where the account stands, for whatever is shown of it.
#[derive(Clone)]
pub struct Standing {
    pub asking: Asking,
    /// What the place is called.
    pub name: Said,
    pub may_manage: Memo<bool>,
    id: String,
    roles: Reading,
}

impl Standing {
    /// That of the component.
    pub fn here() -> Self {
        #[allow(clippy::expect_used, reason = "what asks for it is shown nowhere else")]
        use_context().expect("this is a part of an organization")
    }

    /// What is read of the organization, by its path.
    pub fn path(&self, what: &str) -> String {
        format!("/organizations/{}/{what}", self.id)
    }

    /// What members can be; nothing until it is known.
    pub fn roles(&self) -> Vec<Choice> {
        self.roles.data.with(|known| known.iter().flat_map(|known| &known.items).map(role).collect())
    }

    /// Has `what` read again, and what hangs on it: the account may have changed what it is itself.
    pub fn outdate(&self, outcome: &Result<(), Error>, what: &str) {
        self.asking.outdate(outcome, &[&self.path(what), "/me/"]);
    }
}

const TABS: &[Tab] = &[
    Tab { name: "Members", show: members, is_kept: false },
    Tab { name: "Invitations", show: invitations, is_kept: true },
];

/// Whether the roles allow to change members; none while that is not known.
fn may_manage(session: UseSession) -> Option<bool> {
    let is_admin = session.has("organization:admin");
    if is_admin == Some(true) { is_admin } else { session.has("organization:manage") }
}

/// Made for one account in one organization, and gone with that.
#[component]
pub fn Organization(actor: Actor, places: Memo<Option<Places>>) -> impl IntoView {
    let session = use_session();
    let place = {
        let membership = actor.organization.clone();
        move || places.with(|places| places.as_ref()?.place_of(membership.as_ref()?))
    };
    let is_known = {
        let place = place.clone();
        Memo::new(move |_| may_manage(session).is_some() && place().is_some())
    };
    let name = {
        let place = place.clone();
        said(move || place().map(|place| place.name).unwrap_or_default())
    };
    let label = name.clone();
    let asking = Asking::of(session, &actor);
    let parts = move || {
        // Another name is no other place.
        let Place { id, .. } = untrack(&place).unwrap_or_default();
        view! { <Parts asking=asking.clone() id name=name.clone() /> }
    };
    view! {
        <section class="kr" aria-label=say(&label) aria-busy=say(&word(move || !is_known.get()))>
            <Show when=when(move || is_known.get()) fallback=|| view! { <Wait /> }>
                {parts()}
            </Show>
        </section>
    }
}

#[component]
fn Parts(asking: Asking, id: String, name: Said) -> impl IntoView {
    let session = asking.session;
    let may_manage = Memo::new(move |_| may_manage(session) == Some(true));
    let roles = Reading::whole(&asking, format!("/organizations/{id}/roles"), "", Known::list);
    provide_context(Standing { asking, name: name.clone(), may_manage, id, roles });
    view! { <Tabs label=name tabs=TABS may_see_all=may_manage /> }
}
