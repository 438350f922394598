//! What an operator may do to a running server: make, disable and delete users, see and end sessions, make
//! organizations, let users into them, and take back what they ask of their members.
//!
//! It is asked through a Unix socket in the data folder ([`socket`]), never through a public listener: whoever
//! may open the socket owns the server's data anyway. [`http`] is its door, [`view`] the JSON that travels,
//! [`store`] its SQL; `keyrack user` and `keyrack session` ([`crate::cli`]) are its clients.
//!
//! Backends do the same with a secret key, through [`v1`]: another door, the same rules.
//!
//! What ends sign-ins ends them in the transaction that decides it, under the user's lock: a sign-in under way
//! is either before it, and ended by it, or after it, and refused. Every session that showed one gets a new
//! revision, so that no node reads, mints or accepts what is over.

pub mod api_keys;
pub mod called;
pub mod contacts;
pub mod door;
pub mod explain;
pub mod http;
pub mod import;
pub mod inside;
pub mod invitations;
pub mod inviting;
mod letting_in;
pub mod members;
pub mod messages;
pub mod organizations;
pub mod page;
pub mod people;
pub mod places;
pub mod profile;
mod reaching;
#[cfg(unix)]
pub mod socket;
mod spaces;
pub mod store;
pub mod teams;
mod ticketing;
pub mod tickets;
pub mod tokens;
mod told;
pub mod users;
pub mod v1;
pub mod view;
pub mod waitlist;
pub mod webhooks;
pub mod workspaces;

use crate::account::deletion::{self, end_all};
use crate::app::{App, Shared, Site};
use crate::audit::{self, About, By, Event};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::http::answer;
use crate::http::layers::{self, Layered};
use crate::id::{EmailAddressId, SessionId, SignInId, UserId};
use crate::session::store::OfUser;
use crate::session::{self, Plan, crowd, read};
use crate::user::email::EmailAddress;
use crate::user::kept::{self, Kept};
use crate::user::store::{Created, NewUser};
use crate::user::username::Username;
use crate::user::{self, User, password, standing};
use keyrack_protocol::{Code, EndReason};
use std::sync::Arc;

/// Every route of the socket, with everything around it.
pub fn router(app: &Shared) -> Layered {
    let routes = http::routes()
        .route_layer(axum::middleware::from_fn(told::why))
        .method_not_allowed_fallback(answer::method_not_allowed)
        .fallback(answer::not_found)
        .with_state(Arc::clone(app));
    layers::around(routes, &app.world, false)
}

/// A user to be made, checked.
#[derive(Clone, Debug)]
pub struct Form {
    /// The address.
    pub email: EmailAddress,
    /// Whether the user is still to prove it; else the operator vouches for it.
    pub unproved: bool,
    /// The username, if there is to be one; also one that nobody may choose by himself.
    pub username: Option<Username>,
    /// First name, may be `""`.
    pub first_name: String,
    /// Last name, may be `""`.
    pub last_name: String,
    /// The password; without one nobody can sign in with it yet.
    pub password: Option<String>,
    /// What the application keeps with it.
    pub kept: Kept,
}

/// Makes a user.
///
/// # Errors
/// `EMAIL_EXISTS`, `USERNAME_EXISTS`, `external_id_exists`, and what the deployment's rules say of the password; `REQUIRED_FIELD` when the address
/// is to be proved and there is no username and password, by which alone its user can come to that.
pub async fn create(app: &App, site: &Arc<Site>, form: Form, by: By) -> Result<view::User> {
    if form.unproved && (form.username.is_none() || form.password.is_none()) {
        let why = "Whose address is to be proved signs in by a username and a password: both are needed.";
        return Err(Error::refused(Code::RequiredField, why));
    }
    let username = form.username.as_ref().map_or("", Username::as_str);
    let names = [form.email.as_str(), username, form.first_name.as_str(), form.last_name.as_str()];
    let password_hash = match form.password {
        Some(password) => {
            password::check(&site.config, &password, &names)?;
            Some(app.hasher.hash(app.hasher.place()?, &app.world, password).await?)
        }
        None => None,
    };
    let user = NewUser {
        id: UserId::draw(&app.world),
        email_id: EmailAddressId::draw(&app.world),
        first_name: form.first_name,
        last_name: form.last_name,
        username: form.username,
        email: form.email.to_string(),
        is_proved: !form.unproved,
        password_hash,
    };
    let (site, kept) = (Arc::clone(site), form.kept);
    let made = app.db.write(move |tx| match user::store::create(tx, &site.config.id, &user, by.now)? {
        Created::Made => {
            if !kept.is_empty() {
                kept::write(tx, &site.config.id, &user.id, &kept, by.now)?;
            }
            record(tx, &site, &by, Event::UserCreated, &user.id)?;
            shown(tx, &site, &user.id, by.now)
        }
        Created::EmailTaken => {
            Err(Error::refused(Code::EmailExists, "There is an account with this address already."))
        }
        Created::UsernameTaken => Err(Code::UsernameExists.into()),
    });
    made.await
}

/// What an operator decides about an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It may not act any more: its sign-ins end.
    Disable,
    /// It may act again; what has ended stays ended.
    Enable,
    /// Its second factors are gone, so that its owner, who has lost them, can sign in and set up others: its sign-ins end.
    ResetFactors,
    /// It is gone: its sign-ins end, and of its data only the id stays.
    Delete,
}

impl Decision {
    /// What it is called where it is told.
    fn event(self) -> Event {
        match self {
            Self::Disable => Event::UserDisabled,
            Self::Enable => Event::UserEnabled,
            Self::ResetFactors => Event::FactorsReset,
            Self::Delete => Event::UserDeleted,
        }
    }
}

/// Carries out a decision about an account; a second time it changes nothing.
///
/// # Errors
/// `user_not_found`, also when the account was deleted.
pub async fn decide(
    app: &Shared,
    site: &Arc<Site>,
    id: UserId,
    what: Decision,
    by: By,
) -> Result<view::Decided> {
    let (held, site, now) = (Arc::clone(app), Arc::clone(site), by.now);
    let decided = app.db.write(move |tx| {
        let user = lock(tx, &site, &id)?;
        let was_disabled = user.disabled_at.is_some();
        if what != Decision::Enable {
            user::resets::void(tx, (&held.vault, &site.config.id), &user.id)?;
        }
        let (is_new, ended) = match what {
            Decision::Enable => {
                standing::set_disabled(tx, &user, None, now)?;
                (was_disabled, Vec::new())
            }
            Decision::Disable => {
                standing::set_disabled(tx, &user, Some(now), now)?;
                let ended = end_all(tx, &site, &user, EndReason::UserDisabled, &by)?;
                (!was_disabled, ended)
            }
            Decision::ResetFactors => {
                let ended = end_all(tx, &site, &user, EndReason::RevokedByAdmin, &by)?;
                let phones_are_factors = site.config.auth.second_factor.phone_otp;
                (standing::forget_factors(tx, (&user, phones_are_factors), now)?, ended)
            }
            Decision::Delete => {
                // What led to a sign-in is found by its address: that goes last.
                let ended = end_all(tx, &site, &user, EndReason::UserDeleted, &by)?;
                deletion::erase(tx, (&held, &site), &user, now)?;
                (true, ended)
            }
        };
        if is_new {
            record(tx, &site, &by, what.event(), &user.id)?;
        }
        let ended = ended.into_iter().map(view::EndedSignIn::from).collect();
        Ok(view::Decided { user: shown(tx, &site, &id, now)?, ended })
    });
    decided.await
}

/// Ends every sign-in of an account; says which.
///
/// # Errors
/// `user_not_found`.
pub async fn end_sessions_of(app: &App, site: &Arc<Site>, id: UserId, by: By) -> Result<view::Ended> {
    let site = Arc::clone(site);
    let ended = app.db.write(move |tx| {
        let user = lock(tx, &site, &id)?;
        end_all(tx, &site, &user, EndReason::RevokedByAdmin, &by)
    });
    ended.await.map(view::Ended::from)
}

/// Ends a session with everything in it; says which sign-ins those were.
///
/// # Errors
/// `session_not_found`, also when it has ended.
pub async fn end_session(app: &App, site: &Arc<Site>, id: SessionId, by: By) -> Result<view::Ended> {
    let site = Arc::clone(site);
    let ended = app.db.write(move |tx| {
        session::store::lock(tx, &site.config.id, &[&id])?;
        let loaded = read::settle(tx, &site, &id, by.now)?.filter(|loaded| loaded.ended_at.is_none());
        let loaded = loaded.ok_or(Code::SessionNotFound)?;
        let reason = EndReason::RevokedByAdmin;
        let all = loaded.sign_ins.iter().map(|sign_in| (sign_in.id.clone(), reason)).collect();
        let plan = Plan {
            end_attempts: loaded.attempts.iter().map(|attempt| attempt.id.clone()).collect(),
            ..session::end(&loaded, all)
        };
        session::store::apply(tx, &site, &loaded, &plan, &by)?;
        if loaded.sign_ins.is_empty() {
            let about = About { reason: reason.as_str(), session: Some(&id), ..About::default() };
            audit::record(tx, &site, &by, Event::SessionEnded, about)?;
        }
        session::store::raise(tx, &site, &id, reason.into(), by.now)?;
        let ended = loaded.sign_ins.into_iter().map(|s| OfUser { id: s.id, session: id.clone() });
        Ok(ended.collect::<Vec<_>>())
    });
    ended.await.map(view::Ended::from)
}

/// Ends one sign-in.
///
/// # Errors
/// `session_not_found`, also when it has ended.
pub async fn end_sign_in(app: &App, site: &Arc<Site>, id: SignInId, by: By) -> Result<view::Ended> {
    let site = Arc::clone(site);
    let ended = app.db.write(move |tx| {
        let session = store::session_of(tx, &site.config.id, &id)?.ok_or(Code::SessionNotFound)?;
        session::store::lock(tx, &site.config.id, &[&session])?;
        let only = [OfUser { id: id.clone(), session }];
        let ended = crowd::end_elsewhere(tx, &site, &only, EndReason::RevokedByAdmin, &by)?;
        if ended.is_empty() { Err(Code::SessionNotFound.into()) } else { Ok(ended) }
    });
    ended.await.map(view::Ended::from)
}

/// The account under its lock; one that was deleted is none.
fn lock(tx: &mut Tx<'_>, site: &Site, id: &UserId) -> Result<User> {
    let locked = user::store::lock(tx, &site.config.id, id)?.map(|(user, _)| user);
    locked.filter(|user| user.deleted_at.is_none()).ok_or_else(|| Code::UserNotFound.into())
}

fn record(tx: &mut Tx<'_>, site: &Site, by: &By, event: Event, user: &UserId) -> Result<()> {
    audit::record(tx, site, by, event, About { user: Some(user), ..About::default() })
}

fn shown(tx: &mut Tx<'_>, site: &Site, id: &UserId, now: i64) -> Result<view::User> {
    let user = users::one(tx, &site.config.id, id, now)?;
    user.ok_or_else(|| Error::internal("show a user", "it is not there"))
}
