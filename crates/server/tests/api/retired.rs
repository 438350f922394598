//! A deployment's id never changes: real starts against one database with other configurations.

use crate::support::{Ended, MASTER_KEY, Process, free_address};
use keyrack_server::world::Random;
use rustix::process::Signal;
use std::fs;
use tempfile::TempDir;

/// A folder to start in, and a database of its own on the engine under test.
struct Place {
    folder: TempDir,
    database_url: String,
}

impl Place {
    async fn new() -> Self {
        let database_url = match std::env::var("KEYRACK_TEST_DATABASE_URL") {
            Ok(server) => tokio::task::spawn_blocking(move || own_database(&server)).await.unwrap(),
            Err(_) => String::new(),
        };
        Self { folder: tempfile::tempdir().unwrap(), database_url }
    }

    /// Writes a configuration with these deployments, and what goes before them.
    fn configure(&self, before: &str, ids: &[&str]) {
        let mut file = format!("{before}\n[mail]\nsmtp = \"smtps://mail.example.com\"\n");
        for id in ids {
            file += &format!(
                "[[deployment]]\nid = \"{id}\"\nmode = \"production\"\norigin = \"https://{id}.example.com\"\n\
                 hosts = [\"{id}.example.com\"]\nmail_from = \"a@example.com\"\n"
            );
        }
        fs::write(self.folder.path().join("keyrack.toml"), file).unwrap();
    }

    fn start(&self, command: &str) -> Process {
        let variables = [("KEYRACK_MASTER_KEY", MASTER_KEY), ("KEYRACK_DATABASE_URL", &self.database_url)];
        let line = format!("{command} --listen {}", free_address());
        Process::start(self.folder.path(), &line, &variables)
    }

    /// Starts it, waits until it serves, and stops it.
    #[track_caller]
    fn starts(&self, command: &str) -> Ended {
        let process = self.start(command);
        process.logs("\"serving\"");
        process.signal(Signal::TERM);
        let ended = process.ended();
        assert_eq!(ended.code, Some(0), "{ended:?}");
        ended
    }

    /// The one line with which it refuses to start.
    #[track_caller]
    fn refuses(&self) -> String {
        let ended = self.start("serve").ended();
        let lines: Vec<&String> = ended.err.iter().filter(|line| line.starts_with("keyrack: ")).collect();
        let (Some(1), [line]) = (ended.code, lines.as_slice()) else { panic!("{ended:?}") };
        (*line).clone()
    }
}

/// A new database on the PostgreSQL server that `url` leads to.
pub fn own_database(url: &str) -> String {
    let name = format!("keyrack_{:x}", u64::from_be_bytes(Random::System.bytes()));
    let mut server = postgres::Client::connect(url, postgres::NoTls).unwrap();
    server.batch_execute(&format!("create database {name} template template0 locale 'C'")).unwrap();
    let mut own = url::Url::parse(url).unwrap();
    own.set_path(&name);
    own.into()
}

#[tokio::test]
async fn a_start_refuses_a_database_that_knows_more_than_the_file_unless_it_is_retired() {
    let place = Place::new().await;
    place.configure("", &["app", "old"]);
    place.starts("serve");

    place.configure("", &["app", "new"]);
    let line = place.refuses();
    assert!(
        line.contains("it knows the deployment \"old\"") && line.contains("retired = [\"old\"]"),
        "{line}"
    );
    // Refused before anything was made: a second refusal would name the new one too.
    place.configure("", &["app"]);
    assert!(place.refuses().contains("retired = [\"old\"]"));

    place.configure("retired = [\"old\"]", &["app", "new"]);
    place.starts("serve");
    place.configure("retired = [\"old\"]", &["app", "old"]);
    assert!(place.refuses().contains("the deployment \"old\" is retired"));
    place.configure("", &["app"]);
    assert!(place.refuses().contains("retired = [\"new\", \"old\"]"));
    // What was retired comes back with its id.
    place.configure("", &["app", "new", "old"]);
    place.starts("serve");
}

#[tokio::test]
async fn dev_runs_beside_the_deployments_of_a_file_and_says_so_but_serve_does_not_run_beside_devs_own() {
    let place = Place::new().await;
    place.configure("", &["app"]);
    place.starts("dev --config keyrack.toml");
    let process = place.start("dev");
    let said = process.logs("does not run here");
    assert!(said.contains("\"deployment\":\"app\"") && said.contains("\"others\":0"), "{said}");
    process.logs("\"deployment\":\"dev\"");
    process.signal(Signal::TERM);
    assert_eq!(process.ended().code, Some(0));
    place.starts("dev --config keyrack.toml");
    let line = place.refuses();
    assert!(
        line.contains("it knows the deployment \"dev\"") && line.contains("retired = [\"dev\"]"),
        "{line}"
    );
}
