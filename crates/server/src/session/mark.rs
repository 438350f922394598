//! How a verified credential is recognised without being hashed again (docs/adr/0008).
//!
//! A mark is SipHash-2-4 with 128 bits over the credential as it was sent, under a key that this process drew when
//! it started and shows nobody. It is remembered inside the cache's entry of one session at one revision and goes
//! with it. Whoever does not know the key cannot make a second credential with the same mark, nor learn from the
//! time of a comparison how near one is: marks are compared in constant time, and are as good as random to all
//! others.

use crate::world::World;
use aws_lc_rs::constant_time;
use siphasher::sip128::SipHasher24;
use std::fmt;

/// Stands for one credential, in this process only.
#[derive(Clone, Copy)]
pub struct Mark([u8; 16]);

impl Mark {
    /// Whether both stand for the same credential; takes the same time either way.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        constant_time::verify_slices_are_equal(&self.0, &other.0).is_ok()
    }
}

impl fmt::Debug for Mark {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Mark")
    }
}

/// Makes marks.
pub struct Marker(SipHasher24);

impl Marker {
    /// One with a key of its own.
    #[must_use]
    pub fn draw(world: &World) -> Self {
        Self(SipHasher24::new_with_key(&world.random.bytes()))
    }

    /// The mark of a credential.
    #[must_use]
    pub fn mark(&self, credential: &str) -> Mark {
        Mark(self.0.hash(credential.as_bytes()).as_bytes())
    }
}

impl fmt::Debug for Marker {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Marker")
    }
}
