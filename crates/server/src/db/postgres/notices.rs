//! Telling the other nodes on one PostgreSQL which sessions have changed, and hearing it from them.
//!
//! A notice is sent after the commit and outside of the transaction, by a thread with a connection of its own, which
//! also listens: it can fail no request and hold up none. What is lost is found by whoever compares with the database,
//! which is why every new connection that listens says so ([`Heard::Listening`]).

use super::{SILENCE, config};
use crate::db::tx::Change;
use crate::error::{Error, Result};
use crate::id::SessionId;
use crate::world::Random;
use keyrack_protocol::ChangeReason;
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::runtime::Builder;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::{sleep, timeout};
use tokio_postgres::{AsyncMessage, Client, Config, Connection, NoTls, Statement};

const CHANNEL: &str = "keyrack_sessions";
/// PostgreSQL takes less than 8 000 bytes.
const PAYLOAD: usize = 7_900;
/// Transactions whose notices wait; those of further ones are lost.
const WAITING: usize = 4096;
/// Sessions that are told of at once, in as many notices as it takes.
const MOST: usize = 1_000;
/// How often a connection on which nothing is said is asked whether it lives, and after how long, and up to as much
/// again, one that was lost is made anew.
const AGAIN: Duration = Duration::from_millis(500);
/// Nobody waits for a notice to be on the disk, or at a standby.
const OPTIONS: &str = "-c statement_timeout=2500ms -c synchronous_commit=off";

/// What a node is told of the others.
#[derive(Debug)]
pub enum Heard {
    /// Another node has changed these sessions.
    Changes(Vec<Change>),
    /// From now on changes are heard; some may have been missed before.
    Listening,
}

/// One node among several.
#[derive(Clone)]
pub struct Node {
    /// What no other is called: a word.
    pub name: String,
    /// Told what the others do.
    pub hear: Arc<dyn Fn(Heard) + Send + Sync>,
}

/// The thread of one node; it ends when this is dropped.
pub(in crate::db) struct Notices {
    queue: Sender<Vec<Change>>,
}

/// Why nothing is told any more.
enum Stop {
    /// Nobody has anything to tell: the server ends.
    Over,
    /// The connection is lost.
    Lost,
}

impl Notices {
    /// Starts the thread. It connects by itself, and again when it has to.
    pub(in crate::db) fn start(url: &str, node: Node) -> Result<Self> {
        let failed = |cause| Error::internal("start a database thread", cause);
        let (queue, inbox) = channel(WAITING);
        let mut config = config(url)?;
        config.options(OPTIONS);
        let runtime = Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let thread = thread::Builder::new().name("keyrack-notices".to_owned());
        let body = move || runtime.block_on(Exchange { config, node, inbox, untold: Vec::new() }.run());
        thread.spawn(body).map_err(failed)?;
        Ok(Self { queue })
    }

    /// Hands over what a transaction has changed. It waits for nothing: when too much waits already, it is lost.
    pub(in crate::db) fn tell(&self, changes: &[Change]) {
        if !changes.is_empty() {
            let _ = self.queue.try_send(changes.to_vec());
        }
    }
}

struct Exchange {
    config: Config,
    node: Node,
    inbox: Receiver<Vec<Change>>,
    /// Notices that a lost connection may not have sent: they are sent again.
    untold: Vec<String>,
}

impl Exchange {
    async fn run(mut self) {
        while let Stop::Lost = self.on_one_connection().await {
            tracing::debug!(
                "other nodes are neither told nor heard; sessions are compared with the database"
            );
            sleep(AGAIN + Random::jitter(AGAIN)).await;
        }
    }

    /// Tells and listens until the connection is lost or there is nothing to tell any more.
    async fn on_one_connection(&mut self) -> Stop {
        let Some(client) = self.connect().await else { return Stop::Lost };
        let prepared = timeout(SILENCE, client.prepare("select pg_notify($1, $2)")).await;
        let Ok(Ok(notify)) = prepared else { return Stop::Lost };
        loop {
            if !self.send(&client, &notify).await {
                return Stop::Lost;
            }
            match timeout(AGAIN, self.inbox.recv()).await {
                Ok(None) => return Stop::Over,
                Ok(Some(first)) => self.collect(first),
                // Nothing is said: by a server that is there, or by none.
                Err(_) => {
                    let Ok(Ok(())) = timeout(SILENCE, client.batch_execute("")).await else {
                        return Stop::Lost;
                    };
                }
            }
        }
    }

    /// A connection that listens.
    async fn connect(&self) -> Option<Client> {
        let (client, connection) = timeout(SILENCE, self.config.connect(NoTls)).await.ok()?.ok()?;
        drop(tokio::spawn(hear(connection, self.node.clone())));
        timeout(SILENCE, client.batch_execute(&format!("listen {CHANNEL}"))).await.ok()?.ok()?;
        (self.node.hear)(Heard::Listening);
        Some(client)
    }

    /// Sends what is to be told; whether all of it was.
    async fn send(&mut self, client: &Client, notify: &Statement) -> bool {
        while let Some(payload) = self.untold.last() {
            let Ok(Ok(_)) = timeout(SILENCE, client.execute(notify, &[&CHANNEL, payload])).await else {
                return false;
            };
            self.untold.pop();
        }
        true
    }

    /// Puts together what is in the inbox, as much as there is at once.
    fn collect(&mut self, first: Vec<Change>) {
        let mut latest = BTreeMap::new();
        let mut changes = Some(first);
        while let Some(more) = changes {
            more.into_iter().for_each(|change| keep_latest(&mut latest, change));
            changes = if latest.len() < MOST { self.inbox.try_recv().ok() } else { None };
        }
        self.untold = payloads(&self.node.name, latest.values());
    }
}

/// Moves a connection's bytes until it ends, and tells the node what it hears.
async fn hear<S, T>(mut connection: Connection<S, T>, node: Node)
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    while let Some(Ok(message)) = poll_fn(|cx| connection.poll_message(cx)).await {
        if let AsyncMessage::Notification(notice) = message
            && let Some(changes) = heard(&node.name, notice.payload())
        {
            (node.hear)(Heard::Changes(changes));
        }
    }
}

fn keep_latest(latest: &mut BTreeMap<SessionId, Change>, change: Change) {
    let known = latest.get(&change.session);
    if known.is_none_or(|known| known.revision < change.revision) {
        latest.insert(change.session.clone(), change);
    }
}

/// Notices that fit: the node's name, then each session with its revision, the reason and whether it has ended.
fn payloads<'a>(node: &str, changes: impl Iterator<Item = &'a Change>) -> Vec<String> {
    let mut payloads: Vec<String> = Vec::new();
    for change in changes {
        let Change { session, revision, reason, ended } = change;
        let record = format!(" {session},{revision},{},{}", reason.as_str(), u8::from(*ended));
        match payloads.last_mut() {
            Some(payload) if payload.len() + record.len() <= PAYLOAD => payload.push_str(&record),
            _ => payloads.push(format!("{node}{record}")),
        }
    }
    payloads
}

/// What a notice tells a node; none when it is its own. What is not understood is left out.
fn heard(node: &str, payload: &str) -> Option<Vec<Change>> {
    let mut words = payload.split(' ');
    if words.next() == Some(node) {
        return None;
    }
    Some(words.filter_map(record).collect())
}

fn record(word: &str) -> Option<Change> {
    let mut parts = word.split(',');
    let session = SessionId::parse(parts.next()?)?;
    let revision = parts.next()?.parse().ok()?;
    // A newer node may know more reasons.
    let reason = ChangeReason::parse(parts.next()?).unwrap_or(ChangeReason::Changed);
    let ended = parts.next()? == "1";
    Some(Change { session, revision, reason, ended })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::World;

    fn changes(count: usize) -> Vec<Change> {
        let world = World::for_tests(1);
        let change = |index: usize| Change {
            session: SessionId::draw(&world),
            revision: i64::MAX - i64::try_from(index).unwrap(),
            reason: ChangeReason::CredentialsChanged,
            ended: index.is_multiple_of(2),
        };
        (0..count).map(change).collect()
    }

    #[test]
    fn what_is_told_is_heard_by_the_others_and_fits_into_notices() {
        let told = changes(500);
        let payloads = payloads("nod_a", told.iter());
        assert!((5..10).contains(&payloads.len()), "{}", payloads.len());
        assert!(payloads.iter().all(|payload| payload.len() < 8_000));
        let heard_by = |node| payloads.iter().filter_map(move |payload| heard(node, payload)).flatten();
        assert_eq!(heard_by("nod_b").collect::<Vec<_>>(), told);
        assert_eq!(heard_by("nod_a").count(), 0);
    }

    #[test]
    fn what_is_not_understood_is_left_out() {
        let [one] = changes(1).try_into().unwrap();
        let good = payloads("n", [&one].into_iter()).remove(0);
        let Some((_, record)) = good.split_once(' ') else { panic!("{good}") };
        let odd = format!("other x {} {record} {},1 ses_x,1,idle,1 ", one.session, one.session);
        assert_eq!(heard("me", &odd), Some(vec![one.clone()]));
        let newer = record.replace("credentials_changed", "something_new");
        let reason = ChangeReason::Changed;
        assert_eq!(heard("me", &format!("other {newer}")), Some(vec![Change { reason, ..one }]));
        assert_eq!(heard("me", ""), Some(Vec::new()));
    }

    #[test]
    fn of_one_session_only_the_latest_is_told() {
        let [one] = changes(1).try_into().unwrap();
        let at = |revision| Change { revision, ..one.clone() };
        let mut latest = BTreeMap::new();
        [3, 5, 4].into_iter().for_each(|revision| keep_latest(&mut latest, at(revision)));
        assert_eq!(latest.into_values().collect::<Vec<_>>(), [at(5)]);
    }
}
