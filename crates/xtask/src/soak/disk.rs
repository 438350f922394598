//! A disk that fills up while people work: whoever reads notices nothing, whoever writes is told that it was not done,
//! and when there is space again it goes on by itself.

use super::cluster::{Cluster, Plan};
use super::crowd::{Crowd, Working};
use crate::http::Browser;
use crate::random::Random;
use crate::{Outcome, tools};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

const MEGABYTES: usize = 64;
const BROWSERS: usize = 8;
/// Changes acknowledged before the disk fills up, and again when there is space.
const CHANGES: usize = 200;
/// Changes refused before there is space again.
const REFUSED: usize = 100;
/// How long it may take until one is refused: SQLite first uses up what it has.
const PATIENCE: Duration = Duration::from_secs(180);
/// Writes succeed again within this time of there being space.
const BACK: Duration = Duration::from_secs(5);
/// What the log may have grown by: it, too, lies on somebody's disk.
const LOG: u64 = 20 << 20;

/// Runs it; returns the closing line, which says so when no small file system could be made.
pub async fn run(binary: &Path, seed: u64) -> Outcome<String> {
    println!("\n=== disk: a file system of {MEGABYTES} MB is filled under load");
    let volume = match Volume::mount() {
        Ok(volume) => volume,
        Err(reason) => return Ok(format!("disk: SKIPPED, no small file system can be made here: {reason}")),
    };
    let (name, data) = ("soak-disk", Some(volume.folder.as_path()));
    let plan = Plan { binary, name, nodes: 1, database_url: None, data, config: "" };
    let cluster = Arc::new(Cluster::start(&plan).await?);
    let outcome = fill(&cluster, &volume, Random::new(seed)).await;
    cluster.end(outcome)
}

async fn fill(cluster: &Arc<Cluster>, volume: &Volume, mut random: Random) -> Outcome<String> {
    let mut witness = cluster.browser();
    witness
        .sign_up("witness@example.com")
        .await
        .map_err(|failure| format!("disk: no sign-up: {failure:?}"))?;
    let mut crowd = Crowd::new(cluster, &mut random);
    let mut working = crowd.live(BROWSERS);
    load(&mut crowd, &mut working).await?;
    let ballast = volume.fill()?;
    let (before, since, mut reads) = (crowd.count.total(), Instant::now(), 0);
    while crowd.count.refused() < REFUSED {
        reads += goes_on(cluster, &mut witness).await?;
        if since.elapsed() > PATIENCE {
            return Err(format!(
                "disk: full for {} s, and only {} changes refused",
                PATIENCE.as_secs(),
                crowd.count.refused()
            ));
        }
        // What was freed meanwhile (a log that was cut) is filled as well.
        volume.fill()?;
    }
    let squeezed = crowd.count.total() - before;
    ballast.remove()?;
    crowd.count.watch(Instant::now());
    let back = crowd.count.until_next(Duration::from_secs(60)).await;
    let back = back.ok_or("disk: no change was acknowledged within a minute of there being space")?;
    load(&mut crowd, &mut working).await?;
    crowd.count.stop();
    crowd.gather(working).await?;
    let wrong = crowd.wrong().await?;
    let (integrity, log) = (cluster.integrity(0)?, cluster.log_size(0));
    let line = format!(
        "disk: {} of {MEGABYTES} MB filled under load, {}, {squeezed} of them into what was left, {} refused with 503, \
         {reads} reads, mints and key sets meanwhile, writes back {} ms after there was space, integrity_check \
         {integrity}, {} kB of log, {} differ",
        volume.kind,
        crowd.count.line(),
        crowd.count.refused(),
        back.as_millis(),
        log >> 10,
        wrong.len()
    );
    if wrong.is_empty() && integrity == "ok" && back <= BACK && log <= LOG {
        return Ok(line);
    }
    Err(format!("{line}; 0 may differ, back within {} ms, at most {} MB of log", BACK.as_millis(), LOG >> 20))
}

async fn load(crowd: &mut Crowd, working: &mut Working) -> Outcome {
    crowd.count.kill_after(CHANGES);
    if crowd.until_reached(working).await? { Ok(()) } else { Err("disk: every browser stopped".to_owned()) }
}

/// Whoever only reads is answered; returns how many requests that were.
async fn goes_on(cluster: &Cluster, witness: &mut Browser) -> Outcome<usize> {
    let paths = ["/session", "/session/token", "/me", "/.well-known/jwks.json", "/healthz", "/readyz"];
    for path in paths {
        let probe = cluster.probe(0, path, witness.rack.as_ref()).await?;
        if probe.status != 200 {
            return Err(format!("disk: full, and {path} is answered with {probe:?}"));
        }
    }
    Ok(paths.len())
}

/// A small file system of one's own, unmounted when dropped.
struct Volume {
    kind: &'static str,
    scratch: PathBuf,
    folder: PathBuf,
}

/// What fills it.
struct Ballast(PathBuf);

impl Volume {
    fn mount() -> Outcome<Self> {
        let scratch = tools::scratch("volume")?;
        let folder = scratch.join("disk");
        let made = fs::create_dir(&folder).map_err(|error| format!("no folder: {error}"));
        let mounted = made.and_then(|()| {
            on_loop(&scratch, &folder).or_else(|loop_failed| {
                in_memory(&folder).map_err(|failed| format!("{loop_failed}; {failed}"))
            })
        });
        match mounted {
            Ok(kind) => Ok(Self { kind, scratch, folder }),
            Err(reason) => {
                drop(fs::remove_dir_all(&scratch));
                Err(reason)
            }
        }
    }

    /// Takes all space that is left.
    fn fill(&self) -> Outcome<Ballast> {
        let ballast = Ballast(self.folder.join("ballast"));
        let file = fs::OpenOptions::new().create(true).append(true).open(&ballast.0);
        let mut file = file.map_err(|error| format!("disk: no ballast: {error}"))?;
        for size in [1 << 20, 1 << 16, 1 << 12, 1 << 9] {
            while file.write_all(&vec![0xaa; size]).and_then(|()| file.sync_data()).is_ok() {}
        }
        Ok(ballast)
    }
}

impl Ballast {
    fn remove(&self) -> Outcome {
        fs::remove_file(&self.0).map_err(|error| format!("disk: the ballast stays: {error}"))
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        drop(Command::new("umount").arg(&self.folder).status());
        drop(fs::remove_dir_all(&self.scratch));
    }
}

fn on_loop(scratch: &Path, folder: &Path) -> Outcome<&'static str> {
    let image = scratch.join("image");
    let size = u64::try_from(MEGABYTES << 20).unwrap_or_default();
    let file = fs::File::create(&image).and_then(|file| file.set_len(size));
    file.map_err(|error| format!("no image: {error}"))?;
    quietly(Command::new("mkfs.ext4").args(["-q", "-F"]).arg(&image))?;
    quietly(Command::new("mount").args(["-o", "loop"]).arg(&image).arg(folder))?;
    Ok("ext4 on a loop device")
}

fn in_memory(folder: &Path) -> Outcome<&'static str> {
    let size = format!("size={MEGABYTES}m,mode=700");
    quietly(Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder))?;
    Ok("tmpfs")
}

fn quietly(command: &mut Command) -> Outcome {
    tools::output(command.stdin(Stdio::null())).map(drop)
}
