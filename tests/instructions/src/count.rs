//! One path under callgrind.

use std::fs;
use std::process::{Command, Stdio};

use crate::{Result, session};

/// The instructions of one round of this path: what runs inside of [`session::counted`].
pub(crate) fn of(name: &str) -> Result<u64> {
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
