//! Argon2id in memory that is used again, and the queue before the threads that compute it.
//!
//! Each hash fills 19 MiB. Taken from the system for every hash, a fifth of the time went into that; kept for good,
//! a server that nobody signs in at would hold it for nothing. So a thread keeps it until it has had nothing to do
//! for a second.

use crate::config::PasswordHashing;
use crate::error::{Error, Result};
use crate::user::foreign::Foreign;
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a thread without work keeps its memory.
const KEPT: Duration = Duration::from_secs(1);

type Hashed<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// What computes hashes, with memory of its own.
pub struct Hashing {
    params: Params,
    memory: Vec<Block>,
}

impl Hashing {
    /// With the parameters of new hashes; it takes memory when there is something to hash.
    ///
    /// # Errors
    /// When the parameters are refused.
    pub fn new(hashing: PasswordHashing) -> Result<Self> {
        let params = match hashing {
            PasswordHashing::Standard => Params::new(19 * 1024, 2, 1, None),
            PasswordHashing::CheapForTests => Params::new(64, 1, 1, None),
        };
        let params = params.map_err(|cause| Error::internal("set up password hashing", cause))?;
        Ok(Self { params, memory: Vec::new() })
    }

    /// The hash of a new password, as a PHC string.
    ///
    /// # Errors
    /// Only if hashing itself fails.
    pub fn hash(&mut self, password: &str, salt: &[u8]) -> Result<String> {
        let (algorithm, version, params) = (Algorithm::Argon2id, Version::V0x13, self.params.clone());
        let hashed = || -> Hashed<String> {
            let salt = Salt::new(salt)?;
            let words = ParamsString::try_from(&params)?;
            let argon2 = Argon2::new(algorithm, version, params);
            let output = fill(&argon2, &mut self.memory, (password, &salt), Params::DEFAULT_OUTPUT_LEN)?;
            Ok(PasswordHash {
                algorithm: algorithm.ident(),
                version: Some(version.into()),
                params: words,
                salt: Some(salt),
                hash: Some(output),
            }
            .to_string())
        };
        hashed().map_err(|cause| Error::internal("hash a password", cause))
    }

    /// Whether `password` is the one that was hashed, with whatever parameters and by whatever system that was done.
    pub fn fits(&mut self, password: &str, hash: &str) -> bool {
        // Whatever wrote it there: what no server can bear is not computed.
        let Ok(foreign) = Foreign::read(hash) else { return false };
        if !hash.starts_with("$argon2") {
            return foreign.fits(password);
        }
        let mut compare = || -> Hashed<bool> {
            let kept = PasswordHash::new(hash)?;
            let (Some(salt), Some(expected)) = (&kept.salt, &kept.hash) else { return Ok(false) };
            let version = kept.version.map(Version::try_from).transpose()?.unwrap_or_default();
            let algorithm = Algorithm::try_from(kept.algorithm.as_str())?;
            let argon2 = Argon2::new(algorithm, version, Params::try_from(&kept)?);
            // Compared in constant time.
            Ok(fill(&argon2, &mut self.memory, (password, salt), expected.len())? == *expected)
        };
        compare().unwrap_or(false)
    }

    /// Whether a hash was made with the parameters of new ones.
    pub fn is_current(&self, hash: &str) -> bool {
        let made_with = || -> Hashed<bool> {
            let kept = PasswordHash::new(hash)?;
            let version = kept.version.map(Version::try_from).transpose()?.unwrap_or_default();
            let (algorithm, params) =
                (Algorithm::try_from(kept.algorithm.as_str())?, Params::try_from(&kept)?);
            let costs = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
            let is_new = algorithm == Algorithm::Argon2id && version == Version::V0x13;
            Ok(is_new && costs(&params) == costs(&self.params))
        };
        made_with().unwrap_or(false)
    }

    /// Gives the memory back.
    fn rest(&mut self) {
        self.memory = Vec::new();
    }
}

fn fill(
    argon2: &Argon2<'_>,
    memory: &mut Vec<Block>,
    (password, salt): (&str, &[u8]),
    length: usize,
) -> Hashed<Output> {
    let blocks = argon2.params().block_count();
    if memory.len() < blocks {
        *memory = Vec::with_capacity(blocks);
        ask_for_huge_pages(memory);
        memory.resize(blocks, Block::new());
    }
    let mut buffer = [0; Output::MAX_LENGTH];
    let output = buffer.get_mut(..length).ok_or(argon2::password_hash::Error::OutputSize)?;
    argon2.hash_password_into_with_memory(password.as_bytes(), salt, output, &mut memory[..blocks])?;
    Ok(Output::new(output)?)
}

/// In pages of 2 MB argon2, which reads all over its memory, is a tenth faster. Where the system gives none the memory is as
/// good.
#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "advice about memory is a system call on addresses")]
fn ask_for_huge_pages(memory: &mut Vec<Block>) {
    use rustix::mm::{Advice, madvise};
    const HUGE: usize = 2 << 20;
    let room = memory.spare_capacity_mut();
    let bytes = size_of_val(room);
    let start = room.as_mut_ptr().cast::<u8>();
    // Memory before the first whole one is not asked about: it is not ours alone.
    let before = start.addr().next_multiple_of(HUGE) - start.addr();
    if let Some(whole) = bytes.checked_sub(before).map(|bytes| bytes / HUGE * HUGE).filter(|bytes| *bytes > 0)
    {
        // SAFETY: the range lies within the allocation, and the advice leaves its content as it is.
        let _ = unsafe { madvise(start.add(before).cast(), whole, Advice::LinuxHugepage) };
    }
}

#[cfg(not(target_os = "linux"))]
fn ask_for_huge_pages(_: &mut Vec<Block>) {}

/// What a hashing thread does.
pub type Task = Box<dyn FnOnce(&mut Hashing) + Send>;

/// What waits for a hashing thread. It is bounded by the places that [`super::password::Hasher`] gives.
pub struct Queue {
    tasks: Mutex<Tasks>,
    bell: Condvar,
    /// How long a thread without work keeps its memory.
    kept: Duration,
}

impl Default for Queue {
    fn default() -> Self {
        Self::keeping(KEPT)
    }
}

#[derive(Default)]
struct Tasks {
    waiting: VecDeque<Task>,
    closed: bool,
}

impl Queue {
    fn keeping(kept: Duration) -> Self {
        Self { tasks: Mutex::default(), bell: Condvar::new(), kept }
    }

    fn tasks(&self) -> MutexGuard<'_, Tasks> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a task at its end.
    pub fn push(&self, task: Task) {
        self.tasks().waiting.push_back(task);
        self.bell.notify_one();
    }

    /// Lets the threads end when they have done what waits.
    pub fn close(&self) {
        self.tasks().closed = true;
        self.bell.notify_all();
    }

    /// Does one task after the other, until the queue is closed.
    pub fn work(&self, hashing: &mut Hashing) {
        while let Some(task) = self.next(hashing) {
            // A panic is a bug, but one request's bug: where this is the only thread, nobody could sign in any more.
            if catch_unwind(AssertUnwindSafe(|| task(hashing))).is_err() {
                hashing.rest();
            }
        }
    }

    fn next(&self, hashing: &mut Hashing) -> Option<Task> {
        let mut tasks = self.tasks();
        let mut patience = Some(self.kept);
        loop {
            if let Some(task) = tasks.waiting.pop_front() {
                return Some(task);
            }
            if tasks.closed {
                return None;
            }
            let Some(wait) = patience else {
                tasks = self.bell.wait(tasks).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let waited = self.bell.wait_timeout(tasks, wait).unwrap_or_else(PoisonError::into_inner);
            tasks = waited.0;
            if waited.1.timed_out() {
                hashing.rest();
                patience = None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::{PasswordHasher, PasswordVerifier};

    /// Memory that holds the last hash changes no other, whatever parameters that had.
    #[test]
    fn hashes_are_those_of_argon2_in_memory_that_was_used_before() {
        let mut hashing = Hashing::new(PasswordHashing::CheapForTests).unwrap();
        let salt = [7; 16];
        for password in ["first password", "second password", "first password"] {
            let hash = hashing.hash(password, &salt).unwrap();
            let theirs: PasswordHash =
                argon2(64).hash_password_with_salt(password.as_bytes(), &salt).unwrap();
            assert_eq!(hash, theirs.to_string());
            argon2(64).verify_password(password.as_bytes(), &PasswordHash::new(&hash).unwrap()).unwrap();
            let larger = argon2(128).hash_password_with_salt(password.as_bytes(), &salt).unwrap();
            let larger: PasswordHash = larger;
            assert!(hashing.fits(password, &larger.to_string()) && hashing.fits(password, &hash));
            assert!(!hashing.fits("another", &larger.to_string()) && !hashing.fits("another", &hash));
        }
        let costly = "$argon2id$v=19$m=1048576,t=1,p=1$c2FsdHNhbHRzYWx0$AAECAwQFBgcICQoLDA0ODw";
        assert!(!hashing.fits("first password", costly) && hashing.memory.len() < 1024);
        for none in ["", "$argon2id$v=19$m=64,t=1,p=1$", "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHQ", "plain"] {
            assert!(!hashing.fits("first password", none), "{none}");
        }
    }

    fn argon2(kibibytes: u32) -> Argon2<'static> {
        Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(kibibytes, 1, 1, None).unwrap())
    }

    #[test]
    fn a_panic_in_a_task_ends_no_thread() {
        let queue = Queue::default();
        let (say, said) = std::sync::mpsc::channel();
        queue.push(Box::new(|hashing| {
            drop(hashing.hash("a password", &[7; 16]));
            panic!("a bug")
        }));
        queue.push(Box::new(move |hashing| {
            let memory = hashing.memory.len();
            say.send((memory, hashing.hash("a password", &[7; 16]).is_ok())).unwrap();
        }));
        queue.close();
        queue.work(&mut Hashing::new(PasswordHashing::CheapForTests).unwrap());
        assert_eq!(said.recv(), Ok((0, true)));
    }

    #[test]
    fn memory_is_given_back_when_there_is_nothing_to_do() {
        let mut hashing = Hashing::new(PasswordHashing::CheapForTests).unwrap();
        hashing.hash("a password", &[7; 16]).unwrap();
        assert!(!hashing.memory.is_empty());
        let queue = Queue::keeping(Duration::ZERO);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let (say, said) = std::sync::mpsc::channel();
                // It may be asked before it found nothing to do.
                for _ in 0..10_000 {
                    let say = say.clone();
                    queue.push(Box::new(move |hashing| say.send(hashing.memory.len()).unwrap_or_default()));
                    if said.recv() == Ok(0) {
                        break;
                    }
                    std::thread::yield_now();
                }
                queue.close();
            });
            queue.work(&mut hashing);
        });
        assert!(hashing.memory.is_empty());
    }
}
