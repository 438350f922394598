use super::{Browser, Ended, Process, free_address};
use keyrack_server::world::Random;
use serde_json::Value;
use std::path::Path;
use tempfile::TempDir;

/// A machine without certificates, as small images are.
pub const NO_CERTIFICATES: [(&str, &str); 2] =
    [("SSL_CERT_FILE", "/dev/null"), ("SSL_CERT_DIR", "/nonexistent")];

/// The master key of every running binary here.
pub const MASTER_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

/// `keyrack dev` in a process of its own, on a free port, with a deployment of its own.
pub struct Running {
    process: Process,
    /// `http://127.0.0.1:<port>`.
    pub base: String,
    /// Its configuration and its data; gone with it.
    folder: TempDir,
    database: String,
}

impl Running {
    /// Starts it with `KEYRACK_LOG=<log>` and waits until it serves.
    pub fn dev(log: &str) -> Self {
        Self::dev_with(log, "")
    }

    /// The same with more words on its command line.
    pub fn dev_with(log: &str, more: &str) -> Self {
        Self::begin(log, more, Process::start)
    }

    /// One whose files may be limited; none where it has no files.
    pub fn dev_on_a_small_disk() -> Option<Self> {
        let on_files = std::env::var("KEYRACK_TEST_DATABASE_URL").is_err();
        on_files.then(|| Self::begin("info", "", Process::start_to_be_limited))
    }

    /// Lets its files grow to so many bytes only, or as they like.
    pub fn limit_files(&self, bytes: Option<u64>) {
        self.process.limit_files(bytes);
    }

    fn begin(log: &str, more: &str, start: fn(&Path, &str, &[(&str, &str)]) -> Process) -> Self {
        Self::begin_in(Self::folder_with(""), (log, more), start)
    }

    /// One whose file begins like this.
    pub fn dev_saying(first: &str) -> Self {
        Self::begin_in(Self::folder_with(first), ("info", ""), Process::start)
    }

    /// One whose file ends like this.
    pub fn dev_ending(last: &str) -> Self {
        let folder = Self::folder_with("");
        let file = folder.path().join("keyrack.toml");
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, format!("{text}\n{last}")).unwrap();
        Self::begin_in(folder, ("info", ""), Process::start)
    }

    /// The demo, as `cargo xtask run` starts it, with a deployment of its own.
    pub fn demo() -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../keyrack.toml");
        let id = format!("id = \"t{:x}\"", u64::from_be_bytes(Random::System.bytes()));
        let text = std::fs::read_to_string(file).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("keyrack.toml"), text.replace("id = \"demo\"", &id)).unwrap();
        Self::begin_in(folder, ("warn", ""), Process::start)
    }

    fn folder_with(first: &str) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        let id = u64::from_be_bytes(Random::System.bytes());
        let file = format!(
            "{first}[[deployment]]\nid = \"t{id:x}\"\nmode = \"staging\"\norigin = \"https://auth.example.com\"\n\
             hosts = [\"auth.example.com\"]\nnative_programs = true\n\n[deployment.organizations]\nenabled = true\n"
        );
        std::fs::write(folder.path().join("keyrack.toml"), file).unwrap();
        folder
    }

    fn begin_in(
        folder: TempDir,
        (log, more): (&str, &str),
        start: fn(&Path, &str, &[(&str, &str)]) -> Process,
    ) -> Self {
        let database = std::env::var("KEYRACK_TEST_DATABASE_URL").unwrap_or_default();
        let variables =
            [("KEYRACK_LOG", log), ("KEYRACK_MASTER_KEY", MASTER_KEY), ("KEYRACK_DATABASE_URL", &database)];
        let address = free_address();
        let line = format!("dev --config keyrack.toml --listen {address} {more}");
        let process = start(folder.path(), &line, &variables);
        process.says("Keyrack is running");
        Self { process, base: format!("http://{address}"), folder, database }
    }

    /// The folder that it runs in; its data is in `data`.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs `keyrack <line>` beside it, which is to end by itself.
    pub fn keyrack(&self, line: &str) -> Ended {
        self.keyrack_with(line, "")
    }

    /// The same with `input` on its standard input.
    pub fn keyrack_with(&self, line: &str, input: &str) -> Ended {
        Process::start_with(self.folder(), line, &[], input).ended()
    }

    /// What `keyrack <line> --json` prints, which must succeed.
    #[track_caller]
    pub fn json(&self, line: &str) -> Value {
        let ended = self.keyrack(&format!("{line} --json"));
        assert_eq!((ended.code, ended.err.len()), (Some(0), 0), "{line}: {ended:?}");
        serde_json::from_str(&ended.out.join("\n")).unwrap()
    }

    /// The one line with which `keyrack <line>` refuses, and its exit code.
    #[track_caller]
    pub fn refuses(&self, line: &str) -> (i32, String) {
        let ended = self.keyrack(line);
        let [said] = ended.err.as_slice() else { panic!("{line}: not one line: {ended:?}") };
        assert!(said.starts_with("keyrack: ") && ended.out.is_empty(), "{line}: {ended:?}");
        (ended.code.unwrap(), said["keyrack: ".len()..].to_owned())
    }

    /// A second one of the same deployment and database in `folder`; none where the database is a file.
    pub fn start_another_in(&self, folder: &Path) -> Option<Process> {
        let variables =
            [("KEYRACK_MASTER_KEY", MASTER_KEY), ("KEYRACK_DATABASE_URL", self.database.as_str())];
        let config = self.folder().join("keyrack.toml");
        let line = format!("dev --config {} --listen {}", config.display(), free_address());
        (!self.database.is_empty()).then(|| Process::start(folder, &line, &variables))
    }

    /// Waits until it has logged what holds `words`.
    pub fn logs(&self, words: &str) -> String {
        self.process.logs(words)
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

    /// Sends it a signal.
    pub fn signal(&self, signal: rustix::process::Signal) {
        self.process.signal(signal);
    }

    /// Waits for its end, and gives what it leaves.
    pub fn ended(self) -> (Ended, TempDir) {
        let Self { process, folder, .. } = self;
        (process.ended(), folder)
    }

    /// Starts one again on what it has left, on another port.
    pub fn again(left: TempDir) -> Self {
        Self::begin_in(left, ("info", ""), Process::start)
    }

    /// Stops it, waits for its end, and gives what it leaves.
    pub fn leaves(self) -> TempDir {
        self.signal(rustix::process::Signal::TERM);
        self.ended().1
    }

    /// Stops it and gives what it said.
    pub fn stop(self) -> Ended {
        self.process.signal(rustix::process::Signal::TERM);
        self.process.ended()
    }
}
