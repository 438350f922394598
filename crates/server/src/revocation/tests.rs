//! What a feed tells, without a database or a connection.

use super::feed::{Feed, Feeds, Follower, News};
use super::store::Dated;
use crate::db::Revoked;
use crate::error::Error;
use crate::id::SignInId;
use crate::world::World;
use std::sync::Arc;

struct Made {
    feed: Arc<Feed>,
    ids: Vec<SignInId>,
}

fn made() -> Made {
    let world = World::for_tests(1);
    Made { feed: Arc::new(Feed::new("nod_a")), ids: (0..5).map(|_| SignInId::draw(&world)).collect() }
}

impl Made {
    fn dated(&self, index: usize, not_before_rev: i64, at: i64) -> Dated {
        let sign_in = self.ids[index].clone();
        (Revoked { deployment: "one".to_owned(), sign_in, not_before_rev }, at)
    }

    fn hear(&self, index: usize, not_before_rev: i64) {
        self.feed.hear(&[self.dated(index, not_before_rev, 1_000)]);
    }

    async fn follow(&self) -> Follower {
        self.feed.follow(async { Ok(Vec::new()) }).await.unwrap()
    }

    /// What is told, by the place of the sign-in.
    fn told(&self, news: &News) -> Vec<(usize, i64)> {
        let place = |id: &SignInId| self.ids.iter().position(|other| other == id).unwrap();
        news.told.iter().map(|told| (place(&told.sign_in), told.not_before_rev)).collect()
    }
}

#[tokio::test]
async fn a_stream_begins_with_everything_and_goes_on_with_what_is_new() {
    let made = made();
    made.hear(4, 9);
    let past = vec![made.dated(0, 3, 500)];
    let mut follower = made.feed.follow(async { Ok(past) }).await.unwrap();
    made.hear(1, 5);
    let first = follower.begin(None);
    assert!(first.whole);
    assert_eq!(
        made.told(&first),
        [(0, 3), (1, 5)],
        "nobody followed when the other was heard: it is in the database"
    );
    assert_eq!(follower.next(10), None);
    made.hear(0, 3);
    made.hear(0, 2);
    assert_eq!(follower.next(10), None, "nothing is new about it");
    made.hear(2, 1);
    made.hear(0, 8);
    made.hear(2, 4);
    let news = follower.next(10).unwrap();
    assert_eq!((news.whole, made.told(&news)), (false, vec![(0, 8), (2, 4)]), "of each the latest");
    assert_eq!(follower.next(10), None);
}

#[tokio::test]
async fn what_is_much_is_told_in_parts() {
    let made = made();
    let mut follower = made.follow().await;
    follower.begin(None);
    (0..5).for_each(|index| made.hear(index, 1));
    let parts: Vec<_> = std::iter::from_fn(|| follower.next(2)).collect();
    assert_eq!(parts.iter().map(|news| news.told.len()).collect::<Vec<_>>(), [2, 2, 1]);
    let mut other = made.follow().await;
    let resumed = other.begin(Some(&parts[0].id));
    assert_eq!((resumed.whole, made.told(&resumed)), (false, vec![(2, 1), (3, 1), (4, 1)]));
}

#[tokio::test]
async fn who_comes_back_is_told_what_follows_and_anybody_else_everything() {
    let made = made();
    let mut follower = made.follow().await;
    made.hear(0, 1);
    let id = follower.begin(None).id;
    made.hear(1, 1);
    let resumed = made.follow().await.begin(Some(&id));
    assert_eq!((resumed.whole, made.told(&resumed)), (false, vec![(1, 1)]));
    let nothing = made.follow().await.begin(Some(&resumed.id));
    assert_eq!((nothing.whole, nothing.told.len(), &nothing.id), (false, 0, &resumed.id));
    for odd in [
        "nod_a.99",
        "nod_a.x",
        "nod_a",
        "nod_a.",
        "nod_ab.1",
        "nod_b.1",
        "",
        ".1",
        "nod_a.-1",
        "nod_a.18446744073709551616",
    ] {
        let whole = made.follow().await.begin(Some(odd));
        assert_eq!((whole.whole, whole.told.len()), (true, 2), "{odd}");
    }
    drop(follower);
    let forgotten = made.follow().await.begin(Some(&resumed.id));
    assert!(forgotten.whole, "while nobody followed, nothing was heard");
}

#[tokio::test]
async fn what_no_token_can_be_about_is_told_no_more() {
    let made = made();
    let mut follower = made.follow().await;
    let id = follower.begin(None).id;
    made.feed.hear(&[
        made.dated(0, 1, 1_000),
        made.dated(1, 1, 2_000),
        made.dated(0, 2, 3_000),
        made.dated(2, 1, 1_999),
    ]);
    made.feed.forget(2_000);
    let news = follower.next(10).unwrap();
    assert_eq!(made.told(&news), [(1, 1), (0, 2)]);
    assert_eq!(made.told(&made.follow().await.begin(Some(&id))), [(1, 1), (0, 2)]);
    made.hear(2, 1);
    assert_eq!(made.told(&follower.next(10).unwrap()), [(2, 1)]);
}

#[tokio::test]
async fn whoever_waits_is_woken_by_what_is_new_and_by_the_end() {
    let made = made();
    let mut follower = made.follow().await;
    follower.begin(None);
    let (woken, ()) = tokio::join!(follower.changed(), async { made.hear(0, 1) });
    assert!(woken && follower.next(10).is_some());
    let feeds = Feeds::of(&[], "nod_a");
    assert!(feeds.get("one").is_none());
    let config = crate::config::Deployment {
        id: "one".to_owned(),
        ..crate::config::Deployment::built_in(4400, crate::config::Mode::Staging)
    };
    let feeds = Feeds::of(&[config], "nod_a");
    let feed = Arc::clone(feeds.get("one").unwrap());
    let mut follower = feed.follow(async { Ok(Vec::new()) }).await.unwrap();
    follower.begin(None);
    feeds.hear(
        &[made.dated(0, 1, 0).0, Revoked { deployment: "two".to_owned(), ..made.dated(1, 1, 0).0 }],
        1_000,
    );
    assert_eq!(follower.next(10).unwrap().told.len(), 1, "another deployment's is not told");
    feeds.close();
    assert!(!follower.changed().await && follower.is_closed());
    feeds.hear(&[made.dated(2, 1, 0).0], 1_000);
    assert!(follower.is_closed() && feed.follow(async { Ok(Vec::new()) }).await.unwrap().is_closed());
}

#[tokio::test]
async fn what_happened_before_is_read_once_and_again_when_that_failed() {
    let made = made();
    let failed = made.feed.follow(async { Err(Error::unavailable("read", "away")) }).await;
    assert!(failed.is_err() && !made.feed.is_followed());
    let past = vec![made.dated(0, 3, 500)];
    let _first = made.feed.follow(async { Ok(past) }).await.unwrap();
    let mut second = made.feed.follow(async { unreachable!("it was read") }).await.unwrap();
    assert_eq!(made.told(&second.begin(None)), [(0, 3)]);
}
