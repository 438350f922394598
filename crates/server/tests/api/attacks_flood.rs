//! Attacks by number (area M): what visitors without an account leave behind.

use crate::support::{Browser, Keyrack, PASSWORD, sign_in_form};
use futures_util::future::join_all;
use keyrack_server::sweep;
use reqwest::Method;

const HOUR: i64 = 3_600_000;

/// One for people, not for development: there everybody is this machine, and sign-ups are not counted.
async fn serving() -> Keyrack {
    Keyrack::start_configured(|config| config.dev = false).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m08_two_thousand_visitors_without_a_cookie_leave_no_row_and_take_none_along() {
    for server in [serving().await, Keyrack::production().await] {
        server.signed_up("ada").await;
        let before = server.rows().await;
        let client = crate::support::client();
        let visitor = async |number: usize| {
            for path in ["/session", "/session?poll=1", "/deployment", "/session/token", "/me"] {
                // Some hold what never was a credential, or is one no more.
                let forged = format!("ses_{number:026}.AAAAAAAAAAAAAAAAAAAAAA");
                let request = client.request(Method::GET, format!("{}{path}", server.base));
                let request = if number.is_multiple_of(2) {
                    request
                } else {
                    request.header("x-development-session", forged)
                };
                let answer = request.send().await.unwrap();
                assert!([200, 401].contains(&answer.status().as_u16()), "{path}");
                for handed in ["set-cookie", "x-development-session"] {
                    assert!(answer.headers().get(handed).is_none(), "{path}");
                }
            }
        };
        for first in (0..400).step_by(40) {
            join_all((first..first + 40).map(visitor)).await;
        }
        assert_eq!(server.rows().await, before);
    }
}

#[tokio::test]
async fn m08_one_address_begins_300_sign_ups_an_hour_and_guesses_a_bounded_number_of_identifiers() {
    let server = serving().await;
    for number in 0..300 {
        server.browser().begins_sign_up(&format!("n{number}")).await;
    }
    let full = server.rows().await;
    assert_eq!((full["sessions"], full["attempts"], full["users"]), (300, 300, 0));
    for number in 300..320 {
        let browser = server.browser();
        let reply = browser.post("/auth/signup", crate::support::sign_up_form(&format!("n{number}"))).await;
        assert_eq!(reply.refused(), (429, "too_many_attempts".to_owned()));
        assert_eq!(reply.header("retry-after"), Some("3600"));
        assert_eq!(browser.credential(), None);
    }
    assert_eq!(server.rows().await, full);
    server.advance(HOUR);
    server.browser().begins_sign_up("n320").await;

    let before = server.rows().await["throttles"];
    let mut refused = 0;
    for number in 0..200 {
        let reply =
            server.browser().post("/auth/signin", sign_in_form(&format!("g{number}"), "wrong guess")).await;
        refused += usize::from(reply.refused().0 == 429);
    }
    assert!(refused >= 165, "{refused}");
    assert!(server.rows().await["throttles"] - before <= 80, "{:?}", server.rows().await);
}

#[tokio::test]
async fn m08_a_sign_up_that_was_begun_and_left_is_gone_two_days_later() {
    let server = serving().await;
    let (empty, browser) = (server.rows().await, server.browser());
    for number in 0..30 {
        let stranger = server.browser();
        let attempt = stranger.begins_sign_up(&format!("n{number}")).await;
        stranger.asks_for_code(&attempt).await.ok();
        browser.begins_sign_up(&format!("m{number}")).await;
    }
    server.mails("n0").await;
    // While they can be asked for they stay.
    sweep::run_once(&server.app).await.unwrap();
    assert!(server.rows().await["attempts"] >= 31);
    for _ in 0..9 {
        server.advance(24 * HOUR);
        sweep::run_once(&server.app).await.unwrap();
    }
    let mut rows = server.rows().await;
    rows.remove("leases");
    // Records are kept for 400 days, and are few whatever strangers do.
    rows.remove("audit");
    let theirs = "select count(*) from audit where deployment_id = $1 and event <> 'signing_key_made'";
    let records = server.count(theirs).await;
    assert!(records <= 30, "{records}");
    let left = rows.iter().filter(|(table, count)| **count > empty[*table]).collect::<Vec<_>>();
    assert!(left.is_empty(), "{left:?}");
}

/// What an account did is kept for as long as somebody may ask for it.
async fn still_there(server: &Keyrack, browser: &Browser) {
    sweep::run_once(&server.app).await.unwrap();
    assert_eq!(browser.accounts().await, ["ada*"]);
    assert_eq!(server.count("select count(*) from users where deployment_id = $1").await, 1);
}

#[tokio::test]
async fn what_is_deleted_is_nobodys_any_more() {
    let server = serving().await;
    let browser = server.signed_up("ada").await;
    let other = server.signed_in("ada").await;
    other.post("/session/sign-out", serde_json::json!({})).await.ok();
    for _ in 0..28 {
        server.advance(24 * HOUR);
        still_there(&server, &browser).await;
        // The credential of what ended still says why, until it would have expired.
        assert_eq!(other.session().await["end_reason"], "signed_out");
    }
    server.advance(7 * 24 * HOUR);
    sweep::run_once(&server.app).await.unwrap();
    assert_eq!(browser.session().await["id"], "");
    for _ in 0..70 {
        server.advance(24 * HOUR);
        sweep::run_once(&server.app).await.unwrap();
    }
    let rows = server.rows().await;
    for table in ["sessions", "sign_ins", "attempts", "one_time_secrets", "outbox", "sign_in_activity"] {
        assert_eq!(rows[table], 0, "{table}");
    }
    assert_eq!(rows["users"], 1);
    browser.sign_in("ada", PASSWORD).await.ok();
}
