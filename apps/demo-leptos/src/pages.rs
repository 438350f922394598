//! Long lists, of which as many pages are read as somebody wants to see.

use crate::beside::{Asked, Asking, Reading};
use keyrack_leptos::Error;
use leptos::prelude::*;
use serde_json::Value;
use std::sync::Arc;

/// The most that one request brings.
const MOST: u32 = 100;

/// As much of a list as was read.
#[derive(Default)]
pub struct Known {
    /// The query that it answers.
    query: String,
    pub items: Vec<Value>,
    /// How many there are in all; of lists that do not say it so many as were read.
    pub total: u64,
    /// What leads to the next ones.
    next: Option<String>,
}

/// A list of one actor's. Each entry has an `id`.
#[derive(Clone, Copy)]
pub struct Pages {
    pub reading: Reading,
    query: RwSignal<String>,
    /// How many are wanted, and how many more each time.
    wanted: RwSignal<u32>,
    size: u32,
}

impl Pages {
    /// Reads `path`, so many at first.
    pub fn follow(asking: Asking, path: String, size: u32) -> Self {
        let (query, wanted) = (RwSignal::new(String::new()), RwSignal::new(size));
        let from = path.clone();
        let reading = Reading::follow(&asking.clone(), path, move || {
            Box::pin(read(asking.clone(), from.clone(), query.get(), wanted.get())) as Asked
        });
        Self { reading, query, wanted, size }
    }

    /// Has one more word in the query. What was found before is shown until that is answered.
    pub fn search(self, query: String) {
        if self.query.with_untracked(|before| *before != query) {
            self.wanted.set(self.size);
            self.query.set(query);
        }
    }

    /// Whether what is shown answers an earlier search.
    pub fn is_searching(self) -> bool {
        let query = self.query.get();
        self.of(|known| known.query != query)
    }

    /// Reads the next ones, too.
    pub fn more(self) {
        let read = self.reading.data.with_untracked(|known| known.as_ref().map_or(0, Known::len));
        self.wanted.set(read + self.size);
    }

    /// Whether they are on their way.
    pub fn is_growing(self) -> bool {
        let wanted = self.wanted.get();
        self.of(|known| known.next.is_some() && known.len() < wanted)
    }

    pub fn has_more(self) -> bool {
        self.of(|known| known.next.is_some())
    }

    pub fn is_known(self) -> bool {
        self.of(|_| true)
    }

    pub fn is_empty(self) -> bool {
        self.of(|known| known.items.is_empty())
    }

    pub fn total(self) -> u64 {
        self.reading.data.with(|known| known.as_ref().map_or(0, |known| known.total))
    }

    /// What tells the entries apart, in their order.
    pub fn ids(self) -> Vec<String> {
        self.reading.data.with(|known| known.iter().flat_map(|known| &known.items).map(id).collect())
    }

    /// Whether an entry is such a one.
    pub fn any(self, is_such: impl Fn(&Value) -> bool) -> bool {
        self.of(|known| known.items.iter().any(is_such))
    }

    fn of(self, is: impl FnOnce(&Known) -> bool) -> bool {
        self.reading.data.with(|known| known.as_ref().is_some_and(is))
    }
}

/// One of a list: as it is now, nothing when it is gone.
#[derive(Clone)]
pub struct Entry {
    pages: Pages,
    pub id: Arc<str>,
}

impl Entry {
    pub fn of(pages: Pages, id: &str) -> Self {
        Self { pages, id: id.into() }
    }

    pub fn with<T>(&self, look: impl FnOnce(&Value) -> T) -> T {
        self.pages.reading.data.with(|known| {
            let mut all = known.iter().flat_map(|known| &known.items);
            look(all.find(|item| item["id"] == *self.id).unwrap_or(&Value::Null))
        })
    }
}

fn id(item: &Value) -> String {
    text(item, "id")
}

/// A text as it stands in a query.
pub fn encoded(text: &str) -> String {
    js_sys::encode_uri_component(text).into()
}

/// A text in an object; empty where there is none.
pub fn text(item: &Value, name: &str) -> String {
    item[name].as_str().unwrap_or_default().to_owned()
}

async fn read(asking: Asking, path: String, query: String, wanted: u32) -> Result<Known, Error> {
    let mut known = Known { query, ..Known::default() };
    loop {
        let size = (wanted - known.len()).min(MOST);
        let joint = if path.contains('?') { '&' } else { '?' };
        let cursor = known.next.take().map(|next| format!("&cursor={}", encoded(&next))).unwrap_or_default();
        let answer = asking.read(&format!("{path}{joint}limit={size}{cursor}{}", known.query)).await?;
        known.add(answer, size).ok_or_else(Error::network)?;
        if known.len() >= wanted || known.next.is_none() {
            return Ok(known);
        }
    }
}

impl Known {
    fn len(&self) -> u32 {
        u32::try_from(self.items.len()).unwrap_or(u32::MAX)
    }

    /// A list in one piece.
    pub fn list(answer: Value) -> Option<Self> {
        let mut known = Self::default();
        known.add(answer, MOST)?;
        Some(known)
    }

    /// A mere number.
    pub fn count(answer: Value) -> Option<Self> {
        answer["count"].as_u64().map(|total| Self { total, ..Self::default() })
    }

    /// Members come with a `meta`, notifications without, and invitations as a mere list: there the last one leads on, and a page
    /// that is not full is the last.
    fn add(&mut self, mut answer: Value, size: u32) -> Option<()> {
        let items = match &mut answer {
            Value::Array(items) => std::mem::take(items),
            page => {
                let name = if page.get("data").is_some() { "data" } else { "notifications" };
                std::mem::take(page.get_mut(name)?.as_array_mut()?)
            }
        };
        let meta = answer.get("meta").unwrap_or(&answer);
        self.next = if answer.is_array() {
            items.last().filter(|_| items.len() as u64 >= u64::from(size)).map(id)
        } else {
            meta["next_cursor"].as_str().filter(|_| meta["has_more"] == true).map(str::to_owned)
        };
        let total = meta.get("total").and_then(Value::as_u64);
        for item in items {
            // Whoever was added meanwhile moves somebody from one page to the next.
            if !self.items.iter().any(|known| id(known) == id(&item)) {
                self.items.push(item);
            }
        }
        self.total = total.unwrap_or(self.items.len() as u64);
        Some(())
    }
}
