//! Some nodes of `keyrack serve` with one database, one key, and one mailbox; each can be ended and started again.

use super::latency::Latencies;
use super::person::Person;
use crate::Outcome;
use crate::http::{Browser, client};
use crate::mailbox::Mailbox;
use crate::random::Random;
use crate::server::{Server, Setup};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The same key on every node: 32 bytes that protect nothing but a test.
const MASTER_KEY: &str = "c29hay1zb2FrLXNvYWstc29hay1zb2FrLXNvYWstc28";
/// Words of a log that nobody should find there, whatever happened to the server.
const FAULTS: [&str; 3] = ["panicked", "panic:", "\"status\":500"];

/// The nodes. Dropped, they are killed; their data stays until [`Cluster::end`].
pub struct Cluster {
    /// Who takes their mail.
    pub mailbox: Arc<Mailbox>,
    nodes: Vec<Node>,
    client: reqwest::Client,
    browsers: AtomicUsize,
    ready: Mutex<Latencies>,
}

struct Node {
    /// Its configuration, and its data unless that is elsewhere.
    folder: PathBuf,
    setup: Setup,
    server: Mutex<Option<Server>>,
}

/// What a node answered.
#[derive(Debug)]
pub struct Probe {
    /// The status.
    pub status: u16,
    /// Whether it says when to come back.
    pub retry_after: bool,
    /// How long it took.
    pub took: Duration,
}

/// What a cluster is made of.
pub struct Plan<'a> {
    /// The program.
    pub binary: &'a Path,
    /// Begins the names of the folders.
    pub name: &'a str,
    /// How many nodes.
    pub nodes: usize,
    /// PostgreSQL, or SQLite in the one node's folder.
    pub database_url: Option<String>,
    /// Where the one node's data is, if not in a folder of its own.
    pub data: Option<&'a Path>,
    /// More of the configuration, behind the deployment's table.
    pub config: &'a str,
}

impl Cluster {
    /// Starts them all and waits until each is ready.
    pub async fn start(plan: &Plan<'_>) -> Outcome<Self> {
        let mailbox = Mailbox::start().await?;
        let mut nodes = Vec::new();
        for number in 0..plan.nodes {
            let name = format!("{}-{number}", plan.name);
            let mut setup = Setup::new(plan.binary.to_owned(), &name, plan.database_url.clone())?;
            let config = setup.data.join("keyrack.toml");
            std::fs::write(&config, configuration(&mailbox.url(), plan.config))
                .map_err(|error| format!("no configuration: {error}"))?;
            (setup.config, setup.master_key) = (Some(config), Some(MASTER_KEY.to_owned()));
            let folder = setup.data.clone();
            if let Some(data) = plan.data {
                data.clone_into(&mut setup.data);
            }
            nodes.push(Node { folder, setup, server: Mutex::new(None) });
        }
        let (browsers, ready) = (AtomicUsize::new(0), Mutex::default());
        let cluster = Self { mailbox, nodes, client: client()?, browsers, ready };
        for number in 0..plan.nodes {
            // The first start of all makes the database.
            cluster.launch(number).await?;
        }
        Ok(cluster)
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The folder of a node's data.
    pub fn data(&self, number: usize) -> PathBuf {
        self.nodes.get(number).map(|node| node.setup.data.clone()).unwrap_or_default()
    }

    /// Where each answers.
    pub fn urls(&self) -> Vec<String> {
        self.nodes.iter().map(|node| node.setup.url()).collect()
    }

    /// A browser that uses all nodes in turn.
    pub fn browser(&self) -> Browser {
        let number = self.browsers.fetch_add(1, Ordering::Relaxed) + 1;
        let address = format!("10.{}.{}.{}", number >> 16 & 255, number >> 8 & 255, number & 255);
        Browser::among(&self.client, &self.urls(), &self.mailbox, address)
    }

    /// Somebody new with such a browser.
    pub fn person(&self, random: &mut Random) -> Person {
        let browser = self.browser();
        let name = format!("p{}", self.browsers.load(Ordering::Relaxed));
        Person::new(browser, random.fork(), name)
    }

    /// Ends a node as a power cut would.
    pub fn kill(&self, number: usize) {
        if let Some(mut server) = self.take(number) {
            server.kill();
        }
    }

    /// Ends a node as [`Cluster::kill`] does, and does not wait until it is gone: [`Cluster::restart`] does.
    pub fn kill_at_once(&self, number: usize) {
        if let Some(node) = self.nodes.get(number) {
            let mut server = node.server.lock().unwrap_or_else(PoisonError::into_inner);
            server.as_mut().map(Server::kill_at_once);
        }
    }

    /// Asks a node to stop; returns how long that took. What it ended with must be success, within ten seconds.
    pub async fn stop(&self, number: usize) -> Outcome<Duration> {
        let Some(server) = self.take(number) else { return Err(format!("node {number} does not run")) };
        let since = Instant::now();
        let stopped = tokio::task::spawn_blocking(move || server.stop()).await;
        if stopped.is_ok_and(|stopped| stopped) {
            return Ok(since.elapsed());
        }
        Err(format!("node {number} did not stop cleanly within 10 s:\n{}", self.log_end(number)))
    }

    /// Starts a node again and waits until it is ready; how long that took counts for [`Cluster::ready_p95`].
    pub async fn restart(&self, number: usize) -> Outcome {
        let since = Instant::now();
        self.launch(number).await?;
        self.ready.lock().unwrap_or_else(PoisonError::into_inner).note(since.elapsed());
        Ok(())
    }

    async fn launch(&self, number: usize) -> Outcome {
        let Some(node) = self.nodes.get(number) else { return Err(format!("there is no node {number}")) };
        // Dropped, it is waited for.
        drop(self.take(number));
        let setup = node.setup.clone();
        let started = tokio::task::spawn_blocking(move || setup.start()).await;
        let server = started.map_err(|error| error.to_string())??;
        *node.server.lock().unwrap_or_else(PoisonError::into_inner) = Some(server);
        Ok(())
    }

    /// Asks about a node's process; none while it does not run.
    pub fn ask<T>(&self, number: usize, question: impl Fn(&Server) -> Outcome<T>) -> Option<Outcome<T>> {
        let server = self.nodes.get(number)?.server.lock().unwrap_or_else(PoisonError::into_inner);
        server.as_ref().map(question)
    }

    /// What one node answers to `GET path` with a credential.
    pub async fn probe(&self, number: usize, path: &str, rack: Option<&String>) -> Outcome<Probe> {
        let url = self.nodes.get(number).map(|node| node.setup.url()).unwrap_or_default();
        let mut request = self.client.get(format!("{url}{path}"));
        if let Some(rack) = rack {
            request = request.header("x-development-session", rack);
        }
        let since = Instant::now();
        let answer = request.send().await.map_err(|error| format!("node {number}, {path}: {error}"))?;
        let (status, retry_after) = (answer.status().as_u16(), answer.headers().contains_key("retry-after"));
        answer.bytes().await.map_err(|error| format!("node {number}, {path}: {error}"))?;
        Ok(Probe { status, retry_after, took: since.elapsed() })
    }

    /// The time within which 95 of 100 starts were ready, in milliseconds.
    pub fn ready_p95(&self) -> u128 {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner).at(0.95).as_millis()
    }

    /// What no log of a server may say; checked at the end.
    pub fn faults(&self) -> Vec<String> {
        let faulty = |log: String, number: usize| {
            let mut lines = log.lines().filter(|line| FAULTS.iter().any(|word| line.contains(word)));
            lines.next().map(|line| format!("the log of node {number} has: {line}"))
        };
        let logs = self.nodes.iter().enumerate();
        logs.filter_map(|(number, node)| faulty(node.setup.log(), number)).collect()
    }

    /// How long a node's log is, in bytes.
    pub fn log_size(&self, number: usize) -> u64 {
        self.nodes.get(number).map_or(0, |node| u64::try_from(node.setup.log().len()).unwrap_or(u64::MAX))
    }

    /// The last lines of a node's log.
    pub fn log_end(&self, number: usize) -> String {
        let log = self.nodes.get(number).map(|node| node.setup.log()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines.iter().skip(lines.len().saturating_sub(30)).copied().collect::<Vec<_>>().join("\n")
    }

    /// Ends and removes everything, or says where it is kept when something went wrong.
    pub fn end<T>(&self, outcome: Outcome<T>) -> Outcome<T> {
        (0..self.len()).for_each(|number| self.kill(number));
        for node in &self.nodes {
            match &outcome {
                Ok(_) => {
                    node.setup.remove();
                    drop(std::fs::remove_dir_all(&node.folder));
                }
                Err(_) => eprintln!("the data and the log are kept in {}*", node.setup.data.display()),
            }
        }
        outcome
    }

    fn take(&self, number: usize) -> Option<Server> {
        self.nodes.get(number)?.server.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

fn configuration(mail: &str, more: &str) -> String {
    format!(
        "trusted_proxies = [\"127.0.0.1\"]\n\n[mail]\nsmtp = \"{mail}\"\n\n[[deployment]]\nid = \"soak\"\n\
         mode = \"staging\"\norigin = \"http://127.0.0.1\"\nhosts = [\"127.0.0.1\"]\n\
         mail_from = \"Soak <soak@example.com>\"\n{more}"
    )
}
