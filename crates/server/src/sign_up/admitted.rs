//! Who may sign up where people cannot by themselves: whoever is invited, with the invited address.
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
use crate::id::InvitationId;
use crate::invitation::look::{self, Sent};
use crate::user::email::EmailAddress;
use keyrack_protocol::Code;
use std::sync::Arc;

/// The token that a sign-up needs; none where nobody needs one.
///
/// # Errors
/// `SIGNUP_RESTRICTED` when there is none.
pub fn token<'a>(rules: &Restrictions, fields: &'a Fields) -> Result<Option<&'a str>> {
    match (restrictions::check_mode(rules), fields.text("invite_token")?) {
        (Ok(()), _) => Ok(None),
        (Err(_), Some(token)) => Ok(Some(token)),
        (Err(code), None) => Err(code.into()),
    }
}

/// The invitation that a needed token is of.
///
/// # Errors
/// `SIGNUP_RESTRICTED` when it is of none, of one that does not work, or of one to another address.
pub async fn by(
    browser: &Browser,
    token: Option<&str>,
    email: &EmailAddress,
) -> Result<Option<InvitationId>> {
    let Some(token) = token else { return Ok(None) };
    let sent = Sent::read(&browser.app.vault, token).ok_or(Code::SignupRestricted)?;
    let (site, email, now) = (Arc::clone(&browser.site), email.clone(), browser.app.world.clock.now_ms());
    let admitted = browser.app.db.read(move |on| look::admits(on, &site, (&sent, &email), now));
    Ok(Some(admitted.await?.ok_or(Code::SignupRestricted)?))
}

/// Whether a sign-up that has begun may still end: the operator may have closed the door since, or somebody withdrawn
/// the invitation, or whoever sent it may not invite any more.
///
/// # Errors
/// `SIGNUP_RESTRICTED`.
pub fn still(
    tx: &mut Tx<'_>,
    site: &Arc<Site>,
    (profile, email): (&Profile, &EmailAddress),
    now: i64,
) -> Result<()> {
    if site.config.restrictions.sign_up_mode == SignUpMode::Public {
        return Ok(());
    }
    let id = profile.invitation.as_deref().and_then(InvitationId::parse);
    let is_admitted = match &id {
        Some(id) => look::still_admits(tx, site, (id, email), now)?,
        None => false,
    };
    if is_admitted { Ok(()) } else { Err(Code::SignupRestricted.into()) }
}
