//! What is measured during the mixed load, and what it may be.

use super::super::cluster::Cluster;
use super::seen::Seen;
use crate::Outcome;
use crate::database::Database;
use std::time::Duration;

/// The load is measured in so many parts; the last is compared with the first.
pub const SLICES: u32 = 12;
/// So often the processes are looked at.
pub const LOOK: Duration = Duration::from_secs(1);
/// Over so long a p99 is taken; of these the median counts.
pub const WINDOW: Duration = Duration::from_secs(5);
/// Memory may grow by a twentieth, or by so many bytes: the allocator takes and gives back in large pieces.
const MEMORY: u64 = 8 << 20;
/// Connections of one process that each keep the pages of the database in memory.
const PAGES: u64 = 3;
/// Connections of the clients come and go.
const FILES: usize = 24;
/// So do threads that hash passwords.
const THREADS: usize = 4;
/// The last p99 may be a fifth above the first, and this much: the machine does other things as well.
const P99: Duration = Duration::from_millis(10);
/// Of 100 mails 99 come within this.
const MAIL: Duration = Duration::from_secs(1);

/// The process, or all processes together, at one moment.
#[derive(Clone, Copy, Default)]
struct Sample {
    memory: u64,
    files: usize,
    threads: usize,
}

/// The database at one moment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rows {
    rows: u64,
    bytes: u64,
}

/// One part of the time.
#[derive(Default)]
struct Slice {
    samples: Vec<Sample>,
    p99: Vec<Duration>,
    rows: Rows,
}

/// All parts.
#[derive(Default)]
pub struct Measures(Vec<Slice>);

impl Measures {
    /// What is sampled from now on belongs to a new part.
    pub fn begin_slice(&mut self) {
        self.0.push(Slice::default());
    }

    /// What 99 of 100 light requests of a window took at most.
    pub fn note_p99(&mut self, p99: Duration) {
        if let Some(slice) = self.0.last_mut() {
            slice.p99.push(p99);
        }
    }

    /// Looks at all nodes.
    pub fn sample(&mut self, cluster: &Cluster) -> Outcome {
        let mut sample = Sample::default();
        for number in 0..cluster.len() {
            let asked =
                cluster.ask(number, |server| Ok((server.memory()?, server.files()?, server.threads()?)));
            let (memory, files, threads) = asked.ok_or("a node has ended")??;
            sample.memory += memory;
            sample.files += files;
            sample.threads += threads;
        }
        if let Some(slice) = self.0.last_mut() {
            slice.samples.push(sample);
        }
        Ok(())
    }

    /// The part is over.
    pub fn end_slice(&mut self, rows: Rows) {
        let number = self.0.len();
        if let Some(slice) = self.0.last_mut() {
            slice.rows = rows;
            println!(
                "load: part {number}: {:.1} MB, {} files, {} threads, p99 {:.1} ms, {} rows in {:.1} MB",
                megabytes(slice.memory()),
                slice.median(|sample| sample.files),
                slice.median(|sample| sample.threads),
                ms(slice.p99()),
                rows.rows,
                megabytes(rows.bytes)
            );
        }
    }

    /// The closing line, or what is not as it was.
    pub fn judge(&self, seen: &Seen, wrong: Vec<String>, minutes: u64, shared: bool) -> Outcome<String> {
        let (Some(first), Some(last)) = (self.0.first(), self.0.last()) else {
            return Err("load: nothing was measured".to_owned());
        };
        let mut failed: Vec<String> = wrong.into_iter().take(5).collect();
        let mut flat = |is: bool, what: &str| {
            if !is {
                failed.push(format!("{what} did not stay as it was"));
            }
        };
        let memory = [first, last].map(Slice::memory);
        // SQLite keeps in memory what it has read and written lately, up to a bound that this never reaches.
        let pages = last.rows.bytes.saturating_sub(first.rows.bytes) * PAGES;
        flat(memory[1] <= memory[0] + (memory[0] / 20).max(MEMORY) + pages, "memory");
        let files = [first, last].map(|slice| slice.median(|sample| sample.files));
        flat(files[1] <= files[0] + FILES, "the number of open files");
        let threads = [first, last].map(|slice| slice.median(|sample| sample.threads));
        flat(threads[1] <= threads[0] + THREADS, "the number of threads");
        // The median of many windows: another program that had the machine for a while is not the server's doing.
        let p99 = [first, last].map(Slice::p99);
        flat(p99[1] <= p99[0].mul_f64(1.2) + P99, "p99");
        // PostgreSQL keeps old versions of rows until its vacuum comes by.
        let step = if shared { 2.0 } else { 1.25 };
        flat(last.rows.per_row() <= first.rows.per_row() * step, "the size of the database for a row");
        let asked = seen.line();
        let counts = seen.counts();
        let mailed = counts.mailed.at(0.99);
        if mailed > MAIL {
            failed.push("mail is late".to_owned());
        }
        let line = format!(
            "{minutes} min at {}/s: {asked}, {} dead credentials tried, memory {:.1} → {:.1} MB, files {} → {}, threads {} → {}, \
             p99 {:.1} → {:.1} ms (sign-ins {:.0} ms, a stream tells within {:.1} ms, mail comes within {:.0} ms and {:.0} at most), \
             {} → {} rows in {:.1} → {:.1} MB",
            super::RATE,
            counts.dead,
            megabytes(memory[0]),
            megabytes(memory[1]),
            files[0],
            files[1],
            threads[0],
            threads[1],
            ms(p99[0]),
            ms(p99[1]),
            ms(counts.password.at(0.99)),
            ms(counts.told.at(0.99)),
            ms(mailed),
            ms(counts.mailed.at(1.0)),
            first.rows.rows,
            last.rows.rows,
            megabytes(first.rows.bytes),
            megabytes(last.rows.bytes),
        );
        if failed.is_empty() { Ok(line) } else { Err(format!("{line}; {}", failed.join("; "))) }
    }
}

impl Slice {
    fn median(&self, of: impl Fn(&Sample) -> usize) -> usize {
        middle(self.samples.iter().map(of).collect())
    }

    /// The least that it held: the memory of a password's hash comes and goes, what is lost stays.
    fn memory(&self) -> u64 {
        self.samples.iter().map(|sample| sample.memory).min().unwrap_or_default()
    }

    fn p99(&self) -> Duration {
        middle(self.p99.clone())
    }
}

fn middle<T: Ord + Copy + Default>(mut all: Vec<T>) -> T {
    all.sort_unstable();
    all.get(all.len() / 2).copied().unwrap_or_default()
}

impl Rows {
    #[allow(clippy::cast_precision_loss, reason = "a ratio")]
    fn per_row(self) -> f64 {
        self.bytes as f64 / self.rows.max(1) as f64
    }
}

/// How many rows there are in all tables, and what they take with their indexes.
pub fn rows(cluster: &Cluster, database: Option<&Database>) -> Outcome<Rows> {
    let Some(database) = database else { return in_sqlite(cluster) };
    let count = "(xpath('/row/c/text()', query_to_xml(format('select count(*) as c from %I', relname), false, true, \
                 '')))[1]::text::bigint";
    let sql = format!("select sum({count}), sum(pg_total_relation_size(relid)) from pg_stat_user_tables");
    let answer = database.query(&sql)?;
    let numbers = answer.split_once('|').and_then(|(rows, bytes)| rows.parse().ok().zip(bytes.parse().ok()));
    numbers.map(|(rows, bytes)| Rows { rows, bytes }).ok_or(format!("no numbers: {answer}"))
}

fn in_sqlite(cluster: &Cluster) -> Outcome<Rows> {
    let count = || -> rusqlite::Result<Rows> {
        let file = cluster.data(0).join("keyrack.db");
        let on = rusqlite::Connection::open_with_flags(file, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let one = |sql: &str| on.query_row(sql, [], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs);
        let bytes = one("pragma page_count")? * one("pragma page_size")?;
        let mut names = on.prepare("select name from sqlite_master where type = 'table'")?;
        let names: Vec<String> = names.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        let counts = names.iter().map(|name| one(&format!("select count(*) from \"{name}\"")));
        Ok(Rows { rows: counts.sum::<rusqlite::Result<u64>>()?, bytes })
    };
    count().map_err(|error| format!("the rows cannot be counted: {error}"))
}

fn ms(took: Duration) -> f64 {
    took.as_secs_f64() * 1000.0
}

#[allow(clippy::cast_precision_loss, reason = "for people")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
