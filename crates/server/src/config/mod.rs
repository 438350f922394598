//! What an operator may decide: the types, and what holds when nothing is said.
//!
//! [`load`] puts them together from the command line, the environment and `keyrack.toml`, and refuses
//! everything that it does not understand with one line that names the place and the fix.

mod check;
mod error;
mod file;
mod load;
mod origin;
mod value;

pub use error::ConfigError;
pub use load::load;
pub use origin::Origin;

use base64::{Engine, engine::general_purpose::STANDARD};
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

/// The port where nothing else is said.
pub const DEFAULT_PORT: u16 = 4400;

/// Everything that a start of the server needs to know.
#[derive(Clone)]
pub struct Config {
    /// `keyrack dev`: the outbox, the demo and the development endpoints are there.
    pub dev: bool,
    /// The addresses to listen on, at least one; under dev loopback only. No port is 0.
    pub listen: Vec<SocketAddr>,
    /// The folder of the SQLite file and of what dev makes by itself.
    pub data_dir: PathBuf,
    /// `postgres://…`; without it SQLite in `data_dir` is used. It may hold a password.
    pub database_url: Option<String>,
    /// Where the master key comes from.
    pub master_key: MasterKeySource,
    /// Only under dev: the clock can be moved over HTTP.
    pub virtual_clock: bool,
    /// Peers whose forwarding headers are believed.
    pub trusted_proxies: Vec<ipnet::IpNet>,
    /// Where mail goes.
    pub mail: Mail,
    /// The applications, at least one; ids and hosts are unique.
    pub deployments: Vec<Deployment>,
}

impl fmt::Debug for Config {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Config")
            .field("dev", &self.dev)
            .field("listen", &self.listen)
            .field("data_dir", &self.data_dir)
            .field("database_url", &self.database_url.as_ref().map(|_| "…"))
            .field("master_key", &self.master_key)
            .field("virtual_clock", &self.virtual_clock)
            .field("trusted_proxies", &self.trusted_proxies)
            .field("mail", &self.mail)
            .field("deployments", &self.deployments)
            .finish()
    }
}

/// Where the master key comes from.
#[derive(Clone, PartialEq, Eq)]
pub enum MasterKeySource {
    /// The key itself: 32 bytes in base64url (`KEYRACK_MASTER_KEY`).
    Value(String),
    /// A file that holds it in that form (`KEYRACK_MASTER_KEY_FILE`).
    File(PathBuf),
    /// A file that dev makes at the first start, readable by its owner only.
    MadeIn(PathBuf),
}

impl fmt::Debug for MasterKeySource {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(_) => out.write_str("Value(…)"),
            Self::File(path) => out.debug_tuple("File").field(path).finish(),
            Self::MadeIn(path) => out.debug_tuple("MadeIn").field(path).finish(),
        }
    }
}

/// Where mail goes.
#[derive(Clone, PartialEq, Eq)]
pub enum Mail {
    /// Into memory, where `GET /dev/outbox` shows it.
    Outbox,
    /// To a mail server.
    Smtp {
        /// `smtp://user:password@host:587?tls=required` or `smtps://…`.
        url: String,
    },
}

impl fmt::Debug for Mail {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Outbox => "Outbox",
            Self::Smtp { .. } => "Smtp(…)",
        })
    }
}

/// How the session credential travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// In a header, kept by the page: any origin may use it, for trying things out.
    Staging,
    /// In a cookie that scripts cannot read, for listed origins.
    Production,
}

/// One application in one mode. Two deployments share nothing.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// Its name in the database: 1 to 32 of `a-z`, `0-9` and `-`. Renaming it loses its data.
    pub id: String,
    /// How the session credential travels.
    pub mode: Mode,
    /// What its mails call it.
    pub app_name: String,
    /// Where browsers reach Keyrack: the issuer of its tokens and the content of its publishable key.
    pub origin: Origin,
    /// Host names that mean this deployment, lower case, without port.
    pub hosts: Vec<String>,
    /// Only under dev, for one deployment: any loopback host and origin means it.
    pub any_loopback: bool,
    /// Origins whose pages may act with the cookie; [`Self::origin`] is among them.
    pub allowed_origins: Vec<String>,
    /// The `Domain` of the cookie: a parent of the origin's host; without it the cookie is the host's only.
    pub cookie_domain: Option<String>,
    /// Whether answers hide from strangers which addresses have an account.
    pub uniform_answers: bool,
    /// How long things live.
    pub lifetimes: Lifetimes,
    /// Accounts that one session may hold, 1 to 10.
    pub max_accounts_per_session: u32,
    /// Sessions that one account may be signed in on, 1 to 100.
    pub max_sessions_per_account: u32,
    /// Where a page goes after one account signed out: an absolute URL or a path, `""` for nowhere.
    pub after_sign_out_one_page_url: String,
    /// Where a page goes after all accounts signed out: an absolute URL or a path, `""` for nowhere.
    pub after_sign_out_all_page_url: String,
    /// The sender of its mails, `Name <address>` or an address.
    pub mail_from: String,
    /// How much work a password costs.
    pub password_hashing: PasswordHashing,
}

/// How much work a password costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordHashing {
    /// What an attacker with the database should have to pay for every guess.
    Standard,
    /// Next to nothing. No file and no argument can say this: only tests make it.
    CheapForTests,
}

/// How long things live, in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// A sign-in ends this long after it was made: 1 minute to 400 days (30 days).
    pub sign_in_max_age_ms: i64,
    /// A sign-in ends this long after it was last active: from 1 minute to the longest life (7 days).
    pub sign_in_idle_ms: i64,
    /// A sign-in or sign-up under way is forgotten after this: 1 minute to 1 day (30 minutes).
    pub attempt_ms: i64,
    /// A mailed code works for this long: from 30 seconds to the life of an attempt (10 minutes).
    pub code_ms: i64,
    /// A token is valid for this long: 5 seconds to 1 hour (60 seconds).
    pub token_ms: i64,
}

impl Default for Lifetimes {
    fn default() -> Self {
        const MINUTE: i64 = 60_000;
        const DAY: i64 = 24 * 60 * MINUTE;
        Self {
            sign_in_max_age_ms: 30 * DAY,
            sign_in_idle_ms: 7 * DAY,
            attempt_ms: 30 * MINUTE,
            code_ms: 10 * MINUTE,
            token_ms: MINUTE,
        }
    }
}

impl Deployment {
    /// What `keyrack dev` runs without a file, and what every setting is that a file leaves out.
    #[must_use]
    pub fn built_in(port: u16, mode: Mode) -> Self {
        let origin = Origin { https: false, host: "localhost".to_owned(), port: Some(port) };
        Self {
            id: "dev".to_owned(),
            mode,
            app_name: "Keyrack".to_owned(),
            hosts: vec![origin.host.clone()],
            any_loopback: true,
            allowed_origins: vec![origin.to_string()],
            origin,
            cookie_domain: None,
            uniform_answers: true,
            lifetimes: Lifetimes::default(),
            max_accounts_per_session: 5,
            max_sessions_per_account: 5,
            after_sign_out_one_page_url: String::new(),
            after_sign_out_all_page_url: String::new(),
            mail_from: "Keyrack <keyrack@localhost>".to_owned(),
            password_hashing: PasswordHashing::Standard,
        }
    }

    /// What an application's page names this deployment by: the mode and the origin, no secret.
    #[must_use]
    pub fn publishable_key(&self) -> String {
        let prefix = match self.mode {
            Mode::Staging => "pk_test_",
            Mode::Production => "pk_live_",
        };
        format!("{prefix}{}", STANDARD.encode(self.origin.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_publishable_key_is_the_mode_and_the_origin() {
        let key = Deployment::built_in(4400, Mode::Staging).publishable_key();
        assert_eq!(key, "pk_test_aHR0cDovL2xvY2FsaG9zdDo0NDAw");
        assert!(Deployment::built_in(4400, Mode::Production).publishable_key().starts_with("pk_live_"));
    }

    #[test]
    fn no_secret_is_in_the_debug_form() {
        let config = Config {
            dev: false,
            listen: Vec::new(),
            data_dir: PathBuf::from("data"),
            database_url: Some("postgres://u:opensesame@h/d".to_owned()),
            master_key: MasterKeySource::Value("opensesame".to_owned()),
            virtual_clock: false,
            trusted_proxies: Vec::new(),
            mail: Mail::Smtp { url: "smtp://u:opensesame@h".to_owned() },
            deployments: vec![Deployment::built_in(1, Mode::Staging)],
        };
        let shown = format!("{config:?}");
        assert!(shown.contains("Value(…)"), "{shown}");
        assert!(!shown.contains("opensesame"), "{shown}");
    }
}
