//! What a step expects, and what there is of it.

use super::Scenario;
use keyrack_client::Error;
use serde_json::{Map, Value, json};

impl Scenario<'_> {
    pub(super) fn expect(&mut self, expected: &Value) -> Result<(), String> {
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
        let each = |one: &dyn Fn(&str, &Value) -> Value| {
            let fields = expected.as_object().unwrap();
            Value::Object(fields.iter().map(|(name, expected)| (name.clone(), one(name, expected))).collect())
        };
        match what {
            "outcome" => {
                each(&|name, _| self.calls.get(name).map_or(Value::Null, |(_, outcome)| outcome.clone()))
            }
            "failed" => each(&|name, fields| match name {
                "shown" => told(self.shows().seen().error.as_ref(), fields),
                _ => told(self.failed.get(name), fields),
            }),
            "allows" => {
                let seen = self.shows().seen();
                each(&|permission, _| json!(seen.allows.get(permission)))
            }
            "requests" | "waiting" | "sent" | "carried" => each(&|name, _| self.asked(what, name)),
            _ => {
                let world = self.scripted.world();
                match what {
                    "told" => json!(world.told.len()),
                    "streams" => json!(world.connections.len()),
                    "kept" => json!(world.kept),
                    "covered" => json!(world.is_covered),
                    "went" => json!(world.went),
                    "scope" => json!(world.scope),
                    _ => {
                        drop(world);
                        self.shown(what)
                    }
                }
            }
        }
    }

    /// What there is of the requests of this name.
    fn asked(&self, what: &str, name: &str) -> Value {
        let world = self.scripted.world();
        let last = world.log.iter().rfind(|sent| sent.name() == name);
        match what {
            "waiting" => json!(world.waiting.iter().filter(|sent| sent.name() == name).count()),
            "sent" => json!(last.and_then(|sent| sent.request.body.clone())),
            "carried" => json!(last.map(|sent| &sent.carried)),
            _ => {
                let streams = world.streams_asked.iter().cloned();
                let all = world.log.iter().map(|sent| sent.full()).chain(streams);
                let is_it = |full: &String| name == if name.contains('?') { full } else { short(full) };
                json!(all.filter(is_it).count())
            }
        }
    }
}

/// A request without its query.
fn short(full: &str) -> &str {
    full.split('?').next().unwrap_or(full)
}

/// As many of an error's fields as are expected.
fn told(error: Option<&Error>, expected: &Value) -> Value {
    let Some(Error { code, status, message, errors, retry_after }) = error else { return Value::Null };
    let all = json!({
        "code": code, "status": status, "message": message, "errors": errors, "retry_after": retry_after,
    });
    let names = expected.as_object().unwrap().keys();
    Value::Object(names.map(|name| (name.clone(), all[name].clone())).collect::<Map<_, _>>())
}
