//! Whether an identifier can still be had: asked by a form while somebody fills it in.

use super::restrictions;
use crate::caller::Browser;
use crate::config::{Deployment, FieldUse};
use crate::error::{Error, Result};
use crate::throttle::{self, AVAILABILITY, Subject, Verdict};
use crate::user;
use crate::user::email::EmailAddress;
use crate::user::username::Username;
use keyrack_protocol::{Availability, Code};
use std::sync::Arc;

/// What is asked for.
#[derive(Clone, Debug)]
enum Asked {
    Email(EmailAddress),
    Username(Username),
}

/// Whether `text`, an `email` or a `username`, is taken. A username that looks like another's, a reserved one and
/// one with a banned keyword are: `exists` means that nobody can sign up with it.
///
/// # Errors
/// `availability_hidden` for an address where answers are uniform, and for what the deployment has not;
/// `too_many_attempts`; `invalid_email` and `invalid_username` for what is neither.
pub async fn exists(browser: &Browser, kind: &str, text: &str) -> Result<Availability> {
    let site = Arc::clone(&browser.site);
    let asked = match kind {
        "email" if site.config.uniform_answers => return Err(Code::AvailabilityHidden.into()),
        "email" => Asked::Email(EmailAddress::parse(text)?),
        "username" if site.config.auth.username == FieldUse::Off => {
            return Err(Error::refused(Code::AvailabilityHidden, "This deployment has no usernames."));
        }
        "username" => Asked::Username(Username::parse(text)?),
        _ => return Err(Error::refused(Code::BadRequestBody, "type must be email or username.")),
    };
    count(browser).await?;
    let exists = browser.app.db.read(move |on| match &asked {
        Asked::Email(email) => Ok(user::store::find_by_email(on, &site.config.id, email)?.is_some()),
        Asked::Username(username) if is_kept(&site.config, username) => Ok(true),
        Asked::Username(username) => user::store::has_username(on, &site.config.id, username),
    });
    Ok(Availability { exists: exists.await? })
}

/// Counts a question of the client's address, in a transaction of its own: no answer takes it back.
///
/// # Errors
/// `too_many_attempts`.
pub async fn count(browser: &Browser) -> Result<()> {
    let address = Subject::new(&browser.app.vault, &browser.site.config.id, &browser.counted_address());
    let now = browser.app.world.clock.now_ms();
    match browser.app.db.write(move |tx| throttle::count(tx, &AVAILABILITY, &address, now)).await? {
        Verdict::Counted => Ok(()),
        Verdict::Wait(ms) => Err(Error::throttled(ms)),
    }
}

/// Whether nobody can have a username, also when nobody has it.
fn is_kept(config: &Deployment, username: &Username) -> bool {
    username.is_reserved(&config.app_name)
        || restrictions::check_name(&config.restrictions, username.as_str()).is_err()
}
