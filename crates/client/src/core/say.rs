//! What goes into the core and what comes out of it.

use super::mutation::Mutation;
use super::plain::Plain;
use super::request::Request;
use super::stream::Line;
use crate::Error;
use crate::json::object;
use keyrack_protocol::Session;
use serde_json::Value;
use std::sync::Arc;

/// Somebody who waits for an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CallId(pub(crate) u64);

/// What somebody asks of the store.
#[derive(Debug)]
pub enum Ask {
    /// To read the session now. Never fails: what went wrong is shown.
    Refetch,
    /// A token by this template.
    Token(String),
    /// To change the session.
    Change(Mutation),
    /// To send something that leaves the session as it is.
    Send(Request),
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The session as it is shown, where there is one.
    Shown(Option<Arc<Session>>),
    /// A token.
    Token(String),
    /// The `data` of an answer.
    Data(Value),
}

/// What stores that share a session tell each other.
#[derive(Clone, Debug)]
pub enum Message {
    /// What a mutation answered.
    Changed(Arc<Session>),
    /// What was read, by the one that leads.
    Read(Arc<Session>),
    /// How far the session has come, when that could not be read.
    Heard {
        /// The session.
        id: String,
        /// Its revision.
        revision: i64,
    },
    /// What is read under these paths may be another by now.
    Beside(Vec<String>),
}

impl Message {
    /// As it travels, and as [`Input::Heard`] takes it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match self {
            Self::Changed(changed) => changed.write(),
            Self::Read(read) => object([("read", read.write())]),
            Self::Heard { id, revision } => {
                let told = object([("id", id.as_str().into()), ("revision", (*revision).into())]);
                object([("read", told)])
            }
            Self::Beside(paths) => object([("beside", paths.clone().into())]),
        }
    }
}

/// What happened.
#[derive(Debug)]
pub enum Input {
    /// It begins. Asked for something before, it reads nothing by itself.
    Start,
    /// Somebody asks for something.
    Call(CallId, Ask),
    /// A request was answered, or lost.
    Answered {
        /// Its number.
        number: u64,
        /// The `data` of the answer, or why there is none.
        answer: Result<Value, Error>,
    },
    /// The moment of [`Command::Wake`] has come.
    Woken,
    /// Another tab says something, whatever it is.
    Heard(Value),
    /// The page is looked at, or no longer.
    Visible(bool),
    /// The network is back, or what is shown may have been overtaken otherwise.
    Returned,
    /// The page is left, and may be kept as it is: nobody tells it anything from now on.
    Left,
    /// It comes back, as old as that was long.
    Back,
    /// Whether the stream is held here, among those that share a session.
    Leads(bool),
    /// A connection for the stream says something.
    Line {
        /// Its number.
        number: u64,
        /// What.
        line: Line,
    },
    /// Somebody wants to know what the roles of the account allow.
    Asked,
    /// What shows from now on that work was done for the ways in.
    Challenge(Option<String>),
    /// Something was done here after which what is read under these paths may be another.
    Outdated(Vec<String>),
}

/// What is to be done.
#[derive(Debug)]
pub enum Command {
    /// Send a request; its outcome is [`Input::Answered`].
    Send {
        /// Its number.
        number: u64,
        /// What is asked.
        request: Request,
    },
    /// Nobody waits for that answer any more.
    Abandon {
        /// Of the request.
        number: u64,
    },
    /// Say [`Input::Woken`] at this moment, by [`Moment::ticks`], and at no earlier one that was named.
    Wake {
        /// The moment.
        at: u64,
    },
    /// Open a connection for the stream; what it says is [`Input::Line`].
    Open {
        /// Its number.
        number: u64,
        /// What is asked for.
        path: String,
    },
    /// Give it up.
    Close {
        /// Of the connection.
        number: u64,
    },
    /// Tell it to the others that share the session.
    Tell(Message),
    /// Stand for the stream of all that share the session, or no longer: whose turn it is hears [`Input::Leads`].
    Stand(bool),
    /// Have nobody see what is shown: the page is kept as it is.
    Cover,
    /// What is shown may be seen again.
    Reveal,
    /// Keep where this tab stands, for when its page is loaded anew.
    Keep {
        /// Its scope; empty for none.
        scope: String,
    },
    /// Lead to an address: a sign-out is done.
    Go {
        /// The address.
        url: String,
    },
}
