//! The real binary, and programs that use it.

use super::ports::free_address;
use clap::Parser;
use keyrack_client::{Client, File};
use keyrack_demo_terminal::{Line, run};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

pub const PASSWORD: &str = "correct horse battery";

/// `keyrack dev` with Ada and Grace.
pub struct Dev {
    child: Child,
    pub key: String,
    folder: TempDir,
}

impl Dev {
    pub fn start(mode: &str) -> Self {
        Self::with(mode, "")
    }

    /// With more in its file about the deployment.
    pub fn with(mode: &str, more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = free_address();
        let file = format!(
            "[[deployment]]\nid = \"terminal\"\nmode = \"{mode}\"\norigin = \"http://{address}\"\n\
             hosts = [\"127.0.0.1\"]\n\n\
             [deployment.organizations]\nenabled = true\n{more}"
        );
        std::fs::write(folder.path().join("keyrack.toml"), file).unwrap();
        let people = ["ada", "grace"].map(|name| {
            format!("[[user]]\nemail = \"{name}@example.com\"\nfirst_name = \"{name}\"\npassword = \"{PASSWORD}\"\n\n")
        });
        std::fs::write(folder.path().join("seed.toml"), people.concat()).unwrap();
        let line = format!("dev --config keyrack.toml --listen {address} --mode {mode} --seed seed.toml");
        let mut child = Command::new(env!("CARGO_BIN_EXE_keyrack"))
            .args(line.split(' '))
            .current_dir(folder.path())
            .env_clear()
            .env("KEYRACK_LOG", "warn")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let key =
            lines.find_map(|line| line.split("Publishable key: ").nth(1).map(str::to_owned)).expect("a key");
        // What it says further on is read, so that it is never kept from saying it.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, key, folder }
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// One run of the program with these words.
    pub async fn terminal(&self, words: &str) -> Result<String, String> {
        let file = self.file("session").display().to_string();
        let line = ["terminal", "--key", &self.key, "--file", &file].into_iter().chain(words.split(' '));
        run(Line::try_parse_from(line).unwrap(), &|_| PASSWORD.to_owned()).await.map_err(|failure| failure.0)
    }

    pub async fn store(&self) -> Client {
        let client =
            Client::builder(&self.key).unwrap().keeper(File::at(self.file("session"))).start().unwrap();
        client.loaded().await.unwrap();
        client
    }
}

impl Dev {
    pub fn end(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        self.end();
    }
}
