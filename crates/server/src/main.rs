//! `keyrack`: arguments, then the server.

use clap::Parser;
use keyrack_server::cli::backup::Said;
use keyrack_server::cli::{self, Cli, Command, Failure, Run};
use keyrack_server::{config, serve};
use std::cell::Cell;
use std::io::IsTerminal;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;
use tracing_subscriber::EnvFilter;

/// It gives memory back that a storm of sign-ins or a large answer needed, which the C library's keeps.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How often memory that was freed is given back.
const GIVEN_BACK: Duration = Duration::from_secs(1);
/// How often it has been.
static ROUND: AtomicU64 = AtomicU64::new(0);

fn main() -> ExitCode {
    // It lives as long as the process. Without it the memory is kept, and nothing else is different.
    let looking = thread::Builder::new().name("keyrack-memory".to_owned());
    drop(looking.spawn(|| {
        loop {
            thread::park_timeout(GIVEN_BACK);
            ROUND.fetch_add(1, Ordering::Relaxed);
            give_memory_back();
        }
    }));
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    match runtime.enable_all().on_thread_park(give_own_memory_back).build() {
        Ok(runtime) => runtime.block_on(run()),
        Err(cause) => {
            eprintln!("keyrack: cannot start threads: {cause}");
            ExitCode::FAILURE
        }
    }
}

/// The same for what a thread of the server has freed, which the allocator keeps for that thread: once a round, when it
/// has nothing to do.
fn give_own_memory_back() {
    thread_local! {
        static SEEN: Cell<u64> = const { Cell::new(0) };
    }
    let round = ROUND.load(Ordering::Relaxed);
    if SEEN.replace(round) != round {
        give_memory_back();
    }
}

/// Gives to the system what has been free for a second. The allocator does so by itself only while it is asked for more:
/// a server that has nothing to do after a storm would hold what the storm took.
#[allow(unsafe_code, reason = "the allocator's interface is C's")]
fn give_memory_back() {
    // SAFETY: it may be called from any thread at any time, and takes nothing that is in use.
    unsafe { libmimalloc_sys::mi_collect(true) };
}

async fn run() -> ExitCode {
    let done = match Cli::parse().command {
        Command::User(args) => cli::user::run(&args).await.and_then(|text| cli::print(&text)),
        Command::Audit(args) => cli::audit::run(&args).await.and_then(|text| cli::print(&text)),
        Command::Session(args) => cli::session::run(&args).await.and_then(|text| cli::print(&text)),
        Command::Config => cli::print(config::DEFAULT_FILE),
        Command::Check(args) => {
            let (text, result) = cli::check::run(&args, &|name| std::env::var(name).ok());
            cli::print(&text).and(result)
        }
        Command::Health(args) => cli::health::run(&args).await.and_then(|text| cli::print(&text)),
        Command::Backup(args) => cli::backup::back_up(args).await.and_then(|said| match said {
            Said::Out(text) => cli::print(&text),
            Said::Aside(text) => {
                eprint!("{text}");
                Ok(())
            }
        }),
        Command::Restore(args) => cli::backup::restore(args).await.and_then(|text| cli::print(&text)),
        Command::Serve(run) => serve(Run { dev: false, ..run }).await,
        Command::Dev(run) => serve(Run { dev: true, ..run }).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("keyrack: {}", failure.line);
            ExitCode::from(failure.exit)
        }
    }
}

async fn serve(run: Run) -> Result<(), Failure> {
    log(run.dev)?;
    keyrack_server::log::note_panics();
    serve::run(&run).await.map_err(Failure::refused)
}

/// One line of text an event for a person, one JSON object for everybody else, or as `KEYRACK_LOG_FORMAT` says.
/// `KEYRACK_LOG` filters.
fn log(dev: bool) -> Result<(), Failure> {
    let terminal = std::io::stderr().is_terminal();
    let text = match std::env::var("KEYRACK_LOG_FORMAT").unwrap_or_default().as_str() {
        "" => dev && terminal,
        "text" => true,
        "json" => false,
        other => {
            let line = format!("KEYRACK_LOG_FORMAT={other:?} is not known; write \"json\" or \"text\"");
            return Err(Failure::refused(line));
        }
    };
    let default = if dev { "warn,keyrack_server=info" } else { "info" };
    let filter = EnvFilter::try_from_env("KEYRACK_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if text {
        lines.compact().with_ansi(terminal).init();
    } else {
        lines.json().flatten_event(true).init();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::time::Instant;

    #[test]
    #[allow(clippy::disallowed_methods, reason = "the allocator waits in real time")]
    fn freed_memory_is_given_back_though_nobody_asks_for_more() {
        let held = || {
            let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
            let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:").map(str::to_owned));
            line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok())
        };
        let Some(before) = held() else { return };
        let pieces: Vec<Vec<u8>> = (0..1024).map(|_| vec![1; 64 << 10]).collect();
        assert!(held() >= Some(before + (60 << 10)), "{}", pieces.len());
        drop(pieces);
        let began = Instant::now();
        while held() > Some(before + (8 << 10)) {
            assert!(began.elapsed() < Duration::from_secs(20), "{before} kB, and now {:?}", held());
            give_memory_back();
        }
    }
}
