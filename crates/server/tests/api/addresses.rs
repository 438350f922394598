//! The addresses of one's own account.

use crate::support::{Browser, Keyrack, PASSWORD};
use keyrack_server::config::Deployment;
use serde_json::json;

const MINUTE: i64 = 60_000;

fn refused(code: &str) -> (u16, String) {
    (if code.ends_with("_not_found") { 404 } else { 400 }, code.to_owned())
}

async fn deletes(browser: &Browser, id: &str) -> crate::support::Reply {
    browser.post(&format!("/me/email-addresses/{id}/delete"), json!({})).await
}

async fn makes_primary(browser: &Browser, id: &str) -> crate::support::Reply {
    browser.post(&format!("/me/email-addresses/{id}/make-primary"), json!({})).await
}

#[tokio::test]
async fn an_address_is_added_verified_made_primary_and_the_old_one_removed() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let elsewhere = server.signed_in("ada").await;
    let before = elsewhere.session().await["revision"].as_i64().unwrap();
    let new = browser.adds_address("lovelace").await;
    assert_eq!(elsewhere.addresses().await, ["ada*", "lovelace?"]);
    assert!(elsewhere.session().await["revision"].as_i64().unwrap() > before);
    // Added once more it is the same.
    assert_eq!(browser.adds_address("lovelace").await, new);
    assert_eq!(makes_primary(&browser, &new).await.refused(), refused("contact_not_verified"));
    assert_eq!(browser.sign_in("lovelace", PASSWORD).await.status, 401);

    let asked = browser.asks_for_address_code(&new).await;
    assert_eq!(asked["masked_email"], "l•••@example.com");
    let shown = browser.verifies_address(&new, &server.code("lovelace").await).await.ok();
    assert_eq!((&shown["verified"], &shown["is_primary"]), (&json!(true), &json!(false)));
    server.browser().sign_in("lovelace", PASSWORD).await.ok();
    let old = browser.get("/me").await.ok()["primary_email_address_id"].as_str().unwrap().to_owned();
    assert_eq!(deletes(&browser, &old).await.refused(), refused("primary_not_removable"));
    assert_eq!(makes_primary(&browser, &new).await.ok()["is_primary"], true);
    let me = elsewhere.get("/me").await.ok();
    assert_eq!(
        (&me["email_address"], &me["primary_email_address_id"]),
        (&json!("lovelace@example.com"), &json!(new))
    );
    deletes(&browser, &old).await.ok();
    assert_eq!(browser.addresses().await, ["lovelace*"]);
    assert_eq!(server.browser().sign_in("ada", PASSWORD).await.status, 401);
    assert_eq!(deletes(&browser, &new).await.refused(), refused("NO_ALTERNATIVE_AUTH_METHOD"));
}

#[tokio::test]
async fn every_verified_address_is_told_of_what_changes() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let told = |mails: Vec<keyrack_server::world::CapturedMail>| {
        let notices = mails.into_iter().filter(|mail| mail.mail.code.is_none());
        notices.map(|mail| mail.mail.text).collect::<Vec<_>>()
    };
    browser.adds_address("unproved").await;
    let new = browser.also_has(&server, "lovelace").await;
    let mails = told(server.mails("ada").await);
    assert_eq!(mails.len(), 1, "{mails:?}");
    for part in [
        "An email address was added: lovelace@example.com",
        "When: 20",
        " UTC",
        "From: an unknown program, 127.0.0.1",
    ] {
        assert!(mails[0].contains(part), "{part}: {mails:?}");
    }
    makes_primary(&browser, &new).await.ok();
    let old = browser.get("/me/email-addresses").await.ok()[0]["id"].as_str().unwrap().to_owned();
    deletes(&browser, &old).await.ok();
    // The one that is removed is told, too.
    assert_eq!(told(server.mails("ada").await).len(), 3);
    assert_eq!(told(server.mails("lovelace").await).len(), 2);
    assert_eq!(told(server.mails("unproved").await).len(), 0);
    let sql = "select count(*) from audit where deployment_id = $1 and event = 'account_changed'";
    assert_eq!(server.count(sql).await, 3);
}

#[tokio::test]
async fn c07_what_changes_a_way_in_asks_for_a_proof_of_the_last_ten_minutes() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let new = browser.also_has(&server, "lovelace").await;
    let other = browser.also_has(&server, "other").await;
    let unproved = browser.adds_address("unproved").await;
    server.advance(10 * MINUTE);
    browser.adds_address("late").await;
    server.advance(1);
    for (path, body) in [
        ("/me/email-addresses".to_owned(), json!({ "email": "x@example.com" })),
        (format!("/me/email-addresses/{new}/make-primary"), json!({})),
        (format!("/me/email-addresses/{other}/delete"), json!({})),
    ] {
        let reply = browser.post(&path, body.clone()).await;
        assert_eq!(reply.refused(), (403, "reauthentication_required".to_owned()), "{path}");
        assert_eq!(reply.json()["errors"][0]["meta"]["methods"], json!(["password", "email_otp"]));
        browser.proves_again().await;
        browser.post(&path, body).await.ok();
        server.advance(10 * MINUTE + 1);
    }
    // What is nothing yet may go.
    deletes(&browser, &unproved).await.ok();
    // The old key has the old assurance.
    let old = browser.copied();
    browser.proves_again().await;
    let reply = old.post("/me/email-addresses", json!({ "email": "y@example.com" })).await;
    assert_eq!(reply.refused().1, "reauthentication_required");
    browser.adds_address("y").await;
}

#[tokio::test]
async fn l08_an_address_is_verified_by_the_code_that_was_mailed_to_it_and_by_nothing_else() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let (one, two) = (browser.adds_address("one").await, browser.adds_address("two").await);
    browser.asks_for_address_code(&one).await;
    browser.asks_for_address_code(&two).await;
    let (code, other) = (server.code("one").await, server.code("two").await);
    assert_ne!(code, other);
    assert_eq!(browser.verifies_address(&one, &other).await.refused(), refused("INVALID_CODE"));
    for (body, code) in [(json!({}), "REQUIRED_FIELD"), (json!({ "code": "x" }), "INVALID_CODE")] {
        let path = format!("/me/email-addresses/{one}/attempt-verification");
        assert_eq!(browser.post(&path, body).await.refused(), refused(code));
    }
    // Nor by adding it anew.
    deletes(&browser, &one).await.ok();
    let again = browser.adds_address("one").await;
    assert_eq!(browser.verifies_address(&again, &code).await.refused(), refused("INVALID_CODE"));
    assert_eq!(browser.verifies_address(&one, &code).await.refused(), refused("email_address_not_found"));
    assert_eq!(browser.addresses().await, ["ada*", "two?", "one?"]);
    // The older form has the code in the query.
    let path = format!("/me/email-addresses/{two}/attempt-verification?code={other}");
    browser.post(&path, json!({})).await.ok();
    // Once more changes nothing.
    browser.post(&path, json!({})).await.ok();
    assert_eq!(browser.asks_for_address_code(&two).await["otp_sent"], false);
}

#[tokio::test]
async fn d03_guesses_at_the_codes_of_an_address_make_a_pause_however_many_codes_were_asked_for() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let id = browser.adds_address("lovelace").await;
    for _ in 0..2 {
        server.advance(MINUTE);
        browser.asks_for_address_code(&id).await;
        let code = server.code("lovelace").await;
        let wrong = if code == "000000" { "000001" } else { "000000" };
        for _ in 0..5 {
            assert_eq!(browser.verifies_address(&id, wrong).await.refused(), refused("INVALID_CODE"));
        }
    }
    server.advance(10_000);
    let paused = browser.verifies_address(&id, "123456").await;
    assert_eq!(paused.refused(), (429, "too_many_attempts".to_owned()));
    assert_eq!(paused.header("retry-after"), Some("5"));
    server.advance(MINUTE);
    browser.asks_for_address_code(&id).await;
    browser.verifies_address(&id, &server.code("lovelace").await).await.ok();
}

#[tokio::test]
async fn nobody_learns_whether_an_address_is_somebody_elses_and_its_owner_is_told_once_an_hour() {
    let server = Keyrack::start().await;
    let (browser, _bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let mails = server.mails("bob").await.len();
    let (theirs, free) = (browser.adds_address("bob").await, browser.adds_address("free").await);
    for id in [&theirs, &free] {
        let asked = browser.asks_for_address_code(id).await;
        assert_eq!((&asked["otp_sent"], &asked["verification_method"]), (&json!(true), &json!("email_otp")));
        assert_eq!(browser.verifies_address(id, "000000").await.refused(), refused("INVALID_CODE"));
    }
    let news = server.mails("bob").await.split_off(mails);
    assert_eq!(news.len(), 1);
    assert!(news[0].mail.code.is_none() && news[0].mail.text.contains("belongs to yours"));
    server.advance(MINUTE);
    browser.asks_for_address_code(&theirs).await;
    assert_eq!(server.mails("bob").await.len(), mails + 1);
    assert_eq!(browser.addresses().await, ["ada*", "bob?", "free?"]);
}

#[tokio::test]
async fn where_answers_tell_it_an_address_of_somebody_else_is_refused_at_once() {
    let server = Keyrack::start_with(|deployment: &mut Deployment| deployment.uniform_answers = false).await;
    let (browser, _bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let add = json!({ "email": "bob@example.com" });
    assert_eq!(browser.post("/me/email-addresses", add).await.refused(), refused("EMAIL_EXISTS"));
}

#[tokio::test]
async fn whoever_verifies_an_address_takes_it_from_those_who_have_it_unverified_and_ends_their_sign_ins() {
    let server = Keyrack::start().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    bob.adds_address("shared").await;
    ada.also_has(&server, "shared").await;
    assert_eq!(bob.session().await["end_reason"], "credentials_changed");
    let bob = server.signed_in("bob").await;
    assert_eq!(bob.addresses().await, ["bob*"]);
    assert_eq!(ada.addresses().await, ["ada*", "shared"]);
}

#[tokio::test]
async fn o02_of_two_proofs_of_one_address_one_wins_in_each_of_50_rounds() {
    let server = Keyrack::start().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let mut winners = [0; 2];
    for round in 0..50 {
        let name = format!("shared{round}");
        let ids = [ada.adds_address(&name).await, bob.adds_address(&name).await];
        ada.asks_for_address_code(&ids[0]).await;
        let first = server.code(&name).await;
        bob.asks_for_address_code(&ids[1]).await;
        let second = server.code(&name).await;
        let (one, two) =
            tokio::join!(ada.verifies_address(&ids[0], &first), bob.verifies_address(&ids[1], &second));
        let winner = usize::from(one.status != 200);
        winners[winner] += 1;
        let [loser, winner] = if winner == 0 { [&bob, &ada] } else { [&ada, &bob] };
        assert!(winner.addresses().await.contains(&name));
        // Whoever had it unverified is out.
        assert_eq!(loser.session().await["signins"], json!([]), "{} {}", one.text, two.text);
        let sql = "select count(*) from email_addresses where deployment_id = $1 and email like 'shared%'";
        assert_eq!(server.count(sql).await, 1);
        let id = ids[usize::from(std::ptr::eq(winner, &bob))].clone();
        deletes(winner, &id).await.ok();
        let name = if std::ptr::eq(loser, &ada) { "ada" } else { "bob" };
        loser.sign_in(name, PASSWORD).await.ok();
        server.advance(11);
    }
    assert_eq!(winners[0] + winners[1], 50);
}

#[tokio::test]
async fn an_account_has_ten_addresses_at_most_and_none_that_may_not_sign_up() {
    let server = Keyrack::start_with(|deployment: &mut Deployment| {
        deployment.restrictions.block_subaddresses = true;
    })
    .await;
    let browser = server.signed_up("ada").await;
    for (email, code) in [("a+b@example.com", "EMAIL_BLOCKED"), ("a b@example.com", "invalid_email")] {
        let reply = browser.post("/me/email-addresses", json!({ "email": email })).await.refused();
        assert_eq!(reply.1, code);
    }
    for number in 0..9 {
        browser.adds_address(&format!("more{number}")).await;
    }
    let add = json!({ "email": "more9@example.com" });
    assert_eq!(
        browser.post("/me/email-addresses", add.clone()).await.refused(),
        refused("too_many_contacts")
    );
    let own = json!({ "email": "ADA@example.com" });
    assert_eq!(browser.post("/me/email-addresses", own).await.refused(), refused("EMAIL_EXISTS"));
    let last = browser.get("/me/email-addresses").await.ok()[9]["id"].as_str().unwrap().to_owned();
    let one = browser.request(reqwest::Method::DELETE, &format!("/me/email-addresses/{last}"));
    browser.send(one).await.ok();
    browser.post("/me/email-addresses", add).await.ok();
    let gone = browser.get(&format!("/me/email-addresses/{last}")).await.refused();
    assert_eq!(gone, refused("email_address_not_found"));
}

#[tokio::test]
async fn an_invitation_that_waits_for_an_address_is_in_the_inbox_once_it_is_verified_and_goes_with_it() {
    let server = Keyrack::start().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let organization = ada.founds("Analytics").await;
    ada.invites(&organization, "work", json!({})).await;
    let before = bob.inbox("").await.len();
    let id = bob.also_has(&server, "work").await;
    assert_eq!(bob.inbox("").await.len(), before + 1);
    deletes(&bob, &id).await.ok();
    assert_eq!(bob.inbox("is_archived=false").await.len(), before);
}
