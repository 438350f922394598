//! `/admin/waitlist`: see who waits, invite them, take them off the list.

use super::door::{About, Body, Operator};
use super::page::{MOST, Page};
use super::view::{Invited, List, WaitlistEntry};
use crate::audit::Event;
use crate::error::{Error, Result};
use crate::http::answer;
use crate::id::WaitlistEntryId;
use crate::time::rfc3339;
use crate::user::email::EmailAddress;
use crate::waitlist;
use crate::waitlist::store::{self, Entry};
use axum::extract::Path;
use axum::response::Response;
use keyrack_protocol::Code;
use serde::Deserialize;

/// `state?` (`waiting`, `all`), `limit?`, `cursor?`: who has waited longest first.
///
/// # Errors
/// [`Code::InvalidParameter`].
pub async fn list(operator: Operator) -> Result<Response> {
    operator.says_only(&["state", "limit", "cursor"])?;
    let is_id = |text: &str| WaitlistEntryId::parse(text).is_some();
    let page = Page::read(operator.query("limit"), operator.query("cursor"), is_id)?;
    let waiting = operator.word("state", &["waiting", "all"])? != "all";
    let deployment = operator.site.config.id.clone();
    let list = operator.app.db.read(move |on| {
        let found = store::list(on, &deployment, (&page.after, page.rows()), waiting)?;
        Ok(page.list(found.into_iter().map(shown).collect(), |entry: &WaitlistEntry| &entry.id))
    });
    let list: List<WaitlistEntry> = list.await?;
    Ok(answer::ok(list))
}

fn shown(entry: Entry) -> WaitlistEntry {
    WaitlistEntry {
        id: entry.id.to_string(),
        email: entry.email,
        first_name: entry.first_name,
        last_name: entry.last_name,
        created_at: rfc3339(entry.created_at),
        invited_at: entry.invited_at.map(rfc3339),
        invited_until: entry.invited_until.map(rfc3339),
    }
}

/// Whom to invite.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Whom {
    /// These addresses.
    #[serde(default)]
    emails: Vec<String>,
    /// So many of those who have waited longest and were not invited yet.
    first: Option<i64>,
}

/// `emails` or `first` (1 to 200): invites them, also those who were invited before, whose older invitation works no
/// more.
///
/// # Errors
/// [`Code::InvalidEmail`], [`Code::WaitlistEntryNotFound`] when an address is not on the list: then nobody is invited;
/// [`Code::InvalidParameter`].
pub async fn invite(operator: Operator, Body(whom): Body<Whom>) -> Result<Response> {
    operator.says_only(&[])?;
    let is_both = whom.first.is_some() != whom.emails.is_empty();
    if is_both || whom.first.is_some_and(|first| !(1..=MOST).contains(&first)) {
        let text = format!("Say either emails, or first: a whole number from 1 to {MOST}.");
        return Err(Error::refused(Code::InvalidParameter, text));
    }
    let emails = whom.emails.iter().map(|email| EmailAddress::parse(email).map_err(Error::from));
    let emails = emails.collect::<Result<Vec<_>>>()?;
    let deployment = operator.site.config.id.clone();
    let entries = operator.app.db.read(move |on| match whom.first {
        Some(first) => store::list(on, &deployment, ("", first), true),
        None => emails
            .iter()
            .map(|email| {
                store::by_email(on, &deployment, email.as_str())?.ok_or_else(|| {
                    Error::refused(Code::WaitlistEntryNotFound, format!("{email} is not on the waitlist."))
                })
            })
            .collect(),
    });
    let entries = entries.await?;
    let invited = waitlist::invite(&operator.app, &operator.site, entries, operator.by()).await?;
    operator.log(Event::InvitationSent, About { ended: None, ..About::default() });
    Ok(answer::ok(Invited { invited: invited.into_iter().map(shown).collect() }))
}

/// Takes an address off the list; an invitation of it works no more.
///
/// # Errors
/// [`Code::InvalidEmail`], [`Code::WaitlistEntryNotFound`].
pub async fn remove(operator: Operator, Path(email): Path<String>) -> Result<Response> {
    operator.says_only(&[])?;
    let email = EmailAddress::parse(&email)?;
    let (deployment, address) = (operator.site.config.id.clone(), email.to_string());
    let was_on_it = operator.app.db.write(move |tx| store::leave(tx, &deployment, &address)).await?;
    if !was_on_it {
        return Err(Code::WaitlistEntryNotFound.into());
    }
    operator.log(Event::InvitationWithdrawn, About::default());
    Ok(answer::ok(serde_json::json!({ "removed": email.as_str() })))
}
