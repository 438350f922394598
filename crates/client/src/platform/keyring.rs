//! A credential in the operating system's keyring.

use super::Keeper;
use keyring::{Entry, Error};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, PoisonError};

/// Keeps the credential in the operating system's keyring: the Keychain, the Credential Manager, or the kernel's keyring on
/// Linux, which forgets it when the machine starts anew, and after some days in which nobody has used it. For the Secret Service,
/// enable `sync-secret-service` of the crate `keyring` in the program.
///
/// Two programs that share an entry may overwrite each other's: these keyrings have no lock. Within one program it is held.
#[derive(Debug)]
pub struct Keyring {
    tasks: Sender<Task>,
    changing: Mutex<()>,
}

/// Something to be done with the entry.
type Task = Box<dyn FnOnce(&Entry) + Send>;

impl Keyring {
    /// The entry of an application, under the name of an account of its own choosing.
    ///
    /// # Errors
    /// When there is no keyring here.
    pub fn of(application: &str, account: &str) -> Result<Self, Error> {
        let (application, account) = (application.to_owned(), account.to_owned());
        let ((tasks, due), (tell, made)) = (channel::<Task>(), channel());
        // A thread of its own, on which everything is done. On Linux the keyring of a session belongs to the thread that asks for
        // it, where no login has given the program one: what one thread keeps there others may not read.
        let work = move || {
            let entry = || Entry::new(&application, &account);
            // The first one may give this thread its session; the second one is in that.
            match entry().and_then(|_| entry()) {
                Ok(entry) => {
                    // Whoever asked waits for it.
                    let _ = tell.send(Ok(()));
                    due.iter().for_each(|task| task(&entry));
                }
                Err(error) => drop(tell.send(Err(error))),
            }
        };
        let failed = |error| Error::PlatformFailure(Box::new(error));
        std::thread::Builder::new().name("keyrack-keyring".to_owned()).spawn(work).map_err(failed)?;
        made.recv().map_err(|error| Error::PlatformFailure(Box::new(error)))??;
        Ok(Self { tasks, changing: Mutex::default() })
    }

    fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Entry) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, String> {
        let (tell, done) = channel();
        // Where nobody takes it there is no answer either.
        let _ = self.tasks.send(Box::new(move |entry| drop(tell.send(work(entry)))));
        done.recv().map_err(|error| error.to_string())?.map_err(|error| error.to_string())
    }
}

impl Keeper for Keyring {
    fn read(&self) -> Result<Option<String>, String> {
        self.with(|entry| match entry.get_password() {
            Err(Error::NoEntry) => Ok(None),
            read => read.map(Some),
        })
    }

    fn update(&self, change: &dyn Fn(Option<&str>) -> Option<String>) -> Result<(), String> {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = change(self.read()?.as_deref());
        self.with(move |entry| match changed {
            // The kernel refuses a write by the very error that it has for what is not there.
            Some(text) => entry.set_password(&text),
            None => match entry.delete_credential() {
                Err(Error::NoEntry) => Ok(()),
                deleted => deleted,
            },
        })
    }
}
