use super::super::{Mail, MasterKeySource};
use super::*;

const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

const GOOD: &str = r#"
listen = "0.0.0.0:80"
trusted_proxies = ["10.0.0.0/8"]

[mail]
smtp = "smtp://user@mail.example.com:587?tls=required"

[[deployment]]
id = "demo"
mode = "production"
origin = "https://auth.example.com"
hosts = ["auth.example.com"]
mail_from = "Acme <hello@example.com>"
"#;

/// A folder with `keyrack.toml` in it.
struct Folder(tempfile::TempDir);

impl Folder {
    fn with(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("keyrack.toml"), text).unwrap();
        Self(folder)
    }

    fn run(&self, dev: bool) -> Run {
        Run { dev, config: Some(self.0.path().join("keyrack.toml")), ..Run::default() }
    }

    /// What `serve` says about the file, without the folder's name.
    fn complaint(&self) -> String {
        let text = load(&self.run(false), &with_key).unwrap_err().to_string();
        assert!(!text.contains('\n'), "{text}");
        assert!(!text.contains("opensesame"), "{text}");
        text.replace(&format!("{}/", self.0.path().display()), "")
    }
}

fn with_key(name: &str) -> Option<String> {
    match name {
        "KEYRACK_MASTER_KEY" => Some(KEY.to_owned()),
        "KEYRACK_SMTP_PASSWORD" => Some("open sesame/@".to_owned()),
        _ => None,
    }
}

fn without_key(name: &str) -> Option<String> {
    with_key(name).filter(|_| name != "KEYRACK_MASTER_KEY")
}

fn nothing(_: &str) -> Option<String> {
    None
}

fn complaint_of(text: &str) -> String {
    Folder::with(text).complaint()
}

fn dev() -> Run {
    Run { dev: true, ..Run::default() }
}

#[test]
fn dev_needs_nothing() {
    let config = load(&dev(), &nothing).unwrap();
    assert_eq!(config.listen, ["127.0.0.1:4400".parse().unwrap(), "[::1]:4400".parse().unwrap()]);
    assert_eq!(config.master_key, MasterKeySource::MadeIn(PathBuf::from("data/master.key")));
    assert_eq!((config.mail, config.database_url), (Mail::Outbox, None));
    let [deployment] = config.deployments.as_slice() else { panic!("one deployment") };
    assert_eq!((deployment.id.as_str(), deployment.mode), ("dev", Mode::Staging));
    assert_eq!(deployment.origin.to_string(), "http://localhost:4400");
    assert!(deployment.any_loopback && deployment.uniform_answers);
}

#[test]
fn arguments_and_variables_are_taken() {
    let folder = Folder::with(KEY);
    let key_file = folder.0.path().join("keyrack.toml");
    let run = Run {
        listen: Some("127.0.0.1:5000".parse().unwrap()),
        data: Some(PathBuf::from("/tmp/d")),
        mode: Some(Mode::Production),
        virtual_clock: true,
        ..dev()
    };
    let env = |name: &str| match name {
        "KEYRACK_DATABASE_URL" => Some("postgres://h/d".to_owned()),
        "KEYRACK_MASTER_KEY_FILE" => Some(key_file.display().to_string()),
        _ => None,
    };
    let config = load(&run, &env).unwrap();
    assert_eq!(config.deployments[0].publishable_key(), "pk_live_aHR0cDovL2xvY2FsaG9zdDo1MDAw");
    assert_eq!(config.data_dir, PathBuf::from("/tmp/d"));
    assert_eq!(config.master_key, MasterKeySource::File(key_file.clone()));
    assert_eq!(config.database_url.as_deref(), Some("postgres://h/d"));
    assert!(config.virtual_clock);
}

#[test]
fn serve_takes_a_whole_file() {
    let folder = Folder::with(GOOD);
    let config = load(&folder.run(false), &with_key).unwrap();
    assert_eq!(config.listen, ["0.0.0.0:80".parse().unwrap()]);
    assert_eq!(config.trusted_proxies.len(), 1);
    assert!(
        matches!(&config.mail, Mail::Smtp { url } if url.starts_with("smtp://user:open%20sesame%2F%40@mail"))
    );
    let deployment = &config.deployments[0];
    assert_eq!((deployment.mode, deployment.any_loopback), (Mode::Production, false));
    assert_eq!(deployment.allowed_origins, ["https://auth.example.com"]);
    assert_eq!((deployment.max_accounts_per_session, deployment.max_sessions_per_account), (5, 5));
    assert_eq!(deployment.password_hashing, super::super::PasswordHashing::Standard);
    assert_eq!(deployment.lifetimes, super::super::Lifetimes::default());
}

#[test]
fn dev_brings_a_file_home() {
    let folder = Folder::with(&GOOD.replace("0.0.0.0:80", "127.0.0.1:5001"));
    let config = load(&folder.run(true), &nothing).unwrap();
    let deployment = &config.deployments[0];
    assert_eq!((deployment.id.as_str(), deployment.mode), ("demo", Mode::Staging));
    assert_eq!(deployment.origin.to_string(), "http://localhost:5001");
    assert!(deployment.any_loopback);
    assert_eq!(config.mail, Mail::Outbox);
}

#[test]
fn under_dev_an_origin_of_this_machine_stays_with_its_path() {
    let text = GOOD.replace("0.0.0.0:80", "127.0.0.1:5001");
    let local = text
        .replace("https://auth.example.com", "http://localhost:5173")
        .replace("[\"auth.example.com\"]", "[\"localhost\"]");
    for (text, base) in [(&local, "http://localhost:5173/keyrack"), (&text, "http://localhost:5001")] {
        let folder = Folder::with(&text.replace("mail_from", "path = \"/keyrack\"\nmail_from"));
        let deployment = load(&folder.run(true), &nothing).unwrap().deployments.remove(0);
        assert_eq!(deployment.base(), base);
        assert!(
            deployment.any_loopback && deployment.allowed_origins.contains(&deployment.origin.to_string())
        );
    }
}

#[test]
fn the_demos_file_is_accepted_by_dev() {
    let config = Some(PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../keyrack.toml")));
    assert_eq!(load(&Run { config, ..dev() }, &nothing).unwrap().deployments[0].id, "demo");
}

#[test]
fn a_file_is_found_by_its_variable() {
    let folder = Folder::with(GOOD);
    let path = folder.0.path().join("keyrack.toml").display().to_string();
    let env = |name: &str| if name == "KEYRACK_CONFIG" { Some(path.clone()) } else { with_key(name) };
    assert_eq!(load(&Run::default(), &env).unwrap().deployments[0].id, "demo");
}

#[test]
fn an_unknown_key_is_named_with_its_line_and_the_known_ones() {
    let text = complaint_of(&GOOD.replace("mail_from", "lifespan = \"1d\"\nmail_from"));
    assert!(
        text.starts_with("keyrack.toml:13: unknown key \"lifespan\"; known keys here: id, mode, "),
        "{text}"
    );
    let text = complaint_of("listens = \"a\"\n");
    let all = "listen, data, trusted_proxies, geoip_file, max_streams, retired, database_url_file, master_key_file, metrics, dns, mail, sms, \
               deployment";
    assert!(
        text.starts_with(&format!(
            "keyrack.toml:1: unknown key \"listens\"; known keys here: {all} (and 2 more: "
        )),
        "{text}"
    );
    assert!(
        complaint_of(&format!("{GOOD}[deployment.lifetimes]\npassword_hashing = \"1s\""))
            .contains(":15: unknown")
    );
    assert!(complaint_of(&format!("{GOOD}password_hashing = \"cheap\"")).contains(":14: unknown key"));
}

#[test]
fn a_wrong_type_or_value_is_named_with_its_line() {
    let after = |line: &str| complaint_of(&format!("{GOOD}{line}\n"));
    let lifetimes = |line: &str| complaint_of(&format!("{GOOD}[deployment.lifetimes]\n{line}\n"));
    for (text, start) in [
        (after("max_accounts_per_session = \"five\""), "keyrack.toml:14: max_accounts_per_session: "),
        (
            after("max_accounts_per_session = 0"),
            "keyrack.toml:14: max_accounts_per_session: 0 is out of bounds; it must be 1 to 10",
        ),
        (
            after("max_sessions_per_account = 101"),
            "keyrack.toml:14: max_sessions_per_account: 101 is out of bounds; it must be",
        ),
        (after("uniform_answers = 1"), "keyrack.toml:14: uniform_answers: "),
        (after("cookie_domain = \"com\""), "keyrack.toml:14: cookie_domain \"com\" is not a parent"),
        (
            after("cookie_domain = \"other.org\""),
            "keyrack.toml:14: cookie_domain \"other.org\" is not a parent",
        ),
        (
            after("allowed_origins = [\"https://a.b/c\"]"),
            "keyrack.toml:14: allowed_origins: \"https://a.b/c\" is not",
        ),
        (
            after("[deployment.ui]\nafter_sign_out_one_page_url = \"bye\""),
            "keyrack.toml:15: after_sign_out_one_page_url: \"bye\" is",
        ),
        (lifetimes("token = 60"), "keyrack.toml:15: token: "),
        (lifetimes("token = \"4s\""), "keyrack.toml:15: token: must be 5 seconds to 1 hour"),
        (
            lifetimes("sign_in_idle = \"31d\""),
            "keyrack.toml:15: sign_in_idle: must be no longer than sign_in_max_age",
        ),
        (lifetimes("code = \"31m\""), "keyrack.toml:15: code: must be no longer than attempt"),
        (complaint_of("[mail]\nsmtp = 5\n"), "keyrack.toml:2: smtp: "),
        (complaint_of("listen = \"here\"\n"), "keyrack.toml:1: listen: \"here\" is not an address"),
        (complaint_of("listen = []\n"), "keyrack.toml:1: listen: an empty list"),
        (complaint_of("\nlisten = = 5\n"), "keyrack.toml:2: "),
        (
            complaint_of(&GOOD.replace("\"production\"", "\"live\"")),
            "keyrack.toml:10: mode: \"live\" is not known; write \"staging\" or \"production\"",
        ),
        (complaint_of(&GOOD.replace("id = \"demo\"\n", "")), "keyrack.toml:8: the key \"id\" is missing"),
    ] {
        assert!(text.starts_with(start), "{text}\nexpected: {start}");
    }
}

#[test]
fn what_does_not_fit_together_is_refused() {
    let second = GOOD.split_once("[[deployment]]").unwrap().1;
    let twice = format!("{GOOD}[[deployment]]{second}");
    assert!(complaint_of(&twice).starts_with("keyrack.toml:15: a second deployment \"demo\""));
    let twice = format!("{GOOD}[[deployment]]{}", second.replace("\"demo\"", "\"other\""));
    assert!(
        complaint_of(&twice).starts_with("keyrack.toml:18: the host \"auth.example.com\" is named twice")
    );
    let insecure = GOOD.replace("https://", "http://");
    assert!(
        complaint_of(&insecure).starts_with("keyrack.toml:11: in production http://auth.example.com must")
    );
    let foreign = GOOD.replace("hosts = [\"auth", "hosts = [\"login");
    assert!(
        complaint_of(&foreign)
            .starts_with("keyrack.toml:11: the origin's host \"auth.example.com\" is not among")
    );
}

#[path = "load_refusal_tests.rs"]
mod refusals;
