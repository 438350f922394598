//! The waitlist: see who waits, let them in, refuse them.

use super::page::{MOST, Page};
use super::view::{Invited, List, WaitlistEntry};
use crate::app::{App, Site};
use crate::audit::{self, About, By, Event};
use crate::db::Snapshot;
use crate::error::{Error, Result};
use crate::id::WaitlistEntryId;
use crate::throttle::Subject;
use crate::time::rfc3339;
use crate::user::email::EmailAddress;
use crate::waitlist;
use crate::waitlist::store::{self, Entry};
use keyrack_protocol::Code;
use std::sync::Arc;

/// Whether a text is a cursor of [`page`].
#[must_use]
pub fn is_cursor(text: &str) -> bool {
    WaitlistEntryId::parse(text).is_some()
}

/// Who waits, the longest first; `waiting` leaves out those who were invited.
///
/// # Errors
/// What the database says.
pub fn page(
    on: &mut Snapshot<'_>,
    deployment: &str,
    page: &Page,
    waiting: bool,
) -> Result<List<WaitlistEntry>> {
    let found = store::list(on, deployment, (&page.after, page.rows()), waiting)?;
    Ok(page.list(found.into_iter().map(shown).collect(), |entry: &WaitlistEntry| &entry.id))
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

/// Whom to let in.
#[derive(Clone, Debug)]
pub enum Whom {
    /// These addresses.
    Addresses(Vec<EmailAddress>),
    /// So many of those who have waited longest and were not invited yet.
    First(i64),
}

impl Whom {
    /// Reads either of two.
    ///
    /// # Errors
    /// [`Code::InvalidParameter`], [`Code::InvalidEmail`].
    pub fn read(emails: &[&str], first: Option<i64>) -> Result<Self> {
        let said = match (emails, first) {
            ([], Some(first)) if (1..=MOST).contains(&first) => return Ok(Self::First(first)),
            ([], _) | (_, Some(_)) => None,
            (emails, None) => Some(emails),
        };
        let wrong = || {
            let text = format!("Say either emails, or first: a whole number from 1 to {MOST}.");
            Error::refused(Code::InvalidParameter, text)
        };
        let emails = said.filter(|emails| i64::try_from(emails.len()).is_ok_and(|count| count <= MOST));
        let parsed =
            emails.ok_or_else(wrong)?.iter().map(|email| EmailAddress::parse(email).map_err(Error::from));
        Ok(Self::Addresses(parsed.collect::<Result<_>>()?))
    }
}

/// Invites them, also those who were invited before, whose older invitation works no more.
///
/// # Errors
/// [`Code::WaitlistEntryNotFound`] when an address is not on the list: then nobody is invited.
pub async fn invite(app: &Arc<App>, site: &Arc<Site>, whom: Whom, by: By) -> Result<Invited> {
    let deployment = site.config.id.clone();
    let entries = app.db.read(move |on| match &whom {
        Whom::First(first) => store::list(on, &deployment, ("", *first), true),
        Whom::Addresses(emails) => emails
            .iter()
            .map(|email| {
                store::by_email(on, &deployment, email.as_str())?.ok_or_else(|| {
                    Error::refused(Code::WaitlistEntryNotFound, format!("{email} is not on the waitlist."))
                })
            })
            .collect(),
    });
    let invited = waitlist::invite(app, site, entries.await?, by).await?;
    Ok(Invited { invited: invited.into_iter().map(shown).collect() })
}

/// Takes an address off the list; an invitation of it works no more.
///
/// # Errors
/// [`Code::WaitlistEntryNotFound`].
pub async fn refuse(app: &App, site: &Arc<Site>, email: &EmailAddress, by: By) -> Result<()> {
    let identifier = Subject::new(&app.vault, &site.config.id, email.as_str());
    let (site, address) = (Arc::clone(site), email.to_string());
    let refused = app.db.write(move |tx| {
        if !store::leave(tx, &site.config.id, &address)? {
            return Err(Code::WaitlistEntryNotFound.into());
        }
        let about = About { identifier: Some(&identifier), ..About::default() };
        audit::record(tx, &site, &by, Event::WaitlistRefused, about)
    });
    refused.await
}
