//! A PostgreSQL server of one's own: made for one run, reachable from this machine only, gone afterwards.

use crate::{Outcome, tools};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Whether what is committed must be on the disk.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// As in production.
    Full,
    /// For tests that never cut the power: several times faster.
    None,
}

/// A running PostgreSQL; stopped and removed when dropped.
pub struct Database {
    folder: PathBuf,
    server: Child,
    port: u16,
}

impl Database {
    /// Starts an empty one, installing PostgreSQL when it is missing.
    pub fn start(durability: Durability) -> Outcome<Self> {
        let bin = programs().map_or_else(
            || {
                tools::install(&["postgresql"], "PostgreSQL")?;
                programs().ok_or_else(|| "PostgreSQL was installed, but initdb was not found".to_owned())
            },
            Ok,
        )?;
        remove_left_behind();
        let folder = tools::scratch("postgres")?;
        prepare(&folder, &bin)?;
        let port = tools::free_port()?;
        let server = spawn(&folder, &bin, port, durability)?;
        let mut database = Self { folder, server, port };
        database.wait(&bin)?;
        Ok(database)
    }

    /// Its address, with a database that takes whatever the caller makes in it.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    fn wait(&mut self, bin: &Path) -> Outcome {
        let since = Instant::now();
        let port = self.port.to_string();
        while since.elapsed() < Duration::from_secs(30) {
            let ready =
                Command::new(bin.join("pg_isready")).args(["-q", "-h", "127.0.0.1", "-p", &port]).status();
            if ready.is_ok_and(|status| status.success()) {
                return Ok(());
            }
            if self.server.try_wait().is_ok_and(|ended| ended.is_some()) {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        Err(format!("PostgreSQL does not start:\n{log}"))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // SIGQUIT is PostgreSQL's immediate shutdown: the children end too, and nothing is kept anyway.
        drop(Command::new("kill").args(["-QUIT", &self.server.id().to_string()]).status());
        drop(self.server.wait());
        drop(fs::remove_dir_all(&self.folder));
    }
}

/// The folder of the newest installed PostgreSQL's programs.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().filter_map(|entry| entry.ok());
    let mut all: Vec<PathBuf> = versions.map(|entry| entry.path().join("bin")).collect();
    all.sort_by_key(|path| {
        path.iter().rev().nth(1).and_then(|name| name.to_string_lossy().parse::<u32>().ok())
    });
    all.extend(tools::output(Command::new("pg_config").arg("--bindir")).ok().map(PathBuf::from));
    all.into_iter().rev().find(|path| path.join("initdb").exists())
}

/// PostgreSQL refuses to run as root: root hands it to the user that its package made. When this program
/// ends, however it ends, the server is told to stop.
fn as_its_user(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "QUIT"]);
    if tools::is_root() {
        command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]);
    }
    command.arg("--").arg(program).current_dir("/").stdin(Stdio::null());
    command
}

fn prepare(folder: &Path, bin: &Path) -> Outcome {
    let text = |path: PathBuf| path.to_string_lossy().into_owned();
    if tools::is_root() {
        tools::run(Command::new("chown").args(["postgres:postgres", &text(folder.to_owned())]))?;
    }
    let data = text(folder.join("data"));
    let args = ["-D", &data, "-U", "postgres", "-A", "trust", "--no-sync", "--no-instructions", "-E", "UTF8"];
    tools::output(as_its_user(&bin.join("initdb")).args(args).arg("--locale=C")).map(drop)
}

fn spawn(folder: &Path, bin: &Path, port: u16, durability: Durability) -> Outcome<Child> {
    let log = fs::File::create(folder.join("log")).map_err(|error| format!("cannot write a log: {error}"))?;
    let mut command = as_its_user(&bin.join("postgres"));
    command.arg("-D").arg(folder.join("data")).stdout(Stdio::null()).stderr(log);
    let socket = format!("unix_socket_directories={}", folder.display());
    let port = format!("port={port}");
    for setting in ["listen_addresses=127.0.0.1", &port, &socket, "max_connections=200"] {
        command.args(["-c", setting]);
    }
    if durability == Durability::None {
        for setting in ["fsync=off", "synchronous_commit=off", "full_page_writes=off"] {
            command.args(["-c", setting]);
        }
    }
    command.spawn().map_err(|error| format!("PostgreSQL cannot be started: {error}"))
}

/// Removes the folders of runs that were killed.
fn remove_left_behind() {
    let entries = fs::read_dir(std::env::temp_dir()).into_iter().flatten().filter_map(|entry| entry.ok());
    for path in entries.map(|entry| entry.path()) {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let Some(owner) = name.strip_prefix("keyrack-postgres-") else { continue };
        if !Path::new("/proc").join(owner).exists() {
            drop(fs::remove_dir_all(&path));
        }
    }
}
