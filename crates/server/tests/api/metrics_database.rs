//! What is counted of the database, and what is told while it does not answer.

use crate::metrics::{Rise, rises, scrape};
use crate::support::Keyrack;
use keyrack_protocol::Code;
use keyrack_server::params;
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier, Mutex};

#[tokio::test]
async fn transactions_are_counted_by_kind_and_outcome() {
    let server = Keyrack::start().await;
    let (done, took) =
        ("keyrack_database_transactions_total", "keyrack_database_transaction_duration_seconds_count");
    let by: [Rise<'_>; 6] = [
        (done, &[("kind", "write"), ("outcome", "done")], 1.0),
        (done, &[("kind", "write"), ("outcome", "refused")], 1.0),
        (done, &[("kind", "write"), ("outcome", "failed")], 1.0),
        (done, &[("kind", "single"), ("outcome", "done")], 1.0),
        (took, &[("kind", "write")], 3.0),
        (took, &[("kind", "single")], 1.0),
    ];
    let db = &server.app.db;
    rises(&server, &by, async || {
        db.write(|_| Ok(())).await.unwrap();
        db.write(|_| Err::<(), _>(Code::NotFound.into())).await.unwrap_err();
        db.write(|tx| tx.execute("no sql", &[])).await.unwrap_err();
        db.read_single(|on| on.query("select 1", &[]).map(drop)).await.unwrap();
    })
    .await;
    // The scrape looks once itself.
    let looked: [Rise<'_>; 1] = [(done, &[("kind", "read"), ("outcome", "done")], 4.0)];
    rises(&server, &looked, async || {
        for _ in 0..3 {
            db.read(|_| Ok(())).await.unwrap();
        }
    })
    .await;
    let connections = scrape(&server).await.value("keyrack_database_connections", &[]);
    // A node makes them as it needs them, and never more than these: docs/OPERATING.md counts on it.
    assert!((1.0..=13.0).contains(&connections), "{connections}");
    assert!(db.is_shared() || (connections - 3.0).abs() < 0.5, "{connections}");
}

#[tokio::test]
async fn a_transaction_that_another_was_in_the_way_of_is_counted_as_run_again() {
    let server = Keyrack::start().await;
    if !server.app.db.is_shared() {
        // One writer has nobody in its way.
        return;
    }
    let own = server.app.sites[0].config.id.clone();
    for name in ["one", "two"] {
        let own = own.clone();
        let made = server.app.db.write(move |tx| {
            tx.execute(
                "insert into facts (deployment_id, name, value) values ($1, $2, '')",
                params![&own, name],
            )
        });
        made.await.unwrap();
    }
    // Each holds one row and wants the other's: the first time both are there before either goes on.
    let meet = Arc::new((Barrier::new(2), Mutex::new(0)));
    let crossed = |first: &'static str, second: &'static str| {
        let (own, meet) = (own.clone(), Arc::clone(&meet));
        server.app.db.write(move |tx| {
            let sql = "update facts set value = 'x' where deployment_id = $1 and name = $2";
            tx.execute(sql, params![&own, first])?;
            let turn = {
                let mut turns = meet.1.lock().unwrap();
                *turns += 1;
                *turns
            };
            if turn <= 2 {
                meet.0.wait();
            }
            tx.execute(sql, params![&own, second])
        })
    };
    let before = scrape(&server).await;
    let (one, two) = tokio::join!(crossed("one", "two"), crossed("two", "one"));
    assert_eq!((one.unwrap(), two.unwrap()), (1, 1));
    let again = scrape(&server).await.value("keyrack_database_retries_total", &[]);
    assert!(again > before.value("keyrack_database_retries_total", &[]));
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_told_and_does_not_hold_up_the_scrape() {
    let server = Keyrack::start().await;
    let up = async || scrape(&server).await.value("keyrack_database_up", &[]);
    assert!((up().await - 1.0).abs() < 1e-9);
    // Every thread that reads is kept busy.
    let kept: Vec<_> = (0..8)
        .map(|_| {
            let (release, released) = channel::<()>();
            let released = Mutex::new(released);
            let app = Arc::clone(&server.app);
            tokio::spawn(async move {
                let held = app.db.read(move |_| {
                    let _ = released.lock().unwrap().recv();
                    Ok(())
                });
                let _ = held.await;
            });
            release
        })
        .collect();
    // They are all in the queue before the scrape is; whoever is ahead of it there is waited for.
    tokio::task::yield_now().await;
    let away = scrape(&server).await;
    assert_eq!(away.find("keyrack_database_up", &[]), Some(0.0));
    assert!(away.0["keyrack_outbox_queued"].samples.is_empty(), "what is not known is not told");
    assert!(away.value("process_resident_memory_bytes", &[]) > 0.0);
    drop(kept);
    assert!((up().await - 1.0).abs() < 1e-9);
}
