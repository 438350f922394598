//! Guessing passwords gets slower and slower, whoever guesses and whatever is guessed at.

use crate::support::{Browser, Keyrack, PASSWORD, Reply};
use keyrack_server::config::Config;
use reqwest::Method;
use serde_json::json;

const HOUR: i64 = 3_600_000;

/// Tries to sign in with an address as it is typed.
async fn tries(browser: &Browser, email: &str, password: &str) -> Reply {
    browser.post("/auth/signin", json!({ "email": email, "password": password })).await
}

/// What a guesser sees of an answer: everything but the request's id and the time.
fn seen(reply: &Reply) -> (u16, String, Option<String>, Vec<String>) {
    let names = reply.headers.keys().map(ToString::to_string).collect();
    (reply.status, reply.text.clone(), reply.header("retry-after").map(str::to_owned), names)
}

fn waits(reply: &Reply) -> Option<u64> {
    if reply.status != 429 {
        return None;
    }
    assert_eq!(reply.refused().1, "too_many_attempts");
    Some(reply.header("retry-after").expect("a Retry-After").parse().unwrap())
}

#[tokio::test]
async fn c01_the_tenth_wrong_password_begins_a_pause_that_doubles_whether_the_account_exists_or_not() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let guesser = server.browser();
    let both = ["ada@example.com", "nobody@example.com"];
    let guess = async |password: &str| {
        let [known, unknown] =
            [tries(&guesser, both[0], password).await, tries(&guesser, both[1], password).await];
        assert_eq!(seen(&known), seen(&unknown));
        known
    };
    for _ in 0..10 {
        assert_eq!(guess("wrong").await.refused(), (401, "INVALID_CREDENTIALS".to_owned()));
    }
    for pause in [15, 30] {
        assert_eq!(waits(&guess("wrong").await), Some(pause));
        let right = guess(PASSWORD).await;
        assert_eq!(seen(&right), seen(&tries(&guesser, both[0], "wrong").await), "the right password showed");
        server.advance(i64::try_from(pause).unwrap() * 1000 - 1);
        assert_eq!(waits(&guess(PASSWORD).await), Some(1));
        server.advance(1);
        assert_eq!(guess("wrong").await.refused().0, 401);
    }
    server.advance(59_999);
    assert_eq!(waits(&guess(PASSWORD).await), Some(1));
    server.advance(1);
    tries(&guesser, both[0], PASSWORD).await.ok();
    assert_eq!(guesser.accounts().await, ["ada*"]);
}

#[tokio::test]
async fn c01_a_restart_forgives_no_wrong_password() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let guesser = server.browser();
    for _ in 0..10 {
        assert_eq!(tries(&guesser, "ada@example.com", "wrong").await.status, 401);
    }
    let server = server.restart().await;
    assert_eq!(waits(&tries(&guesser, "ada@example.com", PASSWORD).await), Some(15));
    server.advance(15_000);
    tries(&guesser, "ada@example.com", PASSWORD).await.ok();
}

#[tokio::test]
async fn c01_all_spellings_of_an_address_share_one_count() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let guesser = server.browser();
    let spellings = ["ada@example.com", "ADA@EXAMPLE.COM", " ada@example.com", "Ada@example.com."];
    for spelling in spellings.iter().cycle().take(10) {
        assert_eq!(tries(&guesser, spelling, "wrong").await.status, 401, "{spelling}");
    }
    for spelling in spellings {
        assert_eq!(waits(&tries(&guesser, spelling, PASSWORD).await), Some(15), "{spelling}");
    }
}

#[tokio::test]
async fn the_right_password_forgets_the_wrong_ones_before_it() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    for round in 0..3 {
        let person = server.browser();
        for _ in 0..9 {
            assert_eq!(tries(&person, "ada@example.com", "wrong").await.status, 401, "round {round}");
        }
        tries(&person, "ada@example.com", PASSWORD).await.ok();
    }
}

#[tokio::test]
async fn an_address_has_thirty_wrong_passwords_an_hour_over_all_accounts() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let guesser = server.browser();
    for n in 0..31 {
        let answer = tries(&guesser, &format!("victim{n}@example.com"), "wrong").await;
        assert_eq!(answer.status, 401, "{n}: {}", answer.text);
    }
    assert_eq!(waits(&tries(&guesser, "ada@example.com", PASSWORD).await), Some(15));
    assert_eq!(waits(&tries(&guesser, "victim31@example.com", "wrong").await), Some(15));
    server.advance(15_000);
    assert_eq!(tries(&guesser, "victim32@example.com", "wrong").await.status, 401);
    assert_eq!(waits(&tries(&guesser, "victim33@example.com", "wrong").await), Some(30));
    server.advance(HOUR);
    for n in 40..70 {
        let answer = tries(&guesser, &format!("victim{n}@example.com"), "wrong").await;
        assert_eq!(answer.status, 401, "{n}: {}", answer.text);
    }
}

#[tokio::test]
async fn signing_in_rightly_costs_an_address_nothing() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    for _ in 0..40 {
        tries(&server.browser(), "ada@example.com", PASSWORD).await.ok();
    }
}

#[tokio::test]
async fn c03_no_header_gives_a_guesser_another_address() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let guesser = server.browser();
    let forged = [
        "x-forwarded-for",
        "x-real-ip",
        "forwarded",
        "cf-connecting-ip",
        "true-client-ip",
        "x-client-ip",
        "x-cluster-client-ip",
        "x-original-forwarded-for",
    ];
    let guess = |n: usize, password: &'static str| {
        let header = forged[n % forged.len()];
        let value = if header == "forwarded" {
            format!("for=198.51.100.{n}")
        } else {
            format!("203.0.113.{n}, 198.51.100.{n}")
        };
        let body = json!({ "email": format!("victim{n}@example.com"), "password": password });
        guesser.request(Method::POST, "/auth/signin").header(header, value).json(&body)
    };
    for n in 0..31 {
        assert_eq!(guesser.send(guess(n, "wrong")).await.status, 401, "{n}");
    }
    for n in 31..31 + forged.len() {
        assert_eq!(waits(&guesser.send(guess(n, "wrong")).await), Some(15), "{}", forged[n % forged.len()]);
    }
}

/// The address that a browser's sign-in is shown with when its requests came with this `X-Forwarded-For`.
async fn shown_address(server: &Keyrack, forwarded: &str) -> String {
    let browser = server.browser();
    let body = json!({ "email": "ada@example.com", "password": PASSWORD });
    let request = browser.request(Method::POST, "/auth/signin").header("x-forwarded-for", forwarded);
    let session = browser.send(request.json(&body)).await.ok();
    session["active_signin"]["ip_address"].as_str().unwrap().to_owned()
}

fn behind_proxies(config: &mut Config) {
    config.trusted_proxies = ["127.0.0.0/8", "10.0.0.0/8"].map(|net| net.parse().unwrap()).to_vec();
}

#[tokio::test]
async fn c03_a_trusted_proxy_is_believed_up_to_the_last_hop_that_is_none() {
    let direct = Keyrack::start().await;
    direct.signed_up("ada").await;
    assert_eq!(shown_address(&direct, "203.0.113.7").await, "127.0.0.1");

    let server = Keyrack::start_configured(behind_proxies).await;
    server.signed_up("ada").await;
    for (forwarded, expected) in [
        ("203.0.113.7", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7, 10.1.2.3", "203.0.113.7"),
        ("127.0.0.1, 203.0.113.7", "203.0.113.7"),
        ("203.0.113.7, nonsense", "127.0.0.1"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8::1", "2001:db8::1"),
        ("", "127.0.0.1"),
    ] {
        assert_eq!(shown_address(&server, forwarded).await, expected, "{forwarded:?}");
    }
}

#[tokio::test]
async fn c03_behind_a_trusted_proxy_each_client_has_its_own_count_and_an_ipv6_customer_one() {
    let server = Keyrack::start_configured(behind_proxies).await;
    let guesser = server.browser();
    let guess = |n: usize, client: String| {
        let body = json!({ "email": format!("victim{n}@example.com"), "password": "wrong" });
        guesser.request(Method::POST, "/auth/signin").header("x-forwarded-for", client).json(&body)
    };
    for n in 0..31 {
        let client = format!("2001:db8:1:2:{n:x}::{n:x}");
        assert_eq!(guesser.send(guess(n, client)).await.status, 401, "{n}");
    }
    let neighbour = guesser.send(guess(31, "2001:db8:1:2:ffff::1".to_owned())).await;
    assert_eq!(waits(&neighbour), Some(15));
    for elsewhere in ["2001:db8:1:3::1", "203.0.113.7"] {
        assert_eq!(guesser.send(guess(32, elsewhere.to_owned())).await.status, 401, "{elsewhere}");
    }
}
