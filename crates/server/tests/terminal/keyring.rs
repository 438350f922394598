//! The credential in the system's keyring, where the system has one, and in one in memory that every system has.

use crate::dev::{Dev, PASSWORD};
use keyrack_client::platform::Keeper;
use keyrack_client::{By, Client, Keyring, State};
use keyring::credential::{Credential, CredentialApi, CredentialBuilderApi};
use keyring::{Error, Result};
use std::any::Any;
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What the keyring in memory keeps. The crate's own stand-in keeps nothing beyond one entry, and another run has another one.
static KEPT: Mutex<BTreeMap<String, Vec<u8>>> = Mutex::new(BTreeMap::new());

fn kept() -> MutexGuard<'static, BTreeMap<String, Vec<u8>>> {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner)
}

struct InMemory;

struct Entry(String);

impl CredentialBuilderApi for InMemory {
    fn build(&self, _: Option<&str>, service: &str, user: &str) -> Result<Box<Credential>> {
        Ok(Box::new(Entry(format!("{service}/{user}"))))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl CredentialApi for Entry {
    fn set_password(&self, password: &str) -> Result<()> {
        self.set_secret(password.as_bytes())
    }

    fn set_secret(&self, secret: &[u8]) -> Result<()> {
        kept().insert(self.0.clone(), secret.to_vec());
        Ok(())
    }

    fn get_password(&self) -> Result<String> {
        String::from_utf8(self.get_secret()?).map_err(|error| Error::BadEncoding(error.into_bytes()))
    }

    fn get_secret(&self) -> Result<Vec<u8>> {
        kept().get(&self.0).cloned().ok_or(Error::NoEntry)
    }

    fn delete_credential(&self) -> Result<()> {
        kept().remove(&self.0).map(drop).ok_or(Error::NoEntry)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Whether anything can be kept in the present keyring.
fn tried(application: &str) -> std::result::Result<(), String> {
    let ring = Keyring::of(application, "ada").map_err(|error| error.to_string())?;
    ring.update(&|_| Some("a.b".to_owned()))?;
    ring.update(&|_| None)
}

/// Signs in, is signed in when it runs again, and signs out.
async fn lives(dev: &Dev, application: &str) {
    let ring = || Keyring::of(application, "ada").unwrap();
    assert_eq!(ring().read(), Ok(None));
    let run = async || {
        let store = Client::builder(&dev.key).unwrap().keeper(ring()).start().unwrap();
        store.loaded().await.unwrap();
        store
    };
    let first = run().await;
    first.state().loaded().unwrap().sign_in_by(By::email("ada@example.com", PASSWORD)).await.unwrap();
    drop(first);
    let second = run().await;
    let State::SignedIn(ada) = second.state() else { panic!("{:?}", second.state()) };
    assert_eq!(ada.user().email_address, "ada@example.com");
    assert!(ring().read().unwrap().unwrap().starts_with("ses_"), "the whole rack");
    let switched = ada.sign_out_all().await.unwrap();
    assert!(switched.signins.is_empty());
    assert_eq!(ring().read(), Ok(None), "nothing is left to carry");
}

/// Where the system has none, as in some containers, it says so and tries the other one alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h18_a_credential_in_a_keyring_is_there_for_the_next_run_and_gone_after_a_sign_out() {
    let application = format!("keyrack-test-{}", std::process::id());
    let dev = Dev::start("staging");
    match tried(&application) {
        Ok(()) => lives(&dev, &application).await,
        // Not by `println!`, which shows nothing of a test that passes.
        Err(why) => writeln!(std::io::stderr(), "no keyring of the system here: {why}").unwrap(),
    }
    keyring::set_default_credential_builder(Box::new(InMemory));
    lives(&dev, &application).await;
    assert_eq!(kept().len(), 0);
}
