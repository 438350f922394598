//! What a page of a long list of members costs: the rows that the database reads, which are as many as of a short list.
//! That the time does not grow either is measured by `cargo xtask bench`.

use crate::organizations::{MEMBER, acme, names};
use crate::support::{Keyrack, forever};
use keyrack_server::membership::{list, words};
use keyrack_server::params;
use serde_json::{Value, json};

/// How the database carries out the statements of a page in the middle of the list, of one in the middle of a search,
/// of a search for one person, of one in the middle of those who have the same name, and of the count of a search.
async fn plans(server: &Keyrack, organization: &str, size: usize) -> Vec<String> {
    let is_postgres = server.app.config.database_url.is_some();
    let explain =
        if is_postgres { "explain (analyze, costs off, timing off) " } else { "explain query plan " };
    let [page, search, count] =
        [list::EVERYBODY, list::FOUND, words::COUNT].map(|sql| forever(format!("{explain}{sql}")));
    let (of, middle) = (organization.to_owned(), format!("first{:06} last{:06}", size / 2, size / 2));
    let one = format!("first{:06} ", size / 3);
    let plans = server.app.db.read(move |on| {
        let ids = "select id from memberships where place_id = $1 order by id limit 1 offset $2";
        let offset = i64::try_from(size / 2).unwrap();
        let id = on.query_one(ids, params![&of, offset])?.unwrap().cells().text()?;
        let [first, one_end, same] = ["first", &one, "same"].map(words::end);
        let mut plans = Vec::new();
        for rows in [
            on.query(page, params![&of, &id, 21_i64, 0_i64])?,
            on.query(search, params![&of, 5_i64, &first, 21_i64, 0_i64, &middle, &id])?,
            on.query(search, params![&of, 12_i64, &one_end, 21_i64, 0_i64, &one, ""])?,
            on.query(search, params![&of, 4_i64, &same, 21_i64, 0_i64, "same", &id])?,
            on.query(count, params![&of, "first", &first, 5_i64, 50_i64])?,
        ] {
            let mut plan = String::new();
            for row in rows {
                let mut cells = row.cells();
                if !is_postgres {
                    // The number of the step, of the one that it is a part of, and one that means nothing.
                    for _ in 0..3 {
                        cells.int()?;
                    }
                }
                plan.push_str(&cells.text()?);
                plan.push('\n');
            }
            plans.push(plan);
        }
        Ok(plans)
    });
    plans.await.unwrap()
}

/// The rows that every step of a plan of PostgreSQL has read, those that it threw away included.
fn rows_read(plan: &str) -> f64 {
    let number = |text: &str| text.split([' ', ')']).next().unwrap_or_default().parse::<f64>().unwrap_or(0.0);
    let (mut rows, mut loops) = (0.0, 0.0);
    for line in plan.lines() {
        if let Some((_, actual)) = line.split_once("(actual rows=") {
            loops = actual.split_once("loops=").map_or(0.0, |(_, loops)| number(loops));
            rows += number(actual) * loops;
        } else if line.trim_start().starts_with("Rows Removed by") {
            rows += line.split_once(": ").map_or(0.0, |(_, thrown)| number(thrown)) * loops;
        }
    }
    rows
}

#[tokio::test]
async fn a_page_of_a_long_list_reads_as_many_rows_as_one_of_a_short_list() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let (short, long) = (ada.founds("Short").await, ada.founds("Long").await);
    server.crowd(&short, 100).await;
    server.crowd(&long, 5_000).await;
    for organization in [&short, &long] {
        // As if all had the same name; some at a time, because all take too long on a machine that is busy.
        let same = "insert into member_words (membership_id, word, shared, deployment_id, place_id)
             select id, 'same', 0, deployment_id, place_id from memberships m where place_id = $1 and not exists
                 (select 1 from member_words w where w.membership_id = m.id and w.word = 'same') limit 500";
        let named = async || {
            let of = organization.clone();
            server.app.db.write(move |tx| tx.execute(same, params![&of])).await.unwrap()
        };
        while named().await > 0 {}
    }
    if server.app.config.database_url.is_some() {
        // As the database does by itself once a table has changed much.
        let analyze = server.app.db.write(|tx| {
            for sql in
                ["analyze memberships", "analyze member_words", "analyze users", "analyze membership_roles"]
            {
                tx.execute(sql, &[])?;
            }
            Ok(())
        });
        analyze.await.unwrap();
    }
    let (of_short, of_long) = (plans(&server, &short, 100).await, plans(&server, &long, 5_000).await);
    let by_name = "(place_id=? AND (word,membership_id)>(?,?) AND word<?)";
    let seeks = ["(place_id=? AND id>?)", by_name, by_name, by_name, "(place_id=? AND word>? AND word<?)"];
    assert_eq!((of_short.len(), of_long.len()), (seeks.len(), seeks.len()));
    for ((short, long), seek) in of_short.iter().zip(&of_long).zip(seeks) {
        if server.app.config.database_url.is_some() {
            let (few, many) = (rows_read(short), rows_read(long));
            assert!(
                many > 0.0 && many <= few * 1.5,
                "{few} rows of the short list, {many} of the long one: {long}"
            );
            continue;
        }
        assert_eq!(short, long);
        for step in long.lines() {
            // The page itself is walked, and put into the order of its members' roles.
            let walks = step.starts_with("SCAN") && !["SCAN p", "SCAN f", "SCAN found"].contains(&step);
            assert!(!walks, "{step} in:\n{long}");
        }
        assert!(long.lines().any(|step| step.contains(seek)), "no {seek} in:\n{long}");
    }
}

#[tokio::test]
async fn a_search_is_counted_once_and_its_pages_say_the_same_total() {
    let server = Keyrack::start().await;
    let ada = server.signed_up("ada").await;
    let acme = ada.founds("Acme").await;
    server.crowd(&acme, 1_010).await;
    let path = format!("/organizations/{acme}/members?search=first&limit=100");
    let meta = |page: &Value| page["meta"].clone();
    let mut page = ada.get(&path).await.ok();
    let mut shown = 0;
    loop {
        // As many as are counted, however many there are.
        assert_eq!(meta(&page)["total"], 1_000);
        shown += page["data"].as_array().unwrap().len();
        let Some(cursor) = meta(&page)["next_cursor"].as_str().map(str::to_owned) else { break };
        page = ada.get(&format!("{path}&cursor={}", cursor.replace(' ', "%20"))).await.ok();
    }
    assert_eq!(shown, 1_010);
    // A page with a number that is the last one is not counted at all.
    let few = ada.get(&format!("/organizations/{acme}/members?search=first00000&limit=4&page=3")).await.ok();
    assert_eq!((meta(&few)["total"].clone(), few["data"].as_array().unwrap().len()), (json!(10), 2));
    let behind =
        ada.get(&format!("/organizations/{acme}/members?search=first00000&limit=4&page=4")).await.ok();
    assert_eq!((meta(&behind)["total"].clone(), behind["data"].as_array().unwrap().len()), (json!(10), 0));
    // A cursor of another search, or of the whole list, begins where this search does, and is counted.
    let whole = ada.get(&format!("/organizations/{acme}/members?limit=5")).await.ok();
    let cursor = whole["meta"]["next_cursor"].as_str().unwrap().to_owned();
    let mixed =
        ada.get(&format!("/organizations/{acme}/members?search=first00000&cursor={cursor}")).await.ok();
    assert_eq!((meta(&mixed)["total"].clone(), mixed["data"].as_array().unwrap().len()), (json!(10), 10));
}

#[tokio::test]
async fn whoever_is_found_by_several_words_is_found_and_counted_once() {
    let server = Keyrack::start().await;
    let (ada, _, acme) = acme(&server).await;
    // "ada test", "ada2 test", "ada2@example.com", "ada@example.com": each person's words lie about the other's.
    let ada2 = server.signed_up("ada2").await;
    server.join(&acme, &ada2.user_id().await, &[MEMBER]).await;
    let path = format!("/organizations/{acme}/members?search=ada");
    let page = ada.get(&path).await.ok();
    assert_eq!(
        (names(&page), page["meta"]["total"].as_i64()),
        (vec!["ada".to_owned(), "ada2".to_owned()], Some(2))
    );
    assert!(page["data"].as_array().unwrap().iter().all(|one| one["roles"].as_array().unwrap().len() == 1));
    let first = ada.get(&format!("{path}&limit=1")).await.ok();
    assert_eq!((names(&first), first["meta"]["total"].as_i64()), (vec!["ada".to_owned()], Some(2)));
}
