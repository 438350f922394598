//! Start, storm and memory.

use super::reads::warmed;
use crate::Outcome;
use crate::bench::lab::{Data, Lab};
use crate::bench::load::{CONNECTIONS, Load, Loaded};
use crate::bench::table::Table;
use crate::bench::{median, megabytes, requests};
use crate::server::Server;
use std::process::Stdio;
use std::time::{Duration, Instant};

const STARTS: usize = 9;
/// Reads a second during the storm.
const READS: f64 = 2000.0;
/// Sign-ins a second of the storm: ten times what one CPU can hash.
const STORM: f64 = 400.0;
/// After so long without work the server has given back what the work needed.
const CALM: Duration = Duration::from_secs(5);

/// Start to first answer, and the binary.
pub fn start(lab: &mut Lab, table: &mut Table) -> Outcome {
    let size = lab.program("keyrack").metadata().map_err(|error| error.to_string())?.len();
    table.add("binary", "≤ 30 MB", format!("{:.1} MB", megabytes(size)), size <= 30_000_000);
    let data = lab.data(lab.options.sessions)?;
    let once = |setup: crate::server::Setup| -> Outcome<f64> {
        let since = Instant::now();
        let server = setup.start()?;
        let took = since.elapsed().as_secs_f64() * 1000.0;
        if server.stop() { Ok(took) } else { Err(format!("keyrack did not stop cleanly:\n{}", setup.log())) }
    };
    let fresh = lab.folder.join("fresh");
    std::fs::create_dir_all(&fresh).map_err(|error| error.to_string())?;
    let first = once(lab.setup(&fresh, None)?)?;
    let later = (0..STARTS).map(|_| once(lab.setup(&data.folder, None)?)).collect::<Outcome<Vec<f64>>>()?;
    let later = median(later);
    let measured = format!("{later:.0} ms (the very first, which makes the database: {first:.0} ms)");
    table.add("start to first answer", "≤ 300 ms", measured, later <= 300.0 && first <= 300.0);
    Ok(())
}

/// Reads at a fixed rate while many more sign in than can be hashed for.
pub fn storm(lab: &mut Lab, table: &mut Table) -> Outcome {
    let data = lab.data(lab.options.sessions)?;
    let (server, port) = lab.keyrack(&data)?;
    let (mut worst, mut unanswered) = ((Vec::new(), 0.0_f64, 0.0_f64), 0.0);
    for _ in 0..lab.options.rounds.max(1) {
        let (reads, sign_ins) = stormed(lab, &data, port)?;
        let (p99, most) = (reads.ms("200", "p99"), reads.ms("200", "max"));
        let refused = sign_ins.statuses().into_iter().filter(|status| status != "200");
        let slowest = refused.clone().map(|status| sign_ins.ms(&status, "max")).fold(0.0, f64::max);
        let refused: f64 = refused.map(|status| sign_ins.count(&status)).sum();
        println!(
            "  reads: p50 {:.2} ms, p99 {p99:.2} ms, max {most:.1} ms; sign-ins: {:.0} accepted, {refused:.0} refused, \
             the slowest refusal after {slowest:.0} ms",
            reads.ms("200", "p50"),
            sign_ins.count("200"),
        );
        if reads.lost() > 0.0 {
            println!(
                "  {:.0} reads were never answered, or had no connection left to be sent on",
                reads.lost()
            );
            unanswered += reads.lost();
        }
        worst.0.push(p99);
        worst = (worst.0, worst.1.max(most), worst.2.max(slowest));
    }
    drop(server);
    let (p99, most, slowest) = (median(worst.0), worst.1, worst.2);
    let measured = format!("p99 {p99:.2} ms, max {most:.1} ms, {unanswered:.0} unanswered");
    let met = p99 <= 10.0 && most <= 50.0 && unanswered == 0.0;
    table.add(
        "GET /session at 2000/s in a storm of sign-ins",
        "p99 ≤ 10 ms, none above 50 ms",
        measured,
        met,
    );
    let measured = format!("the slowest after {slowest:.0} ms");
    table.add("surplus sign-ins", "429 or 503 in under 1 s", measured, slowest > 0.0 && slowest < 1000.0);
    Ok(())
}

/// Both loads at once; refuses what else than 200, 429 and 503 came back.
fn stormed(lab: &Lab, data: &Data, port: u16) -> Outcome<(Loaded, Loaded)> {
    let reads = warmed(lab, data, port, "/session")?;
    let sign_ins = requests::write(&lab.folder, "storm", &requests::sign_ins(&data.people))?;
    let seconds = lab.options.seconds;
    let sign_ins =
        Load { port, requests: &sign_ins, seconds: seconds + 1.0, connections: 2000, rate: Some(STORM) };
    let mut command = sign_ins.command(lab);
    let storming = command.stdout(Stdio::piped()).spawn().map_err(|error| error.to_string())?;
    // Until the queue is full.
    std::thread::sleep(Duration::from_secs(1));
    let reads = Load { port, requests: &reads, seconds, connections: 500, rate: Some(READS) };
    let reads = reads.run(lab);
    let stormed = storming.wait_with_output().map_err(|error| error.to_string())?;
    let stormed = Loaded::read(&String::from_utf8_lossy(&stormed.stdout))?;
    let other =
        stormed.statuses().into_iter().find(|status| !["200", "429", "503"].contains(&status.as_str()));
    match other {
        Some(status) => Err(format!("the storm was answered with {status}")),
        None => Ok((reads?.only_good("reads in the storm")?, stormed)),
    }
}

/// Memory: idle, after a storm, at full load.
pub fn memory(lab: &mut Lab, table: &mut Table) -> Outcome {
    let data = lab.data(lab.options.sessions)?;
    let (server, port) = lab.keyrack(&data)?;
    std::thread::sleep(CALM);
    let idle = server.memory()?;
    table.add("memory, idle", "≤ 40 MB", format!("{:.1} MB", megabytes(idle)), idle <= 40_000_000);
    stormed(lab, &data, port)?;
    std::thread::sleep(CALM);
    let after = server.memory()?;
    table.add("memory, after a storm", "≤ 40 MB", format!("{:.1} MB", megabytes(after)), after <= 40_000_000);
    full_load(lab, &data, (&server, port))?;
    let (now, most) = (server.memory()?, server.most_memory()?);
    let measured = format!("{:.1} MB at most, {:.1} MB at the end", megabytes(most), megabytes(now));
    let call = format!("memory, full load, {} sessions", lab.options.sessions);
    table.add(&call, "≤ 150 MB", measured, most <= 150_000_000);
    Ok(())
}

/// Reads of more sessions than are remembered, with switches and a storm.
fn full_load(lab: &Lab, data: &Data, (server, port): (&Server, u16)) -> Outcome {
    let all = data.people.sessions.len();
    let reads = requests::write(&lab.folder, "all", &requests::gets(&data.people, all, "/session"))?;
    let tokens =
        requests::write(&lab.folder, "tokens", &requests::gets(&data.people, all, "/session/token"))?;
    let switches = requests::write(&lab.folder, "switches", &requests::switches(&data.people, all))?;
    for requests in [&reads, &tokens, &switches, &reads] {
        let load =
            Load { port, requests, seconds: lab.options.seconds, connections: CONNECTIONS * 4, rate: None };
        let loaded = load.run(lab)?.all_good("full load")?;
        println!(
            "  {:.0} requests a second, {:.1} MB",
            loaded.count("200") / loaded.seconds(),
            megabytes(server.memory()?)
        );
    }
    stormed(lab, data, port).map(drop)
}
