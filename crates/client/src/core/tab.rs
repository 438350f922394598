//! A scope of one's own: the active sign-in, organization and workspace of one tab or program, laid over the session that all
//! share.
//!
//! Whoever has none yet begins where the session stands. From then on nothing moves it but its own switches, a sign-in of its
//! own, and the end of what it stands on: then it goes on where the session stands.

use super::plain::Plain;
use super::request::{Request, as_session};
use super::scope::{Actor, active, in_scope, scope_of};
use crate::Error;
use crate::json::object;
use keyrack_protocol::{Session, SignIn};
use serde_json::Value;
use std::sync::Arc;

const SWITCH: &str = "/session/switch-";

/// A request that is under way in somebody's name.
#[derive(Clone, Debug)]
pub struct Asked {
    request: Request,
    actor: Option<Actor>,
    scope: String,
    moves: u64,
    /// What was answered before, where this one only follows from that.
    kept: Option<Value>,
}

/// What follows from an answer.
pub enum Next {
    /// It is the answer.
    Done(Result<Value, Error>),
    /// Something else is asked first.
    Ask(Asked, Request),
}

/// The session as it was when the tab went somewhere.
#[derive(Debug, Default)]
struct Ahead {
    id: Option<String>,
    revision: i64,
    from: Option<String>,
}

/// One scope.
#[derive(Debug, Default)]
pub struct Tab {
    /// Where it stands; empty as long as it follows the session.
    scope: String,
    /// The session that all share, as it was laid over last, and what came of it.
    shared: Option<Arc<Session>>,
    laid: Option<Arc<Session>>,
    over: String,
    /// The last scope that was refused: where the session stands there itself, nobody names it.
    refused: String,
    /// The state of the session that it went where it is in, and the session that was before.
    ahead: Ahead,
    /// How often it has gone somewhere: what was refused before says nothing of where it is now.
    moves: u64,
    /// Of which state of the session it is known that it may stand where it does, or being asked.
    checked: String,
    /// To be kept for when the page is loaded anew.
    moved_to: Option<String>,
    /// To be asked: whether it may still stand there.
    to_check: Option<Actor>,
}

impl Tab {
    /// One that stood there before; empty for none. What is known already decides.
    pub fn new(scope: String, initial: Option<&Arc<Session>>) -> Self {
        let mut tab = Self { scope, laid: initial.cloned(), ..Self::default() };
        if let Some(initial) = initial.filter(|session| session.active_signin.is_some()) {
            tab.go_to(active(initial));
        }
        tab
    }

    /// Where it has gone since this was asked last.
    pub fn moved_to(&mut self) -> Option<String> {
        self.moved_to.take()
    }

    /// Whose place is to be asked for.
    pub fn unasked(&mut self) -> Option<Actor> {
        self.to_check.take()
    }

    /// That could not be found out.
    pub fn unchecked(&mut self) {
        self.checked.clear();
    }

    /// The session as it is shown here: the very same object, while nothing in it has changed.
    pub fn lay(&mut self, shared: &Arc<Session>) -> Arc<Session> {
        let is_same = self.shared.as_ref().is_some_and(|before| Arc::ptr_eq(before, shared));
        if !is_same {
            // What was refused in one state of the session may be available in the next.
            self.refused.clear();
        }
        let scope = self.stands_in(shared);
        if !is_same || self.over != scope {
            let laid = in_scope(shared, &scope).unwrap_or_else(|| Arc::clone(shared));
            if self.laid.as_ref() != Some(&laid) {
                self.laid = Some(laid);
            }
            (self.shared, self.over) = (Some(Arc::clone(shared)), scope);
        }
        self.look(shared);
        self.laid.clone().unwrap_or_else(|| Arc::clone(shared))
    }

    fn stands_in(&mut self, shared: &Arc<Session>) -> String {
        let Ahead { id, revision, from } = &self.ahead;
        let is_behind = if id.as_ref() == Some(&shared.id) {
            shared.revision < *revision
        } else {
            from.as_ref() == Some(&shared.id)
        };
        // What was so before does not know yet where it has gone: it is shown as it was.
        if is_behind {
            return self.over.clone();
        }
        self.ahead = Ahead { id: Some(shared.id.clone()), revision: shared.revision, from: None };
        if in_scope(shared, &self.scope).is_none() {
            let stands = active(shared);
            let to = if stands == self.refused { String::new() } else { stands };
            if to != self.scope {
                self.go_to(to);
            }
        }
        self.scope.clone()
    }

    fn go_to(&mut self, scope: String) {
        self.moves += 1;
        self.moved_to = Some(scope.clone());
        self.scope = scope;
    }

    fn go(&mut self, answer: &Session) {
        self.go_to(active(answer));
        self.refused.clear();
        let from = self.shared.as_ref().map(|shared| shared.id.clone());
        self.ahead = Ahead { id: Some(answer.id.clone()), revision: answer.revision, from };
    }

    /// The session says nothing of the places where only tabs stand. Whoever stands in one asks, at first and whenever
    /// something has changed: a membership may have ended.
    fn look(&mut self, shared: &Session) {
        let Some(actor) = Actor::of(self.laid.as_deref()) else { return };
        let stands_itself = |one: &SignIn| scope_of(one) == actor.scope;
        let Some(own) = shared.signins.iter().find(|one| one.id == actor.sign_in) else { return };
        let state = state_of(shared, &self.over);
        if !actor.scope.contains(".-.") && !stands_itself(own) && self.checked != state {
            self.checked = state;
            self.to_check = Some(actor);
        }
    }

    /// The request in the name of its actor, as far as it acts as an account.
    pub fn ask(&mut self, request: &Request, actor: Option<Actor>) -> (Asked, Request) {
        let named = named(&request.path);
        let mut scope = match (&named, &actor) {
            (Some(named), _) => named.clone(),
            (None, Some(actor)) if !is_unscoped(&request.path) => actor.scope.clone(),
            _ => String::new(),
        };
        // It is where the session stands: without it the server says why. A switch must not be taken for one of all.
        if let (None, Some(actor)) = (&named, actor.as_ref().filter(|_| scope == self.refused)) {
            let is_switch = request.path.starts_with(SWITCH);
            scope = if is_switch { format!("{}.-.-", actor.sign_in) } else { String::new() };
        }
        let mut sent = request.clone();
        if named.is_none() && !scope.is_empty() {
            sent.path.push(if sent.path.contains('?') { '&' } else { '?' });
            sent.path.push_str("scope=");
            sent.path.push_str(&scope);
        }
        (Asked { request: request.clone(), actor, scope, moves: self.moves, kept: None }, sent)
    }

    /// What follows from its answer.
    pub fn answered(&mut self, asked: Asked, answer: Result<Value, Error>) -> Next {
        let kept = asked.kept.clone();
        let next = match answer {
            Ok(data) if asked.scope.is_empty() => self.signed_in(&asked.request, data),
            Ok(data) if asked.request.path.starts_with(SWITCH) => self.switched(data),
            Ok(data) => self.made(&asked, data),
            Err(error) if asked.scope.is_empty() => Next::Done(Err(error)),
            Err(error) if error.code != "scope_not_available" || asked.moves != self.moves => {
                Next::Done(Err(error))
            }
            Err(error) => self.fall(&asked, error),
        };
        match (next, kept) {
            // It was made, whatever came of that.
            (Next::Done(_), Some(kept)) => Next::Done(Ok(kept)),
            (Next::Ask(asked, sent), Some(kept)) => Next::Ask(Asked { kept: Some(kept), ..asked }, sent),
            (next, None) => next,
        }
    }

    /// A sign-in that came of a request of one's own is one's own.
    fn signed_in(&mut self, request: &Request, data: Value) -> Next {
        let session = if data.get("session").is_some() { &data["session"] } else { &data };
        let is_known = |id: &str| {
            self.shared.as_ref().is_some_and(|shared| shared.signins.iter().any(|one| one.id == id))
        };
        let id = session["active_signin"]["id"].as_str().filter(|id| !is_known(id));
        if request.body.is_some()
            && id.is_some()
            && let Ok(session) = as_session(session.clone())
        {
            self.go(&session);
        }
        Next::Done(Ok(data))
    }

    /// The answer says where it stands from now on; all else in it is what all share.
    fn switched(&mut self, data: Value) -> Next {
        let Ok(answer) = as_session(data) else { return Next::Done(Err(Error::network())) };
        if answer.active_signin.is_some() {
            self.go(&answer);
        }
        self.checked = state_of(&answer, &self.scope);
        let known = self
            .shared
            .as_ref()
            .filter(|shared| shared.id == answer.id && shared.revision == answer.revision);
        match known {
            Some(shared) => Next::Done(Ok(shared.write())),
            None => {
                let (asked, sent) = self.ask(&Request::get("/session"), None);
                Next::Ask(asked, sent)
            }
        }
    }

    /// Whoever makes a place acts in it: of a tab the server keeps no such thing.
    fn made(&mut self, asked: &Asked, data: Value) -> Next {
        let kind = match asked.request.path.as_str() {
            "/organizations" => "organization",
            "/workspaces" => "workspace",
            _ => return Next::Done(Ok(data)),
        };
        let id = data[kind]["id"].as_str().filter(|_| asked.request.body.is_some());
        let Some(id) = id else { return Next::Done(Ok(data)) };
        let body = object([(&format!("{kind}_id"), id.into())]);
        let (next, sent) = self.ask(&Request::post(format!("{SWITCH}{kind}"), body), asked.actor.clone());
        Next::Ask(Asked { kept: Some(data), ..next }, sent)
    }

    /// It goes on where the session stands, and so does a switch that means the same there.
    fn fall(&mut self, asked: &Asked, error: Error) -> Next {
        self.refused.clone_from(&asked.scope);
        if self.scope == asked.scope {
            self.go_to(String::new());
            if let Some(shared) = self.shared.clone() {
                self.lay(&shared);
            }
        }
        let actor = Actor::of(self.laid.as_deref());
        let is_same =
            actor.as_ref().map(|actor| &actor.sign_in) == asked.actor.as_ref().map(|actor| &actor.sign_in);
        let path = &asked.request.path;
        let means = path == "/session/switch-sign-in" || is_same;
        match actor.filter(|actor| path.starts_with(SWITCH) && means && actor.scope != asked.scope) {
            Some(actor) => {
                let (asked, sent) = self.ask(&asked.request, Some(actor));
                Next::Ask(asked, sent)
            }
            None => Next::Done(Err(error)),
        }
    }
}

/// What is about the session or about nobody in particular, and so has no scope.
fn is_unscoped(path: &str) -> bool {
    let rest = |beginning: &str| path.strip_prefix(beginning);
    ["/deployment", "/auth", "/waitlist", "/session/sign-out", "/session/ticket"]
        .iter()
        .any(|beginning| path.starts_with(beginning))
        || rest("/session").is_some_and(|rest| rest.is_empty() || rest.starts_with('?'))
}

/// What is asked for somebody says so itself.
fn named(path: &str) -> Option<String> {
    let (_, query) = path.split_once('?')?;
    let scope = query.split('&').find_map(|part| part.strip_prefix("scope="))?;
    scope.contains('.').then(|| scope.to_owned())
}

fn state_of(session: &Session, scope: &str) -> String {
    format!("{} {} {scope}", session.id, session.revision)
}
