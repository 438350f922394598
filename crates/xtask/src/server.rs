//! A `keyrack` of one's own: on a free port, with a data folder that goes when it does.

use crate::{Outcome, tools};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How to start it.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The program.
    pub binary: PathBuf,
    /// Its data folder, kept when the server is killed and started again.
    pub data: PathBuf,
    /// Its port on 127.0.0.1.
    pub port: u16,
    /// PostgreSQL, or SQLite in the data folder.
    pub database_url: Option<String>,
    /// Its configuration, or the built-in deployment.
    pub config: Option<PathBuf>,
    /// The CPU that it may use, or all of them.
    pub cpu: Option<u8>,
    /// Then it is `keyrack serve` with this key, instead of `keyrack dev`, which makes its own.
    pub master_key: Option<String>,
}

impl Setup {
    /// On a free port, with a new data folder.
    pub fn new(binary: PathBuf, name: &str, database_url: Option<String>) -> Outcome<Self> {
        Ok(Self {
            binary,
            data: tools::scratch(name)?,
            port: tools::free_port()?,
            database_url,
            config: None,
            cpu: None,
            master_key: None,
        })
    }

    /// Where it answers.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Starts it and waits until it is ready.
    pub fn start(&self) -> Outcome<Server> {
        let mut command = match self.cpu {
            Some(cpu) => {
                let mut command = Command::new("taskset");
                command.args(["-c", &cpu.to_string()]).arg(&self.binary);
                command
            }
            None => Command::new(&self.binary),
        };
        let mut log = std::fs::OpenOptions::new();
        let log = log
            .create(true)
            .append(true)
            .open(self.log_file())
            .map_err(|error| format!("no log: {error}"))?;
        let task = if self.master_key.is_some() { "serve" } else { "dev" };
        command.args([task, "--listen", &format!("127.0.0.1:{}", self.port), "--data"]).arg(&self.data);
        command
            .env_remove("KEYRACK_CONFIG")
            .env_remove("KEYRACK_MASTER_KEY")
            .env_remove("KEYRACK_MASTER_KEY_FILE");
        match &self.database_url {
            Some(url) => command.env("KEYRACK_DATABASE_URL", url),
            None => command.env_remove("KEYRACK_DATABASE_URL"),
        };
        if let Some(config) = &self.config {
            command.env("KEYRACK_CONFIG", config);
        }
        if let Some(key) = &self.master_key {
            command.env("KEYRACK_MASTER_KEY", key);
        }
        let output = log.try_clone().map_err(|error| format!("no log: {error}"))?;
        command.stdin(Stdio::null()).stdout(output).stderr(log);
        let child = command
            .spawn()
            .map_err(|error| format!("{} cannot be started: {error}", self.binary.display()))?;
        let mut server = Server { child };
        server.wait_ready(self.port, &|| self.log())?;
        Ok(server)
    }

    /// What the server has written so far, over all its starts.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    /// Beside the data folder and not in it: a log must not fill the disk that the database is on.
    fn log_file(&self) -> PathBuf {
        self.data.with_extension("log")
    }

    /// Removes the data folder and the log.
    pub fn remove(&self) {
        drop(std::fs::remove_dir_all(&self.data));
        drop(std::fs::remove_file(self.log_file()));
    }
}

/// A running server; killed when dropped.
pub struct Server {
    child: Child,
}

impl Server {
    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it as a power cut would: at once, with nothing said.
    pub fn kill(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }

    /// The same, without waiting until it has ended.
    pub fn kill_at_once(&mut self) {
        drop(self.child.kill());
    }

    /// Asks it to stop, and says whether it did so cleanly within ten seconds.
    pub fn stop(mut self) -> bool {
        let since = Instant::now();
        // It may answer a moment before it listens for signals, and one that comes earlier just ends it.
        while !self.handles_termination() && since.elapsed() < Duration::from_secs(10) {
            std::thread::sleep(Duration::from_millis(1));
        }
        drop(Command::new("kill").args(["-TERM", &self.pid().to_string()]).status());
        let since = Instant::now();
        while since.elapsed() < Duration::from_secs(10) {
            if let Ok(Some(status)) = self.child.try_wait() {
                return status.success();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        false
    }

    /// Whether SIGTERM is among the signals that it catches.
    fn handles_termination(&self) -> bool {
        const SIGTERM: u64 = 1 << (15 - 1);
        let status = read_proc(self.pid(), "status").unwrap_or_default();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        caught
            .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
            .is_some_and(|mask| mask & SIGTERM != 0)
    }

    fn wait_ready(&mut self, port: u16, log: &dyn Fn() -> String) -> Outcome {
        let since = Instant::now();
        while since.elapsed() < Duration::from_secs(30) {
            if ready(port) {
                return Ok(());
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(format!("keyrack ended while it started ({status}):\n{}", log()));
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Err(format!("keyrack is not ready after 30 s:\n{}", log()))
    }

    /// Memory that it holds, in bytes (`VmRSS`).
    pub fn memory(&self) -> Outcome<u64> {
        self.status("VmRSS:")
    }

    /// How many threads it has.
    pub fn threads(&self) -> Outcome<usize> {
        let status = read_proc(self.pid(), "status")?;
        let line = status.lines().find_map(|line| line.strip_prefix("Threads:"));
        line.and_then(|rest| rest.trim().parse().ok()).ok_or_else(|| "no Threads in /proc".to_owned())
    }

    /// How many files and connections it has open.
    pub fn files(&self) -> Outcome<usize> {
        let folder = Path::new("/proc").join(self.pid().to_string()).join("fd");
        let open = std::fs::read_dir(&folder)
            .map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
        Ok(open.count())
    }

    /// CPU time that it has used, in seconds (user and system).
    pub fn cpu_seconds(&self) -> Outcome<f64> {
        let stat = read_proc(self.pid(), "stat")?;
        // The program's name, the second field, may hold spaces; it ends at the last parenthesis.
        let rest = stat.rsplit_once(") ").map(|parts| parts.1).ok_or("no name in /proc/…/stat")?;
        let ticks = |index: usize| rest.split(' ').nth(index).and_then(|text| text.parse::<f64>().ok());
        let (user, system) = ticks(11).zip(ticks(12)).ok_or("no times in /proc/…/stat")?;
        let per_second = tools::output(Command::new("getconf").arg("CLK_TCK"))?;
        per_second.parse::<f64>().map(|count| (user + system) / count).map_err(|_| "no CLK_TCK".to_owned())
    }
}

impl Server {
    /// Starts a program of another kind that answers `GET /readyz` on this port.
    pub fn of(command: &mut Command, port: u16) -> Outcome<Self> {
        let program = command.get_program().to_string_lossy().into_owned();
        let child = command.spawn().map_err(|error| format!("{program} cannot be started: {error}"))?;
        let mut server = Self { child };
        server.wait_ready(port, &String::new)?;
        Ok(server)
    }

    /// The most memory that it has held, in bytes (`VmHWM`).
    pub fn most_memory(&self) -> Outcome<u64> {
        self.status("VmHWM:")
    }

    fn status(&self, name: &str) -> Outcome<u64> {
        let status = read_proc(self.pid(), "status")?;
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kilobytes = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
        kilobytes.map(|count| count * 1024).ok_or_else(|| format!("no {name} in /proc"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

fn read_proc(pid: u32, file: &str) -> Outcome<String> {
    let path = Path::new("/proc").join(pid.to_string()).join(file);
    std::fs::read_to_string(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

/// Whether `GET /readyz` is answered with 200.
fn ready(port: u16) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        write!(stream, "GET /readyz HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.take(4096).read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}
