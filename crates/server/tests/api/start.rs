//! Starting and stopping the real binary: what is wrong is said in one line that names it and the fix.

use crate::support::{Ended, Process, free_address};
use rustix::process::Signal;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tempfile::TempDir;

const KEY: (&str, &str) = ("KEYRACK_MASTER_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");

pub const FILE: &str = r#"[mail]
smtp = "smtp://mail.example.com:587?tls=required"

[[deployment]]
id = "app"
mode = "production"
origin = "https://auth.example.com"
hosts = ["auth.example.com"]
mail_from = "Acme <hello@example.com>"
"#;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// A folder with this `keyrack.toml` in it.
fn folder_with(file: &str) -> TempDir {
    let folder = folder();
    fs::write(folder.path().join("keyrack.toml"), file).unwrap();
    folder
}

/// `keyrack dev` on a free port of this machine.
fn dev(folder: &Path) -> Process {
    Process::start(folder, &format!("dev --listen {}", free_address()), &[])
}

/// The one line that a start which must fail leaves on standard error.
#[track_caller]
fn complaint(ended: Ended) -> String {
    assert_eq!((ended.code, ended.out.len()), (Some(1), 0), "{ended:?}");
    let lines: Vec<&String> = ended.err.iter().filter(|line| line.starts_with("keyrack: ")).collect();
    assert_eq!(lines.len(), ended.err.len(), "more than the complaint: {ended:?}");
    let [line] = lines.as_slice() else { panic!("not one line: {ended:?}") };
    assert!(!line.contains("opensesame"), "{line}");
    line["keyrack: ".len()..].to_owned()
}

#[track_caller]
fn refuses_to_serve(file: &str, variables: &[(&str, &str)], words: &[&str]) {
    let folder = folder_with(file);
    let line = format!("serve --listen {}", free_address());
    let said = complaint(Process::start(folder.path(), &line, variables).ended());
    for word in words {
        assert!(said.contains(word), "{word:?} is not in: {said}");
    }
    assert!(!folder.path().join("data").exists(), "{said}: and yet something was made");
}

#[test]
fn a_file_that_is_not_understood_is_refused_with_its_line() {
    let unknown = FILE.replace("id = \"app\"", "id = \"app\"\ncolour = \"red\"");
    refuses_to_serve(&unknown, &[KEY], &["keyrack.toml:6: ", "unknown key \"colour\"", "known keys here"]);
    let wrong = FILE.replace("mode =", "max_accounts_per_session = \"five\"\nmode =");
    refuses_to_serve(&wrong, &[KEY], &["keyrack.toml:6: ", "max_accounts_per_session", "a whole number"]);
    let broken = FILE.replace("[mail]", "[mail");
    refuses_to_serve(&broken, &[KEY], &["keyrack.toml:1: "]);
}

#[test]
fn serve_names_what_it_lacks() {
    refuses_to_serve(FILE, &[], &["no master key", "KEYRACK_MASTER_KEY"]);
    refuses_to_serve(FILE, &[("KEYRACK_MASTER_KEY", "short")], &["KEYRACK_MASTER_KEY", "openssl rand"]);
    let no_hosts = FILE.replace("hosts = [\"auth.example.com\"]\n", "");
    refuses_to_serve(&no_hosts, &[KEY], &["no hosts", "add hosts = [\"auth.example.com\"]"]);
    let (_, no_mail) = FILE.split_once("\n\n").unwrap();
    refuses_to_serve(no_mail, &[KEY], &["no mail server", "[mail]", "smtp ="]);
    let said = complaint(Process::start(folder().path(), "serve", &[KEY]).ended());
    assert!(said.contains("no configuration") && said.contains("--config"), "{said}");
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let folder = folder();
    let said = complaint(Process::start(folder.path(), &format!("dev --listen {address}"), &[]).ended());
    assert!(said.contains(&address.to_string()) && said.contains("choose another with --listen"), "{said}");
}

#[test]
fn a_data_folder_that_cannot_be_made_is_named() {
    let folder = folder();
    fs::write(folder.path().join("file"), "").unwrap();
    let line = format!("dev --listen {} --data file/data", free_address());
    let said = complaint(Process::start(folder.path(), &line, &[]).ended());
    assert!(said.contains("file/data") && said.contains("choose another with --data"), "{said}");
}

#[test]
fn two_processes_never_share_a_data_folder() {
    let folder = folder();
    let first = dev(folder.path());
    first.says("Keyrack is running");
    let said = complaint(dev(folder.path()).ended());
    assert!(said.contains("another keyrack runs on this data folder") && said.contains("--data"), "{said}");
    first.signal(Signal::TERM);
    assert_eq!(first.ended().code, Some(0));
    // What the first one left behind does not keep the next one out.
    dev(folder.path()).says("Keyrack is running");
}

#[test]
fn another_master_key_than_the_databases_is_noticed() {
    let folder = folder();
    let line = || format!("dev --listen {}", free_address());
    let first = Process::start(folder.path(), &line(), &[KEY]);
    first.says("Keyrack is running");
    first.signal(Signal::TERM);
    assert_eq!(first.ended().code, Some(0));

    let other = ("KEYRACK_MASTER_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    let said = complaint(Process::start(folder.path(), &line(), &[other]).ended());
    assert!(said.contains("master key") && said.contains("another one"), "{said}");
    assert!(!said.contains(KEY.1) && !said.contains(other.1), "{said}");
}

#[test]
fn p15_ctrl_c_and_sigterm_end_it_cleanly_and_what_it_made_is_its_owners_only() {
    let folder = folder();
    for signal in [Signal::INT, Signal::TERM] {
        let process = dev(folder.path());
        process.says("Keyrack is running");
        process.signal(signal);
        let ended = process.ended();
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(ended.err.iter().all(|line| line.contains("\"INFO\"")), "{ended:?}");
    }
    let data = folder.path().join("data");
    assert_eq!(mode(&data), 0o700);
    let mut names: Vec<String> = Vec::new();
    for entry in fs::read_dir(&data).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(mode(&entry.path()), 0o600, "{entry:?}");
        names.push(entry.file_name().into_string().unwrap());
    }
    assert!(names.contains(&"master.key".to_owned()) && names.len() >= 2, "{names:?}");
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn p15_a_request_that_never_ends_does_not_keep_it_from_ending_when_asked_again() {
    let folder = folder();
    let address = free_address();
    let process = Process::start(folder.path(), &format!("dev --listen {address}"), &[]);
    process.says("Keyrack is running");
    let mut stalled = std::net::TcpStream::connect(address.to_string()).unwrap();
    let half = "POST /auth/signin HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
                content-length: 10\r\nexpect: 100-continue\r\n\r\n";
    stalled.write_all(half.as_bytes()).unwrap();
    // The server asks for the body: from here on it waits for it.
    let mut asked = [0; 12];
    stalled.read_exact(&mut asked).unwrap();
    assert_eq!(&asked, b"HTTP/1.1 100");
    process.signal(Signal::TERM);
    process.signal(Signal::INT);
    assert_eq!(process.ended().code, Some(0));
}

#[tokio::test]
async fn serve_has_neither_the_demo_nor_the_development_routes() {
    let folder = folder_with(FILE);
    let address = free_address();
    let process = Process::start(folder.path(), &format!("serve --listen {address}"), &[KEY]);
    process.logs("serving");
    let client = crate::support::client();
    for path in ["/outbox", "/dev/outbox", "/dev/clock", "/api/private"] {
        let request = client.get(format!("http://{address}{path}")).header("host", "auth.example.com");
        assert_eq!(request.send().await.unwrap().status(), 404, "{path}");
    }
    let home =
        client.get(format!("http://{address}/")).header("host", "auth.example.com").send().await.unwrap();
    assert_eq!(home.url().path(), "/accounts", "the accounts stand where the demo does under dev");
    let session = client.get(format!("http://{address}/session")).header("host", "auth.example.com");
    assert_eq!(session.send().await.unwrap().status(), 200);
    process.signal(Signal::INT);
    assert_eq!(process.ended().code, Some(0));
}

#[tokio::test]
async fn dev_serves_the_demos_that_it_is_given_and_nothing_beside_them() {
    let folder = folder();
    let built = folder.path().join("built");
    fs::create_dir(&built).unwrap();
    for (name, text) in [("index.html", "<p>page"), ("demo.wasm", "\0asm"), ("demo.js", "1")] {
        fs::write(built.join(name), text).unwrap();
    }
    let address = free_address();
    let data = folder.path().join("dev");
    let line = format!("dev --listen {address} --data {} --demo leptos={}", data.display(), built.display());
    let process = Process::start(folder.path(), &line, &[]);
    process.says("Keyrack is running");
    let get = |path: &str| reqwest::get(format!("http://{address}{path}"));
    for (path, kind) in [
        ("/demo/leptos", "text/html; charset=utf-8"),
        ("/demo/leptos/", "text/html; charset=utf-8"),
        ("/demo/leptos/team", "text/html; charset=utf-8"),
        ("/demo/leptos/demo.wasm", "application/wasm"),
        ("/demo/leptos/demo.js", "text/javascript; charset=utf-8"),
    ] {
        let answer = get(path).await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(answer.headers()["content-type"], kind, "{path}");
        let policy = answer.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("script-src 'self' 'wasm-unsafe-eval';"), "{path}: {policy}");
    }
    for path in [
        "/demo/dioxus/",
        "/demo/dioxus",
        // A path that begins with two slashes is another origin's.
        "/demo/%2f%2fevil.invalid",
        "/demo/leptos/none.js",
        "/demo/leptos/..%2fkeyrack.toml",
        "/demo/leptos/%2e%2e/keyrack.toml",
    ] {
        assert_eq!(get(path).await.unwrap().status(), 404, "{path}");
    }
    process.signal(Signal::INT);
    assert_eq!(process.ended().code, Some(0));
}

#[test]
fn serve_refuses_a_data_folder_that_everybody_can_write_and_warns_of_a_groups() {
    let folder = folder_with(FILE);
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    let serve = |mode: u32| {
        fs::set_permissions(&data, fs::Permissions::from_mode(mode)).unwrap();
        Process::start(folder.path(), &format!("serve --listen {}", free_address()), &[KEY])
    };
    let ended = serve(0o777).ended();
    let said = ended.err.last().cloned().unwrap_or_default();
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(said.contains("every user of this machine can write it; chmod 700 data"), "{said}");
    assert_eq!(fs::read_dir(&data).unwrap().count(), 0, "something was made");
    let process = serve(0o770);
    process.logs("a group can write the data folder");
    process.logs("\"serving\"");
    process.signal(Signal::TERM);
    assert_eq!(process.ended().code, Some(0));
}

#[test]
fn a_server_that_does_not_start_without_its_database_promises_nobody_that_it_will_be_back() {
    let folder = folder_with(FILE);
    let url = format!("postgres://keyrack:opensesame@{}/keyrack", free_address());
    let line = format!("serve --listen {}", free_address());
    let ended = Process::start(folder.path(), &line, &[KEY, ("KEYRACK_DATABASE_URL", &url)]).ended();
    let said = ended.err.join("\n");
    assert_eq!(ended.code, Some(1), "{said}");
    assert!(!said.contains("until it is back") && !said.contains("opensesame"), "{said}");
    let why = ended.err.last().unwrap();
    assert!(why.contains("Connection refused") && why.contains("is PostgreSQL running there"), "{why}");
}

#[test]
fn the_log_says_what_runs_where_and_that_it_stops() {
    let (folder, address) = (folder_with(FILE), free_address());
    let process = Process::start(folder.path(), &format!("serve --listen {address}"), &[KEY]);
    let record: serde_json::Value = serde_json::from_str(&process.logs("\"serving\"")).unwrap();
    for (field, value) in [
        ("version", env!("CARGO_PKG_VERSION")),
        ("engine", "SQLite"),
        ("data", "data"),
        ("listen", &address.to_string()),
    ] {
        assert_eq!(record[field], value, "{record}");
    }
    process.signal(Signal::TERM);
    process.logs("\"stopping: ");
    let record: serde_json::Value = serde_json::from_str(&process.logs("\"stopped\"")).unwrap();
    assert_eq!(record["all_answered"], true, "{record}");
    assert_eq!(process.ended().code, Some(0));
}
