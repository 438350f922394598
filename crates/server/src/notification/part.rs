//! Parts of an inbox: pages, counts, and what is done to all that is in them.
//!
//! A part is made of ranges, one for each place and state that is asked for: each gives its newest, by an index, and no
//! row more is read than all of them could put on a page, however much there is in the inbox.

use super::asked::Wanted;
use super::store::{Notification, read};
use super::{State, Tray};
use crate::db::{Param, Snapshot, Tx};
use crate::error::Result;
use crate::id::UserId;
use crate::membership::Scope;
use crate::params;
use keyrack_protocol::NotificationSeverity;
use std::sync::LazyLock;

/// Ranges of one statement.
const RANGES: usize = 24;
/// What is counted of one place.
pub const COUNTED: i64 = 1_000;
/// Rows that one transaction changes.
pub const BATCH: i64 = 500;
/// A membership that nobody has: ranges that are not needed.
const NOBODYS: &str = "-";
/// Comes after every id.
const END: &str = "~";

/// A part of an inbox that somebody asks for.
#[derive(Clone, Debug)]
pub struct Part {
    ranges: Vec<(String, State)>,
    is_starred: Option<bool>,
    severity: Option<NotificationSeverity>,
}

impl Part {
    /// What is `wanted` of these trays, as far as it has come to one of `states`, by somebody who stands in `scope`.
    #[must_use]
    pub fn of(wanted: &Wanted, trays: &[Tray], scope: Option<&Scope>, states: &[State]) -> Self {
        let asked = wanted.states();
        let taken = trays.iter().filter(|tray| wanted.takes(tray, scope));
        let ranges = taken.flat_map(|tray| states.iter().map(|state| (tray.membership.clone(), *state)));
        Self {
            ranges: ranges.filter(|(_, state)| asked.contains(state)).collect(),
            is_starred: wanted.is_starred,
            severity: wanted.severity,
        }
    }

    fn statement(&self, of: &'static [String; 6]) -> &'static str {
        let starred = self.is_starred.map_or(0, |starred| 1 + usize::from(starred));
        &of[starred * 2 + usize::from(self.severity.is_some())]
    }
}

/// One text for each way to narrow a statement that calls its rows `name` and a severity `place`.
fn texts(text: impl Fn(&dyn Fn(&str) -> String) -> String, place: &'static str) -> [String; 6] {
    std::array::from_fn(|index| {
        text(&|name| {
            let starred = match index / 2 {
                0 => String::new(),
                starred => format!(" and {name}.starred = {}", starred - 1),
            };
            let severity = format!(" and {name}.severity = {place}");
            if index % 2 == 1 { starred + &severity } else { starred }
        })
    })
}

fn values() -> String {
    let range = |index: usize| {
        let first = 4 + 2 * index;
        format!("(cast(${first} as text), cast(${} as text))", first + 1)
    };
    (0..RANGES).map(range).collect::<Vec<_>>().join(", ")
}

const SEVERITY: &str = "$52";

static PAGE: LazyLock<[String; 6]> = LazyLock::new(|| {
    let page = |narrow: &dyn Fn(&str) -> String| {
        format!(
            "select n.id, n.membership_id, n.organization_id, n.workspace_id, n.kind, n.severity, n.metadata,
                 n.state, n.starred, n.read_at, n.archived_at, n.created_at, n.updated_at
             from (values {}) as v join notifications n on n.user_id = $1 and n.membership_id = v.column1
                 and n.state = v.column2{} and n.ord < $2 and n.ord >= coalesce((
                     select b.ord from notifications b where b.user_id = $1 and b.membership_id = v.column1
                         and b.state = v.column2{} and b.ord < $2 order by b.ord desc limit 1 offset $3), '')
             order by n.ord desc limit $3 + 1",
            values(),
            narrow("n"),
            narrow("b"),
        )
    };
    texts(page, SEVERITY)
});

/// In an order, because PostgreSQL would else look for so many from the beginning of the table.
static COUNT: LazyLock<[String; 6]> = LazyLock::new(|| {
    let count = |narrow: &dyn Fn(&str) -> String| {
        format!(
            "select v.column1, (select count(*) from (select 1 from notifications n
                 where n.user_id = $1 and n.membership_id = v.column1 and n.state = v.column2{} and n.ord < $2
                 order by n.ord desc limit $3) as counted)
             from (values {}) as v order by v.column1",
            narrow("n"),
            values(),
        )
    };
    texts(count, SEVERITY)
});

static MOVE: LazyLock<[String; 6]> = LazyLock::new(|| {
    let change = |narrow: &dyn Fn(&str) -> String| {
        format!(
            "update notifications set state = $4, read_at = coalesce(read_at, $5), updated_at = $5,
                 archived_at = case when $4 = 'archived' then $5 else archived_at end
             where id in (select n.id from notifications n where n.user_id = $1 and n.membership_id = $2
                 and n.state = $3{} order by n.ord desc limit $6)",
            narrow("n"),
        )
    };
    texts(change, "$7")
});

/// The parameters of [`PAGE`] and [`COUNT`].
fn asked<'a>(
    user: &'a UserId,
    (part, ranges): (&'a Part, &'a [(String, State)]),
    (before, most): (&'a str, i64),
) -> Vec<Param<'a>> {
    let mut params = vec![Param::from(user.as_str()), Param::from(before), Param::from(most)];
    let ranges = ranges.iter().map(|(membership, state)| (membership.as_str(), state.as_str()));
    let unused = std::iter::repeat((NOBODYS, State::Read.as_str()));
    for (membership, state) in ranges.chain(unused).take(RANGES) {
        params.extend([Param::from(membership), Param::from(state)]);
    }
    params.extend(part.severity.map(|severity| Param::from(severity.as_str())));
    params
}

/// The newest of a part, at most `most`, that are older than the one with the id `before`; and one more if there is one.
///
/// # Errors
/// What the database says.
pub fn page(
    on: &mut Snapshot<'_>,
    user: &UserId,
    part: &Part,
    (before, most): (Option<&str>, u32),
) -> Result<Vec<Notification>> {
    let mut found = Vec::new();
    for ranges in part.ranges.chunks(RANGES) {
        let params = asked(user, (part, ranges), (before.unwrap_or(END), i64::from(most)));
        for row in on.query(part.statement(&PAGE), &params)? {
            found.push(read(row)?);
        }
    }
    found.sort_by(|a, b| b.id.cmp(&a.id));
    found.truncate(usize::try_from(most).unwrap_or(usize::MAX).saturating_add(1));
    Ok(found)
}

/// How much there is of a part by each membership, of each at most [`COUNTED`]; none where there is nothing.
///
/// # Errors
/// What the database says.
pub fn count(on: &mut Snapshot<'_>, user: &UserId, part: &Part) -> Result<Vec<(String, i64)>> {
    let mut found = Vec::new();
    for ranges in part.ranges.chunks(RANGES) {
        let params = asked(user, (part, ranges), (END, COUNTED));
        for row in on.query(part.statement(&COUNT), &params)? {
            let mut cells = row.cells();
            let (membership, count) = (cells.text()?, cells.int()?);
            if count > 0 {
                found.push((membership, count));
            }
        }
    }
    Ok(found)
}

/// Moves some of a part on, at most [`BATCH`]; how many. The caller holds the user's lock.
///
/// # Errors
/// What the database says.
pub fn move_some(tx: &mut Tx<'_>, user: &UserId, part: &Part, to: State, now: i64) -> Result<i64> {
    let mut moved = 0;
    for (membership, state) in &part.ranges {
        let mut params =
            params![user.as_str(), membership, state.as_str(), to.as_str(), now, BATCH - moved].to_vec();
        params.extend(part.severity.map(|severity| Param::from(severity.as_str())));
        let changed = tx.execute(part.statement(&MOVE), &params)?;
        moved += i64::try_from(changed).unwrap_or(BATCH);
        if moved >= BATCH {
            break;
        }
    }
    Ok(moved)
}

#[cfg(test)]
mod tests;
