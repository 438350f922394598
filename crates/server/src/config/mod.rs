//! What an operator may decide: the types, and what holds when nothing is said.
//!
//! [`load`] puts them together from the command line, the environment and `keyrack.toml`, and refuses
//! everything that it does not understand with one line that names the place and the fix.

mod admission;
mod auth;
pub(crate) mod css;
mod deployment;
mod domains;
mod fit;
mod fit_messages;
mod fit_teams;
mod fit_ways;
mod folder;
mod impersonation;
pub mod keys;
mod layout;
mod load;
mod metrics;
mod native;
mod origin;
mod outside;
mod passkey;
mod problem;
mod read;
mod retention;
mod second_factor;
mod secrets;
mod settings;
mod sms;
mod source;
mod table;
pub mod teams;
mod tokens;
mod ui;
mod value;
mod webhooks;

pub use deployment::{Deployment, Lifetimes, Mode, PasswordHashing};
pub use domains::Domains;
pub use folder::{Whereabouts, data_dir, whereabouts};
pub use impersonation::Impersonation;
pub use layout::Layout;
pub use load::{Examined, examine, load};
pub use origin::Origin;
pub use passkey::Passkeys;
pub use problem::{Problem, Severity};
pub use retention::Retention;
pub use second_factor::{SecondFactor, SecondFactorPolicy};
pub use settings::{Auth, Challenge, FieldUse, FirstFactor, Listed, PasswordRules, Restrictions, SignUpMode};
pub use sms::{Sms, TextMessages};
pub use teams::{Organizations, Workspaces};
pub use tokens::TokenTemplate;
pub use ui::{Messages, Ui};
pub use value::{folded, is_language};
pub use webhooks::{Webhook, url as webhook_url};

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

/// The default file, with every key and what it means: what `keyrack config` prints.
pub const DEFAULT_FILE: &str = include_str!("../../keyrack.default.toml");

/// The port where nothing else is said.
pub const DEFAULT_PORT: u16 = 4400;

/// Streams of events that there may be where nothing else is said.
pub const DEFAULT_STREAMS: u32 = 50_000;

/// Everything that a start of the server needs to know.
#[derive(Clone)]
pub struct Config {
    /// `keyrack dev`: the outbox, the demo and the development endpoints are there.
    pub dev: bool,
    /// The addresses to listen on, at least one; under dev loopback only. No port is 0.
    pub listen: Vec<SocketAddr>,
    /// Where Prometheus scrapes; without it nowhere. Never one of [`Config::listen`].
    pub metrics_listen: Option<SocketAddr>,
    /// The folder of the SQLite file and of what dev makes by itself.
    pub data_dir: PathBuf,
    /// `postgres://…`; without it SQLite in `data_dir` is used. It may hold a password.
    pub database_url: Option<String>,
    /// Where the master key comes from.
    pub master_key: MasterKeySource,
    /// Only under dev: the clock can be moved over HTTP.
    pub virtual_clock: bool,
    /// Only under dev: folders with pages, by what they are called in addresses.
    pub demos: Vec<(String, PathBuf)>,
    /// Peers whose forwarding headers are believed.
    pub trusted_proxies: Vec<ipnet::IpNet>,
    /// Where in the world addresses are, in the MaxMind DB format; nobody knows when there is none.
    pub geoip_file: Option<PathBuf>,
    /// Streams of events that there may be at once, 0 to 1 000 000.
    pub max_streams: u32,
    /// Where mail goes.
    pub mail: Mail,
    /// Where text messages go.
    pub sms: Sms,
    /// Resolvers that the domain name system is asked through; the system's own when there is none.
    pub nameservers: Vec<SocketAddr>,
    /// Ids of deployments that the database may still know although no deployment has them any more.
    pub retired: Vec<String>,
    /// Whether a database that knows other deployments than these is refused; not under dev.
    pub refuse_unknown: bool,
    /// The applications, at least one; ids and hosts are unique.
    pub deployments: Vec<Deployment>,
}

impl fmt::Debug for Config {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Config")
            .field("dev", &self.dev)
            .field("listen", &self.listen)
            .field("metrics_listen", &self.metrics_listen)
            .field("data_dir", &self.data_dir)
            .field("database_url", &self.database_url.as_ref().map(|_| "…"))
            .field("master_key", &self.master_key)
            .field("virtual_clock", &self.virtual_clock)
            .field("demos", &self.demos)
            .field("trusted_proxies", &self.trusted_proxies)
            .field("geoip_file", &self.geoip_file)
            .field("max_streams", &self.max_streams)
            .field("mail", &self.mail)
            .field("sms", &self.sms)
            .field("nameservers", &self.nameservers)
            .field("retired", &self.retired)
            .field("refuse_unknown", &self.refuse_unknown)
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

#[cfg(test)]
mod default_tests;
#[cfg(test)]
mod examine_tests;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_is_in_the_debug_form() {
        let config = Config {
            dev: false,
            listen: Vec::new(),
            metrics_listen: None,
            data_dir: PathBuf::from("data"),
            database_url: Some("postgres://u:opensesame@h/d".to_owned()),
            master_key: MasterKeySource::Value("opensesame".to_owned()),
            virtual_clock: false,
            demos: Vec::new(),
            trusted_proxies: Vec::new(),
            geoip_file: None,
            max_streams: 1,
            mail: Mail::Smtp { url: "smtp://u:opensesame@h".to_owned() },
            sms: Sms::Webhook {
                url: "https://h/opensesame".to_owned(),
                secret: "opensesame".to_owned(),
                private_addresses: false,
            },
            nameservers: Vec::new(),
            retired: Vec::new(),
            refuse_unknown: true,
            deployments: vec![Deployment::built_in(1, Mode::Staging)],
        };
        let shown = format!("{config:?}");
        assert!(shown.contains("Value(…)"), "{shown}");
        assert!(!shown.contains("opensesame"), "{shown}");
    }
}
