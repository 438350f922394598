//! What is under way to set an account another password, made void by whatever changes who may: another password, an
//! address or a second factor that comes or goes, a sign-in, the account's end.

use super::{User, store};
use crate::db::Tx;
use crate::error::Result;
use crate::id::UserId;
use crate::secret::{self, For};
use crate::throttle::Subject;
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

/// The same for whoever changes a way into an account and has it as it was before: also of an address that the change
/// takes from it.
///
/// # Errors
/// What the database says.
pub fn void_of(tx: &mut Tx<'_>, (vault, deployment): (&Vault, &str), user: &User) -> Result<()> {
    for email in &user.emails {
        let identifier = Subject::new(vault, deployment, &email.email);
        secret::void(tx, (deployment, For::ResetCode, identifier.hash()))?;
    }
    secret::void(tx, (deployment, For::Reset, user.id.as_str()))
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
