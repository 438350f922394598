//! The OpenAPI document: made from the list that the router is made of ([`crate::http::routes`]) and from the
//! types of the wire, so that neither can say what the other does not.

mod answers;
pub mod http;
mod takes;

use crate::app::Site;
use crate::http::carriage::Carriage;
use crate::http::operation::Operation;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

const ABOUT: &str = "\
A browser holds one session; a session holds the accounts that are signed in on it; one of them is active.

Every answer but health, the public keys and this document is in one envelope; `data` is the payload. Codes in \
`errors[].code` are stable, sentences are not. Fields may be sent as JSON, as a form, as multipart form data or in \
the query, at most 64 KiB (1 MiB where a picture may be in it); an empty text, `null` and the word `undefined` count as absent. Ids are opaque strings. \
Times are RFC 3339 in UTC with milliseconds, except where a name ends in `_ms` and for a token's `expires` (Unix \
milliseconds). Objects may get further members.

The session credential is an opaque string of less than 1 kB. In production it is a cookie, and what changes \
something must come from an allowed origin (`Origin`, or `Sec-Fetch-Site: same-origin`); in staging it is a header. \
Without one a request has the empty session. An answer that hands one out replaces the one before.

Below `/admin/v1` backends call, with a secret key and no session: answers there are not in the envelope, errors are.

A path that is not listed answers 404 `not_found`, a method that is not listed 405 `method_not_allowed`.";

/// The document of these operations, as `site` serves them or, without one, as `keyrack dev` does.
#[must_use]
pub fn document(operations: &[Operation], site: Option<&Site>) -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut schemas = settings.into_generator();
    let paths = paths(operations, &mut schemas);
    let mut defined = schemas.take_definitions(true);
    defined.insert("Refusal".to_owned(), answers::refusal());
    defined.extend(takes::forms(operations));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Keyrack",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": site.map_or("http://localhost:4400", |site| site.issuer.as_str()) }],
        "paths": paths,
        "components": {
            "schemas": defined,
            "responses": answers::shared(operations),
            "headers": answers::headers(),
            "securitySchemes": security_schemes(site),
        },
    })
}

fn paths(operations: &[Operation], schemas: &mut SchemaGenerator) -> Map<String, Value> {
    let mut paths = Map::new();
    for operation in operations {
        let item = paths.entry(operation.path).or_insert_with(|| json!({}));
        item[operation.method.as_str().to_ascii_lowercase()] = describe(operation, schemas);
    }
    paths
}

fn describe(operation: &Operation, schemas: &mut SchemaGenerator) -> Value {
    let (summary, description) = operation.about.split_once(". ").unwrap_or((operation.about, ""));
    let description = match operation.backend {
        Some(scope) => {
            format!("{description} Needs a key with the scope `{}`.", scope.as_str()).trim().to_owned()
        }
        None => description.to_owned(),
    };
    let mut described = json!({
        "operationId": operation.id,
        "summary": summary.trim_end_matches('.'),
        "description": description,
        "tags": [operation.path.split('/').nth(1).unwrap_or_default()],
        "responses": answers::of(operation, schemas),
        "security": security(operation),
    });
    if operation.old {
        described["deprecated"] = json!(true);
    }
    let parameters = takes::parameters(operation);
    if !parameters.is_empty() {
        described["parameters"] = json!(parameters);
    }
    if let Some(body) = takes::body(operation) {
        described["requestBody"] = body;
    }
    described
}

fn security(operation: &Operation) -> Value {
    match (operation.backend, operation.browser) {
        (Some(_), _) => json!([{ "secret_key": [] }]),
        // The empty requirement: without a credential it is the empty session's business.
        (None, true) => json!([{}, { "cookie": [] }, { "header": [] }, { "query": [] }, { "program": [] }]),
        (None, false) => json!([]),
    }
}

fn security_schemes(site: Option<&Site>) -> Value {
    let cookie = match site.map(|site| &site.carriage) {
        Some(Carriage::Cookie { name, .. }) => name,
        _ => "__Host-keyrack",
    };
    json!({
        "secret_key": {
            "type": "http", "scheme": "bearer",
            "description": "A secret key of the deployment, `sk_live_…` or `sk_test_…`: made with `keyrack key create`, \
                for backends only. Each operation says which scope it must have.",
        },
        "cookie": {
            "type": "apiKey", "in": "cookie", "name": cookie,
            "description": "In production: `__Host-keyrack` on https, `__session` where the deployment has a \
                cookie domain, `keyrack_dev_<port>` on http://localhost. Scripts cannot read it.",
        },
        "header": {
            "type": "apiKey", "in": "header", "name": "X-Development-Session",
            "description": "In staging. Keep what the last answer's header of this name said.",
        },
        "program": {
            "type": "apiKey", "in": "header", "name": "X-Keyrack-Session",
            "description": "Of programs, where `native_programs` allows them. Keep what the last answer's header of this \
                name said; send it empty to begin with. No browser's page may send it.",
        },
        "query": {
            "type": "apiKey", "in": "query", "name": "__dev_session__",
            "description": "In staging, of older clients. It ends up in logs and histories: send the header.",
        },
    })
}
