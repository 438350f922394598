//! `/organizations/{id}/invitations`, for those who manage the place.

use super::change::{self, Prepared};
use super::{Invitation, Wanted, authority, doors, store, view};
use crate::caller::Account;
use crate::config::teams::Kind;
use crate::db::Snapshot;
use crate::error::{Error, Result};
use crate::http::answer;
use crate::http::fields::Fields;
use crate::http::named::Named;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use crate::id::{InvitationId, OrganizationId};
use crate::membership::Place;
use crate::organization::acting::Actor;
use crate::user::email::EmailAddress;
use axum::response::Response;
use http::Method;
use keyrack_protocol::{Code, OrganizationInvitation, Removed};

/// The path of an invitation.
const ONE: &str = "/organizations/{organization_id}/invitations/{invitation_id}";
/// The most invitations in one answer.
const MOST: u32 = 100;

const LIST: &[Field] = &[
    Field::optional("workspace_id", "Only those to this workspace."),
    Field::optional("limit", "Invitations in the answer, 1 to 100 (100).").pattern("^[0-9]{1,3}$"),
    Field::optional(
        "cursor",
        "The `id` of the last one of the answer before; one that has fewer than `limit` is the last.",
    ),
];
const CREATE: &[Field] = &[
    Field::required("email", "The address, to which the invitation is mailed.").length(1, 254),
    Field::optional("role_id", "A role of the organization; without it that of whoever joins."),
    Field::optional("workspace_id", "A workspace of it, to be a member of too."),
    Field::optional("workspace_role_id", "A role of the workspace; without it that of whoever joins."),
];
/// Why anything here is refused.
const INSIDE: &[Code] = &[
    Code::SignedOut,
    Code::UserDisabled,
    Code::OrganizationsDisabled,
    Code::OrganizationNotFound,
    Code::WorkspacesDisabled,
    Code::WorkspaceNotFound,
    Code::PermissionDenied,
    Code::AddressNotAllowed,
    Code::OrganizationRequiresMfa,
    Code::WorkspaceRequiresMfa,
];

/// The routes of this feature.
pub fn routes() -> Routes {
    let path = "/organizations/{organization_id}/invitations";
    let about = "Invitations. For those who manage the organization, and of one workspace for those who manage that: \
                 those that nobody has accepted or withdrawn, the newest first.";
    let list_them = Operation::get::<Vec<OrganizationInvitation>>(path, "getOrganizationInvitations", about)
        .takes(LIST)
        .of_browser()
        .refuses_also(INSIDE, &[Code::InvalidParameter]);
    let about = "Invite somebody. For those who manage the place and may themselves whatever the roles allow. The mail \
                 brings a token that works once, until it expires, for the account with this address alone. Whether it \
                 has one is told nobody.";
    let create_it = Operation::post::<OrganizationInvitation>(path, "createOrganizationInvitation", about)
        .takes(CREATE)
        .of_browser()
        .refuses_also(
            INSIDE,
            &[
                Code::RequiredField,
                Code::InvalidEmail,
                Code::RoleNotFound,
                Code::RoleExceedsYours,
                Code::AlreadyMember,
                Code::InvitationExists,
                Code::TooManyInvitations,
                Code::TooManyAttempts,
            ],
        );
    let about = "Send an invitation anew. The token from before is dead and the time begins again; whoever does it is \
                 the inviter from now on. Once a minute.";
    let resend_it = Operation::post::<OrganizationInvitation>(
        "/organizations/{organization_id}/invitations/{invitation_id}/resend",
        "resendOrganizationInvitation",
        about,
    )
    .of_browser()
    .refuses_also(
        INSIDE,
        &[Code::InvitationNotFound, Code::RoleNotFound, Code::RoleExceedsYours, Code::TooManyAttempts],
    );
    let about = "Withdraw an invitation. Its token is dead.";
    let discard_it = Operation::post::<Removed>(
        "/organizations/{organization_id}/invitations/{invitation_id}/discard",
        "discardOrganizationInvitation",
        about,
    )
    .of_browser()
    .refuses_also(INSIDE, &[Code::InvitationNotFound]);
    Routes::default()
        .add(list_them, list)
        .add(create_it, create)
        .add(resend_it, resend)
        .add(discard_it.also_at(Method::DELETE, ONE, "deleteOrganizationInvitation"), discard)
        .add(discard_it, discard)
        .and(doors::routes())
}

/// The organization that the path names.
fn organization(path: &Named) -> Result<OrganizationId> {
    Ok(OrganizationId::parse(&path.id("organization_id")).ok_or(Code::OrganizationNotFound)?)
}

/// `workspace_id?`, `limit?`, `cursor?`.
async fn list(account: Account, path: Named, fields: Fields) -> Result<Response> {
    let workspace = fields.text("workspace_id")?.map(str::to_owned);
    let limit = fields.number("limit", 1..=MOST)?.unwrap_or(MOST);
    let cursor = fields.text("cursor")?.map(|text| InvitationId::parse(text).ok_or(Code::InvalidParameter));
    let before = cursor.transpose()?.map_or_else(String::new, |id| id.to_string());
    let (id, actor) = (organization(&path)?, Actor::of(&account));
    let read = account.app.db.read(move |on| {
        let acting = actor.look(on, (Kind::Organization, id.as_str()))?;
        authority::may_see(on, &actor, &acting, workspace.as_deref())?;
        let these = store::list(on, &id, workspace.as_deref(), (&before, limit))?;
        view::all(on, &actor.site, &acting.place, (&these, actor.by.now))
    });
    Ok(answer::ok(read.await?))
}

/// `email`, `role_id?`, `workspace_id?`, `workspace_role_id?`.
async fn create(account: Account, path: Named, fields: Fields) -> Result<Response> {
    let text = |name: &str| fields.text(name).map(|text| text.map(str::to_owned));
    let wanted = Wanted {
        organization: organization(&path)?,
        workspace: text("workspace_id")?,
        role: text("role_id")?,
        workspace_role: text("workspace_role_id")?,
    };
    let email = EmailAddress::parse(fields.required("email")?)?;
    let actor = Actor::of(&account);
    let (asking, asked) = (actor.clone(), wanted.clone());
    let words = account.app.db.read(move |on| change::words(on, &asking, &asked)).await?;
    let id = InvitationId::draw(&account.app.world);
    let prepared = Prepared::draw(
        (&account.app, &account.site),
        (&account.user, account.language()),
        (id, &email),
        &words,
    )?;
    let created = account.app.db.write(move |tx| {
        let it = change::create(tx, &actor, (&wanted, &email), &prepared)?;
        shown(tx, &actor, &it)
    });
    Ok(answer::ok(created.await?))
}

/// `POST …/{invitation_id}/resend`.
async fn resend(account: Account, path: Named) -> Result<Response> {
    let (organization, named, actor) = (organization(&path)?, path.id("invitation_id"), Actor::of(&account));
    let (asking, of) = (actor.clone(), organization.clone());
    let read = account.app.db.read(move |on| {
        let acting = asking.look(on, (Kind::Organization, of.as_str()))?;
        let it = change::find(on, &asking, &acting, &named)?;
        Ok((change::words(on, &asking, &it.wanted)?, it))
    });
    let (words, it) = read.await?;
    let prepared = Prepared::draw(
        (&account.app, &account.site),
        (&account.user, account.language()),
        (it.id, &it.email),
        &words,
    )?;
    let sent = account.app.db.write(move |tx| {
        let it = change::resend(tx, &actor, (&organization, &prepared))?;
        shown(tx, &actor, &it)
    });
    Ok(answer::ok(sent.await?))
}

/// `POST …/{invitation_id}/discard`.
async fn discard(account: Account, path: Named) -> Result<Response> {
    let (organization, named, actor) = (organization(&path)?, path.id("invitation_id"), Actor::of(&account));
    let withdrawn =
        account.app.db.write(move |tx| change::withdraw(tx, &actor, (&organization, named.as_str())));
    Ok(answer::ok(Removed { id: withdrawn.await?.id.to_string() }))
}

/// An invitation as those see it who manage the place.
///
/// # Errors
/// What the database says.
pub fn shown(on: &mut Snapshot<'_>, actor: &Actor, it: &Invitation) -> Result<OrganizationInvitation> {
    let organization = it.wanted.organization.clone();
    let place = Place { kind: Kind::Organization, id: organization.to_string(), organization };
    let mut all = view::all(on, &actor.site, &place, (std::slice::from_ref(it), actor.by.now))?;
    all.pop().ok_or_else(|| Error::internal("show an invitation", "it is not there"))
}
