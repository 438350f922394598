//! The addresses and phone numbers of an account, as whoever runs the application adds, verifies, prefers and removes them.
//! The owner is told by mail of whatever changes a way into the account, and links and codes to set another password that
//! were sent before are void.

use super::{lock, view};
use crate::account::contact::{MOST, exists, may_remove, put_invitations_away};
use crate::app::{App, Shared, Site};
use crate::audit::{self, About, By, Event};
use crate::contact::{self, Contact, Kind, store};
use crate::db::{Snapshot, Tx};
use crate::error::{Error, Result};
use crate::id::UserId;
use crate::membership::words;
use crate::session::{scope, store as sessions};
use crate::user::email::EmailAddress;
use crate::user::notice::{self, Changed, Whence};
use crate::user::phone::E164;
use crate::user::{self, User, factors};
use keyrack_protocol::Code;
use std::sync::Arc;

/// All that an account has, the addresses first, each kind oldest first.
///
/// # Errors
/// [`Code::UserNotFound`].
pub fn list(on: &mut Snapshot<'_>, deployment: &str, id: &UserId) -> Result<Vec<view::Contact>> {
    let user = user::store::find(on, deployment, id)?.filter(|user| user.deleted_at.is_none());
    let user = user.ok_or(Code::UserNotFound)?;
    let of = |kind: Kind| kind.of(&user).into_iter().map(move |contact| shown(kind, contact));
    Ok(of(Kind::Email).chain(of(Kind::Phone)).collect())
}

fn shown(kind: Kind, contact: Contact) -> view::Contact {
    view::Contact {
        id: contact.id,
        kind: if kind == Kind::Email { "email" } else { "phone" }.to_owned(),
        value: contact.text,
        is_primary: contact.is_primary,
        verified: contact.is_proved,
    }
}

/// Reads which address or number is to be added.
///
/// # Errors
/// [`Code::InvalidParameter`] when it is not one of the two; [`Code::InvalidEmail`], [`Code::InvalidPhoneNumber`].
pub fn said(email: Option<&str>, phone: Option<&str>) -> Result<(Kind, String)> {
    match (email, phone) {
        (Some(email), None) => Ok((Kind::Email, EmailAddress::parse(email)?.to_string())),
        (None, Some(phone)) => Ok((Kind::Phone, E164::parse(phone, None)?.to_string())),
        _ => Err(Error::refused(Code::InvalidParameter, "Say either email, or phone_number.")),
    }
}

/// Which one is meant.
#[derive(Clone, Debug)]
pub struct Which {
    /// Of whom.
    pub user: UserId,
    /// The id.
    pub id: String,
}

impl Which {
    /// Its kind, by its id.
    fn kind(&self) -> Kind {
        if self.id.starts_with("phn_") { Kind::Phone } else { Kind::Email }
    }
}

/// Adds one; `verified` says that the operator vouches for it. One that the account has is the same again.
///
/// # Errors
/// [`Code::UserNotFound`], [`Code::TooManyContacts`]; [`Code::EmailExists`] when somebody else has verified the address.
pub async fn add(
    app: &Shared,
    site: &Arc<Site>,
    (user, kind, text, verified): (UserId, Kind, String, bool),
    by: By,
) -> Result<view::Contact> {
    let (held, site, drawn) = (Arc::clone(app), Arc::clone(site), kind.draw(app));
    let added = app.db.write(move |tx| {
        let mut change = Change::begin(tx, (&held, &site), &user, (kind, &text), by.clone())?;
        let known = kind.of(&change.user).into_iter().find(|contact| contact.text == text);
        if known.is_none() {
            if kind.of(&change.user).len() >= MOST {
                return Err(Code::TooManyContacts.into());
            }
            let of = (site.config.id.as_str(), kind);
            if kind == Kind::Email && store::owner(tx, of, &text)?.is_some() {
                return Err(exists(kind).into());
            }
            store::add(tx, of, (&user, &drawn, &text), by.now)?;
            change.reload(tx)?;
        }
        let id = known.map_or(drawn.clone(), |known| known.id);
        if verified {
            change.verify(tx, &id)?;
        } else {
            store::touch(tx, &user, by.now)?;
            scope::tell(tx, &site, &user, &by)?;
        }
        change.shown(tx, &id)
    });
    added.await
}

/// Verifies one: whoever runs the application vouches for it. It is taken from whoever else has it, as by a proof.
///
/// # Errors
/// [`Code::UserNotFound`], [`Code::EmailAddressNotFound`], [`Code::PhoneNumberNotFound`]; [`Code::EmailExists`] when somebody
/// else has verified the address.
pub async fn verify(app: &Shared, site: &Arc<Site>, which: Which, by: By) -> Result<view::Contact> {
    let (kind, to) = (which.kind(), which.clone());
    let deployment = site.config.id.clone();
    let text = app.db.read(move |on| {
        let user = user::store::find(on, &deployment, &to.user)?.ok_or(Code::UserNotFound)?;
        Ok(kind.find(&user, &to.id)?.text)
    });
    let text = text.await?;
    let (held, site) = (Arc::clone(app), Arc::clone(site));
    let verified = app.db.write(move |tx| {
        let mut change = Change::begin(tx, (&held, &site), &which.user, (kind, &text), by.clone())?;
        change.verify(tx, &which.id)?;
        change.shown(tx, &which.id)
    });
    verified.await
}

/// Makes one the primary one of its kind.
///
/// # Errors
/// As [`verify`]; [`Code::ContactNotProved`].
pub async fn make_primary(app: &Shared, site: &Arc<Site>, which: Which, by: By) -> Result<view::Contact> {
    let (held, site, kind) = (Arc::clone(app), Arc::clone(site), which.kind());
    let made = app.db.write(move |tx| {
        let mut change = Change::of(tx, (&held, &site), &which.user, kind, by.clone())?;
        let contact = kind.find(&change.user, &which.id)?;
        if !contact.is_proved {
            return Err(Code::ContactNotProved.into());
        }
        if !contact.is_primary {
            store::make_primary(tx, kind, (&which.user, &which.id), by.now)?;
            change.told(tx, (Changed::EmailMadePrimary, Changed::PhoneMadePrimary), &contact.text)?;
        }
        change.shown(tx, &which.id)
    });
    made.await
}

/// Removes one; says which it was.
///
/// # Errors
/// As [`verify`]; [`Code::PrimaryNotRemovable`], [`Code::NoAlternative`], [`Code::SecondFactorEnforced`], as of its owner.
pub async fn remove(app: &Shared, site: &Arc<Site>, which: Which, by: By) -> Result<view::Contact> {
    let (held, site, kind) = (Arc::clone(app), Arc::clone(site), which.kind());
    let removed = app.db.write(move |tx| {
        let mut change = Change::of(tx, (&held, &site), &which.user, kind, by.clone())?;
        let contact = kind.find(&change.user, &which.id)?;
        if contact.is_proved {
            may_remove(&site, &change.user, kind, &contact)?;
        }
        match kind {
            Kind::Phone if contact.is_proved => {
                contact::take_proved_number(tx, (&change.user, &contact.text), by.now)?;
                factors::settle(tx, &site, &which.user, by.now)?;
            }
            _ => store::take(tx, kind, (&which.user, &contact.text))?,
        }
        if kind == Kind::Email && contact.is_proved {
            put_invitations_away(tx, (&which.user, by.now), &contact.text)?;
        }
        if contact.is_proved {
            change.told(tx, (Changed::EmailRemoved, Changed::PhoneRemoved), &contact.text)?;
        } else {
            store::touch(tx, &which.user, by.now)?;
            scope::tell(tx, &site, &which.user, &by)?;
        }
        Ok(shown(kind, contact))
    });
    removed.await
}

/// A change of one account's contacts, whose lock is held.
struct Change<'a> {
    app: &'a App,
    site: &'a Site,
    kind: Kind,
    by: By,
    user: User,
    /// Others who have what is to be verified, locked with their sessions.
    beside: Vec<User>,
}

impl<'a> Change<'a> {
    /// Locks the account alone.
    fn of(
        tx: &mut Tx<'_>,
        (app, site): (&'a App, &'a Site),
        id: &UserId,
        kind: Kind,
        by: By,
    ) -> Result<Self> {
        Ok(Self { app, site, kind, by, user: lock(tx, site, id)?, beside: Vec::new() })
    }

    /// Locks the account, and everybody else who has `text`.
    fn begin(
        tx: &mut Tx<'_>,
        (app, site): (&'a App, &'a Site),
        id: &UserId,
        (kind, text): (Kind, &str),
        by: By,
    ) -> Result<Self> {
        let holders = store::holders(tx, (&site.config.id, kind), text)?;
        let (user, beside) = contact::lock(tx, site, (Some(id), &holders))?;
        let user = user.map(|(user, _)| user).filter(|user| user.deleted_at.is_none());
        let user = user.ok_or(Code::UserNotFound)?;
        sessions::lock(tx, &site.config.id, &beside.sessions.iter().collect::<Vec<_>>())?;
        Ok(Self { app, site, kind, by, user, beside: beside.users })
    }

    fn reload(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        self.user = lock(tx, self.site, &self.user.id)?;
        Ok(())
    }

    fn verify(&mut self, tx: &mut Tx<'_>, id: &str) -> Result<()> {
        let (kind, now) = (self.kind, self.by.now);
        let contact = kind.find(&self.user, id)?;
        if contact.is_proved {
            return Ok(());
        }
        let it = (kind, contact.text.as_str());
        if !contact::take_over(tx, (self.app, self.site), it, (&self.user.id, &self.beside), &self.by)? {
            return Err(exists(kind).into());
        }
        contact::note_proved(tx, (&self.user, kind, id), now)?;
        if kind == Kind::Phone {
            factors::settle_gain(tx, self.site, &self.user.id, now)?;
        }
        self.told(tx, (Changed::EmailAdded, Changed::PhoneAdded), &contact.text)
    }

    /// Notes that a way into the account has changed: for those who see it and find it by it, in the records and by mail.
    fn told(&mut self, tx: &mut Tx<'_>, (email, phone): (Changed, Changed), text: &str) -> Result<()> {
        let what = if self.kind == Kind::Email { email } else { phone };
        let (deployment, id, now) = (self.site.config.id.as_str(), &self.user.id, self.by.now);
        user::resets::void_by(tx, (&self.app.vault, deployment), (&self.user, true), now)?;
        let about = About { reason: what.word(), user: Some(id), ..About::default() };
        audit::record(tx, self.site, &self.by, Event::AccountChanged, about)?;
        let of = (self.app, self.site);
        notice::way_changed(tx, of, &self.user, (what, text), (&Whence::default(), now))?;
        words::renew(tx, deployment, id)?;
        store::touch(tx, id, now)?;
        scope::tell(tx, self.site, id, &self.by)
    }

    fn shown(&mut self, tx: &mut Tx<'_>, id: &str) -> Result<view::Contact> {
        self.reload(tx)?;
        Ok(shown(self.kind, self.kind.find(&self.user, id)?))
    }
}
