//! What is read beside the session: in whose name, when again, and what is known of it.

use crate::pages::Known;
use crate::wire;
use keyrack_leptos::client::Call;
use keyrack_leptos::{Error, UseSession};
use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use std::pin::Pin;

/// The first pause after a failure, in milliseconds, and how often it doubles.
const FIRST_PAUSE: i32 = 1_000;
const DOUBLINGS: u32 = 5;

/// An account, and where it acts. What is shown of one is gone with the component that was made for it, so that nothing of it
/// is found under another, whatever comes when.
#[derive(Clone, PartialEq)]
pub struct Actor {
    pub sign_in: String,
    pub organization: Option<String>,
    workspace: Option<String>,
}

impl Actor {
    /// The one that is shown; none while nobody is signed in.
    pub fn of(session: UseSession) -> Option<Self> {
        let active = session.active_signin()?;
        Some(Self {
            sign_in: active.id.clone(),
            organization: active.active_organization_membership_id.clone(),
            workspace: active.active_workspace_membership_id.clone(),
        })
    }

    /// The same in its organization, whichever workspace it acts in.
    pub fn in_organization(self) -> Option<Self> {
        self.organization.is_some().then_some(Self { workspace: None, ..self })
    }
}

/// Asks the server in somebody's name, so that it answers for nobody else.
#[derive(Clone)]
pub struct Asking {
    pub session: UseSession,
    scope: String,
}

impl Asking {
    pub fn of(session: UseSession, actor: &Actor) -> Self {
        let or_none = |id: &Option<String>| id.clone().unwrap_or_else(|| "-".to_owned());
        let places = [or_none(&actor.organization), or_none(&actor.workspace)].join(".");
        Self { session, scope: format!("scope={}.{places}", actor.sign_in) }
    }

    /// What stands under a path; no sign that somebody uses the account.
    pub fn read(&self, path: &str) -> Call<Value> {
        self.session.client().read(&format!("{path}{}{}&poll=1", joint(path), self.scope))
    }

    pub fn post(&self, path: &str, body: Value) -> Call<Value> {
        self.session.client().post(&format!("{path}{}{}", joint(path), self.scope), body)
    }

    /// Has what stands under these paths read again, done or not. What is wrong with what was typed in changes nothing.
    pub fn outdate<T>(&self, outcome: &Result<T, Error>, paths: &[&str]) {
        if outcome.as_ref().err().is_none_or(|error| error.status != 400) {
            self.session.client().outdate(paths);
        }
    }
}

/// What goes before one more word of a query.
fn joint(path: &str) -> char {
    if path.contains('?') { '&' } else { '?' }
}

/// Whoever calls what this gives runs again whenever what is read under `path` may be another by now: somebody changed it, the
/// session has come further, or the page is looked at again.
pub fn news(session: UseSession, path: String) -> impl Fn() + Copy + 'static {
    let count = RwSignal::new(0_u32);
    // Whoever followed may be gone already.
    let more = move || {
        let _ = count.try_update(|count| *count += 1);
    };
    let heard = session.client().on_news(move |changed| {
        if changed.iter().any(|beginning| path.starts_with(beginning.as_str())) {
            more();
        }
    });
    let look = move || {
        if !document().hidden() {
            more();
        }
    };
    let looked = [
        window_event_listener(ev::visibilitychange, move |_| look()),
        window_event_listener(ev::online, move |_| look()),
    ];
    on_cleanup(move || {
        drop(heard);
        looked.into_iter().for_each(|listener| listener.remove());
    });
    move || {
        count.track();
        drop(session.session());
    }
}

/// What is asked for.
pub type Asked = Pin<Box<dyn Future<Output = Result<Known, Error>>>>;

/// Something that is read for one actor, and again whenever it may be another.
#[derive(Clone, Copy)]
pub struct Reading {
    /// None until it was read, and when the server refuses it.
    pub data: RwSignal<Option<Known>>,
    /// Why the last try failed.
    pub error: RwSignal<Option<Error>>,
    session: UseSession,
    again: RwSignal<u32>,
    failures: RwSignal<u32>,
    /// The number of the last request: what another is answered came too late.
    number: RwSignal<u32>,
}

impl Reading {
    /// Asks for what stands under `path`. What `ask` reads of signals has it ask again, too.
    pub fn follow(asking: &Asking, path: String, ask: impl Fn() -> Asked + 'static) -> Self {
        let (session, none) = (asking.session, || RwSignal::new(0));
        let (data, error) = (RwSignal::new(None), RwSignal::new(None));
        let this = Self { data, error, session, again: none(), failures: none(), number: none() };
        let news = news(session, path);
        let ask: Box<dyn Fn() -> Asked> = Box::new(ask);
        Effect::new(move |_| {
            news();
            this.again.track();
            let (asked, number) = (ask(), this.number.get_untracked() + 1);
            this.number.set(number);
            spawn_local(this.take(number, asked));
        });
        this
    }

    /// Something that comes in one piece.
    pub fn whole(asking: &Asking, path: String, query: &str, known: fn(Value) -> Option<Known>) -> Self {
        let (by, from) = (asking.clone(), format!("{path}{query}"));
        Self::follow(asking, path, move || {
            let answer = by.read(&from);
            Box::pin(async move { known(answer.await?).ok_or_else(Error::network) })
        })
    }

    /// Reads it now.
    pub fn refetch(self) {
        self.again.update(|again| *again += 1);
    }

    fn is_latest(self, number: u32) -> bool {
        // There is none any more when whoever showed it is gone.
        self.number.try_get_untracked() == Some(number)
    }

    async fn take(self, number: u32, asked: Asked) {
        let outcome = asked.await;
        if !self.is_latest(number) {
            return;
        }
        match outcome {
            Ok(data) => {
                self.failures.set(0);
                self.data.set(Some(data));
                self.error.set(None);
            }
            Err(error) => {
                let Some(pause) = self.fail(error) else { return };
                wire::pause(pause).await;
                if self.is_latest(number) {
                    self.refetch();
                }
            }
        }
    }

    /// Only an explicit refusal takes away what is shown; what says nothing is tried again, after this pause.
    fn fail(self, error: Error) -> Option<i32> {
        let is_refusal = !error.says_nothing();
        let wait = i32::try_from(error.retry_after.unwrap_or(0)).unwrap_or(0).saturating_mul(1_000);
        self.error.set(Some(error));
        if is_refusal {
            self.data.set(None);
            // The session that is shown may be old.
            drop(self.session.refetch());
            return None;
        }
        let failures = self.failures.get_untracked();
        self.failures.set(failures + 1);
        Some(wait.max(FIRST_PAUSE << failures.min(DOUBLINGS)))
    }
}
