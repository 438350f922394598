//! A mail server that takes everything and remembers the codes.

use crate::Outcome;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// The mails of all nodes.
#[derive(Debug)]
pub struct Mailbox {
    port: u16,
    /// The last code of each address that nobody has asked for.
    codes: Mutex<HashMap<String, String>>,
    came: watch::Sender<usize>,
}

impl Mailbox {
    /// Listens on a free port of this machine, until the runtime ends.
    pub async fn start() -> Outcome<Arc<Self>> {
        let no_listener = |error: std::io::Error| format!("no mail server: {error}");
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(no_listener)?;
        let port = listener.local_addr().map_err(no_listener)?.port();
        let mailbox = Arc::new(Self { port, codes: Mutex::default(), came: watch::Sender::new(0) });
        let to = Arc::clone(&mailbox);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, Arc::clone(&to)));
            }
        });
        Ok(mailbox)
    }

    /// Where to send mail, as the configuration wants it.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// How many mails came.
    #[cfg(test)]
    fn count(&self) -> usize {
        *self.came.borrow()
    }

    /// Takes the last code that was sent to `email`, waiting for it for `patience`; none when it does not come.
    pub async fn code(&self, email: &str, patience: Duration) -> Option<String> {
        let mut came = self.came.subscribe();
        let taken = async {
            loop {
                came.borrow_and_update();
                let code = self.codes.lock().unwrap_or_else(PoisonError::into_inner).remove(email);
                if code.is_some() || came.changed().await.is_err() {
                    return code;
                }
            }
        };
        tokio::time::timeout(patience, taken).await.ok().flatten()
    }

    fn take(&self, to: &str, code: Option<String>) {
        if let Some(code) = code {
            self.codes.lock().unwrap_or_else(PoisonError::into_inner).insert(to.to_owned(), code);
        }
        self.came.send_modify(|count| *count += 1);
    }
}

/// The few words of RFC 5321 that a sender needs.
async fn talk(mut stream: TcpStream, mailbox: Arc<Mailbox>) -> std::io::Result<()> {
    let (reading, mut writing) = stream.split();
    let mut lines = BufReader::new(reading).lines();
    writing.write_all(b"220 mail.test\r\n").await?;
    let (mut to, mut code, mut in_data) = (String::new(), None, false);
    while let Some(line) = lines.next_line().await? {
        let answer = match line.split(' ').next().unwrap_or_default() {
            "." if in_data => {
                in_data = false;
                mailbox.take(&to, code.take());
                "250 taken\r\n"
            }
            "Subject:" if in_data => {
                code = code_in(&line);
                continue;
            }
            _ if in_data => continue,
            "DATA" => {
                in_data = true;
                "354 go on\r\n"
            }
            "RCPT" => {
                to = address_in(&line);
                "250 fine\r\n"
            }
            "QUIT" => return writing.write_all(b"221 bye\r\n").await,
            _ => "250 fine\r\n",
        };
        writing.write_all(answer.as_bytes()).await?;
    }
    Ok(())
}

/// The code that a subject begins with.
fn code_in(subject: &str) -> Option<String> {
    let first = subject.split(' ').nth(1)?;
    (first.len() == 6 && first.bytes().all(|byte| byte.is_ascii_digit())).then(|| first.to_owned())
}

/// What stands between `<` and `>`.
fn address_in(line: &str) -> String {
    let inner = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inner.map(|(address, _)| address.to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt;

    #[tokio::test]
    async fn a_code_is_handed_out_once_whether_it_came_before_or_after_it_was_asked_for() {
        let mailbox = Mailbox::start().await.unwrap();
        for number in 0..2 {
            let (asked, ()) = tokio::join!(mailbox.code("ada@example.com", Duration::from_secs(20)), async {
                let mut stream = TcpStream::connect(("127.0.0.1", mailbox.port)).await.unwrap();
                let mail = format!(
                    "EHLO x\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<ada@example.com>\r\nDATA\r\n\
                     Subject: 12345{number} is your app code\r\n\r\n654321\r\n.\r\nQUIT\r\n"
                );
                stream.write_all(mail.as_bytes()).await.unwrap();
                let mut answers = String::new();
                stream.read_to_string(&mut answers).await.unwrap();
            });
            assert_eq!(asked.unwrap(), format!("12345{number}"));
            assert_eq!(mailbox.count(), number + 1);
        }
    }

    #[test]
    fn only_six_digits_are_a_code() {
        assert_eq!(code_in("Subject: 123456 is your app code").as_deref(), Some("123456"));
        assert_eq!(code_in("Subject: You already have an account at app"), None);
        assert_eq!(address_in("RCPT TO:<ada@example.com>"), "ada@example.com");
    }
}
