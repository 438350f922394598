//! Several targets under the same load, taking turns.

use super::lab::Lab;
use super::load::Load;
use super::median;
use crate::Outcome;
use crate::server::Server;
use std::path::PathBuf;

/// One thing that is measured.
pub struct Target<'a> {
    name: &'a str,
    server: &'a Server,
    port: u16,
    requests: PathBuf,
    connections: usize,
    points: Vec<Point>,
}

/// One round.
#[derive(Clone, Copy, Debug)]
struct Point {
    /// Requests a second.
    rate: f64,
    /// Microseconds of CPU a request, of the server, user and system.
    cpu: f64,
    /// Milliseconds.
    p50: f64,
    p99: f64,
}

/// Medians over the rounds, with the lowest and the highest.
#[derive(Clone, Debug)]
pub struct Measured {
    /// What it is of.
    pub name: String,
    /// Requests a second.
    pub rate: f64,
    /// Microseconds of CPU a request.
    pub cpu: f64,
}

impl<'a> Target<'a> {
    /// A server on this port under these requests.
    pub fn new(
        name: &'a str,
        (server, port): (&'a Server, u16),
        requests: PathBuf,
        connections: usize,
    ) -> Self {
        Self { name, server, port, requests, connections, points: Vec::new() }
    }

    fn round(&self, lab: &Lab, seconds: f64) -> Outcome<Point> {
        let before = self.server.cpu_seconds()?;
        let load = Load {
            port: self.port,
            requests: &self.requests,
            seconds,
            connections: self.connections,
            rate: None,
        };
        let loaded = load.run(lab)?.all_good(self.name)?;
        let count = loaded.count("200");
        let cpu = (self.server.cpu_seconds()? - before) * 1e6 / count;
        let rate = count / loaded.seconds();
        Ok(Point { rate, cpu, p50: loaded.ms("200", "p50"), p99: loaded.ms("200", "p99") })
    }

    /// One round and no comparison.
    pub fn once(&self, lab: &Lab) -> Outcome<Measured> {
        let point = self.round(lab, lab.options.seconds)?;
        println!(
            "  {:<34} {:>8.1}/s  CPU {:>7.0} µs  p99 {:.0} ms",
            self.name, point.rate, point.cpu, point.p99
        );
        Ok(Measured { name: self.name.to_owned(), rate: point.rate, cpu: point.cpu })
    }

    fn measured(&self) -> Measured {
        let of = |field: fn(&Point) -> f64| median(self.points.iter().map(field).collect());
        Measured { name: self.name.to_owned(), rate: of(|point| point.rate), cpu: of(|point| point.cpu) }
    }

    fn tell(&self) {
        let shown = |field: fn(&Point) -> f64| {
            let values: Vec<f64> = self.points.iter().map(field).collect();
            let low = values.iter().copied().fold(f64::INFINITY, f64::min);
            let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            (median(values), low, high)
        };
        let (rate, cpu) = (shown(|point| point.rate), shown(|point| point.cpu));
        let (p50, p99) = (shown(|point| point.p50), shown(|point| point.p99));
        println!(
            "  {:<34} {:>8.0}/s ({:.0}-{:.0})  CPU {:>7.2} µs ({:.2}-{:.2})  p50 {:.2} ms  p99 {:.2} ms",
            self.name, rate.0, rate.1, rate.2, cpu.0, cpu.1, cpu.2, p50.0, p99.0
        );
    }
}

/// Warms all of them up, then measures them in turn, round by round. The results stand in their order.
pub fn compare<const N: usize>(lab: &Lab, mut targets: [Target<'_>; N]) -> Outcome<[Measured; N]> {
    for target in &targets {
        target.round(lab, (lab.options.seconds / 4.0).clamp(1.0, 3.0))?;
    }
    for _ in 0..lab.options.rounds.max(1) {
        for target in &mut targets {
            let point = target.round(lab, lab.options.seconds)?;
            target.points.push(point);
        }
    }
    targets.iter().for_each(Target::tell);
    Ok(targets.map(|target| target.measured()))
}
