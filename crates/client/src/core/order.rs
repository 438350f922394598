//! Which answer wins. Answers overtake each other on the way, and tabs tell each other what they did; this is the only
//! place that decides what is shown afterwards.

use keyrack_protocol::Session;
use std::sync::Arc;

/// How far somebody says that a session has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub id: String,
    pub revision: i64,
}

/// The session that is shown.
#[derive(Clone, Debug)]
pub struct Held {
    pub session: Arc<Session>,
    /// Number of the latest request that vouches for this session's id. Requests are numbered as they are sent.
    pub sent: u64,
}

/// Where a session comes from. A broadcast is the answer to another tab's mutation; no request of ours vouches for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Read,
    Mutation,
    Broadcast,
}

/// What is shown after `next` has arrived, sent for by the request `sent` (0 for none).
///
/// Within one session the revision decides. At an equal one a read changes nothing: its rack of keys may be older and
/// open less than what a mutation's answer showed. Between two sessions the request that was sent later decides.
pub fn settle(held: Option<&Held>, next: Arc<Session>, sent: u64, from: By) -> Held {
    let Some(held) = held else { return Held { session: next, sent } };
    let shown = &held.session;
    let wins = if next.id == shown.id {
        next.revision > shown.revision || (next.revision == shown.revision && from != By::Read)
    } else {
        sent > held.sent
    };
    // The very same object, while nothing in it has changed.
    let session = if wins && next != *shown { next } else { Arc::clone(shown) };
    Held { session, sent: held.sent.max(sent) }
}

/// What a rack opens of a session: at one revision all else follows from it.
pub fn opens(session: &Session) -> Vec<&str> {
    let signins = session.signins.iter().map(|one| one.id.as_str());
    let attempts = session.signin_attempts.iter().map(|one| one.id.as_str());
    signins.chain(attempts).chain(session.signup_attempts.iter().map(|one| one.id.as_str())).collect()
}

/// For whom the active sign-in acts, and where: what is kept of one is not for another.
pub type Acts = (Option<String>, Option<String>, Option<String>);

/// The same of a session, of nobody before there is one.
pub fn acts_for(session: Option<&Session>) -> Acts {
    let Some(active) = session.and_then(|session| session.active_signin.as_ref()) else {
        return Acts::default();
    };
    let (organization, workspace) =
        (&active.active_organization_membership_id, &active.active_workspace_membership_id);
    (Some(active.id.clone()), organization.clone(), workspace.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use By::{Broadcast, Mutation, Read};

    fn session(id: &str, revision: i64, created_at: &str) -> Arc<Session> {
        let created_at = Some(created_at.to_owned());
        Arc::new(Session { id: id.to_owned(), revision, created_at, ..Session::empty(None) })
    }

    fn held() -> Held {
        Held { session: session("ses_1", 5, "a"), sent: 10 }
    }

    fn shows(next: &Arc<Session>, sent: u64, from: super::By) -> bool {
        Arc::ptr_eq(&settle(Some(&held()), Arc::clone(next), sent, from).session, next)
    }

    #[test]
    fn h13_an_older_revision_is_dropped_and_a_newer_one_wins_whenever_sent() {
        for from in [Read, Mutation, Broadcast] {
            assert!(!shows(&session("ses_1", 4, "b"), 11, from));
            assert!(shows(&session("ses_1", 6, "b"), 1, from));
        }
    }

    #[test]
    fn h13_at_an_equal_revision_a_read_changes_nothing_and_a_mutation_or_its_broadcast_overwrites() {
        let same = session("ses_1", 5, "b");
        assert_eq!([Read, Mutation, Broadcast].map(|from| shows(&same, 11, from)), [false, true, true]);
    }

    #[test]
    fn h13_between_two_sessions_the_request_that_was_sent_later_wins_the_empty_one_included() {
        for other in [session("ses_2", 1, "b"), Arc::new(Session::empty(None))] {
            assert!(!shows(&other, 9, Mutation));
            assert!(!shows(&other, 10, Mutation));
            assert!(shows(&other, 11, Read));
            assert!(!shows(&other, 0, Broadcast), "a broadcast vouches for no request");
        }
    }

    #[test]
    fn h13_a_request_that_found_the_session_unchanged_vouches_for_it_against_those_sent_before() {
        let vouched = settle(Some(&held()), session("ses_1", 5, "a"), 12, Read);
        assert_eq!(vouched.sent, 12);
        let late = settle(Some(&vouched), Arc::new(Session::empty(None)), 11, Read);
        assert_eq!(late.session.id, "ses_1");
    }

    #[test]
    fn h05_an_answer_that_says_the_same_keeps_the_object() {
        let before = held();
        let after = settle(Some(&before), session("ses_1", 5, "a"), 11, Mutation);
        assert!(Arc::ptr_eq(&before.session, &after.session));
    }

    #[test]
    fn h13_whatever_the_order_of_arrival_the_newest_of_four_answers_is_shown_in_the_end() {
        let order = |mut number: usize| {
            let mut left: Vec<i64> = (5..9).collect();
            std::iter::from_fn(move || {
                (!left.is_empty()).then(|| {
                    let index = number % left.len();
                    number /= left.len();
                    left.remove(index)
                })
            })
        };
        for number in 0..24 {
            let arrive = |held: Option<Held>, revision: i64| {
                Some(settle(
                    held.as_ref(),
                    session("ses_1", revision, ""),
                    u64::try_from(revision).ok()?,
                    Read,
                ))
            };
            assert_eq!(order(number).fold(None, arrive).unwrap().session.revision, 8);
        }
    }
}
