//! What an examination finds: everything at once, and what does not fit together.

use super::{Mode, Problem, examine};
use crate::cli::Run;

#[path = "fit_tests.rs"]
mod fit;
#[path = "fit_passkey_tests.rs"]
mod fit_passkey;
#[path = "fit_teams_tests.rs"]
mod fit_teams;

const GOOD: &str = r#"trusted_proxies = ["10.0.0.1"]
[mail]
smtp = "smtps://user@mail.example.com"
[[deployment]]
id = "app"
mode = "production"
origin = "https://auth.example.com"
hosts = ["auth.example.com"]
mail_from = "App <hello@example.com>"
"#;

fn env(name: &str) -> Option<String> {
    match name {
        "KEYRACK_MASTER_KEY" => Some("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned()),
        "KEYRACK_SMTP_PASSWORD" => Some("open sesame".to_owned()),
        _ => None,
    }
}

/// What an examination says of a file, a line each, without the folder's name.
fn all_of(text: &str) -> Vec<String> {
    all_under(text, None)
}

fn all_under(text: &str, mode: Option<Mode>) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keyrack.toml");
    std::fs::write(&path, text).unwrap();
    let found = examine(&Run { config: Some(path), mode, ..Run::default() }, &env).problems;
    let severity = |problem: &Problem| if problem.is_error() { "error" } else { "warning" };
    let lines = found.iter().map(|problem| format!("{} {problem}", severity(problem)));
    lines.map(|line| line.replace(&format!("{}/", folder.path().display()), "")).collect()
}

#[test]
fn everything_wrong_is_found_at_once_in_the_order_of_its_lines() {
    let text = "listen = 5\ncolour = \"red\"\n[mail]\nsmtp = \"http://h\"\n[[deployment]]\nid = \"A\"\n\
                mode = \"production\"\norigin = \"https://auth.example.com\"\nhosts = [\"auth.example.com\",\n  \"a b\"]\n\
                [deployment.ui]\ntoken = \"1s\"\n[deployment.ui.theme.dark]\nprimary = \"red;}\"\n";
    let starts = [
        "error keyrack.toml:1: listen: a list in [ ] is expected, not integer",
        "error keyrack.toml:2: unknown key \"colour\"",
        "error keyrack.toml:4: smtp: not a mail server",
        "error keyrack.toml:5: mail_from is missing",
        "error keyrack.toml:6: id: \"A\" is not an id",
        "warning keyrack.toml:8: an https origin means a proxy",
        "error keyrack.toml:10: hosts: \"a b\" is not a host name",
        "error keyrack.toml:12: unknown key \"token\" here; it belongs under [deployment.lifetimes]",
        "error keyrack.toml:14: primary: \"red;}\" is not a colour",
    ];
    let found = all_of(text);
    assert_eq!(found.len(), starts.len(), "{found:#?}");
    for (line, start) in found.iter().zip(starts) {
        assert!(line.starts_with(start), "{line}\nexpected: {start}");
    }
}

#[test]
fn a_good_file_has_nothing_to_complain_about() {
    assert_eq!(all_of(GOOD), Vec::<String>::new());
}

/// What is said of the good file with this put after it.
#[track_caller]
fn with(more: &str, expected: &[&str]) {
    changed(&format!("{GOOD}{more}\n"), expected);
}

#[test]
fn what_the_readme_shows_of_a_file_is_taken() {
    let readme = include_str!("../../../../README.md");
    let blocks: Vec<&str> =
        readme.split("```toml\n").skip(1).filter_map(|rest| Some(rest.split_once("```")?.0)).collect();
    assert!(!blocks.is_empty());
    for block in blocks {
        with(block, &[]);
    }
}

#[track_caller]
fn changed(text: &str, expected: &[&str]) {
    let found = all_of(text);
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (line, start) in found.iter().zip(expected) {
        assert!(line.starts_with(start), "{line}\nexpected: {start}");
    }
}

#[test]
fn origins_of_other_sites_are_an_unsupported_layout() {
    with(
        "allowed_origins = [\n\"https://app.example.com\",\n\"https://app.example.org\"]",
        &[
            "error keyrack.toml:12: unsupported layout: https://app.example.org is another site than https://auth.example.com, and browsers send the session's cookie (SameSite=Lax) within one site only; give Keyrack a host of that site or a path",
        ],
    );
    with(
        "allowed_origins = [\"http://app.example.com\"]",
        &["error keyrack.toml:10: unsupported layout: http://app"],
    );
    // A suffix under which anybody can have a name is no site.
    let github = GOOD.replace("auth.example.com", "auth.github.io");
    changed(
        &format!("{github}allowed_origins = [\"https://app.github.io\"]\n"),
        &["error keyrack.toml:10: unsupported layout: https://app.github.io"],
    );
    // In staging the page carries the credential itself.
    changed(
        &format!(
            "{}allowed_origins = [\"https://app.example.org\"]\n",
            GOOD.replace("production", "staging")
        ),
        &[
            "warning keyrack.toml:6: mode \"staging\": pages of any origin may use the session, and pages keep its",
        ],
    );
}

#[test]
fn a_cookie_domain_is_a_danger_or_impossible() {
    with("cookie_domain = \"example.com\"", &["warning keyrack.toml:10: every host below example.com gets"]);
    with(
        "cookie_domain = \"example.org\"",
        &["error keyrack.toml:10: cookie_domain \"example.org\" is not a parent"],
    );
    let british = GOOD.replace("auth.example.com", "example.co.uk");
    changed(
        &format!("{british}cookie_domain = \"co.uk\"\n"),
        &["error keyrack.toml:10: cookie_domain \"co.uk\" is a public suffix"],
    );
    let staging = GOOD.replace("production", "staging").replace("https://auth", "http://auth");
    changed(
        &format!("{staging}cookie_domain = \"example.com\"\n"),
        &[
            "warning keyrack.toml:6: mode \"staging\": pages of any origin may use the session",
            "warning keyrack.toml:10: in staging there is no cookie",
        ],
    );
    with(
        "cookie_domain = \"auth.example.com\"\nallowed_origins = [\"https://app.example.com\"]",
        &[
            "warning keyrack.toml:10: every host below",
            "warning keyrack.toml:11: https://app.example.com does not lie below",
        ],
    );
}

#[test]
fn transport_and_proxies_are_looked_at() {
    changed(
        &GOOD.replace("https://auth", "http://auth"),
        &["error keyrack.toml:7: in production http://auth.example.com must begin with https"],
    );
    changed(
        &GOOD.replace("10.0.0.1", "0.0.0.0/0"),
        &["warning keyrack.toml:1: trusted_proxies 0.0.0.0/0: anybody may say"],
    );
    changed(
        &GOOD.replace("\"10.0.0.1\"", ""),
        &["warning keyrack.toml:7: an https origin means a proxy in front"],
    );
    changed(
        &GOOD.replace("smtps://user@mail", "smtp://user@mail"),
        &["warning keyrack.toml:3: mails and the password would travel unencrypted; add ?tls=required"],
    );
    changed(&GOOD.replace("user@", ""), &["warning keyrack.toml:3: there is a password but no user"]);
    changed(
        &GOOD.replace("smtps://user@mail", "smtps://user:open%20sesame@mail"),
        &["error keyrack.toml:3: smtp: no password may stand in this file"],
    );
    changed(
        &GOOD.replace("smtps://user@mail.example.com", "smtp://user@mail.example.com?tls=maybe"),
        &["error keyrack.toml:3: smtp: not understood"],
    );
}

#[test]
fn what_says_two_things_is_named() {
    changed(
        &format!("retired = [\"app\"]\n{GOOD}"),
        &["error keyrack.toml:6: the deployment \"app\" is retired; take it out of retired"],
    );
    with("hosts = []", &["error keyrack.toml:10: duplicate key"]);
    changed(
        &GOOD.replace("[\"auth.example.com\"]", "[\"auth.example.com\",\n\"old.example.com\"]"),
        &["warning keyrack.toml:9: the host \"old.example.com\" is in no origin"],
    );
    with(
        "path = \"keyrack\"",
        &["error keyrack.toml:10: path: \"keyrack\" is not a path; write it like \"/keyrack\""],
    );
    with(
        "[deployment.lifetimes]\ntoken = \"30m\"",
        &["warning keyrack.toml:11: whoever verifies tokens notices a sign-out only"],
    );
    with(
        "[deployment.lifetimes]\nsign_in_idle = \"1m\"\ntoken = \"2m\"",
        &["warning keyrack.toml:12: a token ends with its sign-in, which sign_in_idle ends sooner"],
    );
    with(
        "[deployment.lifetimes]\nsign_in_max_age = \"1d\"\nsign_in_idle = \"2d\"",
        &["error keyrack.toml:12: sign_in_idle: must be no longer than sign_in_max_age"],
    );
    with(
        "[deployment.auth]\nfirst_factor = \"username_password\"",
        &["error keyrack.toml:11: first_factor \"username_password\" needs usernames"],
    );
    with(
        "[deployment.auth]\nfirst_factor = \"username_password\"\nusername = \"optional\"",
        &["warning keyrack.toml:12: the first form asks for a username"],
    );
    with(
        "[deployment.restrictions]\nsign_up_mode = \"restricted\"\nallowlist = [\"a.org\"]",
        &["warning keyrack.toml:12: with sign_up_mode \"restricted\" nobody"],
    );
    with(
        "[deployment.restrictions]\nallowlist = [\"*.a.org\"]\nblocklist = [\n\"*.a.org\"]",
        &["warning keyrack.toml:13: *.a.org is in both lists"],
    );
    with(
        "[deployment.ui]\nsignup_terms_statement_shown = true",
        &["warning keyrack.toml:11: there are no terms to show"],
    );
    with(
        "[deployment.ui]\nafter_signin_redirect_url = \"https://app.example.com/home\"",
        &[
            "warning keyrack.toml:11: pages of https://app.example.com cannot read the session; add it to allowed_origins",
        ],
    );
    with(
        "[deployment.messages.German]\nsign_in_title = \"b\"",
        &["error keyrack.toml:10: \"German\" is not a language"],
    );
}

#[test]
fn files_of_secrets_are_read_and_looked_at() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let write = |name: &str, text: &str, mode: u32| {
        std::fs::write(path(name), text).unwrap();
        std::fs::set_permissions(path(name), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let keys = format!("master_key_file = {:?}\ndatabase_url_file = {:?}\n", path("key"), path("url"));
    let password = format!("[mail]\npassword_file = {:?}\n", path("password"));
    write("keyrack.toml", &format!("{keys}{}", GOOD.replace("[mail]\n", &password)), 0o644);
    let said = || {
        let run = Run { config: Some(path("keyrack.toml")), ..Run::default() };
        let found = examine(&run, &|_| None);
        let shown = format!("{:?}", found);
        assert!(!shown.contains("opensesame"), "{shown}");
        found
    };
    let texts = said().problems.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert!(texts.len() == 3 && texts.iter().all(|text| text.contains("cannot be read")), "{texts:?}");
    write("key", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", 0o600);
    write("url", "postgres://u:opensesame@h/d\n", 0o640);
    write("password", "opensesame\n", 0o600);
    let found = said();
    assert_eq!(found.problems.len(), 1, "{found:?}");
    assert!(
        found.problems[0].to_string().contains("other users of this machine can read this secret; chmod 600")
    );
    let config = found.config.unwrap();
    assert_eq!(config.database_url.as_deref(), Some("postgres://u:opensesame@h/d"));
    assert!(config.mail == super::Mail::Smtp { url: "smtps://user:opensesame@mail.example.com".to_owned() });
    write("key", "opensesame", 0o600);
    write("url", "mysql://u:opensesame@h/d", 0o600);
    write("password", "", 0o600);
    let found = said();
    assert_eq!(found.problems.iter().filter(|problem| problem.is_error()).count(), 3, "{found:?}");
}
