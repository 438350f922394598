//! The members of organizations and workspaces: lists, removal, roles given and taken.

use super::acting::{Actor, IN_ORGANIZATION, IN_WORKSPACE};
use super::{change, http as door, view};
use crate::caller::Account;
use crate::config::teams::Kind;
use crate::db::Snapshot;
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
use keyrack_protocol::{
    Code, OrganizationMember, OrganizationMemberPage, Removed, WorkspaceMember, WorkspaceMemberPage,
};
use schemars::JsonSchema;

const LIST: &[Field] = &[
    Field::optional("page", "The number of the page, 1 to 100; further ones are reached with `cursor`.")
        .pattern("^[0-9]{1,3}$"),
    Field::optional("limit", "Members on a page, 1 to 100 (20).").pattern("^[0-9]{1,3}$"),
    Field::optional("cursor", "`next_cursor` of the page before."),
    Field::optional("search", "What a name, an address or a username of theirs begins with.").length(0, 100),
];
const REMOVE: &[Code] =
    &[Code::MembershipNotFound, Code::PermissionDenied, Code::RoleExceedsYours, Code::LastAdministrator];
const GIVE: &[Code] =
    &[Code::MembershipNotFound, Code::RoleNotFound, Code::PermissionDenied, Code::RoleExceedsYours];
const TAKE: &[Code] = &[
    Code::MembershipNotFound,
    Code::RoleNotFound,
    Code::PermissionDenied,
    Code::RoleExceedsYours,
    Code::LastAdministrator,
];

/// What is the same of both kinds, said of one.
struct Paths {
    kind: Kind,
    /// Of the list, a member, giving a role, taking one.
    paths: [&'static str; 4],
    /// What the operations are called, in the same order.
    ids: [&'static str; 4],
    inside: &'static [Code],
}

const ORGANIZATIONS: Paths = Paths {
    kind: Kind::Organization,
    paths: [
        "/organizations/{organization_id}/members",
        "/organizations/{organization_id}/members/{membership_id}/remove",
        "/organizations/{organization_id}/members/{membership_id}/roles/{role_id}/add",
        "/organizations/{organization_id}/members/{membership_id}/roles/{role_id}/remove",
    ],
    ids: [
        "getOrganizationMembers",
        "removeOrganizationMember",
        "addOrganizationMemberRole",
        "removeOrganizationMemberRole",
    ],
    inside: IN_ORGANIZATION,
};

const WORKSPACES: Paths = Paths {
    kind: Kind::Workspace,
    paths: [
        "/workspaces/{workspace_id}/members",
        "/workspaces/{workspace_id}/members/{membership_id}/remove",
        "/workspaces/{workspace_id}/members/{membership_id}/roles/{role_id}/add",
        "/workspaces/{workspace_id}/members/{membership_id}/roles/{role_id}/remove",
    ],
    ids: [
        "getWorkspaceMembers",
        "removeWorkspaceMember",
        "addWorkspaceMemberRole",
        "removeWorkspaceMemberRole",
    ],
    inside: IN_WORKSPACE,
};

/// The routes of members.
pub fn routes() -> Routes {
    of::<OrganizationMemberPage, OrganizationMember>(&ORGANIZATIONS)
        .and(of::<WorkspaceMemberPage, WorkspaceMember>(&WORKSPACES))
}

fn of<P: JsonSchema, M: JsonSchema>(it: &Paths) -> Routes {
    let (kind, inside) = (it.kind, it.inside);
    let about = "Members. For every member: a page of them, oldest first, or of those who are found, in the order of \
                 what they are found by. `total` of a search counts 1 000 at most.";
    let list_them = Operation::get::<P>(it.paths[0], it.ids[0], about)
        .takes(LIST)
        .of_browser()
        .refuses_also(inside, &[Code::InvalidParameter]);
    let about = "Remove a member. For those who manage it and may themselves whatever the member may. The member is \
                 named by the membership's id or the user's, and acts there no more.";
    let remove_it =
        Operation::post::<Removed>(it.paths[1], it.ids[1], about).of_browser().refuses_also(inside, REMOVE);
    let about = "Give a member a role. For those who manage it and may themselves whatever the role allows.";
    let give_it = Operation::post::<M>(it.paths[2], it.ids[2], about).of_browser().refuses_also(inside, GIVE);
    let about = "Take a role from a member. For those who manage it and may themselves whatever the role allows; never \
                 from the last administrator.";
    let take_it = Operation::post::<M>(it.paths[3], it.ids[3], about).of_browser().refuses_also(inside, TAKE);
    Routes::default()
        .add(list_them, move |account: Account, path: Named, fields: Fields| {
            show(account, path, fields, kind)
        })
        .add(remove_it, move |account: Account, path: Named| remove(account, path, kind))
        .add(give_it, move |account: Account, path: Named| change_role(account, path, kind, Change::Give))
        .add(take_it, move |account: Account, path: Named| change_role(account, path, kind, Change::Take))
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
async fn show(account: Account, path: Named, fields: Fields, kind: Kind) -> Result<Response> {
    let cursor = fields.text("cursor")?.map(|text| Cursor::parse(text).ok_or(Code::InvalidParameter));
    let cursor = cursor.transpose()?;
    let number = fields.number("page", 1..=LAST_PAGE)?.filter(|_| cursor.is_none());
    let asked = Asked {
        search: words::word(fields.text("search")?.unwrap_or_default()),
        page: number.unwrap_or(1),
        limit: fields.number("limit", 1..=MOST)?.unwrap_or(USUAL),
        after: cursor,
    };
    let (id, actor) = (named(&path, kind), Actor::of(&account));
    let at = (if asked.after.is_some() { 0 } else { asked.page }, asked.limit);
    let read = account.app.db.read(move |on| {
        let place = actor.look(on, (kind, &id))?.place;
        let roles = role::all(on, actor.roles(kind), &place)?;
        Ok((list::page(on, &place, &asked)?, roles, place))
    });
    let (page, roles, place) = read.await?;
    let (site, members) = (&account.site, page.members.iter());
    let meta = view::meta(&page, at);
    Ok(match kind {
        Kind::Organization => {
            let data =
                members.map(|member| view::organization_member(site, &place, &roles, member)).collect();
            answer::ok(OrganizationMemberPage { data, meta })
        }
        Kind::Workspace => {
            let data = members.map(|member| view::workspace_member(site, &place, &roles, member)).collect();
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
    let left = account.app.db.write(move |tx| door::leave_in(tx, &actor, (kind, &id)));
    Ok(answer::ok(Removed { id: left.await? }))
}

#[derive(Clone, Copy)]
enum Change {
    Give,
    Take,
}

/// `{membership_id}`, `{role_id}`; answers the member.
async fn change_role(account: Account, path: Named, kind: Kind, what: Change) -> Result<Response> {
    let (id, whom, role) = (named(&path, kind), path.id("membership_id"), path.id("role_id"));
    let actor = Actor::of(&account);
    let changed = account.app.db.write(move |tx| {
        let acting = actor.enter(tx, (kind, &id))?;
        let which = (whom.as_str(), role.as_str());
        let Membership { user, .. } = match what {
            Change::Give => change::give(tx, &actor, &acting, which)?,
            Change::Take => change::take(tx, &actor, &acting, which)?,
        };
        let roles = role::all(tx, actor.roles(kind), &acting.place)?;
        Ok((one(tx, &acting.place, &user)?, roles, acting.place))
    });
    let (member, roles, place) = changed.await?;
    Ok(show_one(&account, &place, &roles, &member))
}

fn one(on: &mut Snapshot<'_>, place: &Place, user: &UserId) -> Result<Member> {
    list::one(on, place, user)?.ok_or_else(|| Error::internal("read a member", "it is not there"))
}

fn show_one(account: &Account, place: &Place, roles: &[Role], member: &Member) -> Response {
    match place.kind {
        Kind::Organization => answer::ok(view::organization_member(&account.site, place, roles, member)),
        Kind::Workspace => answer::ok(view::workspace_member(&account.site, place, roles, member)),
    }
}
