use super::Reply;
use jsonschema::Validator;
use keyrack_server::{app, openapi};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

/// The API's own description, strict: what it does not name may not be in an answer.
static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let mut document = openapi::document(&app::operations(), None);
    close(&mut document["paths"]);
    close(&mut document["components"]["schemas"]);
    // Whatever an OpenAPI document holds is no part of this one.
    document["components"]["schemas"]["OpenApi"]["additionalProperties"] = json!(true);
    document
});

/// Paths that are no part of the API: the demo, the pages and what only `keyrack dev` has.
const OUTSIDE: [&str; 4] = ["/dev/", "/api/", "/demo/", "/_keyrack/"];

/// Whoever answers something that the document does not say ends the test.
pub fn check(method: &Method, path: &str, reply: &Reply) {
    let Some(answers) = answers(method, path) else {
        let allowed = reply.status >= 400 || *method == Method::HEAD || *method == Method::OPTIONS;
        let outside = OUTSIDE.iter().any(|outside| path.starts_with(outside));
        assert!(allowed || outside || is_page(reply), "the document lacks {method} {path}: {}", reply.status);
        return;
    };
    let what = format!("{method} {path} {}", reply.status);
    let answer = resolve(&answers[reply.status.to_string().as_str()]);
    assert!(answer.is_object(), "{what} is not in the document: {}", reply.text);
    for (name, header) in answer["headers"].as_object().unwrap() {
        let required = resolve(header)["required"] == true;
        assert!(!required || reply.headers.contains_key(name), "{what} lacks the header {name}");
    }
    let events = &answer["content"]["text/event-stream"]["schema"]["contentSchema"];
    if !events.is_null() {
        assert_eq!(reply.header("content-type"), Some("text/event-stream"), "{what}");
        let data = reply.text.lines().filter_map(|line| line.strip_prefix("data: "));
        data.for_each(|data| fits(&what, events, data));
        return;
    }
    if !answer["content"]["image/png"].is_null() {
        let kind = reply.header("content-type").unwrap_or_default();
        assert!(answer["content"].get(kind).is_some(), "{what} is {kind}");
        return;
    }
    let schema = &answer["content"]["application/json"]["schema"];
    if schema.is_null() {
        assert_eq!(reply.text, "", "{what}");
        return;
    }
    assert_eq!(reply.header("content-type"), Some("application/json"), "{what}");
    fits(&what, schema, &reply.text);
}

/// Whether JSON is as a schema says.
fn fits(what: &str, schema: &Value, text: &str) {
    let schema = validator(schema);
    let body: Value = serde_json::from_str(text).unwrap_or_default();
    let wrong = schema.iter_errors(&body).map(|error| format!("{} {error}", error.instance_path()));
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{what} is not as documented: {wrong:#?} {text}");
}

/// The validator of a schema, made once: there are thousands of answers, each of one of a few schemas, and every
/// validator holds the whole document.
fn validator(schema: &Value) -> Arc<Validator> {
    static MADE: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);
    let make = || {
        let root = json!({ "components": DOCUMENT["components"], "allOf": [schema] });
        Arc::new(jsonschema::validator_for(&root).unwrap())
    };
    Arc::clone(MADE.lock().unwrap().entry(schema.to_string()).or_insert_with(make))
}

fn answers(method: &Method, path: &str) -> Option<&'static Value> {
    let paths = DOCUMENT["paths"].as_object()?;
    let item = paths
        .get(path)
        .or_else(|| paths.iter().find(|(known, _)| is_one_of(path, known)).map(|(_, item)| item));
    Some(&item?.get(method.as_str().to_ascii_lowercase())?["responses"])
}

/// Whether a path is one of those that a path with names in it stands for.
fn is_one_of(path: &str, known: &str) -> bool {
    let (mut parts, mut names) = (path.split('/'), known.split('/'));
    known.contains('{')
        && names.by_ref().all(|name| parts.next().is_some_and(|part| part == name || name.starts_with('{')))
        && parts.next().is_none()
}

fn is_page(reply: &Reply) -> bool {
    reply.header("content-type").is_some_and(|kind| !kind.starts_with("application/json"))
}

/// What a `$ref` means.
fn resolve(value: &'static Value) -> &'static Value {
    match value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
        Some(pointer) => DOCUMENT.pointer(pointer).unwrap(),
        None => value,
    }
}

/// Closes every object that lists its members.
fn close(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.values_mut().for_each(close);
            // One that only narrows another lists what it narrows.
            let lists = object.get("type") == Some(&json!("object")) && object.contains_key("properties");
            if lists && !object.contains_key("additionalProperties") {
                object.insert("additionalProperties".to_owned(), json!(false));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}
