//! The demos in other frameworks than React: pages in folders that `keyrack dev` was given (docs/DEMOS.md).

use super::demo::served;
use crate::app::Shared;
use crate::error::Error;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use keyrack_protocol::Code;
use std::path::PathBuf;

/// As the demo's own, with the one thing that WebAssembly needs.
const CSP: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; base-uri 'none'; form-action 'self'; \
                   frame-ancestors 'none'; object-src 'none'";

const PAGE: &str = "index.html";

/// The routes of this feature.
pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/demo/{name}", get(into))
        .route("/demo/{name}/", get(page))
        .route("/demo/{name}/{*path}", get(file))
}

/// What the page names is relative, so it has a slash at its end. Only to a demo that there is: whatever else stands in the
/// address might be another origin's name.
async fn into(app: State<Shared>, Path(name): Path<String>) -> Response {
    match folder_of(&app, &name) {
        Some(_) => Redirect::permanent(&format!("{name}/")).into_response(),
        None => Error::from(Code::NotFound).into_response(),
    }
}

async fn page(app: State<Shared>, Path(name): Path<String>) -> Response {
    file(app, Path((name, PAGE.to_owned()))).await
}

async fn file(State(app): State<Shared>, Path((name, path)): Path<(String, String)>) -> Response {
    let nothing = || Error::from(Code::NotFound).into_response();
    let (Some(folder), Some(asked)) = (folder_of(&app, &name), below(&path)) else { return nothing() };
    let asked = folder.join(asked);
    let read = tokio::task::spawn_blocking(move || std::fs::read(asked)).await;
    // A page is built anew under the same names, so nothing is kept without asking.
    read.ok().and_then(Result::ok).map_or_else(nothing, |file| served(&named(&path), file, CSP))
}

fn folder_of<'a>(app: &'a Shared, name: &str) -> Option<&'a PathBuf> {
    app.config.demos.iter().find_map(|(known, folder)| (known == name).then_some(folder))
}

/// A file below a folder; what has no ending is one of the page's own places. None for whatever could lead out of it.
fn below(path: &str) -> Option<PathBuf> {
    let is_plain =
        |part: &str| !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', ':', '\0']);
    path.split('/').all(is_plain).then(|| named(path).into())
}

fn named(path: &str) -> String {
    let is_place = !path.rsplit('/').next().is_some_and(|last| last.contains('.'));
    if is_place { PAGE.to_owned() } else { path.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lies_in_the_folder_is_read() {
        let file = |path| below(path).map(|file| file.to_string_lossy().into_owned());
        for (path, expected) in
            [("demo.js", "demo.js"), ("a/b.wasm", "a/b.wasm"), ("team", PAGE), ("a.b/c", PAGE)]
        {
            assert_eq!(file(path).as_deref(), Some(expected));
        }
        for path in [
            "../a.js",
            "a/../../b.js",
            "/etc/a.js",
            "a//b.js",
            ".git/a.js",
            "a\\..\\b.js",
            "c:a.js",
            "./a.js",
        ] {
            assert_eq!(file(path), None, "{path}");
        }
    }
}
