//! What the sweep deletes, in which deployments, and what goes wrong beside it.

use crate::support::{Keyrack, PASSWORD, sign_up_form};
use keyrack_server::{params, sweep};
use serde_json::json;

const DAY: i64 = 86_400_000;

/// Rows of a deployment in `table` that this server may not run any more.
async fn rows(server: &Keyrack, sql: &'static str, deployment: &str) -> i64 {
    let deployment = deployment.to_owned();
    let count = server
        .app
        .db
        .read(move |on| on.query_one(sql, params![&deployment])?.expect("a count has a row").cells().int());
    count.await.unwrap()
}

#[tokio::test]
async fn what_a_retired_deployment_holds_goes_as_in_one_that_runs() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    server.browser().begins_sign_up("bob").await;
    let retired = server.app.sites[0].config.id.clone();
    let server = server
        .restart_with(|config| {
            config.retired = vec![config.deployments[0].id.clone()];
            config.deployments[0].id.push('x');
        })
        .await;
    let all = "select (select count(*) from sessions where deployment_id = $1)
        + (select count(*) from sign_ins where deployment_id = $1)
        + (select count(*) from attempts where deployment_id = $1)
        + (select count(*) from outbox where deployment_id = $1 and state <> 'queued')
        + (select count(*) from one_time_secrets where deployment_id = $1)";
    assert!(rows(&server, all, &retired).await >= 6);
    sweep::run_once(&server.app).await.unwrap();
    assert!(rows(&server, all, &retired).await >= 6, "before its time");
    for _ in 0..75 {
        server.advance(DAY);
        sweep::run_once(&server.app).await.unwrap();
    }
    assert_eq!(rows(&server, all, &retired).await, 0);
    let users = "select count(*) from users where deployment_id = $1";
    assert_eq!(rows(&server, users, &retired).await, 1);
    let audit = "select count(*) from audit where deployment_id = $1";
    assert!(rows(&server, audit, &retired).await > 0);
    server.advance(400 * DAY);
    sweep::run_once(&server.app).await.unwrap();
    assert_eq!(rows(&server, audit, &retired).await, 0);
}

/// Whoever retires a deployment keeps its data: also what the law wants to be kept longer than others do.
#[tokio::test]
async fn what_a_retired_deployment_holds_stays_as_long_as_it_was_configured_there() {
    for is_remembered in [true, false] {
        let server = Keyrack::start_with(|deployment| {
            deployment.retention.audit_ms = 1000 * DAY;
            deployment.retention.sign_ins_ms = 3 * DAY;
        })
        .await;
        server.signed_up("ada").await.post("/session/sign-out", json!({})).await.ok();
        let retired = server.app.sites[0].config.id.clone();
        let server = server
            .restart_with(|config| {
                config.retired = vec![config.deployments[0].id.clone()];
                config.deployments[0].id.push('x');
            })
            .await;
        if !is_remembered {
            // As by a keyrack that knew nothing of this.
            let (id, sql) =
                (retired.clone(), "delete from facts where deployment_id = $1 and name = 'retention'");
            assert_eq!(server.app.db.write(move |tx| tx.execute(sql, params![&id])).await.unwrap(), 1);
        }
        let (audit, sign_ins) = (
            "select count(*) from audit where deployment_id = $1",
            "select count(*) from sign_ins where deployment_id = $1",
        );
        let mut day = 0;
        let mut left = async |after: i64| {
            server.advance((after - day) * DAY);
            day = after;
            sweep::run_once(&server.app).await.unwrap();
            (rows(&server, audit, &retired).await > 0, rows(&server, sign_ins, &retired).await > 0)
        };
        assert_eq!(left(2).await, (true, true));
        assert_eq!(left(4).await, (true, !is_remembered));
        assert_eq!(left(399).await, (true, !is_remembered));
        assert_eq!(left(999).await, (true, false));
        assert_eq!(left(1001).await, (!is_remembered, false));
        assert_eq!(left(3649).await, (!is_remembered, false));
        assert_eq!(left(3651).await, (false, false));
    }
}

#[tokio::test]
async fn what_cannot_be_deleted_keeps_nothing_else() {
    let server = Keyrack::start().await;
    if server.app.config.database_url.is_some() {
        // The tables are shared by every test there.
        return;
    }
    let browser = server.signed_up("ada").await;
    browser.post("/session/sign-out", json!({})).await.ok();
    let trigger = "create trigger no before delete on attempts begin select raise(abort, 'no'); end";
    server.app.db.write(move |tx| tx.execute(trigger, &[])).await.unwrap();
    server.advance(500 * DAY);
    sweep::run_once(&server.app).await.unwrap_err();
    assert!(server.count("select count(*) from attempts where deployment_id = $1").await > 0);
    for left in [
        // A key that signs follows one that is too old, and its record is of today.
        "select count(*) from audit where deployment_id = $1 and event <> 'signing_key_made'",
        "select count(*) from sign_ins where deployment_id = $1",
        "select count(*) from one_time_secrets where deployment_id = $1",
        "select count(*) from throttles where deployment_id = $1 and kind <> 'account'",
    ] {
        assert_eq!(server.count(left).await, 0, "{left}");
    }
}

#[tokio::test]
async fn c01_counts_at_made_up_identifiers_go_and_an_accounts_stays() {
    let server = Keyrack::start().await;
    server.signed_up("ada").await;
    let guess = async |name: &str| server.browser().sign_in(name, "wrong").await.status;
    for name in ["ada", "nobody"] {
        for _ in 0..9 {
            assert_eq!(guess(name).await, 401);
        }
    }
    let kept = "select count(*) from throttles where deployment_id = $1";
    server.advance(29 * DAY);
    sweep::run_once(&server.app).await.unwrap();
    assert_eq!(server.count(kept).await, 4);
    server.advance(2 * DAY);
    sweep::run_once(&server.app).await.unwrap();
    assert_eq!(server.count(kept).await, 1);
    // The tenth wrong one in a row, however long ago the others were: a guesser waits, and gets no new hundred.
    assert_eq!(guess("ada").await, 401);
    assert_eq!(server.browser().sign_in("ada", PASSWORD).await.refused().0, 401);
    assert_eq!(guess("nobody").await, 401);
    server.advance(15_000);
    server.signed_in("ada").await;
    assert_eq!(
        server.count("select count(*) from throttles where deployment_id = $1 and kind = 'account'").await,
        0
    );
}

#[tokio::test]
async fn c13_a_sign_up_for_which_there_is_no_place_uses_up_no_budget() {
    let server = Keyrack::start_configured(|config| config.dev = false).await;
    let held: Vec<_> = std::iter::from_fn(|| server.app.hasher.place_for_new().ok()).collect();
    let refused = server.browser().post("/auth/signup", sign_up_form("ada")).await.refused();
    assert_eq!(refused, (503, "unavailable".to_owned()));
    let counted = "select count(*) from throttles where deployment_id = $1 and kind = 'sign_up'";
    assert_eq!(server.count(counted).await, 0);
    drop(held);
    server.browser().begins_sign_up("ada").await;
    assert_eq!(server.count(counted).await, 1);
}
