//! What a token is worth: told to whoever has it, and changing nothing, because mail programs and scanners open links.

use super::token::Token;
use super::{Invitation, authority, mails, sentence, store};
use crate::app::Site;
use crate::config::Deployment;
use crate::config::teams::Kind;
use crate::db::Snapshot;
use crate::error::Result;
use crate::id::InvitationId;
use crate::membership::{self, invited, list};
use crate::organization::{self, Organization, view};
use crate::secret::{self, For, Seen};
use crate::time::rfc3339;
use crate::user::email::EmailAddress;
use crate::vault::Vault;
use crate::waitlist;
use crate::workspace::{self, Workspace};
use keyrack_protocol::{InvitationRefusal, InvitationValidation, InvitedTo};
use std::sync::Arc;

/// A token that somebody sent: the invitation that it names, and its hash.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The invitation.
    pub id: InvitationId,
    /// What would be kept of the token; none where a ticket says it instead.
    pub hash: Option<String>,
}

impl Sent {
    /// What a token names; none when it cannot be one.
    #[must_use]
    pub fn read(vault: &Vault, token: &str) -> Option<Self> {
        let token = Token::parse(token)?;
        Some(Self { hash: Some(token.hash(vault)), id: token.id().clone() })
    }

    /// An invitation that may be accepted without its token, because the application's backend says so.
    #[must_use]
    pub fn vouched(id: &InvitationId) -> Self {
        Self { id: id.clone(), hash: None }
    }
}

/// The invitation that a token is of, ended or not, and what the token is worth; none when it is nobody's.
///
/// # Errors
/// What the database says.
pub fn find(
    on: &mut Snapshot<'_>,
    config: &Deployment,
    sent: &Sent,
    now: i64,
) -> Result<Option<(Invitation, Seen)>> {
    let owner = (config.id.as_str(), For::Invitation, sent.id.as_str());
    let seen = match &sent.hash {
        Some(hash) => secret::look(on, owner, hash, now)?,
        // What has ended or expired the invitation itself says.
        None => Seen::Live,
    };
    match seen {
        Seen::Unknown => Ok(None),
        seen => Ok(store::load(on, &config.id, &sent.id)?.map(|it| (it, seen))),
    }
}

/// What whoever has a token is told.
///
/// # Errors
/// What the database says.
pub fn validate(
    on: &mut Snapshot<'_>,
    site: &Arc<Site>,
    sent: &Sent,
    now: i64,
) -> Result<InvitationValidation> {
    let Some((it, seen)) = find(on, &site.config, sent, now)? else { return Ok(invalid()) };
    match it.works(seen, now) {
        Err(InvitationRefusal::InvitationExpired) => {
            let email = Some(it.email.to_string());
            return Ok(InvitationValidation { email, ..refused(InvitationRefusal::InvitationExpired) });
        }
        Err(why) => return Ok(refused(why)),
        Ok(()) => {}
    }
    let place = (Kind::Organization, it.wanted.organization.as_str());
    let Some(place) = membership::store::find(on, &site.config.id, place)? else { return Ok(invalid()) };
    let member = invited::member_with(on, &site.config.id, &place, &it.email)?;
    let Some(given) = authority::still_given(on, site, &it, (member.is_some(), now))? else {
        return Ok(invalid());
    };
    let organization = organization::store::present(on, &site.config.id, &given.organization.id)?;
    let workspace = match &given.workspace {
        Some((place, _)) => Some(workspace::store::present(on, &site.config.id, &place.id)?),
        None => None,
    };
    let inviter = list::one(on, &given.organization, &it.inviter)?;
    Ok(InvitationValidation {
        valid: true,
        first_name: String::new(),
        last_name: String::new(),
        email: Some(it.email.to_string()),
        organization: Some(of_organization(site, &organization)),
        workspace: workspace.as_ref().map(|it| of_workspace(site, it)),
        inviter_name: inviter.as_ref().map(mails::name_of),
        expires_at: Some(rfc3339(it.expires_at)),
        error_code: None,
        message: String::new(),
    })
}

/// What whoever waited is told of the token that was mailed to them.
///
/// # Errors
/// What the database says.
pub fn validate_waitlist(
    on: &mut Snapshot<'_>,
    site: &Site,
    sent: &waitlist::look::Sent,
    now: i64,
) -> Result<InvitationValidation> {
    let found = waitlist::look::find(on, &site.config.id, sent, now)?;
    let Some((entry, lets_in)) = found else { return Ok(invalid()) };
    let email = Some(entry.email);
    if !lets_in {
        return Ok(InvitationValidation { email, ..refused(InvitationRefusal::InvitationExpired) });
    }
    Ok(InvitationValidation {
        valid: true,
        first_name: entry.first_name,
        last_name: entry.last_name,
        email,
        organization: None,
        workspace: None,
        inviter_name: None,
        expires_at: entry.invited_until.map(rfc3339),
        error_code: None,
        message: String::new(),
    })
}

/// What is told of a token that is nobody's.
#[must_use]
pub fn invalid() -> InvitationValidation {
    refused(InvitationRefusal::InvitationInvalid)
}

fn refused(why: InvitationRefusal) -> InvitationValidation {
    InvitationValidation {
        valid: false,
        first_name: String::new(),
        last_name: String::new(),
        email: None,
        organization: None,
        workspace: None,
        inviter_name: None,
        expires_at: None,
        error_code: Some(why),
        message: sentence(why).to_owned(),
    }
}

fn of_organization(site: &Site, it: &Organization) -> InvitedTo {
    let shown = view::organization(site, it);
    InvitedTo { id: shown.id, name: shown.name, image_url: shown.image_url }
}

fn of_workspace(site: &Site, (it, of): &(Workspace, Organization)) -> InvitedTo {
    let shown = workspace::view::workspace(site, it, of);
    InvitedTo { id: shown.id, name: shown.name, image_url: shown.image_url }
}

/// The invitation by which an address may sign up where nobody else may; none when the token is not of one to that
/// address, or would not be accepted.
///
/// # Errors
/// What the database says.
pub fn admits(
    on: &mut Snapshot<'_>,
    site: &Arc<Site>,
    (sent, email): (&Sent, &EmailAddress),
    now: i64,
) -> Result<Option<InvitationId>> {
    let found = find(on, &site.config, sent, now)?.filter(|(it, seen)| it.works(*seen, now).is_ok());
    match found {
        Some((it, _)) if opens_to(on, site, (&it, email), now)? => Ok(Some(it.id)),
        _ => Ok(None),
    }
}

/// Whether somebody new with this address would be a member by an invitation.
fn opens_to(
    on: &mut Snapshot<'_>,
    site: &Arc<Site>,
    (it, email): (&Invitation, &EmailAddress),
    now: i64,
) -> Result<bool> {
    Ok(it.email == *email && authority::still_given(on, site, it, (false, now))?.is_some())
}

/// Whether it still does, for a sign-up that was begun with it.
///
/// # Errors
/// What the database says.
pub fn still_admits(
    on: &mut Snapshot<'_>,
    site: &Arc<Site>,
    (id, email): (&InvitationId, &EmailAddress),
    now: i64,
) -> Result<bool> {
    match store::load(on, &site.config.id, id)?.filter(|it| it.is_open(now)) {
        Some(it) => opens_to(on, site, (&it, email), now),
        None => Ok(false),
    }
}
