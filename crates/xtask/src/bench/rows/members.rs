//! How what a page costs grows with the list that it is of.

use crate::Outcome;
use crate::bench::lab::Lab;
use crate::bench::load::CONNECTIONS;
use crate::bench::points::{Target, compare};
use crate::bench::requests;
use crate::bench::table::Table;

const FEW: usize = 100;
const MANY: usize = 100_000;
/// What is asked for: in the requests that were told, and in words.
const PAGES: [(&str, &str); 4] = [
    ("page", "a page of the members, by its cursor"),
    ("found", "a page of a search that finds all, by its cursor"),
    ("name", "a search for one by the name"),
    ("address", "a search for one by the address"),
];

/// Each kind of page of the short and of the long list, in turn.
pub fn pages(lab: &mut Lab, table: &mut Table) -> Outcome {
    let data = lab.members([FEW, MANY])?;
    let [short, long] = data.people.lists.as_slice() else {
        return Err("there are not two lists".to_owned());
    };
    let (server, port) = lab.keyrack(&data)?;
    for (kind, call) in PAGES {
        let written = |list, name: &str| {
            requests::write(&lab.folder, &format!("{kind}-{name}"), &requests::pages(list, kind))
        };
        let (of_short, of_long) = (written(short, "short")?, written(long, "long")?);
        let (few, many) = (format!("{kind}: {FEW} members"), format!("{kind}: {MANY} members"));
        let targets = [
            Target::new(&few, (&server, port), of_short, CONNECTIONS),
            Target::new(&many, (&server, port), of_long, CONNECTIONS),
        ];
        let [few, many] = compare(lab, targets)?;
        let ratio = few.rate / many.rate;
        let measured = format!("{ratio:.2} × (CPU {:.1} and {:.1} µs)", few.cpu, many.cpu);
        let goal = format!("≤ 1.5 × that of {FEW}");
        table.add(&format!("{call}, of {MANY}"), &goal, measured, ratio <= 1.5);
    }
    Ok(())
}
