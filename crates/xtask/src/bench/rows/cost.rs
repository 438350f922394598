//! How what calls cost grows with the number of sessions.

use super::reads::warmed;
use super::writes::SWITCHED;
use crate::Outcome;
use crate::bench::lab::Lab;
use crate::bench::load::CONNECTIONS;
use crate::bench::points::{Measured, Target, compare};
use crate::bench::requests;
use crate::bench::table::Table;

const FEW: usize = 1000;
const SOME: usize = 100_000;

/// A read and a switch with a thousand sessions, a hundred thousand, and the most.
pub fn growth(lab: &mut Lab, table: &mut Table) -> Outcome {
    let most = lab.options.sessions.max(4 * FEW);
    let some = SOME.min(most / 2);
    let datas = [lab.data(FEW)?, lab.data(some)?, lab.data(most)?];
    let [few, middle, many] = &datas;
    let few = (lab.keyrack(few)?, few);
    let middle = (lab.keyrack(middle)?, middle);
    let many = (lab.keyrack(many)?, many);
    let names = [FEW, some, most].map(|sessions| format!("{sessions} sessions"));
    let mut targets = Vec::new();
    for (((server, port), data), name) in [&few, &middle, &many].into_iter().zip(&names) {
        let requests = warmed(lab, data, *port, "/session")?;
        targets.push(Target::new(name, (server, *port), requests, CONNECTIONS));
    }
    let reads = all_three(targets)?;
    grown("read", &compare(lab, reads)?, table);
    let mut targets = Vec::new();
    for (((server, port), data), name) in [&few, &middle, &many].into_iter().zip(&names) {
        let switches = requests::switches(&data.people, SWITCHED);
        let requests = requests::write(&lab.folder, &format!("switch-{port}"), &switches)?;
        targets.push(Target::new(name, (server, *port), requests, CONNECTIONS));
    }
    let switches = all_three(targets)?;
    grown("switch", &compare(lab, switches)?, table);
    Ok(())
}

fn all_three(targets: Vec<Target<'_>>) -> Outcome<[Target<'_>; 3]> {
    targets.try_into().map_err(|_| "there are not three sizes".to_owned())
}

fn grown(call: &str, [few, some, many]: &[Measured; 3], table: &mut Table) {
    let percent = (many.cpu / few.cpu - 1.0) * 100.0;
    let measured = format!(
        "{percent:+.1} % (CPU {:.2}, {:.2} and {:.2} µs with {}, {} and {})",
        few.cpu, some.cpu, many.cpu, few.name, some.name, many.name
    );
    table.add(
        &format!("cost of a {call}, from few sessions to many"),
        "≤ 10 % more CPU",
        measured,
        percent <= 10.0,
    );
}
