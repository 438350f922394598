//! What is read beside the session, page by page: for the account that is shown, where it acts, and again whenever it may be
//! another by now.

use crate::browser;
use dioxus::prelude::*;
use keyrack_dioxus::client::Client;
use keyrack_dioxus::protocol::SignIn;
use keyrack_dioxus::{Error, UseSession, use_session};
use serde_json::Value;
use std::rc::Rc;

/// The most that one request brings.
const MOST: usize = 100;

/// The longest pause between two tries.
const LONGEST_MS: i32 = 30_000;

/// As much of a list as was asked for.
#[derive(Clone, Default, PartialEq)]
pub struct Known {
    path: String,
    pub items: Vec<Value>,
    /// How many there are in all; of a count, that.
    pub total: u64,
    /// What leads to the next ones; none when these are all.
    next: Option<String>,
}

impl Known {
    /// Members come with a `meta`, notifications without, and invitations as a mere list: there the last one leads on, and a
    /// page that is not full is the last.
    fn add(&mut self, mut answer: Value, size: usize) {
        let items = match &mut answer {
            Value::Array(items) => std::mem::take(items),
            answer => {
                let list = if answer.get("data").is_some() { "data" } else { "notifications" };
                answer.get_mut(list).and_then(Value::as_array_mut).map(std::mem::take).unwrap_or_default()
            }
        };
        let last = items.last().and_then(|last| last["id"].as_str());
        let about = answer.get("meta").unwrap_or(&answer);
        let next = match &answer {
            Value::Array(_) => last.filter(|_| items.len() == size),
            _ => about["next_cursor"].as_str().filter(|_| about["has_more"] == true),
        };
        self.next = next.map(str::to_owned);
        // Somebody who was added or removed meanwhile is on no page twice.
        for item in items {
            if !self.items.iter().any(|known| known["id"] == item["id"]) {
                self.items.push(item);
            }
        }
        self.total = about["total"].as_u64().or(about["count"].as_u64()).unwrap_or(self.items.len() as u64);
    }
}

/// What is known of it, and what was asked for.
#[derive(Default)]
struct Kept {
    known: Option<Rc<Known>>,
    /// Why the last try failed.
    error: Option<Rc<Error>>,
    /// So many are to be shown.
    wanted: usize,
    /// What was asked for last, and how often anything was.
    asked: Option<String>,
    number: u64,
    /// Which of those is known.
    answered: u64,
}

/// One thing that is read, and kept as it is.
#[derive(Clone, Copy, PartialEq)]
pub struct Reading {
    hook: UseSession,
    limit: usize,
    /// None while nobody is signed in.
    path: Memo<Option<String>>,
    kept: Signal<Kept>,
}

/// Reads what lies under `base`, by a query that may change, `limit` at once.
pub fn use_reading(base: String, limit: usize, query: impl Fn() -> String + 'static) -> Reading {
    let hook = use_session();
    let news = use_news(&base);
    let path = use_memo(move || {
        let scope = scope_of(hook.active_signin()?.as_ref());
        Some(format!("{base}?{}&scope={scope}&poll=1", query()))
    });
    let reading = Reading { hook, limit, path, kept: use_signal(Kept::default) };
    use_effect(move || {
        // Whatever has made the session another one may have changed this, too.
        let _ = (path(), news(), hook.session());
        reading.load();
    });
    reading
}

/// Rises whenever it is said that what lies there may be another by now.
fn use_news(base: &str) -> Signal<u64, SyncStorage> {
    let hook = use_session();
    let news = use_signal_sync(|| 0);
    use_hook(|| {
        let base = base.to_owned();
        Rc::new(hook.client().on_news(move |paths| {
            // The component may be gone already.
            if paths.iter().any(|beginning| base.starts_with(beginning.as_str()))
                && let Ok(mut news) = { news }.try_write_unchecked()
            {
                *news += 1;
            }
        }))
    });
    news
}

impl Reading {
    /// What is known for the account that is shown, where it acts, by the query as it is.
    pub fn known(&self) -> Option<Rc<Known>> {
        let path = self.path.cloned();
        self.known_of_any().filter(|known| Some(&known.path) == path.as_ref())
    }

    /// The same, or until it is there what was known before: only where another account, and another organization, has
    /// another component.
    pub fn known_of_any(&self) -> Option<Rc<Known>> {
        self.kept.read().known.clone()
    }

    /// Why what is shown may be old, or is not there.
    pub fn error(&self) -> Option<Rc<Error>> {
        self.kept.read().error.clone()
    }

    /// Whether there are more than are shown, and whether those are on their way.
    pub fn more_of_it(&self) -> (bool, bool) {
        let Kept { known, error, wanted, .. } = &*self.kept.read();
        let Some(known) = known else { return (false, false) };
        (known.next.is_some(), error.is_none() && known.items.len() < *wanted)
    }

    /// Adds the next ones.
    pub fn more(mut self) {
        {
            let mut kept = self.kept.write();
            kept.wanted = kept.known.as_ref().map_or(0, |known| known.items.len()) + self.limit;
        }
        self.load();
    }

    pub fn load(mut self) {
        let path = self.path.peek().clone();
        let number = {
            let mut kept = self.kept.write();
            if path != kept.asked {
                (kept.wanted, kept.error) = (self.limit, None);
                kept.asked.clone_from(&path);
            }
            kept.number += 1;
            kept.number
        };
        if let Some(path) = path {
            spawn(self.read(number, path));
        }
    }

    /// Tries until there is an answer, or something later was asked for.
    async fn read(self, number: u64, path: String) {
        for pause in (0..).map(|failures: u32| LONGEST_MS.min(1_000 << failures.min(8))) {
            let outcome = self.pages(&path).await;
            if self.is_done_by(outcome, number, &path) {
                return;
            }
            browser::pause(pause).await;
            if number < self.kept.peek().number {
                return;
            }
        }
    }

    /// Takes an answer; false when there is to be another try.
    fn is_done_by(mut self, outcome: Result<Known, Error>, number: u64, path: &str) -> bool {
        let mut kept = self.kept.write();
        if kept.asked.as_deref() != Some(path) || number < kept.answered {
            return true;
        }
        match outcome {
            Ok(known) => {
                (kept.known, kept.error, kept.answered) = (Some(Rc::new(known)), None, number);
                true
            }
            // The later one will say it.
            Err(_) if number < kept.number => true,
            Err(refused) => {
                let is_refused = !refused.says_nothing();
                kept.error = Some(Rc::new(refused));
                if is_refused {
                    kept.known = None;
                    drop(kept);
                    // The session that is shown may be old.
                    drop(self.hook.refetch());
                }
                is_refused
            }
        }
    }

    async fn pages(self, path: &str) -> Result<Known, Error> {
        let wanted = self.kept.peek().wanted;
        let mut known = Known { path: path.to_owned(), ..Known::default() };
        loop {
            let before = known.items.len();
            let size = (wanted - before).min(MOST);
            let cursor = known.next.as_deref().map(browser::encoded);
            let cursor = cursor.map_or_else(String::new, |cursor| format!("&cursor={cursor}"));
            let page = format!("{path}&limit={size}{cursor}");
            known.add(self.hook.client().read(&page).await?, size);
            let now = known.items.len();
            if now == before || now >= wanted || known.next.is_none() {
                return Ok(known);
            }
        }
    }
}

/// Where a sign-in acts, as requests name it.
pub fn scope_of(sign_in: &SignIn) -> String {
    let id = |membership: &Option<String>| membership.clone().unwrap_or_else(|| "-".to_owned());
    let organization = id(&sign_in.active_organization_membership_id);
    format!("{}.{organization}.{}", sign_in.id, id(&sign_in.active_workspace_membership_id))
}

/// Has things done in the name of one account, whichever another tab has made the active one meanwhile. Of nobody the server
/// refuses everything.
#[derive(Clone)]
pub struct Actor {
    pub client: Client,
    scope: String,
}

impl Actor {
    /// The account that is shown, be it that it acts elsewhere by then or not.
    pub fn of(hook: UseSession) -> Self {
        let id = hook.active_signin().map_or_else(|| "-".to_owned(), |active| active.id.clone());
        Self { client: hook.client(), scope: format!("{id}.-.-") }
    }

    /// The same, for as long as it acts where it does.
    pub fn here(hook: UseSession) -> Self {
        let scope = hook.active_signin().map(|active| scope_of(&active));
        Self { scope: scope.unwrap_or_default(), ..Self::of(hook) }
    }

    /// Has it done, and has what lies under these paths read again.
    pub async fn act(&self, path: &str, body: Value, outdates: &[&str]) -> Result<(), Error> {
        let done = self.client.post::<Value>(&format!("{path}?scope={}", self.scope), body).await;
        // What is wrong with what was typed in changes nothing.
        if done.as_ref().err().is_none_or(|error| error.status != 400) {
            self.client.outdate(outdates);
        }
        done.map(drop)
    }
}
