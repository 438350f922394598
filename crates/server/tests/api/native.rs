//! Programs carry the credential in a header of their own, where they are allowed to, and pages never get at that.

use crate::support::{Keyrack, PASSWORD, Reply, sign_in_form, sign_up_form};
use keyrack_server::config::Mode;
use reqwest::header::SET_COOKIE;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

const HEADER: &str = "x-keyrack-session";

/// What a program sends: no origin, no cookie, this credential.
pub fn program(server: &Keyrack, method: Method, path: &str, credential: &str) -> RequestBuilder {
    let client = crate::support::client();
    client.request(method, format!("{}{path}", server.base)).header(HEADER, credential)
}

async fn sent(request: RequestBuilder) -> Reply {
    Reply::read(request.send().await.unwrap()).await
}

/// Signs `name` in from a program; gives the answer and the credential that it hands out.
async fn signs_in(server: &Keyrack, name: &str, before: &str) -> (Reply, String) {
    let request = program(server, Method::POST, "/auth/signin", before);
    let reply = sent(request.json(&sign_in_form(name, PASSWORD))).await;
    let rack = reply.header(HEADER).unwrap_or_default().to_owned();
    (reply, rack)
}

async fn in_production_with(programs: bool) -> Keyrack {
    Keyrack::start_with(|deployment| {
        deployment.mode = Mode::Production;
        deployment.native_programs = programs;
    })
    .await
}

#[tokio::test]
async fn a_program_signs_in_reads_and_signs_out_by_its_header_alone() {
    for mode in [Mode::Production, Mode::Staging] {
        let server = Keyrack::start_with(|deployment| deployment.mode = mode).await;
        server.signed_up("ada").await;
        server.signed_up("bob").await;
        let (reply, first) = signs_in(&server, "ada", "").await;
        assert_eq!((reply.status, first.starts_with("ses_")), (200, true));
        // A second account is put into the same session, and the rack grows.
        let (reply, rack) = signs_in(&server, "bob", &first).await;
        assert_eq!(reply.ok()["signins"].as_array().unwrap().len(), 2);
        assert!(rack.starts_with(first.split('~').next().unwrap()) && rack.len() > first.len());
        for (path, key) in [("/session", "signins"), ("/session/token", "token"), ("/me", "id")] {
            let reply = sent(program(&server, Method::GET, path, &rack)).await;
            assert_eq!(reply.headers.get(HEADER), None, "{path}");
            assert!(!reply.ok()[key].is_null(), "{path}");
        }
        let out = sent(program(&server, Method::POST, "/session/sign-out", &rack)).await;
        assert_eq!((out.headers.get(HEADER), out.headers.get(SET_COOKIE)), (None, None));
        assert_eq!(out.ok()["signins"], json!([]));
        let dead = sent(program(&server, Method::GET, "/session", &rack)).await;
        assert_eq!(dead.ok()["active_signin"], Value::Null);
    }
}

#[tokio::test]
async fn a_program_is_handed_no_cookie_and_no_header_of_staging() {
    for mode in [Mode::Production, Mode::Staging] {
        let server = Keyrack::start_with(|deployment| deployment.mode = mode).await;
        server.signed_up("ada").await;
        let (reply, rack) = signs_in(&server, "ada", "").await;
        assert_eq!(reply.header(HEADER), Some(rack.as_str()));
        assert_eq!(reply.headers.get(SET_COOKIE), None);
        assert_eq!(reply.header("x-development-session"), None);
        assert!(!reply.text.contains(&rack));
        let vary = reply.header("vary").unwrap();
        assert!(vary.contains(HEADER), "{vary}");
    }
}

#[tokio::test]
async fn where_programs_are_not_allowed_the_header_says_nothing() {
    let server = in_production_with(false).await;
    server.signed_up("ada").await;
    let allowing = in_production_with(true).await;
    allowing.signed_up("ada").await;
    let (refused, none) = signs_in(&server, "ada", "").await;
    assert_eq!((refused.refused(), none), ((403, "origin_not_allowed".to_owned()), String::new()));
    // A credential that is good as a cookie is none in the header.
    let browser = server.signed_up("bob").await;
    let seen = sent(program(&server, Method::GET, "/session", &browser.credential().unwrap())).await;
    assert_eq!(seen.ok()["active_signin"], Value::Null);
    assert_eq!(signs_in(&allowing, "ada", "").await.0.status, 200);
}

#[tokio::test]
async fn k01_a_page_gets_nothing_by_the_header_of_programs_whatever_it_carries() {
    let server = in_production_with(true).await;
    let browser = server.signed_up("ada").await;
    let rack = browser.credential().unwrap();
    let name = format!("keyrack_dev_{}", server.base.rsplit(':').next().unwrap());
    let own = server.base.clone();
    // What browsers say by themselves, of the page's own origin, of an allowed one and of a stranger's.
    let marks: [(&str, &str); 5] = [
        ("origin", &own),
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-site", "cross-site"),
    ];
    for (mark, value) in marks {
        for (method, path) in [
            (Method::GET, "/session"),
            (Method::GET, "/session/token"),
            (Method::POST, "/auth/signin"),
            (Method::POST, "/session/sign-out"),
        ] {
            for header in ["", rack.as_str()] {
                let request = program(&server, method.clone(), path, header)
                    .header(mark, value)
                    .header("cookie", format!("{name}={rack}"));
                let request = match method {
                    Method::POST => request.json(&sign_in_form("ada", PASSWORD)),
                    _ => request,
                };
                let reply = sent(request).await;
                assert_eq!(reply.refused(), (403, "origin_not_allowed".to_owned()), "{mark} {path}");
                assert_eq!(reply.headers.get(HEADER), None);
                assert!(!reply.text.contains(&rack));
            }
        }
    }
    assert_eq!(browser.accounts().await, ["ada*"]);
    // What Node says of itself is no page.
    let node = program(&server, Method::GET, "/session", &rack).header("sec-fetch-mode", "cors");
    assert_eq!(sent(node).await.ok()["active_signin"]["user"]["email_address"], "ada@example.com");
}

#[tokio::test]
async fn a04_the_header_of_programs_never_tells_what_a_cookie_opens() {
    let server = in_production_with(true).await;
    let browser = server.signed_up("ada").await;
    server.signed_up("bob").await;
    let rack = browser.credential().unwrap();
    let name = format!("keyrack_dev_{}", server.base.rsplit(':').next().unwrap());
    let cookie = format!("{name}={rack}");
    // An empty header beside the cookie: who asks is a program without a session.
    let seen = sent(program(&server, Method::GET, "/session", "").header("cookie", &cookie)).await;
    assert_eq!(seen.ok()["active_signin"], Value::Null);
    let request = program(&server, Method::POST, "/auth/signin", "").header("cookie", &cookie);
    let reply = sent(request.json(&sign_in_form("bob", PASSWORD))).await;
    let handed = reply.header(HEADER).unwrap().to_owned();
    assert!(rack.split('~').all(|key| !handed.contains(key)), "a key of the cookie was told");
    assert_eq!(reply.ok()["signins"].as_array().unwrap().len(), 1);
    // A header beside another session's cookie is not ambiguous: only one of them is looked at.
    let both = sent(program(&server, Method::GET, "/session", &handed).header("cookie", &cookie)).await;
    assert_eq!(both.ok()["active_signin"]["user"]["email_address"], "bob@example.com");
}

#[tokio::test]
async fn two_headers_that_open_different_sessions_are_refused() {
    let server = in_production_with(true).await;
    server.signed_up("ada").await;
    server.signed_up("bob").await;
    let (_, ada) = signs_in(&server, "ada", "").await;
    let (_, bob) = signs_in(&server, "bob", "").await;
    let reply = sent(program(&server, Method::GET, "/session", &ada).header(HEADER, &bob)).await;
    assert_eq!(reply.refused(), (400, "ambiguous_credential".to_owned()));
    assert_eq!(reply.headers.get(SET_COOKIE), None);
    let twice = sent(program(&server, Method::GET, "/session", &ada).header(HEADER, &ada)).await;
    assert_eq!(twice.ok()["active_signin"]["user"]["email_address"], "ada@example.com");
}

#[tokio::test]
async fn k04_preflights_and_answers_never_offer_the_header_of_programs_to_a_page() {
    for mode in [Mode::Production, Mode::Staging] {
        let server = Keyrack::start_with(|deployment| deployment.mode = mode).await;
        for origin in [server.base.as_str(), "https://evil.example"] {
            let asked = crate::support::client()
                .request(Method::OPTIONS, format!("{}/session", server.base))
                .header("origin", origin)
                .header("access-control-request-method", "GET")
                .header("access-control-request-headers", HEADER);
            let preflight = asked.send().await.unwrap();
            let allowed = preflight.headers().get("access-control-allow-headers").unwrap().to_str().unwrap();
            assert!(!allowed.contains(HEADER), "{allowed}");
            let simple = crate::support::client().post(format!("{}/auth/signup", server.base));
            let reply = sent(simple.header("origin", origin).json(&sign_up_form("ada"))).await;
            let exposed = reply.header("access-control-expose-headers").unwrap_or_default();
            assert!(!exposed.contains(HEADER), "{exposed}");
        }
    }
}
