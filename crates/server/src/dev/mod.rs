//! What only `keyrack dev` has: the captured mail, the clock that can be moved, the demo, people from a file.
//!
//! Its routes send no CORS headers and refuse whatever does not come from this machine.

pub mod clock;
pub mod demo;
mod folder;
mod local;
pub mod outbox;
pub mod seed;
