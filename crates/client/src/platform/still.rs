//! A server that renders a page once: nothing is asked, and no time passes.

use super::{Command, Inbox, Moment, Platform};
use crate::Client;
use keyrack_protocol::Session;

struct Still;

impl Platform for Still {
    fn begin(&self, _: Inbox) {}

    fn now(&self) -> Moment {
        Moment::default()
    }

    fn chance(&self) -> f64 {
        0.0
    }

    fn perform(&self, _: Command) {}
}

impl Client {
    /// A store that asks nobody and shows what it is given for good, loading for ever without: for a server that renders a
    /// page and has read the session of whoever asked for it. What is called on it is never done.
    #[must_use]
    pub fn still(session: Option<Session>) -> Self {
        Self::on(Box::new(Still), session)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{State, Status};

    #[test]
    fn it_shows_what_it_was_given_and_nothing_else() {
        assert_eq!(Client::still(None).state(), State::Loading);
        let client = Client::still(Some(Session::empty(None)));
        drop(client.refetch());
        assert_eq!(client.state().status(), Status::SignedOut);
    }
}
