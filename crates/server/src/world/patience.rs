use std::time::Duration;

/// How long the other end of a connection is waited for. No file and no argument can say otherwise: only tests
/// are less patient.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the first byte of a request, on a new connection or after an answer (60 seconds).
    pub idle: Duration,
    /// For a request's line and headers, from their first byte on (10 seconds).
    pub head: Duration,
    /// For a request's body, from when it is asked for (30 seconds).
    pub body: Duration,
    /// For an answer to be taken, from when the network takes no more of it (60 seconds).
    pub answer: Duration,
    /// For one more request on an idle connection, from when this server is told to stop (1 second): whoever sent
    /// one a moment before it heard of that is still answered.
    pub farewell: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let [idle, head, body, answer, farewell] = [60, 10, 30, 60, 1].map(Duration::from_secs);
        Self { idle, head, body, answer, farewell }
    }
}
