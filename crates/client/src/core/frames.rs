//! Server-sent events, strictly and with bounds: bytes in, whole events out, wherever the bytes were cut. Whatever
//! Keyrack would not have written ends the stream that it came from.

/// Longest event, in bytes of all its lines. Keyrack's have some hundred.
const LONGEST: usize = 4_096;

/// What a stream says.
#[derive(Debug, PartialEq, Eq)]
pub enum Frame {
    /// An event; its name is `message` when the server gave none.
    Event { name: String, data: String },
    /// The pause before the next connection that the server asks for, in milliseconds.
    Retry(u64),
}

/// These bytes are none of Keyrack's.
#[derive(Debug, PartialEq, Eq)]
pub struct Unreadable;

/// Reads one stream.
#[derive(Debug, Default)]
pub struct Frames {
    /// The line that is not complete yet.
    rest: Vec<u8>,
    /// The last line ended with a carriage return: a line feed that comes next belongs to it.
    ended_open: bool,
    event: String,
    data: Vec<String>,
    size: usize,
}

impl Frames {
    /// Takes what arrived.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<Vec<Frame>, Unreadable> {
        let mut out = Vec::new();
        for &byte in bytes {
            let belongs = std::mem::take(&mut self.ended_open) && byte == b'\n';
            match byte {
                b'\n' if belongs => {}
                b'\n' | b'\r' => {
                    self.ended_open = byte == b'\r';
                    let line = String::from_utf8(std::mem::take(&mut self.rest)).map_err(|_| Unreadable)?;
                    self.take(&line, &mut out)?;
                }
                _ if self.size + self.rest.len() >= LONGEST => return Err(Unreadable),
                _ => self.rest.push(byte),
            }
        }
        Ok(out)
    }

    fn take(&mut self, line: &str, out: &mut Vec<Frame>) -> Result<(), Unreadable> {
        if line.is_empty() {
            self.dispatch(out);
            return Ok(());
        }
        if line.starts_with(':') {
            return Ok(());
        }
        self.size += line.len();
        if self.size > LONGEST {
            return Err(Unreadable);
        }
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "event" => value.clone_into(&mut self.event),
            "data" => self.data.push(value.to_owned()),
            "retry" if value.bytes().all(|byte| byte.is_ascii_digit()) => {
                out.extend(value.parse().ok().map(Frame::Retry));
            }
            _ => {}
        }
        Ok(())
    }

    fn dispatch(&mut self, out: &mut Vec<Frame>) {
        let (event, data) = (std::mem::take(&mut self.event), std::mem::take(&mut self.data));
        self.size = 0;
        if !data.is_empty() {
            let name = if event.is_empty() { "message".to_owned() } else { event };
            out.push(Frame::Event { name, data: data.join("\n") });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(name: &str, data: &str) -> Frame {
        Frame::Event { name: name.to_owned(), data: data.to_owned() }
    }

    #[test]
    fn h15_events_are_read_wherever_the_bytes_were_cut_and_however_lines_end() {
        let text = "retry: 1000\n\n: ping\r\n\r\nid: 5\nevent: session\ndata: {\"a\":\"é\"}\n\ndata: x\rdata:y\r\rretry: 1x\n\n";
        let expected = [Frame::Retry(1_000), event("session", "{\"a\":\"é\"}"), event("message", "x\ny")];
        for size in 1..text.len() {
            let mut frames = Frames::default();
            let parts = text.as_bytes().chunks(size).flat_map(|part| frames.feed(part).unwrap());
            assert_eq!(parts.collect::<Vec<_>>(), expected, "cut into parts of {size}");
        }
    }

    #[test]
    fn h15_what_is_too_long_or_no_utf_8_is_unreadable() {
        assert_eq!(Frames::default().feed(&[b'a'; 4_097]), Err(Unreadable));
        assert_eq!(Frames::default().feed("data: abc\n".repeat(500).as_bytes()), Err(Unreadable));
        assert_eq!(Frames::default().feed(b"data: \xff\n\n"), Err(Unreadable));
        assert!(Frames::default().feed("data: abc\n\n".repeat(500).as_bytes()).is_ok());
    }
}
