//! Changes of the session: each is one request whose answer is the new session.

use super::request::Request;
use crate::json::object;
use keyrack_protocol::Session;
use serde_json::{Map, Value};

/// A request whose answer is the new session.
#[derive(Clone, Debug, PartialEq)]
pub struct Mutation {
    pub request: Request,
    pub done: Done,
}

/// What shows that it was done: looked at when the answer was lost and the session has been read instead.
#[derive(Clone, Debug, PartialEq)]
pub enum Done {
    /// This sign-in is the active one.
    Active(String),
    /// This sign-in is gone, or all are.
    Gone(Option<String>),
    /// The same sign-in acts in another place of the kind than before, or in none where none was asked for. Memberships
    /// have ids of their own, so that nothing in the session says whether it is the place that was asked for.
    Stands(Place, bool),
    /// There is a sign-in that was not there before, or an attempt.
    Begun,
    /// This attempt is completed or at another step.
    Moved(String),
    /// Nothing does: what it opened, nobody has whose answer was lost.
    Never,
}

/// Where a sign-in acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Organization,
    Workspace,
}

impl Mutation {
    pub fn new(path: &str, body: Value, done: Done) -> Self {
        Self { request: Request::post(path, without_nulls(body)), done }
    }

    pub fn switch_sign_in(id: String) -> Self {
        Self::new("/session/switch-sign-in", object([("sign_in_id", id.as_str().into())]), Done::Active(id))
    }

    pub fn switch_organization(id: Option<&str>) -> Self {
        let done = Done::Stands(Place::Organization, id.is_some());
        Self::new("/session/switch-organization", object([("organization_id", id.into())]), done)
    }

    pub fn switch_workspace(id: &str) -> Self {
        let done = Done::Stands(Place::Workspace, true);
        Self::new("/session/switch-workspace", object([("workspace_id", id.into())]), done)
    }

    pub fn sign_out(id: Option<String>) -> Self {
        let mut mutation =
            Self::new("/session/sign-out", object([("sign_in_id", id.clone().into())]), Done::Gone(id));
        mutation.request.signs_out = true;
        mutation
    }

    /// Whether `now` shows that it was done, where `before` was shown when it was sent.
    pub fn is_done(&self, now: &Session, before: &Session) -> bool {
        let is_new = |id: &str| !before.signins.iter().any(|one| one.id == id);
        let entered = || now.signins.iter().any(|one| is_new(&one.id));
        match &self.done {
            Done::Active(id) => now.active_signin.as_ref().is_some_and(|active| active.id == *id),
            Done::Gone(id) => !now.signins.iter().any(|one| id.as_ref().is_none_or(|id| one.id == *id)),
            Done::Stands(place, named) => stands(*place, *named, now, before),
            Done::Never => false,
            Done::Begun => {
                entered() || attempts(now).any(|(id, ..)| !attempts(before).any(|(known, ..)| known == id))
            }
            Done::Moved(id) => {
                let at = |session| attempts(session).find(|(one, ..)| one == id);
                at(now).is_some_and(|then| then.2 || at(before).is_none_or(|first| first.1 != then.1))
            }
        }
    }
}

fn stands(place: Place, named: bool, now: &Session, before: &Session) -> bool {
    let at = |session: &Session| {
        session.active_signin.as_ref().map(|active| {
            let place = match place {
                Place::Organization => &active.active_organization_membership_id,
                Place::Workspace => &active.active_workspace_membership_id,
            };
            (active.id.clone(), place.clone())
        })
    };
    match (at(now), at(before)) {
        (Some((now, to)), Some((before, from))) if now == before => match to {
            Some(_) => named && to != from,
            None => !named,
        },
        _ => false,
    }
}

/// Every attempt: its id, its step, whether it is completed.
fn attempts(session: &Session) -> impl Iterator<Item = (&str, u8, bool)> {
    let ins =
        session.signin_attempts.iter().map(|one| (one.id.as_str(), one.current_step as u8, one.completed));
    ins.chain(
        session.signup_attempts.iter().map(|one| (one.id.as_str(), one.current_step as u8, one.completed)),
    )
}

/// What was not given is not sent.
pub fn without_nulls(body: Value) -> Value {
    let Value::Object(fields) = body else { return body };
    let mut given = Map::new();
    for (name, value) in fields {
        if !value.is_null() {
            given.insert(name, value);
        }
    }
    Value::Object(given)
}
