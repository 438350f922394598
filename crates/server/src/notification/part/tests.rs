//! Pages and counts of a large inbox read no more than they show.

use super::*;
use crate::db::Db;
use std::sync::Arc;

const LIMIT: i64 = 20;

fn user() -> UserId {
    UserId::stored("usr_reader".to_owned())
}

fn part(ranges: usize, is_starred: Option<bool>, severity: Option<NotificationSeverity>) -> Part {
    let range = |index: usize| (format!("mem_{index}"), State::ALL[index % 2]);
    Part { ranges: (0..ranges).map(range).collect(), is_starred, severity }
}

/// Every way to narrow a part that has an index of its own.
fn parts() -> [Part; 4] {
    let severe = Some(NotificationSeverity::Warning);
    [part(3, None, None), part(3, None, severe), part(3, Some(true), None), part(3, Some(true), severe)]
}

fn explained(how: &str, sql: &str) -> &'static str {
    Box::leak(format!("{how} {sql}").into_boxed_str())
}

#[test]
fn every_text_narrows_what_it_is_asked_to() {
    let severe = Some(NotificationSeverity::Info);
    for statement in [&*PAGE, &*COUNT, &*MOVE] {
        let text = |is_starred, severity| part(1, is_starred, severity).statement_of(statement).to_owned();
        for (is_starred, mark) in [(Some(true), "starred = 1"), (Some(false), "starred = 0")] {
            assert!(text(is_starred, None).contains(mark));
            assert!(text(is_starred, severe).contains(mark));
            assert!(!text(None, severe).contains(mark));
        }
        assert!(text(None, severe).contains(".severity = $") && !text(None, None).contains(".severity = $"));
    }
}

impl Part {
    fn statement_of(&self, of: &'static [String; 6]) -> &'static str {
        self.statement(of)
    }
}

#[tokio::test]
async fn a_page_and_a_count_read_their_ranges_by_an_index_from_both_ends() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open_sqlite(folder.path(), Arc::new(|_| {})).unwrap();
    for part in parts() {
        for (of, ends) in [(&*PAGE, " AND ord>? AND ord<?)"), (&*COUNT, " AND ord<?)")] {
            let sql = part.statement(of);
            let asking = part.clone();
            let plan = db.read(move |on| {
                let user = user();
                let params = asked(&user, (&asking, &asking.ranges), (END, LIMIT));
                on.query(explained("explain query plan", sql), &params)
            });
            let steps: Vec<String> = plan
                .await
                .unwrap()
                .into_iter()
                .map(|row| {
                    let mut cells = row.cells();
                    let numbers = [cells.int().unwrap(), cells.int().unwrap(), cells.int().unwrap()];
                    assert!(numbers[0] > 0);
                    cells.text().unwrap()
                })
                .collect();
            let shown = steps.join("; ");
            let search =
                steps.iter().find(|step| step.starts_with("SEARCH n ")).unwrap_or_else(|| panic!("{shown}"));
            assert!(
                search.contains("user_id=? AND membership_id=? AND ") && search.ends_with(ends),
                "{shown}"
            );
            assert!(!shown.contains("SCAN n") && !shown.contains("SCAN b"), "{shown}");
        }
    }
}

/// The rows that PostgreSQL has read of the table, by its own account.
fn rows_read(plan: &[String]) -> u64 {
    let number = |step: &str, name: &str| -> Option<u64> {
        let rest = &step[step.find(name)? + name.len()..];
        rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
    };
    let mut read = 0;
    for (at, step) in plan.iter().enumerate().filter(|(_, step)| step.contains(" on notifications ")) {
        let loops = number(step, "loops=").unwrap();
        read += number(step, "actual rows=").unwrap() * loops;
        let of_it = plan[at + 1..].iter().take_while(|line| !line.contains("->"));
        read += of_it.filter_map(|line| number(line, "Rows Removed by Filter: ")).sum::<u64>() * loops;
    }
    read
}

#[tokio::test]
async fn a_page_of_thirty_thousand_reads_what_it_shows_on_postgresql_too() {
    let Ok(url) = std::env::var("KEYRACK_TEST_DATABASE_URL") else { return };
    let opened = tokio::task::spawn_blocking(move || Db::open_postgres(&url, Arc::new(|_| {})));
    let db = opened.await.unwrap().unwrap();
    // A table of this connection's own, which goes with the transaction.
    let undone = db.write(|tx| -> Result<()> {
        tx.execute("create temporary table notifications (like notifications including all)", &[])?;
        for tenth in 0..3_i64 {
            tx.execute(
                "insert into notifications (id, deployment_id, user_id, membership_id, kind, severity, subject, metadata,
                     state, starred, ord, created_at, updated_at)
                 select 'ntf_' || n, 'dep', 'usr_reader', 'mem_' || (n % 5), 'kind',
                     case n % 2 when 0 then 'warning' else 'info' end, '', '{}',
                     case n % 3 when 0 then 'unread' else 'read' end, case n % 9 when 0 then 1 else 0 end,
                     'ntf_' || n, n, n
                 from generate_series(100000 + $1 * 10000, 109999 + $1 * 10000) n",
                params![tenth],
            )?;
        }
        tx.execute("analyze notifications", &[])?;
        for part in parts() {
            for (of, most) in [(&*PAGE, LIMIT), (&*COUNT, 100)] {
                let user = user();
                let params = asked(&user, (&part, &part.ranges), (END, most));
                let ask = explained("explain (analyze, costs off, timing off)", part.statement(of));
                let plan: Result<Vec<String>> =
                    tx.query(ask, &params)?.into_iter().map(|row| row.cells().text()).collect();
                let plan = plan?;
                let (read, shown) = (rows_read(&plan), plan.join("\n"));
                // Each of three ranges once to find where it ends, and once to show it; averages are rounded up.
                assert!((1..=1_000).contains(&read), "{read}:\n{shown}");
            }
        }
        Err(crate::error::Error::internal("look at plans", "done"))
    });
    assert!(undone.await.unwrap_err().to_string().contains("done"));
}
