//! `/admin/organizations/{id}/invitations`, on the socket.

use super::door::{About, Body, Operator};
use super::invitations::{self, Invited};
use super::organizations;
use super::page::Page;
use super::view::List;
use crate::audit::Event;
use crate::error::Result;
use crate::http::answer;
use crate::id::{InvitationId, OrganizationId};
use crate::invitation::Wanted;
use crate::user::email::EmailAddress;
use axum::extract::Path;
use axum::response::Response;
use keyrack_protocol::OrganizationInvitation;
use serde::Deserialize;
use std::sync::Arc;

/// The organization that the path names, by id or slug.
async fn named(operator: &Operator, text: &str) -> Result<OrganizationId> {
    let id = organizations::named(&operator.app, &operator.site, text).await?;
    Ok(OrganizationId::stored(id))
}

/// `limit?`, `cursor?`: open invitations, newest first.
pub(super) async fn list(operator: Operator, Path(organization): Path<String>) -> Result<Response> {
    operator.says_only(&["limit", "cursor"])?;
    let is_id = |text: &str| InvitationId::parse(text).is_some();
    let page = Page::read(operator.query("limit"), operator.query("cursor"), is_id)?;
    let id = named(&operator, &organization).await?;
    let (site, now) = (Arc::clone(&operator.site), operator.app.world.clock.now_ms());
    let list = operator.app.db.read(move |on| {
        let found = invitations::page(on, &site, (&id, None), (&page, now))?;
        Ok(page.list(found, |it| &it.id))
    });
    let list: List<OrganizationInvitation> = list.await?;
    Ok(answer::ok(list))
}

/// Who is to be invited.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct New {
    email: String,
    inviter: String,
    role: Option<String>,
    workspace: Option<String>,
    workspace_role: Option<String>,
}

/// `email`, `inviter` (id, address or username of the member in whose name it is), `role?`, `workspace?`,
/// `workspace_role?` (by their ids or, roles, by their keys in the file).
pub(super) async fn create(
    operator: Operator,
    Path(organization): Path<String>,
    Body(new): Body<New>,
) -> Result<Response> {
    operator.says_only(&[])?;
    let organization = named(&operator, &organization).await?;
    let invited = Invited {
        wanted: Wanted {
            organization: organization.clone(),
            workspace: new.workspace,
            role: new.role,
            workspace_role: new.workspace_role,
        },
        email: EmailAddress::parse(&new.email)?,
        inviter: super::http::named(&operator, &new.inviter).await?,
    };
    let sent = invitations::create(&operator.app, &operator.site, invited, operator.by()).await?;
    let place = Some(organization.as_str());
    operator.log(Event::InvitationSent, About { place, ..About::default() });
    Ok(answer::ok(sent))
}

/// Sends an open invitation anew, by its id, in the name of whoever sent it last.
pub(super) async fn resend(
    operator: Operator,
    Path((organization, id)): Path<(String, String)>,
) -> Result<Response> {
    operator.says_only(&[])?;
    let organization = named(&operator, &organization).await?;
    let it = (organization.clone(), id);
    let sent = invitations::resend(&operator.app, &operator.site, it, operator.by()).await?;
    let place = Some(organization.as_str());
    operator.log(Event::InvitationSent, About { place, ..About::default() });
    Ok(answer::ok(sent))
}

/// Ends an open invitation, by its id.
pub(super) async fn withdraw(
    operator: Operator,
    Path((organization, id)): Path<(String, String)>,
) -> Result<Response> {
    operator.says_only(&["reason"])?;
    let organization = named(&operator, &organization).await?;
    let (it, by) = ((organization.clone(), id), operator.saying()?);
    let withdrawn = invitations::withdraw(&operator.app, &operator.site, it, by).await?;
    let place = Some(organization.as_str());
    operator.log(Event::InvitationWithdrawn, About { place, ..About::default() });
    Ok(answer::ok(withdrawn))
}
