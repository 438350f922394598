//! Passwords: their bounds, and the threads that hash them. What a new one must be is in [`rules`], with the common
//! ones in [`common`] and what is made of its owner's names in [`names`].
//!
//! Hashing takes 19 MiB and some 20 ms each (argon2id, t=2, p=1, OWASP's first choice), so it has threads of
//! its own: one fewer than there are cores, at a lower priority, behind a bounded queue. A storm of sign-ins
//! waits there, or is told to come back, while reads go on.

pub mod common;
pub mod names;
mod rules;

pub use rules::check;

use crate::config::PasswordHashing;
use crate::error::{Error, Result};
use crate::metrics::{Count, Timing};
use crate::trace;
use crate::user::foreign::says_all_of;
use crate::user::hashing::{Hashing, Queue, Task};
use crate::user::imported::Mix;
use crate::world::{Stopwatch, World};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// The shortest password that any deployment can allow, and the longest one, in characters.
pub const MIN_LENGTH: usize = 8;
/// See [`MIN_LENGTH`].
pub const MAX_LENGTH: usize = 128;
/// Hashes that may wait: on two cores about three seconds of work.
const WAITING: usize = 128;

/// A place in the queue: whoever has one is hashed for.
#[derive(Debug)]
pub struct Place {
    /// Given back when it is dropped.
    _held: OwnedSemaphorePermit,
}

/// The threads that hash.
pub struct Hasher {
    queue: Arc<Queue>,
    places: Arc<Semaphore>,
    done: AtomicU64,
    /// How long hashing took each time, without waiting.
    pub took: Arc<Timing>,
    /// Requests for which there was no place.
    pub refused: Count,
    /// Verified against when there is no account, so that this takes the same time.
    stand_in: String,
    /// What else it may be, in deployments that have imported hashes.
    mixes: RwLock<HashMap<String, Mix>>,
}

/// What a password is compared with.
#[derive(Clone)]
pub enum Against {
    /// The hash of an account that may be entered by it.
    Kept(String),
    /// A hash that it must not fit: the same work, for nothing.
    Nothing(String),
}

impl std::fmt::Debug for Hasher {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Hasher")
    }
}

impl Hasher {
    /// Starts the threads.
    ///
    /// # Errors
    /// When the parameters are refused or a thread cannot be started.
    pub fn start(world: &World, hashing: PasswordHashing) -> Result<Self> {
        let stand_in = Hashing::new(hashing)?.hash("nobody's password", &world.random.bytes::<16>())?;
        let queue = Arc::new(Queue::default());
        let threads = thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1));
        for _ in 0..threads {
            let (queue, mut hashing) = (Arc::clone(&queue), Hashing::new(hashing)?);
            thread::Builder::new()
                .name("keyrack-hasher".to_owned())
                .spawn(move || {
                    lower_priority();
                    queue.work(&mut hashing);
                })
                .map_err(|cause| Error::internal("start a hashing thread", cause))?;
        }
        let (took, refused) = (Arc::default(), Count::default());
        let places = Arc::new(Semaphore::new(WAITING));
        let (done, mixes) = (AtomicU64::new(0), RwLock::default());
        Ok(Self { queue, places, done, took, refused, stand_in, mixes })
    }

    /// How many passwords were hashed or verified since the start, those of nobody included.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// How many places are taken, and how many there are.
    #[must_use]
    pub fn waiting(&self) -> (usize, usize) {
        (WAITING.saturating_sub(self.places.available_permits()), WAITING)
    }

    /// A place for a password that is to be verified.
    ///
    /// # Errors
    /// `unavailable` when too many wait.
    pub fn place(&self) -> Result<Place> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        place.map(|held| Place { _held: held }).map_err(|_| self.full())
    }

    /// A storm is no fault, and its log would bury those that are: the metric counts it.
    fn full(&self) -> Error {
        self.refused.one();
        Error::crowded(1)
    }

    /// A place for a new password. Half of the queue is kept from sign-ups: strangers can make as many of them
    /// as they like, and must not keep those out who have an account.
    ///
    /// # Errors
    /// `unavailable` when too many wait.
    pub fn place_for_new(&self) -> Result<Place> {
        if self.places.available_permits() <= WAITING / 2 {
            return Err(self.full());
        }
        self.place()
    }

    /// The hash of a new password, as a PHC string.
    ///
    /// # Errors
    /// Only if hashing itself fails.
    pub async fn hash(&self, place: Place, world: &World, password: String) -> Result<String> {
        let salt: [u8; 16] = world.random.bytes();
        self.run(place, move |hashing| hashing.hash(&password, &salt)).await?
    }

    /// Whether `password` is the one that was hashed; does the same work when there is no hash.
    ///
    /// # Errors
    /// Only if hashing itself fails.
    pub async fn verify(&self, place: Place, password: String, hash: Option<String>) -> Result<bool> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.stand_in.clone());
        let fits = self.run(place, move |hashing| hashing.fits(&password, &hash)).await?;
        Ok(fits && known)
    }

    /// Says which imported hashes a deployment has.
    pub fn mix(&self, deployment: &str, mix: Mix) {
        let mut mixes = self.mixes.write().unwrap_or_else(PoisonError::into_inner);
        mixes.insert(deployment.to_owned(), mix);
    }

    /// What is verified against for a name that nobody has, or whose owner has no password: as much work as for somebody who
    /// is there. `lot` is of that name.
    #[must_use]
    pub fn stand_in(&self, deployment: &str, lot: u64) -> String {
        let mixes = self.mixes.read().unwrap_or_else(PoisonError::into_inner);
        let drawn = mixes.get(deployment).and_then(|mix| mix.draw(lot));
        drawn.unwrap_or(&self.stand_in).to_owned()
    }

    /// Whether `password` fits, and when it fits a hash of other parameters than new ones have, a new one of it.
    ///
    /// # Errors
    /// Only if hashing itself fails.
    pub async fn verify_and_renew(
        &self,
        place: Place,
        world: &World,
        (password, against): (String, Against),
    ) -> Result<(bool, Option<String>)> {
        let salt = world.random.bytes::<16>();
        let (known, hash) = match against {
            Against::Kept(hash) => (true, hash),
            Against::Nothing(hash) => (false, hash),
        };
        let judged = self.run(place, move |hashing| {
            let fits = hashing.fits(&password, &hash);
            let renewed = fits && known && !hashing.is_current(&hash) && says_all_of(&hash, &password);
            Ok::<_, Error>((fits, renewed.then(|| hashing.hash(&password, &salt)).transpose()?))
        });
        let (fits, renewed) = judged.await??;
        Ok((fits && known, renewed))
    }

    async fn run<T: Send + 'static>(
        &self,
        place: Place,
        task: impl FnOnce(&mut Hashing) -> T + Send + 'static,
    ) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        let (took, part) = (Arc::clone(&self.took), trace::part("hash a password", None));
        let task: Task = Box::new(move |hashing| {
            // Whoever asked may have gone: then the work is not done.
            if !reply.is_closed() {
                let watch = Stopwatch::start();
                let done = task(hashing);
                took.note(watch.elapsed());
                let _ = reply.send(done);
            }
            drop(place);
        });
        self.queue.push(task);
        let outcome =
            answer.await.map_err(|_| Error::internal("hash a password", "the hashing thread ended"))?;
        self.done.fetch_add(1, Ordering::Relaxed);
        part.end(false);
        Ok(outcome)
    }
}

impl Drop for Hasher {
    fn drop(&mut self) {
        self.queue.close();
    }
}

/// Lets reads go first where cores are few. Not being allowed to is no reason to stop.
fn lower_priority() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(Some(rustix::thread::gettid()), 10);
}

#[cfg(test)]
mod tests {
    use super::*;
    use keyrack_protocol::Code;

    #[tokio::test]
    async fn c05_a_password_fits_exactly_as_typed() {
        let world = World::for_tests(1);
        let hasher = Hasher::start(&world, PasswordHashing::CheapForTests).unwrap();
        let long = "a".repeat(72) + "x";
        let hash = hasher.hash(hasher.place().unwrap(), &world, long.clone()).await.unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(hasher.verify(hasher.place().unwrap(), long, Some(hash.clone())).await.unwrap());
        for other in [
            "a".repeat(72) + "y",
            "a".repeat(72),
            "A".repeat(72) + "x",
            " ".to_owned() + &"a".repeat(72) + "x",
        ] {
            assert!(!hasher.verify(hasher.place().unwrap(), other, Some(hash.clone())).await.unwrap());
        }
        let composed =
            hasher.hash(hasher.place().unwrap(), &world, "caf\u{e9}-caf\u{e9}".to_owned()).await.unwrap();
        assert!(
            !hasher
                .verify(hasher.place().unwrap(), "cafe\u{301}-cafe\u{301}".to_owned(), Some(composed))
                .await
                .unwrap()
        );
        assert!(!hasher.verify(hasher.place().unwrap(), "nobody's password".to_owned(), None).await.unwrap());
    }

    #[tokio::test]
    async fn a_hash_of_other_parameters_is_made_anew_when_its_password_comes() {
        let world = World::for_tests(1);
        let hasher = Hasher::start(&world, PasswordHashing::CheapForTests).unwrap();
        let judge = async |password: &str, hash: &str| {
            let typed = (password.to_owned(), Against::Kept(hash.to_owned()));
            hasher.verify_and_renew(hasher.place().unwrap(), &world, typed).await.unwrap()
        };
        let old = Hashing::new(PasswordHashing::Standard).unwrap().hash("a good one", &[7; 16]).unwrap();
        let (fits, renewed) = judge("a good one", &old).await;
        let renewed = renewed.expect("the parameters are others");
        assert!(fits && renewed.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{renewed}");
        assert_eq!(judge("a good one", &renewed).await, (true, None), "once is enough");
        assert_eq!(judge("a bad one", &old).await, (false, None), "who does not know it changes nothing");
        let older = old.replacen("$argon2id$", "$argon2i$", 1);
        assert_eq!(judge("a good one", &older).await, (false, None), "another algorithm, another hash");
        let typed = ("a good one".to_owned(), Against::Nothing(old));
        let nobody = hasher.verify_and_renew(hasher.place().unwrap(), &world, typed).await;
        assert_eq!(nobody.unwrap(), (false, None), "it must not fit");
    }

    #[tokio::test]
    async fn c13_sign_ups_leave_half_of_the_queue_to_those_who_have_an_account() {
        let world = World::for_tests(1);
        let hasher = Hasher::start(&world, PasswordHashing::CheapForTests).unwrap();
        let held: Vec<Place> = std::iter::from_fn(|| hasher.place_for_new().ok()).collect();
        assert_eq!(held.len(), WAITING / 2);
        let rest: Vec<Place> = std::iter::from_fn(|| hasher.place().ok()).collect();
        assert_eq!(rest.len(), WAITING / 2);
        let refused = hasher.place().unwrap_err();
        assert_eq!((refused.code(), refused.retry_after_s()), (Code::Unavailable, Some(1)));
        assert_eq!(refused.cause(), None, "a storm does not fill the log");
        drop(held);
        assert!(hasher.verify(hasher.place().unwrap(), "x".to_owned(), None).await.is_ok());
    }
}
