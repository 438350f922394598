//! Commits that wait for a standby that is gone (P03, P06): nothing is acknowledged, and whoever only reads notices
//! nothing. Only where there is a PostgreSQL.

use crate::support::{Browser, Keyrack, Running, SECOND, sign_up_form, within};
use futures_util::future::join_all;
use postgres::{Client, NoTls};
use serde_json::json;
use std::time::Duration;
use tokio::time::timeout;

/// The connections of a node.
const MOST: i64 = 13;
/// How often they are counted before there are too many: for about a second.
const LOOKS: usize = 2_000;
/// Who changes something while commits wait: more than a node has connections that write.
const CROWD: usize = 20;

/// Sets which standbys the test's server waits for; only databases that wait for commits at all notice.
fn waits_for_standby(client: &mut Client, name: &str) {
    client.batch_execute(&format!("alter system set synchronous_standby_names = '{name}'")).unwrap();
    client.batch_execute("select pg_reload_conf()").unwrap();
}

/// A database of its own whose commits wait for standbys, on a server where nobody else's do.
fn waiting_database() -> Option<String> {
    let server = std::env::var("KEYRACK_TEST_DATABASE_URL").ok()?;
    let mut client = Client::connect(&server, NoTls).unwrap();
    if !loses(&mut client) {
        return None;
    }
    // What a run that failed has left.
    waits_for_standby(&mut client, "");
    let own = crate::retired::own_database(&server);
    let name = own.rsplit('/').next().unwrap().to_owned();
    client.batch_execute(&format!("alter database {name} set synchronous_commit = on")).unwrap();
    Some(own)
}

/// Whether this database loses in a crash what it has acknowledged.
fn loses(client: &mut Client) -> bool {
    let row = client.query_one("select current_setting('synchronous_commit')", &[]).unwrap();
    row.get::<_, String>(0) == "off"
}

/// How many connections a node of this database has, and how many of them wait for a standby.
fn connections(client: &mut Client) -> (i64, i64) {
    let sql = "select count(*), count(*) filter (where wait_event = 'SyncRep') from pg_stat_activity
        where datname = current_database() and application_name = 'keyrack'";
    let row = client.query_one(sql, &[]).unwrap();
    (row.get(0), row.get(1))
}

/// Changes something until a commit waits for a standby that nobody is.
async fn commits_wait(server: &Keyrack, url: String) {
    let waiting = tokio::task::spawn_blocking(move || {
        let mut client = Client::connect(&url, NoTls).unwrap();
        waits_for_standby(&mut client, "nobody");
        // PostgreSQL reads its settings when it comes to it.
        while connections(&mut client).1 == 0 {}
    });
    while !waiting.is_finished() {
        server.browser().post("/auth/signup", sign_up_form("early")).await;
    }
    waiting.await.unwrap();
}

/// Reads for as long as a crowd waits for its commits; how often.
async fn reads_beside_the_crowd(server: &Keyrack, reader: &Browser) -> usize {
    let crowd: Vec<Browser> = (0..CROWD).map(|_| server.browser()).collect();
    let refused = tokio::spawn(async move {
        join_all(crowd.iter().map(|visitor| visitor.post("/auth/signup", sign_up_form("visitor")))).await
    });
    let mut reads = 0;
    while !refused.is_finished() {
        for path in ["/session", "/session/token", "/readyz"] {
            // While commits hold up reads it takes 2.5 seconds.
            let answer = within(SECOND, reader.get(path)).await;
            let answer = answer.unwrap_or_else(|| panic!("{path} is not answered after {reads} reads"));
            assert_eq!(answer.status, 200, "{path} after {reads} reads: {:?}", answer.refused());
            reads += 1;
        }
    }
    for answer in refused.await.unwrap() {
        assert_eq!(answer.refused(), (503, "unavailable".to_owned()));
    }
    reads
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn p03_p06_what_no_standby_has_taken_is_not_acknowledged_and_holds_up_no_read() {
    let Some(url) = tokio::task::spawn_blocking(waiting_database).await.unwrap() else { return };
    let server = Keyrack::start_configured(|config| config.database_url = Some(url.clone())).await;
    let reader = server.signed_up("ada").await;
    let browser = server.signed_in("ada").await;
    reader.get("/session/token").await.ok();
    commits_wait(&server, url.clone()).await;
    let lost = browser.post("/session/sign-out", json!({})).await;
    assert_eq!(lost.refused(), (503, "unavailable".to_owned()));
    let reads = reads_beside_the_crowd(&server, &reader).await;
    assert!(reads > 10, "{reads}");
    let (held, waiting) = tokio::task::spawn_blocking(move || {
        let mut client = Client::connect(&url, NoTls).unwrap();
        // One that was lost is counted until its process has ended. One that waits for the standby stays.
        let settled = (0..LOOKS).map(|_| connections(&mut client)).find(|(held, _)| *held <= MOST);
        let counted = settled.unwrap_or_else(|| connections(&mut client));
        waits_for_standby(&mut client, "");
        counted
    })
    .await
    .unwrap();
    // Those that wait are kept: new ones in their place would fill PostgreSQL while the standby is gone.
    assert!(held <= MOST && waiting >= 1, "{held} connections, of which {waiting} wait");
    let written = async {
        while server.browser().post("/auth/signup", sign_up_form("newcomer")).await.status != 200 {}
    };
    timeout(Duration::from_secs(60), written).await.expect("writes go on when the standby is there");
}

#[test]
fn a_node_warns_of_a_database_that_loses_what_it_has_acknowledged() {
    let Ok(url) = std::env::var("KEYRACK_TEST_DATABASE_URL") else { return };
    if loses(&mut Client::connect(&url, NoTls).unwrap()) {
        Running::dev("warn").logs("synchronous_commit = off");
    }
}
