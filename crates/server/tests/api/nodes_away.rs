//! The database goes away and comes back (P06): nothing is answered that it has not confirmed, nobody waits long,
//! and nobody has to start anything again. Only where there is a PostgreSQL to be cut off from.

use crate::support::{
    Browser, Keyrack, Operator, PASSWORD, Proxy, Reply, sign_in_form, sign_up_form, within,
};
use futures_util::future::join_all;
use keyrack_server::world::{Connections, Stopwatch};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::timeout;

/// Everything that needs the database, with a credential that opens something, each answered within `bound`.
async fn needing(browser: &Browser, sign_in: &str, bound: Duration) -> Vec<(&'static str, Reply)> {
    let id = json!({ "sign_in_id": sign_in });
    let verify =
        json!({ "attempt_identifier": "att_x", "identifier_type": "signup", "verification_code": "1" });
    let prepare =
        json!({ "attempt_identifier": "att_x", "identifier_type": "signup", "strategy": "email_otp" });
    let asks: [(&'static str, Value); 12] = [
        ("/session", Value::Null),
        ("/session?poll=1", Value::Null),
        ("/session/token", Value::Null),
        ("/session/events", Value::Null),
        ("/me", Value::Null),
        ("/readyz", Value::Null),
        ("/session/switch-sign-in", id.clone()),
        ("/session/sign-out", id),
        ("/auth/signin", sign_in_form("ada", PASSWORD)),
        ("/auth/signup", sign_up_form("newcomer")),
        ("/auth/attempt-verification", verify),
        ("/auth/prepare-verification", prepare),
    ];
    join_all(asks.into_iter().map(async |(path, body)| {
        let method = if body.is_null() { Method::GET } else { Method::POST };
        let request = browser.request(method, path);
        let request = if body.is_null() { request } else { request.json(&body) };
        let answer = within(bound, browser.send_and_lose(request)).await;
        (path, answer.unwrap_or_else(|| panic!("{path} hangs")))
    }))
    .await
}

/// That all of it is refused within `bound`, as something that is tried again in a moment.
async fn all_refused(browser: &Browser, sign_in: &str, bound: Duration) {
    for (path, answer) in needing(browser, sign_in, bound).await {
        assert_eq!(answer.refused(), (503, "unavailable".to_owned()), "{path}");
        let after: u64 = answer.header("retry-after").expect("a Retry-After").parse().unwrap();
        assert!((1..=2).contains(&after), "{path}: {after}");
    }
}

/// What needs no database goes on.
async fn the_rest_goes_on(server: &Keyrack) {
    let visitor = server.browser();
    for path in ["/healthz", "/.well-known/jwks.json", "/deployment", "/session"] {
        let answer = within(AT_ONCE, visitor.get(path)).await.unwrap_or_else(|| panic!("{path} hangs"));
        assert_eq!(answer.status, 200, "{path}");
    }
}

/// Asks until there is an answer again, five seconds at most, as `path` gives it.
async fn comes_back(browser: &Browser, path: &str) -> Reply {
    // Not without a pause: on a machine that is busy the asking would hold up what it asks for.
    let mut ticks = tokio::time::interval(Duration::from_millis(20));
    let asking = async {
        loop {
            ticks.tick().await;
            let answer = browser.get(path).await;
            if answer.status == 200 {
                return answer;
            }
            assert_eq!(answer.refused().0, 503);
        }
    };
    within(Duration::from_secs(5), asking).await.expect("it does not come back")
}

/// A server behind a proxy, a browser that is signed in and whose session the server remembers, and the sign-in.
async fn remembered() -> Option<(Proxy, Keyrack, Browser, String)> {
    let proxy = Proxy::start().await?;
    let server = Keyrack::start_configured(|config| config.database_url = Some(proxy.url.clone())).await;
    let browser = server.signed_up("ada").await;
    let sign_in = browser.sign_in_of("ada").await;
    browser.get("/session/token").await.ok();
    Some((proxy, server, browser, sign_in))
}

const AT_ONCE: Duration = Duration::from_secs(1);
/// What has not come by then does not come.
const LONG_ENOUGH: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn p06_without_its_database_a_node_refuses_at_once_and_is_back_five_seconds_after_it_at_most() {
    let Some((proxy, server, browser, sign_in)) = remembered().await else { return };
    let before = browser.session().await;
    for _ in 0..3 {
        proxy.cut();
        all_refused(&browser, &sign_in, AT_ONCE).await;
        the_rest_goes_on(&server).await;
        all_refused(&browser, &sign_in, AT_ONCE).await;
        let health = within(AT_ONCE, Operator(&server).get("/health")).await.expect("health hangs");
        assert_eq!(health.refused().0, 503);
        proxy.restore();
        comes_back(&browser, "/session/token").await;
        assert_eq!(Operator(&server).get("/health").await.status, 200);
        assert_eq!(browser.session().await, before, "nobody was signed out and nothing was lost");
        assert_eq!(browser.get("/readyz").await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn p06_a_database_that_says_nothing_is_waited_for_three_seconds_once_and_then_no_more() {
    let Some((proxy, server, browser, sign_in)) = remembered().await else { return };
    let before = browser.session().await;
    proxy.silence();
    // A reader is told after 2.5 seconds; a writer when the silence has lasted 3.
    all_refused(&browser, &sign_in, Duration::from_millis(4000)).await;
    for _ in 0..3 {
        all_refused(&browser, &sign_in, AT_ONCE).await;
        the_rest_goes_on(&server).await;
    }
    proxy.restore();
    comes_back(&browser, "/session/token").await;
    assert_eq!(browser.session().await["signins"], before["signins"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn p06_answers_that_take_ten_seconds_are_not_waited_for() {
    let Some((proxy, server, browser, sign_in)) = remembered().await else { return };
    proxy.delay(10_000);
    all_refused(&browser, &sign_in, Duration::from_millis(4000)).await;
    all_refused(&browser, &sign_in, AT_ONCE).await;
    the_rest_goes_on(&server).await;
    proxy.restore();
    comes_back(&browser, "/session/token").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn p06_a_silence_that_ends_in_time_costs_nobody_an_answer() {
    let Some((proxy, server, browser, _)) = remembered().await else { return };
    for _ in 0..5 {
        let began = Stopwatch::start();
        proxy.silence();
        let tabs: Vec<Browser> = (0..20).map(|_| browser.copied_to(&server)).collect();
        let mut asked = tokio::spawn(async move {
            join_all(tabs.iter().map(async |tab| tab.get("/session/token").await.status)).await
        });
        the_rest_goes_on(&server).await;
        let moment = Duration::from_millis(500);
        timeout(moment, &mut asked).await.expect_err("they were not waited for");
        proxy.restore();
        let silent = began.elapsed();
        let answers = asked.await.unwrap();
        // One that the machine made longer, because it did something else, has not ended in time.
        if silent < Duration::from_millis(1500) {
            assert_eq!(answers, [200; 20]);
            return;
        }
        comes_back(&browser, "/session/token").await;
    }
    panic!("no silence has ended in time");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn p06_a_thousand_who_ask_a_silent_database_are_all_told_within_the_bound() {
    let Some((proxy, server, browser, _)) = remembered().await else { return };
    let tabs: Vec<Browser> = (0..20).map(|_| browser.copied_to(&server)).collect();
    let crowd = || join_all(tabs.iter().map(|tab| join_all((0..50).map(|_| tab.get("/session/token")))));
    // What a thousand requests are to this machine, whatever else it does.
    let began = Stopwatch::start();
    crowd().await;
    let work = began.elapsed();
    proxy.silence();
    let bound = Duration::from_secs(4) + 3 * work;
    let answers = within(bound, crowd()).await.expect("somebody hangs");
    for answer in answers.iter().flatten() {
        assert_eq!(answer.refused(), (503, "unavailable".to_owned()));
    }
    proxy.restore();
    comes_back(&browser, "/session/token").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn p06_connections_are_made_again_one_after_another() {
    let Some((proxy, server, browser, sign_in)) = remembered().await else { return };
    let connected = async |count| {
        while proxy.live() < count {
            tokio::task::yield_now().await;
        }
    };
    // Beside those that read and write, one confirms, and one is that of the notices between nodes.
    let Connections { writers, readers } = server.app.world.connections;
    timeout(LONG_ENOUGH, connected(writers + readers + 2)).await.expect("all connections");
    for _ in 0..3 {
        proxy.cut();
        all_refused(&browser, &sign_in, AT_ONCE).await;
        proxy.peak();
        // Each answer comes late, so that two that are made at once are seen.
        proxy.delay(20);
        comes_back(&browser, "/session/token").await;
        // Each a transaction of its own: every thread that writes gets some.
        let crowd: Vec<Browser> = (0..40).map(|_| server.browser()).collect();
        join_all(crowd.iter().map(|visitor| visitor.post("/auth/signup", sign_up_form("visitor")))).await;
        timeout(LONG_ENOUGH, connected(writers + 1)).await.expect("those that write, and one");
        // Beside them there is the one of the notices between nodes.
        assert!(proxy.peak() <= 2, "connections that were being made at once");
        proxy.restore();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn p06_a_commit_whose_answer_is_lost_is_no_success_and_may_be_asked_for_again() {
    let Some((proxy, server, ..)) = remembered().await else { return };
    for round in 0..20 {
        let asked = round % 2 == 0;
        let browser = server.signed_in("ada").await;
        let mut events = browser.follows().await;
        proxy.cut_at_commit(asked);
        let lost = browser.send_and_lose(browser.request(Method::POST, "/session/sign-out").json(&json!({})));
        assert_eq!(lost.await.refused(), (503, "unavailable".to_owned()), "round {round}");
        proxy.restore();
        let left =
            async || comes_back(&browser, "/session?poll=1").await.ok()["signins"].as_array().unwrap().len();
        // PostgreSQL may still be at the commit that it was sent.
        let committed = async { while left().await > 0 {} };
        match asked {
            true => timeout(LONG_ENOUGH, committed).await.expect("what was sent is committed"),
            false => {
                assert_eq!(left().await, 1, "round {round}");
                // Nor was anybody told of it.
                browser.begins_sign_up("visitor").await;
                events.session().await;
            }
        }
        browser.post("/session/sign-out", json!({})).await.ok();
        assert_eq!(browser.accounts().await, [""; 0]);
    }
}
