//! bench
use crate::Outcome;
/// b
pub fn bench() -> Outcome {
    Ok(())
}
