//! The hub and what a stream says, without a connection.

use super::body::Events;
use super::hub::{Follower, Hub, MOST_OF_A_SESSION, PARTS};
use crate::db::Change;
use crate::id::SessionId;
use crate::world::World;
use futures_util::FutureExt;
use http_body::Body;
use keyrack_protocol::ChangeReason::{self, Attempt, Current, Idle, SignedIn, Switched};
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;

struct Made {
    hub: Arc<Hub>,
    session: SessionId,
}

fn made() -> Made {
    Made { hub: Arc::default(), session: SessionId::draw(&World::for_tests(1)) }
}

impl Made {
    fn tell(&self, revision: i64, reason: ChangeReason, ended: bool) {
        self.hub.tell(&Change { session: self.session.clone(), revision, reason, ended });
    }

    fn follow(&self) -> Follower {
        self.hub.follow(&self.session)
    }

    /// A stream of a session that was read at `revision`.
    fn stream(&self, revision: i64) -> Events<()> {
        let follower = self.follow();
        follower.begin(revision, 1);
        Events::new(follower, ())
    }

    /// A stream for a credential that opens so much.
    fn stream_that_opens(&self, opened: u32) -> Events<()> {
        let follower = self.follow();
        follower.begin(1, opened);
        Events::new(follower, ())
    }

    fn event(&self, name: &str, revision: i64, reason: &str) -> String {
        let id = &self.session;
        format!(
            "id: {revision}\nevent: {name}\n\
             data: {{\"session_id\":\"{id}\",\"revision\":{revision},\"reason\":\"{reason}\"}}\n\n"
        )
    }
}

/// What a stream says now: none when it waits, an empty text when it has ended.
fn says(stream: &mut Events<()>) -> Option<String> {
    let frame = poll_fn(|cx| Pin::new(&mut *stream).poll_frame(cx)).now_or_never()?;
    let text = frame.map(|frame| frame.unwrap().into_data().unwrap());
    Some(String::from_utf8(text.unwrap_or_default().into()).unwrap())
}

fn ended() -> Option<String> {
    Some(String::new())
}

#[test]
fn a_stream_says_where_the_session_stands_and_then_only_what_is_newer() {
    let made = made();
    let mut stream = made.stream(7);
    assert_eq!(says(&mut stream), Some(format!("retry: 1000\n\n{}", made.event("session", 7, "current"))));
    assert_eq!(says(&mut stream), None);
    for old in [5, 7] {
        made.tell(old, SignedIn, false);
        assert_eq!(says(&mut stream), None, "{old}");
    }
    made.tell(9, Switched, false);
    made.tell(8, SignedIn, false);
    assert_eq!(says(&mut stream), Some(made.event("session", 9, "switched")));
    assert_eq!(says(&mut stream), None);
}

#[test]
fn who_reads_slowly_is_told_the_latest_and_nothing_else() {
    let made = made();
    let mut stream = made.stream(1);
    says(&mut stream);
    (2..10_000).for_each(|revision| made.tell(revision, Attempt, false));
    made.hub.beat(0);
    (0..PARTS).for_each(|part| made.hub.beat(part));
    assert_eq!(says(&mut stream), Some(made.event("session", 9_999, "attempt")));
    assert_eq!(says(&mut stream), None, "an event shows that it lives: no comment is owed");
}

#[test]
fn what_changes_between_the_registration_and_the_read_is_not_lost() {
    let made = made();
    let follower = made.follow();
    made.tell(4, Switched, false);
    follower.begin(3, 1);
    let mut stream = Events::new(follower, ());
    assert!(says(&mut stream).unwrap().ends_with(&made.event("session", 4, "current")));
    let follower = made.follow();
    made.tell(5, Idle, true);
    follower.begin(4, 1);
    let mut stream = Events::new(follower, ());
    assert_eq!(says(&mut stream), Some(format!("retry: 1000\n\n{}", made.event("end", 5, "idle"))));
    assert_eq!(says(&mut stream), ended());
}

#[test]
fn nothing_is_told_before_the_session_was_read() {
    let made = made();
    let follower = made.follow();
    made.tell(4, Idle, true);
    made.hub.beat(0);
    let mut stream = Events::new(follower, ());
    assert_eq!(says(&mut stream), None);
}

#[test]
fn an_end_is_the_last_thing_that_is_said() {
    let made = made();
    let mut stream = made.stream(1);
    says(&mut stream);
    made.tell(2, Idle, true);
    assert_eq!(says(&mut stream), Some(made.event("end", 2, "idle")));
    assert_eq!(says(&mut stream), ended());
    assert_eq!(says(&mut stream), ended());
}

#[test]
fn each_part_has_its_turn_to_show_that_its_streams_live() {
    let made = made();
    let mut stream = made.stream(1);
    says(&mut stream);
    let mut beats = 0;
    for part in 0..PARTS {
        made.hub.beat(part);
        beats += usize::from(says(&mut stream) == Some(":\n\n".to_owned()));
    }
    assert_eq!((beats, says(&mut stream)), (1, None));
}

#[test]
fn the_ninth_stream_closes_the_oldest_and_one_that_nobody_may_read_closes_none() {
    let made = made();
    let mut streams: Vec<_> = (0..MOST_OF_A_SESSION).map(|_| made.stream(1)).collect();
    streams.iter_mut().for_each(|stream| assert!(says(stream).is_some()));
    let strangers: Vec<_> = (0..20).map(|_| made.follow()).collect();
    assert!(streams.iter_mut().all(|stream| says(stream).is_none()));
    let ninth = made.stream(1);
    assert_eq!(says(&mut streams[0]), ended());
    assert!(streams[1..].iter_mut().all(|stream| says(stream).is_none()));
    drop((strangers, ninth));
    // Those that went left their place.
    let _tenth = made.stream(1);
    assert!(streams[1..].iter_mut().all(|stream| says(stream).is_none()));
    assert_eq!(made.hub.streams(), 9);
    drop((streams, _tenth));
    assert_eq!(made.hub.streams(), 0);
    assert!((0..PARTS).all(|part| made.hub.followed(part).is_empty()));
}

#[test]
fn who_opens_less_of_a_session_closes_nobodys_stream_who_opens_more() {
    let made = made();
    let mut owners = [made.stream(1), made.stream(1)];
    owners.iter_mut().for_each(|stream| drop(says(stream)));
    let copies: Vec<_> = (0..3 * MOST_OF_A_SESSION).map(|_| made.stream_that_opens(0)).collect();
    assert!(owners.iter_mut().all(|stream| says(stream).is_none()));
    // The owner's further ones close those of the copy.
    let mut others: Vec<_> = (0..6).map(|_| made.stream(1)).collect();
    others.iter_mut().for_each(|stream| drop(says(stream)));
    assert!(owners.iter_mut().chain(&mut others).all(|stream| says(stream).is_none()));
    drop(copies);
    let mut last = made.stream_that_opens(0);
    says(&mut last);
    assert_eq!(says(&mut last), ended());
}

#[test]
fn a_hub_that_closes_ends_every_stream_also_one_that_begins_afterwards() {
    let made = made();
    let (mut stream, late) = (made.stream(1), made.follow());
    says(&mut stream);
    made.hub.close();
    assert_eq!(says(&mut stream), ended());
    let latest = made.follow();
    for follower in [late, latest] {
        follower.begin(1, 1);
        let mut stream = Events::new(follower, ());
        assert!(says(&mut stream).unwrap().contains(&made.event("session", 1, Current.as_str())));
        assert_eq!(says(&mut stream), ended());
    }
}

#[test]
fn what_is_compared_is_the_oldest_revision_that_a_stream_has() {
    let made = made();
    let (_old, _waiting) = (made.stream(3), made.follow());
    let _new = made.stream(5);
    let followed: Vec<_> = (0..PARTS).flat_map(|part| made.hub.followed(part)).collect();
    assert_eq!(followed, [(made.session.clone(), 3)]);
}

#[test]
fn an_inbox_that_changed_is_told_once_without_a_revision_and_after_what_the_session_says() {
    let made = made();
    let inbox = format!("event: notification\ndata: {{\"session_id\":\"{}\"}}\n\n", made.session);
    let follower = made.follow();
    made.hub.ring(&made.session);
    follower.begin(1, 1);
    let mut stream = Events::new(follower, ());
    assert_eq!(says(&mut stream), Some(format!("retry: 1000\n\n{}", made.event("session", 1, "current"))));
    assert_eq!(says(&mut stream), Some(inbox.clone()));
    assert_eq!(says(&mut stream), None);
    (0..3).for_each(|_| made.hub.ring(&made.session));
    made.tell(2, Switched, false);
    assert_eq!(says(&mut stream), Some(made.event("session", 2, "switched")));
    assert_eq!(says(&mut stream), Some(inbox));
    assert_eq!(says(&mut stream), None);
    made.hub.ring(&SessionId::draw(&World::for_tests(2)));
    assert_eq!(says(&mut stream), None);
    made.hub.ring(&made.session);
    made.tell(3, Idle, true);
    assert_eq!(says(&mut stream), Some(made.event("end", 3, "idle")));
    assert_eq!(says(&mut stream), ended());
}

#[test]
fn a_stream_that_nobody_has_read_the_session_for_tells_of_no_inbox() {
    let made = made();
    let mut stream = Events::new(made.follow(), ());
    made.hub.ring(&made.session);
    assert_eq!(says(&mut stream), None);
}
