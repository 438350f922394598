//! Streams on one node, changes on another: where the database takes two.

use crate::support::{Browser, Events, Keyrack, SECOND, within};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

async fn soon(events: &mut Events) -> (i64, String) {
    within(SECOND, events.session()).await.expect("a second has passed")
}

/// The same on another node than that of the change, which is told its revision, and why, unless the comparison that
/// comes by every 15 seconds has found it in the moment before the notice; whether it was told why.
async fn soon_there(events: &mut Events, (revision, reason): (i64, &str)) -> bool {
    let told = soon(events).await;
    assert!(told.0 == revision && [reason, "current"].contains(&told.1.as_str()), "{told:?}, not {reason}");
    told.1 == reason
}

/// What a statement gives in the database of a server.
async fn in_database(server: &Keyrack, statement: String) -> i64 {
    let url = server.app.config.database_url.clone().unwrap();
    let run = move || {
        let mut client = postgres::Client::connect(&url, postgres::NoTls).unwrap();
        client.query_one(&statement, &[]).unwrap().get(0)
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

/// A server with a database that nobody else has anything to do with; none where it belongs to one process.
async fn alone() -> Option<Keyrack> {
    let url = std::env::var("KEYRACK_TEST_DATABASE_URL").ok()?;
    let own = tokio::task::spawn_blocking(move || crate::retired::own_database(&url)).await.unwrap();
    Some(Keyrack::start_configured(|config| config.database_url = Some(own)).await)
}

/// Two nodes, a browser of the first with two accounts, and their sign-ins. Both nodes hear each other.
async fn two_nodes() -> Option<(Keyrack, Keyrack, Browser, [String; 2])> {
    second_beside(Keyrack::start().await).await
}

async fn second_beside(server: Keyrack) -> Option<(Keyrack, Keyrack, Browser, [String; 2])> {
    let second = server.second_node().await?;
    let browser = server.signed_up("ada").await;
    browser.signs_up(&server, "bob").await;
    let ids = [browser.sign_in_of("ada").await, browser.sign_in_of("bob").await];
    hear_each_other([&server, &second], &browser, &ids).await;
    Some((server, second, browser, ids))
}

/// Waits until a change on either node is heard on the other: they connect to listen by themselves. The second of
/// the sign-ins is active afterwards.
async fn hear_each_other(nodes: [&Keyrack; 2], browser: &Browser, ids: &[String; 2]) {
    for (here, there) in [(0, 1), (1, 0)] {
        let mut events = browser.copied_to(nodes[there]).follows().await;
        let heard = async {
            for round in 0.. {
                switches(&browser.copied_to(nodes[here]), &ids[round % 2]).await;
                let told = tokio::time::timeout(Duration::from_millis(200), events.session()).await;
                if told.is_ok_and(|(_, reason)| reason == "switched") {
                    return;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(60), heard).await.expect("the nodes do not hear each other");
    }
    switches(browser, &ids[1]).await;
}

async fn switches(browser: &Browser, id: &str) -> i64 {
    let switched = browser.post("/session/switch-sign-in", json!({ "sign_in_id": id })).await.ok();
    switched["revision"].as_i64().unwrap()
}

#[tokio::test]
async fn a_change_on_one_node_shows_on_the_others_streams_within_a_second() {
    let Some((server, second, browser, [ada, bob])) = two_nodes().await else { return };
    let mut here = browser.follows().await;
    let mut there = browser.copied_to(&second).follows().await;
    let mut why = 0;
    for (is_here, id) in [(true, &ada), (false, &bob), (true, &ada), (false, &bob), (true, &ada)] {
        let (node, near, far) =
            if is_here { (&server, &mut here, &mut there) } else { (&second, &mut there, &mut here) };
        let revision = switches(&browser.copied_to(node), id).await;
        assert_eq!(soon(near).await, (revision, "switched".to_owned()));
        why += usize::from(soon_there(far, (revision, "switched")).await);
    }
    assert!(why >= 3, "of five changes {why} were told by a notice");
    let left = browser.copied_to(&second).post("/session/sign-out", json!({ "sign_in_id": bob })).await.ok();
    let revision = left["revision"].as_i64().unwrap();
    assert_eq!(soon(&mut there).await, (revision, "signed_out".to_owned()));
    soon_there(&mut here, (revision, "signed_out")).await;
    browser.post("/session/sign-out", json!({})).await.ok();
    assert_eq!([here.end().await.1, there.end().await.1], ["signed_out", "signed_out"]);
}

#[tokio::test]
async fn an_inbox_that_changes_on_one_node_is_told_on_the_others_streams_within_a_second() {
    let Some((server, second, browser, _)) = two_nodes().await else { return };
    let mut there = browser.copied_to(&second).follows().await;
    let (here, user) = (browser.copied_to(&server), browser.user_id().await);
    let told = async |events: &mut Events| within(SECOND, events.inbox()).await.expect("a second has passed");
    server.tells(&user, None, 1).await;
    told(&mut there).await;
    let [one] = here.inbox("").await.try_into().unwrap();
    here.marks(one["id"].as_str().unwrap(), "read", json!({})).await;
    told(&mut there).await;
    assert_eq!(browser.copied_to(&second).unread("").await, 0);
}

#[tokio::test]
async fn a_notice_that_lies_neither_mutes_a_stream_nor_ends_it() {
    let Some((_server, second, browser, ids)) = two_nodes().await else { return };
    let mut there = browser.copied_to(&second).follows().await;
    let rack = browser.credential().unwrap();
    let session = rack.split('.').next().unwrap();
    // The largest number, the largest that a browser reads, ends, and what was before.
    let lies =
        ["9223372036854775807,idle,0", "9007199254740991,switched,0", "9007199254740991,idle,1", "1,idle,1"];
    for (round, lie) in lies.into_iter().enumerate() {
        // Whoever may connect to the database may notify.
        let sql = format!("select 1::bigint from pg_notify('keyrack_sessions', 'liar {session},{lie}')");
        in_database(&second, sql).await;
        let revision = switches(&browser, &ids[round % 2]).await;
        assert_eq!(soon(&mut there).await.0, revision, "{lie}");
    }
}

#[tokio::test]
async fn a_notice_of_a_change_drops_what_the_other_node_remembers() {
    let Some((_server, second, browser, [ada, _])) = two_nodes().await else { return };
    let there = browser.copied_to(&second);
    there.session().await;
    let rack = browser.credential().unwrap();
    let id = keyrack_server::id::SessionId::parse(rack.split('.').next().unwrap()).unwrap();
    assert!(second.app.cache.get(id.as_str()).is_some());
    switches(&browser, &ada).await;
    let forgotten = async {
        while second.app.cache.get(id.as_str()).is_some() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), forgotten).await.expect("it is still remembered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_stream_goes_back_in_50_rounds_of_switches_on_two_nodes_at_once() {
    let Some((server, second, browser, [ada, bob])) = two_nodes().await else { return };
    let mut streams = [browser.follows().await, browser.copied_to(&second).follows().await];
    let tabs = [browser.copied_to(&server), browser.copied_to(&second)];
    let mut newest = 0;
    for _ in 0..50 {
        let (one, other) = tokio::join!(switches(&tabs[0], &ada), switches(&tabs[1], &bob));
        newest = newest.max(one).max(other);
    }
    for events in &mut streams {
        let (mut last, mut count) = (0, 0);
        while last < newest {
            let (revision, _) = events.session().await;
            assert!(revision > last, "{revision} after {last}");
            (last, count) = (revision, count + 1);
        }
        assert_eq!(last, newest);
        assert!(count > 10, "{count}");
    }
}

/// Ends every connection that listens, so that what is changed meanwhile is told by nobody. Waits for one: the
/// comparison may have told the change before while the node was still on its way back.
async fn cuts_what_listens(server: &Keyrack) {
    let cut = "select count(pg_terminate_backend(pid)) from pg_stat_activity
               where datname = current_database() and application_name = 'keyrack'
                   and (query in ('listen keyrack_sessions', '') or query like '%pg_notify%')";
    let one = async { while in_database(server, cut.to_owned()).await == 0 {} };
    tokio::time::timeout(Duration::from_secs(60), one).await.expect("no node listens again");
}

#[tokio::test]
async fn what_no_notice_told_is_found_by_comparing_with_the_database() {
    let Some(server) = alone().await else { return };
    let Some((server, second, browser, [ada, bob])) = second_beside(server).await else { return };
    let (mut lost, mut ended) = (browser.copied_to(&second).follows().await, browser.follows().await);
    let revision = switches(&browser, &ada).await;
    assert_eq!([soon(&mut lost).await.0, soon(&mut ended).await.0], [revision, revision]);
    for id in [&bob, &ada, &bob] {
        cuts_what_listens(&server).await;
        let revision = switches(&browser, id).await;
        // On the node itself at once; on the other when it listens again, which it says, or at its next turn.
        assert_eq!(soon(&mut ended).await.0, revision);
        let (found, reason) = lost.session().await;
        assert_eq!(found, revision);
        assert!(["current", "switched"].contains(&reason.as_str()), "{reason}");
    }
    cuts_what_listens(&server).await;
    server.advance(40 * 86_400_000);
    keyrack_server::sweep::run_once(&server.app).await.unwrap();
    let told = lost.end().await;
    assert_eq!(told.1, ended.end().await.1);
}

#[tokio::test]
async fn the_comparison_alone_finds_a_change_and_an_end() {
    let server = Keyrack::start().await;
    if server.app.config.database_url.is_none() {
        return;
    }
    let browser = server.signed_up("ada").await;
    let mut events = browser.follows().await;
    let revision = browser.session().await["revision"].as_i64().unwrap();
    let rack = browser.credential().unwrap();
    let id = rack.split('.').next().unwrap();
    // A write past the server, as if its notice was lost.
    for (change, told) in [
        ("revision = revision + 1", (revision + 1, "current")),
        ("revision = revision + 1, ended_at = 1, end_reason = 'max_age'", (revision + 2, "max_age")),
    ] {
        let sql = format!(
            "with changed as (update sessions set {change} where id = '{id}' returning 1)
             select count(*) from changed"
        );
        assert_eq!(in_database(&server, sql).await, 1);
        keyrack_server::session::events::check::all(&server.app).await.unwrap();
        let said = events.next().await.unwrap();
        let name = if told.1 == "current" { "session" } else { "end" };
        assert_eq!(said.says(name), (told.0, told.1.to_owned()));
    }
    assert_eq!(events.block().await, None);
}

/// Changes a session past its node, and keeps that from looking until its first comparison has given up.
fn changes_behind_a_lock(url: &str, hub: &keyrack_server::session::events::Hub) {
    let connect = || postgres::Client::connect(url, postgres::NoTls).unwrap();
    let (mut holding, mut watching) = (connect(), connect());
    holding.batch_execute("begin; lock table sessions; update sessions set revision = revision + 1").unwrap();
    hub.may_have_missed();
    let mut waits_since = || {
        let sql = "select coalesce(min(query_start)::text, '') from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock' and query like 'select id, revision,%'";
        watching.query_one(sql, &[]).unwrap().get::<_, String>(0)
    };
    let mut first = String::new();
    while first.is_empty() {
        first = waits_since();
    }
    while waits_since() == first {}
    holding.batch_execute("commit").unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_comparison_that_fails_is_made_again_at_once() {
    let Some(server) = alone().await else { return };
    let browser = server.signed_up("ada").await;
    let mut events = browser.follows().await;
    let revision = browser.session().await["revision"].as_i64().unwrap();
    let (url, hub) = (server.app.config.database_url.clone().unwrap(), Arc::clone(&server.app.hub));
    tokio::task::spawn_blocking(move || changes_behind_a_lock(&url, &hub)).await.unwrap();
    // A session's own turn comes every 15 seconds.
    assert_eq!(soon(&mut events).await, (revision + 1, "current".to_owned()));
}

#[tokio::test]
async fn streams_stay_while_the_database_is_away_and_are_told_afterwards_what_happened() {
    let Some(proxy) = crate::support::Proxy::start().await else { return };
    let server = Keyrack::start_configured(|config| config.database_url = Some(proxy.url.clone())).await;
    let direct = std::env::var("KEYRACK_TEST_DATABASE_URL").ok();
    let Some(second) = server.second_node_with(|config| config.database_url = direct).await else { return };
    let browser = server.signed_up("ada").await;
    let mut events = browser.follows().await;
    proxy.cut();
    let there = browser.copied_to(&second);
    there.begins_sign_up("bob").await;
    let revision = there.session().await["revision"].as_i64().unwrap();
    let late = browser.send(browser.asks_for_events()).await;
    assert_eq!(late.refused(), (503, "unavailable".to_owned()));
    let silent = tokio::time::timeout(Duration::from_millis(300), events.next()).await;
    assert!(silent.is_err(), "{silent:?}");
    proxy.restore();
    let told = within(5 * SECOND, events.session()).await;
    assert_eq!(told.expect("it is not told soon"), (revision, "current".to_owned()));
}
