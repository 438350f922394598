//! Text messages: what a webhook and an API like Twilio's get, and what happens when they refuse.

use crate::support::{Got, Keyrack, Receiver};
use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD};
use keyrack_server::app::App;
use keyrack_server::config::Sms;
use keyrack_server::mail::{self, PHONE_CODE};
use keyrack_server::outbox::{self, deliver_due};
use keyrack_server::world::{SmsSender, Undelivered};
use serde_json::{Value, json};
use url::form_urlencoded;

/// 32 bytes, in base64.
const SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const NUMBER: &str = "+4915112345678";

fn webhook(url: &str) -> Sms {
    let (url, secret) = (format!("{url}/send?from=keyrack"), format!("whsec_{SECRET}"));
    Sms::Webhook { url, secret, private_addresses: true }
}

fn twilio(url: &str, from: &str) -> Sms {
    let [url, account, secret, from] = [url, "AC123", "opensesame", from].map(str::to_owned);
    Sms::Twilio { url, account, secret, from, private_addresses: true }
}

async fn sending(sms: Sms) -> Keyrack {
    Keyrack::start_configured(|config| config.sms = sms).await
}

/// Has a code sent to [`NUMBER`], which is worth sending for `worth_ms`.
async fn sends(server: &Keyrack, worth_ms: i64) {
    let (app, site) = (&server.app, &server.app.sites[0]);
    let facts = [("code", "482913"), ("minutes", "10")];
    let sms = mail::render_sms(site, &PHONE_CODE, ("de", NUMBER), &facts).unwrap();
    let now = app.world.clock.now_ms();
    let sealed = outbox::seal_sms(app, PHONE_CODE.name, &sms, now + worth_ms).unwrap();
    let deployment = site.config.id.clone();
    app.db.write(move |tx| outbox::post(tx, &deployment, &sealed, now)).await.unwrap();
    deliver_due(app).await.unwrap();
}

/// What became of the one message in the outbox: its state, its tries, and whether a body is left.
async fn outcome(server: &Keyrack) -> (String, i64, bool) {
    let deployment = server.app.sites[0].config.id.clone();
    let read = server.app.db.read(move |on| {
        let sql = "select state, tries, sealed from outbox where deployment_id = $1 and channel = 'sms' and language = 'de'";
        let mut cells = on.query_one(sql, keyrack_server::params![&deployment])?.unwrap().cells();
        Ok((cells.text()?, cells.int()?, !cells.text()?.is_empty()))
    });
    read.await.unwrap()
}

/// As docs/MESSAGES.md tells a receiver to verify it.
fn is_signed(got: &Got) -> bool {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &STANDARD.decode(SECRET).unwrap());
    let said = format!("{}.{}.{}", got.header("webhook-id"), got.header("webhook-timestamp"), got.body);
    let tag = got.header("webhook-signature").strip_prefix("v1,").and_then(|tag| STANDARD.decode(tag).ok());
    tag.is_some_and(|tag| hmac::verify(&key, said.as_bytes(), &tag).is_ok())
}

#[tokio::test]
async fn a_webhook_is_told_each_message_under_one_id_with_a_signature_that_it_can_verify() {
    let receiver = Receiver::start().await;
    let server = sending(webhook(&receiver.url)).await;
    receiver.answers(&[500], "");
    sends(&server, 600_000).await;
    server.advance(10_000);
    deliver_due(&server.app).await.unwrap();
    let got = receiver.got();
    let [first, second] = got.as_slice() else { panic!("{got:?}") };
    assert_eq!(first.path, "/send?from=keyrack");
    assert_eq!(
        (first.header("webhook-id"), first.header("content-type")),
        (second.header("webhook-id"), "application/json")
    );
    assert_eq!(
        (first.header("webhook-timestamp"), second.header("webhook-timestamp")),
        ("1767225600", "1767225610")
    );
    assert!(is_signed(first) && is_signed(second));
    assert!(!is_signed(&Got { body: first.body.replace('4', "5"), ..first.clone() }));
    let told: Value = serde_json::from_str(&first.body).unwrap();
    let said = json!({
        "type": "sms.send",
        "timestamp": "2026-01-01T00:00:00.000Z",
        "data": {
            "id": first.header("webhook-id"),
            "to": NUMBER,
            "text": "482913 ist dein Code für Keyrack. Er gilt einmal, für 10 Minuten. Gib ihn niemandem.",
            "language": "de",
        },
    });
    assert_eq!(told, said);
    assert_eq!(outcome(&server).await, ("sent".to_owned(), 2, false));
}

#[tokio::test]
async fn an_api_like_twilios_gets_a_form_with_the_accounts_credentials() {
    for (from, sender) in
        [("+15550100", "From"), ("MG0123456789abcdef0123456789abcdef", "MessagingServiceSid")]
    {
        let receiver = Receiver::start().await;
        receiver.answers(&[201], "");
        let server = sending(twilio(&format!("{}/", receiver.url), from)).await;
        sends(&server, 600_000).await;
        let got = receiver.got().pop().unwrap();
        assert_eq!(got.path, "/2010-04-01/Accounts/AC123/Messages.json");
        assert_eq!(got.header("authorization"), format!("Basic {}", STANDARD.encode("AC123:opensesame")));
        let form: Vec<(String, String)> = form_urlencoded::parse(got.body.as_bytes()).into_owned().collect();
        let text = "482913 ist dein Code für Keyrack. Er gilt einmal, für 10 Minuten. Gib ihn niemandem.";
        let expected = [("To", NUMBER), (sender, from), ("Body", text)];
        assert_eq!(form, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert_eq!(outcome(&server).await, ("sent".to_owned(), 1, false));
    }
}

#[tokio::test]
async fn what_is_refused_for_good_is_tried_once_and_everything_else_eight_times_with_growing_pauses() {
    for (status, tries) in [(400, 1), (422, 1), (302, 1), (500, 8), (503, 8), (429, 8), (401, 8), (404, 8)] {
        let receiver = Receiver::start().await;
        let elsewhere = format!("{}/elsewhere", receiver.url);
        receiver.answers(&[status; 8], if status == 302 { &elsewhere } else { "" });
        let server = sending(webhook(&receiver.url)).await;
        sends(&server, 24 * 3_600_000).await;
        let mut pauses = Vec::new();
        while outcome(&server).await.0 == "queued" {
            let (before, mut waited) = (receiver.got().len(), 0);
            while receiver.got().len() == before {
                server.advance(5_000);
                waited += 5;
                deliver_due(&server.app).await.unwrap();
            }
            pauses.push(waited);
        }
        assert_eq!(outcome(&server).await, ("dead".to_owned(), tries, false), "{status}");
        assert!(pauses.is_sorted_by(|a, b| a < b), "{pauses:?}");
        // A redirect is followed nowhere: it could lead to where only this machine comes.
        assert!(receiver.got().iter().all(|got| got.path.starts_with("/send")), "{status}");
    }
}

#[tokio::test]
async fn a_code_that_has_expired_is_not_sent_any_more() {
    let receiver = Receiver::start().await;
    receiver.answers(&[500, 500], "");
    let server = sending(webhook(&receiver.url)).await;
    sends(&server, 20_000).await;
    server.advance(20_000);
    deliver_due(&server.app).await.unwrap();
    assert_eq!(outcome(&server).await, ("expired".to_owned(), 2, false));
    assert_eq!(receiver.got().len(), 1);
}

#[tokio::test]
async fn mail_does_not_wait_for_whoever_sends_text_messages() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = sending(webhook(&format!("http://{}", silent.local_addr().unwrap()))).await;
    let browser = server.browser();
    let attempt = browser.begins_sign_up("ada").await;
    browser.asks_for_code(&attempt).await.ok();
    let delivering = tokio::spawn({
        let app = server.app.clone();
        async move {
            let server = app;
            let site = &server.sites[0];
            let facts = [("code", "482913"), ("minutes", "10")];
            let sms = mail::render_sms(site, &PHONE_CODE, ("de", NUMBER), &facts).unwrap();
            let now = server.world.clock.now_ms();
            let sealed = outbox::seal_sms(&server, PHONE_CODE.name, &sms, now + 600_000).unwrap();
            let deployment = site.config.id.clone();
            server.db.write(move |tx| outbox::post(tx, &deployment, &sealed, now)).await.unwrap();
            deliver_due(&server).await
        }
    });
    let (_connection, _) = silent.accept().await.unwrap();
    // It is asked, and does not answer; the mail is there all the same.
    while server.app.world.mailer.captured_mails().is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(!delivering.is_finished());
    delivering.abort();
}

#[tokio::test]
async fn no_private_address_is_called_unless_the_operator_allows_it() {
    let receiver = Receiver::start().await;
    let port = receiver.url.rsplit(':').next().unwrap().to_owned();
    for host in
        ["127.0.0.1", "[::1]", "10.0.0.1", "169.254.169.254", "[::ffff:127.0.0.1]", "0x7f.1", "2130706433"]
    {
        let sms = Sms::Webhook {
            url: format!("http://{host}:{port}/"),
            secret: SECRET.to_owned(),
            private_addresses: false,
        };
        let config = keyrack_server::config::Config { sms, ..Keyrack::start().await.app.config.clone() };
        assert!(App::sms(&config).is_err(), "{host}");
    }
    // A name is looked up when it is called: what it leads to by then counts.
    let url = format!("http://localhost:{port}/");
    let server = sending(Sms::Webhook { url, secret: SECRET.to_owned(), private_addresses: false }).await;
    sends(&server, 600_000).await;
    assert_eq!(outcome(&server).await, ("queued".to_owned(), 1, true));
    assert_eq!(receiver.got().len(), 0);
}

#[tokio::test]
async fn what_is_told_of_a_failure_names_neither_the_message_nor_a_secret() {
    let receiver = Receiver::start().await;
    let port = receiver.url.rsplit(':').next().unwrap().to_owned();
    let senders = [
        SmsSender::webhook(&format!("{}/opensesame", receiver.url), SECRET, true),
        SmsSender::twilio(&receiver.url, ("AC123", "opensesame"), "+15550100", true),
        SmsSender::webhook(&format!("http://localhost:{port}/opensesame"), SECRET, false),
        Ok(SmsSender::Nobody),
    ];
    receiver.answers(&[400, 500], "");
    for sender in senders {
        let sender = sender.unwrap();
        let server = Keyrack::start().await;
        let facts = [("code", "482913"), ("minutes", "10")];
        let sms = mail::render_sms(&server.app.sites[0], &PHONE_CODE, ("en", NUMBER), &facts).unwrap();
        let told = match sender.send("msg_1", 0, sms).await {
            Err(Undelivered::Later(error) | Undelivered::Refused(error)) => error.to_string(),
            Ok(()) => panic!("{sender:?} sent it"),
        };
        for secret in ["482913", NUMBER, "opensesame", SECRET] {
            assert!(!told.contains(secret), "{told}");
        }
    }
}

#[tokio::test]
async fn captured_messages_are_shown_among_the_mails_in_their_order() {
    let server = Keyrack::start().await;
    let browser = server.browser();
    for name in ["ada", "bob"] {
        let attempt = browser.begins_sign_up(name).await;
        browser.asks_for_code(&attempt).await.ok();
        if name == "ada" {
            server.advance(1);
            sends(&server, 600_000).await;
            server.advance(1);
        }
    }
    let shown = browser.get("/dev/outbox").await.json();
    let kinds: Vec<&str> =
        shown["messages"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["email", "sms", "email"]);
    let sms = &browser.get("/dev/outbox?to=%2B4915112345678").await.json()["messages"];
    assert_eq!(sms.as_array().unwrap().len(), 1);
    let said = [&sms[0]["to"], &sms[0]["code"], &sms[0]["link"], &sms[0]["subject"], &sms[0]["html"]];
    assert_eq!(said, [&json!(NUMBER), &json!("482913"), &json!(null), &json!(""), &json!("")]);
}
