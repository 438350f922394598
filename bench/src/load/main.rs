//! The load: raw requests sent in turn over connections that stay open, from one thread.
//!
//! In a closed loop each connection sends its next request when it has the answer to the last. In an open loop
//! requests are due at a rate, whatever the server does, and a latency counts from when its request was due: an
//! answer that is late makes those behind it late, too, and is not left out.
#![allow(clippy::disallowed_methods, reason = "this measures in real time")]

mod connection;
mod tally;

use clap::Parser;
use connection::Connection;
use std::cell::{Cell, RefCell};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::{Duration, Instant};
use tally::Tally;
use tokio::task::{JoinSet, LocalSet};
use tokio::time::sleep_until;

/// How long after the end answers are waited for.
const GRACE: Duration = Duration::from_secs(8);

/// Sends requests to a port of this machine and tells how they were answered.
#[derive(Parser)]
struct Cli {
    /// The port
    #[arg(long)]
    port: u16,
    /// Raw requests, each ended by a zero byte
    #[arg(long)]
    requests: PathBuf,
    /// For how long requests are sent
    #[arg(long)]
    seconds: f64,
    /// Closed loop: so many connections; open loop: at most so many
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// Open loop: so many requests a second
    #[arg(long)]
    rate: Option<f64>,
}

/// What the tasks of one run share.
struct Run {
    address: SocketAddr,
    requests: Vec<Vec<u8>>,
    next: Cell<usize>,
    idle: RefCell<Vec<Connection>>,
    open: Cell<usize>,
    tally: RefCell<Tally>,
}

impl Run {
    /// The next request, in their order and from the first again.
    fn next(&self) -> &[u8] {
        let index = self.next.get();
        self.next.set((index + 1) % self.requests.len());
        &self.requests[index]
    }

    /// One exchange; a connection that broke is not used again.
    async fn exchange(&self, mut connection: Connection, due: Instant) -> Option<Connection> {
        match connection.exchange(self.next()).await {
            Ok(status) => {
                self.tally.borrow_mut().note(status, due.elapsed());
                Some(connection)
            }
            Err(_) => {
                self.tally.borrow_mut().lost += 1;
                None
            }
        }
    }

    async fn connect(&self) -> Option<Connection> {
        let connection = Connection::open(self.address).await.ok();
        if connection.is_none() {
            self.tally.borrow_mut().lost += 1;
        }
        connection
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(&cli) {
        Ok(told) => {
            println!("{told}");
            ExitCode::SUCCESS
        }
        Err(cause) => {
            eprintln!("keyrack-load: {cause}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Result<String, std::io::Error> {
    let text = std::fs::read(&cli.requests)?;
    let requests: Vec<Vec<u8>> =
        text.split(|byte| *byte == 0).filter(|request| !request.is_empty()).map(<[u8]>::to_vec).collect();
    if requests.is_empty() {
        return Err(std::io::Error::other("there are no requests"));
    }
    let run = Rc::new(Run {
        address: SocketAddr::from((Ipv4Addr::LOCALHOST, cli.port)),
        requests,
        next: Cell::new(0),
        idle: RefCell::default(),
        open: Cell::new(0),
        tally: RefCell::default(),
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let length = Duration::from_secs_f64(cli.seconds);
    let began = Instant::now();
    LocalSet::new().block_on(&runtime, async {
        match cli.rate {
            None => closed(&run, cli.connections, began + length).await,
            Some(rate) => open(&run, (rate, cli.connections), began, length).await,
        }
    });
    // An open loop's rate is its own; a closed loop has ended when the last answer came.
    let seconds = if cli.rate.is_some() { length } else { began.elapsed() };
    Ok(run.tally.borrow().told(seconds).to_string())
}

async fn closed(run: &Rc<Run>, connections: usize, end: Instant) {
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        let run = Rc::clone(run);
        tasks.spawn_local(async move {
            let mut held = None;
            while Instant::now() < end {
                let Some(connection) = (match held.take() {
                    Some(connection) => Some(connection),
                    None => run.connect().await,
                }) else {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    continue;
                };
                held = run.exchange(connection, Instant::now()).await;
            }
        });
    }
    tasks.join_all().await;
}

async fn open(run: &Rc<Run>, (rate, most): (f64, usize), began: Instant, length: Duration) {
    let mut tasks = JoinSet::new();
    let mut count = 0.0;
    loop {
        let after = Duration::from_secs_f64(count / rate);
        if after >= length {
            break;
        }
        count += 1.0;
        let due = began + after;
        sleep_until(due.into()).await;
        while tasks.try_join_next().is_some() {}
        if run.idle.borrow().is_empty() && run.open.get() >= most {
            // Nobody is left to send it: that is an answer that never came, not one that need not be counted.
            run.tally.borrow_mut().unsent += 1;
            continue;
        }
        let run = Rc::clone(run);
        tasks.spawn_local(async move {
            let idle = run.idle.borrow_mut().pop();
            let connection = match idle {
                Some(connection) => Some(connection),
                None => {
                    run.open.set(run.open.get() + 1);
                    run.connect().await
                }
            };
            let left = match connection {
                Some(connection) => run.exchange(connection, due).await,
                None => None,
            };
            match left {
                Some(connection) => run.idle.borrow_mut().push(connection),
                None => run.open.set(run.open.get() - 1),
            }
        });
    }
    let all = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, all).await.is_err() {
        run.tally.borrow_mut().lost += tasks.len();
    }
}
