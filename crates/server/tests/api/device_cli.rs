//! `keyrack login`, `whoami` and `logout`: the real binary against the real binary, with somebody who confirms in between.

use crate::device::types;
use crate::support::{Ended, Process, Running};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;

/// Runs `keyrack <line>` with a home folder, until it ends.
fn at_home(server: &Running, line: &str) -> Ended {
    begun(server, line).ended()
}

fn begun(server: &Running, line: &str) -> Process {
    let home = server.folder().join("home").display().to_string();
    let line = format!("{line} --server {}", server.base);
    Process::start(server.folder(), &line, &[("HOME", &home)])
}

#[tokio::test]
async fn a_terminal_signs_in_says_who_it_is_and_signs_out() {
    let server = Running::dev("warn");
    let ada = server.signed_up("ada").await;
    let none = at_home(&server, "whoami");
    assert_eq!((none.code, none.out.len()), (Some(4), 0), "{none:?}");

    let login = begun(&server, "login");
    let said = login.logs("and type ");
    assert!(said.contains("/device in a browser"), "{said}");
    let code = said.rsplit(' ').next().unwrap();
    types(&ada, "/device/confirm", code).await.ok();
    let ended = login.ended();
    assert_eq!((ended.code, ended.out[0].as_str()), (Some(0), "Account  ada@example.com"), "{ended:?}");

    let file = server.folder().join("home/.config/keyrack/credentials.json");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let kept = std::fs::read_to_string(&file).unwrap();
    let rack =
        serde_json::from_str::<Value>(&kept).unwrap()["servers"][&server.base].as_str().unwrap().to_owned();
    assert!(rack.starts_with("ses_") && !ended.out.concat().contains(&rack));

    let who = at_home(&server, "whoami --json");
    let who: Value = serde_json::from_str(&who.out.concat()).unwrap();
    assert_eq!(who["session"]["active_signin"]["browser"], "keyrack");

    let out = at_home(&server, "logout");
    assert_eq!((out.code, out.out.concat()), (Some(0), format!("Signed out of {}.", server.base)), "{out:?}");
    assert!(!std::fs::read_to_string(&file).unwrap().contains("ses_"));
    let all = ada.get("/me/signins").await.ok();
    assert_eq!(all.as_array().unwrap().len(), 1, "{all:#}");
    assert_eq!(at_home(&server, "logout").code, Some(4));
}

#[tokio::test]
async fn a_terminal_that_is_refused_keeps_nothing_and_says_why() {
    let server = Running::dev("warn");
    let ada = server.signed_up("ada").await;
    let login = begun(&server, "login --json");
    let said: Value = serde_json::from_str(&login.logs("user_code")).unwrap();
    types(&ada, "/device/deny", said["user_code"].as_str().unwrap()).await.ok();
    let ended = login.ended();
    assert_eq!((ended.code, ended.out.len()), (Some(1), 0), "{ended:?}");
    assert!(ended.err.last().unwrap().starts_with("keyrack: access_denied: "), "{ended:?}");
    assert!(!server.folder().join("home/.config/keyrack/credentials.json").exists());
    // A sign-in that was ended elsewhere is told with its reason.
    let login = begun(&server, "login");
    let said = login.logs("and type ");
    types(&ada, "/device/confirm", said.rsplit(' ').next().unwrap()).await.ok();
    assert_eq!(login.ended().code, Some(0));
    ada.post("/me/signins/signout-others", json!({})).await.ok();
    let who = at_home(&server, "whoami");
    assert!(who.code == Some(4) && who.err[0].contains("(signed_out_elsewhere)"), "{who:?}");
    // Where nothing listens, that is said at once.
    let away =
        Process::start(server.folder(), "login --server http://127.0.0.1:9", &[("HOME", "/nonexistent")]);
    let away = away.ended();
    assert!(away.code == Some(3) && away.err[0].contains("cannot be reached"), "{away:?}");
}
