//! The provider with a store of its own, over the network as a desktop program has it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on ends")]
#![allow(dead_code, reason = "other tests use the rest of what they share")]

mod support;

use dioxus::dioxus_core::consume_context;
use dioxus::prelude::*;
use keyrack_dioxus::client::protocol::Session;
use keyrack_dioxus::{KeyrackProvider, use_session};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;
use support::page::session;
use support::settle;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::time::timeout;

const LEADS_TO: &str = "https://example.com/goodbye";

/// A server with one session, which is over after a sign-out. The publishable key of its deployment.
fn server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();

    let origin = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
    std::thread::spawn(move || {
        let mut now = session(1, &["ada"]);
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut buffer = [0; 8_192];
            let length = stream.read(&mut buffer).unwrap_or(0);
            let path = String::from_utf8_lossy(&buffer[..length]).split(' ').nth(1).unwrap_or("").to_owned();
            let data = match path.split('?').next().unwrap_or_default() {
                "/session/sign-out" => {
                    now = json!(Session::empty(None));
                    now.clone()
                }
                "/session" => now.clone(),
                "/deployment" => json!({ "ui_settings": { "after_sign_out_all_page_url": LEADS_TO } }),
                _ => Value::Null,
            };
            let body = json!({ "status": 200, "message": "", "data": data, "session": null, "errors": null })
                .to_string();
            let head = format!(
                "content-type: application/json\r\nconnection: close\r\ncontent-length: {}",
                body.len()
            );
            // Whoever asked may have hung up.
            let _ = write!(stream, "HTTP/1.1 200 OK\r\n{head}\r\n\r\n{body}");
        }
    });
    format!("pk_live_{}", base64(origin.as_bytes()))
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |group: &[u8]| {
        let bits = group.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte))
            << (8 * (3 - group.len()));
        let letters = (0..4).map(|at| char::from(LETTERS[bits >> (18 - 6 * at) & 63]));
        letters
            .take(group.len() + 1)
            .chain("==".chars().skip(group.len() - 1).take(3 - group.len()))
            .collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}

/// Tells where it is led.
#[derive(Clone)]
struct Led(UnboundedSender<String>);

#[component]
fn App(publishable_key: String) -> Element {
    rsx! {
        KeyrackProvider {
            publishable_key,
            navigate: move |url: String| consume_context::<Led>().0.send(url).unwrap(),
            SignsOut {}
        }
    }
}

#[component]
fn SignsOut() -> Element {
    let session = use_session();
    if session.active_signin().is_some() {
        drop(session.loaded().unwrap().sign_out_all());
    }
    rsx! {}
}

#[test]
fn h24_after_a_sign_out_a_desktop_is_led_where_the_deployment_says() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _entered = runtime.enter();
    let (led, mut leads) = unbounded_channel();
    let props = AppProps { publishable_key: server() };
    let mut dom = VirtualDom::new_with_props(App, props).with_root_context(Led(led));
    dom.rebuild_in_place();
    let first = async {
        loop {
            // A task may lead it away and leave nothing to render, of which the tree tells nobody.
            tokio::select! {
                url = leads.recv() => return url,
                () = dom.wait_for_work() => settle(&mut dom),
            }
        }
    };
    let first = runtime.block_on(async { timeout(Duration::from_secs(10), first).await });
    assert_eq!(first.expect("it is led nowhere").as_deref(), Some(LEADS_TO));
    assert!(leads.try_recv().is_err(), "it is led away once");
}
