//! Keys of the whole file: where it listens and keeps things, its secrets, its mail. Each with the real binary,
//! except where mail and proxies are looked at from within.

use crate::keys::cases;
use crate::metrics_text::Scrape;
use crate::support::{Keyrack, MASTER_KEY, Process, atlas, file_with, free_address};
use base64::{Engine, engine::general_purpose::STANDARD};
use keyrack_server::outbox::deliver_due;
use reqwest::Method;
use rustix::process::Signal;
use std::fs;
use std::net::SocketAddr;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

const KEY_VARIABLE: (&str, &str) = ("KEYRACK_MASTER_KEY", MASTER_KEY);

/// A folder whose `keyrack.toml` has these keys set, for a server on `port`.
fn folder(port: u16, keys: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("keyrack.toml"), file_with(port, keys)).unwrap();
    folder
}

/// `keyrack serve` in a folder.
fn serve(folder: &TempDir, line: &str, variables: &[(&str, &str)]) -> Process {
    Process::start(folder.path(), &format!("serve {line}"), variables)
}

fn stop(process: Process) {
    process.signal(Signal::TERM);
    assert_eq!(process.ended().code, Some(0));
}

/// A mail server that keeps every line said to it, and takes any password.
async fn mail_server() -> (u16, std::sync::Arc<std::sync::Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let lines = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let kept = lines.clone();
    tokio::spawn(async move {
        let (connection, _) = listener.accept().await.unwrap();
        let (reading, mut writing) = connection.into_split();
        let mut said = BufReader::new(reading).lines();
        writing.write_all(b"220 mail.test\r\n").await.unwrap();
        let mut in_data = false;
        while let Ok(Some(line)) = said.next_line().await {
            let answer = match line.split(' ').next().unwrap_or_default() {
                "." => "250 taken\r\n",
                _ if in_data => "",
                "EHLO" => "250-mail.test\r\n250 AUTH PLAIN\r\n",
                "AUTH" => "235 come in\r\n",
                "DATA" => "354 go on\r\n",
                _ => "250 fine\r\n",
            };
            in_data = (in_data || line == "DATA") && line != ".";
            kept.lock().unwrap().push(line);
            if writing.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    });
    (port, lines)
}

/// Asks for a code and has it delivered.
async fn asks_for_mail(server: &Keyrack) {
    let browser = server.browser();
    let attempt = browser.begins_sign_up("ada").await;
    browser.asks_for_code(&attempt).await.ok();
    deliver_due(&server.app).await.unwrap();
}

/// The client address that the server notes for somebody who says to come from 203.0.113.7.
async fn noted_address(server: &Keyrack) -> String {
    let browser = server.signed_up("ada").await;
    let other = server.browser();
    let form = crate::support::sign_in_form("ada", crate::support::PASSWORD);
    let request = other.request(Method::POST, "/auth/signin").header("x-forwarded-for", "203.0.113.7");
    let session = other.send(request.json(&form)).await.ok();
    drop(browser);
    session["active_signin"]["ip_address"].as_str().unwrap().to_owned()
}

cases! {
    "listen": async fn it_listens_where_the_file_says() {
        let (first, second) = (free_address(), free_address());
        let folder = folder(first.port(), &[(KEY, &format!("[\"{first}\", \"{second}\"]"))]);
        let process = serve(&folder, "", &[KEY_VARIABLE]);
        process.logs("\"serving\"");
        for address in [first, second] {
            assert_eq!(reqwest::get(format!("http://{address}/healthz")).await.unwrap().status(), 200);
        }
        stop(process);
    }
    "data": async fn its_data_is_where_the_file_says() {
        let address = free_address();
        let folder = folder(address.port(), &[(KEY, "\"some/where\"")]);
        let process = serve(&folder, &format!("--listen {address}"), &[KEY_VARIABLE]);
        process.logs("\"serving\"");
        assert!(folder.path().join("some/where/keyrack.db").exists());
        assert!(!folder.path().join("data").exists());
        stop(process);
    }
    "geoip_file": async fn people_see_where_their_sign_ins_are_if_a_file_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("places.mmdb");
        let value = format!("{path:?}");
        fs::write(&path, atlas("Test-City")).unwrap();
        let server = Keyrack::from_file(&[(KEY, &value)]).await;
        let shown = server.signed_up("ada").await.session().await["active_signin"].clone();
        let place = ["city", "region", "region_code", "country", "country_code", "regionCode", "countryCode"];
        let found = place.map(|key| shown[key].as_str().unwrap().to_owned());
        assert_eq!(found, ["Bern", "Canton of Bern", "BE", "Switzerland", "CH", "BE", "CH"]);
        let without = Keyrack::from_file(&[]).await.signed_up("ada").await.session().await;
        assert!(place.iter().all(|key| without["active_signin"][*key] == ""));
        for wrong in [b"no such file".to_vec(), atlas("Test-ASN")] {
            fs::write(&path, wrong).unwrap();
            let config = self::folder(4400, &[(KEY, &value)]);
            let check = Process::start(config.path(), "check", &[]).ended();
            assert_ne!(check.code, Some(0));
            let said = check.out.iter().chain(&check.err).any(|line| line.contains("geoip_file: "));
            assert!(said, "{check:?}");
        }
    }
    "trusted_proxies": async fn a_proxy_that_is_trusted_is_believed() {
        assert_eq!(noted_address(&Keyrack::from_file(&[]).await).await, "127.0.0.1");
        assert_eq!(noted_address(&Keyrack::from_file(&[(KEY, "[\"127.0.0.0/8\"]")]).await).await, "203.0.113.7");
    }
    "max_streams": async fn there_are_as_many_streams_of_events_as_the_file_says() {
        let (silent, server) = (Keyrack::from_file(&[]).await, Keyrack::from_file(&[(KEY, "1")]).await);
        let (_two, browser) = (silent.signed_up("ada").await, server.signed_up("ada").await);
        let _first = browser.follows().await;
        let reply = browser.send(browser.asks_for_events()).await;
        assert_eq!((reply.refused(), reply.header("retry-after")), ((503, "unavailable".to_owned()), Some("5")));
        // Whoever is connected has an answer all the same, and a place that was left is taken.
        browser.session().await;
        drop(_first);
        while browser.asks_for_events().send().await.unwrap().status() != 200 {
            tokio::task::yield_now().await;
        }
        let _both = (_two.follows().await, _two.follows().await);
    }
    "retired": async fn a_deployment_that_is_retired_may_be_in_the_database() {
        let address = free_address();
        let folder = folder(address.port(), &[("deployment.id", "\"old\"")]);
        let line = format!("--listen {address}");
        let process = serve(&folder, &line, &[KEY_VARIABLE]);
        process.logs("\"serving\"");
        stop(process);
        let file = |keys: &[(&str, &str)]| fs::write(folder.path().join("keyrack.toml"), file_with(address.port(), keys)).unwrap();
        file(&[]);
        assert_eq!(serve(&folder, &line, &[KEY_VARIABLE]).ended().code, Some(1));
        file(&[(KEY, "[\"old\"]")]);
        let process = serve(&folder, &line, &[KEY_VARIABLE]);
        process.logs("\"serving\"");
        stop(process);
    }
    "database_url_file": async fn the_database_is_the_one_that_the_file_leads_to() {
        let address = free_address();
        let folder = folder(address.port(), &[(KEY, "\"url\"")]);
        let line = format!("--listen {address}");
        // Nothing answers there: it is asked all the same, and its password is nowhere.
        fs::write(folder.path().join("url"), format!("postgres://u:opensesame@{}/d", free_address())).unwrap();
        let ended = serve(&folder, &line, &[KEY_VARIABLE]).ended();
        assert_eq!(ended.code, Some(1));
        assert!(!format!("{ended:?}").contains("opensesame"), "{ended:?}");
        assert!(!folder.path().join("data/keyrack.db").exists());
        if let Ok(url) = std::env::var("KEYRACK_TEST_DATABASE_URL") {
            let own = tokio::task::spawn_blocking(move || crate::retired::own_database(&url)).await.unwrap();
            fs::write(folder.path().join("url"), own).unwrap();
            let process = serve(&folder, &line, &[KEY_VARIABLE]);
            process.logs("\"serving\"");
            assert!(!folder.path().join("data/keyrack.db").exists());
            stop(process);
        }
    }
    "master_key_file": async fn the_master_key_is_in_the_file() {
        let address = free_address();
        let folder = folder(address.port(), &[(KEY, "\"key\"")]);
        let line = format!("--listen {address}");
        assert_eq!(serve(&folder, &line, &[]).ended().code, Some(1));
        fs::write(folder.path().join("key"), format!("{MASTER_KEY}\n")).unwrap();
        let process = serve(&folder, &line, &[]);
        process.logs("\"serving\"");
        stop(process);
        // It is that key: another one is noticed, and this one given otherwise is not.
        let other = ("KEYRACK_MASTER_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        assert_eq!(serve(&folder, &line, &[other]).ended().code, Some(1));
        let process = serve(&folder, &line, &[KEY_VARIABLE]);
        process.logs("\"serving\"");
        stop(process);
    }
    "metrics.listen": async fn it_is_scraped_where_the_file_says_and_nowhere_else() {
        let (public, own) = (free_address(), free_address());
        let folder = folder(public.port(), &[(KEY, &format!("\"{own}\""))]);
        let process = serve(&folder, &format!("--listen {public}"), &[KEY_VARIABLE]);
        process.logs("\"serving\"");
        let ask = async |address: SocketAddr, path: &str| reqwest::get(format!("http://{address}{path}")).await.unwrap();
        let scraped = ask(own, "/metrics").await;
        assert_eq!(scraped.status(), 200);
        assert_eq!(scraped.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
        Scrape::parse(&scraped.text().await.unwrap());
        for path in ["/", "/session", "/healthz", "/metrics/x"] {
            assert_eq!(ask(own, path).await.status(), 404, "{path}");
        }
        assert_eq!(ask(public, "/metrics").await.status(), 404);
        stop(process);
        let process = serve(&folder, &format!("--listen {public} --metrics-listen {public}"), &[KEY_VARIABLE]);
        let ended = process.ended();
        assert_eq!(ended.code, Some(1));
        assert!(ended.err[0].contains("is public"), "{ended:?}");
    }
    "mail.smtp": async fn mail_goes_to_the_server_that_the_file_names() {
        let (port, lines) = mail_server().await;
        let server = Keyrack::from_file(&[(KEY, &format!("\"smtp://127.0.0.1:{port}\""))]).await;
        asks_for_mail(&server).await;
        assert!(lines.lock().unwrap().contains(&"RCPT TO:<ada@example.com>".to_owned()));
    }
    "mail.password_file": async fn the_mail_server_gets_the_password_of_the_file() {
        let (port, lines) = mail_server().await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        fs::write(&path, "open sesame/@ü\n").unwrap();
        let url = format!("\"smtp://post@127.0.0.1:{port}\"");
        let server = Keyrack::from_file(&[("mail.smtp", &url), (KEY, &format!("{path:?}"))]).await;
        asks_for_mail(&server).await;
        let auth = lines.lock().unwrap().iter().find_map(|line| line.strip_prefix("AUTH PLAIN ").map(str::to_owned));
        assert_eq!(STANDARD.decode(auth.unwrap()).unwrap(), "\0post\0open sesame/@ü".as_bytes());
    }
}

#[tokio::test]
async fn a_file_that_is_not_there_is_named_and_not_waited_for() {
    let address = free_address();
    let folder = folder(address.port(), &[("master_key_file", "\"nowhere\"")]);
    let ended = serve(&folder, &format!("--listen {address}"), &[]).ended();
    assert_eq!(ended.code, Some(1));
    assert!(ended.err[0].starts_with("keyrack: nowhere: cannot be read"), "{ended:?}");
}
