//! What it was measured on.

use super::lab::{LOAD_CPU, Lab, SERVER_CPU};
use crate::{Outcome, tools};
use std::fs;
use std::process::Command;

/// Prints it.
pub fn tell(lab: &Lab) -> Outcome {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_once(':').map(|parts| parts.1.trim().to_owned()).unwrap_or_default()
    };
    let cpus = std::thread::available_parallelism().map_err(|error| error.to_string())?;
    if cpus.get() < 2 {
        return Err("this needs two CPUs: one for the server, one for the load".to_owned());
    }
    println!("\nmachine: {} × {}", cpus, field(&read("/proc/cpuinfo"), "model name"));
    println!("memory: {}", field(&read("/proc/meminfo"), "MemTotal"));
    println!("kernel: {}", read("/proc/sys/kernel/osrelease").trim());
    println!("compiler: {}", tools::output(Command::new("rustc").arg("--version"))?);
    println!("load before it began: {}", read("/proc/loadavg").trim());
    println!("server on CPU {SERVER_CPU}, load on CPU {LOAD_CPU}, PostgreSQL on both");
    let options = &lab.options;
    println!("{} rounds of {} s for each point, after a warm-up", options.rounds, options.seconds);
    Ok(())
}
