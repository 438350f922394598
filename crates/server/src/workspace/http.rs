//! `/workspaces` and `/me/workspace-memberships`.

use super::{may_create, mine, paths, store, view};
use crate::audit::{About, Event, hooks};
use crate::caller::Account;
use crate::config::teams::Kind;
use crate::error::{Error, Result};
use crate::http::answer;
use crate::http::fields::Fields;
use crate::http::named::Named;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use crate::id::{MembershipId, OrganizationId, PictureId, WorkspaceId};
use crate::membership::{Place, Scope, Standing, are_there, standing};
use crate::organization::acting::{Actor, IN_WORKSPACE};
use crate::organization::restrict::{self, Asked};
use crate::organization::said::{self, Said};
use crate::organization::store::Drawn;
use crate::organization::{http::found, members, settle};
use crate::session::scope;
use axum::response::Response;
use http::Method;
use keyrack_protocol::{Code, Removed, Workspace, WorkspaceCreated, WorkspaceMembership};

const LIST: &[Field] = &[Field::optional("org_id", "Only those in this organization.")];
const CREATE: &[Field] = &[
    Field::required("organization_id", "The organization that it is in."),
    said::NAME,
    said::SLUG,
    said::DESCRIPTION,
    said::IMAGE,
    said::METADATA,
];
const UPDATE: &[Field] = &[
    said::NEW_NAME,
    said::SLUG,
    said::DESCRIPTION,
    said::IMAGE,
    said::METADATA,
    Field::optional("enforce_2fa", "Whether only members with a second factor can act in it.").flag(),
    restrict::BY_ADDRESS,
    restrict::ADDRESSES,
];
const ONE: &str = "/workspaces/{workspace_id}";
/// Why a change is refused, beside what is said.
const UPDATES: [Code; 13] = [
    Code::PermissionDenied,
    Code::InvalidParameter,
    Code::InvalidAddressRange,
    Code::RestrictionNotAllowed,
    Code::RestrictionExcludesYou,
    Code::AddressNotAllowed,
    Code::OrganizationRequiresMfa,
    Code::WorkspaceRequiresMfa,
    Code::SignedOut,
    Code::UserDisabled,
    Code::OrganizationsDisabled,
    Code::WorkspacesDisabled,
    Code::WorkspaceNotFound,
];

/// The routes of this feature.
pub fn routes() -> Routes {
    making().and(having()).and(paths::routes())
}

fn making() -> Routes {
    let about = "My workspaces. The memberships of the signed-in user, oldest first; none where the deployment has no \
                 workspaces.";
    let list = Operation::get::<Vec<WorkspaceMembership>>(
        "/me/workspace-memberships",
        "getMyWorkspaceMemberships",
        about,
    )
    .takes(LIST)
    .of_browser()
    .refuses(&[Code::SignedOut, Code::UserDisabled]);
    let about = "Make a workspace. For those who manage the organization, or all its members where the deployment says \
                 so. Whoever makes it gets the creator's role, and acts in it from now on.";
    let create_it = Operation::post::<WorkspaceCreated>("/workspaces", "createWorkspace", about)
        .takes(CREATE)
        .of_browser()
        .refuses_also(
            said::REFUSES,
            &[
                Code::SignedOut,
                Code::UserDisabled,
                Code::OrganizationsDisabled,
                Code::WorkspacesDisabled,
                Code::OrganizationNotFound,
                Code::AddressNotAllowed,
                Code::OrganizationRequiresMfa,
                Code::PermissionDenied,
                Code::TooManyWorkspaces,
            ],
        );
    Routes::default().add(list, my_memberships).add(create_it, create)
}

fn having() -> Routes {
    let about = "A workspace. As its members see it.";
    let show_it = Operation::get::<Workspace>(ONE, "getWorkspace", about).of_browser().refuses(IN_WORKSPACE);
    let about = "Change a workspace. For those who manage it; what is not said stays.";
    let path = "/workspaces/{workspace_id}/update";
    let update_it = Operation::post::<Workspace>(path, "updateWorkspace", about)
        .takes(UPDATE)
        .of_browser()
        .refuses_also(&UPDATES, said::REFUSES);
    let about = "Delete a workspace. For its administrators and those of the organization; nobody acts in it any more.";
    let path = "/workspaces/{workspace_id}/delete";
    let delete_it = Operation::post::<Removed>(path, "deleteWorkspace", about)
        .of_browser()
        .refuses_also(IN_WORKSPACE, &[Code::PermissionDenied, Code::DeletionNotAllowed]);
    let about = "Leave a workspace. Its last administrator cannot.";
    let path = "/workspaces/{workspace_id}/leave";
    let leave_it = Operation::post::<Removed>(path, "leaveWorkspace", about)
        .of_browser()
        .refuses_also(IN_WORKSPACE, &[Code::MembershipNotFound, Code::LastAdministrator]);
    Routes::default()
        .add(show_it, show)
        .add(update_it.also_at(Method::PATCH, ONE, "patchWorkspace"), update)
        .add(update_it, update)
        .add(delete_it.also_at(Method::DELETE, ONE, "deleteWorkspaceByMethod"), delete)
        .add(delete_it, delete)
        .add(leave_it, leave)
}

/// `GET /me/workspace-memberships` `org_id?`.
async fn my_memberships(account: Account, fields: Fields) -> Result<Response> {
    if are_there(&account.site.config, Kind::Workspace).is_err() {
        return Ok(answer::ok(Vec::<WorkspaceMembership>::new()));
    }
    let (actor, within) = (Actor::of(&account), fields.text("org_id")?.unwrap_or_default().to_owned());
    let visitor = account.visitor()?;
    let look = account
        .app
        .db
        .read_single(move |on| mine::memberships(on, &actor.site, (&actor.user, visitor), &within));
    Ok(answer::ok(look.await?))
}

/// `POST /workspaces` `organization_id`, `name`, `slug?`, `description?`, `image?`, `public_metadata?`.
async fn create(account: Account, fields: Fields) -> Result<Response> {
    are_there(&account.site.config, Kind::Workspace)?;
    fields.required("name")?;
    let said = Said::read(&fields)?;
    let within = fields.required("organization_id")?.to_owned();
    let world = &account.app.world;
    let (id, member, picture) = (WorkspaceId::draw(world), MembershipId::draw(world), PictureId::draw(world));
    let actor = Actor::of(&account);
    let entering = actor.clone();
    let created = account.change_session(
        move |tx, _| entering.enter(tx, (Kind::Organization, &within)),
        move |tx, site, room, acting| {
            let active = room.acting().ok_or(Code::SignedOut)?;
            // Who entered the organization is the one who was active when the request came.
            if active.user.id != actor.user {
                return Err(Code::OrganizationNotFound.into());
            }
            let (organization, now): (&OrganizationId, i64) = (&acting.place.organization, actor.by.now);
            let there = store::count(tx, organization)?;
            may_create(&site.config.workspaces, acting.may_manage().is_ok(), there)?;
            let drawn = Drawn { id: id.as_str(), picture: &picture };
            store::create(tx, (&site.config.id, organization), &drawn, (&said, &actor.user), now)?;
            let place =
                Place { kind: Kind::Workspace, id: id.to_string(), organization: organization.clone() };
            found(tx, &actor, &place, (&member, &actor.user))?;
            let above = (Kind::Organization, organization.as_str());
            let above = standing::find(tx, &site.config.id, above, &actor.user)?;
            let workspace = Standing::in_new(id.as_str(), &member);
            let scope = above.map(|organization| Scope { organization, workspace: Some(workspace) });
            let visitor = scope::visitor(active, Some(actor.from));
            let membership = mine::memberships(tx, site, (&actor.user, visitor), id.as_str())?.pop();
            Ok((room.move_to(scope), membership))
        },
    );
    let membership = created.await?.1.ok_or_else(|| Error::internal("make a workspace", "it is gone"))?;
    Ok(answer::ok(WorkspaceCreated { workspace: membership.workspace.clone(), membership }))
}

/// `GET /workspaces/{workspace_id}`.
async fn show(account: Account, path: Named) -> Result<Response> {
    let (id, actor) = (path.id("workspace_id"), Actor::of(&account));
    let look = account.app.db.read(move |on| {
        actor.look(on, (Kind::Workspace, &id))?;
        store::present(on, actor.deployment(), &id)
    });
    let (workspace, organization) = look.await?;
    Ok(answer::ok(view::workspace(&account.site, &workspace, &organization)))
}

/// `POST /workspaces/{workspace_id}/update`, and `PATCH` of the workspace.
async fn update(account: Account, path: Named, fields: Fields) -> Result<Response> {
    let said = Said::read(&fields)?;
    let asked = Asked::of(&fields, Kind::Workspace)?;
    let (id, actor) = (path.id("workspace_id"), Actor::of(&account));
    let picture = PictureId::draw(&account.app.world);
    let changed = account.app.db.write(move |tx| {
        let acting = actor.enter(tx, (Kind::Workspace, &id))?;
        acting.may_manage()?;
        let (of, drawn) =
            ((actor.deployment(), &acting.place.organization), Drawn { id: &id, picture: &picture });
        store::update(tx, of, &drawn, &said, actor.by.now)?;
        let rose = restrict::change(tx, &actor, &acting.place, &asked)?;
        let about = About { reason: &id, ..About::default() };
        hooks::tell(tx, &actor.site, hooks::WORKSPACE_UPDATED, &about, actor.by.now)?;
        Ok((store::present(tx, actor.deployment(), &id)?, rose))
    });
    let ((workspace, organization), rose) = changed.await?;
    if rose {
        settle::soon(&account.app, &account.site);
    }
    Ok(answer::ok(view::workspace(&account.site, &workspace, &organization)))
}

/// `POST /workspaces/{workspace_id}/delete`, and `DELETE` of the workspace.
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
