//! One session's stream: opened again and again, until it is no longer wanted.

use super::frames::{Frame, Frames};
use super::order::Told;
use super::time::Moment;
use crate::json;

/// The server writes something every 15 seconds: silent for longer than twice that, a stream is dead.
const SILENT_MS: u64 = 35_000;

/// Pause before the next connection unless the server names one, and the bounds of all pauses.
const RETRY_MS: u64 = 1_000;
const SHORTEST_MS: u64 = 100;
const LONGEST_MS: u64 = 60_000;

/// A connection that held for so long is none of a row of failures; those that the server ends are no oftener opened.
const STEADY_MS: u64 = 5_000;

/// As many failures in a row as it counts for when there is said to be nothing to follow: half a minute, then a minute.
const NOTHING_FAILURES: u32 = 5;

/// What a connection says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// It was answered: with this status, by a stream of events or by something else.
    Answered {
        /// The HTTP status.
        status: u16,
        /// Whether the body is `text/event-stream`.
        is_stream: bool,
        /// The header `Retry-After`.
        retry_after: Option<String>,
    },
    /// Some of the body.
    Bytes(Vec<u8>),
    /// The body is over, by the server's wish.
    Ended,
    /// It broke off, or could not be made.
    Broken,
}

#[derive(Debug)]
enum At {
    /// Nothing is followed.
    Nothing,
    Connection {
        number: u64,
        frames: Frames,
        opened: Option<Moment>,
        heard: Moment,
        /// The server began it as Keyrack does.
        is_begun: bool,
    },
    Pause {
        until: u64,
    },
}

/// What is to be done for it.
#[derive(Debug, PartialEq, Eq)]
pub enum Wish {
    Open {
        number: u64,
        path: String,
    },
    Close {
        number: u64,
    },
    Notice(Told),
    /// What is read under these paths may be another by now.
    Beside(Vec<String>),
}

/// Everything about it.
#[derive(Debug)]
pub struct Stream {
    id: String,
    leads: bool,
    at: At,
    failures: u32,
    retry: u64,
    /// What the server asks for beside, when it takes no more streams, in milliseconds.
    retry_after: u64,
    /// The revision of the last event.
    last: Option<i64>,
    numbers: u64,
    wishes: Vec<Wish>,
}

impl Default for Stream {
    fn default() -> Self {
        let (id, wishes) = (String::new(), Vec::new());
        Self {
            id,
            leads: false,
            at: At::Nothing,
            failures: 0,
            retry: RETRY_MS,
            retry_after: 0,
            last: None,
            numbers: 0,
            wishes,
        }
    }
}

impl Stream {
    /// From now on it is this session; none for the empty id. True when that is news.
    pub fn follow(&mut self, id: &str, now: Moment) -> bool {
        let is_news = id != self.id;
        if is_news {
            id.clone_into(&mut self.id);
            self.restart(now);
        }
        is_news
    }

    /// Whether it is this store that holds the stream, among those that share a session.
    pub fn lead(&mut self, leads: bool, now: Moment) {
        if leads != self.leads {
            self.leads = leads;
            self.restart(now);
        }
    }

    /// What is to be done since this was asked last.
    pub fn wishes(&mut self) -> Vec<Wish> {
        std::mem::take(&mut self.wishes)
    }

    /// Connects anew, at once.
    pub fn hurry(&mut self, now: Moment) {
        if !matches!(self.at, At::Nothing) {
            self.failures = 0;
            self.close();
            self.connect(now);
        }
    }

    /// The same, unless it is well.
    pub fn look(&mut self, now: Moment) {
        let is_well = matches!(&self.at, At::Connection { heard, .. } if now.since(*heard) <= SILENT_MS);
        if !is_well {
            self.hurry(now);
        }
    }

    /// When it has something to do, in ticks.
    pub fn due(&self) -> Option<u64> {
        match &self.at {
            At::Nothing => None,
            At::Connection { heard, .. } => Some(heard.ticks + SILENT_MS),
            At::Pause { until } => Some(*until),
        }
    }

    /// Does what is due.
    pub fn wake(&mut self, now: Moment, chance: f64) {
        if self.due().is_none_or(|due| due > now.ticks) {
            return;
        }
        match self.at {
            At::Connection { .. } => self.over(false, now, chance),
            _ => self.connect(now),
        }
    }

    /// A connection says something; those that were given up are not heard.
    pub fn hear(&mut self, from: u64, line: Line, now: Moment, chance: f64) {
        let At::Connection { number, heard, opened, .. } = &mut self.at else { return };
        if *number != from {
            return;
        }
        match line {
            Line::Answered { status, is_stream, retry_after } => {
                let seconds: u64 = retry_after.and_then(|text| text.trim().parse().ok()).unwrap_or(0);
                self.retry_after = seconds.saturating_mul(1_000).min(LONGEST_MS);
                if status == 204 {
                    let told = Told { id: self.id.clone(), revision: i64::MAX };
                    self.finish(told, now, chance);
                } else if status == 200 && is_stream {
                    *opened = Some(now);
                } else {
                    // Whatever else it is, it says nothing about the session.
                    self.over(false, now, chance);
                }
            }
            Line::Bytes(bytes) => {
                *heard = now;
                if self.read(&bytes, now, chance).is_none() {
                    self.over(false, now, chance);
                }
            }
            Line::Ended => self.over(true, now, chance),
            Line::Broken => self.over(false, now, chance),
        }
    }

    fn restart(&mut self, now: Moment) {
        self.close();
        (self.failures, self.retry, self.retry_after, self.last) = (0, RETRY_MS, 0, None);
        self.at = At::Nothing;
        if self.leads && !self.id.is_empty() {
            self.connect(now);
        }
    }

    fn close(&mut self) {
        if let At::Connection { number, .. } = self.at {
            self.wishes.push(Wish::Close { number });
        }
    }

    fn connect(&mut self, now: Moment) {
        self.numbers += 1;
        let query = self.last.map_or_else(String::new, |last| format!("?last_event_id={last}"));
        self.wishes.push(Wish::Open { number: self.numbers, path: format!("/session/events{query}") });
        let frames = Frames::default();
        self.at = At::Connection { number: self.numbers, frames, opened: None, heard: now, is_begun: false };
    }

    /// The connection is over, in order or not: the next one follows after a pause, doubled with every failure in a row; of
    /// many who lost a server no two come back together.
    fn over(&mut self, in_order: bool, now: Moment, chance: f64) {
        let At::Connection { opened, is_begun, .. } = &self.at else { return };
        let (held, in_order) = (opened.map(|opened| now.since(opened)), in_order && *is_begun);
        self.close();
        if in_order || held.is_some_and(|held| held > STEADY_MS) {
            self.failures = 0;
        }
        let least = if in_order { STEADY_MS.saturating_sub(held.unwrap_or(0)) } else { 0 };
        let wanted = (self.retry << self.failures.min(20)).max(least).min(LONGEST_MS);
        #[allow(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a minute at most"
        )]
        let pause = (wanted as f64 * (0.5 + chance)) as u64;
        self.failures += 1;
        self.at = At::Pause { until: now.ticks + pause + self.retry_after };
    }

    /// There is nothing to follow, it is said. When that is so the read shows another session, or none, and this stream is
    /// ended. When it is not (a proxy's answer, a mistake) the session stays, and is followed again after a long pause.
    fn finish(&mut self, told: Told, now: Moment, chance: f64) {
        self.failures = self.failures.max(NOTHING_FAILURES);
        if let At::Connection { opened, .. } = &mut self.at {
            *opened = None;
        }
        self.wishes.push(Wish::Notice(told));
        self.over(false, now, chance);
    }

    fn read(&mut self, bytes: &[u8], now: Moment, chance: f64) -> Option<()> {
        let At::Connection { frames, .. } = &mut self.at else { return None };
        for frame in frames.feed(bytes).ok()? {
            match frame {
                // Keyrack's streams begin with the pause that it asks for.
                Frame::Retry(pause) => {
                    self.retry = pause.clamp(SHORTEST_MS, LONGEST_MS);
                    if let At::Connection { is_begun, .. } = &mut self.at {
                        *is_begun = true;
                    }
                }
                Frame::Event { name, data } if name == "session" || name == "end" => {
                    let told = told(&data)?;
                    if name == "end" {
                        // There is no later revision of an ended session, and it may be shown already as far as it went.
                        self.finish(Told { revision: i64::MAX, ..told }, now, chance);
                        return Some(());
                    }
                    self.last = Some(told.revision);
                    self.wishes.push(Wish::Notice(told));
                }
                // What stands in an inbox, and the memberships that it told of.
                Frame::Event { name, .. } if name == "notification" => {
                    self.wishes.push(Wish::Beside(["/notifications", "/me/"].map(str::to_owned).into()));
                }
                Frame::Event { .. } => {}
            }
        }
        Some(())
    }
}

/// What an event says; why is nobody's business here.
fn told(data: &str) -> Option<Told> {
    let event = json::parse(data.as_bytes())?;
    Some(Told { id: event["session_id"].as_str()?.to_owned(), revision: event["revision"].as_i64()? })
}
