use crate::cli::Run;
use crate::config::{Config, Examined, examine};
use std::fs;
use tempfile::TempDir;

/// What is said of a file with one deployment, in which these lines stand.
fn examined(folder: &TempDir, lines: &str) -> Examined {
    let path = folder.path().join("keyrack.toml");
    let text = format!(
        "[mail]\nsmtp = \"smtps://mail.example.com\"\n[[deployment]]\nid = \"app\"\nmode = \"production\"\n\
         origin = \"https://auth.example.com\"\nhosts = [\"auth.example.com\"]\nmail_from = \"a@example.com\"\n{lines}\n"
    );
    fs::write(&path, text).unwrap();
    let env = |name: &str| (name == "KEYRACK_MASTER_KEY").then(|| "A".repeat(43));
    examine(&Run { config: Some(path), ..Run::default() }, &env)
}

fn told(lines: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let problems = examined(&folder, lines).problems;
    problems.iter().filter(|problem| problem.is_error()).map(ToString::to_string).collect()
}

fn read(lines: &str) -> Config {
    let folder = tempfile::tempdir().unwrap();
    let Examined { config, problems, .. } = examined(&folder, lines);
    config.unwrap_or_else(|| panic!("{problems:#?}"))
}

const TEMPLATE: &str = "[[deployment.token_template]]\nname = \"crm\"\n";

#[test]
fn a_template_is_read_and_what_is_not_said_is_as_for_every_token() {
    let config = read(&format!(
        "{TEMPLATE}lifetime = \"5m\"\n[deployment.token_template.claims]\nplan = \"{{{{user.id}}}}\"\ndate = \"2026-01-01\""
    ));
    let template = &config.deployments[0].token_templates[0];
    assert_eq!(
        (template.lifetime_ms, template.clock_skew_ms, template.algorithm.as_str()),
        (300_000, 5_000, "ES256")
    );
    assert!(template.claims.has_places() && template.key.is_none() && template.audience.is_empty());
    assert_eq!(config.deployments[0].longest_token_ms(), 300_000);
    assert_eq!(read("signing_key_max_age = \"off\"").deployments[0].signing_key_max_age_ms, None);
}

#[test]
fn what_is_wrong_with_a_template_is_refused_at_its_line_with_what_to_do() {
    let claims = |line: &str| format!("{TEMPLATE}[deployment.token_template.claims]\n{line}");
    for (lines, says) in [
        (
            format!("{TEMPLATE}algorithm = \"HS256\""),
            "HS256 signs with a key of the template's own, and with no other",
        ),
        (format!("{TEMPLATE}algorithm = \"none\""), "\"none\" is not known"),
        (format!("{TEMPLATE}algorithm = \"HS512\""), "\"HS512\" is not known"),
        (format!("{TEMPLATE}key_file = \"/nowhere/key\""), "cannot be read"),
        (format!("{TEMPLATE}lifetime = \"2 hours\""), "must be 5 seconds to 1 hour"),
        (format!("{TEMPLATE}clock_skew = \"2 minutes\""), "must be 0s to 1 minute"),
        (format!("{TEMPLATE}audience = \"\""), "an audience has 1 to 200 characters"),
        (format!("{TEMPLATE}nonsense = 1"), "unknown key \"nonsense\""),
        (
            "[[deployment.token_template]]\nname = \"default\"".to_owned(),
            "a second token template \"default\"",
        ),
        (format!("{TEMPLATE}{TEMPLATE}"), "a second token template \"crm\""),
        (claims("sub = \"x\""), "the claim \"sub\" is Keyrack's own"),
        (claims("aud = \"x\""), "write it as audience"),
        (
            claims("a = \"{{user.private_metadata}}\""),
            "there is no placeholder \"user.private_metadata\"; there are user.id",
        ),
        (claims("a = 2026-01-01"), "is no JSON; put it into quotes"),
        (claims("a = inf"), "is no number of JSON"),
        ("signing_key_max_age = \"1 hour\"".to_owned(), "must be 2 days to 400 days"),
    ] {
        let told = told(&lines);
        assert!(
            told.iter().any(|text| text.contains(says) && text.contains("keyrack.toml:")),
            "{lines}: {told:#?}"
        );
    }
}

#[test]
fn a_key_of_ones_own_that_is_none_is_refused_and_not_repeated() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    fs::write(&path, "sesame-sesame").unwrap();
    for algorithm in ["HS256", "ES256", "EdDSA", "RS256"] {
        let lines =
            format!("{TEMPLATE}algorithm = \"{algorithm}\"\nkey_file = {:?}", path.display().to_string());
        let told = told(&lines).join("\n");
        assert!(told.contains("key_file: ") && !told.contains("sesame"), "{algorithm}: {told}");
    }
}
