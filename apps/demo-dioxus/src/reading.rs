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
    pub fn has_more(&self) -> bool {
        self.next.is_some()
    }

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

/// One thing that is read, and kept as it is.
#[derive(Clone, Copy, PartialEq)]
pub struct Reading {
    hook: UseSession,
    limit: usize,
    /// None while nobody is signed in.
    path: Memo<Option<String>>,
    known: Signal<Option<Known>>,
    error: Signal<Option<Rc<Error>>>,
    /// So many are to be shown.
    wanted: Signal<usize>,
    /// What was asked for last, and how often anything was.
    asked: CopyValue<(Option<String>, u64)>,
    /// Which of those is shown.
    shown: CopyValue<u64>,
}

/// Reads what lies under `base`, by a query that may change, `limit` at once.
pub fn use_reading(base: String, limit: usize, query: impl Fn() -> String + 'static) -> Reading {
    let hook = use_session();
    let news = use_news(&base);
    let path = use_memo(move || {
        let scope = scope_of(hook.active_signin()?.as_ref());
        Some(format!("{base}?{}&scope={scope}&poll=1", query()))
    });
    let reading = Reading {
        hook,
        limit,
        path,
        known: use_signal(|| None),
        error: use_signal(|| None),
        wanted: use_signal(|| limit),
        asked: use_hook(|| CopyValue::new((None, 0))),
        shown: use_hook(|| CopyValue::new(0)),
    };
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
    pub fn known(&self) -> Option<Known> {
        let path = self.path.cloned();
        self.known.cloned().filter(|known| Some(&known.path) == path.as_ref())
    }

    /// The same, or until it is there what an earlier query has found: only where another account, and another place, has
    /// another component.
    pub fn known_of_any(&self) -> Option<Known> {
        self.known.cloned()
    }

    /// Why what is shown may be old, or is not there.
    pub fn error(&self) -> Option<Rc<Error>> {
        self.error.cloned()
    }

    /// Whether the next ones are on their way.
    pub fn is_fetching(&self) -> bool {
        let shown = self.known.read().as_ref().map_or(0, |known| known.items.len());
        self.error.read().is_none() && shown > 0 && shown < *self.wanted.read()
    }

    /// Adds the next ones.
    pub fn more(mut self) {
        let shown = self.known.peek().as_ref().map_or(0, |known| known.items.len());
        self.wanted.set(shown + self.limit);
        self.load();
    }

    pub fn load(mut self) {
        let path = self.path.peek().clone();
        let (asked, number) = self.asked.cloned();
        if path != asked {
            self.wanted.set(self.limit);
            self.error.set(None);
        }
        self.asked.set((path.clone(), number + 1));
        if let Some(path) = path {
            spawn(self.read(number + 1, path));
        }
    }

    /// Tries until there is an answer, or something later was asked for.
    async fn read(mut self, number: u64, path: String) {
        for pause in (0..).map(|failures: u32| LONGEST_MS.min(1_000 << failures.min(8))) {
            let outcome = self.pages(&path).await;
            let (asked, last) = self.asked.cloned();
            if asked.as_ref() != Some(&path) || number < *self.shown.peek() {
                return;
            }
            match outcome {
                Ok(known) => {
                    self.shown.set(number);
                    self.known.set(Some(known));
                    return self.error.set(None);
                }
                // The later one will say it.
                Err(_) if number < last => return,
                Err(refused) => {
                    let is_refused = !refused.says_nothing();
                    self.error.set(Some(Rc::new(refused)));
                    if is_refused {
                        self.known.set(None);
                        // The session that is shown may be old.
                        return drop(self.hook.refetch());
                    }
                }
            }
            browser::pause(pause).await;
            if number < self.asked.peek().1 {
                return;
            }
        }
    }

    async fn pages(self, path: &str) -> Result<Known, Error> {
        let wanted = *self.wanted.peek();
        let mut known = Known { path: path.to_owned(), ..Known::default() };
        loop {
            let before = known.items.len();
            let size = (wanted - before).min(MOST);
            let cursor = known.next.as_deref().map(browser::encoded);
            let cursor = cursor.map_or_else(String::new, |cursor| format!("&cursor={cursor}"));
            let page = format!("{path}&limit={size}{cursor}");
            known.add(self.hook.client().read(&page).await?, size);
            let now = known.items.len();
            if now == before || now >= wanted || !known.has_more() {
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

/// Has things done in the name of one account, whichever another tab has made the active one meanwhile.
#[derive(Clone)]
pub struct Actor {
    pub client: Client,
    scope: String,
}

impl Actor {
    /// The account that is shown, be it that it acts elsewhere by then or not.
    pub fn of(hook: UseSession) -> Option<Self> {
        Some(Self { client: hook.client(), scope: format!("{}.-.-", hook.active_signin()?.id) })
    }

    /// The same, for as long as it acts where it does.
    pub fn here(hook: UseSession) -> Option<Self> {
        Some(Self { client: hook.client(), scope: scope_of(hook.active_signin()?.as_ref()) })
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
