//! Whose tries are counted, and what a person is told of it.
//!
//! Three counts: of the identifier as it was typed and of the client's address, which everybody may see, and of
//! the account, which nobody may. If an account's pause showed, five tries at an address and five at a username
//! would tell that both are one person's. So whoever meets it is answered as for a wrong password, after the same
//! work; and a try at nobody's identifier counts as many rows. On a browser on which the account was signed in before, its
//! tries count by themselves: nobody locks an owner out of it.

use super::Identifier;
use super::entry::Inside;
use super::machine::Stage;
use super::store::Attempt;
use crate::app::{App, Site};
use crate::audit::{self, About};
use crate::caller::Browser;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::{SessionId, UserId};
use crate::params;
use crate::session::enter::{self, Arrival};
use crate::throttle::{self, ACCOUNT, ADDRESS, KNOWN, NOBODY, PASSWORD, Subject, Verdict};
use crate::user::store::Credentials;
use crate::user::{Asker, Purse};

/// The subjects of one try.
#[derive(Clone, Debug)]
pub struct Tries {
    deployment: String,
    identifier: Subject,
    address: Subject,
    /// The account on this browser, where it was signed in before.
    known: Option<Subject>,
}

impl Tries {
    /// The subjects of a try of this browser at an identifier.
    pub fn of(browser: &Browser, identifier: &Identifier) -> Self {
        let deployment = browser.site.config.id.clone();
        let subject = |plain: &str| Subject::new(&browser.app.vault, &deployment, plain);
        Self {
            identifier: subject(identifier.as_str()),
            address: subject(&browser.counted_address()),
            deployment,
            known: None,
        }
    }

    /// The same, if this browser has the account signed in, or had: then its tries count by themselves.
    pub fn recognised(
        self,
        tx: &mut Tx<'_>,
        (app, site): (&App, &Site),
        (found, arrival): (Option<&Credentials>, &Arrival),
    ) -> Result<Self> {
        let Some(found) = found else { return Ok(self) };
        let Some(session) = enter::own_session(tx, (app, site), arrival)? else { return Ok(self) };
        let known = Known::of(tx, session, &found.user_id)?;
        let subject = known.is_known().then(|| known.subject(app, site, &found.user_id));
        Ok(Self { known: subject, ..self })
    }

    /// The HMAC of what was typed to say who it is.
    pub fn identifier(&self) -> &str {
        self.identifier.hash()
    }

    /// What its records are about: what was typed, and whose it is.
    pub fn about<'a>(&'a self, user: Option<&'a UserId>) -> About<'a> {
        About { user, identifier: Some(&self.identifier), ..About::default() }
    }

    /// Counts the try where it may show; gives the counts that it fills.
    pub fn count(&self, tx: &mut Tx<'_>, now: i64) -> Result<Vec<&'static str>> {
        let mut full = Vec::new();
        let own = self.known.as_ref().map_or((&PASSWORD, &self.identifier), |known| (&KNOWN, known));
        for (rule, subject) in [own, (&ADDRESS, &self.address)] {
            if let Verdict::Wait(ms) = audit::count(tx, (rule, subject), &mut full, now)? {
                return Err(Error::throttled(ms));
            }
        }
        Ok(full)
    }

    /// Counts the try on the account, adding to `full` as [`Tries::count`] does; whether its password may be
    /// looked at.
    pub fn count_account(
        &self,
        tx: &mut Tx<'_>,
        app: &App,
        found: Option<&Credentials>,
        (full, now): (&mut Vec<&'static str>, i64),
    ) -> Result<bool> {
        if self.known.is_some() {
            return Ok(true);
        }
        let account = found.map(|found| self.account(app, &found.user_id));
        let (rule, subject) =
            account.as_ref().map_or((&NOBODY, &self.identifier), |account| (&ACCOUNT, account));
        let (verdict, filled) = throttle::count_and_tell(tx, rule, subject, now)?;
        if filled {
            // Also where there is none: as many records, and the reasons are those of the contract.
            full.push(ACCOUNT.kind);
        }
        Ok(verdict == Verdict::Counted)
    }

    /// The password was right: account and identifier begin anew, the address gets this try back.
    pub fn right(&self, tx: &mut Tx<'_>, app: &App, user: &UserId) -> Result<()> {
        throttle::take_back(tx, &ADDRESS, &self.address)?;
        if let Some(known) = &self.known {
            // What strangers tried meanwhile still counts: the owner need not wait for them here.
            return throttle::forget(tx, &KNOWN, known);
        }
        throttle::forget(tx, &PASSWORD, &self.identifier)?;
        throttle::forget(tx, &ACCOUNT, &self.account(app, user))
    }

    fn account(&self, app: &App, user: &UserId) -> Subject {
        Subject::new(&app.vault, &self.deployment, user.as_str())
    }
}

/// Whether an account was ever signed in on a browser. Whoever was there counts by themselves, so that nobody else's
/// wrong tries keep them out.
pub struct Known(Option<SessionId>);

impl Known {
    /// On the session that was entered.
    pub fn on(tx: &mut Tx<'_>, inside: &Inside) -> Result<Self> {
        Self::of(tx, &inside.room.loaded.id, &inside.owner.user.id)
    }

    fn of(tx: &mut Tx<'_>, session: &SessionId, user: &UserId) -> Result<Self> {
        let row = tx.query_one(
            "select id from sign_ins where session_id = $1 and user_id = $2 order by id limit 1",
            params![session.as_str(), user.as_str()],
        )?;
        Ok(Self(row.map(|_| session.clone())))
    }

    fn is_known(&self) -> bool {
        self.0.is_some()
    }

    /// Under what tries at the account are counted from there.
    pub fn subject(&self, app: &App, site: &Site, user: &UserId) -> Subject {
        let plain = match &self.0 {
            Some(session) => format!("{user}@{session}"),
            None => user.to_string(),
        };
        Subject::new(&app.vault, &site.config.id, &plain)
    }
}

/// Under what the codes of an attempt to an address or number are counted: whoever was signed in in its session before has
/// a purse of their own, and so has whoever proved the first factor. Asked for an attempt of nobody alike.
pub fn purse(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    attempt: &Attempt,
    identifier: &str,
) -> Result<Purse> {
    let user = UserId::stored(attempt.user().unwrap_or_default().to_owned());
    let known = Known::of(tx, &attempt.session, &user)?;
    let asker = match (&known.0, &attempt.kept.stage) {
        (Some(session), _) => Asker::Known(&user, session),
        (None, Stage::First { .. }) => Asker::Stranger,
        (None, _) => Asker::Proved(&user),
    };
    Ok(Purse::of(&app.vault, &site.config.id, (asker, identifier)))
}
