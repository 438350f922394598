//! A passkey of the account, which signs for the sign-in that proves itself again.

use crate::app::{App, Site};
use crate::caller::{Account, Own};
use crate::db::Tx;
use crate::error::Result;
use crate::passkey::challenge::{Asked, Drawn};
use crate::passkey::party::Party;
use crate::passkey::prove::{self, Outcome, Whose};
use crate::passkey::said;
use crate::secret::For;
use crate::sign_in::factor;
use keyrack_protocol::{Code, ReauthenticationMethod as Method, ReauthenticationPrepared};

fn asked<'a>(site: &'a Site, own: &'a Own) -> Asked<'a> {
    Asked { deployment: &site.config.id, purpose: For::PasskeyAgain, owner: own.sign_in.as_str() }
}

/// Asks for one of the account's passkeys; what the same sign-in asked before is void.
///
/// # Errors
/// `unsupported_strategy` when the account has none, or its deployment offers none.
pub(super) async fn ask(account: &Account) -> Result<ReauthenticationPrepared> {
    let drawn = Drawn::draw(&account.app.world);
    let asked = account.change_own(move |tx, of, own| {
        if !factor::passkey::is_there(of.1, &own.user) {
            return Err(Code::StrategyUnknown.into());
        }
        prove::ask(tx, of, asked(of.1, own), (Whose::Of(&own.user.id), &drawn), own.now())
    });
    Ok(ReauthenticationPrepared {
        method: Method::Passkey,
        otp_sent: false,
        masked_address: None,
        options: Some(asked.await?.1.options),
    })
}

/// What the answer of a device (what `toJSON()` writes) proves, by its name in RFC 8176; or why it proves nothing.
///
/// # Errors
/// `unsupported_strategy` when the deployment offers none; what the database says.
pub(super) fn check(
    tx: &mut Tx<'_>,
    (app, site): (&App, &Site),
    (own, credential): (&Own, &str),
) -> Result<std::result::Result<&'static str, Code>> {
    let party = Party::of(&site.config).ok_or(Code::StrategyUnknown)?;
    let credential = serde_json::from_str(credential).unwrap_or_default();
    let Some(answer) = said::assertion_in(&credential, &party) else { return Ok(Err(Code::InvalidPasskey)) };
    let taken = prove::take(tx, (app, site), asked(site, own), (Some(&own.user.id), &answer), &own.by())?;
    Ok(match taken {
        Outcome::Proved(name) => Ok(name),
        Outcome::Gone => Err(Code::PasskeyRequestExpired),
        Outcome::Wrong | Outcome::Copied => Err(Code::InvalidPasskey),
    })
}
