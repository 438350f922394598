//! The members of the organization: found by search, more and more of them, with their roles.

use crate::browser;
use crate::form::Work;
use crate::manage::{id_of, named};
use crate::parts::{More, Named, Select, Sure, Wait, use_heir, use_run};
use crate::places::Place;
use crate::reading::{Actor, use_reading};
use dioxus::prelude::*;
use keyrack_dioxus::client::json;
use keyrack_dioxus::use_session;
use serde_json::Value;

const LIST: &str = "members-list";

/// So long nobody types before a search begins.
const PAUSE_MS: i32 = 250;

#[component]
pub fn Members(
    place: Place,
    /// What can be given; nothing until it is known.
    roles: Vec<Named>,
    may_manage: bool,
) -> Element {
    let mut typed = use_signal(String::new);
    let mut search = use_signal(String::new);
    let reading =
        use_reading(format!("/organizations/{}/members", place.id), 20, move || match &*search.read() {
            none if none.is_empty() => String::new(),
            search => format!("search={}", browser::encoded(search)),
        });
    let on_input = move |event: FormEvent| {
        let now = event.value();
        typed.set(now.clone());
        spawn(async move {
            browser::pause(PAUSE_MS).await;
            // Not every letter is a request.
            if now == *typed.peek() && now.trim() != search.peek().as_str() {
                search.set(now.trim().to_owned());
            }
        });
    };
    let is_searching = reading.known().is_none();
    let known = reading.known_of_any().filter(|_| !is_searching || reading.error().is_none());
    rsx! {
        div { class: "kr-field",
            label { r#for: "members-search", "Search members" }
            input { id: "members-search", r#type: "search", oninput: on_input }
        }
        if let Some(known) = known {
            p { class: "kr-quiet", role: "status",
                match known.total {
                    0 => "Nobody was found.".to_owned(),
                    1 => "1 member".to_owned(),
                    total => format!("{total} members"),
                }
            }
            ul { role: "list", class: "kr-list", id: LIST, tabindex: "-1", aria_label: "Members", aria_busy: is_searching,
                for member in known.items.iter().cloned() {
                    Member {
                        key: "{id_of(&member)}",
                        member,
                        place: place.clone(),
                        roles: roles.clone(),
                        may_manage,
                    }
                }
            }
            More { reading }
        } else {
            Wait { reading }
        }
    }
}

#[component]
fn Member(member: Value, place: Place, roles: Vec<Named>, may_manage: bool) -> Element {
    let run = use_run();
    // What was chosen last, and which roles there were then: until they are others that is shown.
    let mut chosen = use_signal(|| None::<(String, Vec<Named>)>);
    let id = id_of(&member).to_owned();
    use_heir(&id, LIST);
    let own: Vec<Named> = member["roles"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|role| named(&role["id"], &role["name"]))
        .collect();
    let current = role_of(&own);
    let value = match chosen() {
        Some((to, before)) if before == own && run.error().is_none() => to,
        _ => current.0.clone(),
    };
    let options = if roles.iter().any(|(role, _)| *role == current.0) {
        roles
    } else {
        std::iter::once(current.clone()).chain(roles).collect()
    };
    let (name, email) = names_of(&member["user"]);
    let change =
        Change { hook: use_session(), place: place.id, member: id.clone(), is_own: place.membership == id };
    let remove = change.clone();
    let give = move |to: String| {
        if to.is_empty() {
            return;
        }
        chosen.set(Some((to.clone(), own.clone())));
        run.run(change.clone().give(to, own.clone()), String::new());
    };
    rsx! {
        li { class: "kr-row", id: "{id}",
            Picture { url: member["user"]["profile_picture_url"].as_str().unwrap_or_default().to_owned(), name: name.clone() }
            span { class: "kr-two",
                span { "{name}" }
                " "
                span { class: "kr-quiet",
                    if email != name {
                        "{email}"
                    }
                }
            }
            if may_manage {
                Select {
                    id: "role-of-{id}",
                    label: "Role of {name}",
                    is_quiet: true,
                    value,
                    is_busy: run.is_busy(),
                    options,
                    on_change: give,
                }
                Sure {
                    label: "Remove {name}",
                    is_busy: run.is_busy(),
                    on_press: move |()| run.run(remove.clone().remove(), String::new()),
                }
            } else {
                span { class: "kr-quiet", {current.1} }
            }
            span { role: "alert", class: "kr-error", {run.message()} }
        }
    }
}

/// A picture, or the beginning of the name where there is none. The name stands beside it.
#[component]
fn Picture(url: String, name: String) -> Element {
    let initial = name.trim().chars().take(1).collect::<String>().to_uppercase();
    rsx! {
        span { class: "kr-picture", aria_hidden: "true",
            if url.is_empty() {
                {initial}
            } else {
                img { src: url, alt: "" }
            }
        }
    }
}

/// What somebody is called, and the address.
fn names_of(user: &Value) -> (String, String) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let email = text(&user["primary_email_address"]["email"]);
    let name = format!("{} {}", text(&user["first_name"]), text(&user["last_name"])).trim().to_owned();
    let names = [name, text(&user["username"]), email.clone()];
    (names.into_iter().find(|name| !name.is_empty()).unwrap_or_default(), email)
}

/// What a member is: one role, several, which another one replaces, or one that cannot be given or is not read yet.
fn role_of(own: &[Named]) -> Named {
    match own {
        [one] => one.clone(),
        [] => (String::new(), "–".to_owned()),
        several => {
            let names: Vec<&str> = several.iter().map(|(_, name)| name.as_str()).collect();
            (String::new(), names.join(", "))
        }
    }
}

/// What can be done to a member.
#[derive(Clone)]
struct Change {
    hook: keyrack_dioxus::UseSession,
    place: String,
    member: String,
    /// Whether it is the one whose account this is.
    is_own: bool,
}

impl Change {
    /// The new one before the old one goes: nobody is without a role in between.
    fn give(self, to: String, own: Vec<Named>) -> Work {
        let actor = Actor::of(self.hook);
        Box::pin(async move {
            if !own.iter().any(|(role, _)| *role == to) {
                self.act(&actor, &format!("roles/{to}/add")).await?;
            }
            for (role, _) in own.iter().filter(|(role, _)| *role != to) {
                self.act(&actor, &format!("roles/{role}/remove")).await?;
            }
            Ok(())
        })
    }

    fn remove(self) -> Work {
        let actor = Actor::of(self.hook);
        Box::pin(async move {
            self.act(&actor, "remove").await?;
            // Who leaves acts elsewhere.
            if self.is_own { actor.client.refetch().await } else { Ok(()) }
        })
    }

    async fn act(&self, actor: &Actor, what: &str) -> Result<(), keyrack_dioxus::Error> {
        let members = format!("/organizations/{}/members", self.place);
        let path = format!("{members}/{}/{what}", self.member);
        // Who leaves an organization leaves its workspaces.
        let outdates =
            ["/me/organization-memberships", "/me/workspace-memberships", "/workspaces/", &members];
        actor.act(&path, json::object([]), &outdates).await
    }
}
