//! What is under way to set an account another password, made void by whatever changes who may: a reset, a sign-in by the
//! mailbox, another password, an address or a second factor that comes or goes, the account's end. Not by a sign-in that did
//! not prove the mailbox, nor by one change after another: whoever knows the password would keep the owner from what the mail
//! is for.

use super::{User, store};
use crate::db::Tx;
use crate::error::Result;
use crate::id::UserId;
use crate::secret::{self, For};
use crate::throttle::{self, RESET_VOIDED, Subject, Verdict};
use crate::vault::Vault;

/// Makes mailed codes, links and tokens of an account void. The caller holds its lock, and calls it while the account still
/// has the addresses that they went to.
///
/// # Errors
/// What the database says.
pub fn void(tx: &mut Tx<'_>, (vault, deployment): (&Vault, &str), user: &UserId) -> Result<()> {
    void_codes(tx, (vault, deployment), user)?;
    secret::void(tx, (deployment, For::Reset, user.as_str()))
}

/// The same of an account as it was before a change: also of an address that the change takes from it.
fn void_of(tx: &mut Tx<'_>, (vault, deployment): (&Vault, &str), user: &User) -> Result<()> {
    for email in &user.emails {
        let identifier = Subject::new(vault, deployment, &email.email);
        secret::void(tx, (deployment, For::ResetCode, identifier.hash()))?;
    }
    secret::void(tx, (deployment, For::Reset, user.id.as_str()))
}

/// The same for whoever is signed in and changes a way in: once an hour, unless the mailbox was proved for the sign-in
/// (`by_mail`), in which case nobody is kept out.
///
/// # Errors
/// What the database says.
pub fn void_by(
    tx: &mut Tx<'_>,
    (vault, deployment): (&Vault, &str),
    (user, by_mail): (&User, bool),
    now: i64,
) -> Result<()> {
    if !by_mail && secret::is_live(tx, (deployment, For::Reset, user.id.as_str()), now)? {
        let account = Subject::new(vault, deployment, user.id.as_str());
        if throttle::count(tx, &RESET_VOIDED, &account, now)? != Verdict::Counted {
            return Ok(());
        }
    }
    void_of(tx, (vault, deployment), user)
}

/// Makes only the mailed codes void.
///
/// # Errors
/// What the database says.
pub fn void_codes(tx: &mut Tx<'_>, (vault, deployment): (&Vault, &str), user: &UserId) -> Result<()> {
    for email in store::emails_of(tx, user)? {
        let identifier = Subject::new(vault, deployment, &email.email);
        secret::void(tx, (deployment, For::ResetCode, identifier.hash()))?;
    }
    Ok(())
}
