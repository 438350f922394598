//! The default file is the documentation of the keys: it says nothing that is not so.

use super::{Config, DEFAULT_FILE, Examined, Problem, examine, keys};
use crate::cli::Run;
use std::collections::BTreeSet;

/// A setting that is commented out, or the line itself.
fn setting(line: &str) -> Option<&str> {
    line.strip_prefix('#').filter(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase() || c == '['))
}

/// The file with those of its commented settings in force that `wanted` takes.
fn with(wanted: impl Fn(&str) -> bool) -> String {
    let lines = DEFAULT_FILE.lines().map(|line| setting(line).filter(|text| wanted(text)).unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

fn is_example(setting: &str) -> bool {
    setting.contains("    # example")
}

/// An endpoint is a table with all that it needs, or none; so is a token template.
fn is_of_webhook(setting: &str) -> bool {
    setting.contains("    # example: webhook")
}

fn is_of_template(setting: &str) -> bool {
    setting.contains("    # example: token_template")
}

fn examined(text: &str) -> Examined {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keyrack.toml");
    std::fs::write(&path, text).unwrap();
    let env = |name: &str| match name {
        "KEYRACK_MASTER_KEY" => Some("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned()),
        "KEYRACK_SMS_SECRET" => Some("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".to_owned()),
        "KEYRACK_DATABASE_URL" => Some("postgres://h/d".to_owned()),
        _ => None,
    };
    examine(&Run { config: Some(path), ..Run::default() }, &env)
}

fn config(text: &str) -> Config {
    let Examined { config, problems, .. } = examined(text);
    config.unwrap_or_else(|| panic!("{problems:#?}"))
}

/// The keys in the tables of a file, with `*` for what the operator names.
fn keys_in(value: &toml::Value, name: &str, found: &mut BTreeSet<String>) {
    match value {
        toml::Value::Table(table) => {
            for (key, value) in table {
                let is_text = name.starts_with("deployment.messages") && key != "templates";
                let is_free = is_text || name.ends_with(".roles");
                let key = if is_free { "*" } else { key };
                let name = if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
                if name == "deployment.token_template.claims" {
                    found.insert(name);
                    continue;
                }
                keys_in(value, &name, found);
            }
        }
        toml::Value::Array(tables) if tables.iter().any(toml::Value::is_table) => {
            tables.iter().for_each(|table| keys_in(table, name, found));
        }
        _ => {
            found.insert(name.to_owned());
        }
    }
}

#[test]
fn it_is_accepted_as_it_is_printed() {
    let found = examined(DEFAULT_FILE);
    assert!(found.config.is_some(), "{:#?}", found.problems);
}

#[test]
fn it_has_every_key_there_is_and_no_other() {
    let text = with(|_| true);
    let mut found = BTreeSet::new();
    keys_in(&toml::from_str(&text).unwrap(), "", &mut found);
    assert_eq!(found, keys::all().into_iter().collect());
    // What is read from it is read by the server too: none of it is unknown.
    let problems = examined(&text).problems;
    // But the example of a file that this machine need not have.
    let is_known = |problem: &&Problem| {
        let text = problem.to_string();
        let files = ["geoip_file: /", "keyrack-webhook-secret cannot be read", "keyrack-token-key"];
        !files.iter().any(|file| text.contains(file))
    };
    assert!(!problems.iter().filter(is_known).any(Problem::is_error), "{problems:#?}");
}

#[test]
fn what_is_commented_out_stands_at_its_default() {
    let (silent, said) = (config(DEFAULT_FILE), config(&with(|text| !is_example(text))));
    assert_eq!(format!("{said:#?}"), format!("{silent:#?}"));
    assert!(DEFAULT_FILE.lines().filter_map(setting).filter(|text| !is_example(text)).count() > 40);
}

#[test]
fn every_example_changes_something() {
    let silent = format!("{:?}", config(DEFAULT_FILE));
    let examples: Vec<&str> =
        DEFAULT_FILE.lines().filter_map(setting).filter(|text| is_example(text)).collect();
    assert!(examples.len() > 50);
    let of_sms = ["sender = ", "url = ", "account = ", "from = ", "private_addresses = "];
    let is_of_sms = |text: &str| {
        is_example(text)
            && !is_of_webhook(text)
            && !is_of_template(text)
            && of_sms.iter().any(|start| text.starts_with(start))
    };
    assert_eq!(examples.iter().filter(|text| is_of_sms(text)).count(), of_sms.len());
    // These make sense together only.
    assert_ne!(format!("{:?}", config(&with(is_of_sms))), silent);
    let secret = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(secret.path(), "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=").unwrap();
    let here = secret.path().display().to_string();
    let webhook = with(is_of_webhook).replace("/run/secrets/keyrack-webhook-secret", &here);
    assert_ne!(format!("{:?}", config(&webhook)), silent);
    let in_template = |text: &str| is_of_template(text) && !text.contains("key_file");
    assert_eq!(config(&with(in_template)).deployments[0].token_templates.len(), 1);
    let of_tables = |text: &str| is_of_webhook(text) || is_of_template(text);
    let alone = |text: &&&str| !text.contains("_file = ") && !is_of_sms(text) && !of_tables(text);
    for example in examples.iter().filter(alone) {
        // A line may stand in both themes: each of them counts.
        assert_ne!(format!("{:?}", config(&with(|text| text == *example))), silent, "{example}");
    }
}

#[test]
fn every_setting_is_explained_above_it() {
    let mut above = "";
    for line in DEFAULT_FILE.lines() {
        let is_setting = setting(line).is_some() || line.starts_with(|c: char| c.is_ascii_lowercase());
        let told = above.starts_with("# ")
            || setting(above).is_some()
            || above.starts_with('[')
            || line.contains("# example: ");
        assert!(!is_setting || told, "nothing explains {line}");
        above = line;
    }
}
