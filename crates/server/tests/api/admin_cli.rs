//! `keyrack user`, `keyrack session` and `keyrack audit`, the real binary against the real binary.

use crate::support::{Ended, PASSWORD, Process, Running};
use serde_json::json;
use std::fs;

#[track_caller]
pub fn code(ended: &Ended, expected: i32) {
    assert_eq!(ended.code, Some(expected), "{ended:?}");
}

#[tokio::test]
async fn a_user_is_made_shown_disabled_enabled_and_deleted() {
    let server = Running::dev("warn");
    let file = server.folder().join("password");
    fs::write(&file, format!("{PASSWORD}\n")).unwrap();
    let made = server.json(
        "user create --email Ada@Example.com --username Ada_L --first-name Ada --password-file password",
    );
    let id = made["id"].as_str().unwrap();
    assert_eq!((&made["email_address"], &made["has_password"]), (&json!("ada@example.com"), &json!(true)));
    assert_eq!(server.json("user show ada_l")["id"], id);
    let browser = server.browser();
    browser.sign_in("ada", PASSWORD).await.ok();

    let shown = server.keyrack("user show ada@example.com");
    code(&shown, 0);
    assert!(shown.out.contains(&format!("id             {id}")), "{shown:?}");
    assert!(shown.out.contains(&"name           Ada".to_owned()), "{shown:?}");
    assert_eq!(server.json("user list")["items"][0]["sign_ins"], 1);
    let listed = server.keyrack("user list --state active");
    assert!(listed.out[0].starts_with("USER ") && listed.out[1].starts_with(id), "{listed:?}");
    assert_eq!(server.keyrack("user list --state disabled").out.len(), 1);

    let disabled = server.keyrack(&format!("user disable {id}"));
    assert_eq!(disabled.out, [format!("{id} is disabled; 1 sign-in ended.")]);
    assert_eq!(browser.session().await["end_reason"], "user_disabled");
    assert_eq!(server.browser().sign_in("ada", PASSWORD).await.refused().1, "USER_DISABLED");
    assert_eq!(server.keyrack(&format!("user enable {id}")).out, [format!("{id} is enabled.")]);
    assert_eq!(server.json(&format!("user enable {id}"))["user"]["state"], "active");
    server.browser().sign_in("ada", PASSWORD).await.ok();
    let reset = server.keyrack(&format!("user reset-factors {id}"));
    assert_eq!(reset.out, [format!("{id} has no second factor any more; 1 sign-in ended.")]);
    server.browser().sign_in("ada", PASSWORD).await.ok();
    assert_eq!(server.json("user delete ada@example.com --yes")["ended"].as_array().unwrap().len(), 1);
    assert_eq!(server.refuses("user show ada@example.com").0, 4);
    assert_eq!(server.json("user list --state deleted")["items"][0]["id"], id);
}

#[tokio::test]
async fn a_password_comes_from_a_file_or_standard_input_and_never_from_an_argument() {
    let server = Running::dev("warn");
    let made = server
        .keyrack_with("user create --email bob@example.com --password-stdin --json", "a phrase of words\n");
    code(&made, 0);
    assert!(!made.out.concat().contains("phrase"), "{made:?}");
    server.browser().sign_in("bob", "a phrase of words").await.ok();
    let made = server.json("user create --email carol@example.com --no-password");
    assert_eq!(made["has_password"], false);
    assert_eq!(server.browser().sign_in("carol", PASSWORD).await.refused().1, "INVALID_CREDENTIALS");

    let (exit, said) = server.refuses("user create --email d@example.com --password-file nowhere");
    assert!(exit == 1 && said.starts_with("nowhere: "), "{exit} {said}");
    let (exit, said) = server.refuses("user create --email d@example.com --password-stdin");
    assert!(exit == 1 && said.starts_with("password_too_short: "), "{exit} {said}");
    let (exit, said) = server.refuses("user create --email BOB@example.com --no-password");
    assert!(exit == 1 && said.starts_with("EMAIL_EXISTS: "), "{exit} {said}");
    code(&server.keyrack("user create --email d@example.com --password secret"), 2);
    code(&server.keyrack("user create --email d@example.com"), 2);
    assert_eq!(server.json("user list")["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn sessions_are_listed_and_ended() {
    let server = Running::dev("warn");
    let (ada, other) = (server.signed_up("ada").await, server.browser());
    other.sign_in("ada", PASSWORD).await.ok();
    let bob = server.signed_up("bob").await;
    let id = ada.session().await["id"].as_str().unwrap().to_owned();
    let listed = server.keyrack("session list --user ada@example.com");
    code(&listed, 0);
    assert!(listed.out.len() == 3 && listed.out[0].starts_with("SESSION"), "{listed:?}");
    assert!(listed.out.iter().any(|line| line.starts_with(&id) && line.contains("active")), "{listed:?}");

    assert_eq!(server.keyrack(&format!("session end {id}")).out, ["1 sign-in ended."]);
    assert_eq!(ada.session().await["end_reason"], "revoked_by_admin");
    assert_eq!(server.refuses(&format!("session end {id}")).0, 4);
    let all = server.keyrack("session list --all");
    assert!(all.out.iter().any(|line| line.starts_with(&id) && line.contains("revoked_by_admin")), "{all:?}");
    let sign_in = bob.sign_in_of("bob").await;
    assert_eq!(server.json(&format!("session end {sign_in}"))["ended"][0]["sign_in_id"], sign_in);
    assert_eq!(server.keyrack("session end --user ada@example.com").out, ["1 sign-in ended."]);
    assert_eq!(other.session().await["end_reason"], "revoked_by_admin");
    assert_eq!(server.keyrack("session end --user ada@example.com").out, ["0 sign-ins ended."]);
    code(&server.keyrack("session end"), 2);
}

#[tokio::test]
async fn m11_a_page_is_followed_by_its_cursor() {
    let server = Running::dev("warn");
    for name in ["ada", "bob", "carol"] {
        server.json(&format!("user create --no-password --email {name}@example.com"));
    }
    let first = server.keyrack("user list --limit 2");
    let more = first.out.last().unwrap().strip_prefix("More: ").unwrap();
    let second = server.keyrack(&format!("user list --limit 2 {more}"));
    assert!(first.out.len() == 4 && second.out.len() == 2 && second.out[1].contains("ada@"), "{second:?}");
    for wrong in ["--limit 0", "--limit=-1", "--limit 1000", "--limit ten", "--cursor x"] {
        let (exit, said) = server.refuses(&format!("user list {wrong}"));
        assert!(exit == 2 && said.starts_with("invalid_parameter: "), "{wrong}: {exit} {said}");
    }
}

#[tokio::test]
async fn n07_the_command_line_lists_what_happened_and_which_unix_user_did_it() {
    let server = Running::dev("warn");
    let browser = server.signed_up("ada").await;
    let id = browser.session().await["active_signin"]["user_id"].as_str().unwrap().to_owned();
    server.json("user disable ada@example.com");
    let list = server.json(&format!("audit list --user {id} --since 1h"));
    let newest = &list["items"][0];
    let uid = rustix::process::geteuid().as_raw();
    assert_eq!(
        (&newest["event"], &newest["actor"]),
        (&json!("user_disabled"), &json!(format!("operator:{uid}")))
    );
    let text = server.keyrack("audit list");
    assert!(text.out[0].starts_with("WHEN (UTC)"), "{text:?}");
    assert!(
        text.out.iter().any(|line| line.contains("sign_in_ended") && line.contains("user_disabled")),
        "{text:?}"
    );
    let (exit, said) = server.refuses("audit list --since soon");
    assert!(exit == 2 && said.contains("24h"), "{exit} {said}");
}

#[test]
fn a_deployment_that_is_not_there_is_not_found() {
    let server = Running::dev("warn");
    for line in ["user list", "session list", "audit list", "user disable usr_1"] {
        let (exit, said) = server.refuses(&format!("{line} --deployment nowhere"));
        assert!(exit == 4 && said.starts_with("deployment_not_found: "), "{line}: {said}");
    }
}

#[test]
fn help_says_what_there_is_and_what_the_exit_codes_mean() {
    let folder = tempfile::tempdir().unwrap();
    let help = |line: &str| {
        let ended = Process::start(folder.path(), line, &[]).ended();
        code(&ended, 0);
        ended.out.join("\n")
    };
    let all = help("--help");
    assert!(
        ["serve", "dev", "user", "session"].iter().all(|word| all.contains(&format!("  {word} "))),
        "{all}"
    );
    for (line, words) in [
        ("audit list --help", &["--since", "--user", "--session", "--json"][..]),
        (
            "user --help",
            &["create", "list", "show", "disable", "enable", "delete", "3 no server", "--json"][..],
        ),
        ("user create --help", &["--password-file", "--password-stdin", "--no-password", "--email"]),
        ("session --help", &["list", "end", "4 no such", "--deployment"]),
        ("session end --help", &["ses_", "sin_", "--user"]),
    ] {
        let help = help(line);
        assert!(words.iter().all(|word| help.contains(word)), "{line}: {help}");
    }
}

#[tokio::test]
async fn what_an_operator_did_is_in_the_log_by_ids_and_nobodys_address_is() {
    let server = Running::dev("keyrack_server=debug");
    let id =
        server.json("user create --no-password --email ada@example.com")["id"].as_str().unwrap().to_owned();
    let logged = |event: &str, of: &str, id: &str| {
        let line = server.logs("an operator did this");
        let record: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(
            (&record["level"], &record["event"], &record[of]),
            (&json!("INFO"), &json!(event), &json!(id))
        );
        assert_eq!(record["operator"], rustix::process::geteuid().as_raw(), "{line}");
        assert!(!line.contains("ada"), "{line}");
    };
    logged("user_created", "user", &id);
    for (command, event) in [("disable", "user_disabled"), ("enable", "user_enabled")] {
        server.json(&format!("user {command} ada@example.com"));
        logged(event, "user", &id);
    }
    server.json("session end --user ada@example.com");
    logged("sign_in_ended", "user", &id);
    let bob = server.signed_up("bob").await;
    let sign_in = bob.sign_in_of("bob").await;
    server.json(&format!("session end {sign_in}"));
    logged("sign_in_ended", "sign_in", &sign_in);
    let carol = server.signed_up("carol").await;
    let session = carol.session().await["id"].as_str().unwrap().to_owned();
    server.json(&format!("session end {session}"));
    logged("session_ended", "session", &session);
    server.json("user delete --yes ada@example.com");
    logged("user_deleted", "user", &id);
    let line = server.logs("/admin/users/{user}\"");
    assert!(!line.contains("ada"), "{line}");
    server.refuses("user disable ada@example.com");
    let ended = server.stop();
    assert!(
        !ended.err.iter().any(|line| line.contains("an operator did this") || line.contains("ada@")),
        "{ended:?}"
    );
}
