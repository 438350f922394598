//! Opening a sign-in in a session.

use super::enter::{Arrival, Room};
use super::{Bounds, Plan, Proof, crowd, plan, scope, standing, store};
use crate::app::{App, Site};
use crate::audit::{self, About, Event};
use crate::db::Tx;
use crate::error::Result;
use crate::membership::restriction::Visitor;
use crate::membership::{self, Scope};
use crate::params;
use crate::user::notice::{self, Changed};
use crate::user::{self, User};
use keyrack_protocol::EndReason;

impl Room {
    /// Opens a sign-in of `user` and makes it active. The caller holds the user's lock and has asked
    /// [`crate::user::may_act`] and [`Room::has_place`].
    ///
    /// # Errors
    /// What the database says.
    pub fn open_sign_in(
        &mut self,
        tx: &mut Tx<'_>,
        of: (&App, &Site),
        (user, proof): (&User, &Proof),
        arrival: &Arrival,
    ) -> Result<()> {
        self.open_bounded(tx, of, (user, proof, &Bounds::default()), arrival)
    }

    /// The same of one that a ticket makes, which is bound to something.
    ///
    /// # Errors
    /// What the database says.
    pub fn open_bounded(
        &mut self,
        tx: &mut Tx<'_>,
        (app, site): (&App, &Site),
        (user, proof, bounds): (&User, &Proof, &Bounds),
        arrival: &Arrival,
    ) -> Result<()> {
        let (id, key) = &arrival.new_sign_in;
        let now = arrival.now;
        let may_activate = self.loaded.may_activate(self.opened);
        tx.execute(
            "insert into sign_ins (id, deployment_id, session_id, user_id, key_hash, ip_address, user_agent,
                 activated_at, last_active_at, expires_at, created_at, updated_at, proofs, proved_at, second_factor_at)
             values ($1, $2, $3, $4, $5, $6, $7, $10, $8, $9, $8, $8, $11, $12, $13)",
            params![
                id.as_str(),
                &site.config.id,
                self.loaded.id.as_str(),
                user.id.as_str(),
                &store::key_hash(&app.vault, key),
                &arrival.ip_address,
                &arrival.user_agent,
                now,
                site.expires_at(now, now),
                self.loaded.next_activation(now),
                &proof.methods,
                proof.proved_at,
                proof.second_factor_at
            ],
        )?;
        bounds.write(tx, id)?;
        if bounds.act.is_none() {
            // Whoever only acts as the user decides nothing about the account.
            take_deletion_back(tx, (app, site), user, arrival)?;
            user::language::keep_language(tx, user, &arrival.language)?;
        }
        if site.config.organizations.enabled
            && let Some(last) = membership::standing::last_scope(tx, &site.config.id, &user.id)?
        {
            let workspace = last.workspace.filter(|_| site.config.workspaces.enabled);
            let second_factor = user.second_factor_at.is_some() && proof.second_factor_at.is_some();
            let visitor = Visitor { address: Some(arrival.address), second_factor };
            let begins = scope::as_admitted(Scope { workspace, ..last }, visitor);
            standing::stand(tx, id, begins.as_ref(), now)?;
        }
        let end =
            crowd::superseded(&self.loaded, self.opened, user, site.config.max_accounts_per_session as usize);
        let end = end.into_iter().map(|orphan| (orphan, EndReason::Superseded)).collect();
        let plan = plan::end(&self.loaded, end);
        // An orphan that was active has ended: then any rack may say what is.
        let activate = may_activate || plan.active.is_some();
        let plan =
            Plan { active: activate.then(|| Some(id.clone())), end_reason: activate.then_some(None), ..plan };
        store::apply(tx, site, &self.loaded, &plan, &arrival.by())?;
        let about = About {
            reason: &proof.methods,
            user: Some(&user.id),
            session: Some(&self.loaded.id),
            sign_in: Some(id),
            ..About::default()
        };
        let by = arrival.by().acting(bounds.act.as_ref());
        audit::record(tx, site, &by, Event::SignedIn, about)?;
        self.keys.push(key.clone());
        Ok(())
    }
}

/// Whoever signs in to an account that is to be deleted takes that back, and is told so by mail.
fn take_deletion_back(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    user: &User,
    arrival: &Arrival,
) -> Result<()> {
    let taken_back = tx.execute(
        "update users set deletion_asked_at = null, deletion_due_at = null, updated_at = $2
         where id = $1 and deletion_due_at is not null",
        params![user.id.as_str(), arrival.now],
    )?;
    if taken_back == 0 {
        return Ok(());
    }
    let what = Changed::DeletionTakenBack;
    let about = About { reason: what.word(), user: Some(&user.id), ..About::default() };
    audit::record(tx, site, &arrival.by(), Event::AccountChanged, about)?;
    let whence = arrival.whence();
    notice::way_changed(tx, (app, site), user, (what, ""), (&whence, arrival.now))
}
