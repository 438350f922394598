//! Runs the steps of vectors/scenarios.json against a store, or a framework's hook over one: whoever wants to says how it is
//! shown there. What each step means is written in vectors/SCENARIOS.md; packages/react/test/scenarios.test.ts does the same
//! with the hook for React. The crates over the store have this folder by its path.

mod expected;
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
    failed: HashMap<String, Error>,
}

impl<'a> Scenario<'a> {
    /// Does every step, and says which one does not hold. `opener` makes of a store what shows it.
    pub fn run(templates: &'a Value, steps: &[Value], opener: Opener) -> Result<(), String> {
        let scripted = Scripted::default();
        scripted.world().wall = 1_900_000_000_000;
        let (calls, failed) = (HashMap::new(), HashMap::new());
        let mut scenario = Self { templates, scripted, opener, shows: None, mark: None, calls, failed };
        for (index, step) in steps.iter().enumerate() {
            scenario.step(step).map_err(|why| format!("step {} ({step}): {why}", index + 1))?;
            scenario.poll();
        }
        Ok(())
    }

    fn step(&mut self, step: &Value) -> Result<(), String> {
        let verbs = [
            "open", "answer", "pass", "clock", "page", "told", "stream", "call", "ask", "mark", "keep",
            "expect",
        ];
        let verb = *verbs.iter().find(|verb| step.get(**verb).is_some()).ok_or("no such step")?;
        let what = &step[verb];
        match verb {
            "open" => self.open(what),
            "answer" => self.answer(what.as_str().unwrap(), step)?,
            "pass" => self.scripted.pass(what.as_u64().unwrap()),
            "clock" => self.scripted.world().wall += what.as_i64().unwrap(),
            "page" => self.scripted.post(match what.as_str().unwrap() {
                "online" => Input::Returned,
                "left" => Input::Left,
                "back" => Input::Back,
                page => Input::Visible(page == "visible"),
            }),
            "told" => self.hear(what),
            "stream" => self.stream(what)?,
            "call" => self.call(what.as_str().unwrap(), step)?,
            "ask" => self.shows().ask(what.as_str().unwrap()),
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
        let scope = what["scope"].as_str().map(str::to_owned);
        {
            let mut world = self.scripted.world();
            world.staging = what["mode"] == "staging";
            world.navigates = what["leads"] == true;
            world.scope = scope.clone().unwrap_or_default();
        }
        let initial =
            what.get("initial").map(|initial| serde_json::from_value(self.session(initial)).unwrap());
        let platform = Box::new(self.scripted.clone());
        let client = match scope {
            Some(scope) => Client::scoped_on(platform, initial, scope),
            None => Client::on(platform, initial),
        };
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
        let data = match (step.get("session"), step.get("exchanged"), step.get("token")) {
            (Some(session), ..) => self.session(session),
            (_, Some(opened), _) => {
                json!({ "success": true, "message": "", "session_id": "", "session": self.session(opened) })
            }
            (.., Some(token)) => token.clone(),
            _ => step.get("data").cloned().unwrap_or_default(),
        };
        let errors = refusal.map(|refusal| {
            let one = || json!([{ "code": refusal["code"], "message": "Refused." }]);
            refusal.get("errors").cloned().unwrap_or_else(one)
        });
        let retry_after =
            refusal.and_then(|refusal| refusal["retry_after"].as_u64()).map(|after| after.to_string());
        let status =
            refusal.map_or(200, |refusal| u16::try_from(refusal["status"].as_u64().unwrap()).unwrap());
        let body =
            json!({ "status": status, "message": "", "data": data, "session": null, "errors": errors });
        let credential = step["hands_out"].as_str().map(str::to_owned);
        // Only a server in staging hands one out so that a program sees it.
        let is_of_staging = credential.is_some();
        Some(Reply { status, retry_after, credential, is_of_staging, body: body.to_string().into_bytes() })
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
                    "exchange_ticket" => loaded.exchange_ticket(argument.unwrap(), step["verifier"].as_str()),
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
        for (name, (outcome, known)) in &mut self.calls {
            let polled =
                outcome.as_mut().map(|one| one.as_mut().poll(&mut Context::from_waker(Waker::noop())));
            if let Some(Poll::Ready(result)) = polled {
                *outcome = None;
                *known = match result {
                    Ok(Value::Null) => json!("done"),
                    Ok(token) => token,
                    Err(error) => {
                        let code = json!({ "refused": error.code });
                        self.failed.insert(name.clone(), error);
                        code
                    }
                };
            }
        }
    }
}

fn boxed<T: 'static>(call: Call<T>, read: fn(T) -> Value) -> Outcome {
    Box::pin(async move { call.await.map(read) })
}
