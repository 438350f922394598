//! The members of organizations and workspaces: lists, removal, roles given and taken.

use super::acting::{Acting, Actor, IN_ORGANIZATION};
use super::{change, store, view};
use crate::app::Site;
use crate::caller::Account;
use crate::config::teams::Kind;
use crate::db::{Snapshot, Tx};
use crate::error::{Error, Result};
use crate::http::answer;
use crate::http::fields::Fields;
use crate::http::named::Named;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use crate::id::UserId;
use crate::membership::list::{self, Asked, Cursor, LAST_PAGE, MOST, Member, USUAL};
use crate::membership::{Membership, Place, Role, role, words};
use axum::response::Response;
use http::Method;
use keyrack_protocol::{
    Code, Organization, OrganizationMember, OrganizationMemberPage, Removed, Workspace, WorkspaceMemberPage,
};
use schemars::JsonSchema;

const LIST: &[Field] = &[
    Field::optional("page", "The number of the page, 1 to 100; further ones are reached with `cursor`.")
        .pattern("^[0-9]{1,3}$"),
    Field::optional("limit", "Members on a page, 1 to 100 (20).").pattern("^[0-9]{1,3}$"),
    Field::optional("cursor", "`next_cursor` of the page before."),
    Field::optional("search", "What a name, an address or a username of theirs begins with.").length(0, 100),
];
const UPDATE: &[Field] = &[Field::optional(
    "public_metadata",
    "What every member sees: an object of at most 4 KiB, which replaces the one before.",
)
.object()];
const REMOVE: &[Code] =
    &[Code::MembershipNotFound, Code::PermissionDenied, Code::RoleExceedsYours, Code::LastAdministrator];
const DESCRIBE: &[Code] = &[Code::MembershipNotFound, Code::PermissionDenied, Code::InvalidMetadata];
const GIVE: &[Code] =
    &[Code::MembershipNotFound, Code::RoleNotFound, Code::PermissionDenied, Code::RoleExceedsYours];
const TAKE: &[Code] = &[
    Code::MembershipNotFound,
    Code::RoleNotFound,
    Code::PermissionDenied,
    Code::RoleExceedsYours,
    Code::LastAdministrator,
];

/// The place that stands in each of its members.
#[derive(Clone, Debug)]
pub enum Around {
    /// An organization.
    Organization(Box<Organization>),
    /// A workspace.
    Workspace(Box<Workspace>),
}

/// What is the same of both kinds, said of one.
#[derive(Clone, Copy, Debug)]
pub struct Paths {
    /// Which kind.
    pub kind: Kind,
    /// Of the list, a member, and a role of one; then of the same by what is done: change a member, remove one, give a
    /// role, take one.
    pub paths: [&'static str; 7],
    /// What the operations are called: the list, then each of the four, and the same where methods say what is done.
    pub ids: [&'static str; 9],
    /// Why anything in it is refused.
    pub inside: &'static [Code],
    /// Reads the place as its members show it.
    pub around: fn(&mut Snapshot<'_>, &Site, &str) -> Result<Around>,
}

const ORGANIZATIONS: Paths = Paths {
    kind: Kind::Organization,
    paths: [
        "/organizations/{organization_id}/members",
        "/organizations/{organization_id}/members/{membership_id}",
        "/organizations/{organization_id}/members/{membership_id}/roles/{role_id}",
        "/organizations/{organization_id}/members/{membership_id}/update",
        "/organizations/{organization_id}/members/{membership_id}/remove",
        "/organizations/{organization_id}/members/{membership_id}/roles/{role_id}/add",
        "/organizations/{organization_id}/members/{membership_id}/roles/{role_id}/remove",
    ],
    ids: [
        "getOrganizationMembers",
        "updateOrganizationMember",
        "removeOrganizationMember",
        "addOrganizationMemberRole",
        "removeOrganizationMemberRole",
        "patchOrganizationMember",
        "deleteOrganizationMember",
        "putOrganizationMemberRole",
        "deleteOrganizationMemberRole",
    ],
    inside: IN_ORGANIZATION,
    around: organization,
};

fn organization(on: &mut Snapshot<'_>, site: &Site, id: &str) -> Result<Around> {
    let it = store::present(on, &site.config.id, id)?;
    Ok(Around::Organization(Box::new(view::organization(site, &it))))
}

/// The routes of members of organizations.
pub fn of_organizations() -> Routes {
    of::<OrganizationMemberPage, OrganizationMember>(ORGANIZATIONS)
}

/// The routes of members of one kind of places, whose pages are `P` and whose members are `M`.
pub fn of<P: JsonSchema, M: JsonSchema>(it: Paths) -> Routes {
    let Paths { inside, .. } = it;
    let [list_path, one, role, updating, removing, giving, taking] = it.paths;
    let [list_id, update_id, remove_id, give_id, take_id, patch_id, delete_id, put_id, drop_id] = it.ids;
    let about = "Members. For every member: a page of them, oldest first, or of those who are found, in the order of \
                 what they are found by. `total` of a search counts 1 000 at most.";
    let list_them = Operation::get::<P>(list_path, list_id, about)
        .takes(LIST)
        .of_browser()
        .refuses_also(inside, &[Code::InvalidParameter]);
    let about = "Describe a member. For those who manage it. The member is named by the membership's id or the user's.";
    let update_it = Operation::post::<M>(updating, update_id, about)
        .takes(UPDATE)
        .of_browser()
        .refuses_also(inside, DESCRIBE);
    let about = "Remove a member. For its administrators, and those who manage it and may themselves whatever the \
                 member may. The member is named by the membership's id or the user's, and acts there no more.";
    let remove_it =
        Operation::post::<Removed>(removing, remove_id, about).of_browser().refuses_also(inside, REMOVE);
    let about = "Give a member a role. For those who manage it and may themselves whatever the role allows.";
    let give_it = Operation::post::<M>(giving, give_id, about).of_browser().refuses_also(inside, GIVE);
    let about = "Take a role from a member. For its administrators, and those who manage it and may themselves \
                 whatever the role allows; never from the last administrator.";
    let take_it = Operation::post::<M>(taking, take_id, about).of_browser().refuses_also(inside, TAKE);
    let update = move |account: Account, path: Named, fields: Fields| describe(account, path, fields, it);
    let remove = move |account: Account, path: Named| remove(account, path, it.kind);
    let give = move |account: Account, path: Named| change_role(account, path, it, change::give);
    let take = move |account: Account, path: Named| change_role(account, path, it, change::take);
    Routes::default()
        .add(list_them, move |account: Account, path: Named, fields: Fields| show(account, path, fields, it))
        .add(update_it.also_at(Method::PATCH, one, patch_id), update)
        .add(update_it, update)
        .add(remove_it.also_at(Method::DELETE, one, delete_id), remove)
        .add(remove_it, remove)
        .add(give_it.also_at(Method::PUT, role, put_id), give)
        .add(give_it, give)
        .add(take_it.also_at(Method::DELETE, role, drop_id), take)
        .add(take_it, take)
}

/// The place that a path names.
#[must_use]
pub fn named(path: &Named, kind: Kind) -> String {
    path.id(match kind {
        Kind::Organization => "organization_id",
        Kind::Workspace => "workspace_id",
    })
}

/// `page?`, `limit?`, `cursor?`, `search?`.
async fn show(account: Account, path: Named, fields: Fields, it: Paths) -> Result<Response> {
    let cursor = fields.text("cursor")?.map(|text| Cursor::parse(text).ok_or(Code::InvalidParameter));
    let cursor = cursor.transpose()?;
    let number = fields.number("page", 1..=LAST_PAGE)?.filter(|_| cursor.is_none());
    let asked = Asked {
        search: words::word(fields.text("search")?.unwrap_or_default()),
        page: number.unwrap_or(1),
        limit: fields.number("limit", 1..=MOST)?.unwrap_or(USUAL),
        after: cursor,
    };
    let (id, actor) = (named(&path, it.kind), Actor::of(&account));
    let at = (if asked.after.is_some() { 0 } else { asked.page }, asked.limit);
    let read = account.app.db.read(move |on| {
        let place = actor.look(on, (it.kind, &id))?.place;
        let roles = role::all(on, actor.roles(it.kind), &place)?;
        Ok((list::page(on, &place, &asked)?, roles, (it.around)(on, &actor.site, &id)?))
    });
    let (page, roles, around) = read.await?;
    let (site, members) = (&account.site, page.members.iter());
    let meta = view::meta(&page, at);
    Ok(match &around {
        Around::Organization(of) => {
            let data = members.map(|member| view::organization_member(site, of, &roles, member)).collect();
            answer::ok(OrganizationMemberPage { data, meta })
        }
        Around::Workspace(of) => {
            let data = members.map(|member| view::workspace_member(site, of, &roles, member)).collect();
            answer::ok(WorkspaceMemberPage { data, meta })
        }
    })
}

/// `{membership_id}`, which may be a user's id.
async fn remove(account: Account, path: Named, kind: Kind) -> Result<Response> {
    let (id, whom, actor) = (named(&path, kind), path.id("membership_id"), Actor::of(&account));
    let removed = account.app.db.write(move |tx| {
        let acting = actor.enter(tx, (kind, &id))?;
        change::remove(tx, &actor, &acting, &whom)
    });
    Ok(answer::ok(Removed { id: removed.await?.id.to_string() }))
}

/// Leaves a place.
///
/// # Errors
/// As [`change::leave`].
pub async fn leave(account: Account, (kind, id): (Kind, String)) -> Result<Response> {
    let actor = Actor::of(&account);
    let left = account.app.db.write(move |tx| {
        let acting = actor.enter(tx, (kind, &id))?;
        change::leave(tx, &actor, &acting)
    });
    Ok(answer::ok(Removed { id: left.await?.id.to_string() }))
}

/// `{membership_id}`, `public_metadata?`; answers the member.
async fn describe(account: Account, path: Named, fields: Fields, it: Paths) -> Result<Response> {
    let public_metadata = fields.object("public_metadata")?;
    let (id, whom, actor) = (named(&path, it.kind), path.id("membership_id"), Actor::of(&account));
    let changed = account.app.db.write(move |tx| {
        let acting = actor.enter(tx, (it.kind, &id))?;
        let member = change::describe_member(tx, &actor, &acting, (&whom, public_metadata.as_ref()))?;
        Shown::read(tx, &actor, (&acting.place, &member.user), it)
    });
    Ok(changed.await?.answer(&account.site))
}

/// What gives or takes a role.
type Change = fn(&mut Tx<'_>, &Actor, &Acting, (&str, &str)) -> Result<Membership>;

/// `{membership_id}`, `{role_id}`; answers the member.
async fn change_role(account: Account, path: Named, it: Paths, change: Change) -> Result<Response> {
    let (id, whom, role) = (named(&path, it.kind), path.id("membership_id"), path.id("role_id"));
    let actor = Actor::of(&account);
    let changed = account.app.db.write(move |tx| {
        let acting = actor.enter(tx, (it.kind, &id))?;
        let member = change(tx, &actor, &acting, (&whom, &role))?;
        Shown::read(tx, &actor, (&acting.place, &member.user), it)
    });
    Ok(changed.await?.answer(&account.site))
}

/// One member, and what is shown around it.
struct Shown {
    member: Member,
    roles: Vec<Role>,
    around: Around,
}

impl Shown {
    fn read(
        on: &mut Snapshot<'_>,
        actor: &Actor,
        (place, user): (&Place, &UserId),
        it: Paths,
    ) -> Result<Self> {
        let member = list::one(on, place, user)?;
        let member = member.ok_or_else(|| Error::internal("read a member", "it is not there"))?;
        let roles = role::all(on, actor.roles(it.kind), place)?;
        Ok(Self { member, roles, around: (it.around)(on, &actor.site, &place.id)? })
    }

    fn answer(&self, site: &Site) -> Response {
        match &self.around {
            Around::Organization(of) => {
                answer::ok(view::organization_member(site, of, &self.roles, &self.member))
            }
            Around::Workspace(of) => answer::ok(view::workspace_member(site, of, &self.roles, &self.member)),
        }
    }
}
