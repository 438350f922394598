//! `/admin/v1/organizations/{organization_id}/invitations`.

use super::organizations::{INSIDE, named};
use super::said::{CURSOR, LIMIT, REASON};
use super::{Said, user_id};
use crate::admin::invitations::{self, Invited};
use crate::admin::view::List;
use crate::api_key::Scope;
use crate::caller::Backend;
use crate::error::Result;
use crate::http::answer;
use crate::http::named::Named;
use crate::http::operation::{Field, Operation};
use crate::http::routes::Routes;
use crate::id::{InvitationId, OrganizationId};
use crate::invitation::Wanted;
use crate::user::email::EmailAddress;
use axum::response::Response;
use http::Method;
use keyrack_protocol::{Code, OrganizationInvitation};
use std::sync::Arc;

const LIST: &[Field] = &[Field::optional("workspace_id", "Only those to this workspace."), LIMIT, CURSOR];
const CREATE: &[Field] = &[
    Field::required("email", "The address, to which the invitation is mailed.").length(1, 254),
    Field::required(
        "inviter_user_id",
        "The member in whose name it is sent: it gives what that member may give, also when it is accepted.",
    ),
    Field::optional(
        "role_id",
        "A role of the organization, by its id or its key in the file; without it that of whoever joins.",
    ),
    Field::optional("workspace_id", "A workspace of it, to be a member of too."),
    Field::optional("workspace_role_id", "A role of the workspace; the same."),
];
const WHY: &[Field] = &[REASON];
const INVITE: &[Code] = &[
    Code::UserNotFound,
    Code::UserDisabled,
    Code::WorkspacesDisabled,
    Code::WorkspaceNotFound,
    Code::PermissionDenied,
    Code::RoleNotFound,
    Code::RoleExceedsYours,
    Code::TooManyAttempts,
];

/// The routes of this feature.
pub fn routes() -> Routes {
    let all = "/admin/v1/organizations/{organization_id}/invitations";
    let one = "/admin/v1/organizations/{organization_id}/invitations/{invitation_id}";
    let about = "List invitations. Those that nobody has accepted or withdrawn, the newest first.";
    let list_them = Operation::get::<List<OrganizationInvitation>>(all, "listInvitations", about)
        .takes(LIST)
        .of_backend(Scope::InvitationsRead)
        .refuses(INSIDE);
    let about = "Invite somebody. In the name of a member who may; the mail brings a token that works once.";
    let refuses: &'static [Code] = &[
        Code::OrganizationsDisabled,
        Code::OrganizationNotFound,
        Code::RequiredField,
        Code::InvalidEmail,
        Code::AlreadyMember,
        Code::InvitationExists,
        Code::TooManyInvitations,
    ];
    let create_it = Operation::post::<OrganizationInvitation>(all, "createInvitation", about)
        .takes(CREATE)
        .of_backend(Scope::InvitationsWrite)
        .refuses_also(refuses, INVITE);
    let about = "Send an invitation anew. In the name of whoever sent it last; the token from before is dead. Once a minute.";
    let resend_it = Operation::post::<OrganizationInvitation>(
        "/admin/v1/organizations/{organization_id}/invitations/{invitation_id}/resend",
        "resendInvitation",
        about,
    )
    .takes(&[])
    .of_backend(Scope::InvitationsWrite)
    .refuses_also(
        INVITE,
        &[Code::OrganizationsDisabled, Code::OrganizationNotFound, Code::InvitationNotFound],
    );
    let about = "Withdraw an invitation. Its token is dead.";
    let withdraw = Operation::post::<OrganizationInvitation>(one, "withdrawInvitation", about);
    let withdraw_it = Operation { method: Method::DELETE, ..withdraw }
        .takes(WHY)
        .of_backend(Scope::InvitationsWrite)
        .refuses_also(INSIDE, &[Code::InvitationNotFound]);
    Routes::default()
        .add(list_them, list)
        .add(create_it, create)
        .add(resend_it, resend)
        .add(withdraw_it, withdraw_one)
}

fn organization(path: &Named) -> Result<OrganizationId> {
    named(path).map(OrganizationId::stored)
}

async fn list(backend: Backend, path: Named, said: Said) -> Result<Response> {
    backend.may(Scope::InvitationsRead)?;
    let page = said.page(|text| InvitationId::parse(text).is_some())?;
    let (id, workspace) = (organization(&path)?, said.text("workspace_id")?.map(str::to_owned));
    let (site, now) = (Arc::clone(&backend.site), backend.by().now);
    let list: List<OrganizationInvitation> = backend
        .app
        .db
        .read(move |on| {
            let found = invitations::page(on, &site, (&id, workspace.as_deref()), (&page, now))?;
            Ok(page.list(found, |it| &it.id))
        })
        .await?;
    Ok(answer::bare(&list))
}

async fn create(backend: Backend, path: Named, said: Said) -> Result<Response> {
    backend.may(Scope::InvitationsWrite)?;
    let text = |name: &str| said.text(name).map(|text| text.map(str::to_owned));
    let invited = Invited {
        wanted: Wanted {
            organization: organization(&path)?,
            workspace: text("workspace_id")?,
            role: text("role_id")?,
            workspace_role: text("workspace_role_id")?,
        },
        email: EmailAddress::parse(said.required("email")?)?,
        inviter: user_id(said.required("inviter_user_id")?)?,
    };
    Ok(answer::bare(&invitations::create(&backend.app, &backend.site, invited, backend.by()).await?))
}

async fn resend(backend: Backend, path: Named, _: Said) -> Result<Response> {
    backend.may(Scope::InvitationsWrite)?;
    let it = (organization(&path)?, path.id("invitation_id"));
    Ok(answer::bare(&invitations::resend(&backend.app, &backend.site, it, backend.by()).await?))
}

async fn withdraw_one(backend: Backend, path: Named, said: Said) -> Result<Response> {
    backend.may(Scope::InvitationsWrite)?;
    let (it, by) = ((organization(&path)?, path.id("invitation_id")), said.by(&backend)?);
    Ok(answer::bare(&invitations::withdraw(&backend.app, &backend.site, it, by).await?))
}
