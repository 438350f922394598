//! `/me/signins`: where the user is signed in, and signing out from there.

use crate::app::Site;
use crate::audit::{self, Event};
use crate::caller::Account;
use crate::db::Snapshot;
use crate::error::Result;
use crate::http::answer;
use crate::http::named::Named;
use crate::http::operation::Operation;
use crate::http::routes::Routes;
use crate::id::{SessionId, SignInId, UserId};
use crate::params;
use crate::session::enter::Left;
use crate::session::view;
use crate::session::{LiveSignIn, store};
use axum::response::Response;
use http::Method;
use keyrack_protocol::{Code, EndReason, SignIn, SignedOutElsewhere};
use std::collections::HashMap;
use std::sync::Arc;

const ONE: &str = "/me/signins/{sign_in_id}/signout";
const REFUSES: &[Code] = &[Code::SignedOut, Code::UserDisabled];

/// The routes of this feature.
pub fn routes() -> Routes {
    let about = "My sign-ins. Everywhere, the last active one first: with device, address and times, which are exact here.";
    let list_them =
        Operation::get::<Vec<SignIn>>("/me/signins", "getMySignIns", about).of_browser().refuses(REFUSES);
    let about = "Sign out elsewhere. One of my sign-ins, wherever it is; another one than that which acts needs a fresh \
                 proof.";
    let end_it = Operation::post::<SignedOutElsewhere>(ONE, "signOutElsewhere", about)
        .hands_out()
        .refuses_also(REFUSES, &[Code::SignInNotFound, Code::ReauthenticationRequired]);
    let about = "Sign out everywhere else. All my sign-ins but the one that acts.";
    let path = "/me/signins/signout-others";
    let end_others = Operation::post::<SignedOutElsewhere>(path, "signOutOthers", about)
        .hands_out()
        .refuses_also(REFUSES, &[Code::ReauthenticationRequired]);
    Routes::default()
        .add(list_them.also_by(Method::POST, "getMySignInsByPost"), list)
        .add(list_them, list)
        .add(end_it, end)
        .add(end_others, others)
}

/// The live sign-ins of a user with the sessions that they are in, the last active one first.
///
/// # Errors
/// What the database says.
pub fn all(
    on: &mut Snapshot<'_>,
    site: &Site,
    user: &UserId,
    now: i64,
) -> Result<Vec<(SessionId, LiveSignIn)>> {
    let rows = on.query(
        "select s.id, s.session_id, coalesce(a.last_active_at, 0) from sign_ins s
             left join sign_in_activity a on a.sign_in_id = s.id
         where s.user_id = $1 and s.deployment_id = $2 and s.ended_at is null and s.expires_at > $3 order by s.id",
        params![user.as_str(), &site.config.id, now],
    )?;
    let mut exact = HashMap::new();
    let mut sessions = Vec::new();
    for row in rows {
        let mut cells = row.cells();
        let (id, session) = (SignInId::stored(cells.text()?), SessionId::stored(cells.text()?));
        exact.insert(id, cells.int()?);
        sessions.push(session);
    }
    sessions.sort();
    sessions.dedup();
    let mut found = Vec::new();
    for session in sessions {
        let Some(loaded) = store::load(on, &site.config.id, &session)? else { continue };
        for mut sign_in in loaded.sign_ins {
            if let Some(active) = exact.get(&sign_in.id) {
                sign_in.last_active_at = sign_in.last_active_at.max(*active);
                found.push((session.clone(), sign_in));
            }
        }
    }
    found.sort_by(|(_, a), (_, b)| (b.last_active_at, &b.id).cmp(&(a.last_active_at, &a.id)));
    Ok(found)
}

async fn list(account: Account) -> Result<Response> {
    let (site, user, now) =
        (Arc::clone(&account.site), account.user.clone(), account.app.world.clock.now_ms());
    let read = account.app.db.read(move |on| all(on, &site, &user, now));
    let shown =
        read.await?.into_iter().map(|(session, sign_in)| view::sign_in(&account.site, &session, &sign_in));
    Ok(answer::ok(shown.collect::<Vec<SignIn>>()))
}

async fn end(account: Account, path: Named) -> Result<Response> {
    let id = path.id("sign_in_id");
    let is_own = id == account.sign_in.as_str();
    let reason = if is_own { EndReason::SignedOut } else { EndReason::SignedOutElsewhere };
    let ended = account.change_own(move |tx, (_, site), own| {
        let all = store::sign_ins_of(tx, &site.config.id, &own.user, own.now())?;
        let found = all.into_iter().find(|sign_in| sign_in.id.as_str() == id);
        // Before the proof is asked for: ids of others are answered as those that there are not.
        let found = found.ok_or(Code::SignInNotFound)?;
        if !is_own {
            own.is_fresh()?;
        }
        own.end(tx, site, &[found], reason)
    });
    let ended = ended.await;
    if ended.as_ref().is_err_and(|error| error.code() == Code::SignInNotFound) {
        let session = Some(account.session.clone());
        audit::note(&account.app, &account.site, account.by(), Event::ForeignSignInNamed, session).await;
    }
    answered(&account, ended)
}

async fn others(account: Account) -> Result<Response> {
    let ended = account.change_own(move |tx, (_, site), own| {
        own.is_fresh()?;
        let ended = own.end_others(tx, site, EndReason::SignedOutElsewhere)?;
        own.record(tx, site, Event::AccountChanged, "signed_out_elsewhere")?;
        Ok(ended)
    });
    answered(&account, ended.await)
}

/// How many sign-ins ended, and the credential without those of this browser.
fn answered(account: &Account, ended: Result<(Left, usize)>) -> Result<Response> {
    let (left, ended) = ended?;
    Ok(account.answer_with(&left, SignedOutElsewhere { ended: u32::try_from(ended).unwrap_or(u32::MAX) }))
}
