//! Everything that a request may need, and the one list of routers.

mod database;

use crate::api_key::uses::Uses;
use crate::config::{Config, Deployment, Mail, Mode, Sms};
use crate::db::Db;
use crate::error::Result;
use crate::http::carriage::Carriage;
use crate::http::connection::Room;
use crate::http::layers::{Around, Layered};
use crate::http::operation::Operation;
use crate::http::origin::Hosts;
use crate::http::routes::Routes;
use crate::id::NodeId;
use crate::metrics::Metrics;
use crate::revocation::Feeds;
use crate::session::activity::Activity;
use crate::session::cache::Cache;
use crate::session::events::Hub;
use crate::shortcut::Shortcuts;
use crate::token::lives::Lives;
use crate::token::ring::Keys;
use crate::user::password::Hasher;
use crate::vault::Vault;
use crate::webhook::{self, Endpoints};
use crate::world::{Atlas, Mailer, SmsSender, World};
use crate::{
    account, admin, captcha, deployment, dev, device, domain, handshake, http, invitation, master_key,
    notification, openapi, organization, pages, passkey, picture, recovery, revocation, session, sign_in,
    sign_up, ticket, token, workspace,
};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use tokio::sync::Notify;

/// The running server.
pub struct App {
    /// What the operator decided.
    pub config: Config,
    /// The deployments.
    pub sites: Vec<Arc<Site>>,
    /// Which of them a host means.
    pub hosts: Hosts,
    /// The database.
    pub db: Db,
    /// Time, randomness, mail.
    pub world: Arc<World>,
    /// What is derived from the master key.
    pub vault: Vault,
    /// Sessions remembered between reads.
    pub cache: Arc<Cache>,
    /// Requests that were answered past the router.
    pub shortcuts_taken: Arc<AtomicU64>,
    /// Who follows which session.
    pub hub: Arc<Hub>,
    /// What backends are told of revocations.
    pub feeds: Arc<Feeds>,
    /// The connections that there may be.
    pub room: Room,
    /// Activity not written yet.
    pub activity: Activity,
    /// Uses of secret keys not written yet.
    pub uses: Uses,
    /// The threads that hash passwords.
    pub hasher: Hasher,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Rung when a commit has put something into the outbox.
    pub outbox_bell: Arc<Notify>,
    /// Rung with it, for whoever sends webhooks.
    pub webhook_bell: Arc<Notify>,
    /// The endpoints of the application that can be called.
    pub endpoints: Endpoints,
    /// Held while this process sends mail: whoever waits for it finds what was posted before delivered.
    pub delivering: tokio::sync::Mutex<()>,
    /// Whether every change is refused because the database is moved.
    pub held: tokio::sync::Mutex<bool>,
    /// This process, where several share a database.
    pub node: NodeId,
}

impl std::fmt::Debug for App {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("App").field("config", &self.config).finish_non_exhaustive()
    }
}

/// How handlers hold it.
pub type Shared = Arc<App>;

/// A deployment as it runs.
#[derive(Debug)]
pub struct Site {
    /// What the operator decided.
    pub config: Deployment,
    /// The issuer of its tokens: where browsers reach the API.
    pub issuer: String,
    /// When it was first started, in Unix milliseconds.
    pub created_at: i64,
    /// When its settings became what they are, as far as starts tell, in Unix milliseconds.
    pub updated_at: i64,
    /// What signs its tokens, and has.
    pub keys: Keys,
    /// How long they live.
    pub lives: Lives,
    /// How its session credential travels.
    pub carriage: Carriage,
    /// Time, randomness, mail.
    pub world: Arc<World>,
}

impl Site {
    /// When a sign-in made at `created_at` and active at `now` ends.
    #[must_use]
    pub fn expires_at(&self, created_at: i64, now: i64) -> i64 {
        let lifetimes = &self.config.lifetimes;
        (created_at.saturating_add(lifetimes.sign_in_max_age_ms))
            .min(now.saturating_add(lifetimes.sign_in_idle_ms))
    }
}

impl App {
    /// Opens the database, checks the master key and makes what a first start makes.
    ///
    /// # Errors
    /// One that names what is wrong and the fix.
    pub async fn start(config: Config, world: World) -> Result<Shared> {
        let world = Arc::new(world);
        let master = master_key::find(&config)?;
        let cache = Arc::new(Cache::new(&world));
        let endpoints = webhook::endpoints(&config)?;
        let (outbox_bell, webhook_bell) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let hub = Arc::new(Hub::default());
        let node = NodeId::draw(&world);
        let feeds = Arc::new(Feeds::of(&config.deployments, node.as_str()));
        let told = database::Told {
            world: &world,
            cache: &cache,
            hub: &hub,
            feeds: &feeds,
            bells: [&outbox_bell, &webhook_bell],
        };
        let db = database::open(&config, &node, told).await?;
        let master = match master {
            Some(master) => master,
            None => master_key::make(&config, &db, &world).await?,
        };
        let vault = master_key::open(&db, &master).await?;
        deployment::none_is_missing(&db, &config).await?;
        let hashing = config.deployments.first().map(|deployment| deployment.password_hashing);
        let hasher = Hasher::start(&world, hashing.unwrap_or(crate::config::PasswordHashing::Standard))?;
        let mut sites = Vec::new();
        for deployment in &config.deployments {
            session::standing::end_what_is_off(&db, deployment).await?;
            sites.push(Arc::new(deployment::store::start(&db, &vault, &world, deployment).await?));
        }
        let metrics = Metrics::new(&operations(), &config.deployments, world.clock.now_ms());
        let activity = Activity::default();
        let room = Room::of_this_process(world.patience, config.max_streams);
        let delivering = tokio::sync::Mutex::default();
        Ok(Arc::new(Self {
            config,
            hosts: Hosts::of(&sites),
            sites,
            db,
            world,
            vault,
            cache,
            shortcuts_taken: Arc::default(),
            hub,
            feeds,
            room,
            activity,
            uses: Uses::default(),
            hasher,
            metrics: Arc::new(metrics),
            outbox_bell,
            webhook_bell,
            endpoints,
            delivering,
            held: tokio::sync::Mutex::default(),
            node,
        }))
    }

    /// Where mail goes, as configured.
    ///
    /// # Errors
    /// When the mail server's URL is none.
    pub fn mailer(config: &Config) -> Result<Mailer> {
        match &config.mail {
            Mail::Outbox => Ok(Mailer::captured()),
            Mail::Smtp { url } => Mailer::smtp(url),
        }
    }

    /// Where in the world addresses are, as configured.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn atlas(config: &Config) -> Result<Atlas> {
        let read = config.geoip_file.as_deref().map(Atlas::read).transpose();
        Ok(read.map_err(|cause| crate::error::Error::internal("read geoip_file", cause))?.unwrap_or_default())
    }

    /// Where text messages go, as configured.
    ///
    /// # Errors
    /// When the address is none, or a private one and those are not allowed.
    pub fn sms(config: &Config) -> Result<SmsSender> {
        match &config.sms {
            Sms::Nobody => Ok(SmsSender::Nobody),
            Sms::Outbox => Ok(SmsSender::captured()),
            Sms::Webhook { url, secret, private_addresses } => {
                SmsSender::webhook(url, secret, *private_addresses)
            }
            Sms::Twilio { url, account, secret, from, private_addresses } => {
                SmsSender::twilio(url, (account, secret), from, *private_addresses)
            }
        }
    }

    /// Every route of this server, with everything around it.
    pub fn router(self: &Shared) -> Layered<Shortcuts> {
        let features = features()
            .and(openapi::http::routes(operations(), &self.sites))
            .into_router()
            .method_not_allowed_fallback(http::answer::method_not_allowed);
        let features = if self.config.dev {
            features
                .merge(dev::outbox::routes())
                .merge(dev::clock::routes(self))
                .merge(dev::demo::routes(self))
        } else {
            features.fallback(http::answer::not_found)
        };
        let routed = http::front::around(features.with_state(Arc::clone(self)), self)
            .merge(http::health::routes().into_router().with_state(Arc::clone(self)))
            .merge(pages::http::routes(self))
            .merge(handshake::http::page(self));
        let https = self.sites.iter().all(|site| site.config.origin.https);
        let around = Around {
            world: Arc::clone(&self.world),
            metrics: Some(Arc::clone(&self.metrics)),
            trusted_proxies: self.config.trusted_proxies.clone(),
            https,
        };
        http::layers::around_both(routed, Shortcuts::of(self), around)
    }
}

/// What every deployment answers.
fn features() -> Routes {
    deployment::http::routes()
        .and(session::http::routes())
        .and(session::events::http::routes())
        .and(sign_in::http::routes())
        .and(sign_in::reauthenticate::http::routes())
        .and(sign_in::passkey::http::routes())
        .and(sign_up::routes::routes())
        .and(captcha::http::routes())
        .and(recovery::http::routes())
        .and(token::http::routes())
        .and(device::http::routes())
        .and(handshake::http::routes())
        .and(account::routes())
        .and(passkey::http::routes())
        .and(picture::http::routes())
        .and(organization::http::routes())
        .and(domain::http::routes())
        .and(workspace::http::routes())
        .and(notification::http::routes())
        .and(invitation::http::routes())
        .and(ticket::http::routes())
        .and(revocation::http::routes())
        .and(admin::v1::routes())
}

/// Every operation of the API, as the OpenAPI document describes it.
#[must_use]
pub fn operations() -> Vec<Operation> {
    let served = features().and(http::health::routes());
    served.operations().iter().cloned().chain([openapi::http::operation()]).collect()
}

/// The publishable key's mode as `GET /deployment` says it.
#[must_use]
pub fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::Staging => "staging",
        Mode::Production => "production",
    }
}
