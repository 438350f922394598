//! A forgotten password: who reads the mail of a proved address sets another one.
//!
//! Asking mails a code and a link ([`ask`]), the code gives a token as the link holds one ([`code`]), and the token sets a
//! password ([`reset`]): once, for half an hour, and only the newest. Nothing of it belongs to a browser, because people ask
//! at one and read their mail at another; what ends sessions of a stranger's making is that the new password is set, and
//! the sign-in made, where the token is. docs/adr/0024 says what that is safe against.
//!
//! Whoever asks learns nothing: an address without an account gets the same answer after the same work, and a code for
//! it is waited for that nobody has.

mod ask;
mod code;
pub mod http;
mod mails;
mod reset;
mod token;

use crate::app::Site;
use crate::db::Snapshot;
use crate::error::Result;
use crate::id::UserId;
use crate::params;
use crate::user::email::EmailAddress;
use crate::user::may_act_with;

/// The longest that a link, or a token that a code gave, works.
const TOKEN_MS: i64 = 30 * 60_000;

/// How long they work in a deployment.
fn token_ms(site: &Site) -> i64 {
    site.config.lifetimes.attempt_ms.min(TOKEN_MS)
}

/// The account that has proved an address and may act.
///
/// # Errors
/// What the database says.
fn owner_of(on: &mut Snapshot<'_>, deployment: &str, email: &EmailAddress) -> Result<Option<UserId>> {
    let row = on.query_one(
        "select u.id, u.disabled_at, u.deleted_at from email_addresses e join users u on u.id = e.user_id
         where e.deployment_id = $1 and e.email = $2 and e.verified_at is not null order by e.id",
        params![deployment, email.as_str()],
    )?;
    let Some(row) = row else { return Ok(None) };
    let mut cells = row.cells();
    let id = UserId::stored(cells.text()?);
    let acts = may_act_with(cells.optional_int()?, cells.optional_int()?).is_ok();
    Ok(acts.then_some(id))
}
