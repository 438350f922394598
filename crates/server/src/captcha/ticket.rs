//! What a browser carries between the calls: texts that the vault has signed, so that nothing is kept of a challenge
//! that nobody solves.

use crate::vault::{Purpose, Vault};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;

/// Bytes that make each one its own.
pub const NONCE: usize = 16;
/// The longest text that is looked at.
const MOST: usize = 200;

/// For whom one is: nobody else can use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder<'a> {
    /// The deployment.
    pub deployment: &'a str,
    /// The client's address, as it is counted.
    pub address: &'a str,
    /// The session, `""` for a browser that has none.
    pub session: &'a str,
}

/// What a text is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A challenge that may be solved.
    Challenge,
    /// A solved one, which a browser shows.
    Solved,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Challenge => "challenge",
            Self::Solved => "solved",
        }
    }
}

/// A text that is what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// What makes it its own.
    pub nonce: [u8; NONCE],
    /// Until when it is good, in Unix milliseconds.
    pub expires_at: i64,
}

impl Ticket {
    /// As a text for its holder.
    #[must_use]
    pub fn text(&self, vault: &Vault, (kind, holder): (Kind, Holder<'_>)) -> String {
        let bound = u8::from(!holder.session.is_empty());
        let bytes = [&self.nonce[..], &self.expires_at.to_be_bytes(), &[bound]].concat();
        format!("{}.{}", BASE64.encode(&bytes), tag(vault, (kind, holder), &bytes))
    }

    /// Reads one that is good at `now` for `holder`; one that was made for a browser without a session is so for every
    /// session at its address.
    #[must_use]
    pub fn read(vault: &Vault, (kind, holder): (Kind, Holder<'_>), text: &str, now: i64) -> Option<Self> {
        let (front, back) = text.split_once('.').filter(|_| text.len() <= MOST)?;
        let bytes: [u8; NONCE + 9] = BASE64.decode(front).ok()?.try_into().ok()?;
        let (nonce, rest) = bytes.split_first_chunk::<NONCE>()?;
        let (expires_at, bound) = rest.split_first_chunk::<8>()?;
        let session = if bound == [0] { "" } else { holder.session };
        let of = (kind, Holder { session, ..holder });
        let fits = vault.fits(Purpose::Challenge, &owner(of), &bytes, back);
        let ticket = Self { nonce: *nonce, expires_at: i64::from_be_bytes(*expires_at) };
        (fits && now < ticket.expires_at).then_some(ticket)
    }
}

fn owner((kind, holder): (Kind, Holder<'_>)) -> String {
    // Neither of them has a slash in it.
    format!("{}/{}/{}/{}", kind.word(), holder.deployment, holder.address, holder.session)
}

fn tag(vault: &Vault, of: (Kind, Holder<'_>), bytes: &[u8]) -> String {
    vault.hash(Purpose::Challenge, &owner(of), bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOLDER: Holder<'_> = Holder { deployment: "app", address: "192.0.2.7", session: "" };

    #[test]
    fn one_is_good_for_its_holder_its_kind_and_its_time_alone() {
        let vault = Vault::new(&[7; 32]).unwrap();
        let ticket = Ticket { nonce: [1; NONCE], expires_at: 1_000 };
        let text = ticket.text(&vault, (Kind::Solved, HOLDER));
        let read = |kind, holder, text: &str, now| Ticket::read(&vault, (kind, holder), text, now);
        assert_eq!(read(Kind::Solved, HOLDER, &text, 999), Some(ticket));
        assert_eq!(read(Kind::Solved, Holder { session: "ses_1", ..HOLDER }, &text, 999), Some(ticket));
        assert_eq!(read(Kind::Solved, HOLDER, &text, 1_000), None);
        assert_eq!(read(Kind::Challenge, HOLDER, &text, 0), None);
        assert_eq!(read(Kind::Solved, Holder { deployment: "other", ..HOLDER }, &text, 0), None);
        assert_eq!(read(Kind::Solved, Holder { address: "192.0.2.8", ..HOLDER }, &text, 0), None);
        assert_eq!(Ticket::read(&Vault::new(&[8; 32]).unwrap(), (Kind::Solved, HOLDER), &text, 0), None);
    }

    #[test]
    fn one_of_a_session_is_good_in_that_session_alone() {
        let vault = Vault::new(&[7; 32]).unwrap();
        let own = Holder { session: "ses_1", ..HOLDER };
        let ticket = Ticket { nonce: [1; NONCE], expires_at: 1_000 };
        let text = ticket.text(&vault, (Kind::Solved, own));
        let read = |holder| Ticket::read(&vault, (Kind::Solved, holder), &text, 0);
        assert_eq!(read(own), Some(ticket));
        assert_eq!((read(HOLDER), read(Holder { session: "ses_2", ..HOLDER })), (None, None));
    }

    #[test]
    fn what_was_altered_in_any_way_is_none() {
        let vault = Vault::new(&[7; 32]).unwrap();
        let ticket = Ticket { nonce: [1; NONCE], expires_at: 1_000 };
        let text = ticket.text(&vault, (Kind::Solved, HOLDER));
        let read = |text: &str| Ticket::read(&vault, (Kind::Solved, HOLDER), text, 0);
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(read(std::str::from_utf8(&bytes).unwrap()), None, "{at}");
        }
        for odd in ["", ".", &text[..20], &format!("{text}x"), &format!("{text}."), &"A".repeat(10_000)] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }
}
