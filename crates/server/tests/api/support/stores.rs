use super::Keyrack;
use keyrack_server::audit::{Actor, By};
use keyrack_server::backup::{self, Examined, Order, Settled};
use keyrack_server::config::{Config, Deployment};
use keyrack_server::db::copy::Place;
use keyrack_server::error::Result;
use keyrack_server::vault::Vault;
use keyrack_server::world::{Random, World};
use std::io::Cursor;
use std::path::Path;
use tempfile::TempDir;

/// An empty place for a database, and a data folder.
pub struct Store {
    pub place: Place,
    pub folder: TempDir,
}

/// The engines under test, each as where a backup comes from and where it goes: SQLite alone, or PostgreSQL with both.
pub async fn ways() -> Vec<(Store, Store)> {
    if std::env::var("KEYRACK_TEST_DATABASE_URL").is_err() {
        return vec![(Store::sqlite(), Store::sqlite())];
    }
    vec![
        (Store::postgres().await, Store::postgres().await),
        (Store::postgres().await, Store::sqlite()),
        (Store::sqlite(), Store::postgres().await),
    ]
}

impl Store {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { place: Place::Sqlite(folder.path().to_path_buf()), folder }
    }

    pub async fn postgres() -> Self {
        let url = std::env::var("KEYRACK_TEST_DATABASE_URL").unwrap();
        let own = tokio::task::spawn_blocking(move || crate::retired::own_database(&url)).await.unwrap();
        Self { place: Place::Postgres(own), folder: tempfile::tempdir().unwrap() }
    }

    /// An empty one on the engine under test.
    pub async fn empty() -> Self {
        match std::env::var("KEYRACK_TEST_DATABASE_URL") {
            Ok(_) => Self::postgres().await,
            Err(_) => Self::sqlite(),
        }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What `KEYRACK_DATABASE_URL` is for it.
    pub fn url(&self) -> &str {
        match &self.place {
            Place::Postgres(url) => url,
            Place::Sqlite(_) => "",
        }
    }

    /// Makes a configuration use it.
    pub fn use_in(&self, config: &mut Config) {
        config.data_dir = self.folder().to_path_buf();
        config.database_url = Some(self.url().to_owned()).filter(|url| !url.is_empty());
    }

    /// A server on it, with a deployment of this id.
    pub async fn serve(&self, deployment: &str) -> Keyrack {
        Keyrack::start_configured(|config| {
            self.use_in(config);
            deployment.clone_into(&mut config.deployments[0].id);
            config.deployments[0].organizations.roles.own = true;
        })
        .await
    }

    /// A backup of it as it is now.
    pub async fn back_up(&self) -> Vec<u8> {
        let place = self.place.clone();
        let made = tokio::task::spawn_blocking(move || {
            backup::back_up(&place, Vec::new(), &World::for_tests(1)).unwrap().0
        });
        made.await.unwrap()
    }

    /// Restores a backup into it at `now`; whether people stay signed in.
    pub async fn restore(&self, file: &[u8], now: i64, keep_sessions: bool) -> Result<(Examined, Settled)> {
        let (place, file) = (self.place.clone(), file.to_vec());
        if self.url().is_empty() {
            super::until_free(self.folder()).await;
        }
        let done = tokio::task::spawn_blocking(move || {
            let world = World::for_tests(u64::from_be_bytes(Random::System.bytes()));
            world.clock.advance(now - world.clock.now_ms());
            let by = By::client(Actor::Operator(Some(7)), "", now);
            let order = Order { place: &place, vault: &vault(), world: &world, by, keep_sessions };
            backup::restore(Cursor::new(file), &order)
        });
        done.await.unwrap()
    }
}

/// What the tests' master key opens.
pub fn vault() -> Vault {
    Vault::new(&Vault::parse_master_key(super::MASTER_KEY).unwrap()).unwrap()
}

/// The id of a server's deployment.
pub fn deployment(server: &Keyrack) -> String {
    let deployment: &Deployment = &server.app.sites[0].config;
    deployment.id.clone()
}
