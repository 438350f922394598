//! What whoever runs the application says of an account: what it is called, and what is kept with it.

use super::{lock, shown, users, view};
use crate::account::export;
use crate::app::{App, Site};
use crate::audit::{self, About, By, Event};
use crate::db::Tx;
use crate::error::Result;
use crate::id::UserId;
use crate::membership::restriction::Visitor;
use crate::membership::words;
use crate::session::scope;
use crate::user::kept::{self, Kept};
use crate::user::standing::{self, Names};
use crate::user::username::Username;
use crate::user::{User, ways};
use keyrack_protocol::Code;
use std::sync::Arc;

/// What is said; what is not stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Said {
    /// First name, may be `""`.
    pub first_name: Option<String>,
    /// Last name, may be `""`.
    pub last_name: Option<String>,
    /// The username, or that there is to be none; also one that nobody may choose by himself.
    pub username: Option<Option<Username>>,
    /// What the application keeps with it.
    pub kept: Kept,
}

impl Said {
    fn renames(&self, user: &User) -> bool {
        let said = self.username.as_ref().map(|said| said.as_ref().map(Username::as_str));
        self.first_name.as_ref().is_some_and(|name| *name != user.first_name)
            || self.last_name.as_ref().is_some_and(|name| *name != user.last_name)
            || said.is_some_and(|said| said != user.username.as_deref())
    }
}

/// Changes an account. Every session that shows it gets a new revision if what it shows is something else.
///
/// # Errors
/// `user_not_found`, also when the account was deleted; `USERNAME_EXISTS`, `external_id_exists`;
/// `NO_ALTERNATIVE_AUTH_METHOD` when without its username nobody could sign in to it.
pub async fn change(app: &App, site: &Arc<Site>, id: UserId, said: Said, by: By) -> Result<view::User> {
    let site = Arc::clone(site);
    let changed = app.db.write(move |tx| {
        let user = lock(tx, &site, &id)?;
        let before = shown(tx, &site, &id, by.now)?;
        if said.renames(&user) {
            rename(tx, &site, (&user, &said), by.now)?;
        }
        if !said.kept.is_empty() {
            kept::write(tx, &site.config.id, &id, &said.kept, by.now)?;
        }
        let after = shown(tx, &site, &id, by.now)?;
        let is_other = view::User { updated_at: after.updated_at.clone(), ..before.clone() } != after;
        if said.renames(&user) || before.public_metadata != after.public_metadata {
            scope::tell(tx, &site, &id, &by)?;
        }
        if is_other {
            audit::record(tx, &site, &by, Event::UserChanged, About { user: Some(&id), ..About::default() })?;
        }
        Ok(after)
    });
    changed.await
}

/// Everything that is kept of an account; that it was read is recorded.
///
/// # Errors
/// `user_not_found`, also when the account was deleted.
pub async fn export(app: &App, site: &Arc<Site>, id: UserId, by: By) -> Result<view::AccountExport> {
    let site = Arc::clone(site);
    // Whoever runs the application reads what there is: no place asks anything of it.
    let visitor = Visitor { address: None, second_factor: true };
    let read = app.db.write(move |tx| {
        let user = users::one(tx, &site.config.id, &id, by.now)?.filter(|user| user.deleted_at.is_none());
        let user = user.ok_or(Code::UserNotFound)?;
        let account = export::everything(tx, &site, (&id, visitor), by.now)?;
        audit::record(tx, &site, &by, Event::UserExported, About { user: Some(&id), ..About::default() })?;
        Ok(view::AccountExport {
            account,
            external_id: user.external_id,
            private_metadata: user.private_metadata,
        })
    });
    read.await
}

fn rename(tx: &mut Tx<'_>, site: &Site, (user, said): (&User, &Said), now: i64) -> Result<()> {
    let names = Names {
        first_name: said.first_name.as_deref().unwrap_or(&user.first_name),
        last_name: said.last_name.as_deref().unwrap_or(&user.last_name),
        username: said.username.as_ref().map(Option::as_ref),
    };
    if names.username == Some(None) {
        let left = User { username: None, ..user.clone() };
        if ways::can_sign_in(user, site) && !ways::can_sign_in(&left, site) {
            return Err(Code::NoAlternative.into());
        }
    }
    if !standing::rename(tx, user, &names, now)? {
        return Err(Code::UsernameExists.into());
    }
    words::renew(tx, &site.config.id, &user.id)
}
