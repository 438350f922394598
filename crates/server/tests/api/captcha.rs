//! Proof of work: what the widget asks for, what its token is good for, and for whom.

use crate::support::{Browser, Keyrack, PASSWORD, Reply, sign_in_form, sign_up_form};
use aws_lc_rs::digest::{SHA256, digest};
use keyrack_server::config::Challenge;
use reqwest::Method;
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;

async fn asking() -> Keyrack {
    Keyrack::start_configured(|config| {
        config.deployments[0].challenge = Challenge { enabled: true, count: 3, difficulty: 2 };
        config.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await
}

/// `count` digits that follow from a seed, as the widget makes them.
fn digits(seed: &str, count: usize) -> String {
    let mut state = seed
        .bytes()
        .fold(2_166_136_261_u32, |state, byte| (state ^ u32::from(byte)).wrapping_mul(16_777_619));
    let mut out = String::new();
    while out.len() < count {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        out += &format!("{state:08x}");
    }
    out[..count].to_owned()
}

/// The numbers that solve a challenge, found as the widget finds them.
fn solve(challenge: &Value) -> Vec<u64> {
    let puzzle = |name: &str| usize::try_from(challenge["challenge"][name].as_u64().unwrap()).unwrap();
    let token = challenge["token"].as_str().unwrap();
    (1..=puzzle("c"))
        .map(|index| {
            let salt = digits(&format!("{token}{index}"), puzzle("s"));
            let target = digits(&format!("{token}{index}d"), puzzle("d"));
            let hash = |number: u64| {
                let hash = digest(&SHA256, format!("{salt}{number}").as_bytes());
                hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<String>()
            };
            (0..).find(|number| hash(*number).starts_with(&target)).unwrap()
        })
        .collect()
}

async fn redeem(browser: &Browser, challenge: &Value, solutions: &[u64]) -> Value {
    let body = json!({ "token": challenge["token"], "solutions": solutions });
    let reply = browser.post("/captcha/redeem", body).await;
    assert_eq!(reply.status, 200);
    reply.json()
}

async fn challenge(browser: &Browser) -> Value {
    let reply = browser.send(browser.request(Method::POST, "/captcha/challenge")).await;
    assert_eq!(reply.status, 200);
    reply.json()
}

/// A token that the browser has worked for.
async fn token(browser: &Browser) -> String {
    let challenge = challenge(browser).await;
    let redeemed = redeem(browser, &challenge, &solve(&challenge)).await;
    redeemed["token"].as_str().unwrap_or_else(|| panic!("{redeemed}")).to_owned()
}

async fn identifies(browser: &Browser, token: &str) -> Reply {
    browser.post("/auth/identify", json!({ "identifier": "ada@example.com", "challenge_token": token })).await
}

fn refused() -> (u16, String) {
    (403, "challenge_required".to_owned())
}

#[tokio::test]
async fn nothing_is_asked_for_unless_the_deployment_does_and_both_calls_are_served_in_any_case() {
    let server = Keyrack::start().await;
    let browser = server.browser();
    assert_eq!(browser.get("/deployment").await.ok()["auth_settings"]["challenge_required"], false);
    let given = challenge(&browser).await;
    assert_eq!(given["challenge"], json!({ "c": 50, "s": 32, "d": 4 }));
    assert_eq!(redeem(&browser, &given, &[1; 50]).await, json!({ "success": false }));
    // Neither of them makes a session, and neither is in the envelope.
    assert_eq!(browser.credential(), None);
    identifies(&browser, "").await.ok();
    browser.post("/auth/signup", sign_up_form("ada")).await.ok();
}

#[tokio::test]
async fn without_a_token_nobody_identifies_signs_in_or_signs_up_and_with_one_everybody_does() {
    let server = asking().await;
    let browser = server.browser();
    assert_eq!(browser.get("/deployment").await.ok()["auth_settings"]["challenge_required"], true);
    for token in ["", "x", "undefined"] {
        assert_eq!(identifies(&browser, token).await.refused(), refused());
    }
    assert_eq!(browser.post("/auth/signup", sign_up_form("ada")).await.refused(), refused());
    assert_eq!(browser.post("/auth/signin", sign_in_form("ada", PASSWORD)).await.refused(), refused());
    assert_eq!(server.count("select count(*) from attempts where deployment_id = $1").await, 0);

    let token = token(&browser).await;
    identifies(&browser, &token).await.ok();
    let with_token = |mut form: Value| {
        form["challenge_token"] = json!(token);
        form
    };
    let session = browser.post("/auth/signup", with_token(sign_up_form("ada"))).await.ok();
    let attempt = session["signup_attempts"][0]["id"].as_str().unwrap().to_owned();
    // Never on the two calls that follow: older clients call them without one.
    browser.asks_for_code(&attempt).await.ok();
    browser.enters_code(&attempt, &server.code("ada").await).await.ok();
    let other = server.browser();
    let wrong = other.post("/auth/signin", with_token(sign_in_form("ada", "not this one"))).await;
    assert_eq!(wrong.refused().1, "INVALID_CREDENTIALS");
    other.post("/auth/signin", with_token(sign_in_form("ada", PASSWORD))).await.ok();
}

#[tokio::test]
async fn a_password_that_an_attempt_waits_for_costs_the_same_work_as_one_that_begins_it() {
    let server = asking().await;
    let browser = server.browser();
    let token = token(&browser).await;
    let form = json!({ "email": "ada@example.com", "ask_password": true, "challenge_token": token });
    let session = browser.post("/auth/signin", form).await.ok();
    let attempt = session["signin_attempts"][0]["id"].as_str().unwrap();
    let mut form =
        json!({ "attempt_identifier": attempt, "identifier_type": "signin", "password": PASSWORD });
    assert_eq!(browser.post("/auth/attempt-verification", form.clone()).await.refused(), refused());
    let tries = "select count(*) from throttles where deployment_id = $1 and kind = 'password'";
    assert_eq!(server.count(tries).await, 0, "it was not looked at");
    form["challenge_token"] = json!(token);
    let wrong = browser.post("/auth/attempt-verification", form).await;
    assert_eq!(wrong.refused().1, "INVALID_CREDENTIALS");
    assert_eq!(server.count(tries).await, 1);
}

#[tokio::test]
async fn a_challenge_is_redeemed_once_also_when_twenty_try_at_the_same_moment() {
    let server = asking().await;
    let browser = server.browser();
    let given = challenge(&browser).await;
    let solutions = solve(&given);
    let tries = (0..20).map(|_| redeem(&browser, &given, &solutions));
    let redeemed = futures_util::future::join_all(tries).await;
    assert_eq!(redeemed.iter().filter(|one| one["success"] == true).count(), 1);
    assert_eq!(redeem(&browser, &given, &solutions).await, json!({ "success": false }));
}

#[tokio::test]
async fn wrong_numbers_and_foreign_challenges_are_no_solution() {
    let server = asking().await;
    let browser = server.browser();
    let given = challenge(&browser).await;
    let right = solve(&given);
    let other = challenge(&browser).await;
    for solutions in
        [&[][..], &right[..2], &[right[1], right[0], right[2]], &[right[0], right[1], right[2] + 1]]
    {
        assert_eq!(redeem(&browser, &given, solutions).await, json!({ "success": false }), "{solutions:?}");
    }
    assert_eq!(redeem(&browser, &other, &right).await, json!({ "success": false }));
    let altered = json!({ "token": given["token"].as_str().unwrap().replace('.', "A."), "challenge": given["challenge"] });
    assert_eq!(redeem(&browser, &altered, &solve(&altered)).await, json!({ "success": false }));
    let odd = browser
        .post("/captcha/redeem", json!({ "token": given["token"], "solutions": [1.5, "x", {}] }))
        .await;
    assert_eq!(odd.refused(), (400, "BAD_REQUEST_BODY".to_owned()));
    // What was tried wrong is still good, and takes numbers as a form writes them.
    let texts: Vec<String> = right.iter().map(u64::to_string).collect();
    let body = json!({ "token": given["token"], "solutions": texts });
    assert_eq!(browser.post("/captcha/redeem", body).await.json()["success"], true);
    // One deployment's is nothing in another.
    let other_server = asking().await;
    let elsewhere = other_server.browser();
    let given = challenge(&browser).await;
    assert_eq!(redeem(&elsewhere, &given, &solve(&given)).await, json!({ "success": false }));
}

#[tokio::test]
async fn a_token_is_good_for_twenty_minutes_and_thirty_uses() {
    let server = asking().await;
    let browser = server.browser();
    let late = challenge(&browser).await;
    let first = token(&browser).await;
    server.advance(20 * MINUTE - 1);
    for _ in 0..30 {
        identifies(&browser, &first).await.ok();
    }
    assert_eq!(identifies(&browser, &first).await.refused(), refused());
    let second = token(&browser).await;
    server.advance(1);
    assert_eq!(
        redeem(&browser, &late, &solve(&late)).await,
        json!({ "success": false }),
        "a challenge ends, too"
    );
    identifies(&browser, &second).await.ok();
    server.advance(20 * MINUTE - 2);
    identifies(&browser, &second).await.ok();
    server.advance(1);
    assert_eq!(identifies(&browser, &second).await.refused(), refused());
}

#[tokio::test]
async fn a_token_is_of_the_address_and_the_session_that_worked_for_it() {
    let server = asking().await;
    let (here, there) = (server.browser().at("192.0.2.1"), server.browser().at("192.0.2.2"));
    let given = challenge(&here).await;
    assert_eq!(redeem(&there, &given, &solve(&given)).await, json!({ "success": false }), "farmed out");
    let own = token(&here).await;
    assert_eq!(identifies(&there, &own).await.refused(), refused());
    identifies(&here, &own).await.ok();
    // A browser that has a session works for that one.
    let mut form = sign_up_form("ada");
    form["challenge_token"] = json!(own);
    here.post("/auth/signup", form).await.ok();
    identifies(&here, &own).await.ok();
    let bound = token(&here).await;
    identifies(&here, &bound).await.ok();
    let stranger = server.browser().at("192.0.2.1");
    assert_eq!(identifies(&stranger, &bound).await.refused(), refused());
}
