//! The provider with a store of its own, over the network as a desktop program has it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on ends")]
#![allow(dead_code, reason = "other tests use the rest of what they share")]

mod support;

use dioxus::dioxus_core::consume_context;
use dioxus::prelude::*;
use keyrack_dioxus::client::protocol::Session;
use keyrack_dioxus::{KeyrackProvider, use_session};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
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
        let now = Arc::new(Mutex::new(session(1, &["ada"])));
        for stream in listener.incoming().map_while(Result::ok) {
            let now = Arc::clone(&now);
            // Each by itself: one that is opened to be used later keeps nobody waiting. Whoever asked may have hung up.
            std::thread::spawn(move || serve(stream, &now).ok());
        }
    });
    format!("pk_live_{}", base64(origin.as_bytes()))
}

/// Answers the one request of a connection, once all of it has come.
fn serve(stream: TcpStream, now: &Mutex<Value>) -> std::io::Result<()> {
    let mut asked = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    asked.read_line(&mut first)?;
    loop {
        let mut line = String::new();
        asked.read_line(&mut line)?;
        let line = line.trim_end().to_ascii_lowercase();
        match line.strip_prefix("content-length:") {
            Some(said) => length = said.trim().parse().unwrap(),
            None if line.is_empty() => break,
            None => {}
        }
    }
    asked.read_exact(&mut vec![0; length])?;
    let path = first.split(' ').nth(1).unwrap_or_default();
    let data = match path.split('?').next().unwrap_or_default() {
        "/session/sign-out" => {
            let mut now = now.lock().unwrap();
            *now = json!(Session::empty(None));
            now.clone()
        }
        "/session" => now.lock().unwrap().clone(),
        "/deployment" => json!({ "ui_settings": { "after_sign_out_all_page_url": LEADS_TO } }),
        _ => Value::Null,
    };
    let body =
        json!({ "status": 200, "message": "", "data": data, "session": null, "errors": null }).to_string();
    let head =
        format!("content-type: application/json\r\nconnection: close\r\ncontent-length: {}", body.len());
    write!(asked.into_inner(), "HTTP/1.1 200 OK\r\n{head}\r\n\r\n{body}")
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
    let first = runtime.block_on(async { timeout(Duration::from_secs(60), first).await });
    assert_eq!(first.expect("it is led nowhere").as_deref(), Some(LEADS_TO));
    assert!(leads.try_recv().is_err(), "it is led away once");
}
