//! Bounds of time in which those moments do not count that the machine gave to others.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;
use tokio::time::timeout;

/// Within this time a change that was made elsewhere shows.
pub const SECOND: Duration = Duration::from_secs(1);

/// As long as one look is.
const LOOK: Duration = Duration::from_millis(10);

/// What a future gives, if it does within `bound`.
///
/// Counted are looks, not what a clock says meanwhile: a machine that stands still for two seconds, or lets this process
/// wait for its turn, makes one of them long. What would come late for a reason of ours does not come in any of them.
pub async fn within<F: Future>(bound: Duration, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    for _ in 0..bound.as_millis().div_ceil(LOOK.as_millis()) {
        if let Ok(output) = timeout(LOOK, future.as_mut()).await {
            return Some(output);
        }
    }
    None
}
