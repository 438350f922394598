//! From arguments to a listening server, and cleanly out of it.

mod signals;

use crate::admin;
use crate::api_key::uses;
use crate::app::{App, Shared};
use crate::cli;
use crate::config::{self, Config};
use crate::dev::{self, seed::Person, seed::Sown};
use crate::error::{Error, Result};
use crate::http::connection::{self, Room};
use crate::metrics;
use crate::outbox;
use crate::revocation;
use crate::session::{activity, events};
use crate::sweep;
use crate::trace;
use crate::world::{Dns, Stopwatch, Word, World, tell_manager};
use axum::serve::{Listener, ListenerExt};
use signals::Signals;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How long requests under way may take to end after a signal.
const DRAIN: Duration = Duration::from_secs(8);
/// How long activity that was seen may take to be written after that.
const FLUSH: Duration = Duration::from_millis(1_500);
/// How long a stop may take as a whole: what is left of it may be spent on making the SQLite file whole.
const STOP: Duration = Duration::from_millis(9_900);
/// A peer that confirms nothing for so long is gone, in milliseconds: streams would wait for it for a quarter of an
/// hour.
const VANISHED_MS: u32 = 60_000;

/// Connections of those who scrape the metrics: they are few, and take nothing from the others.
const SCRAPERS: u32 = 16;

/// Runs until Ctrl-C or SIGTERM.
///
/// # Errors
/// One line that names what is wrong and the fix.
pub async fn run(args: &cli::Run) -> std::result::Result<(), String> {
    let examined = config::examine(args, &|name| std::env::var(name).ok());
    if examined.config.is_some() && !args.dev {
        examined.problems.iter().for_each(|problem| tracing::warn!(%problem, "configuration"));
    }
    let config = examined.into_config().map_err(|error| error.to_string())?;
    if args.seed.is_some() && !args.dev {
        return Err("--seed works under `keyrack dev` only; leave it out".to_owned());
    }
    let people = args.seed.as_deref().map(|path| dev::seed::read(path, &config)).transpose()?;
    let tracing = trace::start(&|name| std::env::var(name).ok()).map_err(|error| why(&error))?;
    let ended = start(config, people).await;
    if let Some(tracing) = tracing {
        tracing.finish().await;
    }
    ended.map_err(|error| why(&error))
}

/// An error as a person reads it who starts the server.
fn why(error: &Error) -> String {
    error.cause().unwrap_or(error.message()).to_owned()
}

async fn start(config: Config, people: Option<Vec<Person>>) -> Result<()> {
    make_private_folder(&config)?;
    #[cfg(unix)]
    refuse_open_folder(&config)?;
    let listeners = listen(&config).await?;
    let addresses: Vec<String> =
        listeners.iter().filter_map(|listener| Some(listener.local_addr().ok()?.to_string())).collect();
    let scraped = match &config.metrics_listen {
        Some(address) => Some(bind(address, "--metrics-listen").await?),
        None => None,
    };
    let dns = Dns { nameservers: config.nameservers.clone(), ..Dns::default() };
    let world =
        World { dns, atlas: App::atlas(&config)?, ..World::real(App::mailer(&config)?, App::sms(&config)?) };
    let app = App::start(config, world).await?;
    #[cfg(unix)]
    let socket = admin::socket::bind(&app.config)?;
    let sown = match people {
        Some(people) => Some(dev::seed::sow(&app, &people).await?),
        None => None,
    };
    sweep::start(&app);
    events::check::beat(&app);
    events::check::compare_in_turn(&app);
    revocation::compare::keep(&app);
    // Before it is announced: whoever reads that may stop it at once.
    let mut signals = Signals::listen()?;
    tell(&app, &addresses.join(", "));
    announce(&app, sown);
    let (stop, stopped) = watch::channel(false);
    let mut servers: Vec<_> = listeners
        .into_iter()
        .map(|listener| {
            let room = app.room.clone();
            tokio::spawn(connection::serve(undelayed(listener), app.router(), room, stopped.clone()))
        })
        .collect();
    if let Some(listener) = scraped {
        let room = Room::new(app.world.patience, SCRAPERS, 0);
        let router = metrics::router(&app);
        servers.push(tokio::spawn(connection::serve(undelayed(listener), router, room, stopped.clone())));
    }
    #[cfg(unix)]
    servers.push(tokio::spawn(socket.serve(app.clone(), stopped)));
    // Whoever waits for it may send requests now: they are taken.
    tell_manager(Word::Ready);
    signals.wait().await;
    finish(&app, signals, servers, &stop).await
}

/// Answers what is under way, and ends.
async fn finish(
    app: &Shared,
    mut signals: Signals,
    servers: Vec<JoinHandle<()>>,
    stop: &watch::Sender<bool>,
) -> Result<()> {
    tracing::info!("stopping: what is under way is answered; another signal ends it at once");
    tell_manager(Word::Stopping);
    let began = Stopwatch::start();
    // First of all nobody is sent here any more; and who follows a session does so elsewhere.
    app.room.leave();
    app.hub.close();
    app.feeds.close();
    // Every server is waiting on it, so somebody always receives.
    let _ = stop.send(true);
    let drained = drain(app, servers, &mut signals).await;
    // A database that was moved is whole, and takes nothing.
    let is_moved = app.held.try_lock().is_ok_and(|held| *held);
    let flushed = if is_moved { Ok(()) } else { put_away(app, &began).await };
    tracing::info!(all_answered = drained.is_some(), "stopped");
    flushed.and(drained.unwrap_or(Ok(())))
}

/// Writes what is only in memory, and folds the database.
async fn put_away(app: &App, began: &Stopwatch) -> Result<()> {
    // What is not written then is lost, and with it some seconds of exactness.
    let noted = async { activity::flush(app).await.and(uses::flush(app).await) };
    let flushed = tokio::time::timeout(FLUSH, noted).await.unwrap_or(Ok(()));
    close(app, STOP.saturating_sub(began.elapsed())).await;
    flushed
}

/// Waits for what is under way; not for a request that never ends, and not for long when somebody asks again. None
/// when it did not wait for all.
async fn drain(app: &Shared, servers: Vec<JoinHandle<()>>, signals: &mut Signals) -> Option<Result<()>> {
    let drained = async {
        for server in servers {
            server.await.map_err(|cause| Error::internal("stop", cause))?;
        }
        outbox::finish(app).await;
        Ok(())
    };
    tokio::select! {
        drained = tokio::time::timeout(DRAIN, drained) => drained.ok(),
        () = signals.wait() => None,
    }
}

/// Nothing is changed any more, and whoever copies the SQLite file now has all of it. Where that fails nothing is lost:
/// the rest is in the WAL, where the next start finds it.
async fn close(app: &App, patience: Duration) {
    let slow = || Error::unavailable("fold the WAL into keyrack.db", "it takes too long");
    if let Err(error) = tokio::time::timeout(patience, app.db.close()).await.unwrap_or_else(|_| Err(slow())) {
        tracing::warn!(%error, "keyrack.db is not whole without keyrack.db-wal; keep the two together");
    }
}

/// The data folder: made if missing, for its owner only.
fn make_private_folder(config: &Config) -> Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&config.data_dir).map_err(|cause| {
        Error::internal(
            &format!("make the data folder {}", config.data_dir.display()),
            format!("{cause}; choose another with --data"),
        )
    })
}

/// Whoever may write the data folder may put another database or socket into it. Under dev it is a person's own
/// business; a group is one that the operator chose, as containers do that run as any user.
#[cfg(unix)]
fn refuse_open_folder(config: &Config) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let shown = config.data_dir.display();
    let about = std::fs::metadata(&config.data_dir)
        .map_err(|cause| Error::internal(&format!("look at the data folder {shown}"), cause))?;
    let mode = about.permissions().mode();
    if config.dev || mode & 0o022 == 0 {
        return Ok(());
    }
    if mode & 0o002 != 0 {
        let cause = format!("every user of this machine can write it; chmod 700 {shown}");
        return Err(Error::internal(&format!("use the data folder {shown}"), cause));
    }
    tracing::warn!(folder = %shown, "a group can write the data folder, and so replace what is in it; chmod 700 it");
    Ok(())
}

async fn listen(config: &Config) -> Result<Vec<TcpListener>> {
    let mut listeners = Vec::new();
    for address in &config.listen {
        match TcpListener::bind(address).await {
            Ok(listener) => listeners.push(listener),
            // A machine without IPv6 is no reason not to serve its IPv4.
            Err(cause)
                if address.is_ipv6() && cause.kind() != ErrorKind::AddrInUse && !listeners.is_empty() =>
            {
                tracing::debug!(%address, %cause, "not listening");
            }
            Err(cause) => return Err(cannot_listen(address, "--listen", &cause)),
        }
    }
    Ok(listeners)
}

async fn bind(address: &SocketAddr, option: &str) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|cause| cannot_listen(address, option, &cause))
}

fn cannot_listen(address: &SocketAddr, option: &str, cause: &std::io::Error) -> Error {
    let fix = match cause.kind() {
        ErrorKind::AddrInUse => "another program uses this port; stop it or choose another with",
        ErrorKind::PermissionDenied => "ports below 1024 need privileges; choose another with",
        _ => "choose an address of this machine with",
    };
    Error::internal(&format!("listen on {address}"), format!("{cause}; {fix} {option}"))
}

/// Answers are small and complete: waiting for more would only delay them. A peer that has vanished is noticed.
fn undelayed(listener: TcpListener) -> impl Listener<Addr = SocketAddr> {
    listener.tap_io(|connection| {
        let _ = connection.set_nodelay(true);
        #[cfg(target_os = "linux")]
        let _ = rustix::net::sockopt::set_tcp_user_timeout(&*connection, VANISHED_MS);
    })
}

/// Tells the log what runs here and for whom; nothing of it is a secret.
fn tell(app: &Shared, listen: &str) {
    for site in &app.sites {
        tracing::info!(deployment = site.config.id, origin = site.issuer, "deployment");
    }
    let (version, engine) = (env!("CARGO_PKG_VERSION"), app.db.engine());
    let data = app.config.data_dir.display();
    let metrics = app.config.metrics_listen.map(|address| address.to_string());
    tracing::info!(version, engine, %data, listen, metrics, "serving");
}

/// Tells a person where to go, on standard output; `keyrack serve` only logs.
#[allow(clippy::print_stdout, reason = "the one thing that is said to a person")]
fn announce(app: &Shared, sown: Option<Sown>) {
    let Some(site) = app.sites.first().filter(|_| app.config.dev) else { return };
    // What the demo's page names is relative: without the slash it would be looked for beside the path.
    let slash = if site.config.path.is_empty() { "" } else { "/" };
    println!("\n  Keyrack is running at {}{slash}\n", site.issuer);
    if let Some(address) =
        app.config.listen.first().filter(|address| Some(address.port()) != site.config.origin.port)
    {
        println!("  It listens on {address}: let what answers there hand it the requests");
    }
    println!("  Open it and sign up; the code is in the outbox: {}/outbox", site.issuer);
    if let Some(sown) = sown {
        println!("  People of the seed: {sown}");
    }
    println!("  Publishable key: {}", site.config.publishable_key());
    println!("  Ctrl-C stops it; what you made stays in {}\n", app.config.data_dir.display());
}
