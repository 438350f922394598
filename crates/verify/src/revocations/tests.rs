use super::*;
use serde_json::Value;

#[derive(Debug, Default)]
struct Still(AtomicI64);

impl Clock for Still {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    fn passed_ms(&self) -> i64 {
        self.now_ms()
    }
}

const VECTORS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tokens.json"));

fn made(when_cut: WhenCut) -> (Revocations, Arc<Still>) {
    let clock = Arc::new(Still::default());
    (Revocations::new(when_cut, Arc::<Still>::clone(&clock)), clock)
}

#[test]
fn every_stream_of_the_vectors_is_heard_as_it_says() {
    let vectors: Value = serde_json::from_str(VECTORS).unwrap();
    for stream in vectors["streams"].as_array().unwrap() {
        let (revocations, _) = made(WhenCut::Lifetime);
        let (mut events, mut last) = (Events::default(), None);
        let mut outcome = Ok(());
        for chunk in stream["chunks"].as_array().unwrap() {
            let bytes = chunk.as_str().unwrap().as_bytes();
            outcome = outcome.and_then(|()| revocations.take_bytes(&mut events, bytes, &mut last));
        }
        assert_eq!(outcome.is_err(), stream["broken"] == true, "{}", stream["name"]);
        if outcome.is_ok() {
            let known = revocations.known.read().unwrap();
            let expected = stream["known"].as_object().unwrap();
            assert_eq!(known.len(), expected.len(), "{}", stream["name"]);
            for (sign_in, rev) in expected {
                assert_eq!(known.not_before(sign_in), rev.as_i64(), "{}", stream["name"]);
            }
            assert_eq!(last.as_deref(), stream["last_event_id"].as_str(), "{}", stream["name"]);
        }
    }
}

#[test]
fn what_is_closed_refuses_before_the_first_word_and_when_nothing_was_heard_for_too_long() {
    let (revocations, clock) = made(WhenCut::Closed(Duration::from_secs(10)));
    let (mut events, mut last) = (Events::default(), None);
    assert_eq!(revocations.judge("sin_1", 1), Err(Refusal::NoRevocations));
    revocations.take_bytes(&mut events, b"retry: 1000\n\n:\n\n", &mut last).unwrap();
    assert_eq!(revocations.judge("sin_1", 1), Err(Refusal::NoRevocations), "a beat is no snapshot");
    let snapshot = b"event: snapshot\nid: e.0\ndata: {\"window_ms\":65000,\"revocations\":[]}\n\n";
    revocations.take_bytes(&mut events, snapshot, &mut last).unwrap();
    clock.0.store(10_000, Ordering::SeqCst);
    assert_eq!(revocations.judge("sin_1", 1), Ok(()));
    clock.0.store(10_001, Ordering::SeqCst);
    assert_eq!(revocations.judge("sin_1", 1), Err(Refusal::NoRevocations));
    revocations.take_bytes(&mut events, b":\n\n", &mut last).unwrap();
    assert_eq!(revocations.judge("sin_1", 1), Ok(()), "a beat shows that the stream lives");
}

#[test]
fn what_lives_out_its_time_is_let_in_while_nobody_is_heard() {
    let (revocations, clock) = made(WhenCut::Lifetime);
    assert_eq!(revocations.judge("sin_1", 1), Ok(()));
    clock.0.store(3_600_000, Ordering::SeqCst);
    assert_eq!(revocations.judge("sin_1", 1), Ok(()));
}
