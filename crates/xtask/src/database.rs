//! A PostgreSQL server of one's own: made for one run, reachable from this machine only, gone afterwards.

mod pair;

pub use pair::Pair;

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

/// After a crash it syncs all of its files before it starts: on a busy disk that takes a while.
const START: Duration = Duration::from_secs(120);

/// A PostgreSQL; stopped and removed when dropped.
pub struct Database {
    folder: PathBuf,
    bin: PathBuf,
    durability: Durability,
    /// None while it is down.
    server: Option<Child>,
    port: u16,
}

impl Database {
    /// Starts an empty one, installing PostgreSQL when it is missing.
    pub fn start(durability: Durability) -> Outcome<Self> {
        remove_left_behind();
        let mut database = Self::new("postgres", durability)?;
        let data = text(&database.data());
        let args = ["-D", &data, "-U", "postgres", "-A", "trust", "--no-sync", "--no-instructions"];
        let mut initdb = as_its_user(&database.bin.join("initdb"));
        tools::output(initdb.args(args).args(["-E", "UTF8", "--locale=C"]))?;
        database.restart()?;
        Ok(database)
    }

    /// One without data, which does not run.
    fn new(name: &str, durability: Durability) -> Outcome<Self> {
        let bin = programs().map_or_else(
            || {
                tools::install(&["postgresql"], "PostgreSQL")?;
                programs().ok_or_else(|| "PostgreSQL was installed, but initdb was not found".to_owned())
            },
            Ok,
        )?;
        let folder = tools::scratch(name)?;
        if tools::is_root() {
            tools::run(Command::new("chown").args(["postgres:postgres", &text(&folder)]))?;
        }
        Ok(Self { folder, bin, durability, server: None, port: tools::free_port()? })
    }

    /// Its address, with a database that takes whatever the caller makes in it.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Starts it again, with the data that it has; returns when it takes connections.
    pub fn restart(&mut self) -> Outcome {
        self.server = Some(spawn(&self.folder, &self.bin, self.port, self.durability)?);
        self.wait()
    }

    /// Ends all of its processes at once, as a power cut would.
    pub fn kill(&mut self) {
        // Stopped first: a server that sees a child die begins to recover.
        drop(self.signal("-STOP", false));
        drop(self.signal("-KILL", true));
        self.server.take().map(|mut server| server.wait());
    }

    /// Ends it as `pg_ctl stop -m immediate` does: without a checkpoint, and the clients are told.
    pub fn quit(&mut self) {
        drop(self.signal("-QUIT", false));
        self.server.take().map(|mut server| server.wait());
    }

    /// All of its processes stand still until [`Database::resume`].
    pub fn pause(&self) -> Outcome {
        self.signal("-STOP", true)
    }

    /// They go on.
    pub fn resume(&self) -> Outcome {
        self.signal("-CONT", true)
    }

    /// What one statement answers: columns parted by `|`, rows by line ends.
    pub fn query(&self, sql: &str) -> Outcome<String> {
        let port = self.port.to_string();
        let mut psql = Command::new(self.bin.join("psql"));
        psql.args(["-X", "-q", "-t", "-A", "-h", "127.0.0.1", "-p", &port, "-U", "postgres", "-c", sql]);
        tools::output(psql.arg("postgres").env_remove("PGOPTIONS").current_dir("/"))
    }

    /// Waits until no keyrack's transaction is under way; there must be nobody who begins others.
    pub fn until_quiet(&self) -> Outcome {
        let busy =
            "select count(*) from pg_stat_activity where application_name = 'keyrack' and state <> 'idle'";
        let since = Instant::now();
        while self.query(busy)? != "0" {
            if since.elapsed() > Duration::from_secs(20) {
                return Err("PostgreSQL still works on something after 20 s".to_owned());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn signal(&self, signal: &str, children_too: bool) -> Outcome {
        let Some(server) = &self.server else { return Err("PostgreSQL does not run".to_owned()) };
        let own = server.id().to_string();
        let mut kill = Command::new("kill");
        kill.args([signal, &own]);
        if children_too {
            // One that has ended meanwhile is none to be told.
            kill.args(children(server.id())).stderr(Stdio::null());
            return kill.status().map(drop).map_err(|error| format!("no signal: {error}"));
        }
        tools::run(&mut kill)
    }

    fn wait(&mut self) -> Outcome {
        let since = Instant::now();
        let port = self.port.to_string();
        while since.elapsed() < START {
            let ready = Command::new(self.bin.join("pg_isready"))
                .args(["-q", "-h", "127.0.0.1", "-p", &port])
                .status();
            if ready.is_ok_and(|status| status.success()) {
                return Ok(());
            }
            if self.server.as_mut().is_none_or(|server| server.try_wait().is_ok_and(|ended| ended.is_some()))
            {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        Err(format!("PostgreSQL does not start:\n{log}"))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // SIGQUIT is PostgreSQL's immediate shutdown: the children end too, and nothing is kept anyway.
        if self.server.is_some() {
            drop(self.resume());
            self.quit();
        }
        drop(fs::remove_dir_all(&self.folder));
    }
}

/// The processes that `parent` has started.
fn children(parent: u32) -> Vec<String> {
    let entries = fs::read_dir("/proc").into_iter().flatten().filter_map(|entry| entry.ok());
    let pids = entries.filter_map(|entry| entry.file_name().to_string_lossy().parse::<u32>().ok());
    let line = format!("PPid:\t{parent}");
    let is_child = |pid: &u32| {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        status.lines().any(|each| each == line)
    };
    pids.filter(is_child).map(|pid| pid.to_string()).collect()
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
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

fn spawn(folder: &Path, bin: &Path, port: u16, durability: Durability) -> Outcome<Child> {
    let mut log = fs::OpenOptions::new();
    let log = log
        .create(true)
        .append(true)
        .open(folder.join("log"))
        .map_err(|error| format!("cannot write a log: {error}"))?;
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
        let Some(owner) = name.strip_prefix("keyrack-postgres-").or(name.strip_prefix("keyrack-standby-"))
        else {
            continue;
        };
        if !Path::new("/proc").join(owner).exists() {
            drop(fs::remove_dir_all(&path));
        }
    }
}
