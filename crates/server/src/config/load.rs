//! Puts the configuration together: command line over environment over file over what is built in.

use super::layout::Layout;
use super::outside::{database_url, listen, log_and_traces, mail, master_key};
use super::problem::Problem;
use super::read::{self, File};
use super::secrets::Env;
use super::sms::sms;
use super::source::Source;
use super::table::Table;
use super::{Config, DEFAULT_PORT, Deployment, Mode, Origin, fit, metrics};
use crate::cli::Run;
use crate::world::Atlas;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// What an examination found.
#[derive(Debug)]
pub struct Examined {
    /// The configuration; none when an error is among the problems.
    pub config: Option<Config>,
    /// Everything that is wrong or probably not meant: the file's by their lines, then the rest.
    pub problems: Vec<Problem>,
    /// The id of each deployment that could be read, and where its application and Keyrack live.
    pub layouts: Vec<(String, Layout)>,
}

/// Reads the configuration.
///
/// # Errors
/// The first of what [`examine`] finds, with the number of the others.
pub fn load(args: &Run, env: &dyn Fn(&str) -> Option<String>) -> Result<Config, Problem> {
    examine(args, env).into_config()
}

impl Examined {
    /// The configuration.
    ///
    /// # Errors
    /// The first error, with the number of the others.
    pub fn into_config(self) -> Result<Config, Problem> {
        let mut errors = self.problems.into_iter().filter(Problem::is_error);
        match (self.config, errors.next()) {
            (Some(config), _) => Ok(config),
            (None, None) => Err(Problem::outside("the configuration was not understood")),
            (None, Some(mut first)) => {
                match errors.count() {
                    0 => {}
                    more => {
                        first.text = format!("{} (and {more} more: `keyrack check` lists them)", first.text)
                    }
                }
                Err(first)
            }
        }
    }
}

/// What is wrong with the folders of demos.
fn demos(args: &Run) -> Vec<Problem> {
    if args.demo.is_empty() {
        return Vec::new();
    }
    if !args.dev {
        return vec![Problem::outside("--demo works under `keyrack dev` only; leave it out")];
    }
    let without = args.demo.iter().filter(|(_, folder)| !folder.join("index.html").is_file());
    let said = |folder: &Path| format!("--demo: {} has no index.html; build it first", folder.display());
    without.map(|(_, folder)| Problem::outside(said(folder))).collect()
}

/// Reads the configuration and finds everything that is wrong with it. `env` answers for environment
/// variables; an empty one counts as unset. `keyrack serve` starts exactly when no error is among it.
pub fn examine(args: &Run, env: &dyn Fn(&str) -> Option<String>) -> Examined {
    let env: Env<'_> = &|name| env(name).filter(|value| !value.is_empty());
    let mut problems = Vec::new();
    if args.virtual_clock && !args.dev {
        problems.push(Problem::outside("--virtual-clock works under `keyrack dev` only; leave it out"));
    }
    problems.extend(demos(args));
    let source = match find_file(args, env).map(|path| Source::open(&path)).transpose() {
        Ok(source) => source,
        Err(problem) => return refused(vec![problem]),
    };
    let Some(file) = understand(args, source.as_ref(), &mut problems) else { return refused(problems) };
    let listen = listen(args, source.as_ref(), &file, &mut problems);
    let metrics_listen = metrics::listen(args, source.as_ref(), (&file, &listen), &mut problems);
    let data_dir = args.data.clone().or_else(|| file.data.clone()).unwrap_or_else(|| PathBuf::from("data"));
    let mail = mail(args, env, source.as_ref(), &file, &mut problems);
    let sms = sms(args, env, source.as_ref(), &file, &mut problems);
    let master_key = master_key(args, env, &file, &data_dir, &mut problems);
    let database_url = database_url(env, &file, &mut problems);
    log_and_traces(env, &mut problems);
    geoip(source.as_ref(), &file);
    if let Some(source) = &source {
        // What was noted late about the file belongs to the rest of it.
        problems.splice(0..0, source.take_problems());
    }
    problems.sort_by_key(|problem| problem.line.unwrap_or(usize::MAX));
    let layouts = layouts(&file);
    let port = listen.first().map_or(DEFAULT_PORT, SocketAddr::port);
    let is_wrong = problems.iter().any(Problem::is_error);
    let (false, Some(mail), Some(sms), Some(master_key)) = (is_wrong, mail, sms, master_key) else {
        return Examined { config: None, problems, layouts };
    };
    let config = Config {
        dev: args.dev,
        virtual_clock: args.virtual_clock,
        demos: args.demo.clone(),
        deployments: deployments(args, file.deployments, port),
        trusted_proxies: file.trusted_proxies,
        geoip_file: file.geoip_file,
        max_streams: file.max_streams.unwrap_or(super::DEFAULT_STREAMS),
        retired: file.retired,
        refuse_unknown: !args.dev,
        listen,
        metrics_listen,
        data_dir,
        nameservers: file.nameservers,
        mail,
        sms,
        master_key,
        database_url,
    };
    Examined { config: Some(config), problems, layouts }
}

/// A file of places that cannot be read is said before a server starts without it.
fn geoip(source: Option<&Source>, file: &File) {
    let (Some(source), Some(path)) = (source, &file.geoip_file) else { return };
    if let Err(cause) = Atlas::read(path) {
        source.complain(super::Severity::Error, "geoip_file", format!("geoip_file: {cause}"));
    }
}

fn layouts(file: &File) -> Vec<(String, Layout)> {
    let readable = file.deployments.iter().filter(|draft| draft.has_id && draft.origin.is_some());
    readable.map(|draft| (draft.deployment.id.clone(), Layout::of(&draft.deployment))).collect()
}

fn refused(problems: Vec<Problem>) -> Examined {
    Examined { config: None, problems, layouts: Vec::new() }
}

/// `keyrack dev` takes a file only when it is told to: what lies in the folder may be meant for `serve`.
fn find_file(args: &Run, env: Env<'_>) -> Option<PathBuf> {
    let named = args.config.clone().or_else(|| env("KEYRACK_CONFIG").map(PathBuf::from));
    let here = || Some(PathBuf::from("keyrack.toml")).filter(|path| !args.dev && path.exists());
    named.or_else(here)
}

/// The file with everything in it that does not fit noted; none when there is nothing to go on with.
fn understand(args: &Run, source: Option<&Source>, problems: &mut Vec<Problem>) -> Option<File> {
    let Some(source) = source else {
        if args.dev {
            return Some(File::default());
        }
        problems.push(Problem::outside(
            "no configuration; name it with --config or KEYRACK_CONFIG, or put keyrack.toml here (`keyrack config` prints one; `keyrack dev` needs none)",
        ));
        return None;
    };
    let Some(table) = source.parse() else {
        problems.extend(source.take_problems());
        return None;
    };
    // Under dev the mode is staging unless the command line says otherwise, whatever the file is meant for.
    let mode = if args.dev { args.mode.or(Some(Mode::Staging)) } else { args.mode };
    let file = read::file(Table::whole(source, table), mode);
    fit::check(source, &file, args.dev);
    if file.deployments.is_empty() && !args.dev {
        let text = "no deployment; add [[deployment]] with id, mode, origin and hosts";
        problems.push(Problem { file: Some(source.path.clone()), ..Problem::outside(text) });
    }
    Some(file)
}

fn deployments(args: &Run, drafts: Vec<read::Draft>, port: u16) -> Vec<Deployment> {
    let mut all: Vec<Deployment> = drafts.into_iter().map(|draft| draft.deployment).collect();
    if !args.dev {
        return all;
    }
    match all.first_mut() {
        Some(first) => bring_home(first, port),
        None => all.push(Deployment::built_in(port, args.mode.unwrap_or(Mode::Staging))),
    }
    all
}

/// Makes a deployment of a file answer on this machine. An address of this machine stays: it is that of a
/// development server in front.
fn bring_home(deployment: &mut Deployment, port: u16) {
    deployment.any_loopback = true;
    deployment.cookie_domain = None;
    if !deployment.origin.is_loopback() {
        deployment.origin = Origin { https: false, host: "localhost".to_owned(), port: Some(port) };
        deployment.path = String::new();
    }
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
