//! Somebody with a browser, who remembers what the server said.

use super::count::Count;
use super::ledger::{Change, Shown, agrees};
use crate::http::{Browser, Failure};
use crate::random::Random;
use serde_json::{Value, json};

/// Accounts that one browser gathers, below the deployment's cap of 5.
const ACCOUNTS: usize = 4;

/// A browser with the ledger of what it was told.
pub struct Person {
    browser: Browser,
    random: Random,
    name: String,
    accounts: usize,
    acked: Shown,
    doubt: Option<Change>,
    /// The last sign-in that ended, with a credential that once opened it.
    ended: Option<(Option<String>, String)>,
    users: Vec<(String, String)>,
    /// A lost sign-up may have taken the active place from it: it is read from then on, nothing more.
    retired: bool,
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
            ended: None,
            users: Vec::new(),
            retired: false,
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

    /// Emails and users of the sign-ups that were acknowledged.
    pub fn users(&self) -> &[(String, String)] {
        &self.users
    }

    /// Changes one thing after another until an answer is lost.
    pub async fn work(&mut self, count: &Count) -> Result<(), String> {
        while !self.retired {
            let change = self.choose();
            let rack = self.browser.rack.clone();
            match self.ask(&change).await {
                Ok(session) => {
                    count.acknowledged(&change);
                    self.acknowledged(&change, rack, &session);
                }
                Err(Failure::Lost) => {
                    count.in_doubt(&change);
                    self.doubt = Some(change);
                    return Ok(());
                }
                Err(Failure::Refused(answer)) => {
                    return Err(format!("{}: {change:?} was refused: {answer}", self.name));
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
            Change::SignUp => {
                self.accounts += 1;
                let email = format!("{}.{}@example.com", self.name, self.accounts);
                self.browser.sign_up(&email).await
            }
            Change::Switch(id) => {
                self.browser.post("/session/switch-sign-in", json!({ "sign_in_id": id })).await
            }
            Change::SignOut(id) => self.browser.post("/session/sign-out", json!({ "sign_in_id": id })).await,
            Change::SignOutAll => self.browser.post("/session/sign-out", json!({})).await,
        }
    }

    fn acknowledged(&mut self, change: &Change, rack: Option<String>, session: &Value) {
        let before = std::mem::replace(&mut self.acked, Shown::of(session));
        match change {
            Change::SignUp => {
                let email = format!("{}.{}@example.com", self.name, self.accounts);
                let user = session["active_signin"]["user_id"].as_str().unwrap_or_default().to_owned();
                self.users.push((email, user));
            }
            Change::Switch(_) => {}
            Change::SignOut(id) => self.ended = Some((rack, id.clone())),
            Change::SignOutAll => {
                self.ended = before.active.map(|id| (rack, id));
                self.browser.rack = None;
            }
        }
    }

    /// Reads the session after a restart and compares it with the ledger; returns what differs.
    pub async fn compare(&mut self, count: &Count) -> Result<Vec<String>, String> {
        let after = Shown::of(&self.read().await?);
        let doubt = self.doubt.take();
        let mut differences = Vec::new();
        if !agrees(&self.acked, doubt.as_ref(), &after) {
            let (name, acked) = (&self.name, &self.acked);
            differences
                .push(format!("{name} was told {acked:?}, had {doubt:?} in doubt, and reads {after:?}"));
        }
        differences.extend(self.what_ended_stays_ended().await?);
        self.retired |= doubt == Some(Change::SignUp);
        self.acked = after;
        count.checked();
        Ok(differences)
    }

    async fn what_ended_stays_ended(&mut self) -> Result<Option<String>, String> {
        let Some((rack, id)) = self.ended.clone() else { return Ok(None) };
        let present = std::mem::replace(&mut self.browser.rack, rack);
        let shown = self.read().await.map(|session| Shown::of(&session));
        self.browser.rack = present;
        let again = shown?.ids().contains(&id);
        Ok(again.then(|| format!("{} signed {id} out, and an old credential shows it again", self.name)))
    }

    async fn read(&mut self) -> Result<Value, String> {
        let answer = self.browser.get("/session").await;
        answer.map_err(|failure| {
            format!("{}: the session cannot be read after a restart: {failure:?}", self.name)
        })
    }
}
