use super::{Browser, Keyrack, Reply};
use keyrack_server::id::UserId;
use keyrack_server::sign_in::factor::{authenticator, backup_code};
use keyrack_server::user;
use serde_json::{Value, json};
use std::process::Command;
use std::sync::Arc;

/// A step of an authenticator.
pub const STEP_MS: i64 = 30_000;

/// A person's authenticator: a program that is not ours (`oathtool`), with the secret that it was given.
#[derive(Clone, Debug)]
pub struct Authenticator {
    /// Its id.
    pub id: String,
    /// As it was shown, in base 32.
    pub secret: String,
}

fn oathtool() -> String {
    std::env::var("KEYRACK_OATHTOOL").unwrap_or_else(|_| "oathtool".to_owned())
}

impl Authenticator {
    /// The one of an answer that shows a set-up.
    pub fn of(shown: &Value) -> Self {
        let text = |name: &str| shown[name].as_str().unwrap().to_owned();
        Self { id: text("id"), secret: text("totp_secret") }
    }

    /// What it shows at a time in Unix milliseconds.
    pub fn code(&self, at_ms: i64) -> String {
        let at = format!("@{}", at_ms / 1000);
        let made = Command::new(oathtool()).args(["--totp", "--base32", "--now", &at, &self.secret]).output();
        let made = made.expect(
            "oathtool is missing; `cargo xtask test` installs it (on Debian: sudo apt-get install oathtool)",
        );
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        String::from_utf8(made.stdout).unwrap().trim().to_owned()
    }

    /// What confirms it now: the code that it shows, and the next.
    pub fn two_codes(&self, now: i64) -> Value {
        let codes = [self.code(now), self.code(now + STEP_MS)];
        json!({ "authenticator_id": self.id, "codes": codes })
    }
}

impl Browser {
    /// Begins to set an authenticator up.
    pub async fn begins_authenticator(&self) -> Authenticator {
        Authenticator::of(&self.post("/me/authenticator", json!({})).await.ok())
    }

    pub async fn confirms(&self, server: &Keyrack, authenticator: &Authenticator) -> Reply {
        let codes = authenticator.two_codes(server.app.world.clock.now_ms());
        self.post("/me/authenticator/attempt-verification", codes).await
    }

    /// Sets an authenticator up, all the way. Its next code works one step later.
    pub async fn adds_authenticator(&self, server: &Keyrack) -> Authenticator {
        let authenticator = self.begins_authenticator().await;
        self.confirms(server, &authenticator).await.ok();
        authenticator
    }

    /// Has backup codes made.
    pub async fn makes_backup_codes(&self) -> Vec<String> {
        let shown = self.post("/me/backup-codes", json!({})).await.ok();
        shown.as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned()).collect()
    }
}

/// Where a code was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Factor {
    Authenticator,
    BackupCode,
}

impl Keyrack {
    /// Whether what was typed proves a second factor of a user, as every path asks it.
    pub async fn takes(&self, user: &str, factor: Factor, typed: &str) -> bool {
        let (app, user, typed) = (Arc::clone(&self.app), UserId::stored(user.to_owned()), typed.to_owned());
        let now = app.world.clock.now_ms();
        let taken = self.app.db.write(move |tx| {
            let site = &app.sites[0];
            let (user, _) = user::store::lock(tx, &site.config.id, &user)?.unwrap();
            match factor {
                Factor::Authenticator => authenticator::check(tx, (&app, site), &user, &typed, now),
                Factor::BackupCode => backup_code::check(tx, (&app, site), &user, &typed, now),
            }
        });
        taken.await.unwrap().is_some()
    }

    /// How many backup codes a user has left, as the account says and as there are.
    pub async fn backup_codes_left(&self, user: &str) -> (i64, i64) {
        let user = user.to_owned();
        let left = self.app.db.read(move |on| {
            let row = on.query_one(
                "select backup_codes, (select count(*) from backup_codes b where b.user_id = $1 and b.used_at is null)
                 from users where id = $1",
                keyrack_server::params![&user],
            )?;
            let row = row.unwrap();
            let mut cells = row.cells();
            Ok((cells.int()?, cells.int()?))
        });
        left.await.unwrap()
    }
}
