//! Who sends the text messages.

use super::outside::is_here;
use super::problem::{Problem, Severity};
use super::read::File;
use super::secrets::{self, Env};
use super::source::Source;
use super::table::Table;
use crate::cli::Run;
use crate::world::{is_private, webhook_key};
use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use url::Url;

/// Where the account's secret, or the webhook's, is looked for.
const SECRET: &str = "KEYRACK_SMS_SECRET";

/// Where text messages go.
#[derive(Clone, PartialEq, Eq)]
pub enum Sms {
    /// Nowhere.
    Nobody,
    /// Into memory, where `GET /dev/outbox` shows them.
    Outbox,
    /// To a program of the operator's.
    Webhook {
        /// Where it listens.
        url: String,
        /// What its signatures are made with, in base64.
        secret: String,
        /// Whether it may be at a private address.
        private_addresses: bool,
    },
    /// To an HTTP API like Twilio's.
    Twilio {
        /// The API's address, without the path.
        url: String,
        /// The account's id.
        account: String,
        /// The account's secret.
        secret: String,
        /// The sending number, or a messaging service.
        from: String,
        /// Whether it may be at a private address.
        private_addresses: bool,
    },
}

impl fmt::Debug for Sms {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nobody => out.write_str("Nobody"),
            Self::Outbox => out.write_str("Outbox"),
            Self::Webhook { private_addresses, .. } => write!(out, "Webhook(…, {private_addresses})"),
            Self::Twilio { from, private_addresses, .. } => {
                write!(out, "Twilio(…, {from}, {private_addresses})")
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Webhook,
    Twilio,
}

/// What the file says.
#[derive(Default)]
pub(super) struct Said {
    kind: Option<Kind>,
    url: Option<Url>,
    account: Option<String>,
    from: Option<String>,
    secret_file: Option<PathBuf>,
    private_addresses: bool,
}

/// Reads `[sms]`.
pub(super) fn read(mut table: Table<'_>) -> Said {
    const KINDS: [(&str, Kind); 2] = [("webhook", Kind::Webhook), ("twilio", Kind::Twilio)];
    let said = Said {
        kind: table.one_of("sender", &KINDS),
        url: table.text("url", url),
        account: table.text("account", word),
        from: table.text("from", from),
        secret_file: table.text("secret_file", |text| match text {
            "" => Err("an empty path; name one, or leave the key out".to_owned()),
            text => Ok(PathBuf::from(text)),
        }),
        private_addresses: table.flag("private_addresses").unwrap_or_default(),
    };
    table.finish();
    said
}

fn url(text: &str) -> Result<Url, String> {
    let named =
        Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    match named {
        Some(url) if url.username().is_empty() && url.password().is_none() => Ok(url),
        // It is not repeated: it may hold a secret.
        Some(_) => Err("no user and no password may stand in it; put the secret into a file that secret_file names, or into KEYRACK_SMS_SECRET".to_owned()),
        None => Err(format!("{text:?} is not an address; write it like \"https://sms.example.com/send\"")),
    }
}

fn word(text: &str) -> Result<String, String> {
    let fits = (1..=100).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    fits.then(|| text.to_owned())
        .ok_or_else(|| format!("{text:?} is not an account's id; write it like \"AC0123…\""))
}

/// A number in E.164, the id of a messaging service, or a name of at most 11 characters where those are allowed.
fn from(text: &str) -> Result<String, String> {
    let is_number = text.strip_prefix('+').is_some_and(|digits| {
        (5..=15).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit())
    });
    let is_service =
        text.starts_with("MG") && text.len() == 34 && text.bytes().all(|b| b.is_ascii_alphanumeric());
    let is_name =
        (1..=11).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b' ');
    let fits = is_number || is_service || is_name && text.bytes().any(|b| b.is_ascii_alphabetic());
    fits.then(|| text.to_owned()).ok_or_else(|| {
        format!("{text:?} is no sender; write a number like \"+15550100\", a messaging service (\"MG…\") or a name of at most 11 letters and digits")
    })
}

/// Where text messages go; under dev into memory, whatever the file says.
pub(super) fn sms(
    args: &Run,
    env: Env<'_>,
    source: Option<&Source>,
    file: &File,
    problems: &mut Vec<Problem>,
) -> Option<Sms> {
    if args.dev {
        return Some(Sms::Outbox);
    }
    let source = source?;
    let said = &file.sms;
    if !file.has_sms {
        return Some(Sms::Nobody);
    }
    let complain = |key: &str, text: &str| source.complain(Severity::Error, key, text);
    let kind = match said.kind {
        Some(kind) => kind,
        None if source.is_bad("sms.sender") => return None,
        None => {
            complain("sms", "nobody to send by; add sender = \"webhook\" or sender = \"twilio\"");
            return None;
        }
    };
    fits(source, said, kind);
    let found = match secrets::find(env, SECRET, said.secret_file.as_ref()) {
        Ok(Some(found)) => found,
        Ok(None) => {
            complain("sms", "no secret; set secret_file to a file that holds it, or KEYRACK_SMS_SECRET");
            return None;
        }
        Err(problem) => {
            problems.push(problem);
            return None;
        }
    };
    let secret = found.read(problems)?;
    let private_addresses = said.private_addresses;
    match kind {
        Kind::Webhook => {
            if let Err(text) = webhook_key(&secret) {
                problems.push(super::outside::about(&found, SECRET, text));
                return None;
            }
            Some(Sms::Webhook { url: said.url.as_ref()?.to_string(), secret, private_addresses })
        }
        Kind::Twilio => Some(Sms::Twilio {
            url: said.url.as_ref().map_or_else(|| "https://api.twilio.com".to_owned(), Url::to_string),
            account: said.account.clone()?,
            secret,
            from: said.from.clone()?,
            private_addresses,
        }),
    }
}

/// Notes what does not fit together.
fn fits(source: &Source, said: &Said, kind: Kind) {
    let missing = |key: &str, is_there: bool, text: &str| {
        if !is_there && !source.is_bad(&format!("sms.{key}")) {
            source.complain(Severity::Error, "sms", text);
        }
    };
    match kind {
        Kind::Webhook => missing(
            "url",
            said.url.is_some(),
            "url is missing; add url = \"https://…\", where the webhook listens",
        ),
        Kind::Twilio => {
            missing("account", said.account.is_some(), "account is missing; add account = \"AC…\"");
            missing("from", said.from.is_some(), "from is missing; add from = \"+…\", the number that sends");
        }
    }
    if kind == Kind::Webhook && (said.account.is_some() || said.from.is_some()) {
        let text = "account and from are of sender \"twilio\"; a webhook is told the message alone, so take them out";
        source.complain(Severity::Warning, "sms.account", text);
    }
    let Some(url) = &said.url else { return };
    let literal = url.host_str().and_then(|host| host.trim_matches(['[', ']']).parse::<IpAddr>().ok());
    if !said.private_addresses && (literal.is_some_and(is_private) || url.host_str() == Some("localhost")) {
        let text =
            "url is a private address, and those are refused; add private_addresses = true if it is meant";
        source.complain(Severity::Error, "sms.url", text);
    }
    if url.scheme() == "http" && !is_here(url) {
        let text = "codes and the secret would travel unencrypted; write https://";
        source.complain(Severity::Warning, "sms.url", text);
    }
}

/// How many text messages a deployment sends at most: what is not sent costs nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextMessages {
    /// To one number in a day, 1 to 1000.
    pub per_number: u32,
    /// To numbers that differ in their last four digits only, in an hour, 1 to 1 000 000.
    pub per_range: u32,
    /// That one client address asks for in an hour, 1 to 1 000 000.
    pub per_client: u32,
    /// In all, in a day, 1 to 100 000 000.
    pub per_day: u32,
}

impl Default for TextMessages {
    fn default() -> Self {
        Self { per_number: 10, per_range: 50, per_client: 20, per_day: 2000 }
    }
}

/// Reads `[deployment.text_messages]`.
pub(super) fn text_messages(mut table: Table<'_>) -> TextMessages {
    let base = TextMessages::default();
    let most = TextMessages {
        per_number: table.number("per_number", 1..=1000).unwrap_or(base.per_number),
        per_range: table.number("per_range", 1..=1_000_000).unwrap_or(base.per_range),
        per_client: table.number("per_client", 1..=1_000_000).unwrap_or(base.per_client),
        per_day: table.number("per_day", 1..=100_000_000).unwrap_or(base.per_day),
    };
    table.finish();
    most
}
