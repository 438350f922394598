//! What the system knows of this process.

/// What was found out; a part that the system does not tell is missing.
#[derive(Debug, Default)]
pub(super) struct Process {
    /// Memory that is in use, in bytes.
    pub(super) resident_bytes: Option<f64>,
    /// Time on processors, in seconds.
    pub(super) cpu_seconds: Option<f64>,
    /// Files and connections that are open.
    pub(super) open_files: Option<f64>,
    /// How many may be.
    pub(super) most_files: Option<f64>,
    /// Threads.
    pub(super) threads: Option<f64>,
}

#[cfg(target_os = "linux")]
impl Process {
    /// Asks.
    pub(super) fn ask() -> Self {
        use rustix::process::{Resource, getrlimit};
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
        let of = |field| number(&stat, field);
        let files = std::fs::read_dir("/proc/self/fd").ok();
        Self {
            resident_bytes: of(24).map(|pages| pages * precise(rustix::param::page_size() as u64)),
            cpu_seconds: of(14)
                .zip(of(15))
                .map(|(user, system)| (user + system) / precise(rustix::param::clock_ticks_per_second())),
            // Without the one that looks.
            open_files: files.map(|files| precise(files.count().saturating_sub(1) as u64)),
            most_files: getrlimit(Resource::Nofile).current.map(precise),
            threads: of(20),
        }
    }
}

#[cfg(not(target_os = "linux"))]
impl Process {
    /// Nobody to ask.
    pub(super) fn ask() -> Self {
        Self::default()
    }
}

/// The field of `/proc/self/stat` with this number, counted from 1 as its manual does. The second is the program's
/// name in brackets, in which anything may stand.
#[cfg(target_os = "linux")]
fn number(stat: &str, field: usize) -> Option<f64> {
    let (_, rest) = stat.rsplit_once(") ")?;
    rest.split(' ').nth(field - 3)?.parse().ok()
}

/// As a sample: exact up to 2^53.
#[allow(clippy::cast_precision_loss, reason = "a sample is a float, and nine thousand terabytes are enough")]
pub(super) fn precise(number: u64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_may_be_called_anything() {
        let stat =
            "7 (a) b (c)) S 1 7 7 0 -1 4194304 100 0 0 0 11 12 0 0 20 0 13 0 99 4096 14 18446744073709551615";
        assert_eq!((number(stat, 14), number(stat, 15)), (Some(11.0), Some(12.0)));
        assert_eq!((number(stat, 20), number(stat, 24)), (Some(13.0), Some(14.0)));
        assert_eq!((number("", 14), number("7 (a) S", 24)), (None, None));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_system_knows_this_process() {
        let process = Process::ask();
        assert!(process.resident_bytes.is_some_and(|bytes| bytes > 1e6 && bytes < 1e11), "{process:?}");
        assert!(process.cpu_seconds.is_some_and(|seconds| seconds < 1e6), "{process:?}");
        assert!(process.threads.is_some_and(|threads| threads >= 2.0), "{process:?}");
        let held: Vec<_> = (0..50).map(|_| std::fs::File::open("/dev/null").unwrap()).collect();
        let more = Process::ask().open_files.unwrap() - process.open_files.unwrap();
        // Other tests open and close files at the same time.
        assert!((20.0..80.0).contains(&more), "{more}");
        assert!(process.most_files.is_some_and(|most| most >= 100.0), "{process:?}");
        drop(held);
    }
}
