//! Accounts, as whoever runs the application sees them, from the database.

use super::page::Page;
use super::view::User;
use crate::db::{Row, Snapshot};
use crate::error::{Error, Result};
use crate::id::UserId;
use crate::membership::store::metadata;
use crate::membership::words;
use crate::params;
use crate::time::rfc3339;
use crate::user::email::EmailAddress;
use crate::user::kept::folded_name;
use crate::user::phone::E164;
use crate::user::username::Username;
use keyrack_protocol::Code;

/// A statement over accounts: what is selected, and `$from`, which says of which and ends in their order. `$5` is now.
macro_rules! accounts {
    ($with:literal, $from:literal) => {
        concat!(
            $with,
            "select u.id, coalesce(e.email, ''), coalesce(u.username, ''), case when e.verified_at is null then 0 else 1 end,
                 coalesce((select min(p.phone) from phone_numbers p where p.user_id = u.id and p.is_primary = 1), ''),
                 u.first_name, u.last_name, u.external_id, u.public_metadata, u.private_metadata, u.password_hash,
                 u.second_factor_at, u.created_at, u.updated_at, u.disabled_at, u.deletion_due_at, u.deleted_at,
                 (select count(*) from sign_ins s
                  where s.user_id = u.id and s.ended_at is null and s.expires_at > $5) ",
            $from
        )
    };
}

const ONE: &str = accounts!(
    "",
    "from users u left join email_addresses e on e.user_id = u.id and e.is_primary = 1
     where u.id = $2 and u.deployment_id = $1 and $3 = '' and $4 = '' order by u.id"
);

/// Whether the row `u` is in the state `$4`.
const ALL: &str = accounts!(
    "",
    "from users u left join email_addresses e on e.user_id = u.id and e.is_primary = 1
     where u.deployment_id = $1 and ($2 = '' or u.id < $2)
         and case when u.deleted_at is not null then $4 = 'deleted'
                  when $4 = 'present' then true
                  when u.disabled_at is not null then $4 = 'disabled'
                  else $4 = 'active' end
     order by u.id desc limit $3"
);

/// Each part of the union is a range of an index: addresses from `$6` to `$7`, numbers to `$9`, usernames to `$11`, names
/// to `$13`, and one external id.
const FOUND: &str = accounts!(
    "with found as (
         select a.user_id as id from email_addresses a where a.deployment_id = $1 and a.email >= $6 and a.email <= $7
         union select n.user_id from phone_numbers n where n.deployment_id = $1 and n.phone >= $8 and n.phone <= $9
         union select x.id from users x where x.deployment_id = $1 and x.username >= $10 and x.username <= $11
         union select x.id from users x where x.deployment_id = $1 and x.name_folded >= $12 and x.name_folded <= $13
             and x.name_folded <> ''
         union select x.id from users x where x.deployment_id = $1 and x.last_name_folded >= $12
             and x.last_name_folded <= $13 and x.last_name_folded <> ''
         union select x.id from users x where x.deployment_id = $1 and x.external_id = $14)
     ",
    "from found f join users u on u.id = f.id left join email_addresses e on e.user_id = u.id and e.is_primary = 1
     where u.deployment_id = $1 and ($2 = '' or u.id < $2)
         and case when u.deleted_at is not null then $4 = 'deleted'
                  when $4 = 'present' then true
                  when u.disabled_at is not null then $4 = 'disabled'
                  else $4 = 'active' end
     order by u.id desc limit $3"
);

/// What accounts are looked for by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sought {
    email: Range,
    phone: Range,
    username: Range,
    name: Range,
    external_id: String,
}

/// From here to there, both included.
type Range = (String, String);

/// Nothing lies in it.
fn nothing() -> Range {
    ("~".to_owned(), String::new())
}

fn beginning(word: &str) -> Range {
    (word.to_owned(), words::end(word))
}

fn exactly(text: &str) -> Range {
    (text.to_owned(), text.to_owned())
}

impl Sought {
    fn of_nobody() -> Self {
        Self {
            email: nothing(),
            phone: nothing(),
            username: nothing(),
            name: nothing(),
            external_id: String::new(),
        }
    }

    /// What a text says that somebody typed to find somebody: the beginning of an address, a number, a username, a name
    /// or a last name, or a whole external id.
    #[must_use]
    pub fn typed(text: &str) -> Self {
        let word = folded_name(text);
        if word.is_empty() {
            return Self::of_nobody();
        }
        let is_number = word.starts_with('+') && word.len() > 1;
        Self {
            email: beginning(&word),
            phone: if is_number { beginning(&word.replace([' ', '-'], "")) } else { nothing() },
            username: beginning(&word),
            name: beginning(&word),
            external_id: text.trim().to_owned(),
        }
    }

    /// Whoever has exactly this address, phone number, username or external id, whichever `name` says.
    ///
    /// # Errors
    /// [`Code::InvalidEmail`], [`Code::InvalidPhoneNumber`], [`Code::InvalidUsername`], and [`Code::InvalidParameter`]
    /// for another name.
    pub fn exactly(name: &str, text: &str) -> Result<Self> {
        let nobody = Self::of_nobody();
        Ok(match name {
            "email" => Self { email: exactly(EmailAddress::parse(text)?.as_str()), ..nobody },
            "phone_number" => Self { phone: exactly(E164::parse(text, None)?.as_str()), ..nobody },
            "username" => Self { username: exactly(Username::parse(text)?.as_str()), ..nobody },
            "external_id" => Self { external_id: text.trim().to_owned(), ..nobody },
            _ => return Err(Error::from(Code::InvalidParameter)),
        })
    }
}

/// An account; none when there is no such one in the deployment.
///
/// # Errors
/// What the database says.
pub fn one(on: &mut Snapshot<'_>, deployment: &str, id: &UserId, now: i64) -> Result<Option<User>> {
    let row = on.query_one(ONE, params![deployment, id.as_str(), "", "", now])?;
    row.map(read).transpose()
}

/// The accounts of one page, newest first, and one more if there is one: all of a state, or those that are sought.
///
/// # Errors
/// What the database says.
pub fn page(
    on: &mut Snapshot<'_>,
    deployment: &str,
    (page, state): (&Page, &str),
    sought: Option<&Sought>,
    now: i64,
) -> Result<Vec<User>> {
    let rows = match sought {
        None => on.query(ALL, params![deployment, &page.after, page.rows(), state, now])?,
        Some(it) => on.query(
            FOUND,
            params![
                deployment,
                &page.after,
                page.rows(),
                state,
                now,
                &it.email.0,
                &it.email.1,
                &it.phone.0,
                &it.phone.1,
                &it.username.0,
                &it.username.1,
                &it.name.0,
                &it.name.1,
                &it.external_id
            ],
        )?,
    };
    rows.into_iter().map(read).collect()
}

fn read(row: Row) -> Result<User> {
    let mut cells = row.cells();
    let (id, email_address, username) = (cells.text()?, cells.text()?, cells.text()?);
    let (email_address_verified, phone_number) = (cells.int()? == 1, cells.text()?);
    let (first_name, last_name, external_id) = (cells.text()?, cells.text()?, cells.optional_text()?);
    let (public_metadata, private_metadata) = (metadata(&cells.text()?)?, metadata(&cells.text()?)?);
    let has_password = cells.optional_text()?.is_some();
    let has_second_factor = cells.optional_int()?.is_some();
    let (created_at, updated_at) = (rfc3339(cells.int()?), rfc3339(cells.int()?));
    let (disabled_at, due_at, deleted_at) =
        (cells.optional_int()?, cells.optional_int()?, cells.optional_int()?);
    let state = match (disabled_at, deleted_at) {
        (_, Some(_)) => "deleted",
        (Some(_), None) => "disabled",
        (None, None) => "active",
    };
    Ok(User {
        id,
        state: state.to_owned(),
        email_address,
        username,
        email_address_verified,
        phone_number,
        first_name,
        last_name,
        external_id,
        public_metadata,
        private_metadata,
        has_password,
        has_second_factor,
        sign_ins: cells.int()?,
        created_at,
        updated_at,
        disabled_at: disabled_at.map(rfc3339),
        deletion_due_at: due_at.map(rfc3339),
        deleted_at: deleted_at.map(rfc3339),
    })
}
