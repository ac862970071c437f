//! Paths under callgrind.

use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::{fs, thread};

use crate::{Result, session};

/// The instructions of one round of each path, in their order. As many run at a time as there are cores: it doesn't change their counts.
pub(crate) fn all(names: impl Iterator<Item = &'static str> + Send) -> Result<Vec<(&'static str, u64)>> {
    let mut counted = Vec::new();
    let waiting = Mutex::new(names.enumerate());
    thread::scope(|scope| -> Result<()> {
        let count = || {
            let mut counted = Vec::new();
            loop {
                let next = waiting.lock().expect("nobody panics with it").next();
                let Some((i, name)) = next else { return Ok(counted) };
                counted.push((i, name, of(name).map_err(|error| error.to_string())?));
            }
        };
        let workers: Vec<_> =
            (0..thread::available_parallelism()?.get()).map(|_| scope.spawn(count)).collect();
        for worker in workers {
            let each: Result<_, String> = worker.join().expect("it doesn't panic");
            counted.extend(each?);
        }
        Ok(())
    })?;
    counted.sort_unstable();
    Ok(counted.into_iter().map(|(_, name, seen)| (name, seen)).collect())
}

/// The instructions of one round of this path: what runs inside of [`session::counted`].
fn of(name: &str) -> Result<u64> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("callgrind");
    let run = Command::new("valgrind")
        .args(["--tool=callgrind", "--toggle-collect=*session::counted*"])
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(std::env::current_exe()?)
        .args(["--run", name])
        .stderr(Stdio::piped())
        .output()
        .map_err(|error| {
            format!("valgrind can't be run ({error}): install it, in Debian by `apt-get install valgrind`")
        })?;
    if !run.status.success() {
        return Err(format!("{name} failed: {}", String::from_utf8_lossy(&run.stderr)).into());
    }
    let told = fs::read_to_string(&file)?;
    let total =
        told.lines().find_map(|line| line.strip_prefix("totals: ")).ok_or("callgrind told no total")?;
    match total.trim().parse::<u64>()? / session::ROUNDS {
        0 => Err(format!("{name}: nothing was counted").into()),
        each => Ok(each),
    }
}
