//! What the rows share: programs, databases full of sessions, servers on their CPU.

use super::Options;
use super::requests::{HOST, People};
use crate::database::{Database, Durability};
use crate::server::{Server, Setup};
use crate::{Outcome, tools};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// The CPU of what is measured.
pub const SERVER_CPU: u8 = 0;
/// The CPU of the load, which the server does not have.
pub const LOAD_CPU: u8 = 1;
/// Sessions of each database whose credentials the loads know: more than the server remembers.
const TOLD: usize = 30_000;
const MASTER_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

/// Everything that a run made.
pub struct Lab {
    /// How it is measured.
    pub options: Options,
    /// For files of this run.
    pub folder: PathBuf,
    built: PathBuf,
    config: PathBuf,
    seeded: HashMap<usize, Data>,
    postgres: Option<(Database, Data)>,
    members: Option<Data>,
}

/// A database with sessions in it, which one server at a time may use.
#[derive(Clone, Debug)]
pub struct Data {
    /// The server's data folder.
    pub folder: PathBuf,
    /// PostgreSQL, if it is not in the folder.
    pub database_url: Option<String>,
    /// Whom the loads may act as.
    pub people: People,
}

impl Lab {
    /// An empty one.
    pub fn new(options: Options) -> Outcome<Self> {
        let folder = tools::scratch("bench")?;
        let config = folder.join("keyrack.toml");
        // The load is a proxy that tells addresses: what one address may try is not measured.
        let text = format!(
            "trusted_proxies = [\"127.0.0.0/8\"]\n\n[mail]\nsmtp = \"smtp://127.0.0.1:25\"\n\n[[deployment]]\nid = \"bench\"\n\
             app_name = \"Bench\"\nmail_from = \"Bench <bench@example.com>\"\nmode = \"production\"\norigin = \"https://{HOST}\"\nhosts = [\"{HOST}\"]\n\n\
             [deployment.organizations]\nenabled = true\n"
        );
        fs::write(&config, text).map_err(|error| format!("no configuration: {error}"))?;
        let built = tools::built("release")?;
        Ok(Self { options, folder, built, config, seeded: HashMap::new(), postgres: None, members: None })
    }

    /// A program of this repository, built with the release profile.
    pub fn program(&self, name: &str) -> PathBuf {
        self.built.join(name)
    }

    /// A server on SQLite or PostgreSQL, not started.
    pub fn setup(&self, folder: &Path, database_url: Option<String>) -> Outcome<Setup> {
        Ok(Setup {
            binary: self.program("keyrack"),
            data: folder.to_owned(),
            port: tools::free_port()?,
            database_url,
            config: Some(self.config.clone()),
            cpu: Some(SERVER_CPU),
            master_key: Some(MASTER_KEY.to_owned()),
        })
    }

    /// A server on this data, started on its CPU.
    pub fn keyrack(&self, data: &Data) -> Outcome<(Server, u16)> {
        let setup = self.setup(&data.folder, data.database_url.clone())?;
        Ok((setup.start()?, setup.port))
    }

    /// One of the handlers that do less, started on the server's CPU.
    pub fn bare(&self, kind: &str, more: &[(&str, &Path)]) -> Outcome<(Server, u16)> {
        let port = tools::free_port()?;
        let mut command = pinned(&self.program("keyrack-bare"));
        command.args([kind, "--port", &port.to_string()]);
        for (name, value) in more {
            command.arg(name).arg(value);
        }
        Ok((Server::of(&mut command, port)?, port))
    }

    /// A SQLite database with so many sessions, made when it is asked for first.
    pub fn data(&mut self, sessions: usize) -> Outcome<Data> {
        if let Some(data) = self.seeded.get(&sessions) {
            return Ok(data.clone());
        }
        let folder = self.folder.join(format!("sqlite-{sessions}"));
        let data = self.seed(&folder, None, &["--sessions", &sessions.to_string()])?;
        self.seeded.insert(sessions, data.clone());
        Ok(data)
    }

    /// A copy of a SQLite database that no server uses.
    pub fn copy_of(&self, data: &Data, name: &str) -> Outcome<Data> {
        let folder = self.folder.join(name);
        drop(fs::remove_dir_all(&folder));
        tools::run(Command::new("cp").arg("-r").arg(&data.folder).arg(&folder))?;
        Ok(Data { folder, ..data.clone() })
    }

    /// A PostgreSQL with so many sessions, made when it is asked for first.
    pub fn postgres(&mut self, sessions: usize) -> Outcome<Data> {
        if let Some((_, data)) = &self.postgres {
            return Ok(data.clone());
        }
        let database = Database::start(Durability::Full)?;
        let folder = self.folder.join("postgres-data");
        let data = self.seed(&folder, Some(database.url()), &["--sessions", &sessions.to_string()])?;
        database.query("vacuum analyze")?;
        self.postgres = Some((database, data.clone()));
        Ok(data)
    }

    /// A SQLite database with one organization of each size, made when it is asked for first.
    pub fn members(&mut self, sizes: [usize; 2]) -> Outcome<Data> {
        if let Some(data) = &self.members {
            return Ok(data.clone());
        }
        let [few, many] = sizes.map(|size| size.to_string());
        let what = ["--sessions", "0", "--members", &few, "--members", &many];
        let data = self.seed(&self.folder.join("sqlite-members"), None, &what)?;
        self.members = Some(data.clone());
        Ok(data)
    }

    fn seed(&self, folder: &Path, database_url: Option<String>, what: &[&str]) -> Outcome<Data> {
        let began = Instant::now();
        fs::create_dir_all(folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
        private(folder)?;
        // The first start makes tables, keys and the deployment.
        let setup = Setup { cpu: None, ..self.setup(folder, database_url.clone())? };
        if !setup.start()?.stop() {
            return Err(format!("keyrack did not stop cleanly:\n{}", setup.log()));
        }
        let out = folder.with_extension("people");
        let mut command = Command::new(self.program("keyrack-seed"));
        command.arg("--data").arg(folder).arg("--out").arg(&out).env("KEYRACK_MASTER_KEY", MASTER_KEY);
        command.args(what).args(["--told", &TOLD.to_string()]);
        if let Some(url) = &database_url {
            command.args(["--database", url]);
        }
        tools::run(&mut command)?;
        let engine = if database_url.is_some() { "PostgreSQL" } else { "SQLite" };
        println!(
            "  {} in {engine}: {:.0} s",
            what.join(" ").replace("--", ""),
            began.elapsed().as_secs_f64()
        );
        Ok(Data { folder: folder.to_owned(), database_url, people: People::read(&out)? })
    }

    /// Removes what the run made.
    pub fn remove(self) {
        drop(self.postgres);
        drop(fs::remove_dir_all(&self.folder));
    }
}

/// A program on the server's CPU.
pub fn pinned(program: &Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", &SERVER_CPU.to_string()]).arg(program);
    command
}

/// `keyrack serve` refuses a folder that others may write.
fn private(folder: &Path) -> Outcome {
    tools::run(Command::new("chmod").arg("700").arg(folder))
}
