//! What one process tells those who follow a deployment's revocations.

use super::store::Dated;
use crate::config::Deployment;
use crate::db::Revoked;
use crate::error::Result;
use crate::id::SignInId;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, watch};

/// The feeds of all deployments of this process.
#[derive(Debug)]
pub struct Feeds {
    by_deployment: HashMap<String, Arc<Feed>>,
    /// Rung when other nodes may have changed something of which no notice came.
    missed: Notify,
}

/// The revocations of one deployment that some living token may be about, in the order in which this process heard them.
#[derive(Debug)]
pub struct Feed {
    /// What this process is called: its numbers mean nothing to others.
    node: String,
    state: Mutex<State>,
    /// The number of the latest; [`CLOSED`] when nothing is told any more.
    latest: watch::Sender<u64>,
    /// Held while what happened before is read.
    loading: tokio::sync::Mutex<()>,
}

/// Stands for a feed that tells nothing any more.
pub const CLOSED: u64 = u64::MAX;

#[derive(Debug, Default)]
struct State {
    by_number: BTreeMap<u64, Entry>,
    by_sign_in: HashMap<SignInId, u64>,
    /// The number of the latest.
    latest: u64,
    /// Whoever heard less than this number begins anew: what came before was forgotten without being told.
    whole_since: u64,
    followers: usize,
    /// Whether what happened before it was followed has been read.
    loaded: bool,
}

#[derive(Clone, Debug)]
struct Entry {
    sign_in: SignInId,
    not_before_rev: i64,
    made_at: i64,
}

/// One line of what is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The sign-in.
    pub sign_in: SignInId,
    /// The revision before which its tokens are refused.
    pub not_before_rev: i64,
}

impl Feeds {
    /// Feeds that nobody follows yet; `node` is what no other process is called.
    #[must_use]
    pub fn of(deployments: &[Deployment], node: &str) -> Self {
        let feed = |deployment: &Deployment| (deployment.id.clone(), Arc::new(Feed::new(node)));
        Self { by_deployment: deployments.iter().map(feed).collect(), missed: Notify::new() }
    }

    /// The feed of a deployment.
    #[must_use]
    pub fn get(&self, deployment: &str) -> Option<&Arc<Feed>> {
        self.by_deployment.get(deployment)
    }

    /// Those that are followed.
    pub fn followed(&self) -> impl Iterator<Item = (&str, &Arc<Feed>)> {
        let all = self.by_deployment.iter().map(|(id, feed)| (id.as_str(), feed));
        all.filter(|(_, feed)| feed.is_followed())
    }

    /// Takes in what was made at `now`, here or by another node.
    pub fn hear(&self, revoked: &[Revoked], now: i64) {
        for revoked in revoked {
            if let Some(feed) = self.get(&revoked.deployment) {
                feed.hear(&[(revoked.clone(), now)]);
            }
        }
    }

    /// Something may have been missed.
    pub fn may_have_missed(&self) {
        self.missed.notify_one();
    }

    /// Waits until something may have been missed.
    pub async fn missed(&self) {
        self.missed.notified().await;
    }

    /// Ends every stream.
    pub fn close(&self) {
        for feed in self.by_deployment.values() {
            feed.latest.send_replace(CLOSED);
        }
    }
}

impl Feed {
    /// One that nobody follows.
    #[must_use]
    pub fn new(node: &str) -> Self {
        Self {
            node: node.to_owned(),
            state: Mutex::default(),
            latest: watch::Sender::new(0),
            loading: tokio::sync::Mutex::new(()),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether somebody follows.
    #[must_use]
    pub fn is_followed(&self) -> bool {
        self.state().followers > 0
    }

    /// Takes in what was made, if somebody follows: what the feed knows already changes nothing.
    pub fn hear(&self, dated: &[Dated]) {
        let mut state = self.state();
        if state.followers == 0 {
            return;
        }
        let before = state.latest;
        dated.iter().for_each(|(revoked, made_at)| state.keep(revoked, *made_at));
        let latest = state.latest;
        drop(state);
        if latest != before {
            // A feed that was closed stays so.
            self.latest.send_if_modified(|now| *now != CLOSED && std::mem::replace(now, latest) != latest);
        }
    }

    /// Forgets what no living token can be about: what was made before `since`.
    pub fn forget(&self, since: i64) {
        self.state().forget(since);
    }

    /// Registers somebody who follows. What is made from now on is told to them; what was made before, `read` brings, unless
    /// others follow already, whose feed has it.
    ///
    /// # Errors
    /// What `read` says.
    pub async fn follow(
        self: &Arc<Self>,
        read: impl Future<Output = Result<Vec<Dated>>>,
    ) -> Result<Follower> {
        self.state().followers += 1;
        let follower = Follower { feed: Arc::clone(self), told: None, latest: self.latest.subscribe() };
        let _one = self.loading.lock().await;
        if !self.state().loaded {
            let dated = read.await?;
            self.hear(&dated);
            self.state().loaded = true;
        }
        Ok(follower)
    }
}

impl State {
    fn keep(&mut self, revoked: &Revoked, made_at: i64) {
        let Revoked { sign_in, not_before_rev, .. } = revoked;
        if let Some(number) = self.by_sign_in.get(sign_in) {
            if self.by_number.get(number).is_some_and(|known| known.not_before_rev >= *not_before_rev) {
                return;
            }
            self.by_number.remove(number);
        }
        self.latest += 1;
        self.by_sign_in.insert(sign_in.clone(), self.latest);
        let entry = Entry { sign_in: sign_in.clone(), not_before_rev: *not_before_rev, made_at };
        self.by_number.insert(self.latest, entry);
    }

    fn forget(&mut self, since: i64) {
        let Self { by_number, by_sign_in, .. } = self;
        by_number.retain(|_, entry| {
            let stays = entry.made_at >= since;
            if !stays {
                by_sign_in.remove(&entry.sign_in);
            }
            stays
        });
    }

    fn after(&self, number: u64, most: usize) -> Vec<(u64, Told)> {
        let after = self.by_number.range(number.saturating_add(1)..).take(most);
        let told =
            |entry: &Entry| Told { sign_in: entry.sign_in.clone(), not_before_rev: entry.not_before_rev };
        after.map(|(number, entry)| (*number, told(entry))).collect()
    }
}

/// Somebody who follows, for as long as it is held.
#[derive(Debug)]
pub struct Follower {
    feed: Arc<Feed>,
    /// The number of the latest that they were told.
    told: Option<u64>,
    latest: watch::Receiver<u64>,
}

/// What somebody who follows is told next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// Whether it is all that there is, rather than what is new.
    pub whole: bool,
    /// Where it ends: whoever comes back with it is told what follows.
    pub id: String,
    /// What is told.
    pub told: Vec<Told>,
}

impl Follower {
    /// The first of a stream: what is new since the id that it ended with before, if this process gave it and has told
    /// everything since, else all that there is.
    pub fn begin(&mut self, last_event_id: Option<&str>) -> News {
        let state = self.feed.state();
        let number =
            last_event_id.and_then(|id| id.strip_prefix(&self.feed.node)?.strip_prefix('.')?.parse().ok());
        let known = number.filter(|number| (state.whole_since..=state.latest).contains(number));
        let told = state.after(known.unwrap_or(0), usize::MAX);
        let latest = state.latest;
        drop(state);
        self.news(known.is_none(), latest, told)
    }

    /// What is new, at most `most` of it; none if nothing is.
    pub fn next(&mut self, most: usize) -> Option<News> {
        let told = self.feed.state().after(self.told?, most);
        let (latest, _) = told.last()?;
        let latest = *latest;
        Some(self.news(false, latest, told))
    }

    /// Waits until there may be something new; whether there ever will be.
    pub async fn changed(&mut self) -> bool {
        self.latest.changed().await.is_ok() && !self.is_closed()
    }

    /// Whether nothing is told any more.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        *self.latest.borrow() == CLOSED
    }

    fn news(&mut self, whole: bool, latest: u64, told: Vec<(u64, Told)>) -> News {
        self.told = Some(latest);
        let id = format!("{}.{latest}", self.feed.node);
        News { whole, id, told: told.into_iter().map(|(_, told)| told).collect() }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        let mut state = self.feed.state();
        state.followers = state.followers.saturating_sub(1);
        if state.followers == 0 {
            // What happens now is not heard: whoever comes next reads it.
            state.loaded = false;
            state.by_number.clear();
            state.by_sign_in.clear();
            state.latest += 1;
            state.whole_since = state.latest;
        }
    }
}
