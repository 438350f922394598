//! `kill -9` under load, 50 times; after each restart every browser must find what it was told.

use super::ledger::{Change, Shown, agrees};
use crate::http::{Browser, Failure, client, password};
use crate::random::Random;
use crate::server::Setup;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinSet;

const KILLS: usize = 50;
const BROWSERS: usize = 6;
/// Changes acknowledged between two kills, at least; up to this many more are drawn.
const CHANGES: usize = 42;
/// Accounts that one browser gathers, below the deployment's cap of 5.
const ACCOUNTS: usize = 4;
/// Accounts whose password is tried at the end.
const SAMPLE: usize = 40;

/// A browser with the ledger of what it was told.
struct Person {
    browser: Browser,
    random: Random,
    name: String,
    accounts: usize,
    acked: Shown,
    doubt: Option<Change>,
    /// The last sign-in that ended, with a credential that once opened it.
    ended: Option<(Option<String>, String)>,
    /// Emails and users of acknowledged sign-ups.
    users: Vec<(String, String)>,
    /// A lost sign-up may have taken the active place from it: it is read from then on, nothing more.
    retired: bool,
}

/// What a run has seen; by kinds: sign-ups, switches, sign-outs.
#[derive(Default)]
struct Count {
    acknowledged: [AtomicUsize; 3],
    since_kill: AtomicUsize,
    in_doubt: [AtomicUsize; 3],
    reached: Notify,
}

impl Count {
    fn acknowledged(&self, change: &Change, until: usize) {
        Self::one(&self.acknowledged, change);
        if self.since_kill.fetch_add(1, Ordering::SeqCst) + 1 == until {
            self.reached.notify_one();
        }
    }

    fn one(kinds: &[AtomicUsize; 3], change: &Change) {
        let [sign_ups, switches, sign_outs] = kinds;
        let kind = match change {
            Change::SignUp => sign_ups,
            Change::Switch(_) => switches,
            Change::SignOut(_) | Change::SignOutAll => sign_outs,
        };
        kind.fetch_add(1, Ordering::SeqCst);
    }

    /// How many, and of which kinds.
    fn line(kinds: &[AtomicUsize; 3], what: &str) -> (usize, String) {
        let [ups, switches, outs] = kinds.each_ref().map(|kind| kind.load(Ordering::SeqCst));
        let total = ups + switches + outs;
        (total, format!("{total} {what} ({ups} sign-ups, {switches} switches, {outs} sign-outs)"))
    }

    fn lines(&self) -> (usize, String) {
        let (total, acknowledged) = Self::line(&self.acknowledged, "acknowledged operations");
        (total, format!("{acknowledged}, {}", Self::line(&self.in_doubt, "in doubt").1))
    }
}

/// Runs it on one engine; returns the closing line.
pub async fn run(
    engine: &str,
    binary: &Path,
    database_url: Option<String>,
    seed: u64,
) -> Result<String, String> {
    println!("\n=== {engine}: {KILLS} times kill -9");
    let setup = Setup::new(binary.to_owned(), &format!("soak-{engine}"), database_url)?;
    let outcome = kills(engine, &setup, seed).await;
    match &outcome {
        Ok(_) => setup.remove(),
        Err(_) => eprintln!("the data and the log are kept in {}", setup.data.display()),
    }
    outcome
}

async fn kills(engine: &str, setup: &Setup, seed: u64) -> Result<String, String> {
    let client = client()?;
    let mut random = Random::new(seed);
    let (count, mut people) = (Arc::new(Count::default()), Vec::new());
    let mut made = 0;
    for kill in 1..=KILLS {
        while people.iter().filter(|person: &&Person| !person.retired).count() < BROWSERS {
            made += 1;
            people.push(Person::new(Browser::new(&client, &setup.url()), random.fork(), format!("p{made}")));
        }
        people = load_until_killed(setup, people, &count, &mut random).await?;
        people
            .iter()
            .filter_map(|person| person.doubt.as_ref())
            .for_each(|doubt| Count::one(&count.in_doubt, doubt));
        let server = setup.start()?;
        for person in &mut people {
            person.check().await?;
        }
        if kill == KILLS {
            try_passwords(setup, &client, &people, &mut random).await?;
        }
        drop(server);
        println!("{engine}: kill {kill}: {}, {} browsers checked", count.lines().1, people.len());
    }
    let (total, line) = count.lines();
    if total < 2000 {
        return Err(format!("{engine}: only {total} operations were acknowledged; 2000 are wanted"));
    }
    Ok(format!("{engine}: {KILLS} kills, {line}, 0 differ"))
}

/// Starts the server, lets everybody work, and kills it in the middle.
async fn load_until_killed(
    setup: &Setup,
    people: Vec<Person>,
    count: &Arc<Count>,
    random: &mut Random,
) -> Result<Vec<Person>, String> {
    let until = CHANGES + random.below(25);
    count.since_kill.store(0, Ordering::SeqCst);
    let mut server = setup.start()?;
    let mut work = JoinSet::new();
    for mut person in people {
        let count = Arc::clone(count);
        work.spawn(async move {
            let outcome = person.work(&count, until).await;
            (person, outcome)
        });
    }
    let mut people = Vec::new();
    loop {
        tokio::select! {
            () = count.reached.notified() => break,
            Some(ended) = work.join_next() => people.push(finished(ended)?),
            else => return Err("every browser stopped before the kill".to_owned()),
        }
    }
    // Not at the moment of an answer, but anywhere between two of them.
    let pause = u64::try_from(random.below(20_000)).unwrap_or_default();
    tokio::time::sleep(Duration::from_micros(pause)).await;
    server.kill();
    while let Some(ended) = work.join_next().await {
        people.push(finished(ended)?);
    }
    people.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(people)
}

type Ended = Result<(Person, Result<(), String>), tokio::task::JoinError>;

fn finished(ended: Ended) -> Result<Person, String> {
    let (person, outcome) = ended.map_err(|error| error.to_string())?;
    outcome.map(|()| person)
}

/// Whoever was told that an account was made can sign in with it; one in every few is tried.
async fn try_passwords(
    setup: &Setup,
    client: &reqwest::Client,
    people: &[Person],
    random: &mut Random,
) -> Result<(), String> {
    let mut users: Vec<&(String, String)> = people.iter().flat_map(|person| &person.users).collect();
    for _ in 0..SAMPLE.min(users.len()) {
        let (email, user) = users.swap_remove(random.below(users.len()));
        let form = json!({ "strategy": "plain_email", "email": email, "password": password(email) });
        let answer = Browser::new(client, &setup.url()).post("/auth/signin", form).await;
        let session =
            answer.map_err(|failure| format!("{email} cannot sign in after the kills: {failure:?}"))?;
        if session["active_signin"]["user_id"].as_str() != Some(user) {
            return Err(format!("{email} signed in as another user than {user}: {session}"));
        }
    }
    Ok(())
}

impl Person {
    fn new(browser: Browser, random: Random, name: String) -> Self {
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

    /// Changes one thing after another until an answer is lost.
    async fn work(&mut self, count: &Count, until: usize) -> Result<(), String> {
        while !self.retired {
            let change = self.choose();
            let rack = self.browser.rack.clone();
            match self.ask(&change).await {
                Ok(session) => {
                    count.acknowledged(&change, until);
                    self.acknowledged(&change, rack, &session);
                }
                Err(Failure::Lost) => {
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

    /// Reads the session after a restart and compares it with the ledger.
    async fn check(&mut self) -> Result<(), String> {
        let after = Shown::of(&self.read().await?);
        if !agrees(&self.acked, self.doubt.as_ref(), &after) {
            return Err(format!(
                "1 differs: {} was told {:?}, had {:?} in doubt, and now reads {after:?}",
                self.name, self.acked, self.doubt
            ));
        }
        self.retired |= self.doubt == Some(Change::SignUp);
        self.doubt = None;
        self.acked = after;
        self.what_ended_stays_ended().await
    }

    async fn what_ended_stays_ended(&mut self) -> Result<(), String> {
        let Some((rack, id)) = self.ended.clone() else { return Ok(()) };
        let present = std::mem::replace(&mut self.browser.rack, rack);
        let shown = Shown::of(&self.read().await?);
        self.browser.rack = present;
        if shown.ids().contains(&id) {
            return Err(format!(
                "1 differs: {} signed {id} out, and an old credential shows it again",
                self.name
            ));
        }
        Ok(())
    }

    async fn read(&mut self) -> Result<Value, String> {
        let answer = self.browser.get("/session").await;
        answer.map_err(|failure| {
            format!("{}: the session cannot be read after a restart: {failure:?}", self.name)
        })
    }
}
