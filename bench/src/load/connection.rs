//! One connection that speaks as much HTTP/1.1 as a load needs.

use std::io::{Error, Result};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection that stays open.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 << 10) })
    }

    /// Sends a request and reads the whole answer; gives its status.
    pub async fn exchange(&mut self, request: &[u8]) -> Result<u16> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(Error::other("the connection ended within an answer"));
            }
            if let Some(head) = Head::read(&self.buffer)? {
                return self.finish(&head).await;
            }
        }
    }

    async fn finish(&mut self, head: &Head) -> Result<u16> {
        while !head.is_complete(&self.buffer) {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(Error::other("the connection ended within a body"));
            }
        }
        if head.closes { Err(Error::other("the server ends the connection")) } else { Ok(head.status) }
    }
}

/// What the head of an answer says.
struct Head {
    status: u16,
    length: usize,
    body: Body,
    closes: bool,
}

enum Body {
    /// So many bytes.
    Bytes(usize),
    /// Chunks, the last of them empty.
    Chunks,
}

impl Head {
    /// The head of the answer in `buffer`; none while it is not there as a whole.
    fn read(buffer: &[u8]) -> Result<Option<Self>> {
        let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
        let text = std::str::from_utf8(&buffer[..end]).map_err(Error::other)?;
        let mut lines = text.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
        let status = status.ok_or_else(|| Error::other("no status"))?;
        let (mut body, mut closes) = (Body::Bytes(0), false);
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            let value = value.trim();
            if name.eq_ignore_ascii_case("content-length") {
                body = Body::Bytes(value.parse().map_err(Error::other)?);
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                body = Body::Chunks;
            } else if name.eq_ignore_ascii_case("connection") {
                closes = value.eq_ignore_ascii_case("close");
            }
        }
        Ok(Some(Self { status, length: end + 4, body, closes }))
    }

    fn is_complete(&self, buffer: &[u8]) -> bool {
        match self.body {
            Body::Bytes(count) => buffer.len() >= self.length + count,
            Body::Chunks => buffer[self.length..].ends_with(b"0\r\n\r\n"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_complete_when_its_last_byte_is_there() {
        let complete = |text: &str| {
            let head = Head::read(text.as_bytes()).unwrap();
            head.map(|head| (head.status, head.is_complete(text.as_bytes())))
        };
        assert_eq!(complete("HTTP/1.1 200 OK\r\nContent-Le"), None);
        assert_eq!(complete("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab"), Some((200, false)));
        assert_eq!(complete("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc"), Some((200, true)));
        assert_eq!(complete("HTTP/1.1 304 Not Modified\r\n\r\n"), Some((304, true)));
        let chunks = "HTTP/1.1 429 No\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n";
        assert_eq!(complete(chunks), Some((429, false)));
        assert_eq!(complete(&format!("{chunks}0\r\n\r\n")), Some((429, true)));
        assert!(Head::read(b"nonsense\r\n\r\n").is_err());
    }
}
