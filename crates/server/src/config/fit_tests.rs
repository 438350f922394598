//! What is said once and what is said of staging.

use super::*;

#[test]
fn staging_is_warned_of_where_people_could_sign_in() {
    let starts = |text: &str, mode, expected: &[&str]| {
        let found = all_under(text, mode);
        assert_eq!(found.len(), expected.len(), "{found:#?}");
        assert!(found.iter().zip(expected).all(|(line, start)| line.starts_with(start)), "{found:#?}");
    };
    let over =
        "warning keyrack.toml:6: --mode staging overrides mode \"production\": pages of any origin may";
    let local = GOOD.replace("https://auth.example.com", "http://localhost:4400");
    let local = local.replace("[\"auth.example.com\"]", "[\"localhost\"]");
    starts(GOOD, Some(Mode::Staging), &[over]);
    starts(&local, Some(Mode::Staging), &[over]);
    starts(&local, None, &[]);
    let staging = |text: &str| text.replace("production", "staging");
    let plain = "warning keyrack.toml:6: mode \"staging\": pages of any origin may use the session";
    starts(&staging(&GOOD.replace("https://auth", "http://auth")), None, &[plain]);
    starts(&staging(&local.replace("http:", "https:")), None, &[plain]);
    starts(&staging(&local), None, &[]);
    starts(&staging(GOOD), Some(Mode::Production), &[]);
}

#[test]
fn a_key_that_is_there_but_bad_is_complained_about_once() {
    let only = |from: &str, to: &str, said: &str| {
        assert!(GOOD.contains(from), "{from}");
        changed(&GOOD.replace(from, to), &[said]);
    };
    only("\"App <hello@example.com>\"", "\"nobody\"", "error keyrack.toml:9: mail_from: ");
    only("\"https://auth.example.com\"", "\"https://auth.example.com/x\"", "error keyrack.toml:7: origin: ");
    only("[\"auth.example.com\"]", "[\"a b\"]", "error keyrack.toml:8: hosts: ");
    only("[\"10.0.0.1\"]", "[\"near\"]", "error keyrack.toml:1: trusted_proxies: ");
    let plain = GOOD.replace("https://auth", "http://auth").replace("\"production\"", "\"testing\"");
    changed(&plain, &["error keyrack.toml:6: mode: \"testing\" is not known"]);
    let far =
        format!("{}allowed_origins = [\"https://app.example.org\"]\n", GOOD.replace("production", "testing"));
    changed(&far, &["error keyrack.toml:6: mode: \"testing\" is not known"]);
    with(
        "allowed_origins = [\"https://app.example.com/\"]\n[deployment.ui]\nsign_in_page_url = \"https://app.example.com/in\"",
        &["error keyrack.toml:10: allowed_origins: "],
    );
    with(
        "[deployment.auth]\nfirst_factor = \"username_password\"\nusername = \"yes\"",
        &["error keyrack.toml:12: username: \"yes\" is not known"],
    );
    with(
        "[deployment.ui]\nsignup_terms_statement_shown = true\ntos_page_url = \"terms\"",
        &["error keyrack.toml:12: tos_page_url: "],
    );
}

#[test]
fn what_is_over_is_kept_for_as_long_as_somebody_may_ask() {
    let kept = |line: &str, expected: &[&str]| with(&format!("[deployment.retention]\n{line}"), expected);
    kept("sessions = \"1 hour\"\ncodes = \"30 minutes\"\nguesses = \"1 day\"\naudit = \"30 days\"", &[]);
    kept("sessions = \"59m\"", &["error keyrack.toml:11: sessions: must be 1 hour to 400 days"]);
    kept("sign_ins = \"401 days\"", &["error keyrack.toml:11: sign_ins: must be 1 hour to 400 days"]);
    kept("attempts = \"1s\"", &["error keyrack.toml:11: attempts: must be 1 hour to 400 days"]);
    kept("mails = \"1s\"", &["error keyrack.toml:11: mails: must be 1 hour to 400 days"]);
    kept("counts = \"23h\"", &["error keyrack.toml:11: counts: must be 1 day to 400 days"]);
    kept("guesses = \"23h\"", &["error keyrack.toml:11: guesses: must be 1 day to 400 days"]);
    kept("audit = \"23h\"", &["error keyrack.toml:11: audit: must be 1 day to 3650 days"]);
    kept("codes = \"29m\"", &["error keyrack.toml:11: codes: must be no shorter than lifetimes.attempt"]);
    kept(
        "audit = \"29 days\"",
        &["warning keyrack.toml:11: a sign-in may live longer than the record of how"],
    );
}

#[test]
fn metrics_have_an_address_of_their_own_that_strangers_do_not_reach() {
    let at = |address: &str, expected: &[&str]| {
        let file = GOOD.replace("[mail]", &format!("[metrics]\nlisten = \"{address}\"\n[mail]"));
        changed(&file, expected);
    };
    for address in ["127.0.0.1:9464", "[::1]:9464", "10.0.0.5:9464", "[fd00::1]:9464", "192.168.1.1:9464"] {
        at(address, &[]);
    }
    at("127.0.0.1:4400", &["error keyrack.toml:3: metrics.listen: 127.0.0.1:4400 is public, because of"]);
    at(
        "0.0.0.0:4400",
        &["error keyrack.toml:3: metrics.listen: 0.0.0.0:4400 is public, because of 127.0.0.1"],
    );
    at("127.0.0.1:0", &["error keyrack.toml:3: metrics.listen: 127.0.0.1:0 has no port"]);
    at("here", &["error keyrack.toml:3: listen: \"here\" is not an address"]);
    for address in ["0.0.0.0:9464", "[::]:9464", "203.0.113.1:9464", "[2001:db8::1]:9464"] {
        at(
            address,
            &[&format!("warning keyrack.toml:3: metrics.listen: whoever reaches {address} reads how")],
        );
    }
}

#[test]
fn a_password_that_is_all_that_is_asked_for_is_long() {
    with(
        "[deployment.auth]\npassword_min_length = 14",
        &["warning keyrack.toml:11: where a password is all"],
    );
    with("[deployment.auth]\npassword_min_length = 15", &[]);
    with(
        "[deployment.auth]\npassword_min_length = 8\n[deployment.auth.second_factor]\npolicy = \"enforced\"",
        &[],
    );
    let enforced = "[deployment.auth.second_factor]\npolicy = \"enforced\"\nauthenticator = false\n";
    with(enforced, &["error keyrack.toml:11: \"enforced\" lets nobody in without a second factor"]);
    with(&format!("{enforced}[deployment.auth.passkey]\nenabled = true"), &[]);
    for (first, key) in [("email_otp", "email_otp"), ("email_magic_link", "magic_link")] {
        let file = format!("[deployment.auth]\nfirst_factor = {first:?}");
        with(&format!("{file}\n{key} = true"), &[]);
        with(
            &file,
            &[&format!("error keyrack.toml:11: first_factor {first:?} is a form that is not offered")],
        );
    }
    with("[deployment.auth]\npassword_min_length = 7", &["error keyrack.toml:11: password_min_length: "]);
}
