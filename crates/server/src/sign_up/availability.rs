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
    let address = Subject::new(&browser.app.vault, &site.config.id, &browser.counted_address());
    let now = browser.app.world.clock.now_ms();
    let exists = browser.app.db.write(move |tx| {
        if let Verdict::Wait(ms) = throttle::count(tx, &AVAILABILITY, &address, now)? {
            return Err(Error::throttled(ms));
        }
        match &asked {
            Asked::Email(email) => Ok(user::store::find_by_email(tx, &site.config.id, email)?.is_some()),
            Asked::Username(username) if is_kept(&site.config, username) => Ok(true),
            Asked::Username(username) => user::store::has_username(tx, &site.config.id, username),
        }
    });
    Ok(Availability { exists: exists.await? })
}

/// Whether nobody can have a username, also when nobody has it.
fn is_kept(config: &Deployment, username: &Username) -> bool {
    username.is_reserved(&config.app_name)
        || restrictions::check_name(&config.restrictions, username.as_str()).is_err()
}
