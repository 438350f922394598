//! Runs the steps of vectors/scenarios.json against a store, or a framework's hook over one: whoever wants to says how it is
//! shown there. What each step means is written in vectors/SCENARIOS.md; packages/react/test/scenarios.test.ts does the same
//! with the hook for React. The crates over the store have this folder by its path.

pub mod platform;
mod session;
pub mod shown;

use keyrack_client::platform::{Input, Line, Reply};
use keyrack_client::{Call, Client, Error};
use platform::Scripted;
use serde_json::{Value, json};
use shown::{Opener, Shows};
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

type Outcome = Pin<Box<dyn Future<Output = Result<Value, Error>>>>;

/// One scenario under way.
pub struct Scenario<'a> {
    templates: &'a Value,
    scripted: Scripted,
    opener: Opener,
    shows: Option<Box<dyn Shows>>,
    /// What was shown, and how often readers had been told, when it was marked.
    mark: Option<(Arc<keyrack_client::protocol::Session>, usize)>,
    calls: HashMap<String, (Option<Outcome>, Value)>,
}

impl<'a> Scenario<'a> {
    /// Does every step, and says which one does not hold. `opener` makes of a store what shows it.
    pub fn run(templates: &'a Value, steps: &[Value], opener: Opener) -> Result<(), String> {
        let scripted = Scripted::default();
        scripted.world().wall = 1_900_000_000_000;
        let mut scenario =
            Self { templates, scripted, opener, shows: None, mark: None, calls: HashMap::new() };
        for (index, step) in steps.iter().enumerate() {
            scenario.step(step).map_err(|why| format!("step {} ({step}): {why}", index + 1))?;
            scenario.poll();
        }
        Ok(())
    }

    fn step(&mut self, step: &Value) -> Result<(), String> {
        let verbs =
            ["open", "answer", "pass", "clock", "page", "told", "stream", "call", "mark", "keep", "expect"];
        let verb = *verbs.iter().find(|verb| step.get(**verb).is_some()).ok_or("no such step")?;
        let what = &step[verb];
        match verb {
            "open" => self.open(what),
            "answer" => self.answer(what.as_str().unwrap(), step)?,
            "pass" => self.scripted.pass(what.as_u64().unwrap()),
            "clock" => self.scripted.world().wall += what.as_i64().unwrap(),
            "page" => self.scripted.post(match what.as_str().unwrap() {
                "online" => Input::Returned,
                page => Input::Visible(page == "visible"),
            }),
            "told" => self.hear(what),
            "stream" => self.stream(what)?,
            "call" => self.call(what.as_str().unwrap(), step)?,
            "keep" => self.scripted.world().kept = what.as_str().map(str::to_owned),
            "mark" => {
                let session = self.shows().seen().session.ok_or("nothing is loaded")?;
                self.mark = Some((session, self.shows().told()));
            }
            _ => self.expect(what)?,
        }
        Ok(())
    }

    fn open(&mut self, what: &Value) {
        self.scripted.world().staging = what["mode"] == "staging";
        let initial =
            what.get("initial").map(|initial| serde_json::from_value(self.session(initial)).unwrap());
        let client = Client::on(Box::new(self.scripted.clone()), initial);
        self.shows = Some((self.opener)(client));
        self.scripted.post(Input::Leads(true));
    }

    fn shows(&self) -> &dyn Shows {
        self.shows.as_deref().expect("a step `open` comes first")
    }

    fn answer(&self, name: &str, step: &Value) -> Result<(), String> {
        let which = usize::try_from(step["which"].as_u64().unwrap_or(1)).unwrap() - 1;
        let number = {
            let world = self.scripted.world();
            let matching = world.waiting.iter().filter(|sent| sent.name() == name).nth(which);
            matching.map(|sent| sent.number).ok_or("no such request waits")?
        };
        self.scripted.answer(number, self.reply(step).as_ref());
        Ok(())
    }

    fn reply(&self, step: &Value) -> Option<Reply> {
        if step.get("lost").is_some() {
            return None;
        }
        if step.get("portal").is_some() {
            let body = b"<html>Welcome to the hotel</html>".to_vec();
            return Some(Reply { status: 200, body, ..Reply::default() });
        }
        let refusal = step.get("refusal");
        let data = match (step.get("session"), step.get("token")) {
            (Some(session), _) => self.session(session),
            (_, Some(token)) => token.clone(),
            _ => step.get("data").cloned().unwrap_or_default(),
        };
        let errors = refusal.map(|refusal| json!([{ "code": refusal["code"], "message": "Refused." }]));
        let status =
            refusal.map_or(200, |refusal| u16::try_from(refusal["status"].as_u64().unwrap()).unwrap());
        let body =
            json!({ "status": status, "message": "", "data": data, "session": null, "errors": errors });
        let credential = step["hands_out"].as_str().map(str::to_owned);
        Some(Reply { status, credential, body: body.to_string().into_bytes(), ..Reply::default() })
    }

    fn hear(&self, what: &Value) {
        let message = match (what.get("changed"), what.get("read"), what.get("heard")) {
            (Some(changed), ..) => self.session(changed),
            (_, Some(read), _) => json!({ "read": self.session(read) }),
            (.., Some(heard)) => json!({ "read": heard }),
            _ => what["raw"].clone(),
        };
        self.scripted.post(Input::Heard(message));
    }

    fn stream(&self, what: &Value) -> Result<(), String> {
        if self.scripted.world().connections.is_empty() {
            return Err("no stream is open".to_owned());
        }
        let says = |name: &str, event: &Value| {
            let data =
                json!({ "session_id": event["id"], "revision": event["revision"], "reason": "changed" });
            Line::Bytes(format!("id: {}\nevent: {name}\ndata: {data}\n\n", event["revision"]).into_bytes())
        };
        let answered = |status, is_stream, retry_after| Line::Answered { status, is_stream, retry_after };
        if what == "opens" {
            self.scripted.line(answered(200, true, None));
        }
        self.scripted.line(match what {
            Value::String(word) => match word.as_str() {
                "opens" => Line::Bytes(b"retry: 1000\n\n".to_vec()),
                "closes" => Line::Ended,
                _ => Line::Broken,
            },
            _ if what.get("status").is_some() => {
                answered(u16::try_from(what["status"].as_u64().unwrap()).unwrap(), false, None)
            }
            _ if what.get("ends").is_some() => says("end", &what["ends"]),
            _ if what.get("raw").is_some() => Line::Bytes(what["raw"].as_str().unwrap().as_bytes().to_vec()),
            _ => says("session", &what["says"]),
        });
        Ok(())
    }

    fn call(&mut self, method: &str, step: &Value) -> Result<(), String> {
        let argument = step["with"].as_str();
        let name = step["as"].as_str().unwrap_or(method).to_owned();
        let shows = self.shows();
        let outcome = match method {
            "refetch" => boxed(shows.refetch(), |()| Value::Null),
            "get_token" => boxed(shows.get_token(argument.unwrap_or("default")), Value::String),
            _ => {
                let state = shows.now();
                let loaded = state.loaded().ok_or("nothing is loaded")?;
                let signed_in = || state.signed_in().ok_or("nobody is signed in");
                let call = match method {
                    "switch_sign_in" => loaded.switch_sign_in(argument.unwrap()),
                    "switch_organization" => signed_in()?.switch_organization(argument),
                    "switch_workspace" => signed_in()?.switch_workspace(argument.unwrap()),
                    "sign_out" => argument.map_or_else(|| loaded.sign_out_all(), |id| loaded.sign_out(id)),
                    _ => return Err("no such method".to_owned()),
                };
                boxed(call, |_| Value::Null)
            }
        };
        self.calls.insert(name, (Some(outcome), json!("pending")));
        Ok(())
    }

    fn poll(&mut self) {
        for (outcome, known) in self.calls.values_mut() {
            let polled =
                outcome.as_mut().map(|one| one.as_mut().poll(&mut Context::from_waker(Waker::noop())));
            if let Some(Poll::Ready(result)) = polled {
                *outcome = None;
                *known = match result {
                    Ok(Value::Null) => json!("done"),
                    Ok(token) => token,
                    Err(error) => json!({ "refused": error.code }),
                };
            }
        }
    }

    fn expect(&mut self, expected: &Value) -> Result<(), String> {
        self.poll();
        for (what, expected) in expected.as_object().unwrap() {
            let found = self.found(what, expected);
            if found != *expected {
                return Err(format!("{what} is {found}"));
            }
        }
        Ok(())
    }

    /// What there is of it, in the form of what is expected.
    fn found(&self, what: &str, expected: &Value) -> Value {
        let each = |count: &dyn Fn(&str) -> Value| {
            let names = expected.as_object().unwrap().keys();
            Value::Object(names.map(|name| (name.clone(), count(name))).collect())
        };
        let world = self.scripted.world();
        match what {
            "requests" => each(&|name| {
                let names = world.log.iter().map(|sent| (sent.name(), sent.full()));
                let streams = world
                    .streams_asked
                    .iter()
                    .map(|full| (full.split('?').next().unwrap().to_owned(), full.clone()));
                json!(
                    names
                        .chain(streams)
                        .filter(|(short, full)| name == if name.contains('?') { full } else { short })
                        .count()
                )
            }),
            "waiting" => each(&|name| json!(world.waiting.iter().filter(|sent| sent.name() == name).count())),
            "sent" => each(&|name| {
                let last = world.log.iter().rfind(|sent| sent.name() == name);
                json!(last.and_then(|sent| sent.request.body.clone()))
            }),
            "carried" => each(&|name| {
                json!(world.log.iter().rfind(|sent| sent.name() == name).map(|sent| &sent.carried))
            }),
            "outcome" => {
                each(&|name| self.calls.get(name).map_or(Value::Null, |(_, outcome)| outcome.clone()))
            }
            "told" => json!(world.told.len()),
            "streams" => json!(world.connections.len()),
            "kept" => json!(world.kept),
            _ => {
                drop(world);
                self.shown(what)
            }
        }
    }
}

fn boxed<T: 'static>(call: Call<T>, read: fn(T) -> Value) -> Outcome {
    Box::pin(async move { call.await.map(read) })
}
