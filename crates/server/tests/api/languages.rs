//! What is mailed about an account is in the language of whoever owns it, whoever's act it is about.

use crate::support::{Browser, Keyrack, PASSWORD, sign_in_form, sign_up_form, typed_form};
use reqwest::Method;
use serde_json::{Value, json};

/// Posts as a browser whose owner reads `language`.
async fn post_in(browser: &Browser, language: &str, (path, body): (&str, Value)) -> Value {
    let request = browser.request(Method::POST, path).header("accept-language", language);
    browser.send(request.json(&body)).await.ok()
}

/// The language of the newest mail to ada.
async fn newest(server: &Keyrack) -> (String, usize) {
    let mails = server.mails("ada").await;
    (mails.last().unwrap().mail.language.clone(), mails.len())
}

/// Ada signs up in German.
pub async fn ada(server: &Keyrack) -> Browser {
    let browser = server.browser();
    let session = post_in(&browser, "de", ("/auth/signup", sign_up_form("ada"))).await;
    let attempt = session["signup_attempts"][0]["id"].as_str().unwrap().to_owned();
    browser.asks_for_code(&attempt).await.ok();
    let mut form = typed_form(&attempt, &server.code("ada").await);
    form["identifier_type"] = json!("signup");
    post_in(&browser, "de", ("/auth/attempt-verification", form)).await;
    browser
}

#[tokio::test]
async fn mails_about_an_account_are_in_its_owners_language_whoever_makes_them_be_sent() {
    let server = Keyrack::start().await;
    let browser = ada(&server).await;
    server.advance(3_600_000);
    let stranger = server.browser();
    let (_, before) = newest(&server).await;
    let forgotten = json!({ "email": "ada@example.com" });
    post_in(&stranger, "en", ("/auth/forgot-password", forgotten)).await;
    assert_eq!(newest(&server).await, ("de".to_owned(), before + 1));
    let session = post_in(&stranger, "en", ("/auth/signup", sign_up_form("ada"))).await;
    let attempt = session["signup_attempts"][0]["id"].as_str().unwrap().to_owned();
    let form = json!({ "attempt_identifier": attempt, "identifier_type": "signup", "strategy": "email_otp" });
    post_in(&stranger, "en", ("/auth/prepare-verification", form)).await;
    assert_eq!(newest(&server).await, ("de".to_owned(), before + 2), "the note that somebody tried");

    // Her own browser is asked in English about a change: it is still her account's language that counts.
    browser.proves_again().await;
    browser.adds_authenticator(&server).await;
    assert_eq!(newest(&server).await.0, "de");

    // Whoever signs in in another language is written to in that from then on.
    let elsewhere = server.browser();
    server.advance(60_000);
    post_in(&elsewhere, "en-GB", ("/auth/signin", sign_in_form("ada", PASSWORD))).await;
    let attempt = elsewhere.attempt().await["id"].as_str().unwrap().to_owned();
    assert_eq!(newest(&server).await.0, "de", "nobody is in yet");
    let codes = browser.makes_backup_codes().await;
    post_in(&elsewhere, "en-GB", ("/auth/attempt-verification", typed_form(&attempt, &codes[0]))).await;
    assert_eq!(elsewhere.accounts().await, ["ada*"]);
    browser.makes_backup_codes().await;
    assert_eq!(newest(&server).await.0, "en");
    let export = browser.get("/me/export").await.ok();
    assert_eq!(export["language"], "en");
}
