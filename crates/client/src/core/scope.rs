//! A scope as a text, and a session as whoever has that scope sees it.

use keyrack_protocol::{Session, SignIn};
use std::sync::Arc;

/// `<sign-in>.<organization>.<workspace>`, `-` for none, of a sign-in: what the query parameter `scope` takes.
pub fn scope_of(sign_in: &SignIn) -> String {
    let or_none = |membership: &Option<String>| membership.clone().unwrap_or_else(|| "-".to_owned());
    let organization = or_none(&sign_in.active_organization_membership_id);
    let workspace = or_none(&sign_in.active_workspace_membership_id);
    format!("{}.{organization}.{workspace}", sign_in.id)
}

/// The same of what is active; empty when nobody is signed in.
pub fn active(session: &Session) -> String {
    session.active_signin.as_ref().map(scope_of).unwrap_or_default()
}

/// The session as whoever has this scope sees it; none when the session has no such sign-in, or the text is no scope.
pub fn in_scope(session: &Arc<Session>, scope: &str) -> Option<Arc<Session>> {
    let parts: Vec<&str> = scope.split('.').collect();
    let [id, organization, workspace] = parts.as_slice() else { return None };
    let place = session.signins.iter().position(|one| one.id == **id)?;
    if organization.is_empty() || workspace.is_empty() {
        return None;
    }
    if active(session) == scope && scope_of(&session.signins[place]) == scope {
        return Some(Arc::clone(session));
    }
    let or_none = |membership: &str| (membership != "-").then(|| membership.to_owned());
    let mut laid = Session::clone(session);
    laid.signins[place].active_organization_membership_id = or_none(organization);
    laid.signins[place].active_workspace_membership_id = or_none(workspace);
    laid.active_signin = Some(laid.signins[place].clone());
    Some(Arc::new(laid))
}

/// Who is meant by a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    pub sign_in: String,
    pub scope: String,
}

impl Actor {
    /// Whoever is active there.
    pub fn of(session: Option<&Session>) -> Option<Self> {
        let sign_in = session?.active_signin.as_ref()?;
        Some(Self { sign_in: sign_in.id.clone(), scope: scope_of(sign_in) })
    }
}
