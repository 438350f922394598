//! The address of a database, read before anything is connected to.

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

/// Reads a URL; a refusal does not repeat it, nor what the driver says, which may quote the password.
pub(in crate::db) fn parse(url: &str) -> std::result::Result<Config, &'static str> {
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err("the database's address must begin with postgres://; leave it out to use SQLite");
    }
    let not_understood = "the database's address is not understood; write \
        postgres://user:password@host:5432/database, what is special in the password as %XX, and after ? only \
        what PostgreSQL's driver knows";
    let config: Config = url.parse().map_err(|_| not_understood)?;
    let is_name = |host: &Host| match host {
        Host::Tcp(name) => {
            !name.is_empty()
                && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':'))
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    };
    let hosts = config.get_hosts();
    if hosts.iter().any(|host| !is_name(host)) || hosts.is_empty() && config.get_hostaddrs().is_empty() {
        return Err(not_understood);
    }
    if config.get_ssl_mode() == SslMode::Require {
        return Err(
            "sslmode=require: PostgreSQL is reached without TLS; leave it out and use a private network \
                    or a tunnel",
        );
    }
    Ok(config)
}
