use super::{Browser, PASSWORD};
use axum::serve::ListenerExt;
use keyrack_server::app::{App, Shared};
use keyrack_server::config::{Config, Deployment, Mail, MasterKeySource, Mode, Origin, PasswordHashing, Sms};
use keyrack_server::http::connection;
use keyrack_server::outbox;
use keyrack_server::world::{CapturedMail, Connections, Patience, Random, World};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A running server with one deployment.
pub struct Keyrack {
    /// The server, for the clock, the mail and the failpoints.
    pub app: Shared,
    /// `http://127.0.0.1:<port>`.
    pub base: String,
    /// Held over a restart, so that nobody else is given the port meanwhile.
    port: std::net::TcpListener,
    serving: JoinHandle<()>,
    /// Gone with the server, which then stops.
    _stop: watch::Sender<bool>,
    data: Arc<TempDir>,
    /// A second node that browsers' requests go to in turn.
    twin: Option<Box<Self>>,
}

/// Whether the test that asks is an attack that must fail on two nodes as it does on one: areas A and O.
fn wants_two_nodes() -> bool {
    let thread = std::thread::current();
    let name = thread.name().and_then(|name| name.rsplit("::").next()).unwrap_or_default();
    let mut letters = name.chars();
    letters.next().is_some_and(|area| "ao".contains(area))
        && letters.by_ref().take(2).filter(char::is_ascii_digit).count() == 2
        && letters.next() == Some('_')
}

/// A port that nobody has.
fn any_port() -> std::net::TcpListener {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    port.set_nonblocking(true).unwrap();
    port
}

impl Keyrack {
    /// One in staging.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// One in production: the credential is a cookie, the origin is its own.
    pub async fn production() -> Self {
        Self::start_with(|deployment| deployment.mode = Mode::Production).await
    }

    /// One whose deployment is changed before it starts.
    pub async fn start_with(change: impl FnOnce(&mut Deployment)) -> Self {
        Self::start_configured(|config| change(&mut config.deployments[0])).await
    }

    /// One whose whole configuration is changed before it starts.
    pub async fn start_configured(change: impl FnOnce(&mut Config)) -> Self {
        Self::start_patient(Patience::default(), change).await
    }

    /// One that waits for a connection as long as `patience` says.
    pub async fn start_patient(patience: Patience, change: impl FnOnce(&mut Config)) -> Self {
        Self::start_in(|world| world.patience = patience, change).await
    }

    /// One with as many connections to the database as a server has that runs alone.
    pub async fn start_connected() -> Self {
        Self::start_in(|world| world.connections = Connections::default(), |_| {}).await
    }

    async fn start_in(around: impl FnOnce(&mut World), change: impl FnOnce(&mut Config)) -> Self {
        let seed = u64::from_be_bytes(Random::System.bytes());
        let port = any_port();
        let address = port.local_addr().unwrap();
        let mut deployment = Deployment::built_in(address.port(), Mode::Staging);
        deployment.id = format!("t{seed:x}");
        deployment.origin = Origin::parse(&format!("http://127.0.0.1:{}", address.port())).unwrap();
        deployment.hosts = vec!["127.0.0.1".to_owned()];
        deployment.any_loopback = false;
        deployment.allowed_origins = vec![deployment.origin.to_string()];
        deployment.password_hashing = PasswordHashing::CheapForTests;
        let data = Arc::new(tempfile::tempdir().unwrap());
        let mut config = config(deployment, data.path().to_path_buf(), address);
        change(&mut config);
        // Without dev a start refuses a database that knows others' deployments, and every test has one in it.
        if let Some(url) = config.database_url.clone().filter(|_| !config.dev) {
            let own = tokio::task::spawn_blocking(move || crate::retired::own_database(&url));
            config.database_url = Some(own.await.unwrap());
        }
        if config.database_url.is_none() {
            super::migrated(&config.data_dir);
            super::until_free(&config.data_dir).await;
        }
        let (mailer, sms) = (App::mailer(&config).unwrap(), App::sms(&config).unwrap());
        let dns = super::dns::ask(&config.nameservers);
        let atlas = App::atlas(&config).unwrap();
        let mut world = World { mailer, sms, atlas, dns, ..World::for_tests(seed) };
        around(&mut world);
        let server = Self::run(config, world, port, data).await;
        if wants_two_nodes() { server.with_twin(None).await } else { server }
    }

    /// The same with a second node, which browsers' requests go to in turn, where the database takes two; at a port
    /// that it had before, if it had one.
    async fn with_twin(mut self, port: Option<std::net::TcpListener>) -> Self {
        self.twin = self.second_node_at(port.unwrap_or_else(any_port), |_| {}).await.map(Box::new);
        self
    }

    /// The second node that browsers' requests go to, if there is one.
    pub fn twin_app(&self) -> Option<keyrack_server::app::Shared> {
        self.twin.as_ref().map(|twin| Arc::clone(&twin.app))
    }

    /// Where each node that browsers' requests go to is reached.
    pub fn nodes(&self) -> Vec<String> {
        std::iter::once(self).chain(self.twin.as_deref()).map(|node| node.base.clone()).collect()
    }

    async fn run(config: Config, world: World, port: std::net::TcpListener, data: Arc<TempDir>) -> Self {
        Self::serve(App::start(config, world).await.unwrap(), port, data)
    }

    fn serve(app: Shared, port: std::net::TcpListener, data: Arc<TempDir>) -> Self {
        let address = port.local_addr().unwrap();
        let listener = TcpListener::from_std(port.try_clone().unwrap()).unwrap();
        keyrack_server::session::events::check::compare_in_turn(&app);
        keyrack_server::revocation::compare::keep(&app);
        let listener = listener.tap_io(|connection| connection.set_nodelay(true).unwrap());
        let (stop, stopped) = watch::channel(false);
        let room = app.room.clone();
        let serving = tokio::spawn(connection::serve(listener, app.router(), room, stopped));
        Self { app, base: format!("http://{address}"), port, serving, _stop: stop, data, twin: None }
    }

    /// A second server on the same database and for the same deployment, with a clock of its own that shows the
    /// same time; none where the database belongs to one process.
    pub async fn second_node(&self) -> Option<Self> {
        self.second_node_with(|_| {}).await
    }

    /// The same with its configuration changed.
    pub async fn second_node_with(&self, change: impl FnOnce(&mut Config)) -> Option<Self> {
        self.second_node_at(any_port(), change).await
    }

    async fn second_node_at(
        &self,
        port: std::net::TcpListener,
        change: impl FnOnce(&mut Config),
    ) -> Option<Self> {
        self.app.config.database_url.as_ref()?;
        let mut config = self.app.config.clone();
        config.listen = vec![port.local_addr().unwrap()];
        change(&mut config);
        let dns = super::dns::ask(&config.nameservers);
        let world = World { dns, ..World::for_tests(u64::from_be_bytes(Random::System.bytes())) };
        world.clock.advance(self.app.world.clock.now_ms() - world.clock.now_ms());
        Some(Self::run(config, world, port, Arc::clone(&self.data)).await)
    }

    /// Ends the server and starts another on the same data and port, the clock going on.
    pub async fn restart(self) -> Self {
        self.restart_with(|_| {}).await
    }

    /// The same with its configuration changed in between.
    pub async fn restart_with(self, change: impl FnOnce(&mut Config)) -> Self {
        let Self { app, port, serving, data, _stop: stop, twin, .. } = self;
        let mut twins_port = None;
        if let Some(twin) = twin {
            twin._stop.send_replace(true);
            twin.serving.abort();
            let _ = twin.serving.await;
            twins_port = Some(twin.port);
        }
        // Connections that browsers keep for later end at once instead of after their patience.
        stop.send_replace(true);
        serving.abort();
        // Aborted or ended: either way it takes no more connections, which wait for the next one.
        let _ = serving.await;
        let (mut config, now) = (app.config.clone(), app.world.clock.now_ms());
        change(&mut config);
        // Connections that are still open hold the app, and the app the lock of the data folder.
        let mut app = Some(app);
        while let Some(held) = app.take() {
            if let Err(still) = Arc::try_unwrap(held).map(drop) {
                app = Some(still);
                tokio::task::yield_now().await;
            }
        }
        let app = loop {
            let dns = super::dns::ask(&config.nameservers);
            let world = World { dns, ..World::for_tests(u64::from_be_bytes(Random::System.bytes())) };
            // A restart takes time; within one millisecond two processes' ids have no order.
            world.clock.advance(now + 1 - world.clock.now_ms());
            match App::start(config.clone(), world).await {
                // A child that another test is about to start has a copy of every file for a moment, the lock's too.
                Err(cause) if cause.to_string().contains("another keyrack runs on this data folder") => {
                    tokio::task::yield_now().await;
                }
                started => break started.unwrap(),
            }
        };
        let server = Self::serve(app, port, data);
        if twins_port.is_some() { server.with_twin(twins_port).await } else { server }
    }

    /// Somebody's browser with nothing in it.
    pub fn browser(&self) -> Browser {
        Browser::new(self)
    }

    /// A browser in which `name`@example.com has signed up and is signed in.
    pub async fn signed_up(&self, name: &str) -> Browser {
        let browser = self.browser();
        browser.signs_up(self, name).await;
        browser
    }

    /// A browser in which ada and bob have signed up, bob is active, and the ids of their sign-ins.
    pub async fn signed_up_two(&self) -> (Browser, [String; 2]) {
        let browser = self.signed_up("ada").await;
        browser.signs_up(self, "bob").await;
        let ids = [browser.sign_in_of("ada").await, browser.sign_in_of("bob").await];
        (browser, ids)
    }

    /// A browser in which `name`@example.com, who has an account, is signed in.
    pub async fn signed_in(&self, name: &str) -> Browser {
        let browser = self.browser();
        browser.sign_in(name, PASSWORD).await.ok();
        browser
    }

    /// The captured mail to `name`@example.com, oldest first.
    pub async fn mails(&self, name: &str) -> Vec<CapturedMail> {
        outbox::deliver_due(&self.app).await.unwrap();
        let mut mails = self.app.world.mailer.captured_mails();
        mails.retain(|mail| mail.mail.to == format!("{name}@example.com"));
        mails
    }

    /// The code in the newest mail to `name`@example.com.
    pub async fn code(&self, name: &str) -> String {
        self.mails(name).await.pop().and_then(|mail| mail.mail.code).expect("a mail with a code")
    }

    /// What `sql`, a count over the rows of the deployment `$1`, comes to.
    pub async fn count(&self, sql: &'static str) -> i64 {
        let deployment = self.app.sites[0].config.id.clone();
        let count = self.app.db.read(move |on| {
            let row = on.query_one(sql, keyrack_server::params![&deployment])?;
            row.expect("a count has a row").cells().int()
        });
        count.await.unwrap()
    }

    /// Moves the clock.
    pub fn advance(&self, ms: i64) {
        self.twin.iter().for_each(|twin| twin.advance(ms));
        self.app.world.clock.advance(ms);
    }
}

fn config(deployment: Deployment, data_dir: PathBuf, listen: SocketAddr) -> Config {
    Config {
        dev: true,
        listen: vec![listen],
        metrics_listen: None,
        data_dir,
        database_url: std::env::var("KEYRACK_TEST_DATABASE_URL").ok(),
        master_key: MasterKeySource::Value("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8".to_owned()),
        virtual_clock: true,
        demos: Vec::new(),
        trusted_proxies: Vec::new(),
        geoip_file: None,
        max_streams: 1_000,
        mail: Mail::Outbox,
        sms: Sms::Outbox,
        nameservers: Vec::new(),
        retired: Vec::new(),
        // On PostgreSQL every test's deployment is in one database.
        refuse_unknown: false,
        deployments: vec![deployment],
    }
}
