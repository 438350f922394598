//! Sessions as they are shown.

use super::{LiveSignIn, Loaded, Opened, Shown};
use crate::app::Site;
use crate::id::{SessionId, SignInId};
use crate::membership::{Scope, Standing};
use crate::time::rfc3339;
use crate::user;
use http::HeaderValue;
use keyrack_protocol::{Session, SignIn};

/// What a rack sees of a session: a function of the session, its revision and what the rack opens.
#[must_use]
pub fn session(site: &Site, loaded: &Loaded, opened: Opened) -> Session {
    if loaded.ended_at.is_some() {
        return Session::empty(loaded.end_reason);
    }
    let mut signin_attempts = Vec::new();
    let mut signup_attempts = Vec::new();
    for (index, attempt) in loaded.attempts.iter().enumerate() {
        match &attempt.shown {
            _ if !opened.attempt(index) => {}
            Shown::SignIn(shown) => signin_attempts.push((**shown).clone()),
            Shown::SignUp(shown) => signup_attempts.push((**shown).clone()),
            Shown::Passkey => {}
        }
    }
    let shown = loaded.visible(opened).map(|sign_in| self::sign_in(site, &loaded.id, sign_in));
    let signins: Vec<SignIn> = shown.collect();
    let active = loaded.active_for(opened);
    Session {
        id: loaded.id.to_string(),
        revision: loaded.revision,
        end_reason: loaded.end_reason,
        active_signin: active
            .and_then(|active| signins.iter().find(|shown| shown.id == active.id.as_str()).cloned()),
        signins,
        signin_attempts,
        signup_attempts,
        created_at: Some(rfc3339(loaded.created_at)),
        updated_at: Some(rfc3339(loaded.updated_at)),
    }
}

/// The same as a tab with a scope of its own sees it: this sign-in is the active one, and stands here.
#[must_use]
pub fn in_scope(
    site: &Site,
    (loaded, opened): (&Loaded, Opened),
    sign_in: &SignInId,
    scope: Option<&Scope>,
) -> Session {
    let mut session = session(site, loaded, opened);
    let shown = session.signins.iter_mut().find(|shown| shown.id == sign_in.as_str());
    session.active_signin = shown.map(|shown| {
        (shown.active_organization_membership_id, shown.active_workspace_membership_id) = memberships(scope);
        shown.clone()
    });
    session
}

/// The memberships by which a sign-in stands somewhere.
fn memberships(scope: Option<&Scope>) -> (Option<String>, Option<String>) {
    let workspace = scope.and_then(|scope| scope.workspace.as_ref());
    let id = |standing: &Standing| standing.membership.to_string();
    (scope.map(|scope| id(&scope.organization)), workspace.map(id))
}

/// The `ETag` of what a rack sees.
#[must_use]
pub fn tag(loaded: &Loaded, opened: Opened) -> HeaderValue {
    let tag = format!("\"{}.{}.{}\"", loaded.id, loaded.revision, opened.tag());
    // Ids and numbers are what every header takes.
    HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\""))
}

/// A sign-in of a session, as it is shown to its user.
#[must_use]
pub fn sign_in(site: &Site, session: &SessionId, sign_in: &LiveSignIn) -> SignIn {
    let (expires_at, last_active_at) = (rfc3339(sign_in.expires_at), rfc3339(sign_in.last_active_at));
    let (active_organization_membership_id, active_workspace_membership_id) =
        memberships(sign_in.scope.as_ref());
    let place = site.world.atlas.place(&sign_in.ip_address);
    SignIn {
        id: sign_in.id.to_string(),
        session_id: session.to_string(),
        user_id: sign_in.user.id.to_string(),
        active_organization_membership_id,
        active_workspace_membership_id,
        user: user::view(site, &sign_in.user),
        expires_at_camel: expires_at.clone(),
        expires_at,
        last_active_at_camel: last_active_at.clone(),
        last_active_at,
        ip_address_camel: sign_in.ip_address.clone(),
        ip_address: sign_in.ip_address.clone(),
        region_code_camel: place.region_code.clone(),
        region_code: place.region_code,
        country_code_camel: place.country_code.clone(),
        country_code: place.country_code,
        browser: super::agent::browser(&sign_in.user_agent).to_owned(),
        device: super::agent::device(&sign_in.user_agent).to_owned(),
        city: place.city,
        region: place.region,
        country: place.country,
        created_at: rfc3339(sign_in.created_at),
        updated_at: rfc3339(sign_in.updated_at),
        act: sign_in.bounds.act.clone(),
    }
}
