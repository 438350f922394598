//! What an operation answers and refuses, as the document says it.

use crate::http::operation::{Answer, Operation};
use keyrack_protocol::Code;
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Every answer of an operation, by status.
pub fn of(operation: &Operation, schemas: &mut SchemaGenerator) -> Map<String, Value> {
    let mut answers = Map::new();
    answers.insert("200".to_owned(), success(operation, schemas));
    if matches!(operation.answer, Answer::Tagged(_) | Answer::Kept(_)) {
        let headers = json!({ "x-request-id": header("request-id"), "etag": header("etag") });
        let same = json!({ "description": "It is as the client has it.", "headers": headers });
        answers.insert("304".to_owned(), same);
    }
    if matches!(operation.answer, Answer::Events(_)) && operation.browser {
        let headers = json!({ "x-request-id": header("request-id") });
        let nothing = json!({ "description": "There is no live session to follow.", "headers": headers });
        answers.insert("204".to_owned(), nothing);
    }
    for (status, codes) in by_status(operation) {
        let answer = match codes.as_slice() {
            [code] => json!({ "$ref": format!("#/components/responses/{}", code.as_str()) }),
            codes => refused(status, codes),
        };
        answers.insert(status.to_string(), answer);
    }
    answers
}

/// The refusals that have a status to themselves somewhere: each stands once for all operations.
pub fn shared(operations: &[Operation]) -> Map<String, Value> {
    let alone = operations.iter().flat_map(by_status).filter(|(_, codes)| codes.len() == 1);
    alone.map(|(status, codes)| (codes[0].as_str().to_owned(), refused(status, &codes))).collect()
}

fn by_status(operation: &Operation) -> BTreeMap<u16, Vec<Code>> {
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in operation.codes() {
        let codes = by_status.entry(code.status()).or_default();
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    by_status
}

fn success(operation: &Operation, schemas: &mut SchemaGenerator) -> Value {
    let data = operation.answer.schema()(schemas).to_value();
    if matches!(operation.answer, Answer::Events(_)) {
        return events(operation, &data);
    }
    if matches!(operation.answer, Answer::Picture(_)) {
        return picture();
    }
    let schema =
        if matches!(operation.answer, Answer::Bare(_) | Answer::Kept(_)) { data } else { envelope(&data) };
    let mut headers = json!({ "x-request-id": header("request-id") });
    if matches!(operation.answer, Answer::Tagged(_) | Answer::Kept(_)) {
        headers["etag"] = header("etag");
    }
    if operation.hands_out {
        headers["x-development-session"] = header("credential");
        headers["set-cookie"] = header("cookie");
    }
    json!({
        "description": "It is done.",
        "headers": headers,
        "content": { "application/json": { "schema": schema } },
    })
}

fn events(operation: &Operation, data: &Value) -> Value {
    let (until, description) = if operation.browser {
        let until = "Server-sent events, until one named `end`, or until either side hangs up.";
        let each = "Events named `session` and `end`. Each has the revision as its `id`, and this as its `data`, in \
                    JSON. A comment every 15 seconds shows that the stream lives.";
        (until, each)
    } else {
        let each = "Events named `snapshot` and `revoked`. Each has an `id` to come back with, and this as its `data`, \
                    in JSON. A comment every two seconds shows that the stream lives.";
        ("Server-sent events, until either side hangs up.", each)
    };
    json!({
        "description": until,
        "headers": { "x-request-id": header("request-id") },
        "content": { "text/event-stream": { "schema": {
            "type": "string",
            "description": description,
            "contentMediaType": "application/json",
            "contentSchema": data,
        } } },
    })
}

fn picture() -> Value {
    let bytes = json!({ "schema": { "type": "string", "format": "binary" } });
    json!({
        "description": "The picture. It may be kept for ever.",
        "headers": { "x-request-id": header("request-id") },
        "content": { "image/png": bytes, "image/jpeg": bytes, "image/webp": bytes },
    })
}

fn envelope(data: &Value) -> Value {
    json!({
        "type": "object",
        "required": ["status", "message", "data", "session", "errors"],
        "properties": {
            "status": { "const": 200 },
            "message": { "type": "string" },
            "data": data,
            "session": { "type": "null" },
            "errors": { "type": "null" },
        },
    })
}

fn refused(status: u16, codes: &[Code]) -> Value {
    let words: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
    let description: Vec<String> =
        codes.iter().map(|code| format!("- `{}`: {}", code.as_str(), code.message())).collect();
    let mut headers = json!({ "x-request-id": header("request-id") });
    if status == 429 || status == 503 {
        headers["retry-after"] = header("retry-after");
    }
    let code = json!({ "properties": { "code": { "enum": words } } });
    json!({
        "description": description.join("\n"),
        "headers": headers,
        "content": { "application/json": { "schema": {
            "allOf": [{ "$ref": "#/components/schemas/Refusal" }],
            "properties": { "status": { "const": status }, "errors": { "items": code.clone() }, "error": code },
        } } },
    })
}

/// The envelope around a refusal.
pub fn refusal() -> Value {
    let status = json!({ "type": "integer", "description": "The HTTP status." });
    let code = json!({ "type": "string", "description": "The stable code, for programs." });
    let message = json!({ "type": "string", "description": "What to do about it, for people." });
    json!({
        "type": "object",
        "description": "Why a request ended without what it asked for.",
        "required": ["status", "message", "data", "session", "errors", "error"],
        "properties": {
            "status": status,
            "message": message,
            "data": { "type": "null" },
            "session": { "type": "null" },
            "errors": { "type": "array", "minItems": 1, "items": {
                "type": "object", "required": ["code", "message"],
                "properties": { "code": code, "message": message, "meta": meta() },
            } },
            "error": {
                "type": "object", "required": ["code", "message", "status"],
                "properties": { "code": code, "message": message, "status": status },
            },
        },
    })
}

/// What a program needs to go on after a refusal.
fn meta() -> Value {
    let ways = ["password", "email_otp", "phone_otp", "authenticator", "backup_code", "passkey"];
    json!({
        "type": "object",
        "description": "What a program needs to go on; absent where there is nothing.",
        "required": ["methods"],
        "properties": { "methods": {
            "description": "With `reauthentication_required`: how this account can prove again whose it is.",
            "type": "array", "items": { "enum": ways },
        } },
    })
}

fn header(name: &str) -> Value {
    json!({ "$ref": format!("#/components/headers/{name}") })
}

/// What answers say outside their body.
pub fn headers() -> Value {
    let text = |about: &str, required: bool| json!({ "description": about, "required": required, "schema": { "type": "string" } });
    json!({
        "request-id": text("Names this request; the server's log has the same id.", true),
        "etag": text("Names this state of the session, for `If-None-Match`.", false),
        "credential": text("In staging: the credential from now on. Send it as `X-Development-Session`.", false),
        "cookie": text("In production: the credential from now on, or its end.", false),
        "retry-after": {
            "description": "Seconds after which a new try makes sense.", "required": true,
            "schema": { "type": "integer", "minimum": 1 },
        },
    })
}
