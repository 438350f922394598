//! Puts the configuration together: command line over environment over file over what is built in.

use super::file::{File, Source};
use super::{Config, ConfigError, DEFAULT_PORT, Deployment, Mail, MasterKeySource, Mode, Origin, check};
use crate::cli::Run;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Reads the configuration. `env` answers for environment variables; an empty one counts as unset.
///
/// # Errors
/// One line that names the file and line, the argument or the variable, and the fix.
pub fn load(args: &Run, env: &dyn Fn(&str) -> Option<String>) -> Result<Config, ConfigError> {
    let env: Env<'_> = &|name| env(name).filter(|value| !value.is_empty());
    if args.virtual_clock && !args.dev {
        return Err(outside("--virtual-clock works under `keyrack dev` only; leave it out"));
    }
    let source = find_file(args, env).map(|path| Source::read(&path)).transpose()?;
    let file = source.as_ref().map(Source::parse).transpose()?.unwrap_or_default();
    let listen = listen(args, source.as_ref(), &file)?;
    let data_dir = args.data.clone().or_else(|| file.data.clone()).unwrap_or_else(|| PathBuf::from("data"));
    let port = listen.first().map_or(DEFAULT_PORT, SocketAddr::port);
    // Whoever has written no file yet is told so before being asked for a key.
    let (deployments, mail) =
        (deployments(args, source.as_ref(), &file, port)?, mail(args, source.as_ref(), &file)?);
    Ok(Config {
        dev: args.dev,
        master_key: master_key(args, env, &data_dir)?,
        database_url: database_url(env)?,
        virtual_clock: args.virtual_clock,
        mail,
        deployments,
        trusted_proxies: file.trusted_proxies.into_iter().map(|proxy| proxy.0).collect(),
        listen,
        data_dir,
    })
}

fn outside(text: impl Into<String>) -> ConfigError {
    ConfigError::Outside(text.into())
}

/// `keyrack dev` takes a file only when it is told to: what lies in the folder may be meant for `serve`.
fn find_file(args: &Run, env: Env<'_>) -> Option<PathBuf> {
    let named = args.config.clone().or_else(|| env("KEYRACK_CONFIG").map(PathBuf::from));
    let here = || Some(PathBuf::from("keyrack.toml")).filter(|path| !args.dev && path.exists());
    named.or_else(here)
}

fn listen(args: &Run, source: Option<&Source>, file: &File) -> Result<Vec<SocketAddr>, ConfigError> {
    let v4 = SocketAddr::from((Ipv4Addr::LOCALHOST, DEFAULT_PORT));
    let v6 = SocketAddr::from((Ipv6Addr::LOCALHOST, DEFAULT_PORT));
    let (all, refuse): (_, Box<dyn Fn(String) -> ConfigError>) = match (args.listen, source, &file.listen) {
        (Some(address), _, _) => (vec![address], Box::new(|text| outside(format!("--listen: {text}")))),
        (None, Some(source), Some(given)) => (
            given.as_ref().0.clone(),
            Box::new(|text| source.refuse(&given.span(), format!("listen: {text}"))),
        ),
        _ if args.dev => (vec![v4, v6], Box::new(outside)),
        _ => (vec![v4], Box::new(outside)),
    };
    for address in &all {
        if address.port() == 0 {
            return Err(refuse(format!("{address} has no port; name one, such as {DEFAULT_PORT}")));
        }
        if args.dev && !address.ip().is_loopback() {
            return Err(refuse(format!(
                "`keyrack dev` listens on this machine only, not on {address}; use 127.0.0.1 or [::1], or `keyrack serve`"
            )));
        }
    }
    Ok(all)
}

fn database_url(env: Env<'_>) -> Result<Option<String>, ConfigError> {
    let Some(url) = env("KEYRACK_DATABASE_URL") else { return Ok(None) };
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok(Some(url));
    }
    Err(outside("KEYRACK_DATABASE_URL must begin with postgres://; unset it to use SQLite"))
}

fn master_key(args: &Run, env: Env<'_>, data_dir: &Path) -> Result<MasterKeySource, ConfigError> {
    match (env("KEYRACK_MASTER_KEY"), env("KEYRACK_MASTER_KEY_FILE")) {
        (Some(_), Some(_)) => {
            Err(outside("KEYRACK_MASTER_KEY and KEYRACK_MASTER_KEY_FILE are both set; unset one of them"))
        }
        (Some(key), None) => master_key_value(key.trim().trim_end_matches('=')),
        (None, Some(path)) => Ok(MasterKeySource::File(PathBuf::from(path))),
        (None, None) if args.dev => Ok(MasterKeySource::MadeIn(data_dir.join("master.key"))),
        (None, None) => Err(outside(
            "no master key; set KEYRACK_MASTER_KEY (32 bytes in base64url) or KEYRACK_MASTER_KEY_FILE",
        )),
    }
}

fn master_key_value(key: &str) -> Result<MasterKeySource, ConfigError> {
    match URL_SAFE_NO_PAD.decode(key) {
        Ok(bytes) if bytes.len() == 32 => Ok(MasterKeySource::Value(key.to_owned())),
        _ => Err(outside(
            "KEYRACK_MASTER_KEY is not 32 bytes in base64url; make one with: openssl rand -base64 32 | tr '+/' '-_'",
        )),
    }
}

fn mail(args: &Run, source: Option<&Source>, file: &File) -> Result<Mail, ConfigError> {
    match (&file.mail, source) {
        _ if args.dev => Ok(Mail::Outbox),
        (Some(table), _) => Ok(Mail::Smtp { url: table.smtp.0.clone() }),
        (None, Some(source)) => {
            let path = source.path.display();
            Err(outside(format!(
                "{path}: no mail server; add [mail] with smtp = \"smtp://user:password@host:587\""
            )))
        }
        (None, None) => Err(no_file()),
    }
}

fn no_file() -> ConfigError {
    outside(
        "no configuration; name it with --config or KEYRACK_CONFIG, or put keyrack.toml here (`keyrack dev` needs none)",
    )
}

fn deployments(
    args: &Run,
    source: Option<&Source>,
    file: &File,
    port: u16,
) -> Result<Vec<Deployment>, ConfigError> {
    // Under dev the mode is staging unless the command line says otherwise, whatever the file is meant for.
    let mode = if args.dev { args.mode.or(Some(Mode::Staging)) } else { args.mode };
    let built_in = || vec![Deployment::built_in(port, mode.unwrap_or(Mode::Staging))];
    let Some(source) = source else { return if args.dev { Ok(built_in()) } else { Err(no_file()) } };
    if file.deployment.is_empty() {
        let path = source.path.display();
        let missing =
            || outside(format!("{path}: no deployment; add [[deployment]] with id, mode, origin and hosts"));
        return if args.dev { Ok(built_in()) } else { Err(missing()) };
    }
    check::no_duplicates(source, &file.deployment)?;
    let mut all = Vec::new();
    for table in &file.deployment {
        let deployment = check::deployment(source, table, mode)?;
        if !args.dev && deployment.mail_from.is_empty() {
            return Err(
                source.refuse(&table.span(), "mail_from is missing; add mail_from = \"Name <address>\"")
            );
        }
        all.push(deployment);
    }
    if args.dev
        && let Some(first) = all.first_mut()
    {
        bring_home(first, port);
    }
    Ok(all)
}

/// Makes a deployment of a file answer on this machine: its own address is elsewhere.
fn bring_home(deployment: &mut Deployment, port: u16) {
    deployment.any_loopback = true;
    deployment.origin = Origin { https: false, host: "localhost".to_owned(), port: Some(port) };
    deployment.cookie_domain = None;
    let home = deployment.origin.to_string();
    if !deployment.allowed_origins.contains(&home) {
        deployment.allowed_origins.push(home);
    }
    if deployment.mail_from.is_empty() {
        deployment.mail_from = Deployment::built_in(port, deployment.mode).mail_from;
    }
}

#[cfg(test)]
#[path = "load_tests.rs"]
mod tests;
