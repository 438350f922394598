//! Mail through a real connection to a mail server, and what happens when that one refuses.

use crate::support::Keyrack;
use keyrack_server::config::Mail;
use keyrack_server::outbox::deliver_due;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A mail server that takes one recipient's mail or refuses it, and keeps every line that it was told.
struct MailServer {
    url: String,
    lines: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    async fn start(answer_to_data: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let lines = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&lines);
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(talk(connection, Arc::clone(&kept), answer_to_data));
            }
        });
        Self { url, lines }
    }

    fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }

    fn said(&self, start: &str) -> Vec<String> {
        self.lines().into_iter().filter(|line| line.starts_with(start)).collect()
    }
}

/// The few words of RFC 5321 that a sender needs.
async fn talk(connection: TcpStream, kept: Arc<Mutex<Vec<String>>>, answer_to_data: &'static str) {
    let (reading, mut writing) = connection.into_split();
    let mut lines = BufReader::new(reading).lines();
    writing.write_all(b"220 mail.test\r\n").await.unwrap();
    let mut in_data = false;
    while let Ok(Some(line)) = lines.next_line().await {
        let answer = match line.split(' ').next().unwrap_or_default() {
            "." if in_data => {
                in_data = false;
                answer_to_data
            }
            _ if in_data => "",
            "DATA" => {
                in_data = true;
                "354 go on\r\n"
            }
            "QUIT" => "221 bye\r\n",
            _ => "250 fine\r\n",
        };
        kept.lock().unwrap().push(line);
        if writing.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn keyrack(mail: &MailServer) -> Keyrack {
    let url = mail.url.clone();
    Keyrack::start_configured(move |config| config.mail = Mail::Smtp { url }).await
}

/// What the outbox holds of a deployment: each message's state, and whether a body is left.
async fn outbox(server: &Keyrack) -> Vec<(String, bool)> {
    let deployment = server.app.sites[0].config.id.clone();
    let rows = server.app.db.read(move |on| {
        let sql = "select state, sealed from outbox where deployment_id = $1 order by id";
        let rows = on.query(sql, keyrack_server::params![&deployment])?;
        rows.into_iter()
            .map(|row| {
                let mut cells = row.cells();
                Ok((cells.text()?, !cells.text()?.is_empty()))
            })
            .collect()
    });
    rows.await.unwrap()
}

#[tokio::test]
async fn k10_a_code_reaches_its_one_recipient_as_one_mail_and_leaves_no_body_behind() {
    let mail = MailServer::start("250 taken\r\n").await;
    let server = keyrack(&mail).await;
    let browser = server.browser();
    let attempt = browser.begins_sign_up("ada").await;
    browser.asks_for_code(&attempt).await.ok();
    assert_eq!(outbox(&server).await, [("queued".to_owned(), true)]);
    deliver_due(&server.app).await.unwrap();

    assert_eq!(mail.said("RCPT TO:"), ["RCPT TO:<ada@example.com>"]);
    assert_eq!(mail.said("To:"), ["To: ada@example.com"]);
    assert_eq!(mail.said("DATA").len(), 1);
    let subject = mail.said("Subject:").pop().unwrap();
    let code = subject.trim_start_matches("Subject: ").split(' ').next().unwrap().to_owned();
    assert_eq!(outbox(&server).await, [("sent".to_owned(), false)]);
    browser.enters_code(&attempt, &code).await.ok();
    assert_eq!(browser.accounts().await, ["ada*"]);
}

#[tokio::test]
async fn k10_a_name_with_line_breaks_and_dots_ends_no_mail_and_begins_none() {
    let mail = MailServer::start("250 taken\r\n").await;
    let url = mail.url.clone();
    let server = Keyrack::start_configured(move |config| {
        config.mail = Mail::Smtp { url };
        // No file can say this.
        config.deployments[0].app_name =
            "Acme\r\n.\r\nMAIL FROM:<eve@evil.example>\r\nRCPT TO:<eve@evil.example>\r\n.hidden".to_owned();
    })
    .await;
    let browser = server.browser();
    let attempt = browser.begins_sign_up("ada").await;
    browser.asks_for_code(&attempt).await.ok();
    deliver_due(&server.app).await.unwrap();
    let ends = mail.lines().iter().filter(|line| *line == ".").count();
    assert_eq!((ends, mail.said("DATA").len()), (1, 1), "{:?}", mail.lines());
    assert_eq!(mail.said("RCPT TO:<ada"), ["RCPT TO:<ada@example.com>"]);
    let lines = mail.lines();
    let data = lines.iter().position(|line| line == "DATA").unwrap();
    let head = lines[data..].iter().position(String::is_empty).unwrap() + data;
    assert!(
        !lines[..head]
            .iter()
            .any(|line| line.starts_with("RCPT TO:<eve") || line.starts_with("MAIL FROM:<eve"))
    );
}

#[tokio::test]
async fn a_mail_that_is_refused_is_tried_again_until_its_code_has_expired() {
    let mail = MailServer::start("451 not now\r\n").await;
    let server = keyrack(&mail).await;
    let browser = server.browser();
    let attempt = browser.begins_sign_up("ada").await;
    browser.asks_for_code(&attempt).await.ok();
    deliver_due(&server.app).await.unwrap();
    deliver_due(&server.app).await.unwrap();
    assert_eq!(mail.said("DATA").len(), 1, "the second try waits for its time");
    assert_eq!(outbox(&server).await, [("queued".to_owned(), true)]);
    server.advance(10_000);
    deliver_due(&server.app).await.unwrap();
    assert_eq!(mail.said("DATA").len(), 2);
    server.advance(600_000);
    deliver_due(&server.app).await.unwrap();
    assert_eq!(mail.said("DATA").len(), 2);
    assert_eq!(outbox(&server).await, [("expired".to_owned(), false)]);
}
