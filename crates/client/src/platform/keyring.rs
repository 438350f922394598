//! A credential in the operating system's keyring.

use super::Keeper;
use std::sync::{Mutex, PoisonError};

/// Keeps the credential in the operating system's keyring: the Keychain, the Credential Manager, or the kernel's keyring on
/// Linux, which forgets it when the machine starts anew. For the Secret Service, enable `sync-secret-service` of the crate
/// `keyring` in the program.
///
/// Two programs that share an entry may overwrite each other's: these keyrings have no lock. Within one program it is held.
#[derive(Debug)]
pub struct Keyring {
    entry: keyring::Entry,
    changing: Mutex<()>,
}

impl Keyring {
    /// The entry of an application, under the name of an account of its own choosing.
    ///
    /// # Errors
    /// When there is no keyring here.
    pub fn of(application: &str, account: &str) -> Result<Self, keyring::Error> {
        Ok(Self { entry: keyring::Entry::new(application, account)?, changing: Mutex::default() })
    }
}

impl Keeper for Keyring {
    fn read(&self) -> Result<Option<String>, String> {
        match self.entry.get_password() {
            Err(keyring::Error::NoEntry) => Ok(None),
            read => read.map(Some).map_err(|error| error.to_string()),
        }
    }

    fn update(&self, change: &dyn Fn(Option<&str>) -> Option<String>) -> Result<(), String> {
        let _changing = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let written = match change(self.read()?.as_deref()) {
            Some(text) => self.entry.set_password(&text),
            None => self.entry.delete_credential(),
        };
        match written {
            Err(keyring::Error::NoEntry) => Ok(()),
            written => written.map_err(|error| error.to_string()),
        }
    }
}
