//! The command line: `keyrack dev` for one's own machine, `keyrack serve` for everybody else's; `keyrack user`,
//! `keyrack session` and `keyrack organization` talk to the one that runs; `keyrack config` and `keyrack check` are
//! about the configuration; `keyrack backup` and `keyrack restore` about everything that is in the database.

pub mod audit;
pub mod backup;
pub mod check;
pub mod client;
pub mod contact;
pub mod health;
pub mod import;
pub mod invitation;
pub mod key;
pub mod keys;
pub mod login;
pub mod migrate;
mod object;
mod operate;
pub mod organization;
pub mod session;
pub mod table;
pub mod ticket;
pub mod token;
pub mod user;
pub mod waitlist;
pub mod webhook;
pub mod workspace;

pub use operate::{Because, EXIT_CODES, Failure, Paging, print};
use operate::{more, said, sign_ins};

use crate::config::Mode;
use clap::{Args, Parser, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;

/// The session layer for applications whose people wear several hats.
#[derive(Clone, Debug, Parser)]
#[command(name = "keyrack", version, about, propagate_version = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What `keyrack` can do.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Run for applications that people use: needs a configuration, a master key and a mail server
    Serve(Run),
    /// Run for development: needs nothing, listens on this machine only, keeps mail in an outbox
    Dev(Run),
    /// Print the default configuration, with every key and what it means
    Config,
    /// Say what is wrong with a configuration, without starting
    Check(check::CheckArgs),
    /// Make, show, disable and delete users of the running server
    User(user::UserArgs),
    /// Show and end sessions of the running server
    Session(session::SessionArgs),
    /// Make, show and delete organizations of the running server, and let people into them
    Organization(organization::OrganizationArgs),
    /// Show, send and withdraw invitations to organizations of the running server
    Invitation(invitation::InvitationArgs),
    /// Show who waits to be let in to the running server, and invite them
    Waitlist(waitlist::WaitlistArgs),
    /// See, make, change and delete workspaces, and decide about their members
    Workspace(workspace::WorkspaceArgs),
    /// See, add, verify and remove addresses and phone numbers of accounts
    Contact(contact::ContactArgs),
    /// Make, list and revoke the secret keys with which backends call the running server
    Key(key::KeyArgs),
    /// Make, list and take back tickets, each of which signs somebody in once on the running server
    Ticket(ticket::TicketArgs),
    /// List the keys that sign tokens and let the next ones follow
    Keys(keys::KeysArgs),
    /// Show what tokens would say
    Token(token::TokenArgs),
    /// Show what the application's endpoints were told, and have it sent again
    Webhook(webhook::WebhookArgs),
    /// Sign this terminal in to an application, by a code that you confirm in a browser
    Login(login::LoginArgs),
    /// Sign this terminal out
    Logout(login::LoginArgs),
    /// Say who is signed in here
    Whoami(login::LoginArgs),
    /// Show what happened on the running server
    Audit(audit::AuditArgs),
    /// Say whether the running server can answer
    Health(health::HealthArgs),
    /// Write everything into a file, while the server runs
    Backup(backup::BackupArgs),
    /// Fill an empty database from a backup
    Restore(backup::RestoreArgs),
    /// Move everything from SQLite to PostgreSQL, with everybody signed in who is
    MigrateTo(migrate::MigrateArgs),
}

impl Command {
    /// The arguments of a server, with [`Run::dev`] set according to the command; none for other commands.
    #[must_use]
    pub fn into_run(self) -> Option<Run> {
        match self {
            Self::Serve(run) => Some(Run { dev: false, ..run }),
            Self::Dev(run) => Some(Run { dev: true, ..run }),
            _ => None,
        }
    }
}

/// The arguments of both commands.
#[derive(Args, Clone, Debug, Default)]
pub struct Run {
    /// Whether this is `keyrack dev`. Not an argument: [`Command::into_run`] sets it.
    #[arg(skip)]
    pub dev: bool,
    /// The configuration [default under serve: $KEYRACK_CONFIG, then ./keyrack.toml; under dev: $KEYRACK_CONFIG, then
    /// none]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where to listen [default: 127.0.0.1:4400, under dev also [::1]:4400]
    #[arg(long, value_name = "ADDR:PORT")]
    pub listen: Option<SocketAddr>,
    /// Where Prometheus scrapes /metrics, such as 127.0.0.1:9464 [default: nowhere]
    #[arg(long, value_name = "ADDR:PORT")]
    pub metrics_listen: Option<SocketAddr>,
    /// The folder of the SQLite file and, under dev, of the master key [default: data]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// How the session credential travels, whatever the configuration says [default under dev: staging]
    #[arg(long, value_enum)]
    pub mode: Option<Mode>,
    /// Only under dev: a clock that `POST /dev/clock` moves
    #[arg(long)]
    pub virtual_clock: bool,
    /// Only under dev: people to make or bring up to date, from a TOML file
    #[arg(long, value_name = "FILE")]
    pub seed: Option<PathBuf>,
    /// Only under dev: serves a folder's page at /demo/NAME/; may be given several times
    #[arg(long, value_name = "NAME=DIR", value_parser = demo)]
    pub demo: Vec<(String, PathBuf)>,
}

/// Reads what `--demo` was given.
fn demo(text: &str) -> Result<(String, PathBuf), String> {
    let (name, folder) = text.split_once('=').ok_or("it has the form NAME=DIR")?;
    let is_plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
    if name.is_empty() || !name.bytes().all(is_plain) {
        return Err(format!("\"{name}\" is no name: use a to z, 0 to 9 and -"));
    }
    if folder.is_empty() {
        Err("it names no folder".to_owned())
    } else {
        Ok((name.to_owned(), folder.into()))
    }
}

/// Where the data is, for commands that are about all of it.
#[derive(Args, Clone, Debug, Default)]
pub struct Data {
    /// The data folder [default: as the configuration says, else data]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The configuration [default: $KEYRACK_CONFIG, then ./keyrack.toml]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(line: &str) -> Result<Run, clap::Error> {
        Cli::try_parse_from(line.split_whitespace()).map(|cli| cli.command.into_run().unwrap_or_default())
    }

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_argument_is_taken_by_both_commands() {
        let rest = "--config a.toml --listen [::1]:80 --metrics-listen [::1]:81 --data d --mode production --virtual-clock --seed s.toml --demo a=b --demo c-1=d/e";
        for (command, dev) in [("serve", false), ("dev", true)] {
            let run = parse(&format!("keyrack {command} {rest}")).unwrap();
            assert_eq!(run.dev, dev);
            assert_eq!(run.config, Some(PathBuf::from("a.toml")));
            assert_eq!(run.listen, Some("[::1]:80".parse().unwrap()));
            assert_eq!(run.metrics_listen, Some("[::1]:81".parse().unwrap()));
            assert_eq!(run.data, Some(PathBuf::from("d")));
            assert_eq!(run.mode, Some(Mode::Production));
            assert!(run.virtual_clock);
            assert_eq!(run.seed, Some(PathBuf::from("s.toml")));
            let demos = [("a".to_owned(), PathBuf::from("b")), ("c-1".to_owned(), PathBuf::from("d/e"))];
            assert_eq!(run.demo, demos);
        }
    }

    #[test]
    fn what_is_not_an_argument_is_refused() {
        for line in [
            "keyrack",
            "keyrack fly",
            "keyrack dev --listen here",
            "keyrack dev --mode test",
            "keyrack dev --dev",
            "keyrack dev --demo leptos",
            "keyrack dev --demo leptos=",
            "keyrack dev --demo ../a=b",
            "keyrack user",
            "keyrack user create --email a@ex.com",
            "keyrack user create --email a@ex.com --password secret",
            "keyrack user create --email a@ex.com --no-password --password-stdin",
            "keyrack user create --no-password",
            "keyrack user disable",
            "keyrack user delete usr_1",
            "keyrack organization create --name Acme",
            "keyrack organization add acme",
            "keyrack organization delete acme",
            "keyrack waitlist",
            "keyrack key create crm",
            "keyrack key create --scope users:read",
            "keyrack key revoke",
            "keyrack waitlist invite",
            "keyrack waitlist invite a@ex.com --first 2",
            "keyrack session end",
            "keyrack session end ses_1 --user a@ex.com",
            "keyrack backup",
            "keyrack backup one two",
            "keyrack restore",
            "keyrack restore one --verify --keep-sessions",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
