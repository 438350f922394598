//! `/organizations` and `/me/organization-memberships`.

use super::acting::{Actor, IN_ORGANIZATION};
use super::restrict::{self, Asked};
use super::said::{self, Said};
use super::store::{self, Drawn};
use super::{change, may_create, members, mine, roles, settle, view};
use crate::audit::{About, Event, hooks};
use crate::caller::Account;
use crate::config::teams::Kind;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::http::answer;
use crate::http::fields::Fields;
use crate::http::named::Named;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use crate::id::{MembershipId, OrganizationId, PictureId, UserId};
use crate::membership::{self, Place, Scope, Standing, role};
use crate::session::scope;
use axum::response::Response;
use http::Method;
use keyrack_protocol::{Code, Organization, OrganizationCreated, OrganizationMembership, Removed};

const CREATE: &[Field] = &[said::NAME, said::SLUG, said::DESCRIPTION, said::IMAGE, said::METADATA];
const UPDATE: &[Field] = &[
    said::NEW_NAME,
    said::SLUG,
    said::DESCRIPTION,
    said::IMAGE,
    said::METADATA,
    Field::optional(
        "auto_assigned_workspace_id",
        "The workspace that new members are put into; `0` or an empty text for none.",
    ),
    Field::optional("enforce_mfa", "Whether only members with a second factor can act in it.").flag(),
    restrict::BY_ADDRESS,
    restrict::ADDRESSES,
];
const ONE: &str = "/organizations/{organization_id}";

/// The routes of this feature, and those of members and roles of organizations.
pub fn routes() -> Routes {
    making().and(having()).and(members::of_organizations()).and(roles::of_organizations())
}

fn making() -> Routes {
    let about = "My organizations. The memberships of the signed-in user, oldest first; none where the deployment has \
                 no organizations.";
    let list = Operation::get::<Vec<OrganizationMembership>>(
        "/me/organization-memberships",
        "getMyOrganizationMemberships",
        about,
    )
    .of_browser()
    .refuses(&[Code::SignedOut, Code::UserDisabled]);
    let about = "Make an organization. Whoever makes it gets the creator's role, and acts in it from now on.";
    let create_it = Operation::post::<OrganizationCreated>("/organizations", "createOrganization", about)
        .takes(CREATE)
        .of_browser()
        .refuses_also(
            said::REFUSES,
            &[
                Code::SignedOut,
                Code::UserDisabled,
                Code::OrganizationsDisabled,
                Code::CreationNotAllowed,
                Code::TooManyOrganizations,
            ],
        );
    Routes::default().add(list, my_memberships).add(create_it, create)
}

fn having() -> Routes {
    let about = "An organization. As its members see it.";
    let show_it =
        Operation::get::<Organization>(ONE, "getOrganization", about).of_browser().refuses(IN_ORGANIZATION);
    let about = "Change an organization. For those who manage it; what is not said stays.";
    let path = "/organizations/{organization_id}/update";
    let update_it = Operation::post::<Organization>(path, "updateOrganization", about)
        .takes(UPDATE)
        .of_browser()
        .refuses_also(&UPDATES, said::REFUSES);
    let about =
        "Delete an organization. For its administrators, with everything in it; nobody acts in it any more.";
    let path = "/organizations/{organization_id}/delete";
    let delete_it = Operation::post::<Removed>(path, "deleteOrganization", about)
        .of_browser()
        .refuses_also(IN_ORGANIZATION, &[Code::PermissionDenied, Code::DeletionNotAllowed]);
    let about = "Leave an organization. With it its workspaces; its last administrator cannot.";
    let path = "/organizations/{organization_id}/leave";
    let leave_it = Operation::post::<Removed>(path, "leaveOrganization", about)
        .of_browser()
        .refuses_also(IN_ORGANIZATION, &[Code::MembershipNotFound, Code::LastAdministrator]);
    Routes::default()
        .add(show_it, show)
        .add(update_it.also_at(Method::PATCH, ONE, "patchOrganization"), update)
        .add(update_it, update)
        .add(delete_it.also_at(Method::DELETE, ONE, "deleteOrganizationByMethod"), delete)
        .add(delete_it, delete)
        .add(leave_it, leave)
}

/// Why a change is refused, beside what is said.
const UPDATES: [Code; 15] = [
    Code::PermissionDenied,
    Code::RoleExceedsYours,
    Code::InvalidParameter,
    Code::InvalidAddressRange,
    Code::RestrictionNotAllowed,
    Code::RestrictionExcludesYou,
    Code::AddressNotAllowed,
    Code::OrganizationRequiresMfa,
    Code::SignedOut,
    Code::UserDisabled,
    Code::OrganizationsDisabled,
    Code::OrganizationNotFound,
    Code::WorkspacesDisabled,
    Code::WorkspaceNotFound,
    Code::WorkspaceRequiresMfa,
];

/// `GET /me/organization-memberships`.
async fn my_memberships(account: Account) -> Result<Response> {
    if !account.site.config.organizations.enabled {
        return Ok(answer::ok(Vec::<OrganizationMembership>::new()));
    }
    let (actor, visitor) = (Actor::of(&account), account.visitor()?);
    let look =
        account.app.db.read_single(move |on| mine::memberships(on, &actor.site, (&actor.user, visitor), ""));
    Ok(answer::ok(look.await?))
}

/// `POST /organizations` `name`, `slug?`, `description?`, `image?`, `public_metadata?`.
async fn create(account: Account, fields: Fields) -> Result<Response> {
    fields.required("name")?;
    let said = Said::read(&fields)?;
    let world = &account.app.world;
    let (id, member, picture) =
        (OrganizationId::draw(world), MembershipId::draw(world), PictureId::draw(world));
    let actor = Actor::of(&account);
    let created = account.change_session(
        |_, _| Ok(()),
        move |tx, site, room, ()| {
            let active = room.acting().ok_or(Code::SignedOut)?;
            let (user, now) = (&active.user.id, actor.by.now);
            let visitor = scope::visitor(active, Some(actor.from));
            may_create(&site.config.organizations, store::counts(tx, user)?)?;
            let drawn = Drawn { id: id.as_str(), picture: &picture };
            store::create(tx, &site.config.id, &drawn, (&said, user), now)?;
            let place = Place { kind: Kind::Organization, id: id.to_string(), organization: id.clone() };
            found(tx, &actor, &place, (&member, user))?;
            let membership = mine::memberships(tx, site, (user, visitor), id.as_str())?.pop();
            let organization =
                Scope { organization: Standing::in_new(id.as_str(), &member), workspace: None };
            Ok((room.move_to(Some(organization)), membership))
        },
    );
    let membership = created.await?.1.ok_or_else(|| Error::internal("make an organization", "it is gone"))?;
    Ok(answer::ok(OrganizationCreated { organization: membership.organization.clone(), membership }))
}

/// Makes the first member of a new place, with the creator's role.
///
/// # Errors
/// What the database says.
pub fn found(
    tx: &mut Tx<'_>,
    actor: &Actor,
    place: &Place,
    (member, user): (&MembershipId, &UserId),
) -> Result<()> {
    let deployment = actor.deployment();
    membership::store::begin(tx, deployment, place)?;
    membership::store::add(tx, (deployment, place), (member, user), 0, actor.by.now)?;
    let creator = place.kind.role_id(&actor.roles(place.kind).creator);
    role::give(tx, (deployment, place), member, &creator)?;
    let event = match place.kind {
        Kind::Organization => Event::OrganizationCreated,
        Kind::Workspace => Event::WorkspaceCreated,
    };
    actor.record(tx, event, (place, user))
}

/// `GET /organizations/{organization_id}`.
async fn show(account: Account, path: Named) -> Result<Response> {
    let (id, actor) = (path.id("organization_id"), Actor::of(&account));
    let look = account.app.db.read(move |on| {
        actor.look(on, (Kind::Organization, &id))?;
        store::present(on, actor.deployment(), &id)
    });
    Ok(answer::ok(view::organization(&account.site, &look.await?)))
}

/// `POST /organizations/{organization_id}/update`, and `PATCH` of the organization.
async fn update(account: Account, path: Named, fields: Fields) -> Result<Response> {
    let said = Said::read(&fields)?;
    let workspace = fields.given("auto_assigned_workspace_id")?.map(|id| if id == "0" { "" } else { id });
    let workspace = workspace.map(str::to_owned);
    let asked = Asked::of(&fields, Kind::Organization)?;
    let (id, actor) = (path.id("organization_id"), Actor::of(&account));
    let picture = PictureId::draw(&account.app.world);
    let changed = account.app.db.write(move |tx| {
        let acting = actor.enter(tx, (Kind::Organization, &id))?;
        acting.may_manage()?;
        let drawn = Drawn { id: &id, picture: &picture };
        store::update(tx, actor.deployment(), &drawn, &said, actor.by.now)?;
        if let Some(workspace) = &workspace {
            change::put_new_members_into(tx, &actor, &acting.place, workspace)?;
        }
        let rose = restrict::change(tx, &actor, &acting.place, &asked)?;
        let about = About { reason: &id, ..About::default() };
        hooks::tell(tx, &actor.site, hooks::ORGANIZATION_UPDATED, &about, actor.by.now)?;
        Ok((store::present(tx, actor.deployment(), &id)?, rose))
    });
    let (changed, rose) = changed.await?;
    if rose {
        settle::soon(&account.app, &account.site);
    }
    Ok(answer::ok(view::organization(&account.site, &changed)))
}

/// `POST /organizations/{organization_id}/delete`, and `DELETE` of the organization.
async fn delete(account: Account, path: Named) -> Result<Response> {
    let (id, actor) = (path.id("organization_id"), Actor::of(&account));
    let deleted = account.app.db.write(move |tx| {
        let acting = actor.enter(tx, (Kind::Organization, &id))?;
        acting.may_administrate()?;
        if !actor.site.config.organizations.deletion {
            return Err(Code::DeletionNotAllowed.into());
        }
        store::delete(tx, &id, actor.by.now)?;
        actor.record(tx, Event::OrganizationDeleted, (&acting.place, &actor.user))?;
        Ok(id.clone())
    });
    let id = deleted.await?;
    settle::soon(&account.app, &account.site);
    Ok(answer::ok(Removed { id }))
}

/// `POST /organizations/{organization_id}/leave`.
async fn leave(account: Account, path: Named) -> Result<Response> {
    members::leave(account, (Kind::Organization, path.id("organization_id"))).await
}
