//! A platform that does what a script says: nothing is answered, and no time passes, before a step says so.

use keyrack_client::Error;
use keyrack_client::platform::{Command, Inbox, Input, Line, Moment, Platform, Reply, Request, take_back};
use serde_json::Value;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

/// A request as it was sent.
#[derive(Clone, Debug)]
pub struct Sent {
    pub number: u64,
    pub request: Request,
    pub carried: Option<String>,
}

impl Sent {
    /// `GET /session`, without its query.
    pub fn name(&self) -> String {
        self.full().split('?').next().unwrap().to_owned()
    }

    /// `GET /session?poll=1`.
    pub fn full(&self) -> String {
        let method = if self.request.body.is_some() { "POST" } else { "GET" };
        format!("{method} {}", self.request.path)
    }
}

#[derive(Default)]
pub struct World {
    pub ticks: u64,
    pub wall: i64,
    pub wake_at: Option<u64>,
    pub log: Vec<Sent>,
    pub waiting: Vec<Sent>,
    /// Connections for the stream that are open, by their numbers.
    pub connections: Vec<u64>,
    pub streams_asked: Vec<String>,
    pub told: Vec<Value>,
    pub kept: Option<String>,
    pub staging: bool,
    pub is_covered: bool,
    /// Where a scope of one's own stands.
    pub scope: String,
    /// Whether addresses are led to, and to which.
    pub navigates: bool,
    pub went: Vec<String>,
}

#[derive(Clone, Default)]
pub struct Scripted {
    world: Arc<Mutex<World>>,
    inbox: Arc<OnceLock<Inbox>>,
}

impl Scripted {
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    pub fn post(&self, input: Input) {
        self.inbox.get().unwrap().post(input);
    }

    /// Answers a request as a server does; without a reply the connection breaks.
    pub fn answer(&self, number: u64, reply: Option<&Reply>) {
        let (sent, staging) = {
            let mut world = self.world();
            let index = world.waiting.iter().position(|sent| sent.number == number).unwrap();
            (world.waiting.remove(index), world.staging)
        };
        let answer = match reply {
            None => Err(Error::network()),
            Some(reply) => {
                let understood = take_back(&sent.request, sent.carried, reply, staging);
                if let Some(change) = understood.change {
                    let kept = change.of(self.world().kept.as_deref());
                    self.world().kept = kept;
                }
                understood.answer
            }
        };
        self.post(Input::Answered { number, answer });
    }

    /// The latest connection that is open says this.
    pub fn line(&self, line: Line) {
        let number = *self.world().connections.last().expect("a connection");
        if matches!(line, Line::Ended | Line::Broken) {
            self.world().connections.pop();
        }
        self.post(Input::Line { number, line });
    }

    /// Lets time pass, and everything that is due in it happen.
    pub fn pass(&self, milliseconds: u64) {
        let until = self.world().ticks + milliseconds;
        loop {
            let due = self.world().wake_at.filter(|at| *at <= until);
            let now = due.unwrap_or(until);
            let mut world = self.world();
            let passed = now.saturating_sub(world.ticks);
            world.ticks += passed;
            world.wall += i64::try_from(passed).unwrap();
            if due.is_none() {
                return;
            }
            world.wake_at = None;
            drop(world);
            self.post(Input::Woken);
        }
    }
}

impl Platform for Scripted {
    fn begin(&self, inbox: Inbox) {
        assert!(self.inbox.set(inbox).is_ok(), "a store begins once");
    }

    fn now(&self) -> Moment {
        let world = self.world();
        Moment { ticks: world.ticks, wall: world.wall }
    }

    fn chance(&self) -> f64 {
        0.5
    }

    fn navigates(&self) -> bool {
        self.world().navigates
    }

    fn perform(&self, command: Command) {
        let mut world = self.world();
        match command {
            Command::Send { number, request } => {
                let sent = Sent { number, request, carried: world.kept.clone() };
                world.log.push(sent.clone());
                world.waiting.push(sent);
            }
            Command::Abandon { number } => world.waiting.retain(|sent| sent.number != number),
            Command::Wake { at } => world.wake_at = Some(at),
            Command::Open { number, path } => {
                world.streams_asked.push(format!("GET {path}"));
                world.connections.push(number);
            }
            Command::Close { number } => world.connections.retain(|one| *one != number),
            Command::Tell(message) => world.told.push(message.to_json()),
            // This one holds the stream for all.
            Command::Stand(_) => {}
            Command::Cover => world.is_covered = true,
            Command::Reveal => world.is_covered = false,
            Command::Keep { scope } => world.scope = scope,
            Command::Go { url } => world.went.push(url),
        }
    }
}
