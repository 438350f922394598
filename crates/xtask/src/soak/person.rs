//! Somebody with a browser, who remembers what the server said.

use super::count::Count;
use super::ledger::{Change, Shown, agrees, follows};
use crate::http::{Browser, Failure, password};
use crate::random::Random;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Accounts that one browser gathers, below the deployment's cap of 5.
const ACCOUNTS: usize = 4;
/// How long a session may not be readable while something is broken.
const PATIENCE: Duration = Duration::from_secs(60);

/// A browser with the ledger of what it was told.
pub struct Person {
    browser: Browser,
    random: Random,
    name: String,
    accounts: usize,
    acked: Shown,
    doubt: Option<Change>,
    /// What was in doubt and had not happened when it was looked for. A database that stood still may do it later;
    /// not later than the next change, which waits for it.
    late: Option<Change>,
    /// Whether the last request of a sign-up is under way: if its answer is lost, a sign-in may be there that
    /// nobody has the key of, and that nobody can foresee.
    proving: bool,
    /// The last sign-in that ended, with a credential that once opened it.
    ended: Option<(Option<String>, String)>,
    users: Vec<(String, String)>,
    /// The last code that was accepted, with the credential that it was sent with.
    used: Option<(Option<String>, Value)>,
    retired: bool,
    differences: Vec<String>,
}

impl Person {
    /// One who has never been here; `name` begins the addresses of all accounts.
    pub fn new(browser: Browser, random: Random, name: String) -> Self {
        Self {
            browser,
            random,
            name,
            accounts: 0,
            acked: Shown::default(),
            doubt: None,
            late: None,
            proving: false,
            ended: None,
            users: Vec::new(),
            used: None,
            retired: false,
            differences: Vec::new(),
        }
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it still changes anything.
    pub fn works(&self) -> bool {
        !self.retired
    }

    /// What did not agree with the ledger so far.
    pub fn differences(&mut self) -> Vec<String> {
        std::mem::take(&mut self.differences)
    }

    /// Changes one thing after another until an answer is lost or refused with 503, or work stops.
    pub async fn work(&mut self, count: &Count) -> Result<(), String> {
        while !self.retired && !count.is_stopped() {
            let change = self.choose();
            let rack = self.browser.rack.clone();
            self.proving = false;
            match self.ask(&change).await {
                Ok(session) => {
                    count.acknowledged(&change);
                    self.acknowledged(&change, rack, &session);
                }
                Err(Failure::Refused(answer)) => match self.late.take() {
                    // It came after all, and was in the way.
                    Some(late) => {
                        self.doubt = Some(late);
                        return Ok(());
                    }
                    None => return Err(format!("{}: {change:?} was refused: {answer}", self.name)),
                },
                // A sign-up is several requests, and something may have come of the first.
                Err(Failure::Down) if change != Change::SignUp => return Ok(()),
                Err(failure) => {
                    match failure {
                        Failure::Lost => count.lost(self.browser.sent),
                        Failure::Unavailable => count.unavailable(),
                        // Who mails it may have died: another node does it when the lease is over.
                        Failure::NoCode => count.late_mail(self.email()),
                        Failure::Down | Failure::Refused(_) => {}
                    }
                    count.in_doubt(&change);
                    self.doubt = Some(change);
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Works until it is time to stop, whatever breaks meanwhile: what is in doubt is looked up as soon as the
    /// session can be read again.
    pub async fn live(&mut self, count: &Count) -> Result<(), String> {
        while !self.retired && !count.is_stopped() {
            let refused = count.refused();
            self.work(count).await?;
            if count.refused() > refused {
                // Whoever is told to come back does not do so at once.
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            let since = Instant::now();
            loop {
                match self.browser.get("/session").await {
                    Ok(session) => {
                        let (before, doubt) = (self.acked.clone(), self.doubt.clone());
                        self.settle(&Shown::of(&session), count);
                        self.late = doubt.filter(|_| before == self.acked);
                        break;
                    }
                    Err(Failure::Refused(answer)) => {
                        return Err(format!("{}: the session cannot be read: {answer}", self.name));
                    }
                    Err(failure) if since.elapsed() > PATIENCE => {
                        return Err(format!(
                            "{}: after a minute the session cannot be read: {failure:?}",
                            self.name
                        ));
                    }
                    Err(Failure::Lost) => count.lost(self.browser.sent),
                    Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
                }
            }
        }
        Ok(())
    }

    fn choose(&mut self) -> Change {
        let ids = self.acked.ids();
        let others: Vec<String> =
            ids.iter().filter(|id| Some(*id) != self.acked.active.as_ref()).cloned().collect();
        // A sign-up takes fifty times as long as a switch: most kills would meet one if it were not rare.
        let dice = self.random.below(100);
        if ids.len() < 2 || (dice < 2 && ids.len() < ACCOUNTS) {
            return Change::SignUp;
        }
        match (dice, self.random.pick(&ids), self.random.pick(&others)) {
            (99, _, _) => Change::SignOutAll,
            (94..=98, Some(id), _) => Change::SignOut(id.clone()),
            (_, _, Some(id)) => Change::Switch(id.clone()),
            _ => Change::SignUp,
        }
    }

    async fn ask(&mut self, change: &Change) -> Result<Value, Failure> {
        match change {
            Change::SignUp => self.sign_up().await,
            Change::Switch(id) => {
                self.browser.post("/session/switch-sign-in", json!({ "sign_in_id": id })).await
            }
            Change::SignOut(id) => self.browser.post("/session/sign-out", json!({ "sign_in_id": id })).await,
            Change::SignOutAll => self.browser.post("/session/sign-out", json!({})).await,
        }
    }

    async fn sign_up(&mut self) -> Result<Value, Failure> {
        self.accounts += 1;
        let email = self.email();
        let proof = self.browser.begin_sign_up(&email).await?;
        let rack = self.browser.rack.clone();
        self.proving = true;
        let session = self.browser.post("/auth/attempt-verification", proof.clone()).await?;
        self.used = Some((rack, proof));
        Ok(session)
    }

    fn email(&self) -> String {
        format!("{}.{}@example.com", self.name, self.accounts)
    }

    fn acknowledged(&mut self, change: &Change, rack: Option<String>, session: &Value) {
        let before = std::mem::replace(&mut self.acked, Shown::of(session));
        let late = self.late.take().map(|late| before.after(&late));
        if !follows(&before, change, &self.acked)
            && !late.is_some_and(|ground| follows(&ground, change, &self.acked))
        {
            self.differences.push(format!(
                "{} was at {before:?}, and was told that {change:?} makes {:?} of it",
                self.name, self.acked
            ));
        }
        match change {
            Change::SignUp => {
                let user = session["active_signin"]["user_id"].as_str().unwrap_or_default().to_owned();
                self.users.push((self.email(), user));
            }
            Change::Switch(_) => {}
            Change::SignOut(id) => self.ended = Some((rack, id.clone())),
            Change::SignOutAll => {
                self.ended = before.active.map(|id| (rack, id));
                self.browser.rack = None;
            }
        }
    }

    /// Compares what the session shows now with the ledger, and goes on from there.
    fn settle(&mut self, after: &Shown, count: &Count) {
        let late = self.late.take();
        let doubt = self.doubt.take().or(late);
        if !agrees(&self.acked, doubt.as_ref(), after) {
            let (name, acked) = (&self.name, &self.acked);
            self.differences
                .push(format!("{name} was told {acked:?}, had {doubt:?} in doubt, and reads {after:?}"));
        }
        self.retired |= doubt == Some(Change::SignUp) && self.proving;
        self.acked = after.clone();
        count.checked();
    }

    /// Reads the session on every node and compares it with the ledger; tries what must not work any more.
    pub async fn compare(&mut self, count: &Count) -> Result<(), String> {
        for _ in 0..self.browser.nodes() {
            let after = Shown::of(&self.read("/session").await?);
            self.settle(&after, count);
        }
        self.what_ended_stays_ended().await?;
        self.what_was_used_stays_used().await
    }

    async fn what_ended_stays_ended(&mut self) -> Result<(), String> {
        let Some((rack, id)) = self.ended.clone() else { return Ok(()) };
        let present = std::mem::replace(&mut self.browser.rack, rack);
        let shown = self.read("/session").await.map(|session| Shown::of(&session));
        let switched = self.browser.post("/session/switch-sign-in", json!({ "sign_in_id": id })).await;
        let minted = self.browser.get("/session/token").await;
        self.browser.rack = present;
        let name = &self.name;
        if shown?.ids().contains(&id) {
            self.differences.push(format!("{name} signed {id} out, and an old credential shows it again"));
        }
        if switched.is_ok() {
            self.differences.push(format!("{name} signed {id} out, and an old credential switches to it"));
        }
        if minted.is_ok_and(|token| token["signin_id"].as_str() == Some(&id)) {
            self.differences
                .push(format!("{name} signed {id} out, and an old credential mints a token for it"));
        }
        Ok(())
    }

    async fn what_was_used_stays_used(&mut self) -> Result<(), String> {
        let Some((rack, proof)) = self.used.take() else { return Ok(()) };
        let present = std::mem::replace(&mut self.browser.rack, rack);
        let again = self.browser.post("/auth/attempt-verification", proof).await;
        self.browser.rack = present;
        match again {
            Ok(session) => {
                self.differences.push(format!("{}: a used code works again: {session}", self.name))
            }
            Err(Failure::Refused(_)) => {}
            Err(failure) => return Err(format!("{}: a used code cannot be tried: {failure:?}", self.name)),
        }
        Ok(())
    }

    /// Whoever was told that an account was made can sign in with it: tries one of them with a browser of its own.
    pub async fn try_password(&mut self, mut browser: Browser) -> Result<(), String> {
        let Some((email, user)) = self.random.pick(&self.users) else { return Ok(()) };
        let form = json!({ "strategy": "plain_email", "email": email, "password": password(email) });
        match browser.post("/auth/signin", form).await {
            Ok(session) if session["active_signin"]["user_id"].as_str() == Some(user) => {}
            Ok(session) => {
                self.differences.push(format!("{email} is {user}, and signed in as another: {session}"));
            }
            Err(Failure::Refused(answer)) => {
                self.differences.push(format!("{email} cannot sign in: {answer}"));
            }
            Err(failure) => return Err(format!("{email} cannot try to sign in: {failure:?}")),
        }
        Ok(())
    }

    async fn read(&mut self, path: &str) -> Result<Value, String> {
        let answer = self.browser.get(path).await;
        answer.map_err(|failure| format!("{}: {path} cannot be read: {failure:?}", self.name))
    }
}
