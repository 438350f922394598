//! The session of one store, without a network, a clock or a runtime: what is held, when it is read, how it is changed.
//!
//! [`Core::handle`] takes what happened and says what is to be done. So every order of answers can be tried to the
//! millisecond, and the same rules hold wherever a platform carries out the commands. Answers come from reads, from our
//! own mutations and from other tabs; all of them pass [`Core::take`], where `order` decides.

mod change;
pub(crate) mod credential;
mod frames;
pub(crate) mod known;
mod lean;
mod leave;
mod mint;
pub(crate) mod mutation;
pub(crate) mod order;
mod page;
pub(crate) mod permissions;
pub(crate) mod plain;
mod queue;
mod read;
pub(crate) mod request;
mod say;
mod scope;
mod send;
mod show;
mod stream;
mod tab;
pub(crate) mod time;
mod tokens;

use crate::Error;
use crate::few::Few;
use keyrack_protocol::Session;
use leave::Leaving;
use order::{Held, Told};
use permissions::{Allowed, Permissions};
use queue::{Job, Queue};
use read::{Notices, Read};
use std::collections::VecDeque;
use std::sync::Arc;
use stream::{Stream, Wish};
use tab::Tab;
use time::Moment;
use tokens::{Tokens, Waiter};

pub use say::{Ask, CallId, Command, Input, Message, Outcome};
pub use stream::Line;

/// What whoever drives it does besides.
#[derive(Debug)]
pub(crate) enum Effect {
    Do(Command),
    Done(CallId, Result<Outcome, Error>),
    Changed,
    /// What is read under these paths may be another by now.
    News(Vec<String>),
}

/// What a request under way is for.
#[derive(Debug)]
enum Then {
    Read(read::After),
    Change,
    Token,
    Plain(CallId),
    Memberships(usize),
    /// The deployment's settings, which say where to go after a sign-out.
    Settings,
    /// Whether a tab may still stand where it does.
    Checked,
}

#[derive(Debug)]
struct UnderWay {
    deadline: u64,
    then: Then,
    /// In whose name, where that is not everybody's.
    asked: Option<tab::Asked>,
}

/// What is shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shown {
    pub session: Option<Arc<Session>>,
    /// Why the last load or refresh failed.
    pub error: Option<Arc<Error>>,
    /// Whether somebody has asked for a read that is not answered yet.
    pub is_refetching: bool,
    /// What the roles of the active memberships allow, once somebody has asked.
    pub allowed: Arc<Allowed>,
}

/// The session of one store.
#[derive(Debug, Default)]
pub(crate) struct Core {
    held: Option<Held>,
    /// What is held as it is shown here.
    shown: Option<Arc<Session>>,
    /// A scope of one's own.
    tab: Option<Tab>,
    error: Option<Arc<Error>>,
    failures: u32,
    refetches: u32,
    /// Requests are numbered as they are sent.
    sent: u64,
    /// The highest number of which it is known what became of it, which is what `error` tells.
    settled: u64,
    /// The highest number that had been sent when what is shown came.
    shown_at: u64,
    read_at: Option<Moment>,
    under_way: Few<u64, UnderWay>,
    queue: Queue,
    /// Reads that wait for the mutations under way: their answers could not be ordered against those of the mutations.
    blocked: Vec<Read>,
    /// What other tabs tell of is read in turn: what was told twice is shown by then.
    heard: VecDeque<Told>,
    is_hearing: bool,
    notices: Notices,
    stream: Stream,
    tokens: Tokens,
    permissions: Permissions,
    leaving: Leaving,
    /// What shows that work was done for the ways in.
    challenge_token: Option<String>,
    /// Those who asked for a token before the first load.
    early: Vec<Waiter>,
    is_hidden: bool,
    /// The page is left: nobody tells it anything.
    is_away: bool,
    /// A page that came back stays covered until then at most.
    reveal_at: Option<u64>,
    /// It stands for the stream.
    stands: bool,
    refresh_at: Option<u64>,
    woken_at: Option<u64>,
    now: Moment,
    chance: f64,
    effects: Vec<Effect>,
}

impl Core {
    /// One that begins with the session that is known, if one is; with a scope of its own where one is given, the empty one
    /// where that stands nowhere yet. `navigates` when it leads to addresses.
    pub fn beginning(session: Option<Session>, scope: Option<String>, navigates: bool) -> Self {
        let shown = session.map(Arc::new);
        let tab = scope.map(|scope| Tab::new(scope, shown.as_ref()));
        let shared = shown.clone().map(|shown| match &tab {
            None => shown,
            // What one tab sees is not what all share: the first read replaces it.
            Some(_) => Arc::new(Session { revision: -1, ..Session::clone(&shown) }),
        });
        let held = shared.map(|session| Held { session, sent: 0 });
        let leaving = Leaving::where_it_leads(navigates);
        Self { held, shown, tab, leaving, ..Self::default() }
    }

    /// Takes what happened at `now`, and says what is to be done. `chance` is any number from 0 to 1.
    pub fn handle(&mut self, input: Input, now: Moment, chance: f64) -> Vec<Effect> {
        (self.now, self.chance) = (now, chance);
        match input {
            Input::Start => self.start(),
            Input::Call(call, ask) => self.ask(call, ask),
            Input::Answered { number, answer } => self.answered(number, answer),
            Input::Woken => self.wake(),
            Input::Heard(message) => self.hear(message),
            Input::Visible(is_visible) => self.look(is_visible),
            Input::Returned => {
                self.stream.hurry(now);
                self.read(Read::now());
            }
            Input::Left => self.leave_page(),
            Input::Back => self.come_back(),
            Input::Leads(leads) => self.stream.lead(leads, now),
            Input::Line { number, line } => self.stream.hear(number, line, now, chance),
            Input::Asked => self.want_permissions(),
            Input::Challenge(token) => self.challenge_token = token,
            Input::Outdated(paths) => self.tell_news(paths),
        }
        self.follow_permissions();
        self.wish();
        self.set_timer();
        std::mem::take(&mut self.effects)
    }

    /// What is shown now.
    pub fn shown(&self) -> Shown {
        let session = self.shown.clone();
        let is_refetching = session.is_some() && self.refetches > 0;
        let allowed = self.permissions.allowed(session.as_deref());
        Shown { session, error: self.error.clone(), is_refetching, allowed }
    }

    fn ask(&mut self, call: CallId, ask: Ask) {
        match ask {
            Ask::Refetch => self.refetch(call),
            Ask::Token(template) => self.ask_token(Waiter { call, template, tries: 0 }),
            Ask::Send(request) => {
                self.send(request, Then::Plain(call));
            }
            Ask::Change(mutation) => {
                if mutation.request.signs_out {
                    self.ask_where_to();
                }
                for dropped in self.queue.add(Job { call, mutation }) {
                    self.done(dropped, Err(Error::session_changed()));
                }
                self.next_change();
            }
        }
    }

    /// Everything whose time has come.
    fn wake(&mut self) {
        self.woken_at = None;
        let late = |under_way: &UnderWay| under_way.deadline <= self.now.ticks;
        let late: Vec<u64> =
            self.under_way.iter().filter(|(_, one)| late(one)).map(|(number, _)| *number).collect();
        for number in late {
            self.command(Command::Abandon { number });
            self.answered(number, Err(Error::timeout()));
        }
        self.stream.wake(self.now, self.chance);
        self.wake_notices();
        self.wake_page();
        self.wake_gone();
        self.wake_refresh();
    }

    /// Has the platform wake us when the next thing is due.
    fn set_timer(&mut self) {
        let requests = self.under_way.iter().map(|(_, one)| one.deadline);
        let others = [
            self.stream.due(),
            self.notices.due(),
            self.reveal_at,
            self.refresh_at,
            self.permissions.due(),
            self.leaving.due(),
        ];
        let due = requests.chain(others.into_iter().flatten()).min();
        if let Some(at) = due.filter(|at| self.woken_at.is_none_or(|known| known != *at)) {
            self.woken_at = Some(at);
            self.command(Command::Wake { at });
        }
    }

    /// What the stream wants.
    fn wish(&mut self) {
        for wish in self.stream.wishes() {
            match wish {
                Wish::Open { number, path } => self.command(Command::Open { number, path }),
                Wish::Close { number } => self.command(Command::Close { number }),
                Wish::Notice(told) => self.notice(told),
                Wish::Beside(paths) => self.tell_news(paths),
            }
        }
    }

    /// The same as [`news`](Self::news), which the other tabs do not know yet.
    fn tell_news(&mut self, paths: Vec<String>) {
        self.command(Command::Tell(Message::Beside(paths.clone())));
        self.news(paths);
    }

    /// What is read under these paths may be another by now.
    fn news(&mut self, paths: Vec<String>) {
        self.permissions.outdate(&paths);
        self.effects.push(Effect::News(paths));
    }

    /// The session as all share it.
    fn session(&self) -> Option<Arc<Session>> {
        self.held.as_ref().map(|held| Arc::clone(&held.session))
    }

    fn shown_outcome(&self) -> Outcome {
        Outcome::Shown(self.shown.clone())
    }

    fn changed(&mut self) {
        self.effects.push(Effect::Changed);
    }

    fn done(&mut self, call: CallId, outcome: Result<Outcome, Error>) {
        self.effects.push(Effect::Done(call, outcome));
    }

    fn command(&mut self, command: Command) {
        self.effects.push(Effect::Do(command));
    }
}
