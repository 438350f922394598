//! How many connections there are to the database.

/// How many connections one node makes to PostgreSQL, beside the one that confirms and the one that listens. No file and
/// no argument can say otherwise: only tests, of which many run at once, make fewer.
#[derive(Clone, Copy, Debug)]
pub struct Connections {
    /// Those that change something (8). A disk or a standby that stalls holds up all of them, and nobody else.
    pub writers: usize,
    /// Those that read (3).
    pub readers: usize,
}

impl Default for Connections {
    fn default() -> Self {
        Self { writers: 8, readers: 3 }
    }
}
