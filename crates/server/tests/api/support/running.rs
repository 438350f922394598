use super::{Browser, Ended, Process, free_address};
use keyrack_server::world::Random;
use serde_json::Value;
use tempfile::TempDir;

/// The master key of every running binary here.
pub const MASTER_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

/// `keyrack dev` in a process of its own, on a free port, with a deployment of its own.
pub struct Running {
    process: Process,
    /// `http://127.0.0.1:<port>`.
    pub base: String,
    /// Its configuration and its data; gone with it.
    _folder: TempDir,
}

impl Running {
    /// Starts it with `KEYRACK_LOG=<log>` and waits until it serves.
    pub fn dev(log: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let id = u64::from_be_bytes(Random::System.bytes());
        let file = format!(
            "[[deployment]]\nid = \"t{id:x}\"\nmode = \"staging\"\norigin = \"https://auth.example.com\"\n\
             hosts = [\"auth.example.com\"]\n"
        );
        std::fs::write(folder.path().join("keyrack.toml"), file).unwrap();
        let database = std::env::var("KEYRACK_TEST_DATABASE_URL").unwrap_or_default();
        let variables =
            [("KEYRACK_LOG", log), ("KEYRACK_MASTER_KEY", MASTER_KEY), ("KEYRACK_DATABASE_URL", &database)];
        let address = free_address();
        let line = format!("dev --config keyrack.toml --listen {address}");
        let process = Process::start(folder.path(), &line, &variables);
        process.says("Keyrack is running");
        Self { process, base: format!("http://{address}"), _folder: folder }
    }

    /// Somebody's browser with nothing in it.
    pub fn browser(&self) -> Browser {
        Browser::in_staging(&self.base)
    }

    /// The code in the newest mail to `name`@example.com.
    pub async fn code(&self, name: &str) -> String {
        let outbox = self.browser().get(&format!("/dev/outbox?to={name}@example.com")).await;
        let newest: Value = outbox.json()["messages"].as_array().unwrap().last().unwrap().clone();
        newest["code"].as_str().unwrap().to_owned()
    }

    /// A browser in which `name`@example.com has signed up and is signed in.
    pub async fn signed_up(&self, name: &str) -> Browser {
        let browser = self.browser();
        let attempt = browser.begins_sign_up(name).await;
        browser.asks_for_code(&attempt).await.ok();
        browser.enters_code(&attempt, &self.code(name).await).await.ok();
        browser
    }

    /// Stops it and gives what it said.
    pub fn stop(self) -> Ended {
        self.process.signal(rustix::process::Signal::TERM);
        self.process.ended()
    }
}
