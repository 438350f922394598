//! `cargo xtask bench`: what a start, a read and a mint cost, beside a handler that does nothing.
//!
//! The server has one CPU to itself and the load another; the rounds of all three alternate, so that a
//! machine that is busy for a while is so for each of them.

mod wrk;

use crate::http::{Browser, Failure, client};
use crate::server::{Server, Setup};
use crate::{Outcome, tools};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

const ROUNDS: usize = 5;
const STARTS: usize = 9;
const SERVER_CPU: u8 = 0;

/// Builds with the release profile, measures, prints.
pub fn bench() -> Outcome {
    println!("building with the release profile (the first time takes some minutes)");
    let packages = ["build", "--quiet", "--release", "-p", "keyrack-server", "-p", "keyrack-bench"];
    tools::run(&mut tools::command("cargo", &packages))?;
    wrk::install()?;
    let folder = tools::built("release")?;
    machine(&folder.join("keyrack"))?;
    let mut setup = Setup::new(folder.join("keyrack"), "bench", None)?;
    setup.cpu = Some(SERVER_CPU);
    let outcome = measure(&setup, &folder.join("keyrack-bare"));
    setup.remove();
    outcome
}

fn machine(binary: &Path) -> Outcome {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_once(':').map(|parts| parts.1.trim().to_owned()).unwrap_or_default()
    };
    let cpus = std::thread::available_parallelism().map_err(|error| error.to_string())?;
    println!("\nmachine: {} × {}", cpus, field(&read("/proc/cpuinfo"), "model name"));
    println!("memory: {}", field(&read("/proc/meminfo"), "MemTotal"));
    println!("kernel: {}", read("/proc/sys/kernel/osrelease").trim());
    println!("compiler: {}", tools::output(Command::new("rustc").arg("--version"))?);
    let size = binary.metadata().map_err(|error| error.to_string())?.len();
    println!("\nbinary: {:.1} MB", megabytes(size));
    Ok(())
}

fn measure(setup: &Setup, bare: &Path) -> Outcome {
    let starts = starts(setup)?;
    println!("first start to first answer: {:.0} ms (makes database, keys and master key)", starts.0);
    println!("later start to first answer: {:.0} ms (median of {STARTS})", starts.1);
    let server = setup.start()?;
    println!("memory when idle: {:.1} MB", megabytes(server.memory()?));
    let (rack, body) = two_accounts(setup)?;
    let file = setup.data.join("answer.json");
    fs::write(&file, &body).map_err(|error| format!("cannot write {}: {error}", file.display()))?;
    let floor = Server::bare(bare, tools::free_port()?, SERVER_CPU, &file)?;
    let header = format!("X-Development-Session: {rack}");
    let mint = format!("{}/session/token?template=default", setup.url());
    let mut targets = [
        Target::new("bare handler", format!("{}/session", floor.url), None, &floor.server),
        Target::new("warm GET /session", format!("{}/session", setup.url()), Some(&header), &server),
        Target::new("mint", mint, Some(&header), &server),
    ];
    println!(
        "\n{ROUNDS} rounds of {} s each, {} connections, {} bytes a session",
        wrk::SECONDS,
        wrk::CONNECTIONS,
        body.len()
    );
    for target in &mut targets {
        target.load()?;
        target.results.clear();
    }
    for _ in 0..ROUNDS {
        for target in &mut targets {
            target.load()?;
        }
    }
    report(&targets);
    println!("memory after the load: {:.1} MB", megabytes(server.memory()?));
    if server.stop() { Ok(()) } else { Err("keyrack did not stop cleanly".to_owned()) }
}

/// Milliseconds of the first start, and the median of later ones.
fn starts(setup: &Setup) -> Outcome<(f64, f64)> {
    let once = || -> Outcome<f64> {
        let since = Instant::now();
        let server = setup.start()?;
        let took = since.elapsed().as_secs_f64() * 1000.0;
        if server.stop() { Ok(took) } else { Err(format!("keyrack did not stop cleanly:\n{}", setup.log())) }
    };
    let first = once()?;
    let later = (0..STARTS).map(|_| once()).collect::<Outcome<Vec<f64>>>()?;
    Ok((first, median(later)))
}

/// A session with two accounts: its credential and the whole body of its answer.
fn two_accounts(setup: &Setup) -> Outcome<(String, String)> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("no runtime: {error}"))?;
    let client = client()?;
    let mut browser = Browser::new(&client, &setup.url());
    let work = async {
        browser.sign_up("ada@example.com").await?;
        browser.sign_up("bob@example.com").await?;
        browser.text("/session").await
    };
    let body =
        runtime.block_on(work).map_err(|failure: Failure| format!("no session to measure: {failure:?}"))?;
    browser.rack.map(|rack| (rack, body)).ok_or_else(|| "no credential was handed out".to_owned())
}

/// One thing that is measured.
struct Target<'a> {
    name: &'static str,
    url: String,
    header: Option<&'a str>,
    server: &'a Server,
    results: Vec<(f64, f64)>,
}

impl<'a> Target<'a> {
    fn new(name: &'static str, url: String, header: Option<&'a str>, server: &'a Server) -> Self {
        Self { name, url, header, server, results: Vec::new() }
    }

    /// One round: requests a second, and microseconds of CPU a request.
    fn load(&mut self) -> Outcome {
        let before = self.server.cpu_seconds()?;
        let done = wrk::run(&self.url, self.header)?;
        let cpu = (self.server.cpu_seconds()? - before) * 1e6 / done.requests;
        self.results.push((done.per_second, cpu));
        Ok(())
    }

    fn medians(&self) -> (f64, f64) {
        let (rates, costs) = self.results.iter().copied().unzip();
        (median(rates), median(costs))
    }
}

fn report(targets: &[Target<'_>]) {
    let Some(floor) = targets.first().map(Target::medians) else { return };
    println!("{:<18} {:>11} {:>9} {:>12} {:>9}", "", "requests/s", "ratio", "CPU µs/req.", "ratio");
    for target in targets {
        let (rate, cost) = target.medians();
        let ratios = (rate / floor.0, cost / floor.1);
        println!("{:<18} {rate:>11.0} {:>9.2} {cost:>12.1} {:>9.2}", target.name, ratios.0, ratios.1);
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[allow(clippy::cast_precision_loss, reason = "sizes far below 2^52")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one() {
        assert!((median(vec![9.0, 1.0, 5.0]) - 5.0).abs() < f64::EPSILON);
        assert!(median(Vec::new()).is_nan());
    }
}
