//! Nobody is told what a statement says that had begun before they asked.

use super::*;
use crate::db::postgres::Connection;
use crate::db::tx::Engine;
use crate::world::World;
use tokio::sync::oneshot::error::TryRecvError;

fn asked(confirmer: &Confirmer, queue: &Queue, id: &SessionId) -> oneshot::Receiver<Result<Present>> {
    confirmer.ask(queue, id, false)
}

fn told(answer: &mut oneshot::Receiver<Result<Present>>) -> Option<std::result::Result<Option<i64>, String>> {
    match answer.try_recv() {
        Ok(said) => {
            Some(said.map(|present| present.map(|(_, revision)| revision)).map_err(|e| e.to_string()))
        }
        Err(TryRecvError::Empty) => None,
        Err(TryRecvError::Closed) => panic!("it was dropped without a word"),
    }
}

#[test]
fn who_asks_while_a_statement_is_under_way_is_told_what_the_next_one_says() {
    let Ok(url) = std::env::var("KEYRACK_TEST_DATABASE_URL") else { return };
    let mut connection = Connection::for_tests(&url);
    let world = World::for_tests(u64::from_be_bytes(crate::world::Random::System.bytes()));
    let (one, other, nobody) = (SessionId::draw(&world), SessionId::draw(&world), SessionId::draw(&world));
    let deployment = format!("confirm-{one}");
    let mut tx = Tx::new(Engine::Postgres(&mut connection));
    let insert = "insert into deployments (id, version, created_at) values ($1, 1, 0)";
    tx.execute(insert, params![&deployment]).unwrap();
    for id in [&one, &other] {
        let insert =
            "insert into sessions (id, deployment_id, version, revision, key_hash, valid_until, outer_until,
            created_at, updated_at) values ($1, $2, 1, 1, '', 0, 0, 0, 0)";
        tx.execute(insert, params![id.as_str(), &deployment]).unwrap();
    }
    let (confirmer, (queue, inbox)) = (Confirmer::default(), Queue::new(8));
    let mut first = [&one, &one, &nobody].map(|id| asked(&confirmer, &queue, id));
    drop(asked(&confirmer, &queue, &other));
    let mut work = inbox.next().unwrap();
    // Came before the statement begins.
    let mut just_in_time = asked(&confirmer, &queue, &other);
    assert!(work.job.run(&mut tx));
    let raise = "update sessions set revision = 2 where deployment_id = $1";
    tx.execute(raise, params![&deployment]).unwrap();
    let mut late = [&one, &other].map(|id| asked(&confirmer, &queue, id));
    work.job.answer(Ok(()));
    assert_eq!(first.each_mut().map(told), [Some(Ok(Some(1))), Some(Ok(Some(1))), Some(Ok(None))]);
    assert_eq!(told(&mut just_in_time), Some(Ok(Some(1))));
    assert_eq!(late.each_mut().map(told), [None, None]);
    let mut work = inbox.next().unwrap();
    assert!(work.job.run(&mut tx));
    work.job.answer(Ok(()));
    assert_eq!(late.each_mut().map(told), [Some(Ok(Some(2))), Some(Ok(Some(2)))]);
    assert!(inbox.next_waiting().is_none(), "nobody waits");
}

#[test]
fn a_statement_that_fails_or_is_never_sent_is_told_to_all_and_the_next_is_tried() {
    let (confirmer, world) = (Confirmer::default(), World::for_tests(1));
    let id = SessionId::draw(&world);
    let (queue, inbox) = Queue::new(1);
    let lost = || Err(Error::unavailable("use PostgreSQL", "gone"));
    for _ in 0..2 {
        let mut waiting = [(); 3].map(|()| asked(&confirmer, &queue, &id));
        inbox.next().unwrap().job.answer(lost());
        assert!(waiting.iter_mut().all(|answer| told(answer).unwrap().unwrap_err().contains("gone")));
    }
    // A thread that ends with it.
    let mut waiting = asked(&confirmer, &queue, &id);
    drop(inbox.next().unwrap());
    assert!(told(&mut waiting).unwrap().unwrap_err().contains("nobody to send"));
    // A queue that is full, and one that is gone.
    let mut kept = asked(&confirmer, &queue, &id);
    let other = Confirmer::default();
    assert!(told(&mut asked(&other, &queue, &id)).unwrap().unwrap_err().contains("nobody to send"));
    assert_eq!(told(&mut kept), None);
    drop(inbox);
    assert!(told(&mut kept).unwrap().is_err());
    assert!(told(&mut asked(&confirmer, &queue, &id)).unwrap().is_err());
}
