//! Users in the database.

use super::email::EmailAddress;
use super::username::Username;
use super::{Email, User, kept, may_act_with, ways};
use crate::db::{Cells, Row, Snapshot, Tx};
use crate::error::Result;
use crate::id::{EmailAddressId, UserId};
use crate::params;

/// A user to be made, its ids drawn before the transaction.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Its id.
    pub id: UserId,
    /// The id of its first address.
    pub email_id: EmailAddressId,
    /// First name, may be `""`.
    pub first_name: String,
    /// Last name, may be `""`.
    pub last_name: String,
    /// Its username, if it has one.
    pub username: Option<Username>,
    /// The address, `""` for none.
    pub email: String,
    /// Whether it is proved. One that is not lets nobody in but by the username, and is proved on the way.
    pub is_proved: bool,
    /// The password's PHC string, if it has one.
    pub password_hash: Option<String>,
}

/// What a sign-in by password needs to know of an account.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The account.
    pub user_id: UserId,
    /// Its password's PHC string, if one is set.
    pub password_hash: Option<String>,
}

/// How an attempt to make a user ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Created {
    /// It is there.
    Made,
    /// Somebody else has proved the address; nothing was made.
    EmailTaken,
    /// Somebody else has the username, or one that looks like it; nothing was made.
    UsernameTaken,
}

/// Makes a user, with a primary address where it has one.
///
/// # Errors
/// What the database says.
pub fn create(tx: &mut Tx<'_>, deployment: &str, user: &NewUser, now: i64) -> Result<Created> {
    if !user.is_proved && find_proved(tx, deployment, &user.email)?.is_some() {
        return Ok(Created::EmailTaken);
    }
    let skeleton = user.username.as_ref().map(Username::skeleton);
    let made = tx.execute(
        "insert into users (id, deployment_id, version, first_name, last_name, username, username_skeleton,
             password_hash, password_set_at, created_at, updated_at)
         values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $9) on conflict do nothing",
        params![
            user.id.as_str(),
            deployment,
            &user.first_name,
            &user.last_name,
            user.username.as_ref().map(Username::as_str),
            skeleton.as_ref(),
            user.password_hash.as_ref(),
            user.password_hash.as_ref().map(|_| now),
            now
        ],
    )?;
    if made == 0 {
        // Whose address is taken need not look for another username.
        let email_taken = find_proved(tx, deployment, &user.email)?.is_some();
        return Ok(if email_taken { Created::EmailTaken } else { Created::UsernameTaken });
    }
    if user.email.is_empty() {
        kept::fold_names(tx, &user.id)?;
        return Ok(Created::Made);
    }
    let made = tx.execute(
        "insert into email_addresses
             (id, deployment_id, user_id, email, is_primary, verified_at, created_at, updated_at)
         values ($1, $2, $3, $4, 1, $6, $5, $5)
         on conflict (deployment_id, email) where verified_at is not null do nothing",
        params![
            user.email_id.as_str(),
            deployment,
            user.id.as_str(),
            &user.email,
            now,
            user.is_proved.then_some(now)
        ],
    )?;
    if made == 0 {
        tx.execute("delete from users where id = $1", params![user.id.as_str()])?;
        return Ok(Created::EmailTaken);
    }
    kept::fold_names(tx, &user.id)?;
    Ok(Created::Made)
}

/// Whether somebody has `username`, or one that looks like it.
///
/// # Errors
/// What the database says.
pub fn has_username(on: &mut Snapshot<'_>, deployment: &str, username: &Username) -> Result<bool> {
    let row = on.query_one(
        "select id from users where deployment_id = $1 and username_skeleton = $2 order by id",
        params![deployment, &username.skeleton()],
    )?;
    Ok(row.is_some())
}

/// The account that has exactly `username`.
///
/// # Errors
/// What the database says.
pub fn find_by_username(
    on: &mut Snapshot<'_>,
    deployment: &str,
    username: &Username,
) -> Result<Option<Credentials>> {
    let row = on.query_one(
        "select id, password_hash from users where deployment_id = $1 and username = $2 order by id",
        params![deployment, username.as_str()],
    )?;
    row.map(read_credentials).transpose()
}

/// The account that has proved `email`.
///
/// # Errors
/// What the database says.
pub fn find_by_email(
    on: &mut Snapshot<'_>,
    deployment: &str,
    email: &EmailAddress,
) -> Result<Option<Credentials>> {
    find_proved(on, deployment, email.as_str())
}

fn find_proved(on: &mut Snapshot<'_>, deployment: &str, email: &str) -> Result<Option<Credentials>> {
    let row = on.query_one(
        "select u.id, u.password_hash from email_addresses e join users u on u.id = e.user_id
         where e.deployment_id = $1 and e.email = $2 and e.verified_at is not null order by e.id",
        params![deployment, email],
    )?;
    row.map(read_credentials).transpose()
}

fn read_credentials(row: Row) -> Result<Credentials> {
    let mut cells = row.cells();
    Ok(Credentials { user_id: UserId::stored(cells.text()?), password_hash: cells.optional_text()? })
}

/// Whether there is such a user, who may act.
///
/// # Errors
/// What the database says.
pub fn acts(on: &mut Snapshot<'_>, deployment: &str, id: &UserId) -> Result<bool> {
    let row = on.query_one(
        "select disabled_at, deleted_at from users where id = $1 and deployment_id = $2",
        params![id.as_str(), deployment],
    )?;
    let Some(row) = row else { return Ok(false) };
    let mut cells = row.cells();
    Ok(may_act_with(cells.optional_int()?, cells.optional_int()?).is_ok())
}

/// An account with everything of it, as it is now; none if there is none.
///
/// # Errors
/// What the database says.
pub fn find(on: &mut Snapshot<'_>, deployment: &str, id: &UserId) -> Result<Option<User>> {
    let row = on.query_one(
        "select id, first_name, last_name, username, password_hash, disabled_at, deleted_at, second_factor_at,
             created_at, updated_at, second_factor_policy, availability, picture_id, backup_codes, passkeys, language,
             public_metadata
         from users where id = $1 and deployment_id = $2",
        params![id.as_str(), deployment],
    )?;
    let Some(row) = row else { return Ok(None) };
    let mut user = read(&mut row.cells())?;
    load_contacts(on, &mut user)?;
    Ok(Some(user))
}

/// Reads the addresses, phone numbers and authenticators of one account into it.
fn load_contacts(on: &mut Snapshot<'_>, user: &mut User) -> Result<()> {
    user.emails = emails_of(on, &user.id)?;
    ways::load(on, user)
}

/// Takes the lock of a user; its account and password as they are now, none if it is gone.
///
/// # Errors
/// What the database says.
pub fn lock(tx: &mut Tx<'_>, deployment: &str, id: &UserId) -> Result<Option<(User, Option<String>)>> {
    let row = tx.query_one(
        "update users set version = version + 1 where id = $1 and deployment_id = $2
         returning password_hash, id, first_name, last_name, username, password_hash, disabled_at, deleted_at,
             second_factor_at, created_at, updated_at, second_factor_policy, availability, picture_id, backup_codes,
             passkeys, language, public_metadata",
        params![id.as_str(), deployment],
    )?;
    let Some(row) = row else { return Ok(None) };
    let mut cells = row.cells();
    let hash = cells.optional_text()?;
    let mut user = read(&mut cells)?;
    load_contacts(tx, &mut user)?;
    Ok(Some((user, hash)))
}

/// The PHC string of an account's password, if one is set.
///
/// # Errors
/// What the database says.
pub fn password_hash(on: &mut Snapshot<'_>, deployment: &str, id: &UserId) -> Result<Option<String>> {
    let row = on.query_one(
        "select password_hash from users where id = $1 and deployment_id = $2",
        params![id.as_str(), deployment],
    )?;
    row.map_or(Ok(None), |row| row.cells().optional_text())
}

/// The addresses of an account, oldest first.
///
/// # Errors
/// What the database says.
pub fn emails_of(on: &mut Snapshot<'_>, id: &UserId) -> Result<Vec<Email>> {
    let rows = on.query(
        "select id, email, is_primary, verified_at, created_at, updated_at from email_addresses
         where user_id = $1 order by id",
        params![id.as_str()],
    )?;
    rows.into_iter().map(|row| read_email(&mut row.cells())).collect()
}

/// Reads the columns `id, first_name, last_name, username, password_hash, disabled_at, deleted_at, second_factor_at,
/// created_at, updated_at` and those of [`ways::read`]; addresses, phone numbers and authenticators are read apart.
///
/// # Errors
/// When the columns are others.
pub fn read(cells: &mut Cells) -> Result<User> {
    Ok(User {
        id: UserId::stored(cells.text()?),
        first_name: cells.text()?,
        last_name: cells.text()?,
        username: cells.optional_text()?,
        has_password: cells.optional_text()?.is_some(),
        disabled_at: cells.optional_int()?,
        deleted_at: cells.optional_int()?,
        second_factor_at: cells.optional_int()?,
        created_at: cells.int()?,
        updated_at: cells.int()?,
        emails: Vec::new(),
        ways: ways::read(cells)?,
    })
}

/// Reads the columns `id, email, is_primary, verified_at, created_at, updated_at`.
///
/// # Errors
/// When the columns are others.
pub fn read_email(cells: &mut Cells) -> Result<Email> {
    Ok(Email {
        id: EmailAddressId::stored(cells.text()?),
        email: cells.text()?,
        is_primary: cells.int()? == 1,
        verified_at: cells.optional_int()?,
        created_at: cells.int()?,
        updated_at: cells.int()?,
    })
}
