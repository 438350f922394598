//! Whose tries are counted, and what a person is told of it.
//!
//! Three counts: of the identifier as it was typed and of the client's address, which everybody may see, and of
//! the account, which nobody may. If an account's pause showed, five tries at an address and five at a username
//! would tell that both are one person's. So whoever meets it is answered as for a wrong password, after the same
//! work; and a try at nobody's identifier counts as many rows.

use super::Identifier;
use crate::app::App;
use crate::audit::{self, About};
use crate::caller::Browser;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::UserId;
use crate::throttle::{self, ACCOUNT, ADDRESS, NOBODY, PASSWORD, Subject, Verdict};
use crate::user::store::Credentials;

/// The subjects of one try.
#[derive(Clone, Debug)]
pub struct Tries {
    deployment: String,
    identifier: Subject,
    address: Subject,
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
        }
    }

    /// What its records are about: what was typed, and whose it is.
    pub fn about<'a>(&'a self, user: Option<&'a UserId>) -> About<'a> {
        About { user, identifier: Some(&self.identifier), ..About::default() }
    }

    /// Counts the try where it may show; gives the counts that it fills.
    pub fn count(&self, tx: &mut Tx<'_>, now: i64) -> Result<Vec<&'static str>> {
        let mut full = Vec::new();
        for (rule, subject) in [(&PASSWORD, &self.identifier), (&ADDRESS, &self.address)] {
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
        throttle::forget(tx, &PASSWORD, &self.identifier)?;
        throttle::take_back(tx, &ADDRESS, &self.address)?;
        throttle::forget(tx, &ACCOUNT, &self.account(app, user))
    }

    fn account(&self, app: &App, user: &UserId) -> Subject {
        Subject::new(&app.vault, &self.deployment, user.as_str())
    }
}
