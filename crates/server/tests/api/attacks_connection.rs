//! Attacks by the connection (area M): bodies without end, lengths that lie, clients that take their time.

use crate::support::{Keyrack, Master, Raw, Route, routes};
use futures_util::future::join_all;
use keyrack_server::world::Patience;
use reqwest::Method;
use std::time::Duration;

const SIGN_OUT: &str = "/session/sign-out";
const CHUNKED: &str = "transfer-encoding: chunked";
/// What a connection's buffers hold on this machine, with room to spare: nobody has read that.
const UNREAD: usize = 32 << 20;

fn head(route: &Route, headers: &str) -> String {
    let kind = "content-type: application/x-www-form-urlencoded";
    let Route { method, path, .. } = route;
    // In staging no origin is needed.
    format!("{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{kind}\r\n{headers}\r\n\r\n")
}

/// The routes that read a body, each with how much.
fn readers() -> impl Iterator<Item = (Route, usize)> {
    let limit = |route: &Route| route.reads.filter(|_| route.reads_body());
    // Whoever has deleted the account is asked nothing more.
    let stays = |route: &Route| route.path != "/me/account/delete";
    routes().into_iter().filter(stays).filter_map(move |route| limit(&route).map(|limit| (route, limit)))
}

/// Somebody who is signed in, because some routes ask who it is before they read.
struct Somebody(String, Master);

impl Somebody {
    async fn of(server: &Keyrack) -> Self {
        Self(server.signed_up("ada").await.credential().unwrap(), server.master().await)
    }

    /// The head of their request; nobody's where it would sign them out.
    fn head(&self, route: &Route, headers: &str) -> String {
        if route.path == SIGN_OUT {
            return head(route, headers);
        }
        let key = self.1.line(&route.path);
        head(route, &format!("x-development-session: {}\r\n{key}{headers}", self.0))
    }
}

/// A server that waits for no body longer than a moment.
async fn impatient() -> Keyrack {
    let moment = Duration::from_millis(500);
    let patience = Patience { idle: 10 * moment, head: moment, body: moment, ..Patience::default() };
    Keyrack::start_patient(patience, |_| {}).await
}

#[track_caller]
fn status(said: &str) -> u16 {
    let status = said.strip_prefix("HTTP/1.1 ").unwrap_or_else(|| panic!("no answer: {said:?}"));
    status[..3].parse().unwrap()
}

#[tokio::test]
async fn m01_a_body_of_the_limit_is_read_and_one_byte_more_is_not() {
    let server = Keyrack::start().await;
    let (ada, nobody, master) = (server.signed_up("ada").await, server.browser(), server.master().await);
    for (Route { method, path, .. }, limit) in readers() {
        let browser = if path == SIGN_OUT { &nobody } else { &ada };
        for (length, too_large) in [(limit - 1, false), (limit, false), (limit + 1, true)] {
            let body = format!("a={}", "x".repeat(length - 2));
            let request = master.on(&path, browser.request(method.clone(), &path));
            let kind = "application/x-www-form-urlencoded";
            let reply = browser.send(request.header("content-type", kind).body(body)).await;
            assert_eq!(reply.status == 413, too_large, "{method} {path} with {length}: {}", reply.text);
            assert!(reply.status < 500, "{method} {path}: {}", reply.text);
        }
    }
}

#[tokio::test]
async fn m01_a_body_without_end_is_not_read_on_any_route() {
    let server = impatient().await;
    let mut chunk = b"4000\r\n".to_vec();
    chunk.extend([b'a'; 0x4000]);
    chunk.extend(b"\r\n");
    for route in routes() {
        let mut raw = Raw::connect(&server.base).await;
        raw.sends(head(&route, CHUNKED)).await;
        let sent = raw.floods(&chunk, 2 * UNREAD).await;
        assert!(sent < UNREAD, "{route:?} took {sent} bytes");
    }
    server.browser().get("/session").await.ok();
}

#[tokio::test]
async fn m01_a_length_of_a_gigabyte_is_refused_before_a_byte_of_it_is_asked_for() {
    let server = impatient().await;
    let ada = Somebody::of(&server).await;
    for (route, limit) in readers() {
        for headers in [
            "content-length: 1000000000",
            "content-length: 1000000000\r\nexpect: 100-continue",
            &format!("content-length: {}\r\nexpect: 100-continue", limit + 1),
        ] {
            let said = Raw::asks(&server.base, ada.head(&route, headers)).await;
            assert_eq!(status(&said), 413, "{route:?} {headers}: {said}");
            assert!(said.contains("\"body_too_large\""), "{said}");
        }
    }
}

#[tokio::test]
async fn m01_a_length_that_lies_costs_the_connection_and_nothing_else() {
    let server = impatient().await;
    let ada = &Somebody::of(&server).await;
    let base = &server.base;
    let tries = readers().map(async |(route, _)| {
        // Less comes than was announced.
        let said = Raw::asks(base, ada.head(&route, "content-length: 100") + "a=b").await;
        assert_eq!(status(&said), 408, "{route:?}: {said}");
        // More comes than was announced: the rest is no request.
        let more = "a=b&password=x\r\n\r\n";
        let said = Raw::asks(base, ada.head(&route, "content-length: 3") + more).await;
        assert!(said.contains("HTTP/1.1 400 Bad Request"), "{route:?}: {said}");
        assert_eq!(said.matches("HTTP/1.1 ").count(), 2, "{route:?}: {said}");
    });
    join_all(tries).await;
}

#[tokio::test]
async fn m01_two_lengths_hide_no_second_request() {
    let server = impatient().await;
    let route = Route { method: Method::POST, path: "/auth/identify".to_owned(), reads: None };
    let hidden = "GET /deployment HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n";
    for headers in [
        "content-length: 3\r\ncontent-length: 4",
        "content-length: 4\r\ncontent-length: 3",
        "content-length: 0\r\ntransfer-encoding: chunked",
        "transfer-encoding: chunked\r\ncontent-length: 0",
        "transfer-encoding: chunked, identity",
        "transfer-encoding: identity, chunked",
        "transfer-encoding: xchunked",
        "transfer-encoding : chunked",
        "transfer-encoding: chunked\r\ntransfer-encoding: identity",
    ] {
        let request = head(&route, headers) + "0\r\n\r\n" + hidden;
        let said = Raw::asks(&server.base, request).await;
        // Whatever is answered, nothing after it is: two readers could see its beginning in two places.
        assert!(said.matches("HTTP/1.1 ").count() <= 1, "{headers}: {said}");
    }
}

#[tokio::test]
async fn m14_a_length_is_digits_that_fit() {
    let server = impatient().await;
    let route = Route { method: Method::POST, path: "/auth/identify".to_owned(), reads: None };
    for length in [
        "-1",
        "+3",
        "0x3",
        "3.0",
        "1e3",
        "3 3",
        "3,4",
        "3;",
        "\"3\"",
        "NaN",
        "18446744073709551616",
        "18446744073709551615",
        "9223372036854775808",
        "99999999999999999999999999999999",
    ] {
        let said = Raw::asks(&server.base, head(&route, &format!("content-length: {length}")) + "a=b").await;
        assert!([400, 413, 431].contains(&status(&said)), "{length}: {said}");
    }
    for chunk in ["-1", "g", "ffffffffffffffff", "10000000000000000", "0x3", "+3"] {
        let body = format!("{chunk}\r\na=b\r\n0\r\n\r\n");
        let said = Raw::asks(&server.base, head(&route, CHUNKED) + &body).await;
        assert!([400, 408, 413].contains(&status(&said)), "{chunk}: {said}");
    }
}

#[tokio::test]
async fn m02_a_body_that_does_not_come_is_refused_on_every_route_that_reads_one() {
    let server = impatient().await;
    let ada = &Somebody::of(&server).await;
    let base = &server.base;
    let tries = readers().map(async |(route, _)| {
        for framing in ["content-length: 10", CHUNKED] {
            let said = Raw::asks(base, ada.head(&route, framing)).await;
            assert_eq!(status(&said), 408, "{route:?}: {said}");
            assert!(said.contains("\"request_timeout\""), "{said}");
        }
    });
    join_all(tries).await;
}

/// Says a byte of a head now and then, until the server has had enough.
async fn trickles(server: &Keyrack) {
    let mut raw = Raw::connect(&server.base).await;
    raw.sends("GET /session HTTP/1.1\r\nx: ").await;
    raw.floods_slowly(b"x", Duration::from_millis(50)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m02_two_hundred_slow_connections_keep_nobody_from_an_answer_and_are_all_ended() {
    let server = impatient().await;
    let browser = server.signed_up("ada").await;
    let slow = join_all((0..200).map(|_| trickles(&server)));
    let fresh = async {
        for _ in 0..100 {
            assert_eq!(server.browser().get("/session").await.ok()["id"], "");
            assert_eq!(browser.accounts().await, ["ada*"]);
        }
    };
    tokio::join!(slow, fresh);
}

#[tokio::test]
async fn m02_many_heads_are_not_kept_for_long_and_none_is_kept_that_is_too_long() {
    let server = impatient().await;
    let mut raw = Raw::connect(&server.base).await;
    raw.sends("GET /session HTTP/1.1\r\nhost: 127.0.0.1\r\nx: ").await;
    let sent = raw.floods(&[b'a'; 4096], 2 * UNREAD).await;
    assert!(sent < UNREAD, "{sent} bytes");
    let many: String = (0..200).map(|n| format!("x{n}: y\r\n")).collect();
    let said =
        Raw::asks(&server.base, format!("GET /session HTTP/1.1\r\nhost: 127.0.0.1\r\n{many}\r\n")).await;
    assert_eq!(status(&said), 431);
    let long = format!("GET /session HTTP/1.1\r\nhost: 127.0.0.1\r\nx: {}\r\n\r\n", "a".repeat(100 << 10));
    let said = Raw::asks(&server.base, long).await;
    assert_eq!(status(&said), 431);
}
