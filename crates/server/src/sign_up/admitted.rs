//! Who may sign up where people cannot by themselves: whoever is invited, with the invited address, to an organization
//! or from the waitlist.
//!
//! The token is no proof of the address: a mail is passed on, archived and scanned, and its link lives for days. The
//! code is mailed as to anybody; without it whoever is passed an invitation could take the address of whom it is for.

use super::machine::Profile;
use super::restrictions;
use crate::app::Site;
use crate::caller::Browser;
use crate::config::{Restrictions, SignUpMode};
use crate::db::Tx;
use crate::error::Result;
use crate::http::fields::Fields;
use crate::id::{InvitationId, WaitlistEntryId};
use crate::user::email::EmailAddress;
use crate::{invitation, waitlist};
use std::sync::Arc;

/// The token that a sign-up needs; none where nobody needs one.
///
/// # Errors
/// `SIGNUP_RESTRICTED` or `SIGNUP_WAITLIST_ONLY` when there is none.
pub fn token<'a>(rules: &Restrictions, fields: &'a Fields) -> Result<Option<&'a str>> {
    match (restrictions::check_mode(rules), fields.text("invite_token")?) {
        (Ok(()), _) => Ok(None),
        (Err(_), Some(token)) => Ok(Some(token)),
        (Err(code), None) => Err(code.into()),
    }
}

/// The id of the invitation, or of the entry of the waitlist, that a needed token is of.
///
/// # Errors
/// `SIGNUP_RESTRICTED` or `SIGNUP_WAITLIST_ONLY` when it is of none, of one that does not work, or of one to another
/// address.
pub async fn by(browser: &Browser, token: Option<&str>, email: &EmailAddress) -> Result<Option<String>> {
    let Some(token) = token else { return Ok(None) };
    let vault = &browser.app.vault;
    let (invited, waited) =
        (invitation::look::Sent::read(vault, token), waitlist::look::Sent::read(vault, token));
    let (site, email, now) = (Arc::clone(&browser.site), email.clone(), browser.app.world.clock.now_ms());
    let admitted = browser.app.db.read(move |on| match (&invited, &waited) {
        (Some(sent), _) => {
            Ok(invitation::look::admits(on, &site, (sent, &email), now)?.map(|id| id.to_string()))
        }
        (None, Some(sent)) => {
            let entry = waitlist::look::admits(on, &site.config.id, (sent, &email), now)?;
            Ok(entry.map(|id| id.to_string()))
        }
        (None, None) => Ok(None),
    });
    match (admitted.await?, restrictions::check_mode(&browser.site.config.restrictions)) {
        (Some(id), _) => Ok(Some(id)),
        (None, Err(code)) => Err(code.into()),
        (None, Ok(())) => Ok(None),
    }
}

/// Whether a sign-up that has begun may still end: the operator may have closed the door since, or somebody withdrawn
/// the invitation, or whoever sent it may not invite any more.
///
/// # Errors
/// `SIGNUP_RESTRICTED`, `SIGNUP_WAITLIST_ONLY`.
pub fn still(
    tx: &mut Tx<'_>,
    site: &Arc<Site>,
    (profile, email): (&Profile, &EmailAddress),
    now: i64,
) -> Result<()> {
    let rules = &site.config.restrictions;
    if rules.sign_up_mode == SignUpMode::Public {
        return Ok(());
    }
    let id = profile.invitation.as_deref().unwrap_or_default();
    let is_admitted = match (InvitationId::parse(id), WaitlistEntryId::parse(id)) {
        (Some(id), _) => invitation::look::still_admits(tx, site, (&id, email), now)?,
        (None, Some(id)) => waitlist::look::still_admits(tx, &site.config.id, (&id, email), now)?,
        (None, None) => false,
    };
    if is_admitted { Ok(()) } else { restrictions::check_mode(rules).map_err(Into::into) }
}
