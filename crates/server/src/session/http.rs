//! `/session`: reading it, switching between its sign-ins, signing out.

use super::activity;
use super::cache::Whole;
use super::enter::{self, Left};
use super::read::Reading;
use super::tab::OfTab;
use super::{Loaded, Opened, Plan, read, scope, sign_out_all, sign_out_one, store, switch_to, view};
use crate::audit::{self, Event};
use crate::caller::{Account, Browser};
use crate::config::teams::Kind;
use crate::db::Snapshot;
use crate::error::Result;
use crate::http::answer;
use crate::http::fields::Fields;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use crate::id::UserId;
use crate::membership::{Scope, are_there, standing, unknown};
use crate::user::may_act;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use keyrack_protocol::{Code, EndReason, Session};
use std::sync::Arc;

const SHOW: &[Field] =
    &[Field::optional("poll", "`1` for a periodic refresh, which is no activity.").one_of(&["1"])];
const SWITCH: &[Field] = &[Field::required("sign_in_id", "The sign-in to make active.")];
const SWITCH_ORGANIZATION: &[Field] = &[Field::optional(
    "organization_id",
    "The organization; without it the active sign-in stands in none, and in no workspace.",
)];
const SWITCH_WORKSPACE: &[Field] = &[Field::optional(
    "workspace_id",
    "The workspace; without it the active sign-in stands in none, and in no organization.",
)];
const SIGN_OUT: &[Field] = &[Field::optional(
    "sign_in_id",
    "The sign-in to end; without it everything that the credential opens ends.",
)];

/// The routes of this feature. The switch also answers to the verb of older clients.
pub fn routes() -> Routes {
    let about = "The session. As the credential opens it; without a usable one the empty session, whose `id` is \
                 `\"\"`. `If-None-Match` with the last `ETag` answers 304 when nothing changed.";
    let show_it =
        Operation::get::<Session>("/session", "getSession", about).takes(SHOW).of_browser().tagged();
    let about = "Switch accounts. Makes another sign-in of this session the active one.";
    let switch = Operation::post::<Session>("/session/switch-sign-in", "switchSignIn", about)
        .takes(SWITCH)
        .of_browser()
        .refuses(&[Code::RequiredField, Code::SignInNotFound, Code::SignedOut, Code::UserDisabled]);
    let about = "Sign out. One sign-in, or all of them; once it is answered no token is minted for what ended. \
                 Signing out of everything may be repeated.";
    let sign_it_out = Operation::post::<Session>("/session/sign-out", "signOut", about)
        .takes(SIGN_OUT)
        .hands_out()
        .refuses(&[Code::SignInNotFound]);
    let about = "Switch organizations. The active sign-in acts in this one, which its user is a member of. A workspace \
                 that is not in it is left. The choice is kept, and the user's next sign-in begins with it.";
    let organization =
        Operation::post::<Session>("/session/switch-organization", "switchOrganization", about)
            .takes(SWITCH_ORGANIZATION)
            .of_browser()
            .refuses(&[
                Code::SignedOut,
                Code::UserDisabled,
                Code::OrganizationsDisabled,
                Code::OrganizationNotFound,
                Code::AddressNotAllowed,
                Code::OrganizationRequiresMfa,
            ]);
    let about = "Switch workspaces. The active sign-in acts in this one, which its user is a member of, and in the \
                 organization that it is in.";
    let workspace = Operation::post::<Session>("/session/switch-workspace", "switchWorkspace", about)
        .takes(SWITCH_WORKSPACE)
        .of_browser()
        .refuses(&[
            Code::SignedOut,
            Code::UserDisabled,
            Code::OrganizationsDisabled,
            Code::WorkspacesDisabled,
            Code::WorkspaceNotFound,
            Code::AddressNotAllowed,
            Code::OrganizationRequiresMfa,
            Code::WorkspaceRequiresMfa,
        ]);
    Routes::default()
        .add(organization.also_by(Method::PUT, "switchOrganizationByPut"), switch_organization)
        .add(organization, switch_organization)
        .add(workspace.also_by(Method::PUT, "switchWorkspaceByPut"), switch_workspace)
        .add(workspace, switch_workspace)
        .add(show_it, show)
        .add(switch.also_by(Method::PUT, "switchSignInByPut"), switch_sign_in)
        .add(switch, switch_sign_in)
        .add(sign_it_out, sign_out)
}

/// `GET /session`; `poll=1` marks the periodic refresh, which is no activity.
async fn show(browser: Browser, headers: HeaderMap, fields: Fields) -> Result<Response> {
    let polls = fields.text("poll")? == Some("1");
    let reading = if polls {
        read::read(&browser.app, &browser.site, browser.rack.as_ref(), Some(browser.address)).await?
    } else {
        browser.reading().await?
    };
    let Reading::Live(cached, opened) = &reading else {
        let Reading::Empty(reason) = reading else { return Err(Code::Internal.into()) };
        return Ok(answer::ok(Session::empty(reason)));
    };
    let known = headers.get(header::IF_NONE_MATCH);
    match cached.whole_for(&browser.site, *opened)? {
        Some(whole) => Ok(shown(whole, known)),
        None => {
            let body = answer::body(view::session(&browser.site, &cached.loaded, *opened))?;
            Ok(shown(&Whole { body, tag: view::tag(&cached.loaded, *opened) }, known))
        }
    }
}

/// The answer of `GET /session`: nothing but its `ETag` for whoever has it already.
pub fn shown(whole: &Whole, known: Option<&HeaderValue>) -> Response {
    let mut response = match known {
        Some(known) if *known == whole.tag => answer::json(StatusCode::NOT_MODIFIED, bytes::Bytes::new()),
        _ => answer::json(StatusCode::OK, whole.body.clone()),
    };
    response.headers_mut().insert(header::ETAG, whole.tag.clone());
    response
}

/// `POST /session/switch-sign-in` `sign_in_id`.
async fn switch_sign_in(browser: Browser, OfTab(tab): OfTab, fields: Fields) -> Result<Response> {
    let id = fields.required("sign_in_id")?.to_owned();
    if tab.is_some() {
        return show_in_tab(&Account::of(browser, tab).await?, &id);
    }
    let left = mutate(&browser, move |loaded, opened| switch_to(loaded, opened, &id)).await?;
    let left = left.ok_or(Code::SignInNotFound)?;
    note_activity(&browser, &left);
    Ok(browser.show(&left))
}

/// What a tab sees that goes over to this sign-in: where the sign-in stands, and where the tab stands if it is the same.
fn show_in_tab(account: &Account, id: &str) -> Result<Response> {
    let loaded = &account.cached.loaded;
    let target = loaded.visible_sign_in(account.opened, id)?;
    may_act(&target.user)?;
    account.app.activity.note(&account.site, &target.id, account.app.world.clock.now_ms());
    let scope = if target.id == account.sign_in { &account.scope } else { &target.scope };
    Ok(answer::ok(view::in_scope(&account.site, (loaded, account.opened), &target.id, scope.as_ref())))
}

/// `POST /session/switch-organization` `organization_id?`.
async fn switch_organization(account: Account, fields: Fields) -> Result<Response> {
    switch_scope(account, Kind::Organization, fields.text("organization_id")?).await
}

/// `POST /session/switch-workspace` `workspace_id?`.
async fn switch_workspace(account: Account, fields: Fields) -> Result<Response> {
    switch_scope(account, Kind::Workspace, fields.text("workspace_id")?).await
}

/// Where a switch leads that somebody asks for who stands in `now`: out of everything when no `id` is given.
fn destination(
    on: &mut Snapshot<'_>,
    deployment: &str,
    (kind, id): (Kind, Option<&str>),
    (user, now): (&UserId, Option<&Scope>),
) -> Result<Option<Scope>> {
    let Some(id) = id else { return Ok(None) };
    let to = match kind {
        Kind::Organization => {
            let to = standing::find(on, deployment, (kind, id), user)?;
            scope::in_organization(now, to)
        }
        Kind::Workspace => standing::in_workspace(on, deployment, id, user)?,
    };
    Ok(Some(to.ok_or(unknown(kind))?))
}

async fn switch_scope(account: Account, kind: Kind, id: Option<&str>) -> Result<Response> {
    if id.is_some() {
        are_there(&account.site.config, kind)?;
    }
    let (id, from) = (id.map(str::to_owned), account.address);
    if account.tab.is_some() {
        return switch_in_tab(&account, kind, id).await;
    }
    let left = account
        .change_session(
            |_, _| Ok(()),
            move |tx, site, room, ()| {
                let active = room.acting().ok_or(Code::SignedOut)?;
                let of = (&active.user.id, active.scope.as_ref());
                let to = destination(tx, &site.config.id, (kind, id.as_deref()), of)?;
                scope::admit(active, to.as_ref(), from)?;
                Ok((room.move_to(to), ()))
            },
        )
        .await?
        .0;
    note_activity(&account, &left);
    Ok(account.show(&left))
}

/// The same for a tab with a scope of its own: all is checked and nothing is stored. The answer is what the tab sees from
/// now on.
async fn switch_in_tab(account: &Account, kind: Kind, id: Option<String>) -> Result<Response> {
    let (site, user, now) = (Arc::clone(&account.site), account.user.clone(), account.scope.clone());
    let look = account
        .app
        .db
        .read(move |on| destination(on, &site.config.id, (kind, id.as_deref()), (&user, now.as_ref())));
    let (to, loaded) = (look.await?, &account.cached.loaded);
    let acting = loaded.visible_sign_in(account.opened, account.sign_in.as_str())?;
    scope::admit(acting, to.as_ref(), account.address)?;
    Ok(answer::ok(view::in_scope(&account.site, (loaded, account.opened), &account.sign_in, to.as_ref())))
}

/// `POST /session/sign-out` `sign_in_id?`; without an id everything that the rack opens, as often as asked.
async fn sign_out(browser: Browser, fields: Fields) -> Result<Response> {
    let Some(id) = fields.text("sign_in_id")?.map(str::to_owned) else {
        let ended = mutate(&browser, |loaded, opened| Ok(sign_out_all(loaded, opened))).await?;
        let said = |left: Left| match left.loaded.ended_at {
            Some(_) => left.loaded.end_reason,
            None => Some(EndReason::SignedOut),
        };
        return Ok(browser.answer_signed_out(ended.and_then(said)));
    };
    let left = mutate(&browser, move |loaded, opened| sign_out_one(loaded, opened, &id)).await?;
    Ok(browser.answer(&left.ok_or(Code::SignInNotFound)?))
}

/// Plans and carries out a change of the browser's session; none when it has no live one.
async fn mutate(
    browser: &Browser,
    plan: impl Fn(&Loaded, Opened) -> std::result::Result<Plan, Code> + Send + 'static,
) -> Result<Option<Left>> {
    let (app, site, arrival) = (Arc::clone(&browser.app), Arc::clone(&browser.site), browser.arrive());
    let by = arrival.by();
    let mutated = browser
        .app
        .db
        .write(move |tx| {
            let Some(room) = enter::existing(tx, (&app, &site), &arrival, &[])? else { return Ok(None) };
            let plan = plan(&room.loaded, room.opened)?;
            let idle_ms = site.config.lifetimes.sign_in_idle_ms;
            let due = activity::due_after(&room.loaded, room.opened, &plan, idle_ms, arrival.now);
            if plan.is_empty() && due.is_none() {
                return Ok(Some(room.leave_unchanged()));
            }
            let by = arrival.by().acting(room.loaded.acting_in(&plan));
            store::apply(tx, &site, &room.loaded, &plan, &by)?;
            if let Some(used) = due {
                activity::take_step(tx, &site, used, arrival.now)?;
            }
            room.leave(tx, &site, plan.reason(), arrival.now).map(Some)
        })
        .await;
    if mutated.as_ref().is_err_and(|error| error.code() == Code::SignInNotFound) {
        let session = browser.rack.as_ref().map(|rack| rack.session().clone());
        audit::note(&browser.app, &browser.site, by, Event::ForeignSignInNamed, session).await;
    }
    mutated
}

fn note_activity(browser: &Browser, left: &Left) {
    let activity: &activity::Activity = &browser.app.activity;
    if let Some(active) = left.loaded.active_for(left.opened) {
        activity.note(&browser.site, &active.id, browser.app.world.clock.now_ms());
    }
}
