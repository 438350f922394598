//! What the roles of the active memberships allow. Read from when somebody first asks, and again whenever the session has come
//! further: whatever made it so may have changed a role. A convenience for showing; what is allowed is the backend's business.

use super::read::Read;
use super::request::Request;
use super::time::pause;
use super::{Core, Then};
use crate::Error;
use keyrack_protocol::{Session, SignIn};
use serde_json::Value;
use std::sync::Arc;

/// Both kinds of place, by what their memberships are read from.
const PATHS: [&str; 2] = ["/me/organization-memberships", "/me/workspace-memberships"];

/// The active memberships of a sign-in, in the order of `PATHS`.
fn active(sign_in: &SignIn) -> [Option<&String>; 2] {
    [sign_in.active_organization_membership_id.as_ref(), sign_in.active_workspace_membership_id.as_ref()]
}

/// What is known of what the roles in the active memberships allow. Two are equal when they say the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowed {
    /// In order, each once.
    permissions: Vec<String>,
    is_complete: bool,
}

impl Allowed {
    fn place(&self, permission: &str) -> Result<usize, usize> {
        self.permissions.binary_search_by(|known| known.as_str().cmp(permission))
    }

    fn add(&mut self, permission: &str) {
        if let Err(place) = self.place(permission) {
            self.permissions.insert(place, permission.to_owned());
        }
    }

    /// Whether they allow something; none when that hangs on what was not read yet.
    #[must_use]
    pub fn allows(&self, permission: &str) -> Option<bool> {
        self.place(permission).is_ok().then_some(true).or(self.is_complete.then_some(false))
    }
}

/// Whether `session` acts nowhere, so that no role allows anything.
fn acts_nowhere(session: &Session) -> bool {
    session.active_signin.as_ref().is_none_or(|sign_in| active(sign_in) == [None, None])
}

/// One kind of place.
#[derive(Debug, Default)]
struct Kind {
    /// The membership that was found, and what its roles allow.
    known: Option<(String, Vec<String>)>,
    /// The session, its revision, and the membership that were last asked for.
    asked: Option<(String, i64, String)>,
    /// The request that is under way; what another is answered came too late.
    under_way: Option<u64>,
    failures: u32,
    retry_at: Option<u64>,
}

/// What is known, and when it is asked for.
#[derive(Debug, Default)]
pub struct Permissions {
    is_wanted: bool,
    kinds: [Kind; 2],
    allowed: Arc<Allowed>,
}

impl Permissions {
    /// When a failed read is tried again.
    pub fn due(&self) -> Option<u64> {
        self.kinds.iter().filter_map(|kind| kind.retry_at).min()
    }

    /// What is read under these paths may be another by now, whatever the session's revision is.
    pub fn outdate(&mut self, paths: &[String]) {
        for (kind, path) in self.kinds.iter_mut().zip(PATHS) {
            if let Some((_, revision, _)) = &mut kind.asked
                && paths.iter().any(|beginning| path.starts_with(beginning.as_str()))
            {
                *revision = i64::MIN;
            }
        }
    }

    /// What is known for whoever is shown `session`.
    pub fn allowed(&self, session: Option<&Session>) -> Arc<Allowed> {
        if session.is_some_and(acts_nowhere) {
            return Arc::new(Allowed { permissions: Vec::new(), is_complete: true });
        }
        Arc::clone(&self.allowed)
    }

    fn found(&self, sign_in: &SignIn) -> Allowed {
        let mut found = Allowed { permissions: Vec::new(), is_complete: true };
        for (kind, id) in self.kinds.iter().zip(active(sign_in)) {
            let Some(id) = id else { continue };
            match &kind.known {
                Some((known, permissions)) if known == id => {
                    permissions.iter().for_each(|permission| found.add(permission))
                }
                _ => found.is_complete = false,
            }
        }
        found
    }
}

impl Core {
    pub(super) fn want_permissions(&mut self) {
        self.permissions.is_wanted = true;
    }

    /// Asks for what is not known of where the session acts now, and says so when what is known is another.
    pub(super) fn follow_permissions(&mut self) {
        let session = self.shown.clone();
        let Some(session) = session.filter(|_| self.permissions.is_wanted) else { return };
        let Some(sign_in) = &session.active_signin else { return };
        for (index, id) in active(sign_in).into_iter().enumerate() {
            let kind = &mut self.permissions.kinds[index];
            let Some(id) = id else {
                *kind = Kind::default();
                continue;
            };
            let wanted = (session.id.clone(), session.revision, id.clone());
            let is_of_another = kind.asked.as_ref().is_none_or(|(.., asked)| asked != id);
            let waits = kind.under_way.is_some() || kind.retry_at.is_some_and(|at| at > self.now.ticks);
            if kind.asked.as_ref() == Some(&wanted) || (waits && !is_of_another) {
                continue;
            }
            (kind.asked, kind.retry_at) = (Some(wanted), None);
            // Answered for this account, whichever is active there by then.
            let path = format!("{}?scope={}.-.-&poll=1", PATHS[index], sign_in.id);
            let number = self.send(Request::get(path), Then::Memberships(index));
            self.permissions.kinds[index].under_way = Some(number);
        }
        self.is_allowed(self.permissions.found(sign_in));
    }

    /// What was read of one kind's memberships. Those of an account that is shown no longer are found by nobody.
    pub(super) fn were_read(&mut self, index: usize, number: u64, answer: Result<Value, Error>) {
        let kind = &mut self.permissions.kinds[index];
        if kind.under_way != Some(number) {
            return;
        }
        kind.under_way = None;
        let is_list =
            |memberships: Value| Some(memberships).filter(Value::is_array).ok_or_else(Error::network);
        match answer.and_then(is_list) {
            Ok(memberships) => {
                kind.failures = 0;
                let id = kind.asked.as_ref().map(|(_, _, id)| id.as_str()).unwrap_or_default();
                kind.known = permissions_in(&memberships, id).map(|permissions| (id.to_owned(), permissions));
            }
            Err(error) if error.says_nothing() => {
                kind.failures += 1;
                let asked = error.retry_after.unwrap_or(0).saturating_mul(1_000);
                kind.retry_at = Some(self.now.ticks.saturating_add(pause(kind.failures).max(asked)));
                // Whatever the session's revision is by then.
                if let Some((_, revision, _)) = &mut kind.asked {
                    *revision = i64::MIN;
                }
            }
            // Only a refusal takes away what was known. The session may be another by now, and then it is asked again.
            Err(_) => {
                kind.known = None;
                self.read(Read::now());
            }
        }
    }

    fn is_allowed(&mut self, allowed: Allowed) {
        if *self.permissions.allowed != allowed {
            self.permissions.allowed = Arc::new(allowed);
            self.changed();
        }
    }
}

/// What the roles of one membership in a list allow; none when it is not in it.
fn permissions_in(memberships: &Value, id: &str) -> Option<Vec<String>> {
    let membership = memberships.as_array()?.iter().find(|membership| membership["id"] == id)?;
    let roles = membership["roles"].as_array()?.iter();
    let permissions = roles.filter_map(|role| role["permissions"].as_array()).flatten();
    Some(permissions.filter_map(|permission| permission.as_str().map(str::to_owned)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(permissions: &[&str]) -> Allowed {
        let mut allowed = Allowed { permissions: Vec::new(), is_complete: true };
        permissions.iter().for_each(|permission| allowed.add(permission));
        allowed
    }

    #[test]
    fn h42_roles_allow_the_same_in_whatever_order_and_however_often_they_say_it() {
        let allowed = of(&["c", "a", "d", "b", "a"]);
        let known = ["a", "b", "c", "d"].map(|permission| allowed.allows(permission));
        assert_eq!((known, allowed.allows("e")), ([Some(true); 4], Some(false)));
        assert_eq!(allowed, of(&["a", "b", "c", "d"]));
    }
}
