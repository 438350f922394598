//! `/organizations` and `/me/organization-memberships`.

use super::acting::Actor;
use super::acting::IN_ORGANIZATION as INSIDE;
use super::restrict::{self, Asked};
use super::store::{self, Words};
use super::{change, may_create, members, mine, name, roles, settle, view};
use crate::audit::Event;
use crate::caller::Account;
use crate::config::teams::Kind;
use crate::error::{Error, Result};
use crate::http::answer;
use crate::http::fields::Fields;
use crate::http::named::Named;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use crate::id::{MembershipId, OrganizationId};
use crate::membership::{self, Place, Scope, Standing, description, role};
use crate::session::scope;
use axum::response::Response;
use keyrack_protocol::{Code, Organization, OrganizationCreated, OrganizationMembership, Removed};

const CREATE: &[Field] = &[
    Field::required("name", "What it is called, at most 100 characters.").length(1, 100),
    Field::optional("description", "What it says about itself, at most 1000 characters.").length(0, 1000),
];
const UPDATE: &[Field] = &[
    Field::optional("name", "What it is called from now on.").length(1, 100),
    Field::optional("description", "What it says about itself from now on; an empty text for nothing.")
        .length(0, 1000),
    Field::optional("enforce_mfa", "Whether only members with a second factor can act in it.").flag(),
    restrict::BY_ADDRESS,
    restrict::ADDRESSES,
];

/// The routes of this feature, and those of members and roles of both kinds.
pub fn routes() -> Routes {
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
        .refuses(&[
            Code::SignedOut,
            Code::UserDisabled,
            Code::OrganizationsDisabled,
            Code::CreationNotAllowed,
            Code::TooManyOrganizations,
            Code::RequiredField,
            Code::InvalidName,
            Code::InvalidDescription,
        ]);
    let about = "Change an organization. For those who manage it; what is not said stays.";
    let update_it = Operation::post::<Organization>(
        "/organizations/{organization_id}/update",
        "updateOrganization",
        about,
    )
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
    let about =
        "Delete an organization. For its administrators, with everything in it; nobody acts in it any more.";
    let delete_it =
        Operation::post::<Removed>("/organizations/{organization_id}/delete", "deleteOrganization", about)
            .of_browser()
            .refuses_also(INSIDE, &[Code::PermissionDenied, Code::DeletionNotAllowed]);
    let about = "Leave an organization. With it its workspaces; its last administrator cannot.";
    let leave_it =
        Operation::post::<Removed>("/organizations/{organization_id}/leave", "leaveOrganization", about)
            .of_browser()
            .refuses_also(INSIDE, &[Code::MembershipNotFound, Code::LastAdministrator]);
    Routes::default()
        .add(list, my_memberships)
        .add(create_it, create)
        .add(update_it, update)
        .add(delete_it, delete)
        .add(leave_it, leave)
        .and(members::routes())
        .and(roles::routes())
}

/// `GET /me/organization-memberships`.
async fn my_memberships(account: Account) -> Result<Response> {
    if !account.site.config.organizations.enabled {
        return Ok(answer::ok(Vec::<OrganizationMembership>::new()));
    }
    let actor = Actor::of(&account);
    let look = account
        .app
        .db
        .read_single(move |on| mine::memberships(on, &actor.site, (&actor.user, actor.from), ""));
    Ok(answer::ok(look.await?))
}

/// `POST /organizations` `name`, `description?`.
async fn create(account: Account, fields: Fields) -> Result<Response> {
    let name = name(fields.required("name")?)?;
    let description = description(fields.text("description")?.unwrap_or_default())?;
    let world = &account.app.world;
    let (id, member, actor) = (OrganizationId::draw(world), MembershipId::draw(world), Actor::of(&account));
    let created = account.change_session(
        |_, _| Ok(()),
        move |tx, site, room, ()| {
            let active = room.loaded.active_for(room.opened).ok_or(Code::SignedOut)?;
            let (user, from, now) = (&active.user.id, actor.from, actor.by.now);
            may_create(&site.config.organizations, store::counts(tx, user)?)?;
            let words = Words { name: &name, description: &description };
            store::create(tx, (&site.config.id, &id), words, user, now)?;
            let place = Place { kind: Kind::Organization, id: id.to_string(), organization: id.clone() };
            found(tx, &actor, &place, (&member, user))?;
            let membership = mine::memberships(tx, site, (user, from), id.as_str())?.pop();
            let organization =
                Scope { organization: Standing::in_new(id.as_str(), &member), workspace: None };
            Ok((scope::move_to(active, Some(organization)), membership))
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
    tx: &mut crate::db::Tx<'_>,
    actor: &Actor,
    place: &Place,
    (member, user): (&MembershipId, &crate::id::UserId),
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

/// `POST /organizations/{organization_id}/update` `name?`, `description?`, `enforce_mfa?`, `enable_ip_restriction?`,
/// `whitelisted_ips?`.
async fn update(account: Account, path: Named, fields: Fields) -> Result<Response> {
    let name = fields.text("name")?.map(name).transpose()?;
    let description = fields.given("description")?.map(description).transpose()?;
    let asked = Asked::of(&fields, Kind::Organization)?;
    let (id, actor) = (path.id("organization_id"), Actor::of(&account));
    let changed = account.app.db.write(move |tx| {
        let acting = actor.enter(tx, (Kind::Organization, &id))?;
        acting.may_manage()?;
        store::update(tx, &id, (name.as_deref(), description.as_deref()), actor.by.now)?;
        let rose = restrict::change(tx, &actor, &acting.place, &asked)?;
        Ok((store::present(tx, actor.deployment(), &id)?, rose))
    });
    let (changed, rose) = changed.await?;
    if rose {
        settle::soon(&account.app, &account.site);
    }
    Ok(answer::ok(view::organization(&changed)))
}

/// `POST /organizations/{organization_id}/delete`.
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

/// Removes whoever asks from a place.
///
/// # Errors
/// As [`change::leave`].
pub fn leave_in(tx: &mut crate::db::Tx<'_>, actor: &Actor, place: (Kind, &str)) -> Result<String> {
    let acting = actor.enter(tx, place)?;
    Ok(change::leave(tx, actor, &acting)?.id.to_string())
}
