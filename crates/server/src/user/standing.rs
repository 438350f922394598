//! What an operator decides about an account, in the database. The caller holds the user's lock and ends its
//! sign-ins.

use super::User;
use super::username::Username;
use crate::db::Tx;
use crate::error::Result;
use crate::params;
use crate::throttle::{self, ACCOUNT, PASSWORD, Subject};
use crate::vault::Vault;

/// Disables an account, or enables it again; one that is so already stays as it is.
///
/// # Errors
/// What the database says.
pub fn set_disabled(tx: &mut Tx<'_>, user: &User, at: Option<i64>, now: i64) -> Result<()> {
    if user.disabled_at.is_some() != at.is_some() {
        tx.execute(
            "update users set disabled_at = $2, updated_at = $3 where id = $1",
            params![user.id.as_str(), at, now],
        )?;
    }
    Ok(())
}

/// What an account is to be called.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    /// First name, may be `""`.
    pub first_name: &'a str,
    /// Last name, may be `""`.
    pub last_name: &'a str,
    /// A new username, or none at all; without a word it keeps what it has.
    pub username: Option<Option<&'a Username>>,
}

/// Calls an account otherwise; `false` and nothing changed when somebody else has the username, or one that looks
/// like it.
///
/// # Errors
/// What the database says.
pub fn rename(tx: &mut Tx<'_>, user: &User, names: &Names<'_>, now: i64) -> Result<bool> {
    let of_now = user.username.as_deref().map(Username::parse).transpose()?;
    let username = names.username.unwrap_or(of_now.as_ref());
    let skeleton = username.map(Username::skeleton);
    let renamed = tx.execute(
        "update users set first_name = $2, last_name = $3, username = $4, username_skeleton = $5, updated_at = $6
         where id = $1 and not exists (select 1 from users other where other.deployment_id = users.deployment_id
             and other.username_skeleton = $5 and other.id <> users.id)",
        params![
            user.id.as_str(),
            names.first_name,
            names.last_name,
            username.map(Username::as_str),
            skeleton.as_ref(),
            now
        ],
    )?;
    Ok(renamed == 1)
}

/// Gives an account another password.
///
/// # Errors
/// What the database says.
pub fn set_password(tx: &mut Tx<'_>, user: &User, hash: &str, now: i64) -> Result<()> {
    tx.execute(
        "update users set password_hash = $2, imported_hash = null, password_set_at = $3, updated_at = $3
         where id = $1",
        params![user.id.as_str(), hash, now],
    )?;
    Ok(())
}

/// Takes all second factors from an account, also where one is asked for: whoever signs in next sets one up then. Its phone
/// numbers stay, and where a code to one is a second factor they are to be proved again. `false` if it had none.
///
/// # Errors
/// What the database says.
pub fn forget_factors(tx: &mut Tx<'_>, (user, phones_are_factors): (&User, bool), now: i64) -> Result<bool> {
    let id = user.id.as_str();
    let mut gone = tx.execute("delete from authenticators where user_id = $1", params![id])?;
    gone += tx.execute("delete from passkeys where user_id = $1", params![id])?;
    gone += tx.execute("delete from backup_codes where user_id = $1", params![id])?;
    if phones_are_factors {
        gone += tx.execute(
            "update phone_numbers set verified_at = null, updated_at = $2 where user_id = $1 and verified_at is not null",
            params![id, now],
        )?;
    }
    tx.execute(
        "update users set second_factor_at = null, backup_codes = 0, passkeys = 0, updated_at = $2 where id = $1",
        params![id, now],
    )?;
    Ok(gone > 0)
}

/// Takes the password from an account.
///
/// # Errors
/// What the database says.
pub fn remove_password(tx: &mut Tx<'_>, user: &User, now: i64) -> Result<()> {
    tx.execute(
        "update users set password_hash = null, imported_hash = null, password_set_at = $2, updated_at = $2
         where id = $1",
        params![user.id.as_str(), now],
    )?;
    Ok(())
}

/// Keeps an account's password under a hash of other parameters: the password and its age stay.
///
/// # Errors
/// What the database says.
pub fn renew_hash(tx: &mut Tx<'_>, user: &User, hash: &str) -> Result<()> {
    tx.execute(
        "update users set password_hash = $2, imported_hash = null where id = $1",
        params![user.id.as_str(), hash],
    )?;
    Ok(())
}

/// Deletes an account: its address and username are free again, and of what it said about a person nothing is left. The row
/// stays, so that records of what happened still lead somewhere; they keep its id, and no address of either kind.
///
/// # Errors
/// What the database says.
pub fn erase(tx: &mut Tx<'_>, (vault, deployment): (&Vault, &str), user: &User, now: i64) -> Result<()> {
    let id = user.id.as_str();
    tx.execute(
        "update audit set ip_address = '', identifier = '', note = '' where user_id = $1 and user_id <> ''",
        params![id],
    )?;
    for name in names(tx, user)? {
        let subject = Subject::new(vault, deployment, &name);
        // Also what was recorded before it was known whose it is.
        tx.execute(
            "update audit set ip_address = '', identifier = ''
             where deployment_id = $1 and identifier = $2 and identifier <> ''",
            params![deployment, subject.hash()],
        )?;
        throttle::forget(tx, &PASSWORD, &subject)?;
        tx.execute(
            "delete from waitlist_entries where deployment_id = $1 and email = $2",
            params![deployment, &name],
        )?;
    }
    for counted in [id.to_owned(), throttle::own(id)] {
        throttle::forget(tx, &ACCOUNT, &Subject::new(vault, deployment, &counted))?;
    }
    tx.execute(
        "update users set first_name = '', last_name = '', username = null, username_skeleton = null,
             password_hash = null, imported_hash = null, password_set_at = null, passkey_handle = null, second_factor_policy = null,
             second_factor_at = null, availability = 'available', picture_id = '', backup_codes = 0, passkeys = 0,
             language = '', external_id = null, public_metadata = '{}', private_metadata = '{}', name_folded = '',
             last_name_folded = '',
             deletion_asked_at = null, deletion_due_at = null,
             deleted_at = $2, updated_at = $2 where id = $1",
        params![id, now],
    )?;
    for of_it in [
        "delete from email_addresses where user_id = $1",
        "delete from phone_numbers where user_id = $1",
        "delete from authenticators where user_id = $1",
        "delete from backup_codes where user_id = $1",
        "delete from passkeys where user_id = $1",
        "delete from device_requests where user_id = $1",
        "delete from handshakes where sign_in_id in (select id from sign_ins where user_id = $1)",
    ] {
        tx.execute(of_it, params![id])?;
    }
    tx.execute(
        "update sign_ins set ip_address = '', user_agent = '', actor_reason = '' where user_id = $1",
        params![id],
    )?;
    tx.execute("delete from tickets where user_id = $1 or actor = $1", params![id])?;
    Ok(())
}

/// What the account could be named by when somebody signed in or up.
fn names(tx: &mut Tx<'_>, user: &User) -> Result<Vec<String>> {
    let rows = tx.query(
        "select email from email_addresses where user_id = $1 union all select phone from phone_numbers where user_id = $1
         order by email",
        params![user.id.as_str()],
    )?;
    let emails = rows.into_iter().map(|row| row.cells().text());
    emails.chain(user.username.clone().map(Ok)).collect()
}
