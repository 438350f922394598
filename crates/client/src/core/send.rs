//! How requests are sent, and whose answers they are.

use super::request::Request;
use super::scope::Actor;
use super::tab::Next;
use super::time::TIMEOUT_MS;
use super::{Command, Core, Outcome, Then, UnderWay};
use crate::Error;
use serde_json::Value;

/// What takes a proof of work where the deployment asks for one.
const PROVED: [&str; 4] = ["/auth/identify", "/auth/signin", "/auth/signup", "/auth/attempt-verification"];

impl Core {
    /// Sends it in the name of whoever is shown as active.
    pub(super) fn send(&mut self, request: Request, then: Then) -> u64 {
        self.send_as(request, then, Actor::of(self.shown.as_deref()))
    }

    pub(super) fn send_as(&mut self, mut request: Request, then: Then, actor: Option<Actor>) -> u64 {
        self.sent += 1;
        if let (Some(token), Some(Value::Object(body))) = (&self.challenge_token, &mut request.body)
            && PROVED.contains(&request.path.as_str())
        {
            body.insert("challenge_token".to_owned(), token.as_str().into());
        }
        let (asked, request) = match &mut self.tab {
            None => (None, request),
            Some(tab) => {
                let (asked, request) = tab.ask(&request, actor);
                (Some(asked), request)
            }
        };
        self.put_out(self.sent, request, UnderWay { deadline: 0, then, asked });
        self.sent
    }

    fn put_out(&mut self, number: u64, request: Request, under_way: UnderWay) {
        let deadline = self.now.ticks + TIMEOUT_MS;
        self.under_way.insert(number, UnderWay { deadline, ..under_way });
        self.command(Command::Send { number, request });
    }

    pub(super) fn answered(&mut self, number: u64, answer: Result<Value, Error>) {
        // What was given up was counted as lost.
        let Some(UnderWay { then, asked, .. }) = self.under_way.remove(&number) else { return };
        let next = match (&mut self.tab, asked) {
            (Some(tab), Some(asked)) => tab.answered(asked, answer),
            _ => Next::Done(answer),
        };
        self.show_again();
        match next {
            Next::Done(answer) => self.follow_up(number, then, answer),
            Next::Ask(asked, request) => {
                self.put_out(number, request, UnderWay { deadline: 0, then, asked: Some(asked) });
            }
        }
        self.show_again();
    }

    fn follow_up(&mut self, number: u64, then: Then, answer: Result<Value, Error>) {
        match then {
            Then::Read(after) => self.was_read(number, answer, after),
            Then::Change => self.was_changed(answer),
            Then::Token => self.was_minted(number, answer),
            Then::Plain(call) => self.done(call, answer.map(Outcome::Data)),
            Then::Memberships(kind) => self.were_read(kind, number, answer),
            Then::Settings => self.were_settings(answer),
            Then::Checked => {
                if let (Some(tab), true) = (&mut self.tab, answer.is_err()) {
                    tab.unchecked();
                }
            }
        }
    }
}
