//! A passkey as a second factor.

use super::Tried;
use crate::app::{App, Site};
use crate::db::Tx;
use crate::error::Result;
use crate::passkey::challenge::{Asked, Drawn};
use crate::passkey::party::Party;
use crate::passkey::prove::{self, Outcome, Whose};
use crate::passkey::said;
use crate::secret::For;
use crate::user::User;
use keyrack_protocol::PasskeyRequest;

/// Whether an account has it, in a deployment that offers it.
#[must_use]
pub fn is_there(site: &Site, user: &User) -> bool {
    user.ways.passkeys > 0 && Party::of(&site.config).is_some()
}

fn asked<'a>(site: &'a Site, owner: &'a str) -> Asked<'a> {
    Asked { deployment: &site.config.id, purpose: For::PasskeyFactor, owner }
}

/// Asks for one of the account's passkeys; what `owner` (an attempt or a sign-in) asked before is void.
///
/// # Errors
/// `passkeys_disabled`, `passkey_not_found` when the account has none.
pub fn prepare(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    owner: &str,
    (user, drawn): (&User, &Drawn),
    now: i64,
) -> Result<PasskeyRequest> {
    prove::ask(tx, (app, site), asked(site, owner), (Whose::Of(&user.id), drawn), now)
}

/// Whether what was sent (what `toJSON()` writes) is signed by a passkey of the account, which the same asked for;
/// its name if it is.
///
/// # Errors
/// What the database says.
pub fn check(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    user: &User,
    tried: &Tried<'_>,
) -> Result<Option<&'static str>> {
    let Some(party) = Party::of(&site.config) else { return Ok(None) };
    let credential = serde_json::from_str(tried.typed).unwrap_or_default();
    let Some(answer) = said::assertion_in(&credential, &party) else { return Ok(None) };
    let taken = prove::take(tx, (app, site), asked(site, tried.owner), (Some(&user.id), &answer), tried.by)?;
    Ok(match taken {
        Outcome::Proved(name) => Some(name),
        Outcome::Gone | Outcome::Wrong | Outcome::Copied => None,
    })
}
