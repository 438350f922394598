//! What an operation takes, as the document says it.

use crate::http::operation::{Answer, Field, Operation};
use http::Method;
use serde_json::{Map, Value, json};

/// What stands in the query and the headers.
pub fn parameters(operation: &Operation) -> Vec<Value> {
    let mut parameters: Vec<Value> = named(operation.path).map(in_path).collect();
    if operation.method == Method::GET {
        parameters.extend(operation.fields.unwrap_or_default().iter().map(in_query));
    }
    // Where something else has the name as well, that says so.
    let is_taken = operation.fields.unwrap_or_default().iter().any(|field| field.name == "scope");
    if operation.acts() && !is_taken {
        parameters.push(json!({
            "name": "scope", "in": "query", "required": false,
            "description": "`<sign-in>.<organization>.<workspace>`, `-` for none: acts as this sign-in of the session, \
                there, instead of as the active one. The places by their ids or by those of the memberships. It is \
                checked and not stored.",
            "schema": { "type": "string", "pattern": "^sin_[0-9a-z]{26}(\\.-\\.-|\\.(org|mem)_[0-9a-z]{26}\\.(-|(wsp|mem)_[0-9a-z]{26}))$" },
        }));
    }
    if operation.backend.is_some() && operation.method != Method::GET {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "Any text that was not sent before, such as a UUID. Whoever asks again with it within 24 hours \
                gets the first answer again, and nothing is done twice.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 255 },
        }));
    }
    if matches!(operation.answer, Answer::Tagged(_) | Answer::Kept(_)) {
        parameters.push(json!({
            "name": "If-None-Match", "in": "header", "required": false,
            "description": "The `ETag` of the answer that the client has.",
            "schema": { "type": "string" },
        }));
    }
    if matches!(operation.answer, Answer::Events(_)) {
        parameters.push(json!({
            "name": "Last-Event-ID", "in": "header", "required": false,
            "description": "The `id` of the last event that the client has. Where the session stands is told first \
                in any case.",
            "schema": { "type": "string", "pattern": "^[0-9]{1,18}$" },
        }));
    }
    parameters
}

/// The parts of a path that are some id.
fn named(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn in_path(name: &str) -> Value {
    let what = name.strip_suffix("_id").unwrap_or(name).replace('_', " ");
    json!({
        "name": name, "in": "path", "required": true,
        "description": format!("The id of the {what}."), "schema": { "type": "string" },
    })
}

fn in_query(field: &Field) -> Value {
    json!({
        "name": field.name, "in": "query", "required": field.required,
        "description": field.about, "schema": schema(field),
    })
}

/// What stands in the body, in one of three encodings.
pub fn body(operation: &Operation) -> Option<Value> {
    if operation.method == Method::GET {
        return None;
    }
    let fields = operation.fields?;
    let content = json!({ "schema": { "$ref": format!("#/components/schemas/{}", form_name(operation)) } });
    Some(json!({
        "description": "Each field may stand in the query as well; of a name that stands twice the first counts, \
            and the body before the query.",
        "required": fields.iter().any(|field| field.required),
        "content": {
            "application/json": content,
            "application/x-www-form-urlencoded": content,
            "multipart/form-data": content,
        },
    }))
}

/// What [`body`] names the fields of an operation by.
fn form_name(operation: &Operation) -> String {
    let (first, rest) = operation.id.split_at(1);
    format!("{}{rest}Form", first.to_ascii_uppercase())
}

/// The fields that operations take in a body.
pub fn forms(operations: &[Operation]) -> impl Iterator<Item = (String, Value)> {
    let posted = operations.iter().filter(|operation| operation.method != Method::GET);
    posted.filter_map(|operation| Some((form_name(operation), form(operation.fields?))))
}

fn form(fields: &[Field]) -> Value {
    let properties: Map<String, Value> =
        fields.iter().map(|field| (field.name.to_owned(), described(field))).collect();
    let required = fields.iter().filter(|field| field.required).map(|field| field.name);
    json!({ "type": "object", "properties": properties, "required": required.collect::<Vec<_>>() })
}

fn described(field: &Field) -> Value {
    let mut schema = schema(field);
    schema["description"] = json!(field.about);
    schema
}

fn schema(field: &Field) -> Value {
    let mut schema = json!({ "type": "string" });
    let (min, max) = field.length;
    if let Some(min) = min.filter(|min| *min > 0) {
        schema["minLength"] = json!(min);
    }
    if let Some(max) = max {
        schema["maxLength"] = json!(max);
    }
    if !field.words.is_empty() {
        schema["enum"] = json!(field.words);
    }
    if !field.pattern.is_empty() {
        schema["pattern"] = json!(field.pattern);
    }
    if field.flag {
        return json!({ "anyOf": [{ "type": "boolean" }, { "type": "string", "enum": ["true", "false"] }] });
    }
    if field.object {
        return json!({ "type": "object" });
    }
    if field.list {
        return json!({ "type": "array", "items": schema });
    }
    schema
}
