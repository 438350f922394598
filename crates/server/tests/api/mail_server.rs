//! Mail to a mail server that others wrote, read by a parser that others wrote.

use crate::support::{Keyrack, MailServer, sign_up_form};
use keyrack_server::config::Mail;
use keyrack_server::outbox::deliver_due;
use mail_parser::{Message, MessageParser, MimeHeaders};
use serde_json::json;

async fn keyrack(mail: &MailServer, login: &str, tls: &str) -> Keyrack {
    let url = format!("smtp://{login}127.0.0.1:{}{tls}", mail.port);
    Keyrack::start_configured(move |config| {
        config.mail = Mail::Smtp { url };
        config.deployments[0].app_name = "Äpfel & Söhne".to_owned();
        config.deployments[0].mail_from = "Äpfel & Söhne <hello@example.com>".to_owned();
    })
    .await
}

/// Somebody who reads `languages` asks for the code of a sign-up.
async fn asks(server: &Keyrack, languages: &str) {
    let browser = server.browser();
    let attempt = browser.begins_sign_up("ada").await;
    let form = json!({ "attempt_identifier": attempt, "identifier_type": "signup", "strategy": "email_otp" });
    let request = browser.request(reqwest::Method::POST, "/auth/prepare-verification");
    browser.send(request.header("accept-language", languages).json(&form)).await.ok();
    deliver_due(&server.app).await.unwrap();
}

fn parsed(mail: &[u8]) -> Message<'_> {
    MessageParser::default().parse(mail).expect("a mail")
}

fn names(message: &Message<'_>) -> Vec<String> {
    let mut names: Vec<String> =
        message.headers().iter().map(|header| header.name().to_ascii_lowercase()).collect();
    names.sort();
    names
}

/// The headers that a mail of ours has, each once.
const HEADERS: [&str; 9] = [
    "auto-submitted",
    "content-language",
    "content-type",
    "date",
    "from",
    "message-id",
    "mime-version",
    "subject",
    "to",
];

#[tokio::test]
async fn k10_a_mail_server_of_others_gets_one_whole_mail_in_two_forms_and_in_the_readers_language() {
    let mail = MailServer::start(&json!({ "user": "post", "password": "öffne dich" }));
    let server = keyrack(&mail, "post:%C3%B6ffne%20dich@", "").await;
    asks(&server, "de-AT, en;q=0.5").await;
    let received = mail.next();
    assert_eq!(
        (received.from.as_str(), received.to.as_slice(), received.user.as_deref()),
        ("hello@example.com", ["ada@example.com".to_owned()].as_slice(), Some("post"))
    );
    let message = parsed(&received.mail);
    assert_eq!(names(&message), HEADERS);
    let subject = message.subject().unwrap();
    let code = subject.split(' ').next().unwrap();
    assert_eq!(subject, format!("{code} ist dein Code für Äpfel & Söhne"));
    let from = message.from().unwrap().first().unwrap();
    assert_eq!((from.name(), from.address()), (Some("Äpfel & Söhne"), Some("hello@example.com")));
    assert_eq!(message.to().unwrap().first().unwrap().address(), Some("ada@example.com"));
    assert_eq!((message.text_body_count(), message.html_body_count()), (1, 1));
    let (text, html) = (message.body_text(0).unwrap(), message.body_html(0).unwrap());
    assert!(
        text.starts_with(&format!("{code} ist dein Code, um dich bei Äpfel & Söhne zu registrieren.")),
        "{text}"
    );
    assert!(
        html.contains("<html lang=\"de\">") && html.contains("Äpfel &amp; Söhne") && html.contains(code),
        "{html}"
    );
    assert_eq!(message.attachment_count(), 0);
    for part in
        message.parts.iter().filter(|part| part.content_type().is_some_and(|kind| kind.ctype() == "text"))
    {
        assert_eq!(part.content_type().unwrap().attribute("charset"), Some("utf-8"));
    }
    let language = message.header_raw("Content-Language").unwrap().trim();
    assert_eq!((language, message.header_raw("Auto-Submitted").unwrap().trim()), ("de", "auto-generated"));
    assert!(message.message_id().unwrap().ends_with("@example.com"), "{:?}", message.message_id());
    assert!(received.mail.split(|byte| *byte == b'\n').all(|line| line.len() <= 998), "RFC 5322, 2.1.1");
    assert!(received.mail.is_ascii(), "a server without 8BITMIME takes it too");
    assert!(mail.is_quiet());
}

#[tokio::test]
async fn k10_no_name_that_people_chose_adds_a_header_or_a_recipient() {
    let mail = MailServer::start(&json!({}));
    let server = keyrack(&mail, "", "").await;
    let ada = server.browser();
    let mut form = sign_up_form("ada");
    // Longer than a line of a header, with what ends quoted and encoded words.
    let name =
        format!("{} =?utf-8?q?=0d=0aBcc:_eve=40evil=2eexample?= <eve@evil.example>,\"", "ä".repeat(30));
    form["first_name"] = json!(name);
    let attempt = ada.post("/auth/signup", form).await.ok()["signup_attempts"][0]["id"].clone();
    ada.asks_for_code(attempt.as_str().unwrap()).await.ok();
    deliver_due(&server.app).await.unwrap();
    let code = parsed(&mail.next().mail).subject().unwrap()[..6].to_owned();
    ada.enters_code(attempt.as_str().unwrap(), &code).await.ok();
    let acme = ada.founds("=?utf-8?q?x=0d=0aBcc:_eve=40evil=2eexample?= , <eve@evil.example>").await;
    ada.invites(&acme, "bob", json!({})).await;
    deliver_due(&server.app).await.unwrap();
    let received = mail.next();
    assert_eq!(received.to, ["bob@example.com"]);
    let message = parsed(&received.mail);
    assert_eq!(names(&message), HEADERS);
    assert_eq!(message.to().unwrap().clone().into_list().len(), 1);
    assert!(message.bcc().is_none() && message.cc().is_none());
    let subject = message.subject().unwrap();
    assert!(
        subject.contains(" invites you to = ?utf-8?q?x=0d=0aBcc"),
        "it is read as it was written: {subject}"
    );
    assert_eq!(message.body_html(0).unwrap().matches("<a ").count(), 1);
}

/// What became of the one mail in the outbox, and whether its body is left.
async fn outcome(server: &Keyrack) -> (String, bool) {
    let deployment = server.app.sites[0].config.id.clone();
    let read = server.app.db.read(move |on| {
        let sql = "select state, sealed from outbox where deployment_id = $1";
        let mut cells = on.query_one(sql, keyrack_server::params![&deployment])?.unwrap().cells();
        Ok((cells.text()?, !cells.text()?.is_empty()))
    });
    read.await.unwrap()
}

#[tokio::test]
async fn a_server_whose_certificate_nobody_vouches_for_gets_no_mail_where_encryption_is_required() {
    let mail = MailServer::start(&json!({ "starttls": true }));
    let server = keyrack(&mail, "", "?tls=required").await;
    asks(&server, "en").await;
    assert_eq!(outcome(&server).await, ("queued".to_owned(), true));
    assert!(mail.is_quiet());
    // Nor one that offers no encryption at all.
    let mail = MailServer::start(&json!({}));
    let server = keyrack(&mail, "", "?tls=required").await;
    asks(&server, "en").await;
    assert_eq!(outcome(&server).await, ("queued".to_owned(), true));
    assert!(mail.is_quiet());
}

#[tokio::test]
async fn a_mailbox_that_does_not_exist_is_tried_once_and_a_wrong_password_until_it_is_right() {
    let mail = MailServer::start(&json!({ "refuse": 550 }));
    let server = keyrack(&mail, "", "").await;
    asks(&server, "en").await;
    assert_eq!(outcome(&server).await, ("dead".to_owned(), false));
    let mail = MailServer::start(&json!({ "user": "post", "password": "right" }));
    let server = keyrack(&mail, "post:wrong@", "").await;
    asks(&server, "en").await;
    assert_eq!(outcome(&server).await, ("queued".to_owned(), true));
}
