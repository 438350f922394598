use crate::error::{Error, Result};
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// How many messages the development outbox keeps; the oldest give way.
const KEPT: usize = 500;

/// A mail before it is sent. What makes it secret (the code) is sealed at rest.
#[derive(Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct Mail {
    /// The sender, `Name <address>` or an address.
    pub from: String,
    /// The one recipient.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The text form.
    pub text: String,
    /// The HTML form.
    pub html: String,
    /// The code in it, if there is one.
    pub code: Option<String>,
    /// The link in it, if there is one.
    pub link: Option<String>,
    /// The language that it is written in; `""` when it was written before there were several.
    #[serde(default)]
    pub language: String,
}

/// Why something was not sent.
#[derive(Debug)]
pub enum Undelivered {
    /// Another try may end otherwise.
    Later(Error),
    /// No other try would.
    Refused(Error),
}

/// How sending something ended.
pub type Delivered = std::result::Result<(), Undelivered>;

impl fmt::Debug for Mail {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The subject, too, may hold the code.
        out.write_str("Mail")
    }
}

/// A mail that was captured instead of sent.
#[derive(Clone, Debug)]
pub struct CapturedMail {
    /// The outbox row that it came from.
    pub id: String,
    /// When it was captured, in Unix milliseconds.
    pub created_at: i64,
    /// The mail.
    pub mail: Mail,
}

/// Where mail goes.
pub enum Mailer {
    /// Into memory, for development and tests.
    Captured(Mutex<VecDeque<CapturedMail>>),
    /// To an SMTP server, for as long as the process lives: lettre panics when its connections are dropped after the
    /// runtime has ended.
    Smtp(&'static AsyncSmtpTransport<Tokio1Executor>),
}

impl fmt::Debug for Mailer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Captured(_) => "Captured",
            Self::Smtp(_) => "Smtp",
        })
    }
}

impl Mailer {
    /// Keeps mail in memory.
    #[must_use]
    pub fn captured() -> Self {
        Self::Captured(Mutex::new(VecDeque::new()))
    }

    /// Sends through the server that `url` names (`smtp://` or `smtps://`, with the user and password in it).
    ///
    /// # Errors
    /// When the URL is none that lettre understands.
    pub fn smtp(url: &str) -> Result<Self> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(|cause| Error::internal("read [mail] smtp", cause))?;
        let transport = transport.timeout(Some(std::time::Duration::from_secs(20))).build();
        Ok(Self::Smtp(Box::leak(Box::new(transport))))
    }

    /// Whether [`Self::smtp`] would take a URL; nothing is begun.
    ///
    /// # Errors
    /// When it is none that lettre understands.
    pub fn check_smtp(url: &str) -> Result<()> {
        let understood = AsyncSmtpTransport::<Tokio1Executor>::from_url(url);
        understood.map(drop).map_err(|cause| Error::internal("read [mail] smtp", cause))
    }

    /// Sends one mail.
    ///
    /// # Errors
    /// When an address is none or the server does not take it: for good, if it says so.
    pub async fn send(&self, id: &str, now: i64, mail: Mail) -> Delivered {
        match self {
            Self::Captured(kept) => {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                if kept.len() == KEPT {
                    kept.pop_front();
                }
                kept.push_back(CapturedMail { id: id.to_owned(), created_at: now, mail });
            }
            Self::Smtp(transport) => {
                let message = message(&mail, id).map_err(Undelivered::Refused)?;
                transport.send(message).await.map_err(|cause| match is_final(&cause) {
                    true => Undelivered::Refused(Error::internal("send mail", said(&cause))),
                    false => Undelivered::Later(Error::unavailable("send mail", said(&cause))),
                })?;
            }
        }
        Ok(())
    }

    /// What was captured, oldest first; empty when mail is really sent.
    #[must_use]
    pub fn captured_mails(&self) -> Vec<CapturedMail> {
        match self {
            Self::Captured(kept) => {
                kept.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
            }
            Self::Smtp(_) => Vec::new(),
        }
    }

    /// Forgets what was captured.
    pub fn clear(&self) {
        if let Self::Captured(kept) = self {
            kept.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
    }
}

/// Whether a server refused this mail for good. What it refuses before it knows of a recipient (a password, a sender)
/// is put right by the operator while mails wait.
fn is_final(cause: &lettre::transport::smtp::Error) -> bool {
    let of_recipient = ["550", "551", "552", "553", "554"];
    let code = cause.status().map(|code| code.to_string()).unwrap_or_default();
    cause.is_permanent() && of_recipient.contains(&code.as_str())
}

/// What the log says: the server's code. Its words may repeat the recipient.
fn said(cause: &lettre::transport::smtp::Error) -> String {
    cause.status().map_or_else(|| cause.to_string(), |code| format!("it was answered with {code}"))
}

/// The language of what follows (RFC 3282).
#[derive(Clone)]
struct ContentLanguage(String);

impl Header for ContentLanguage {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Content-Language")
    }

    fn parse(text: &str) -> std::result::Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(text.to_owned()))
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.clone())
    }
}

/// Says that nobody has to answer, so that no absence note does (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> std::result::Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

fn message(mail: &Mail, id: &str) -> Result<Message> {
    let mailbox =
        |text: &str| text.parse::<Mailbox>().map_err(|cause| Error::internal("address a mail", cause));
    let from = mailbox(&mail.from)?;
    // The same for every try, so that a mailbox shows it once when an answer was lost.
    let message_id = format!("<{id}@{}>", from.email.domain());
    let language = if mail.language.is_empty() { "en" } else { &mail.language };
    Message::builder()
        .from(from)
        .to(mailbox(&mail.to)?)
        .subject(&mail.subject)
        .message_id(Some(message_id))
        .header(ContentLanguage(language.to_owned()))
        .header(AutoSubmitted)
        .multipart(MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone()))
        .map_err(|cause| Error::internal("write a mail", cause))
}
