//! How the credential travels: a header or a query in staging, a cookie in production, never the other way.

use crate::support::{Browser, Keyrack, PASSWORD, Reply, sign_in_form};
use keyrack_server::config::{Deployment, Mode, Origin};
use reqwest::header::SET_COOKIE;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// The cookies that an answer sets, as they stand on the wire.
fn cookies(reply: &Reply) -> Vec<String> {
    reply.headers.get_all(SET_COOKIE).iter().map(|value| value.to_str().unwrap().to_owned()).collect()
}

/// The ids of a session's sign-ins; none when it is the empty session.
async fn sign_ins(request: RequestBuilder) -> Vec<String> {
    let session = Reply::read(request.send().await.unwrap()).await.ok();
    let id = |sign_in: &Value| sign_in["id"].as_str().unwrap().to_owned();
    session["signins"].as_array().unwrap().iter().map(id).collect()
}

/// A request that carries nothing yet.
fn bare(server: &Keyrack, path: &str) -> RequestBuilder {
    crate::support::client().get(format!("{}{path}", server.base)).header("origin", &server.base)
}

#[tokio::test]
async fn staging_takes_the_header_or_the_query_and_no_cookie() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let (rack, ada) = (browser.credential().unwrap(), vec![browser.sign_in_of("ada").await]);
    let query = format!("/session?__dev_session__={rack}");
    assert_eq!(sign_ins(bare(&server, "/session").header("x-development-session", &rack)).await, ada);
    assert_eq!(sign_ins(bare(&server, "/session").header("X-Development-Session", &rack)).await, ada);
    assert_eq!(sign_ins(bare(&server, &query)).await, ada);
    // An older client sends the parameter empty as long as it has nothing.
    let header = bare(&server, "/session?__dev_session__=").header("x-development-session", &rack);
    assert_eq!(sign_ins(header).await, ada);
    assert_eq!(sign_ins(bare(&server, &query).header("x-development-session", &rack)).await, ada);
    for name in ["keyrack", "__session", "__Host-keyrack", "__dev_session__", &production_name(&server)] {
        let cookie = format!("{name}={rack}");
        assert_eq!(sign_ins(bare(&server, "/session").header("cookie", cookie)).await, Vec::<String>::new());
    }
}

fn production_name(server: &Keyrack) -> String {
    format!("keyrack_dev_{}", server.base.rsplit(':').next().unwrap())
}

#[tokio::test]
async fn staging_hands_out_by_header_when_something_changed_and_sets_no_cookie() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let browser = server.browser();
    let answer = browser.sign_in("ada", PASSWORD).await;
    assert_eq!(answer.header("x-development-session"), browser.credential().as_deref());
    assert_eq!(cookies(&answer), Vec::<String>::new());
    for path in ["/session", "/session/token", "/me", "/deployment", "/.well-known/jwks.json"] {
        let answer = browser.get(path).await;
        assert_eq!((answer.status, answer.header("x-development-session")), (200, None), "{path}");
        assert_eq!(cookies(&answer), Vec::<String>::new(), "{path}");
    }
    let all = browser.post("/session/sign-out", json!({})).await;
    assert_eq!((cookies(&all), all.header("x-development-session")), (Vec::new(), None));
}

#[tokio::test]
async fn production_takes_the_cookie_only_and_never_says_it_elsewhere() {
    let server = Keyrack::production().await;
    let browser = server.signed_up("ada").await;
    let (rack, ada) = (browser.credential().unwrap(), vec![browser.sign_in_of("ada").await]);
    let cookie = format!("{}={rack}", production_name(&server));
    assert_eq!(sign_ins(bare(&server, "/session").header("cookie", &cookie)).await, ada);
    assert_eq!(sign_ins(bare(&server, "/session").header("cookie", format!("a=b; {cookie} ;c"))).await, ada);
    let nobody = Vec::<String>::new();
    let query = format!("/session?__dev_session__={rack}");
    assert_eq!(sign_ins(bare(&server, &query)).await, nobody);
    assert_eq!(sign_ins(bare(&server, "/session").header("x-development-session", &rack)).await, nobody);
    for name in ["__session", "__Host-keyrack", "keyrack_dev_1", "xkeyrack_dev"] {
        let other = format!("{name}={rack}");
        assert_eq!(sign_ins(bare(&server, "/session").header("cookie", other)).await, nobody, "{name}");
    }
    let stranger = server.browser();
    stranger.sign_in("ada", PASSWORD).await.ok();
    for path in ["/session", "/deployment?__dev_session__=", "/me"] {
        let answer = stranger.get(path).await;
        assert_eq!((answer.header("x-development-session"), cookies(&answer).len()), (None, 0), "{path}");
        assert!(!answer.text.contains(&stranger.credential().unwrap()), "{path}");
    }
}

fn https(deployment: &mut Deployment, domain: Option<&str>) {
    deployment.mode = Mode::Production;
    deployment.origin = Origin::parse("https://app.example.com").unwrap();
    deployment.cookie_domain = domain.map(str::to_owned);
}

#[tokio::test]
async fn a04_the_cookie_has_the_strictest_attributes_that_its_place_allows() {
    let places: [(&str, Option<Option<&str>>, &str); 3] = [
        ("__Host-keyrack", Some(None), "; Secure"),
        ("__session", Some(Some("example.com")), "; Secure; Domain=example.com"),
        ("keyrack_dev_", None, ""),
    ];
    for (name, over_https, rest) in places {
        let server = Keyrack::start_with(|deployment| match over_https {
            Some(domain) => https(deployment, domain),
            None => deployment.mode = Mode::Production,
        })
        .await;
        let name = if over_https.is_some() { name.to_owned() } else { production_name(&server) };
        let browser = server.browser();
        let attributes = format!("; Path=/; HttpOnly; SameSite=Lax{rest}");
        let begun = browser.post("/auth/signup", crate::support::sign_up_form("ada")).await;
        let rack = browser.credential().unwrap();
        assert_eq!(cookies(&begun), [format!("{name}={rack}; Max-Age=1800{attributes}")]);
        assert!(!begun.text.contains(&rack));

        server.signed_up("bob").await;
        let signed_in = browser.sign_in("bob", PASSWORD).await;
        let rack = browser.credential().unwrap();
        assert!(rack.len() < 1000);
        assert_eq!(cookies(&signed_in), [format!("{name}={rack}; Max-Age=2592000{attributes}")]);

        let cleared = browser.post("/session/sign-out", json!({})).await;
        let mut expected = vec![format!("{name}=; Max-Age=0{attributes}")];
        if over_https == Some(Some("example.com")) {
            // A cookie of the same name without domain would otherwise stay behind.
            expected.push(format!("{name}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure"));
        }
        assert_eq!(cookies(&cleared), expected);
        let hsts = cleared.header("strict-transport-security");
        assert_eq!(hsts, over_https.map(|_| "max-age=31536000"), "{name}");
    }
}

#[tokio::test]
async fn of_several_cookies_the_one_that_opens_a_session_is_used() {
    let server = Keyrack::production().await;
    let browser = server.signed_up("ada").await;
    let dead = server.signed_up("bob").await;
    let ended = dead.credential().unwrap();
    dead.post("/session/sign-out", json!({})).await.ok();
    let (good, ada) = (browser.credential().unwrap(), vec![browser.sign_in_of("ada").await]);
    let name = production_name(&server);
    for other in ["garbage", "", "ses_1.x", &good[..52], &ended, &good] {
        for pair in [[other, good.as_str()], [good.as_str(), other]] {
            let line = format!("{name}={}; {name}={}", pair[0], pair[1]);
            assert_eq!(sign_ins(bare(&server, "/session").header("cookie", &line)).await, ada, "{line}");
        }
    }
    let none = format!("{name}=garbage; {name}={ended}");
    assert_eq!(sign_ins(bare(&server, "/session").header("cookie", none)).await, Vec::<String>::new());
}

#[tokio::test]
async fn of_two_cookies_of_one_session_the_one_that_opens_more_is_used() {
    let server = Keyrack::production().await;
    server.signed_up("bob").await;
    let browser = server.signed_up("ada").await;
    let older = browser.credential().unwrap();
    browser.also_signs_in("bob").await;
    let newer = browser.credential().unwrap();
    let name = production_name(&server);
    for pair in [[&older, &newer], [&newer, &older]] {
        let line = format!("{name}={}; {name}={}", pair[0], pair[1]);
        assert_eq!(sign_ins(bare(&server, "/session").header("cookie", &line)).await.len(), 2);
    }
}

/// Sends both credentials, in either order, on every kind of call.
async fn refuses_both(
    first: &Browser,
    second: &Browser,
    carry: impl Fn(RequestBuilder, &str) -> RequestBuilder,
) -> Vec<Reply> {
    let racks = [first.credential().unwrap(), second.credential().unwrap()];
    let before = [first.session().await, second.session().await];
    let mut refusals = Vec::new();
    for (a, b) in [(0, 1), (1, 0)] {
        for (method, path) in
            [(Method::GET, "/session"), (Method::POST, "/session/sign-out"), (Method::POST, "/auth/signin")]
        {
            let stranger = first.copied();
            stranger.hold(None);
            let request = carry(carry(stranger.request(method, path), &racks[a]), &racks[b]);
            let reply = stranger.send(request.json(&sign_in_form("bob", PASSWORD))).await;
            assert_eq!(reply.refused(), (400, "ambiguous_credential".to_owned()), "{path}");
            refusals.push(reply);
        }
    }
    assert_eq!([first.session().await, second.session().await], before);
    refusals
}

#[tokio::test]
async fn two_cookies_that_open_different_sessions_are_both_refused_and_removed() {
    for domain in [None, Some("example.com")] {
        let server = Keyrack::start_with(|deployment| https(deployment, domain)).await;
        let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
        let name = if domain.is_some() { "__session" } else { "__Host-keyrack" };
        let carry = |request: RequestBuilder, rack: &str| request.header("cookie", format!("{name}={rack}"));
        for refusal in refuses_both(&ada, &bob, carry).await {
            let cleared = cookies(&refusal);
            assert_eq!(cleared.len(), 1 + usize::from(domain.is_some()));
            assert!(cleared.iter().all(|cookie| cookie.starts_with(&format!("{name}=; Max-Age=0;"))));
        }
    }
}

#[tokio::test]
async fn two_staging_credentials_that_open_different_sessions_are_refused() {
    let server = Keyrack::start().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let carry = |request: RequestBuilder, rack: &str| request.header("x-development-session", rack);
    for refusal in refuses_both(&ada, &bob, carry).await {
        assert_eq!(cookies(&refusal), Vec::<String>::new());
    }
    let query = format!("/session?__dev_session__={}", bob.credential().unwrap());
    assert_eq!(ada.get(&query).await.refused().1, "ambiguous_credential");
}

#[tokio::test]
async fn a21_a_cookie_cut_at_any_length_opens_at_most_what_its_whole_keys_open() {
    let server = Keyrack::production().await;
    let browser = server.signed_up("ada").await;
    browser.signs_up(&server, "bob").await;
    let (rack, name) = (browser.credential().unwrap(), production_name(&server));
    let whole: Vec<&str> = rack.split('~').collect();
    for length in 0..=rack.len() {
        let cut = &rack[..length];
        let seen = sign_ins(bare(&server, "/session").header("cookie", format!("{name}={cut}"))).await;
        let opens = |key: &&str| key.starts_with("sin_") && cut.split('~').any(|part| part == *key);
        let keys = whole.iter().filter(|key| opens(key) && cut.starts_with(whole[0]));
        let mut expected: Vec<&str> = keys.map(|key| key.split('.').next().unwrap()).collect();
        // Of one millisecond and two nodes: the older one need not be the first.
        expected.sort_unstable();
        assert_eq!(seen, expected, "cut at {length}");
    }
}
