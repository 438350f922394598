//! The file of a seed, checked before anything is made.

use crate::config::{Config, Deployment};
use crate::user::email::EmailAddress;
use crate::user::username::Username;
use crate::user::{name, password};
use serde::Deserialize;
use std::path::Path;
use toml::Spanned;

/// A person of a seed, checked. What is not said stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Where it stands, for complaints: the file and the line.
    pub place: String,
    /// The deployment's id.
    pub deployment: String,
    /// The address, which says who it is.
    pub email: EmailAddress,
    /// The username.
    pub username: Option<Username>,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// The password, in plain text.
    pub password: Option<String>,
    /// Whether the account is disabled.
    pub disabled: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    user: Vec<Table>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    deployment: Option<Spanned<String>>,
    email: Spanned<String>,
    username: Option<Spanned<String>>,
    first_name: Option<Spanned<String>>,
    last_name: Option<Spanned<String>>,
    password: Option<Spanned<String>>,
    disabled: Option<bool>,
}

/// Reads a seed for the deployments of `config`.
///
/// # Errors
/// One line that names the file, the line and the fix.
pub fn read(path: &Path, config: &Config) -> Result<Vec<Person>, String> {
    let text = std::fs::read_to_string(path)
        .map_err(|cause| format!("{}: cannot be read ({cause}); check --seed", path.display()))?;
    let place = |start: usize| {
        let before = text.get(..start).unwrap_or(&text);
        format!("{}:{}", path.display(), before.matches('\n').count() + 1)
    };
    let file: File = toml::from_str(&text).map_err(|error| {
        let why = error.message().split_whitespace().collect::<Vec<_>>().join(" ").replace('`', "\"");
        format!("{}: {why}", place(error.span().map_or(0, |span| span.start)))
    })?;
    let mut people: Vec<Person> = Vec::new();
    for table in file.user {
        let at = place(table.email.span().start);
        let person = check(table, config, at).map_err(|(start, why)| format!("{}: {why}", place(start)))?;
        let twin = people.iter().find(|p| p.email == person.email && p.deployment == person.deployment);
        if let Some(twin) = twin {
            return Err(format!(
                "{}: {} stands at {} already; keep one",
                person.place, person.email, twin.place
            ));
        }
        people.push(person);
    }
    Ok(people)
}

/// Why a value cannot be, and where it stands.
type Wrong = (usize, String);

fn check(table: Table, config: &Config, place: String) -> Result<Person, Wrong> {
    let deployment = deployment(config, table.deployment.as_ref())?;
    let read_name = |text: &str| name(text).map_err(|code| code.message().to_owned());
    let start = table.email.span().start;
    let email =
        EmailAddress::parse(table.email.get_ref()).map_err(|code| (start, code.message().to_owned()))?;
    let username =
        value(table.username, |text| Username::parse(text).map_err(|code| code.message().to_owned()))?;
    let first_name = value(table.first_name, read_name)?;
    let last_name = value(table.last_name, read_name)?;
    let known = [username.as_ref().map(Username::as_str), first_name.as_deref(), last_name.as_deref()];
    let names: Vec<&str> = known.into_iter().flatten().chain([email.as_str()]).collect();
    let password = value(table.password, |text| match password::check(deployment, text, &names) {
        Ok(()) => Ok(text.to_owned()),
        Err(refused) => Err(refused.message().to_owned()),
    })?;
    Ok(Person {
        place,
        deployment: deployment.id.clone(),
        email,
        username,
        first_name,
        last_name,
        password,
        disabled: table.disabled,
    })
}

fn value<T>(
    said: Option<Spanned<String>>,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Result<Option<T>, Wrong> {
    let Some(said) = said else { return Ok(None) };
    read(said.get_ref()).map(Some).map_err(|why| (said.span().start, why))
}

/// The deployment that is named, the first when none is.
fn deployment<'a>(config: &'a Config, named: Option<&Spanned<String>>) -> Result<&'a Deployment, Wrong> {
    let all = &config.deployments;
    let found = match named {
        Some(named) => all.iter().find(|deployment| deployment.id == *named.get_ref()),
        None => all.first(),
    };
    found.ok_or_else(|| {
        let known: Vec<&str> = all.iter().map(|deployment| deployment.id.as_str()).collect();
        let start = named.map_or(0, |named| named.span().start);
        (start, format!("there is no such deployment; the configuration has {}", known.join(", ")))
    })
}
