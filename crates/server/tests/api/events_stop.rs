//! P15, a graceful stop: streams end at once, what is under way is answered, nothing that was acknowledged is lost.

use crate::support::{Browser, Keyrack, Raw, Reply, Running, SECOND, sign_up_form, within};
use keyrack_server::world::{Patience, Stopwatch};
use reqwest::Method;
use rustix::process::Signal;
use tokio::sync::oneshot;

#[tokio::test]
async fn p15_a_stop_turns_readiness_off_and_ends_streams_at_once() {
    let server = Keyrack::start().await;
    let browser = server.signed_up("ada").await;
    let mut events = browser.follows().await;
    assert_eq!(browser.get("/readyz").await.status, 200);
    server.app.room.leave();
    server.app.hub.close();
    assert_eq!(events.block().await, None);
    let unready = browser.get("/readyz").await;
    assert_eq!(
        (unready.refused(), unready.header("retry-after")),
        ((503, "unavailable".to_owned()), Some("1"))
    );
    let late = browser.send(browser.asks_for_events()).await;
    assert_eq!((late.refused().0, late.header("retry-after")), (503, Some("1")));
    // What is asked all the same is answered.
    browser.session().await;
}

/// How a worker ended: what it holds, the newest revision that it was answered, and what the last try met.
struct Worked {
    rack: String,
    acknowledged: i64,
    refused: reqwest::Error,
}

/// Changes a session again and again until the server is gone; says so once it was answered.
async fn works(browser: Browser, began: oneshot::Sender<()>) -> Worked {
    let mut began = Some(began);
    let mut acknowledged = 0;
    for round in 0.. {
        let form = sign_up_form(&format!("other{round}"));
        let asked = browser.request(Method::POST, "/auth/signup").json(&form).send().await;
        let response = match asked {
            Ok(response) => response,
            Err(refused) => {
                return Worked { rack: browser.credential().unwrap(), acknowledged, refused };
            }
        };
        let reply = Reply::read(response).await;
        acknowledged = reply.ok()["revision"].as_i64().unwrap();
        browser.take(&reply);
        if let Some(began) = began.take() {
            began.send(()).unwrap();
        }
    }
    unreachable!("it ends with the server")
}

/// A request of which the server has the head and waits for the body.
async fn half_asked(base: &str) -> (Raw, String) {
    let body = sign_up_form("late").to_string();
    let mut raw = Raw::connect(base).await;
    let head = format!(
        "POST /auth/signup HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nexpect: 100-continue\r\n\r\n",
        body.len()
    );
    raw.sends(head).await;
    assert!(raw.hears("\r\n\r\n").await.starts_with("HTTP/1.1 100"));
    (raw, body)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn p15_a_stop_under_load_answers_what_is_under_way_and_loses_nothing_that_was_acknowledged() {
    let mut running = Running::dev("info");
    for signals in [&[Signal::TERM][..], &[Signal::INT], &[Signal::TERM, Signal::TERM]] {
        let name = |number: usize| format!("{}x{number}", running.base.rsplit(':').next().unwrap());
        let mut workers = Vec::new();
        for number in 0..4 {
            let (began, begins) = oneshot::channel();
            workers.push(tokio::spawn(works(running.signed_up(&name(number)).await, began)));
            begins.await.unwrap();
        }
        let mut events = running.signed_up(&name(4)).await.follows().await;
        let mut idle = Raw::connect(&running.base).await;
        idle.sends("GET /readyz HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
        assert!(idle.hears("\"ready\"}").await.starts_with("HTTP/1.1 200"));
        let (mut half, body) = half_asked(&running.base).await;
        let stop = Stopwatch::start();
        running.signal(signals[0]);
        // The stream ends at once: from here on the server stops.
        let gone = async { while events.block().await.is_some() {} };
        within(SECOND, gone).await.expect("the stream goes on");
        if let [_, second] = signals {
            running.signal(*second);
        } else {
            idle.sends("GET /readyz HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
            let unready = idle.all().await;
            let says_so = unready.starts_with("HTTP/1.1 503") && unready.contains("retry-after: 1");
            // Whoever comes back later than that, because the machine did something else, is not waited for.
            let came_late = unready.is_empty() && stop.elapsed() >= Patience::default().farewell;
            assert!(says_so || came_late, "{unready}");
            half.sends(body).await;
            let answered = half.all().await;
            let came_late = stop.elapsed() >= 8 * SECOND;
            assert!(answered.starts_with("HTTP/1.1 200") || came_late, "{answered}");
        }
        let ended = tokio::task::spawn_blocking(move || running.ended());
        // Whoever asks twice does not wait the eight seconds that requests have.
        let bound = if signals.len() == 2 { 5 * SECOND } else { 10 * SECOND };
        let (ended, left) = within(bound, ended).await.expect("too slow").unwrap();
        running = tokio::task::spawn_blocking(move || Running::again(left)).await.unwrap();
        assert_eq!(ended.code, Some(0), "{ended:?}");
        for worker in workers {
            let Worked { rack, acknowledged, refused } = worker.await.unwrap();
            let browser = running.browser();
            browser.hold(Some(rack));
            let revision = browser.session().await["revision"].as_i64().unwrap();
            assert!(acknowledged > 0 && revision >= acknowledged, "{revision} is below {acknowledged}");
            // Whoever was told that a connection ends could not make another; no answer was cut off.
            assert!(signals.len() == 2 || refused.is_connect(), "{refused:?}");
        }
    }
}
