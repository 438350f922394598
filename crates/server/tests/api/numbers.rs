//! The phone numbers of one's own account.

use crate::support::{Browser, Keyrack, Reply};
use serde_json::{Value, json};

const ONE: &str = "+14155552671";
const OTHER: &str = "+4915112345678";

async fn asks_for_code(browser: &Browser, id: &str) -> Value {
    browser.post(&format!("/me/phone-numbers/{id}/prepare-verification"), json!({})).await.ok()
}

async fn verifies(browser: &Browser, id: &str, code: &str) -> Reply {
    browser.post(&format!("/me/phone-numbers/{id}/attempt-verification"), json!({ "code": code })).await
}

/// Removes the number with this id.
pub async fn deletes(browser: &Browser, id: &str) -> Reply {
    browser.post(&format!("/me/phone-numbers/{id}/delete"), json!({})).await
}

/// Adds a number to the browser's account and verifies it; gives its id.
pub async fn also_has(server: &Keyrack, browser: &Browser, number: &str) -> String {
    let id = browser.adds_number(number).await;
    asks_for_code(browser, &id).await;
    verifies(browser, &id, &server.code_to(number).await).await.ok();
    id
}

/// The numbers of its account, oldest first: `*` for the primary one, `?` for one that is not verified.
async fn numbers(browser: &Browser) -> Vec<String> {
    let all = browser.get("/me/phone-numbers").await.ok();
    let name = |one: &Value| {
        let mark = if one["verified"] == true { "" } else { "?" };
        format!("{}{}{mark}", one["country_code"].as_str().unwrap(), one["phone_number"].as_str().unwrap())
    };
    all.as_array().unwrap().iter().map(name).collect()
}

#[tokio::test]
async fn a_number_is_added_verified_made_primary_and_removed() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let body = json!({ "phone_number": "0151 12345678", "country_code": "+49" });
    let added = browser.post("/me/phone-numbers", body).await.ok();
    assert_eq!((&added["country_code"], &added["phone_number"]), (&json!("+49"), &json!("15112345678")));
    assert_eq!((&added["verified"], &added["verified_at"]), (&json!(false), &Value::Null));
    let first = added["id"].as_str().unwrap().to_owned();
    assert_eq!(browser.adds_number(OTHER).await, first, "the same number");
    let asked = asks_for_code(&browser, &first).await;
    assert_eq!((&asked["otp_sent"], &asked["verification_method"]), (&json!(true), &json!("phone_otp")));
    let code = server.code_to(OTHER).await;
    assert_eq!(verifies(&browser, &first, &code).await.ok()["verified"], true);
    assert_eq!(browser.get("/me").await.ok()["primary_phone_number_id"], first);
    assert!(
        server
            .mails("ada")
            .await
            .last()
            .unwrap()
            .mail
            .text
            .contains(&format!("A phone number was added: {OTHER}"))
    );

    let second = also_has(&server, &browser, ONE).await;
    assert_eq!(browser.get("/me").await.ok()["primary_phone_number_id"], first);
    browser.post(&format!("/me/phone-numbers/{second}/make-primary"), json!({})).await.ok();
    assert_eq!(browser.get("/me").await.ok()["primary_phone_number_id"], second);
    deletes(&browser, &second).await.ok();
    // The other one takes over.
    assert_eq!(browser.get("/me").await.ok()["primary_phone_number_id"], first);
    deletes(&browser, &first).await.ok();
    assert_eq!(numbers(&browser).await, [""; 0]);
    assert_eq!(deletes(&browser, &first).await.refused(), (404, "phone_number_not_found".to_owned()));
}

#[tokio::test]
async fn l06_one_form_of_a_number_is_kept_and_what_is_none_is_refused() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    for (number, country) in [
        ("+1 415 555-2671", json!(null)),
        ("(415) 555 2671", json!("US")),
        ("415.555.2671", json!("+1")),
        ("+14155552671", json!("+49")),
    ] {
        let body = json!({ "phone_number": number, "country_code": country });
        browser.post("/me/phone-numbers", body).await.ok();
    }
    assert_eq!(numbers(&browser).await, [format!("{ONE}?")]);
    for (number, country) in [
        ("4155552671", json!(null)),
        ("0014155552671", json!(null)),
        ("+14155552671 ext. 5", json!(null)),
        ("+1４１５5552671", json!(null)),
        ("+14155552671x", json!(null)),
        ("4155552671", json!("XX")),
    ] {
        let body = json!({ "phone_number": number, "country_code": country });
        let reply = browser.post("/me/phone-numbers", body).await;
        assert_eq!(reply.refused(), (400, "invalid_phone_number".to_owned()), "{number}");
    }
    let id = also_has(&server, &browser, ONE).await;
    let reply = browser.post("/me/phone-numbers", json!({ "phone_number": ONE })).await;
    assert_eq!(reply.refused(), (400, "PHONE_NUMBER_EXISTS".to_owned()));
    assert_eq!(asks_for_code(&browser, &id).await["otp_sent"], false);
}

#[tokio::test]
async fn l06_a_number_that_somebody_else_verifies_is_theirs_and_the_old_owner_is_told() {
    let server = Keyrack::start().await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    let carol = server.signed_up("carol").await;
    also_has(&server, &ada, ONE).await;
    carol.adds_number(ONE).await;
    let mails = server.mails("ada").await.len();
    server.advance(60_000);
    also_has(&server, &bob, ONE).await;
    assert_eq!(numbers(&bob).await, [ONE]);
    // The old owner stays signed in, and learns nothing about the new one.
    assert_eq!(numbers(&ada).await, [""; 0]);
    let news = server.mails("ada").await.split_off(mails);
    assert_eq!(news.len(), 1);
    let text = &news[0].mail.text;
    let said = "A phone number was proved by somebody else and no longer belongs to the account";
    assert!(text.contains(&format!("{said}: {ONE}")), "{text}");
    assert!(!text.contains("From:") && !text.contains("bob"), "{text}");
    // Who had it unverified is out.
    assert_eq!(carol.session().await["end_reason"], "credentials_changed");
}

#[tokio::test]
async fn l08_a_number_is_verified_by_the_code_that_was_sent_to_it_and_by_nothing_else() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let (one, other) = (browser.adds_number(ONE).await, browser.adds_number(OTHER).await);
    asks_for_code(&browser, &one).await;
    let code = server.code_to(ONE).await;
    asks_for_code(&browser, &other).await;
    assert_eq!(verifies(&browser, &other, &code).await.refused(), (400, "INVALID_CODE".to_owned()));
    assert_eq!(numbers(&browser).await, [format!("{ONE}?"), format!("{OTHER}?")]);
    let email = browser.get("/me").await.ok()["primary_email_address_id"].as_str().unwrap().to_owned();
    let path = format!("/me/phone-numbers/{email}/attempt-verification");
    let reply = browser.post(&path, json!({ "code": code })).await;
    assert_eq!(reply.refused(), (404, "phone_number_not_found".to_owned()));
}

#[tokio::test]
async fn o02_of_two_proofs_of_one_number_the_last_one_has_it_in_each_of_50_rounds() {
    let server = Keyrack::start_with(|deployment| {
        (deployment.text_messages.per_range, deployment.text_messages.per_client) = (1000, 1000);
    })
    .await;
    let (ada, bob) = (server.signed_up("ada").await, server.signed_up("bob").await);
    for round in 0..50 {
        let number = format!("+1415555{:04}", 2000 + round);
        let ids = [ada.adds_number(&number).await, bob.adds_number(&number).await];
        asks_for_code(&ada, &ids[0]).await;
        let first = server.code_to(&number).await;
        server.advance(60_000);
        asks_for_code(&bob, &ids[1]).await;
        let second = server.code_to(&number).await;
        let (one, two) = tokio::join!(verifies(&ada, &ids[0], &first), verifies(&bob, &ids[1], &second));
        // Whoever had it unverified when the other one proved it is out.
        let statuses = [one.status, two.status];
        assert!(statuses == [200, 401] || statuses == [401, 200], "{} {}", one.text, two.text);
        let sql = "select count(*) from phone_numbers where deployment_id = $1";
        assert_eq!(server.count(sql).await, 1);
        let (winner, loser, name) =
            if statuses[0] == 200 { (&ada, &bob, "bob") } else { (&bob, &ada, "ada") };
        winner.proves_again().await;
        deletes(winner, &ids[usize::from(statuses[0] != 200)]).await.ok();
        loser.sign_in(name, crate::support::PASSWORD).await.ok();
        server.advance(11);
    }
}
