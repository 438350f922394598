//! What one node tells the others, as text.

use crate::db::tx::{Change, Revoked, Touched};
use crate::id::{SessionId, SignInId};
use keyrack_protocol::ChangeReason;
use std::collections::{BTreeMap, BTreeSet};

/// PostgreSQL takes less than 8 000 bytes.
const PAYLOAD: usize = 7_900;
/// Stands where a revision would: somebody's inbox changed.
const INBOX: &str = "inbox";
/// Stands where a revision would, behind a sign-in: its earlier tokens are refused.
const REVOKED: &str = "revoked";

/// What transactions have changed, of each session once.
#[derive(Debug, Default, PartialEq)]
pub(super) struct News {
    pub(super) changes: BTreeMap<SessionId, Change>,
    pub(super) inboxes: BTreeSet<SessionId>,
    pub(super) revoked: BTreeMap<SignInId, Revoked>,
}

impl News {
    pub(super) fn of(touched: &Touched) -> Self {
        let mut news = Self::default();
        touched.sessions.iter().cloned().for_each(|change| news.keep_latest(change));
        news.inboxes.extend(touched.inboxes.iter().cloned());
        touched.revoked.iter().cloned().for_each(|revoked| news.keep_strictest(revoked));
        news
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn len(&self) -> usize {
        self.changes.len() + self.inboxes.len() + self.revoked.len()
    }

    pub(super) fn add(&mut self, more: Self) {
        more.changes.into_values().for_each(|change| self.keep_latest(change));
        self.inboxes.extend(more.inboxes);
        more.revoked.into_values().for_each(|revoked| self.keep_strictest(revoked));
    }

    fn keep_strictest(&mut self, revoked: Revoked) {
        let known = self.revoked.get(&revoked.sign_in);
        if known.is_none_or(|known| known.not_before_rev < revoked.not_before_rev) {
            self.revoked.insert(revoked.sign_in.clone(), revoked);
        }
    }

    fn keep_latest(&mut self, change: Change) {
        let known = self.changes.get(&change.session);
        if known.is_none_or(|known| known.revision < change.revision) {
            self.changes.insert(change.session.clone(), change);
        }
    }
}

/// Notices that fit: the node's name, then each session with its revision, the reason and whether it has ended, each with
/// somebody's inbox that changed, and each sign-in whose earlier tokens are refused, with the revision and the deployment.
/// An older node leaves the latter two out.
pub(super) fn payloads(node: &str, news: &News) -> Vec<String> {
    let change = |change: &Change| {
        let Change { session, revision, reason, ended } = change;
        format!(" {session},{revision},{},{}", reason.as_str(), u8::from(*ended))
    };
    let inboxes = news.inboxes.iter().map(|session| format!(" {session},{INBOX}"));
    let revoked = news.revoked.values().map(|revoked| {
        let Revoked { deployment, sign_in, not_before_rev } = revoked;
        format!(" {sign_in},{REVOKED},{not_before_rev},{deployment}")
    });
    let mut payloads: Vec<String> = Vec::new();
    for record in news.changes.values().map(change).chain(inboxes).chain(revoked) {
        match payloads.last_mut() {
            Some(payload) if payload.len() + record.len() <= PAYLOAD => payload.push_str(&record),
            _ => payloads.push(format!("{node}{record}")),
        }
    }
    payloads
}

/// What a notice tells a node; none when it is its own. What is not understood is left out.
pub(super) fn heard(node: &str, payload: &str) -> Option<News> {
    let mut words = payload.split(' ');
    if words.next() == Some(node) {
        return None;
    }
    let mut news = News::default();
    for word in words {
        // What is not understood is left out.
        let _ = record(word, &mut news).or_else(|| revoked(word, &mut news));
    }
    Some(news)
}

fn record(word: &str, news: &mut News) -> Option<()> {
    let mut parts = word.split(',');
    let session = SessionId::parse(parts.next()?)?;
    let revision = parts.next()?;
    if revision == INBOX {
        news.inboxes.insert(session);
        return Some(());
    }
    let revision = revision.parse().ok()?;
    // A newer node may know more reasons.
    let reason = ChangeReason::parse(parts.next()?).unwrap_or(ChangeReason::Changed);
    let ended = parts.next()? == "1";
    news.keep_latest(Change { session, revision, reason, ended });
    Some(())
}

fn revoked(word: &str, news: &mut News) -> Option<()> {
    let mut parts = word.splitn(4, ',');
    let sign_in = SignInId::parse(parts.next()?)?;
    if parts.next()? != REVOKED {
        return None;
    }
    let not_before_rev = parts.next()?.parse().ok()?;
    let deployment = parts.next()?.to_owned();
    news.keep_strictest(Revoked { deployment, sign_in, not_before_rev });
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::World;

    fn news(count: usize) -> News {
        let world = World::for_tests(1);
        let mut news = News::default();
        for index in 0..count {
            news.keep_latest(Change {
                session: SessionId::draw(&world),
                revision: i64::MAX - i64::try_from(index).unwrap(),
                reason: ChangeReason::CredentialsChanged,
                ended: index.is_multiple_of(2),
            });
            news.inboxes.insert(SessionId::draw(&world));
            news.keep_strictest(Revoked {
                deployment: "dep_built,in".to_owned(),
                sign_in: SignInId::draw(&world),
                not_before_rev: i64::MAX - i64::try_from(index).unwrap(),
            });
        }
        news
    }

    #[test]
    fn what_is_told_is_heard_by_the_others_and_fits_into_notices() {
        let told = news(500);
        let payloads = payloads("nod_a", &told);
        assert!((12..20).contains(&payloads.len()), "{}", payloads.len());
        assert!(payloads.iter().all(|payload| payload.len() < 8_000));
        let mut all = News::default();
        payloads.iter().filter_map(|payload| heard("nod_b", payload)).for_each(|news| all.add(news));
        assert_eq!(all, told);
        assert!(payloads.iter().all(|payload| heard("nod_a", payload).is_none()));
    }

    #[test]
    fn what_is_not_understood_is_left_out() {
        let one = News { inboxes: BTreeSet::new(), revoked: BTreeMap::new(), ..news(1) };
        let (session, change) = one.changes.first_key_value().unwrap();
        let good = payloads("n", &one).remove(0);
        let Some((_, record)) = good.split_once(' ') else { panic!("{good}") };
        let odd = format!(
            "other x {session} {record} {session},1 ses_x,1,idle,1 ses_x,inbox {session},post {session},revoked,1,d sin_x,revoked,1,d "
        );
        let newer = record.replace("credentials_changed", "something_new");
        let with =
            |change: Change| News { changes: BTreeMap::from([(session.clone(), change)]), ..News::default() };
        assert_eq!(heard("me", &odd), Some(with(change.clone())));
        let reason = ChangeReason::Changed;
        assert_eq!(heard("me", &format!("other {newer}")), Some(with(Change { reason, ..change.clone() })));
        assert_eq!(heard("me", ""), Some(News::default()));
    }

    #[test]
    fn of_one_sign_in_only_the_strictest_is_told() {
        let revoked = news(1).revoked.into_values().next().unwrap();
        let mut all = News::default();
        let at = |not_before_rev| Revoked { not_before_rev, ..revoked.clone() };
        [3, 5, 4].into_iter().for_each(|rev| all.keep_strictest(at(rev)));
        assert_eq!(all.revoked.into_values().collect::<Vec<_>>(), [at(5)]);
    }

    #[test]
    fn of_one_session_only_the_latest_is_told() {
        let mut all = news(1);
        let change = all.changes.values().next().unwrap().clone();
        all.changes.clear();
        let at = |revision| Change { revision, ..change.clone() };
        [3, 5, 4].into_iter().for_each(|revision| all.keep_latest(at(revision)));
        assert_eq!(all.changes.into_values().collect::<Vec<_>>(), [at(5)]);
    }
}
