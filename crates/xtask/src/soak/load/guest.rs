//! A browser of the mixed load, which knows what it must be told.

use super::super::ledger::{Change, Shown, follows};
use super::seen::Seen;
use super::stream;
use crate::http::{Browser, Failure, password};
use crate::random::Random;
use serde_json::json;
use std::time::Duration;

/// A mailed code that has not come by then is lost: no node dies here.
const MAIL_PATIENCE: Duration = Duration::from_secs(10);
/// One that took longer than this is late, which is as wrong.
const MAIL_LATE: Duration = Duration::from_millis(1500);

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// The session.
    Read,
    /// A token.
    Mint,
    /// Another account.
    Switch,
    /// A password.
    SignIn,
    /// One account or all of them away, and what that leaves of the old credential.
    SignOut,
    /// A stream of events, open for a while, with a switch that it must tell of.
    Stream,
    /// Somebody new: reads, signs up, reads, leaves.
    Visit,
}

impl Ask {
    /// All of them, with how many of a thousand they are.
    pub const ALL: [(Self, usize); 7] = [
        (Self::Read, 600),
        (Self::Mint, 250),
        (Self::Switch, 120),
        (Self::SignIn, 12),
        (Self::SignOut, 10),
        (Self::Stream, 6),
        (Self::Visit, 2),
    ];

    /// One of them.
    pub fn drawn(random: &mut Random) -> Self {
        let mut dice = random.below(1000);
        for (ask, share) in Self::ALL {
            match dice.checked_sub(share) {
                Some(rest) => dice = rest,
                None => return ask,
            }
        }
        Self::Read
    }

    /// Whether it is one request without a password.
    pub fn is_light(self) -> bool {
        matches!(self, Self::Read | Self::Mint | Self::Switch)
    }
}

/// The browser.
pub struct Guest {
    browser: Browser,
    name: String,
    random: Random,
    acked: Shown,
    emails: Vec<(String, String)>,
}

impl Guest {
    /// One that has never been here.
    pub fn new(browser: Browser, name: String, random: Random) -> Self {
        let browser = browser.waits_for_mail(MAIL_PATIENCE);
        Self { browser, name, random, acked: Shown::default(), emails: Vec::new() }
    }

    /// Signs up twice.
    pub async fn arrives(&mut self) -> Result<(), String> {
        self.signs_up(1).await?;
        self.signs_up(2).await
    }

    async fn signs_up(&mut self, number: usize) -> Result<(), String> {
        let email = format!("{}.{number}.{}@example.com", self.name, self.random.below(usize::MAX));
        let session =
            self.browser.sign_up(&email).await.map_err(|failure| format!("a sign-up: {failure:?}"))?;
        if self.browser.mail_took > MAIL_LATE {
            return Err(format!("a sign-up: its code came after {} ms", self.browser.mail_took.as_millis()));
        }
        let user = session["active_signin"]["user_id"].as_str().unwrap_or_default().to_owned();
        self.emails.push((email, user));
        self.is_told(&Change::SignUp, Shown::of(&session))
    }

    /// A short life: nobody, somebody, nobody.
    pub async fn visits(&mut self, seen: &Seen) -> Result<(), String> {
        self.reads().await?;
        self.signs_up(1).await?;
        seen.mailed(self.browser.mail_took);
        self.reads().await?;
        self.signs_out(true, seen).await
    }

    /// Asks, and says what the answer should not have been.
    pub async fn asks(&mut self, ask: Ask, seen: &Seen) -> Result<(), String> {
        let others: Vec<String> =
            self.acked.ids().into_iter().filter(|id| Some(id) != self.acked.active.as_ref()).collect();
        let other = self.random.pick(&others).cloned();
        match ask {
            Ask::Mint if self.acked.active.is_some() => self.mints().await,
            Ask::Switch if let Some(id) = other => self.changes(Change::Switch(id)).await,
            Ask::Stream if let Some(id) = other => {
                let open = stream::Stream::open(&self.browser).await?;
                self.changes(Change::Switch(id)).await?;
                let held = open.tells(&self.acked.id, self.acked.revision, seen).await?;
                // It stays open for a while after the browser has gone on to other things.
                seen.hold(held);
                Ok(())
            }
            Ask::SignOut if self.acked.active.is_some() => {
                let all = self.random.below(10) == 0;
                self.signs_out(all, seen).await
            }
            Ask::SignIn => self.signs_in().await,
            _ => self.reads().await,
        }
    }

    async fn reads(&mut self) -> Result<(), String> {
        let path = if self.random.below(4) == 0 { "/session?poll=1" } else { "/session" };
        let session = self.browser.get(path).await.map_err(|failure| format!("a read: {failure:?}"))?;
        let now = Shown::of(&session);
        // What was listed besides (an attempt that is over) may have gone meanwhile.
        let same =
            now.id == self.acked.id && now.signins == self.acked.signins && now.active == self.acked.active;
        if !same || now.revision < self.acked.revision {
            return Err(format!("{} was told {:?} and reads {now:?}", self.name, self.acked));
        }
        self.acked = now;
        Ok(())
    }

    async fn mints(&mut self) -> Result<(), String> {
        let token =
            self.browser.get("/session/token").await.map_err(|failure| format!("a mint: {failure:?}"))?;
        if token["signin_id"].as_str() == self.acked.active.as_deref() {
            return Ok(());
        }
        Err(format!("{} is at {:?} and is given {token}", self.name, self.acked))
    }

    async fn signs_in(&mut self) -> Result<(), String> {
        let inside = |user: &String| self.acked.signins.iter().any(|signin| signin.1 == *user);
        let Some((email, _)) = self.emails.iter().find(|(_, user)| !inside(user)) else {
            return self.reads().await;
        };
        let form = json!({ "strategy": "plain_email", "email": email, "password": password(email) });
        let session = self.browser.post("/auth/signin", form).await;
        let session = session.map_err(|failure| format!("a sign-in: {failure:?}"))?;
        self.is_told(&Change::SignUp, Shown::of(&session))
    }

    /// One account or all of them; the credential of before opens nothing of it afterwards.
    async fn signs_out(&mut self, all: bool, seen: &Seen) -> Result<(), String> {
        let (mut old, ids) = (self.browser.clone(), self.acked.ids());
        let gone = match self.random.pick(&ids).cloned() {
            Some(id) if !all => {
                self.changes(Change::SignOut(id.clone())).await?;
                vec![id]
            }
            _ => {
                self.changes(Change::SignOutAll).await?;
                self.browser.rack = None;
                ids
            }
        };
        for id in gone {
            let minted = old.get("/session/token").await;
            if minted.is_ok_and(|token| token["signin_id"].as_str() == Some(&id)) {
                return Err(format!("{} signed {id} out, and an old credential mints for it", self.name));
            }
            match old.post("/session/switch-sign-in", json!({ "sign_in_id": id })).await {
                Err(Failure::Refused(_)) => seen.dead(),
                other => return Err(format!("{} signed {id} out and switches to it: {other:?}", self.name)),
            }
        }
        Ok(())
    }

    async fn changes(&mut self, change: Change) -> Result<(), String> {
        let answer = match &change {
            Change::Switch(id) => {
                self.browser.post("/session/switch-sign-in", json!({ "sign_in_id": id })).await
            }
            Change::SignOut(id) => self.browser.post("/session/sign-out", json!({ "sign_in_id": id })).await,
            _ => self.browser.post("/session/sign-out", json!({})).await,
        };
        let session = answer.map_err(|failure| format!("{change:?}: {failure:?}"))?;
        self.is_told(&change, Shown::of(&session))
    }

    fn is_told(&mut self, change: &Change, now: Shown) -> Result<(), String> {
        let before = std::mem::replace(&mut self.acked, now);
        if self.acked.signins.is_empty() {
            // The session is over: its credential may still say why, and opens nothing.
            self.browser.rack = None;
            self.acked = Shown::of(&json!({ "id": "", "revision": 0 }));
            return match change {
                Change::SignOut(_) | Change::SignOutAll => Ok(()),
                _ => Err(format!("{} was at {before:?}, and {change:?} left nothing", self.name)),
            };
        }
        if follows(&before, change, &self.acked) {
            return Ok(());
        }
        Err(format!(
            "{} was at {before:?}, and was told that {change:?} makes {:?} of it",
            self.name, self.acked
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_are_a_thousand_and_each_is_drawn() {
        assert_eq!(Ask::ALL.iter().map(|(_, share)| share).sum::<usize>(), 1000);
        let mut random = Random::new(1);
        let drawn: Vec<Ask> = (0..10_000).map(|_| Ask::drawn(&mut random)).collect();
        for (ask, share) in Ask::ALL {
            let count = drawn.iter().filter(|one| **one == ask).count();
            assert!(count > share * 5 && count < share * 20, "{ask:?} {count}");
        }
    }
}
