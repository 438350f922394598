//! What a sign-in is bound to that a ticket made: who acts in it as its user and by which secret key, the sign-in that it was
//! handed over from, and when it ends however much it is used.

use super::{Loaded, Plan, crowd, store};
use crate::app::Site;
use crate::audit::By;
use crate::db::{Cells, Snapshot, Tx};
use crate::error::Result;
use crate::id::{ApiKeyId, SessionId, SignInId, UserId};
use crate::params;
use crate::session::store::OfUser;
use keyrack_protocol::{Acting, EndReason};

/// Bounds of a sign-in; none, unless they are said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// Who acts in it as its user.
    pub act: Option<Acting>,
    /// The secret key that let them: it ends with that.
    pub vouched_by: Option<ApiKeyId>,
    /// The sign-in that it was handed over from: it ends with that.
    pub handed_from: Option<SignInId>,
    /// When it ends, however much it is used.
    pub ends_at: Option<i64>,
}

impl Bounds {
    /// The end of something that would end at `other` without them.
    #[must_use]
    pub fn cut(&self, other: i64) -> i64 {
        self.ends_at.map_or(other, |ends_at| ends_at.min(other))
    }

    /// Reads the columns `actor, actor_reason, vouched_by, handed_from, ends_at`.
    ///
    /// # Errors
    /// When the columns are others.
    pub(super) fn read(cells: &mut Cells) -> Result<Self> {
        let (sub, reason, key) = (cells.text()?, cells.text()?, cells.text()?);
        Ok(Self {
            act: (!sub.is_empty()).then_some(Acting { sub, reason }),
            vouched_by: (!key.is_empty()).then(|| ApiKeyId::stored(key)),
            handed_from: cells.optional_text()?.map(SignInId::stored),
            ends_at: cells.optional_int()?,
        })
    }

    /// Writes them to a sign-in that was just made.
    ///
    /// # Errors
    /// What the database says.
    pub(super) fn write(&self, tx: &mut Tx<'_>, id: &SignInId) -> Result<()> {
        if *self == Self::default() {
            return Ok(());
        }
        let act = |part: fn(&Acting) -> &str| self.act.as_ref().map_or("", part);
        tx.execute(
            "update sign_ins set actor = $2, actor_reason = $3, vouched_by = $4, handed_from = $5, ends_at = $6,
                 expires_at = case when expires_at < $7 then expires_at else $7 end where id = $1",
            params![
                id.as_str(),
                act(|act| &act.sub),
                act(|act| &act.reason),
                self.vouched_by.as_ref().map_or("", ApiKeyId::as_str),
                self.handed_from.as_ref().map(SignInId::as_str),
                self.ends_at,
                self.cut(i64::MAX)
            ],
        )?;
        Ok(())
    }
}

/// The live sign-ins in which somebody acts as somebody else who is called `actor`.
///
/// # Errors
/// What the database says.
pub fn acted_by(on: &mut Snapshot<'_>, deployment: &str, actor: &UserId) -> Result<Vec<OfUser>> {
    of_rows(on.query(
        "select id, session_id from sign_ins
         where actor = $2 and deployment_id = $1 and ended_at is null order by session_id, id",
        params![deployment, actor.as_str()],
    )?)
}

/// Ends the sign-ins in which somebody acts as somebody else because a secret key let them, which is good no more.
///
/// # Errors
/// What the database says.
pub fn end_vouched(tx: &mut Tx<'_>, site: &Site, key: &ApiKeyId, by: &By) -> Result<()> {
    let vouched = of_rows(tx.query(
        "select id, session_id from sign_ins
         where vouched_by = $2 and vouched_by <> '' and deployment_id = $1 and ended_at is null order by session_id, id",
        params![&site.config.id, key.as_str()],
    )?)?;
    let sessions: Vec<&SessionId> = vouched.iter().map(|it| &it.session).collect();
    store::lock(tx, &site.config.id, &sessions)?;
    crowd::end_elsewhere(tx, site, &vouched, EndReason::RevokedByAdmin, by).map(drop)
}

/// The live sign-ins in which somebody else acts as a user.
///
/// # Errors
/// What the database says.
pub(super) fn acted_as(on: &mut Snapshot<'_>, user: &UserId) -> Result<Vec<OfUser>> {
    of_rows(on.query(
        "select id, session_id from sign_ins
         where user_id = $1 and actor <> '' and ended_at is null order by session_id, id",
        params![user.as_str()],
    )?)
}

fn of_rows(rows: Vec<crate::db::Row>) -> Result<Vec<OfUser>> {
    let of = |row: crate::db::Row| {
        let mut cells = row.cells();
        Ok(OfUser { id: SignInId::stored(cells.text()?), session: SessionId::stored(cells.text()?) })
    };
    rows.into_iter().map(of).collect()
}

/// Ends what was handed over from a sign-in that has just ended, for the same reason. Other sessions are locked for it after
/// the one of that sign-in; whoever locks two of them the other way round does so again.
///
/// # Errors
/// What the database says.
pub(super) fn end_handed(
    tx: &mut Tx<'_>,
    site: &Site,
    from: &SignInId,
    (reason, by): (EndReason, &By),
) -> Result<()> {
    let handed = of_rows(tx.query(
        "select id, session_id from sign_ins
         where handed_from = $2 and deployment_id = $1 and ended_at is null order by session_id, id",
        params![&site.config.id, from.as_str()],
    )?)?;
    if handed.is_empty() {
        return Ok(());
    }
    let sessions: Vec<&SessionId> = handed.iter().map(|it| &it.session).collect();
    store::lock(tx, &site.config.id, &sessions)?;
    crowd::end_elsewhere(tx, site, &handed, reason, by).map(drop)
}

impl Loaded {
    /// Who signs out what a plan ends, if somebody acts as the user in all of it.
    #[must_use]
    pub fn acting_in(&self, plan: &Plan) -> Option<&Acting> {
        let act = |id: &SignInId| self.sign_ins.iter().find(|it| it.id == *id)?.bounds.act.as_ref();
        let mut acts = plan.end.iter().map(|(id, _)| act(id));
        let first = acts.next()??;
        acts.all(|act| act == Some(first)).then_some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_bound_ends_at_its_end_and_everything_else_at_its_own() {
        assert_eq!(Bounds::default().cut(7), 7);
        let bound = Bounds { ends_at: Some(5), ..Bounds::default() };
        assert_eq!((bound.cut(7), bound.cut(5), bound.cut(4)), (5, 5, 4));
    }
}
