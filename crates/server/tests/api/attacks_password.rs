//! Attacks on passwords (area C): what is typed is what counts, to the last byte.

use crate::support::{Browser, Keyrack, sign_in_form, sign_up_form};
use serde_json::json;

/// Signs `name`@example.com up with this password.
async fn signs_up_with(server: &Keyrack, name: &str, password: &str) {
    let browser = server.browser();
    let mut form = sign_up_form(name);
    form["password"] = json!(password);
    let session = browser.post("/auth/signup", form).await.ok();
    let attempt = session["signup_attempts"][0]["id"].as_str().unwrap().to_owned();
    browser.asks_for_code(&attempt).await.ok();
    browser.enters_code(&attempt, &server.code(name).await).await.ok();
}

async fn status(browser: &Browser, name: &str, password: &str) -> u16 {
    browser.post("/auth/signin", sign_in_form(name, password)).await.status
}

#[tokio::test]
async fn c05_a_password_is_verified_exactly_as_it_was_given() {
    let server = Keyrack::start().await;
    let long = "x".repeat(72);
    // Each password, and what is not it.
    let cases: [(String, Vec<String>); 9] = [
        ("a".repeat(64), vec!["a".repeat(63), "a".repeat(65)]),
        ("a".repeat(128), vec!["a".repeat(127), "a".repeat(129)]),
        ("🦀".repeat(128), vec!["🦀".repeat(127)]),
        (format!("{long}-one"), vec![format!("{long}-two"), long.clone(), format!("{long}-on")]),
        ("  two spaces  ".to_owned(), vec!["two spaces".to_owned(), "  two spaces".to_owned()]),
        ("nul\0inside\0it".to_owned(), vec!["nul".to_owned(), "nul\0inside".to_owned()]),
        ("café-noir".to_owned(), vec!["cafe\u{301}-noir".to_owned(), "cafe-noir".to_owned()]),
        ("Case Matters".to_owned(), vec!["case matters".to_owned(), "CASE MATTERS".to_owned()]),
        ("no digit in it".to_owned(), vec!["no digit in it ".to_owned(), "no+digit+in+it".to_owned()]),
    ];
    for (index, (password, others)) in cases.iter().enumerate() {
        let name = format!("person{index}");
        signs_up_with(&server, &name, password).await;
        for other in others {
            assert_eq!(status(&server.browser(), &name, other).await, 401, "{other:?} for {password:?}");
        }
        assert_eq!(status(&server.browser(), &name, password).await, 200, "{password:?}");
    }
}

#[tokio::test]
async fn c05_only_the_length_of_a_new_password_is_judged_in_characters() {
    let server = Keyrack::start().await;
    let browser = server.browser();
    for (password, code) in [
        ("7 chars".to_owned(), "password_too_short"),
        ("🦀".repeat(7), "password_too_short"),
        ("e\u{301}".repeat(3), "password_too_short"),
        ("a".repeat(129), "password_too_long"),
        ("🦀".repeat(129), "password_too_long"),
        ("e\u{301}".repeat(10_000), "password_too_long"),
    ] {
        let mut form = sign_up_form("ada");
        form["password"] = json!(password);
        let refusal = browser.post("/auth/signup", form).await.refused();
        assert_eq!(refusal, (400, code.to_owned()), "{} characters", password.chars().count());
    }
    for (index, password) in ["aaaaaaaa", "12345678", "password", "        "].into_iter().enumerate() {
        signs_up_with(&server, &format!("person{index}"), password).await;
    }
}
