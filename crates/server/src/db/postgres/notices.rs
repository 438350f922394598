//! Telling the other nodes on one PostgreSQL which sessions have changed, and hearing it from them.
//!
//! A notice is sent after the commit and outside of the transaction, by a thread with a connection of its own, which
//! also listens: it can fail no request and hold up none. What is lost is found by whoever compares with the database,
//! which is why every new connection that listens says so ([`Heard::Listening`]).

use super::news::{News, heard, payloads};
use super::{SILENCE, config};
use crate::db::tx::{Change, Revoked, Touched};
use crate::error::{Error, Result};
use crate::id::SessionId;
use crate::world::Random;
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
    /// Another node has changed the inbox of somebody who is signed in on these sessions.
    Inboxes(Vec<SessionId>),
    /// Another node has ended these sign-ins, or taken something from them that their tokens say.
    Revoked(Vec<Revoked>),
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
    queue: Sender<News>,
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
    pub(in crate::db) fn tell(&self, touched: &Touched) {
        let news = News::of(touched);
        if !news.is_empty() {
            let _ = self.queue.try_send(news);
        }
    }
}

struct Exchange {
    config: Config,
    node: Node,
    inbox: Receiver<News>,
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
    fn collect(&mut self, first: News) {
        let mut news = first;
        while news.len() < MOST {
            let Ok(more) = self.inbox.try_recv() else { break };
            news.add(more);
        }
        self.untold = payloads(&self.node.name, &news);
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
            && let Some(News { changes, inboxes, revoked }) = heard(&node.name, notice.payload())
        {
            (node.hear)(Heard::Changes(changes.into_values().collect()));
            (node.hear)(Heard::Inboxes(inboxes.into_iter().collect()));
            (node.hear)(Heard::Revoked(revoked.into_values().collect()));
        }
    }
}
