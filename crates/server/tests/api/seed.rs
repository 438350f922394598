//! `keyrack dev --seed`: people from a file, made once, changed when the file changes, refused when it is wrong.

use crate::support::{Browser, Ended, PASSWORD, Process, free_address};
use rustix::process::Signal;
use serde_json::{Value, json};
use std::fs;
use std::net::SocketAddr;
use tempfile::TempDir;

/// A folder with a seed in it, and what starts there.
struct Garden {
    folder: TempDir,
    database: String,
}

impl Garden {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // A deployment of its own, where the database is shared.
        let id = folder.path().file_name().unwrap().to_string_lossy().to_lowercase().replace('.', "t");
        let file = format!(
            "[[deployment]]\nid = \"{id}\"\nmode = \"staging\"\norigin = \"https://auth.example.com\"\n\
             hosts = [\"auth.example.com\"]\nauth.username = \"optional\"\n"
        );
        fs::write(folder.path().join("keyrack.toml"), file).unwrap();
        Self { folder, database: std::env::var("KEYRACK_TEST_DATABASE_URL").unwrap_or_default() }
    }

    fn start(&self, seed: &str, address: SocketAddr) -> Process {
        fs::write(self.folder.path().join("seed.toml"), seed).unwrap();
        let key = ("KEYRACK_MASTER_KEY", crate::support::MASTER_KEY);
        let variables = [key, ("KEYRACK_DATABASE_URL", &self.database), ("KEYRACK_LOG", "warn")];
        let line = format!("dev --config keyrack.toml --listen {address} --seed seed.toml");
        Process::start(self.folder.path(), &line, &variables)
    }

    /// Starts with this seed; what was said of it, and the running server.
    fn sow(&self, seed: &str, address: SocketAddr) -> (String, Process) {
        let process = self.start(seed, address);
        let said = process.says("People of the seed: ");
        process.says("Ctrl-C");
        (said.trim().trim_start_matches("People of the seed: ").to_owned(), process)
    }

    fn user(&self, name: &str) -> Value {
        let line = format!("user show {name}@example.com --json");
        let ended = Process::start(self.folder.path(), &line, &[]).ended();
        assert_eq!(ended.code, Some(0), "{ended:?}");
        serde_json::from_str(&ended.out.join("\n")).unwrap()
    }

    /// The one line with which a start with this seed is refused.
    fn refuses(&self, seed: &str) -> String {
        let ended: Ended = self.start(seed, free_address()).ended();
        let lines: Vec<&String> = ended.err.iter().filter(|line| line.starts_with("keyrack: ")).collect();
        assert_eq!((ended.code, lines.len(), ended.out.len()), (Some(1), 1, 0), "{ended:?}");
        lines[0]["keyrack: ".len()..].to_owned()
    }
}

/// Somebody's browser with nothing in it.
fn browser(address: SocketAddr) -> Browser {
    Browser::in_staging(&format!("http://{address}"))
}

/// The same browser after a restart of the server: connections of before are gone.
fn again(before: &Browser, address: SocketAddr) -> Browser {
    let after = browser(address);
    after.hold(before.credential());
    after
}

fn stop(process: Process) {
    process.signal(Signal::TERM);
    assert_eq!(process.ended().code, Some(0));
}

const SEED: &str = r#"
[[user]]
email = "ada@example.com"
first_name = "Ada"
username = "ada.l"
password = "correct horse battery"

[[user]]
email = "bob@example.com"
password = "correct horse battery"
disabled = true
"#;

#[tokio::test]
async fn a_seed_makes_people_and_the_same_one_again_changes_nothing() {
    let garden = Garden::new();
    let address = free_address();
    let (said, process) = garden.sow(SEED, address);
    assert_eq!(said, "2 made, 0 changed, 0 as they were");
    let ada = browser(address);
    let session = ada.sign_in("ada", PASSWORD).await.ok();
    let refused = browser(address).sign_in("bob", PASSWORD).await;
    assert_eq!(refused.refused().1, "USER_DISABLED");
    let before = garden.user("ada");
    assert_eq!((&before["username"], &before["first_name"]), (&json!("ada.l"), &json!("Ada")));
    stop(process);

    let (said, process) = garden.sow(SEED, address);
    assert_eq!(said, "0 made, 0 changed, 2 as they were");
    assert_eq!(garden.user("ada"), before);
    assert_eq!(again(&ada, address).session().await["revision"], session["revision"]);
    stop(process);
}

#[tokio::test]
async fn a_changed_seed_changes_what_differs_and_who_shows_it_is_told() {
    let garden = Garden::new();
    let address = free_address();
    let (_, process) = garden.sow(SEED, address);
    let ada = browser(address);
    let session = ada.sign_in("ada", PASSWORD).await.ok();
    stop(process);

    let renamed =
        SEED.replace("\"Ada\"", "\"Augusta\"").replace("ada.l", "augusta").replace("= true", "= false");
    let (said, process) = garden.sow(&renamed, address);
    assert_eq!(said, "0 made, 2 changed, 0 as they were");
    let ada = again(&ada, address);
    let shown = ada.session().await;
    assert_eq!(shown["active_signin"]["user"]["first_name"], "Augusta");
    assert!(shown["revision"].as_i64() > session["revision"].as_i64(), "{shown}");
    assert_eq!(garden.user("ada")["username"], "augusta");
    browser(address).sign_in("bob", PASSWORD).await.ok();
    stop(process);

    // Ada has left the file and stays; another password ends what the old one opened.
    let (_, bob) = renamed.split_once("\n\n").unwrap();
    let other =
        format!("{}\n[[user]]\nemail = \"ada@example.com\"\npassword = \"another phrase of hers\"\n", bob);
    let (said, process) = garden.sow(&other, address);
    assert_eq!(said, "0 made, 1 changed, 1 as they were");
    let ada = again(&ada, address);
    assert_eq!(ada.session().await["end_reason"], "credentials_changed");
    assert_eq!(garden.user("ada")["first_name"], "Augusta");
    ada.sign_in("ada", "another phrase of hers").await.ok();
    stop(process);
}

#[test]
fn a_seed_that_is_wrong_is_refused_with_its_line_before_anything_is_made() {
    let garden = Garden::new();
    let wrong = [
        ("[[user]]\nemail = \"ada\"\n", "seed.toml:2: ", "email address"),
        ("[[user]]\nemail = \"a@ex.com\"\npassword = \"short\"\n", "seed.toml:3: ", "at least 15"),
        (
            "[[user]]\nemail = \"a@ex.com\"\npassword = \"aaaaaaaaaaaaaaaa\"\n",
            "seed.toml:3: ",
            "guessed first",
        ),
        (
            "[[user]]\nemail = \"ada@ex.com\"\npassword = \"ada@ex.com 12345\"\n",
            "seed.toml:3: ",
            "your address",
        ),
        ("[[user]]\nemail = \"a@ex.com\"\n\nusername = \"1\"\n", "seed.toml:4: ", "username"),
        ("[[user]]\nemail = \"a@ex.com\"\nfirst_name = \"a\\u0000\"\n", "seed.toml:3: ", "control"),
        ("[[user]]\nemail = \"a@ex.com\"\ndeployment = \"x\"\n", "seed.toml:3: ", "no such deployment"),
        ("[[user]]\nemail = \"a@ex.com\"\ncolour = \"red\"\n", "seed.toml:3: ", "unknown field \"colour\""),
        ("[[user]]\nfirst_name = \"Ada\"\n", "seed.toml:1: ", "missing field \"email\""),
        ("[[user]]\nemail = \"a@ex.com\"\n[[user]]\nemail = \"A@EX.com\"\n", "seed.toml:4: ", "seed.toml:2"),
        ("[[user]\n", "seed.toml:1: ", ""),
    ];
    for (seed, place, word) in wrong {
        let said = garden.refuses(seed);
        assert!(said.starts_with(place) && said.contains(word), "{seed:?}: {said}");
    }
    assert!(!garden.folder.path().join("data").exists());
}

#[test]
fn a_username_that_somebody_else_has_is_named_with_the_person() {
    let garden = Garden::new();
    let (_, process) = garden.sow(SEED, free_address());
    stop(process);
    let said = garden.refuses("\n[[user]]\nemail = \"eve@example.com\"\nusername = \"ADA.L\"\n");
    assert!(said.contains("seed.toml:3: eve@example.com") && said.contains("taken"), "{said}");
    let said = garden.refuses("[[user]]\nemail = \"bob@example.com\"\nusername = \"ada.l\"\n");
    assert!(said.contains("seed.toml:2: bob@example.com") && said.contains("taken"), "{said}");
}

#[test]
fn serve_refuses_a_seed() {
    let garden = Garden::new();
    let key = ("KEYRACK_MASTER_KEY", crate::support::MASTER_KEY);
    let file = "[mail]\nsmtp = \"smtp://mail.example.com\"\n[[deployment]]\nid = \"a\"\nmode = \"production\"\n\
                origin = \"https://auth.example.com\"\nhosts = [\"auth.example.com\"]\nmail_from = \"a@ex.com\"\n";
    fs::write(garden.folder.path().join("serve.toml"), file).unwrap();
    let ended =
        Process::start(garden.folder.path(), "serve --config serve.toml --seed seed.toml", &[key]).ended();
    assert_eq!(ended.code, Some(1));
    let said =
        ended.err.iter().any(|line| line.starts_with("keyrack: --seed works under `keyrack dev` only"));
    assert!(said, "{ended:?}");
}

#[test]
fn the_demos_seed_is_a_good_one() {
    let garden = Garden::new();
    let seed = concat!(env!("CARGO_MANIFEST_DIR"), "/../../apps/demo/seed.toml");
    let (said, process) = garden.sow(&fs::read_to_string(seed).unwrap(), free_address());
    assert_eq!(said, "3 made, 0 changed, 0 as they were");
    stop(process);
}
