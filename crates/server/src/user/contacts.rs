//! Addresses and phone numbers of users in the database: which are proved, and by whom.

use super::User;
use crate::db::Tx;
use crate::error::Result;
use crate::id::PhoneNumberId;
use crate::params;

/// Notes that an address of an account is proved; false when somebody else has proved it. The caller holds the user's
/// lock.
///
/// # Errors
/// What the database says.
pub fn prove_email(tx: &mut Tx<'_>, deployment: &str, id: &str, now: i64) -> Result<bool> {
    let proved = tx.execute(
        "update email_addresses set verified_at = coalesce(verified_at, $3), updated_at = $3
         where id = $2 and deployment_id = $1 and not exists (
             select 1 from email_addresses o where o.deployment_id = $1 and o.email = email_addresses.email
                 and o.verified_at is not null and o.id <> $2)",
        params![deployment, id, now],
    )?;
    Ok(proved == 1)
}

/// The same of a phone number.
///
/// # Errors
/// What the database says.
pub fn prove_phone(tx: &mut Tx<'_>, deployment: &str, id: &str, now: i64) -> Result<bool> {
    let proved = tx.execute(
        "update phone_numbers set verified_at = coalesce(verified_at, $3), updated_at = $3
         where id = $2 and deployment_id = $1 and not exists (
             select 1 from phone_numbers o where o.deployment_id = $1 and o.phone = phone_numbers.phone
                 and o.verified_at is not null and o.id <> $2)",
        params![deployment, id, now],
    )?;
    Ok(proved == 1)
}

/// Adds a phone number that is not proved, the primary one of an account that has none.
///
/// # Errors
/// What the database says.
pub fn add_phone(
    tx: &mut Tx<'_>,
    deployment: &str,
    (user, id): (&User, &PhoneNumberId),
    phone: &str,
    now: i64,
) -> Result<()> {
    tx.execute(
        "insert into phone_numbers (id, deployment_id, user_id, phone, is_primary, created_at, updated_at)
         values ($1, $2, $3, $4, 1, $5, $5)",
        params![id.as_str(), deployment, user.id.as_str(), phone, now],
    )?;
    Ok(())
}
