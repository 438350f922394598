//! Everybody who uses a cluster at the same time, and what is wrong with it in the end.

use super::cluster::Cluster;
use super::count::Count;
use super::person::Person;
use crate::Outcome;
use crate::random::Random;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{JoinError, JoinSet};

/// Accounts whose password is tried at the end.
const SAMPLE: usize = 40;
/// About so many of those who have stopped are compared again each time; all of them are in the end.
const OTHERS: usize = 10;
/// A mail that a node died with is sent by another when its lease of a minute is over.
const MAIL: Duration = Duration::from_secs(75);

/// The people, those included who have stopped.
pub struct Crowd {
    cluster: Arc<Cluster>,
    /// What all of them have seen.
    pub count: Arc<Count>,
    random: Random,
    people: Vec<Person>,
}

/// People at work.
pub struct Working(JoinSet<(Vec<Person>, Outcome)>);

impl Crowd {
    /// Nobody yet.
    pub fn new(cluster: &Arc<Cluster>, random: &mut Random) -> Self {
        Self {
            cluster: Arc::clone(cluster),
            count: Arc::default(),
            random: random.fork(),
            people: Vec::new(),
        }
    }

    /// As many work as are wanted, until they lose an answer or it is time to stop; whoever was retired is
    /// replaced by somebody new.
    pub fn work(&mut self, wanted: usize) -> Working {
        self.count.go_on();
        let mut work = JoinSet::new();
        for mut person in self.at_work(wanted) {
            let count = Arc::clone(&self.count);
            work.spawn(async move {
                let outcome = person.work(&count).await;
                (vec![person], outcome)
            });
        }
        Working(work)
    }

    /// The same, and they go on whatever they lose.
    pub fn live(&mut self, wanted: usize) -> Working {
        self.count.go_on();
        let mut work = JoinSet::new();
        for mut person in self.at_work(wanted) {
            let (count, cluster, mut random) =
                (Arc::clone(&self.count), Arc::clone(&self.cluster), self.random.fork());
            work.spawn(async move {
                let mut left: Vec<Person> = Vec::new();
                loop {
                    let outcome = person.live(&count).await;
                    if outcome.is_err() || count.is_stopped() {
                        left.push(person);
                        return (left, outcome);
                    }
                    left.push(std::mem::replace(&mut person, cluster.person(&mut random)));
                }
            });
        }
        Working(work)
    }

    fn at_work(&mut self, wanted: usize) -> Vec<Person> {
        let (mut working, rest): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.people).into_iter().partition(Person::works);
        self.people = rest;
        while working.len() < wanted {
            working.push(self.cluster.person(&mut self.random));
        }
        working
    }

    /// Takes back whoever has ended, all of them if `working` was told to stop.
    pub async fn gather(&mut self, mut working: Working) -> Outcome {
        while let Some(ended) = working.0.join_next().await {
            self.people.extend(finished(ended)?);
        }
        self.people.sort_by(|a, b| a.name().cmp(b.name()));
        Ok(())
    }

    /// Returns when it is time for the kill; an error when everybody has stopped before it.
    pub async fn until_reached(&mut self, working: &mut Working) -> Outcome<bool> {
        loop {
            tokio::select! {
                () = self.count.reached() => return Ok(true),
                ended = working.0.join_next() => match ended {
                    Some(ended) => self.people.extend(finished(ended)?),
                    None => return Ok(false),
                },
            }
        }
    }

    /// Whoever works reads and compares, and some of those who stopped long ago.
    pub async fn compare(&mut self) -> Outcome {
        let others = self.people.len().div_ceil(OTHERS);
        for person in &mut self.people {
            if person.works() || self.random.below(others) == 0 {
                person.compare(&self.count).await?;
            }
        }
        Ok(())
    }

    /// What differs from the ledgers, after the last comparison, some passwords, every promised mail, and the logs.
    pub async fn wrong(&mut self) -> Outcome<Vec<String>> {
        for person in &mut self.people {
            person.compare(&self.count).await?;
        }
        for _ in 0..SAMPLE.min(self.people.len() * 4) {
            let index = self.random.below(self.people.len());
            let browser = self.cluster.browser();
            if let Some(person) = self.people.get_mut(index) {
                person.try_password(browser).await?;
            }
        }
        let mut wrong: Vec<String> = self.people.iter_mut().flat_map(Person::differences).collect();
        for address in self.count.late_mails() {
            if self.cluster.mailbox.code(&address, MAIL).await.is_none() {
                wrong.push(format!("a code was promised to {address} and never came"));
            }
        }
        wrong.extend(self.cluster.faults());
        wrong.iter().for_each(|what| eprintln!("wrong: {what}"));
        Ok(wrong)
    }
}

fn finished(ended: Result<(Vec<Person>, Outcome), JoinError>) -> Outcome<Vec<Person>> {
    let (people, outcome) = ended.map_err(|error| error.to_string())?;
    outcome.map(|()| people)
}
