//! `keyrack user …`

use super::client::{Client, Target};
use super::table::{minute, properties, table};
use super::{EXIT_CODES, Failure, Paging, said};
use crate::admin::view::{Decided, List, User};
use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use reqwest::Method;
use serde_json::{Value, json};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Bytes of a password file: more are none.
const PASSWORD_FILE: u64 = 4096;

/// `keyrack user` and what is asked of it.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXIT_CODES)]
pub struct UserArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: UserCommand,
    /// For whom.
    #[command(flatten)]
    pub target: Target,
}

/// What can be done with users.
#[derive(Clone, Debug, Subcommand)]
pub enum UserCommand {
    /// Make a user; the address counts as proved, because you vouch for it, unless you say `--unproved`
    Create(Create),
    /// List users, newest first
    List(ListUsers),
    /// Show one user
    Show(Named),
    /// Keep a user out: every sign-in ends at once, and there will be no other
    Disable(Named),
    /// Let a disabled user sign in again; what has ended stays ended
    Enable(Named),
    /// Take all second factors from a user who has lost them: authenticators, passkeys and backup codes; every sign-in ends
    ResetFactors(Named),
    /// Delete a user for good: every sign-in ends at once, the address is free again, only the id stays
    Delete(Delete),
}

/// The arguments of `user create`.
#[derive(Args, Clone, Debug)]
#[command(group(ArgGroup::new("how to sign in").required(true).args(["password_file", "password_stdin", "no_password"])))]
pub struct Create {
    /// The email address
    #[arg(long, value_name = "ADDRESS")]
    pub email: String,
    /// The user is still to prove the address: signs in by username and password, and is mailed a code
    #[arg(long, requires = "username", conflicts_with = "no_password")]
    pub unproved: bool,
    /// The username, by which the user may sign in where the deployment has usernames
    #[arg(long, value_name = "NAME")]
    pub username: Option<String>,
    /// First name
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub first_name: String,
    /// Last name
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub last_name: String,
    /// Read the password from this file; a line end after it does not count
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// Read the password from standard input; a line end after it does not count
    #[arg(long)]
    pub password_stdin: bool,
    /// Make a user who cannot sign in with a password
    #[arg(long)]
    pub no_password: bool,
}

/// The arguments of `user list`.
#[derive(Args, Clone, Debug)]
pub struct ListUsers {
    /// Only users in this state; without it all but the deleted ones
    #[arg(long, value_enum)]
    pub state: Option<State>,
    /// Which page.
    #[command(flatten)]
    pub paging: Paging,
}

/// What a user may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum State {
    /// May sign in
    Active,
    /// Kept out
    Disabled,
    /// Gone
    Deleted,
}

/// A user.
#[derive(Args, Clone, Debug)]
pub struct Named {
    /// The user: its id (usr_…), email address or username
    #[arg(value_name = "USER")]
    pub user: String,
}

/// The arguments of `user delete`.
#[derive(Args, Clone, Debug)]
pub struct Delete {
    /// Who.
    #[command(flatten)]
    pub named: Named,
    /// Confirm: this cannot be undone
    #[arg(long, required = true)]
    pub yes: bool,
}

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
        }),
        _ => Value::Null,
    };
    let client = Client::connect(&args.target)?;
    let json = args.target.json;
    match &args.command {
        UserCommand::Create(_) => {
            let made = client.send(Method::POST, &["users"], &body).await?;
            said(json, made, |user: User| shown(&user))
        }
        UserCommand::List(list) => {
            let state = list.state.map(|state| format!("{state:?}").to_lowercase());
            let query = [("state", state.as_deref()), list.paging.limit(), list.paging.cursor()];
            said(json, client.get(&["users"], &query).await?, listed)
        }
        UserCommand::Show(named) => {
            said(json, client.get(&["users", &named.user], &[]).await?, |user: User| shown(&user))
        }
        UserCommand::Disable(named) => decide(&client, json, (Method::POST, &named.user, "disable")).await,
        UserCommand::Enable(named) => decide(&client, json, (Method::POST, &named.user, "enable")).await,
        UserCommand::ResetFactors(named) => {
            let path = ["users", &named.user, "reset-factors"];
            let decided = client.send(Method::POST, &path, &json!({})).await?;
            said(json, decided, |decided: Decided| {
                let ended = decided.ended.len();
                let sign_ins = super::sign_ins(ended);
                format!("{} has no second factor any more; {ended} {sign_ins} ended.\n", decided.user.id)
            })
        }
        UserCommand::Delete(delete) => decide(&client, json, (Method::DELETE, &delete.named.user, "")).await,
    }
}

async fn decide(
    client: &Client,
    json: bool,
    (method, user, verb): (Method, &str, &str),
) -> Result<String, Failure> {
    let path = ["users", user, verb];
    let path = if verb.is_empty() { &path[..2] } else { &path[..] };
    let decided = client.send(method, path, &json!({})).await?;
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
        ("username", &user.username),
        ("name", format!("{} {}", user.first_name, user.last_name).trim()),
        ("password", password),
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
