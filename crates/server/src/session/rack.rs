//! The credential: a rack of keys, read from and written to text.

use super::mark::Mark;
use crate::id::SessionId;
use crate::world::World;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use std::fmt;

/// Keys in one rack: a session, its sign-ins and attempts, with room for dead ones.
const KEYS: usize = 40;
/// Longer credentials are none of ours.
const LENGTH: usize = 4096;
/// Random bytes in a key.
pub const SECRET: usize = 16;

/// Opens one thing: a session, a sign-in or an attempt. `<id>.<secret>` on the wire.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    id: String,
    secret: [u8; SECRET],
}

impl Key {
    /// A new key for the thing with this id.
    #[must_use]
    pub fn draw(world: &World, id: &str) -> Self {
        Self::of(id, world.random.bytes())
    }

    /// A new key for the thing with this id, of random bytes that are used for nothing else.
    #[must_use]
    pub fn of(id: &str, secret: [u8; SECRET]) -> Self {
        Self { id: id.to_owned(), secret }
    }

    /// The same secret as the key to something else, which it is used for instead.
    #[must_use]
    pub fn to(&self, id: &str) -> Self {
        Self::of(id, self.secret)
    }

    /// What it opens.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The secret half.
    #[must_use]
    pub fn secret(&self) -> &[u8] {
        &self.secret
    }

    fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.split_once('.')?;
        let secret = BASE64.decode(secret).ok()?.try_into().ok()?;
        (!id.is_empty()).then(|| Self { id: id.to_owned(), secret })
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.…", self.id)
    }
}

/// A session credential: the session's key, then those of what this browser made in it.
#[derive(Clone, Debug)]
pub struct Rack {
    session: SessionId,
    keys: Vec<Key>,
    /// Of the text that it was read from, where that was marked.
    mark: Option<Mark>,
}

/// The session that a credential names by its first letters, if it may be one that [`Rack::parse`] reads.
#[must_use]
pub fn session_named(credential: &str) -> Option<&str> {
    if credential.len() > LENGTH {
        return None;
    }
    credential.split_once('.').map(|(session, _)| session)
}

impl Rack {
    /// The rack of a session that is made now.
    #[must_use]
    pub fn new(session: SessionId, key: Key) -> Self {
        Self { session, keys: vec![key], mark: None }
    }

    /// Reads a credential; none when it does not begin with a session's key. A key that cannot be read
    /// opens nothing and is left out.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > LENGTH {
            return None;
        }
        let mut parts = text.split('~');
        let first = Key::parse(parts.next()?)?;
        let session = SessionId::parse(&first.id)?;
        let mut keys = vec![first];
        for key in parts.filter_map(Key::parse).take(KEYS) {
            // Of a sign-in whose key was renewed while two answers crossed there may be two.
            if key.id != keys[0].id && !keys.contains(&key) {
                keys.push(key);
            }
        }
        Some(Self { session, keys, mark: None })
    }

    /// Reads a credential and keeps its mark: what it opens may then be remembered.
    #[must_use]
    pub fn parse_marked(text: &str, mark: impl FnOnce(&str) -> Mark) -> Option<Self> {
        Self::parse(text).map(|rack| Self { mark: Some(mark(text)), ..rack })
    }

    /// The mark of the text that it was read from; none for a rack that was made or changed here.
    #[must_use]
    pub fn mark(&self) -> Option<&Mark> {
        self.mark.as_ref()
    }

    /// The session that it names.
    #[must_use]
    pub fn session(&self) -> &SessionId {
        &self.session
    }

    /// The key to the thing with this id, if it is in the rack.
    #[must_use]
    pub fn key(&self, id: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.id == id)
    }

    /// Every key to the thing with this id.
    pub fn keys_to(&self, id: &str) -> impl Iterator<Item = &Key> {
        self.keys.iter().filter(move |key| key.id == id)
    }

    /// The same rack without those keys of which there are several to one thing and which `fits` says open nothing.
    #[must_use]
    pub fn without_dead(&self, fits: impl Fn(&Key) -> bool) -> Self {
        let stays = |key: &&Key| self.keys_to(&key.id).count() == 1 || fits(key);
        Self {
            session: self.session.clone(),
            keys: self.keys.iter().filter(stays).cloned().collect(),
            mark: None,
        }
    }

    /// The same rack with `keys` in it, each in place of another to the same thing, and without those that `keep` drops;
    /// the session's key stays first.
    #[must_use]
    pub fn renewed(&self, keys: Vec<Key>, keep: impl Fn(&str) -> bool) -> Self {
        let session = self.session.as_str();
        let stays = |key: &&Key| keys.iter().all(|new| new.id != key.id) && keep(&key.id);
        let mut all: Vec<Key> =
            self.keys.iter().filter(|key| key.id == session || stays(key)).cloned().collect();
        all.extend(keys);
        Self { session: self.session.clone(), keys: all, mark: None }
    }

    /// As it travels. Never to be logged.
    #[must_use]
    pub fn to_credential(&self) -> String {
        let keys: Vec<String> =
            self.keys.iter().map(|key| format!("{}.{}", key.id, BASE64.encode(key.secret))).collect();
        keys.join("~")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rack() -> Rack {
        let world = World::for_tests(1);
        let session = SessionId::draw(&world);
        let key = Key::draw(&world, session.as_str());
        Rack::new(session, key)
            .renewed(vec![Key::draw(&world, "sin_1"), Key::draw(&world, "sin_2")], |_| true)
    }

    #[test]
    fn a_rack_is_read_back_as_it_was_written() {
        let rack = rack();
        assert_eq!(Rack::parse(&rack.to_credential()).map(|read| read.keys), Some(rack.keys.clone()));
        assert!(!format!("{rack:?}").contains(&rack.to_credential()[31..40]));
    }

    #[test]
    fn a21_a_credential_cut_anywhere_never_gains_a_key() {
        let whole = rack();
        let credential = whole.to_credential();
        for length in 0..credential.len() {
            if let Some(cut) = Rack::parse(&credential[..length]) {
                assert!(cut.keys.iter().all(|key| whole.keys.contains(key)), "{length}");
            }
        }
        for wrong in ["", "~", ".", "ses_1.abc", "sin_00000000000000000000000000.AAAAAAAAAAAAAAAAAAAAAA"] {
            assert!(Rack::parse(wrong).is_none(), "{wrong}");
        }
        assert!(Rack::parse(&format!("{credential}~{}", "x".repeat(5000))).is_none());
        let padded = credential.replacen('~', "==~", 1);
        assert!(Rack::parse(&padded).is_none());
    }

    #[test]
    fn a_rack_of_everything_a_session_may_hold_stays_under_a_kilobyte() {
        let world = World::for_tests(1);
        let session = SessionId::draw(&world);
        let ids = (0..17).map(|_| SessionId::draw(&world));
        let keys = ids.map(|id| Key::draw(&world, id.as_str())).collect();
        let rack = Rack::new(session.clone(), Key::draw(&world, session.as_str())).renewed(keys, |_| true);
        assert!(rack.to_credential().len() < 1000);
    }
}
