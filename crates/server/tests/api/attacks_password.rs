//! Attacks on passwords (area C): what is typed is what counts, to the last byte.

use crate::support::{Browser, Keyrack, sign_in_form, sign_up_form};
use keyrack_server::config::FieldUse;
use serde_json::{Value, json};

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
    let long = varied(72);
    // Each password, and what is not it.
    let cases: [(String, Vec<String>); 9] = [
        (varied(64), vec![varied(63), varied(65)]),
        (varied(128), vec![varied(127), varied(129)]),
        (animals(128), vec![animals(127)]),
        (format!("{long}-one"), vec![format!("{long}-two"), long.clone(), format!("{long}-on")]),
        (
            "  two spaces at both ends  ".to_owned(),
            vec!["two spaces at both ends".to_owned(), "  two spaces at both ends".to_owned()],
        ),
        ("nul\0inside\0of\0it".to_owned(), vec!["nul".to_owned(), "nul\0inside".to_owned()]),
        (
            "café noir à minuit".to_owned(),
            vec!["cafe\u{301} noir a\u{300} minuit".to_owned(), "cafe noir a minuit".to_owned()],
        ),
        (
            "Here Case Matters".to_owned(),
            vec!["here case matters".to_owned(), "HERE CASE MATTERS".to_owned()],
        ),
        (
            "no digit is in it".to_owned(),
            vec!["no digit is in it ".to_owned(), "no+digit+is+in+it".to_owned()],
        ),
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
async fn c05_the_length_of_a_new_password_is_judged_in_characters() {
    let server = Keyrack::start().await;
    assert_eq!(server.browser().get("/deployment").await.ok()["auth_settings"]["password"]["min_length"], 15);
    for (password, code) in [
        ("fourteen chars".to_owned(), "password_too_short"),
        ("🦀🦊".repeat(7), "password_too_short"),
        ("e\u{301}".repeat(7), "password_too_short"),
        (varied(129), "password_too_long"),
        ("🦀".repeat(129), "password_too_long"),
        ("e\u{301}".repeat(10_000), "password_too_long"),
    ] {
        assert_eq!(refused(&server, &password).await, code, "{} characters", password.chars().count());
    }
    for (index, password) in
        ["fifteen letters", "only small letters", "492751836650193"].into_iter().enumerate()
    {
        signs_up_with(&server, &format!("person{index}"), password).await;
    }
}

#[tokio::test]
async fn c05_common_and_breached_passwords_are_refused_whatever_is_put_around_them() {
    let server = Keyrack::start_with(|deployment| deployment.auth.password.min_length = 8).await;
    for password in
        ["password", "TRUSTNO1", "Sunshine!2026", "passwordpassword", "        ", "qwertyuiop", "12345678"]
    {
        assert_eq!(refused(&server, password).await, "password_breached", "{password:?}");
    }
    let server = Keyrack::start().await;
    for password in ["correcthorsebatterystaple", "aaaaaaaaaaaaaaa", "123456789012345", "Password12345678"] {
        assert_eq!(refused(&server, password).await, "password_breached", "{password:?}");
    }
}

#[tokio::test]
async fn c05_what_everybody_knows_of_somebody_is_not_their_password() {
    let server = Keyrack::start_with(|deployment| {
        "Analytical Engines".clone_into(&mut deployment.app_name);
        deployment.auth.username = FieldUse::Optional;
    })
    .await;
    for password in ["analytical engines", "Lovelace-Lovelace", "ada@example.com 1815", "countess of ada 1"] {
        assert_eq!(refused(&server, password).await, "password_names_you", "{password:?}");
    }
    let mut form = form("lovelace met babbage at noon");
    form["username"] = json!("countess-of");
    server.browser().post("/auth/signup", form).await.ok();
}

fn form(password: &str) -> Value {
    json!({ "email": "ada@example.com", "username": "countess-of", "first_name": "Ada", "last_name": "Lovelace",
        "password": password })
}

/// With what code a sign-up of Ada Lovelace with this password is refused.
async fn refused(server: &Keyrack, password: &str) -> String {
    let (status, code) = server.browser().post("/auth/signup", form(password)).await.refused();
    assert_eq!(status, 400);
    code
}

/// So many characters that nobody has used.
fn varied(length: u32) -> String {
    from('!', length)
}

/// The same, each of four bytes.
fn animals(length: u32) -> String {
    from('🐀', length)
}

fn from(first: char, length: u32) -> String {
    (0..length).map(|n| char::from_u32(u32::from(first) + n * n % 89).unwrap()).collect()
}
