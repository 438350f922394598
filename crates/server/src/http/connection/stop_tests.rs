//! What a stop does to those who are connected.

use super::{Server, nothing};
use std::time::Duration;
use tokio::io::duplex;
use tokio::time::sleep;

#[tokio::test(start_paused = true)]
async fn a_stop_ends_idle_connections_after_a_moment_and_the_others_with_their_answer() {
    let server = Server::start(10);
    let (fresh, mut idle, mut asking, mut half) =
        (server.connect(), server.connect(), server.connect(), server.connect());
    idle.asks().await;
    asking.says("GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await;
    half.says("GET /slow HTTP/1.1\r\n").await;
    sleep(Duration::from_secs(1)).await;
    server.stop.send(true).unwrap();
    assert_eq!([fresh.ends().await, idle.ends().await], [nothing(2), nothing(2)]);
    assert_eq!(half.ends().await, nothing(10));
    let (seconds, said) = asking.ends().await;
    assert!(seconds == 300 && said.ends_with("at last"), "{seconds} {said}");
    server.serving.await.unwrap();
    assert!(server.connect.send(duplex(1).0).is_err(), "nobody listens any more");
}

#[tokio::test(start_paused = true)]
async fn p15_what_was_on_its_way_when_the_stop_came_is_answered_and_told_to_go_elsewhere_next() {
    let server = Server::start(10);
    let mut idle = server.connect();
    idle.asks().await;
    server.stop.send(true).unwrap();
    let mut connected = server.connect();
    for client in [&mut idle, &mut connected] {
        client.says("GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    }
    for client in [idle, connected] {
        let (seconds, said) = client.ends().await;
        assert!(
            seconds == 0 && said.contains("connection: close") && said.ends_with('7'),
            "{seconds} {said}"
        );
    }
    server.serving.await.unwrap();
}
