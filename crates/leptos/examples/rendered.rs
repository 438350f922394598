//! What a server does: `cargo run -p keyrack-leptos --example rendered -- pk_test_… < session.json` writes the page for whoever
//! has that session (the `data` of `GET /session` with the request's cookie), or with nothing to read the page of somebody
//! who is not known yet. Such a page says `Cache-Control: no-store`.
#![cfg(not(target_family = "wasm"))]

mod page;

use futures::StreamExt;
use hydration_context::{SharedContext, SsrSharedContext};
use leptos::prelude::*;
use page::Application;
use std::io::{Read, Write};
use std::sync::Arc;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let publishable_key = std::env::args().nth(1).ok_or("which publishable key?")?;
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let session = if text.is_empty() { None } else { Some(serde_json::from_str(&text)?) };

    any_spawner::Executor::init_futures_executor()?;
    // What is told to the browser: your framework's integration of Leptos does this for you.
    let told = Arc::new(SsrSharedContext::new());
    let owner = Owner::new_root(Some(Arc::clone(&told) as Arc<dyn SharedContext + Send + Sync>));
    let key = publishable_key.clone();
    let page = owner.with(|| view! { <Application publishable_key=key session /> }.to_html());
    let told = told.pending_data().map(|data| futures::executor::block_on(data.collect::<String>()));
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><title>Rendered</title></head><body>{page}\
         <script>{}</script><script type=\"module\">import start, {{ hydrate }} from './app.js';\
         await start(); hydrate('{publishable_key}');</script></body></html>",
        told.unwrap_or_default(),
    );
    Ok(std::io::stdout().write_all(html.as_bytes())?)
}
