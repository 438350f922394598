//! Where a store runs: what sends its requests, tells it the time, and what else it has there. Differences are files of
//! one name each; `native` is that of programs, and a test brings one that does what its script says. Nothing outside of this
//! folder needs a runtime, a thread or a clock. `web` is a page's in a browser.

mod carriage;
#[cfg(not(target_family = "wasm"))]
pub(crate) mod file;
#[cfg(all(feature = "keyring", not(target_family = "wasm")))]
pub(crate) mod keyring;
#[cfg(not(target_family = "wasm"))]
pub(crate) mod native;
mod still;
#[cfg(target_family = "wasm")]
pub(crate) mod web;

pub use crate::client::Inbox;
pub use crate::core::request::{Reply, Request, understand};
pub use crate::core::time::Moment;
pub use crate::core::{Command, Input, Line, Message};
pub use carriage::{Change, Understood, take_back};

/// What a store can be anywhere but in a browser, where there are no threads.
#[cfg(not(target_family = "wasm"))]
pub trait Anywhere: Send + Sync {}
#[cfg(not(target_family = "wasm"))]
impl<T: Send + Sync> Anywhere for T {}

/// What a store can be in a browser, where there are no threads.
#[cfg(target_family = "wasm")]
pub trait Anywhere {}
#[cfg(target_family = "wasm")]
impl<T> Anywhere for T {}

/// What never leaves the thread that it was made on, which is the only one in a browser. So the store is `Send` and `Sync`
/// there too, and one program's types fit both.
#[cfg(target_family = "wasm")]
pub(crate) type Here<T> = send_wrapper::SendWrapper<T>;
#[cfg(not(target_family = "wasm"))]
pub(crate) type Here<T> = T;

#[cfg(target_family = "wasm")]
pub(crate) fn here<T>(value: T) -> Here<T> {
    send_wrapper::SendWrapper::new(value)
}
#[cfg(not(target_family = "wasm"))]
pub(crate) fn here<T>(value: T) -> Here<T> {
    value
}

/// Lets everything else have its turn.
#[cfg(not(target_family = "wasm"))]
pub(crate) use tokio::task::yield_now as breathe;
#[cfg(target_family = "wasm")]
pub(crate) use web::breathe;

/// What carries out the commands of a store.
pub trait Platform: Anywhere {
    /// The store begins; what happens from now on is said here.
    fn begin(&self, inbox: Inbox);

    /// This moment.
    fn now(&self) -> Moment;

    /// A number from 0 to 1, different in every program: so that no two come back together.
    fn chance(&self) -> f64;

    /// Whether it leads to addresses: then a sign-out asks where to go.
    fn navigates(&self) -> bool {
        false
    }

    /// Does it, and says later what came of it: never before this returns.
    fn perform(&self, command: Command);
}

/// Where a program that is no browser keeps its credential.
///
/// Whoever can read it is signed in as whoever signed in here.
pub trait Keeper: Send + Sync {
    /// What is kept.
    ///
    /// # Errors
    /// What kept it from being read, for people.
    fn read(&self) -> Result<Option<String>, String>;

    /// Replaces what is kept by what `change` makes of it, while nobody else does.
    ///
    /// # Errors
    /// What kept it from being written, for people.
    fn update(&self, change: &dyn Fn(Option<&str>) -> Option<String>) -> Result<(), String>;
}
