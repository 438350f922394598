//! What the crates of `Cargo.lock` may be: `deny.toml`, as cargo-deny reads it, which is not on every machine (adr/0039).

use crate::{Outcome, tools};
use serde_json::Value;
use spdx::{Expression, LicenseReq, ParseMode};
use std::collections::{BTreeMap, BTreeSet};

/// Where crates come from.
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// What `deny.toml` says.
#[derive(Debug, Default)]
struct Rules {
    /// The licences that every crate may have.
    allowed: BTreeSet<String>,
    /// The licences that one crate may have besides.
    exceptions: BTreeMap<String, BTreeSet<String>>,
    /// The crates that nothing may depend on, and why.
    banned: BTreeMap<String, String>,
}

/// Holds every crate that any target or feature would take to `deny.toml`.
pub fn check() -> Outcome {
    let path = tools::root().join("deny.toml");
    let rules = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let rules = Rules::read(&rules)?;
    let args = ["metadata", "--locked", "--all-features", "--format-version", "1"];
    let said = tools::output(&mut tools::command("cargo", &args))?;
    let said: Value = serde_json::from_str(&said).map_err(|error| format!("cargo metadata: {error}"))?;
    let packages = said["packages"].as_array().cloned().unwrap_or_default();
    let wrong = rules.complaints(&packages);
    if wrong.is_empty() {
        println!("{} crates: licences, bans and sources as deny.toml has them", packages.len());
        return Ok(());
    }
    Err(wrong.join("\n"))
}

impl Rules {
    fn read(text: &str) -> Outcome<Self> {
        let said: toml::Table = text.parse().map_err(|error| format!("deny.toml: {error}"))?;
        let list = |table: &str, key: &str| {
            said.get(table).and_then(|table| table.get(key)?.as_array().cloned()).unwrap_or_default()
        };
        let texts =
            |list: &[toml::Value]| list.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect();
        let named = |entry: &toml::Value, key: &str| {
            let text = entry.get(key).and_then(toml::Value::as_str).map(str::to_owned);
            text.ok_or_else(|| format!("deny.toml: {entry} has no `{key}`"))
        };
        let mut rules = Self { allowed: texts(&list("licenses", "allow")), ..Self::default() };
        for exception in list("licenses", "exceptions") {
            let allowed = exception.get("allow").and_then(toml::Value::as_array).cloned().unwrap_or_default();
            rules.exceptions.insert(named(&exception, "crate")?, texts(&allowed));
        }
        for ban in list("bans", "deny") {
            rules.banned.insert(named(&ban, "crate")?, named(&ban, "reason")?);
        }
        Ok(rules)
    }

    /// What is not as it should be, of crates as `cargo metadata` tells of them.
    fn complaints(&self, packages: &[Value]) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut seen = BTreeSet::new();
        for package in packages {
            let name = package["name"].as_str().unwrap_or_default();
            let by_whom =
                |what: String| format!("{name} {}: {what}", package["version"].as_str().unwrap_or("?"));
            let found = [self.ban(name), source(package), self.licence(name, package, &mut seen)];
            wrong.extend(found.into_iter().flatten().map(by_whom));
            wrong.extend(wildcards(package).into_iter().map(by_whom));
        }
        // A rule for what is not there hides what comes next.
        let unused = |licence: &&String| !seen.contains(*licence);
        let stale = self.allowed.iter().filter(unused).map(|licence| format!("no crate is under {licence}"));
        let gone = |name: &&String| !packages.iter().any(|package| package["name"] == name.as_str());
        let gone = self.exceptions.keys().filter(gone).map(|name| format!("there is no crate {name}"));
        wrong.extend(stale.chain(gone).map(|what| format!("deny.toml: {what}")));
        wrong
    }

    fn ban(&self, name: &str) -> Option<String> {
        self.banned.get(name).map(|reason| format!("is banned. {reason}"))
    }

    /// Whether a licence that it offers is allowed; notes which it names.
    fn licence(&self, name: &str, package: &Value, seen: &mut BTreeSet<String>) -> Option<String> {
        let Some(text) = package["license"].as_str() else { return Some("has no licence".to_owned()) };
        let Ok(expression) = Expression::parse_mode(text, ParseMode::LAX) else {
            return Some(format!("what is the licence `{text}`?"));
        };
        seen.extend(expression.requirements().map(|named| named.req.to_string()));
        let besides = self.exceptions.get(name);
        let may = |licence: &LicenseReq| {
            let licence = licence.to_string();
            self.allowed.contains(&licence) || besides.is_some_and(|more| more.contains(&licence))
        };
        (!expression.evaluate(may)).then(|| format!("its licence {text} is not allowed"))
    }
}

/// What comes from anywhere else than the registry or this repository.
fn source(package: &Value) -> Option<String> {
    let source = package["source"].as_str()?;
    (source != CRATES_IO).then(|| format!("comes from {source}"))
}

/// Which of its dependencies one of this repository's crates would take in any version.
fn wildcards(package: &Value) -> Vec<String> {
    if !package["source"].is_null() {
        return Vec::new();
    }
    let dependencies = package["dependencies"].as_array().cloned().unwrap_or_default();
    let any = dependencies.iter().filter(|it| it["req"] == "*" && it["path"].is_null());
    any.map(|it| format!("takes any version of {}", it["name"])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const RULES: &str = r#"
        [licenses]
        allow = ["MIT", "ISC"]
        exceptions = [{ crate = "strict", allow = ["MPL-2.0"] }]
        [bans]
        deny = [{ crate = "openssl-sys", reason = "Not here." }]
    "#;

    /// What is said of a crate, beside those that the rules are there for.
    fn of(package: Value) -> Vec<String> {
        let others = [
            json!({ "name": "strict", "version": "1.0.0", "license": "MPL-2.0", "source": CRATES_IO }),
            json!({ "name": "open", "version": "1.0.0", "license": "MIT AND ISC", "source": CRATES_IO }),
            package,
        ];
        Rules::read(RULES).unwrap().complaints(&others)
    }

    fn under(licence: Value) -> Vec<String> {
        of(json!({ "name": "a", "version": "1.0.0", "license": licence, "source": CRATES_IO }))
    }

    #[test]
    fn a_crate_has_a_licence_that_is_allowed_and_may_offer_others() {
        for fine in ["MIT", "MIT OR GPL-3.0-only", "MIT/GPL-3.0", "(MIT OR GPL-3.0-only) AND ISC"] {
            assert_eq!(under(json!(fine)), [""; 0], "{fine}");
        }
        for refused in ["GPL-3.0-only", "MIT AND GPL-3.0-only", "MPL-2.0", "Apache-2.0 WITH LLVM-exception"] {
            assert_eq!(under(json!(refused)), [format!("a 1.0.0: its licence {refused} is not allowed")]);
        }
        assert_eq!(under(json!("whatever")), ["a 1.0.0: what is the licence `whatever`?"]);
        assert_eq!(under(Value::Null), ["a 1.0.0: has no licence"]);
    }

    #[test]
    fn a_crate_that_is_banned_or_of_another_place_is_named() {
        let package =
            json!({ "name": "openssl-sys", "version": "1.0.0", "license": "MIT", "source": CRATES_IO });
        assert_eq!(of(package), ["openssl-sys 1.0.0: is banned. Not here."]);
        let source = "git+https://example.com/a#1";
        let package = json!({ "name": "a", "version": "1.0.0", "license": "MIT", "source": source });
        assert_eq!(of(package), [format!("a 1.0.0: comes from {source}")]);
    }

    #[test]
    fn only_what_lies_in_the_repository_is_taken_in_any_version() {
        let dependencies = json!([
            { "name": "serde", "req": "*", "path": null },
            { "name": "ours", "req": "*", "path": "/here" },
            { "name": "tokio", "req": "^1", "path": null },
        ]);
        let package = |source: Value| {
            of(json!({ "name": "a", "version": "1.0.0", "license": "MIT", "source": source,
                "dependencies": dependencies }))
        };
        assert_eq!(package(Value::Null), [r#"a 1.0.0: takes any version of "serde""#]);
        // How others choose is theirs.
        assert_eq!(package(json!(CRATES_IO)), [""; 0]);
    }

    #[test]
    fn a_rule_for_what_is_not_there_is_named() {
        let wrong = Rules::read(RULES).unwrap().complaints(&[]);
        let expected = ["no crate is under ISC", "no crate is under MIT", "there is no crate strict"];
        assert_eq!(wrong, expected.map(|what| format!("deny.toml: {what}")));
        assert!(Rules::read("[bans]\ndeny = [{ crate = \"a\" }]").is_err_and(|why| why.contains("reason")));
    }
}
