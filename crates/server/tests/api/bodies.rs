//! Bodies in every form that clients send: JSON, two kinds of forms, the query, and nothing at all.

use crate::support::{Browser, Keyrack, Reply, sign_in_form};
use keyrack_server::config::Mode;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use url::form_urlencoded;

const BOUNDARY: &str = "----form7MA4YWxkTrZu0gW";
/// What each encoding writes in another way.
const PASSWORD: &str = "päss wörd+&=%20\"✓ ";
const NAME: &str = "Zoë \"✓\" & +%41=;";

type Pairs<'a> = [(&'a str, &'a str)];

/// A way to say named values.
#[derive(Clone, Copy, Debug)]
enum Way {
    Json,
    Urlencoded,
    Multipart,
    Query,
    /// What a browser sends of a form without fields, the values in the query.
    QueryBesideEmptyForm,
}

const WAYS: [Way; 5] = [Way::Json, Way::Urlencoded, Way::Multipart, Way::Query, Way::QueryBesideEmptyForm];

impl Way {
    fn request(self, browser: &Browser, method: Method, path: &str, pairs: &Pairs) -> RequestBuilder {
        let plain = || browser.request(method.clone(), path);
        let in_query = || browser.request(method.clone(), &format!("{path}?{}", urlencoded(pairs)));
        match self {
            Self::Json => typed(plain(), "application/json", json_of(pairs)),
            Self::Urlencoded => typed(plain(), "application/x-www-form-urlencoded", urlencoded(pairs)),
            Self::Multipart => typed(plain(), &multipart_kind(), multipart(pairs)),
            Self::Query => in_query(),
            Self::QueryBesideEmptyForm => typed(in_query(), &multipart_kind(), multipart(&[])),
        }
    }

    async fn post(self, browser: &Browser, path: &str, pairs: &Pairs<'_>) -> Reply {
        browser.send(self.request(browser, Method::POST, path, pairs)).await
    }
}

fn typed(request: RequestBuilder, kind: &str, body: String) -> RequestBuilder {
    request.header("content-type", kind).body(body)
}

fn json_of(pairs: &Pairs) -> String {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect::<Value>().to_string()
}

fn urlencoded(pairs: &Pairs) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn multipart_kind() -> String {
    format!("multipart/form-data; boundary={BOUNDARY}")
}

fn multipart(pairs: &Pairs) -> String {
    let part = |(name, value): &(&str, &str)| {
        format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    pairs.iter().map(part).collect::<String>() + &format!("--{BOUNDARY}--\r\n")
}

fn sign_in(name: &str) -> [(&'static str, String); 3] {
    let email = format!("{name}@example.com");
    [("strategy", "plain_email".to_owned()), ("email", email), ("password", PASSWORD.to_owned())]
}

fn borrowed<'a>(pairs: &'a [(&'static str, String)]) -> Vec<(&'static str, &'a str)> {
    pairs.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

async fn signs_up(server: &Keyrack, browser: &Browser, way: Way, name: &str) {
    let email = format!("{name}@example.com");
    let profile =
        [("email", email.as_str()), ("password", PASSWORD), ("first_name", NAME), ("last_name", "")];
    let session = way.post(browser, "/auth/signup", &profile).await.ok();
    let attempt = session["signup_attempts"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap();
    let which = [("attempt_identifier", attempt), ("identifier_type", "signup")];
    way.post(browser, "/auth/prepare-verification", &[&which[..], &[("strategy", "email_otp")]].concat())
        .await
        .ok();
    let code = server.code(name).await;
    let proof = [&which[..], &[("verification_code", &code)]].concat();
    let session = way.post(browser, "/auth/attempt-verification", &proof).await.ok();
    let user = &session["active_signin"]["user"];
    assert_eq!((&user["first_name"], &user["last_name"]), (&json!(NAME), &json!("")), "{way:?}");
}

#[tokio::test]
async fn every_mutation_is_understood_in_every_encoding() {
    for mode in [Mode::Staging, Mode::Production] {
        let server = Keyrack::start_with(|deployment| deployment.mode = mode).await;
        for (round, way) in WAYS.into_iter().enumerate() {
            let (browser, ada, bob) = (server.browser(), format!("ada{round}"), format!("bob{round}"));
            signs_up(&server, &browser, way, &ada).await;
            signs_up(&server, &browser, way, &bob).await;
            let first = browser.sign_in_of(&ada).await;
            let second = browser.sign_in_of(&bob).await;
            for (method, id, accounts) in [
                (Method::POST, &first, [format!("{ada}*"), bob.clone()]),
                (Method::PUT, &second, [ada.clone(), format!("{bob}*")]),
            ] {
                let pairs = [("sign_in_id", id.as_str())];
                browser.send(way.request(&browser, method, "/session/switch-sign-in", &pairs)).await.ok();
                assert_eq!(browser.accounts().await, accounts, "{way:?}");
            }
            way.post(&browser, "/session/sign-out", &[("sign_in_id", &second)]).await.ok();
            assert_eq!(browser.accounts().await, [format!("{ada}*")], "{way:?}");
            way.post(&browser, "/auth/signin", &borrowed(&sign_in(&bob))).await.ok();
            assert_eq!(browser.accounts().await, [ada, format!("{bob}*")], "{way:?}");
            way.post(&browser, "/session/sign-out", &[]).await.ok();
            assert_eq!(browser.accounts().await, Vec::<String>::new(), "{way:?}");
        }
    }
}

/// A body with nothing in it: what it is, its content type, its bytes.
type Nothing = (&'static str, Option<String>, String);

/// The bodies with nothing in them that clients send.
fn nothing() -> [Nothing; 10] {
    let end = format!("--{BOUNDARY}--");
    let form = multipart_kind();
    let quoted = format!("multipart/form-data; charset=utf-8; boundary=\"{BOUNDARY}\"");
    let kind = |kind: &str| Some(kind.to_owned());
    [
        ("no body, no type", None, String::new()),
        ("no body, JSON", kind("application/json"), String::new()),
        ("no body, form", kind("application/x-www-form-urlencoded"), String::new()),
        ("no body, multipart", kind(&form), String::new()),
        ("no body, text", kind("text/plain;charset=UTF-8"), String::new()),
        ("an empty object", kind("application/json"), "{}".to_owned()),
        ("the closing boundary", kind(&form), format!("{end}\r\n")),
        ("the closing boundary without an end of line", kind(&form), end.clone()),
        ("the closing boundary after an empty line", kind(&form), format!("\r\n{end}\r\n")),
        ("a quoted boundary", kind(&quoted), format!("{end}\r\n")),
    ]
}

async fn posts_nothing(browser: &Browser, path: &str, (_, kind, body): &Nothing) -> Reply {
    let request = browser.request(Method::POST, path);
    let request = kind.iter().fold(request, |request, kind| request.header("content-type", kind));
    browser.send(if body.is_empty() { request } else { request.body(body.clone()) }).await
}

#[tokio::test]
async fn a_body_with_nothing_in_it_is_a_request_without_fields() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let attempt = browser.begins_sign_up("bob").await;
    let before = browser.session().await;
    let query = format!("attempt_identifier={attempt}&identifier_type=signup&strategy=email_otp");
    let prepare = format!("/auth/prepare-verification?{query}");
    for form in nothing() {
        for path in ["/auth/signup", "/auth/signin", "/auth/attempt-verification", "/session/switch-sign-in"]
        {
            let refusal = posts_nothing(&browser, path, &form).await.refused();
            assert_eq!(refusal, (400, "REQUIRED_FIELD".to_owned()), "{path}: {}", form.0);
        }
        assert_eq!(posts_nothing(&browser, &prepare, &form).await.ok()["otp_sent"], true, "{}", form.0);
        let other = server.signed_in("ada").await;
        let ended = posts_nothing(&other, "/session/sign-out", &form).await.ok();
        assert_eq!((&ended["id"], &ended["end_reason"]), (&json!(""), &json!("signed_out")), "{}", form.0);
        assert_eq!(other.accounts().await, Vec::<String>::new(), "{}", form.0);
    }
    assert_eq!(browser.session().await, before);
    assert_eq!(server.mails("bob").await.len(), 1);
}

#[tokio::test]
async fn undefined_and_empty_values_are_absent_in_every_encoding() {
    let server = Keyrack::start().await;
    let signed_in = server.signed_up("ada").await;
    let names = |session: &Value| {
        let attempt = session["signup_attempts"].as_array().unwrap().last().unwrap().clone();
        [attempt["first_name"].clone(), attempt["last_name"].clone()]
    };
    for way in WAYS {
        for absent in ["undefined", ""] {
            let browser = server.browser();
            let profile = [
                ("email", "bob@example.com"),
                ("password", PASSWORD),
                ("first_name", absent),
                ("last_name", absent),
                ("username", absent),
            ];
            let session = way.post(&browser, "/auth/signup", &profile).await.ok();
            assert_eq!(names(&session), [json!(""), json!("")], "{way:?} {absent:?}");
            for (path, field) in [
                ("/session/switch-sign-in", "sign_in_id"),
                ("/auth/signin", "email"),
                ("/auth/signup", "password"),
            ] {
                let others =
                    if field == "password" { vec![("email", "cyd@example.com")] } else { Vec::new() };
                let reply = way.post(&browser, path, &[&others[..], &[(field, absent)]].concat()).await;
                assert_eq!(reply.refused(), (400, "REQUIRED_FIELD".to_owned()), "{way:?} {path} {absent:?}");
                assert!(reply.text.contains(field), "{}", reply.text);
            }
            let copy = server.signed_in("ada").await;
            way.post(&copy, "/session/sign-out", &[("sign_in_id", absent)]).await.ok();
            assert_eq!(copy.session().await["id"], "", "{way:?} {absent:?}");
        }
    }
    // A word that only begins like it is a value.
    let reply = Way::Query.post(&signed_in, "/session/sign-out", &[("sign_in_id", "undefined1")]).await;
    assert_eq!(reply.refused(), (404, "sign_in_not_found".to_owned()));
    assert_eq!(signed_in.accounts().await, ["ada*"]);
}

#[tokio::test]
async fn a_body_says_more_than_the_query_and_the_first_of_two_values_counts() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    browser.signs_up(&server, "bob").await;
    let [ada, bob] = [browser.sign_in_of("ada").await, browser.sign_in_of("bob").await];
    let path = format!("/session/switch-sign-in?sign_in_id={bob}");
    for way in [Way::Json, Way::Urlencoded, Way::Multipart] {
        browser.post("/session/switch-sign-in", json!({ "sign_in_id": bob })).await.ok();
        let session = way.post(&browser, &path, &[("sign_in_id", &ada)]).await.ok();
        assert_eq!(session["active_signin"]["id"], ada, "{way:?}");
    }
    for way in [Way::Urlencoded, Way::Multipart, Way::Query] {
        let pairs = [("sign_in_id", bob.as_str()), ("sign_in_id", ada.as_str())];
        browser.post("/session/switch-sign-in", json!({ "sign_in_id": ada })).await.ok();
        let session = way.post(&browser, "/session/switch-sign-in", &pairs).await.ok();
        assert_eq!(session["active_signin"]["id"], bob, "{way:?}");
    }
}

#[tokio::test]
async fn a_content_type_is_read_without_regard_to_case_and_parameters() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let body = sign_in_form("ada", crate::support::PASSWORD);
    let form = body.as_object().unwrap().iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap()));
    let pairs: Vec<(&str, &str)> = form.collect();
    let json = body.to_string();
    for (kind, body) in [
        ("application/json; charset=utf-8".to_owned(), json.clone()),
        ("Application/JSON".to_owned(), json.clone()),
        (" application/json ;x=y".to_owned(), json),
        ("APPLICATION/X-WWW-FORM-URLENCODED;charset=UTF-8".to_owned(), urlencoded(&pairs)),
        (format!("multipart/form-data;charset=utf-8;boundary=\"{BOUNDARY}\""), multipart(&pairs)),
        (format!("Multipart/Form-Data; Boundary={BOUNDARY}"), multipart(&pairs)),
    ] {
        let browser = server.browser();
        let request = typed(browser.request(Method::POST, "/auth/signin"), &kind, body);
        assert_eq!(browser.send(request).await.status, 200, "{kind}");
        assert_eq!(browser.accounts().await, ["ada*"], "{kind}");
    }
}
