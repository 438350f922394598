//! The two questions that are asked most, `GET /session` and `GET /session/token`, answered past the router where
//! everything is in memory (docs/adr/0008).
//!
//! It is a copy of the long way and says the same, byte for byte; whatever is not plain goes the long way: several
//! credentials or one in the query, a body, a field that is not usual, a session that is not in memory, a credential
//! that was not verified yet, anything that has to be written first.

use crate::app::{App, Shared, Site};
use crate::http::front::{allowed_origin, mark};
use crate::http::known::{Known, Shortcut};
use crate::http::{Head, answer, native};
use crate::session::LiveSignIn;
use crate::session::warm::{self, Warm};
use crate::session::{http::shown, read};
use crate::token;
use crate::trace;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, Method, header};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What says something about a body: whoever sends one of these goes the long way.
const OF_BODIES: [HeaderName; 3] =
    [header::CONTENT_LENGTH, header::CONTENT_ENCODING, header::TRANSFER_ENCODING];

/// The shortcuts of a server.
pub struct Shortcuts {
    app: Shared,
    taken: Arc<AtomicU64>,
}

impl Shortcuts {
    /// Those past this server's router.
    #[must_use]
    pub fn of(app: &Shared) -> Self {
        Self { app: Arc::clone(app), taken: Arc::clone(&app.shortcuts_taken) }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    /// `GET /session`; whether it is no activity.
    Session { polls: bool },
    /// `GET /session/token`.
    Token,
}

impl What {
    fn asked(head: &Head<'_>) -> Option<Self> {
        if head.method != Method::GET || !head.has_none_of(&OF_BODIES) {
            return None;
        }
        match (head.uri.path(), head.uri.query()) {
            ("/session", None) => Some(Self::Session { polls: false }),
            ("/session", Some("poll=1")) => Some(Self::Session { polls: true }),
            ("/session/token", None | Some("template=default")) => Some(Self::Token),
            _ => None,
        }
    }
}

/// A request that may be answered at once.
struct Question {
    what: What,
    site: Arc<Site>,
    warm: Warm,
    now: i64,
    /// Its origin, where that is an allowed one.
    origin: Option<HeaderValue>,
    /// The `ETag` that it has.
    known: Option<HeaderValue>,
}

impl Question {
    fn of(app: &App, head: &Head<'_>) -> Option<Self> {
        let what = What::asked(head)?;
        let site = app.hosts.site_of(head)?;
        if native::asks(site, head.headers) {
            return None;
        }
        let credential = site.carriage.only_credential(head.headers)?;
        let now = app.world.clock.now_ms();
        let warm = warm::find(app, site, credential, now)?;
        Some(Self {
            what,
            site: Arc::clone(site),
            warm,
            now,
            origin: allowed_origin(site, head.headers).cloned(),
            known: head.headers.get(header::IF_NONE_MATCH).cloned(),
        })
    }

    /// The answer; none where something has to be rendered, written or refused first.
    fn answer(&self, app: &App) -> Option<Response> {
        let answer = match self.what {
            What::Session { polls: true } => shown(self.whole()?, self.known.as_ref()),
            What::Session { polls: false } => {
                let whole = self.whole()?;
                if !warm::count_activity(app, &self.site, &self.warm, self.now) {
                    return None;
                }
                shown(whole, self.known.as_ref())
            }
            What::Token => self.token(app)?,
        };
        Some(self.marked(answer))
    }

    fn whole(&self) -> Option<&crate::session::cache::Whole> {
        // Where addresses are asked for, each request's own is judged.
        let loaded = &self.warm.cached.loaded;
        self.warm.cached.whole().filter(|_| self.warm.opened.is_all(loaded) && !loaded.asks_for_addresses())
    }

    fn token(&self, app: &App) -> Option<Response> {
        let may = |active: &&LiveSignIn| crate::user::may_act(&active.user).is_ok() && active.scope.is_none();
        // Where it stands, what it may there is read at every mint.
        let active = self.warm.active().filter(may)?;
        if !warm::count_activity(app, &self.site, &self.warm, self.now) {
            return None;
        }
        let azp = self.origin.as_ref().and_then(|origin| origin.to_str().ok());
        let loaded = &self.warm.cached.loaded;
        // A session in which a key was renewed and not used yet is not answered here: this proof is the rack's.
        let proof = &active.proof;
        let act = active.bounds.act.as_ref().map(|act| act.sub.as_str());
        let about = token::About { loaded, sign_in: active, proof, act, scope: None, held: None };
        let asked = token::Asked { azp, now: self.now, template: None };
        token::mint(&app.world, &self.site, about, asked).ok().map(answer::ok)
    }

    fn marked(&self, mut answer: Response) -> Response {
        mark(&self.site, self.origin.clone(), false, answer.headers_mut());
        trace::note_deployment(&mut answer, &self.site.config.id);
        answer
    }
}

impl Shortcut for Shortcuts {
    fn is_immediate(&self) -> bool {
        !self.app.db.is_shared()
    }

    fn known(&self, head: &Head<'_>) -> Option<Known> {
        let question = Question::of(&self.app, head)?;
        if self.is_immediate() {
            let answer = question.answer(&self.app)?;
            self.taken.fetch_add(1, Ordering::Relaxed);
            return Some(Known::Now(answer));
        }
        let (app, taken) = (Arc::clone(&self.app), Arc::clone(&self.taken));
        Some(Known::Soon(Box::pin(async move {
            let answer = match read::confirmed(&app, &question.warm.cached).await {
                Ok(true) => question.answer(&app)?,
                Ok(false) => return None,
                Err(error) => question.marked(error.into_response()),
            };
            taken.fetch_add(1, Ordering::Relaxed);
            Some(answer)
        })))
    }
}
