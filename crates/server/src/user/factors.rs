//! Since when an account has a second factor, and what its owner may choose about it.
//!
//! A confirmed authenticator is one, a passkey, and, where the deployment says so, a proved phone number. Backup codes stand
//! in for one of those and are nothing by themselves.

use super::backup_code;
use crate::app::Site;
use crate::config::SecondFactorPolicy;
use crate::db::Tx;
use crate::error::Result;
use crate::id::UserId;
use crate::params;
use keyrack_protocol::Code;

/// The policy that the owner of an account chooses for it.
///
/// # Errors
/// [`Code::InvalidParameter`] when the word is none; [`Code::SecondFactorEnforced`] when it asks for less than the
/// deployment does; [`Code::SecondFactorMissing`] when it asks for one that the account has not.
pub fn chosen(
    word: &str,
    deployment: SecondFactorPolicy,
    has_one: bool,
) -> std::result::Result<SecondFactorPolicy, Code> {
    let wanted = SecondFactorPolicy::parse(word).ok_or(Code::InvalidParameter)?;
    if deployment.of_account(Some(word)) != wanted {
        return Err(Code::SecondFactorEnforced);
    }
    if wanted == SecondFactorPolicy::Enforced && !has_one {
        return Err(Code::SecondFactorMissing);
    }
    Ok(wanted)
}

/// Notes since when an account has a second factor, after one was added or removed: whoever does that calls it in the
/// same transaction, under the user's lock. Backup codes go with the last that they stood in for. It tells no session:
/// whoever changes an account raises the revisions of all its sessions anyway (`session::scope::tell`).
///
/// # Errors
/// [`Code::SecondFactorEnforced`] when the account has none any more and is asked for one: the removal must not be, and
/// the error undoes it. Else what the database says.
pub fn settle(tx: &mut Tx<'_>, site: &Site, user: &UserId, now: i64) -> Result<()> {
    let row = tx.query_one(
        "select second_factor_at, second_factor_policy, passkeys,
             (select count(*) from authenticators a where a.user_id = $1 and a.verified_at is not null),
             (select count(*) from phone_numbers p where p.user_id = $1 and p.verified_at is not null)
         from users where id = $1 and deployment_id = $2",
        params![user.as_str(), &site.config.id],
    )?;
    let Some(row) = row else { return Ok(()) };
    let mut cells = row.cells();
    let (since, own) = (cells.optional_int()?, cells.optional_text()?);
    let (passkeys, authenticators, phones) = (cells.int()?, cells.int()?, cells.int()?);
    let by_phone = phones > 0 && site.config.auth.second_factor.phone_otp;
    let has_one = passkeys > 0 || authenticators > 0 || by_phone;
    if has_one == since.is_some() {
        return Ok(());
    }
    if !has_one {
        let policy = site.config.auth.second_factor.policy.of_account(own.as_deref());
        if policy == SecondFactorPolicy::Enforced {
            return Err(Code::SecondFactorEnforced.into());
        }
        backup_code::store::forget(tx, user)?;
    }
    tx.execute(
        "update users set second_factor_at = $2, updated_at = $3 where id = $1",
        params![user.as_str(), has_one.then_some(now), now],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use SecondFactorPolicy::{Enforced, None as Never, Optional};

    #[test]
    fn nobody_chooses_less_than_the_deployment_asks_or_what_they_cannot_prove() {
        let refused = |word, deployment, has_one| chosen(word, deployment, has_one).unwrap_err();
        for deployment in [Never, Optional] {
            assert_eq!(chosen("none", deployment, false), Ok(Never));
            assert_eq!(chosen("optional", deployment, false), Ok(Optional));
            assert_eq!(refused("enforced", deployment, false), Code::SecondFactorMissing);
        }
        for deployment in [Never, Optional, Enforced] {
            assert_eq!(chosen("enforced", deployment, true), Ok(Enforced));
            assert_eq!(refused("Enforced", deployment, true), Code::InvalidParameter);
            assert_eq!(refused("", deployment, true), Code::InvalidParameter);
        }
        assert_eq!(refused("none", Enforced, true), Code::SecondFactorEnforced);
        assert_eq!(refused("optional", Enforced, true), Code::SecondFactorEnforced);
    }
}
