//! The members of an organization: found by search, more and more of them, with their roles.

use crate::form::Run;
use crate::organization::Standing;
use crate::pages::{Entry, Pages, encoded, text};
use crate::ui::{Choice, List, More, Select, Sure, Wait, said, say, when};
use crate::wire;
use keyrack_leptos::Error;
use keyrack_leptos::client::json;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use std::sync::Arc;

/// How many are shown at first, and how many more each time.
const PAGE: u32 = 20;

/// So many milliseconds nobody types before a search begins: not every letter is a request.
const PAUSE: i32 = 250;

/// Somebody, as a row shows them.
struct Member {
    id: String,
    name: String,
    email: String,
    picture: String,
    roles: Vec<Choice>,
}

impl Member {
    fn of(entry: &Value) -> Self {
        let user = &entry["user"];
        let email = text(&user["primary_email_address"], "email");
        let names = [text(user, "first_name"), text(user, "last_name")].join(" ").trim().to_owned();
        let found = [names, text(user, "username")].into_iter().find(|name| !name.is_empty());
        Self {
            id: text(entry, "id"),
            name: found.unwrap_or_else(|| email.clone()),
            email,
            picture: text(user, "profile_picture_url"),
            roles: entry["roles"].as_array().into_iter().flatten().map(role).collect(),
        }
    }

    /// Where it says more than the name.
    fn address(self) -> String {
        if self.email == self.name { String::new() } else { self.email }
    }

    /// In place of a picture.
    fn initial(self) -> String {
        if self.picture.is_empty() {
            self.name.chars().take(1).collect::<String>().to_uppercase()
        } else {
            String::new()
        }
    }

    /// What they are: one role, several, which another one replaces, or one that is not read yet.
    fn role(&self) -> Choice {
        if let [role] = self.roles.as_slice() {
            return role.clone();
        }
        let names: Vec<&str> = self.roles.iter().map(|role| role.name.as_str()).collect();
        let name = if names.is_empty() { "–".to_owned() } else { names.join(", ") };
        Choice { id: String::new(), name }
    }
}

/// A role in an answer.
pub fn role(role: &Value) -> Choice {
    Choice { id: text(role, "id"), name: text(role, "name") }
}

pub fn members() -> AnyView {
    let standing = Standing::here();
    let pages = Pages::follow(standing.asking.clone(), standing.path("members"), PAGE);
    let typed = RwSignal::new(0_u32);
    let search = move |text: String| {
        let number = typed.get_untracked() + 1;
        typed.set(number);
        spawn_local(async move {
            wire::pause(PAUSE).await;
            // Somebody types on, or nobody is there any more.
            if typed.try_get_untracked() == Some(number) {
                let found = text.trim();
                let query =
                    if found.is_empty() { String::new() } else { format!("&search={}", encoded(found)) };
                pages.search(query);
            }
        });
    };
    let count = said(move || match pages.total() {
        0 => "Nobody was found.".to_owned(),
        1 => "1 member".to_owned(),
        count => format!("{count} members"),
    });
    view! {
        <div class="kr-field">
            <label for="search-members">"Search members"</label>
            <input id="search-members" type="search" on:input:target=move |event| search(event.target().value()) />
        </div>
        <Show when=when(move || pages.is_known()) fallback=move || view! { <Wait pages /> }>
            <p class="kr-quiet" role="status">
                {say(&count)}
            </p>
            <List label="Members" pages row />
            <More pages />
        </Show>
    }
    .into_any()
}

fn row(entry: Entry) -> AnyView {
    let (standing, run) = (Standing::here(), Run::new());
    let may_manage = standing.may_manage;
    let of = |what: fn(Member) -> String| {
        let entry = entry.clone();
        said(move || what(entry.with(Member::of)))
    };
    let (name, role, address) = (of(|it| it.name), of(|it| it.role().name), of(Member::address));
    let (picture, initial) = (of(|it| it.picture), of(Member::initial));
    let is_pictured = {
        let picture = picture.clone();
        move || !picture().is_empty()
    };
    view! {
        <li class="kr-row">
            <span class="kr-picture" aria-hidden="true">
                {say(&initial)}
                <Show when=when(is_pictured)>
                    <img src=say(&picture) alt="" />
                </Show>
            </span>
            <span class="kr-two">
                <span>{say(&name)}</span>
                " "
                <span class="kr-quiet">{say(&address)}</span>
            </span>
            <Show
                when=when(move || may_manage.get())
                fallback=move || view! { <span class="kr-quiet">{say(&role)}</span> }
            >
                <Controls standing=standing.clone() entry=entry.clone() run />
            </Show>
            <span role="alert" class="kr-error">
                {say(&run.refusal())}
            </span>
        </li>
    }
    .into_any()
}

/// Another role, and the end of the membership.
#[component]
fn Controls(standing: Standing, entry: Entry, run: Run) -> impl IntoView {
    let of = |what: fn(Member) -> String| {
        let entry = entry.clone();
        said(move || what(entry.with(Member::of)))
    };
    let (role, removal, current) = (
        of(|it| format!("Role of {}", it.name)),
        of(|it| format!("Remove {}", it.name)),
        of(|it| it.role().id),
    );
    let choices = {
        let (standing, entry) = (standing.clone(), entry.clone());
        move || {
            let (current, mut choices) = (entry.with(Member::of).role(), standing.roles());
            if !choices.iter().any(|choice| choice.id == current.id) {
                choices.insert(0, current);
            }
            choices
        }
    };
    let change = {
        let (standing, entry) = (standing.clone(), entry.clone());
        move |(to,): (String,)| {
            let (standing, member) = (standing.clone(), untrack(|| entry.with(Member::of)));
            run.run(async move {
                let outcome = give(&standing, &member, &to).await;
                standing.outdate(&outcome, "members");
                outcome
            });
        }
    };
    let remove = move |()| {
        let (standing, path) =
            (standing.clone(), format!("{}/{}/remove", standing.path("members"), entry.id));
        run.run(async move {
            let outcome = standing.asking.post(&path, json::object([])).await.map(|_| ());
            standing.outdate(&outcome, "members");
            outcome
        });
    };
    view! {
        <Select
            label=role
            is_quiet=true
            value=current
            busy=run.busy()
            choices=Arc::new(choices)
            on_change=Callback::new(change)
        />
        <Sure label=removal busy=run.busy() on_press=remove />
    }
}

/// The new one before the old one goes: nobody is without a role in between.
async fn give(standing: &Standing, member: &Member, to: &str) -> Result<(), Error> {
    let asking = &standing.asking;
    let of = |role: &str, how: &str| format!("{}/{}/roles/{role}/{how}", standing.path("members"), member.id);
    if !member.roles.iter().any(|role| role.id == to) {
        asking.post(&of(to, "add"), json::object([])).await?;
    }
    for role in member.roles.iter().filter(|role| role.id != to) {
        asking.post(&of(&role.id, "remove"), json::object([])).await?;
    }
    Ok(())
}
