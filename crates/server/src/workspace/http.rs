//! `/workspaces` and `/me/workspace-memberships`.

use super::{may_create, mine, store, view};
use crate::audit::Event;
use crate::caller::Account;
use crate::config::teams::Kind;
use crate::error::{Error, Result};
use crate::http::answer;
use crate::http::fields::Fields;
use crate::http::named::Named;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use crate::id::{MembershipId, OrganizationId, WorkspaceId};
use crate::membership::{Place, Scope, Standing, are_there, description, standing};
use crate::organization::acting::{Actor, IN_WORKSPACE as INSIDE};
use crate::organization::restrict::{self, Asked};
use crate::organization::store::Words;
use crate::organization::{http::found, members, name, settle};
use crate::session::scope;
use axum::response::Response;
use keyrack_protocol::{Code, Removed, Workspace, WorkspaceCreated, WorkspaceMembership};

const CREATE: &[Field] = &[
    Field::required("organization_id", "The organization that it is in."),
    Field::required("name", "What it is called, at most 100 characters.").length(1, 100),
    Field::optional("description", "What it says about itself, at most 1000 characters.").length(0, 1000),
];
const UPDATE: &[Field] = &[
    Field::optional("name", "What it is called from now on.").length(1, 100),
    Field::optional("description", "What it says about itself from now on; an empty text for nothing.")
        .length(0, 1000),
    Field::optional("enforce_2fa", "Whether only members with a second factor can act in it.").flag(),
    restrict::BY_ADDRESS,
    restrict::ADDRESSES,
];
/// The routes of this feature.
pub fn routes() -> Routes {
    let about = "My workspaces. The memberships of the signed-in user, oldest first; none where the deployment has no \
                 workspaces.";
    let list = Operation::get::<Vec<WorkspaceMembership>>(
        "/me/workspace-memberships",
        "getMyWorkspaceMemberships",
        about,
    )
    .of_browser()
    .refuses(&[Code::SignedOut, Code::UserDisabled]);
    let about = "Make a workspace. For those who manage the organization, or all its members where the deployment says \
                 so. Whoever makes it gets the creator's role, and acts in it from now on.";
    let create_it = Operation::post::<WorkspaceCreated>("/workspaces", "createWorkspace", about)
        .takes(CREATE)
        .of_browser()
        .refuses(&[
            Code::SignedOut,
            Code::UserDisabled,
            Code::OrganizationsDisabled,
            Code::WorkspacesDisabled,
            Code::OrganizationNotFound,
            Code::AddressNotAllowed,
            Code::OrganizationRequiresMfa,
            Code::PermissionDenied,
            Code::TooManyWorkspaces,
            Code::RequiredField,
            Code::InvalidName,
            Code::InvalidDescription,
        ]);
    let about = "Change a workspace. For those who manage it; what is not said stays.";
    let update_it =
        Operation::post::<Workspace>("/workspaces/{workspace_id}/update", "updateWorkspace", about)
            .takes(UPDATE)
            .of_browser()
            .refuses_also(
                INSIDE,
                &[
                    Code::PermissionDenied,
                    Code::RequiredField,
                    Code::InvalidName,
                    Code::InvalidDescription,
                    Code::InvalidParameter,
                    Code::InvalidAddressRange,
                    Code::RestrictionNotAllowed,
                    Code::RestrictionExcludesYou,
                ],
            );
    let about = "Delete a workspace. For its administrators and those of the organization; nobody acts in it any more.";
    let delete_it = Operation::post::<Removed>("/workspaces/{workspace_id}/delete", "deleteWorkspace", about)
        .of_browser()
        .refuses_also(INSIDE, &[Code::PermissionDenied, Code::DeletionNotAllowed]);
    let about = "Leave a workspace. Its last administrator cannot.";
    let leave_it = Operation::post::<Removed>("/workspaces/{workspace_id}/leave", "leaveWorkspace", about)
        .of_browser()
        .refuses_also(INSIDE, &[Code::MembershipNotFound, Code::LastAdministrator]);
    Routes::default()
        .add(list, my_memberships)
        .add(create_it, create)
        .add(update_it, update)
        .add(delete_it, delete)
        .add(leave_it, leave)
}

/// `GET /me/workspace-memberships`.
async fn my_memberships(account: Account) -> Result<Response> {
    if are_there(&account.site.config, Kind::Workspace).is_err() {
        return Ok(answer::ok(Vec::<WorkspaceMembership>::new()));
    }
    let actor = Actor::of(&account);
    let look = account
        .app
        .db
        .read_single(move |on| mine::memberships(on, &actor.site, (&actor.user, actor.from), ""));
    Ok(answer::ok(look.await?))
}

/// `POST /workspaces` `organization_id`, `name`, `description?`.
async fn create(account: Account, fields: Fields) -> Result<Response> {
    are_there(&account.site.config, Kind::Workspace)?;
    let name = name(fields.required("name")?)?;
    let description = description(fields.text("description")?.unwrap_or_default())?;
    let within = fields.required("organization_id")?.to_owned();
    let world = &account.app.world;
    let (id, member, actor) = (WorkspaceId::draw(world), MembershipId::draw(world), Actor::of(&account));
    let entering = actor.clone();
    let created = account.change_session(
        move |tx, _| entering.enter(tx, (Kind::Organization, &within)),
        move |tx, site, room, acting| {
            let active = room.loaded.active_for(room.opened).ok_or(Code::SignedOut)?;
            // Who entered the organization is the one who was active when the request came.
            if active.user.id != actor.user {
                return Err(Code::OrganizationNotFound.into());
            }
            let (organization, now): (&OrganizationId, i64) = (&acting.place.organization, actor.by.now);
            let there = store::count(tx, organization)?;
            may_create(&site.config.workspaces, acting.may_manage().is_ok(), there)?;
            let words = Words { name: &name, description: &description };
            store::create(tx, (&site.config.id, organization, &id), words, &actor.user, now)?;
            let place =
                Place { kind: Kind::Workspace, id: id.to_string(), organization: organization.clone() };
            found(tx, &actor, &place, (&member, &actor.user))?;
            let above = (Kind::Organization, organization.as_str());
            let above = standing::find(tx, &site.config.id, above, &actor.user)?;
            let workspace = Standing::in_new(id.as_str(), &member);
            let scope = above.map(|organization| Scope { organization, workspace: Some(workspace) });
            let membership = mine::memberships(tx, site, (&actor.user, actor.from), id.as_str())?.pop();
            Ok((scope::move_to(active, scope), membership))
        },
    );
    let membership = created.await?.1.ok_or_else(|| Error::internal("make a workspace", "it is gone"))?;
    Ok(answer::ok(WorkspaceCreated { workspace: membership.workspace.clone(), membership }))
}

/// `POST /workspaces/{workspace_id}/update` `name?`, `description?`, `enforce_2fa?`, `enable_ip_restriction?`,
/// `whitelisted_ips?`.
async fn update(account: Account, path: Named, fields: Fields) -> Result<Response> {
    let name = fields.text("name")?.map(name).transpose()?;
    let description = fields.given("description")?.map(description).transpose()?;
    let asked = Asked::of(&fields, Kind::Workspace)?;
    let (id, actor) = (path.id("workspace_id"), Actor::of(&account));
    let changed = account.app.db.write(move |tx| {
        let acting = actor.enter(tx, (Kind::Workspace, &id))?;
        acting.may_manage()?;
        store::update(tx, &id, (name.as_deref(), description.as_deref()), actor.by.now)?;
        let rose = restrict::change(tx, &actor, &acting.place, &asked)?;
        Ok((store::present(tx, actor.deployment(), &id)?, rose))
    });
    let (changed, rose) = changed.await?;
    if rose {
        settle::soon(&account.app, &account.site);
    }
    Ok(answer::ok(view::workspace(&changed)))
}

/// `POST /workspaces/{workspace_id}/delete`.
async fn delete(account: Account, path: Named) -> Result<Response> {
    let (id, actor) = (path.id("workspace_id"), Actor::of(&account));
    let deleted = account.app.db.write(move |tx| {
        let acting = actor.enter(tx, (Kind::Workspace, &id))?;
        acting.may_administrate()?;
        if !actor.site.config.workspaces.deletion {
            return Err(Code::DeletionNotAllowed.into());
        }
        store::delete(tx, &id, actor.by.now)?;
        actor.record(tx, Event::WorkspaceDeleted, (&acting.place, &actor.user))?;
        Ok(id.clone())
    });
    let id = deleted.await?;
    settle::soon(&account.app, &account.site);
    Ok(answer::ok(Removed { id }))
}

/// `POST /workspaces/{workspace_id}/leave`.
async fn leave(account: Account, path: Named) -> Result<Response> {
    members::leave(account, (Kind::Workspace, path.id("workspace_id"))).await
}
