//! `keyrack config` and `keyrack check`, as an operator uses them.

use crate::support::{Ended, MASTER_KEY, NO_CERTIFICATES, Process, free_address};
use serde_json::Value;
use std::path::Path;

const KEY: (&str, &str) = ("KEYRACK_MASTER_KEY", MASTER_KEY);

fn keyrack(folder: &Path, line: &str, variables: &[(&str, &str)]) -> Ended {
    Process::start(folder, line, variables).ended()
}

/// A folder whose `keyrack.toml` is what `keyrack config` prints, with one text replaced by another.
fn printed(from: &str, to: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let ended = keyrack(folder.path(), "config", &[]);
    assert_eq!((ended.code, ended.err.len()), (Some(0), 0), "{ended:?}");
    let text = ended.out.join("\n");
    assert!(text.contains(from), "{text}");
    std::fs::write(folder.path().join("keyrack.toml"), text.replacen(from, to, 1)).unwrap();
    folder
}

#[test]
fn what_config_prints_is_fine_and_check_says_how_its_deployment_is_laid_out() {
    let folder = printed("#allowed_origins = []", "allowed_origins = [\"https://app.example.com\"]");
    let ended = keyrack(folder.path(), "check", &[KEY]);
    assert_eq!((ended.code, ended.err.len()), (Some(0), 0), "{ended:?}");
    let [warning, layout, count] = ended.out.as_slice() else { panic!("{ended:?}") };
    assert!(
        warning.starts_with("warning: keyrack.toml:") && warning.contains("trusted_proxies"),
        "{warning}"
    );
    assert_eq!(layout, "deployment app: one site: the cookie goes to Keyrack's host only");
    assert_eq!(count, "0 errors, 1 warning: keyrack serve would start");
}

#[test]
fn check_names_everything_and_serve_refuses_with_the_first_of_it() {
    for (from, to) in [
        ("#listen = ", "listen = 5 #"),
        ("smtp://mail", "smtp://user:opensesame@mail"),
        ("#allowed_origins = []", "allowed_origins = [\"https://elsewhere.org\"]"),
        ("#path = \"\"", "path = \"keyrack\""),
        ("mail_from = ", "#mail_from = "),
        ("#retired = [\"old-app\"]", "retired = [\"app\"]"),
    ] {
        let folder = printed(from, to);
        let ended = keyrack(folder.path(), "check", &[]);
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(!format!("{ended:?}").contains("opensesame"), "{ended:?}");
        let errors: Vec<&str> = ended.out.iter().filter_map(|line| line.strip_prefix("error: ")).collect();
        let [first, key] = errors.as_slice() else { panic!("{from}: {ended:?}") };
        assert!(first.starts_with("keyrack.toml:") && key.starts_with("no master key"), "{ended:?}");
        assert_eq!(ended.err, ["keyrack: 2 errors, 1 warning: keyrack serve would not start"]);
        let start = keyrack(folder.path(), &format!("serve --listen {}", free_address()), &[]);
        let more = " (and 1 more: `keyrack check` lists them)";
        assert_eq!((start.code, start.err), (Some(1), vec![format!("keyrack: {first}{more}")]));
    }
}

#[test]
fn programs_read_the_same_as_json() {
    let folder = printed("#path = \"\"", "path = \"/keyrack\"");
    let ended = keyrack(folder.path(), "check --json --config keyrack.toml", &[]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let json: Value = serde_json::from_str(&ended.out.concat()).unwrap();
    assert_eq!(json["ok"], false);
    assert_eq!(json["problems"][0]["severity"], "warning");
    assert_eq!(
        (&json["problems"][0]["file"], json["problems"][0]["line"].is_u64()),
        (&"keyrack.toml".into(), true)
    );
    assert_eq!(
        (&json["problems"][1]["severity"], &json["problems"][1]["line"]),
        (&"error".into(), &Value::Null)
    );
    let deployment = &json["deployments"][0];
    assert_eq!(
        (&deployment["id"], &deployment["layout"], &deployment["supported"]),
        (&"app".into(), &"one_host".into(), &true.into())
    );
    assert_eq!(deployment["text"], "one host: Keyrack behind /keyrack of the application's origin");
}

#[test]
fn without_a_file_or_with_odd_arguments_it_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let ended = keyrack(folder.path(), "check", &[KEY]);
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.out[0].starts_with("error: no configuration") && ended.out[0].contains("keyrack config"),
        "{ended:?}"
    );
    assert_eq!(keyrack(folder.path(), "check --colour", &[KEY]).code, Some(2));
    assert_eq!(keyrack(folder.path(), "check keyrack.toml", &[KEY]).code, Some(2));
}

#[test]
fn serve_warns_of_what_check_warns_of() {
    let folder = printed("#cookie_domain", "cookie_domain");
    let process = Process::start(folder.path(), &format!("serve --listen {}", free_address()), &[KEY]);
    assert!(process.logs("every host below example.com").contains("\"WARN\""));
    process.logs("serving");
}

#[test]
fn check_refuses_of_the_environment_what_serve_refuses() {
    let folder = printed("#path = \"\"", "#path = \"\"");
    let [file, certificates] = NO_CERTIFICATES;
    for (name, value, advice) in [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317", "write it like http://127.0.0.1:4318"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://", "write it like http://127.0.0.1:4318"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://collector.example.com", "install ca-certificates"),
        ("KEYRACK_LOG", "verbose", "write error, warn, info, debug or trace"),
        ("KEYRACK_LOG", "keyrack_server=loud", "write error, warn, info, debug or trace"),
        ("KEYRACK_LOG_FORMAT", "yaml", "write \"json\" or \"text\""),
    ] {
        let variables = [KEY, file, certificates, (name, value)];
        let ended = keyrack(folder.path(), "check", &variables);
        assert_eq!(ended.code, Some(1), "{name}={value}: {ended:?}");
        let error = ended.out.iter().find_map(|line| line.strip_prefix("error: ")).unwrap();
        assert!(error.contains(name) && error.contains(advice), "{error}");
        let start = keyrack(folder.path(), &format!("serve --listen {}", free_address()), &variables);
        assert_eq!(start.code, Some(1), "{start:?}");
        assert_eq!(start.err.last().unwrap(), &format!("keyrack: {error}"));
    }
}
