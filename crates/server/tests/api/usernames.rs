//! Usernames: chosen at sign-up, used to sign in, and who of two gets one.

use crate::support::{Browser, Keyrack, PASSWORD, Reply, sign_up_form};
use futures_util::future::join_all;
use keyrack_server::config::FieldUse;
use serde_json::{Value, json};

const USERS: &str = "select count(*) from users where deployment_id = $1";
const TRIES: &str = "select count(*) from throttles where deployment_id = $1 and kind <> 'availability'";

async fn server(used: FieldUse) -> Keyrack {
    Keyrack::start_with(|deployment| deployment.auth.username = used).await
}

/// Begins a sign-up of `name`@example.com who wants `username`.
async fn begins(browser: &Browser, name: &str, username: &str) -> Reply {
    let mut form = sign_up_form(name);
    form["username"] = json!(username);
    browser.post("/auth/signup", form).await
}

fn attempt(session: &Value) -> Value {
    session["signup_attempts"].as_array().unwrap().last().unwrap().clone()
}

/// Begins a sign-up and asks for its code; the attempt's id and the code.
async fn with_code(server: &Keyrack, browser: &Browser, name: &str, username: &str) -> (String, String) {
    let begun = attempt(&begins(browser, name, username).await.ok());
    let id = begun["id"].as_str().unwrap().to_owned();
    browser.asks_for_code(&id).await.ok();
    (id, server.code(name).await)
}

async fn signs_up(server: &Keyrack, name: &str, username: &str) -> Browser {
    let browser = server.browser();
    let (id, code) = with_code(server, &browser, name, username).await;
    browser.enters_code(&id, &code).await.ok();
    browser
}

async fn signs_in(browser: &Browser, username: &str, password: &str) -> Reply {
    let form = json!({ "strategy": "plain_username", "username": username, "password": password });
    browser.post("/auth/signin", form).await
}

async fn enters_with(browser: &Browser, id: &str, code: &str, username: &str) -> Reply {
    let body = json!({ "attempt_identifier": id, "identifier_type": "signup", "verification_code": code,
        "username": username });
    browser.post("/auth/attempt-verification", body).await
}

async fn availability(browser: &Browser, kind: &str, identifier: &str) -> Reply {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("type", kind).append_pair("identifier", identifier);
    browser.get(&format!("/auth/identifier-availability?{}", query.finish())).await
}

#[tokio::test]
async fn an_account_signs_in_with_its_username_however_it_is_spelt_and_with_its_address() {
    let server = server(FieldUse::Required).await;
    let session = signs_up(&server, "ada", "Ada.Lovelace").await.session().await;
    assert_eq!(session["active_signin"]["user"]["username"], "ada.lovelace");
    let done = attempt(&session);
    assert_eq!((&done["username"], &done["completed"]), (&json!("ada.lovelace"), &json!(true)));
    for spelling in ["ada.lovelace", "ADA.LOVELACE", " Ada.Lovelace "] {
        let session = signs_in(&server.browser(), spelling, PASSWORD).await.ok();
        assert_eq!(session["active_signin"]["user"]["email_address"], "ada@example.com");
        let attempt = session["signin_attempts"][0].clone();
        assert_eq!((&attempt["method"], &attempt["email"]), (&json!("plain_username"), &json!("")));
        assert_eq!(attempt["completed"], true);
    }
    let by_address = server.browser().sign_in("ada", PASSWORD).await.ok();
    assert_eq!(by_address["signin_attempts"][0]["method"], "plain_email");
}

#[tokio::test]
async fn a_deployment_says_whether_a_sign_up_has_a_username() {
    let required = server(FieldUse::Required).await;
    let browser = required.browser();
    for missing in ["", "  ", "undefined"] {
        let refusal = begins(&browser, "ada", missing).await;
        assert_eq!(refusal.refused(), (400, "REQUIRED_FIELD".to_owned()), "{missing:?}");
        assert_eq!(refusal.json()["message"], "The field username is missing.");
    }
    let begun = attempt(&begins(&browser, "ada", "ada").await.ok());
    assert_eq!(begun["required_fields"], json!(["email", "password", "username"]));
    assert_eq!((&begun["missing_fields"], &begun["username"]), (&json!([]), &json!("ada")));

    let optional = server(FieldUse::Optional).await;
    let session = signs_up(&optional, "ada", "").await.session().await;
    assert_eq!(session["active_signin"]["user"]["username"], "");
    signs_up(&optional, "bob", "").await;

    let off = server(FieldUse::Off).await;
    let session = signs_up(&off, "ada", "ada").await.session().await;
    assert_eq!(session["active_signin"]["user"]["username"], "");
    let refusal = signs_in(&off.browser(), "ada", PASSWORD).await.refused();
    assert_eq!(refusal, (400, "unsupported_strategy".to_owned()));
}

#[tokio::test]
async fn names_are_asked_for_as_the_deployment_says() {
    let server = Keyrack::start_with(|deployment| {
        deployment.auth.first_name = FieldUse::Required;
        deployment.auth.last_name = FieldUse::Off;
    })
    .await;
    let browser = server.browser();
    let mut form = sign_up_form("ada");
    form["first_name"] = json!("   ");
    let refusal = browser.post("/auth/signup", form).await;
    assert_eq!(refusal.refused().1, "REQUIRED_FIELD");
    assert_eq!(refusal.json()["message"], "The field first_name is missing.");
    let begun = attempt(&browser.post("/auth/signup", sign_up_form("ada")).await.ok());
    assert_eq!((&begun["first_name"], &begun["last_name"]), (&json!("ada"), &json!("")));
    assert_eq!(begun["required_fields"], json!(["email", "password", "first_name"]));
}

#[tokio::test]
async fn a_new_password_is_what_the_deployment_asks_for() {
    let server = Keyrack::start_with(|deployment| {
        let rules = &mut deployment.auth.password;
        rules.min_length = 12;
        (rules.lowercase, rules.uppercase, rules.number, rules.special) = (true, true, true, true);
    })
    .await;
    let browser = server.browser();
    for (password, code, says) in [
        ("Short 1", "password_too_short", "at least 12 characters"),
        ("NO LOWER CASE 1", "password_too_simple", "a lower-case letter"),
        ("no upper case 1", "password_too_simple", "an upper-case letter"),
        ("No digit in it", "password_too_simple", "a digit"),
        ("NoSpecialOne1", "password_too_simple", "neither letter nor digit"),
    ] {
        let mut form = sign_up_form("ada");
        form["password"] = json!(password);
        let refusal = browser.post("/auth/signup", form).await;
        assert_eq!(refusal.refused(), (400, code.to_owned()), "{password}");
        assert!(refusal.json()["message"].as_str().unwrap().contains(says), "{}", refusal.text);
    }
    let mut form = sign_up_form("ada");
    form["password"] = json!("Everything in 1");
    browser.post("/auth/signup", form).await.ok();
}

#[tokio::test]
async fn who_proves_the_address_first_gets_the_username_and_the_other_chooses_another_with_the_same_code() {
    let server = server(FieldUse::Required).await;
    let (one, two) = (server.browser(), server.browser());
    let (ada, ada_code) = with_code(&server, &one, "ada", "countess").await;
    let (eve, eve_code) = with_code(&server, &two, "eve", "Countess").await;
    one.enters_code(&ada, &ada_code).await.ok();
    for _ in 0..3 {
        assert_eq!(two.enters_code(&eve, &eve_code).await.refused(), (400, "USERNAME_EXISTS".to_owned()));
    }
    let waiting = attempt(&two.session().await);
    assert_eq!((&waiting["id"], &waiting["completed"]), (&json!(eve), &json!(false)));
    for (other, code) in
        [("count ess", "invalid_username"), ("admin", "username_reserved"), ("c0untess", "USERNAME_EXISTS")]
    {
        assert_eq!(enters_with(&two, &eve, &eve_code, other).await.refused(), (400, code.to_owned()));
    }
    let session = enters_with(&two, &eve, &eve_code, "Contessa").await.ok();
    assert_eq!(session["active_signin"]["user"]["username"], "contessa");
    assert_eq!(attempt(&session)["username"], "contessa");
    signs_in(&server.browser(), "contessa", PASSWORD).await.ok();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn o02_of_two_sign_ups_for_one_username_that_finish_at_once_one_wins_in_each_of_50_rounds() {
    let server = server(FieldUse::Required).await;
    for round in 0..50_i64 {
        let (one, two) = (server.browser(), server.browser());
        let names = [format!("one{round}"), format!("two{round}")];
        // Look-alikes race as equal ones do.
        let wanted = [format!("lion{round}"), format!("1ion{round}").replacen('1', "l", 1)];
        let (a, a_code) = with_code(&server, &one, &names[0], &wanted[0]).await;
        let (b, b_code) = with_code(&server, &two, &names[1], &wanted[1]).await;
        let finished = join_all([one.enters_code(&a, &a_code), two.enters_code(&b, &b_code)]).await;
        let won = finished.iter().filter(|reply| reply.status == 200).count();
        assert_eq!((won, server.count(USERS).await), (1, 2 * round + 1), "round {round}: {finished:?}");
        let (loser, id, code) =
            if finished[0].status == 200 { (&two, &b, &b_code) } else { (&one, &a, &a_code) };
        let lost = finished.iter().find(|reply| reply.status != 200).unwrap();
        assert_eq!(lost.refused(), (400, "USERNAME_EXISTS".to_owned()));
        enters_with(loser, id, code, &format!("other{round}")).await.ok();
    }
}

#[tokio::test]
async fn an_identifier_is_available_or_not_and_addresses_stay_hidden() {
    let server = server(FieldUse::Optional).await;
    signs_up(&server, "ada", "modern").await;
    let stranger = server.browser();
    for (identifier, exists) in [
        ("modern", true),
        ("MODERN", true),
        ("rnodern", true),
        ("m0dern", true),
        ("admin", true),
        ("free", false),
    ] {
        assert_eq!(availability(&stranger, "username", identifier).await.ok(), json!({ "exists": exists }));
    }
    let refused =
        async |kind: &str, identifier: &str| availability(&stranger, kind, identifier).await.refused();
    assert_eq!(refused("username", "a@b").await, (400, "invalid_username".to_owned()));
    assert_eq!(refused("email", "ada@example.com").await, (403, "availability_hidden".to_owned()));
    assert_eq!(refused("email", "nobody@example.com").await, (403, "availability_hidden".to_owned()));
    assert_eq!(refused("phone", "1").await, (400, "BAD_REQUEST_BODY".to_owned()));
    assert_eq!(refused("", "free").await, (400, "REQUIRED_FIELD".to_owned()));
    assert_eq!(refused("username", "").await, (400, "REQUIRED_FIELD".to_owned()));
    assert_eq!(stranger.credential(), None);

    let telling = Keyrack::start_with(|deployment| deployment.uniform_answers = false).await;
    telling.signed_up("ada").await;
    let stranger = telling.browser();
    for (identifier, exists) in [("ADA@example.com", true), ("nobody@example.com", false)] {
        assert_eq!(availability(&stranger, "email", identifier).await.ok(), json!({ "exists": exists }));
    }
    let refusal = availability(&stranger, "username", "ada").await.refused();
    assert_eq!(refusal, (403, "availability_hidden".to_owned()));
}

#[tokio::test]
async fn a_banned_keyword_is_no_way_round_at_the_second_choice_and_nothing_that_is_available() {
    let server = Keyrack::start_with(|deployment| {
        deployment.auth.username = FieldUse::Optional;
        deployment.restrictions.banned_keywords = vec!["acme".to_owned()];
    })
    .await;
    let browser = server.browser();
    let banned = (403, "BANNED_KEYWORD".to_owned());
    assert_eq!(begins(&browser, "eve", "the.ACME.team").await.refused(), banned);
    let (id, code) = with_code(&server, &browser, "eve", "eve").await;
    assert_eq!(enters_with(&browser, &id, &code, "the.acme.team").await.refused(), banned);
    let taken = availability(&browser, "username", "the.acme.team").await.ok();
    assert_eq!(taken, json!({ "exists": true }));
    browser.enters_code(&id, &code).await.ok();
}

#[tokio::test]
async fn c16_a_client_address_may_ask_a_hundred_times_an_hour_what_is_available() {
    let server = server(FieldUse::Optional).await;
    let stranger = server.browser();
    for n in 0..100 {
        availability(&stranger, "username", &format!("name{n}")).await.ok();
    }
    let refusal = availability(&stranger, "username", "onemore").await;
    assert_eq!(refusal.refused(), (429, "too_many_attempts".to_owned()));
    assert_eq!(refusal.header("retry-after"), Some("3600"));
    server.advance(3_600_000);
    availability(&stranger, "username", "onemore").await.ok();
    assert_eq!(server.count(TRIES).await, 0);
}

#[tokio::test]
async fn identify_says_the_same_to_everybody() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let stranger = server.browser();
    let by_mail = ["plain_email", "email_otp", "magic_link"];
    for (identifier, methods) in [
        ("ada@example.com", by_mail.as_slice()),
        ("nobody@example.com", &by_mail),
        ("anything", &[]),
        ("?", &[]),
    ] {
        let reply = stranger.post("/auth/identify", json!({ "identifier": identifier })).await;
        assert_eq!(reply.ok(), json!({ "strategy": "password", "methods": methods }));
    }
    assert_eq!(stranger.post("/auth/identify", json!({})).await.refused().1, "REQUIRED_FIELD");
    assert_eq!(stranger.credential(), None);
}

#[tokio::test]
async fn a_good_code_does_not_tell_without_end_which_usernames_are_taken() {
    let server = server(FieldUse::Required).await;
    signs_up(&server, "ada", "taken").await;
    let browser = server.browser();
    let (id, code) = with_code(&server, &browser, "bob", "free").await;
    for _ in 0..100 {
        let answer = enters_with(&browser, &id, &code, "taken").await.refused();
        assert_eq!(answer, (400, "USERNAME_EXISTS".to_owned()));
    }
    let answer = enters_with(&browser, &id, &code, "taken").await.refused();
    assert_eq!(answer, (429, "too_many_attempts".to_owned()));
    // Who names none is not asking.
    browser.enters_code(&id, &code).await.ok();
}
