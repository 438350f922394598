//! What the command line and the environment have a say in: addresses, mail, master key, database.

use super::problem::{Problem, Severity};
use super::read::File;
use super::secrets::{self, Env, Found};
use super::source::Source;
use super::{DEFAULT_PORT, Mail, MasterKeySource};
use crate::cli::Run;
use crate::log;
use crate::trace;
use crate::vault::Vault;
use crate::world::Mailer;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

/// The addresses to listen on; at least one.
pub(super) fn listen(
    args: &Run,
    source: Option<&Source>,
    file: &File,
    problems: &mut Vec<Problem>,
) -> Vec<SocketAddr> {
    let v4 = SocketAddr::from((Ipv4Addr::LOCALHOST, DEFAULT_PORT));
    let v6 = SocketAddr::from((Ipv6Addr::LOCALHOST, DEFAULT_PORT));
    let (all, named) = match (args.listen, &file.listen) {
        (Some(address), _) => (vec![address], "--listen"),
        (None, Some(given)) => (given.clone(), "listen"),
        (None, None) if args.dev => (vec![v4, v6], "listen"),
        (None, None) => (vec![v4], "listen"),
    };
    for (index, address) in all.iter().enumerate() {
        let text = if let Some(other) = all[..index].iter().find(|other| meet(**other, *address)) {
            format!("{named}: {other} and {address} cannot both be listened on; take one out")
        } else if address.port() == 0 {
            format!("{named}: {address} has no port; name one, such as {DEFAULT_PORT}")
        } else if args.dev && !address.ip().is_loopback() {
            format!(
                "{named}: `keyrack dev` listens on this machine only, not on {address}; use 127.0.0.1 or [::1], or `keyrack serve`"
            )
        } else {
            continue;
        };
        match source.filter(|_| args.listen.is_none()) {
            Some(source) => source.complain(Severity::Error, "listen", text),
            None => problems.push(Problem::outside(text)),
        }
    }
    all
}

/// Whether two addresses are the same to a socket: `0.0.0.0` is every IPv4 address, `[::]` every address.
pub(super) fn meet(one: SocketAddr, other: SocketAddr) -> bool {
    let covers = |all: IpAddr, one: IpAddr| all.is_unspecified() && (all.is_ipv6() || one.is_ipv4());
    let (here, there) = (one.ip(), other.ip());
    one.port() == other.port() && (here == there || covers(here, there) || covers(there, here))
}

/// What the environment says of the log and of traces.
pub(super) fn log_and_traces(env: Env<'_>, problems: &mut Vec<Problem>) {
    let refused = [log::form(env).err(), log::filter(env).err(), trace::refusal(env)];
    problems.extend(refused.into_iter().flatten().map(Problem::outside));
}

/// The URL of PostgreSQL, if it is not SQLite.
pub(super) fn database_url(env: Env<'_>, file: &File, problems: &mut Vec<Problem>) -> Option<String> {
    const NAME: &str = "KEYRACK_DATABASE_URL";
    let found = secrets::find(env, NAME, file.database_url_file.as_ref())
        .map_err(|problem| problems.push(problem))
        .ok()??;
    let url = found.read(problems)?;
    match crate::db::check_url(&url) {
        Ok(()) => Some(url),
        Err(text) => {
            problems.push(about(&found, NAME, text));
            None
        }
    }
}

/// Where the master key is; its form is checked.
pub(super) fn master_key(
    args: &Run,
    env: Env<'_>,
    file: &File,
    data_dir: &Path,
    problems: &mut Vec<Problem>,
) -> Option<MasterKeySource> {
    const NAME: &str = "KEYRACK_MASTER_KEY";
    let found = match secrets::find(env, NAME, file.master_key_file.as_ref()) {
        Ok(Some(found)) => found,
        Ok(None) if args.dev => return Some(MasterKeySource::MadeIn(data_dir.join("master.key"))),
        Ok(None) => {
            let text = "no master key; set KEYRACK_MASTER_KEY (32 bytes in base64url) or KEYRACK_MASTER_KEY_FILE, or name a file as master_key_file";
            problems.push(Problem::outside(text));
            return None;
        }
        Err(problem) => {
            problems.push(problem);
            return None;
        }
    };
    let key = found.read(problems)?;
    if Vault::parse_master_key(&key).is_none() {
        let text = "the master key is not 32 bytes in base64url; make one with: openssl rand -base64 32 | tr '+/' '-_'";
        problems.push(about(&found, NAME, text));
        return None;
    }
    Some(match found {
        Found::Value(key) => MasterKeySource::Value(key),
        Found::File(path, ..) => MasterKeySource::File(path),
    })
}

/// Where mail goes; under dev into memory, whatever the file says.
pub(super) fn mail(
    args: &Run,
    env: Env<'_>,
    source: Option<&Source>,
    file: &File,
    problems: &mut Vec<Problem>,
) -> Option<Mail> {
    if args.dev {
        return Some(Mail::Outbox);
    }
    let source = source?;
    let Some(mut url) = file.smtp.clone() else {
        if !file.has_mail {
            let text = "no mail server; add [mail] with smtp = \"smtp://user@host:587?tls=required\"";
            problems.push(Problem { file: Some(source.path.clone()), ..Problem::outside(text) });
        }
        return None;
    };
    let password = secrets::find(env, "KEYRACK_SMTP_PASSWORD", file.smtp_password_file.as_ref());
    let password = password.map_err(|problem| problems.push(problem)).ok()?;
    match (url.username().is_empty(), password) {
        (false, Some(found)) => {
            let password = found.read(problems)?;
            // A URL with a host takes a password.
            url.set_password(Some(&password)).ok()?;
        }
        (false, None) => {
            let text = "no password for the mail server's user; set password_file to a file that holds it, or KEYRACK_SMTP_PASSWORD";
            source.complain(Severity::Error, "mail.smtp", text);
        }
        (true, Some(_)) => {
            let text = "there is a password but no user, so it is not used; write smtp = \"smtp://user@host…\", or take it out";
            source.complain(Severity::Warning, "mail.smtp", text);
        }
        (true, None) => {}
    }
    if url.scheme() == "smtp" && !url.query_pairs().any(|(key, _)| key == "tls") && !is_here(&url) {
        let text = "mails and the password would travel unencrypted; add ?tls=required";
        source.complain(Severity::Warning, "mail.smtp", text);
    }
    if Mailer::check_smtp(url.as_str()).is_err() {
        let text =
            "smtp: not understood; write \"smtp://user@host:587?tls=required\" or \"smtps://user@host\"";
        source.complain(Severity::Error, "mail.smtp", text);
        return None;
    }
    Some(Mail::Smtp { url: url.into() })
}

/// A problem with a secret: its file is named, or its variable.
pub(super) fn about(found: &Found, name: &str, text: &str) -> Problem {
    match found {
        Found::File(path, ..) => Problem { file: Some(path.clone()), ..Problem::outside(text) },
        Found::Value(_) => Problem::outside(format!("{name}: {text}")),
    }
}

pub(super) fn is_here(url: &url::Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host == "localhost"
        || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
