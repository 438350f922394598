//! One function for each row of the table.

mod cost;
mod members;
mod reads;
mod rest;
mod verify;
mod writes;

pub use reads::warmed;
pub use writes::SWITCHED;

use super::Row;
use super::lab::Lab;
use super::points::Measured;
use super::table::Table;
use crate::Outcome;

/// Measures a row.
pub fn measure(row: Row, lab: &mut Lab, table: &mut Table) -> Outcome {
    match row {
        Row::Start => rest::start(lab, table),
        Row::Read => reads::warm(lab, table),
        Row::Postgres => reads::strict(lab, table),
        Row::Token => reads::token(lab, table),
        Row::Verify => verify::beside_the_signature(lab, table),
        Row::Switch => writes::switch(lab, table),
        Row::Password => writes::password(lab, table),
        Row::Storm => rest::storm(lab, table),
        Row::Growth => cost::growth(lab, table),
        Row::Members => members::pages(lab, table),
        Row::Memory => rest::memory(lab, table),
    }
}

/// The part of a comparator's throughput that was reached.
fn share(call: &str, least: f64, of: &str, (ours, floor): (&Measured, &Measured), table: &mut Table) {
    let share = ours.rate / floor.rate;
    let measured = format!(
        "{share:.2} ({:.0} of {:.0} a second; CPU {:.1} and {:.1} µs)",
        ours.rate, floor.rate, ours.cpu, floor.cpu
    );
    table.add(call, &format!("≥ {least} of {of}"), measured, share >= least);
}
