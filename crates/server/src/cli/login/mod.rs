//! `keyrack login`, `logout` and `whoami`: this terminal signed in to an application, by a code that somebody confirms in a
//! browser.

mod kept;
mod remote;

use super::Failure;
use super::table::{properties, table};
use clap::Args;
use kept::Kept;
use keyrack_protocol::{Code, DeviceCode, Session, SignIn};
use remote::Remote;
use serde_json::{Value, json};
use std::io::Write;
use std::time::Duration;

const AFTER: &str = "The credential is kept in keyrack/credentials.json in your configuration folder ($XDG_CONFIG_HOME, else ~/.config), for you alone. The deployment must allow programs: native_programs in keyrack.toml.

Exit codes: 0 done, 1 refused or failed, 2 wrong arguments, 4 nobody is signed in.";

/// Which server, and how a command answers.
#[derive(Args, Clone, Debug, Default)]
#[command(after_help = AFTER)]
pub struct LoginArgs {
    /// Where browsers reach the server [default: $KEYRACK_SERVER, then the last one, then http://localhost:4400]
    #[arg(long, value_name = "URL")]
    pub server: Option<String>,
    /// Print JSON instead of text
    #[arg(long)]
    pub json: bool,
}

fn env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

impl LoginArgs {
    /// The server that is meant, and what is kept of all of them.
    fn open(&self) -> Result<(Kept, Remote), Failure> {
        let kept = Kept::read(&env)?;
        let named = self.server.clone().or_else(|| env("KEYRACK_SERVER")).or_else(|| kept.last.clone());
        let remote = Remote::at(named.as_deref().unwrap_or("http://localhost:4400"))?;
        Ok((kept, remote))
    }
}

/// Signs this terminal in; gives what is to be printed at the end.
///
/// # Errors
/// One line that says what to do.
pub async fn login(args: &LoginArgs) -> Result<String, Failure> {
    let (mut kept, remote) = args.open()?;
    let before = kept.credential(remote.base()).to_owned();
    let asked = remote.post(&before, "/device/begin", &json!({ "program": "keyrack" })).await?;
    let code: DeviceCode = super::client::read(asked.data()?)?;
    tell(args, &code)?;
    let (session, credential) = wait(&remote, &before, &code).await?;
    kept.keep(remote.base(), &credential);
    kept.write()?;
    shown(args, remote.base(), &session)
}

/// Says at once what somebody has to do, on standard error: standard output is for what came of it.
fn tell(args: &LoginArgs, code: &DeviceCode) -> Result<(), Failure> {
    let text = match args.json {
        true => json!({ "verification_uri": code.verification_uri, "user_code": code.user_code }).to_string(),
        false => format!(
            "Open {} in a browser, and type {}\nWaiting; the code is good for {} minutes.",
            code.verification_uri,
            code.user_code,
            code.expires_in / 60
        ),
    };
    let written = writeln!(std::io::stderr().lock(), "{text}");
    written.map_err(|cause| Failure::refused(format!("standard error: {cause}")))
}

/// Asks until somebody has decided.
async fn wait(remote: &Remote, before: &str, code: &DeviceCode) -> Result<(Session, String), Failure> {
    let mut pause = Duration::from_secs(u64::try_from(code.interval).unwrap_or(5));
    loop {
        tokio::time::sleep(pause).await;
        let body = json!({ "device_code": code.device_code });
        // A network that is away for a moment has decided nothing.
        let answer = match remote.post(before, "/device/poll", &body).await {
            Err(failure) if failure.exit == 3 => continue,
            answer => answer?,
        };
        let is = |wanted: Code| answer.code.as_deref() == Some(wanted.as_str());
        if is(Code::SlowDown) {
            pause += Duration::from_secs(5);
        } else if !is(Code::AuthorizationPending) && !answer.is_for_later() {
            let credential = answer.credential.clone();
            let session = super::client::read(answer.data()?)?;
            let lost = || Failure::refused("the server handed out no session; run `keyrack login` again");
            return Ok((session, credential.ok_or_else(lost)?));
        }
    }
}

/// Says who is signed in here.
///
/// # Errors
/// When nobody is (4), or the server cannot be asked.
pub async fn whoami(args: &LoginArgs) -> Result<String, Failure> {
    let (kept, remote) = args.open()?;
    let credential = kept.credential(remote.base());
    if credential.is_empty() {
        return Err(nobody(remote.base(), ""));
    }
    let session: Session = super::client::read(remote.get(credential, "/session").await?.data()?)?;
    if session.active_signin.is_none() {
        let why = session.end_reason.map(|reason| format!(" ({})", reason.as_str())).unwrap_or_default();
        return Err(nobody(remote.base(), &why));
    }
    shown(args, remote.base(), &session)
}

fn nobody(base: &str, why: &str) -> Failure {
    Failure::not_found(format!("nobody is signed in to {base} here{why}; run `keyrack login`"))
}

/// Signs this terminal out, on the server first: a credential is not forgotten that still opens something.
///
/// # Errors
/// When nobody is signed in (4), or the server cannot be asked.
pub async fn logout(args: &LoginArgs) -> Result<String, Failure> {
    let (mut kept, remote) = args.open()?;
    let credential = kept.credential(remote.base()).to_owned();
    if credential.is_empty() {
        return Err(nobody(remote.base(), ""));
    }
    remote.post(&credential, "/session/sign-out", &json!({})).await?.data()?;
    kept.forget(remote.base());
    kept.write()?;
    Ok(match args.json {
        true => format!("{:#}\n", json!({ "server": remote.base(), "signed_out": true })),
        false => format!("Signed out of {}.\n", remote.base()),
    })
}

fn shown(args: &LoginArgs, base: &str, session: &Session) -> Result<String, Failure> {
    if args.json {
        let session = serde_json::to_value(session).unwrap_or(Value::Null);
        return Ok(format!("{:#}\n", json!({ "server": base, "session": session })));
    }
    let Some(active) = &session.active_signin else { return Err(nobody(base, "")) };
    let until = active.expires_at.clone();
    let mut text = properties(&[("Account", &name(active)), ("Server", base), ("Until", &until)]);
    if session.signins.len() > 1 {
        let mark = |it: &SignIn| if it.id == active.id { "active" } else { "" }.to_owned();
        let rows: Vec<[String; 2]> = session.signins.iter().map(|it| [name(it), mark(it)]).collect();
        text = format!("{text}\n{}", table(["ACCOUNT", ""], &rows));
    }
    Ok(text)
}

/// How a person knows the account: its address, else its username, else its id.
fn name(sign_in: &SignIn) -> String {
    let user = &sign_in.user;
    let named = [user.email_address.clone(), user.username.clone(), user.id.clone()];
    named.into_iter().find(|name| !name.is_empty()).unwrap_or_default()
}
