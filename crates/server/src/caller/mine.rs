//! Changing one's own account.

use super::Account;
use crate::app::{App, Site};
use crate::audit::{self, About, By, Event};
use crate::db::Tx;
use crate::error::Result;
use crate::id::{SessionId, SignInId};
use crate::session::{enter, read, scope};
use crate::user::{self, User};
use keyrack_protocol::{ChangeReason, Code};
use std::sync::Arc;

/// An account under its lock, as the sign-in that acts changes it.
#[derive(Debug)]
pub struct Mine<'a> {
    /// The server.
    pub app: &'a App,
    /// The deployment.
    pub site: &'a Site,
    /// The account as it is now.
    pub user: &'a User,
    /// Who does it, from where, and when.
    pub by: By,
    session: &'a SessionId,
    sign_in: &'a SignInId,
}

impl Mine<'_> {
    /// Records what was done with the account.
    ///
    /// # Errors
    /// What the database says.
    pub fn record(&self, tx: &mut Tx<'_>, event: Event, reason: &str) -> Result<()> {
        let about = About {
            reason,
            user: Some(&self.user.id),
            session: Some(self.session),
            sign_in: Some(self.sign_in),
            identifier: None,
        };
        audit::record(tx, self.site, &self.by, event, about)
    }
}

impl Account {
    /// Changes the account that acts: under the locks of the user and of all sessions that show it, whose revisions rise
    /// with it. It acts as the sign-in that was asked whether it may, whichever has become active meanwhile. What
    /// `change` refuses changes nothing.
    ///
    /// # Errors
    /// [`Code::SignedOut`], [`Code::UserDisabled`], and what `change` says.
    pub async fn change_mine<T: Send + 'static>(
        &self,
        change: impl Fn(&mut Tx<'_>, &Mine<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.act_on_mine(true, change).await
    }

    /// The same for what no session shows: no revision rises.
    ///
    /// # Errors
    /// As [`Account::change_mine`].
    pub async fn keep_mine<T: Send + 'static>(
        &self,
        change: impl Fn(&mut Tx<'_>, &Mine<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.act_on_mine(false, change).await
    }

    async fn act_on_mine<T: Send + 'static>(
        &self,
        shows: bool,
        change: impl Fn(&mut Tx<'_>, &Mine<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (app, site, arrival) = (Arc::clone(&self.app), Arc::clone(&self.site), self.arrive());
        let (of, sign_in) = (self.user.clone(), self.sign_in.clone());
        let changed = self.app.db.write(move |tx| {
            let (user, _) = user::store::lock(tx, &site.config.id, &of)?.ok_or(Code::SignedOut)?;
            let mut others = if shows { read::sessions_of(tx, &user.id)? } else { Vec::new() };
            let room = enter::existing(tx, (&app, &site), &arrival, &others.iter().collect::<Vec<_>>())?;
            let room = room.ok_or(Code::SignedOut)?;
            room.loaded.visible_sign_in(room.opened, sign_in.as_str()).map_err(|_| Code::SignedOut)?;
            user::may_act(&user)?;
            let (session, by) = (room.loaded.id.clone(), arrival.by());
            let mine = Mine { app: &app, site: &site, user: &user, by, session: &session, sign_in: &sign_in };
            let answer = change(tx, &mine)?;
            if shows {
                others.retain(|other| *other != session);
                scope::tell_in(tx, &site, &others, &mine.by)?;
                room.leave(tx, &site, ChangeReason::Changed, mine.by.now)?;
            }
            Ok(answer)
        });
        changed.await
    }
}
