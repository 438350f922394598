//! Since when an account has a second factor, and what its owner may choose about it.
//!
//! A confirmed authenticator is one, a passkey, and, where the deployment says so, a proved phone number. Backup codes stand
//! in for one of those and are nothing by themselves.

use super::{User, backup_code};
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
    let Some(held) = held(tx, site, user)? else { return Ok(()) };
    if held.is_lost() && held.is_enforced {
        return Err(Code::SecondFactorEnforced.into());
    }
    write(tx, user, &held, now)
}

/// The same after what nobody can refuse: somebody else proved a number, or an operator took factors away.
///
/// # Errors
/// What the database says.
pub fn settle_loss(tx: &mut Tx<'_>, site: &Site, user: &UserId, now: i64) -> Result<()> {
    held(tx, site, user)?.map_or(Ok(()), |held| write(tx, user, &held, now))
}

/// The same after something was added that may be a factor: it makes no account weaker whose factor is one of a kind that
/// was switched off.
///
/// # Errors
/// What the database says.
pub fn settle_gain(tx: &mut Tx<'_>, site: &Site, user: &UserId, now: i64) -> Result<()> {
    let gained = held(tx, site, user)?.filter(|held| !held.is_lost());
    gained.map_or(Ok(()), |held| write(tx, user, &held, now))
}

/// Notes that an account has a second factor whose number was proved before codes to numbers were one. What was switched
/// off since is left as it was: nobody must become weaker because a file changed.
///
/// # Errors
/// What the database says.
pub fn catch_up(tx: &mut Tx<'_>, site: &Site, user: &mut User, now: i64) -> Result<()> {
    let by_phone = site.config.auth.second_factor.phone_otp;
    let is_behind = by_phone && user.second_factor_at.is_none() && user.has_proved_number();
    if is_behind {
        settle_gain(tx, site, &user.id, now)?;
        user.second_factor_at = Some(now);
    }
    Ok(())
}

/// What an account has, and what is noted of it.
struct Held {
    has_one: bool,
    had_one: bool,
    is_enforced: bool,
}

impl Held {
    fn is_lost(&self) -> bool {
        self.had_one && !self.has_one
    }
}

fn held(tx: &mut Tx<'_>, site: &Site, user: &UserId) -> Result<Option<Held>> {
    let row = tx.query_one(
        "select second_factor_at, second_factor_policy, passkeys,
             (select count(*) from authenticators a where a.user_id = $1 and a.verified_at is not null),
             (select count(*) from phone_numbers p where p.user_id = $1 and p.verified_at is not null)
         from users where id = $1 and deployment_id = $2",
        params![user.as_str(), &site.config.id],
    )?;
    let Some(row) = row else { return Ok(None) };
    let mut cells = row.cells();
    let (since, own) = (cells.optional_int()?, cells.optional_text()?);
    let (passkeys, authenticators, phones) = (cells.int()?, cells.int()?, cells.int()?);
    let second = &site.config.auth.second_factor;
    Ok(Some(Held {
        has_one: passkeys > 0 || authenticators > 0 || (phones > 0 && second.phone_otp),
        had_one: since.is_some(),
        is_enforced: second.policy.of_account(own.as_deref()) == SecondFactorPolicy::Enforced,
    }))
}

fn write(tx: &mut Tx<'_>, user: &UserId, held: &Held, now: i64) -> Result<()> {
    if held.has_one == held.had_one {
        return Ok(());
    }
    if held.is_lost() {
        backup_code::store::forget(tx, user)?;
    }
    tx.execute(
        "update users set second_factor_at = $2, updated_at = $3 where id = $1",
        params![user.as_str(), held.has_one.then_some(now), now],
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
