//! `kill -9` under load, 50 times; after each restart every browser must find what it was told.

use super::count::Count;
use super::person::Person;
use crate::http::{Browser, Failure, client, password};
use crate::random::Random;
use crate::server::Setup;
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{JoinError, JoinSet};

const KILLS: usize = 50;
const BROWSERS: usize = 6;
/// Changes acknowledged between two kills, at least; up to so many more are drawn.
const CHANGES: usize = 42;
const MORE_CHANGES: usize = 25;
/// Acknowledged changes that a run needs to mean something.
const WANTED: usize = 2000;
/// Accounts whose password is tried at the end.
const SAMPLE: usize = 40;

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
    let (count, mut people, mut made) = (Arc::new(Count::default()), Vec::new(), 0);
    let mut differences = Vec::new();
    for kill in 1..=KILLS {
        while people.iter().filter(|person: &&Person| person.works()).count() < BROWSERS {
            made += 1;
            people.push(Person::new(Browser::new(&client, &setup.url()), random.fork(), format!("p{made}")));
        }
        people = load_until_killed(setup, people, &count, &mut random).await?;
        let server = setup.start()?;
        for person in &mut people {
            differences.extend(person.compare(&count).await?);
        }
        if kill == KILLS {
            differences.extend(try_passwords(setup, &client, &people, &mut random).await?);
        }
        drop(server);
        println!("{engine}: kill {kill}: {}", count.line());
    }
    differences.iter().for_each(|difference| eprintln!("{engine}: {difference}"));
    let line = format!("{engine}: {KILLS} kills, {}, {} differ", count.line(), differences.len());
    if differences.is_empty() && count.total() >= WANTED {
        return Ok(line);
    }
    Err(format!("{line}; 0 may differ, of at least {WANTED} acknowledged"))
}

/// Starts the server, lets everybody work, and kills it in the middle.
async fn load_until_killed(
    setup: &Setup,
    people: Vec<Person>,
    count: &Arc<Count>,
    random: &mut Random,
) -> Result<Vec<Person>, String> {
    count.kill_after(CHANGES + random.below(MORE_CHANGES));
    let mut server = setup.start()?;
    let mut work = JoinSet::new();
    for mut person in people {
        let count = Arc::clone(count);
        work.spawn(async move {
            let outcome = person.work(&count).await;
            (person, outcome)
        });
    }
    let mut people = Vec::new();
    loop {
        tokio::select! {
            () = count.reached() => break,
            ended = work.join_next() => match ended {
                Some(ended) => people.push(finished(ended)?),
                None => return Err(format!("every browser stopped before the kill:\n{}", setup.log())),
            },
        }
    }
    // Not at the moment of an answer, but anywhere between two of them.
    let pause = u64::try_from(random.below(20_000)).unwrap_or_default();
    tokio::time::sleep(Duration::from_micros(pause)).await;
    server.kill();
    while let Some(ended) = work.join_next().await {
        people.push(finished(ended)?);
    }
    people.sort_by(|a, b| a.name().cmp(b.name()));
    Ok(people)
}

fn finished(ended: Result<(Person, Result<(), String>), JoinError>) -> Result<Person, String> {
    let (person, outcome) = ended.map_err(|error| error.to_string())?;
    outcome.map(|()| person)
}

/// Whoever was told that an account was made can sign in with it; some are tried. Returns what differs.
async fn try_passwords(
    setup: &Setup,
    client: &reqwest::Client,
    people: &[Person],
    random: &mut Random,
) -> Result<Vec<String>, String> {
    let mut users: Vec<&(String, String)> = people.iter().flat_map(Person::users).collect();
    let mut differences = Vec::new();
    for _ in 0..SAMPLE.min(users.len()) {
        let (email, user) = users.swap_remove(random.below(users.len()));
        let form = json!({ "strategy": "plain_email", "email": email, "password": password(email) });
        match Browser::new(client, &setup.url()).post("/auth/signin", form).await {
            Ok(session) if session["active_signin"]["user_id"].as_str() == Some(user) => {}
            Ok(session) => {
                differences.push(format!("{email} is {user}, and signed in as another: {session}"))
            }
            Err(Failure::Refused(answer)) => differences.push(format!("{email} cannot sign in: {answer}")),
            Err(Failure::Lost) => return Err("the server is gone".to_owned()),
        }
    }
    Ok(differences)
}
