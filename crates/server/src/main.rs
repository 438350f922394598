//! `keyrack`: arguments, then the server.

mod memory;

use clap::Parser;
use keyrack_server::cli::backup::Said;
use keyrack_server::cli::{self, Cli, Command, Failure, Run};
use keyrack_server::log::{self, Form};
use keyrack_server::{config, serve};
use std::io::IsTerminal;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// It gives memory back that a storm of sign-ins or a large answer needed, which the C library's keeps.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    memory::give_back_from_time_to_time();
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    match runtime.enable_all().on_thread_park(memory::give_back_own).build() {
        Ok(runtime) => runtime.block_on(run()),
        Err(cause) => {
            eprintln!("keyrack: cannot start threads: {cause}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> ExitCode {
    let done = match Cli::parse().command {
        Command::User(args) => cli::user::run(&args).await.and_then(|text| cli::print(&text)),
        Command::Invitation(args) => cli::invitation::run(&args).await.and_then(|text| cli::print(&text)),
        Command::Key(args) => cli::key::run(&args).await.and_then(|text| cli::print(&text)),
        Command::Keys(args) => cli::keys::run(&args).await.and_then(|text| cli::print(&text)),
        Command::Token(args) => cli::token::run(&args).await.and_then(|text| cli::print(&text)),
        Command::Audit(args) => cli::audit::run(&args).await.and_then(|text| cli::print(&text)),
        Command::Session(args) => cli::session::run(&args).await.and_then(|text| cli::print(&text)),
        Command::Organization(args) => cli::organization::run(&args).await.and_then(|text| cli::print(&text)),
        Command::Workspace(args) => cli::workspace::run(&args).await.and_then(|text| cli::print(&text)),
        Command::Contact(args) => cli::contact::run(&args).await.and_then(|text| cli::print(&text)),
        Command::Waitlist(args) => cli::waitlist::run(&args).await.and_then(|text| cli::print(&text)),
        Command::Ticket(args) => cli::ticket::run(&args).await.and_then(|text| cli::print(&text)),
        Command::Webhook(args) => cli::webhook::run(&args).await.and_then(|text| cli::print(&text)),
        Command::Login(args) => cli::login::login(&args).await.and_then(|text| cli::print(&text)),
        Command::Logout(args) => cli::login::logout(&args).await.and_then(|text| cli::print(&text)),
        Command::Whoami(args) => cli::login::whoami(&args).await.and_then(|text| cli::print(&text)),
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
        Command::MigrateTo(args) => cli::migrate::run(args).await.and_then(|text| cli::print(&text)),
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
    begin_log(run.dev)?;
    log::note_panics();
    serve::run(&run).await.map_err(Failure::refused)
}

/// One line of text an event for a person, one JSON object for everybody else, or as `KEYRACK_LOG_FORMAT` says.
/// `KEYRACK_LOG` filters.
fn begin_log(dev: bool) -> Result<(), Failure> {
    let env = |name: &str| std::env::var(name).ok();
    let terminal = std::io::stderr().is_terminal();
    let usual = if dev && terminal { Form::Text } else { Form::Json };
    let form = log::form(&env).map_err(Failure::refused)?.unwrap_or(usual);
    let default = if dev { "warn,keyrack_server=info" } else { "info" };
    let filter = log::filter(&env).map_err(Failure::refused)?.unwrap_or_else(|| EnvFilter::new(default));
    let filter = log::without_passkeys(filter);
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match form {
        Form::Text => lines.compact().with_ansi(terminal).init(),
        Form::Json => lines.json().flatten_event(true).init(),
    }
    Ok(())
}
