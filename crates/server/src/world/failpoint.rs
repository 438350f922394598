use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// Named points at which a test may pause the server, to force the order of a race.
#[derive(Debug, Default)]
pub struct Failpoints {
    armed: AtomicBool,
    gates: Mutex<HashMap<&'static str, Arc<Gate>>>,
}

/// One pause: the server waits in it until the test opens it.
#[derive(Debug)]
pub struct Gate {
    reached: Semaphore,
    opened: Semaphore,
}

impl Failpoints {
    /// The next request that comes to `name` waits there until the gate is opened.
    #[must_use]
    pub fn arm(&self, name: &'static str) -> Arc<Gate> {
        let gate = Arc::new(Gate { reached: Semaphore::new(0), opened: Semaphore::new(0) });
        self.gates.lock().unwrap_or_else(PoisonError::into_inner).insert(name, Arc::clone(&gate));
        self.armed.store(true, Ordering::SeqCst);
        gate
    }

    /// Called by the server at `name`; costs one load when nothing is armed.
    pub async fn pass(&self, name: &'static str) {
        if !self.armed.load(Ordering::SeqCst) {
            return;
        }
        let gate = self.gates.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
        if let Some(gate) = gate {
            gate.reached.add_permits(1);
            // A closed semaphore opens the gate too: the test has dropped it.
            let _ = gate.opened.acquire().await;
        }
    }
}

impl Gate {
    /// Waits until the server stands in it.
    pub async fn reached(&self) {
        let _ = self.reached.acquire().await;
    }

    /// Lets the server go on.
    pub fn open(&self) {
        self.opened.add_permits(1);
    }
}
