//! What is written: switches and sign-ins.

use super::share;
use crate::bench::lab::{Lab, pinned};
use crate::bench::load::CONNECTIONS;
use crate::bench::points::{Measured, Target, compare};
use crate::bench::table::Table;
use crate::bench::{median, requests};
use crate::{Outcome, tools};
use serde_json::Value;

/// Sessions that are switched.
pub const SWITCHED: usize = 1000;
/// Sign-ins at once: with one thread that hashes, some always wait.
const SIGNING_IN: usize = 16;

/// Switches.
pub fn switch(lab: &mut Lab, table: &mut Table) -> Outcome {
    let data = lab.data(lab.options.sessions)?;
    let copy = lab.copy_of(&data, "written")?;
    let (server, port) = lab.keyrack(&data)?;
    let (writer, floor) = lab.bare("write", &[("--data", &copy.folder)])?;
    let requests = requests::write(&lab.folder, "switch", &requests::switches(&data.people, SWITCHED))?;
    let target = |name, server, port| Target::new(name, (server, port), requests.clone(), CONNECTIONS);
    let compared = compare(
        lab,
        [
            target("the same statements", &writer, floor),
            target("POST /session/switch-sign-in", &server, port),
        ],
    );
    drop(writer);
    drop(std::fs::remove_dir_all(&copy.folder));
    let [floor, ours] = compared?;
    share(
        "switch, SQLite, durable",
        0.8,
        "the same statements through the same writer",
        (&ours, &floor),
        table,
    );
    let measured = format!("{:.0} a second", ours.rate);
    table.add("switch at 32 connections", "≥ 5000 a second", measured, ours.rate >= 5000.0);
    Ok(())
}

/// Sign-ins with a password.
pub fn password(lab: &mut Lab, table: &mut Table) -> Outcome {
    let data = lab.data(lab.options.sessions)?;
    let requests = requests::write(&lab.folder, "sign-in", &requests::sign_ins(&data.people))?;
    let (server, port) = lab.keyrack(&data)?;
    let mut raw = Vec::new();
    let mut signed_in = Vec::new();
    for _ in 0..lab.options.rounds.max(1) {
        raw.push(hashes(lab)?);
        let target = Target::new("POST /auth/signin", (&server, port), requests.clone(), SIGNING_IN);
        signed_in.push(target.once(lab)?);
    }
    let ours = Measured {
        name: "POST /auth/signin".to_owned(),
        rate: median(signed_in.iter().map(|point| point.rate).collect()),
        cpu: median(signed_in.iter().map(|point| point.cpu).collect()),
    };
    let rate = median(raw);
    let floor = Measured { name: "argon2id".to_owned(), rate, cpu: 1e6 / rate };
    share("password sign-in", 0.9, "argon2id alone on the same CPU", (&ours, &floor), table);
    Ok(())
}

/// Hashes a second of one CPU that does nothing else.
fn hashes(lab: &Lab) -> Outcome<f64> {
    let mut command = pinned(&lab.program("keyrack-bare"));
    command.args(["hash", "--seconds", &lab.options.seconds.to_string()]);
    let told = tools::output(&mut command)?;
    let told: Value = serde_json::from_str(&told).map_err(|error| format!("{error} in {told}"))?;
    match (told["count"].as_f64(), told["seconds"].as_f64()) {
        (Some(count), Some(seconds)) => Ok(count / seconds),
        _ => Err(format!("no count in {told}")),
    }
}
