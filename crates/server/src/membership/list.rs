//! The members of a place, page by page: a page reads as many rows as it shows, however many there are.

use super::{Membership, Place, store, words};
use crate::db::{Cells, Row, Snapshot};
use crate::error::Result;
use crate::id::{EmailAddressId, UserId};
use crate::params;

/// Members that a search counts.
pub const COUNTED: i64 = 1_000;
/// Members on a page, if nothing is said.
pub const USUAL: u32 = 20;
/// The most on a page.
pub const MOST: u32 = 100;
/// The last page that has a number; what is behind it is reached with cursors.
pub const LAST_PAGE: u32 = 100;

/// Which page is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// What a name, an address or a username of theirs begins with, folded; `""` for everybody.
    pub search: String,
    /// Its number, from 1; 1 with a cursor.
    pub page: u32,
    /// Members on it.
    pub limit: u32,
    /// Behind which member it begins.
    pub after: Option<Cursor>,
}

/// Behind which member a page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The word that it was found by, `""` without a search.
    pub word: String,
    /// The membership's id.
    pub id: String,
    /// How many the search had found when it began, at most [`COUNTED`]: later pages do not count again.
    pub total: i64,
}

/// A page.
#[derive(Clone, Debug)]
pub struct Page {
    /// Its members.
    pub members: Vec<Member>,
    /// How many there are in all; of a search at most [`COUNTED`].
    pub total: i64,
    /// Behind which the next page begins; none on the last one.
    pub next: Option<Cursor>,
}

/// A member with what others see of the user.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The membership.
    pub membership: Membership,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Username.
    pub username: Option<String>,
    /// `available`, `busy` or `away`.
    pub availability: String,
    /// The id of the picture, `""` for none.
    pub picture: String,
    /// The primary address: its id, itself, whether it was proved.
    pub email: Option<(EmailAddressId, String, bool)>,
    /// The ids of the roles.
    pub roles: Vec<String>,
    /// What it was found by.
    word: String,
}

impl Cursor {
    /// As it travels.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{}{}.{}", self.id, self.total, self.word)
    }

    /// Reads one that travelled.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (id, rest) = text.split_at_checked(30)?;
        let (total, word) = rest.split_once('.')?;
        let id = crate::id::MembershipId::parse(id)?;
        let total = total.parse().ok().filter(|total| (0..=COUNTED).contains(total))?;
        Some(Self { word: word.to_owned(), id: id.to_string(), total })
    }
}

impl Asked {
    fn skipped(&self) -> i64 {
        i64::from(self.page.saturating_sub(1)) * i64::from(self.limit)
    }

    /// Behind which member the page begins; a cursor of a search that began earlier begins where this one does.
    fn behind(&self) -> Option<&Cursor> {
        self.after.as_ref().filter(|after| after.word >= self.search)
    }

    fn rows(&self) -> i64 {
        i64::from(self.limit) + 1
    }
}

/// A page of the members of a place.
///
/// # Errors
/// What the database says.
pub fn page(on: &mut Snapshot<'_>, place: &Place, asked: &Asked) -> Result<Page> {
    let rows = match asked.search.as_str() {
        "" => everybody(on, place, asked)?,
        word => found(on, place, asked, word)?,
    };
    let mut members = gathered(rows)?;
    let limit = usize::try_from(asked.limit).unwrap_or(usize::MAX);
    let more = members.len() > limit;
    members.truncate(limit);
    let total = total(on, place, asked, (members.len(), more))?;
    let last = members.last().filter(|_| more);
    let next = last.map(|last| Cursor {
        word: last.word.clone(),
        id: last.membership.id.to_string(),
        total: if asked.search.is_empty() { 0 } else { total },
    });
    Ok(Page { members, total, next })
}

/// How many there are in all, counted as seldom as can be: a search of which `more` than these `shown` are found is
/// counted once.
fn total(on: &mut Snapshot<'_>, place: &Place, asked: &Asked, (shown, more): (usize, bool)) -> Result<i64> {
    match (asked.search.as_str(), asked.behind()) {
        ("", _) => store::count(on, &place.id),
        (_, Some(after)) => Ok(after.total),
        (_, None) if !more && shown > 0 => {
            Ok((asked.skipped() + i64::try_from(shown).unwrap_or(COUNTED)).min(COUNTED))
        }
        (word, None) => words::count(on, place, word, COUNTED),
    }
}

/// The statement of a page of everybody, and what is read of the members on it.
pub const EVERYBODY: &str = "with page as (
         select id, user_id, public_metadata, created_at, updated_at, '' as word from memberships
         where place_id = $1 and id > $2 order by id limit $3 offset $4)
     select p.id, p.user_id, p.public_metadata, p.created_at, p.updated_at, p.word, u.first_name, u.last_name,
         u.username, u.availability, u.picture_id, e.id, e.email, e.verified_at, r.role_id
     from page p join users u on u.id = p.user_id
         left join email_addresses e on e.user_id = p.user_id and e.is_primary = 1
         left join membership_roles r on r.membership_id = p.id
     order by p.id, r.role_id";

/// The same of a search: who is found is known before anything is read of anybody. Whoever is found by several words is
/// there at the first of them.
pub const FOUND: &str = "with found as (
         select word, membership_id from member_words
         where place_id = $1 and (word, membership_id) > ($6, $7) and word < $3 and shared < $2
         order by word, membership_id limit $4 offset $5)
     select m.id, m.user_id, m.public_metadata, m.created_at, m.updated_at, f.word, u.first_name, u.last_name,
         u.username, u.availability, u.picture_id, e.id, e.email, e.verified_at, r.role_id
     from found f join memberships m on m.id = f.membership_id join users u on u.id = m.user_id
         left join email_addresses e on e.user_id = m.user_id and e.is_primary = 1
         left join membership_roles r on r.membership_id = m.id
     order by f.word, m.id, r.role_id";

fn everybody(on: &mut Snapshot<'_>, place: &Place, asked: &Asked) -> Result<Vec<Row>> {
    let behind = asked.behind().map_or("", |after| after.id.as_str());
    on.query(EVERYBODY, params![&place.id, behind, asked.rows(), asked.skipped()])
}

fn found(on: &mut Snapshot<'_>, place: &Place, asked: &Asked, word: &str) -> Result<Vec<Row>> {
    let (from, id) = asked.behind().map_or((word, ""), |after| (after.word.as_str(), after.id.as_str()));
    let (end, length) = (words::end(word), words::characters(word.chars().count()));
    on.query(FOUND, params![&place.id, length, &end, asked.rows(), asked.skipped(), from, id])
}

/// Puts the roles of one member together.
fn gathered(rows: Vec<Row>) -> Result<Vec<Member>> {
    let mut members: Vec<Member> = Vec::new();
    for row in rows {
        let mut cells = row.cells();
        let (member, role) = read(&mut cells)?;
        if members.last().is_none_or(|last| last.membership.id != member.membership.id) {
            members.push(member);
        }
        if let (Some(role), Some(last)) = (role, members.last_mut()) {
            last.roles.push(role);
        }
    }
    Ok(members)
}

fn read(cells: &mut Cells) -> Result<(Member, Option<String>)> {
    let membership = store::read(cells)?;
    let word = cells.text()?;
    let (first_name, last_name, username) = (cells.text()?, cells.text()?, cells.optional_text()?);
    let (availability, picture) = (cells.text()?, cells.text()?);
    let (email_id, email, verified) = (cells.optional_text()?, cells.optional_text()?, cells.optional_int()?);
    let email = email_id.zip(email);
    let email = email.map(|(id, email)| (EmailAddressId::stored(id), email, verified.is_some()));
    let role = cells.optional_text()?;
    let roles = Vec::new();
    let member =
        Member { membership, first_name, last_name, username, availability, picture, email, roles, word };
    Ok((member, role))
}

/// One member of a place, as a page would show it.
///
/// # Errors
/// What the database says.
pub fn one(on: &mut Snapshot<'_>, place: &Place, user: &UserId) -> Result<Option<Member>> {
    let rows = on.query(
        "select p.id, p.user_id, p.public_metadata, p.created_at, p.updated_at, '', u.first_name, u.last_name,
             u.username, u.availability, u.picture_id, e.id, e.email, e.verified_at, r.role_id
         from memberships p join users u on u.id = p.user_id
             left join email_addresses e on e.user_id = p.user_id and e.is_primary = 1
             left join membership_roles r on r.membership_id = p.id
         where p.place_id = $1 and p.user_id = $2 order by p.id, r.role_id",
        params![&place.id, user.as_str()],
    )?;
    Ok(gathered(rows)?.into_iter().next())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::MembershipId;
    use crate::world::World;

    #[test]
    fn a_cursor_is_read_back_as_it_was_written_and_nothing_else_is_one() {
        let id = MembershipId::draw(&World::for_tests(1)).to_string();
        for word in ["", "ada", "ä b~c"] {
            let cursor = Cursor { word: word.to_owned(), id: id.clone(), total: 1000 };
            assert_eq!(Cursor::parse(&cursor.to_text()), Some(cursor));
        }
        let (with, nobodys) = (|rest: &str| format!("{id}{rest}"), "usr_00000000000000000000000000");
        let endings = ["", "7", ".ada", "-1.ada", "1001.ada", "x.ada"];
        for wrong in ["", "mem_", &id[1..], nobodys, "ä".repeat(30).as_str()] {
            assert_eq!(Cursor::parse(&format!("{wrong}0.")), None, "{wrong}");
        }
        for wrong in endings.map(with) {
            assert_eq!(Cursor::parse(&wrong), None, "{wrong}");
        }
    }
}
