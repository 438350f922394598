//! Changing one's own account: everything that shows it is locked, changed and told in one transaction.

use super::{Account, Browser};
use crate::app::{App, Site};
use crate::audit::{self, About, By, Event, hooks};
use crate::contact::{self, Beside};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::http::answer;
use crate::id::{SessionId, SignInId, UserId};
use crate::session::enter::{self, Arrival, Left, Room};
use crate::session::store::{self, OfUser};
use crate::session::{Proof, crowd, read, scope};
use crate::user::notice::{self, Changed, Whence};
use crate::user::{self, User, tickets};
use axum::response::Response;
use keyrack_protocol::{ChangeReason, Code, EndReason, ReauthenticationMethod};
use serde::Serialize;
use std::sync::Arc;

/// An account under its lock, in the session that acts, which is locked as well as all others that show it.
pub struct Own {
    /// The account, as it was when it was locked.
    pub user: User,
    /// Its password's PHC string, if one is set.
    pub password_hash: Option<String>,
    /// The session that acts.
    pub room: Room,
    /// The sign-in that acts.
    pub sign_in: SignInId,
    /// What was proved for it, as far as the credential of the request says so.
    pub proof: Proof,
    /// Who comes, and what was drawn for it.
    pub arrival: Arrival,
    /// From where, as people recognise it.
    pub whence: Whence,
    to_prove: Vec<ReauthenticationMethod>,
    others: Vec<SessionId>,
    beside: Vec<User>,
    touched: Touched,
}

/// What has changed, and so who is told.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Touched {
    Nothing,
    Here,
    Everywhere,
}

impl Account {
    /// The account that acts, as it was read.
    ///
    /// # Errors
    /// `sign_in_not_found` when the credential does not open its sign-in.
    pub fn user(&self) -> Result<&User> {
        Ok(&self.cached.loaded.visible_sign_in(self.opened, self.sign_in.as_str())?.user)
    }

    /// The account that acts, as it is by now.
    ///
    /// # Errors
    /// [`Code::SignedOut`] when it is gone.
    pub async fn present(&self) -> Result<User> {
        let (deployment, user) = (self.site.config.id.clone(), self.user.clone());
        let found = self.app.db.read(move |on| user::store::find(on, &deployment, &user)).await?;
        Ok(found.ok_or(Code::SignedOut)?)
    }

    /// Changes the account of the sign-in that the request was read for, whichever is active by now. Nobody is told of it
    /// unless `change` says that something has changed.
    ///
    /// # Errors
    /// [`Code::SignedOut`], [`Code::UserDisabled`], `impersonation_forbidden`, and what `change` says.
    pub async fn change_own<T: Send + 'static>(
        &self,
        change: impl Fn(&mut Tx<'_>, (&App, &Site), &mut Own) -> Result<T> + Send + 'static,
    ) -> Result<(Left, T)> {
        self.change_own_after(|_, _| Ok(((), Vec::new())), move |tx, of, own, ()| change(tx, of, own)).await
    }

    /// The same, after `first` has locked what is locked before users and sessions. The users that it names are locked
    /// with this one, and their sessions.
    ///
    /// # Errors
    /// [`Code::SignedOut`], [`Code::UserDisabled`], and what `first` and `change` say.
    pub async fn change_own_after<P: 'static, T: Send + 'static>(
        &self,
        first: impl Fn(&mut Tx<'_>, &Site) -> Result<(P, Vec<UserId>)> + Send + 'static,
        change: impl Fn(&mut Tx<'_>, (&App, &Site), &mut Own, P) -> Result<T> + Send + 'static,
    ) -> Result<(Left, T)> {
        self.is_own().await?;
        let (app, site, arrival) = (Arc::clone(&self.app), Arc::clone(&self.site), self.arrive());
        let (user, sign_in) = (self.user.clone(), self.sign_in.clone());
        let changed = self.app.db.write(move |tx| {
            let (prepared, beside) = first(tx, &site)?;
            let mut own = enter(tx, (&app, &site), (&user, &sign_in, &beside), &arrival)?;
            let answer = change(tx, (&app, &site), &mut own, prepared)?;
            own.leave(tx, &site).map(|left| (left, answer))
        });
        changed.await
    }
}

/// Takes all locks: of the users and of their sessions, each in the order of their ids.
fn enter(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    (user, sign_in, beside): (&UserId, &SignInId, &[UserId]),
    arrival: &Arrival,
) -> Result<Own> {
    let (me, Beside { users: beside, sessions }) = contact::lock(tx, site, (Some(user), beside))?;
    let mut others = read::sessions_of(tx, user)?;
    let sessions: Vec<&SessionId> = sessions.iter().chain(&others).collect();
    let (mut user, password_hash) = me.ok_or(Code::SignedOut)?;
    let room = enter::existing(tx, (app, site), arrival, &sessions)?;
    let room = room.ok_or(Code::SignedOut)?;
    let proof = room.proof(&app.vault, sign_in).map_err(|_| Code::SignedOut)?;
    user::may_act(&user)?;
    user::factors::catch_up(tx, site, &mut user, arrival.now)?;
    others.retain(|session| *session != room.loaded.id);
    let (sign_in, arrival, whence) = (sign_in.clone(), arrival.clone(), arrival.whence());
    let (to_prove, touched) = (user::ways::to_reauthenticate(&user, site), Touched::Nothing);
    Ok(Own { user, password_hash, room, sign_in, proof, arrival, whence, to_prove, others, beside, touched })
}

impl Own {
    /// Now.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.arrival.now
    }

    /// Who acts, for the records.
    #[must_use]
    pub fn by(&self) -> By {
        self.arrival.by()
    }

    /// Whether something was proved for the sign-in that acts in the last ten minutes.
    ///
    /// # Errors
    /// `reauthentication_required`, with the ways in which the account can.
    pub fn is_fresh(&self) -> Result<()> {
        if self.proof.is_fresh(self.now()) {
            return Ok(());
        }
        Err(Error::stale(self.to_prove.clone()))
    }

    /// The accounts that are locked beside this one.
    #[must_use]
    pub fn beside(&self) -> &[User] {
        &self.beside
    }

    /// Something has changed that every session of the account shows.
    pub fn touch(&mut self) {
        self.touched = Touched::Everywhere;
    }

    /// Something has changed in the session that acts.
    pub fn touch_here(&mut self) {
        self.touched = self.touched.max(Touched::Here);
    }

    /// Writes a record of what the account's owner did.
    ///
    /// # Errors
    /// What the database says.
    pub fn record(&self, tx: &mut Tx<'_>, site: &Site, event: Event, reason: &str) -> Result<()> {
        let about = About {
            reason,
            user: Some(&self.user.id),
            session: Some(&self.room.loaded.id),
            sign_in: Some(&self.sign_in),
            identifier: None,
            invitation: None,
        };
        audit::record(tx, site, &self.by(), event, about)
    }

    /// Records that a way into the account has changed, and tells its owner by mail. `detail` says which, `""` for nothing.
    /// What is under way to set it another password is void ([`user::resets::void_by`]): whoever asked for that may be whom
    /// the change keeps out.
    ///
    /// # Errors
    /// What the database says.
    pub fn way_changed(
        &self,
        tx: &mut Tx<'_>,
        (app, site): (&App, &Site),
        what: Changed,
        detail: &str,
    ) -> Result<()> {
        self.record(tx, site, Event::AccountChanged, what.word())?;
        let by_mail = self.proof.has("mail");
        user::resets::void_by(tx, (&app.vault, &site.config.id), (&self.user, by_mail), self.now())?;
        notice::way_changed(tx, (app, site), &self.user, (what, detail), (&self.whence, self.now()))
    }

    /// Gives the sign-in that acts a new key, because what it is worth has changed; its answer must hand it out. What was
    /// proved for it is `proof` from now on.
    ///
    /// # Errors
    /// What the database says.
    pub fn renew_key(&mut self, tx: &mut Tx<'_>, app: &App, proof: &Proof) -> Result<()> {
        self.touch_here();
        self.room.renew(tx, app, (&self.sign_in, proof), &self.arrival)
    }

    /// Ends the other sign-ins of the account, wherever they are; gives how many that were.
    ///
    /// # Errors
    /// What the database says.
    pub fn end_others(&mut self, tx: &mut Tx<'_>, site: &Site, reason: EndReason) -> Result<usize> {
        let mut all = store::sign_ins_of(tx, &site.config.id, &self.user, 0)?;
        all.retain(|sign_in| sign_in.id != self.sign_in);
        tickets::take_back(tx, &site.config.id, &self.user.id, self.now())?;
        self.end(tx, site, &all, reason)
    }

    /// Ends every sign-in of an account that is locked with its sessions: this one, or one beside it.
    ///
    /// # Errors
    /// What the database says.
    pub fn end_all_of(
        &mut self,
        tx: &mut Tx<'_>,
        site: &Site,
        user: &User,
        reason: EndReason,
    ) -> Result<usize> {
        let all = store::sign_ins_of(tx, &site.config.id, user, 0)?;
        self.end(tx, site, &all, reason)
    }

    /// Ends some sign-ins in sessions that are locked; gives how many that were, without those that had ended.
    ///
    /// # Errors
    /// What the database says.
    pub fn end(
        &mut self,
        tx: &mut Tx<'_>,
        site: &Site,
        sign_ins: &[OfUser],
        reason: EndReason,
    ) -> Result<usize> {
        let ended = crowd::end_elsewhere(tx, site, sign_ins, reason, &self.by())?;
        if ended.iter().any(|sign_in| sign_in.session == self.room.loaded.id) {
            self.touch_here();
        }
        Ok(ended.len())
    }

    fn leave(self, tx: &mut Tx<'_>, site: &Site) -> Result<Left> {
        let (by, now) = (self.by(), self.now());
        if self.touched == Touched::Nothing {
            return Ok(self.room.leave_unchanged());
        }
        if self.touched == Touched::Everywhere {
            let about = About { user: Some(&self.user.id), ..About::default() };
            hooks::tell(tx, site, hooks::USER_UPDATED, &about, now)?;
            scope::tell_in(tx, site, &self.others, &by)?;
        }
        self.room.leave(tx, site, ChangeReason::Changed, now)
    }
}

impl Browser {
    /// The answer of what renews a key or ends something and answers something else than the session: `data`, and the
    /// whole rack.
    #[must_use]
    pub fn answer_with<T: Serialize>(&self, left: &Left, data: T) -> Response {
        self.hand_out(left, answer::ok(data))
    }
}
