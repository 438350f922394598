//! `keyrack user …`

mod args;

use super::client::Client;
use super::table::{minute, properties, table};
use super::{Failure, import, object, said};
use crate::admin::view::{Decided, List, User};
pub use args::{
    Create, Decide, Delete, ListUsers, Named, Severity, State, Tell, Update, UserArgs, UserCommand,
};
use keyrack_protocol::Notification;
use reqwest::Method;
use serde_json::{Value, json};
use std::io::Read;
use std::path::Path;

/// Bytes of a password file: more are none.
const PASSWORD_FILE: u64 = 4096;

/// Carries out `keyrack user …`; gives what is to be printed.
///
/// # Errors
/// What failed, in one line, and the exit code for it.
pub async fn run(args: &UserArgs) -> Result<String, Failure> {
    let body = match &args.command {
        // Before the server is looked for: what cannot be read is the caller's to mend either way.
        UserCommand::Create(create) => json!({
            "email": create.email,
            "username": create.username,
            "first_name": create.first_name,
            "last_name": create.last_name,
            "password": password(create)?,
            "unproved": create.unproved,
            "external_id": create.external_id,
        }),
        UserCommand::Update(update) => changes(update)?,
        UserCommand::Tell(tell) => told(tell)?,
        _ => Value::Null,
    };
    if let UserCommand::Import(import) = &args.command {
        return import::run(import, &args.target).await;
    }
    let client = Client::connect(&args.target)?;
    let json = args.target.json;
    match &args.command {
        UserCommand::Import(_) => Ok(String::new()),
        UserCommand::Create(_) => {
            let made = client.send(Method::POST, &["users"], &body).await?;
            said(json, made, |user: User| shown(&user))
        }
        UserCommand::List(list) => {
            let state = list.state.map(|state| format!("{state:?}").to_lowercase());
            let search = ("search", list.search.as_deref());
            let query = [("state", state.as_deref()), search, list.paging.limit(), list.paging.cursor()];
            said(json, client.get(&["users"], &query).await?, listed)
        }
        UserCommand::Show(named) => {
            said(json, client.get(&["users", &named.user], &[]).await?, |user: User| shown(&user))
        }
        UserCommand::Update(update) => {
            let path = ["users", update.named.user.as_str()];
            let reason = update.because.reason();
            let changed = client.send_because(Method::PATCH, &path, &body, reason).await?;
            said(json, changed, |user: User| shown(&user))
        }
        UserCommand::Export(named) => {
            let all = client.get(&["users", &named.user, "export"], &[]).await?;
            Ok(format!("{all:#}\n"))
        }
        UserCommand::Tell(tell) => {
            let path = ["users", tell.named.user.as_str(), "tell"];
            let told = client.send(Method::POST, &path, &body).await?;
            said(json, told, |it: Notification| format!("{} is in the inbox of {}.\n", it.id, it.user_id))
        }
        UserCommand::Disable(it) => decide(&client, json, (Method::POST, it, "disable")).await,
        UserCommand::Enable(it) => decide(&client, json, (Method::POST, it, "enable")).await,
        UserCommand::ResetFactors(it) => reset(&client, json, it).await,
        UserCommand::Delete(delete) => decide(&client, json, (Method::DELETE, &delete.whom, "")).await,
    }
}

/// What `user update` says; what it does not say stays.
fn changes(update: &Update) -> Result<Value, Failure> {
    let texts = [
        ("first_name", &update.first_name),
        ("last_name", &update.last_name),
        ("username", &update.username),
        ("external_id", &update.external_id),
    ];
    let objects =
        [("public_metadata", &update.public_metadata), ("private_metadata", &update.private_metadata)];
    let said = object::said(&texts, &objects)?;
    if said.is_empty() {
        return Err(Failure::wrong("say what is to change, such as --first-name or --external-id"));
    }
    Ok(said.into())
}

/// What `user tell` says.
fn told(tell: &Tell) -> Result<Value, Failure> {
    let texts = [("organization", &tell.organization)];
    let mut said = object::said(&texts, &[("metadata", &tell.metadata)])?;
    said.extend([("title".to_owned(), json!(tell.title)), ("body".to_owned(), json!(tell.body))]);
    said.insert("severity".to_owned(), json!(format!("{:?}", tell.severity).to_lowercase()));
    Ok(said.into())
}

async fn reset(client: &Client, json: bool, it: &Decide) -> Result<String, Failure> {
    let path = ["users", &it.named.user, "reset-factors"];
    let decided = client.send_because(Method::POST, &path, &json!({}), it.because.reason()).await?;
    said(json, decided, |decided: Decided| {
        let ended = decided.ended.len();
        let sign_ins = super::sign_ins(ended);
        format!("{} has no second factor any more; {ended} {sign_ins} ended.\n", decided.user.id)
    })
}

async fn decide(
    client: &Client,
    json: bool,
    (method, it, verb): (Method, &Decide, &str),
) -> Result<String, Failure> {
    let path = ["users", it.named.user.as_str(), verb];
    let path = if verb.is_empty() { &path[..2] } else { &path[..] };
    let decided = client.send_because(method, path, &json!({}), it.because.reason()).await?;
    said(json, decided, |decided: Decided| {
        let ended = decided.ended.len();
        match decided.user.state.as_str() {
            "active" => format!("{} is enabled.\n", decided.user.id),
            state => format!("{} is {state}; {ended} {} ended.\n", decided.user.id, super::sign_ins(ended)),
        }
    })
}

/// The password that is to be set, never an argument: those are seen by everybody on the machine.
fn password(create: &Create) -> Result<Option<String>, Failure> {
    let text = match &create.password_file {
        Some(path) => {
            let file = std::fs::File::open(path).map_err(|cause| unreadable(path, &cause.to_string()))?;
            read_password(file).map_err(|cause| unreadable(path, &cause))?
        }
        None if create.password_stdin => read_password(std::io::stdin())
            .map_err(|cause| unreadable(Path::new("standard input"), &cause))?,
        None => return Ok(None),
    };
    Ok(Some(text))
}

fn unreadable(what: &Path, cause: &str) -> Failure {
    Failure::refused(format!("{}: {cause}", what.display()))
}

fn read_password(from: impl Read) -> Result<String, String> {
    let mut text = String::new();
    from.take(PASSWORD_FILE + 1).read_to_string(&mut text).map_err(|cause| cause.to_string())?;
    if text.len() as u64 > PASSWORD_FILE {
        return Err("too long for a password".to_owned());
    }
    let line = text.strip_suffix('\n').map_or(text.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
    Ok(line.to_owned())
}

fn shown(user: &User) -> String {
    let (password, sign_ins) = (if user.has_password { "yes" } else { "no" }, user.sign_ins.to_string());
    let time = |at: &Option<String>| at.as_deref().map(minute).unwrap_or_default();
    properties(&[
        ("id", &user.id),
        ("state", &user.state),
        ("email address", &user.email_address),
        ("phone number", &user.phone_number),
        ("username", &user.username),
        ("name", format!("{} {}", user.first_name, user.last_name).trim()),
        ("external id", user.external_id.as_deref().unwrap_or_default()),
        ("public metadata", &object::shown(&user.public_metadata)),
        ("private metadata", &object::shown(&user.private_metadata)),
        ("password", password),
        ("second factor", if user.has_second_factor { "yes" } else { "" }),
        ("sign-ins", &sign_ins),
        ("created (UTC)", &minute(&user.created_at)),
        ("changed (UTC)", &minute(&user.updated_at)),
        ("disabled (UTC)", &time(&user.disabled_at)),
        ("deleted (UTC)", &time(&user.deleted_at)),
    ])
}

fn listed(list: List<User>) -> String {
    let row = |user: &User| {
        [
            user.id.clone(),
            user.state.clone(),
            user.email_address.clone(),
            user.username.clone(),
            format!("{} {}", user.first_name, user.last_name).trim().to_owned(),
            user.sign_ins.to_string(),
            minute(&user.created_at),
        ]
    };
    let rows: Vec<_> = list.items.iter().map(row).collect();
    let heading = ["USER", "STATE", "EMAIL ADDRESS", "USERNAME", "NAME", "SIGN-INS", "CREATED (UTC)"];
    table(heading, &rows) + &super::more(list.next_cursor.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ada() -> Value {
        json!({
            "id": "usr_1", "state": "active", "email_address": "ada@example.com", "username": "",
            "first_name": "Ada", "last_name": "Lovelace", "has_password": true, "sign_ins": 2,
            "created_at": "2026-11-25T20:47:59.123Z", "updated_at": "2026-11-25T20:47:59.123Z",
            "disabled_at": null, "deleted_at": null, "added_later": 1
        })
    }

    #[test]
    fn a_user_is_shown_line_by_line_and_listed_in_columns() {
        let user: User = serde_json::from_value(ada()).unwrap();
        let text = shown(&user);
        assert!(text.starts_with("id             usr_1\nstate          active\n"), "{text}");
        assert!(text.contains("name           Ada Lovelace\n") && !text.contains("username"), "{text}");
        let list = json!({ "items": [ada()], "next_cursor": "abc" });
        let text = listed(serde_json::from_value(list).unwrap());
        assert!(text.contains("\nusr_1  active  ada@example.com            Ada Lovelace  2 "), "{text}");
        assert!(text.ends_with("More: --cursor abc\n"), "{text}");
    }

    #[test]
    fn one_line_end_after_a_password_does_not_count() {
        for (file, password) in [
            ("secret", "secret"),
            ("secret\n", "secret"),
            ("secret\r\n", "secret"),
            (" s \n\n", " s \n"),
            ("", ""),
        ] {
            assert_eq!(read_password(file.as_bytes()), Ok(password.to_owned()));
        }
        assert!(read_password("x".repeat(5000).as_bytes()).is_err());
        assert!(read_password(&[0xff, 0xfe][..]).is_err());
    }
}
